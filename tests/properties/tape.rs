//! Choices: where a generated case comes from, and how it gets smaller.
//!
//! A generator asks a [`Tape`] for numbers below a bound, 0 being the simplest choice. A fresh tape makes them up from a seed
//! and keeps them; a recorded one repeats them, and goes on with zeros. So whatever a generator makes is made smaller by
//! taking choices away ([`shrink`]), and the generator needs to know nothing of it.

/// A list of choices.
#[derive(Clone, Debug)]
pub struct Tape {
    choices: Vec<u16>,
    at: usize,
    state: Option<u64>,
}

impl Tape {
    /// Choices made up from a seed.
    pub fn seeded(seed: u64) -> Tape {
        Tape {
            choices: Vec::new(),
            at: 0,
            state: Some(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5851_F42D_4C95_7F2D),
        }
    }

    /// These choices, then zeros.
    pub fn recorded(choices: Vec<u16>) -> Tape {
        Tape { choices, at: 0, state: None }
    }

    /// The choices made so far.
    pub fn into_choices(mut self) -> Vec<u16> {
        self.choices.truncate(self.at);
        self.choices
    }

    /// A number below the bound, which is at least 1.
    pub fn below(&mut self, bound: usize) -> usize {
        if self.at == self.choices.len() {
            let made = self.state.as_mut().map_or(0, |state| {
                *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let mut z = *state;
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                ((z ^ (z >> 31)) >> 20) as usize % bound
            });
            self.choices.push(made as u16);
        }
        let choice = self.choices[self.at] as usize;
        self.at += 1;
        choice % bound
    }

    /// True once in so many times; the simplest choice is false.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    /// One of these; the first is the simplest.
    pub fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
}

/// Makes a failing list of choices smaller, as long as it goes on failing, within a number of attempts.
pub fn shrink(mut choices: Vec<u16>, mut attempts: usize, fails: impl Fn(Vec<u16>) -> bool) -> Vec<u16> {
    let mut attempt = |candidate: Vec<u16>, choices: &mut Vec<u16>| {
        if attempts == 0 || candidate == *choices {
            return false;
        }
        attempts -= 1;
        let better = fails(candidate.clone());
        if better {
            *choices = candidate;
        }
        better
    };
    loop {
        let before = choices.clone();
        let mut length = choices.len().div_ceil(2);
        while length > 0 {
            let mut at = 0;
            while at < choices.len() {
                let mut without = choices.clone();
                without.drain(at..(at + length).min(choices.len()));
                if !attempt(without, &mut choices) {
                    at += length;
                }
            }
            length /= 2;
        }
        for at in 0..choices.len() {
            for smaller in [0, choices[at] / 2, choices[at].saturating_sub(1)] {
                let mut with = choices.clone();
                with[at] = smaller;
                if attempt(with, &mut choices) {
                    break;
                }
            }
        }
        if choices == before {
            return choices;
        }
    }
}
