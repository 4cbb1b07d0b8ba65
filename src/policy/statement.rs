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

mod shown;
mod tested;

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, LimitClause, OrderByKind, OrderBySort, Query, Select, SelectItem, SetExpr, TableFactor, Value as Literal,
};
use sqlparser::dialect::AnsiDialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use self::shown::show;
use self::tested::{MAX_DEPTH, ident, test};
use super::Policy;
use crate::refusal::{Code, Refusal};

/// Longest statement, in characters.
const MAX_CHARS: usize = 4_000;

/// Most columns that are shown: with what is shown of each cell, a row has room in an answer.
const MAX_COLUMNS: usize = 40;

/// The name by which the configured table may be called, whatever it is called by its engine.
const ANY: &str = "events";

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
    /// Errors: `tool_not_allowed` where policy allows none, or not for all that there is; `invalid_argument` for what is no SELECT over one table of known parts.
    pub fn read_statement(&self, text: &str, limit: usize) -> Result<Unbound, Refusal> {
        if !self.allow_sql {
            return Err(Refusal::new(
                Code::ToolNotAllowed,
                "Raw SQL is not allowed here. The key is allow_sql in [query], which is false unless set.",
                "Ask by `preset` or in plain words. For the operator: set allow_sql = true in [query] of the policy file.",
            )
            .about("sql"));
        }
        // What a row counts or joins cannot be told apart by category any more.
        if !self.categories.is_empty() {
            return Err(Refusal::new(
                Code::ToolNotAllowed,
                "Raw SQL is not allowed for a caller who sees certain categories alone: its rows are of all of them.",
                "Ask by `preset` or in plain words. For the operator: the key is categories of this caller's [[http.callers]] entry.",
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
        if named != ANY && named != own && own.rsplit('.').next() != Some(named.as_str()) {
            return Err(refuse(&format!("reads another table than {table}, the only one that may be read; `{ANY}` means it, too")));
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
///
/// Not by `parse_statements`, with which all that reads other statements would be in the binary.
fn parse(text: &str) -> Result<Query, Problem> {
    let unreadable = |_| "cannot be read as SQL".to_owned();
    let mut parser = Parser::new(&AnsiDialect {}).with_recursion_limit(MAX_DEPTH).try_with_sql(text).map_err(unreadable)?;
    while parser.consume_token(&Token::SemiColon) {}
    match &parser.peek_token_ref().token {
        Token::EOF => return Err("is empty".to_owned()),
        Token::LParen => {}
        Token::Word(word) if matches!(word.keyword, Keyword::SELECT | Keyword::WITH | Keyword::VALUES) => {}
        _ => return Err("is no SELECT".to_owned()),
    }
    let query = parser.parse_query().map_err(unreadable)?;
    let mut ended = false;
    while parser.consume_token(&Token::SemiColon) {
        ended = true;
    }
    match parser.peek_token_ref().token {
        Token::EOF => Ok(*query),
        _ if ended => Err("has several statements".to_owned()),
        _ => Err("cannot be read as SQL".to_owned()),
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
    if select.projection.len() > MAX_COLUMNS {
        return Err(format!("shows more than {MAX_COLUMNS} columns"));
    }
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

#[cfg(test)]
mod tests;
