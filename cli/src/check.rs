//! `fql check`: all mistakes of a file, or of every `.fql` file below a folder (R12.1, L9).
//!
//! A file is checked as decision rules, on its own. Of files in a folder called `actions`, `routing`, `velocities` or
//! `functions` only the syntax is checked. A folder with an `fql.toml` is an environment, and is checked as a whole (R1.3).

use crate::arguments::{Check, Format};
use crate::read::{self, Bound};
use crate::setting::{Settings, assessment_name, stubs};
use crate::streams::{Stop, Streams};
use fql::diagnostic::Code;
use fql::environment::Folder;
use fql::schema::Schema;
use fql::source::Source;
use fql::{Diagnostic, Limits, syntax};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest schema, in bytes.
const SCHEMA_BYTES: usize = 16 << 20;

/// Checks and prints; true if there is no error.
pub(crate) fn run(arguments: &Check, streams: &mut Streams) -> Result<bool, Stop> {
    let stubs = match &arguments.stub {
        Some(path) => stubs(path).map_err(|diagnostic| streams.refuse(&[*diagnostic]))?,
        None => Default::default(),
    };
    let settings = Settings { stubs, ..Settings::default() };
    let schema = match &arguments.schema {
        Some(path) => Some(schema(path).map_err(|diagnostic| streams.refuse(&[*diagnostic]))?),
        None => None,
    };
    if arguments.path.is_dir() && Folder::is_one(&arguments.path) {
        if arguments.schema.is_some() {
            let why = "an environment has an `event.schema.json` in the folder of each assessment: `--schema` is for lone files";
            return Err(Stop::Usage(why.to_string()));
        }
        let diagnostics = settings.builder().environment(&arguments.path).check().1;
        return tell(&diagnostics, None, arguments.format, streams);
    }
    let mut found = Found::default();
    if arguments.path.is_dir() {
        found.folder(&arguments.path);
    } else {
        let parent = arguments.path.parent().and_then(Path::file_name);
        found.files.push((arguments.path.clone(), parent.is_some_and(|name| !is_rules(name).unwrap_or(true))));
    }
    found.files.sort();
    let count = found.files.len();
    let mut diagnostics = found.unreadable;
    for (path, syntax_only) in &found.files {
        match read::file(path, read::source()) {
            Ok(bytes) if *syntax_only => diagnostics.extend(parse(path, bytes)),
            Ok(bytes) => {
                let name = assessment_name(path);
                let builder = settings.builder().named_rules(&*name, read::shown(path), &bytes);
                let builder = match &schema {
                    Some((shown, text)) => builder.named_schema(name, shown, text),
                    None => builder,
                };
                diagnostics.extend(builder.check().1);
            }
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    tell(&diagnostics, Some(count), arguments.format, streams)
}

/// Writes what was found in so many files; true if there is no error.
fn tell(diagnostics: &[Diagnostic], files: Option<usize>, format: Format, streams: &mut Streams) -> Result<bool, Stop> {
    match format {
        Format::Json => {
            for diagnostic in diagnostics {
                streams.line(&diagnostic.to_json())?;
            }
        }
        Format::Text => {
            streams.diagnostics(diagnostics);
            if files != Some(0) {
                streams.tell(&summary(files, diagnostics));
            }
        }
    }
    Ok(!diagnostics.iter().any(Diagnostic::is_error))
}

/// Reads a schema, which has to be one: the name to show and the text.
fn schema(path: &Path) -> Result<(String, String), Box<Diagnostic>> {
    let shown = read::shown(path);
    let bytes = read::file(path, Bound { bytes: SCHEMA_BYTES, code: Code::BAD_SCHEMA, what: "a schema" })?;
    let text = read::text(&shown, bytes)?;
    Schema::parse(&shown, &text)?;
    Ok((shown, text))
}

fn summary(files: Option<usize>, diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|one| one.is_error()).count();
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let warnings = diagnostics.len() - errors;
    let what = files.map_or("environment".to_string(), |files| counted(files, "file"));
    format!("{what}: {}, {}", counted(errors, "error"), counted(warnings, "warning"))
}

/// The syntax alone.
fn parse(path: &Path, bytes: Vec<u8>) -> Vec<Diagnostic> {
    let name = read::shown(path);
    let text = match read::text(&name, bytes) {
        Ok(text) => text,
        Err(diagnostic) => return vec![*diagnostic],
    };
    let limits = Limits::default();
    let depth = syntax::nesting(&text).min(limits.nesting);
    let source = Arc::new(Source::new(name, text));
    // The tree is dropped where there is stack for it.
    let parsed = syntax::with_stack(depth, || syntax::parse_rules(&source, &limits).diagnostics);
    parsed.unwrap_or_else(|error| vec![read::unreadable(path, &format!("the system gives no thread: {error}"))])
}

/// Whether a folder of that name holds decision rules; `None` if its name says nothing.
fn is_rules(folder: &std::ffi::OsStr) -> Option<bool> {
    match folder.to_str()?.to_ascii_lowercase().as_str() {
        "rules" => Some(true),
        "actions" | "routing" | "velocities" | "functions" => Some(false),
        _ => None,
    }
}

/// What stands below a folder.
#[derive(Default)]
struct Found {
    /// Each with whether only its syntax is checked.
    files: Vec<(PathBuf, bool)>,
    unreadable: Vec<Diagnostic>,
}

impl Found {
    fn folder(&mut self, root: &Path) {
        let whole = match root.canonicalize() {
            Ok(whole) => whole,
            Err(error) => return self.unreadable.push(read::unopened(root, &error)),
        };
        let rules = whole.file_name().and_then(is_rules).unwrap_or(true);
        // A list, not a recursion: folders may nest as deep as the file system lets them.
        let mut folders = vec![(root.to_path_buf(), rules)];
        while let Some((folder, rules)) = folders.pop() {
            let entries = fs::read_dir(&folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            match entries {
                Ok(entries) => entries.iter().for_each(|entry| self.entry(entry, rules, &whole, &mut folders)),
                Err(error) => self.unreadable.push(read::unopened(&folder, &error)),
            }
        }
        if self.files.is_empty() && self.unreadable.is_empty() {
            self.unreadable.push(read::unreadable(root, "there is no `.fql` file in this folder"));
        }
    }

    fn entry(&mut self, entry: &fs::DirEntry, rules: bool, root: &Path, folders: &mut Vec<(PathBuf, bool)>) {
        let path = entry.path();
        let is_fql = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("fql"));
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => {
                folders.push((path, is_rules(&entry.file_name()).unwrap_or(rules)));
            }
            // A link within the folder leads to what is found anyway, or makes a circle.
            Ok(kind) if kind.is_symlink() => match path.canonicalize() {
                Ok(target) if target.starts_with(root) && (target.is_dir() || !is_fql) => {}
                Ok(target) if target.starts_with(root) => self.files.push((path, !rules)),
                Ok(_) => self.unreadable.push(read::unreadable(&path, "it is a link that leaves the folder")),
                Err(error) => self.unreadable.push(read::unopened(&path, &error)),
            },
            Ok(_) if is_fql => self.files.push((path, !rules)),
            Ok(_) => {}
            Err(error) => self.unreadable.push(read::unopened(&path, &error)),
        }
    }
}
