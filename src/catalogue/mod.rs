//! What is known about event names: what kind of change they are, what they touch, and how to say it in words.
//!
//! Everything that differs only in data is a row: `rows` (all that is known of one event), `service` (of all events of one service),
//! `verb` (of all events of one verb), `resource::key` (which key names what). Other rooms ask for [`Class`] and what undoes what,
//! and know no event by name. Nothing here filters; an event without a row is judged by its verb and said in its own words.

mod aspect;
mod category;
mod class;
mod complaint;
mod data_call;
mod gravity;
mod json_path;
mod resource;
mod row;
mod rows;
mod service;
mod severity;
mod summary;
mod tag;
mod topic;
mod undo;
mod undo_command;
mod verb;
mod version;

pub use aspect::{Aspect, Aspects};
pub use category::Category;
pub use class::{Class, classify};
pub use complaint::{About, Cause, Complained, Complaint, Specificity, Spoken, complaints};
pub use data_call::is_data_call;
pub use gravity::{Gravity, gravity};
pub use resource::{Owner, Resource, Role, aliases_of, foreign_owner, is_known_key, makes_target, resources};
pub use row::Delay;
pub use rows::{calls, calls_of, event_names};
pub use service::{is_deployer, is_global_service, is_scaler, lends_role, service_called, service_names};
pub(crate) use severity::only_says;
pub use severity::{Effect, Severity, severity};
pub use summary::{MAX_SUMMARY_CHARS, Parts, summarise};
pub use topic::{Machine, Run, SignIn, Topic, machines, sign_in};
pub use undo::{can_be_rolled_back, goes_back, rolls_back, taken_back_by};
pub use undo_command::{Undoable, undo_command};
pub use verb::{Sets, opposites, verb_and_noun};
pub use version::recorded_as;

#[cfg(test)]
mod tests;
