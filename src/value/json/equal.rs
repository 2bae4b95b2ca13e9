//! Equality of Json (L3.7): by structure, numbers by value, the order of keys ignored.
//!
//! Equality of containers is that of all pairs within them, so pairs wait on a list in any order. Trees share parts, and a
//! tree of shared parts can have many more nodes than it takes bytes: a pair of containers that waits or was compared already
//! is not put on the list again.

use super::{FEW, Json, Object};
use std::collections::{HashMap, HashSet};

/// Containers lighter than this are not worth remembering.
const REMEMBERED: u32 = 1024;

impl Json<'_> {
    /// Whether both are the same value (L3.7). An Int equals a Double only if the Double is exactly that integer; a NaN equals
    /// nothing; keys differ by case.
    pub fn equals(&self, other: &Json<'_>) -> bool {
        let mut pairs = vec![(*self, *other)];
        let mut known = HashSet::new();
        while let Some(pair) = pairs.pop() {
            match pair {
                (Json::Null, Json::Null) => {}
                (Json::Bool(a), Json::Bool(b)) if a == b => {}
                (Json::Int(a), Json::Int(b)) if a == b => {}
                (Json::Double(a), Json::Double(b)) if a == b => {}
                (Json::Int(int), Json::Double(double)) | (Json::Double(double), Json::Int(int))
                    if is_exactly(double, int) => {}
                (Json::String(a), Json::String(b)) if a == b => {}
                (Json::Array(a), Json::Array(b)) if a.items.len() == b.items.len() => {
                    let places = (std::ptr::from_ref(a).addr(), std::ptr::from_ref(b).addr());
                    if a.weight < REMEMBERED || b.weight < REMEMBERED || known.insert(places) {
                        pairs.extend(a.items.iter().copied().zip(b.items.iter().copied()));
                    }
                }
                (Json::Object(a), Json::Object(b)) if a.members.len() == b.members.len() => {
                    let places = (std::ptr::from_ref(a).addr(), std::ptr::from_ref(b).addr());
                    if (a.weight < REMEMBERED || b.weight < REMEMBERED || known.insert(places))
                        && !pair_members(a, b, &mut pairs)
                    {
                        return false;
                    }
                }
                _ => return false,
            }
        }
        true
    }
}

/// Pairs the values of equal keys. False if some key has no partner; keys are unique and as many on both sides.
fn pair_members<'p>(a: &Object<'p>, b: &Object<'p>, pairs: &mut Vec<(Json<'p>, Json<'p>)>) -> bool {
    // Mostly the keys stand in the same order.
    if a.members.iter().zip(b.members).all(|(left, right)| left.0 == right.0) {
        pairs.extend(a.members.iter().zip(b.members).map(|(left, right)| (left.1, right.1)));
        return true;
    }
    if b.members.len() <= FEW {
        return a.members.iter().all(|(key, value)| match b.members.iter().find(|(other, _)| other == key) {
            Some((_, partner)) => {
                pairs.push((*value, *partner));
                true
            }
            None => false,
        });
    }
    let partners: HashMap<&str, Json<'p>> = b.members.iter().copied().collect();
    a.members.iter().all(|(key, value)| match partners.get(key) {
        Some(partner) => {
            pairs.push((*value, *partner));
            true
        }
        None => false,
    })
}

/// Whether a Double is exactly that integer, without rounding either.
fn is_exactly(double: f64, int: i64) -> bool {
    // Both bounds are exact Doubles: -2^63 is an i64, 2^63 is the first beyond.
    double.fract() == 0.0
        && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&double)
        && double as i64 == int
}
