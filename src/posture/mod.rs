//! Can CloudTrail answer at all? What trails are set to record, what becomes of it, and whether anybody would notice.

pub mod trail;
