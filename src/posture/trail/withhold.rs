//! Takes the names that somebody chose out of an answer about trails, for `untrusted_text = "omit"`.

use serde_json::Value;

use super::fact::{MetricFilter, Posture, Trail};
use crate::answer::trails::TrailsAnswer;
use crate::answer::withhold::WITHHELD;

/// Members of the answer that may hold a name; the others hold AWS's words, numbers and our own.
const NAMING: &[&str] = &["headline", "name", "arn", "bucket", "trails", "fact", "cause", "fix", "command", "step", "blind_spots", "next"];

/// Words that our own sentences are made of: a name that is one of them says nothing that they do not.
const OWN: &[&str] =
    &["trail", "trails", "bucket", "log", "logs", "key", "topic", "group", "alarm", "alarms", "store", "event", "events", "cloudtrail"];

/// The shortest name that AWS allows for any of these.
const SHORTEST: usize = 3;

/// Puts a placeholder in the place of every name of a trail, bucket, key, topic, log group, alarm or event data store.
///
/// Shape: a name goes wherever it stands as a whole word, in a command as well, which is then one to fill in; one of our own words goes only where
/// it stands alone.
pub(super) fn names(answer: TrailsAnswer, postures: &[Posture]) -> TrailsAnswer {
    let mut names: Vec<&str> = postures.iter().flat_map(chosen).filter(|name| !name.trim().is_empty()).collect();
    // The longer first: an ARN holds the name.
    names.sort_unstable_by_key(|name| (std::cmp::Reverse(name.len()), *name));
    names.dedup();
    let Ok(mut plain) = serde_json::to_value(&answer) else { return answer };
    withhold(&mut plain, false, &names);
    serde_json::from_value(plain).unwrap_or(answer)
}

/// Returns every name in a posture that somebody chose.
fn chosen(posture: &Posture) -> Vec<&str> {
    let stores = posture.stores.iter().flatten();
    let of_store = stores.flat_map(|store| [Some(store.name.as_str()), Some(store.arn.as_str()), store.key.as_deref()]).flatten();
    posture.trails.iter().flat_map(of_trail).chain(of_store).collect()
}

fn of_trail(trail: &Trail) -> Vec<&str> {
    let mut names = vec![trail.name.as_str(), trail.arn.as_str(), trail.bucket.name.as_str()];
    names.extend(trail.bucket.access_logs.iter().flatten().map(String::as_str));
    names.extend(trail.key.iter().map(|key| key.id.as_str()));
    names.extend(trail.topic.iter().map(|topic| topic.arn.as_str()));
    names.extend(trail.log_group.iter().map(|group| group.name.as_str()));
    let filters = trail.log_group.iter().flat_map(|group| group.filters.iter().flatten());
    let alarms = filters.flat_map(|MetricFilter { alarms, .. }| alarms.iter().flatten());
    names.extend(alarms.map(|alarm| alarm.name.as_str()));
    names
}

fn withhold(value: &mut Value, naming: bool, names: &[&str]) {
    match value {
        Value::String(text) if naming => *text = names.iter().fold(std::mem::take(text), |text, name| without(&text, name)),
        Value::Array(items) => items.iter_mut().for_each(|item| withhold(item, naming, names)),
        Value::Object(members) => members.iter_mut().for_each(|(key, member)| withhold(member, NAMING.contains(&key.as_str()), names)),
        _ => {}
    }
}

/// Puts the placeholder in the place of a name that stands as a whole word.
fn without(text: &str, name: &str) -> String {
    if text == name {
        return WITHHELD.to_owned();
    }
    if OWN.contains(&name) || name.len() < SHORTEST {
        return text.to_owned();
    }
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '\'');
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once(name) {
        let whole = !before.chars().next_back().is_some_and(inside) && !after.chars().next().is_some_and(inside);
        out.push_str(before);
        out.push_str(if whole { WITHHELD } else { name });
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_where_it_is_a_whole_word_and_our_own_words_stay() {
        assert_eq!(
            without("main: trail main is stopped, not main-2 or domain", "main"),
            "(withheld): trail (withheld) is stopped, not main-2 or domain"
        );
        assert_eq!(without("--name main", "main"), "--name (withheld)");
        assert_eq!(without("nothing", "main"), "nothing");
        assert_eq!((without("trail", "trail"), without("1 trail is stopped", "trail")), (WITHHELD.into(), "1 trail is stopped".into()));
    }
}
