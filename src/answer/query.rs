//! The answer to a named question: a table of who did what, what was understood of the question, and what was read for it.

mod sql;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use sql::{SqlDraft, build_sql, statement};

use super::table::{self, Column, Layout, Order, Row, Setting};
use super::tokens::estimate;
use super::words::Words;
use super::{Cost, CoverageReport, ErrorReport, WindowReport, build};
use crate::coverage::{Coverage, RegionGuess, State, Verdict};
use crate::policy::UntrustedText;
use crate::rank::Change;
use crate::redact;
use crate::refusal::Refusal;
use crate::time::{self, Window};

/// What `aws.cloudtrail_query` returns, errors included.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryAnswer {
    /// `rows`; `none`: all that was asked was read, and nothing matches; `could_not_look`.
    pub finding: QueryFinding,
    /// One plain sentence, coverage included when it is not complete.
    pub headline: String,
    /// How the question was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub understood: Option<Understood>,
    /// The presets that are nearest to a question that was not understood; nothing was run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nearest: Vec<PresetReport>,
    /// What was looked at and what was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<CoverageReport>,
    /// Names of the members of rows, from left to right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// What was found; a member that says nothing is left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Map<String, Value>>,
    /// What to know of the numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How many there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<RowTotals>,
    /// Pass as `cursor` for the next rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// What the answer cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueryFinding {
    /// Something; `coverage` says how much was read for it.
    Rows,
    /// All that was asked was read, and nothing matches.
    None,
    /// Nothing was run, or nothing matches in what was read and that is not all. With `error` only when nothing was read.
    #[default]
    CouldNotLook,
}

/// How a question was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Understood {
    /// The preset that answers it; absent for SQL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// What the preset tells, or the statement that was run.
    pub meaning: String,
    /// Its parameters.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub parameters: Map<String, Value>,
    /// The window that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowReport>,
    /// Of a question in words: which of them were understood, and as what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<WordReport>,
    /// Words that were not understood and change nothing of the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_understood: Vec<String>,
}

/// What was understood of some words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WordReport {
    /// The words.
    pub text: String,
    /// `actor`, `resource`, `event`, `service`, `error`, `window`, `region`, `account`, `category` or `subject`.
    #[serde(rename = "as")]
    pub kind: String,
}

/// A preset, for whoever has to choose one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PresetReport {
    /// Its name.
    pub preset: String,
    /// What it tells.
    pub meaning: String,
    /// The parameters that it needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
}

/// Counts of what matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RowTotals {
    /// Calls that match.
    pub calls: usize,
    /// Rows that they make.
    pub rows: usize,
    /// Rows in this answer and those before under the cursor.
    pub shown: usize,
    /// The rest, behind `next_cursor`.
    pub remaining: usize,
}

impl QueryAnswer {
    /// Makes the answer of a refusal.
    pub fn could_not_look(refusal: &Refusal) -> Self {
        Self { headline: Words::ENGLISH.could_not_look(&refusal.message), error: Some(refusal.into()), ..Self::default() }
    }
}

/// What is counted, in words: one of it, and several.
pub type Noun = (&'static str, &'static str);

/// What an answer is made of.
pub struct Draft<'a> {
    /// How the question was read.
    pub understood: Understood,
    /// What is counted.
    pub noun: Noun,
    /// How the table is laid out.
    pub layout: &'a Layout,
    /// What it is made with.
    pub setting: Setting<'a>,
    /// The window that was asked for.
    pub window: Window,
    /// Whether what they are compared with was not read whole, so that none is proven to be new.
    pub unproven: bool,
    /// The changes that were read, in the order of time.
    pub changes: &'a [Change],
    /// Which of them match.
    pub wanted: &'a dyn Fn(&Change) -> bool,
    /// What was read.
    pub coverage: &'a Coverage,
    /// Whether what policy keeps back of global services could hold more.
    pub global: bool,
    /// Regions that had to be assumed.
    pub guessed_region: Option<&'a RegionGuess>,
    /// Whether there are calls that the caller may not see.
    pub narrowed: bool,
    /// What to know of the numbers.
    pub notes: Vec<String>,
    /// Rows that were shown before, with the number of their calls.
    pub told: &'a BTreeMap<String, usize>,
    /// Most rows.
    pub limit: usize,
    /// Whether failures are what is asked.
    pub failures: bool,
    /// What it cost.
    pub cost: Cost,
}

/// An answer, and what is shown by now.
pub struct Built {
    /// The answer, not yet redacted.
    pub answer: QueryAnswer,
    /// Rows that were shown, with the number of their calls.
    pub told: BTreeMap<String, usize>,
}

/// Most tokens of the rows of one answer as JSON, as estimated, and most characters.
const MOST: (usize, usize) = (7_000, 26_000);
/// A row that was shown before with fewer calls, as more was read since.
const GREW: &str = "grew";

/// Builds the answer.
///
/// Shape: rows are whole; where room is short there are fewer. A row that was shown before comes again only where more was read of it.
pub fn build(draft: Draft<'_>) -> Built {
    let words = Words::ENGLISH;
    let untrusted = draft.setting.untrusted;
    let all = table::rows(draft.changes, draft.wanted, draft.layout, &draft.setting);
    let told_of = || all.iter().filter_map(Row::change);
    let several = |of: fn(&Change) -> &str| told_of().any(|change| told_of().next().is_some_and(|first| of(first) != of(change)));
    let of_several_accounts = several(|change| &change.event.account);
    let places: Vec<Column> = [(Column::Account, of_several_accounts), (Column::Region, several(|change| &change.event.region))]
        .into_iter()
        .filter(|(column, several)| *several && !draft.layout.columns.contains(column))
        .map(|(column, _)| column)
        .collect();
    let columns: Vec<Column> = draft.layout.columns.iter().copied().chain(places).collect();
    let mut told = draft.told.clone();
    let (mut rows, mut size) = (Vec::new(), (0, 0));
    for row in all.iter().filter(|row| draft.told.get(&row.id) != Some(&row.calls)) {
        if rows.len() >= draft.limit {
            break;
        }
        let mut cells = cells(row, &columns, &draft.setting);
        if draft.told.contains_key(&row.id) {
            cells.insert(GREW.into(), true.into());
        }
        let json = serde_json::to_string(&cells).unwrap_or_default();
        size = (size.0 + estimate(&json), size.1 + json.chars().count());
        if !rows.is_empty() && (size.0 > MOST.0 || size.1 > MOST.1) {
            break;
        }
        told.insert(row.id.clone(), row.calls);
        rows.push(cells);
    }
    let remaining = all.iter().filter(|row| told.get(&row.id) != Some(&row.calls)).count();
    let totals = RowTotals { calls: all.iter().map(|row| row.calls).sum(), rows: all.len(), shown: all.len() - remaining, remaining };
    let finding = match all.is_empty() {
        false => QueryFinding::Rows,
        true if is_all(draft.coverage, draft.global) => QueryFinding::None,
        true => QueryFinding::CouldNotLook,
    };
    let filled: Vec<String> = columns
        .iter()
        .map(|column| column.name().to_owned())
        .chain([GREW.to_owned()])
        .filter(|name| rows.iter().any(|row: &Map<String, Value>| row.contains_key(name)))
        .collect();
    let headline = words.query(&Facts {
        finding,
        noun: draft.noun,
        totals,
        failed: if draft.failures { 0 } else { all.iter().map(Row::failed).sum() },
        latest_first: draft.layout.order == Order::Latest,
        first: all.first().and_then(|row| Some((row, row.change()?))).map(|(row, change)| First {
            calls: row.calls,
            actor: untrusted.text(&change.event.actor.name, build::MAX_ACTOR_CHARS),
            what: build::summary(change, untrusted, None),
            account: of_several_accounts.then(|| untrusted.place(&change.event.account)),
            time: time::rfc3339(change.event.time),
            alone: row.calls == 1,
        }),
        unproven: draft.unproven,
        window: draft.window,
        coverage: draft.coverage,
        untrusted,
        lacks_global: draft.global && draft.coverage.cells.iter().any(|cell| !cell.asked && !is_read(cell.state())),
        guessed_region: draft.guessed_region,
        narrowed: draft.narrowed,
        filtered: !draft.understood.parameters.is_empty(),
        not_understood: &draft.understood.not_understood,
    });
    let answer = QueryAnswer {
        finding,
        headline,
        understood: Some(draft.understood),
        nearest: Vec::new(),
        coverage: Some(build::coverage_report(draft.coverage, untrusted, words)),
        columns: filled,
        rows,
        notes: draft.notes,
        totals: Some(totals),
        next_cursor: None,
        cost: Some(draft.cost),
        error: None,
    };
    Built { answer, told }
}

/// Tells whether all that was asked was read, a settling tail apart.
///
/// Shape: what policy keeps back counts where it could hold what is asked.
fn is_all(coverage: &Coverage, global: bool) -> bool {
    coverage.verdict() != Verdict::Unknown
        && coverage.cells.iter().any(|cell| cell.asked && is_read(cell.state()))
        && coverage.cells.iter().all(|cell| is_read(cell.state()) || !cell.asked && !global)
}

fn is_read(state: State) -> bool {
    matches!(state, State::Exhausted | State::Lagging)
}

fn cells(row: &Row<'_>, columns: &[Column], setting: &Setting<'_>) -> Map<String, Value> {
    let cell = |column: &Column| Some((column.name().to_owned(), row.cell(*column, setting)?));
    columns.iter().filter_map(cell).collect()
}

/// What a headline is made of.
pub struct Facts<'a> {
    /// The finding.
    pub finding: QueryFinding,
    /// What is counted.
    pub noun: Noun,
    /// How many there are.
    pub totals: RowTotals,
    /// How many of them failed, where that is not what is asked.
    pub failed: usize,
    /// Whether what they are compared with was not read whole.
    pub unproven: bool,
    /// The first row.
    pub first: Option<First>,
    /// Whether the rows are in the order of time.
    pub latest_first: bool,
    /// The window that was asked for.
    pub window: Window,
    /// What was read.
    pub coverage: &'a Coverage,
    /// What becomes of regions that records name themselves.
    pub untrusted: UntrustedText,
    /// Whether what is asked may be among global services' events, and those were not read.
    pub lacks_global: bool,
    /// Regions that had to be assumed.
    pub guessed_region: Option<&'a RegionGuess>,
    /// Whether there are calls that the caller may not see.
    pub narrowed: bool,
    /// Whether parameters say which of them are asked for, so that others may well be there.
    pub filtered: bool,
    /// Words that were not understood.
    pub not_understood: &'a [String],
}

/// The first row, by the change that stands for it.
pub struct First {
    /// How many calls it holds.
    pub calls: usize,
    /// Who acted.
    pub actor: String,
    /// What happened.
    pub what: String,
    /// In which account, where rows are of several.
    pub account: Option<String>,
    /// When.
    pub time: String,
    /// Whether it is one call.
    pub alone: bool,
}

/// Says that a question was not understood, and which presets are nearest to it.
pub fn not_understood(refusal: &Refusal, nearest: Vec<PresetReport>, understood: Understood) -> QueryAnswer {
    QueryAnswer { nearest, understood: Some(understood), ..QueryAnswer::could_not_look(refusal) }
}

/// Makes a word of the caller's safe to show.
pub fn word(text: &str) -> String {
    redact::text(text, 80)
}
