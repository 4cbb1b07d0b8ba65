//! Statements of callers, where an engine takes them: bound, run and told like every other query.

use super::conclude::Given;
use super::run::Limits;
use super::source::{Asking, Engine};
use super::sql::Table;
use crate::coverage::{Cell, EngineFault};
use crate::policy::Unbound;
use crate::refusal::Refusal;
use crate::source::sql::{Sql, SqlReading};
use crate::source::{BoxFuture, Query, Source};

impl Sql for Engine {
    fn ask<'a>(&'a self, statement: &'a Unbound, query: &'a Query) -> BoxFuture<'a, Result<SqlReading, Refusal>> {
        Box::pin(async move {
            let table = self.driver.statements().table().ok_or_else(|| refuse("cannot run there", String::new()))?;
            let asking = match self.begin(query).await {
                Ok(asking) => Asking { asked: asking.asked.without_extra(), ..asking },
                Err(gap) => return Ok(SqlReading { cells: vec![*gap], ..SqlReading::default() }),
            };
            if asking.asked.accounts.is_empty() {
                return Ok(SqlReading { cells: asking.missed, ..SqlReading::default() });
            }
            // What is not bound is refused here, before anything is sent for it.
            let bound = statement.bind(&table.from, &table.bounds(&asking.asked))?;
            // One more than there can be: to reach the limit of a statement leaves nothing of it unread.
            let bounded = Limits { rows: statement.limit() + 1, ..asking.limits };
            let (mut outcome, begun) = self.run_or_read(&asking, &asking.asked, bound.sql().to_owned(), bounded).await;
            if let Some(refusal) = outcome.fault.as_ref().and_then(|fault| self.of_statement(fault, table)) {
                return Err(refusal);
            }
            let columns: Vec<String> =
                outcome.rows.first().map(|row| row.iter().map(|(name, _)| name.clone()).collect()).unwrap_or_default();
            let shown = statement.keys().map_or(columns.len(), <[String]>::len);
            // What is shown is redacted by where it stands, so each cell has to stand there.
            if outcome.rows.iter().any(|row| row.len() != shown) {
                (outcome.rows, outcome.fault) = (Vec::new(), Some(EngineFault::Unreadable));
            }
            let mut given = Given::of_statement(self.profile(), &outcome, begun);
            if given.is_whole() {
                given.holding = Some(self.holding(&asking).await);
            }
            let cells = given.conclude(query, &asking.asked, asking.conversation.sent()).cells;
            let cells: Vec<Cell> = cells.into_iter().chain(asking.missed).collect();
            let text = |value: serde_json::Value| match value {
                serde_json::Value::Null => None,
                serde_json::Value::String(text) => Some(text),
                other => Some(other.to_string()),
            };
            let rows = outcome.rows.into_iter().map(|row| row.into_iter().map(|(_, value)| text(value)).collect()).collect();
            Ok(SqlReading { columns, rows, cells })
        })
    }
}

impl Engine {
    /// Says of a fault that it is the statement's, with what mends it; nothing where it is not.
    fn of_statement(&self, fault: &EngineFault, table: &Table) -> Option<Refusal> {
        let title = self.profile().title;
        let columns = || format!("The columns are {}.", table.names.join(", "));
        match fault {
            EngineFault::NoColumn => Some(refuse(&format!("names a column that the table of {title} does not have"), columns())),
            EngineFault::Statement(name) => Some(refuse(&format!("is not taken by {title}: {name}"), columns())),
            _ => None,
        }
    }
}

fn refuse(problem: &str, next: String) -> Refusal {
    Refusal::invalid("sql", format!("`sql` {problem}."), next)
}
