//! Random JSON for tests: a tree that keeps order and repeated keys, its text in many spellings, and damaged texts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

/// A small generator of random numbers, the same on every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// The next 53 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// True once in `count` times.
    pub(crate) fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    /// One of them.
    pub(crate) fn pick<'s, T: ?Sized>(&mut self, of: &[&'s T]) -> &'s T {
        of[self.below(of.len())]
    }
}

/// JSON as it is written: members in order, keys repeated or not.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    String(String),
    Array(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

/// Keys that often meet a path and often nearly do.
pub(crate) const KEYS: [&str; 12] =
    ["a", "A", "b", "user", "User", "USER", "email", "eMail", "items", "Items", "x", "ü"];

fn text(random: &mut Random) -> String {
    let length = match random.below(10) {
        0 => 0,
        9 => random.below(120),
        _ => random.below(20),
    };
    (0..length)
        .map(|_| match random.below(24) {
            0 => '"',
            1 => '\\',
            2 => 'é',
            3 => '日',
            4 => '😀',
            5 => '\n',
            6 => '\u{1}',
            7 => '\u{7f}',
            _ => char::from(b'a' + random.below(26) as u8),
        })
        .collect()
}

/// A random value of at most so many levels.
pub(crate) fn tree(random: &mut Random, levels: usize) -> Tree {
    let kinds = if levels == 0 { 7 } else { 14 };
    match random.below(kinds) {
        0 => Tree::Null,
        1 => Tree::Bool(random.once_in(2)),
        2 => Tree::Int((random.next() as i64) >> random.below(53)),
        3 => Tree::Int(-(random.below(100_000) as i64)),
        4 => Tree::Double(random.next() as f64 / 1000.0 * if random.once_in(2) { -1.0 } else { 1.0 }),
        5 => Tree::Double((random.below(100_000) as f64 / 100.0) * 10_f64.powi(random.below(40) as i32 - 20)),
        6 => Tree::String(text(random)),
        7..10 => Tree::Array((0..random.below(4)).map(|_| tree(random, levels - 1)).collect()),
        _ => object(random, levels - 1),
    }
}

/// A random object whose values have at most so many levels.
pub(crate) fn object(random: &mut Random, levels: usize) -> Tree {
    let members = (0..random.below(9)).map(|_| {
        let key = if random.once_in(12) { text(random) } else { random.pick(&KEYS).to_owned() };
        (key, tree(random, levels))
    });
    Tree::Object(members.collect())
}

/// Writes it: plainly, or with white space, needless escapes and odd numbers.
pub(crate) fn write(tree: &Tree, out: &mut String, random: &mut Random, plain: bool) {
    match tree {
        Tree::Null => out.push_str("null"),
        Tree::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Tree::Int(value) => out.push_str(&value.to_string()),
        Tree::Double(value) if !plain && random.once_in(3) => out.push_str(&format!("{value:e}")),
        Tree::Double(value) => out.push_str(&format!("{value:?}")),
        Tree::String(value) => quote(value, out, random, plain),
        Tree::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                separate(at, out, random, plain);
                write(item, out, random, plain);
                pad(out, random, plain);
            }
            pad(out, random, plain);
            out.push(']');
        }
        Tree::Object(members) => {
            out.push('{');
            for (at, (key, value)) in members.iter().enumerate() {
                separate(at, out, random, plain);
                quote(key, out, random, plain);
                pad(out, random, plain);
                out.push(':');
                pad(out, random, plain);
                write(value, out, random, plain);
                pad(out, random, plain);
            }
            pad(out, random, plain);
            out.push('}');
        }
    }
}

fn separate(at: usize, out: &mut String, random: &mut Random, plain: bool) {
    if at > 0 {
        out.push(',');
    }
    pad(out, random, plain);
}

fn pad(out: &mut String, random: &mut Random, plain: bool) {
    while !plain && random.once_in(3) {
        out.push([' ', '\n', '\t', '\r'][random.below(4)]);
    }
}

fn quote(text: &str, out: &mut String, random: &mut Random, plain: bool) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            other if u32::from(other) < 0x20 || (!plain && random.once_in(15)) => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// Changes a few bytes, mostly to ones that mean something in JSON.
pub(crate) fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    const ALPHABET: &[u8] = b"\"\\{}[],:0123456789-+.eEtrufalsn \n\t\x00\x01\x1f\x7f\x80\xc0\xe2\xf0\xff/";
    for _ in 0..1 + random.below(2) {
        if bytes.is_empty() {
            return;
        }
        let at = random.below(bytes.len());
        let byte = ALPHABET[random.below(ALPHABET.len())];
        match random.below(8) {
            0 => bytes.insert(at, byte),
            1 => {
                bytes.remove(at);
            }
            2 => bytes[at] ^= 1 << random.below(8),
            3 => bytes.truncate(at),
            4 | 5 => {
                let marks: Vec<usize> = (0..bytes.len()).filter(|at| b"{}[],:".contains(&bytes[*at])).collect();
                if let Some(at) = marks.get(random.below(marks.len().max(1))) {
                    bytes[*at] = byte;
                }
            }
            _ => bytes[at] = byte,
        }
    }
}
