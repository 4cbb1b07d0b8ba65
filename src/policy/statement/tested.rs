//! What a statement may test, group and order by: expressions of known parts, written anew.

use sqlparser::ast::{
    BinaryOperator, CastKind, DuplicateTreatment, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, InTarget, UnaryOperator,
    Value as Literal,
};

use super::Problem;
use crate::redact;

/// How deep expressions may be.
pub(super) const MAX_DEPTH: usize = 40;
/// Functions whose results are numbers, or times: they show nothing of what they are given.
pub(super) const COUNTING: &[&str] = &["count", "count_if", "approx_distinct", "sum", "avg", "length"];
/// Functions whose results are what they are given, or a part that says its name.
pub(super) const SHOWING: &[&str] = &["min", "max", "arbitrary", "date_trunc", "date", "json_extract", "json_extract_scalar"];
/// Functions that may be tested by, and whose results could hide what they show.
#[rustfmt::skip] // Words read best in lines.
const TESTING: &[&str] = &[
    "lower", "upper", "strpos", "starts_with", "substr", "regexp_like", "coalesce", "from_iso8601_timestamp", "date_parse", "contains", "cardinality", "trim",
    "concat",
];
/// Types that a value may be read as.
const TYPES: &[&str] = &["VARCHAR", "BIGINT", "INTEGER", "DOUBLE", "BOOLEAN", "TIMESTAMP", "DATE"];

/// Writes a name of letters, digits and underscores; in quotation marks of SQL also hyphens, as ids have.
pub(super) fn ident(ident: &Ident) -> Result<String, Problem> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-' && ident.quote_style == Some('"');
    if ident.value.is_empty() || ident.value.len() > 128 || !ident.value.chars().all(plain) {
        return Err("has a name with signs that are not taken".to_owned());
    }
    match ident.quote_style {
        None => Ok(ident.value.clone()),
        Some('"') => Ok(format!("\"{}\"", ident.value)),
        Some(_) => Err("has a name in quotation marks that are not taken: use \"".to_owned()),
    }
}

pub(super) fn known_type(text: &str) -> Result<&'static str, Problem> {
    TYPES
        .iter()
        .copied()
        .find(|known| known.eq_ignore_ascii_case(text))
        .ok_or_else(|| format!("casts to a type that is not taken: take {}", TYPES.join(", ")))
}

/// Writes what rows are tested, grouped and ordered by.
pub(super) fn test(expr: &Expr, depth: usize) -> Result<String, Problem> {
    if depth > MAX_DEPTH {
        return Err("is nested too deeply".to_owned());
    }
    let deeper = |inner: &Expr| test(inner, depth + 1);
    let not = |negated: bool| if negated { "NOT " } else { "" };
    Ok(match expr {
        Expr::Identifier(name) => ident(name)?,
        Expr::CompoundIdentifier(names) => names.iter().map(ident).collect::<Result<Vec<_>, _>>()?.join("."),
        Expr::Value(value) => literal(&value.value)?,
        Expr::Nested(inner) => format!("({})", deeper(inner)?),
        Expr::IsNull(inner) => format!("{} IS NULL", deeper(inner)?),
        Expr::IsNotNull(inner) => format!("{} IS NOT NULL", deeper(inner)?),
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => format!("NOT {}", deeper(expr)?),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => format!("-{}", deeper(expr)?),
        Expr::BinaryOp { left, op, right } => format!("{} {} {}", deeper(left)?, operator(op)?, deeper(right)?),
        Expr::Between { expr, negated, low, high } => {
            format!("{} {}BETWEEN {} AND {}", deeper(expr)?, not(*negated), deeper(low)?, deeper(high)?)
        }
        Expr::In { expr, target: InTarget::List(list), negated, global: false } => {
            let items: Vec<String> = list.iter().map(deeper).collect::<Result<_, _>>()?;
            format!("{} {}IN ({})", deeper(expr)?, not(*negated), items.join(", "))
        }
        Expr::Like { negated, any: false, expr, pattern, escape_char: None } => {
            format!("{} {}LIKE {}", deeper(expr)?, not(*negated), deeper(pattern)?)
        }
        Expr::Cast { kind: CastKind::Cast, expr, data_type, format: None } => {
            format!("CAST({} AS {})", deeper(expr)?, known_type(&data_type.to_string())?)
        }
        Expr::Function(_) => write_call(expr, depth)?,
        _ => return Err("has an expression that is not taken, such as a subquery".to_owned()),
    })
}

fn literal(literal: &Literal) -> Result<String, Problem> {
    Ok(match literal {
        Literal::SingleQuotedString(text) if text.chars().any(char::is_control) => {
            return Err("has a control character in a text".to_owned());
        }
        Literal::SingleQuotedString(text) => format!("'{}'", text.replace('\'', "''")),
        Literal::Number(number, false) => number.clone(),
        Literal::Boolean(true) => "true".to_owned(),
        Literal::Boolean(false) => "false".to_owned(),
        Literal::Null => "NULL".to_owned(),
        _ => return Err("has a literal that is not taken: take '…' and numbers".to_owned()),
    })
}

fn operator(op: &BinaryOperator) -> Result<&'static str, Problem> {
    Ok(match op {
        BinaryOperator::And => "AND",
        BinaryOperator::Or => "OR",
        BinaryOperator::Eq => "=",
        BinaryOperator::NotEq => "<>",
        BinaryOperator::Lt => "<",
        BinaryOperator::LtEq => "<=",
        BinaryOperator::Gt => ">",
        BinaryOperator::GtEq => ">=",
        BinaryOperator::Plus => "+",
        BinaryOperator::Minus => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        _ => return Err("has an operator that is not taken".to_owned()),
    })
}

/// Returns the name of a function and its arguments.
pub(super) fn call(expr: &Expr) -> Result<(String, Vec<Expr>), Problem> {
    let Expr::Function(function) = expr else { return Err("has an expression that is not taken".to_owned()) };
    let name = function.name.to_string().to_ascii_lowercase();
    let plain = function.over.is_none()
        && function.filter.is_none()
        && function.null_treatment.is_none()
        && function.within_group.is_empty()
        && function.parameters == FunctionArguments::None
        && !function.uses_odbc_syntax;
    let FunctionArguments::List(list) = &function.args else {
        return Err(format!("calls {} in a way that is not taken", redact::text(&name, 40)));
    };
    if !plain || !list.clauses.is_empty() {
        return Err("calls a function with OVER, FILTER or the like, which is not taken".to_owned());
    }
    let mut args = Vec::new();
    for arg in &list.args {
        match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => args.push(expr.clone()),
            FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if name == "count" => {}
            _ => return Err("gives a function an argument that is not taken".to_owned()),
        }
    }
    Ok((name, args))
}

pub(super) fn write_call(expr: &Expr, depth: usize) -> Result<String, Problem> {
    let (name, args) = call(expr)?;
    if !COUNTING.iter().chain(SHOWING).chain(TESTING).any(|known| *known == name) {
        let known: Vec<&str> = COUNTING.iter().chain(SHOWING).chain(TESTING).copied().collect();
        return Err(format!("calls a function that is not taken: take {}", known.join(", ")));
    }
    let Expr::Function(function) = expr else { return Err("has an expression that is not taken".to_owned()) };
    let distinct = match &function.args {
        FunctionArguments::List(list) if list.duplicate_treatment == Some(DuplicateTreatment::Distinct) => "DISTINCT ",
        _ => "",
    };
    let args: Vec<String> = args.iter().map(|arg| test(arg, depth + 1)).collect::<Result<_, _>>()?;
    let inside = if args.is_empty() && name == "count" { "*".to_owned() } else { args.join(", ") };
    let written = function.name.to_string();
    let own = if written.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') { written } else { name };
    Ok(format!("{own}({distinct}{inside})"))
}
