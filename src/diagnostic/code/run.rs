//! `E06xx` and `E07xx`: a limit is reached, or an evaluation fails.

super::codes! {
    /// The text is larger than the limit, 1 MiB by default. Long lists of values belong into a file in
    /// `lists/`, where a lookup costs the same however many there are. The limit is `source_bytes` under
    /// `[limits]` in `fql.toml`.
    ///
    /// Specification: L5.4.
    E0601 SOURCE_TOO_LARGE: "text too large";

    /// Brackets, unary operators and `?:` stand inside each other deeper than the limit, 128 by default.
    /// Split the expression with `LET`; a long chain of one operator (`a || b || c ...`) is not nesting and
    /// needs no brackets. The limit is `nesting` under `[limits]` in `fql.toml`.
    ///
    /// Specification: L5.4, L5.5.
    E0602 NESTING_TOO_DEEP: "nesting too deep";

    /// A literal `[ ... ]` has more elements than the limit, 10,000 by default. Put the values into a file
    /// in `lists/` and ask with `ContainsKey(...)`. The limit is `list_literal` under `[limits]` in
    /// `fql.toml`.
    ///
    /// Specification: L5.4.
    E0603 LIST_TOO_LONG: "list literal too long";

    /// An operation would make a text longer than the limit, 64 KiB by default. The operation fails, the
    /// event goes on. Look for a `PadLeft`, `Replace` or `+` whose size depends on the event. The limit is
    /// `string_bytes` under `[limits]` in `fql.toml`.
    ///
    /// Specification: L5.1, L5.4.
    E0604 STRING_TOO_LONG: "text result too long", Evaluation
        bad r#""0".PadLeft(100000)"# good r#""0".PadLeft(100)"#;

    /// The evaluation took more steps than the limit, 1,000,000 by default, and was ended without a
    /// decision: a limit that silently approved would be what an attacker aims at. The limit is `steps`
    /// under `[limits]` in `fql.toml`.
    ///
    /// Specification: L5.4.
    E0605 TOO_MANY_STEPS: "too many evaluation steps";

    /// The evaluation of one event took longer than the limit, 10 seconds by default, and was ended without
    /// a decision. It is mostly calls that take time: see `timeout_ms` in the files of `external/`. The
    /// limit is `evaluation_ms` under `[limits]` in `fql.toml`.
    ///
    /// Specification: L5.4.
    E0606 OUT_OF_TIME: "evaluation out of time";

    /// One event needed more external calls than the limit, 32 by default. The same call with the same
    /// arguments counts once, so look for calls whose arguments differ. The limit is `calls_per_event`
    /// under `[limits]` in `fql.toml`.
    ///
    /// Specification: L5.4, L8.2.
    E0607 TOO_MANY_CALLS: "too many external calls";

    /// An operation would make a JSON value that is larger or deeper than allowed. The operation fails, the
    /// event goes on. Keep only the parts that are needed instead of laying whole events or answers into
    /// each other.
    ///
    /// Specification: L5.1, L5.4.
    E0608 JSON_TOO_LARGE: "JSON result too large";

    /// Functions that call functions are written out where they are called, each with its own arguments. The rules call them
    /// so often, and they call each other so often, that this would become more than 1,000,000 expressions. The limit is
    /// `function_expressions` under `[limits]` in `fql.toml`. Calls with the same plain arguments (constants, attributes,
    /// variables) count once, so bind an argument with `LET`.
    ///
    /// Specification: L5.4, R6.2.
    E0609 TOO_MANY_EXPRESSIONS: "functions that become too large";

    /// A whole number was divided by zero, with `/` or `%`. A missing attribute counts as `0`, a missing
    /// text has the length 0, so test the divisor first. With a Double on either side there is no error:
    /// the result is infinite or NaN.
    ///
    /// Specification: L4.2, L5.1.
    E0701 DIVISION_BY_ZERO: "division by zero", Evaluation
        bad r#"100 / @"user.email".Length"#
        good r#"@"user.email".Length > 0 ? 100 / @"user.email".Length : 0"#;

    /// A result lies outside what its type can hold: a whole number outside 64 bits (outside 32 bits for
    /// `ToInt32`), a time before the year 1 or after 9999. Calculate with a Double, or test the operands
    /// first.
    ///
    /// Specification: L4.2, L5.1.
    E0702 OVERFLOW: "result out of range", Evaluation
        bad "9223372036854775807 + 1" good "9223372036854775807 + 1.0";

    /// A text was to be converted and is not written as that type is. `.ToInt32()`, `.ToDouble()`,
    /// `.ToBoolean()`, `.ToDateTime()` and `Convert` insist on it; an empty text, such as a missing
    /// attribute gives, is no number.
    ///
    /// Test with `IsNumeric()` first. Or let the attribute take its type from its context, where what
    /// cannot be read gives the type's default and a note: `@"age" > 18`.
    ///
    /// Specification: L3.9, L5.1.
    E0703 NOT_CONVERTIBLE: "value that can't be converted", Evaluation
        bad r#"@"user.age".ToDouble()"#
        good r#"@"user.age".IsNumeric() ? @"user.age".ToDouble() : 0.0"#;

    /// A position, a count or a part of a date lies outside what the value has: `Substring` beyond the end
    /// of a text, a negative length, a month 13. Indexes begin at 0. Test the length first.
    ///
    /// Specification: L5.1, L6.
    E0704 OUT_OF_RANGE: "index or length out of range", Evaluation
        bad r#"@"card.number".Substring(0, 6)"#
        good r#"@"card.number".Length < 6 ? "" : @"card.number".Substring(0, 6)"#;

    /// A function cannot work with this argument, although its type is right: an empty text to replace, a
    /// format that does not exist, a lower bound above the upper one. The message says which argument.
    ///
    /// Specification: L5.1, L6.
    E0705 BAD_ARGUMENT: "argument that the function can't use", Evaluation
        bad r#""1-425".Replace(@"separator", " ")"#
        good r#""1-425".Replace("-", " ")"#;
}
