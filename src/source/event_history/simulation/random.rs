//! Chance from a seed: the same seed is the same run.

use std::sync::atomic::{AtomicU64, Ordering};

/// Numbers that follow from a seed (SplitMix64).
#[derive(Debug)]
pub(super) struct Random(AtomicU64);

impl Random {
    /// Begins a row of numbers; rows of seeds that follow each other have nothing in common.
    pub(super) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(mix(mix(seed) ^ 0x5851_f42d_4c95_7f2d)))
    }

    /// Returns any number.
    pub(super) fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        mix(self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP))
    }

    /// Returns a number from `from` up to and without `to`.
    pub(super) fn range(&self, from: i64, to: i64) -> i64 {
        from + (self.next() % u64::try_from(to - from).unwrap()) as i64
    }

    /// Tells yes in `percent` of all cases.
    pub(super) fn chance(&self, percent: i64) -> bool {
        self.range(0, 100) < percent
    }

    /// Returns one of several.
    pub(super) fn pick<T: Clone>(&self, of: &[T]) -> T {
        of[self.range(0, of.len() as i64) as usize].clone()
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
