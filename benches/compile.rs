//! From text to an engine that is ready to decide: parsed, checked, compiled.
//!
//! ```text
//! cargo bench --bench compile
//! ```

#![allow(clippy::expect_used, clippy::panic, reason = "a benchmark that cannot run has failed")]

mod work;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

fn compile(c: &mut Criterion) {
    let mut group = c.benchmark_group("compile");
    group.sample_size(20);
    let texts =
        [("typical", work::TYPICAL.to_string()), ("thousand", work::many(1_000)), ("1_mb", work::long(1_000_000))];
    for (name, text) in texts {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |b| b.iter(|| work::engine(black_box(&text))));
    }
    group.finish();
}

criterion_group!(benches, compile);
criterion_main!(benches);
