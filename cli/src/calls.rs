//! `decide --calls`: how external calls did over a whole stream of events, at its end.
//!
//! In: what the engine's monitor counted. Out: a table for people.

use crate::report::visible;
use fql::evaluate::CallStatus;
use fql::external::{BreakerState, CallSnapshot, Snapshot};

const HEAD: [&str; 9] = ["call", "requests", "average", "p50", "p90", "p99", "success", "breaker", "errors"];

/// One row for each call, columns aligned: numbers to the right, texts to the left.
pub(crate) fn table(snapshot: &Snapshot) -> String {
    let mut rows = vec![HEAD.map(str::to_string)];
    rows.extend(snapshot.calls.iter().map(row));
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..HEAD.len()).map(width).collect();
    let line = |row: &[String; 9]| {
        let cells = row.iter().zip(&widths).zip(0..).map(|((cell, width), column)| match column {
            1..=6 => format!("{cell:>width$}"),
            _ => format!("{cell:<width$}"),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_string()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn row(call: &CallSnapshot) -> [String; 9] {
    let ms = |value: f64| if call.requests == 0 { "-".to_string() } else { format!("{value:.1} ms") };
    let breaker = match call.breaker {
        None => "-".to_string(),
        Some((BreakerState::Closed, 0)) => "closed".to_string(),
        Some((state, opened)) => format!("{}, opened {opened}x", state.name()),
    };
    [
        visible(&call.name),
        call.requests.to_string(),
        ms(call.average_ms),
        ms(call.p50_ms),
        ms(call.p90_ms),
        ms(call.p99_ms),
        format!("{:.1} %", call.success_rate() * 100.0),
        breaker,
        errors(call),
    ]
}

/// How often what went wrong, and what else there is to count.
fn errors(call: &CallSnapshot) -> String {
    let kinds = call.statuses.iter().filter(|(status, _)| *status != CallStatus::Success);
    let mut parts: Vec<String> = kinds.map(|(status, count)| format!("{} {count}", status.name())).collect();
    if !call.http_errors.is_empty() {
        let codes: Vec<String> = call.http_errors.iter().map(|(code, count)| format!("{code}: {count}")).collect();
        parts.push(format!("({})", codes.join(", ")));
    }
    for (name, count) in [("cancelled", call.cancelled), ("unread", call.unread), ("shared", call.shared)] {
        if count > 0 {
            parts.push(format!("{name} {count}"));
        }
    }
    if parts.is_empty() { "-".to_string() } else { parts.join(" ") }
}
