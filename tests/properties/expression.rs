//! Expressions as text, mostly well typed.

use super::tape::Tape;
use Ty::{Bool, Date, Double, Int, Json, Span, Text};
use std::collections::BTreeSet;

/// The type an expression is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ty {
    Bool,
    Int,
    Double,
    Text,
    Date,
    Span,
    Json,
}

const TYPES: [Ty; 7] = [Text, Int, Bool, Double, Json, Date, Span];

/// What a variable in scope holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// A bare attribute.
    Open,
    /// A value of that type.
    Value(Ty),
    /// An external call's result.
    Call,
}

/// Paths of events; every one reaches into the same few objects and arrays.
pub const PATHS: [&str; 20] = [
    "a",
    "b",
    "c",
    "flag",
    "amount",
    "user.id",
    "user.name",
    "user.age",
    "user.address.city",
    "when",
    "items[0].price",
    "items[1].name",
    "items.name",
    "tags[0]",
    "tags",
    "user",
    "deep.list[2].x",
    "deep.list.x",
    "ip",
    "user.when",
];

const WORDS: [&str; 14] =
    ["x", "", "high", "US", "a", "12", "0", "-3.5", "true", "2024-02-29", "abc def", "Élan", "low", "1e2"];

/// Writes expressions and remembers what they use.
pub struct Writer<'t> {
    pub tape: &'t mut Tape,
    pub scope: Vec<(String, Bound)>,
    /// Paths that were written.
    pub paths: BTreeSet<&'static str>,
    /// Whether calls have measured times, so that rules must not look at them.
    pub hosts: bool,
    /// Where the expression stands.
    pub kind: Kind,
    /// Its environment, by number.
    pub environment: usize,
    /// The functions written so far.
    pub functions: Vec<Declared>,
    /// The parameters of the function that is written.
    pub parameters: Vec<(String, Ty)>,
}

/// A function that may be called.
#[derive(Clone, Debug)]
pub struct Declared {
    pub environment: usize,
    pub name: String,
    pub parameters: Vec<Ty>,
    pub outputs: Vec<(String, Ty)>,
}

/// The kinds of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Decision,
    Action,
    Routing,
}

impl<'t> Writer<'t> {
    /// A writer that has written nothing.
    pub fn new(tape: &'t mut Tape, hosts: bool) -> Writer<'t> {
        Writer {
            tape,
            scope: Vec::new(),
            paths: BTreeSet::new(),
            hosts,
            kind: Kind::Decision,
            environment: 0,
            functions: Vec::new(),
            parameters: Vec::new(),
        }
    }

    /// A word of the language in some case.
    pub fn word(&mut self, word: &str) -> String {
        match self.tape.below(24) {
            22 => word.to_ascii_lowercase(),
            23 => word.to_ascii_uppercase(),
            _ => word.to_string(),
        }
    }

    fn path(&mut self) -> String {
        let path = self.tape.pick(&PATHS);
        self.paths.insert(path);
        let written = match self.tape.below(12) {
            10 => path.to_ascii_uppercase(),
            11 => path.replace('n', "N").replace('a', "A"),
            _ => path.to_string(),
        };
        // The event of routing is an envelope; what leads past it is missing.
        let written = match self.kind {
            Kind::Routing if !self.tape.once_in(8) => {
                format!("{}.{written}", self.tape.pick(&["test.request", "Test.REQUEST"]))
            }
            Kind::Routing => self.tape.pick(&["test", "test.request", "test.other", "a", "test[0]"]).to_string(),
            _ => written,
        };
        if !written.contains(['.', '[']) && self.tape.once_in(4) { written } else { format!("\"{written}\"") }
    }

    /// A bare attribute, or a variable that stands for one.
    pub fn attribute(&mut self) -> String {
        let open: Vec<String> =
            self.scope.iter().filter(|(_, bound)| *bound == Bound::Open).map(|(name, _)| name.clone()).collect();
        if !open.is_empty() && self.tape.once_in(4) {
            return format!("${}", self.tape.pick(&open));
        }
        format!("@{}", self.path())
    }

    /// Where the context asks for a type: often an attribute, sometimes Json, else an expression of the type.
    pub fn asked(&mut self, ty: Ty, depth: usize) -> String {
        match self.tape.below(5) {
            0 | 1 if ty != Span => self.attribute(),
            4 if ty != Span => self.expr(Json, depth.saturating_sub(1)),
            _ => self.expr(ty, depth),
        }
    }

    pub fn quoted(&mut self) -> String {
        let word = self.tape.pick(&WORDS);
        if self.tape.once_in(6) { format!("'{word}'") } else { format!("\"{word}\"") }
    }

    /// A variable of the type, if there is one.
    fn variable(&mut self, ty: Ty) -> Option<String> {
        let fits = |bound: Bound| bound == Bound::Value(ty) || (ty == Json && bound == Bound::Call);
        let names: Vec<String> =
            self.scope.iter().filter(|(_, bound)| fits(*bound)).map(|(name, _)| name.clone()).collect();
        if names.is_empty() || !self.tape.once_in(2) {
            return None;
        }
        Some(format!("${}", self.tape.pick(&names)))
    }

    /// An expression of the type; what has operators stands in parentheses, most of the time.
    pub fn expr(&mut self, ty: Ty, depth: usize) -> String {
        if let Some(variable) = self.variable(ty) {
            return variable;
        }
        if self.tape.once_in(8)
            && let Some(call) = self.function(ty, depth)
        {
            return call;
        }
        if depth > 0 && self.tape.once_in(12) {
            let (test, yes) = (self.asked(Bool, depth - 1), self.expr(ty, depth - 1));
            let no = if ty == Json { self.expr(ty, depth - 1) } else { self.asked(ty, depth - 1) };
            return format!("({test} ? {yes} : {no})");
        }
        let text = match ty {
            Bool => self.bool(depth),
            Int => self.int(depth),
            Double => self.double(depth),
            Text => self.text(depth),
            Date => self.date(depth),
            Span => self.span(depth),
            Json => self.json(depth),
        };
        if text.contains(' ') && !self.tape.once_in(20) { format!("({text})") } else { text }
    }

    /// A parameter of that type, or a call of a function with such an output.
    fn function(&mut self, ty: Ty, depth: usize) -> Option<String> {
        let own: Vec<String> =
            self.parameters.iter().filter(|(_, of)| *of == ty).map(|(name, _)| name.clone()).collect();
        if !own.is_empty() {
            let name = self.tape.pick(&own);
            return Some(self.word(&name));
        }
        let fits = |one: &&Declared| one.outputs.iter().any(|(_, of)| *of == ty);
        let all: Vec<Declared> = self.functions.iter().filter(fits).cloned().collect();
        if all.is_empty() {
            return None;
        }
        let called = self.tape.pick(&all);
        let outputs: Vec<&String> = called.outputs.iter().filter(|(_, of)| *of == ty).map(|(name, _)| name).collect();
        let output = self.tape.pick(&outputs).clone();
        let from = match called.environment {
            one if one == self.environment && self.tape.below(4) < 3 => String::new(),
            0 if self.tape.once_in(2) => "root.".to_string(),
            one if one + 1 == self.environment && self.tape.once_in(2) => "parent.".to_string(),
            one => format!("environment[\"e{one}\"]."),
        };
        let mut given = Vec::new();
        for parameter in &called.parameters {
            given.push(match self.tape.below(4) {
                0 => self.attribute(),
                1 => self.any(depth.saturating_sub(1)),
                _ => self.expr(*parameter, depth.saturating_sub(1)),
            });
        }
        let (space, name) = (self.word("Functions"), self.word(&called.name));
        Some(format!("{space}.{from}{name}({}).{}", given.join(", "), self.word(&output)))
    }

    /// An expression of any type, or a bare attribute.
    pub fn any(&mut self, depth: usize) -> String {
        if self.tape.once_in(4) {
            return self.attribute();
        }
        let ty = self.tape.pick(&TYPES);
        self.expr(ty, depth)
    }

    fn relation(&mut self) -> &'static str {
        self.tape.pick(&["==", "!=", "<", "<=", ">", ">="])
    }

    pub fn equality(&mut self) -> &'static str {
        self.tape.pick(&["==", "!="])
    }

    fn number(&mut self) -> &'static str {
        self.tape.pick(&["0", "1", "5", "-1", "100", "12.0", "199.99", "-3.5", "1e3", "9007199254740993", "2"])
    }

    fn bool(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        let kinds = if depth == 0 { 10 } else { 26 };
        if self.kind != Kind::Decision && self.tape.once_in(8) {
            let decision = self.tape.pick(&["\"Review\"", "\"REJECT\"", "\"approve\"", "Response.Decision()"]);
            return format!("{}() {} {decision}", self.word("Response.Decision"), self.equality());
        }
        match self.tape.below(kinds) {
            0 => self.tape.pick(&["true", "false"]).to_string(),
            1 => format!("{}(@{})", self.word("Exists"), self.path()),
            2 => format!("{} {} {}", self.attribute(), self.relation(), self.number()),
            3 => format!("{} {} {}", self.attribute(), self.equality(), self.quoted()),
            4 => {
                let method = self.tape.pick(&["StartsWith", "EndsWith", "Contains", "Equals", "IgnoreCaseEquals"]);
                format!("{}.{}({})", self.attribute(), self.word(method), self.quoted())
            }
            5 => {
                let set = self.tape.pick(&["a,b", "x, high ,US", "", "true,12", "low,abc def,2024-02-29,Élan"]);
                format!("{}({}, \"{set}\")", self.word("In"), self.attribute())
            }
            6 => format!("{} {} {}", self.attribute(), self.equality(), self.tape.pick(&["true", "false"])),
            7 => format!("{} {} {}", self.number(), self.relation(), self.attribute()),
            8 | 9 => self.listed(d),
            10 | 11 => {
                let operator = self.tape.pick(&["&&", "and", "AND"]);
                let mut text = self.asked(Bool, d);
                for _ in 0..=self.tape.below(2) {
                    text = format!("{text} {operator} {}", self.asked(Bool, d));
                }
                text
            }
            12 | 13 => {
                let operator = self.tape.pick(&["||", "or", "Or"]);
                let mut text = self.asked(Bool, d);
                for _ in 0..=self.tape.below(2) {
                    text = format!("{text} {operator} {}", self.asked(Bool, d));
                }
                text
            }
            14 => format!("{}{}", self.tape.pick(&["!", "not ", "!!"]), self.asked(Bool, d)),
            15 => {
                let ty = self.tape.pick(&[Int, Double, Text, Date]);
                format!("{} {} {}", self.expr(ty, d), self.relation(), self.asked(ty, d))
            }
            16 => {
                let ty = self.tape.pick(&[Int, Double, Text, Date]);
                format!("{} {} {}", self.asked(ty, d), self.relation(), self.expr(ty, d))
            }
            17 => format!("{} {} {}", self.attribute(), self.relation(), self.attribute()),
            18 => {
                let right = if self.tape.once_in(3) { "null".to_string() } else { self.expr(Json, d) };
                format!("{} {} {right}", self.expr(Json, d), self.equality())
            }
            19 => format!("{}.{}()", self.expr(Json, d), self.word("AsBool")),
            20 => {
                format!("{}.{}()", self.receiver(Text, d), self.tape.pick(&["IsNumeric", "IsNullOrEmpty", "ToBoolean"]))
            }
            21 => {
                let method = self.tape.pick(&["ContainsOnly", "ContainsAll", "ContainsAny"]);
                let set = self.tape.pick(&["CharSet.Numeric", "CharSet.Alphabetic | CharSet.Hyphen"]);
                format!("{}.{method}({set})", self.receiver(Text, d))
            }
            22 => format!("{} {} {}", self.expr(Bool, d), self.equality(), self.asked(Bool, d)),
            23 => format!("{} {} {}", self.expr(Span, d), self.relation(), self.expr(Span, d)),
            24 => {
                let value = self.tape.pick(&[Text, Int, Json]);
                format!("{}.Contains({})", self.expr(Json, d), self.expr(value, d))
            }
            _ => {
                let member = self.tape.pick(&["risk", "score", "tags", "Risk", "when"]);
                let ty = self.tape.pick(&[Text, Double, Int, Bool]);
                let relation = if ty == Bool { self.equality() } else { self.relation() };
                format!("{}.{member} {relation} {}", self.call(d), self.expr(ty, d))
            }
        }
    }

    /// A receiver whose member decides its type.
    fn receiver(&mut self, ty: Ty, depth: usize) -> String {
        if ty == Text && self.tape.once_in(3) { self.attribute() } else { self.expr(ty, depth) }
    }

    fn int(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        let kinds = if depth == 0 { 3 } else { 16 };
        match self.tape.below(kinds) {
            0 | 1 => {
                let literals =
                    ["0", "1", "2", "-1", "100", "9223372036854775807", "-9223372036854775808", "3000000000"];
                self.tape.pick(&literals).to_string()
            }
            2 => format!("{}(0, {})", self.word("RandomInt"), self.tape.pick(&["5", "2", "1000"])),
            3 | 4 => format!("{} {} {}", self.expr(Int, d), self.tape.pick(&["+", "-", "*"]), self.expr(Int, d)),
            5 => {
                let divisor = self.expr(Int, d);
                let divisor = if divisor == "0" { "(1 - 1)".to_string() } else { divisor };
                format!("{} {} {divisor}", self.expr(Int, d), self.tape.pick(&["/", "%"]))
            }
            6 => format!("-{}", self.expr(Int, d)),
            7 => format!("{}.{}", self.receiver(Text, d), self.word("Length")),
            8 => format!("{}.{}()", self.expr(Json, d), self.word("AsInt")),
            9 => format!("{}.{}()", self.receiver(Text, d), self.tape.pick(&["ToInt32", "ToInt64"])),
            10 => format!("{}.IndexOf({})", self.receiver(Text, d), self.asked(Text, d)),
            11 => format!("{}.{}", self.expr(Date, d), self.tape.pick(&["Year", "Day", "Hour", "DayOfYear"])),
            12 => match self.diagnosed() {
                Some(call) => format!("{call}.GetDiagnostics().HttpStatusCode"),
                None => format!("Math.Max({}, {})", self.expr(Int, d), self.expr(Int, d)),
            },
            13 => format!("RandomInt({}, {})", self.asked(Int, d), self.asked(Int, d)),
            14 => format!("Convert.ToInt32({})", self.any(d)),
            _ => format!("DaysSince({})", self.asked(Date, d)),
        }
    }

    fn double(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        let kinds = if depth == 0 { 2 } else { 10 };
        match self.tape.below(kinds) {
            0 | 1 => self.tape.pick(&["0.0", "1.5", "-3.5", "1e3", "199.99", "1e308"]).to_string(),
            2 => {
                let operator = self.tape.pick(&["+", "-", "*", "/", "%"]);
                format!("{} {operator} {}", self.expr(Double, d), self.asked(Double, d))
            }
            3 => format!("{} {} {}", self.attribute(), self.tape.pick(&["-", "*", "/", "%"]), self.attribute()),
            4 => format!("{} {} {}", self.attribute(), self.tape.pick(&["+", "-", "*", "/"]), self.expr(Int, d)),
            5 => format!("-{}", self.attribute()),
            6 => format!("{}.{}()", self.expr(Json, d), self.word("AsDouble")),
            7 => format!("{}.ToDouble()", self.receiver(Text, d)),
            8 => {
                let function = self.tape.pick(&["Floor", "Sqrt", "Truncate", "Ceiling"]);
                format!("Math.{function}({})", self.asked(Double, d))
            }
            _ => match self.diagnosed() {
                Some(call) if !self.hosts => format!("{call}.GetDiagnostics().Latency"),
                _ => format!("{}.TotalHours", self.expr(Span, d)),
            },
        }
    }

    fn text(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        let kinds = if depth == 0 { 3 } else { 19 };
        match self.tape.below(kinds) {
            0..=2 => self.quoted(),
            3 | 4 => format!("{} + {}", self.expr(Text, d), self.any_joined(d)),
            5 => format!("{} + {}", self.attribute(), self.attribute()),
            6 => format!("{}.{}()", self.expr(Json, d), self.tape.pick(&["AsString", "ToString"])),
            7 => format!("{}.Substring({})", self.receiver(Text, d), self.asked(Int, d)),
            8 => format!("{}.Substring({}, {})", self.receiver(Text, d), self.asked(Int, d), self.asked(Int, d)),
            9 => {
                let method = self.tape.pick(&["ToUpper", "ToLower", "Trim", "ToString"]);
                format!("{}.{}()", self.receiver(Text, d), self.word(method))
            }
            10 => format!("{}.Replace({}, {})", self.receiver(Text, d), self.asked(Text, d), self.asked(Text, d)),
            11 => format!("{}.PadLeft({})", self.receiver(Text, d), self.tape.pick(&["5", "70", "70000", "-1"])),
            12 => {
                let ty = self.tape.pick(&[Int, Double, Date, Span]);
                format!("{}.ToString()", self.expr(ty, d))
            }
            13 => format!("Convert.ToString({})", self.any(d)),
            14 => format!("String.Concat({}, {})", self.asked(Text, d), self.asked(Text, d)),
            15 => format!("String.Join({}, {})", self.asked(Text, d), self.expr(Json, d)),
            16 if self.kind != Kind::Decision => format!("{} + Response.Decision()", self.expr(Text, d)),
            16 => match self.diagnosed() {
                Some(call) => format!("{call}.GetDiagnostics().ErrorMessage"),
                None => "Request.CorrelationId()".to_string(),
            },
            17 => self.cell(d),
            _ => format!("{}.{}", self.expr(Date, d), self.word("DayOfWeek")),
        }
    }

    /// What `+` joins with a text.
    fn any_joined(&mut self, depth: usize) -> String {
        let ty = self.tape.pick(&TYPES);
        self.asked(ty, depth)
    }

    fn date(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        let kinds = if depth == 0 { 3 } else { 9 };
        match self.tape.below(kinds) {
            0 | 1 => {
                let texts = ["2024-02-29", "2023-12-31T23:59:59.5Z", "0001-01-01", "9999-12-31 10:00", "soon"];
                format!("\"{}\".ToDateTime()", self.tape.pick(&texts))
            }
            2 => format!("DateTime.{}", self.tape.pick(&["UtcNow", "Today", "MinValue", "MaxValue"])),
            3 => format!("{}.AddDays({})", self.expr(Date, d), self.asked(Double, d)),
            4 => format!("{}.AddMonths({})", self.expr(Date, d), self.asked(Int, d)),
            5 => format!("{} {} {}", self.asked(Date, d), self.tape.pick(&["+", "-"]), self.expr(Span, d)),
            6 => format!("{}.AsDateTime()", self.expr(Json, d)),
            7 => format!("{}.ToDateTime()", self.receiver(Text, d)),
            _ => format!("{}.Date", self.expr(Date, d)),
        }
    }

    fn span(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        let kinds = if depth == 0 { 2 } else { 6 };
        match self.tape.below(kinds) {
            0 | 1 => {
                let function = self.tape.pick(&["FromDays", "FromHours", "FromSeconds"]);
                format!("TimeSpan.{function}({})", self.tape.pick(&["1", "0", "-2.5", "10675199.0"]))
            }
            2 => format!("{} - {}", self.expr(Date, d), self.asked(Date, d)),
            3 => format!("{} {} {}", self.expr(Span, d), self.tape.pick(&["+", "-"]), self.expr(Span, d)),
            4 => format!("-{}", self.expr(Span, d)),
            _ => format!("TimeSpan.FromHours({})", self.asked(Double, d)),
        }
    }

    fn json(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        let kinds = if depth == 0 { 8 } else { 18 };
        match self.tape.below(kinds) {
            0 => format!("@@{}", self.json_path()),
            1 => "[]".to_string(),
            2 => "@@".to_string(),
            3 => "{a: 1, \"b c\": [true]}".to_string(),
            4 | 5 => format!("{}(\"{}\")", self.word("GetVariable"), self.tape.pick(&["p", "Q", "r", "none"])),
            6..=11 => self.call(d),
            12 => format!("[{}, {}]", self.any(d), self.any(d)),
            13 => format!("{{k: {}, Length: {}}}", self.any(d), self.any(d)),
            14 => {
                let member = self.tape.pick(&["risk", "SCORE", "tags", "Length", "a", "name", "id"]);
                format!("{}.{member}", self.expr(Json, d))
            }
            15 => {
                let index = match self.tape.below(3) {
                    0 => self.tape.pick(&["0", "1", "-1", "\"tags\"", "\"Risk\""]).to_string(),
                    1 => self.asked(Int, d),
                    _ => self.expr(Text, d),
                };
                format!("{}[{index}]", self.expr(Json, d))
            }
            16 => match self.tape.below(4) {
                0 => format!("{}.AsJsonArray()", self.expr(Json, d)),
                1 => format!("{}.Split({})", self.receiver(Text, d), self.quoted()),
                2 => format!("Array.GetValue({}, \"name\", {}, \"price\")", self.expr(Json, d), self.asked(Text, d)),
                _ => format!("GetVariable({})", self.asked(Text, d)),
            },
            _ => match self.diagnosed() {
                Some(call) => format!("{call}.GetDiagnostics().Request"),
                None => format!("(({}) ? {} : {})", self.asked(Bool, d), self.expr(Json, d), self.expr(Int, d)),
            },
        }
    }

    fn json_path(&mut self) -> String {
        let path = self.path();
        if path.starts_with('"') { path } else { format!("\"{path}\"") }
    }

    /// An external call.
    pub fn call(&mut self, depth: usize) -> String {
        let (name, count) = match self.tape.below(4) {
            0 => ("alpha", 1),
            1 => ("beta", 2),
            2 => ("gamma", 0),
            _ if self.hosts => ("Delta", 1),
            _ => ("Delta", self.tape.below(3)),
        };
        let mut arguments = Vec::new();
        for _ in 0..count {
            arguments.push(if self.tape.once_in(3) { self.any(depth) } else { self.quoted() });
        }
        format!("{}.{}({})", self.word("External"), self.word(name), arguments.join(", "))
    }

    /// Something that has diagnostics.
    fn diagnosed(&mut self) -> Option<String> {
        let calls: Vec<String> =
            self.scope.iter().filter(|(_, bound)| *bound == Bound::Call).map(|(name, _)| name.clone()).collect();
        if !calls.is_empty() {
            return Some(format!("${}", self.tape.pick(&calls)));
        }
        self.tape.once_in(2).then(|| self.call(0))
    }

    /// The value of a `LET`, and what it makes the variable.
    pub fn bound(&mut self, depth: usize) -> (String, Bound) {
        match self.tape.below(6) {
            0 => (self.attribute(), Bound::Open),
            1 | 2 => (self.call(depth), Bound::Call),
            _ => {
                let ty = self.tape.pick(&TYPES);
                let value = self.expr(ty, depth);
                let name = value.strip_prefix('$');
                let alias = self.scope.iter().find(|(known, _)| name == Some(known)).map(|(_, bound)| *bound);
                (value, alias.unwrap_or(Bound::Value(ty)))
            }
        }
    }
}
