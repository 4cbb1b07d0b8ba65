//! Streamable HTTP from outside: transport, guard, callers.

mod auth;
mod guard;
mod issuer;
mod server;
mod transport;
