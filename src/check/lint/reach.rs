//! Clauses that can never fire, and clauses with the same test (W1011, W1012).
//!
//! In: the rules of an assessment as meant, without errors. Out: warnings. A statement fires if the condition of its rule
//! and its `WHEN` are true and nothing before it has ended the rules. That is one formula ([`super::formula`]); if it cannot
//! be true ([`super::solve`]), the statement never fires. Nothing is claimed that does not hold for every event.

use super::ends::{End, Ends};
use super::formula::{Formula, Node, Subjects, all};
use super::solve::{Excluded, Solver};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, Effect};
use crate::source::{Source, Span};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// The tests of a rule so far: where each stood first, by the number of its clause.
type Seen = HashMap<Rc<Node>, (usize, Span), foldhash::fast::RandomState>;

/// What the search for the answer to one question may cost, in steps of about 20 ns.
const STEPS: usize = 4_000;

/// What all searches of an assessment may cost together, and all questions: so much for each statement, and at least as much as
/// for so many. So thousands of statements that exclude each other in involved ways are looked at in a time that grows with their
/// number, and what is not told is only what took a long search.
const SEARCHES: usize = 60;
const QUESTIONS: usize = 200;
const FEWEST: usize = 1_000;

/// The tests of a rule, in the order of its statements.
struct Tests {
    condition: Formula,
    statements: Vec<Formula>,
}

/// Looks at all rules; they have no errors.
pub(in crate::check) fn reach(assessment: &hir::Assessment) -> Vec<Diagnostic> {
    Reach::of(assessment).warnings
}

struct Reach<'h> {
    parts: &'h hir::Assessment,
    subjects: Subjects<'h>,
    ends: Ends,
    solver: Solver,
    /// How many steps were taken, and how many of them while there might be a search.
    steps: usize,
    searched: usize,
    /// How many statements there are, and are counted at least.
    statements: usize,
    /// How often several ends together left nothing, and whether they leave nothing of anything.
    together: usize,
    covered: bool,
    warnings: Vec<Diagnostic>,
}

impl<'h> Reach<'h> {
    fn of(parts: &'h hir::Assessment) -> Reach<'h> {
        let mut subjects = Subjects::new(parts);
        let yes = || Formula::All(Vec::new());
        let tests: Vec<Tests> = parts
            .rules
            .iter()
            .map(|rule| {
                let condition = rule.condition.as_ref().map_or_else(yes, |condition| subjects.formula(condition));
                let statements = rule.clauses.iter().flat_map(|clause| &clause.statements);
                let tests =
                    statements.map(|statement| statement.when.as_ref().map_or_else(yes, |when| subjects.formula(when)));
                Tests { condition, statements: tests.collect() }
            })
            .collect();
        subjects.close();
        let statements = tests.iter().map(|tests| tests.statements.len()).sum::<usize>();
        let mut reach = Reach {
            parts,
            subjects,
            ends: Ends::default(),
            solver: Solver::default(),
            steps: 0,
            searched: 0,
            statements: statements.max(FEWEST),
            together: 0,
            covered: false,
            warnings: Vec::new(),
        };
        for (number, (rule, tests)) in parts.rules.iter().zip(tests).enumerate() {
            let first_match = parts.stages.get(rule.stage as usize).is_some_and(|stage| stage.first_match);
            reach.rule(number, rule, tests, first_match);
        }
        reach
    }

    fn rule(&mut self, number: usize, rule: &hir::Rule, tests: Tests, first_match: bool) {
        let condition = Rc::new(self.subjects.node(&tests.condition));
        let before = self.ends.all.len();
        let first = rule.clauses.iter().flat_map(|clause| &clause.statements).next();
        let place = rule.condition.as_ref().map(|condition| condition.span).or(first.map(|statement| statement.span));
        let Some(place) = place else { return };
        if let Some(why) = self.never(&condition) {
            let diagnostic = self.diagnostic(rule, place, &Dead::Rule, why, number);
            self.warnings.push(diagnostic);
            return;
        }
        let mut seen = Seen::default();
        let mut tests = tests.statements.into_iter();
        for (position, clause) in rule.clauses.iter().enumerate() {
            self.clause(number, rule, &condition, (position, clause), &mut tests, &mut seen);
        }
        if first_match {
            self.ends.truncate(before);
            self.covered = false;
            let end = End { when: condition, rule: number, clause: None, source: rule.source, span: place };
            self.ends.push(end, &self.subjects);
        }
    }

    fn clause(
        &mut self,
        number: usize,
        rule: &hir::Rule,
        condition: &Rc<Node>,
        (position, clause): (usize, &hir::Clause),
        tests: &mut std::vec::IntoIter<Formula>,
        seen: &mut Seen,
    ) {
        let mut dead = Vec::new();
        let mut ended = false;
        let conditional = !matches!(&**condition, Node::All(parts) if parts.is_empty());
        for (statement, test) in clause.statements.iter().zip(tests) {
            let test = Rc::new(self.subjects.node(&test));
            let when = match conditional {
                true => Rc::new(all([Node::clone(condition), Node::clone(&test)].into_iter())),
                false => test.clone(),
            };
            let returns = statement.effects.iter().any(|effect| matches!(effect, Effect::Decide(_)));
            // What stands behind an unconditional RETURN of the same clause was told already.
            if !ended {
                let why = self.never(&when);
                if let Some(why) = why {
                    let place = statement.when.as_ref().map_or(statement.span, |when| when.span);
                    let whole = Dead::Clause { name: &clause.name, conditional };
                    dead.push(self.diagnostic(rule, place, &whole, why, number));
                } else if let Some(asked) = &statement.when {
                    self.same(rule, (position, clause), &test, asked.span, seen);
                }
            }
            if returns {
                ended |= statement.when.is_none();
                let (source, span) = (rule.source, statement.span);
                let end = End { when, rule: number, clause: Some(clause.name.clone()), source, span };
                self.ends.push(end, &self.subjects);
            }
        }
        // Of a clause that is dead as a whole the first statement says it.
        if dead.len() == clause.statements.len() {
            dead.truncate(1);
        }
        self.warnings.extend(dead);
    }

    /// W1012: another clause of the rule has the same test.
    fn same(
        &mut self,
        rule: &hir::Rule,
        (position, clause): (usize, &hir::Clause),
        test: &Rc<Node>,
        span: Span,
        seen: &mut Seen,
    ) {
        if rule.clauses.len() < 2 || matches!(&**test, Node::All(parts) if parts.is_empty()) {
            return;
        }
        match seen.get(test) {
            Some((other, first)) if *other != position => {
                let name = rule.clauses.get(*other).map_or("", |clause| &*clause.name);
                let message = format!("`{}` has the same test as `{name}`", clause.name);
                let diagnostic = Diagnostic::new(Code::SAME_CONDITION, self.source(rule.source), span, message);
                let diagnostic = diagnostic.also(*first, "the same test");
                self.warnings.push(diagnostic.help("change the one that was copied, or join the two clauses"));
            }
            Some(_) => {}
            None => {
                seen.insert(test.clone(), (position, span));
            }
        }
    }

    /// Why something never is the case at this place, if so.
    fn never(&mut self, when: &Node) -> Option<Why> {
        if let Some(always) = self.ends.always {
            return Some(Why::Always(always));
        }
        let near = if self.steps >= QUESTIONS * self.statements { Vec::new() } else { self.ends.about(when) };
        if near.is_empty() && is_possible(when) {
            return self.covered.then_some(Why::Together);
        }
        let excluded = self.excluded(when, &near);
        if excluded == Some(Excluded::Together) {
            self.together += 1;
            // Then perhaps nothing at all is left, and what follows need not be asked.
            if self.together.is_power_of_two() {
                let (all, ends) = (Node::All(Vec::new()), self.ends.settled());
                self.covered = self.excluded(&all, &ends).is_some();
            }
        }
        match excluded {
            Some(Excluded::Itself) => Some(Why::Contradiction),
            Some(Excluded::By(number)) => near.get(number).map(|end| Why::Implied(*end as usize)),
            Some(Excluded::Together) => Some(Why::Together),
            None => self.covered.then_some(Why::Together),
        }
    }

    /// Whether and why something is never the case, given these ends.
    fn excluded(&mut self, when: &Node, near: &[u32]) -> Option<Excluded> {
        let others: SmallVec<[&Node; 16]> =
            near.iter().filter_map(|end| self.ends.all.get(*end as usize)).map(|end| &*end.when).collect();
        // Where nothing is left only the reason is looked for.
        let most = if self.covered || self.searched >= SEARCHES * self.statements { 0 } else { STEPS };
        let mut steps = 0;
        let excluded = self.solver.excluded(&self.subjects, when, &others, most, &mut steps);
        self.steps += steps;
        if most > 0 {
            self.searched += steps;
        }
        excluded
    }

    fn diagnostic(&self, rule: &hir::Rule, place: Span, dead: &Dead<'_>, why: Why, number: usize) -> Diagnostic {
        let source = self.source(rule.source);
        let what = match dead {
            Dead::Rule => format!("rule `{}`", rule.name),
            Dead::Clause { name, .. } => format!("`{name}`"),
        };
        let new =
            |why: &str| Diagnostic::new(Code::NEVER_FIRES, source, place, format!("{what} can never fire: {why}"));
        let end = match why {
            Why::Contradiction => {
                let conditional = matches!(dead, Dead::Clause { conditional: true, .. });
                return if conditional {
                    new("its test contradicts itself or the condition of the rule")
                } else {
                    new("its test contradicts itself")
                };
            }
            Why::Together => {
                return new("what stands before it ends the rules in every such case")
                    .help("put the narrower test first");
            }
            Why::Always(end) | Why::Implied(end) => end,
        };
        let Some(end) = self.ends.all.get(end) else { return new("what stands before it ends the rules") };
        let of_rule = self.parts.rules.get(end.rule).map_or("", |rule| &*rule.name);
        let other = match (&end.clause, end.rule == number) {
            (Some(clause), true) => format!("`{clause}`"),
            (Some(clause), false) => format!("`{clause}` of rule `{of_rule}`"),
            (None, _) => format!("rule `{of_rule}`"),
        };
        let diagnostic = match (why, &end.clause) {
            (Why::Always(_), Some(_)) => new(&format!("{other} always returns before it"))
                .help("give the earlier `RETURN` a `WHEN`, or move this before it"),
            (Why::Always(_), None) => new(&format!("{other} always matches before it"))
                .help("give the earlier rule a condition, or move this rule before it"),
            (_, Some(_)) => new(&format!("{other} returns in every such case")).help("put the narrower test first"),
            (_, None) => new(&format!("{other} matches in every such case")).help("put the narrower condition first"),
        };
        if end.source == rule.source { diagnostic.also(end.span, "this comes first") } else { diagnostic }
    }

    fn source(&self, number: u32) -> &'h Arc<Source> {
        static NOTHING: std::sync::LazyLock<Arc<Source>> = std::sync::LazyLock::new(|| Arc::new(Source::new("", "")));
        self.parts.sources.get(number as usize).unwrap_or(&NOTHING)
    }
}

/// Whether it is plain that something can be the case.
fn is_possible(when: &Node) -> bool {
    let is_literal = |node: &Node| matches!(node, Node::In(..));
    match when {
        Node::In(..) => true,
        // Each is about another subject, and lets some of its classes through.
        Node::All(parts) => parts.iter().all(is_literal),
        Node::Any(parts) => parts.iter().any(is_literal),
    }
}

/// What never fires.
enum Dead<'h> {
    Rule,
    Clause { name: &'h str, conditional: bool },
}

/// Why it never does; the numbers are of [`Ends::all`].
#[derive(Clone, Copy)]
enum Why {
    Contradiction,
    Always(usize),
    Implied(usize),
    Together,
}
