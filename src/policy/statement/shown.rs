//! What a statement may show: what can be redacted by its form and by the name that it is judged by.

use serde_json::{Value, json};
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
                    let member = path.rsplit(['.', '[']).next().unwrap_or_default().trim_matches(['"', '\'', ']', '$']);
                    let (_, key) = show(root)?;
                    if member.is_empty() || member.chars().all(|c| c.is_ascii_digit()) { key } else { column(String::new(), member)?.1 }
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

/// Makes sure that a column is none whose name says that it holds a secret.
fn column(text: String, name: &str) -> Result<(String, String), Problem> {
    let sample = "wJalr-XUtnFEMI";
    let shown = redact::record(&json!({"requestParameters": {name: sample}}));
    let hides = shown.pointer(&format!("/requestParameters/{}", name.replace('~', "~0").replace('/', "~1"))).and_then(Value::as_str)
        != Some(sample);
    if hides { Err("shows what is a secret by its name".to_owned()) } else { Ok((text, name.to_owned())) }
}
