//! Latencies, counted so that percentiles can be read at any time.
//!
//! A fixed number of buckets, each 1/16 of a power of two wide, so that counting is one addition without a lock and a
//! percentile is off by at most 1/32 of itself.

use std::sync::atomic::{AtomicU64, Ordering};

/// Buckets of a power of two.
const PARTS: u64 = 16;
/// The exponent of [`PARTS`].
const BITS: u32 = 4;
/// Powers of two: the longest latency is 2^27 µs, a little over two minutes; what takes longer counts as that.
const POWERS: u32 = 27;
const BUCKETS: usize = ((POWERS - BITS + 1) as usize) * PARTS as usize;

/// Counts of latencies in microseconds.
#[derive(Debug)]
pub(super) struct Histogram {
    buckets: Box<[AtomicU64]>,
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram { buckets: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect() }
    }
}

/// The bucket of a latency: below 16 µs one for each, above the power of two and the four bits behind the first.
fn bucket(micros: u64) -> usize {
    if micros < PARTS {
        return micros as usize;
    }
    let power = micros.ilog2();
    let part = (micros >> (power - BITS)) - PARTS;
    ((u64::from(power - BITS + 1) * PARTS + part) as usize).min(BUCKETS - 1)
}

/// The least latency of a bucket.
fn floor(bucket: usize) -> u64 {
    let (row, part) = (bucket as u64 / PARTS, bucket as u64 % PARTS);
    if row == 0 { part } else { (PARTS + part) << (row - 1) }
}

impl Histogram {
    pub(super) fn count(&self, micros: u64) {
        if let Some(bucket) = self.buckets.get(bucket(micros)) {
            // Whoever sees the count sees what was counted before.
            bucket.fetch_add(1, Ordering::Release);
        }
    }

    /// The counts as they are now.
    pub(super) fn counts(&self) -> Counts {
        Counts(self.buckets.iter().map(|bucket| bucket.load(Ordering::Acquire)).collect())
    }
}

/// What a [`Histogram`] held at some time.
pub(super) struct Counts(Vec<u64>);

impl Counts {
    pub(super) fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The latency in microseconds that a share of all does not exceed: the middle of its bucket. 0 without latencies.
    pub(super) fn percentile(&self, share: f64) -> f64 {
        let total = self.total();
        let rank = ((share * total as f64).ceil() as u64).clamp(1, total.max(1));
        let mut seen = 0;
        for (number, count) in self.0.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return (floor(number) + floor(number + 1)) as f64 / 2.0 - if number < 16 { 0.5 } else { 0.0 };
            }
        }
        0.0
    }

    /// How many are below that power of two of microseconds.
    pub(super) fn below_power(&self, power: u32) -> u64 {
        self.0.iter().take(bucket(1 << power)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_what_lies_between_its_floor_and_the_next() {
        for micros in (0..100_000).chain((0..27).flat_map(|power| [(1 << power) - 1, 1 << power, (1 << power) + 1])) {
            let bucket = bucket(micros);
            assert!(floor(bucket) <= micros && micros < floor(bucket + 1), "{micros} in {bucket}");
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn percentiles_are_off_by_a_thirty_second_at_most() {
        let mut seed = 7_u64;
        for _ in 0..200 {
            let histogram = Histogram::default();
            let mut all: Vec<u64> = Vec::new();
            for _ in 0..1 + seed % 300 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let micros = (seed >> 40) >> (seed % 20);
                all.push(micros);
                histogram.count(micros);
            }
            all.sort_unstable();
            let counts = histogram.counts();
            for share in [0.5, 0.9, 0.99] {
                let rank = ((share * all.len() as f64).ceil() as usize).max(1);
                let exact = all.get(rank - 1).map_or(0.0, |micros| *micros as f64);
                let found = counts.percentile(share);
                assert!((found - exact).abs() <= exact / 32.0 + 1e-9, "{share}: {exact}, found {found}");
            }
            for power in 4..27 {
                let exact = all.iter().filter(|micros| **micros < 1 << power).count() as u64;
                assert_eq!(counts.below_power(power), exact);
            }
        }
    }

    #[test]
    fn without_latencies_there_is_no_percentile() {
        assert_eq!(Histogram::default().counts().percentile(0.99), 0.0);
    }
}
