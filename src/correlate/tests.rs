//! The joins, held against a day of which it is known what belongs together.

mod day;
