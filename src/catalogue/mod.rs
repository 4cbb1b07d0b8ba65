//! What is known about event names: what kind of change they are, what they touch, and how to say it in words.
//!
//! Everything that differs only in data is a row: [`rows`] (classes and sentences), [`resource`] (which key names what).
//! Nothing here filters; an event without a row is judged by its verb and said in its own words.

mod category;
mod class;
mod row;
mod rows;
mod symptom;

pub use category::Category;
pub use class::{Class, classify};
pub use row::{Delay, Symptom};
pub use symptom::incident_symptoms;
