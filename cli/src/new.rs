//! `fql new`: a small, complete environment to begin with (R12.1).
//!
//! In: a path, whose last part becomes the environment's id. Out: the files of `cli/template/`, which are part of the command, in a
//! folder that was not there before or was empty. No file is ever overwritten, and if one cannot be written those before it are
//! removed again, so that the same command can be given once more.

use crate::arguments::New;
use crate::read;
use crate::report::visible;
use crate::streams::{Stop, Streams};
use fql::Diagnostic;
use fql::diagnostic::Code;
use fql::environment::file::why;
use fql::environment::unfit;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file of the template: its path in the folder, and its text.
type File = (&'static str, &'static str);

macro_rules! template {
    ($($path:literal)*) => { &[$(($path, include_str!(concat!("../template/", $path)))),*] };
}

/// In the order in which somebody would read them.
const TEMPLATE: &[File] = template! {
    "README.md"
    "fql.toml"
    "purchase/rules/010-embargo.fql"
    "purchase/rules/020-customers.fql"
    "purchase/rules/030-card.fql"
    "purchase/rules/040-reputation.fql"
    "purchase/rules/050-new-customers.fql"
    "purchase/rules/060-trial.fql"
    "purchase/actions/010-answer.fql"
    "purchase/routing/010-queues.fql"
    "purchase/event.schema.json"
    "purchase/sample.json"
    "purchase/cases/rules.toml"
    "purchase/cases/reputation.toml"
    "purchase/cases/service-is-down.toml"
    "functions/customer.fql"
    "lists/bins.csv"
    "lists/embargo.csv"
    "lists/support/customers.csv"
    "external/ipReputation.toml"
    "stubs.json"
    "events.ndjson"
    "environments/eu/fql.toml"
    "environments/eu/purchase/rules/010-authentication.fql"
    "environments/eu/purchase/cases/authentication.toml"
    "environments/eu/lists/authentication.csv"
};

/// What stands for the environment's id in `README.md`.
const NAME: &str = "NAME";

/// Makes the folder, and says what it made and what to try.
pub(crate) fn run(arguments: &New, streams: &mut Streams) -> Result<bool, Stop> {
    let path = &arguments.path;
    let id = id(path)?;
    vacant(path).map_err(|fault| streams.refuse(&[*fault]))?;
    let mut made = Made::default();
    for (file, text) in TEMPLATE {
        let text = if *file == "README.md" { text.replace(NAME, &id) } else { (*text).to_string() };
        let file = path.join(file);
        if let Err(error) = made.file(&file, &text) {
            let message = format!("cannot write `{}`: {}", read::shown(&file), why(&error));
            let fault = read::about(Code::UNREADABLE_FILE, &read::shown(&file), message);
            return Err(streams.refuse(&[fault.help(made.undo())]));
        }
    }
    streams.line(&format!("{}: an environment in {} files", visible(&id), TEMPLATE.len()))?;
    for (file, _) in TEMPLATE {
        streams.line(&format!("  {}", visible(&read::shown(&path.join(file)))))?;
    }
    let word = |file: &str| shell_word(&path.join(file));
    let folder = shell_word(path);
    streams.line("next:")?;
    streams.line(&format!("  fql check {folder}"))?;
    let (event, stub) = (word("purchase/sample.json"), word("stubs.json"));
    streams.line(&format!("  fql decide {folder} --event {event} --stub {stub}"))?;
    streams.line(&format!("  fql test {folder}"))?;
    Ok(true)
}

/// The last part of the path, which has to be fit for an id.
fn id(path: &Path) -> Result<String, Stop> {
    // `.` and `..` have names too.
    let real = if path.file_name().is_none() { path.canonicalize().ok() } else { None };
    let name = real.as_deref().unwrap_or(path).file_name();
    let id = name.and_then(|name| name.to_str()).unwrap_or_default();
    match unfit(id) {
        None => Ok(id.to_string()),
        Some(why) => Err(Stop::Usage(format!(
            "expected a path that ends with a name in UTF-8, {why}, found `{}`",
            visible(&read::shown(path))
        ))),
    }
}

/// That nothing is there yet, or an empty folder. What begins with a dot, such as `.git`, is no part of an environment.
fn vacant(path: &Path) -> Result<(), Box<Diagnostic>> {
    let shown = read::shown(path);
    let fault =
        |message: String, help: &str| Err(Box::new(read::about(Code::UNREADABLE_FILE, &shown, message).help(help)));
    const NOTHING: &str = "nothing was written; give another name";
    if let Err(error) = fs::symlink_metadata(path) {
        return match error.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => fault(format!("cannot make `{shown}`: {}", why(&error)), NOTHING),
        };
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = match entries {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return fault(format!("cannot make `{shown}`: there is a file of that name"), NOTHING);
        }
        Err(error) => return fault(format!("cannot make `{shown}`: {}", why(&error)), NOTHING),
    };
    let names = entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    let Some(first) = names.first() else { return Ok(()) };
    let others = match names.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let message = format!("expected no folder `{shown}` or an empty one, found `{}`{others} in it", visible(first));
    let help = match names.iter().any(|name| name == fql::environment::FILE) {
        true => format!(
            "nothing was written; it is an environment already: look at it with `fql check {shown}`, or give another name"
        ),
        false => format!(
            "nothing was written; give another name, or one within it such as `{}`",
            read::shown(&path.join("shop"))
        ),
    };
    fault(message, &help)
}

/// What was made so far, in that order.
#[derive(Debug, Default)]
struct Made {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Made {
    /// Writes a file that is not there yet, and makes the folders above it.
    fn file(&mut self, path: &Path, text: &str) -> io::Result<()> {
        let above = path.ancestors().skip(1).take_while(|folder| !folder.as_os_str().is_empty() && !folder.is_dir());
        let above: Vec<PathBuf> = above.map(Path::to_path_buf).collect();
        for folder in above.into_iter().rev() {
            fs::create_dir(&folder)?;
            self.folders.push(folder);
        }
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        self.files.push(path.to_path_buf());
        file.write_all(text.as_bytes())
    }

    /// Removes it, and says what could not be removed. What somebody else has put into the folders stays.
    fn undo(self) -> String {
        let files = self.files.into_iter().filter(|file| fs::remove_file(file).is_err()).collect::<Vec<_>>();
        let folders = self.folders.into_iter().rev().filter(|folder| fs::remove_dir(folder).is_err());
        let left: Vec<String> =
            files.into_iter().chain(folders).map(|path| format!("`{}`", read::shown(&path))).collect();
        match left.is_empty() {
            true => "what was written before it is removed again".to_string(),
            false => format!("what was written before it is removed again, except {}", left.join(", ")),
        }
    }
}

/// A path as one word of a command for a shell.
fn shell_word(path: &Path) -> String {
    let shown = read::shown(path);
    let shown = if shown.starts_with('-') { format!("./{shown}") } else { shown };
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '\\' | ':');
    if shown.chars().all(plain) { shown } else { format!("'{}'", shown.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn every_file_of_the_template_is_in_the_command() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("template");
        let (mut found, mut folders) = (Vec::new(), vec![root.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                match entry.file_type().unwrap().is_dir() {
                    true => folders.push(entry.path()),
                    false => found.push(entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_string()),
                }
            }
        }
        let mut known: Vec<&str> = TEMPLATE.iter().map(|(path, _)| *path).collect();
        found.sort();
        known.sort_unstable();
        assert_eq!(found, known);
    }

    #[test]
    fn a_path_is_one_word_of_a_command() {
        let word = |path: &str| shell_word(Path::new(path));
        assert_eq!(word("a/shop_1.x-y"), "a/shop_1.x-y");
        assert_eq!(word("my shop"), "'my shop'");
        assert_eq!(word("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(word("-shop"), "./-shop");
    }
}
