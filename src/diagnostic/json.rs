//! A diagnostic as one line of JSON (R12.4).
//!
//! In: a [`Diagnostic`]. Out: an object with always the same keys in the same order, for editors and build servers.

use super::{Diagnostic, Severity};
use std::fmt;

impl Diagnostic {
    /// One line of JSON without a line break at its end, as R12.4 says: `code severity message file line column endLine
    /// endColumn help`. Lines and columns count from 1, columns in characters; the end lies behind the last character.
    /// `help` is `null` when there is none.
    pub fn to_json(&self) -> String {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let (line, column) = self.source.position(self.span.start);
        let (end_line, end_column) = self.source.position(self.span.end.max(self.span.start));
        format!(
            r#"{{"code":"{}","severity":"{severity}","message":{},"file":{},"line":{line},"column":{column},"endLine":{end_line},"endColumn":{end_column},"help":{}}}"#,
            self.code,
            quoted(&self.message),
            quoted(self.source.name()),
            self.help.as_deref().map_or(serde_json::Value::Null, serde_json::Value::from),
        )
    }
}

fn quoted(text: &str) -> impl fmt::Display {
    serde_json::Value::from(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
    use super::super::{Code, Diagnostic};
    use crate::source::{Source, Span};
    use std::sync::Arc;

    #[test]
    fn keys_stand_in_order_and_help_may_be_null() {
        let source = Arc::new(Source::new("a.fql", "WHEN\n  @\"x\" = 1"));
        let diagnostic = Diagnostic::new(Code::SINGLE_EQUALS, &source, Span::new(12, 13), "expected `==`, found `=`");
        assert_eq!(
            diagnostic.to_json(),
            r#"{"code":"E0107","severity":"error","message":"expected `==`, found `=`","file":"a.fql","line":2,"column":8,"endLine":2,"endColumn":9,"help":null}"#
        );
        let json = diagnostic.help("write \"==\"").to_json();
        assert!(json.ends_with(r#","help":"write \"==\""}"#), "{json}");
    }

    #[test]
    fn any_text_gives_one_line_of_json() {
        let source = Arc::new(Source::new("a\n\"b\".fql", "é€\u{1}\nx"));
        for (start, end) in [(0, 2), (2, 5), (5, 7), (1, 3), (8, 8), (3, 100), (1000, 2000), (4, 2)] {
            let json = Diagnostic::new(Code::UNREAD_VARIABLE, &source, Span::new(start, end), "a\nb\u{7}\\")
                .help("\r\n")
                .to_json();
            assert!(!json.contains(['\n', '\r']));
            let value: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert_eq!(value["severity"], "warning");
            assert_eq!(value["message"], "a\nb\u{7}\\");
            assert_eq!(value["file"], "a\n\"b\".fql");
            let place = |line: &str, column: &str| (value[line].as_u64().unwrap(), value[column].as_u64().unwrap());
            assert!(
                place("line", "column") >= (1, 1) && place("endLine", "endColumn") >= place("line", "column"),
                "{json}"
            );
        }
    }

    #[test]
    fn columns_count_characters() {
        let source = Arc::new(Source::new("a", "é€𝄞 = 1"));
        let json = Diagnostic::new(Code::SINGLE_EQUALS, &source, Span::new(10, 11), "x").to_json();
        assert!(json.contains(r#""line":1,"column":5,"endLine":1,"endColumn":6"#), "{json}");
    }
}
