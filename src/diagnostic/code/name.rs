//! `E02xx`: a name that nothing bears, or that two things bear.

super::codes! {
    /// No function is called so. The help shows the nearest name, if one is near. Many things are *methods*
    /// and follow a value: `@"email".ToUpper()`, not `ToUpper(@"email")`.
    ///
    /// `fql explain NAME` describes a function.
    ///
    /// Specification: L6, L7.
    E0201 UNKNOWN_FUNCTION: "unknown function", Expression
        bad r#"Exist(@"user.email")"# good r#"Exists(@"user.email")"#;

    /// The value's type, or the namespace, has no such member. The message names the type; the help shows
    /// the nearest member.
    ///
    /// After `@name` a dot begins a member of the value. To go on to an inner key of the event, put the
    /// whole path in quotes: `@"user.email"`, not `@user.email`.
    ///
    /// Specification: L1.9, L6.
    E0202 UNKNOWN_MEMBER: "unknown member", Expression
        bad r#"@"email".StartWith("a")"# good r#"@"email".StartsWith("a")"#;

    /// The variable is bound by no `LET` that stands before this place. A condition's variables are seen by
    /// all clauses, a clause's by itself and by the later ones, and none by another rule.
    ///
    /// What another rule has kept with `DO SetVariables(...)` is read by `GetVariable("name")`.
    ///
    /// Specification: L2.5.
    E0203 UNKNOWN_VARIABLE: "unknown variable", Rules
        bad r#"RETURN Review("high amount") WHEN $amount > 100"#
        good r#"LET $amount = @"purchase.amount"
RETURN Review("high amount") WHEN $amount > 100"#;

    /// A bare word that is neither a keyword nor anything else that has a value. What is meant is probably
    /// an attribute of the event (`@"amount"`), a variable (`$amount`) or a text (`"amount"`).
    ///
    /// Specification: L1.9, L1.11.
    E0204 UNKNOWN_NAME: "unknown name", Expression bad r#"amount > 100"# good r#"@"amount" > 100"#;

    /// No external call of this name is defined. A file in the folder `external/` defines one, or the host
    /// registers a function.
    ///
    /// ```toml
    /// # external/ipReputation.toml
    /// parameters = [{ name = "ip", sample = "203.0.113.9" }]
    /// [request]
    /// method = "GET"
    /// url = "https://api.example.com/reputation"
    /// ```
    ///
    /// To try a rule without the service, answer the call with `--stub FILE`.
    ///
    /// Specification: L8.1, R7.1, R9.2.
    E0205 UNKNOWN_EXTERNAL: "unknown external call", Expression
        bad r#"External.ipReputation(@"device.ipAddress").risk == "high""#;

    /// No list of this name is loaded. A list is a file in the folder `lists/`, and its name is the file's
    /// without `.csv`: `lists/Blocked bins.csv` is `"Blocked bins"`. A single rule file that is run without
    /// a folder has no lists.
    ///
    /// A few fixed entries need no list:
    ///
    /// ```fql
    /// In(@"user.country", "US, CA, MX")
    /// ```
    ///
    /// Specification: L7.2, R4.1.
    E0206 UNKNOWN_LIST: "unknown list", Expression bad r#"ContainsKey("Blocked bins", "bin", @"card.bin")"#;

    /// A variable is bound once in its rule, velocity set or function output, and this name is bound
    /// already; case makes no difference. The label shows the first `LET`. A variable never changes, so
    /// give the second value a name of its own.
    ///
    /// Specification: L2.5.
    E0207 DUPLICATE_VARIABLE: "variable bound twice", Rules
        bad r#"LET $limit = @"user.limit"
RETURN Review("above the user's limit") WHEN $limit < 100
LET $limit = @"card.limit"
RETURN Review("above the card's limit") WHEN $limit < 50"#
        good r#"LET $userLimit = @"user.limit"
RETURN Review("above the user's limit") WHEN $userLimit < 100
LET $cardLimit = @"card.limit"
RETURN Review("above the card's limit") WHEN $cardLimit < 50"#;

    /// Two clauses of the rule have the same name; case makes no difference. The name is how decisions,
    /// outputs and reports tell clauses apart, so each needs its own.
    ///
    /// Specification: L2.4.
    E0208 DUPLICATE_CLAUSE: "two clauses of one name", Rules
        bad r#"CLAUSE "amount"
  RETURN Reject("very high amount") WHEN @"amount" > 1000
CLAUSE "amount"
  RETURN Review("high amount") WHEN @"amount" > 100"#
        good r#"CLAUSE "very high amount"
  RETURN Reject("very high amount") WHEN @"amount" > 1000
CLAUSE "high amount"
  RETURN Review("high amount") WHEN @"amount" > 100"#;

    /// Two rules of the assessment have the same name; case makes no difference. A rule without
    /// `RULE "name"` is called like its file, without the leading number: `010-blocked.fql` and
    /// `020-blocked.fql` are both `blocked`.
    ///
    /// Specification: L2.4.
    E0209 DUPLICATE_RULE: "two rules of one name", Rules
        bad r#"RULE "Limits"
RETURN Review("high amount") WHEN @"amount" > 100
RULE "Limits"
RETURN Review("many items") WHEN @"items" > 10"#
        good r#"RULE "Amount limit"
RETURN Review("high amount") WHEN @"amount" > 100
RULE "Item limit"
RETURN Review("many items") WHEN @"items" > 10"#;

    /// The name belongs to the language. `$baseInput` is the argument by which an assessment is given a
    /// whole event, so no `LET` can be called so; a function's parameter can't be called like a keyword, a
    /// literal or a namespace. Choose another name.
    ///
    /// Specification: L1.4, L8.3.
    E0210 RESERVED_NAME: "reserved name", Rules
        bad r#"LET $baseInput = @"user.country"
RETURN Reject("blocked country") WHEN $baseInput == "US""#
        good r#"LET $country = @"user.country"
RETURN Reject("blocked country") WHEN $country == "US""#;

    /// The list exists, but no column of it is called so; the first line of the file names the columns.
    /// Case makes no difference, blanks around a name neither.
    ///
    /// ```fql
    /// ContainsKey("Blocked bins", "bin", @"card.bin")
    /// ```
    ///
    /// needs a `lists/Blocked bins.csv` that begins with a line such as `bin,reason`.
    ///
    /// Specification: L7.2, R4.1.
    E0211 UNKNOWN_COLUMN: "unknown column of a list";

    /// No assessment of this name can be called from here. It has to be one of the same environment, or a
    /// file in `external/` with `kind = "assessment"`.
    ///
    /// Specification: L8.3.
    E0212 UNKNOWN_ASSESSMENT: "unknown assessment", Expression
        bad r#"Assessments.login.Evaluate(userId = @"user.userId").decision == "Reject""#;

    /// No velocity of this name is defined in this environment. A velocity is a `SELECT` in a file of the
    /// folder `velocities/`:
    ///
    /// ```fql
    /// SELECT Sum(@"amount") AS spent
    /// FROM purchase
    /// GROUPBY @"user.userId"
    /// ```
    ///
    /// Specification: L7.9, R5.1.
    E0213 UNKNOWN_VELOCITY: "unknown velocity", Expression bad r#"Velocity.spent(@"user.userId", 7d) > 1000"#;

    /// The function is answered by a *provider*, and none is registered. `Geo`, `BIN`, `Model` and `Device`
    /// need data that does not come with the language: name its source in `fql.toml`, or register a
    /// provider in the host (`fql::EngineBuilder::geoip`, `bins`, `model_risk`, `device`).
    ///
    /// ```toml
    /// [providers]
    /// geoip = "GeoLite2-City.mmdb"               # a MaxMind database in the environment's folder
    /// bin = "bins"                               # lists/bins.csv: bin, cardNetwork, cardType, issuer, ...
    /// market = "markets"                         # lists/markets.csv: country, market
    /// model.risk = { external = "riskModel" }    # an external call
    /// model.bot = { attribute = "botScore" }     # an attribute of the event
    /// device = { attribute = "device" }
    /// ```
    ///
    /// To try a rule without the service, stub the calls `Model.Risk`, `Model.Bot` and `Device` with `--stub FILE`.
    ///
    /// Specification: L7.6, L7.7, L7.8, R1.1.
    E0214 NO_PROVIDER: "no provider for a function", Expression
        bad r#"Geo.CountryCode(@"device.ipAddress") == "US""#;

    /// Two functions of an environment, two parameters or two outputs of a function have the same name; case makes no
    /// difference. A call could mean either of them, so rename one.
    ///
    /// Specification: L1.3, L9.2, R6.1.
    E0215 DUPLICATE_FUNCTION: "two functions, parameters or outputs of one name";

    /// A parameter or an output of a function has one of five types: `Boolean`, `DateTime`, `Double`, `Integer` or
    /// `String`. Its default is a literal of that type; a time is written as a text, such as `"2026-02-03"`.
    ///
    /// Specification: R6.1.
    E0216 UNKNOWN_TYPE: "unknown type of a parameter or output";
}
