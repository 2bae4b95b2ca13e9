//! `W1xxx`: it runs, but something else is probably meant.

super::codes! {
    /// Nothing reads the variable, so its expression is never evaluated, and a call in it is never made.
    /// Use it, or delete the `LET`; perhaps another name is misspelt.
    ///
    /// Specification: L2.5.
    W1001 UNREAD_VARIABLE: "variable that nothing reads", Rules
        bad r#"LET $country = @"user.country"
RETURN Reject("high amount") WHEN @"amount" > 1000"#
        good r#"LET $country = @"user.country"
RETURN Reject("high amount") WHEN @"amount" > 1000 && $country != "US""#;

    /// Curly quotes stand where straight ones belong. They are understood, since texts copied from a page
    /// often have them, but `fql fmt --fix` makes them straight.
    ///
    /// Specification: L1.5.
    W1002 CURLY_QUOTES: "curly quotes", Expression bad r#"@"country" == “US”"# good r#"@"country" == "US""#;

    /// A `RETURN` without `WHEN` always ends the rules, so what stands behind it in the same clause never
    /// happens. Put it before the `RETURN`, or give the `RETURN` a `WHEN`.
    ///
    /// Specification: L2.4, L2.7.
    W1003 AFTER_RETURN: "statement after an unconditional `RETURN`", Rules
        bad r#"CLAUSE "blocked"
  RETURN Reject("blocked")
  OBSERVE Output(country = @"user.country")"#
        good r#"CLAUSE "blocked"
  OBSERVE Output(country = @"user.country")
  RETURN Reject("blocked")"#;

    /// The name still works, but there is a better one, which the help shows.
    ///
    /// It is kept for the sake of rules that exist already; a rule that is written today should not use it.
    ///
    /// Specification: L6, L7.
    W1004 DEPRECATED: "deprecated name", Expression bad "Math.RandomInt(1, 10)" good "RandomInt(1, 10)";

    /// An attribute is compared with the default of its type. A missing attribute *has* that default, so
    /// the test also holds for events that do not say anything: `@"isGuest" == false` is true without any
    /// `isGuest`.
    ///
    /// If that is not meant, ask for presence with `Exists(...)` as well.
    ///
    /// Specification: L3.4.
    W1005 DEFAULT_COMPARISON: "comparison that a missing attribute meets", Expression
        bad r#"@"isGuest" == false"#
        good r#"Exists(@"isGuest") && !@"isGuest""#;

    /// The path steps into an array by a name, as if it were an object. It reads the first element. Say so,
    /// `@"products[0].id"`, so that a reader sees that the others are not looked at.
    ///
    /// Specification: L3.6.
    W1006 ARRAY_WITHOUT_INDEX: "array without an index";

    /// Two attributes are compared, and nothing says of which type they are, so they are compared as texts:
    /// `"9"` is greater than `"10"`. Give one side a type.
    ///
    /// Specification: L3.3.
    W1007 ATTRIBUTES_COMPARED: "two attributes compared as texts", Expression
        bad r#"@"amount" > @"limit""#
        good r#"@@"amount".AsDouble() > @@"limit".AsDouble()"#;

    /// A text that looks like a path of the event is used as a text. Without `@` it is just these
    /// characters, and the comparison has the same result for every event.
    ///
    /// Specification: L1.9, L9.3.
    W1008 MISSING_AT_SIGN: "path in quotes without `@`", Expression
        bad r#""user.email" == "a@example.com""#
        good r#"@"user.email" == "a@example.com""#;

    /// `!` binds tighter than a comparison: `!a == b` compares `!a` with `b`. To negate the comparison,
    /// write `a != b` or `!(a == b)`; if the first is meant, write `(!a) == b`.
    ///
    /// Specification: L4.1.
    W1009 NEGATED_COMPARISON: "negation of one side of a comparison", Expression
        bad r#"!@"isGuest" == true"#
        good r#"!(@"isGuest" == true)"#;

    /// `WHEN true` says nothing: a statement without `WHEN` always fires. Leave it out, or put the test
    /// there that was left for later.
    ///
    /// Specification: L2.7, L9.3.
    W1010 ALWAYS_TRUE: "`WHEN true`", Rules
        bad r#"RETURN Review("new shop") WHEN true"# good r#"RETURN Review("new shop")"#;

    /// The clause can never fire: an earlier clause always ends the rule before it, or ends it in every
    /// case in which this one would fire, or its own test contradicts itself (`x > 5 && x < 3`). Clauses
    /// are tried in order, so put the narrow one first.
    ///
    /// Specification: L2.7, L9.3.
    W1011 NEVER_FIRES: "clause that can never fire", Rules
        bad r#"RETURN Review("high amount") WHEN @"amount" > 100
RETURN Reject("very high amount") WHEN @"amount" > 1000"#
        good r#"RETURN Reject("very high amount") WHEN @"amount" > 1000
RETURN Review("high amount") WHEN @"amount" > 100"#;

    /// Two clauses have the same test. One of them was probably copied and not changed; if not, join the
    /// two clauses, or move the test into the condition of the rule.
    ///
    /// Specification: L9.3.
    W1012 SAME_CONDITION: "two clauses with the same test", Rules
        bad r#"CLAUSE "watch"
  OBSERVE Output(amount = @"amount") WHEN @"amount" > 100
CLAUSE "review"
  RETURN Review("high amount") WHEN @"amount" > 100"#
        good r#"CONDITION
  WHEN @"amount" > 100
CLAUSE "review"
  OBSERVE Output(amount = @"amount")
  RETURN Review("high amount")"#;

    /// Rows of a list have the same key as an earlier row, in a column that a rule uses as a key. The first
    /// of them counts, the others are never found; in a support list the first that is not expired counts.
    /// The message says how many rows that are. Remove them, or let the rule use another column.
    ///
    /// Specification: R4.2, R4.3.
    W1013 REPEATED_KEYS: "list with repeated keys";

    /// The schema of the event describes what stands around this path, and has no such path. It is probably
    /// misspelt: the attribute would be missing from every event, and have its type's default.
    ///
    /// If events do have it, add it to the schema.
    ///
    /// Specification: L9.4.
    W1014 UNKNOWN_PATH: "path that the schema does not have";

    /// The rule reads a member of an external call's response that the call's sample response does not have. It
    /// is probably misspelt: a member that is not there is null, and reads as `""`, 0 or false.
    ///
    /// If responses do have it, add it to `sample_response` in the call's definition.
    ///
    /// Specification: L9.3, R7.1.
    W1015 UNKNOWN_RESPONSE_MEMBER: "response member that the sample does not have";

    /// A setting or folder is understood, and nothing uses it yet: what it asks for is not there in this
    /// version. It is told so that nobody relies on it.
    ///
    /// Specification: R1.1.
    W1020 NO_EFFECT_YET: "setting without effect";

    /// The hosted service allowed 30 functions an environment, 30 outputs and 2 external calls and 5 lists a function, and
    /// 10 functions a rule set. Nothing breaks here beyond that, but what is larger is hard to read.
    ///
    /// Specification: R6.3.
    W1021 HOSTED_LIMIT: "more than the hosted service allowed";
}
