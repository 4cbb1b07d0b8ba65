//! Incidents made from a seed: an archive of CloudTrail files, the alert that came of it, and the truth.

#![expect(clippy::too_many_arguments, reason = "each maker of records is told of everything that may stand in one")]

mod actor;
mod alert;
mod archive;
mod check;
mod kind;
mod naming;
mod noise;
mod random;
mod record;
mod routine;
mod story;
mod topology;
mod truth;

pub(crate) use check::check;
pub(crate) use kind::Half;
pub(crate) use naming::Habit;
pub(crate) use noise::fill_up;
pub(crate) use random::Random;
pub(crate) use story::{Plan, plan};
pub(crate) use topology::World as Account;
pub(crate) use truth::{Incident, Named, Truth};
