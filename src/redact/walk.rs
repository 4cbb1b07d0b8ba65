//! The walk over a JSON value: each field's rule, then the text of what is left.

use super::key::{self, Known, Rule};
use super::model::{self, Operation};
use super::{MAX_FIELD_CHARS, arn, assign, character, document, harmless, key_id, layer, pattern, plain, script, sequence};
use serde_json::{Map, Value};
use std::rc::Rc;

/// Deeper values are cut off; a JSON reader stops at 128 itself.
const MAX_DEPTH: usize = 160;

/// Dull values up to this length stay whole.
const MAX_WHOLE: usize = 128;

/// The kind of secret that a value of an environment may be.
const VARIABLE: &str = "variable";

/// How the strings below a field are treated, inherited downwards.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Mode {
    Look,
    Hide(&'static str),
    HideText(&'static str),
    Shorten(usize, usize),
    Environment,
    Arguments,
    /// A word of a command; a shell may read it as a line of its own.
    Argument(script::Place),
    Marked,
    Sentence,
}

impl Mode {
    /// Tells whether what stands in such a place may be a secret, and is shown when it is none by its looks.
    fn is_doubtful(self) -> bool {
        matches!(self, Self::Hide(kind) if plain::is_doubtful(kind))
    }
}

/// What a walk did to a value that it rewrote.
#[derive(Clone, Copy, Default)]
pub(super) struct Found {
    /// Something was hidden, or only shortened.
    pub(super) changed: bool,
    /// Something was hidden.
    pub(super) secret: bool,
}

/// Where a walk is: the operation that a record tells of, and the names above.
#[derive(Default)]
struct Place<'a> {
    operation: Option<Operation<'a>>,
    above: Vec<Rc<str>>,
    /// Whether something is to be learned from the values, rather than shown.
    learning: bool,
}

struct Walk<'a> {
    found: Found,
    layers: usize,
    place: Place<'a>,
    /// The members whose text we composed.
    sentences: &'a [&'a str],
}

/// Returns `value` with every secret hidden and every string safe; structure and key order stay.
///
/// Members called as one of `sentences` are looked at for shapes alone.
pub(super) fn redact(value: &Value, sentences: &[&str]) -> Value {
    let mut walk = Walk { found: Found::default(), layers: 0, place: Place::of(value), sentences };
    walk.value(value, Mode::Look, 0)
}

/// Hides in place what stands under a secret's name, wherever the name alone tells; text is left as it is.
///
/// Values that only stand where secrets may stand (variables, parameters, inputs) stay when they are ARNs or ids of
/// AWS's own making, since those relate one resource to another. Tells whether anything was hidden.
pub(super) fn hide_fields(value: &mut Value) -> bool {
    let source = value.get("eventSource").and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = value.get("eventName").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut place = Place { operation: Operation::of(&source, &name), above: Vec::new(), learning: true };
    hide_below(&mut place, value, Mode::Look, 0)
}

fn hide_below(place: &mut Place<'_>, value: &mut Value, mode: Mode, depth: usize) -> bool {
    let hidden = match (&mut *value, mode) {
        _ if depth > MAX_DEPTH => Value::Null,
        (Value::Array(items), _) => return items.iter_mut().fold(false, |any, item| any | hide_below(place, item, mode, depth + 1)),
        (Value::Object(fields), _) => {
            // Few fields are more than looked at, and most objects have none of these.
            let mut special = fields
                .iter()
                .enumerate()
                .filter(|(_, (_, value))| !matches!(value, Value::Null | Value::Bool(_)))
                .map(|(at, (name, value))| (at, place.mode_below(&key::known(name), value, mode, fields)))
                .filter(|(_, mode)| !matches!(mode, Mode::Look | Mode::Shorten(..)))
                .collect::<Vec<_>>()
                .into_iter()
                .peekable();
            let mut any = false;
            for (at, (name, value)) in fields.iter_mut().enumerate() {
                let mode = special.next_if(|(of, _)| *of == at).map_or(Mode::Look, |(_, mode)| mode);
                if matches!(value, Value::Object(_) | Value::Array(_)) {
                    place.above.push(key::known(name).normal);
                    any |= hide_below(place, value, mode, depth + 1);
                    place.above.pop();
                } else {
                    any |= hide_below(place, value, mode, depth + 1);
                }
            }
            return any;
        }
        (Value::String(text), Mode::Hide(VARIABLE | "parameter" | "input" | "secret") | Mode::HideText(_) | Mode::Marked)
            if arn::is_identifier(text) =>
        {
            return false;
        }
        (Value::String(text), Mode::HideText(key::KEY)) if arn::is_key_name(text) => return false,
        (Value::String(text), Mode::Hide(kind) | Mode::HideText(kind)) if !is_empty_or_hidden(text) => pattern::marker(kind).into(),
        (Value::String(text), Mode::Marked) if !is_empty_or_hidden(text) => pattern::marker(model::MARKED).into(),
        (Value::Number(_), Mode::Hide(kind)) if kind != VARIABLE => pattern::marker(kind).into(),
        (Value::Number(_), Mode::Marked) => pattern::marker(model::MARKED).into(),
        _ => return false,
    };
    *value = hidden;
    true
}

/// Redacts JSON that was found inside `layers` other layers, and tells what happened.
pub(super) fn redact_inner(value: &Value, layers: usize) -> (Value, Found) {
    let mut walk = Walk { found: Found::default(), layers, place: Place::default(), sentences: &[] };
    let value = walk.value(value, Mode::Look, 0);
    (value, walk.found)
}

impl Walk<'_> {
    fn value(&mut self, value: &Value, mode: Mode, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return Value::String(pattern::marker("nested too deep"));
        }
        match value {
            Value::String(text) => Value::String(self.text(text, mode)),
            Value::Array(items) => Value::Array(self.items(items, mode, depth)),
            Value::Object(fields) => Value::Object(self.object(fields, mode, depth)),
            Value::Number(_) => match mode {
                // Variables are strings; a number among them counts something.
                Mode::Hide(kind) if plain::is_doubtful(kind) && self.layers > 0 && plain::is_plain(&value.to_string(), self.layers) => {
                    value.clone()
                }
                Mode::Hide(kind) if kind != VARIABLE => Value::String(self.hidden(kind)),
                Mode::Marked => Value::String(self.hidden(model::MARKED)),
                _ => value.clone(),
            },
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }

    fn object(&mut self, fields: &Map<String, Value>, mode: Mode, depth: usize) -> Map<String, Value> {
        let mut redacted = Map::with_capacity(fields.len());
        let mut renamed = false;
        for (name, value) in fields {
            let known = key::known(name);
            let mode = match self.place.mode_below(&known, value, mode, fields) {
                Mode::Look if self.sentences.contains(&name.as_str()) => Mode::Sentence,
                mode => mode,
            };
            let value = if matches!(value, Value::Object(_) | Value::Array(_)) {
                self.place.above.push(known.normal.clone());
                let value = self.value(value, mode, depth + 1);
                self.place.above.pop();
                value
            } else {
                self.value(value, mode, depth + 1)
            };
            let mut safe = if known.is_safe { name.clone() } else { self.scrub(name) };
            renamed |= safe != *name;
            while renamed && redacted.contains_key(&safe) {
                safe.push('\'');
            }
            redacted.insert(safe, value);
        }
        redacted
    }

    /// Redacts a list: each item by itself, and what only several of them tell.
    fn items(&mut self, items: &[Value], mode: Mode, depth: usize) -> Vec<Value> {
        if let [Value::String(divider), Value::Array(pieces)] = items
            && self.place.above.last().is_some_and(|name| **name == *"fnjoin")
        {
            let told = sequence::joined(pieces, divider, self.layers);
            let mut shown = self.items(pieces, mode, depth + 1);
            for (at, kind) in told {
                if let Some(piece) = shown.get_mut(at) {
                    *piece = Value::String(self.hidden(kind));
                }
            }
            return vec![Value::String(self.text(divider, mode)), Value::Array(shown)];
        }
        let mode = match mode {
            Mode::Hide(kind) if plain::is_doubtful(kind) && sequence::spells_plain(items, self.layers) => Mode::Look,
            mode => mode,
        };
        let told = match mode {
            Mode::Look | Mode::Environment | Mode::Hide(_) if mode == Mode::Look || mode == Mode::Environment || mode.is_doubtful() => {
                sequence::secrets(items, self.layers)
            }
            Mode::Arguments => sequence::arguments(items, self.layers),
            _ => Vec::new(),
        };
        let mut told = told.into_iter().peekable();
        let item = |(at, item): (usize, &Value)| match told.next_if(|(of, _)| *of == at) {
            Some((_, kind)) => Value::String(self.hidden(kind)),
            None if mode == Mode::Arguments && item.is_string() && at == 0 => self.value(item, Mode::Look, depth + 1),
            None if mode == Mode::Arguments && item.is_string() => {
                self.value(item, Mode::Argument(sequence::script_place(items, at)), depth + 1)
            }
            None => self.value(item, mode, depth + 1),
        };
        items.iter().enumerate().map(item).collect()
    }

    fn text(&mut self, text: &str, mode: Mode) -> String {
        if pattern::is_hidden_by_aws(text) {
            self.found.changed = true;
            return pattern::HIDDEN_BY_AWS.to_owned();
        }
        match mode {
            Mode::Hide(VARIABLE) | Mode::Marked if arn::is_identifier(text) => self.scrub(text),
            // An address tells who or what, and is no secret.
            Mode::Marked if text.parse::<std::net::IpAddr>().is_ok() => text.to_owned(),
            Mode::HideText(_) if arn::is_identifier(text) => self.scrub(text),
            Mode::HideText(key::KEY) if arn::is_key_name(text) => self.scrub(text),
            Mode::Hide(kind) | Mode::HideText(kind)
                if is_none(text)
                    || self.place.is_id(text) && plain::is_doubtful(kind)
                    || plain::is_shown(text, kind, self.place.script(), self.layers) =>
            {
                character::clean(text, MAX_FIELD_CHARS)
            }
            Mode::Hide(kind) | Mode::HideText(kind) if !is_empty_or_hidden(text) => {
                self.in_part(text, kind).unwrap_or_else(|| self.hidden(kind))
            }
            Mode::Argument(place) if !plain::is_shown(text, "argument", place, self.layers) => {
                self.script(text, "argument", place).unwrap_or_else(|| self.scrub(text))
            }
            Mode::Marked if !is_empty_or_hidden(text) => self.hidden(model::MARKED),
            Mode::Arguments if plain::is_plain(text, self.layers) => self.scrub(text),
            Mode::Arguments => match text.split_once(' ') {
                Some((program, arguments)) if !is_empty_or_hidden(arguments) => {
                    let program = self.scrub(program);
                    format!("{program} {}", self.hidden("arguments"))
                }
                _ => self.scrub(text),
            },
            // A variable of a container that is written as one word.
            Mode::Environment if text.contains('=') => {
                let (name, value) = text.split_once('=').unwrap_or_default();
                if key::kind(name).is_none() && plain::is_shown(value, VARIABLE, script::Place::Any, self.layers) {
                    return self.scrub(text);
                }
                let name = self.scrub(name);
                format!("{name}={}", self.hidden(VARIABLE))
            }
            Mode::Sentence => {
                let line = shapes_hidden(text);
                character::cap(key_id::shorten_all(&line).unwrap_or(line), MAX_FIELD_CHARS)
            }
            Mode::Shorten(head, tail) => {
                let line = shapes_hidden(text);
                if pattern::holds_marker(&line) {
                    self.found = Found { changed: true, secret: true };
                    return character::cap(line, MAX_FIELD_CHARS);
                }
                if let Some(id) = key_id::shorten_all(&line) {
                    self.found.changed = true;
                    return id;
                }
                // What fits into a line is no burden to a reader.
                let short = if line.len() <= MAX_WHOLE { line.clone() } else { pattern::shorten(&line, head, tail) };
                self.found.changed |= short != line;
                short
            }
            _ => self.scrub(text),
        }
    }

    fn scrub(&mut self, text: &str) -> String {
        if harmless::is_known(text) {
            return text.to_owned();
        }
        let told = document::scrub(text);
        if told.is_some() {
            self.found = Found { changed: true, secret: true };
        }
        let line = character::clean(told.as_deref().unwrap_or(text), usize::MAX);
        let line = match layer::scrub_within(&line, self.layers) {
            Some(scrubbed) => {
                self.found.changed = true;
                self.found.secret |= scrubbed.secret;
                scrubbed.text
            }
            None => {
                harmless::remember(text, &line);
                line
            }
        };
        character::cap(line, MAX_FIELD_CHARS)
    }

    /// Shows what is plain of a text that may hold a secret: words of a command or a remark, members of JSON.
    fn in_part(&mut self, text: &str, kind: &'static str) -> Option<String> {
        if !plain::is_doubtful(kind) {
            return None;
        }
        let json = || if text.starts_with(['{', '[']) { serde_json::from_str::<Value>(text).ok() } else { None };
        let Some(value) = json().filter(|_| self.layers < layer::MAX_LAYERS) else {
            return self.script(text, kind, self.place.script());
        };
        let mut walk = Walk { found: Found::default(), layers: self.layers + 1, place: Place::default(), sentences: &[] };
        let redacted = walk.value(&value, Mode::Hide(kind), 0);
        if !has_plain_names(&value) || !tells_something(&redacted) {
            return None;
        }
        self.found = Found { changed: true, secret: true };
        Some(character::cap(serde_json::to_string(&redacted).ok()?, MAX_FIELD_CHARS))
    }

    fn script(&mut self, text: &str, kind: &str, place: script::Place) -> Option<String> {
        let line = script::shown(text, kind, place, self.layers)?;
        self.found = Found { changed: true, secret: true };
        Some(character::cap(line, MAX_FIELD_CHARS))
    }

    fn hidden(&mut self, kind: &str) -> String {
        self.found = Found { changed: true, secret: true };
        pattern::marker(kind)
    }
}

impl<'a> Place<'a> {
    fn of(record: &'a Value) -> Self {
        let text = |name| record.get(name).and_then(Value::as_str).unwrap_or_default();
        Self { operation: Operation::of(text("eventSource"), text("eventName")), above: Vec::new(), learning: false }
    }

    /// Returns what the name of the field tells of the text in it.
    fn script(&self) -> script::Place {
        self.above.last().map_or(script::Place::Any, |name| script::Place::of(name))
    }

    /// Tells whether a text is a UUID in a field for the id of something that is no secret.
    fn is_id(&self, text: &str) -> bool {
        let named = || self.above.last().is_some_and(|name| name.ends_with("id") && !name.contains("secret"));
        plain::is_uuid(text) && named()
    }

    /// Returns how the field's value is treated, from its name, the fields beside it, the operation and what holds for the whole object.
    fn mode_below(&self, known: &Known, value: &Value, mode: Mode, beside: &Map<String, Value>) -> Mode {
        if let Mode::Hide(_) | Mode::Marked = mode
            && (self.learning || !mode.is_doubtful())
        {
            return mode;
        }
        let name = &*known.normal;
        let rule = match known.rule {
            Rule::Look if known.hangs_on_others => key::rule_beside(name, beside),
            rule => rule,
        };
        let of_operation = match (rule, &self.operation) {
            (Rule::Hide(_), _) | (_, None) => None,
            (_, Some(operation)) => operation.rule(name, &self.above),
        };
        // AWS marks ids that people may see; what is learned leaves them out all the same.
        if self.learning && of_operation == Some(Rule::Look) {
            return Mode::Marked;
        }
        match of_operation.unwrap_or(rule) {
            Rule::Hide(kind) => Mode::Hide(kind),
            // Nothing else than its ARN, key and status belongs there.
            Rule::HideText(_) if name == "masterusersecret" && value.is_object() => Mode::Environment,
            // What they are called says nothing: a map of them has only secrets for values.
            Rule::HideText("credentials") | Rule::Many(_) if value.is_object() && !mode.is_doubtful() => Mode::Environment,
            // A name within says more than the place that it stands in.
            Rule::Many("token") if !value.is_array() && mode.is_doubtful() => mode,
            Rule::Many("token") if !value.is_array() => Mode::Look,
            // Texts of that kind alone are told by the name; what else stands in the place is as doubtful as before.
            Rule::HideText(_) | Rule::Many(_) if mode.is_doubtful() && value.is_object() => mode,
            // The value of a pair may be told by its type: `{"stringValue": …}`.
            Rule::HideText(kind) if value.is_object() && key::is_value(name) => Mode::Hide(kind),
            Rule::HideText(kind) | Rule::Many(kind) => Mode::HideText(kind),
            // Only AWS's own members of such names are no secrets.
            Rule::Shorten(..) if (mode.is_doubtful() || mode == Mode::Environment) && name.ends_with("token") => Mode::Hide(VARIABLE),
            Rule::Shorten(head, tail) => Mode::Shorten(head, tail),
            Rule::Environment | Rule::Look | Rule::Arguments if mode.is_doubtful() => mode,
            Rule::Marked => Mode::Marked,
            // A tag or an argument may be called `environment` too: its text is no list of variables.
            Rule::Environment if value.is_string() && mode != Mode::Environment => Mode::Look,
            Rule::Arguments => Mode::Arguments,
            Rule::Environment if value.is_object() || value.is_array() => Mode::Environment,
            Rule::Environment | Rule::Look if mode == Mode::Environment => {
                let holds_variables = value.is_array() && name == "items" || value.is_object() && name == "entry";
                let is_text_of_them = value.is_string() && rule == Rule::Environment;
                match key::is_variable(name, beside) {
                    _ if holds_variables => Mode::Environment,
                    true if !self.learning && key::tells_digest(known, value, beside) => Mode::Look,
                    true => Mode::Hide(VARIABLE),
                    false if is_text_of_them => Mode::Hide(VARIABLE),
                    false => Mode::Look,
                }
            }
            Rule::Environment | Rule::Look => Mode::Look,
        }
    }
}

/// Returns a text as a line in which nothing has the shape of a secret.
fn shapes_hidden(text: &str) -> String {
    let line = character::clean(text, usize::MAX);
    pattern::scrub_shapes(&line).unwrap_or(line)
}

/// Tells whether a value says that there is none, counts something, or refers to a secret kept elsewhere.
fn is_none(text: &str) -> bool {
    assign::says_none(text) || text.starts_with("{{resolve:") && text.ends_with("}}")
}

/// Tells whether there is nothing to hide, or AWS or an earlier pass hid it already.
fn is_empty_or_hidden(text: &str) -> bool {
    text.is_empty() || pattern::is_marker(text)
}

/// Tells whether the names in a value have nothing to hide.
fn has_plain_names(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(has_plain_names),
        Value::Object(fields) => fields.iter().all(|(name, value)| plain::is_word(name) && has_plain_names(value)),
        _ => true,
    }
}

/// Tells whether any text or number of a value is shown.
fn tells_something(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(tells_something),
        Value::Object(fields) => fields.values().any(tells_something),
        Value::String(text) => !is_empty_or_hidden(text),
        Value::Number(_) => true,
        Value::Null | Value::Bool(_) => false,
    }
}
