//! What is said of clauses that no case takes.

use super::tell::{Teller, counted};
use crate::arguments::{CoverageMode, Format};
use crate::report::{quoted, visible};
use crate::streams::Stop;
use fql::case::{Coverage, Item, Part};

/// How many clauses that were not taken are listed in short.
const FEW: usize = 10;

impl Teller<'_> {
    /// Tells how many clauses were taken, and which were not.
    pub(super) fn coverage(&mut self, coverage: &Coverage, mode: CoverageMode) -> Result<(), Stop> {
        let (found, taken) = coverage.count(Part::Clause);
        if mode == CoverageMode::None || found == 0 || coverage.decisions() == 0 {
            return Ok(());
        }
        let items = coverage.items();
        let missed: Vec<&Item> = items.into_iter().filter(|item| item.hits == 0).collect();
        let clauses = missed.iter().filter(|item| item.part == Part::Clause);
        if self.format == Format::Json {
            let clauses: Vec<String> = clauses.map(|item| json(item)).collect();
            let list = clauses.join(",");
            return self
                .streams
                .line(&format!("{{\"coverage\":{{\"clauses\":{found},\"taken\":{taken},\"notTaken\":[{list}]}}}}"));
        }
        let head = match found - taken {
            0 => format!("coverage: all {} taken", counted(found, "clause")),
            _ => format!("coverage: {taken} of {} taken; not taken:", counted(found, "clause")),
        };
        self.streams.line(&head)?;
        let lines: Vec<String> = match mode {
            CoverageMode::Full => missed.iter().filter_map(|item| full(item, &missed)).collect(),
            _ => clauses.map(|item| clause(item)).collect(),
        };
        let most = if mode == CoverageMode::Full { lines.len() } else { FEW };
        for line in lines.iter().take(most) {
            self.streams.line(&format!("  {line}"))?;
        }
        if lines.len() > most {
            self.streams.line(&format!("  and {} more: `--coverage full` lists them", lines.len() - most))?;
        }
        Ok(())
    }
}

fn place(item: &Item) -> String {
    format!("{}:{}", visible(&item.file), item.line)
}

fn clause(item: &Item) -> String {
    format!("{}  {}, {}", place(item), visible(&item.owner), visible(&item.name))
}

/// A part that was not taken, unless the clause around it says so already.
fn full(item: &Item, missed: &[&Item]) -> Option<String> {
    let around = |other: &&&Item| {
        (other.part, &other.file, &other.owner, &other.name) == (Part::Clause, &item.file, &item.owner, &item.name)
    };
    match item.part {
        Part::Rule => None,
        Part::Clause => Some(clause(item)),
        Part::Statement if missed.iter().find(around).is_some() => None,
        Part::Statement => {
            Some(format!("{}  a statement of {}, {}", place(item), visible(&item.owner), visible(&item.name)))
        }
        Part::Output => {
            Some(format!("{}  the output {} of {}", place(item), visible(&item.name), visible(&item.owner)))
        }
    }
}

fn json(item: &Item) -> String {
    let (file, rule, clause) = (quoted(&item.file), quoted(&item.owner), quoted(&item.name));
    format!("{{\"file\":{file},\"line\":{},\"rule\":{rule},\"clause\":{clause}}}", item.line)
}
