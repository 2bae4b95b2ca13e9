//! `E03xx`: a value of one type where another is needed.

super::codes! {
    /// The place wants a value of one type and gets one of another. Every expression has a type before any
    /// event is seen, and only one conversion happens by itself: a whole number (Int) becomes a Double.
    ///
    /// Compare the value (`... > 0`) where a Bool is wanted, or convert it: `.ToString()`, `.ToInt32()`,
    /// `.ToDouble()`, `.ToDateTime()`, and on Json `.AsString()`, `.AsInt()` and so on.
    ///
    /// Specification: L3.2.
    E0301 TYPE_MISMATCH: "another type is expected", Rules
        bad r#"RETURN Review("no address") WHEN @"user.email".Length"#
        good r#"RETURN Review("no address") WHEN @"user.email".Length < 6"#;

    /// The two sides of a comparison have different types, so the answer would always be the same. The
    /// message names both. Convert one side, or write the constant in the type of the other side: `3`, not
    /// `"3"`.
    ///
    /// Values of Bool have no order, only `==` and `!=`; sets of characters and records are not compared at
    /// all.
    ///
    /// Specification: L3.3, L4.7.
    E0302 CANNOT_COMPARE: "values that can't be compared", Expression
        bad r#"@"user.email".Length == "3""#
        good r#"@"user.email".Length == 3"#;

    /// The operator does not take operands of these types. `-` `*` `/` `%` calculate with numbers, and `-`
    /// and `+` also with times: a DateTime plus or minus a TimeSpan, a DateTime minus a DateTime. `+` joins
    /// texts if one side is a String. `&&` `||` `!` take Bool, and `|` joins sets of characters.
    ///
    /// Specification: L4.2, L4.3, L4.5.
    E0303 BAD_OPERANDS: "operator does not fit its operands", Expression
        bad r#"@"user.createdAt".ToDateTime() + 7"#
        good r#"@"user.createdAt".ToDateTime().AddDays(7)"#;

    /// An attribute takes the type that its context asks for, and here the context fits several types. A
    /// member that texts, numbers and times all have does not say which is meant. Say it: `.ToDateTime()`,
    /// `.ToDouble()`, or `@@"path"` for Json.
    ///
    /// Specification: L3.3.
    E0304 AMBIGUOUS_ATTRIBUTE: "attribute whose type is not clear", Expression
        bad r#"@"user.createdAt".ToString("yyyy")"#
        good r#"@"user.createdAt".ToDateTime().ToString("yyyy")"#;

    /// Json can be of any type, and here nothing says which is meant. Two Jsons can be tested for `==` and
    /// `!=`; to order or calculate with them, say what they hold: `.AsString()` `.AsInt()` `.AsDouble()`
    /// `.AsBool()` `.AsDateTime()`.
    ///
    /// Specification: L3.7, L3.8.
    E0305 JSON_NEEDS_CAST: "JSON value without a cast", Expression
        bad r#"@@"amount" > @@"limit""#
        good r#"@@"amount".AsDouble() > @@"limit".AsDouble()"#;

    /// Only Json is indexed, by a number (`e[0]`) or a key (`e["key"]`). A part of a text is
    /// `.Substring(start, length)`. An index into the event stands inside the quotes: `@"products[0].id"`.
    ///
    /// Specification: L1.13, L3.7.
    E0306 NOT_INDEXABLE: "value that can't be indexed", Expression
        bad r#""US-CA"[0]"# good r#""US-CA".Substring(0, 1)"#;

    /// `null` is a value of Json, and can be compared with Json and with attributes only; nothing is
    /// calculated with it. All other values are never null: a missing attribute has its type's default,
    /// such as `""` or `0`. To ask whether an attribute is there, write `Exists(@"path")`.
    ///
    /// Specification: L3.4, L3.7.
    E0307 NULL_OPERAND: "`null` as an operand", Expression
        bad r#"@"user.email".ToUpper() == null"# good r#"!Exists(@"user.email")"#;

    /// The schema of the event says which values stand at the path, and none of them is what the context
    /// asks for: a number is compared with a text, an object is calculated with. The rule would never see
    /// what it looks for.
    ///
    /// Mend the rule, or the schema if that is wrong. A text that holds a number or a truth value is
    /// converted by `.ToDouble()` or `.ToBoolean()`.
    ///
    /// Specification: L9.4.
    E0308 AGAINST_SCHEMA: "attribute used against the schema";
}
