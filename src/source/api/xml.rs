//! XML answers as JSON values, which all that is read of settings is taken from.

use serde_json::{Map, Value};
use xmlparser::{ElementEnd, Token, Tokenizer};

/// Deepest nesting that is read; AWS's answers have less than ten levels.
const DEPTH: usize = 64;

/// Reads a document.
///
/// Shape: an element with children is an object of its children by local name, of which one that repeats is an array; any other is its text.
/// The root's own name is lost.
/// Errors: nothing for what is no well-formed document.
pub(super) fn value(text: &str) -> Option<Value> {
    let mut open: Vec<Element> = Vec::new();
    for token in Tokenizer::from(text) {
        match token.ok()? {
            Token::ElementStart { local, .. } if open.len() < DEPTH => {
                open.push(Element { name: local.as_str().to_owned(), ..Element::default() })
            }
            Token::ElementStart { .. } => return None,
            Token::Text { text } => open.last_mut()?.text.push_str(&unescaped(text.as_str())),
            Token::Cdata { text, .. } => open.last_mut()?.text.push_str(text.as_str()),
            Token::ElementEnd { end: ElementEnd::Close(..) | ElementEnd::Empty, .. } => {
                let closed = open.pop()?;
                let (name, value) = (closed.name.clone(), closed.value());
                match open.last_mut() {
                    Some(parent) => parent.add(name, value),
                    None => return Some(value),
                }
            }
            // What stands before the root and attributes, of which nothing is asked.
            _ => {}
        }
    }
    None
}

#[derive(Default)]
struct Element {
    name: String,
    text: String,
    children: Map<String, Value>,
}

impl Element {
    fn add(&mut self, name: String, value: Value) {
        match self.children.get_mut(&name) {
            Some(Value::Array(known)) => known.push(value),
            Some(known) => *known = Value::Array(vec![known.take(), value]),
            None => {
                self.children.insert(name, value);
            }
        }
    }

    fn value(self) -> Value {
        if self.children.is_empty() { Value::String(self.text.trim().to_owned()) } else { Value::Object(self.children) }
    }
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let Some((name, after)) = after.split_once(';') else {
            out.push('&');
            rest = after;
            continue;
        };
        match character(name) {
            Some(c) => out.push(c),
            None => out.extend(["&", name, ";"]),
        }
        rest = after;
    }
    out + rest
}

fn character(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn children_are_fields_and_what_repeats_is_a_list() {
        let text = r#"<?xml version="1.0"?><A xmlns="x"><B>1 &amp; &#x32;</B><L><m><n>a</n></m><m><n>b</n></m></L><E/></A>"#;
        assert_eq!(value(text), Some(json!({"B": "1 & 2", "L": {"m": [{"n": "a"}, {"n": "b"}]}, "E": ""})));
    }

    #[test]
    fn what_is_cut_short_or_no_document_is_nothing() {
        for text in ["", "<A><B>1</B>", "no", "<A></B"] {
            assert_eq!(value(text), None, "{text}");
        }
        assert_eq!(value(&"<a>".repeat(100)), None);
    }
}
