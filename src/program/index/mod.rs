//! Which statements an event may concern.
//!
//! In: a program. Out: its [`Index`]. Looking at one rule after another costs as much as there are rules; but of what most
//! rules ask, an event has nothing. So each statement is filed under something that its condition needs ([`access`]): a
//! text or number that a slot must equal, a beginning, an end, a part of a text, and where there is nothing so rare, the
//! ranges that numbers must be in ([`sieve`]). What an event brings then finds the statements to look at, which are looked at
//! in order as ever. A condition that is left out would have been false, and looking at it would have changed nothing: so
//! whatever is decided, emitted, noted or called is the same with an index and without.

mod access;
mod length;
mod posting;
mod question;
mod sieve;
mod table;
mod words;

pub(crate) use length::cut;
pub(crate) use sieve::Sieve;
pub(crate) use table::{Ask, Table, lost, number, part, short_part, whole};
pub(crate) use words::Words;

use super::build::Guards;
use super::{Asks, Condition, DERIVED, Program, TestKind, ends};
use access::{Access, Literal, Way, Ways};
use posting::{Bounds, Posting};
use question::Questions;
use smallvec::{SmallVec, smallvec};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

/// From how many statements on looking through the index costs less than looking at all.
const FEWEST: usize = 16;

/// Above how many statements under one key it is better to look at something else as well.
const CROWDED: usize = 48;

/// How many statements more than looking up costs may come first: what is found has to be looked at as well.
const FIRST: u32 = 3;

/// From how many look-ups on it pays to hold an event's numbers against a lone statement before it is looked at.
const MANY_LOOK_UPS: usize = 4;

/// Set in what stands for the slot where the text is a cell of a list.
pub(crate) const CELL: u32 = 1 << 31;

/// From how many questions on it pays to look up what a cell of a list is, before any statement is looked at that asks.
const FEWEST_OF_A_CELL: u32 = 4;

/// From how many texts on that one slot may hold an automaton looks for all at once.
const FEWEST_WORDS: usize = 4;

/// See [the module](self). A statement goes by its number; the condition of a rule by that of the rule's first statement.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) table: Table,
    /// The text slots that are looked up as a whole.
    pub(crate) wholes: Box<[u32]>,
    /// The cells of lists that are looked up as a whole.
    pub(crate) cells: Box<[u32]>,
    /// The text slots of which a beginning or end of some length is looked up.
    pub(crate) parts: Box<[(Ask, u32, u32)]>,
    /// The Double slots that are looked up.
    pub(crate) numbers: Box<[u32]>,
    /// The derived values that some statement is looked at without.
    pub(crate) lost: Box<[u32]>,
    /// Texts that a slot may hold.
    pub(crate) words: Box<[Words]>,
    pub(crate) sieve: Sieve,
    /// Statements that are always looked at, ascending.
    pub(crate) always: Box<[u32]>,
    /// How many statements there are.
    pub(crate) statements: usize,
    /// Whether more is looked up than whole texts.
    pub(crate) asks_more: bool,
    /// How many statements can be looked at in the time that looking up takes, about.
    pub(crate) cost: u32,
    /// An event that is decided behind so many statements is decided early: it would be faster in order.
    pub(crate) early: u32,
}

/// The ways of one statement or of the condition of a rule, by number.
struct Filed {
    statement: u32,
    ways: Option<Range<u32>>,
}

impl Index {
    /// The index of a program, if it is worth one. `guards` are tests that stand before the calls of a condition.
    pub(super) fn new(program: &Program, guards: &Guards) -> Option<Index> {
        let statements = program.statements.len();
        if !(FEWEST..table::MOST).contains(&statements) {
            return None;
        }
        let (filed, ways) = file(program, guards)?;
        let mut build = Build::new(program, &filed, &ways);
        for one in filed {
            build.file(one);
        }
        let mut index = build.finish(statements);
        index.cost = u32::try_from(index.effort() / 2).unwrap_or(u32::MAX);
        index.early = index.cost.saturating_add(FIRST);
        (index.effort() + 2 * (index.always.len() + index.sieve.free) < statements * 2).then_some(index)
    }

    /// What looking up costs, about, in halves of what looking at a statement does.
    fn effort(&self) -> usize {
        let columns = self.sieve.ranges.len() + self.sieve.tests.len();
        let texts = 6 * self.cells.len() + 3 * self.wholes.len() + 4 * self.parts.len() + 8 * self.words.len();
        let slots = self.wholes.iter().chain(self.parts.iter().map(|(_, slot, _)| slot)).chain(&self.numbers);
        let slots = slots.chain(self.words.iter().map(|words| &words.slot));
        let slots = slots.chain(self.sieve.ranges.iter().map(|range| &range.slot));
        let derived: BTreeSet<u32> = slots.copied().filter(|slot| slot & DERIVED != 0).collect();
        10 + texts + self.lost.len() + 8 * derived.len() + 3 * self.numbers.len() + columns * (2 + self.sieve.words / 2)
    }
}

/// The ways of everything that has to be looked at.
fn file(program: &Program, guards: &Guards) -> Option<(Vec<Filed>, Ways)> {
    let mut access = Access::new(program);
    let mut all = Ways::default();
    let mut ways = |condition: Condition, more: &Way, all: &mut Ways| {
        let first = all.count();
        match condition {
            Condition::Always => all.push(&[], more),
            Condition::Tests(entry) => access.ways(entry, more, all)?,
            Condition::Code(start) => access.ways(*guards.get(&start)?, more, all)?,
        }
        Some(first..all.count())
    };
    let mut filed = Vec::with_capacity(program.statements.len());
    for rule in &program.rules {
        let conditional = !matches!(rule.condition, Condition::Always);
        let looked_at = conditional || rule.last;
        if rule.statements.is_empty() {
            // Nothing stands for the condition of a rule that does nothing.
            if looked_at {
                return None;
            }
            continue;
        }
        let of_rule = ways(rule.condition, &[], &mut all);
        if looked_at {
            filed.push(Filed { statement: rule.statements.start, ways: of_rule.clone() });
        }
        // What the rule needs, if there is one way only: each way of a statement needs that too.
        let needed =
            of_rule.clone().filter(|of_rule| of_rule.len() == 1).map(|of_rule| all.get(of_rule.start).to_vec());
        for number in rule.statements.clone() {
            let when = program.statements.get(number as usize)?.when;
            let own = ways(when, needed.as_deref().unwrap_or_default(), &mut all);
            let says_nothing = own.clone().is_none_or(|own| all.all(own).any(<[Literal]>::is_empty));
            let ways = if says_nothing { of_rule.clone().or(own) } else { own };
            filed.push(Filed { statement: number, ways });
        }
    }
    Some((filed, all))
}

struct Build<'p> {
    program: &'p Program,
    /// How many ask for each key.
    asked: HashMap<u64, u32, foldhash::fast::RandomState>,
    /// Which lengths of beginnings and ends are looked up.
    lengths: BTreeMap<(Ask, u32), BTreeSet<u32>>,
    /// For what texts of a slot the answer of a list is yes.
    questions: Questions,
    /// How many questions there are about each cell of a list.
    about: HashMap<u32, u32, foldhash::fast::RandomState>,
    /// How many texts are looked for in a slot.
    held: HashMap<u32, usize, foldhash::fast::RandomState>,
    bounds: Bounds,
    ways: &'p Ways,
    keys: Vec<(u64, Posting)>,
    /// The statements behind each question.
    asking: BTreeMap<u32, Vec<Posting>>,
    wholes: BTreeSet<u32>,
    cells: BTreeSet<u32>,
    parts: BTreeSet<(Ask, u32, u32)>,
    numbers: BTreeSet<u32>,
    lost: BTreeSet<u32>,
    words: BTreeMap<u32, BTreeMap<Box<str>, Vec<Posting>>>,
    sieved: Vec<(u32, &'p Way)>,
    always: Vec<u32>,
}

/// Where a way can be filed, and what that costs.
enum Place {
    Table(SmallVec<[u64; 1]>, Option<(Ask, u32, u32)>),
    /// Under all keys for which the answer to a question is yes.
    Question(u32),
    Words(u32, Box<str>),
}

impl<'p> Build<'p> {
    fn new(program: &'p Program, filed: &[Filed], ways: &'p Ways) -> Build<'p> {
        let all = || filed.iter().filter_map(|one| one.ways.clone()).flat_map(|numbers| ways.all(numbers));
        let mut build = Build {
            program,
            asked: HashMap::default(),
            lengths: BTreeMap::new(),
            questions: Questions::new(program, all().flatten()),
            about: HashMap::default(),
            held: HashMap::default(),
            bounds: Bounds::new(all()),
            ways,
            keys: Vec::with_capacity(filed.len()),
            asking: BTreeMap::new(),
            wholes: BTreeSet::new(),
            cells: BTreeSet::new(),
            parts: BTreeSet::new(),
            numbers: BTreeSet::new(),
            lost: BTreeSet::new(),
            words: BTreeMap::new(),
            sieved: Vec::new(),
            always: Vec::new(),
        };
        let literals = || all().flatten();
        let mut parts: BTreeMap<(Ask, u32), Vec<Bytes>> = BTreeMap::new();
        for literal in literals() {
            if let Some((ask, slot, text)) = part_of(program, literal) {
                parts.entry((ask, slot)).or_default().push(text);
            }
            match literal.kind {
                TestKind::Contains(slot, _) => *build.held.entry(slot).or_default() += 1,
                TestKind::Listed(asked) if literal.holds => {
                    if let Some(Asks::Is(cell, _) | Asks::In(cell, _)) = program.listed.asks.get(asked as usize) {
                        *build.about.entry(*cell).or_default() += 1;
                    }
                }
                _ => {}
            }
        }
        build.lengths = parts.into_iter().map(|(of, texts)| (of, length::chosen(of.0, &texts))).collect();
        build.asked.reserve(filed.len());
        for literal in literals() {
            if let Some(Place::Table(keys, _)) = build.place(literal) {
                keys.into_iter().for_each(|key| *build.asked.entry(key).or_default() += 1);
            }
        }
        build
    }

    /// Where a literal can be filed.
    fn place(&self, literal: &Literal) -> Option<Place> {
        if let TestKind::Known(derived) = literal.kind {
            return Some(Place::Table(smallvec![table::lost(derived)], Some((Ask::Lost, derived, 0))));
        }
        if !literal.holds {
            return None;
        }
        let whole_text = |slot, text: &[u8]| {
            let (head, tail) = ends(text);
            Place::Table(smallvec![whole(slot, head, tail, text.len() as u32)], Some((Ask::Equal, slot, 0)))
        };
        match literal.kind {
            TestKind::ShortEqual(slot, len, head) => {
                Some(whole_text(slot, head.to_le_bytes().get(..usize::from(len))?))
            }
            TestKind::TextEqual(slot, text) => Some(whole_text(slot, self.program.bytes(text))),
            TestKind::In(slot, set) => {
                let keys = table::members(slot, self.program.sets.get(set as usize)?);
                Some(Place::Table(keys, Some((Ask::Equal, slot, 0))))
            }
            TestKind::Listed(asked) if self.questions.keys(asked).is_some() => Some(Place::Question(asked)),
            TestKind::Listed(asked) => match *self.program.listed.asks.get(asked as usize)? {
                Asks::Is(cell, text) if self.is_asked(cell) => Some(whole_text(cell | CELL, self.program.bytes(text))),
                Asks::In(cell, set) if self.is_asked(cell) => {
                    let keys = table::members(cell | CELL, self.program.sets.get(set as usize)?);
                    Some(Place::Table(keys, Some((Ask::Equal, cell | CELL, 0))))
                }
                _ => None,
            },
            TestKind::Equal(slot, value) if !value.is_nan() => {
                Some(Place::Table(smallvec![number(slot, value)], Some((Ask::Number, slot, 0))))
            }
            TestKind::Contains(slot, text) if self.held.get(&slot).is_some_and(|count| *count >= FEWEST_WORDS) => {
                let text = self.program.str(text);
                (!text.is_empty()).then(|| Place::Words(slot, Box::from(text)))
            }
            _ => {
                let (ask, slot, text) = part_of(self.program, literal)?;
                let len = length::longest(self.lengths.get(&(ask, slot))?, &text)?;
                let bytes = length::cut(ask, &text, len)?;
                Some(Place::Table(smallvec![part(ask, slot, bytes)], Some((ask, slot, len))))
            }
        }
    }

    /// Whether so much is asked about a cell that it is looked up for each event.
    fn is_asked(&self, cell: u32) -> bool {
        self.about.get(&cell).is_some_and(|count| *count >= FEWEST_OF_A_CELL)
    }

    /// How many statements an event may find there, roughly: those filed there, less likely found the more is asked.
    fn cost(&self, place: &Place) -> u32 {
        match place {
            Place::Table(keys, asked) => {
                let filed = keys.iter().map(|key| self.asked.get(key).copied().unwrap_or(0)).sum::<u32>();
                let likely = match asked {
                    // Missing attributes are common, and what is not shared is looked for elsewhere.
                    Some((Ask::Lost, ..)) => return filed.div_ceil(4).clamp(2, CROWDED as u32),
                    Some((Ask::Start | Ask::End, _, len)) => 1 + 12 / (*len).max(1),
                    _ => 1,
                };
                filed.saturating_mul(likely)
            }
            Place::Question(asked) => self.questions.asked(*asked),
            Place::Words(_, text) => 2 + 16 / text.len().max(1) as u32,
        }
    }

    fn file(&mut self, one: Filed) {
        let Filed { statement, ways } = one;
        let can_be_filed = |way: &Way| way.iter().any(|literal| literal.holds || sieve::takes(literal));
        let all = self.ways;
        let Some(ways) = ways.filter(|ways| all.all(ways.clone()).all(can_be_filed)) else {
            self.always.push(statement);
            return;
        };
        for way in all.all(ways) {
            self.file_way(statement, way);
        }
    }

    fn file_way(&mut self, statement: u32, way: &'p Way) {
        let best = way.iter().filter_map(|literal| self.place(literal)).min_by_key(|place| self.cost(place));
        let others = way.iter().filter(|literal| sieve::takes(literal)).count();
        let posting = Posting::new(statement, self.bounds.guard(way));
        match best {
            Some(place) if self.cost(&place) <= CROWDED as u32 || others < 2 => match place {
                Place::Table(keys, asked) => {
                    self.keys.extend(keys.into_iter().map(|key| (key, posting)));
                    match asked {
                        Some((Ask::Equal, cell, _)) if cell & CELL != 0 => drop(self.cells.insert(cell & !CELL)),
                        Some((Ask::Equal, slot, _)) => drop(self.wholes.insert(slot)),
                        Some((Ask::Number, slot, _)) => drop(self.numbers.insert(slot)),
                        Some((Ask::Lost, derived, _)) => drop(self.lost.insert(derived)),
                        Some(part) => drop(self.parts.insert(part)),
                        None => {}
                    }
                }
                Place::Question(asked) => self.asking.entry(asked).or_default().push(posting),
                Place::Words(slot, text) => {
                    self.words.entry(slot).or_default().entry(text).or_default().push(posting);
                }
            },
            _ => self.sieved.push((statement, way)),
        }
    }

    fn finish(mut self, statements: usize) -> Index {
        self.sieved.sort_by_key(|(statement, _)| *statement);
        self.always.sort_unstable();
        self.always.dedup();
        let mut shared = Vec::with_capacity(self.asking.len());
        for (asked, statements) in self.asking {
            let Some((slot, keys)) = self.questions.keys(asked) else { continue };
            self.wholes.insert(slot);
            shared.push((keys, statements));
        }
        let look_ups = self.wholes.len() + self.cells.len() + self.numbers.len() + self.parts.len();
        let asks_more = look_ups > self.wholes.len() || !self.lost.is_empty() || !self.words.is_empty();
        let words = self.words.into_iter().map(|(slot, texts)| Words::new(slot, texts));
        Index {
            words: words.collect(),
            table: Table::new(self.keys, shared, look_ups >= MANY_LOOK_UPS),
            wholes: self.wholes.into_iter().collect(),
            cells: self.cells.into_iter().collect(),
            parts: self.parts.into_iter().collect(),
            numbers: self.numbers.into_iter().collect(),
            lost: self.lost.into_iter().collect(),
            sieve: Sieve::new(&self.sieved),
            always: self.always.into(),
            statements,
            asks_more,
            cost: 0,
            early: 0,
        }
    }
}

/// A part of a text.
type Bytes = SmallVec<[u8; 16]>;

/// The beginning or end that a literal asks for.
fn part_of(program: &Program, literal: &Literal) -> Option<(Ask, u32, Bytes)> {
    if !literal.holds {
        return None;
    }
    let (ask, slot, text): (Ask, u32, Bytes) = match literal.kind {
        TestKind::ShortStart(slot, len, head) => (Ask::Start, slot, head.to_le_bytes().get(..usize::from(len))?.into()),
        TestKind::ShortEnd(slot, len, tail) => (Ask::End, slot, tail.to_le_bytes().get(8 - usize::from(len)..)?.into()),
        TestKind::StartsWith(slot, text) => (Ask::Start, slot, program.bytes(text).into()),
        TestKind::EndsWith(slot, text) => (Ask::End, slot, program.bytes(text).into()),
        _ => return None,
    };
    (!text.is_empty()).then_some((ask, slot, text))
}
