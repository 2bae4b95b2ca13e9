//! The commands of the prompt, one row each.

use super::Trouble;
use fql::diagnostic::nearest;

/// Which command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Event,
    Let,
    Type,
    Load,
    Decide,
    Stub,
    Calls,
    Explain,
    Help,
    Quit,
}

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Command {
    name: Name,
    /// As written, with the colon.
    pub(crate) word: &'static str,
    argument: &'static str,
    summary: &'static str,
}

const fn row(name: Name, word: &'static str, argument: &'static str, summary: &'static str) -> Command {
    Command { name, word, argument, summary }
}

/// All commands, in the order of the help.
pub(crate) static COMMANDS: &[Command] = &[
    row(Name::Event, ":event", "FILE | {...}", "take the event from a file or as written; alone: show it"),
    row(Name::Let, ":let", "NAME = EXPR", "let $NAME stand for an expression; alone: list them"),
    row(Name::Type, ":type", "EXPR", "show an expression's type, without evaluating it"),
    row(Name::Load, ":load", "PATH", "load rules; alone: load them again"),
    row(Name::Decide, ":decide", "", "decide the event by the rules loaded"),
    row(Name::Stub, ":stub", "FILE", "answer external calls from a stub file"),
    row(Name::Calls, ":calls", "", "list the external calls that are defined"),
    row(Name::Explain, ":explain", "NAME | CODE", "explain a function, type, namespace or diagnostic"),
    row(Name::Help, ":help", "", "show this"),
    row(Name::Quit, ":quit", "", "leave; so does the end of the input"),
];

/// The command and its argument, if a line is one: `:name argument`, or `LET $name = expression` as in rules.
pub(crate) fn split(line: &str) -> Option<(&str, &str)> {
    if line.starts_with(':') {
        let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        return Some((name, argument.trim()));
    }
    let (word, argument) = line.split_once(char::is_whitespace)?;
    let argument = argument.trim_start();
    (word.eq_ignore_ascii_case("let") && argument.starts_with('$')).then_some((":let", argument))
}

/// The command of that name; its beginning is enough if no other begins so.
pub(crate) fn find(word: &str) -> Result<Name, Trouble> {
    let lower = word.to_ascii_lowercase();
    if let Some(command) = COMMANDS.iter().find(|command| command.word == lower) {
        return Ok(command.name);
    }
    let mut begin = COMMANDS.iter().filter(|command| command.word.starts_with(&lower));
    match (begin.next(), begin.next()) {
        (Some(one), None) if lower.len() > 1 => Ok(one.name),
        _ => {
            let near = nearest(&lower, COMMANDS.iter().map(|command| command.word));
            let help = near.map_or("`:help` lists them".to_string(), |near| format!("did you mean `{near}`?"));
            Err(Trouble::Message(format!("unknown command `{}`: {help}", crate::report::visible(word))))
        }
    }
}

/// What `:help` prints.
pub(crate) fn help() -> String {
    let mut text = String::from("An expression shows its value. It reads the event as @\"user.email\".\n\n");
    for Command { word, argument, summary, .. } in COMMANDS {
        text.push_str(&format!("  {word:<9} {argument:<13} {summary}\n"));
    }
    text.push_str(
        "\nA line with open brackets goes on in the next one; an empty line ends it.\n\
         $NAME stands for its expression, in parentheses: it is read again with each event, and random\n\
         functions in it are drawn again wherever it is used.\n",
    );
    text
}
