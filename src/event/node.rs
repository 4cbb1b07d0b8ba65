//! What a record is made of, whether its values are held or borrowed from its text: an event is read from both by the same rules.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde_json::{Number, Value};

use super::parse::member;

/// A JSON value.
pub(super) trait Node: Sized {
    /// Returns a member of an object, chosen as [`member`] chooses it; nothing for any other value.
    fn member(&self, key: &str) -> Option<&Self>;
    /// Returns a text.
    fn text(&self) -> Option<&str>;
    /// Returns a boolean.
    fn flag(&self) -> Option<bool>;
    /// Returns a number.
    fn number(&self) -> Option<&Number>;
    /// Tells whether it is null.
    fn is_null(&self) -> bool;

    /// Returns a time, as [`from_json`](crate::time::from_json) reads it.
    fn time(&self) -> Option<DateTime<Utc>> {
        match (self.text(), self.number()) {
            (Some(text), _) => crate::time::parse(text),
            (None, Some(number)) => crate::time::from_json(&Value::Number(number.clone())),
            (None, None) => None,
        }
    }
}

impl Node for Value {
    fn member(&self, key: &str) -> Option<&Self> {
        member(self.as_object()?, key)
    }

    fn text(&self) -> Option<&str> {
        self.as_str()
    }

    fn flag(&self) -> Option<bool> {
        self.as_bool()
    }

    fn number(&self) -> Option<&Number> {
        self.as_number()
    }

    fn is_null(&self) -> bool {
        Value::is_null(self)
    }
}

/// A value as it is borrowed from a record's text. Of lists nothing is kept.
#[derive(Debug)]
pub(super) enum Lean<'a> {
    Null,
    Flag(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List,
    /// Each name once.
    Object(Vec<(Cow<'a, str>, Lean<'a>)>),
}

impl Node for Lean<'_> {
    fn member(&self, key: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        let mut alike = members.iter().filter(|(name, _)| name.eq_ignore_ascii_case(key));
        let first = alike.next()?;
        let same = if first.0 == key { None } else { alike.find(|(name, _)| name == key) };
        Some(&same.unwrap_or(first).1)
    }

    fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    fn flag(&self) -> Option<bool> {
        if let Self::Flag(flag) = self { Some(*flag) } else { None }
    }

    fn number(&self) -> Option<&Number> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}
