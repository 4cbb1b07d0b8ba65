//! Text: JSON a line, JSON amid other words, and tables.

use std::io::{BufRead, Read};

use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::bound::{self, Bounded};
use super::{BYTE_ORDER_MARK, FileFault, MAX_LINE, Reading, look, shape};
use crate::event::from_text;

/// Most places of a line where JSON is looked for.
const MAX_TRIES: usize = 64;

/// Separators of tables.
const DELIMITERS: &[u8] = b",\t;|";

/// Tells whether text holds one JSON value a line: its first line is one by itself, and something follows.
pub(super) fn is_lines(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let Some(end) = text.iter().position(|byte| *byte == b'\n') else { return false };
    let (first, rest) = text.split_at(end);
    !rest.trim_ascii().is_empty() && serde_json::from_slice::<IgnoredAny>(first).is_ok()
}

/// Tells whether text begins as JSON does and as no other text of people and programs.
pub(super) fn is_broken_json(text: &[u8]) -> bool {
    let begins = |text: &[u8], with: u8| match text.split_first() {
        Some((first, rest)) if *first == with => Some(rest.trim_ascii_start().to_owned()),
        _ => None,
    };
    let text = text.trim_ascii_start();
    let inside = begins(text, b'[').unwrap_or_else(|| text.to_owned());
    begins(&inside, b'{').is_some_and(|rest| rest.first().is_none_or(|byte| *byte == b'"'))
}

/// Returns what separates the columns of a table of records; nothing for what is no table.
pub(super) fn delimiter(text: &[u8]) -> Option<u8> {
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let known = |delimiter: &u8| {
        let names = first.split(|byte| byte == delimiter).map(|name| String::from_utf8_lossy(name).trim().trim_matches('"').to_owned());
        names.filter(|name| shape::is_column(name)).count()
    };
    let best = DELIMITERS.iter().copied().max_by_key(known)?;
    let needed = if first.contains(&best) { 2 } else { 1 };
    // A quoted record alone makes a table, too: its quotes are doubled.
    let quoted = text.windows(3).any(|bytes| bytes == b"{\"\"");
    (known(&best) >= needed
        || quoted
        || known(&best) == 1 && first.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_@\",\t;|. \r".contains(byte)))
    .then_some(best)
}

impl Reading<'_> {
    /// Calls `each` with every line.
    fn each_line(&mut self, reader: &mut dyn BufRead, mut each: impl FnMut(&mut Self, &[u8])) {
        let mut line = Vec::new();
        while !self.sink.stopped() {
            line.clear();
            match (&mut *reader).take(MAX_LINE).read_until(b'\n', &mut line) {
                Ok(0) => return,
                Ok(_) if line.len() as u64 >= MAX_LINE => {
                    self.looks = true;
                    return self.fault(FileFault::TooLarge);
                }
                Ok(_) => each(self, line.trim_ascii()),
                // What was inflated before the break is a line that may be cut.
                Err(_) => {
                    each(self, line.trim_ascii());
                    return self.fault(FileFault::Compression);
                }
            }
        }
    }

    /// Reads a JSON value a line; a line that breaks does not spoil the next.
    pub(super) fn lines(&mut self, reader: &mut dyn BufRead) {
        self.each_line(reader, |reading, line| {
            let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
            if line.is_empty() {
                return;
            }
            let (records, strange) = (reading.records, reading.strange);
            match std::str::from_utf8(line) {
                Ok(text) if serde_json::from_str::<IgnoredAny>(text).is_ok() => reading.item(text, false),
                // Several in a row, or broken.
                Ok(text) => reading.values_in(text.as_bytes()),
                Err(_) => reading.fault(FileFault::Json),
            }
            if reading.records == records {
                // What breaks is told as broken.
                if reading.faults.contains(&FileFault::Json) {
                    reading.strange = strange;
                }
                reading.looks |= look::like_log(line) || is_broken_json(line) && reading.faults.contains(&FileFault::Json);
            }
        });
    }

    /// Reads the records that stand in lines of other text, as in what `--output text` and log shippers write.
    pub(super) fn text(&mut self, reader: &mut dyn BufRead) {
        self.each_line(reader, |reading, line| {
            let text = String::from_utf8_lossy(line);
            let before = reading.records;
            if !reading.is_encoded(&text) {
                reading.embedded(&text);
            }
            if reading.records == before && look::like_log(line) {
                reading.looks = true;
                reading.strange += 1;
            }
        });
    }

    /// Takes the JSON values that stand in a text.
    fn embedded(&mut self, text: &str) {
        let mut rest = text;
        for _ in 0..MAX_TRIES {
            let Some(found) = rest.find('{').and_then(|at| rest.get(at..)) else { return };
            let mut values = serde_json::Deserializer::from_str(found).into_iter::<&RawValue>();
            let taken = match values.next().map(|raw| raw.map(|raw| bound::value(raw.get()))) {
                Some(Ok(Ok(value))) => {
                    self.recognise(value);
                    values.byte_offset()
                }
                Some(Ok(Err(FileFault::TooLarge))) => {
                    self.looks = true;
                    self.fault(FileFault::TooLarge);
                    values.byte_offset()
                }
                _ => 1,
            };
            rest = found.get(taken..).unwrap_or_default();
        }
    }

    /// Reads a table, one record a row.
    pub(super) fn table(&mut self, reader: &mut dyn BufRead, delimiter: u8) {
        let mut rows = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(Bounded { inner: reader, allowance: self.allowance.clone() });
        let mut row = csv::ByteRecord::new();
        let mut names: Vec<String> = Vec::new();
        loop {
            if self.sink.stopped() {
                return;
            }
            self.allowance.renew();
            match rows.read_byte_record(&mut row) {
                Ok(true) => {}
                Ok(false) => return,
                Err(_) if self.allowance.is_spent() => {
                    self.looks = true;
                    return self.fault(FileFault::TooLarge);
                }
                Err(_) => return self.fault(FileFault::Compression),
            }
            let cells: Vec<String> =
                row.iter().map(|cell| String::from_utf8_lossy(cell).trim_start_matches('\u{feff}').trim().to_owned()).collect();
            if names.is_empty() && cells.iter().any(|cell| shape::is_column(cell)) {
                names = cells;
                continue;
            }
            if cells.iter().all(String::is_empty) {
                continue;
            }
            let whole = names.is_empty() || names.len() == cells.len();
            let cell = |(nth, text): (usize, String)| {
                let name = names.get(nth).cloned().unwrap_or_else(|| format!("column {nth}"));
                let value = from_text(&text).unwrap_or(if text.is_empty() { Value::Null } else { Value::String(text) });
                (name, value)
            };
            let object: Map<String, Value> = cells.into_iter().enumerate().map(cell).collect();
            self.lists |= !names.is_empty();
            if self.recognise(Value::Object(object)) == 0 {
                self.looks = true;
                self.strange += 1;
                self.fault(FileFault::Unrecognised);
            } else if !whole {
                self.fault(FileFault::Unrecognised);
            }
        }
    }
}
