//! What texts mean, and what is said about wrong ones.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::ast::*;
use super::*;
use std::fmt::Write;

mod harm;
mod token;

// ---- a compact picture of trees

fn show_path(path: &Path) -> String {
    if path.bare { format!("@{}", path.text) } else { format!("@'{}'", path.text) }
}

/// Chains in parentheses, postfix steps as written.
fn show(expr: &Expr) -> String {
    match &expr.kind {
        Kind::Null => "null".into(),
        Kind::Bool(value) => value.to_string(),
        Kind::Int(value) => value.to_string(),
        Kind::Double(value) => format!("{value:?}"),
        Kind::String(value) => format!("{value:?}"),
        Kind::Window(window) => format!("<{}{}>", window.count, window.unit),
        Kind::Attribute(path) => show_path(path),
        Kind::Event(None) => "@@".into(),
        Kind::Event(Some(path)) => format!("@{}", show_path(path)),
        Kind::Variable(name) => format!("${name}"),
        Kind::Name(name) => name.clone(),
        Kind::Array(elements) => format!("[{}]", elements.iter().map(show).collect::<Vec<_>>().join(", ")),
        Kind::Object(entries) => {
            let entries: Vec<_> =
                entries.iter().map(|(key, value)| format!("{}: {}", key.value, show(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Kind::Unary(operator, inner) => {
            format!("{}{}", if operator.value == Unary::Not { "!" } else { "-" }, show(inner))
        }
        Kind::Chain(chain) => {
            let mut text = format!("({}", show(&chain.first));
            for (operator, operand) in &chain.rest {
                write!(text, " {} {}", operator.value.symbol(), show(operand)).unwrap();
            }
            text + ")"
        }
        Kind::Conditional(parts) => format!("({} ? {} : {})", show(&parts[0]), show(&parts[1]), show(&parts[2])),
        Kind::Postfix(base, steps) => {
            let mut text = show(base);
            for step in steps {
                match &step.kind {
                    StepKind::Member(name) => write!(text, ".{}", name.value).unwrap(),
                    StepKind::Index(index) => write!(text, "[{}]", show(index)).unwrap(),
                    StepKind::Call(arguments) => {
                        let arguments: Vec<_> = arguments
                            .iter()
                            .map(|a| match &a.name {
                                Some(name) => format!("{} = {}", name.value, show(&a.value)),
                                None => show(&a.value),
                            })
                            .collect();
                        write!(text, "({})", arguments.join(", ")).unwrap();
                    }
                }
            }
            text
        }
        Kind::Error => "#".into(),
    }
}

fn show_let(binding: &Let) -> String {
    format!("LET ${} = {}", binding.name.value, show(&binding.value))
}

fn show_fire(fire: &Fire) -> String {
    let mut text = fire.verb.value.keyword().to_owned();
    text += &fire.items.iter().map(|item| format!(" {}", show(item))).collect::<String>();
    if let Some(select) = &fire.select {
        write!(text, " AS {} FROM", select.name.value).unwrap();
        for (source, observation) in &select.sources {
            write!(text, " {}", source.value).unwrap();
            observation.iter().for_each(|o| write!(text, ":{}", o.value).unwrap());
        }
    }
    fire.when.iter().for_each(|test| write!(text, " WHEN {}", show(test)).unwrap());
    fire.group_by.iter().for_each(|key| write!(text, " GROUPBY {}", show(key)).unwrap());
    text
}

fn show_file(file: &File) -> String {
    let mut lines = Vec::new();
    for rule in &file.rules {
        let name = rule.name.as_ref().map_or("-".to_owned(), |name| name.value.clone());
        let description = rule.description.as_ref().map_or(String::new(), |text| format!(" {:?}", text.value));
        lines.push(format!("rule {name}{description}{}", if rule.inactive { " inactive" } else { "" }));
        if let Some(condition) = &rule.condition {
            lines.push("condition".into());
            lines.extend(condition.lets.iter().map(show_let));
            lines.extend(condition.when.iter().map(|test| format!("WHEN {}", show(test))));
        }
        for clause in &rule.clauses {
            lines.push(format!("clause {}", clause.name.as_ref().map_or("-".to_owned(), |name| name.value.clone())));
            lines.extend(clause.statements.iter().map(|statement| match statement {
                Statement::Let(binding) => show_let(binding),
                Statement::Fire(fire) => show_fire(fire),
            }));
        }
        if !rule.rest.is_empty() {
            lines.push("rest".into());
            lines.extend(rule.rest.iter().map(show_let));
        }
    }
    lines.join("\n")
}

fn source(text: &str) -> Arc<Source> {
    Arc::new(Source::new("test", text))
}

fn expression(text: &str) -> String {
    let parsed = parse_expression(&source(text), &Limits::default());
    assert!(parsed.diagnostics.is_empty(), "{text}: {:?}", parsed.diagnostics[0].message);
    show(&parsed.tree.expect("a tree"))
}

fn rules(text: &str) -> String {
    let parsed = parse_rules(&source(text), &Limits::default());
    assert!(parsed.diagnostics.is_empty(), "{text}: {:?}", parsed.diagnostics[0].message);
    show_file(&parsed.tree)
}

/// Each diagnostic as `code line:column message`.
fn faults(diagnostics: &[Diagnostic]) -> Vec<String> {
    let line = |d: &Diagnostic| {
        let (line, column) = d.source.position(d.span.start);
        format!("{} {line}:{column} {}", d.code, d.message)
    };
    diagnostics.iter().map(line).collect()
}

fn rule_faults(text: &str) -> Vec<String> {
    faults(&parse_rules(&source(text), &Limits::default()).diagnostics)
}

fn expression_faults(text: &str) -> Vec<String> {
    faults(&parse_expression(&source(text), &Limits::default()).diagnostics)
}

/// The text with the first diagnostic's fix applied.
fn fixed(text: &str) -> String {
    let parsed = parse_expression(&source(text), &Limits::default());
    let fix = parsed.diagnostics[0].fix.clone().expect("a fix");
    format!("{}{}{}", &text[..fix.span.start as usize], fix.replacement, &text[fix.span.end as usize..])
}

// ---- expressions

#[test]
fn precedence_runs_from_postfix_to_conditional() {
    let cases = [
        ("1 + 2 * 3 - 4 / 5 % 6", "(1 + (2 * 3) - (4 / 5 % 6))"),
        ("a || b && c | d == e < f + g * h", "(a || (b && (c | (d == (e < (f + (g * h)))))))"),
        ("h * g + f < e == d | c && b || a", "(((((((h * g) + f) < e) == d) | c) && b) || a)"),
        ("!a == b", "(!a == b)"),
        ("not a and b or c", "((!a && b) || c)"),
        ("-a.b + -(c)", "(-a.b + -c)"),
        ("a < b == true", "((a < b) == true)"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("a || b ? c && d : e", "((a || b) ? (c && d) : e)"),
        ("(a + b) + c", "((a + b) + c)"),
        ("(a == b) == c", "((a == b) == c)"),
        ("- - !x", "--!x"),
        ("a AND b Or NOT c", "((a && b) || !c)"),
        ("@a AND@b", "(@a && @b)"),
    ];
    for (text, tree) in cases {
        assert_eq!(expression(text), tree, "{text}");
    }
}

#[test]
fn spans_cover_parentheses_and_steps() {
    let text = " ( a + b ) * -c . d ( 1 ) ";
    let tree = parse_expression(&source(text), &Limits::default()).tree.unwrap();
    assert_eq!(&text[tree.span.range()], "( a + b ) * -c . d ( 1 )");
    let Kind::Chain(chain) = &tree.kind else { panic!() };
    assert_eq!(&text[chain.first.span.range()], "( a + b )");
    assert_eq!(&text[chain.rest[0].0.span.range()], "*");
    let Kind::Unary(_, inner) = &chain.rest[0].1.kind else { panic!() };
    let Kind::Postfix(base, steps) = &inner.kind else { panic!() };
    assert_eq!(&text[base.span.range()], "c");
    assert_eq!(&text[steps[0].span.range()], ". d");
    assert_eq!(&text[steps[1].span.range()], "( 1 )");
}

#[test]
fn literals_have_their_values() {
    let cases = [
        ("400", "400"),
        ("007", "7"),
        ("199.99", "199.99"),
        ("1e3", "1000.0"),
        ("1.5E-2", "0.015"),
        ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("a - -9223372036854775808", "(a - -9223372036854775808)"),
        ("TRUE", "true"),
        ("False", "false"),
        ("NULL", "null"),
        ("f(30s, 5M, 2h, 90D)", "f(<30s>, <5m>, <2h>, <90d>)"),
        (r#""a\"b\\\n\u0041\ud83d\ude00'" + 'it\'s "x"'"#, "(\"a\\\"b\\\\\\nA😀'\" + \"it's \\\"x\\\"\")"),
        (r#""“curly” inside""#, "\"“curly” inside\""),
        ("5.ToString()", "5.ToString()"),
        ("1.5.Floor", "1.5.Floor"),
    ];
    for (text, tree) in cases {
        assert_eq!(expression(text), tree, "{text}");
    }
}

#[test]
fn sigils_name_attributes_events_and_variables() {
    let cases = [
        ("@zip", "@zip"),
        ("@\"a.b[0][12].c\"", "@'a.b[0][12].c'"),
        ("@'a[007]'", "@'a[7]'"),
        ("@user.email", "@user.email"),
        ("@@", "@@"),
        ("@@[\"a.b\"]", "@@[\"a.b\"]"),
        ("@@\"a.b\"[0].c", "@@'a.b'[0].c"),
        ("$when + $Return", "($when + $Return)"),
        ("@when", "@when"),
    ];
    for (text, tree) in cases {
        assert_eq!(expression(text), tree, "{text}");
    }
    let Kind::Attribute(path) = parse_expression(&source("@user.x"), &Limits::default())
        .tree
        .map(|e| match e.kind {
            Kind::Postfix(base, _) => base.kind,
            other => other,
        })
        .unwrap()
    else {
        panic!()
    };
    assert_eq!((path.bare, path.steps.len()), (true, 1));
}

#[test]
fn keywords_are_reserved_only_where_they_can_stand() {
    let cases = [
        ("Output(when = 1, return = 2, and = 3, not = 4)", "Output(when = 1, return = 2, and = 3, not = 4)"),
        ("{when: 1, \"RULE\": 2, not: 3}", "{when: 1, RULE: 2, not: 3}"),
        ("a.Date.when.not.Clause()", "a.Date.when.not.Clause()"),
        ("Assessments.x.Evaluate($baseInput = @@)", "Assessments.x.Evaluate($baseInput = @@)"),
        ("notify(order, android)", "notify(order, android)"),
        ("RULE", "RULE"),
    ];
    for (text, tree) in cases {
        assert_eq!(expression(text), tree, "{text}");
    }
    assert_eq!(
        rules("LET $return = 1 LET $when = $return DO f(\nwhen = 1,\nreturn\n= 2)"),
        "rule -\nclause -\nLET $return = 1\nLET $when = $return\nDO f(when = 1, return = 2)"
    );
}

#[test]
fn white_space_and_comments_are_free_between_tokens() {
    assert_eq!(expression("External .\n  myCall // why\n (\t/* ( */ @x ) [ 0 ] . y\u{A0}"), "External.myCall(@x)[0].y");
    assert_eq!(expression("1 / /* a */ 2 //"), "(1 / 2)");
    assert_eq!(rules("\u{FEFF}RETURN\r\nApprove()\r\n"), "rule -\nclause -\nRETURN Approve()");
    let parsed = parse_rules(&source("\u{FEFF}RETURN 7x"), &Limits::default());
    assert_eq!(parsed.diagnostics[0].span, Span::new(10, 12));
}

#[test]
fn constructors_allow_a_trailing_comma() {
    assert_eq!(expression("[1, [2,], [],]"), "[1, [2], []]");
    assert_eq!(expression("{a: 1, A: {}, 'b c': [1], }"), "{a: 1, A: {}, b c: [1]}");
}

// ---- rule text

#[test]
fn plain_statements_make_a_condition_and_clauses() {
    let text = "LET $a = @x WHEN $a > 1 LET $b = 2 RETURN Reject(), Output(x = $b) WHEN @y OBSERVE Output() LET $c = 3 ROUTETO Queue('q')\nLET $d = 4";
    let tree = "rule -\ncondition\nLET $a = @x\nWHEN ($a > 1)\nclause -\nLET $b = 2\nRETURN Reject() Output(x = $b) WHEN @y\nclause -\nOBSERVE Output()\nclause -\nLET $c = 3\nROUTETO Queue(\"q\")\nrest\nLET $d = 4";
    assert_eq!(rules(text), tree);
}

#[test]
fn headed_sections_make_a_condition_and_clauses() {
    let text = r#"
        RULE "High risk card" DESCRIPTION "why" STATUS Inactive
        CONDITION
          LET $country = @"user.countryRegion"
          WHEN $country != "US"
        CLAUSE "blocked bin"
          LET $x = 1
          OBSERVE Output(country = $country)
          RETURN Reject("bin is blocked")
          WHEN ContainsKey("Blocked bins", "bin", @"card.bin")
        Clause "watch"
          OBSERVE Output(country = $country)
        RULE "second" STATUS active RETURN Approve()
        RULE "third" CLAUSE "a" DO SetVariables(a = 1) DO SetVariables(b = 1)"#;
    let tree = r#"rule High risk card "why" inactive
condition
LET $country = @'user.countryRegion'
WHEN ($country != "US")
clause blocked bin
LET $x = 1
OBSERVE Output(country = $country)
RETURN Reject("bin is blocked") WHEN ContainsKey("Blocked bins", "bin", @'card.bin')
clause watch
OBSERVE Output(country = $country)
rule second
clause -
RETURN Approve()
rule third
clause a
DO SetVariables(a = 1)
DO SetVariables(b = 1)"#;
    assert_eq!(rules(text), tree);
}

#[test]
fn a_velocity_set_holds_several_selects() {
    let text = "WHEN @ok SELECT Count() AS status FROM Purchase, A1:status, when WHEN @x GROUPBY @u\nSELECT Sum(@a)\nAS when FROM Select GROUPBY @u WHEN @y";
    let tree = "rule -\ncondition\nWHEN @ok\nclause -\nSELECT Count() AS status FROM Purchase A1:status when WHEN @x GROUPBY @u\nclause -\nSELECT Sum(@a) AS when FROM Select WHEN @y GROUPBY @u";
    assert_eq!(rules(text), tree);
    assert_eq!(
        rule_faults("SELECT Count() AS n FROM P WHEN @x\nSELECT Count() AS m FROM P GROUPBY @x GROUPBY @y WHEN @z"),
        [
            "E0101 1:1 expected `GROUPBY` in the velocity `n`",
            "E0101 2:39 expected one `GROUPBY` for a statement, found a second",
        ]
    );
}

#[test]
fn spans_of_rules_and_clauses_cover_their_text() {
    let text = "RULE 'a' LET $x = 1 RETURN Approve() WHEN @a // end\nRULE 'b' DO f()";
    let file = parse_rules(&source(text), &Limits::default()).tree;
    assert_eq!(&text[file.rules[0].span.range()], "RULE 'a' LET $x = 1 RETURN Approve() WHEN @a");
    assert_eq!(&text[file.rules[0].clauses[0].span.range()], "LET $x = 1 RETURN Approve() WHEN @a");
    assert_eq!(&text[file.rules[1].span.range()], "RULE 'b' DO f()");
}

#[test]
fn misplaced_parts_of_a_rule_are_reported() {
    let cases: [(&str, &[&str]); 12] = [
        ("", &["E0111 1:1 expected a rule, found nothing"]),
        (" // only a comment", &["E0111 1:1 expected a rule, found nothing"]),
        ("WHEN @a\nWHEN @b\nRETURN Approve()", &["E0502 2:1 expected one `WHEN` for the condition, found a second"]),
        ("RETURN Approve() WHEN @a WHEN @b", &["E0101 1:26 expected one `WHEN` for a statement, found a second"]),
        ("RETURN Approve() LET $x = 1 WHEN $x", &["E0101 1:29 expected a statement, found `WHEN`"]),
        (
            "CLAUSE 'a'\nRETURN Reject() WHEN @a\nRETURN Approve()",
            &["E0503 3:1 expected one `RETURN` in a clause, found a second"],
        ),
        ("CLAUSE 'a'\nRETURN Reject()\nOBSERVE Output()", &["W1003 3:1 nothing runs behind a `RETURN` without `WHEN`"]),
        ("STATUS maybe RETURN Approve()", &["E0113 1:8 expected `active` or `inactive`, found `maybe`"]),
        ("RETURN Approve() DESCRIPTION 'x'", &["E0113 1:18 expected `DESCRIPTION` before the statements of its rule"]),
        (
            "CLAUSE 'a' CONDITION CLAUSE 'b' DO f()",
            &["E0101 1:1 expected a statement in the clause `a`", "E0113 1:12 expected `CONDITION` before the clauses"],
        ),
        ("LET $x = 1 CLAUSE 'a' DO f()", &["E0113 1:12 expected plain statements or clauses, found both"]),
        ("CONDITION WHEN @a RETURN Approve()", &["E0504 1:19 expected `LET` or `WHEN` in a condition, found `RETURN`"]),
    ];
    for (text, expected) in cases {
        assert_eq!(rule_faults(text), expected, "{text}");
    }
}

// ---- mistakes

#[test]
fn five_mistakes_give_five_messages() {
    let text = "LET $a = 5x\nLET b = 2\nWHEN @a = 1\nRETURN Reject(\"a\" WHEN @b\nRETURN Approve();\nOBSERVE Output(a = ) WHEN @x ==";
    assert_eq!(
        rule_faults(text),
        [
            "E0104 1:10 `5x` is neither a number nor a time window",
            "E0101 2:5 expected a variable such as `$name`, found `b`",
            "E0107 3:9 expected `==`, found `=`",
            "E0115 4:14 the bracket `(` is never closed",
            "E0106 5:17 expected a token, found `;`",
            "E0101 6:20 expected an expression, found `)`",
            "E0101 6:32 expected an expression, found the end of the text",
        ]
    );
}

#[test]
fn what_was_right_in_a_wrong_text_stays_in_the_tree() {
    let parsed = parse_rules(
        &source("LET $a = )\nLET $b = 1 else\nRETURN Reject($a) WHEN\nRETURN Approve()"),
        &Limits::default(),
    );
    assert_eq!(
        show_file(&parsed.tree),
        "rule -\nclause -\nLET $a = #\nLET $b = 1\nRETURN Reject($a) WHEN #\nclause -\nRETURN Approve()"
    );
    assert_eq!(parsed.diagnostics.len(), 3);
}

#[test]
fn mistakes_in_statements_are_explained() {
    let cases: [(&str, &[&str]); 17] = [
        ("IF @x THEN Reject()", &["E0101 1:1 expected a statement, found `IF`"]),
        ("RETURN Approve() IF @x", &["E0101 1:18 expected an operator, `WHEN` or a statement, found `IF`"]),
        ("RETURN Approve()\nReject('x')", &["E0101 2:1 expected an operator, `WHEN` or a statement, found `Reject`"]),
        ("LET $x == 1", &["E0101 1:8 expected `=`, found `==`"]),
        ("LET $x =\nRETURN Approve()", &["E0101 2:1 expected an expression, found `RETURN`"]),
        ("RETURN Approve() WHEN\nRETURN Reject()", &["E0101 2:1 expected an expression, found `RETURN`"]),
        ("RETURN Approve(\n'x'\nWHEN @y", &["E0115 1:15 the bracket `(` is never closed"]),
        ("RETURN f([1)", &["E0115 1:12 expected `]`, found `)`"]),
        ("RETURN f(1] + (2)", &["E0115 1:11 expected `)`, found `]`"]),
        ("RETURN f(1))", &["E0101 1:12 the bracket `)` closes nothing"]),
        (
            "RETURN Reject(\"x) WHEN @a\nLET $z = 5.",
            &["E0102 1:15 the string never ends", "E0104 2:10 expected digits behind the point of `5.`"],
        ),
        ("RETURN f() /* x", &["E0109 1:12 the comment never ends"]),
        ("RULE x\nRETURN f()", &["E0101 1:6 expected a name in quotes, found `x`"]),
        ("SELECT Count() FROM P GROUPBY @x", &["E0101 1:16 expected an operator or `AS`, found `FROM`"]),
        ("SELECT Count() AS n GROUPBY @x", &["E0101 1:21 expected `FROM`, found `GROUPBY`"]),
        (
            "SELECT Count() AS n FROM P GROUP BY @x",
            &["E0101 1:28 expected `WHEN`, `GROUPBY` or a statement, found `GROUP`"],
        ),
        ("WHEN f(a, WHEN b)", &["E0101 1:11 expected an expression, found `WHEN`"]),
    ];
    for (text, expected) in cases {
        assert_eq!(rule_faults(text), expected, "{text}");
    }
}

#[test]
fn mistakes_in_expressions_are_explained() {
    let cases: [(&str, &[&str]); 22] = [
        ("", &["E0111 1:1 expected an expression, found nothing"]),
        ("a b", &["E0101 1:3 expected an operator or the end of the expression, found `b`"]),
        ("a RETURN b", &["E0101 1:3 expected an operator or the end of the expression, found `RETURN`"]),
        ("a +", &["E0101 1:4 expected an expression, found the end of the text"]),
        ("a.", &["E0101 1:3 expected a member's name behind `.`, found the end of the text"]),
        ("a ? b", &["E0101 1:6 expected an operator or `:`, found the end of the text"]),
        ("f(a", &["E0115 1:2 the bracket `(` is never closed"]),
        ("f(a b)", &["E0101 1:5 expected an operator, `,` or `)`, found `b`"]),
        ("f(a,)", &["E0101 1:5 expected an expression, found `)`"]),
        ("{a 1}", &["E0101 1:4 expected `:` behind the key `a`, found `1`"]),
        ("{a: 1, a: 2}", &["E0112 1:8 the key `a` is repeated"]),
        ("a < b < c", &["E0108 1:7 expected one comparison, found `<` behind `<`"]),
        ("a == b == c", &["E0108 1:8 expected one comparison, found `==` behind `==`"]),
        ("a = b", &["E0107 1:3 expected `==`, found `=`"]),
        ("a <> b", &["E0101 1:3 expected `!=`, found `<>`"]),
        (
            "9223372036854775808",
            &["E0104 1:1 expected an Int of 64 bits, at most `9223372036854775807`, found `9223372036854775808`"],
        ),
        ("1e999", &["E0104 1:1 the number `1e999` is too large"]),
        ("91d", &["E0114 1:1 expected a time window of 1 to 90 days, found `91d`"]),
        (r#""\ud800x""#, &["E0103 1:2 expected a whole character, not one half of a pair, found `\\ud800`"]),
        (r#""\d""#, &["E0103 1:2 expected an escape such as `\\n`, found `\\d`"]),
        ("@\"a..b\"", &["E0105 1:5 expected a name in the path, found `.`"]),
        ("@ \"a\"", &["E0101 1:1 expected `@name` or `@\"path\"`, found `@`"]),
    ];
    for (text, expected) in cases {
        assert_eq!(expression_faults(text), expected, "{text}");
    }
}

#[test]
fn fixes_mend_the_text() {
    let cases = [
        ("a = 1", "a == 1"),
        ("a <> 1", "a != 1"),
        ("a !== 1", "a != 1"),
        ("a & b", "a && b"),
        ("a => b", "a >= b"),
        ("5.", "5.0"),
        (".5", "0.5"),
        ("1_000", "1000"),
        ("\"C:\\dir\"", "\"C:\\\\dir\""),
        ("“say \"x\"”", "\"say \\\"x\\\"\""),
        ("‘x’", "'x'"),
        ("@”zip”", "@\"zip\""),
        ("@@zip", "@@\"zip\""),
        ("\"abc” + 1", "\"abc\" + 1"),
        ("a;", "a"),
        ("a ≥ b", "a >= b"),
    ];
    for (text, mended) in cases {
        assert_eq!(fixed(text), mended);
        expression(mended);
    }
}

#[test]
fn curly_quotes_are_read_with_a_warning() {
    let parsed = parse_expression(&source("@”zip”.Contains(“a'b”)"), &Limits::default());
    assert_eq!(show(&parsed.tree.unwrap()), "@'zip'.Contains(\"a'b\")");
    assert!(parsed.diagnostics.iter().all(|d| d.code == Code::CURLY_QUOTES && !d.is_error()));
    assert_eq!(parsed.diagnostics.len(), 2);
}

// ---- paths

#[test]
fn paths_are_names_and_indexes() {
    let name = |text: &str| PathStep::Name(text.to_owned());
    let path = parse_path("a.b[0][1].ü-c").unwrap();
    assert_eq!(path.steps, [name("a"), name("b"), PathStep::Index(0), PathStep::Index(1), name("ü-c")]);
    assert_eq!(path.text, "a.b[0][1].ü-c");
    let cases = [
        ("", 0),
        (".a", 0),
        ("a.", 2),
        ("a..b", 2),
        ("a b", 1),
        ("[0]", 0),
        ("a[]", 2),
        ("a[-1]", 2),
        ("a[0", 3),
        ("a[0]b", 4),
        ("a]", 1),
    ];
    for (text, offset) in cases {
        assert_eq!(parse_path(text).map_err(|fault| fault.offset), Err(offset), "{text}");
    }
    let beyond = parse_path("a[99999999999999999999]").unwrap();
    assert_eq!(beyond.steps.last(), Some(&ast::PathStep::Index(usize::MAX)), "past the end of every array");
}
