//! The trails of an account: what they are set to record, and what becomes of it.
//!
//! ```text
//!  question     what may be read                        policy's Scope
//!  gather       asks AWS, each thing once               fact: typed, or the permission that is missing
//!  check        one row each: pass, fail or unknown
//!  diagnosis    why events are missing
//!  blind_spot   what an investigation cannot see because of it
//!  report       the answer
//! ```

mod blind_spot;
mod bucket;
pub mod check;
mod diagnosis;
pub mod fact;
mod gather;
mod question;
mod report;
pub mod selector;
pub mod template;
mod watch;
mod withhold;

pub use question::{PROFILE, TrailsQuestion, ask};
pub use watch::Watch;
