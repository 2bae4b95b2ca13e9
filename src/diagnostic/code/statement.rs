//! `E05xx`: a statement that does not belong there, or is missing.

super::codes! {
    /// The rule has a condition, but nothing to do when it holds. Add a clause: a `RETURN` with a decision,
    /// an `OBSERVE`, or a `DO SetVariables(...)`.
    ///
    /// Specification: L2.4.
    E0501 NO_CLAUSE: "rule without a clause", Rules
        bad r#"WHEN @"amount" > 100"#
        good r#"WHEN @"amount" > 100
RETURN Review("high amount")"#;

    /// A `WHEN` that no `RETURN`, `OBSERVE` or `DO` precedes is the condition of the whole rule, and a rule
    /// has one. Join the two by `&&`. A `WHEN` that belongs to a `RETURN` stands *behind* it.
    ///
    /// Specification: L2.4.
    E0502 SECOND_CONDITION: "second condition", Rules
        bad r#"WHEN @"user.country" == "US"
WHEN @"amount" > 100
RETURN Review("high amount")"#
        good r#"WHEN @"user.country" == "US" && @"amount" > 100
RETURN Review("high amount")"#;

    /// A clause holds at most one `RETURN`, one `OBSERVE` and one `ROUTETO`, so that its name tells what
    /// happened. Make it two clauses: they are tried in order.
    ///
    /// Specification: L2.4.
    E0503 TOO_MANY_STATEMENTS: "too many statements in a clause", Rules
        bad r#"CLAUSE "amount"
  RETURN Reject("very high amount") WHEN @"amount" > 1000
  RETURN Review("high amount") WHEN @"amount" > 100"#
        good r#"CLAUSE "very high amount"
  RETURN Reject("very high amount") WHEN @"amount" > 1000
CLAUSE "high amount"
  RETURN Review("high amount") WHEN @"amount" > 100"#;

    /// The kind of file does not take this statement. The folder says which kind it is:
    ///
    /// - `rules/`: decision rules, with `RETURN` a decision, `OBSERVE`, `DO SetVariables(...)`
    /// - `actions/`: action rules, with `DO`
    /// - `routing/`: routing rules, with `ROUTETO` and `DO SetVariables(...)`
    /// - `velocities/`: velocity sets, with `SELECT`
    /// - `functions/`: functions, with `LET`s and `RETURN` a value
    ///
    /// Specification: L2.1.
    E0504 STATEMENT_NOT_ALLOWED: "statement that can't stand here", Rules
        bad r#"ROUTETO Queue("High value") WHEN @"amount" > 1000"#
        good r#"RETURN Review("high value") WHEN @"amount" > 1000"#;

    /// The statement takes something else. In a decision rule `RETURN` is followed by a decision (`Approve`
    /// `Reject` `Review` `Challenge`) and perhaps by observations; `OBSERVE` by observations
    /// (`Output(...)`, `Trace(...)`); `DO` by actions (`SetVariables(...)`); `ROUTETO` by `Queue("name")`.
    ///
    /// Specification: L2.2, L7.11, L7.12.
    E0505 NOT_A_DECISION: "statement followed by something it does not take", Rules
        bad r#"RETURN "blocked" WHEN @"amount" > 1000"#
        good r#"RETURN Reject("blocked") WHEN @"amount" > 1000"#;

    /// It exists, but not in this kind of file. While rules are still deciding there is no response to read
    /// or to change: `Response.Decision()` and the actions other than `SetVariables` belong into action
    /// rules (the folder `actions/`), which run once the decision is known.
    ///
    /// Specification: L2.6, L7.3.
    E0506 NOT_ALLOWED_HERE: "not allowed in this kind of file", Rules
        bad r#"DO SetResponse(tier = "gold") WHEN @"amount" > 1000"#
        good r#"DO SetVariables(tier = "gold") WHEN @"amount" > 1000"#;

    /// A function calls itself, directly or through others, so it would never end. The message names all functions of the
    /// circle. An output that needs another one of the same function repeats its expression, or both call a third function.
    ///
    /// Specification: R6.2.
    E0507 FUNCTION_CYCLE: "function that calls itself";
}
