//! `fql repl`: the prompt with a terminal around it, or without one (R12.5).
//!
//! In: lines, from a line editor on a terminal, else as they come. Out: answers. What a line means is said in
//! [`prompt`](crate::prompt); here is what needs a terminal: editing, history, [completion](complete) and
//! [colours](highlight).

mod complete;
mod editor;
mod highlight;

use crate::arguments::Repl;
use crate::input::{Input, Line};
use crate::prompt::{Next, Prompt, Reply};
use crate::read;
use crate::streams::{Stop, Streams};
use std::io::{self, IsTerminal};

/// Loads what the arguments name, then answers lines until they end.
pub(crate) fn run(arguments: &Repl, streams: &mut Streams) -> Result<bool, Stop> {
    let settings = arguments.running.settings(streams)?;
    let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    let mut prompt = Prompt::new(settings, streams.out_colour).map_err(|found| streams.refuse(&found))?;
    // What was named on the command line has to be right; later errors end nothing.
    if let Some(path) = &arguments.path {
        match prompt.load(path) {
            Ok(warnings) => streams.diagnostics(&warnings),
            Err(trouble) => {
                streams.tell(&prompt.tell(trouble));
                return Ok(false);
            }
        }
    }
    if let Some(path) = &arguments.event
        && let Err(trouble) = prompt.read_event(path)
    {
        streams.tell(&prompt.tell(trouble));
        return Ok(false);
    }
    if terminal {
        editor::run(prompt, streams)?
    } else {
        piped(prompt, streams)?
    }
    Ok(true)
}

/// Lines as they come.
fn piped(mut prompt: Prompt, streams: &mut Streams) -> Result<(), Stop> {
    let most = read::source().bytes;
    let mut input = Input::new(io::stdin().lock());
    let mut bytes = Vec::new();
    let mut next = Next::Ready;
    loop {
        let reply = match input.line(&mut bytes, most, &mut || streams.flush())? {
            // An input that never closed its brackets is answered too.
            Line::End if next == Next::More => prompt.line(""),
            Line::End => return Ok(()),
            Line::TooLong(length) => {
                streams.complain(&format!("expected a line of at most {most} bytes, found {length}"));
                continue;
            }
            Line::Whole => match std::str::from_utf8(&bytes) {
                Ok(line) => prompt.line(line.trim_end_matches(['\n', '\r'])),
                Err(_) => {
                    let found = read::text("standard input", std::mem::take(&mut bytes)).err();
                    streams.diagnostics(&found.map(|one| *one).into_iter().collect::<Vec<_>>());
                    continue;
                }
            },
        };
        show(&reply, streams)?;
        next = reply.next;
        if next == Next::Quit {
            return Ok(());
        }
    }
}

/// Writes an answer.
fn show(reply: &Reply, streams: &mut Streams) -> Result<(), Stop> {
    streams.tell(reply.trouble.trim_end());
    streams.bytes(reply.result.as_bytes())
}
