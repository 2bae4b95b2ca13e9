//! `--update`: writes what comes out into the expectations of cases that differ.
//!
//! In: the text of a file, and what came out of its cases. Out: the text with other expectations, everything else as it was:
//! comments, order, form. Of an expectation only what differs is written; a case that has none gets what says most. The new text
//! is read and compared before it is kept, so a second update finds nothing to do.

use fql::case::{Case, CaseFile, Difference, Outcome, Step, Surroundings};
use serde_json::Value as Json;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// The members that a case without an expectation gets, in this order. Not those that change with every other rule.
const MEMBERS: [&str; 12] = [
    "decision",
    "reason",
    "supportMessage",
    "challengeType",
    "rule",
    "clause",
    "outputs",
    "customProperties",
    "variables",
    "queue",
    "traces",
    "errors",
];

/// The text with the expectations of these cases as they came out; else why that cannot be.
pub(super) fn text(before: &str, changes: &[(&Case, &Outcome)], around: Surroundings<'_>) -> Result<String, String> {
    let mut document: DocumentMut = before.parse().map_err(|_| "the file is no TOML".to_string())?;
    for (case, outcome) in changes {
        let root = document.as_table_mut();
        let changed = match (case.number, root.get_mut("case")) {
            (None, _) => change(root, false, case, outcome),
            (Some(number), Some(Item::ArrayOfTables(tables))) => {
                tables.get_mut(number).and_then(|table| change(table, false, case, outcome))
            }
            (Some(number), Some(Item::Value(Value::Array(tables)))) => {
                let table = tables.get_mut(number).and_then(Value::as_inline_table_mut);
                table.and_then(|table| change(table, true, case, outcome))
            }
            _ => None,
        };
        changed.ok_or_else(|| format!("the expectation of `{}` cannot be written as TOML", case.name))?;
    }
    let mut after = document.to_string();
    if before.contains("\r\n") && !after.contains("\r\n") {
        after = after.replace('\n', "\r\n");
    }
    match fits(&after, changes, around) {
        true => Ok(after),
        false => Err("what came out cannot be written as an expectation".to_string()),
    }
}

/// Whether the cases of a text expect what came out.
fn fits(text: &str, changes: &[(&Case, &Outcome)], around: Surroundings<'_>) -> bool {
    let Some(name) = changes.first().map(|(case, _)| case.source.name()) else { return true };
    let (file, _) = CaseFile::parse(name, text, Some(around));
    changes.iter().all(|(case, outcome)| {
        let read = file.cases.iter().find(|read| read.number == case.number && read.name == case.name);
        let expect = read.and_then(|read| read.expect.as_ref());
        expect.is_some_and(|expect| expect.compare(&outcome.json).is_empty())
    })
}

/// Changes one case, whose table stands in braces or under a header.
fn change(table: &mut dyn TableLike, braces: bool, case: &Case, outcome: &Outcome) -> Option<()> {
    let Some(expect) = &case.expect else {
        let whole = whole(&outcome.json)?;
        let item = match braces {
            true => {
                let mut whole = Value::InlineTable(whole.into_inline_table());
                // The blank before the brace goes behind what is last now.
                if let Some(last) = table.iter_mut().last().and_then(|(_, item)| item.as_value_mut()) {
                    let suffix = last.decor().suffix().cloned().unwrap_or_default();
                    last.decor_mut().set_suffix("");
                    whole.decor_mut().set_prefix(" ");
                    whole.decor_mut().set_suffix(suffix);
                }
                Item::Value(whole)
            }
            false => Item::Table(whole),
        };
        table.insert("expect", item);
        return Some(());
    };
    let item = table.get_mut("expect")?;
    if expect.is_json() {
        let mut json: Json = serde_json::from_str(item.as_str()?).ok()?;
        for difference in &outcome.differences {
            set_json(&mut json, difference)?;
        }
        return put(item, Value::from(json.to_string()));
    }
    for difference in &outcome.differences {
        let value = match &difference.found {
            Some(found) => value(&serde_json::from_str(found).ok()?)?,
            None => mark("absent"),
        };
        set(item, &difference.path, value)?;
    }
    Some(())
}

/// Puts a value at the end of a path.
fn set(item: &mut Item, path: &[Step], new: Value) -> Option<()> {
    let Some((step, rest)) = path.split_first() else { return put(item, new) };
    match step {
        Step::Member(name) => match item {
            Item::Value(value) => set_in(value, path, new),
            item => set(item.as_table_like_mut()?.get_mut(name)?, rest, new),
        },
        Step::Element(number) => match item {
            Item::ArrayOfTables(tables) => {
                let table = tables.get_mut(*number)?;
                let (Some((Step::Member(name), rest)), true) = (rest.split_first(), !rest.is_empty()) else {
                    return None;
                };
                set(table.get_mut(name)?, rest, new)
            }
            Item::Value(value) => set_in(value, path, new),
            _ => None,
        },
    }
}

/// The same within a value.
fn set_in(value: &mut Value, path: &[Step], new: Value) -> Option<()> {
    let Some((step, rest)) = path.split_first() else {
        return {
            replace(value, new);
            Some(())
        };
    };
    match step {
        Step::Member(name) => set_in(value.as_inline_table_mut()?.get_mut(name)?, rest, new),
        Step::Element(number) => set_in(value.as_array_mut()?.get_mut(*number)?, rest, new),
    }
}

/// Puts a value in place of an item; of a value that stood there, blanks and comments stay.
fn put(item: &mut Item, new: Value) -> Option<()> {
    match item {
        Item::Value(old) => replace(old, new),
        item => *item = Item::Value(new),
    }
    Some(())
}

fn replace(old: &mut Value, mut new: Value) {
    *new.decor_mut() = old.decor().clone();
    *old = new;
}

/// Sets or takes away a part of JSON.
fn set_json(json: &mut Json, difference: &Difference) -> Option<()> {
    let (last, way) = difference.path.split_last()?;
    let parent = way.iter().try_fold(json, |json, step| match step {
        Step::Member(name) => json.get_mut(name),
        Step::Element(number) => json.get_mut(*number),
    })?;
    let found = difference.found.as_ref().map(|found| serde_json::from_str::<Json>(found));
    match (last, found.transpose().ok()?) {
        (Step::Member(name), Some(found)) => *parent.get_mut(name)? = found,
        (Step::Element(number), Some(found)) => *parent.get_mut(*number)? = found,
        (Step::Member(name), None) => drop(parent.as_object_mut()?.remove(name)?),
        (Step::Element(_), None) => return None,
    }
    Some(())
}

/// What a decision says of itself.
fn whole(json: &str) -> Option<Table> {
    let decision: Json = serde_json::from_str(json).ok()?;
    let mut table = Table::new();
    for name in MEMBERS {
        let Some(part) = decision.get(name) else { continue };
        let value = match part {
            // Where an error stands changes with every line above it.
            Json::Array(errors) if name == "errors" => {
                let kept = errors.iter().map(|error| {
                    let parts = ["code", "rule", "clause"];
                    let kept = parts.iter().filter_map(|part| Some(((*part).to_string(), error.get(*part)?.clone())));
                    value(&Json::Object(kept.collect()))
                });
                Value::Array(kept.collect::<Option<Array>>()?)
            }
            part => value(part)?,
        };
        table.insert(name, Item::Value(value));
    }
    Some(table)
}

/// JSON as TOML; none for an object that would be read as a mark.
fn value(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => mark("null"),
        Json::Bool(value) => Value::from(*value),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Value::from(number),
            None => Value::from(number.as_f64()?),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::Array(items.iter().map(value).collect::<Option<Array>>()?),
        Json::Object(members) if members.len() == 1 && members.get("is").is_some_and(Json::is_string) => return None,
        Json::Object(members) => {
            let mut table = InlineTable::new();
            for (name, member) in members {
                table.insert(name, value(member)?);
            }
            Value::InlineTable(table)
        }
    })
}

/// What TOML cannot say.
fn mark(word: &str) -> Value {
    let mut table = InlineTable::new();
    table.insert("is", Value::from(word));
    Value::InlineTable(table)
}
