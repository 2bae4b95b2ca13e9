//! Functions: their outputs, and the statements of each (R6.1).

use super::Layout;
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{Fire, Function, Output, Verb};
use crate::syntax::build::Element;
use crate::syntax::literal;

impl Layout<'_, '_> {
    /// Takes an element that begins or belongs to a function; gives back what belongs to a rule.
    pub(super) fn function_element(&mut self, element: Element) -> Option<Element> {
        match element {
            Element::Function(function) => {
                self.end_rule();
                self.end_function();
                self.function = Some(*function);
                return None;
            }
            Element::Rule(..) => {
                self.end_function();
                return Some(element);
            }
            Element::Output(output) if self.function.is_none() => {
                let message = "expected `FUNCTION name(...)` before its outputs".to_owned();
                self.misplaced(output.span, message, None, "a function is `FUNCTION`, then each `OUTPUT name: type`");
                return None;
            }
            _ => {}
        }
        let Some(function) = &mut self.function else { return Some(element) };
        match element {
            Element::Output(output) => {
                self.end_output();
                if let Some(function) = &mut self.function {
                    function.outputs.push(*output);
                }
            }
            Element::Let(binding) => match function.outputs.last_mut() {
                Some(output) if output.returns.is_none() => output.lets.push(binding),
                found => {
                    let returned = found.is_some();
                    self.not_in_function(binding.span, "LET", returned);
                }
            },
            Element::Fire(fire) => self.function_statement(fire),
            Element::When(word, _) => {
                let message = "expected an output without a condition, found `WHEN`".to_owned();
                self.faults.report(Code::STATEMENT_NOT_ALLOWED, word, message, |d| {
                    d.help("choose between values with `RETURN test ? yes : no`")
                });
            }
            Element::GroupBy(word, _) => self.foreign(word, "GROUPBY"),
            Element::Condition(span) => self.foreign(span, "CONDITION"),
            Element::Clause(_, span) => self.foreign(span, "CLAUSE"),
            Element::Status(_, span) => self.foreign(span, "STATUS"),
            Element::Description(_, span) => self.foreign(span, "DESCRIPTION"),
            Element::Gap(_) | Element::Function(_) | Element::Rule(..) => {}
        }
        None
    }

    /// `RETURN value`
    fn function_statement(&mut self, fire: Fire) {
        let Some(function) = &mut self.function else { return };
        let (verb, span) = (fire.verb.value, fire.verb.span);
        if verb != Verb::Return {
            return self.foreign(span, verb.keyword());
        }
        let Some(output) = function.outputs.last_mut() else { return self.not_in_function(span, "RETURN", false) };
        if let Some(earlier) = &output.returns {
            let earlier = earlier.span;
            let message = "expected one `RETURN` in an output, found a second";
            return self.faults.report(Code::TOO_MANY_STATEMENTS, span, message, |d| {
                d.also(earlier, "the first one").help("begin another output before it: `OUTPUT name: type`")
            });
        }
        let mut items = fire.items.into_iter();
        output.returns = items.next();
        if let Some(second) = items.next() {
            let message = "expected one value behind `RETURN`, found several";
            self.faults.report(Code::STATEMENT_NOT_ALLOWED, second.span, message, |d| {
                d.help("begin another output for it: `OUTPUT name: type`")
            });
        }
    }

    /// A statement before the first output, or behind a `RETURN`.
    fn not_in_function(&mut self, span: Span, keyword: &str, returned: bool) {
        let message = if returned {
            format!("expected `OUTPUT` behind a `RETURN`, found `{keyword}`")
        } else {
            format!("expected `OUTPUT` before the statements of a function, found `{keyword}`")
        };
        self.misplaced(span, message, None, "an output is `OUTPUT name: type`, then `LET`s, then `RETURN value`");
    }

    /// What belongs to rules.
    fn foreign(&mut self, span: Span, keyword: &str) {
        let message = format!("expected `OUTPUT`, `LET` or `RETURN` in a function, found `{keyword}`");
        self.faults.report(Code::STATEMENT_NOT_ALLOWED, span, message, |d| {
            d.help("an output is `OUTPUT name: type`, then `LET`s, then `RETURN value`")
        });
    }

    /// The last output is complete.
    fn end_output(&mut self) {
        let Some(Output { name, returns: None, span, .. }) = self.function.as_ref().and_then(|f| f.outputs.last())
        else {
            return;
        };
        if name.value.is_empty() {
            return;
        }
        let message = format!("expected `RETURN` in the output `{}`", literal::cut(&name.value));
        self.faults.report(Code::UNEXPECTED_TOKEN, *span, message, |d| d.label("this output gives nothing"));
    }

    pub(super) fn end_function(&mut self) {
        self.end_output();
        let Some(function) = self.function.take() else { return };
        let Function { name, outputs, span, .. } = &function;
        if outputs.is_empty() && !name.value.is_empty() {
            let message = format!("expected an `OUTPUT` in the function `{}`", literal::cut(&name.value));
            self.faults.report(Code::UNEXPECTED_TOKEN, *span, message, |d| {
                d.label("it gives nothing").help("write `OUTPUT name: type` and `RETURN value` below it")
            });
        }
        self.file.functions.push(function);
    }
}
