//! Streamable HTTP from outside: transport, guard, callers.

mod auth;
mod guard;
mod issuer;
pub(crate) mod server;
mod transport;
