//! The product from outside: the binary over stdio, a wire-level fake AWS, and laws that span modules.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a failing test is to stop where it fails")]

mod accounts;
mod architecture;
mod benchmark;
mod binary;
mod bucket;
mod cli;
mod client;
mod contract;
mod correlate;
mod credentials;
mod docs;
mod engines;
mod event_history;
mod everyday;
mod fake_aws;
mod faults;
mod follow;
mod fuzzing;
mod http;
mod leaving;
mod live;
mod outlets;
mod progress;
mod query;
mod report;
mod resources;
mod runs;
mod schemas;
mod sql;
mod team;
mod trails;
mod unrecognised;
mod verify;
mod widening;
mod wire;
