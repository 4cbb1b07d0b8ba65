//! The walk over a JSON value: each field's rule, then the text of what is left.

use super::key::{self, Known, Rule};
use super::{MAX_FIELD_CHARS, character, layer, pattern};
use serde_json::{Map, Value};

/// Deeper values are cut off; a JSON reader stops at 128 itself.
const MAX_DEPTH: usize = 160;

/// The kind of secret that a value of an environment may be.
const VARIABLE: &str = "variable";

/// How the strings below a field are treated, inherited downwards.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Look,
    Hide(&'static str),
    HideText(&'static str),
    Shorten(usize, usize),
    Environment,
}

/// What a walk did to a value that it rewrote.
#[derive(Clone, Copy, Default)]
pub(super) struct Found {
    /// Something was hidden, or only shortened.
    pub(super) changed: bool,
    /// Something was hidden.
    pub(super) secret: bool,
}

struct Walk {
    found: Found,
    layers: usize,
}

/// Returns `value` with every secret hidden and every string safe; structure and key order stay.
pub(super) fn redact(value: &Value) -> Value {
    let mut walk = Walk { found: Found::default(), layers: 0 };
    walk.value(value, Mode::Look, 0)
}

/// Hides in place what stands under a secret's name, wherever the name alone tells; text is left as it is.
///
/// Values that only stand where secrets may stand (variables, parameters, inputs) stay when they are ARNs or ids of
/// AWS's own making, since those relate one resource to another.
pub(super) fn hide_fields(value: &mut Value) {
    hide_below(value, Mode::Look, 0);
}

fn hide_below(value: &mut Value, mode: Mode, depth: usize) {
    match (value, mode) {
        (value, _) if depth > MAX_DEPTH => *value = Value::Null,
        (Value::Array(items), _) => items.iter_mut().for_each(|item| hide_below(item, mode, depth + 1)),
        (Value::Object(fields), _) => {
            // Few fields are more than looked at, and most objects have none of these.
            let mut special = fields
                .iter()
                .enumerate()
                .filter(|(_, (_, value))| !matches!(value, Value::Null | Value::Bool(_)))
                .map(|(at, (name, value))| (at, mode_below(&key::known(name), value, mode, fields)))
                .filter(|(_, mode)| !matches!(mode, Mode::Look | Mode::Shorten(..)))
                .collect::<Vec<_>>()
                .into_iter()
                .peekable();
            for (at, value) in fields.values_mut().enumerate() {
                let mode = special.next_if(|(of, _)| *of == at).map_or(Mode::Look, |(_, mode)| mode);
                hide_below(value, mode, depth + 1);
            }
        }
        (Value::String(text), Mode::Hide(VARIABLE | "parameter" | "input") | Mode::HideText(_)) if is_identifier(text) => {}
        (Value::String(text), Mode::Hide(kind) | Mode::HideText(kind)) if !is_empty_or_hidden(text) => *text = pattern::marker(kind),
        (value @ Value::Number(_), Mode::Hide(kind)) if kind != VARIABLE => *value = Value::String(pattern::marker(kind)),
        _ => {}
    }
}

/// Redacts JSON that was found inside `layers` other layers, and tells what happened.
pub(super) fn redact_inner(value: &Value, layers: usize) -> (Value, Found) {
    let mut walk = Walk { found: Found::default(), layers };
    let value = walk.value(value, Mode::Look, 0);
    (value, walk.found)
}

impl Walk {
    fn value(&mut self, value: &Value, mode: Mode, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return Value::String(pattern::marker("nested too deep"));
        }
        match value {
            Value::String(text) => Value::String(self.text(text, mode)),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.value(item, mode, depth + 1)).collect()),
            Value::Object(fields) => Value::Object(self.object(fields, mode, depth)),
            Value::Number(_) => match mode {
                // Variables are strings; a number among them counts something.
                Mode::Hide(kind) if kind != VARIABLE => Value::String(self.hidden(kind)),
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
            let mode = mode_below(&known, value, mode, fields);
            let value = self.value(value, mode, depth + 1);
            let mut safe = if known.is_safe { name.clone() } else { self.scrub(name) };
            renamed |= safe != *name;
            while renamed && redacted.contains_key(&safe) {
                safe.push('\'');
            }
            redacted.insert(safe, value);
        }
        redacted
    }

    fn text(&mut self, text: &str, mode: Mode) -> String {
        match mode {
            Mode::Hide(kind) if !is_empty_or_hidden(text) => self.hidden(kind),
            Mode::HideText(kind) if !is_empty_or_hidden(text) && !text.starts_with("arn:") => self.hidden(kind),
            Mode::Shorten(head, tail) => {
                let line = self.scrub(text);
                if pattern::holds_marker(&line) {
                    return line;
                }
                let short = pattern::shorten(&line, head, tail);
                self.found.changed |= short != line;
                short
            }
            _ => self.scrub(text),
        }
    }

    fn scrub(&mut self, text: &str) -> String {
        let line = character::clean(text, usize::MAX);
        let line = match layer::scrub_within(&line, self.layers) {
            Some(scrubbed) => {
                self.found.changed = true;
                self.found.secret |= scrubbed.secret;
                scrubbed.text
            }
            None => line,
        };
        character::cap(line, MAX_FIELD_CHARS)
    }

    fn hidden(&mut self, kind: &str) -> String {
        self.found = Found { changed: true, secret: true };
        pattern::marker(kind)
    }
}

/// Returns how the field's value is treated, from its name, the fields beside it and what holds for the whole object.
fn mode_below(known: &Known, value: &Value, mode: Mode, beside: &Map<String, Value>) -> Mode {
    if let Mode::Hide(_) = mode {
        return mode;
    }
    let name = &*known.normal;
    let rule = match known.rule {
        Rule::Look if known.hangs_on_others => key::rule_beside(name, beside),
        // A signed-in session's credentials are an object with fields of their own.
        rule => rule,
    };
    match rule {
        Rule::Hide(kind) => Mode::Hide(kind),
        // Nothing else than its ARN, key and status belongs there.
        Rule::HideText(_) if name == "masterusersecret" && value.is_object() => Mode::Environment,
        Rule::HideText(kind) => Mode::HideText(kind),
        Rule::Shorten(head, tail) => Mode::Shorten(head, tail),
        // A tag or an argument may be called `environment` too: its text is no list of variables.
        Rule::Environment if value.is_string() && mode != Mode::Environment => Mode::Look,
        Rule::Environment if value.is_object() || value.is_array() => Mode::Environment,
        Rule::Environment | Rule::Look if mode == Mode::Environment => {
            let holds_variables = value.is_array() && name == "items" || value.is_object() && name == "entry";
            match key::is_variable(name, beside) {
                _ if holds_variables => Mode::Environment,
                true => Mode::Hide(VARIABLE),
                false => Mode::Look,
            }
        }
        Rule::Environment | Rule::Look => Mode::Look,
    }
}

/// Tells whether text is an ARN or an id such as `i-0123456789abcdef0`.
fn is_identifier(text: &str) -> bool {
    text.starts_with("arn:")
        || text.split_once('-').is_some_and(|(prefix, digits)| {
            (1..=10).contains(&prefix.len())
                && prefix.bytes().all(|byte| byte.is_ascii_lowercase())
                && matches!(digits.len(), 8 | 17)
                && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

/// Tells whether there is nothing to hide, or AWS or an earlier pass hid it already.
fn is_empty_or_hidden(text: &str) -> bool {
    text.is_empty() || pattern::is_marker(text)
}
