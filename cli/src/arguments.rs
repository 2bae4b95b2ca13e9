//! What may be written behind `fql` (R12.1).
//!
//! In: the words of the command line. Out: one [`Command`]. The comments here are the help that the command prints.

use crate::setting::Settings;
use crate::streams::{Stop, Streams};
use crate::{read, setting};
use clap::{Args, Parser, Subcommand, ValueEnum};
use fql::DateTime;
use fql::evaluate::Prefetch;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};

/// Runs FQL, the Fraud Query Language: rules that read an event and decide
#[derive(Debug, Parser)]
#[command(name = "fql", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Results go to standard output, diagnostics to standard error. Exit code: 0 done; 1 the input has errors; 2 wrong usage; 3 found differences.";

/// One command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a small, complete environment to begin with
    New(New),
    /// Evaluate an expression
    Eval(Eval),
    /// Decide events by a rule file, one decision for each event
    Decide(Decide),
    /// Find the mistakes in rules, all of them at once
    Check(Check),
    /// Run the cases of an environment, and tell what differs and which clauses none of them takes
    Test(Test),
    /// Put rules into their canonical form
    Fmt(Fmt),
    /// Try expressions and rules interactively
    Repl(Repl),
    /// List the external calls that files define, or make one of them with its sample
    External(External),
    /// Explain a diagnostic's code, or a function
    Explain(Explain),
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// `fql new`
#[derive(Args, Debug)]
pub(crate) struct New {
    /// The folder to make, called like the environment; what is there already is never changed
    #[arg(value_name = "NAME")]
    pub(crate) path: PathBuf,
}

/// `fql eval`
#[derive(Args, Debug)]
pub(crate) struct Eval {
    /// The expression, or - to read it from standard input
    #[arg(value_name = "EXPR", allow_hyphen_values = true)]
    pub(crate) expression: String,
    /// The folder of an environment, whose lists, functions and calls the expression can name
    #[arg(long, value_name = "PATH")]
    pub(crate) env: Option<PathBuf>,
    /// The event that the expression reads, a JSON object: a file, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) event: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) running: Running,
    /// How results are written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// `fql decide`
#[derive(Args, Debug)]
pub(crate) struct Decide {
    /// A file of rules, the folder of an environment, or - for rules from standard input
    pub(crate) path: PathBuf,
    /// Which assessment decides; may be left out when there is one
    #[arg(long, value_name = "NAME")]
    pub(crate) assessment: Option<String>,
    /// In which environment below the folder, such as eu/fr, or by its id; default: the folder itself
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// The events, a file or - for standard input: one JSON object, an array of them, or one on each line (NDJSON)
    #[arg(long, value_name = "FILE", required_unless_present = "watch")]
    pub(crate) event: Option<PathBuf>,
    /// Load the rules again when they change, and decide each event of standard input by the newest that are good; what has
    /// errors is told on standard error
    #[arg(long, conflicts_with = "threads")]
    pub(crate) watch: bool,
    /// Say at the end on standard error how external calls did: requests, latencies, errors, breakers
    #[arg(long)]
    pub(crate) calls: bool,
    /// How many threads decide events that stand one on each line; default: as many as there are cores
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroU16>,
    #[command(flatten)]
    pub(crate) running: Running,
    /// How results are written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

impl Decide {
    /// Where the events come from.
    pub(crate) fn events(&self) -> &Path {
        self.event.as_deref().unwrap_or(Path::new(read::STDIN))
    }
}

/// `fql check`
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// The folder of an environment, which has an fql.toml; a file of rules; or any other folder: every .fql file below it is
    /// checked on its own
    pub(crate) path: PathBuf,
    /// Stubbed answers; the names in it count as defined
    #[arg(long, value_name = "FILE")]
    pub(crate) stub: Option<PathBuf>,
    /// JSON Schema of the events: types the attributes, and finds paths that are not there
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    /// How diagnostics are written: text on standard error, json on standard output, one a line
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// `fql test`
#[derive(Args, Debug)]
pub(crate) struct Test {
    /// The folder of an environment, whose cases are in cases/*.toml of its assessments; or a file of rules
    pub(crate) path: PathBuf,
    /// A file or folder of cases for a file of rules; default: the folder cases beside it
    #[arg(long, value_name = "PATH")]
    pub(crate) cases: Option<PathBuf>,
    /// Run only the cases with this text in their name, file or assessment
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// Answers the calls that a case does not answer; no call is ever made
    #[arg(long, value_name = "FILE")]
    pub(crate) stub: Option<PathBuf>,
    /// Write what comes out into the expectations of the cases that differ; comments and everything else stay
    #[arg(long)]
    pub(crate) update: bool,
    /// What is told of clauses that no case takes; default: short, or none of some cases only
    #[arg(long, value_enum, value_name = "MODE")]
    pub(crate) coverage: Option<CoverageMode>,
    /// Write how often each rule, clause and line was taken to a file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) coverage_json: Option<PathBuf>,
    /// Write the results to a file, as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// How results are written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

impl Test {
    /// Reads the stub file.
    pub(crate) fn settings(&self, streams: &mut Streams) -> Result<Settings, Stop> {
        let stubs = match &self.stub {
            Some(path) => setting::stubs(path).map_err(|diagnostic| streams.refuse(&[*diagnostic]))?,
            None => Default::default(),
        };
        Ok(Settings { stubs, ..Settings::default() })
    }
}

/// `fql fmt`
#[derive(Args, Debug)]
pub(crate) struct Fmt {
    /// A file of rules, a folder: every .fql file below it is formatted, or - to format standard input to standard output
    pub(crate) path: PathBuf,
    /// Change nothing; list the files that would change, and exit with 3 if there are any
    #[arg(long)]
    pub(crate) check: bool,
    /// Mend deprecated names and curly quotes too
    #[arg(long)]
    pub(crate) fix: bool,
}

/// `fql repl`
#[derive(Args, Debug)]
pub(crate) struct Repl {
    /// A file of rules or the folder of an environment to load
    pub(crate) path: Option<PathBuf>,
    /// The event that expressions read
    #[arg(long, value_name = "FILE")]
    pub(crate) event: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) running: Running,
}

/// `fql external`
#[derive(Args, Debug)]
pub(crate) struct External {
    #[command(subcommand)]
    pub(crate) command: ExternalCommand,
}

/// What to do with external calls.
#[derive(Debug, Subcommand)]
pub(crate) enum ExternalCommand {
    /// List the definitions; secrets are never shown
    List {
        /// A folder with definitions in external/, or one definition's .toml file
        path: PathBuf,
        /// How the list is written
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Make a call with the samples of its parameters, and show status, latency and the whole response
    Test {
        /// A folder with definitions in external/, or one definition's .toml file
        path: PathBuf,
        /// The call's name
        name: String,
        /// Write the response into the definition, as its sample_response
        #[arg(long)]
        store: bool,
        /// How the result is written
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

/// `fql explain`
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// A code such as E0301, or a function, type or namespace such as StartsWith, String.Length, Math
    #[arg(value_name = "CODE|NAME")]
    pub(crate) what: String,
}

/// What an evaluation gets besides rules and event.
#[derive(Args, Debug)]
pub(crate) struct Running {
    /// Answers external calls from a file instead of making them
    #[arg(long, value_name = "FILE")]
    pub(crate) stub: Option<PathBuf>,
    /// The clock that rules see, such as 2026-03-14T09:26:53Z; default: this moment
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) at: Option<DateTime>,
    /// Where random numbers come from; default: different for each event
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// When external calls start: strictly one after another, together as far as they are certain to be needed, or also those
    /// that may be needed and change nothing where they go
    /// Default: as the environment says, else certain
    #[arg(long, value_enum, value_name = "MODE")]
    pub(crate) prefetch: Option<PrefetchMode>,
}

impl Running {
    /// Reads the stub file and gathers the rest.
    pub(crate) fn settings(&self, streams: &mut Streams) -> Result<Settings, Stop> {
        let prefetch = self.prefetch.map(|mode| match mode {
            PrefetchMode::None => Prefetch::None,
            PrefetchMode::Certain => Prefetch::Certain,
            PrefetchMode::Speculative => Prefetch::Speculative,
        });
        let stubs = match &self.stub {
            Some(path) => setting::stubs(path).map_err(|diagnostic| streams.refuse(&[*diagnostic]))?,
            None => Default::default(),
        };
        Ok(Settings { stubs, at: self.at, seed: self.seed, prefetch, writes: false })
    }
}

/// How results are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// One stable JSON object a line
    Json,
}

/// How much is told of what no case takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CoverageMode {
    /// Nothing
    None,
    /// How many clauses were taken, and the first ten that were not
    Short,
    /// All clauses that were not, and of those that were the statements; outputs of functions
    Full,
}

/// See [`Prefetch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PrefetchMode {
    /// Strictly one after another
    None,
    /// Together, as far as they are certain to be needed
    Certain,
    /// Also those that are merely possible, if they are marked as safe or stubbed
    Speculative,
}

fn time(text: &str) -> Result<DateTime, String> {
    DateTime::parse(text).ok_or_else(|| "expected a date and time such as 2026-03-14T09:26:53Z".to_string())
}

/// Whether a path stands for standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == read::STDIN
}
