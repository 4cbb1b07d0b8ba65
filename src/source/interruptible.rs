//! A source whose readings end when they are told to: what was read by then is an answer, the rest is told as cancelled.

use std::sync::Arc;

use tokio::sync::watch;

use super::sql::{Sql, SqlReading};
use super::{BoxFuture, Query, Source};
use crate::coverage::{Cell, Note, Profile, Reading, State};
use crate::policy::{Unbound, Ungated};
use crate::refusal::Refusal;

/// A source, and the signal that ends its readings.
pub struct Interruptible {
    source: Arc<dyn Source>,
    end: watch::Receiver<bool>,
}

impl Interruptible {
    /// Reads from `source` until `end` holds true.
    pub fn new(source: Arc<dyn Source>, end: watch::Receiver<bool>) -> Self {
        Self { source, end }
    }

    fn cancelled(&self, query: &Query) -> Cell {
        let (account, region) = (query.account().unwrap_or_default(), query.region().unwrap_or_default());
        let mut cell = Cell::cut(account, region, self.profile(), State::Cancelled, None).with(0, 0, [Note::ServerEnded]);
        cell.asked = query.asked();
        cell
    }
}

/// Waits until `end` holds true; where nobody can tell it any more, for ever.
pub async fn told_to_end(mut end: watch::Receiver<bool>) {
    if end.wait_for(|end| *end).await.is_err() {
        std::future::pending::<()>().await;
    }
}

impl Source for Interruptible {
    fn profile(&self) -> &'static Profile {
        self.source.profile()
    }

    fn read<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Ungated> {
        Box::pin(async move {
            tokio::select! {
                biased;
                reading = self.source.read(query) => reading,
                () = told_to_end(self.end.clone()) => Reading { cells: vec![self.cancelled(query)], ..Reading::default() }.into(),
            }
        })
    }

    fn sql(&self) -> Option<&dyn Sql> {
        self.source.sql().map(|_| self as &dyn Sql)
    }
}

impl Sql for Interruptible {
    fn ask<'a>(&'a self, statement: &'a Unbound, query: &'a Query) -> BoxFuture<'a, Result<SqlReading, Refusal>> {
        Box::pin(async move {
            let ended = || Ok(SqlReading { cells: vec![self.cancelled(query)], ..SqlReading::default() });
            let Some(sql) = self.source.sql() else { return ended() };
            tokio::select! {
                biased;
                reading = sql.ask(statement, query) => reading,
                () = told_to_end(self.end.clone()) => ended(),
            }
        })
    }
}
