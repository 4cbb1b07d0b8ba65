//! A record as it is held: as values while it is read and judged, as text once it only waits to be shown.
//!
//! Why text? Of ten thousand changes twenty are shown, and the values of a record take up to ten times the room of its JSON.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use memchr::{memchr2_iter, memmem};
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::lean::Name;
use super::parse::member;

/// A record of any form. It is a [`Value`] to whoever looks into it.
#[derive(Clone)]
pub struct Record(Held);

#[derive(Clone)]
enum Held {
    Values(Box<Value>),
    Text(Text),
}

#[derive(Clone)]
struct Text {
    json: Box<str>,
    /// The values of all of it, once somebody looked.
    values: OnceLock<Box<Value>>,
    /// Those of its [`PARTS`] alone, once somebody looked.
    parts: [OnceLock<Box<Value>>; PARTS.len()],
}

/// Members that are looked at by far the most: what was asked for, what was answered, who acted.
const PARTS: [&str; 3] = ["requestParameters", "responseElements", "userIdentity"];
/// The place of the request among them.
pub(super) const REQUEST: usize = 0;
/// The place of the answer among them.
pub(super) const RESPONSE: usize = 1;
/// The place of the identity among them.
pub(super) const IDENTITY: usize = 2;

/// Letters, the most frequent first.
const FREQUENT: &[u8] = b"etaoinsrhldcumfpgwybvkxjqz";

impl Record {
    /// Holds a record that is JSON in text.
    pub(super) fn of_text(json: &str) -> Self {
        Self(Held::Text(Text::new(json.into())))
    }

    /// Lets go of its values: it is held as text until somebody looks again. The request's stay, as most changes are judged by them.
    pub fn pack(&mut self) {
        let values = match &mut self.0 {
            Held::Text(text) => text.values.take(),
            Held::Values(values) => {
                let Ok(json) = serde_json::to_string(values) else { return };
                let values = std::mem::take(values);
                self.0 = Held::Text(Text::new(json.into()));
                Some(values)
            }
        };
        let Held::Text(text) = &mut self.0 else { return };
        let [request, others @ ..] = &mut text.parts;
        others.iter_mut().for_each(|part| _ = part.take());
        if let Some(known) = values.and_then(|mut values| values.as_object_mut()?.swap_remove(PARTS[REQUEST])) {
            let _ = request.set(Box::new(compact(known)));
        }
    }

    /// Lets go of all of its values, the request's too.
    pub fn shrink(&mut self) {
        self.pack();
        if let Held::Text(text) = &mut self.0 {
            text.parts = Default::default();
        }
    }

    /// Lets `change` change its values. Where that tells that it changed nothing, its text stays.
    pub(crate) fn rewrite(&mut self, change: impl FnOnce(&mut Value) -> bool) {
        let Held::Text(text) = &mut self.0 else {
            change(self);
            return;
        };
        let mut values = text.values.take().unwrap_or_else(|| Box::new(text.all()));
        if change(&mut values) {
            self.0 = Held::Values(values);
        } else {
            let _ = text.values.set(values);
        }
    }

    /// Leaves of its members those of these names, in any case, and is held as their text. The request's values stay, if it does.
    pub(crate) fn retain(&mut self, names: &[&str]) {
        let is_kept = |name: &str| names.iter().any(|kept| name.eq_ignore_ascii_case(kept));
        if let Held::Text(text) = &mut self.0
            && let Ok(kept) = serde_json::Deserializer::from_str(&text.json).deserialize_map(Retained(&is_kept))
        {
            let [request, ..] = &mut text.parts;
            let request = request.take().filter(|_| is_kept(PARTS[REQUEST]));
            *text = Text::new(kept.into_boxed_str());
            if let (Some(known), [request, ..]) = (request, &mut text.parts) {
                let _ = request.set(known);
            }
            return;
        }
        if let Value::Object(members) = &mut **self {
            members.retain(|name, _| is_kept(name));
        }
        self.shrink();
    }

    /// Returns one of its [`PARTS`] as it stands there; JSON null where there is none.
    pub(super) fn part(&self, part: usize) -> &Value {
        let key = PARTS.get(part).copied().unwrap_or_default();
        match &self.0 {
            Held::Values(values) => values.as_object().and_then(|values| member(values, key)).unwrap_or(&Value::Null),
            Held::Text(text) => match (text.values.get(), text.parts.get(part)) {
                (Some(values), _) => values.as_object().and_then(|values| member(values, key)).unwrap_or(&Value::Null),
                (None, Some(kept)) => kept.get_or_init(|| Box::new(text.part(key))),
                (None, None) => &Value::Null,
            },
        }
    }

    /// Returns a member that is text, without making anything of the others.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let made;
        let value = match &self.0 {
            Held::Values(values) => values.as_object().and_then(|values| member(values, key))?,
            Held::Text(text) => match text.values.get() {
                Some(values) => values.as_object().and_then(|values| member(values, key))?,
                None => {
                    made = text.part(key);
                    &made
                }
            },
        };
        value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Tells whether it may hold a word in any case; if not, nobody needs to look.
    pub(super) fn mentions(&self, word: &str) -> bool {
        let Held::Text(text) = &self.0 else { return true };
        let json = text.json.as_bytes();
        let rarity = |(_, byte): &(usize, u8)| FREQUENT.iter().position(|letter| letter.eq_ignore_ascii_case(byte));
        let Some((offset, rare)) = word.bytes().enumerate().max_by_key(rarity) else { return true };
        let found = |at: usize| {
            let from = at.checked_sub(offset);
            from.and_then(|from| json.get(from..from + word.len())).is_some_and(|part| part.eq_ignore_ascii_case(word.as_bytes()))
        };
        // Escapes may spell anything.
        memchr2_iter(rare.to_ascii_lowercase(), rare.to_ascii_uppercase(), json).any(found) || memmem::find(json, b"\\u").is_some()
    }

    /// Returns about how many bytes it takes in memory.
    pub fn size(&self) -> usize {
        match &self.0 {
            Held::Values(values) => size(values),
            Held::Text(text) => {
                let values = text.parts.iter().chain([&text.values]);
                text.json.len() + values.filter_map(OnceLock::get).map(|value| size(value)).sum::<usize>()
            }
        }
    }
}

impl Text {
    fn new(json: Box<str>) -> Self {
        Self { json, values: OnceLock::new(), parts: Default::default() }
    }

    /// Makes the values of all of it.
    fn all(&self) -> Value {
        serde_json::from_str(&self.json).unwrap_or_default()
    }

    /// Makes the values of one member alone, chosen as [`member`] chooses it.
    fn part(&self, key: &str) -> Value {
        let mut json = serde_json::Deserializer::from_str(&self.json);
        let part = json.deserialize_map(Part(key)).ok().flatten();
        part.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    }
}

/// Copies the members of an object whose names are wanted, as they stand there.
struct Retained<'f>(&'f dyn Fn(&str) -> bool);

impl<'de> Visitor<'de> for Retained<'_> {
    type Value = String;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<String, A::Error> {
        let mut kept = String::from("{");
        while let Some(Name(key)) = object.next_key()? {
            let raw: &RawValue = object.next_value()?;
            if (self.0)(&key) {
                let comma = if kept.len() > 1 { "," } else { "" };
                // A name that is wanted has no character that would need an escape.
                kept.extend([comma, "\"", &key, "\":", raw.get()]);
            }
        }
        kept.push('}');
        Ok(kept)
    }
}

/// Finds a member of an object by its name.
struct Part<'k>(&'k str);

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let (mut same, mut alike): (Option<&RawValue>, Option<(String, &RawValue)>) = (None, None);
        while let Some(Name(key)) = object.next_key()? {
            let raw: &RawValue = object.next_value()?;
            if key == self.0 {
                same = Some(raw);
            } else if key.eq_ignore_ascii_case(self.0) && alike.as_ref().is_none_or(|(known, _)| *known == key) {
                // Of a member that is there twice the last counts.
                alike = Some((key.into_owned(), raw));
            }
        }
        Ok(same.or(alike.map(|(_, raw)| raw)))
    }
}

/// Makes values take no more room than they need: lists and objects grow by doubling while they are read.
fn compact(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(compact).collect();
            items.shrink_to_fit();
            Value::Array(items)
        }
        Value::Object(members) => {
            let mut map = Map::with_capacity(members.len());
            map.extend(members.into_iter().map(|(name, value)| (name, compact(value))));
            Value::Object(map)
        }
        scalar => scalar,
    }
}

/// Returns about how many bytes values take in memory.
fn size(value: &Value) -> usize {
    /// A value, its key, and their share of what holds them.
    const NODE: usize = 112;
    NODE + match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(size).sum(),
        Value::Object(map) => map.iter().map(|(key, value)| key.len() + size(value)).sum(),
    }
}

impl Deref for Record {
    type Target = Value;

    fn deref(&self) -> &Value {
        match &self.0 {
            Held::Values(values) => values,
            Held::Text(text) => text.values.get_or_init(|| Box::new(text.all())),
        }
    }
}

impl DerefMut for Record {
    fn deref_mut(&mut self) -> &mut Value {
        if let Held::Text(text) = &mut self.0 {
            let values = text.values.take().unwrap_or_else(|| Box::new(text.all()));
            self.0 = Held::Values(values);
        }
        match &mut self.0 {
            Held::Values(values) => values,
            #[expect(clippy::unreachable, reason = "text was made values right before")]
            Held::Text(_) => unreachable!("text was made values right before"),
        }
    }
}

impl From<Value> for Record {
    fn from(values: Value) -> Self {
        Self(Held::Values(Box::new(values)))
    }
}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const RECORDS: &[&str] = &[
        r#"{"eventName":"A","requestParameters":{"a":[1,"x"]},"responseElements":null,"z":1.5}"#,
        r#"{"RequestParameters":{"a":1},"responseelements":{"b":"é\u0041"}}"#,
        r#"{"requestParameters":"null","requestparameters":{"a":1},"responseElements":[]}"#,
        r#"{"requestPArameters":1,"requestpARAMETERS":2,"requestPArameters":3}"#,
        "{}",
        "[1]",
    ];

    #[test]
    fn a_record_tells_the_same_however_it_is_held() {
        for text in RECORDS {
            let values = Record::from(serde_json::from_str::<Value>(text).unwrap());
            let mut packed = values.clone();
            packed.pack();
            let mut shrunk = values.clone();
            shrunk.shrink();
            for held in [&Record::of_text(text), &packed, &shrunk] {
                assert_eq!([0, 1, 2].map(|part| held.part(part)), [0, 1, 2].map(|part| values.part(part)), "{text}");
                assert_eq!(**held, *values, "{text}");
                assert_eq!([0, 1, 2].map(|part| held.part(part)), [0, 1, 2].map(|part| values.part(part)), "{text}");
                assert_eq!(serde_json::to_string(&**held).unwrap(), serde_json::to_string(&*values).unwrap(), "in the same order");
            }
            packed.pack();
            assert_eq!(packed, values);
        }
    }

    #[test]
    fn what_is_changed_is_changed_however_it_was_held() {
        let mut record = Record::of_text(RECORDS[0]);
        record["requestParameters"]["a"] = json!("new");
        record.pack();
        assert_eq!((record.part(REQUEST), &record["requestParameters"]["a"]), (&json!({"a": "new"}), &json!("new")));
    }

    #[test]
    fn a_record_tells_the_same_after_a_change_and_after_none() {
        for text in RECORDS {
            let values = Record::from(serde_json::from_str::<Value>(text).unwrap());
            for held in [&Record::of_text(text), &values] {
                let mut same = held.clone();
                same.rewrite(|_| false);
                same.pack();
                assert_eq!(([0, 1, 2].map(|part| same.part(part)), &*same), ([0, 1, 2].map(|part| values.part(part)), &*values), "{text}");
                let mut changed = held.clone();
                changed.rewrite(|values| {
                    *values = json!({"requestParameters": {"b": [2]}});
                    true
                });
                changed.pack();
                assert_eq!((changed.part(REQUEST), &*changed), (&json!({"b": [2]}), &json!({"requestParameters": {"b": [2]}})), "{text}");
                changed.retain(&["requestParameters"]);
                assert_eq!((changed.part(REQUEST), &*changed), (&json!({"b": [2]}), &json!({"requestParameters": {"b": [2]}})), "{text}");
                changed.retain(&[]);
                assert_eq!((changed.part(REQUEST), &*changed), (&Value::Null, &json!({})), "{text}");
            }
        }
    }

    #[test]
    fn members_that_are_left_are_left_however_it_was_held() {
        for text in &RECORDS[..4] {
            let mut values = Record::from(serde_json::from_str::<Value>(text).unwrap());
            let mut held = Record::of_text(text);
            for record in [&mut values, &mut held] {
                record.retain(&["requestParameters", "z"]);
            }
            assert_eq!(values, held, "{text}");
            assert!(held.as_object().unwrap().keys().all(|key| key == "z" || key.eq_ignore_ascii_case("requestParameters")));
        }
    }

    proptest! {
        #[test]
        fn what_a_record_does_not_mention_it_does_not_hold(word in "[a-cA-C]{1,3}", key in "[a-cA-C]{0,6}", text in "[a-c\\\\\u{e9}]{0,6}") {
            let mut record = Record::from(json!({"k": {key.clone(): text}}));
            let holds = key.to_ascii_lowercase().contains(&word.to_ascii_lowercase());
            prop_assert!(record.mentions(&word));
            record.pack();
            prop_assert!(record.mentions(&word) || !holds);
        }
    }
}
