//! Where a batch's events come from: lines of a reader, or a slice.
//!
//! In: a reader. Out: blocks of whole lines, to whichever worker asks next. Only reading is done under the lock; where lines
//! end inside a block is found by the worker that decides it.

use super::Item;
use crate::diagnostic::Code;
use crate::engine::Request;
use crate::evaluate::EvaluationError;
use std::io::{self, Read};
use std::iter::{FusedIterator, from_fn};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// How many bytes are read at once, if so many are there.
const BLOCK: usize = 256 << 10;

/// From how many bytes on that were read at once there are likely to be more: a pipe gives 64 KiB at most, a connection not
/// much more than 16.
const FLOW: usize = 16 << 10;

/// What a line may have behind its event.
const LINE_BREAK: usize = "\r\n".len();

/// How long a line may grow, in bytes, until the rest of the input is given up.
const HOPELESS: u64 = 64 << 20;

/// How many events of a slice are taken at once.
const EVENTS: usize = 128;

/// Into how many parts a slice is cut at least, so that no thread waits long for the last one.
const PARTS: usize = 256;

/// A mark of byte order.
const MARK: &[u8] = "\u{FEFF}".as_bytes();

/// Gives blocks of events in order, to several threads.
pub(super) trait Input<'e>: Sync {
    /// Whether the next block may have to be waited for.
    const WAITS: bool;

    /// The memory of a block, used again and again.
    type Block: Default + Send;

    /// Reads the next block; its number, from 0, and whether it could be read. Nothing at the end.
    fn next(&self, block: &mut Self::Block) -> Option<(u64, io::Result<()>)>;

    /// Whether the next block is likely to be there at once.
    fn flows(_block: &Self::Block) -> bool {
        true
    }

    /// The events of a block in order.
    fn events<'b>(&'b self, block: &'b Self::Block) -> impl Iterator<Item = Item<'b>>
    where
        'e: 'b;
}

/// NDJSON.
pub(super) struct Lines<R> {
    reading: Mutex<Reading<R>>,
    most: usize,
}

struct Reading<R> {
    reader: R,
    most: usize,
    /// The beginning of a line whose end is not read yet.
    rest: Vec<u8>,
    blocks: u64,
    ended: bool,
}

/// Whole lines, or the beginning of one that is too long.
#[derive(Default)]
pub(super) struct Text {
    /// Room for bytes; those behind `length` mean nothing.
    bytes: Vec<u8>,
    length: usize,
    /// The length of the line that is too long, if that is what there is.
    too_long: Option<u64>,
}

impl<R: Read> Lines<R> {
    /// Events of at most `most` bytes.
    pub(super) fn new(reader: R, most: usize) -> Lines<R> {
        let most = most.saturating_add(LINE_BREAK);
        Lines { reading: Mutex::new(Reading { reader, most, rest: Vec::new(), blocks: 0, ended: false }), most }
    }
}

impl<'e, R: Read + Send> Input<'e> for Lines<R> {
    const WAITS: bool = true;

    type Block = Text;

    fn flows(block: &Text) -> bool {
        block.length >= FLOW
    }

    fn next(&self, block: &mut Text) -> Option<(u64, io::Result<()>)> {
        // A reader that panicked is asked no more: its thread ended the batch.
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if reading.ended {
            return None;
        }
        let read = reading.fill(block);
        if read.is_err() {
            reading.ended = true;
        } else if block.length == 0 {
            return None;
        }
        reading.blocks += 1;
        Some((reading.blocks - 1, read))
    }

    fn events<'b>(&'b self, block: &'b Text) -> impl Iterator<Item = Item<'b>>
    where
        'e: 'b,
    {
        let bytes = block.bytes.get(..block.length).unwrap_or_default();
        let mut too_long = block.too_long.map(|length| {
            let limit = self.most - LINE_BREAK;
            let message = format!("expected an event of at most `event_bytes` = {limit} bytes, found {length}");
            Item { bytes, request: Err(EvaluationError::new(Code::EVENT_TOO_LARGE, message)) }
        });
        let mut lines = lines(if too_long.is_some() { &[] } else { bytes });
        from_fn(move || too_long.take().or_else(|| lines.next().map(Item::of)))
    }
}

impl<R: Read> Reading<R> {
    /// Reads once, and on until there is a whole line.
    fn fill(&mut self, block: &mut Text) -> io::Result<()> {
        block.too_long = None;
        block.length = self.rest.len();
        if block.bytes.len() < BLOCK.max(self.rest.len()) {
            block.bytes.resize(BLOCK.max(self.rest.len()), 0);
        }
        if let Some(begin) = block.bytes.get_mut(..self.rest.len()) {
            begin.copy_from_slice(&self.rest);
        }
        self.rest.clear();
        // A line in hand may come from behind one that was too long.
        let mut searched = 0;
        loop {
            let unsearched = block.bytes.get(searched..block.length).unwrap_or_default();
            if let Some(at) = memchr::memrchr(b'\n', unsearched) {
                let end = searched + at + 1;
                self.rest.extend_from_slice(block.bytes.get(end..block.length).unwrap_or_default());
                block.length = end;
                break;
            }
            searched = block.length;
            if block.length > self.most {
                self.skip(block)?;
                break;
            }
            if block.length == block.bytes.len() {
                let room = self.most.saturating_add(1).min(block.bytes.len().saturating_mul(2));
                block.bytes.resize(room.max(block.length + 1), 0);
            }
            match read(&mut self.reader, block.bytes.get_mut(block.length..).unwrap_or_default())? {
                0 => {
                    self.ended = true;
                    break;
                }
                count => block.length += count,
            }
        }
        if self.blocks == 0 && block.bytes.get(..block.length).unwrap_or_default().starts_with(MARK) {
            // White space before an event means nothing.
            block.bytes.iter_mut().take(MARK.len()).for_each(|byte| *byte = b' ');
        }
        Ok(())
    }

    /// Passes over the rest of a line that is too long.
    fn skip(&mut self, block: &mut Text) -> io::Result<()> {
        let mut length = block.length as u64;
        let mut passed = vec![0; BLOCK];
        loop {
            let count = read(&mut self.reader, &mut passed)?;
            let found = passed.get(..count).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', found) {
                length += at as u64;
                self.rest.extend_from_slice(found.get(at + 1..).unwrap_or_default());
                break;
            }
            length += count as u64;
            if count == 0 || length >= HOPELESS {
                self.ended = true;
                break;
            }
        }
        block.too_long = Some(length);
        Ok(())
    }
}

/// One read that nothing interrupted.
fn read(reader: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// The lines that are not empty, without the white space around them.
fn lines(bytes: &[u8]) -> impl FusedIterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    from_fn(move || {
        loop {
            let bytes = rest?;
            let end = memchr::memchr(b'\n', bytes);
            rest = end.and_then(|at| bytes.get(at + 1..));
            let line = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default().trim_ascii();
            if !line.is_empty() {
                return Some(line);
            }
        }
    })
    .fuse()
}

/// NDJSON in memory: no byte is copied.
pub(super) struct Bytes<'e> {
    /// What is left, and the number of the next block.
    rest: Mutex<(&'e [u8], u64)>,
}

impl<'e> Bytes<'e> {
    pub(super) fn new(bytes: &'e [u8]) -> Bytes<'e> {
        Bytes { rest: Mutex::new((bytes.strip_prefix(MARK).unwrap_or(bytes), 0)) }
    }
}

impl<'e> Input<'e> for Bytes<'e> {
    const WAITS: bool = false;

    type Block = &'e [u8];

    fn next(&self, block: &mut &'e [u8]) -> Option<(u64, io::Result<()>)> {
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        let (bytes, number) = *rest;
        let most = bytes.get(..BLOCK).unwrap_or(bytes);
        let end = match memchr::memrchr(b'\n', most) {
            Some(at) => at + 1,
            None => memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1),
        };
        let (whole, left) = bytes.split_at_checked(end)?;
        *rest = (left, number + 1);
        *block = whole;
        (!whole.is_empty()).then_some((number, Ok(())))
    }

    fn events<'b>(&'b self, block: &'b &'e [u8]) -> impl Iterator<Item = Item<'b>>
    where
        'e: 'b,
    {
        lines(block).map(Item::of)
    }
}

/// Events in memory.
pub(super) struct Slice<'s, T> {
    events: &'s [T],
    /// How many are taken at once.
    size: usize,
    taken: AtomicUsize,
}

impl<'s, T> Slice<'s, T> {
    /// At least `least` of them in a block, where there are so many.
    pub(super) fn new(events: &'s [T], least: usize) -> Slice<'s, T> {
        Slice { events, size: (events.len() / PARTS).min(EVENTS).max(least).max(1), taken: AtomicUsize::new(0) }
    }
}

impl<'e, T: Clone + Into<Request<'e>> + Sync> Input<'e> for Slice<'_, T> {
    const WAITS: bool = false;

    type Block = usize;

    fn next(&self, block: &mut usize) -> Option<(u64, io::Result<()>)> {
        *block = self.taken.fetch_add(1, Ordering::Relaxed);
        (block.saturating_mul(self.size) < self.events.len()).then_some((*block as u64, Ok(())))
    }

    fn events<'b>(&'b self, block: &'b usize) -> impl Iterator<Item = Item<'b>>
    where
        'e: 'b,
    {
        let events = self.events.chunks(self.size).nth(*block).unwrap_or_default();
        events.iter().map(|event| Item { bytes: &[], request: Ok(event.clone().into()) })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    /// A reader that gives a few bytes at a time, and fails at the end if it shall.
    struct Slow<'t>(&'t [u8], usize, bool);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() && self.2 {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let count = self.1.min(self.0.len()).min(into.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn shown(item: Item<'_>) -> String {
        match item.request {
            // The engine refuses it.
            Ok(_) if item.bytes.len() > 10 => format!("#{}", item.bytes.len()),
            Ok(_) => String::from_utf8(item.bytes.to_vec()).unwrap(),
            Err(error) => {
                assert!(item.bytes.len() > 12 && error.code == Code::EVENT_TOO_LARGE);
                format!("#{}", error.message.rsplit(' ').next().unwrap())
            }
        }
    }

    /// The blocks of an input, each with its events; `#n` for one that is too large, `!` for one that cannot be read.
    fn blocks(text: &str, size: usize, fails: bool) -> Vec<Vec<String>> {
        let input = Lines::new(Slow(text.as_bytes(), size, fails), 10);
        let mut block = Text::default();
        let mut found = Vec::new();
        while let Some((number, read)) = input.next(&mut block) {
            assert_eq!(number, found.len() as u64);
            found.push(match read {
                Ok(()) => input.events(&block).map(shown).collect(),
                Err(_) => vec!["!".to_string()],
            });
        }
        found
    }

    fn events(text: &str) -> Vec<String> {
        let all: Vec<Vec<String>> = [1, 3, 1 << 20].iter().map(|size| blocks(text, *size, false).concat()).collect();
        let in_memory = Bytes::new(text.as_bytes());
        let mut block = Default::default();
        let mut found = Vec::new();
        while in_memory.next(&mut block).is_some() {
            found.extend(in_memory.events(&block).map(shown));
        }
        assert!(all.iter().all(|one| *one == found), "{found:?} {all:?}");
        found
    }

    #[test]
    fn lines_are_trimmed_and_empty_ones_passed_over() {
        assert_eq!(events("a\n\n \r\n b \r\nc"), ["a", "b", "c"]);
        assert_eq!(events("\u{FEFF}a\n\u{FEFF}"), ["a", "\u{FEFF}"]);
        assert_eq!(events(""), [] as [&str; 0]);
        assert_eq!(events("\n\n"), [] as [&str; 0]);
    }

    #[test]
    fn what_is_too_large_is_passed_over() {
        let long = "x".repeat(100);
        assert_eq!(events(&format!("a\n{long}\nb\n{long}\n{long}")), ["a", "#100", "b", "#100", "#100"]);
        assert_eq!(events("0123456789\r\n0123456789ab\n"), ["0123456789", "#12"]);
    }

    #[test]
    fn a_block_is_what_one_read_gave() {
        assert_eq!(blocks("a\nb\nc\n", 2, false), [["a"], ["b"], ["c"]]);
        assert_eq!(blocks("a\nb\nc\n", 3, false), [vec!["a"], vec!["b", "c"]]);
        assert_eq!(blocks("a\nb\nc\n", 100, false), [["a", "b", "c"]]);
    }

    #[test]
    fn an_input_that_fails_says_so_behind_what_was_whole() {
        assert_eq!(blocks("a\nb", 100, true), [["a"], ["!"]]);
    }

    #[test]
    fn an_input_without_end_is_given_up() {
        let input = Lines::new(io::repeat(b'x'), 10);
        let mut block = Text::default();
        assert!(matches!(input.next(&mut block), Some((0, Ok(())))));
        assert!(block.too_long.is_some_and(|length| length >= HOPELESS) && block.bytes.len() == BLOCK);
        assert!(input.next(&mut block).is_none());
    }

    #[test]
    fn a_slice_is_given_once() {
        for count in [0, 1, PARTS + 3, EVENTS * PARTS * 2 + 3] {
            let texts = vec!["{}"; count];
            let input = Slice::new(&texts, 0);
            let (mut block, mut found, mut blocks) = (0, 0, 0);
            while let Some((number, _)) = input.next(&mut block) {
                assert_eq!(number, blocks);
                found += input.events(&block).count();
                blocks += 1;
            }
            assert_eq!((found, blocks >= PARTS as u64), (count, count >= PARTS));
        }
    }
}
