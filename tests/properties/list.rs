//! Lists, and what expressions ask of them.

use super::expression::{Ty, Writer};
use fql::list::Kind;

/// Names, kinds and files. Keys and cells are texts of rules and events, some in other case, some that events have as numbers;
/// a key stands there twice, and entries of the last list end before, at and after the time of the evaluation.
pub const LISTS: [(&str, Kind, &str); 4] = [
    ("names", Kind::Plain, "k,v\nx,high\na,US\nhigh,x\nUS,12\n12,1e2\nÉlan,Élan\nHigh,low\na,b\ntrue,false\n"),
    ("Words", Kind::Plain, "key,Value,empty\nabc def,x,\n-3.5,a,\nlow,abc def,\n1e2,TRUE,\n2024-02-29,2023-12-31,\n"),
    ("marks", Kind::Support, "Value,Status\nx,Safe\na,Block\nhigh,Watch\n12,Block\nabc def,Safe\n"),
    (
        "timed",
        Kind::Support,
        "Value,Status,Expiration\nx,Block,2020-01-01\na,Watch,2999-01-01\nUS,Safe,\nhigh,Block,2024-03-01T12:30:00.5Z\n\
         high,Safe,2024-03-01T12:30:00.6Z\n12,Watch,\nÉlan,Block,2024-03-02\n",
    ),
];

impl Writer<'_> {
    /// Something that a list says of a key: its first row, the nearest one, or whether there is one.
    fn list(&mut self) -> (String, [&'static str; 2]) {
        let (list, columns) = self.tape.pick(&[
            ("names", ["k", "v"]),
            ("names", ["k", "v"]),
            ("Words", ["key", "Value"]),
            ("names", ["v", "k"]),
            ("Words", ["Value", "empty"]),
            ("marks", ["Value", "Status"]),
            ("timed", ["Value", "Status"]),
        ]);
        (self.word(list), columns)
    }

    /// The key that a list is asked for: an attribute, most of the time, so that what is asked is a test of a slot.
    fn key(&mut self, depth: usize) -> String {
        if self.tape.below(4) < 3 { self.attribute() } else { self.asked(Ty::Text, depth) }
    }

    /// A question that is answered by true or false.
    pub fn listed(&mut self, depth: usize) -> String {
        match self.tape.below(6) {
            0 | 1 => {
                let (list, [column, _]) = self.list();
                format!("{}(\"{list}\", \"{column}\", {})", self.word("ContainsKey"), self.key(depth))
            }
            2 | 3 => {
                let question = self.tape.pick(&["InSupportList", "IsBlock", "IsSafe", "IsWatch"]);
                let list = self.tape.pick(&["marks", "timed"]);
                format!("{}(\"{list}\", {})", self.word(question), self.key(depth))
            }
            4 => {
                let (cell, text) = (self.cell(depth), self.quoted());
                let equality = self.equality();
                if self.tape.once_in(3) {
                    format!("{text} {equality} {cell}")
                } else {
                    format!("{cell} {equality} {text}")
                }
            }
            _ => {
                let set = self.tape.pick(&["high, Unknown", "x,us", "", "12,TRUE,Block"]);
                format!("{}({}, \"{set}\")", self.word("In"), self.cell(depth))
            }
        }
    }

    /// The cell of the row with a key, or a default.
    pub fn cell(&mut self, depth: usize) -> String {
        let question = self.tape.pick(&["Lookup", "Lookup", "LookupClosest"]);
        let (list, [key, column]) = self.list();
        let mut text = format!("{}(\"{list}\", \"{key}\", {}, \"{column}\"", self.word(question), self.key(depth));
        if self.tape.once_in(3) {
            let default = if self.tape.once_in(2) { self.quoted() } else { self.any(depth) };
            text = format!("{text}, {default}");
        }
        text + ")"
    }
}
