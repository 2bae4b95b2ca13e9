//! Numbers of statements as they are found, in any order and perhaps several times, to be taken in ascending order.
//!
//! Most events find few, and those are kept as they are; of more there is a bit for each statement.

/// No statement.
pub(super) const NONE: u32 = u32::MAX;

/// How many are kept as they are.
const FEW: usize = 8;

/// See [the module](self).
#[derive(Debug)]
pub(super) struct Found {
    /// As long as they are few; [`NONE`] behind them.
    few: [u32; FEW],
    /// How many there are of them, more than [`FEW`] if the bits hold all.
    count: usize,
    /// How many of them were taken.
    taken: usize,
    /// How many statements there are.
    statements: usize,
    /// A bit for each statement.
    bits: Vec<u64>,
    /// A bit for each word that is not zero.
    filled: Vec<u64>,
}

impl Default for Found {
    fn default() -> Found {
        Found { few: [NONE; FEW], count: 0, taken: 0, statements: 0, bits: Vec::new(), filled: Vec::new() }
    }
}

impl Found {
    /// Begins anew.
    #[inline]
    pub(super) fn clear(&mut self, statements: usize) {
        if self.count > FEW {
            while self.next_bit() != NONE {}
        }
        self.few = [NONE; FEW];
        (self.count, self.taken, self.statements) = (0, 0, statements);
    }

    #[inline(always)]
    pub(super) fn add(&mut self, statement: u32) {
        if let Some(place) = self.few.get_mut(self.count) {
            *place = statement;
            self.count += 1;
            return;
        }
        if self.count == FEW {
            self.spill();
        }
        self.set(statement);
    }

    #[inline(always)]
    fn set(&mut self, statement: u32) {
        let word = statement as usize / 64;
        if let (Some(bits), Some(filled)) = (self.bits.get_mut(word), self.filled.get_mut(word / 64)) {
            *bits |= 1 << (statement % 64);
            *filled |= 1 << (word % 64);
        }
    }

    /// Goes over to bits.
    #[cold]
    fn spill(&mut self) {
        let words = self.statements.div_ceil(64);
        if self.bits.len() != words {
            self.bits = vec![0; words];
            self.filled = vec![0; words.div_ceil(64)];
        }
        for statement in self.few {
            self.set(statement);
        }
        self.count = FEW + 1;
    }

    /// All were added.
    #[inline(always)]
    pub(super) fn finish(&mut self) {
        if self.count > 1 && self.count <= FEW {
            self.few.sort_unstable();
        }
    }

    /// The next one, or [`NONE`]. One that was added twice may come twice.
    #[inline(always)]
    pub(super) fn next(&mut self) -> u32 {
        if self.count > FEW {
            return self.next_bit();
        }
        let next = self.few.get(self.taken).copied().unwrap_or(NONE);
        self.taken += 1;
        next
    }

    /// Takes the first bit that is set.
    #[inline]
    fn next_bit(&mut self) -> u32 {
        for (place, filled) in self.filled.iter_mut().enumerate() {
            if *filled == 0 {
                continue;
            }
            let word = place * 64 + filled.trailing_zeros() as usize;
            let Some(bits) = self.bits.get_mut(word) else { break };
            let bit = bits.trailing_zeros();
            *bits &= bits.wrapping_sub(1);
            if *bits == 0 {
                *filled &= *filled - 1;
            }
            return word as u32 * 64 + bit;
        }
        NONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(found: &mut Found) -> Vec<u32> {
        let mut taken: Vec<u32> = std::iter::from_fn(|| Some(found.next()).filter(|next| *next != NONE)).collect();
        taken.dedup();
        taken
    }

    #[test]
    fn what_is_found_comes_in_order_whether_few_or_many() {
        let mut found = Found::default();
        for count in [0, 1, 2, 7, 8, 9, 40, 3, 200, 8] {
            found.clear(5_000);
            let mut added: Vec<u32> = (0..count).map(|number| number * 2_741 % 4_999).collect();
            added.iter().chain(added.first()).for_each(|statement| found.add(*statement));
            found.finish();
            added.sort_unstable();
            added.dedup();
            assert_eq!(taken(&mut found), added, "{count}");
        }
    }

    #[test]
    fn what_was_not_taken_is_gone_the_next_time() {
        let mut found = Found::default();
        for before in [1, 8, 9, 100] {
            found.clear(500);
            (0..before).for_each(|statement| found.add(statement * 4));
            found.finish();
            found.next();
            for (statements, now) in [(500, 1), (500, 20)] {
                found.clear(statements);
                (0..now).for_each(|statement| found.add(statement * 3 + 100));
                found.finish();
                assert_eq!(taken(&mut found), (0..now).map(|statement| statement * 3 + 100).collect::<Vec<_>>());
            }
        }
    }
}
