//! What signs mean in a word of a command: references, formats, times, ids, versions and names of devices are no part of a secret.

use regex::{Captures, Regex};
use std::borrow::Cow;
use std::sync::LazyLock;

/// What is taken out of a word, in this order; what stands for it instead divides what is around it.
///
/// Source: POSIX shells (`$(…)`, `$name`), `strftime` and `printf`, RFC 3339, ISO 8601, AWS (ids of 8 or 17 digits), Debian and RPM (versions),
/// the names of block devices in Linux, the switches of Java's virtual machine, the operators of PromQL and awk.
static WRITTEN: LazyLock<Regex> = LazyLock::new(|| {
    compile(concat!(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?",
        r"|%-?[A-Za-z][TZ]?(?-u:\b)",
        r"|[!=]=|[!=]~|(?:^|[^A-Za-z0-9])\$(?:[({]|[A-Za-z_][A-Za-z0-9_]{0,40}(?-u:\b)|[0-9@#?*!_])|[A-Za-z0-9]\$\(",
        r"|(?:^|/)dev/[a-z0-9/]{1,24}(?-u:\b)",
        r"|(?:^|/)(?:[a-z]{1,16}-){1,3}(?:[0-9a-f]{17}|[0-9a-f]{8})(?:/|$)",
        r"|(?:^|[/=:@-])v?[0-9]{1,8}(?:\.[0-9]{1,8}){1,3}(?:[.+~-](?:[0-9]{1,4}|[a-z]{2,8}[0-9]{0,2}|[0-9]{1,3}[a-z]{2,8}[0-9]{0,2})){1,4}(?-u:\b)",
        r"|^P(?:[0-9]{1,4}[YMWD]){0,4}(?:T(?:[0-9]{1,4}[HMS]){1,3})?$",
        r"|^-XX:[+-]?[A-Za-z0-9]{3,60}|^-X[a-z]{2}[0-9]{1,5}[kmgKMG]$",
        r"|^[A-Z]:\\|[\\/][A-Za-z]{1,8}[0-9]\.[a-z]{3}$",
    ))
});

#[expect(clippy::expect_used, reason = "the pattern is a literal that the tests compile")]
fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a literal pattern")
}

/// Returns a word without what is written by rules of its own.
pub(super) fn without(word: &str) -> Cow<'_, str> {
    const SIGNS: &[char] = &['%', '$', '=', '-', 'P', '\\', '/', '.'];
    if !word.contains(SIGNS) { Cow::Borrowed(word) } else { WRITTEN.replace_all(word, |_: &Captures| "/") }
}
