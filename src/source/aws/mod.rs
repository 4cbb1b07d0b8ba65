//! As whom AWS is asked, and over which way: what the environment and the shared configuration say, read before the SDK reads it.
//!
//! Why before? The SDK panics on settings that other SDKs take (`retry_mode = legacy`, a key that ends in a line end), starts a
//! helper anew for each request, and does not tell by a type why there are no credentials.

mod credentials;
mod environment;
mod helper;
mod network;
mod shared_config;

pub(super) use credentials::resolve;
pub(super) use environment::Environment;
pub(super) use network::{Fault, fault};
