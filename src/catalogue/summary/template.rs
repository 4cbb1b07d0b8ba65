//! Rendering one sentence of the template language.

use serde_json::Value;

use super::{Context, function, text};
use crate::catalogue::json_path;

/// Renders a sentence; none when a value outside brackets is missing.
pub(super) fn render(sentence: &str, context: &Context<'_>) -> Option<String> {
    let mut rest = sentence;
    let (rendered, complete) = segment(&mut rest, context);
    complete.then_some(rendered)
}

/// Renders up to the closing bracket or the end, and tells whether nothing was missing.
fn segment(rest: &mut &str, context: &Context<'_>) -> (String, bool) {
    let mut out = String::new();
    let mut complete = true;
    while let Some(at) = rest.find(['[', ']', '{']) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let mut chars = after.chars();
        let mark = chars.next();
        *rest = chars.as_str();
        match mark {
            Some('[') => {
                let (inner, present) = segment(rest, context);
                if present {
                    out.push_str(&inner);
                }
            }
            Some('{') => {
                let (placeholder, after) = rest.split_once('}').unwrap_or((rest, ""));
                *rest = after;
                match placeholder.split('|').find_map(|alternative| value(alternative, context)) {
                    Some(value) => out.push_str(&value),
                    None => complete = false,
                }
            }
            _ => return (out, complete),
        }
    }
    out.push_str(rest);
    *rest = "";
    (out, complete)
}

/// Returns what stands for one alternative of a placeholder.
fn value(name: &str, context: &Context<'_>) -> Option<String> {
    if let Some(function) = function::find(name) {
        return function(context);
    }
    let now = [context.request, context.response, context.additional].iter().find_map(|part| at(part, name))?;
    match context.before(name, &now) {
        Some(before) => Some(format!("{before} → {now}")),
        None => Some(now),
    }
}

fn at(root: &Value, path: &str) -> Option<String> {
    text::join(json_path::texts(root, path))
}
