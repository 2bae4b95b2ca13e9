//! `fql explain` and `fql completions` (R12.1).

use super::fql;

#[test]
fn codes_and_names_are_explained() {
    let cases = [
        ("E0107", "E0107 (error): "),
        ("w1001", "W1001 (warning): "),
        ("StartsWith", "String.StartsWith(prefix: String) -> Bool\n"),
        ("string.startswith()", "String.StartsWith(prefix: String) -> Bool\n"),
        ("Math.Abs", "Math.Abs("),
        ("math", "Math.Abs("),
        ("geo", "Geo.City("),
        ("let", "LET\n\nNames a value."),
        ("External", "External\n\nMakes an external call"),
        ("model score", "The record `model score` has the members\n    Score: Int\n"),
        ("BIN", "BIN.Lookup(bin: String) -> BIN\n"),
    ];
    for (what, begin) in cases {
        let text = fql(&["explain", what]).good();
        assert!(text.starts_with(begin), "{what}: {text}");
    }
}

#[test]
fn a_function_is_shown_with_its_examples_and_its_record() {
    let text = fql(&["explain", "Model.Risk"]).good();
    assert!(text.contains("\n    Model.Risk().Score > 800 => true\n") && !text.contains("```"), "{text}");
    assert!(text.contains("The result has the members\n    Score: Int\n    Reason: String\n"), "{text}");
}

#[test]
fn the_nearest_is_offered() {
    fql(&["explain", "StartWith"]).refused(1, &["unknown name `StartWith`: did you mean `StartsWith`?"]);
    fql(&["explain", "String.StartWith"]).refused(1, &["did you mean `String.StartsWith`?"]);
    fql(&["explain", "E0108x"]).refused(1, &["unknown name"]);
    fql(&["explain", "E0199"]).refused(1, &["unknown code `E0199`"]);
    fql(&["explain", ""]).refused(1, &["unknown name"]);
    fql(&["explain"]).refused(2, &["CODE|NAME"]);
}

#[test]
fn shells_get_a_script() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = fql(&["completions", shell]).good();
        assert!(script.contains("decide") && script.contains("prefetch"), "{shell}");
    }
    fql(&["completions", "tcsh"]).refused(2, &["bash"]);
}
