//! Events one after another out of one input (R12.1): a JSON object, a JSON array of events, or one event on each line.
//!
//! In: bytes. Out: the bytes of each event; whether they are JSON is for the engine to say. Only one event is held at a
//! time, and of one that is too large only its length.
//!
//! Which of the three it is shows at the beginning: an array begins with `[`; a first line whose brackets do not close, and
//! that clearly goes on, begins an object written over several lines (others may follow it); anything else is one event on
//! each line, and there a line that is no JSON spoils no other.

use crate::input::{HOPELESS, Input, Line};
use crate::streams::Stop;
use std::io::Read;

/// What a line may have behind its event.
const LINE_BREAK: usize = "\r\n".len();

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next<'e> {
    /// The bytes of an event, or of something else in its place.
    Event(&'e [u8]),
    /// An event of so many bytes, more than allowed.
    TooLarge(u64),
    /// The input ends in a way that it may not; what is expected and found.
    Broken(&'static str),
    /// Nothing more.
    End,
}

/// Splits an input into events.
#[derive(Debug)]
pub(crate) struct Events<R> {
    input: Input<R>,
    /// How long the event may be that is read.
    most: usize,
    shape: Shape,
    event: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Unknown,
    Lines,
    Objects,
    /// Whether an element came already.
    Array(bool),
    /// Behind the array.
    Behind,
    Ended,
}

impl<R: Read> Events<R> {
    pub(crate) fn new(reader: R) -> Events<R> {
        Events { input: Input::new(reader), most: 0, shape: Shape::Unknown, event: Vec::new() }
    }

    /// The next event, of at most `most` bytes. `wait` is called before input is read that may not be there yet.
    pub(crate) fn next(&mut self, most: usize, wait: &mut impl FnMut() -> Result<(), Stop>) -> Result<Next<'_>, Stop> {
        self.most = most;
        self.go_on(wait)
    }

    fn go_on(&mut self, wait: &mut impl FnMut() -> Result<(), Stop>) -> Result<Next<'_>, Stop> {
        match self.shape {
            Shape::Unknown => self.first(wait),
            Shape::Lines => self.line(wait),
            Shape::Objects => match self.blank(wait)? {
                None => Ok(Next::End),
                Some(_) => {
                    self.event.clear();
                    self.collect(Scan::default(), wait)
                }
            },
            Shape::Array(begun) => self.element(begun, wait),
            Shape::Behind => self.behind_array(wait),
            Shape::Ended => Ok(Next::End),
        }
    }

    /// Whether events stand one on each line, once the first one came.
    pub(crate) fn are_lines(&self) -> bool {
        self.shape == Shape::Lines
    }

    /// Whether anything is left. It may have to be waited for, like an event.
    pub(crate) fn has_more(&mut self, wait: &mut impl FnMut() -> Result<(), Stop>) -> Result<bool, Stop> {
        Ok(self.blank(wait)?.is_some())
    }

    /// What is left to read.
    pub(crate) fn into_reader(self) -> impl Read + use<R> {
        self.input.into_reader()
    }

    fn first(&mut self, wait: &mut impl FnMut() -> Result<(), Stop>) -> Result<Next<'_>, Stop> {
        if self.input.chunk(wait)?.starts_with("\u{FEFF}".as_bytes()) {
            self.input.consume('\u{FEFF}'.len_utf8());
        }
        match self.blank(wait)? {
            None => {
                self.shape = Shape::Ended;
                return Ok(Next::Broken("expected an event, found nothing"));
            }
            Some(b'[') => {
                self.input.consume(1);
                self.shape = Shape::Array(false);
                return self.go_on(wait);
            }
            Some(_) => self.shape = Shape::Lines,
        }
        let line = self.input.line(&mut self.event, self.most + LINE_BREAK, wait)?;
        if line == Line::Whole {
            let mut scan = Scan::default();
            self.event.iter().for_each(|byte| scan.step(*byte));
            let last = self.event.trim_ascii_end().last();
            let goes_on = scan.depth > 0
                && !scan.in_string
                && (matches!(last, Some(b'{' | b'[' | b',' | b':'))
                    || matches!(self.blank(wait)?, Some(b',' | b':' | b'}' | b']')));
            if goes_on {
                self.shape = Shape::Objects;
                return self.collect(scan, wait);
            }
        }
        Ok(self.found(line))
    }

    /// An event on a line; empty lines are passed over.
    fn line(&mut self, wait: &mut impl FnMut() -> Result<(), Stop>) -> Result<Next<'_>, Stop> {
        if self.blank(wait)?.is_none() {
            return Ok(Next::End);
        }
        let line = self.input.line(&mut self.event, self.most + LINE_BREAK, wait)?;
        Ok(self.found(line))
    }

    fn found(&mut self, line: Line) -> Next<'_> {
        match line {
            Line::Whole => Next::Event(self.event.trim_ascii_end()),
            Line::TooLong(length) => self.too_large(length),
            Line::End => Next::End,
        }
    }

    /// Goes on with an event until its brackets are closed.
    fn collect(&mut self, mut scan: Scan, wait: &mut impl FnMut() -> Result<(), Stop>) -> Result<Next<'_>, Stop> {
        let mut length = self.event.len() as u64;
        loop {
            let chunk = self.input.chunk(wait)?;
            let mut closed = false;
            let mut taken = 0;
            for byte in chunk {
                taken += 1;
                let before = scan.depth;
                scan.step(*byte);
                // What is no object or array ends with its line.
                if scan.depth == 0 && (before > 0 || *byte == b'\n') {
                    closed = true;
                    break;
                }
            }
            let kept = chunk.get(..taken).unwrap_or_default();
            let room = self.most.saturating_sub(self.event.len()).min(taken);
            self.event.extend_from_slice(kept.get(..room).unwrap_or_default());
            self.input.consume(taken);
            length += taken as u64;
            if closed || taken == 0 || length >= HOPELESS {
                return Ok(if length > self.most as u64 { self.too_large(length) } else { Next::Event(&self.event) });
            }
        }
    }

    /// An element of the array.
    fn element(&mut self, begun: bool, wait: &mut impl FnMut() -> Result<(), Stop>) -> Result<Next<'_>, Stop> {
        if self.blank(wait)? == Some(b']') && !begun {
            self.input.consume(1);
            return self.behind_array(wait);
        }
        self.event.clear();
        let mut scan = Scan::default();
        let mut length = 0;
        loop {
            let chunk = self.input.chunk(wait)?;
            let mut ends = None;
            let mut taken = 0;
            for byte in chunk {
                if scan.depth == 0 && !scan.in_string && matches!(byte, b',' | b']') {
                    ends = Some(*byte);
                    break;
                }
                taken += 1;
                scan.step(*byte);
            }
            let kept = chunk.get(..taken).unwrap_or_default();
            let room = self.most.saturating_sub(self.event.len()).min(taken);
            self.event.extend_from_slice(kept.get(..room).unwrap_or_default());
            self.input.consume(taken + usize::from(ends.is_some()));
            length += taken as u64;
            match ends {
                Some(byte) => self.shape = if byte == b',' { Shape::Array(true) } else { Shape::Behind },
                None if taken == 0 => {
                    self.shape = Shape::Ended;
                    return Ok(Next::Broken("expected `,` or `]` behind an event of the array, found the end"));
                }
                None if length < HOPELESS => continue,
                None => {}
            }
            break;
        }
        if length > self.most as u64 { Ok(self.too_large(length)) } else { Ok(Next::Event(&self.event)) }
    }

    /// Nothing may stand behind the array.
    fn behind_array(&mut self, wait: &mut impl FnMut() -> Result<(), Stop>) -> Result<Next<'_>, Stop> {
        self.shape = Shape::Ended;
        match self.blank(wait)? {
            None => Ok(Next::End),
            Some(_) => Ok(Next::Broken("expected the end behind the array of events, found something else")),
        }
    }

    fn too_large(&mut self, length: u64) -> Next<'_> {
        if length >= HOPELESS {
            self.shape = Shape::Ended;
        }
        Next::TooLarge(length)
    }

    /// Passes over white space; the byte that stands behind it.
    fn blank(&mut self, wait: &mut impl FnMut() -> Result<(), Stop>) -> Result<Option<u8>, Stop> {
        loop {
            let chunk = self.input.chunk(wait)?;
            if chunk.is_empty() {
                return Ok(None);
            }
            let found = chunk.iter().position(|byte| !byte.is_ascii_whitespace());
            let (passed, byte) = (found.unwrap_or(chunk.len()), found.and_then(|at| chunk.get(at)).copied());
            self.input.consume(passed);
            if byte.is_some() {
                return Ok(byte);
            }
        }
    }
}

/// How deep brackets are open, strings apart. What is no JSON is scanned too; the engine refuses it.
#[derive(Clone, Copy, Debug, Default)]
struct Scan {
    depth: u64,
    in_string: bool,
    escaped: bool,
}

impl Scan {
    fn step(&mut self, byte: u8) {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                // JSON has no line break in a string: it was not closed.
                b'"' | b'\n' => self.in_string = false,
                _ => {}
            }
            return;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
