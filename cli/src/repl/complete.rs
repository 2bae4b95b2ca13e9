//! What the word before the cursor may become.
//!
//! In: the text up to the cursor, and the prompt for what is loaded. Out: where the word begins, and what may stand there:
//! commands, files, event paths behind `@"`, variables behind `$`, members of the type before a `.`, else functions,
//! namespaces and words.

use crate::explanation::space;
use crate::prompt::{Prompt, command};
use fql::diagnostic::Code;
use fql::function::{Place, registry};
use fql::source::Source;
use fql::syntax::{self, ast::Kind};
use fql::value::Type;
use std::collections::BTreeSet;
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
        Some(owner) => begin(before, word, members(prompt, owner)),
        None => begin(before, word, names()),
    }
}

/// Those that begin with what was typed, whatever the case.
fn begin(before: &str, at: usize, all: impl IntoIterator<Item = String>) -> (usize, Vec<Candidate>) {
    let typed = before.get(at..).unwrap_or_default();
    let fits = |text: &String| text.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed));
    let sorted: BTreeSet<String> = all.into_iter().filter(fits).collect();
    (at, sorted.into_iter().map(|text| Candidate { shown: text.clone(), text }).collect())
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
fn members(prompt: &Prompt, owner: &str) -> Vec<String> {
    let at = owner.len() - owner.bytes().rev().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let name = owner.get(at..).unwrap_or_default();
    if name.eq_ignore_ascii_case("External") {
        return prompt.calls_defined().map(|name| format!("{name}(")).collect();
    }
    let in_space = |row: &&fql::function::Function| match row.place {
        Place::Static(space) | Place::Constant(space) => space.eq_ignore_ascii_case(name),
        _ => false,
    };
    let statics: Vec<String> = registry().all().filter(in_space).map(written).collect();
    if !statics.is_empty() {
        return statics;
    }
    let on = receiver(prompt, owner);
    let fits = |row: &&fql::function::Function| match row.place {
        Place::Method(of) | Place::Property(of) => on.is_none_or(|on| on == of || on == Type::Json),
        _ => false,
    };
    let mut found: Vec<String> = registry().all().filter(fits).map(written).collect();
    if let Some(Type::Record(record)) = on {
        found.extend(record.members().iter().map(|(name, _)| name.to_string()));
    }
    found
}

/// The type of the longest operand that a text ends with: of `1 + "a"` that of `"a"`.
fn receiver(prompt: &Prompt, text: &str) -> Option<Type> {
    // An expression begins at the beginning, or behind something that is no part of a name.
    let starts = text.char_indices().filter(|(_, c)| !c.is_ascii_alphanumeric() && *c != '_');
    let starts = std::iter::once(0).chain(starts.flat_map(|(at, c)| [at, at + c.len_utf8()]));
    starts.take(64).find_map(|at| match operand(text.get(at..)?)? {
        // An attribute takes the type that the member asks for (L3.3).
        Operand::Attribute => Some(Type::Json),
        Operand::Other => prompt.type_of(text.get(at..)?),
    })
}

/// What a member may belong to.
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

fn written(row: &fql::function::Function) -> String {
    match row.place {
        Place::Property(_) | Place::Constant(_) => row.name.to_string(),
        _ => format!("{}(", row.name),
    }
}

/// What may stand alone.
fn names() -> impl Iterator<Item = String> {
    let rows = registry().all().map(|row| match row.place {
        Place::Global => written(row),
        Place::Static(space) | Place::Constant(space) => format!("{space}."),
        Place::Method(_) | Place::Property(_) => String::new(),
    });
    let words = ["and ", "or ", "not ", "true", "false", "null", "External.", "Exists("];
    rows.filter(|name| !name.is_empty()).chain(words.map(str::to_string))
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
    fn files_are_offered() {
        let found = texts(":load src/ma");
        assert_eq!(found, [":load src/main.rs"]);
        assert!(texts(":event sr").contains(&":event src/".to_string()));
    }
}
