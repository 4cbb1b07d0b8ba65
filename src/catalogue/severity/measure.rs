//! Whether a change makes something smaller or larger, where its answer still tells how large it was.
//!
//! Source: the API references of the services: UpdateShardCount answers with the count before, ModifyDBInstance and
//! UpdateTable with the values in force while the new ones are pending, ModifyVolume with the original ones.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Call, Effect, Severity, takes_away};
use crate::catalogue::json_path::Flat;
use crate::catalogue::only_says;
use crate::catalogue::verb::Sets;

/// What a size is called, in lower case.
const MEASURES: &[&str] = &["capacity", "concurrency", "count", "iops", "memory", "replicas", "size", "storage", "throughput", "units"];
/// What the name of a wanted size begins with, in lower case.
const WANTED: &[&str] = &["desired", "new", "target"];
/// What the name of the size before begins with, in lower case; also the bare name.
const BEFORE: &[&str] = &["current", "old", "original", "previous"];
/// Parameters that name a class of machines.
const CLASSES: &[&str] = &["cachenodetype", "dbinstanceclass", "instancetype", "nodetype"];
/// Sizes of machines, from small to large; `2xlarge` and more go by their number.
const SIZES: &[&str] = &["nano", "micro", "small", "medium", "large", "xlarge"];

/// Says that a change makes something smaller, or only larger.
pub(super) fn measure(call: &Call<'_>) -> Option<Severity> {
    if call.verb().sets == Sets::Nothing || !call.event.response().is_object() {
        return None;
    }
    let response = Flat::of(call.event.response());
    let (mut lower, mut higher, mut other) = (false, false, false);
    let leaves = call.request.iter().filter(|(_, wanted)| !wanted.is_object() && !wanted.is_array());
    for (key, wanted) in leaves.map(|(key, wanted)| (key.to_lowercase(), wanted)).filter(|(key, _)| !only_says(key)) {
        match before(&response, &key, wanted) {
            Some(Ordering::Less) => lower = true,
            Some(Ordering::Greater) => higher = true,
            Some(Ordering::Equal) => {}
            None => other = true,
        }
    }
    match (lower, higher, other) {
        (true, ..) => takes_away(16, "makes it smaller"),
        (false, true, false) => Some(Severity { points: 0, reason: "makes it larger", effect: Effect::Enlarges, obvious: false }),
        _ => None,
    }
}

/// Compares what is wanted with what was before; nothing when it is no size, or the answer does not tell.
///
/// A value that is named as the one before counts before one of the same name that differs.
fn before(response: &Flat<'_>, key: &str, wanted: &Value) -> Option<Ordering> {
    let is_class = CLASSES.contains(&key);
    if !is_class && !MEASURES.iter().any(|measure| key.ends_with(measure)) {
        return None;
    }
    let compare = |value: &Value| if is_class { classes(wanted, value) } else { numbers(wanted, value) };
    let bare = WANTED.iter().find_map(|prefix| key.strip_prefix(prefix)).unwrap_or(key);
    let named = BEFORE.iter().find_map(|prefix| response.find(&format!("{prefix}{bare}")));
    let same = || response.iter().filter(|(other, _)| other.eq_ignore_ascii_case(key)).filter_map(|(_, value)| compare(value));
    named.and_then(compare).or_else(|| same().find(|order| *order != Ordering::Equal))
}

fn numbers(a: &Value, b: &Value) -> Option<Ordering> {
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
    number(a)?.partial_cmp(&number(b)?)
}

/// Compares classes of machines of one family: `db.r6g.large` is less than `db.r6g.2xlarge`.
fn classes(a: &Value, b: &Value) -> Option<Ordering> {
    let parts = |value: &Value| value.as_str()?.rsplit_once('.').map(|(family, size)| (family.to_owned(), size.to_owned()));
    let place = |size: &str| match size.strip_suffix("xlarge").filter(|number| !number.is_empty()) {
        Some(number) => number.parse::<usize>().ok().map(|number| SIZES.len() + number),
        None => SIZES.iter().position(|known| *known == size),
    };
    let ((one, a), (other, b)) = (parts(a)?, parts(b)?);
    if one == other { Some(place(&a)?.cmp(&place(&b)?)) } else { None }
}
