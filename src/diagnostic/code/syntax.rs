//! `E01xx`: the text is not FQL.

super::codes! {
    /// The text cannot go on like this. The message says what may stand here and what was found.
    ///
    /// Usually something just before the place is missing: an operand, a comma between two arguments, a
    /// closing quote or bracket. A few spellings of other languages end up here too: write `!=` for `<>`,
    /// and `test ? a : b` for `if`.
    ///
    /// Specification: L2.2, L4.1.
    E0101 UNEXPECTED_TOKEN: "unexpected token", Expression bad r#"@"amount" +"# good r#"@"amount" + 10"#;

    /// A string was opened and never closed. A string stands on one line and ends at the same kind of quote
    /// that opened it.
    ///
    /// Write a line break inside a string as `\n`, and a quote of the same kind as `\"` or `\'`. If the
    /// text was copied from a page or a mail, look for a curly quote (`”`) at the end: a straight quote is
    /// not closed by a curly one.
    ///
    /// Specification: L1.5.
    E0102 UNTERMINATED_STRING: "string without an end", Expression
        bad r#"@"country" == "US"# good r#"@"country" == "US""#;

    /// A backslash in a string begins an escape, and this one does not exist. The escapes are `\"` `\'`
    /// `\\` `\n` `\r` `\t` and `\uXXXX` with four hexadecimal digits; two `\u` in a row may form one
    /// character outside the basic plane, but half of such a pair is no character.
    ///
    /// A backslash that stands for itself is doubled, also in a regular expression: `"\\d+"`.
    ///
    /// Specification: L1.5.
    E0103 BAD_ESCAPE: "unknown escape in a string", Expression
        bad r#"@"path" == "C:\dir""# good r#"@"path" == "C:\\dir""#;

    /// A number that cannot be read. A fraction has digits on both sides of the point (`0.5`, `5.0`), no
    /// letter follows a number directly, and a whole number lies between -9223372036854775808 and
    /// 9223372036854775807.
    ///
    /// A larger number can be written as a Double: `1e20`.
    ///
    /// Specification: L1.6.
    E0104 BAD_NUMBER: "malformed number", Expression bad r#"@"rate" > .5"# good r#"@"rate" > 0.5"#;

    /// The path in `@"..."` cannot be read. A path is made of steps separated by `.`, and an array is
    /// indexed by `[n]` with decimal digits: `@"products[0].id"`. No step is empty, and there are no
    /// blanks.
    ///
    /// A key that itself holds a `.` or a `[` is reached through the whole event: `@@["odd.key"]`.
    ///
    /// Specification: L1.9.
    E0105 BAD_PATH: "malformed attribute path", Expression
        bad r#"@"user..email" == "a@example.com""# good r#"@"user.email" == "a@example.com""#;

    /// A character that means nothing in FQL. Statements need no `;` between them, comments are `// ...` or
    /// `/* ... */`, and names outside quotes are made of ASCII letters, digits and `_`.
    ///
    /// If nothing is to be seen at the place, a blank or an invisible character of another alphabet was
    /// copied along: delete it and type it again.
    ///
    /// Specification: L1.2, L1.4.
    E0106 BAD_CHARACTER: "unexpected character", Expression bad r#"@"amount" > 100;"# good r#"@"amount" > 100"#;

    /// One `=` gives a name to something: `LET $x = ...`, `Output(key = ...)`. A comparison takes two:
    /// `==`.
    ///
    /// Specification: L1.13, L4.1.
    E0107 SINGLE_EQUALS: "`=` where `==` is meant", Expression
        bad r#"@"country" = "US""# good r#"@"country" == "US""#;

    /// Comparisons do not chain. `1 < x < 10` would compare the truth of `1 < x` with 10, which nobody
    /// means, so it is refused; `a == b == c` likewise. Write each comparison and join them by `&&`.
    ///
    /// Specification: L4.1.
    E0108 CHAINED_COMPARISON: "chained comparison", Expression
        bad r#"1 < @"amount" < 10"# good r#"1 < @"amount" && @"amount" < 10"#;

    /// A comment was opened by `/*` and never closed, so the rest of the text is part of it. Close it by
    /// `*/`, or begin each line of the comment with `//`. Comments do not nest: the first `*/` ends it.
    ///
    /// Specification: L1.2.
    E0109 UNTERMINATED_COMMENT: "comment without an end", Expression bad "1 + 2 /* three" good "1 + 2 /* three */";

    /// A source is text in UTF-8, and this file holds bytes that are not. It was probably saved in another
    /// encoding, such as Windows-1252 or UTF-16: save it again as UTF-8.
    ///
    /// Specification: L1.1.
    E0110 NOT_UTF8: "text that is not UTF-8";

    /// There is nothing but blanks and comments where a rule or an expression is wanted. Write one, or
    /// delete the file; to keep a rule but not run it, write `STATUS inactive` before it.
    ///
    /// Specification: L2.1, L2.4.
    E0111 NOTHING_HERE: "empty text", Rules bad "// to be written" good r#"RETURN Approve("nothing against it")"#;

    /// A key stands twice in the same `{ ... }`. Only one of the values could be meant, so one of them is a
    /// mistake. Keys differ by case: `{ a: 1, A: 2 }` has two.
    ///
    /// Specification: L1.12.
    E0112 REPEATED_KEY: "repeated key", Expression
        bad r#"{ country: "US", country: "FR" }"# good r#"{ country: "US", region: "CA" }"#;

    /// `RULE`, `DESCRIPTION`, `STATUS`, `CONDITION` and `CLAUSE` give a rule its shape, and this one cannot
    /// stand here, or says something that it cannot say.
    ///
    /// The order is: `RULE "name"`, `DESCRIPTION "..."`, `STATUS active` or `STATUS inactive`, then
    /// `CONDITION`, then each `CLAUSE "name"`. All but the clauses may be left out. A rule uses either
    /// sections or plain statements, not both.
    ///
    /// Specification: L2.4.
    E0113 MISPLACED_HEADER: "misplaced or malformed header", Rules
        bad r#"RULE "High amount"
STATUS on
RETURN Review("high amount") WHEN @"amount" > 100"#
        good r#"RULE "High amount"
STATUS active
RETURN Review("high amount") WHEN @"amount" > 100"#;

    /// A time window, such as `7d`, is out of its range or stands where none can. A window is the last
    /// argument of a velocity, and of nothing else: 1 to 59 seconds (`s`), 1 to 59 minutes (`m`), 1 to 23
    /// hours (`h`), 1 to 90 days (`d`).
    ///
    /// For `60s` write `1m`, for `24h` write `1d`. A span of time in a calculation is made by
    /// `TimeSpan.FromMinutes(5)` and its like.
    ///
    /// Specification: L1.8.
    E0114 BAD_WINDOW: "time window out of range or out of place", Expression
        bad r#"DateTime.UtcNow - @"createdAt" < 5m"#
        good r#"DateTime.UtcNow - @"createdAt" < TimeSpan.FromMinutes(5)"#;

    /// A bracket was opened and never closed, or is closed by one of another kind. The label shows the
    /// bracket that is left open; the missing one belongs somewhere behind it.
    ///
    /// Specification: L1.12, L1.13.
    E0115 UNCLOSED_BRACKET: "bracket that is not closed", Expression
        bad r#"(@"amount" + 10"# good r#"(@"amount" + 10)"#;
}
