//! Secrets that an element or an attribute of markup gives away, whatever stands first.

use super::{key, pattern};
use regex::Regex;
use std::sync::LazyLock;

/// Elements that hold the value of a `<key>` before them in a property list.
const OF_PROPERTIES: &[&str] = &["string", "data", "integer"];
/// A tag that opens, with its name, its attributes, and whether it closes itself.
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r#"<(?:[A-Za-z0-9]{1,20}:)?(?<name>[A-Za-z][A-Za-z0-9_.-]{0,60})(?<attributes>(?:\s+[A-Za-z_:.-]{1,40}\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(?<end>/?)>"#,
    )
});
static ATTRIBUTE: LazyLock<Regex> =
    LazyLock::new(|| compile(r#"(?<name>[A-Za-z_:.-]{1,40})\s*=\s*(?:"(?<double>[^"]*)"|'(?<single>[^']*)')"#));

#[expect(clippy::expect_used, reason = "the patterns are literals that the tests compile")]
fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a literal pattern")
}

/// Hides what tags give away; `None` where nothing is.
pub(super) fn scrub(text: &str) -> Option<String> {
    // Without a tag that ends, there is none.
    if !text.contains("</") && !text.contains("/>") {
        return None;
    }
    let mut places: Vec<(usize, usize, &'static str)> = Vec::new();
    // The kind that a `<name>` told, for the `<value>` after it.
    let mut told = None;
    for tag in TAG.captures_iter(text) {
        let Some(whole) = tag.get(0) else { continue };
        if places.last().is_some_and(|(_, to, _)| *to > whole.start()) {
            continue;
        }
        let name = tag.name("name").map_or("", |name| name.as_str());
        let attributes = tag.name("attributes").map_or((0, ""), |attributes| (attributes.start(), attributes.as_str()));
        let named = in_attributes(attributes, &mut places);
        if tag.name("end").is_some_and(|end| !end.is_empty()) {
            continue;
        }
        let normal = key::normalise(name);
        let kind =
            named.or_else(|| key::kind(name)).or_else(|| told.filter(|_| key::is_value(&normal) || OF_PROPERTIES.contains(&&*normal)));
        if kind.is_none() && !key::names_another(&normal) {
            continue;
        }
        let Some(inner) = text.get(whole.end()..).and_then(|rest| element(rest, name)) else { continue };
        if let Some(kind) = kind {
            let (from, to) = content(inner);
            if !pattern::is_nothing_but_markers(inner.get(from..to).unwrap_or_default()) {
                places.push((whole.end() + from, whole.end() + to, kind));
            }
        }
        if key::names_another(&normal) {
            told = key::kind(inner);
        }
    }
    places.retain(|(from, to, _)| to > from);
    if places.is_empty() {
        return None;
    }
    places.sort_unstable();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (from, to, kind) in places {
        out.push_str(text.get(done..from)?);
        out.push_str(&pattern::marker(kind));
        done = to;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

/// Hides attributes; returns the kind of what the element holds when its name stands in an attribute and no value does.
fn in_attributes((start, attributes): (usize, &str), places: &mut Vec<(usize, usize, &'static str)>) -> Option<&'static str> {
    let (mut named, mut value) = (None, None);
    for attribute in ATTRIBUTE.captures_iter(attributes) {
        let Some(text) = attribute.name("double").or_else(|| attribute.name("single")) else { continue };
        let name = key::normalise(attribute.name("name").map_or("", |name| name.as_str()));
        let place = (start + text.start(), start + text.end());
        let secret = !pattern::is_nothing_but_markers(text.as_str());
        if let Some(kind) = key::kind(&name).filter(|_| secret && !text.is_empty()) {
            places.push((place.0, place.1, kind));
        } else if key::names_another(&name) {
            named = named.or_else(|| key::kind(text.as_str()));
        } else if key::is_value(&name) && secret {
            value = Some(place);
        }
    }
    match (named, value) {
        (Some(kind), Some((from, to))) => {
            places.push((from, to, kind));
            None
        }
        _ => named,
    }
}

/// Returns what an element holds, up to its own end or the next.
fn element<'a>(rest: &'a str, name: &str) -> Option<&'a str> {
    const NEAR: usize = 8_192;
    let near = rest.get(..NEAR).unwrap_or(rest);
    let mut from = 0;
    let first = near.find("</")?;
    while let Some(at) = near.get(from..).and_then(|rest| rest.find("</")).map(|at| from + at) {
        let end = near.get(at + 2..)?;
        let end = end
            .split_once(':')
            .filter(|(prefix, _)| prefix.len() <= 20 && prefix.bytes().all(|b| b.is_ascii_alphanumeric()))
            .map_or(end, |(_, end)| end);
        if end.starts_with(name) {
            return near.get(..at);
        }
        from = at + 2;
        // What holds many elements is looked at one by one.
        if from > first + 512 {
            break;
        }
    }
    near.get(..first)
}

/// Returns where the text of an element begins and ends, within `<![CDATA[` and `]]>`.
fn content(inner: &str) -> (usize, usize) {
    let Some(from) = inner.find("<![CDATA[").map(|at| at + 9) else { return (0, inner.len()) };
    let to = inner.get(from..).and_then(|rest| rest.find("]]>")).map_or(inner.len(), |at| from + at);
    (from, to)
}
