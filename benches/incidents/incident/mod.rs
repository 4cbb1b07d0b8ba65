//! Incidents made from a seed: an archive of CloudTrail files, the alert that came of it, and the truth.

mod actor;
mod alert;
mod archive;
mod check;
mod kind;
mod noise;
mod random;
mod record;
mod story;
mod topology;

pub(crate) use check::check;
pub(crate) use kind::{Half, Kind, all};
pub(crate) use story::{Incident, Truth, plan};
