//! Live alerts from outside: what fires now, webhooks, stored investigations, posted reports.

mod alertmanager;
pub(crate) mod listener;
mod sns;
mod webhooks;
