//! Events for the paths that a program uses: of the right type, of another, null, missing, in other case, repeated.

use super::tape::Tape;
use std::collections::BTreeSet;

enum Node {
    Scalar(&'static str),
    Object(Vec<(String, Node)>),
    Array(Vec<Node>),
}

const SCALARS: [&str; 40] = [
    "1",
    "0",
    "-1",
    "5",
    "100",
    "199.99",
    "12.0",
    "1e3",
    "-0.0",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "1e300",
    "\"x\"",
    "\"\"",
    "\"high\"",
    "\"US\"",
    "\"a\"",
    "\"12\"",
    "\"-3.5\"",
    "\"1e2\"",
    "\" 12\"",
    "\"true\"",
    "\"TRUE\"",
    "true",
    "false",
    "null",
    "\"2024-02-29\"",
    "\"2023-12-31T23:59:59.5Z\"",
    "\"9999-12-31T23:59:59.9999999Z\"",
    "\"soon\"",
    "\"abc def\"",
    "\"\\u00c9lan\"",
    "\"a\\nb\\\\\\\"\"",
    "\"Élan\"",
    "\"high\\u0020\"",
    "\"p\"",
    "2",
    "1.0",
    "\"9223372036854775808\"",
];

/// An event as JSON text.
pub fn event(tape: &mut Tape, paths: &BTreeSet<&'static str>) -> String {
    let mut root = Node::Object(Vec::new());
    for path in paths {
        if tape.below(6) < 5 {
            let value = value(tape);
            insert(&mut root, path, value, tape);
        }
    }
    let mut text = String::new();
    write(&root, tape, &mut text);
    text
}

fn value(tape: &mut Tape) -> Node {
    match tape.below(12) {
        9 => Node::Array(vec![Node::Scalar(tape.pick(&SCALARS)), Node::Scalar("\"x\"")]),
        10 => Node::Object(vec![("name".to_string(), Node::Scalar(tape.pick(&SCALARS)))]),
        11 => Node::Array(Vec::new()),
        _ => Node::Scalar(tape.pick(&SCALARS)),
    }
}

/// Puts a value where a path leads, if what stands on the way lets it.
fn insert(root: &mut Node, path: &str, value: Node, tape: &mut Tape) {
    let mut at = root;
    let steps: Vec<&str> = path.split(['.', '[']).collect();
    for step in steps {
        if matches!(at, Node::Scalar(_)) {
            return;
        }
        let index = step.strip_suffix(']').map(|index| index.parse::<usize>().unwrap());
        at = match index {
            Some(index) => {
                if matches!(at, Node::Object(members) if members.is_empty()) {
                    *at = Node::Array(Vec::new());
                }
                let Node::Array(items) = at else { return };
                while items.len() <= index {
                    items.push(Node::Object(Vec::new()));
                }
                &mut items[index]
            }
            None => {
                // A step by name on an array looks in its first element.
                if matches!(at, Node::Object(members) if members.is_empty()) && tape.once_in(10) {
                    *at = Node::Array(vec![Node::Object(Vec::new())]);
                }
                while matches!(at, Node::Array(_)) {
                    let Node::Array(items) = at else { return };
                    if items.is_empty() {
                        return;
                    }
                    at = &mut items[0];
                }
                let Node::Object(members) = at else { return };
                let place = members.iter().position(|(key, _)| key == step).unwrap_or(members.len());
                if place == members.len() {
                    members.push((step.to_string(), Node::Object(Vec::new())));
                }
                &mut members[place].1
            }
        };
    }
    *at = value;
}

fn write(node: &Node, tape: &mut Tape, out: &mut String) {
    match node {
        Node::Scalar(text) => out.push_str(text),
        Node::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, tape, out);
            }
            out.push(']');
        }
        Node::Object(members) => {
            out.push('{');
            let mut first = true;
            for (key, value) in members {
                let decoys = if tape.once_in(8) { 1 + tape.below(3) } else { 0 };
                let place = tape.below(decoys + 1);
                for at in 0..=decoys {
                    if !std::mem::take(&mut first) {
                        out.push(',');
                    }
                    let spelt = spelling(key, tape, at == place);
                    out.push_str(&format!("\"{spelt}\":{}", tape.pick(&["", " ", "\n\t"])));
                    if at == place {
                        write(value, tape, out);
                    } else {
                        out.push_str(tape.pick(&SCALARS));
                    }
                }
            }
            out.push('}');
        }
    }
}

/// A key as it stands in an event.
fn spelling(key: &str, tape: &mut Tape, meant: bool) -> String {
    match tape.below(if meant { 16 } else { 4 }) {
        1 => key.to_ascii_uppercase(),
        2 => key.replace('a', "A").replace('e', "E"),
        3 => key.replace('a', "\\u0061").replace('u', "\\u0055"),
        _ => key.to_string(),
    }
}
