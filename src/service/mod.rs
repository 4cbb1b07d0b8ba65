//! What stands around any call, whoever makes it and however it comes: the rules of its caller, the gate, the audit log.

pub mod audit;
pub mod call;
pub mod gate;
pub mod live;
mod recent;
pub mod settling;

pub use call::{CallService, KeptAnswer, Rules, Standing};
