//! Where the cells of a record stand in the text, for the places of faults.
//!
//! The `csv` crate gives the values of cells and the place of a record, but not the place of a cell. This is only asked when
//! something is wrong.

use std::ops::Range;

/// The ranges of the cells of a record, quotes included, and whether its last quote is open.
pub(super) fn fields(record: &str) -> (Vec<Range<usize>>, bool) {
    let mut ranges = Vec::new();
    let (mut start, mut quoted) = (0, false);
    let mut bytes = record.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            // Doubled, it stands for itself.
            b'"' if quoted => quoted = bytes.next_if(|(_, next)| *next == b'"').is_some(),
            b'"' if at == start => quoted = true,
            b',' if !quoted => {
                ranges.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    ranges.push(start..record.len());
    (ranges, quoted)
}

/// The range without white space around it.
pub(super) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let cell = text.get(range.clone()).unwrap_or_default();
    let start = range.start + cell.len() - cell.trim_start().len();
    if cell.trim().is_empty() { range } else { start..start + cell.trim().len() }
}
