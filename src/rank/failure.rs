//! Why a call failed, as far as that tells what there is too little of.

use crate::event::camel_words;

/// Why a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// For want of capacity or quota.
    Capacity,
    /// For anything else.
    Other,
}

impl Failure {
    /// Reads it from the code's words: a bound that was reached, or too little of what is handed out.
    ///
    /// Shape: bounds on how fast, how long or how large a call may be, and on rights, are no want of capacity.
    pub(super) fn of(code: Option<&str>) -> Self {
        const OF_THE_CALL: &[&str] = &[
            "rate",
            "request",
            "throughput",
            "throttling",
            "throttled",
            "policy",
            "document",
            "privilege",
            "permission",
            "right",
            "access",
            "length",
            "size",
            "character",
            "message",
            "payload",
            "depth",
            "complexity",
            "attempt",
            "timeout",
            "token",
        ];
        const BOUNDS: &[&str] = &["limit", "quota", "maximum", "max", "count"];
        const REACHED: &[&str] = &["exceeded", "exceed", "exceeds", "reached", "exhausted", "hit"];
        const TOO_LITTLE: &[&str] = &["insufficient", "exhausted", "unavailable", "enough", "out", "lack", "shortage"];
        const HANDED_OUT: &[&str] =
            &["capacity", "instance", "host", "address", "ip", "storage", "space", "memory", "cpu", "vcpu", "resource", "volume", "disk"];
        let words: Vec<String> = camel_words(code.unwrap_or_default()).map(str::to_lowercase).collect();
        let any = |known: &[&str]| words.iter().any(|word| known.iter().any(|known| word == known || is_plural(word, known)));
        let short = any(BOUNDS) && any(REACHED) || any(TOO_LITTLE) && any(HANDED_OUT);
        if short && !any(OF_THE_CALL) { Self::Capacity } else { Self::Other }
    }
}

/// Tells whether `word` is `one` with the ending of many.
fn is_plural(word: &str, one: &str) -> bool {
    word.strip_prefix(one).is_some_and(|rest| matches!(rest, "s" | "es"))
}
