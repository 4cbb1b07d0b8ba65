//! What a statement may show: what can be redacted by its form and by the name that it is judged by.

use serde_json::{Map, Value, json};
use sqlparser::ast::{CastKind, Expr, Value as Literal};

use super::Problem;
use super::tested::{COUNTING, SHOWING, call, ident, known_type, write_call};
use crate::redact;

/// Writes what is shown, with the name that it is judged by.
///
/// Why so little? What is shown is redacted by its form and its name, and both are lost once a part of it is cut, joined or changed.
pub(super) fn show(expr: &Expr) -> Result<(String, String), Problem> {
    let problem = || {
        format!(
            "shows something that could not be redacted: show columns, numbers, and {}",
            COUNTING.iter().chain(SHOWING).copied().collect::<Vec<_>>().join(", ")
        )
    };
    match expr {
        Expr::Identifier(name) => column(ident(name)?, &name.value),
        Expr::CompoundIdentifier(names) => {
            let texts: Vec<String> = names.iter().map(ident).collect::<Result<_, _>>()?;
            column(texts.join("."), names.last().map_or("", |name| &name.value))
        }
        Expr::Value(value) => match &value.value {
            Literal::Number(number, false) => Ok((number.clone(), "number".to_owned())),
            _ => Err(problem()),
        },
        Expr::Nested(inner) => show(inner).map(|(text, key)| (format!("({text})"), key)),
        Expr::Cast { kind: CastKind::Cast, expr, data_type, format: None } => {
            let (text, key) = show(expr)?;
            Ok((format!("CAST({text} AS {})", known_type(&data_type.to_string())?), key))
        }
        Expr::Function(_) => {
            let (name, args) = call(expr)?;
            if COUNTING.contains(&name.as_str()) {
                return Ok((write_call(expr, 0)?, "number".to_owned()));
            }
            if !SHOWING.contains(&name.as_str()) {
                return Err(problem());
            }
            // `date_trunc('hour', x)` and `json_extract_scalar(x, '$.y')`: the one that is no literal is what is shown.
            let key = match (name.as_str(), args.as_slice()) {
                ("json_extract" | "json_extract_scalar", [root, Expr::Value(path)]) => {
                    let Literal::SingleQuotedString(path) = &path.value else { return Err(problem()) };
                    if !matches!(root, Expr::Identifier(_) | Expr::CompoundIdentifier(_)) {
                        return Err("reads a part of a part: give the whole path at once, such as '$.a.b'".to_owned());
                    }
                    let (_, key) = show(root)?;
                    member(path)?.unwrap_or(key)
                }
                (_, args) => {
                    let inner = args.iter().find(|arg| !matches!(arg, Expr::Value(_))).ok_or_else(problem)?;
                    show(inner)?.1
                }
            };
            Ok((write_call(expr, 0)?, key))
        }
        _ => Err(problem()),
    }
}

/// What is taken to be a secret wherever a name, a path or what stands beside it says so.
const SAMPLE: &str = "wJalr-XUtnFEMI";

/// The same, where what a value looks like counts, too: as no name of a thing looks.
const WORDS: &str = "correct horse battery";

/// Returns the last name of a JSON path; nothing where it has none.
///
/// What such a path leads to is shown without all that stands around it. So it may lead to nothing that is hidden where it stands, nor to
/// what a neighbour could say is a secret, such as the `value` beside a `name`.
fn member(path: &str) -> Result<Option<String>, Problem> {
    let steps = steps(path).ok_or("has a path that is not understood: give members and numbers, such as '$.tagSet.items[0].key'")?;
    let names: Vec<&str> = steps.iter().flatten().map(String::as_str).collect();
    for name in &names {
        column(String::new(), name)?;
    }
    let Some(last) = names.last() else { return Ok(None) };
    let beside: Map<String, Value> = NEIGHBOURS.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    for (around, sample) in [(Map::new(), SAMPLE), (Map::new(), WORDS), (beside, SAMPLE)] {
        let mut leaf = true;
        let nested = steps.iter().rev().fold(json!(sample), |inner, step| match step {
            None => json!([inner]),
            Some(name) => {
                let mut object = if std::mem::take(&mut leaf) { around.clone() } else { Map::new() };
                object.insert(name.clone(), inner);
                Value::Object(object)
            }
        });
        let shown = redact::record(&json!({"requestParameters": nested}));
        if !holds(&shown, sample) {
            return Err("shows what may be a secret by where it stands: show the whole column".to_owned());
        }
    }
    Ok(Some((*last).to_owned()))
}

/// What may stand beside a value and say that it is a secret.
const NEIGHBOURS: &[(&str, &str)] = &[
    ("name", "password"),
    ("key", "password"),
    ("Name", "password"),
    ("Key", "password"),
    ("parameterName", "password"),
    ("parameterKey", "password"),
    ("optionName", "password"),
    ("headerName", "authorization"),
    ("variableName", "password"),
    ("type", "SecureString"),
    ("documentName", "AWS-RunShellScript"),
    ("stateMachineArn", "arn:aws:states:eu-west-1:111122223333:stateMachine:x"),
    ("functionName", "x"),
    ("generateDistinctId", "true"),
];

/// Tells whether a text stands in a value as it is.
fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(own) => own == text,
        Value::Array(items) => items.iter().any(|item| holds(item, text)),
        Value::Object(fields) => fields.values().any(|inner| holds(inner, text)),
        _ => false,
    }
}

/// Reads a JSON path: each name, and nothing for each number; nothing for one that has anything else.
fn steps(path: &str) -> Option<Vec<Option<String>>> {
    let mut rest = path.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let (step, after) = if let Some(quoted) = rest.strip_prefix("[\"") {
            let (name, after) = quoted.split_once("\"]")?;
            (Some(name), after)
        } else if let Some(number) = rest.strip_prefix('[') {
            let (number, after) = number.split_once(']')?;
            (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some(())?;
            (None, after)
        } else {
            let name = rest.strip_prefix('.')?;
            let end = name.find(['.', '[']).unwrap_or(name.len());
            let (name, after) = name.split_at_checked(end)?;
            (Some(name), after)
        };
        if let Some(name) = step {
            let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '/' | ' ');
            (!name.is_empty() && name.chars().all(plain)).then_some(())?;
        }
        steps.push(step.map(str::to_owned));
        rest = after;
    }
    Some(steps)
}

/// Makes sure that a column is none whose name says that it holds a secret.
fn column(text: String, name: &str) -> Result<(String, String), Problem> {
    let shown = redact::record(&json!({"requestParameters": {name: SAMPLE}}));
    if holds(&shown, SAMPLE) { Ok((text, name.to_owned())) } else { Err("shows what is a secret by its name".to_owned()) }
}
