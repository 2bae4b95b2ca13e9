//! The `fql` command (R12).
//!
//! In: arguments, files and standard input. Out: results on standard output, diagnostics on standard error, an exit code.
//! Each command is one file; [`arguments`] says what may be written, [`streams`] is all that writes. The library does the
//! rest: nothing here knows the language.

mod arguments;
mod calls;
mod cases;
mod check;
mod decide;
mod decisions;
mod eval;
mod events;
mod explain;
mod explanation;
mod external;
mod fmt;
mod input;
mod new;
mod prompt;
mod read;
mod repl;
mod report;
mod setting;
mod streams;
mod watch;

use arguments::{Arguments, Command};
use clap::{CommandFactory, Parser};
use std::process::ExitCode;
use streams::{Stop, Streams};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(refused) => {
            // Help and version come this way too. If even that cannot be written there is nobody to tell.
            let _ = refused.print();
            return ExitCode::from(if refused.use_stderr() { 2 } else { 0 });
        }
    };
    let mut streams = Streams::standard();
    let done = run(arguments.command, &mut streams);
    ExitCode::from(end(done, &mut streams))
}

/// Says what is left to say; the exit code.
fn end(done: Result<bool, Stop>, streams: &mut Streams) -> u8 {
    // What is still held back goes out, unless the pipe was what ended the command.
    let done = match done {
        Err(Stop::BrokenPipe) => Err(Stop::BrokenPipe),
        done => streams.flush().and(done),
    };
    match done {
        Ok(true) | Err(Stop::BrokenPipe) => 0,
        Ok(false) | Err(Stop::Reported) => 1,
        Err(Stop::Different) => 3,
        Err(Stop::Usage(message)) => {
            streams.complain(&message);
            2
        }
        Err(Stop::Input(error)) => {
            streams.complain(&format!("cannot read the input: {}", fql::environment::file::why(&error)));
            1
        }
        Err(Stop::Output(error)) => {
            streams.complain(&format!("cannot write the result: {error}"));
            1
        }
    }
}

/// Runs one command; false if the input has errors that were reported.
fn run(command: Command, streams: &mut Streams) -> Result<bool, Stop> {
    match command {
        Command::New(arguments) => new::run(&arguments, streams),
        Command::Eval(arguments) => eval::run(&arguments, streams),
        Command::Decide(arguments) => decide::run(&arguments, streams),
        Command::Check(arguments) => check::run(&arguments, streams),
        Command::Test(arguments) => cases::run(&arguments, streams),
        Command::Fmt(arguments) => fmt::run(&arguments, streams),
        Command::Repl(arguments) => repl::run(&arguments, streams),
        Command::External(arguments) => external::run(&arguments, streams),
        Command::Explain(arguments) => explain::run(&arguments, streams),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "fql", &mut script);
            streams.bytes(&script)?;
            Ok(true)
        }
    }
}
