//! Numbers that look random and are the same again for the same seed.

/// splitmix64.
#[derive(Clone, Debug)]
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From `low` up to, but not including, `high`.
    pub fn within(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low) as u64) as i64
    }

    /// A number with a part behind its point, so that JSON shows that it is none of the integers.
    pub fn amount(&mut self, low: i64, high: i64) -> f64 {
        self.within(low, high) as f64 + 0.25 * self.within(1, 4) as f64
    }

    /// So many lower-case letters.
    pub fn word(&mut self, length: i64) -> String {
        (0..length).map(|_| (b'a' + (self.next() % 26) as u8) as char).collect()
    }

    /// So many different codes of capital letters.
    pub fn codes(&mut self, count: usize, letters: i64) -> Vec<String> {
        let mut codes: Vec<String> = Vec::new();
        while codes.len() < count {
            let code = self.word(letters).to_ascii_uppercase();
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes
    }
}
