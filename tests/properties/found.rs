//! Programs on which the engine once differed from the reference, or nearly did.

use super::case::{Case, Row, Stage, Table};
use super::compare::compare_rules;
use fql::Limits;
use fql::evaluate::OnError;

fn case(text: &str, event: &str) -> Case {
    let row = |name, response| Row { name, arguments: None, response, failure: None };
    let rows = vec![row("alpha", "1"), row("beta", "true"), row("gamma", "0"), row("delta", "\"x\"")];
    Case {
        stages: vec![Stage { rules: vec![text.to_string()], ..Stage::default() }],
        expression: String::new(),
        events: vec![event.to_string()],
        table: Table { hosts: true, rows },
        limits: Limits::default(),
        on_error: OnError::Skip,
    }
}

fn agree(case: Case) {
    assert_eq!(compare_rules(&case), Ok(Some(1)), "{}", case.shown());
}

#[test]
fn an_attribute_and_json_of_one_path_and_type_are_one_note() {
    agree(case(
        "RULE \"a\"\nWHEN @@\"a\".AsBool()\nRETURN Reject()\nRULE \"b\"\nWHEN @a && @a\nRETURN Reject()",
        "{\"a\": 1}",
    ));
}

#[test]
fn the_note_of_a_choice_does_not_name_the_branch_written_last() {
    agree(case("RETURN Reject() WHEN (@flag ? @@\"a\" : @@\"b\")", "{\"flag\": true, \"a\": 5, \"b\": 6}"));
}

#[test]
fn calls_that_may_use_up_the_limit_make_later_ones_uncertain() {
    let text = "RULE \"a\"\nWHEN External.gamma() == 0\nDO SetVariables(p = 1) WHEN External.alpha(\"x\") == External.beta(\"x\", \"x\")\n\
                RULE \"b\"\nWHEN External.beta(\"x\", \"\")\nRETURN Reject()";
    for calls_per_event in 0..6 {
        let mut case = case(text, "{}");
        case.limits.calls_per_event = calls_per_event;
        agree(case);
    }
}

#[test]
fn a_failure_that_may_end_the_evaluation_makes_later_calls_uncertain() {
    let texts = [
        "OBSERVE Output(a = 1 / External.gamma().AsInt())\nOBSERVE Output(b = External.alpha(\"x\"))",
        "OBSERVE Output(a = 1 / (1 - 1))\nOBSERVE Output(b = External.alpha(\"x\"))",
        "OBSERVE Output(a = External.gamma() == 1 && 1 / (1 - 1) == 1)\nOBSERVE Output(b = External.alpha(\"x\"))",
        "RULE \"a\"\nWHEN 1 / External.gamma().AsInt() == 1\nRETURN Reject()\nRULE \"b\"\nWHEN External.beta(\"x\", \"\")\nRETURN Reject()",
    ];
    for text in texts {
        for on_error in [OnError::Skip, OnError::Fail] {
            agree(Case { on_error, ..case(text, "{}") });
        }
    }
}

#[test]
fn a_variable_that_may_have_been_read_before_is_not_known() {
    let text = "LET $v = GetVariable(\"p\")\nOBSERVE Output(a = $v) WHEN External.alpha(\"x\") == 1\n\
                DO SetVariables(p = \"new\")\nOBSERVE Output(b = External.beta(\"y\", \"\")) WHEN $v == \"new\"";
    agree(case(text, "{}"));
}

#[test]
fn a_variable_that_was_read_keeps_its_value_whoever_asks() {
    let text = "LET $v = GetVariable(\"p\")\nOBSERVE Output(a = $v, c = External.alpha(\"x\"))\n\
                DO SetVariables(p = \"new\")\nOBSERVE Output(b = External.beta(\"y\", \"\")) WHEN $v == \"new\"";
    agree(case(text, "{}"));
}
