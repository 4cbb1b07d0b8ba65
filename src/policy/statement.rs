//! Raw SQL: what of it may be run, and how it is bound.
//!
//! ```text
//!  text ──► Unbound     one SELECT over one table, of known parts; what it shows may be shown
//!             │ bind    the engine's own table, and account, region, time and LIMIT, always
//!           Statement   only this is run
//! ```
//!
//! Nothing of the text as it came is run: what is known is written anew, part by part, and what is not known is refused. So a difference
//! between our reading and the engine's cannot be used, and no statement is without its bounds.

use serde_json::{Value, json};
use sqlparser::ast::{
    BinaryOperator, CastKind, Distinct, DuplicateTreatment, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, Ident,
    InTarget, LimitClause, OrderByKind, OrderBySort, Query, Select, SelectItem, SetExpr, Statement as Parsed, TableFactor, UnaryOperator,
    Value as Literal,
};
use sqlparser::dialect::AnsiDialect;
use sqlparser::parser::Parser;

use super::Policy;
use crate::redact;
use crate::refusal::{Code, Refusal};

/// Longest statement, in characters.
const MAX_CHARS: usize = 4_000;
/// How deep expressions may be.
const MAX_DEPTH: usize = 40;
/// Functions whose results are numbers, or times: they show nothing of what they are given.
const COUNTING: &[&str] = &["count", "count_if", "approx_distinct", "sum", "avg", "length"];
/// Functions whose results are what they are given, or a part that says its name.
const SHOWING: &[&str] = &["min", "max", "arbitrary", "date_trunc", "date", "json_extract", "json_extract_scalar"];
/// Functions that may be tested by, and whose results could hide what they show.
#[rustfmt::skip] // Words read best in lines.
const TESTING: &[&str] = &[
    "lower", "upper", "strpos", "starts_with", "substr", "regexp_like", "coalesce", "from_iso8601_timestamp", "date_parse", "contains", "cardinality", "trim",
    "concat",
];
/// Types that a value may be read as.
const TYPES: &[&str] = &["VARCHAR", "BIGINT", "INTEGER", "DOUBLE", "BOOLEAN", "TIMESTAMP", "DATE"];

/// A statement of known parts that has no table and no bounds yet: nothing can run it.
#[derive(Clone, Debug)]
pub struct Unbound {
    /// What is selected.
    shown: String,
    /// The table as it is named in the text.
    table: String,
    alias: String,
    /// The condition.
    tested: Option<String>,
    /// Grouping and order.
    rest: String,
    limit: usize,
    /// The names under which what is shown is judged, from left to right; nothing for all columns.
    keys: Option<Vec<String>>,
}

/// A statement that is bound: only [`Unbound::bind`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    sql: String,
}

impl Statement {
    /// Returns the text to run.
    pub fn sql(&self) -> &str {
        &self.sql
    }
}

impl Policy {
    /// Reads a statement of SQL, of which at most `limit` rows are wanted.
    ///
    /// Errors: `tool_not_allowed` where policy allows none; `invalid_argument` for what is no SELECT over one table of known parts.
    pub fn read_statement(&self, text: &str, limit: usize) -> Result<Unbound, Refusal> {
        if !self.allow_sql {
            return Err(Refusal::new(
                Code::ToolNotAllowed,
                "Raw SQL is not allowed here. The key is allow_sql in [query], which is false unless set.",
                "Ask by `preset` or in plain words. For the operator: set allow_sql = true in [query] of the policy file.",
            )
            .about("sql"));
        }
        read(text, limit).map_err(|problem| refuse(&problem))
    }
}

impl Unbound {
    /// Binds the statement to the engine's table and to what the scope admits.
    ///
    /// Shape: `bounds` are the engine's own conditions on account, region and time, in its own SQL; there is at least one.
    /// Errors: `invalid_argument` when another table is named, or there are no bounds.
    pub fn bind(&self, table: &str, bounds: &[String]) -> Result<Statement, Refusal> {
        let bare = |name: &str| name.replace('"', "").to_ascii_lowercase();
        let (named, own) = (bare(&self.table), bare(table));
        if named != own && own.rsplit('.').next() != Some(named.as_str()) {
            return Err(refuse(&format!("reads another table than {table}, the only one that may be read")));
        }
        if bounds.is_empty() {
            return Err(refuse("cannot be bound to accounts, regions and time here"));
        }
        let bounds: Vec<String> =
            bounds.iter().map(|bound| format!("({bound})")).chain(self.tested.iter().map(|own| format!("({own})"))).collect();
        let Self { shown, alias, rest, limit, .. } = self;
        Ok(Statement { sql: format!("SELECT {shown} FROM {table}{alias} WHERE {}{rest} LIMIT {limit}", bounds.join(" AND ")) })
    }

    /// Returns the names by which what is shown is judged, from left to right; nothing where all columns are shown.
    pub fn keys(&self) -> Option<&[String]> {
        self.keys.as_deref()
    }

    /// Returns the most rows that it gives.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Returns it as it was understood, without its bounds.
    pub fn told(&self) -> String {
        let tested = self.tested.as_ref().map(|own| format!(" WHERE {own}")).unwrap_or_default();
        format!("SELECT {} FROM {}{}{tested}{} LIMIT {}", self.shown, self.table, self.alias, self.rest, self.limit)
    }
}

fn refuse(problem: &str) -> Refusal {
    Refusal::invalid(
        "sql",
        format!("`sql` {problem}."),
        "Give one SELECT over the configured table, such as SELECT eventname, count(*) AS calls FROM events WHERE errorcode IS NOT NULL GROUP BY eventname.",
    )
}

/// Why a statement is not taken, to follow `sql`.
type Problem = String;

fn read(text: &str, limit: usize) -> Result<Unbound, Problem> {
    if text.chars().count() > MAX_CHARS {
        return Err(format!("is longer than {MAX_CHARS} characters"));
    }
    let query = parse(text)?;
    let read = unbound(&query)?;
    // What was written anew must be all there was: a part that is not known would be lost otherwise.
    let again = parse(&read.told_with(&query))?;
    if again != query {
        return Err("has a part that is not taken: take SELECT, FROM, WHERE, GROUP BY, HAVING, ORDER BY and LIMIT alone".to_owned());
    }
    let own = own_limit(&query)?.unwrap_or(limit);
    Ok(Unbound { limit: own.clamp(1, limit.max(1)), ..read })
}

/// Parses a text that is one query.
fn parse(text: &str) -> Result<Query, Problem> {
    let parsed =
        Parser::new(&AnsiDialect {}).with_recursion_limit(MAX_DEPTH).try_with_sql(text).and_then(|mut parser| parser.parse_statements());
    match parsed.as_deref() {
        Ok([Parsed::Query(query)]) => Ok((**query).clone()),
        Ok([_]) => Err("is no SELECT".to_owned()),
        Ok([]) => Err("is empty".to_owned()),
        Ok(_) => Err("has several statements".to_owned()),
        Err(_) => Err("cannot be read as SQL".to_owned()),
    }
}

impl Unbound {
    /// Writes it with the limit that it came with, to be compared with what it came from.
    fn told_with(&self, query: &Query) -> String {
        let tested = self.tested.as_ref().map(|own| format!(" WHERE {own}")).unwrap_or_default();
        let limit = own_limit(query).ok().flatten().map(|limit| format!(" LIMIT {limit}")).unwrap_or_default();
        format!("SELECT {} FROM {}{}{tested}{}{limit}", self.shown, self.table, self.alias, self.rest)
    }
}

/// Returns the limit that a query has.
fn own_limit(query: &Query) -> Result<Option<usize>, Problem> {
    let problem = || "has a LIMIT that is no number, or an OFFSET".to_owned();
    match &query.limit_clause {
        None => Ok(None),
        Some(LimitClause::LimitOffset { limit: Some(Expr::Value(value)), offset: None, limit_by }) if limit_by.is_empty() => {
            match &value.value {
                Literal::Number(number, false) => number.parse().map(Some).map_err(|_| problem()),
                _ => Err(problem()),
            }
        }
        Some(_) => Err(problem()),
    }
}

fn unbound(query: &Query) -> Result<Unbound, Problem> {
    let SetExpr::Select(select) = &*query.body else {
        return Err("is no plain SELECT: UNION, VALUES and the like are not taken".to_owned());
    };
    let (table, alias) = table(select)?;
    let distinct = match &select.distinct {
        None => "",
        Some(Distinct::Distinct) => "DISTINCT ",
        Some(_) => return Err("has a DISTINCT ON, which is not taken".to_owned()),
    };
    let (mut shown, mut keys) = (Vec::new(), Some(Vec::new()));
    for item in &select.projection {
        let (text, key) = match item {
            SelectItem::UnnamedExpr(expr) => show(expr)?,
            SelectItem::ExprWithAlias { expr, alias } => {
                let (text, key) = show(expr)?;
                (format!("{text} AS {}", ident(alias)?), key)
            }
            SelectItem::Wildcard(_) => {
                keys = None;
                ("*".to_owned(), String::new())
            }
            _ => return Err("selects something that is not taken: name columns, or give *".to_owned()),
        };
        shown.push(text);
        if let Some(keys) = &mut keys {
            keys.push(key);
        }
    }
    let mut rest = String::new();
    match &select.group_by {
        GroupByExpr::Expressions(exprs, modifiers) if modifiers.is_empty() => {
            if !exprs.is_empty() {
                rest.push_str(&format!(" GROUP BY {}", all(exprs.iter())?));
            }
        }
        _ => return Err("has a GROUP BY that is not taken".to_owned()),
    }
    if let Some(having) = &select.having {
        rest.push_str(&format!(" HAVING {}", test(having, 0)?));
    }
    match query.order_by.as_ref().map(|order| &order.kind) {
        None => {}
        Some(OrderByKind::Expressions(exprs)) => {
            let mut orders = Vec::new();
            for one in exprs {
                let direction = match &one.options.sort {
                    None => "",
                    Some(OrderBySort::Asc) => " ASC",
                    Some(OrderBySort::Desc) => " DESC",
                    Some(OrderBySort::Using(_)) => return Err("has an ORDER BY that is not taken".to_owned()),
                };
                orders.push(format!("{}{direction}", test(&one.expr, 0)?));
            }
            rest.push_str(&format!(" ORDER BY {}", orders.join(", ")));
        }
        Some(OrderByKind::All(_)) => return Err("has an ORDER BY that is not taken".to_owned()),
    }
    let tested = select.selection.as_ref().map(|own| test(own, 0)).transpose()?;
    Ok(Unbound { shown: format!("{distinct}{}", shown.join(", ")), table, alias, tested, rest, limit: 0, keys })
}

fn all<'a>(exprs: impl Iterator<Item = &'a Expr>) -> Result<String, Problem> {
    exprs.map(|expr| test(expr, 0)).collect::<Result<Vec<_>, _>>().map(|texts| texts.join(", "))
}

/// Returns the one table, and its alias.
fn table(select: &Select) -> Result<(String, String), Problem> {
    let problem = || "reads something other than one table: joins, subqueries and table functions are not taken".to_owned();
    let [from] = select.from.as_slice() else { return Err(problem()) };
    let TableFactor::Table { name, alias, .. } = &from.relation else { return Err(problem()) };
    if !from.joins.is_empty() {
        return Err(problem());
    }
    let parts: Vec<String> = name.0.iter().map(|part| part.as_ident().ok_or_else(problem).and_then(ident)).collect::<Result<_, _>>()?;
    let alias =
        alias.as_ref().map(|alias| Ok::<_, Problem>(format!(" {}{}", if alias.explicit { "AS " } else { "" }, ident(&alias.name)?)));
    Ok((parts.join("."), alias.transpose()?.unwrap_or_default()))
}

/// Writes a name of letters, digits and underscores; in quotation marks of SQL also hyphens, as ids have.
fn ident(ident: &Ident) -> Result<String, Problem> {
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

/// Writes what is shown, with the name that it is judged by.
///
/// Why so little? What is shown is redacted by its form and its name, and both are lost once a part of it is cut, joined or changed.
fn show(expr: &Expr) -> Result<(String, String), Problem> {
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

fn known_type(text: &str) -> Result<&'static str, Problem> {
    TYPES
        .iter()
        .copied()
        .find(|known| known.eq_ignore_ascii_case(text))
        .ok_or_else(|| format!("casts to a type that is not taken: take {}", TYPES.join(", ")))
}

/// Writes what rows are tested, grouped and ordered by.
fn test(expr: &Expr, depth: usize) -> Result<String, Problem> {
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
fn call(expr: &Expr) -> Result<(String, Vec<Expr>), Problem> {
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

fn write_call(expr: &Expr, depth: usize) -> Result<String, Problem> {
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

#[cfg(test)]
mod tests;
