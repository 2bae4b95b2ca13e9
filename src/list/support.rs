//! What only a support list has: a status for each entry, and when it expires (R4.2).

use crate::value::DateTime;

/// The columns of a support list; the first two must be there.
pub(super) const COLUMNS: [&str; 5] = ["Value", "Status", "Reason", "Expiration", "Comments"];

/// What a support list says of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Known to be good.
    Safe,
    /// To be turned away.
    Block,
    /// To be looked at.
    Watch,
}

impl Status {
    /// Its name in files and messages.
    pub fn name(self) -> &'static str {
        match self {
            Status::Safe => "Safe",
            Status::Block => "Block",
            Status::Watch => "Watch",
        }
    }

    /// The status of that name, case ignored.
    pub fn find(name: &str) -> Option<Status> {
        [Status::Safe, Status::Block, Status::Watch].into_iter().find(|status| status.name().eq_ignore_ascii_case(name))
    }
}

/// Statuses and expirations by row.
#[derive(Debug, Default)]
pub(super) struct Support {
    statuses: Vec<Status>,
    /// Empty if no entry expires; never is the last instant there is.
    expirations: Vec<DateTime>,
}

impl Support {
    /// Adds the next row.
    pub(super) fn push(&mut self, status: Status, expiration: Option<DateTime>) {
        if expiration.is_some() && self.expirations.is_empty() {
            self.expirations = vec![DateTime::MAX; self.statuses.len()];
        }
        if expiration.is_some() || !self.expirations.is_empty() {
            self.expirations.push(expiration.unwrap_or(DateTime::MAX));
        }
        self.statuses.push(status);
    }

    pub(super) fn done(mut self) -> Support {
        self.statuses.shrink_to_fit();
        self.expirations.shrink_to_fit();
        self
    }

    pub(super) fn status(&self, row: u32) -> Option<Status> {
        self.statuses.get(row as usize).copied()
    }

    /// Whether an entry can expire.
    pub(super) fn expires(&self) -> bool {
        !self.expirations.is_empty()
    }

    /// When the entry expires; `None` is never.
    pub(super) fn expiration(&self, row: u32) -> Option<DateTime> {
        self.expirations.get(row as usize).copied().filter(|end| *end != DateTime::MAX)
    }

    pub(super) fn memory(&self) -> usize {
        size_of_val(&*self.statuses) + size_of_val(&*self.expirations)
    }
}
