//! Strings and attributes: what stands inside such a token, and what is wrong there.

use super::Builder;
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{Kind, Path, PathStep};
use crate::syntax::literal::{self, TokenFault};
use crate::syntax::parse_path;
use std::sync::Arc;

impl Builder<'_, '_, '_> {
    pub(super) fn token_fault(&mut self, fault: TokenFault, token: Span) {
        let start = token.start as usize;
        let span = Span::new(start + fault.range.0, start + fault.range.1);
        self.faults.report(fault.code, span, fault.message, |mut d| {
            d.help = fault.help;
            match fault.replacement {
                Some(replacement) => d.fix(span, replacement),
                None => d,
            }
        });
    }

    pub(super) fn string(&mut self, token: &str, span: Span) -> String {
        self.characters(token, span).value
    }

    fn characters(&mut self, token: &str, span: Span) -> literal::Text {
        let mut text = literal::string(token);
        if let Some(straight) = text.straight.take() {
            self.faults.report(Code::CURLY_QUOTES, span, "expected straight quotes, found curly ones", |d| {
                d.help(format!("write {}", literal::cut(&straight))).fix(span, straight)
            });
        }
        for fault in std::mem::take(&mut text.faults) {
            self.token_fault(fault, span);
        }
        text
    }

    /// `@name`, `@"path"`, `@@`, `@@"path"`.
    pub(super) fn attribute(&mut self, token: &str, span: Span) -> Kind {
        let signs = if token.starts_with("@@") { 2 } else { 1 };
        let rest = token.get(signs..).unwrap_or_default();
        let inner = Span { start: span.start + signs as u32, end: span.end };
        let whole = signs == 2;
        let Some(first) = rest.chars().next() else {
            if whole {
                return Kind::Event(None);
            }
            let help = "an attribute is written `@name` or `@\"full.path\"`, without a blank";
            self.faults.report(Code::UNEXPECTED_TOKEN, span, "expected a path behind `@`", |d| d.help(help));
            return Kind::Error;
        };
        if first.is_ascii_alphabetic() || first == '_' {
            let steps = vec![PathStep::Name(rest.to_owned())];
            let path = Arc::new(Path { text: rest.to_owned(), steps, bare: !whole });
            if whole {
                let message = format!("expected `@@` or `@@\"{rest}\"`, found `@@{rest}`");
                self.faults.report(Code::BAD_PATH, span, message, |d| d.fix(inner, format!("\"{rest}\"")));
            }
            return if whole { Kind::Event(Some(path)) } else { Kind::Attribute(path) };
        }
        let known =
            rest.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).and_then(|rest| self.paths.get(rest));
        if let Some(path) = known.cloned() {
            return if whole { Kind::Event(Some(path)) } else { Kind::Attribute(path) };
        }
        let text = self.characters(rest, inner);
        match parse_path(&text.value) {
            Ok(path) => {
                let path = Arc::new(path);
                if text.plain {
                    self.paths.insert(text.value, path.clone());
                }
                if whole { Kind::Event(Some(path)) } else { Kind::Attribute(path) }
            }
            Err(fault) => {
                let at = inner.start as usize + text.quote + fault.offset;
                let last = inner.end as usize - text.quote;
                let length =
                    text.value.get(fault.offset..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
                let span = if text.plain { Span::new(at.min(last), (at + length).min(last)) } else { inner };
                self.faults.report(Code::BAD_PATH, span, fault.message, |d| {
                    d.help("a path is names separated by `.`, and `[n]` for an element: `@\"productList[0].productId\"`; any other key is reached as `@@[\"the key\"]`")
                });
                Kind::Error
            }
        }
    }
}
