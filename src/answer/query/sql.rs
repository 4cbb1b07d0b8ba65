//! The answer to a statement of SQL: what an engine gave, each cell redacted by the name that it is judged by.

use serde_json::{Map, Value};

use super::{Facts, MOST, QueryAnswer, QueryFinding, RowTotals, Understood, is_all};
use crate::answer::tokens::estimate;
use crate::answer::words::Words;
use crate::answer::{Cost, build};
use crate::coverage::Coverage;
use crate::policy::UntrustedText;
use crate::redact;
use crate::source::sql::SqlReading;
use crate::time::Window;

/// What an answer to a statement of SQL is made of.
pub struct SqlDraft<'a> {
    /// How the statement was understood.
    pub understood: Understood,
    /// The names by which what is shown is judged, from left to right; nothing for the columns' own.
    pub keys: Option<&'a [String]>,
    /// Columns and rows.
    pub reading: &'a SqlReading,
    /// What was read.
    pub coverage: &'a Coverage,
    /// The window that was asked for.
    pub window: Window,
    /// Most rows.
    pub limit: usize,
    /// What becomes of free text.
    pub untrusted: UntrustedText,
    /// What it cost.
    pub cost: Cost,
}

/// Longest text in a cell of what SQL gave.
const MAX_CELL_CHARS: usize = 400;

/// Builds the answer to a statement of SQL.
///
/// Shape: each cell is redacted by the name that it is judged by, and as text.
pub fn build_sql(draft: SqlDraft<'_>) -> QueryAnswer {
    let SqlDraft { understood, keys, reading, coverage, window, limit, untrusted, cost } = draft;
    let words = Words::ENGLISH;
    let names = names(&reading.columns);
    let key = |at: usize| keys.and_then(|keys| keys.get(at)).or_else(|| reading.columns.get(at)).map_or("", String::as_str);
    let (mut rows, mut size) = (Vec::new(), (0, 0));
    for row in reading.rows.iter().take(limit) {
        let mut cells = Map::new();
        for ((at, cell), name) in row.iter().enumerate().zip(&names) {
            let Some(cell) = cell else { continue };
            let sealed = redact::record(&serde_json::json!({"requestParameters": {key(at): cell}}));
            let shown = sealed.get("requestParameters").and_then(|shown| shown.get(key(at))).and_then(Value::as_str).unwrap_or_default();
            cells.insert(name.clone(), untrusted.text(shown, MAX_CELL_CHARS).into());
        }
        let json = serde_json::to_string(&cells).unwrap_or_default();
        size = (size.0 + estimate(&json), size.1 + json.chars().count());
        if !rows.is_empty() && (size.0 > MOST.0 || size.1 > MOST.1) {
            break;
        }
        rows.push(cells);
    }
    let count = reading.rows.len();
    let totals = RowTotals { calls: count, rows: count, shown: rows.len(), remaining: count - rows.len() };
    let finding = match count {
        0 if is_all(coverage, true) => QueryFinding::None,
        0 => QueryFinding::CouldNotLook,
        _ => QueryFinding::Rows,
    };
    let facts = Facts {
        finding,
        noun: ("row", "rows"),
        totals,
        failed: 0,
        unproven: false,
        first: None,
        latest_first: false,
        window,
        coverage,
        untrusted,
        lacks_global: false,
        guessed_region: None,
        narrowed: false,
        filtered: false,
        not_understood: &[],
    };
    QueryAnswer {
        finding,
        headline: words.query(&facts),
        understood: Some(understood),
        coverage: Some(build::coverage_report(coverage, untrusted, words)),
        columns: names,
        rows,
        notes: if count >= limit { vec![format!("The statement gives at most {limit} rows, and there may be more.")] } else { Vec::new() },
        totals: Some(totals),
        cost: Some(cost),
        ..QueryAnswer::default()
    }
}

/// Returns the names of columns as they are shown, each of them once.
fn names(columns: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for column in columns {
        let shown = redact::text(column, 64);
        let again = (2..).map(|nth| format!("{shown}_{nth}"));
        let name = std::iter::once(shown.clone()).chain(again).find(|name| !names.contains(name));
        names.push(name.unwrap_or(shown));
    }
    names
}

/// Makes a statement of the caller's safe to show.
pub fn statement(text: &str) -> String {
    redact::text(text, 600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_one_name_are_told_apart() {
        let columns = ["eventname", "eventname", "eventname_2", "eventname"].map(str::to_owned);
        assert_eq!(names(&columns), ["eventname", "eventname_2", "eventname_2_2", "eventname_3"]);
    }
}
