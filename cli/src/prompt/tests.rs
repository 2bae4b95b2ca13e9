#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
use super::*;

fn prompt() -> Prompt {
    Prompt::new(Settings::default(), false).unwrap()
}

/// What lines give, the last one's result and trouble.
fn told(lines: &[&str]) -> (String, String) {
    let mut prompt = prompt();
    let mut reply = Reply::default();
    for line in lines {
        reply = prompt.line(line);
    }
    assert_eq!(reply.next, Next::Ready);
    (reply.result, reply.trouble)
}

fn value(lines: &[&str]) -> String {
    let (result, trouble) = told(lines);
    assert_eq!(trouble, "", "{lines:?}");
    result.trim_end().to_string()
}

#[test]
fn an_expression_shows_its_value() {
    assert_eq!(value(&["1 + 2"]), "3");
    assert_eq!(value(&["\"a\" + 'b'"]), "\"ab\"");
    assert_eq!(value(&[":event {\"a\": {\"b\": 7}}", "@\"a.b\" * 2"]), "14");
    assert_eq!(value(&["  "]), "");
}

#[test]
fn open_brackets_wait_and_an_empty_line_ends_the_wait() {
    let mut prompt = prompt();
    assert_eq!(prompt.line("(1 +").next, Next::More);
    assert_eq!(prompt.line("2) *").next, Next::Ready);
    assert_eq!(prompt.line("(1 +").next, Next::More);
    let reply = prompt.line("");
    assert!(reply.trouble.contains("error[E01"), "{}", reply.trouble);
    assert_eq!(prompt.line("[1,").next, Next::More);
    assert_eq!(prompt.line("2]").result, "[1,2]\n");
}

#[test]
fn variables_stand_for_expressions() {
    assert_eq!(value(&[":let a = 3", ":let $b = $a + 1 // more", "$b * $A"]), "12");
    assert_eq!(value(&["LET $a = 3", ":let a = $a + 1", "$a"]), "4");
    assert_eq!(value(&[":let a = @\"x\"", ":event {\"x\": 5}", "$a > 4"]), "true");
    assert_eq!(value(&[":let a = 1", ":let b = $a", ":let a = 2", "$b"]), "1");
    assert_eq!(value(&[":let a = 1", ":let b = 'x'", ":let"]), "$a = 1\n$b = 'x'");
    assert_eq!(value(&[":let a = 1", "\"$a\""]), "\"$a\"");
    assert_eq!(value(&[":let a = 1 + 1"]), "$a: Int");
}

#[test]
fn diagnostics_point_at_what_was_typed() {
    let (_, trouble) = told(&[":let long = 1000000 + 1000000", "1 + $long + $nothing"]);
    assert!(trouble.contains("prompt:1:13") && trouble.contains("1 + $long + $nothing"), "{trouble}");
    let (_, trouble) = told(&[":let zero = 1 - 1", "100 / $zero + $zero"]);
    assert!(trouble.contains("E0701") && trouble.contains("100 / $zero"), "{trouble}");
    let (_, trouble) = told(&[":let a = 1", "$a +"]);
    assert!(trouble.contains("E0101"), "{trouble}");
}

#[test]
fn names_that_grow_without_bound_are_refused() {
    let mut prompt = prompt();
    prompt.line(":let a = \"0123456789\"");
    let trouble = (0..40).map(|_| prompt.line(":let a = $a + $a + $a + $a").trouble).find(|one| !one.is_empty());
    assert!(trouble.unwrap().contains("E06"));
    assert_eq!(prompt.line("1").result, "1\n");
}

#[test]
fn what_is_wrong_is_said_and_nothing_ends() {
    let cases = [
        (":nonsense", "unknown command"),
        (":", "unknown command"),
        (":evnt x", "did you mean `:event`?"),
        (":event /no/such/file", "E0801"),
        (":event {\"a\": }", "E0901"),
        (":let", ""),
        (":let 1 = 2", "expected a name"),
        (":let a", "expected a name"),
        (":let baseInput = 1", "reserved"),
        (":let a = ", "expected a name"),
        (":type 1 +", "E0101"),
        (":type", "E0111"),
        (":load", "name a file"),
        (":load /no/such/file", "E0801"),
        (":stub /no/such/file", "E0801"),
        (":decide", "no rules"),
        (":explain", "name a code"),
        (":explain Strlen", "unknown name"),
        (":explain E0300", "unknown code"),
        ("1 / (1 - 1)", "E0701"),
        ("nonsense", "E0204"),
        ("\u{1b}31m", "E01"),
    ];
    for (line, wanted) in cases {
        let (_, trouble) = told(&[line]);
        assert!(trouble.contains(wanted) && trouble.is_empty() == wanted.is_empty(), "{line}: {trouble}");
        assert!(!trouble.contains('\u{1b}'), "{line}: {trouble:?}");
    }
}

#[test]
fn commands_answer() {
    assert_eq!(value(&[":type 1.5"]), "Double");
    assert_eq!(value(&[":event {\"a\": 1}", ":event"]), "{\"a\": 1}");
    assert!(value(&[":explain E0301"]).starts_with("E0301 (error)"));
    assert!(value(&[":explain startswith"]).starts_with("String.StartsWith(prefix: String) -> Bool"));
    assert!(value(&[":help"]).contains(":explain"));
    assert!(value(&[":calls"]).starts_with("no calls"));
    assert_eq!(prompt().line(":q").next, Next::Quit);
}
