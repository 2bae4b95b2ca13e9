//! What a code or a name means.
//!
//! In: what somebody typed: `E0301`, `StartsWith`, `String.Length`, `Math`. Out: the table's or the rows' own words; the
//! nearest code or name if there is none such.

use fql::diagnostic::code::{self, Code};
use fql::diagnostic::nearest;
use fql::function::{Function, Place, registry};
use fql::value::{Record, Type};

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
    let about: Vec<String> = [word(name), members(name), record(name)].into_iter().flatten().collect();
    if about.is_empty() { Err(unknown(what)) } else { Ok(about.join("\n")) }
}

/// Words of the language that are no rows: what they do, and how they are written.
const WORDS: [(&str, &str, &str); 22] = [
    (
        "LET",
        "Names a value. It is evaluated when it is first read, at most once for an event",
        "LET $total = @\"price\" * @\"count\"",
    ),
    (
        "WHEN",
        "The condition of a statement, or, alone at the beginning, of the whole rule",
        "WHEN @\"totalAmount\" > 500 && @\"user.isGuest\"",
    ),
    (
        "RETURN",
        "Decides, and ends the rules of the event",
        "RETURN Reject(\"blocked\") WHEN IsBlock(\"Emails\", @\"user.email\")",
    ),
    (
        "OBSERVE",
        "Emits outputs or traces and goes on",
        "OBSERVE Output(country = @\"user.country\") WHEN @\"totalAmount\" > 500",
    ),
    ("DO", "Acts and goes on; in a decision rule only to set variables", "DO SetVariables(isRisky = true)"),
    (
        "ROUTETO",
        "Names the queue of an event under review; in routing rules",
        "ROUTETO Queue(\"High value\") WHEN @\"purchase.request.totalAmount\" > 900",
    ),
    ("RULE", "Begins a rule and names it", "RULE \"High amount\""),
    (
        "CONDITION",
        "Begins the part of a rule that says whether its clauses are looked at",
        "CONDITION\n  WHEN @\"user.country\" == \"US\"",
    ),
    ("CLAUSE", "Begins a clause of a rule and names it", "CLAUSE \"blocked bin\""),
    (
        "SELECT",
        "Defines a velocity, in a file of `velocities/`",
        "SELECT Sum(@\"amount\") AS spent\nFROM purchase\nGROUPBY @\"user.userId\"",
    ),
    ("Approve", "Lets the event through: `Approve([reason[, supportMessage]])`", "RETURN Approve(\"known customer\")"),
    (
        "Reject",
        "Turns the event away: `Reject([reason[, supportMessage]])`",
        "RETURN Reject(\"blocked\", supportMessage = \"do not escalate\")",
    ),
    ("Review", "Lets a person look: `Review([reason[, supportMessage]])`", "RETURN Review(\"high amount\")"),
    (
        "Challenge",
        "Asks the customer for a proof: `Challenge(challengeType[, reason[, supportMessage]])`",
        "RETURN Challenge(\"SMS\", reason = \"new device\")",
    ),
    ("Output", "Values for the decision's outputs, by name", "OBSERVE Output(country = @\"user.country\")"),
    ("Trace", "Values for the log of traces, by name", "OBSERVE Trace(ip = @\"device.ipAddress\")"),
    (
        "SetVariables",
        "Keeps values for later rules of the event, by name; `GetVariable(\"name\")` reads them",
        "DO SetVariables(isRisky = true)",
    ),
    (
        "SetResponse",
        "Adds values to the response, in a section or without one; in action rules",
        "DO SetResponse(\"shop\", message = \"call us\")",
    ),
    (
        "External",
        "Makes an external call; arguments by position, the result is Json",
        "External.ipReputation(@\"device.ipAddress\").risk == \"high\"",
    ),
    (
        "Functions",
        "Calls a function of `functions/`; its outputs are members of the result",
        "Functions.Totals(@\"amount\", @\"tax\").Calculate_Sum",
    ),
    ("Velocity", "Reads a counter: `Velocity.name(key, window)`", "Velocity.spent(@\"user.userId\", 7d) > 1000"),
    (
        "Assessments",
        "Runs another assessment: `Assessments.name.Evaluate(field = value, ...)`",
        "Assessments.login.Evaluate(userId = @\"user.userId\").decision",
    ),
];

fn word(name: &str) -> Option<String> {
    let (word, summary, example) = WORDS.iter().find(|(word, ..)| word.eq_ignore_ascii_case(name))?;
    let example: String = example.lines().map(|line| format!("    {line}\n")).collect();
    Some(format!("{word}\n\n{summary}\n\n{example}"))
}

/// The members of a type or namespace.
fn members(name: &str) -> Option<String> {
    let members: Vec<&Function> = registry().all().filter(|row| stands_in(row, name)).collect();
    (!members.is_empty()).then(|| list(&members))
}

/// The members of a record, by the name that messages show or the function that gives it.
fn record(name: &str) -> Option<String> {
    let records = [Record::Bin, Record::Score, Record::Pattern, Record::CallDiagnostics, Record::AssessmentDiagnostics];
    let record = records.into_iter().find(|record| record.name().eq_ignore_ascii_case(name))?;
    Some(format!("The record `{}` has the members\n{}", record.name(), fields(record)))
}

/// The members of a record, a line each.
fn fields(record: Record) -> String {
    record.members().iter().map(|(name, ty)| format!("    {name}: {ty}\n")).collect()
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
    let mut is_example = false;
    for line in row.doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)) {
        if line.starts_with("```") {
            is_example = !is_example;
            continue;
        }
        text.push_str(if is_example { "    " } else { "" });
        text.push_str(line);
        text.push('\n');
    }
    if let Type::Record(record) = row.result {
        text.push_str(&format!("\nThe result has the members\n{}", fields(record)));
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
        false => {
            let words = WORDS.iter().map(|(word, ..)| word.to_string());
            rows.flat_map(|row| [Some(row.name), space(row)]).flatten().map(str::to_string).chain(words).collect()
        }
    };
    match nearest(what, names.iter().map(String::as_str)) {
        Some(near) => format!("unknown name `{what}`: did you mean `{near}`?"),
        None => format!("unknown name `{what}`: expected a code such as `E0301`, or a function, type or namespace"),
    }
}
