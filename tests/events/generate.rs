//! Generated input: events as text, piece by piece, so that every spelling of JSON occurs; numbers; deep nesting; rules; and
//! what damages them.

/// A small generator of random numbers, the same for the same seed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<'s>(&mut self, of: &[&'s str]) -> &'s str {
        of[self.below(of.len())]
    }
}

/// Keys that meet a path, and keys that nearly do.
const KEYS: [&str; 20] = [
    "a",
    "A",
    "b",
    "user",
    "User",
    "USER",
    "email",
    "eMail",
    "items",
    "x",
    "ü",
    "Ü",
    "",
    "totalAmount",
    "riskScore",
    "countryRegion",
    "productList",
    "price",
    "us\\u0065r",
    "\\u0061",
];

/// Pieces of strings.
const PIECES: [&str; 15] = [
    "\\n",
    "\\\"",
    "\\\\",
    "\\u00e9",
    "\\ud83d\\ude00",
    "é",
    "日本",
    "\u{7f}",
    "a",
    "plain text of some length",
    "/",
    "\\/",
    "\\t",
    "😀",
    "\\u0000",
];

/// Pieces that no string of JSON may have.
const WRONG: [&str; 10] =
    ["\\ud800", "\\udc00", "\\ud800\\u0041", "\\x", "\\u12g4", "\\u12", "\n", "\u{1}", "\"", "\\"];

fn string(random: &mut Random, out: &mut String) {
    out.push('"');
    for _ in 0..[0, 1, 3, 12][random.below(4)] {
        out.push_str(random.pick(&PIECES));
    }
    if random.once_in(400) {
        out.push_str(random.pick(&WRONG));
    }
    out.push('"');
}

fn digits(random: &mut Random, out: &mut String, most: usize) {
    for _ in 0..1 + random.below(most) {
        out.push(char::from(b'0' + random.below(10) as u8));
    }
}

/// A number of any form that JSON has; now and then beyond a Double.
pub fn number(random: &mut Random) -> String {
    let mut out = String::new();
    if random.once_in(3) {
        out.push('-');
    }
    match random.below(4) {
        0 => out.push('0'),
        1 => out.push_str(random.pick(&[
            "9223372036854775807",
            "9223372036854775808",
            "9007199254740993",
            "18446744073709551615",
        ])),
        2 => {
            out.push(char::from(b'1' + random.below(9) as u8));
            digits(random, &mut out, 5);
        }
        _ => {
            out.push(char::from(b'1' + random.below(9) as u8));
            digits(random, &mut out, 24);
        }
    }
    if random.once_in(2) {
        out.push('.');
        let most = if random.once_in(4) { 30 } else { 4 };
        digits(random, &mut out, most);
    }
    if random.once_in(4) {
        out.push_str(random.pick(&["e", "E", "e+", "E-", "e-"]));
        let most = if random.once_in(8) { 4 } else { 2 };
        digits(random, &mut out, most);
    }
    out
}

fn blank(random: &mut Random, out: &mut String) {
    while random.once_in(4) {
        out.push_str(random.pick(&[" ", "\n", "\t", "\r", "      ", "\n                        "]));
    }
}

fn value(random: &mut Random, out: &mut String, levels: usize, spaced: bool) {
    match random.below(if levels == 0 { 8 } else { 14 }) {
        0 => out.push_str("null"),
        1 => out.push_str("true"),
        2 => out.push_str("false"),
        3 | 4 => out.push_str(&number(random)),
        5..8 => string(random, out),
        8..10 => {
            out.push('[');
            for at in 0..random.below(5) {
                if at > 0 {
                    out.push(',');
                }
                if spaced {
                    blank(random, out);
                }
                value(random, out, levels - 1, spaced);
                if spaced {
                    blank(random, out);
                }
            }
            out.push(']');
        }
        _ => object(random, out, levels - 1, spaced),
    }
}

fn object(random: &mut Random, out: &mut String, levels: usize, spaced: bool) {
    out.push('{');
    for at in 0..random.below(9) {
        if at > 0 {
            out.push(',');
        }
        if spaced {
            blank(random, out);
        }
        if random.once_in(24) {
            out.push_str(&format!("\"{}\"", "huge key ".repeat(random.below(40))));
        } else if random.once_in(12) {
            string(random, out);
        } else {
            out.push_str(&format!("\"{}\"", random.pick(&KEYS)));
        }
        if spaced {
            blank(random, out);
        }
        out.push(':');
        if spaced {
            blank(random, out);
        }
        value(random, out, levels, spaced);
        if spaced {
            blank(random, out);
        }
    }
    out.push('}');
}

/// The text of an event; nearly always JSON.
pub fn event(random: &mut Random) -> String {
    let mut out = String::new();
    let spaced = random.once_in(2);
    object(random, &mut out, 5, spaced);
    out
}

/// The same event with other digits and letters in it, and now and then a piece more.
pub fn vary(event: &str, random: &mut Random) -> String {
    let mut out = String::with_capacity(event.len() + 8);
    let mut before = ' ';
    for character in event.chars() {
        match character {
            '1'..='9' if before.is_ascii_digit() && random.once_in(3) => {
                out.push(char::from(b'1' + random.below(9) as u8));
            }
            ',' if random.once_in(40) => out.push_str([",", " , ", ", ", ",\n"][random.below(4)]),
            other => out.push(other),
        }
        before = character;
    }
    out
}

/// Paths of what is read of a response.
pub fn selected(random: &mut Random) -> String {
    let mut paths = Vec::new();
    for _ in 0..random.below(5) {
        let count = 1 + random.below(4);
        // Without the keys that are written with escapes.
        let steps = (0..count).map(|_| if random.once_in(4) { "*" } else { random.pick(&KEYS[..18]) });
        let steps: Vec<_> = steps.collect();
        paths.push(if random.once_in(20) { String::from("$") } else { steps.join(".") });
    }
    paths.join(",")
}

/// Nesting of about 128 levels, in many mixtures; closed or not.
pub fn deep(random: &mut Random) -> String {
    let mut out = String::from("{\"a\":");
    let mut closing = vec!["}"];
    for _ in 0..random.below(12) + 118 {
        let (open, close) =
            [("[", "]"), ("{\"a\":", "}"), ("[ ", " ]"), ("{ \"user\" : ", "\n}"), ("[1,", "]")][random.below(5)];
        out.push_str(open);
        closing.push(close);
    }
    out.push_str(&number(random));
    closing.iter().rev().for_each(|close| out.push_str(close));
    if random.once_in(4) {
        out.pop();
    }
    out
}

/// Changes a few bytes, mostly to ones that mean something.
pub fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    const ALPHABET: &[u8] = b"\"\\{}[],:0123456789-+.eEtrufalsn \n\t\x00\x01\x1f\x7f\x80\xc0\xe2\xf0\xff/";
    for _ in 0..1 + random.below(3) {
        if bytes.is_empty() {
            return;
        }
        let at = random.below(bytes.len());
        let byte = ALPHABET[random.below(ALPHABET.len())];
        match random.below(7) {
            0 => bytes.insert(at, byte),
            1 => {
                bytes.remove(at);
            }
            2 => bytes[at] ^= 1 << random.below(8),
            3 if random.once_in(3) => bytes.truncate(at),
            4 => {
                let end = (at + random.below(20)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, part);
            }
            5 => {
                let wrong = random.pick(&WRONG);
                bytes.splice(at..at, wrong.bytes());
            }
            _ => bytes[at] = byte,
        }
    }
}

const CONDITIONS: [&str; 16] = [
    "@\"riskScore\" > 500",
    "@\"user.email\".EndsWith(\".com\")",
    "@\"user.countryRegion\" == \"US\"",
    "In(@\"user.countryRegion\", \"KP, IR\")",
    "@\"productList[0].price\" * 2 >= @\"totalAmount\"",
    "Exists(@\"user\")",
    "!@\"a\"",
    "@@\"items\".Length > 2",
    "@\"x\" + @\"user.email\" != \"\"",
    "@\"b\".Length == 3",
    "@@\"a\" == @@\"b\"",
    "@\"a\" / @\"b\" < 1.5",
    "@@\"user\"[\"email\"] == \"a\"",
    "$v == 1",
    "@\"totalAmount\".Date",
    "RandomInt(1, 6) > 3",
];

/// Rules of a few statements; most of them compile.
pub fn rules(random: &mut Random) -> String {
    let mut out = String::new();
    if random.once_in(2) {
        out.push_str("LET $v = @\"riskScore\" + 1\n");
    }
    for _ in 0..1 + random.below(5) {
        out.push_str(random.pick(&[
            "RETURN Reject(\"no\")",
            "RETURN Review(@\"user.email\")",
            "OBSERVE Output(a = @\"a\", all = @@\"items\")",
            "DO SetVariables(n = @\"totalAmount\" * 2)",
            "RETURN Approve()",
        ]));
        out.push_str("\nWHEN ");
        for at in 0..1 + random.below(3) {
            if at > 0 {
                out.push_str(random.pick(&[" && ", " || ", " and not "]));
            }
            out.push_str(random.pick(&CONDITIONS));
        }
        out.push('\n');
    }
    out
}
