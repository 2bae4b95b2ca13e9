//! From text to an engine that is ready to decide: parsed, checked, compiled. And from the folder of an environment.
//!
//! ```text
//! cargo bench --bench compile
//! ```

#![allow(clippy::expect_used, clippy::panic, reason = "a benchmark that cannot run has failed")]

mod work;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

/// An environment of 1,000 rules in 200 files with two lists and functions; then with ten children that add a rule each, and
/// ten that add none.
fn folder(c: &mut Criterion) {
    let mut group = c.benchmark_group("folder");
    group.sample_size(20);
    let shop = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = shop.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(shop.path())).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    write("fql.toml", "[assessments.purchase]\n");
    work::folder().iter().for_each(|(name, text)| write(name, text));
    let load = || fql::Engine::builder().environment(shop.path()).build().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(load().warnings().len(), 0);
    group.bench_function("thousand_rules", |b| b.iter(load));
    for child in 0..10 {
        write(&format!("environments/without{child}/fql.toml"), "");
    }
    group.bench_function("with_10_children_without_rules", |b| b.iter(load));
    for child in 0..10 {
        write(&format!("environments/with{child}/fql.toml"), "[assessments.purchase]\n");
        let rule = format!("RETURN Review(\"{child}\") WHEN @\"totalAmount\" > {child}000\n");
        write(&format!("environments/with{child}/purchase/rules/010-own.fql"), &rule);
    }
    group.bench_function("and_10_with_a_rule", |b| b.iter(load));
    group.finish();
}

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

criterion_group!(benches, compile, folder);
criterion_main!(benches);
