//! Can CloudTrail answer at all? What trails are set to record, what becomes of it, and whether anybody would notice; and is what lies in an
//! archive what it delivered?

pub mod digest;
pub mod trail;
