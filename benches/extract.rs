//! Reading an event: from JSON bytes to the attributes that rules read, against structs of just those attributes.
//!
//! Each row reads all events of a set. `guessing` is what a session does: it knows the order of keys from the events before.
//! `plain` reads every event by itself. `serde` is a struct with the attributes of `benches/work/native.rs`, read by
//! serde_json; `validate` is what looking at every byte costs, without reading anything.
//!
//! ```text
//! cargo bench --bench extract
//! ```

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run has failed"
)]

mod work;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fql::event::{Paths, Raws, extract};
use std::hint::black_box;
use work::native::Event;
use work::shape;

fn read(c: &mut Criterion, name: &str, events: &[String]) {
    let paths = shape::paths();
    let (mut plain, mut guessing) = (Raws::new(), Raws::learning());
    for text in events {
        for _ in 0..2 {
            extract(&paths, text.as_bytes(), &mut plain).expect("the event is JSON");
            extract(&paths, text.as_bytes(), &mut guessing).expect("the event is JSON");
            assert!((0..paths.len()).all(|slot| plain.get(slot) == guessing.get(slot)), "{name}: {text}");
        }
        serde_json::from_str::<Event<'_>>(text).expect("the event fits the struct");
    }
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Bytes(events.iter().map(|text| text.len() as u64).sum()));
    let (all, none) = (&paths, Paths::default());
    let mut bytes = |row: &str, paths: &Paths, mut raws: Raws| {
        group.bench_function(row, |b| {
            b.iter(|| {
                for text in black_box(events) {
                    extract(paths, black_box(text.as_bytes()), &mut raws).expect("JSON");
                    black_box(&raws);
                }
            });
        });
    };
    bytes("guessing", all, Raws::learning());
    bytes("plain", all, Raws::new());
    bytes("validate", &none, Raws::new());
    group.bench_function("serde", |b| {
        b.iter(|| {
            for text in black_box(events) {
                black_box(serde_json::from_slice::<Event<'_>>(black_box(text.as_bytes())).expect("JSON"));
            }
        });
    });
    group.finish();
}

fn extraction(c: &mut Criterion) {
    read(c, "varied", &shape::varied(128));
    read(c, "shuffled", &shape::shuffled(128));
    read(c, "indented", &[shape::indented()]);
    read(c, "large", &[shape::large()]);
    read(c, "small", &[shape::small()]);
}

criterion_group!(benches, extraction);
criterion_main!(benches);
