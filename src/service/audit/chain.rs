//! One line of the log: sealed with the hash of the one before, and opened again.

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest in lower-case hexadecimal.
pub(super) type Hash = String;

/// What stands for the hash before the first line.
pub(super) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

const PREV: &str = ",\"prev\":\"";
const HASH: &str = "\",\"hash\":\"";
const END: &str = "\"}";

/// A line whose hash is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link<'a> {
    /// Its number, counted from 1.
    pub(super) seq: u64,
    /// The hash of the line before.
    pub(super) prev: &'a str,
    /// Its own hash.
    pub(super) hash: &'a str,
    /// The line up to `prev`, without the closing brace.
    pub(super) body: &'a str,
}

/// Writes a line, with its line feed, and returns it with its hash.
///
/// Shape: `seq` stands first, `prev` and `hash` last; the hash is over the bytes of the line before `","hash"`.
pub(super) fn seal(seq: u64, fields: &Map<String, Value>, prev: &str) -> (String, Hash) {
    let mut line = format!("{{\"seq\":{seq}");
    for (key, value) in fields {
        line.push_str(&format!(",{}:{value}", Value::String(key.clone())));
    }
    line.push_str(&format!("{PREV}{prev}"));
    let hash = digest(line.as_bytes());
    line.push_str(&format!("{HASH}{hash}{END}\n"));
    (line, hash)
}

/// Opens a line without its line feed; nothing when it is not one of ours, or not as it was written.
pub(super) fn open(line: &[u8]) -> Option<Link<'_>> {
    let line = std::str::from_utf8(line).ok()?;
    let rest = line.strip_suffix(END)?;
    let (rest, hash) = rest.split_at_checked(rest.len().checked_sub(64)?)?;
    let hashed = rest.strip_suffix(HASH)?;
    let (rest, prev) = hashed.split_at_checked(hashed.len().checked_sub(64)?)?;
    let body = rest.strip_suffix(PREV)?;
    let number = body.strip_prefix("{\"seq\":")?.split(',').next()?;
    let seq: u64 = number.parse().ok()?;
    // Written otherwise, it is another line with the same meaning.
    let ours = number == seq.to_string() && is_hash(prev) && is_hash(hash);
    (ours && digest(hashed.as_bytes()) == hash).then_some(Link { seq, prev, hash, body })
}

impl Link<'_> {
    /// Returns a field that holds a string.
    pub(super) fn text(&self, field: &str) -> Option<String> {
        let whole: Map<String, Value> = serde_json::from_str(&format!("{}}}", self.body)).ok()?;
        whole.get(field)?.as_str().map(str::to_owned)
    }
}

/// Tells whether `text` has the form of a hash.
pub(super) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Returns the SHA-256 digest of `bytes` in lower-case hexadecimal.
pub(super) fn digest(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line() -> String {
        let fields = json!({"event": "call", "tool": "cloudtrail_events", "arguments": {"prev": "\",\"hash\":\""}});
        seal(7, fields.as_object().unwrap(), GENESIS).0
    }

    #[test]
    fn a_line_is_json_and_opens_as_it_was_sealed() {
        let line = line();
        let json: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((json["seq"].as_u64(), json["event"].as_str()), (Some(7), Some("call")));
        let link = open(line.trim_end().as_bytes()).unwrap();
        assert_eq!((link.seq, link.prev, link.hash), (7, GENESIS, json["hash"].as_str().unwrap()));
        assert_eq!(link.text("tool").as_deref(), Some("cloudtrail_events"));
    }

    #[test]
    fn no_byte_of_a_line_can_be_changed_added_or_taken_away() {
        let line = line().trim_end().as_bytes().to_vec();
        for at in 0..line.len() {
            for bit in 0..8 {
                let mut changed = line.clone();
                changed[at] ^= 1 << bit;
                assert_eq!(open(&changed), None, "{at}");
            }
            let mut shorter = line.clone();
            shorter.remove(at);
            assert_eq!(open(&shorter), None, "{at}");
            for added in [b' ', b'0', b'"', b'}'] {
                let mut longer = line.clone();
                longer.insert(at, added);
                assert!(open(&longer).is_none() || longer == line, "{at}");
            }
        }
    }
}
