//! How what somebody asked for is written into a statement: here, and nowhere else.

use crate::coverage::Attribute;
use crate::source::filed::telling_part;

/// Writes text as a string of SQL, whatever is in it.
///
/// Source: Trino, "Literals": a quote is doubled, and nothing else means anything.
pub(super) fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// Writes texts as a list of strings.
pub(super) fn list<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let values: Vec<String> = values.into_iter().map(text).collect();
    format!("({})", values.join(", "))
}

/// Writes a name of the operator's as an identifier of SQL.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Returns what stands in every record that is filed under a name, without any sign that JSON or a language may write in another way.
///
/// Shape: letters, digits, blanks and `-_.:@+,` only; nothing where the name has none of these. It finds more than the name, and what it
/// finds is judged here.
pub(super) fn needle(attribute: Attribute, name: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:@+, ".contains(c);
    let parts = telling_part(attribute, name)?.split(|c| !plain(c));
    parts.map(str::trim).max_by_key(|part| part.len()).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_is_the_longest_part_that_everybody_writes_alike() {
        let needle = |name| needle(Attribute::ResourceName, name);
        assert_eq!(needle("arn:aws:iam::111122223333:role/path/app"), Some("app"));
        assert_eq!(needle("role/o'brien-\u{e9}mir"), Some("brien-"));
        assert_eq!(super::needle(Attribute::UserName, "root"), None, "a word of ours, for whom a record has another");
        assert_eq!(needle("'\"\\"), None);
    }
}
