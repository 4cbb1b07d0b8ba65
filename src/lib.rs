//! What changed in AWS before this alert?
//!
//! The way of the data, which is also the order of the modules:
//!
//! ```text
//!  alert JSON / tool arguments                untrusted, as asked
//!      │ context::discover        reads the alert; no I/O
//!  Incident    window · regions · accounts · resources, each with its basis
//!      │ policy.admit             allow, narrow or deny; every decision is recorded
//!  Scope       only `policy` can make one: no read without it
//!      │ plan                     pure: what to ask next, given what was seen
//!  Query  ⇄  source               event history · archive; rate, retries and paging live here
//!      │
//!  Gathered { events, coverage }  normalised, de-duplicated by eventID, ordered by time
//!      │ catalogue → rank         pure functions: same input, same output; what stands under a secret's name is hidden first
//!  Answer
//!      │ redact                   → Redacted<Answer>: the only thing a renderer takes
//!      │ render                   JSON · markdown · terminal text
//!  tool result
//! ```
//!
//! [`investigate`] walks this way once for each call; `server` (over MCP) and the commands run the same tools.
//!
//! What is deliberately absent: [`event`] knows nothing of ours, only [`source`] the AWS SDK, only [`server`] and the demo
//! the MCP library, and only [`source`], [`config`], [`service`] (the audit log), [`server`] and the commands touch files or the
//! network. The clock is an argument. `tests/integration/architecture.rs` keeps it so.

pub mod time;

pub mod redact;

pub mod event;

pub mod coverage;
pub mod refusal;

pub mod context;

pub mod catalogue;
pub mod policy;

pub mod config;

pub mod source;

pub mod rank;

pub mod answer;
pub mod render;

pub mod investigate;

pub mod tools;

pub mod service;

pub mod server;

pub mod command;
