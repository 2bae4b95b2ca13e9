//! `E04xx`: a call whose arguments do not fit.

super::codes! {
    /// The call has too few or too many arguments. The message shows how many there may be;
    /// `fql explain NAME` shows what each of them is.
    ///
    /// Specification: L6, L7.
    E0401 WRONG_ARITY: "wrong number of arguments", Expression
        bad r#"@"user.email".StartsWith()"# good r#"@"user.email".StartsWith("admin")"#;

    /// The function takes arguments in several ways, and these fit none of them. The message lists the
    /// ways; usually one argument is of a wrong type and needs a conversion.
    ///
    /// Specification: L3.2, L6.
    E0402 NO_OVERLOAD: "arguments that fit no form of the function", Expression
        bad "DateTime.UtcNow.Subtract(5)"
        good "DateTime.UtcNow.Subtract(TimeSpan.FromDays(5))";

    /// The function has no argument of this name, or takes none by name. Decisions take `reason`,
    /// `supportMessage` and, for `Challenge`, `challengeType`. Names of your own choice belong into
    /// `Output(...)`, `Trace(...)` and `SetVariables(...)`.
    ///
    /// Specification: L1.13, L7.11.
    E0403 UNKNOWN_ARGUMENT: "unknown named argument", Rules
        bad r#"RETURN Reject(message = "blocked card")"#
        good r#"RETURN Reject(reason = "blocked card")"#;

    /// An argument is given twice, by the same name or once by its place and once by its name. Only one of
    /// the values could be used.
    ///
    /// Specification: L1.13, L7.11.
    E0404 REPEATED_ARGUMENT: "repeated argument", Rules
        bad r#"RETURN Reject(reason = "blocked card", reason = "call the bank")"#
        good r#"RETURN Reject(reason = "blocked card", supportMessage = "call the bank")"#;

    /// The argument must be a constant in the text, because it is looked at before any event: the name of a
    /// list or of a column, the pattern of a regular expression, the window of a velocity. Write a text in
    /// quotes, without `@`, `$` and operators.
    ///
    /// Specification: L7.2, L7.4.
    E0405 NOT_CONSTANT: "argument that must be constant", Expression
        bad r#"Patterns.IsRegexMatch(@"pattern", @"user.email")"#
        good r#"Patterns.IsRegexMatch("^admin", @"user.email")"#;

    /// A property is read without parentheses (`text.Length`), a method is called with them
    /// (`text.Trim()`), and this one is written the other way.
    ///
    /// Specification: L6.
    E0406 MEMBER_FORM: "property called, or method not called", Expression
        bad r#"@"user.email".Length() > 6"# good r#"@"user.email".Length > 6"#;

    /// A constant is at fault, so that the expression would fail for every event. These are found before
    /// any event: a regular expression that cannot be read, or that uses look-around or a back-reference
    /// (matching must take linear time); a window or a format text that cannot be read; a division of whole
    /// numbers by `0`; `RandomInt` whose lower bound is not below its upper one.
    ///
    /// Specification: L7.4, L9.2.
    E0407 BAD_CONSTANT: "constant at fault", Expression
        bad r#"@"user.email".Length / 0"# good r#"@"user.email".Length / 2"#;
}
