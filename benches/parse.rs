//! From text to tree.
//!
//! ```text
//! cargo bench --bench parse
//! ```

#![allow(clippy::expect_used, clippy::panic, reason = "a benchmark that cannot run has failed")]

mod work;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fql::source::Source;
use fql::{Limits, syntax};
use std::hint::black_box;
use std::sync::Arc;

fn parse(c: &mut Criterion) {
    let mut group = c.benchmark_group("parse");
    group.sample_size(20);
    let texts =
        [("typical", work::TYPICAL.to_string()), ("thousand", work::many(1_000)), ("1_mb", work::long(1_000_000))];
    for (name, text) in texts {
        let source = Arc::new(Source::new(name, text.as_str()));
        let found = syntax::parse_rules(&source, &Limits::default()).diagnostics;
        assert!(found.is_empty(), "{name}: {found:?}");
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |b| b.iter(|| syntax::parse_rules(black_box(&source), &Limits::default())));
    }
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
