//! Chance from a seed: the same seed gives the same incidents on every machine.

/// A splitmix64 generator.
///
/// Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// Starts from a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Starts from a text.
    pub(crate) fn from_text(text: &str) -> Self {
        let seed = text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
        Self(Self(seed).next())
    }

    /// Starts an independent stream, so that more of one thing does not change another.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.next())
    }

    /// Returns the next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Returns a number in `lo..=hi`; `lo` when the range is empty.
    pub(crate) fn between(&mut self, lo: i64, hi: i64) -> i64 {
        let width = u64::try_from(hi - lo).unwrap_or(0) + 1;
        lo + i64::try_from(self.next() % width).unwrap_or(0)
    }

    /// Returns a number in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Returns a number in `[lo, hi)` whose logarithm is uniform: as many between 20 and 200 as between 200 and 2,000.
    pub(crate) fn log_between(&mut self, lo: f64, hi: f64) -> f64 {
        lo * (hi / lo).powf(self.unit())
    }

    /// Returns true in `percent` of a hundred cases.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    /// Picks a place in a list of this length; none in an empty one.
    pub(crate) fn index(&mut self, length: usize) -> Option<usize> {
        let at = self.next() % u64::try_from(length.max(1)).unwrap_or(1);
        usize::try_from(at).ok().filter(|_| length > 0)
    }

    /// Picks one of a list; none of an empty one.
    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.index(list.len())?)
    }

    /// Picks one of a list of words; an empty word of an empty list.
    pub(crate) fn word(&mut self, list: &[&'static str]) -> &'static str {
        self.pick(list).copied().unwrap_or_default()
    }

    /// Returns `n` hexadecimal digits.
    pub(crate) fn hex(&mut self, n: usize) -> String {
        let mut text = String::with_capacity(n + 16);
        while text.len() < n {
            text.push_str(&format!("{:016x}", self.next()));
        }
        text.truncate(n);
        text
    }

    /// Returns `n` digits and capital letters.
    pub(crate) fn letters(&mut self, n: usize) -> String {
        const SET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        (0..n).filter_map(|_| self.pick(SET).map(|b| char::from(*b))).collect()
    }

    /// Returns a version 4 UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let (a, b, c, d, e) = (self.hex(8), self.hex(4), self.hex(3), self.hex(3), self.hex(12));
        format!("{a}-{b}-4{c}-a{d}-{e}")
    }
}
