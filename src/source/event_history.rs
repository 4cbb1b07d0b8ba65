//! event history
