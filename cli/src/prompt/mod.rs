//! The interactive prompt without its terminal (R12.5): a line goes in, text comes out.
//!
//! An expression gives its value, a command (`:help` lists them) changes what expressions see. A line whose brackets are
//! open waits for more lines; an empty line ends the wait. Nothing ends the prompt but `:quit`.
//!
//! [`brackets`] knows when an input is complete, [`variables`] puts `$names` in, [`command`] is the table of commands.

pub(crate) mod brackets;
pub(crate) mod command;
mod variables;

use crate::explanation;
use crate::read;
use crate::report;
use crate::setting::{self, Settings};
use brackets::Brackets;
use fql::diagnostic::{Code, render::render};
use fql::source::{Source, Span};
use fql::value::Type;
use fql::{Diagnostic, Engine, EvaluationError, Expression, Value};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use variables::{Expanded, Variables};

/// What diagnostics call the text that was typed.
const NAME: &str = "prompt";

/// The answer to a line.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    /// What was asked for; a line break at its end unless it is empty.
    pub(crate) result: String,
    /// Diagnostics and errors, likewise.
    pub(crate) trouble: String,
    /// What comes next.
    pub(crate) next: Next,
}

/// What a prompt waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Next {
    /// Anything.
    #[default]
    Ready,
    /// The rest of an input whose brackets are open.
    More,
    /// Nothing; it is over.
    Quit,
}

/// The state between two lines.
#[derive(Debug)]
pub(crate) struct Prompt {
    settings: Settings,
    engine: Engine,
    rules: Option<PathBuf>,
    event: Vec<u8>,
    variables: Variables,
    pending: String,
    brackets: Brackets,
    colour: bool,
}

/// An error of the prompt: diagnostics of a text, or a sentence.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// To be drawn.
    Diagnostics(Vec<Diagnostic>),
    /// To be said.
    Message(String),
}

impl From<Diagnostic> for Trouble {
    fn from(diagnostic: Diagnostic) -> Trouble {
        Trouble::Diagnostics(vec![diagnostic])
    }
}

impl From<Box<Diagnostic>> for Trouble {
    fn from(diagnostic: Box<Diagnostic>) -> Trouble {
        (*diagnostic).into()
    }
}

impl From<EvaluationError> for Trouble {
    fn from(error: EvaluationError) -> Trouble {
        Trouble::Message(format!("{}: {}", error.code, report::visible(&error.message)))
    }
}

impl Prompt {
    /// A prompt with the empty event and without rules. `colour` is whether answers are coloured.
    pub(crate) fn new(settings: Settings, colour: bool) -> Result<Prompt, Vec<Diagnostic>> {
        let engine = settings.builder().build().map_err(|error| error.diagnostics)?;
        Ok(Prompt {
            settings,
            engine,
            rules: None,
            event: b"{}".to_vec(),
            variables: Variables::default(),
            pending: String::new(),
            brackets: Brackets::default(),
            colour,
        })
    }

    /// Answers a line.
    pub(crate) fn line(&mut self, line: &str) -> Reply {
        let ends = line.trim().is_empty();
        self.brackets.feed(line);
        self.pending.push_str(line);
        if self.brackets.open() && !ends && self.pending.len() <= read::source().bytes {
            self.pending.push('\n');
            return Reply { next: Next::More, ..Reply::default() };
        }
        self.brackets = Brackets::default();
        let text = std::mem::take(&mut self.pending);
        self.answer(&text)
    }

    /// Answers a whole input.
    fn answer(&mut self, text: &str) -> Reply {
        let mut reply = Reply::default();
        let done = match text.trim() {
            "" => Ok(()),
            line => match command::split(line) {
                Some((name, argument)) => self.command(name, argument, &mut reply),
                None => self.print_value(text, &mut reply),
            },
        };
        if let Err(trouble) = done {
            let text = self.tell(trouble);
            push_line(&mut reply.trouble, &text);
        }
        reply
    }

    fn command(&mut self, name: &str, argument: &str, reply: &mut Reply) -> Result<(), Trouble> {
        let out = &mut reply.result;
        match command::find(name)? {
            command::Name::Help => out.push_str(&command::help()),
            command::Name::Quit => reply.next = Next::Quit,
            command::Name::Event if argument.is_empty() => push_line(out, &String::from_utf8_lossy(self.event())),
            command::Name::Event if argument.starts_with('{') => self.set_event(argument.as_bytes().to_vec())?,
            command::Name::Event => self.read_event(Path::new(argument))?,
            command::Name::Let => push_line(out, &self.bind(argument)?),
            command::Name::Type => {
                let (expression, _) = self.compile(argument)?;
                push_line(out, expression.value_type().name());
            }
            command::Name::Load => {
                let path = match argument {
                    "" => self
                        .rules
                        .clone()
                        .ok_or_else(|| Trouble::Message("name a file of rules: `:load PATH`".into()))?,
                    path => PathBuf::from(path),
                };
                let warnings = self.load(&path)?;
                push_line(&mut reply.trouble, &self.draw(&warnings));
                push_line(out, &format!("loaded {}", report::visible(&read::shown(&path))));
            }
            command::Name::Stub => {
                let stubs = setting::stubs(Path::new(argument))?;
                self.rebuild(Settings { stubs, ..self.settings.clone() }, self.rules.clone())?;
                out.push_str(&self.calls());
            }
            command::Name::Decide => {
                if self.rules.is_none() {
                    return Err(Trouble::Message("no rules are loaded: `:load PATH` loads some".into()));
                }
                let decision = self.engine.decide_blocking(self.settings.request(&self.event))?;
                push_line(out, &report::decision(&decision, self.colour));
            }
            command::Name::Calls => out.push_str(&self.calls()),
            command::Name::Explain if argument.is_empty() => {
                return Err(Trouble::Message("name a code or a function: `:explain StartsWith`".into()));
            }
            command::Name::Explain => push_line(out, explanation::of(argument).map_err(Trouble::Message)?.trim_end()),
        }
        Ok(())
    }

    /// Evaluates an expression. Texts are shown in quotes, so that `"7"` and `7` can be told apart.
    fn print_value(&self, text: &str, reply: &mut Reply) -> Result<(), Trouble> {
        let (expression, expanded) = self.compile(text)?;
        let warnings: Vec<Diagnostic> = expression.warnings().iter().map(|one| expanded.back(one)).collect();
        push_line(&mut reply.trouble, &self.draw(&warnings));
        match expression.eval_blocking(self.settings.request(&self.event)) {
            Ok((value, notes)) => {
                for note in &notes {
                    push_line(&mut reply.trouble, &format!("note: {}", report::note(note)));
                }
                let shown = match &value {
                    Value::String(text) => report::visible(&report::quoted(text)),
                    other => report::value(other),
                };
                push_line(&mut reply.result, &shown);
                Ok(())
            }
            Err(error) => Err(match error.position {
                Some(position) => {
                    let at = report::offset(&expanded.text, position);
                    let message = report::visible(&error.message);
                    let source = Arc::new(Source::new(NAME, expanded.text.as_str()));
                    expanded.back(&Diagnostic::new(error.code, &source, Span::new(at, at), message)).into()
                }
                None => error.into(),
            }),
        }
    }

    /// Compiles an expression with its variables put in.
    fn compile(&self, text: &str) -> Result<(Expression, Expanded), Trouble> {
        let expanded = self.variables.expand(&Arc::new(Source::new(NAME, text))).map_err(Trouble::Diagnostics)?;
        match self.engine.expression(&expanded.text) {
            Ok(expression) => Ok((expression, expanded)),
            Err(error) => Err(Trouble::Diagnostics(error.diagnostics.iter().map(|one| expanded.back(one)).collect())),
        }
    }

    /// `:let name = expression`; without anything, what is bound.
    fn bind(&mut self, argument: &str) -> Result<String, Trouble> {
        if argument.is_empty() {
            return Ok(self.variables.list());
        }
        let (name, value) = variables::binding(argument).map_err(Trouble::Message)?;
        let (expression, expanded) = self.compile(value)?;
        self.variables.bind(name, value, expanded.text);
        Ok(format!("${name}: {}", expression.value_type().name()))
    }

    /// The type of an expression; none if it has errors.
    pub(crate) fn type_of(&self, text: &str) -> Option<Type> {
        self.compile(text).ok().map(|(expression, _)| expression.value_type())
    }

    /// The event that expressions read.
    pub(crate) fn event(&self) -> &[u8] {
        &self.event
    }

    /// The names that are bound.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.names()
    }

    /// The external calls that are defined.
    pub(crate) fn calls_defined(&self) -> impl Iterator<Item = &str> {
        self.settings.stubs.names().map(|name| &**name)
    }

    /// Reads an event; what is no event is refused and the last one stays.
    pub(crate) fn read_event(&mut self, path: &Path) -> Result<(), Trouble> {
        self.set_event(read::file(path, read::event(&self.engine))?)
    }

    fn set_event(&mut self, event: Vec<u8>) -> Result<(), Trouble> {
        // Any expression reads the whole event and finds what is wrong with it.
        let reads = self.engine.expression("true").map_err(|error| Trouble::Diagnostics(error.diagnostics))?;
        reads.eval_blocking(self.settings.request(&event))?;
        self.event = event;
        Ok(())
    }

    /// Loads rules to decide by; warnings, if they have no errors. If they have, the last ones stay.
    pub(crate) fn load(&mut self, path: &Path) -> Result<Vec<Diagnostic>, Trouble> {
        self.rebuild(self.settings.clone(), Some(path.to_path_buf()))?;
        Ok(self.engine.warnings().to_vec())
    }

    fn rebuild(&mut self, settings: Settings, rules: Option<PathBuf>) -> Result<(), Trouble> {
        let builder = match &rules {
            Some(path) => settings.rules(path)?,
            None => settings.builder(),
        };
        self.engine = builder.build().map_err(|error| Trouble::Diagnostics(error.diagnostics))?;
        self.settings = settings;
        self.rules = rules;
        Ok(())
    }

    fn calls(&self) -> String {
        let calls: String = self.calls_defined().map(|name| format!("External.{name}  (stub)\n")).collect();
        if calls.is_empty() { "no calls: `:stub FILE` defines some\n".to_string() } else { calls }
    }

    /// An error as text, without a line break at its end.
    pub(crate) fn tell(&self, trouble: Trouble) -> String {
        match trouble {
            Trouble::Diagnostics(diagnostics) => self.draw(&diagnostics),
            Trouble::Message(message) if self.colour => format!("\x1b[1;91merror\x1b[0m: {message}"),
            Trouble::Message(message) => format!("error: {message}"),
        }
    }

    fn draw(&self, diagnostics: &[Diagnostic]) -> String {
        render(diagnostics, self.colour).trim_end().to_string()
    }
}

/// Adds a text and a line break; nothing for the empty text.
fn push_line(out: &mut String, text: &str) {
    if !text.is_empty() {
        out.push_str(text);
        out.push('\n');
    }
}

/// An input that is larger than a source may be.
fn too_large(source: &Arc<Source>) -> Diagnostic {
    let most = read::source().bytes;
    let message = format!("expected at most {most} bytes with all variables put in, found more");
    Diagnostic::new(Code::SOURCE_TOO_LARGE, source, Span::default(), message)
}

#[cfg(test)]
mod tests;
