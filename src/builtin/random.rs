//! Random numbers: the same for the same event and place, whatever else runs (L6.2).

use super::fault::bad_argument;
use crate::function::functions;
use crate::value::{Context, Failure};

/// The step of the generator splitmix64 (Steele, Lea and Flood, 2014).
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// The mixing function of splitmix64: every bit of the result hangs on every bit of the state.
fn mix(state: u64) -> u64 {
    let state = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let state = (state ^ state >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ state >> 31
}

/// A whole number from `min` to one less than `max`, chosen by the seed of the event and the place in the text alone.
///
/// A fraction of 128 random bits is scaled to the range, so that no number of it is more likely than another by as much
/// as one in 2^64.
fn random_int(min: i64, max: i64, context: &Context<'_>) -> Result<i64, Failure> {
    if min >= max {
        return Err(bad_argument(format!("expected `min` below `max`, found `{min}` and `{max}`")));
    }
    let state = mix(context.seed.wrapping_add(STEP)) ^ mix(context.place.wrapping_mul(STEP).wrapping_add(1));
    let (high, low) = (mix(state.wrapping_add(STEP)), mix(state.wrapping_add(STEP.wrapping_mul(2))));
    let width = u128::from(max.wrapping_sub(min) as u64);
    // Both products are below 2^128: a factor of 64 bits each, and what is carried over is below 2^64.
    let carried = (u128::from(low) * width) >> 64;
    let chosen = (u128::from(high) * width + carried) >> 64;
    Ok(min.wrapping_add(chosen as i64))
}

functions! {
    /// Random numbers (L6.2).
    pub(super) static RANDOM;

    /// A random whole number, at least `min` and less than `max`
    ///
    /// A place in the text yields one number for an event; two places are independent of each other. Running a recorded
    /// event again yields the same numbers. `min` must be below `max`.
    ///
    /// ```fql
    /// RandomInt(5, 6) => 5
    /// RandomInt(0, 100) < 100 => true
    /// RandomInt(@"low".ToInt32(), 0) => error E0703
    /// ```
    volatile global RandomInt(min: i64, max: i64) -> Result<i64, Failure> |ctx| { random_int(min, max, ctx) }

    /// A random whole number: the same as `RandomInt`
    ///
    /// ```fql
    /// Math.RandomInt(5, 6) => 5
    /// ```
    volatile deprecated("RandomInt") static Math.RandomInt(min: i64, max: i64) -> Result<i64, Failure> |ctx| {
        random_int(min, max, ctx)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::random_int;
    use crate::builtin::harness::context;

    #[test]
    fn numbers_stay_within_bounds_even_the_widest() {
        let mut context = context();
        for place in 0..1000 {
            context.place = place;
            assert!((-3..4).contains(&random_int(-3, 4, &context).unwrap()));
            assert!(random_int(i64::MIN, i64::MAX, &context).unwrap() < i64::MAX);
        }
        assert!(random_int(4, 4, &context).is_err());
        assert!(random_int(i64::MAX, i64::MIN, &context).is_err());
    }

    #[test]
    fn numbers_hang_on_seed_and_place_and_are_spread_evenly() {
        let mut context = context();
        for vary_seed in [true, false] {
            let mut counts = [0_u32; 10];
            for n in 0..20_000 {
                if vary_seed {
                    context.seed = n
                } else {
                    context.place = n
                }
                counts[usize::try_from(random_int(0, 10, &context).unwrap()).unwrap()] += 1;
            }
            // 2,000 are expected in each; 200 is far beyond what chance does.
            assert!(counts.iter().all(|count| count.abs_diff(2_000) < 200), "{counts:?}");
        }
        assert_eq!(random_int(0, 1_000_000, &context), random_int(0, 1_000_000, &context));
    }

    #[test]
    fn equal_seeds_and_places_do_not_cancel_out() {
        let mut context = context();
        let mut seen = std::collections::HashSet::new();
        for n in 0..100 {
            (context.seed, context.place) = (n, n);
            seen.insert(random_int(0, i64::MAX, &context).unwrap());
        }
        assert_eq!(seen.len(), 100);
    }
}
