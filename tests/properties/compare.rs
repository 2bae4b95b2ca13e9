//! The engine against the reference.

use super::case::{self, CALLS, Case, Table};
use super::list::LISTS;
use super::reference::{self, Evaluated, Refusal, World};
use super::tape::{Tape, shrink};
use fql::check::{Assessment, Checked, Definitions, Environment, ExternalDefinition, File, Stage, Tree};
use fql::evaluate::{Mode, Prefetch};
use fql::external::{External, Stubs};
use fql::list::{Kind, List};
use fql::source::Source;
use fql::{DateTime, Engine, EvaluationError, Request, syntax};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// The calls that functions of the host received.
type Received = Arc<Mutex<Vec<(String, Vec<String>)>>>;

const PREFETCHES: [Prefetch; 3] = [Prefetch::None, Prefetch::Certain, Prefetch::Speculative];

/// The calls that were made and not read, so that a test can tell that there were some.
static SPECULATED: AtomicUsize = AtomicUsize::new(0);

/// How many events a test compares.
fn events(default: usize) -> usize {
    std::env::var("FQL_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(default)
}

fn first_seed() -> u64 {
    std::env::var("FQL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

fn clock() -> DateTime {
    DateTime::parse("2024-03-01T12:30:00.5Z").unwrap()
}

fn request<'e>(event: &'e str) -> Request<'e> {
    Request::new(event).at(clock()).seed(42).correlation_id("c-1")
}

fn world<'a>(case: &'a Case, event: &'a str) -> World<'a> {
    let Case { table, limits, on_error, .. } = case;
    let (now, seed, correlation_id) = (clock(), 42, "c-1");
    World { event: event.as_bytes(), answers: table, limits, on_error: *on_error, now, seed, correlation_id }
}

/// The only environment, for an expression.
fn tree(case: &Case) -> Tree {
    let functions = case.stages.iter().flat_map(|stage| &stage.functions).map(|text| {
        let source = Arc::new(Source::new("e0/functions.fql", text.as_str()));
        let parsed = syntax::parse_rules(&source, &fql::Limits::default());
        let damaged = parsed.diagnostics.iter().any(fql::Diagnostic::is_error);
        File { damaged, source, tree: parsed.tree, default_name: String::new() }
    });
    let functions = functions.collect();
    Tree::new(vec![Environment { definitions: definitions(&case.table), functions, ..Environment::default() }])
}

fn definitions(table: &Table) -> Definitions {
    let mut definitions = Definitions::default();
    for (name, parameters, _) in CALLS {
        let any = name == "delta" && !table.hosts;
        let definition =
            ExternalDefinition { name: name.into(), parameters: (!any).then_some(parameters), environment: None };
        definitions.externals.insert(name.to_string(), definition);
    }
    for (name, kind, csv) in LISTS {
        let list = List::read(name, "list.csv", csv.as_bytes(), kind, &fql::Limits::default()).unwrap();
        definitions.lists.insert(name.to_ascii_lowercase(), Some(Arc::new(list)));
    }
    definitions
}

/// A function of the host: answers from the table, after a number of turns that depends on its arguments, and for some of
/// them on another thread, which is done sooner or later than anything else.
async fn host(
    table: Arc<Table>,
    received: Received,
    name: &str,
    arguments: Vec<String>,
) -> Result<serde_json::Value, String> {
    received.lock().unwrap().push((name.to_string(), arguments.clone()));
    let turns = name.len() + arguments.iter().flat_map(|text| text.bytes()).map(usize::from).sum::<usize>();
    if turns % 11 == 7 {
        tokio::task::spawn_blocking(std::thread::yield_now).await.unwrap();
    }
    for _ in 0..turns % 4 {
        tokio::task::yield_now().await;
    }
    match table.row(name, &arguments) {
        None => Err("no answer".to_string()),
        Some(row) if row.failure.is_some() => Err("refused".to_string()),
        Some(row) => Ok(serde_json::from_str(row.response).unwrap()),
    }
}

/// The id of an environment; lone texts have none.
fn id(case: &Case, number: usize) -> Option<String> {
    (case.stages.len() > 1).then(|| format!("e{number}"))
}

fn engine(case: &Case, prefetch: Prefetch, received: &Received) -> Result<Engine, String> {
    let mut builder = Engine::builder().limits(case.limits.clone()).on_error(case.on_error).prefetch(prefetch);
    for (number, stage) in case.stages.iter().enumerate() {
        if let Some(id) = id(case, number) {
            let parent = number.checked_sub(1).map(|parent| format!("e{parent}"));
            builder = builder.in_environment(&id, parent.as_deref());
        }
        builder = builder.mode(stage.mode);
        for (name, kind, csv) in LISTS {
            builder = if kind == Kind::Support { builder.support_list(name, csv) } else { builder.list(name, csv) };
        }
        for (name, text) in stage.files() {
            let (file, text) = (format!("e{number}/{name}"), text.as_bytes());
            builder = match &name[..2] {
                "fu" => builder.functions(file, text),
                "ru" => builder.named_rules("test", file, text),
                "ac" => builder.actions("test", file, text),
                _ => builder.routing("test", file, text),
            };
        }
    }
    let default = |text| serde_json::from_str(text).unwrap();
    if case.table.hosts {
        let table = Arc::new(case.table.clone());
        let with = move || (table.clone(), received.clone());
        for (name, parameters, response) in CALLS {
            let (table, received) = with();
            let external = match parameters {
                0 => External::new(name, move || host(table.clone(), received.clone(), name, vec![])),
                1 => External::new(name, move |a: String| host(table.clone(), received.clone(), name, vec![a])),
                _ => External::new(name, move |a: String, b: String| {
                    host(table.clone(), received.clone(), name, vec![a, b])
                }),
            };
            builder = builder.define(external.default_response(&default(response)).safe(true));
        }
    } else {
        for (name, parameters, response) in CALLS.into_iter().take(3) {
            let never = || async { unreachable!("it is stubbed") };
            let external = match parameters {
                0 => External::new(name, move || -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
                    Box::pin(never())
                }),
                1 => External::new(name, move |_: String| async { unreachable!("it is stubbed") as () }),
                _ => External::new(name, move |_: String, _: String| async { unreachable!("it is stubbed") as () }),
            };
            builder = builder.define(external.default_response(&default(response)));
        }
        builder = builder.stubs(Stubs::parse(&case.table.stubs()).unwrap());
    }
    builder.build().map_err(|error| error.to_string())
}

fn refusal(error: &EvaluationError) -> Refusal {
    // What is wrong with an event is worded by the engine alone.
    let message = if error.code.number().starts_with("E09") { String::new() } else { error.message.clone() };
    Refusal { code: error.code.number().to_string(), message, position: error.position }
}

/// Sets what a clock measured to zero.
fn without_times(mut text: String) -> String {
    for key in ["\"latencyMs\":", "\"Latency\":"] {
        let mut from = 0;
        while let Some(at) = text[from..].find(key).map(|at| from + at + key.len()) {
            let end = text[at..].find([',', '}']).map_or(text.len(), |end| at + end);
            text.replace_range(at..end, "0.0");
            from = at;
        }
    }
    text
}

thread_local! {
    /// Its clock stands still as long as there is work to do, so that no load of the machine makes a call late. It would go on
    /// where everything waits for what never comes: then a timeout tells that.
    static RUNTIME: tokio::runtime::Runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
}

/// Whether the case was one: its texts have no errors, and how many events were compared. `Err` tells a difference.
pub fn compare_rules(case: &Case) -> Result<Option<usize>, String> {
    let limits = fql::Limits::default();
    let mut good = true;
    let mut parse = |number: usize, kind: &str, texts: &[String]| -> Vec<File> {
        let files = texts.iter().enumerate().map(|(at, text)| {
            let source = Arc::new(Source::new(format!("e{number}/{kind}{at}.fql"), text.as_str()));
            let parsed = syntax::parse_rules(&source, &limits);
            let damaged = parsed.diagnostics.iter().any(fql::Diagnostic::is_error);
            good &= !damaged;
            File { damaged, source, tree: parsed.tree, default_name: "test".to_string() }
        });
        files.collect()
    };
    let mut environments = Vec::new();
    let mut parsed = Vec::new();
    for (number, stage) in case.stages.iter().enumerate() {
        environments.push(Environment {
            id: id(case, number).map(Arc::from),
            parent: number.checked_sub(1),
            definitions: definitions(&case.table),
            functions: parse(number, "functions", &stage.functions),
            ..Environment::default()
        });
        let rules = parse(number, "rules", &stage.rules);
        let actions = parse(number, "actions", &stage.actions);
        let routing = parse(number, "routing", &stage.routing);
        parsed.push((stage.mode == Mode::FirstMatch, rules, actions, routing));
    }
    let stages = parsed.iter().zip(0..).map(|((first_match, rules, actions, routing), environment)| Stage {
        environment,
        first_match: *first_match,
        rules: rules.into(),
        actions: actions.into(),
        routing: routing.into(),
    });
    let assessment = Assessment { name: "test", stages: stages.collect(), schema: None };
    let tree = Tree::new(environments);
    good &= !tree.diagnostics().iter().any(fql::Diagnostic::is_error);
    let Checked { meant: assessment, diagnostics, .. } = tree.assessment(assessment);
    good &= !diagnostics.iter().any(fql::Diagnostic::is_error);
    let received = Received::default();
    let engines = PREFETCHES.map(|prefetch| (prefetch, engine(case, prefetch, &received)));
    for (prefetch, engine) in &engines {
        if engine.is_ok() != good {
            return Err(format!("{prefetch:?}: the checker says {good}, the engine {:?}", engine.as_ref().err()));
        }
    }
    if !good {
        return Ok(None);
    }
    for (prefetch, engine) in engines {
        let engine = engine.unwrap();
        let environment = id(case, case.stages.len() - 1);
        let environment = environment.as_deref();
        let request = |event| {
            let request = request(event);
            if let Some(id) = environment { request.environment(id) } else { request }
        };
        let mut session = engine.session_in(None, environment).unwrap();
        for event in &case.events {
            let (expected, mut read, taken) = reference::decide(&assessment, world(case, event));
            let expected = expected.map(without_times);
            read.sort();
            let decided = |way: &str, decision: Result<fql::Decision, EvaluationError>| {
                let mut made = std::mem::take(&mut *received.lock().unwrap());
                let found = decision.map(|decision| without_times(decision.to_json())).map_err(|error| refusal(&error));
                if found != expected {
                    return Err(told(way, prefetch, event, &expected, &found));
                }
                made.sort();
                if prefetch == Prefetch::Speculative {
                    // All that are read, each once, and perhaps others.
                    let all = made.len();
                    made.retain(|call| read.contains(call));
                    SPECULATED.fetch_add(all - made.len(), Ordering::Relaxed);
                }
                if case.table.hosts && made != read {
                    return Err(told(&format!("{way}: calls made"), prefetch, event, &read, &made));
                }
                Ok(())
            };
            if case.table.hosts {
                decided("decide", RUNTIME.with(|runtime| runtime.block_on(engine.decide(request(event)))))?;
                continue;
            }
            decided("decide_blocking", engine.decide_blocking(request(event)))?;
            let recorded = engine.decide_blocking(request(event).record_taken(true));
            if let Ok(recorded) = &recorded {
                let found = recorded.taken().map(|one| (one.rule.to_string(), one.clause.to_string(), one.statement));
                let found: Vec<_> = found.collect();
                if found != taken {
                    return Err(told("taken", prefetch, event, &taken, &found));
                }
            }
            decided("recorded", recorded)?;
            decided("session", session.decide(request(event)))?;
            if prefetch == Prefetch::Certain {
                decided("decide", RUNTIME.with(|runtime| runtime.block_on(engine.decide(request(event)))))?;
                match engine.prepare(request(event)) {
                    Ok(prepared) => {
                        let request = || {
                            let request = Request::new(&prepared).at(clock()).seed(42).correlation_id("c-1");
                            if let Some(id) = environment { request.environment(id) } else { request }
                        };
                        decided("prepared", engine.decide_blocking(request()))?;
                        decided("prepared session", session.decide(request()))?;
                    }
                    Err(error) => decided("prepare", Err(error))?,
                }
            }
        }
    }
    Ok(Some(case.events.len()))
}

fn compare_expression(case: &Case) -> Result<Option<usize>, String> {
    let text = case.expression.as_str();
    let source = Arc::new(Source::new("expression", text));
    let parsed = syntax::parse_expression(&source, &fql::Limits::default());
    let errors = parsed.diagnostics.iter().any(fql::Diagnostic::is_error);
    let tree = tree(case);
    let damaged = tree.environments().iter().flat_map(|one| &one.functions).any(|file| file.damaged);
    if damaged || tree.diagnostics().iter().any(fql::Diagnostic::is_error) {
        return Ok(None);
    }
    let (checked, diagnostics) = match &parsed.tree {
        Some(parsed) if !errors => tree.expression(0, &source, parsed),
        _ => (None, Vec::new()),
    };
    let program = checked.filter(|_| !diagnostics.iter().any(fql::Diagnostic::is_error));
    let received = Received::default();
    for prefetch in PREFETCHES {
        let engine = engine(case, prefetch, &received)?;
        let expression = engine.expression(text);
        if expression.is_ok() != program.is_some() {
            return Err(format!("the checker says {}, the engine {:?}", program.is_some(), expression.err()));
        }
        let (Some(program), Ok(expression)) = (&program, expression) else { return Ok(None) };
        for event in &case.events {
            let expected = reference::evaluate(program, world(case, event));
            let found = match expression.eval_blocking(request(event)) {
                Ok((value, notes)) => {
                    let told = |note: fql::decision::NoteEntry| (note.path, note.wanted.to_string(), note.found);
                    Ok(Evaluated { value: value.to_json(), notes: notes.into_iter().map(told).collect() })
                }
                Err(error) => Err(refusal(&error)),
            };
            if found != expected {
                return Err(told("eval", prefetch, event, &expected, &found));
            }
        }
    }
    Ok(Some(case.events.len()))
}

fn told(
    way: &str,
    prefetch: Prefetch,
    event: &str,
    expected: &impl std::fmt::Debug,
    found: &impl std::fmt::Debug,
) -> String {
    let (expected, found) = (format!("{expected:?}").replace("\\\"", "\""), format!("{found:?}").replace("\\\"", "\""));
    format!("{way}, prefetch {prefetch:?}\nevent: {event}\nexpected: {expected}\nfound:    {found}")
}

/// What a comparison says of a case; a panic is a difference too.
fn guarded(compare: fn(&Case) -> Result<Option<usize>, String>, case: &Case) -> Result<Option<usize>, String> {
    catch_unwind(AssertUnwindSafe(|| compare(case))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_string()));
        Err(format!("panicked: {}", text.unwrap_or_default()))
    })
}

/// Compares until so many events were, on all processors; the first differences are made smaller and told.
fn run(
    name: &str,
    wanted: usize,
    generate: fn(&mut Tape) -> Case,
    compare: fn(&Case) -> Result<Option<usize>, String>,
) {
    let (seeds, compared, programs, refused) =
        (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let differences: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let work = || {
        while compared.load(Ordering::Relaxed) < wanted && differences.lock().unwrap().is_empty() {
            let seed = first_seed().wrapping_mul(1_000_003).wrapping_add(seeds.fetch_add(1, Ordering::Relaxed) as u64);
            let seed = std::env::var("FQL_REPLAY").ok().and_then(|seed| seed.parse().ok()).unwrap_or(seed);
            let mut tape = Tape::seeded(seed);
            let case = generate(&mut tape);
            match guarded(compare, &case) {
                Ok(Some(events)) => {
                    compared.fetch_add(events, Ordering::Relaxed);
                    programs.fetch_add(1, Ordering::Relaxed);
                }
                Ok(None) => {
                    refused.fetch_add(1, Ordering::Relaxed);
                    if std::env::var_os("FQL_SHOW_REFUSED").is_some() {
                        show_refused(&case);
                    }
                }
                Err(first) => {
                    let fails = |choices| guarded(compare, &generate(&mut Tape::recorded(choices))).is_err();
                    let mut tape = Tape::recorded(shrink(tape.into_choices(), 3000, fails));
                    let case = generate(&mut tape);
                    // What depends on more than the seed has to be told as it was found.
                    let difference = guarded(compare, &case).err();
                    let difference = difference.unwrap_or_else(|| format!("it does not come again; it was: {first}"));
                    let texts = case.shown();
                    let Case { limits, on_error, table, .. } = &case;
                    let settings = format!(
                        "on_error {on_error:?}, string_bytes {}, calls_per_event {}, event_bytes {}",
                        limits.string_bytes, limits.calls_per_event, limits.event_bytes
                    );
                    let told = format!(
                        "seed {seed}\n{texts}\n--- answers (hosts: {})\n{}\n--- {settings}\n{difference}\n",
                        table.hosts,
                        table.stubs()
                    );
                    differences.lock().unwrap().push(told);
                }
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            // The reference recurses.
            std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, work).unwrap();
        }
    });
    let [compared, programs, refused] = [compared, programs, refused].map(AtomicUsize::into_inner);
    let differences = differences.into_inner().unwrap();
    assert!(differences.is_empty(), "{name}: after {compared} events\n{}", differences.join("\n==========\n"));
    eprintln!("{name}: {compared} events, {programs} programs, {refused} refused by the checker");
    assert!(refused * 4 < programs + 100, "{name}: {refused} programs of {} do not check", programs + refused);
}

fn show_refused(case: &Case) {
    let received = Received::default();
    if let Err(error) = engine(case, Prefetch::None, &received) {
        eprintln!("{error}");
    }
}

#[test]
fn the_engine_decides_as_the_reference() {
    run("rules", events(100_000), |tape| case::rules(tape, false), compare_rules);
}

#[test]
fn exactly_the_calls_that_running_in_order_reads_are_made() {
    run("calls", events(30_000), |tape| case::rules(tape, true), compare_rules);
    assert!(SPECULATED.load(Ordering::Relaxed) > 100, "no call was made that was merely possible");
}

#[test]
fn expressions_have_the_value_of_the_reference() {
    run("expressions", events(50_000), case::expression, compare_expression);
}
