//! What the word before the cursor may become.
//!
//! In: the text up to the cursor, and the prompt for what is loaded. Out: where the word begins, and what may stand there:
//! commands, files, event paths behind `@"`, variables behind `$`, members of the type before a `.`, else functions,
//! namespaces and words.

use crate::explanation::space;
use crate::prompt::{Prompt, command};
use fql::diagnostic::Code;
use fql::function::{Completion, completions, registry};
use fql::source::Source;
use fql::syntax::{self, ast::Kind};
use fql::value::Type;
use std::sync::Arc;

/// How many event paths are offered.
const PATHS: usize = 2000;

/// How deep in the event paths are looked for.
const DEPTH: usize = 16;

/// A text that may stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// As listed.
    pub(super) shown: String,
    /// As put in.
    pub(super) text: String,
}

/// The candidates, and the offset of what they replace.
pub(super) fn complete(prompt: &Prompt, before: &str) -> (usize, Vec<Candidate>) {
    if let Some((word, argument)) = before.split_once(' ').filter(|_| before.starts_with(':')) {
        match word {
            ":event" | ":load" | ":stub" => return files(before.len() - argument.len(), argument),
            ":explain" => return begin(before, before.len() - argument.len(), explained()),
            _ => {}
        }
    } else if before.starts_with(':') {
        return begin(before, 0, command::COMMANDS.iter().map(|command| command.word.to_string()));
    }
    if let Some(at) = open_path(before) {
        return begin(before, at, paths(prompt.event()));
    }
    let word = before.len() - before.bytes().rev().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let head = before.get(..word).unwrap_or_default();
    if head.ends_with('$') {
        return begin(before, word, prompt.variables().map(str::to_string));
    }
    if head.ends_with('@') {
        let names = paths(prompt.event()).into_iter().filter(|path| !path.contains(['.', '[']));
        return begin(before, word, names);
    }
    match head.strip_suffix('.') {
        Some(owner) => offer(before, word, members(prompt, owner)),
        None => offer(before, word, names()),
    }
}

/// Those that begin with what was typed, whatever the case.
fn begin(before: &str, at: usize, all: impl IntoIterator<Item = String>) -> (usize, Vec<Candidate>) {
    offer(before, at, all.into_iter().map(plain))
}

/// The same, each text once and in order, with the first of its signatures.
fn offer(before: &str, at: usize, all: impl IntoIterator<Item = Candidate>) -> (usize, Vec<Candidate>) {
    let typed = before.get(at..).unwrap_or_default();
    let fits = |one: &Candidate| one.text.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed));
    let mut found: Vec<Candidate> = all.into_iter().filter(fits).collect();
    found.sort_by(|one, other| one.text.cmp(&other.text));
    found.dedup_by(|one, other| one.text == other.text);
    (at, found)
}

fn files(at: usize, typed: &str) -> (usize, Vec<Candidate>) {
    let (folder, _) = typed.rsplit_once('/').map_or(("", typed), |(folder, name)| (folder, name));
    let place = match folder {
        "" if typed.starts_with('/') => "/",
        "" => ".",
        folder => folder,
    };
    let entries = std::fs::read_dir(place).into_iter().flatten().filter_map(Result::ok);
    let names = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let slash = if entry.path().is_dir() { "/" } else { "" };
        let hidden = name.starts_with('.') && !typed.rsplit('/').next().is_some_and(|last| last.starts_with('.'));
        let before = if typed.contains('/') { format!("{folder}/") } else { String::new() };
        (!hidden).then(|| format!("{before}{name}{slash}"))
    });
    let names: Vec<String> = names.filter(|name| name.starts_with(typed)).collect();
    let mut found: Vec<_> = names.into_iter().map(|text| Candidate { shown: text.clone(), text }).collect();
    found.sort_by(|one, other| one.text.cmp(&other.text));
    (at, found)
}

/// Where the path begins, if the cursor is within the quotes of `@"..."` or `@@"..."`.
fn open_path(before: &str) -> Option<usize> {
    let mut quote: Option<(char, usize, bool)> = None;
    let mut last = ' ';
    let mut escaped = false;
    for (at, c) in before.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some((open, _, _)) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some((c, at + 1, last == '@')),
            None => {}
        }
        last = c;
    }
    quote.filter(|(_, _, is_path)| *is_path).map(|(_, at, _)| at)
}

/// The paths of an event, `productList[0].price` and the like.
fn paths(event: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    if let Ok(event) = serde_json::from_slice(event) {
        walk(&event, "", DEPTH, &mut found);
    }
    found
}

fn walk(value: &serde_json::Value, path: &str, depth: usize, found: &mut Vec<String>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        serde_json::Value::Object(members) => {
            for (name, value) in members {
                // Such a key is reached through `@@` only (L1.9).
                if found.len() >= PATHS || name.is_empty() || name.contains(['.', '[', '"', ' ']) {
                    continue;
                }
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                walk(value, &path, depth, found);
                found.push(path);
            }
        }
        serde_json::Value::Array(items) if !path.is_empty() => {
            for (number, value) in items.iter().enumerate().take(PATHS.saturating_sub(found.len())) {
                let path = format!("{path}[{number}]");
                walk(value, &path, depth, found);
                found.push(path);
            }
        }
        _ => {}
    }
}

/// What may stand behind `owner.`: members of a namespace, or of the type of the expression that ends there.
fn members(prompt: &Prompt, owner: &str) -> Vec<Candidate> {
    let at = owner.len() - owner.bytes().rev().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let name = owner.get(at..).unwrap_or_default();
    if name.eq_ignore_ascii_case("External") {
        return prompt.calls_defined().map(|name| plain(format!("{name}("))).collect();
    }
    let space = format!("{name}.");
    let statics = completions(None, &space);
    if !name.is_empty() && !statics.is_empty() {
        // The namespace stands there already.
        let cut = |text: String| text.get(space.len()..).unwrap_or_default().to_string();
        return statics
            .into_iter()
            .map(|one| Candidate { text: cut(one.inserted()), shown: cut(one.signature) })
            .collect();
    }
    let receivers = match receiver(prompt, owner) {
        Some(Receiver::Type(ty)) => vec![ty],
        // An attribute takes the type that the member asks for (L3.3), and what is unknown may be anything.
        Some(Receiver::Attribute) => vec![Type::String, Type::Double, Type::DateTime, Type::Json],
        None => vec![Type::String, Type::Double, Type::DateTime, Type::TimeSpan, Type::Json],
    };
    receivers.into_iter().flat_map(|ty| completions(Some(ty), "")).map(offered).collect()
}

/// A completion as it is listed, with its signature behind the receiver's type, and as it is put in.
fn offered(one: Completion) -> Candidate {
    let shown = one.signature.split_once('.').map_or(one.signature.as_str(), |(_, member)| member);
    Candidate { shown: shown.to_string(), text: one.inserted() }
}

fn plain(text: String) -> Candidate {
    Candidate { shown: text.clone(), text }
}

/// What a member may belong to.
enum Receiver {
    Attribute,
    Type(Type),
}

/// The type of the longest operand that a text ends with: of `1 + "a"` that of `"a"`.
fn receiver(prompt: &Prompt, text: &str) -> Option<Receiver> {
    // An expression begins at the beginning, or behind something that is no part of a name.
    let starts = text.char_indices().filter(|(_, c)| !c.is_ascii_alphanumeric() && *c != '_');
    let starts = std::iter::once(0).chain(starts.flat_map(|(at, c)| [at, at + c.len_utf8()]));
    starts.take(64).find_map(|at| match operand(text.get(at..)?)? {
        Operand::Attribute => Some(Receiver::Attribute),
        Operand::Other => prompt.type_of(text.get(at..)?).map(Receiver::Type),
    })
}

/// What stands before a member.
enum Operand {
    Attribute,
    Other,
}

/// What a text is, if a member behind it would be a member of all of it.
fn operand(text: &str) -> Option<Operand> {
    let limits = fql::Limits::default();
    let source = Arc::new(Source::new("prompt", format!("{text}.x")));
    let depth = syntax::nesting(source.text()).min(limits.nesting);
    let parsed = syntax::with_stack(depth, || {
        let parsed = syntax::parse_expression(&source, &limits);
        match parsed.tree.filter(|_| parsed.diagnostics.is_empty())?.kind {
            Kind::Postfix(base, steps) if steps.len() == 1 && matches!(base.kind, Kind::Attribute(_)) => {
                Some(Operand::Attribute)
            }
            Kind::Postfix(..) => Some(Operand::Other),
            _ => None,
        }
    });
    parsed.ok().flatten()
}

/// What may stand alone: functions, namespaces with their point, words.
fn names() -> Vec<Candidate> {
    let words = ["and ", "or ", "not ", "true", "false", "null", "External."];
    let rows = completions(None, "").into_iter().map(|one| match one.name.split_once('.') {
        Some((space, _)) => plain(format!("{space}.")),
        None => Candidate { text: one.inserted(), shown: one.signature },
    });
    rows.chain(words.map(|word| plain(word.to_string()))).collect()
}

/// What can be explained.
fn explained() -> impl Iterator<Item = String> {
    let rows = registry().all().map(|row| match space(row) {
        Some(space) => format!("{space}.{}", row.name),
        None => row.name.to_string(),
    });
    rows.chain(registry().all().map(|row| row.name.to_string()))
        .chain(Code::all().map(|code| code.number().to_string()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::setting::Settings;
    use fql::external::Stubs;

    /// What a text may become.
    fn texts(before: &str) -> Vec<String> {
        let stubs = Stubs::parse(r#"{"riskOf": {}}"#).unwrap();
        let mut prompt = Prompt::new(Settings { stubs, ..Settings::default() }, false).unwrap();
        for line in [":event {\"user\": {\"email\": \"a\", \"age\": 7}, \"items\": [{\"id\": 1}]}", ":let total = 1"] {
            let reply = prompt.line(line);
            assert_eq!(reply.trouble, "");
        }
        let (at, found) = complete(&prompt, before);
        found.into_iter().map(|one| format!("{}{}", &before[..at], one.text)).collect()
    }

    #[test]
    fn commands_paths_variables_and_calls() {
        assert_eq!(texts(":ev"), [":event"]);
        assert_eq!(texts("1 + @\"user.e"), ["1 + @\"user.email"]);
        assert_eq!(texts("@'items[0]."), ["@'items[0].id"]);
        assert_eq!(texts("@@\"it"), ["@@\"items", "@@\"items[0]", "@@\"items[0].id"]);
        assert_eq!(texts("@us"), ["@user"]);
        assert_eq!(texts("(@\"a\" + $T"), ["(@\"a\" + $total"]);
        assert_eq!(texts("External.r"), ["External.riskOf("]);
        assert_eq!(texts("\"use"), [] as [&str; 0]);
        assert!(texts(":explain startsw").contains(&":explain StartsWith".to_string()));
    }

    #[test]
    fn members_fit_the_type_before_the_dot() {
        let found = texts("\"abc\".StartsW");
        assert_eq!(found, ["\"abc\".StartsWith("]);
        assert_eq!(texts("1 + @\"user.email\".startsw"), ["1 + @\"user.email\".StartsWith("]);
        assert_eq!(texts("@\"user.since\".DayOfY"), ["@\"user.since\".DayOfYear"]);
        assert!(!texts("(1 > 2).").contains(&"(1 > 2).StartsWith(".to_string()));
        assert!(texts("f(\"x\".").contains(&"f(\"x\".Length".to_string()));
        let namespaces = texts("Date");
        assert!(namespaces.contains(&"DateTime.".to_string()), "{namespaces:?}");
        assert!(texts("DateTime.Utc").contains(&"DateTime.UtcNow".to_string()));
    }

    #[test]
    fn what_is_listed_shows_parameters_and_result() {
        let prompt = Prompt::new(Settings::default(), false).unwrap();
        let shown = |before: &str| complete(&prompt, before).1.into_iter().map(|one| one.shown).collect::<Vec<_>>();
        assert_eq!(shown("\"a\".StartsW"), ["StartsWith(prefix: String) -> Bool"]);
        assert_eq!(shown("Math.Cl"), ["Clamp(value: Double, lowest: Double, highest: Double) -> Double"]);
        assert_eq!(shown("GetPattern(\"a\").max"), ["maxConsonants -> Int"]);
        assert_eq!(shown("geo.ci"), ["City(ip: String) -> String"]);
        assert_eq!(shown("Rand"), ["RandomInt(min: Int, max: Int) -> Int"]);
        assert_eq!(shown("[1][0].Starts"), [] as [&str; 0]);
    }

    #[test]
    fn files_are_offered() {
        let found = texts(":load src/ma");
        assert_eq!(found, [":load src/main.rs"]);
        assert!(texts(":event sr").contains(&":event src/".to_string()));
    }
}
