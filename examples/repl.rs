//! A prompt for expressions in its simplest form: no history, no completion, no colours.
//!
//! ```text
//! cargo run --example repl
//! ```
//!
//! `fql repl` is the same with a line editor around it: both include the files below, which hold what a line means. There
//! an input line goes in and text comes out, so any other surface can be put around it as well.

#![allow(dead_code, reason = "the command uses the rest of what is included")]

#[path = "../cli/src/explanation.rs"]
mod explanation;
#[path = "../cli/src/prompt/mod.rs"]
mod prompt;
#[path = "../cli/src/read.rs"]
mod read;
#[path = "../cli/src/report.rs"]
mod report;
#[path = "../cli/src/setting.rs"]
mod setting;

use prompt::{Next, Prompt};
use setting::Settings;
use std::error::Error;
use std::io::{Write, stderr, stdin, stdout};

fn main() -> Result<(), Box<dyn Error>> {
    let mut prompt = Prompt::new(Settings::default(), false).map_err(|_| "an engine without rules builds")?;
    let mut next = Next::Ready;
    while next != Next::Quit {
        write!(stdout(), "{}", if next == Next::More { "...> " } else { "fql> " })?;
        stdout().flush()?;
        let mut line = String::new();
        if stdin().read_line(&mut line)? == 0 {
            break;
        }
        let reply = prompt.line(line.trim_end_matches(['\n', '\r']));
        write!(stderr(), "{}", reply.trouble)?;
        write!(stdout(), "{}", reply.result)?;
        next = reply.next;
    }
    Ok(())
}
