//! A text with mistakes, piece by piece.
//!
//! In: a text and its [`Scan`]. Out: whatever its pieces hold, and one syntax error for each piece that the grammar
//! refuses (tokens report their own faults besides). A refused piece is read once more up to where it went wrong, so
//! that what was right is still checked; failing that, a `LET` binds its name to [`Kind::Error`], and other
//! statements hold it, so that nothing is reported that only follows from the mistake.

use super::ast::{Expr, Fire, Function, Kind, Let, Output, Select, Verb};
use super::build::{Builder, Element, Paths};
use super::faults::Faults;
use super::grammar::{Grammar, Rule};
use super::keyword::Keyword;
use super::scan::{Piece, Scan};
use super::token::Stretch;
use super::{Limits, mistake};
use crate::source::{Span, Spanned};
use pest::Parser;
use smallvec::smallvec;

/// Reads the pieces of a rule text.
pub(crate) fn rules(text: &str, base: usize, scan: &Scan, limits: &Limits, faults: &mut Faults<'_>) -> Vec<Element> {
    mistake::report_scan(scan, text, base, limits, faults);
    let mut elements = Vec::new();
    let mut paths = Paths::default();
    let mut known = scan.faults.iter().peekable();
    let next = scan.pieces.iter().skip(1).map(|piece| piece.start).chain([usize::MAX]);
    for (piece, next) in scan.pieces.iter().zip(next) {
        let mut own = Vec::new();
        while let Some(fault) = known.next_if(|fault| fault.start < next) {
            own.push(*fault);
        }
        let context = mistake::Context { text, base, piece, faults: &own };
        let Some(keyword) = piece.keyword else {
            context.no_statement(faults);
            continue;
        };
        if piece.too_deep {
            elements.extend(stand_in(keyword, piece, text, base));
            elements.push(Element::Gap(Span::new(base + piece.start, base + piece.end)));
            continue;
        }
        let rule = start(keyword);
        let mut read = |stretch: Stretch<'_>, faults: &mut Faults<'_>| -> Result<(), pest::error::Error<Rule>> {
            let pairs = Grammar::parse(rule, stretch.classes())?;
            let mut builder = Builder::new(faults, stretch, &mut paths, limits);
            pairs.for_each(|pair| builder.element(pair, &mut elements));
            Ok(())
        };
        let stretch = scan.tokens.stretch(text, base, piece.first..piece.last);
        let Err(error) = read(stretch, faults) else { continue };
        let token = mistake::place(&error);
        let failed = stretch.offset(token).unwrap_or(piece.end);
        let again = context.operand_before(&error, failed) && read(stretch.before(token), faults).is_ok();
        context.refused(&error, failed, faults);
        if !again {
            elements.extend(stand_in(keyword, piece, text, base));
        }
        elements.push(Element::Gap(Span::new(base + failed, base + piece.end)));
    }
    elements
}

/// Reads one expression.
pub(crate) fn expression(
    text: &str,
    base: usize,
    scan: &Scan,
    limits: &Limits,
    faults: &mut Faults<'_>,
) -> Option<Expr> {
    mistake::report_scan(scan, text, base, limits, faults);
    let piece = scan.pieces.first()?;
    if piece.too_deep {
        return None;
    }
    let read = |stretch: Stretch<'_>, faults: &mut Faults<'_>| -> Result<Option<Expr>, pest::error::Error<Rule>> {
        let whole = Grammar::parse(Rule::expression, stretch.classes())?.next();
        let inner = whole.and_then(|whole| whole.into_inner().find(|part| part.as_rule() == Rule::expr));
        let mut paths = Paths::default();
        let mut builder = Builder::new(faults, stretch, &mut paths, limits);
        Ok(inner.map(|inner| builder.expr(inner)))
    };
    let stretch = scan.tokens.stretch(text, base, piece.first..piece.last);
    match read(stretch, faults) {
        Ok(tree) => tree,
        Err(error) => {
            let context = mistake::Context { text, base, piece, faults: &scan.faults };
            let token = mistake::place(&error);
            let failed = stretch.offset(token).unwrap_or(piece.end);
            let again = context.operand_before(&error, failed);
            let tree = if again { read(stretch.before(token), faults).ok().flatten() } else { None };
            context.refused(&error, failed, faults);
            tree
        }
    }
}

fn start(keyword: Keyword) -> Rule {
    match keyword {
        Keyword::Let => Rule::a_let,
        Keyword::When => Rule::a_when,
        Keyword::GroupBy => Rule::a_group_by,
        Keyword::Select => Rule::a_selection,
        Keyword::Rule => Rule::a_rule,
        Keyword::Description => Rule::a_description,
        Keyword::Status => Rule::a_status,
        Keyword::Condition => Rule::a_condition,
        Keyword::Clause => Rule::a_clause,
        Keyword::Function => Rule::a_function,
        Keyword::Output => Rule::a_output,
        _ => Rule::a_fire,
    }
}

/// What stands in the tree for a piece that can't be read.
fn stand_in(keyword: Keyword, piece: &Piece, text: &str, base: usize) -> Option<Element> {
    let span = Span::new(base + piece.start, base + piece.end);
    let word = Span::new(base + piece.start, base + piece.start + keyword.word().len());
    let error = || Expr { kind: Kind::Error, span };
    let name = piece.name.and_then(|(start, end)| {
        let word = text.get(start..end)?.trim_start_matches('$');
        Some(Spanned::new(word.to_owned(), Span::new(base + start, base + end)))
    });
    let fire = |verb, select| {
        let verb = Spanned::new(verb, word);
        Some(Element::Fire(Fire { verb, items: smallvec![error()], select, when: None, group_by: None, span }))
    };
    match keyword {
        Keyword::Let => name.map(|name| Element::Let(Let { name, value: error(), span })),
        Keyword::When => Some(Element::When(word, error())),
        Keyword::GroupBy => Some(Element::GroupBy(word, error())),
        Keyword::Return => fire(Verb::Return, None),
        Keyword::Observe => fire(Verb::Observe, None),
        Keyword::Do => fire(Verb::Do, None),
        Keyword::RouteTo => fire(Verb::RouteTo, None),
        Keyword::Select => fire(Verb::Select, name.map(|name| Box::new(Select { name, sources: Vec::new() }))),
        Keyword::Rule => Some(Element::Rule(None, span)),
        Keyword::Clause => Some(Element::Clause(None, span)),
        Keyword::Condition => Some(Element::Condition(word)),
        Keyword::Function => Some(Element::Function(Box::new(Function {
            name: Spanned::new(String::new(), word),
            parameters: Vec::new(),
            outputs: Vec::new(),
            span,
        }))),
        Keyword::Output => Some(Element::Output(Box::new(Output {
            name: Spanned::new(String::new(), word),
            ty: Spanned::new(String::new(), word),
            default: None,
            lets: Vec::new(),
            returns: None,
            span,
        }))),
        _ => None,
    }
}
