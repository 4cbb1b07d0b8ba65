//! Where a JSON value ends, found without making anything of it. Right for all that is JSON; of what is not, nothing is promised but an
//! end.

use memchr::{memchr, memchr_iter, memchr2, memchr2_iter};

/// Returns the place of the quote that ends a string, which begins at `at`, after its first quote; nothing where it does not end.
pub(super) fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    /// Most strings of records are short, and so many bytes are looked at eight at a time.
    const SHORT: usize = 32;
    let begin = at;
    loop {
        let found = match bytes.get(at..at + 8).and_then(|word| <[u8; 8]>::try_from(word).ok()) {
            Some(word) if at - begin < SHORT => {
                let word = u64::from_le_bytes(word);
                let hit = zeros(word ^ QUOTES) | zeros(word ^ BACKSLASHES);
                if hit == 0 {
                    at += 8;
                    continue;
                }
                at + (hit.trailing_zeros() / 8) as usize
            }
            _ => at + memchr2(b'"', b'\\', bytes.get(at..)?)?,
        };
        if bytes.get(found) == Some(&b'"') {
            return Some(found);
        }
        at = found + 2;
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const QUOTES: u64 = ONES * 0x22;
const BACKSLASHES: u64 = ONES * 0x5c;

/// Marks the bytes of a word that are zero; only the first mark counts.
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES << 7)
}

/// Returns the place after the value that begins at `at`; nothing where it does not end.
pub(super) fn value_end(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => string_end(bytes, at + 1).map(|end| end + 1),
        b'{' => plain_end(bytes, at, b'{', b'}').or_else(|| nested_end(bytes, at)),
        b'[' => plain_end(bytes, at, b'[', b']').or_else(|| nested_end(bytes, at)),
        _ => bytes.get(at..)?.iter().position(|byte| b",]} \t\r\n".contains(byte)).map(|length| at + length),
    }
}

/// Returns the place after an object or a list without an escape: where its own kind of brackets is even, of those outside of texts.
///
/// Shape: nothing also where there is an escape, since then a quote need not begin or end a text.
fn plain_end(bytes: &[u8], at: usize, open: u8, close: u8) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let (mut depth, mut from, mut in_text) = (0_usize, 0, false);
    for found in memchr2_iter(open, close, rest) {
        let passed = rest.get(from..found)?;
        // Looked for piece by piece: behind a wrong count it could go on for long.
        if memchr(b'\\', passed).is_some() {
            return None;
        }
        in_text ^= memchr_iter(b'"', passed).count() % 2 == 1;
        from = found;
        if in_text {
            continue;
        }
        if rest.get(found) == Some(&open) {
            depth += 1;
            continue;
        }
        depth -= 1;
        if depth == 0 {
            return Some(at + found + 1);
        }
    }
    None
}

/// Returns the place after an object or a list, whatever it holds.
fn nested_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match bytes.get(at)? {
            b'"' => at = string_end(bytes, at + 1)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// Returns the text of a string that begins at `at` and holds no escape, and the place after it; nothing for anything else.
pub(super) fn plain_string(bytes: &[u8], at: usize) -> Option<(&str, usize)> {
    let (text, end) = plain_bytes(bytes, at)?;
    Some((std::str::from_utf8(text).ok()?, end))
}

/// Returns the bytes of a string that begins at `at` and holds no escape, and the place after it; nothing for anything else.
pub(super) fn plain_bytes(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let end = string_end(bytes, at + 1)?;
    let text = bytes.get(at + 1..end)?;
    // Most are so short that a call costs more than the look.
    let escaped = if text.len() < 32 { text.contains(&b'\\') } else { memchr(b'\\', text).is_some() };
    (!escaped).then_some((text, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_ends_at_its_own_quote_wherever_that_stands() {
        for length in 0..80 {
            for escape in ["", "\\\"", "\\\\", "\\u0022"] {
                let text = format!("{}{escape}{}\" rest", "a".repeat(length), "é".repeat(length % 7));
                assert_eq!(string_end(text.as_bytes(), 0), text.find("\" rest"), "{text}");
                assert_eq!(string_end(text.trim_end_matches("\" rest").as_bytes(), 0), None);
            }
        }
    }

    #[test]
    fn a_value_ends_where_it_ends() {
        for value in [r#"{"a":[1,{"b":"}]\""}],"c":"{"}"#, "[]", "{}", "null", "-1.5e3", r#""a\\""#] {
            assert_eq!(value_end(format!("{value},rest").as_bytes(), 0), Some(value.len()), "{value}");
        }
        assert_eq!(value_end(b"{\"a\":{}", 0), None);
        for value in [r#"{"a":"}","b":"{{"}"#, r#"["]",{"a":"]["}]"#, r#"{"a":"\"}","b":["}"]}"#, r#"[[],"\\",[]]"#] {
            assert_eq!(value_end(format!("{value}]}}").as_bytes(), 0), Some(value.len()), "{value}");
        }
        assert_eq!(plain_string(br#""ab","#, 0), Some(("ab", 4)));
        assert_eq!(plain_string(br#""a\nb","#, 0), None);
    }
}
