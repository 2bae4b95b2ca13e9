//! Texts with placeholders, and what a value becomes where it stands (R7.2).
//!
//! In: `{"ip": "{parameter.ip}"}` and the names there are. Out: pieces that know their [`Place`], so that a value never ends the
//! place it stands in: it adds no parameter, no header and no path step.

use super::secret::{HIDDEN, Secret};
use crate::diagnostic::nearest;
use crate::evaluate::Arguments;
use indexmap::IndexMap;

/// Where a placeholder stands, which says how its value is escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Path, query and forms: percent-encoded but for letters, digits and `-._~`.
    Address,
    /// Header: a parameter's control characters, `%` and what is not ASCII are percent-encoded.
    Header,
    /// Within a JSON string.
    JsonString,
    /// Elsewhere in JSON, where the value becomes a JSON string.
    JsonValue,
}

/// One part of a template.
#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    /// The number of the parameter.
    Parameter(usize, Place),
    Configuration(Secret, Place),
}

/// A text with placeholders.
#[derive(Clone, Debug, Default)]
pub(super) struct Template {
    pieces: Vec<Piece>,
}

/// The names that placeholders may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'n> {
    pub(super) parameters: &'n [String],
    pub(super) configuration: &'n IndexMap<String, Secret>,
}

/// What is wrong with a template, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TemplateFault {
    pub(super) message: String,
    pub(super) help: String,
}

/// What a template says, before it is known where its placeholders stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'t> {
    Text(&'t str),
    Parameter(usize),
    Configuration(&'t str),
}

/// Which braces are placeholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Braces {
    /// All of them: URLs, headers, forms.
    All,
    /// Those that hold nothing but a name with a dot, or the name of a parameter: JSON has braces of its own.
    Named,
}

/// Cuts a template into texts and placeholders.
pub(super) fn parts<'t>(text: &'t str, names: Names<'_>, braces: Braces) -> Result<Vec<Part<'t>>, TemplateFault> {
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(open) = text.get(at..).and_then(|rest| rest.find('{')).map(|open| at + open) {
        let inside = text.get(open + 1..).unwrap_or_default();
        let length = inside.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | ' ')));
        let name = length.and_then(|length| inside.get(..length)).unwrap_or(inside);
        let closed = inside.get(name.len()..).is_some_and(|rest| rest.starts_with('}'));
        let is_placeholder = match braces {
            Braces::All => true,
            Braces::Named => closed && (name.contains('.') || names.parameters.iter().any(|one| one == name)),
        };
        if !is_placeholder {
            at = open + 1;
            continue;
        }
        if !closed {
            let message = "expected `}` behind the name of a placeholder";
            return Err(fault(message, "write `{parameter.NAME}` or `{configuration.NAME}`; a brace itself as `%7B`"));
        }
        let part = resolve(name, names)?;
        let end = open + 1 + name.len() + 1;
        match text.get(from..open) {
            Some("") | None => {}
            Some(before) => parts.push(Part::Text(before)),
        }
        parts.push(part);
        (from, at) = (end, end);
    }
    match text.get(from..) {
        Some("") | None => {}
        Some(rest) => parts.push(Part::Text(rest)),
    }
    Ok(parts)
}

fn resolve<'t>(name: &'t str, names: Names<'_>) -> Result<Part<'t>, TemplateFault> {
    let (space, known) = name.split_once('.').unwrap_or(("", name));
    let unknown = format!("unknown placeholder `{{{name}}}`");
    match space {
        "parameter" => {
            if let Some(number) = names.parameters.iter().position(|one| one == known) {
                return Ok(Part::Parameter(number));
            }
            let near = nearest(known, names.parameters.iter().map(String::as_str));
            Err(fault(unknown, &suggestion("parameter", near, names.parameters.iter().map(String::as_str))))
        }
        "configuration" => {
            if names.configuration.contains_key(known) {
                return Ok(Part::Configuration(known));
            }
            let near = nearest(known, names.configuration.keys().map(String::as_str));
            Err(fault(unknown, &suggestion("configuration", near, names.configuration.keys().map(String::as_str))))
        }
        _ if names.parameters.iter().any(|one| one == known) => {
            Err(fault(unknown, &format!("did you mean `{{parameter.{known}}}`?")))
        }
        _ if names.configuration.contains_key(known) => {
            Err(fault(unknown, &format!("did you mean `{{configuration.{known}}}`?")))
        }
        _ => Err(fault(unknown, "placeholders are `{parameter.NAME}` and `{configuration.NAME}`")),
    }
}

fn suggestion<'n>(space: &str, near: Option<&str>, known: impl Iterator<Item = &'n str>) -> String {
    if let Some(near) = near {
        return format!("did you mean `{{{space}.{near}}}`?");
    }
    let known: Vec<String> = known.map(|name| format!("`{{{space}.{name}}}`")).collect();
    match (known.is_empty(), space) {
        (false, _) => format!("known are {}", known.join(", ")),
        (true, "parameter") => "the definition has no parameters: list them under `parameters`".to_string(),
        (true, _) => "the definition has no `[configuration]`".to_string(),
    }
}

fn fault(message: impl Into<String>, help: &str) -> TemplateFault {
    TemplateFault { message: message.into(), help: help.to_string() }
}

impl Template {
    /// A template all of whose placeholders stand in one kind of place.
    pub(super) fn uniform(
        text: &str,
        names: Names<'_>,
        braces: Braces,
        place: Place,
    ) -> Result<Template, TemplateFault> {
        let mut template = Template::default();
        for part in parts(text, names, braces)? {
            template.push(part, place, names);
        }
        Ok(template)
    }

    /// A JSON text: placeholders stand within its strings or as values.
    pub(super) fn json(text: &str, names: Names<'_>) -> Result<Template, TemplateFault> {
        let mut template = Template::default();
        let (mut inside, mut escaped) = (false, false);
        for part in parts(text, names, Braces::Named)? {
            if let Part::Text(text) = part {
                for c in text.chars() {
                    (inside, escaped) = match c {
                        _ if escaped => (inside, false),
                        '\\' => (inside, inside),
                        '"' => (!inside, false),
                        _ => (inside, false),
                    };
                }
            } else if escaped {
                return Err(fault("expected an escape such as `\\n`, found a placeholder behind `\\`", ""));
            }
            template.push(part, if inside { Place::JsonString } else { Place::JsonValue }, names);
        }
        let mut probe = String::new();
        for piece in &template.pieces {
            match piece {
                Piece::Text(text) => probe.push_str(text),
                Piece::Parameter(_, place) | Piece::Configuration(_, place) => escape("x", *place, &mut probe),
            }
        }
        if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&probe) {
            let help =
                "a placeholder stands for a text: `{\"ip\": {parameter.ip}}` or `{\"ip\": \"ip {parameter.ip}\"}`";
            return Err(fault(format!("expected JSON, found none: {error}"), help));
        }
        Ok(template)
    }

    /// Adds a part whose placeholder stands in that place.
    pub(super) fn push(&mut self, part: Part<'_>, place: Place, names: Names<'_>) {
        self.pieces.push(match part {
            Part::Text(text) => Piece::Text(text.to_string()),
            Part::Parameter(number) => Piece::Parameter(number, place),
            Part::Configuration(name) => match names.configuration.get(name) {
                Some(secret) => Piece::Configuration(secret.clone(), place),
                // INVARIANT: the part was found among these names.
                None => Piece::Text(String::new()),
            },
        });
    }

    /// The parameters that have a placeholder.
    pub(super) fn parameters(&self) -> impl Iterator<Item = usize> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Parameter(number, _) => Some(*number),
            _ => None,
        })
    }

    /// Whether it has parts that differ from call to call.
    pub(super) fn varies(&self) -> bool {
        self.parameters().next().is_some()
    }

    /// Writes the text with these arguments.
    pub(super) fn write(&self, arguments: &Arguments, shows: Shows, out: &mut String) {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Parameter(number, place) => {
                    escape(arguments.get(*number).unwrap_or_default(), *place, out);
                }
                Piece::Configuration(_, _) if shows == Shows::NoSecrets => out.push_str(HIDDEN),
                // Whoever writes the definition chooses this text; one that no header can hold is refused at load.
                Piece::Configuration(secret, Place::Header) => out.push_str(secret.expose()),
                Piece::Configuration(secret, place) => escape(secret.expose(), *place, out),
            }
        }
    }
}

/// Whether secrets are written or hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shows {
    Everything,
    NoSecrets,
}

/// Writes a value so that it cannot end its place.
pub(super) fn escape(value: &str, place: Place, out: &mut String) {
    match place {
        Place::Address => {
            percent(value, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'), out);
        }
        Place::Header => percent(value, |byte| matches!(byte, b' '..=b'~') && byte != b'%', out),
        Place::JsonString => {
            let quoted = serde_json::Value::from(value).to_string();
            out.push_str(quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default());
        }
        Place::JsonValue => out.push_str(&serde_json::Value::from(value).to_string()),
    }
}

fn percent(value: &str, stays: impl Fn(u8) -> bool, out: &mut String) {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    for byte in value.bytes() {
        if stays(byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend([byte >> 4, byte & 15].iter().filter_map(|half| DIGITS.get(usize::from(*half))));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that does not get that far has failed")]
mod tests {
    use super::*;

    fn with<T>(run: impl FnOnce(Names<'_>) -> T) -> T {
        let configuration = IndexMap::from([("key".to_string(), Secret::new("s&c\"ret"))]);
        run(Names { parameters: &["ip".to_string(), "note".to_string()], configuration: &configuration })
    }

    fn written(template: &Template, arguments: &[&str], shows: Shows) -> String {
        let mut out = String::new();
        template.write(&arguments.iter().collect(), shows, &mut out);
        out
    }

    #[test]
    fn a_value_cannot_end_the_place_it_stands_in() {
        with(|names| {
            let hostile = ["a&b=c/../d?e#f", "x\r\ny: 1%\" }é"];
            let query = Template::uniform("a={parameter.ip}&b={parameter.note}", names, Braces::All, Place::Address);
            assert_eq!(
                written(&query.unwrap(), &hostile, Shows::Everything),
                "a=a%26b%3Dc%2F..%2Fd%3Fe%23f&b=x%0D%0Ay%3A%201%25%22%20%7D%C3%A9"
            );
            let header = Template::uniform("n {parameter.note}", names, Braces::All, Place::Header).unwrap();
            assert_eq!(written(&header, &hostile, Shows::Everything), "n x%0D%0Ay: 1%25\" }%C3%A9");
            let body = Template::json(r#"{"a": "<{parameter.note}>", "b": {parameter.note}, "c": {}}"#, names).unwrap();
            let text = written(&body, &hostile, Shows::Everything);
            let json: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(json["a"], format!("<{}>", hostile[1]));
            assert_eq!(json["b"], hostile[1]);
            assert_eq!(json.as_object().unwrap().len(), 3);
        });
    }

    #[test]
    fn configuration_is_escaped_where_it_is_sent_and_hidden_where_it_is_shown() {
        with(|names| {
            let query = Template::uniform("key={configuration.key}", names, Braces::All, Place::Address).unwrap();
            assert_eq!(written(&query, &[], Shows::Everything), "key=s%26c%22ret");
            assert_eq!(written(&query, &[], Shows::NoSecrets), "key=***");
            assert!(!format!("{query:?}").contains("s&c"));
        });
    }

    #[test]
    fn an_unknown_placeholder_is_named_with_the_nearest() {
        with(|names| {
            let message = |text: &str, braces| {
                let fault = parts(text, names, braces).unwrap_err();
                format!("{}; {}", fault.message, fault.help)
            };
            assert_eq!(
                message("/{parameter.ipp}", Braces::All),
                "unknown placeholder `{parameter.ipp}`; did you mean `{parameter.ip}`?"
            );
            assert_eq!(message("/{ip}", Braces::All), "unknown placeholder `{ip}`; did you mean `{parameter.ip}`?");
            assert_eq!(message("{ip}", Braces::Named), "unknown placeholder `{ip}`; did you mean `{parameter.ip}`?");
            assert_eq!(
                message("{configuration.zzzz}", Braces::Named),
                "unknown placeholder `{configuration.zzzz}`; known are `{configuration.key}`"
            );
            assert!(message("/{", Braces::All).starts_with("expected `}`"));
            assert!(parts(r#"{"a": {"b": "{c}"}}"#, names, Braces::Named).is_ok());
        });
    }

    #[test]
    fn a_body_that_is_no_json_is_refused() {
        with(|names| {
            for text in
                [r#"{"a": }"#, r#"{"a": "\{parameter.ip}"}"#, r#"{"a": "\u00{parameter.ip}"}"#, "1{parameter.ip}"]
            {
                assert!(Template::json(text, names).is_err(), "{text}");
            }
        });
    }
}
