//! Access key ids: identifiers that stay comparable, without being given away.

use super::pattern;
use regex::{Captures, Regex};
use ring::hmac;
use std::sync::{LazyLock, OnceLock};

/// Prefixes of ids that belong to a key.
///
/// Source: the IAM user guide, "Understanding unique ID prefixes".
const ACCESS_KEY_ID: &str = r"(?-u:\b)(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,28}(?-u:\b)";

/// Bytes of the fingerprint: with the four letters beside it, one in 10^13 ids has the same.
const FINGERPRINT_BYTES: usize = 3;

static KEY_ID: LazyLock<Regex> = LazyLock::new(|| compile(ACCESS_KEY_ID));
static KEY: OnceLock<hmac::Key> = OnceLock::new();

#[expect(clippy::expect_used, reason = "the patterns are literals that the tests compile")]
fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a literal pattern")
}

/// Makes fingerprints stable beyond this process, by a key that the operator keeps; false when some were made already.
pub fn set_fingerprint_key(secret: &[u8]) -> bool {
    KEY.set(hmac::Key::new(hmac::HMAC_SHA256, secret)).is_ok()
}

fn key() -> &'static hmac::Key {
    KEY.get_or_init(|| {
        let mut secret = [0; 32];
        // Tests compare what is shown. Without chance, a fingerprint would only be less of a secret.
        if !cfg!(test) && getrandom::fill(&mut secret).is_err() {
            tracing::warn!("No random bytes for the fingerprints of access key ids.");
        }
        hmac::Key::new(hmac::HMAC_SHA256, &secret)
    })
}

/// Returns what is shown of an access key id: `AKIA…7Q4X#0a1b2c`.
///
/// Shape: the same id gives the same text for as long as the process runs; what is shown is not shortened again.
pub(super) fn shown(id: &str) -> String {
    let tag = hmac::sign(key(), id.as_bytes());
    let fingerprint: String = tag.as_ref().iter().take(FINGERPRINT_BYTES).map(|byte| format!("{byte:02x}")).collect();
    format!("{}#{fingerprint}", pattern::shorten(id, 4, 4))
}

/// Tells whether `asked` is an access key id as it is shown, of which `id` may be the whole.
pub fn is_shown(asked: &str, id: &str) -> bool {
    asked.contains('…') && KEY_ID.is_match(id) && shown(id).eq_ignore_ascii_case(asked)
}

/// Shortens the access key ids of a line; `None` when it has none.
///
/// Last of all, since an id is the hint that makes the forty letters after it a secret.
pub(super) fn shorten_all(line: &str) -> Option<String> {
    // Shorter lines hold none, nor do those in which no upper-case id begins.
    if line.len() < 16 || !KEY_ID.is_match(line) {
        return None;
    }
    let short = KEY_ID.replace_all(line, |captures: &Captures| shown(captures.get(0).map_or("", |id| id.as_str())));
    Some(short.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_told_from_another_that_looks_the_same() {
        let (one, other) = ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN8EXAMPLE");
        assert_ne!(shown(one), shown(other));
        assert_eq!(shown(one), shown(one));
        assert!(is_shown(&shown(one), one) && !is_shown(&shown(one), other) && !is_shown(one, one));
        assert_eq!(shorten_all(&shown(one)), None);
    }
}
