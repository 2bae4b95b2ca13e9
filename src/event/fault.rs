//! Why bytes are no event (L3.5), with line and column.

use crate::diagnostic::Code;
use crate::value::json::{FaultKind, JsonFault};

/// Why bytes are no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventFault {
    /// `E0901` to `E0905`.
    pub code: Code,
    /// Lower case, no full stop.
    pub message: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

impl EventFault {
    /// Bytes that are no UTF-8 from `offset` on.
    #[cold]
    pub(super) fn not_utf8(bytes: &[u8], offset: usize) -> EventFault {
        let found = match bytes.get(offset) {
            Some(byte) => format!("the byte 0x{byte:02x} at offset {offset}"),
            None => format!("the end at offset {offset}"),
        };
        EventFault::at(Code::EVENT_NOT_UTF8, format!("expected UTF-8, found {found}"), bytes, offset)
    }

    /// Text that is no JSON, or nests too deep, or is longer than offsets reach.
    #[cold]
    pub(super) fn malformed(text: &str, fault: JsonFault) -> EventFault {
        let code = match fault.kind() {
            FaultKind::Depth => Code::EVENT_TOO_DEEP,
            FaultKind::Length => Code::EVENT_TOO_LARGE,
            _ => Code::EVENT_NOT_JSON,
        };
        EventFault::at(code, fault.message(text), text.as_bytes(), fault.offset())
    }

    /// JSON whose value at `offset` is no object.
    #[cold]
    pub(super) fn not_object(text: &str, offset: usize) -> EventFault {
        let found = match text.as_bytes().get(offset) {
            Some(b'[') => "an array",
            Some(b'"') => "a string",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            _ => "a number",
        };
        EventFault::at(Code::EVENT_NOT_OBJECT, format!("expected an object, found {found}"), text.as_bytes(), offset)
    }

    fn at(code: Code, message: String, bytes: &[u8], offset: usize) -> EventFault {
        let before = bytes.get(..offset).unwrap_or(bytes);
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let line = before.iter().filter(|byte| **byte == b'\n').count();
        // A character has one byte that continues no other.
        let column = before.get(line_start..).unwrap_or_default().iter().filter(|byte| (**byte & 0xC0) != 0x80).count();
        let from_one = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
        EventFault { code, message, line: from_one(line), column: from_one(column) }
    }
}

impl std::fmt::Display for EventFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at line {} column {}", self.message, self.line, self.column)
    }
}

impl std::error::Error for EventFault {}
