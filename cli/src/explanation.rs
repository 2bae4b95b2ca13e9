//! What a code or a name means.
//!
//! In: what somebody typed: `E0301`, `StartsWith`, `String.Length`, `Math`. Out: the table's or the rows' own words; the
//! nearest code or name if there is none such.

use fql::diagnostic::code::{self, Code};
use fql::diagnostic::nearest;
use fql::function::{Function, Place, registry};

/// The explanation, or what to say instead.
pub(crate) fn of(what: &str) -> Result<String, String> {
    let what = what.trim();
    if let Some(code) = Code::find(what) {
        return Ok(code::explain(code));
    }
    let name = what.strip_suffix("()").unwrap_or(what).trim_start_matches('.');
    let (space, member) = match name.rsplit_once('.') {
        Some((space, member)) => (Some(space.trim()), member.trim()),
        None => (None, name),
    };
    let rows = registry().named(member).iter().copied().filter(|row| space.is_none_or(|space| stands_in(row, space)));
    let rows: Vec<String> = rows.map(describe).collect();
    if !rows.is_empty() {
        return Ok(rows.join("\n"));
    }
    let members: Vec<&Function> = registry().all().filter(|row| stands_in(row, name)).collect();
    if !members.is_empty() {
        return Ok(list(&members));
    }
    Err(unknown(what))
}

/// The type or namespace that a row belongs to; none for a global.
pub(crate) fn space(row: &Function) -> Option<&'static str> {
    match row.place {
        Place::Method(on) | Place::Property(on) => Some(on.name()),
        Place::Static(space) | Place::Constant(space) => Some(space),
        Place::Global => None,
    }
}

fn stands_in(row: &Function, name: &str) -> bool {
    space(row).is_some_and(|space| space.eq_ignore_ascii_case(name))
}

/// Signature, documentation, and what to write instead of what is deprecated.
fn describe(row: &Function) -> String {
    let mut text = format!("{}\n\n", row.signature());
    for line in row.doc.lines() {
        text.push_str(line.strip_prefix(' ').unwrap_or(line));
        text.push('\n');
    }
    if let Some(instead) = row.deprecated {
        text.push_str(&format!("\nDeprecated: write `{instead}`.\n"));
    }
    text
}

/// Members of a type or namespace, a line each.
fn list(rows: &[&Function]) -> String {
    let mut lines: Vec<(String, &str)> = rows.iter().map(|row| (row.signature(), row.summary())).collect();
    lines.sort();
    let mut text = String::new();
    for (signature, summary) in lines {
        text.push_str(&format!("{signature}\n    {summary}\n"));
    }
    text
}

fn unknown(what: &str) -> String {
    let is_code =
        what.len() == 5 && what.starts_with(['E', 'e', 'W', 'w']) && what.bytes().skip(1).all(|b| b.is_ascii_digit());
    if is_code {
        let help = nearest(what, Code::all().map(Code::number)).map(|near| format!(": did you mean `{near}`?"));
        return format!("unknown code `{what}`{}", help.unwrap_or_default());
    }
    let rows = registry().all();
    let names: Vec<String> = match what.contains('.') {
        true => rows.filter_map(|row| Some(format!("{}.{}", space(row)?, row.name))).collect(),
        false => rows.flat_map(|row| [Some(row.name), space(row)]).flatten().map(str::to_string).collect(),
    };
    match nearest(what, names.iter().map(String::as_str)) {
        Some(near) => format!("unknown name `{what}`: did you mean `{near}`?"),
        None => format!("unknown name `{what}`: expected a code such as `E0301`, or a function, type or namespace"),
    }
}
