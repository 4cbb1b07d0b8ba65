//! The tools, one file each, joined in [`ALL`]. Each has a command that runs the same code.
//!
//! A new tool is its file and a line in the list; its frozen schema is written by `UPDATE_SCHEMAS=1 cargo test --test integration schemas`.

pub mod arguments;
pub mod call;
pub mod cloudtrail_event;
pub mod cloudtrail_events;
pub mod cloudtrail_query;
pub mod cloudtrail_trails;
pub mod schema;

use serde_json::{Map, Value};

pub use call::Call;

use crate::config::spelling::Spelling;
use crate::investigate::ToolContext;
pub use crate::render::Outcome;
use crate::source::BoxFuture;

/// A tool: what it is called, what it takes and gives, and its code.
pub struct Tool {
    /// Name without prefix, `cloudtrail_events`.
    pub name: &'static str,
    /// Name of the command that runs the same code.
    pub command: &'static str,
    /// The argument that stands without a flag on the command line, and what stands for it in the help.
    pub positional: (&'static str, &'static str),
    /// Command lines, for the help.
    pub examples: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// What the model reads: when to call it, in under ten lines.
    pub description: &'static str,
    /// Schema of its arguments.
    pub input: fn() -> Map<String, Value>,
    /// Schema of what it returns, errors included.
    pub output: fn() -> Map<String, Value>,
    /// Names a question whose answer may be given again while it cannot change; nothing for one that may mean something else each time.
    pub repeats: fn(&Map<String, Value>) -> Option<String>,
    /// Whether AWS is all that it asks: where policy allows no request to AWS it is not listed, since it could only refuse.
    pub asks_aws_only: bool,
    /// Whether its command takes `--follow`: whether it answers with changes, of which some may be delivered late.
    pub can_be_followed: bool,
    /// Its code. Never fails: what the caller can mend is an outcome with `is_error`.
    pub run: Run,
}

/// The code of a tool: arguments in, outcome out.
pub type Run = for<'a> fn(&'a ToolContext, &'a Call, Option<Map<String, Value>>) -> BoxFuture<'a, Outcome>;

/// All tools, in the order in which they are listed.
pub const ALL: &[&Tool] = &[&cloudtrail_events::TOOL, &cloudtrail_event::TOOL, &cloudtrail_query::TOOL, &cloudtrail_trails::TOOL];

impl Tool {
    /// Returns the tool's full name.
    pub fn full_name(&self, spelling: Spelling) -> String {
        spelling.full_name(self.name)
    }
}

/// Finds a tool by its full name in either spelling.
pub fn find(name: &str) -> Option<&'static Tool> {
    ALL.iter().copied().find(|tool| Spelling::ALL.iter().any(|spelling| tool.full_name(*spelling) == name))
}

/// Returns the names of all tools, without prefix.
pub fn names() -> Vec<&'static str> {
    ALL.iter().map(|tool| tool.name).collect()
}
