//! Texts and events that mean harm: whatever they hold, an answer comes, and little stack is enough (L5.5).

use super::case;
use super::tape::Tape;
use fql::{Engine, Limits};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many texts.
fn texts() -> usize {
    std::env::var("FQL_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(3_000)
}

const TOKENS: [&str; 64] = [
    "RETURN",
    "WHEN",
    "LET",
    "OBSERVE",
    "DO",
    "RULE",
    "CLAUSE",
    "CONDITION",
    "STATUS",
    "active",
    "DESCRIPTION",
    "ROUTETO",
    "SELECT",
    "GROUPBY",
    "FROM",
    "AS",
    "Reject",
    "Approve",
    "Output",
    "Trace",
    "SetVariables",
    "Challenge",
    "External",
    "alpha",
    "Exists",
    "In",
    "Math",
    "DateTime",
    "GetVariable",
    "$v0",
    "$x",
    "@a",
    "@\"a.b[0]\"",
    "@@",
    "@@\"a\"",
    "\"text\"",
    "'x'",
    "“x”",
    "1",
    "1.5",
    "1e400",
    "99999999999999999999",
    "7d",
    "true",
    "null",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    ":",
    "?",
    "=",
    "==",
    "!",
    "&&",
    "||",
    "+",
    "-",
    "\n",
    "//",
];

const PIECES: [&str; 20] = [
    "\"", "'", "“", "”", "\\", "/*", "*/", "//", "\u{0}", "\u{FEFF}", "\u{202E}", "é", "😀", "@", "$", "((((", "]]",
    "?", "- - -", "\r\n",
];

/// A program with pieces cut out, doubled, moved or put in; or tokens in any order.
fn text(tape: &mut Tape) -> Vec<u8> {
    if tape.once_in(3) {
        let mut text = String::new();
        for _ in 0..tape.below(60) {
            text.push_str(tape.pick(&TOKENS));
            text.push_str(tape.pick(&[" ", "", "\n"]));
        }
        return text.into_bytes();
    }
    let mut bytes = case::rules(tape, false).stages.remove(0).rules.remove(0).into_bytes();
    for _ in 0..1 + tape.below(6) {
        let mut place = || tape.below(bytes.len() + 1);
        let (from, to) = (place(), place());
        let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 40));
        match tape.below(5) {
            0 => drop(bytes.drain(from..to)),
            1 => {
                let piece = bytes[from..to].to_vec();
                bytes.splice(from..from, piece);
            }
            2 => {
                let piece: Vec<u8> = bytes.drain(from..to).collect();
                let at = tape.below(bytes.len() + 1);
                bytes.splice(at..at, piece);
            }
            3 => {
                let piece = tape.pick(&PIECES);
                bytes.splice(from..from, piece.bytes());
            }
            _ => {
                let byte = tape.below(256) as u8;
                bytes.insert(from, byte);
            }
        }
    }
    bytes
}

#[test]
fn no_text_panics_or_hangs() {
    let (wanted, next) = (texts(), AtomicUsize::new(0));
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= wanted {
                return;
            }
            let bytes = text(&mut Tape::seeded(0x7E47 + number as u64));
            let shown = String::from_utf8_lossy(&bytes).into_owned();
            let began = std::time::Instant::now();
            let checked = std::panic::catch_unwind(|| {
                let engine = Engine::builder().external("alpha", |_: String| async { 1_i64 });
                let (engine, diagnostics) = engine.named_rules("test", "text.fql", &bytes).check();
                let errors = diagnostics.iter().any(fql::Diagnostic::is_error);
                assert_eq!(engine.is_some(), !errors, "an engine, or an error");
                for diagnostic in &diagnostics {
                    assert!(diagnostic.span.end as usize <= diagnostic.source.text().len(), "a place within the text");
                }
                if let Ok(text) = std::str::from_utf8(&bytes) {
                    drop(Engine::builder().build().unwrap().expression(text));
                }
            });
            assert!(checked.is_ok(), "text {number}:\n{shown}");
            // Generous: a slow machine must not fail this, a hang must.
            assert!(began.elapsed().as_secs() < 20, "text {number} takes too long:\n{shown}");
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
}

/// Runs on a thread with as little stack as a host may have.
fn with_little_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(256 << 10).spawn(work).unwrap().join().unwrap();
}

/// Texts that nest: what opens, the middle, what closes.
const NESTS: [(&str, &str, &str); 14] = [
    ("(", "1", ")"),
    ("[", "1", "]"),
    ("{a: ", "1", "}"),
    ("!", "true", ""),
    ("- ", "1", ""),
    ("not ", "true", ""),
    ("true ? ", "1", " : 2"),
    ("true ? 1 : ", "2", ""),
    ("Math.Abs(", "1", ")"),
    ("@@[", "0", "]"),
    ("External.alpha(", "1", ")"),
    ("[{a: (- ", "1", ")}]"),
    ("(true && ", "true", ")"),
    ("1 + (", "1", ")"),
];

/// Texts that are long and nest nothing: what repeats, and the end.
const CHAINS: [(&str, &str); 8] = [
    ("1 + ", "1"),
    ("true && ", "true"),
    ("\"a\" + ", "\"b\""),
    ("@@.a", ""),
    ("@@[0]", ""),
    ("\"a\".Trim()", ""),
    ("false || ", "true"),
    ("1 * ", "1"),
];

#[test]
fn nesting_of_any_depth_needs_little_stack() {
    for (open, middle, close) in NESTS {
        for depth in [1, 60, 126, 127, 128, 129, 130, 1000, 20_000] {
            let text = format!("{}{middle}{}", open.repeat(depth), close.repeat(depth));
            let told = format!("{open} {depth} times");
            with_little_stack(move || {
                let engine = Engine::builder().external("alpha", |_: String| async { 1_i64 }).build().unwrap();
                match engine.expression(&text) {
                    Ok(expression) => {
                        // The outermost `?:` is in no branch (L5.4).
                        assert!(depth <= 128 + usize::from(open.contains('?')), "{told}");
                        // A call is waited for in a runtime of its own.
                        drop(expression.eval_blocking(b"{}"));
                    }
                    Err(error) => {
                        assert!(!error.diagnostics.is_empty(), "{told}");
                        let _ = error.to_string();
                    }
                }
                let rule = format!("OBSERVE Output(k = {text}) WHEN {text} == {text}");
                if let Ok(engine) = Engine::builder().rules("test", &rule).build() {
                    drop(engine.decide_blocking(b"{}"));
                }
            });
        }
    }
}

#[test]
fn chains_of_any_length_need_little_stack() {
    for (link, end) in CHAINS {
        let length = 20_000;
        // Steps follow their base, operators stand before the last operand.
        let text = match link.strip_prefix("@@").or(link.strip_prefix("\"a\"")).filter(|_| end.is_empty()) {
            Some(step) => format!("{}{}", &link[..link.len() - step.len()], step.repeat(length)),
            None => format!("{}{end}", link.repeat(length)),
        };
        with_little_stack(move || {
            let engine = Engine::builder().build().unwrap();
            let expression = engine.expression(&text).map_err(|error| error.to_string()[..400].to_string()).unwrap();
            expression.eval_blocking(b"{\"a\": 1}").unwrap();
        });
    }
}

#[test]
fn variables_that_read_each_other_need_little_stack() {
    with_little_stack(|| {
        let mut rule = String::from("LET $v0 = @@\"a\".AsInt()\n");
        for number in 1..5000 {
            rule.push_str(&format!("LET $v{number} = $v{} + 1\n", number - 1));
        }
        rule.push_str("RETURN Reject(\"\" + $v4999)");
        let engine = Engine::builder().rules("test", &rule).build().unwrap();
        let decision = engine.decide_blocking(b"{\"a\": 1}").unwrap();
        assert_eq!(decision.reason(), Some("5000"));
    });
}

#[test]
fn nested_events_need_little_stack() {
    for depth in [100, 127, 128, 129, 10_000, 200_000] {
        with_little_stack(move || {
            let engine = Engine::builder()
                .limits(Limits { event_bytes: 16 << 20, ..Limits::default() })
                .rules(
                    "test",
                    "OBSERVE Output(all = @@, part = @@\"a\", text = @a, same = @@ == @@, t = @@.ToString())",
                )
                .build()
                .unwrap();
            for (open, close) in [("{\"a\":", "}"), ("{\"a\":[", "]}")] {
                let levels = depth / open.matches(['{', '[']).count();
                let event = format!("{}1{}", open.repeat(levels), close.repeat(levels));
                let decided = engine.decide_blocking(&event);
                match decided {
                    Ok(decision) => {
                        assert!(depth <= 129, "{depth} levels");
                        let _ = decision.to_json();
                    }
                    Err(error) => assert_eq!(error.code.number(), "E0903", "{depth} levels"),
                }
            }
        });
    }
}

#[test]
fn json_that_grows_by_itself_meets_a_limit() {
    with_little_stack(|| {
        let mut rule = String::from("LET $v0 = [1, 2]\n");
        for number in 1..200 {
            rule.push_str(&format!("LET $v{number} = [$v{}, $v{}]\n", number - 1, number - 1));
        }
        rule.push_str("OBSERVE Output(k = $v199)");
        let engine = Engine::builder().rules("test", &rule).build().unwrap();
        let decision = engine.decide_blocking(b"{}").unwrap();
        assert_eq!(decision.errors().len(), 1);
        assert_eq!(decision.errors()[0].code.number(), "E0608");
    });
}
