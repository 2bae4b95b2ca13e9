//! All that writes: standard output for results, standard error for diagnostics (R12.3).
//!
//! A result that cannot be written ends the command ([`Stop`]): quietly if a pipe was closed, for that is no error. What
//! cannot be written to standard error is lost, as there is nobody left to tell.

use crate::report::visible;
use fql::diagnostic::render::render;
use fql::{Diagnostic, EvaluationError};
use std::io::{self, BufWriter, IsTerminal, Stderr, Stdout, Write};

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The input has errors, and they were reported.
    Reported,
    /// What was compared is not the same, and was listed.
    Different,
    /// The arguments contradict each other.
    Usage(String),
    /// The input broke off.
    Input(io::Error),
    /// Nobody reads the results any more.
    BrokenPipe,
    /// The results cannot be written.
    Output(io::Error),
}

/// An error of writing; one of reading is made a [`Stop::Input`] where it occurs.
impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Stop::BrokenPipe,
            _ => Stop::Output(error),
        }
    }
}

/// Standard error, for what another thread has to say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notices {
    colour: bool,
}

impl Notices {
    /// Writes a line.
    pub(crate) fn tell(self, text: &str) {
        // In one piece, for the command may write as well. If it cannot be written there is nobody to tell.
        let _ = io::stderr().write_all(format!("{text}\n").as_bytes());
    }

    /// Says that something is wrong that has neither a code nor a place.
    pub(crate) fn complain(self, message: &str) {
        self.tell(&headed("error", message, self.colour));
    }

    /// Draws diagnostics, with a line below them.
    pub(crate) fn diagnostics(self, diagnostics: &[Diagnostic], below: &str) {
        self.tell(format!("{}\n{below}", render(diagnostics, self.colour).trim_end()).trim_start());
    }
}

fn headed(head: &str, message: &str, colour: bool) -> String {
    let (red, plain) = if colour { ("\x1b[1;91m", "\x1b[0m") } else { ("", "") };
    format!("{red}{head}{plain}: {message}")
}

/// Where a command writes.
#[derive(Debug)]
pub(crate) struct Streams {
    out: BufWriter<Stdout>,
    err: Stderr,
    /// Whether results are coloured.
    pub(crate) out_colour: bool,
    /// Whether diagnostics are coloured.
    pub(crate) err_colour: bool,
}

impl Streams {
    /// Those of the process. Colour on a terminal only, and never if `NO_COLOR` is set or the terminal is dumb.
    pub(crate) fn standard() -> Streams {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Streams {
            out_colour: wanted && io::stdout().is_terminal(),
            err_colour: wanted && io::stderr().is_terminal(),
            out: BufWriter::with_capacity(64 << 10, io::stdout()),
            err: io::stderr(),
        }
    }

    /// Writes a result and a line break. It may be held back until [`Streams::flush`].
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Stop> {
        self.out.write_all(text.as_bytes())?;
        Ok(self.out.write_all(b"\n")?)
    }

    /// Writes a result as it is.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        Ok(self.out.write_all(bytes)?)
    }

    /// Sends off what is held back.
    pub(crate) fn flush(&mut self) -> Result<(), Stop> {
        Ok(self.out.flush()?)
    }

    /// Standard error for another thread.
    pub(crate) fn notices(&self) -> Notices {
        Notices { colour: self.err_colour }
    }

    /// Draws diagnostics.
    pub(crate) fn diagnostics(&mut self, diagnostics: &[Diagnostic]) {
        self.tell(render(diagnostics, self.err_colour).trim_end());
    }

    /// Draws diagnostics that end the command.
    pub(crate) fn refuse(&mut self, diagnostics: &[Diagnostic]) -> Stop {
        self.diagnostics(diagnostics);
        Stop::Reported
    }

    /// Says why an evaluation ended, if that has no place in a text.
    pub(crate) fn failure(&mut self, error: &EvaluationError) {
        let place =
            error.position.map(|(line, column)| format!(" at {line}:{column} of the rules")).unwrap_or_default();
        self.say(&format!("error[{}]", error.code), &format!("{}{place}", visible(&error.message)));
    }

    /// Says that something is wrong that has neither a code nor a place.
    pub(crate) fn complain(&mut self, message: &str) {
        self.say("error", message);
    }

    fn say(&mut self, head: &str, message: &str) {
        self.tell(&headed(head, message, self.err_colour));
    }

    /// Writes a line to standard error; nothing for the empty text.
    pub(crate) fn tell(&mut self, text: &str) {
        if !text.is_empty() {
            // Results that came before are shown before.
            let _ = self.out.flush();
            let _ = writeln!(self.err, "{text}");
        }
    }
}
