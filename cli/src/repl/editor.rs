//! The line editor: keys, history, and what is coloured and completed while typing.

use super::complete::{Candidate, complete};
use super::{highlight, show};
use crate::prompt::brackets::Brackets;
use crate::prompt::{Next, Prompt};
use crate::streams::{Stop, Streams};
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, Helper};
use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

/// How many inputs are remembered.
const HISTORY: usize = 1000;

/// Reads and answers until `:quit` or the end of the input (Ctrl-D). Ctrl-C drops what was typed.
pub(super) fn run(prompt: Prompt, streams: &mut Streams) -> Result<(), Stop> {
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .auto_add_history(true)
        .max_history_size(HISTORY)
        .and_then(|config| config.history_ignore_dups(true))
        .map_err(terminal)?
        .build();
    let mut editor: Editor<Keys, FileHistory> = Editor::with_config(config).map_err(terminal)?;
    let colour = streams.out_colour;
    editor.set_helper(Some(Keys { prompt, colour }));
    let history = history();
    if let Some(path) = &history {
        // There is none yet, or it is of no use.
        let _ = editor.load_history(path);
    }
    streams.line("`:help` lists the commands, `:quit` leaves")?;
    let done = answer(&mut editor, streams);
    if let Some(path) = &history {
        // A history that cannot be kept is no reason to complain.
        let _ = path.parent().map(std::fs::create_dir_all);
        let _ = editor.save_history(path);
    }
    done
}

fn answer(editor: &mut Editor<Keys, FileHistory>, streams: &mut Streams) -> Result<(), Stop> {
    loop {
        streams.flush()?;
        let text = match editor.readline("fql> ") {
            Ok(text) => text,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => return Ok(()),
            Err(ReadlineError::Io(error)) => return Err(Stop::Input(error)),
            // A change of the window's size and the like.
            Err(ReadlineError::Signal(_)) => continue,
            Err(error) => return Err(terminal(error)),
        };
        let Some(keys) = editor.helper_mut() else { return Ok(()) };
        let mut next = Next::Ready;
        // The editor hands over whole inputs, the prompt takes lines.
        for line in text.split('\n') {
            let reply = keys.prompt.line(line);
            show(&reply, streams)?;
            next = reply.next;
        }
        if next == Next::More {
            show(&keys.prompt.line(""), streams)?;
        }
        if next == Next::Quit {
            return Ok(());
        }
    }
}

fn terminal(error: ReadlineError) -> Stop {
    Stop::Input(io::Error::other(error))
}

/// Where the history is kept: below `XDG_STATE_HOME`, or `.local/state` at home.
fn history() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let state = state.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state")))?;
    Some(state.join("fql").join("history"))
}

/// What the editor asks while somebody types.
struct Keys {
    prompt: Prompt,
    colour: bool,
}

impl Helper for Keys {}

impl Hinter for Keys {
    type Hint = String;
}

impl Validator for Keys {
    fn validate(&self, input: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let mut brackets = Brackets::default();
        input.input().split('\n').for_each(|line| brackets.feed(line));
        let ends = input.input().ends_with('\n');
        Ok(if brackets.open() && !ends { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl Highlighter for Keys {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if self.colour { Cow::Owned(highlight::colour(line)) } else { Cow::Borrowed(line) }
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        if self.colour { Cow::Owned(format!("\x1b[1;34m{prompt}\x1b[0m")) } else { Cow::Borrowed(prompt) }
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        self.colour
    }
}

impl Completer for Keys {
    type Candidate = Candidate;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Candidate>)> {
        Ok(complete(&self.prompt, line.get(..at).unwrap_or_default()))
    }
}

impl rustyline::completion::Candidate for Candidate {
    fn display(&self) -> &str {
        &self.shown
    }

    fn replacement(&self) -> &str {
        &self.text
    }
}
