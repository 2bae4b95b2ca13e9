//! Input that is read piece by piece, in constant memory.
//!
//! In: anything that can be read. Out: what is there already, or lines of bounded length. Before it waits for more it says
//! so, and that is when results are sent off: in large blocks from a file, one by one to somebody who waits for each answer.

use crate::streams::Stop;
use std::io::{self, BufRead, BufReader, Read};

/// How long a line or an event may grow, in bytes, until the rest of the input is given up; so an input without end and
/// without line breaks ends too.
pub(crate) const HOPELESS: u64 = 64 << 20;

/// An input with a buffer.
#[derive(Debug)]
pub(crate) struct Input<R> {
    reader: BufReader<R>,
}

/// What [`Input::line`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A line, with its line break if it has one.
    Whole,
    /// A line of so many bytes, more than allowed; only its beginning was kept. At [`HOPELESS`] bytes it was not read to
    /// its end.
    TooLong(u64),
    /// Nothing: the input is at its end.
    End,
}

impl<R: Read> Input<R> {
    pub(crate) fn new(reader: R) -> Input<R> {
        Input { reader: BufReader::with_capacity(64 << 10, reader) }
    }

    /// What is left, from the first byte that was not consumed.
    pub(crate) fn into_reader(self) -> impl Read + use<R> {
        self.reader
    }

    /// What can be read without waiting; if that is nothing, `wait` is called and more is read. Empty at the end only.
    pub(crate) fn chunk(&mut self, wait: &mut impl FnMut() -> Result<(), Stop>) -> Result<&[u8], Stop> {
        if self.reader.buffer().is_empty() {
            wait()?;
        }
        while let Err(error) = self.reader.fill_buf() {
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(Stop::Input(error));
            }
        }
        Ok(self.reader.buffer())
    }

    /// Marks bytes of the last chunk as read.
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.reader.consume(bytes);
    }

    /// Reads a line into `line`, of which it keeps at most `most` bytes.
    pub(crate) fn line(
        &mut self,
        line: &mut Vec<u8>,
        most: usize,
        wait: &mut impl FnMut() -> Result<(), Stop>,
    ) -> Result<Line, Stop> {
        line.clear();
        let mut length = 0;
        loop {
            let chunk = self.chunk(wait)?;
            let end = memchr::memchr(b'\n', chunk).map(|at| at + 1);
            let taken = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
            let room = most.saturating_sub(line.len()).min(taken.len());
            line.extend_from_slice(taken.get(..room).unwrap_or_default());
            let taken = taken.len();
            self.consume(taken);
            length += taken as u64;
            if end.is_some() || taken == 0 || length >= HOPELESS {
                return Ok(match length {
                    0 => Line::End,
                    length if length > most as u64 => Line::TooLong(length),
                    _ => Line::Whole,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn lines_keep_their_bytes_up_to_the_limit() {
        let mut input = Input::new("ab\n\nabcdefgh\r\nlast".as_bytes());
        let mut line = Vec::new();
        let mut next = || {
            let found = input.line(&mut line, 4, &mut || Ok(())).unwrap();
            (found, String::from_utf8(line.clone()).unwrap())
        };
        assert_eq!(next(), (Line::Whole, "ab\n".to_string()));
        assert_eq!(next(), (Line::Whole, "\n".to_string()));
        assert_eq!(next(), (Line::TooLong(10), "abcd".to_string()));
        assert_eq!(next(), (Line::Whole, "last".to_string()));
        assert_eq!(next(), (Line::End, String::new()));
    }

    #[test]
    fn an_input_without_end_is_given_up() {
        let mut input = Input::new(io::repeat(b'x'));
        let found = input.line(&mut Vec::new(), 10, &mut || Ok(())).unwrap();
        assert!(matches!(found, Line::TooLong(length) if length >= HOPELESS));
    }
}
