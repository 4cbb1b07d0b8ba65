//! The table of complaints, divided by who writes them.

pub(super) use language::TRANSLATED;

use super::Complaint;

mod access;
mod compute;
mod data;
mod general;
mod language;
mod messages;
mod network;
mod state;
mod user;
mod watch;
mod web;

/// Every row of the table.
pub(super) fn all() -> impl Iterator<Item = &'static Complaint> {
    [network::ROWS, access::ROWS, web::ROWS, compute::ROWS, data::ROWS, messages::ROWS, watch::ROWS, state::ROWS, user::ROWS, general::ROWS]
        .into_iter()
        .flatten()
}
