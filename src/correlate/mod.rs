//! An application's own audit log, joined to CloudTrail events.

#[cfg(test)]
mod tests;
