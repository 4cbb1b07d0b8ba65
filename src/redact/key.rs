//! What the name of a field says about its value.

mod table;

use super::{MAX_FIELD_CHARS, character, layer, pattern};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use table::{
    BESIDE, DATA_OF_KIND, DESCRIBES_ENVIRONMENT, DIGESTS, ENDINGS, KEYS, MATCHED, NAME_ENDINGS, NAMES, PAIR_NAMES, PAIR_VALUES,
    SAYS_SECRET, SUFFIXES,
};
use unicode_normalization::UnicodeNormalization;

/// What to do with the value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Hide every string and number below, as a secret of this kind.
    Hide(&'static str),
    /// Hide strings directly under the field (and in a list there) unless they are ARNs; objects are walked as usual.
    HideText(&'static str),
    /// Not a secret but long and dull: keep this many first and last characters.
    Shorten(usize, usize),
    /// A list of `{name, value}` or a map of environment variables: hide the values, keep the names.
    Environment,
    /// Several secrets of this kind: those of a list, or the values of a map. A lone word or number counts or chooses.
    Many(&'static str),
    /// The words of a command: hide all but the first and the names of options.
    Arguments,
    /// Marked by AWS's models: hide all below, but ids and ARNs.
    Marked,
    /// Nothing special: the text decides.
    Look,
}

use Rule::{Hide, HideText, Look, Many};

/// The kind of keys that AWS's own key service may stand for, by an id or an alias.
pub(super) const KEY: &str = "encryption key";

/// Returns the name in lower case without separators, so that `SessionToken`, `session_token` and `session-token` are one.
pub(super) fn normalise(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    // The kind in a marker of ours is not a name.
    if pattern::holds_marker(name) {
        return normal;
    }
    if name.is_ascii() {
        name.chars().for_each(|c| push_normal(c, &mut normal));
    } else {
        // Full-width and other styled letters are the plain ones.
        name.nfkc().for_each(|c| push_normal(c, &mut normal));
    }
    normal
}

fn push_normal(c: char, normal: &mut String) {
    match c {
        _ if c.is_ascii_alphanumeric() => normal.push(c.to_ascii_lowercase()),
        _ if !c.is_ascii() && c.is_alphanumeric() => normal.extend(c.to_lowercase()),
        '@' if !normal.is_empty() => normal.push('a'),
        '$' if !normal.is_empty() => normal.push('s'),
        _ => {}
    }
}

/// What is known of a name, worked out once: records have few names, over and over.
#[derive(Clone)]
pub(super) struct Known {
    /// The name as [`normalise`] writes it.
    pub(super) normal: Rc<str>,
    /// What the name alone says.
    pub(super) rule: Rule,
    /// Whether the fields beside it may say more.
    pub(super) hangs_on_others: bool,
    /// Whether the name itself may leave as it is.
    pub(super) is_safe: bool,
    /// Whether the name is that of a digest or a build.
    names_digest: bool,
}

/// Names longer than this, and more names than this, are not remembered.
const MAX_KNOWN: (usize, usize) = (64, 4_096);

/// Looks a name up.
pub(super) fn known(name: &str) -> Known {
    thread_local! {
        static NAMES_SEEN: RefCell<HashMap<Box<str>, Known, foldhash::fast::RandomState>> = RefCell::default();
    }
    if let Some(known) = NAMES_SEEN.with_borrow(|seen| seen.get(name).cloned()) {
        return known;
    }
    // A name that is JSON has names in it, hence no borrow is held here.
    let normal = normalise(name);
    let known = Known {
        rule: rule(&normal),
        hangs_on_others: is_value(&normal) || hangs_on_others(&normal),
        is_safe: character::clean(name, MAX_FIELD_CHARS) == name && layer::scrub(name).is_none(),
        names_digest: names_digest(name),
        normal: normal.into(),
    };
    NAMES_SEEN.with_borrow_mut(|seen| {
        if name.len() <= MAX_KNOWN.0 && seen.len() < MAX_KNOWN.1 {
            seen.insert(name.into(), known.clone());
        }
    });
    known
}

fn hangs_on_others(normal: &str) -> bool {
    BESIDE.iter().any(|(hidden, ..)| *hidden == normal) || DATA_OF_KIND.contains(&normal) || normal == MATCHED
}

/// Tells whether a field (normalised) holds the value of a pair, as `value`, `headerValue` and `outputValue` do.
pub(super) fn is_value(normal: &str) -> bool {
    PAIR_VALUES.contains(&normal) || normal.ends_with("value")
}

/// Tells whether a field (normalised) names the value beside it, as `key`, `headerName` and `outputKey` do.
pub(super) fn names_another(normal: &str) -> bool {
    PAIR_NAMES.contains(&normal) || NAME_ENDINGS.iter().any(|ending| normal.ends_with(ending))
}

/// Tells whether a name (normalised) stands for several secrets.
pub(super) fn is_several(normal: &str) -> bool {
    matches!(rule(normal), Many(_)) || normal.ends_with("credentials")
}

/// Returns the rule for a normalised name.
pub(super) fn rule(name: &str) -> Rule {
    if let Ok(at) = NAMES.binary_search_by(|(row, _)| row.cmp(&name)) {
        return NAMES.get(at).map_or(Look, |(_, rule)| *rule);
    }
    // A second password is `newPassword2`.
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if let Some(rule) = rule_of_ending(name) {
        return rule;
    }
    if let Some(Hide(kind) | HideText(kind)) = name.strip_suffix('s').and_then(rule_of_ending) {
        return Many(kind);
    }
    let compound = SUFFIXES.iter().filter_map(|suffix| name.strip_suffix(suffix)).find_map(|name| {
        let one = NAMES.binary_search_by(|(row, _)| row.cmp(&name)).ok().and_then(|at| NAMES.get(at)).map(|(_, rule)| *rule);
        one.or_else(|| rule_of_ending(name)).or_else(|| name.strip_suffix('s').and_then(rule_of_ending))
    });
    match compound {
        Some(Hide(kind) | HideText(kind)) if name.ends_with("list") || name.ends_with("map") || name.ends_with("set") => Many(kind),
        Some(Hide(kind) | HideText(kind)) => HideText(kind),
        _ => Look,
    }
}

fn rule_of_ending(name: &str) -> Option<Rule> {
    // The last letter spares nearly all of the comparisons.
    let last = name.as_bytes().last();
    ENDINGS.iter().find(|(ending, _)| ending.as_bytes().last() == last && name.ends_with(ending)).map(|(_, rule)| *rule)
}

/// Returns the kind of secret that a name in a text stands for, if any.
pub(super) fn kind(name: &str) -> Option<&'static str> {
    let normal = normalise(name);
    match rule(&normal) {
        Hide(kind) | HideText(kind) | Many(kind) => Some(kind),
        Rule::Shorten(..) if normal.ends_with("token") => Some("token"),
        _ => None,
    }
}

/// Returns the rule for the field called `name` (normalised) that follows from the fields beside it.
pub(super) fn rule_beside(name: &str, fields: &Map<String, Value>) -> Rule {
    // A name beside says more than the place; what it names may be kept elsewhere.
    if is_value(name)
        && let Some(Hide(kind) | HideText(kind)) =
            texts(fields, names_another).flatten().map(|text| rule(&normalise(text))).find(|rule| matches!(rule, Hide(_) | HideText(_)))
    {
        return HideText(kind);
    }
    let hidden = BESIDE.iter().filter(|(hidden, ..)| *hidden == name).find(|(_, beside, among, _)| {
        let mut found = texts(fields, |field| field == *beside);
        found.any(|text| among.is_empty() || text.is_some_and(|text| among.contains(&text)))
    });
    if let Some((.., kind)) = hidden {
        return Hide(kind);
    }
    if DATA_OF_KIND.contains(&name) && texts(fields, |field| field == "kind").flatten().any(|kind| kind == "Secret") {
        return Hide("secret");
    }
    if name == MATCHED {
        return fields.iter().find(|(field, _)| *known(field).normal == *"fieldtomatch").map_or(Look, |(_, field)| rule_of_matched(field));
    }
    if !is_value(name) {
        return Look;
    }
    // What says so itself: outputs of Terraform, parameters of connections, variables of stacks.
    let says = |(field, value): (&String, &Value)| value.as_bool() == Some(true) && SAYS_SECRET.contains(&&*known(field).normal);
    if fields.iter().any(says) {
        return Hide("secret");
    }
    // A patch sets the variable that its path ends with.
    if texts(fields, |field| field == "path").flatten().any(|path| path.contains("ariables/")) {
        return Hide("variable");
    }
    let mut named = texts(fields, names_another).flatten().map(|text| rule(&normalise(text)));
    match named.find(|rule| matches!(rule, Hide(_) | HideText(_) | Many(_))) {
        Some(Many(kind)) => HideText(kind),
        Some(rule) => rule,
        // A template says so of its parameters, whatever they are called.
        None if texts(fields, |field| field == "noecho").next().is_some() => Hide("parameter"),
        None => Look,
    }
}

/// Returns the rule for what a header or an argument is compared with, from its name.
fn rule_of_matched(field: &Value) -> Rule {
    let names =
        field.as_object().into_iter().flat_map(|kinds| kinds.values()).filter_map(|one| one.get("name").or_else(|| one.get("Name")));
    names.filter_map(Value::as_str).map(|name| rule(&normalise(name))).find(|rule| matches!(rule, Hide(_) | HideText(_))).unwrap_or(Look)
}

/// Tells whether the name of a variable says that its value is a digest or a build, and it is one.
pub(super) fn tells_digest(field: &Known, value: &Value, fields: &Map<String, Value>) -> bool {
    let is_digest = |text: &str| (6..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let named = || {
        if is_value(&field.normal) { texts(fields, names_another).flatten().next().is_some_and(names_digest) } else { field.names_digest }
    };
    value.as_str().is_some_and(is_digest) && named()
}

/// Tells whether one of the words of a name is that of a digest, and none is a secret's: the digest of a password is one, too.
fn names_digest(name: &str) -> bool {
    let words = words(name);
    let is_digest = |word: &str| DIGESTS.contains(&word.trim_end_matches(|c: char| c.is_ascii_digit()));
    let of_secret =
        (0..words.len()).any(|from| (from..words.len()).any(|to| words.get(from..=to).is_some_and(|part| kind(&part.concat()).is_some())));
    (words.iter().any(|word| is_digest(word)) || words.windows(2).any(|two| is_digest(&two.concat())))
        && !of_secret
        && !words.iter().any(|word| KEYS.contains(&word.as_str()))
}

/// Returns the words of a name, in lower case: `shared_secret`, `sharedSecret` and `SHARED-SECRET` have the same.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = '_';
    for c in name.chars().take(MAX_KNOWN.0) {
        let begins = !before.is_alphanumeric() || before.is_lowercase() && c.is_uppercase();
        if c.is_alphanumeric() {
            match words.last_mut().filter(|_| !begins) {
                Some(word) => word.extend(c.to_lowercase()),
                None => words.push(c.to_lowercase().collect()),
            }
        }
        before = c;
    }
    words
}

/// Tells whether a field of an environment holds a variable's value rather than a name or a description.
pub(super) fn is_variable(name: &str, fields: &Map<String, Value>) -> bool {
    if texts(fields, is_value).next().is_some() {
        return is_value(name);
    }
    !DESCRIBES_ENVIRONMENT.contains(&name)
}

/// Returns the fields whose normalised name is wanted, each with its text when it is a string.
fn texts(fields: &Map<String, Value>, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Option<&str>> {
    fields.iter().filter(move |(field, _)| wanted(&known(field).normal)).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_for_the_search() {
        assert!(NAMES.is_sorted_by(|(a, _), (b, _)| a < b));
    }

    #[test]
    fn words_that_only_look_secret_are_looked_at_as_text() {
        for name in [
            "httpTokens",
            "secretId",
            "secretArn",
            "secretName",
            "tokenStatus",
            "sessionCredentialFromConsole",
            "apiKeySelectionExpression",
            "passwordMode",
            "keyId",
            "kmsKeyId",
            "minimumPasswordLength",
            "tokenKeyId",
            "maxTokens",
            "publicKeys",
            "secretStatus",
        ] {
            assert!(matches!(rule(&normalise(name)), Look | Many(_)), "{name}");
        }
    }

    #[test]
    fn a_name_that_holds_names_is_looked_up_like_any_other() {
        let name = r#"{"password":{"x":1}}"#;
        assert!(!known(name).is_safe);
        assert!(known(r#"{"a":{"b":1}}"#).is_safe);
    }

    #[test]
    fn spelling_does_not_matter() {
        for name in [
            "masterUserPassword",
            "MasterUserPassword",
            "master_user_password",
            "MASTER-USER-PASSWORD",
            "master.user.password",
            "ｍasterUserPassword",
            "masterUserP@ssword",
            "masterUserPa$$word2",
        ] {
            assert_eq!(rule(&normalise(name)), Hide("password"), "{name}");
        }
    }
}
