//! The answer: what `structuredContent` holds, field by field. Plain data; `build` fills it, `redact` seals it, `render` shows it.

pub mod application;
pub mod build;
pub mod console;
mod contract;
pub mod draft;
pub mod earlier;
pub mod event;
pub mod filter;
pub mod fold;
mod news;
pub mod page;
pub mod query;
pub mod report;
mod room;
pub mod run;
pub mod table;
pub mod tokens;
pub mod trails;
pub mod withhold;
pub mod words;

pub use news::{Changed, News};
pub use query::{PresetReport, QueryAnswer, QueryFinding, RowTotals, Understood, WordReport};

pub use contract::{
    ActorReport, AlertReport, Answer, ApplicationReport, CellReport, ConfidenceName, ContextReport, CorrelationReport, Cost,
    CoverageReport, Entry, ErrorReport, EventError, Finding, Group, LinkReport, RegionReport, Repeats, Requests, ResourceReport, Score,
    ScorePart, SourceLabel, Step, StrengthName, SuspectReport, TierName, TierReport, Totals, TouchedResource, UndoneReport,
    UnreadableReport, UnseenReport, UntoldReport, WindowReport,
};
