//! Where an ARN ends, so that nothing beside it is taken for a part of it.

/// How an ARN begins, whichever partition it is of.
const BEGINS: &str = "arn:aws";
/// How many parts stand before the resource.
const PARTS: usize = 5;

/// Tells whether text is an ARN from its beginning to its end.
pub(super) fn is_whole(text: &str) -> bool {
    length(text).is_some_and(|(length, complete)| complete && length == text.len())
}

/// Tells whether a value that a text begins with is an ARN: nothing of the value follows it.
pub(super) fn is_value(text: &str) -> bool {
    let Some((length, true)) = length(text) else { return false };
    let rest = text.get(length..).unwrap_or_default();
    // The next field or parameter has a name and a sign.
    let field =
        || rest.get(1..).is_some_and(|rest| rest.is_empty() || rest.split(['=', ' ']).next().is_some_and(|name| rest.len() > name.len()));
    match rest.chars().next() {
        None => true,
        Some(';' | '&') => field(),
        Some(c) => c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ')' | ']' | '}' | '\\' | '<' | '…'),
    }
}

/// Tells whether the end of a text lies within an ARN.
pub(super) fn ends_within(text: &str) -> bool {
    text.rfind(BEGINS).and_then(|at| text.get(at..)).is_some_and(|arn| length(arn).is_some_and(|(length, _)| length == arn.len()))
}

/// Returns how much of a text's beginning is an ARN, and whether that names a resource.
fn length(text: &str) -> Option<(usize, bool)> {
    if !text.starts_with(BEGINS) {
        return None;
    }
    let mut at = 0;
    for part in 0..PARTS {
        let rest = text.get(at..)?;
        let end = rest.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'*'))).unwrap_or(rest.len());
        if rest.as_bytes().get(end) != Some(&b':') {
            // Cut before its resource.
            return (part > 0).then_some((at + end, false));
        }
        at += end + 1;
    }
    let resource = resource(text.get(at..)?);
    Some((at + resource, resource > 0))
}

/// Returns how long the resource of an ARN is that a text begins with: a name, a path, a pattern, a variable of a policy.
fn resource(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'$' => match text.get(at..).and_then(variable) {
                Some(length) => at += length,
                None => break,
            },
            b':' | b'/' | b'_' | b'-' | b'.' | b'+' | b'@' | b'*' => at += 1,
            byte if byte.is_ascii_alphanumeric() => at += 1,
            _ => break,
        }
    }
    at
}

/// Returns the length of a policy's variable such as `${aws:username}`.
fn variable(text: &str) -> Option<usize> {
    let name = text.strip_prefix("${")?;
    let end = name.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_' | b'/')))?;
    (name.as_bytes().get(end) == Some(&b'}')).then_some(end + 3)
}

/// Tells whether text is an ARN or an id such as `i-0123456789abcdef0`.
pub(super) fn is_identifier(text: &str) -> bool {
    is_whole(text)
        || text.split_once('-').is_some_and(|(prefix, digits)| {
            (1..=10).contains(&prefix.len())
                && prefix.bytes().all(|byte| byte.is_ascii_lowercase())
                && matches!(digits.len(), 8 | 17)
                && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

/// Tells whether text names a key of the key service: its id or an alias.
pub(super) fn is_key_name(text: &str) -> bool {
    let is_id = text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_id || text.starts_with("mrk-") || text.starts_with("alias/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_ends_with_its_resource() {
        for whole in ["arn:aws:s3:::bucket/a/*", "arn:aws:iam::111122223333:role/x_y.z+a@b", "arn:aws:s3:::b/${aws:username}/x"] {
            assert!(is_whole(whole) && is_value(whole) && ends_within(whole), "{whole}");
            assert!(is_value(&format!("{whole};x=1")) && is_value(&format!("{whole} and")) && is_value(&format!("{whole}\"}}")));
            for more in [";x", "!x", "&x", "?x=1", "=x", "#x", "x y"] {
                assert!(!is_whole(&format!("{whole}{more}")), "{whole}{more}");
            }
            assert!(!is_value(&format!("{whole};x")) && !ends_within(&format!("{whole};x")));
        }
        for none in ["arn:aws", "arn:awsx!y", "arn:aws:s3", "arn:aws:s3:::", "xarn:aws:s3:::b", "arn:gcp:s3:::b"] {
            assert!(!is_whole(none), "{none}");
        }
    }
}
