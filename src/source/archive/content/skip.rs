//! Where a JSON value ends, found without making anything of it. Right for all that is JSON; of what is not, nothing is promised but an
//! end.

use memchr::{memchr, memchr_iter, memchr2, memchr2_iter};

/// Returns the place of the quote that ends a string, which begins at `at`, after its first quote; nothing where it does not end.
pub(super) fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let found = quote_or_escape(bytes, at)?;
        if bytes.get(found) == Some(&b'"') {
            return Some(found);
        }
        at = found + 2;
    }
}

/// Returns the place of the next quote or backslash.
#[inline]
fn quote_or_escape(bytes: &[u8], at: usize) -> Option<usize> {
    /// Most strings of records are short, and so many bytes are looked at eight at a time.
    const SHORT: usize = 32;
    let mut rest = bytes.get(at..)?;
    let mut passed = 0;
    while passed < SHORT {
        let Some((word, more)) = rest.split_first_chunk::<8>() else { break };
        let word = u64::from_le_bytes(*word);
        let hit = zeros(word ^ QUOTES) | zeros(word ^ BACKSLASHES);
        if hit != 0 {
            return Some(at + passed + (hit.trailing_zeros() / 8) as usize);
        }
        rest = more;
        passed += 8;
    }
    Some(at + passed + memchr2(b'"', b'\\', rest)?)
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
        b'{' => braced_end(bytes, at).or_else(|| nested_end(bytes, at)),
        b'[' => plain_end(bytes, at).or_else(|| nested_end(bytes, at)),
        _ => bytes.get(at..)?.iter().position(|byte| b",]} \t\r\n".contains(byte)).map(|length| at + length),
    }
}

/// Returns the place after an object that is told by its braces alone, where each is surely none of a text; nothing for any other.
///
/// Why is each surely one? Without a backslash, a quote begins a text only behind `{`, `[`, `,`, `:` or white space, and ends one only before
/// `,`, `:`, `}`, `]` or white space. So `{"` begins a key unless one of these follows, a quote behind any other byte ends a text, and what
/// such a quote, a brace that is sure or a number or word behind `":` touches is outside of texts as well. What no rule tells is none.
fn braced_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let mut depth = 0_usize;
    for found in memchr2_iter(b'{', b'}', rest) {
        if rest.get(found) == Some(&b'{') {
            if !surely_opens(rest.get(..found)?, rest.get(found + 1..found + 3)?) {
                return None;
            }
            depth += 1;
            continue;
        }
        if !surely_closes(rest.get(..found)?) {
            return None;
        }
        depth -= 1;
        if depth == 0 {
            return memchr(b'\\', rest.get(..found)?).is_none().then_some(at + found + 1);
        }
    }
    None
}

/// What may stand before a text.
const fn precedes_text(byte: u8) -> bool {
    matches!(byte, b'{' | b'[' | b',' | b':' | b' ' | b'\t' | b'\r' | b'\n')
}

#[inline]
fn surely_opens(before: &[u8], after: &[u8]) -> bool {
    match after {
        [b'"', next] => !matches!(next, b',' | b':' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n'),
        // An empty object, behind its key.
        [b'}', _] => matches!(before, [.., last, b'"', b':'] if !precedes_text(*last)),
        _ => false,
    }
}

/// Tells of a brace that ends an object by what stands before it, all of whose braces are sure.
#[inline]
fn surely_closes(before: &[u8]) -> bool {
    match before {
        [.., b'{' | b'}'] | [.., b'}', b']'] => true,
        [.., last, b'"'] | [.., last, b'"', b']'] => !precedes_text(*last),
        [.., last] if last.is_ascii_alphanumeric() => ends_with_scalar(before),
        _ => false,
    }
}

/// Tells whether bytes end with a number or a word right behind a key.
fn ends_with_scalar(bytes: &[u8]) -> bool {
    /// Longer numbers are none of CloudTrail's.
    const LONGEST: usize = 24;
    let Some(tail) = bytes.get(bytes.len().saturating_sub(LONGEST)..) else { return false };
    let of_scalar = |byte: &u8| byte.is_ascii_alphanumeric() || b".+-".contains(byte);
    let Some(colon) = tail.iter().rposition(|byte| !of_scalar(byte)) else { return false };
    matches!(tail.get(..=colon), Some([.., last, b'"', b':']) if !precedes_text(*last))
}

/// Returns the place after a list without an escape: where its brackets are even, of those outside of texts.
///
/// Shape: nothing also where there is an escape, since then a quote need not begin or end a text.
fn plain_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let (mut depth, mut from, mut in_text) = (0_usize, 0, false);
    for found in memchr2_iter(b'[', b']', rest) {
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
        if rest.get(found) == Some(&b'[') {
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
    let end = quote_or_escape(bytes, at + 1)?;
    if bytes.get(end) != Some(&b'"') {
        return None;
    }
    Some((bytes.get(at + 1..end)?, end + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value};

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

    #[test]
    fn a_brace_in_a_text_is_never_taken_for_one_of_an_object() {
        for value in [
            r#"{"a":"{","b":"1}"}"#,
            r#"{"a":"{}}","b":1}"#,
            r#"{"a":":{}","b":{}}"#,
            r#"{"a":":5}","b":"x"}"#,
            r#"{"a":":","b":"}"}"#,
            r#"{"a":"},","b":"]}"}"#,
            r#"{"":"{","{":"","}":[]}"#,
        ] {
            assert!(braced_end(format!("{value},").as_bytes(), 0).is_none_or(|end| end == value.len()), "{value}");
            assert_eq!(value_end(format!("{value},").as_bytes(), 0), Some(value.len()), "{value}");
        }
        for usual in [r#"{"a":"b","c":{},"d":{"e":[{"f":true},{"g":-1.5}],"h":["i"]},"j":""}"#, r#"{"a":{"b":null}}"#] {
            assert_eq!(braced_end(format!("{usual},").as_bytes(), 0), Some(usual.len()), "{usual}");
        }
    }

    /// Any value, of texts that look like JSON.
    fn values() -> impl Strategy<Value = Value> {
        let text = || r#"[{}\[\]:,"1a \\]{0,4}"#;
        let leaf =
            prop_oneof![text().prop_map(Value::from), Just(Value::Null), any::<i32>().prop_map(Value::from), Just(Value::from(true))];
        leaf.prop_recursive(4, 24, 4, move |inner| {
            let list = proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from);
            let object = proptest::collection::vec((text(), inner), 0..4).prop_map(|members| Value::Object(Map::from_iter(members)));
            prop_oneof![list, object]
        })
    }

    proptest! {
        #[test]
        fn any_value_ends_where_it_ends(value in values(), spaced: bool, rest in r#"[{}\[\]:,"]{0,3}"#) {
            let text = if spaced { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
            let object = format!("{{\"k\":{text}}}");
            let all = format!("{object}{rest}");
            prop_assert_eq!(value_end(all.as_bytes(), 0), Some(object.len()), "{}", all);
            prop_assert!(braced_end(all.as_bytes(), 0).is_none_or(|end| end == object.len()), "{}", all);
        }
    }
}
