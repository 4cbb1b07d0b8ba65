//! What changed in AWS before this alert?
//!
//! The way of the data, which [`investigate`] walks once for each question:
//!
//! ```text
//!  alert JSON / tool arguments                untrusted, as asked
//!      │ context::discover        reads the alert; no I/O
//!  Incident    window · regions · accounts · resources, each with its basis
//!      │ policy.admit             allow, narrow or deny; every decision is recorded
//!  Scope       only `policy` can make one: no read without it
//!      │ investigate::plan        pure: what to ask next, given what was seen
//!  Query  ⇄  source               event history · archive; rate, retries and paging live here
//!      │
//!  Gathered { events, coverage }  normalised, de-duplicated by eventID, ordered by time
//!      │ correlate              an application's own log, where one is given: which record tells of which event
//!      │ catalogue → rank         pure functions: same input, same output; what stands under a secret's name is hidden first
//!  Answer
//!      │ redact                   → Redacted<Answer>: the only thing a renderer takes
//!      │ render                   one file a format
//!  tool result
//! ```
//!
//! Named questions ([`preset`]) go the same way, and end in a table instead of a ranking.
//!
//! The rooms stand below in their order: each uses only those above it. [`tools`] name what can be asked, [`service`] stands around
//! every call (the caller's rules, the queue, the audit log), and [`server`] (over MCP) and [`command`] run the same tools.
//!
//! What holds everywhere:
//!
//! - No query without a [`policy::Scope`], and nothing leaves but as [`redact::Redacted`].
//! - "Complete" needs the proof that every page or file was read ([`coverage::AllRead`]); what fails is a gap in the coverage, never silence.
//! - The clock is an argument; nothing that a call does is kept in statics. What lives longer than a call lives in [`investigate::ToolContext`] or
//!   in [`service::CallService`].
//! - No room matches on the name of a source: what differs stands in its [`coverage::Profile`].
//!
//! What is deliberately absent: [`event`] knows nothing of ours, only [`source`] the AWS SDK, only [`server`] and the demo
//! the MCP library, and only [`source`], [`config`], [`service`] (the audit log), [`server`] and the commands touch files or the
//! network. `tests/integration/architecture.rs` keeps it so.

pub mod time;

pub mod redact;

pub mod event;

pub mod coverage;

pub mod refusal;

pub mod context;

pub mod catalogue;

pub mod correlate;

pub mod policy;

pub mod config;

pub mod source;

pub mod rank;

pub mod answer;

pub mod preset;

pub mod render;

pub mod investigate;

pub mod posture;

pub mod tools;

pub mod service;

pub mod server;

pub mod command;
