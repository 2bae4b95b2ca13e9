//! `E08xx` and `E09xx`: a file beside the rules, an event, or a demand on the engine.

super::codes! {
    /// A file or folder cannot be read. The message says why: it is not there, may not be opened, or is a
    /// link that leaves the environment's folder.
    ///
    /// Specification: R1.1, R1.3.
    E0801 UNREADABLE_FILE: "unreadable file";

    /// A file beside the rules says something that it cannot say: `fql.toml`, a definition in `external/`,
    /// or another. It may be an unknown key, or a value of a wrong type or out of its range.
    ///
    /// Unknown keys are errors, so that a misspelt limit or permission is not passed over in silence; the
    /// help shows the nearest key.
    ///
    /// Specification: R1.1, R7.1.
    E0802 BAD_SETTING: "bad setting";

    /// The file given by `--stub` cannot be used. It is a JSON object that maps the name of each call to
    /// one answer or to a list of answers:
    ///
    /// ```json
    /// {"ipReputation": {"response": {"risk": "high"}, "latency_ms": 50}}
    /// ```
    ///
    /// An answer may have `args`, `response`, `status`, `httpStatusCode` and `latency_ms`.
    ///
    /// Specification: R9.2.
    E0803 BAD_STUB: "bad stub file";

    /// The file of a list cannot be used. A list is a CSV file in UTF-8 whose first line names the columns,
    /// each once, and whose other lines have a cell for each column. A cell that holds a comma or a line
    /// break stands in double quotes; a quote within it is doubled.
    ///
    /// ```text
    /// bin,reason
    /// 411111,"stolen, see 4711"
    /// ```
    ///
    /// A support list, in `lists/support/`, has the columns `Value` and `Status` and, where they are wanted,
    /// `Reason`, `Expiration` and `Comments`. A status is `Safe`, `Block` or `Watch`; an expiration is a
    /// time such as `2026-12-31`, or nothing for never.
    ///
    /// Specification: R4.1, R4.2.
    E0804 BAD_LIST: "bad list";

    /// The file of a list is larger than the limit, 20 MiB by default. The limit is `list_file_bytes` under
    /// `[limits]` in `fql.toml`. A list is held in memory, so a larger limit is a matter of memory only.
    ///
    /// Specification: R1.1, R4.1.
    E0805 LIST_TOO_LARGE: "list too large";

    /// The JSON Schema of the event cannot be used. It is a JSON object whose `type` names a type, whose
    /// `properties` is an object of schemas, and whose `$ref`s lead to places within the same document,
    /// such as `#/$defs/user`. The message gives the place as a JSON pointer.
    ///
    /// Keywords that say nothing of paths and types are passed over.
    ///
    /// Specification: L9.4.
    E0806 BAD_SCHEMA: "bad schema of the event";

    /// A `.toml` file cannot be read as TOML: `fql.toml`, a definition in `external/`, or a case of a test. Texts
    /// stand in quotes, a key is there once, a table begins with its name in brackets:
    ///
    /// ```toml
    /// id = "shop"
    ///
    /// [limits]
    /// steps = 500000
    /// ```
    ///
    /// Specification: R1.1, R7.1, R12.6.
    E0807 BAD_TOML: "text that is not TOML";

    /// The file that answers `Geo` cannot be used. `geoip` under `[providers]` names a MaxMind database: a `.mmdb` file of the
    /// GeoIP2 or GeoLite2 family (City, Country, Enterprise or ISP). What is downloaded is often an archive that holds it.
    ///
    /// The whole file is looked at when it is loaded, so that a damaged one is found there and not by an event.
    ///
    /// Specification: L7.6, R1.1.
    E0808 BAD_GEO_DATABASE: "bad Geo database";

    /// The folder of an environment is not what it has to be: an assessment that `fql.toml` names has no
    /// folder, a folder with rules is named nowhere, two environments have one id, two calls one name.
    ///
    /// ```text
    /// shop/
    ///   fql.toml                 [assessments.purchase]
    ///   purchase/rules/010-blocked.fql
    ///   environments/eu/fql.toml
    /// ```
    ///
    /// A child names its own assessments, in its own `fql.toml`; it inherits settings, not assessments.
    ///
    /// Specification: R1.1.
    E0809 BAD_ENVIRONMENT: "bad folder of an environment";

    /// The event is not JSON. The message gives line and column of the first place that cannot be read.
    /// Common causes are a comma before `}`, single quotes, a key without quotes, and text behind the end.
    ///
    /// Specification: L3.5.
    E0901 EVENT_NOT_JSON: "event that is not JSON";

    /// The event is JSON, but no object. Attributes are looked up by name, so an event begins with `{`.
    /// Several events are given one on each line, or as an array to `fql decide`.
    ///
    /// Specification: L3.5, R12.1.
    E0902 EVENT_NOT_OBJECT: "event that is no object";

    /// Arrays and objects of the event stand inside each other more than 128 deep. No honest event does;
    /// what is deeper is refused, so that no event can exhaust the stack.
    ///
    /// Specification: L3.5, L5.5.
    E0903 EVENT_TOO_DEEP: "event nested too deep";

    /// The event is larger than the limit, 1 MiB by default. The limit is `event_bytes` under `[limits]` in
    /// `fql.toml`.
    ///
    /// Specification: R1.1, R11.4.
    E0904 EVENT_TOO_LARGE: "event too large";

    /// The event holds bytes that are not UTF-8. Whoever sends it has probably encoded a text in another
    /// way: JSON is UTF-8. The message gives the place of the first such byte.
    ///
    /// Specification: L3.5.
    E0905 EVENT_NOT_UTF8: "event that is not UTF-8";

    /// The engine has no assessment, environment or branch of this name. Assessments are named in
    /// `fql.toml`; a single rule file has one, called like the file. If there is only one, the name may be
    /// left out.
    ///
    /// Specification: R1.2, R2.1.
    E0906 NO_SUCH_ASSESSMENT: "unknown assessment asked of the engine";

    /// The event needs an external call, and the engine was asked for a decision without an asynchronous
    /// runtime to make the call in. Use `decide(...).await` within a tokio runtime. Deciding without one is
    /// for rules that make no call, or whose calls are all answered by stubs.
    ///
    /// Specification: L8.1, R8.4.
    E0907 CALL_WITHOUT_RUNTIME: "external call without a runtime";
}
