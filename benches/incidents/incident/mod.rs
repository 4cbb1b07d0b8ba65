//! Incidents made from a seed: an archive of CloudTrail files, the alert that came of it, and the truth.

mod actor;
mod alert;
mod archive;
mod check;
mod kind;
mod noise;
mod random;
mod record;
mod routine;
mod story;
mod topology;
mod truth;

pub(crate) use check::check;
pub(crate) use kind::Half;
pub(crate) use story::{Plan, plan};
pub(crate) use truth::{Incident, Truth};
