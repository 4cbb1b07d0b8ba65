//! One file as a stream of records: inflated and parsed piece by piece, whatever wraps the records.

use std::io::{BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::listing::{Form, LogFile};

/// Most bytes that a file may inflate to.
///
/// Source: ours. CloudTrail closes files at some tens of megabytes of JSON; more than this is a bomb or no log file.
const MAX_INFLATED: u64 = if cfg!(test) { 4 << 20 } else { 1 << 30 };

/// Longest line, in bytes; a line is held in memory.
const MAX_LINE: u64 = 64 << 20;

/// Longest document that is parsed from memory; longer ones are parsed as they inflate, which is slower.
const MAX_IN_MEMORY: u64 = if cfg!(test) { 64 << 10 } else { 32 << 20 };

/// Deepest nesting of batches in batches.
const MAX_NESTING: u32 = 4;

/// Why a file was not read whole. The text is ours only and follows "the file …".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Fault {
    Unopened,
    Compression,
    TrailingBytes,
    TooLarge,
    Json,
    Record,
    MorePages,
}

impl Fault {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Unopened => "cannot be opened",
            Self::Compression => "is damaged or cut short",
            Self::TrailingBytes => "has bytes after its first gzip member, which CloudTrail never writes",
            Self::TooLarge => "inflates to more than 1 GiB or has a line over 64 MiB",
            Self::Json => "has JSON that cannot be parsed",
            Self::Record => "has a record without a readable time or name",
            Self::MorePages => "is one page of several: it has a NextToken",
        }
    }
}

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A log, maybe an empty one.
    Log,
    /// A digest.
    Digest,
    /// JSON without records.
    Other,
}

/// One piece of a file that should be an event.
pub(super) enum Item<'a> {
    /// As it stands in the file.
    Raw(&'a str),
    /// A record without its wrapping.
    Record(Value),
    /// An entry of LookupEvents.
    Lookup(Value),
}

/// Takes what a file holds.
pub(super) trait Sink {
    /// Takes one piece; tells whether it could be read.
    fn take(&mut self, item: Item<'_>) -> Taken;
    /// Tells that no more is wanted.
    fn stopped(&mut self) -> bool;
}

/// What a [`Sink`] says of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It was a record.
    Yes,
    /// It should have been one, but cannot be read.
    Unreadable,
    /// Its fields are not at the top: it has to be unwrapped.
    Wrapped,
}

/// Reads one file into `sink`.
///
/// Shape: records before a break are given. The faults are those of the file, at most one of a kind.
pub(super) fn read(file: &LogFile, sink: &mut dyn Sink) -> (Content, Vec<Fault>) {
    let mut reading = Reading { sink, faults: Vec::new(), records: 0, strange: 0, log: false, digest: false };
    match file.open() {
        Ok(opened) => reading.file(BufReader::with_capacity(64 << 10, opened), file.form),
        Err(_) => reading.fault(Fault::Unopened),
    }
    reading.judged()
}

struct Reading<'s> {
    sink: &'s mut dyn Sink,
    faults: Vec<Fault>,
    records: u64,
    /// Values outside any list of records that are no records.
    strange: u64,
    /// Whether a list of records was seen, even an empty one.
    log: bool,
    digest: bool,
}

impl Reading<'_> {
    fn judged(mut self) -> (Content, Vec<Fault>) {
        let log = self.log || self.records > 0;
        if log && self.strange > 0 {
            self.fault(Fault::Record);
        }
        let content = match (log, self.digest) {
            (true, _) => Content::Log,
            (false, true) => Content::Digest,
            // What broke before its first record may have been anything.
            (false, false) if !self.faults.is_empty() => Content::Log,
            (false, false) => Content::Other,
        };
        (content, self.faults)
    }

    fn fault(&mut self, fault: Fault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    fn file(&mut self, mut file: BufReader<Box<dyn Read>>, form: Form) {
        // The ending is not trusted: downloads often arrive inflated under their old name.
        match file.fill_buf() {
            Ok([0x1f, 0x8b, ..]) => {
                let mut inflated = BufReader::with_capacity(64 << 10, GzDecoder::new(file).take(MAX_INFLATED));
                self.form(&mut inflated, form);
                if self.sink.stopped() || !self.faults.iter().all(|fault| matches!(fault, Fault::Json | Fault::Record | Fault::MorePages)) {
                    return;
                }
                // To its end, so that the checksum is compared also when the JSON ended or broke earlier.
                if std::io::copy(&mut inflated, &mut std::io::sink()).is_err() {
                    return self.fault(Fault::Compression);
                }
                let mut inflated = inflated.into_inner();
                if inflated.limit() == 0 {
                    return self.fault(Fault::TooLarge);
                }
                if !matches!(inflated.get_mut().get_mut().fill_buf(), Ok([])) {
                    self.fault(Fault::TrailingBytes);
                }
            }
            Ok(_) => {
                let mut plain = BufReader::new(file.take(MAX_INFLATED));
                self.form(&mut plain, form);
                if plain.get_ref().limit() == 0 {
                    self.fault(Fault::TooLarge);
                }
            }
            Err(_) => self.fault(Fault::Unopened),
        }
    }

    fn form(&mut self, reader: &mut dyn BufRead, form: Form) {
        match form {
            Form::Lines => self.lines(reader),
            Form::Document => self.document(reader),
        }
    }

    fn lines(&mut self, reader: &mut dyn BufRead) {
        let mut line = Vec::new();
        while !self.sink.stopped() {
            line.clear();
            match (&mut *reader).take(MAX_LINE).read_until(b'\n', &mut line) {
                Ok(0) => return,
                Ok(_) if line.len() as u64 >= MAX_LINE => return self.fault(Fault::TooLarge),
                Ok(_) => self.line(&line),
                // What was inflated before the break is a line that may be cut.
                Err(_) => {
                    self.line(&line);
                    return self.fault(Fault::Compression);
                }
            }
        }
    }

    /// A line that breaks does not spoil the next.
    fn line(&mut self, line: &[u8]) {
        let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line).trim_ascii();
        if line.is_empty() {
            return;
        }
        let Ok(text) = std::str::from_utf8(line) else { return self.fault(Fault::Json) };
        self.item(text, false);
    }

    fn document(&mut self, reader: &mut dyn BufRead) {
        let mut start = Vec::new();
        match (&mut *reader).take(MAX_IN_MEMORY).read_to_end(&mut start) {
            Ok(length) if length as u64 == MAX_IN_MEMORY => {
                self.values(serde_json::Deserializer::from_reader(std::io::Cursor::new(start).chain(reader)));
            }
            Ok(_) => self.values(serde_json::Deserializer::from_slice(start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&start))),
            Err(_) => {
                self.values(serde_json::Deserializer::from_slice(&start));
                // That the JSON ends early follows from the break and is not told apart.
                self.faults.retain(|fault| *fault != Fault::Json);
                self.fault(Fault::Compression);
            }
        }
    }

    fn values<'de, R: serde_json::de::Read<'de>>(&mut self, mut json: serde_json::Deserializer<R>) {
        loop {
            if self.sink.stopped() || json.end().is_ok() {
                return;
            }
            if let Err(error) = (Document { reading: self }).deserialize(&mut json) {
                if !self.sink.stopped() {
                    self.fault(if error.is_io() { Fault::Compression } else { Fault::Json });
                }
                return;
            }
        }
    }

    /// Takes one JSON value; `listed` when it stands in a list of records, where nothing else belongs.
    fn item(&mut self, raw: &str, listed: bool) {
        match self.sink.take(Item::Raw(raw)) {
            Taken::Yes => self.records += 1,
            Taken::Unreadable => self.unreadable(),
            Taken::Wrapped => match serde_json::from_str(raw) {
                Ok(value) => self.unwrap(value, listed, MAX_NESTING),
                Err(_) => self.fault(Fault::Json),
            },
        }
    }

    fn unreadable(&mut self) {
        self.log = true;
        self.fault(Fault::Record);
    }

    /// Finds the records in a value that is wrapped in one of the known ways.
    fn unwrap(&mut self, value: Value, listed: bool, nesting: u32) {
        let item = match value {
            Value::Array(values) if nesting > 0 => return values.into_iter().for_each(|value| self.unwrap(value, listed, nesting - 1)),
            Value::Object(mut object) => {
                if let Some(Value::Array(values)) = ["Records", "records", "Events", "events"].iter().find_map(|key| object.remove(*key)) {
                    self.log = true;
                    if next_page(object.get("NextToken")) {
                        self.fault(Fault::MorePages);
                    }
                    return if nesting > 0 {
                        values.into_iter().for_each(|value| self.unwrap(value, true, nesting - 1))
                    } else {
                        self.unreadable()
                    };
                }
                let held = |object: &Map<String, Value>, key: &str| object.keys().any(|name| name.eq_ignore_ascii_case(key));
                let has = |key: &str| held(&object, key);
                // EventBridge carries alarms and much else in the same envelope.
                let carries = |detail: &Map<String, Value>| held(detail, "eventTime") || held(detail, "eventName");
                if has("CloudTrailEvent") {
                    Item::Lookup(Value::Object(object))
                } else if has("eventTime") {
                    Item::Record(Value::Object(object))
                } else if object.get("detail").and_then(Value::as_object).is_some_and(carries) {
                    Item::Record(object.remove("detail").unwrap_or_default())
                } else if object.contains_key("digestEndTime") || object.contains_key("digestS3Object") {
                    self.digest = true;
                    return;
                } else if listed {
                    return self.unreadable();
                } else {
                    self.strange += 1;
                    return;
                }
            }
            _ if listed => return self.unreadable(),
            _ => {
                self.strange += 1;
                return;
            }
        };
        match self.sink.take(item) {
            Taken::Yes => self.records += 1,
            Taken::Unreadable | Taken::Wrapped => self.unreadable(),
        }
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

fn next_page(token: Option<&Value>) -> bool {
    token.and_then(Value::as_str).is_some_and(|token| !token.is_empty())
}

/// A value at the top of a document.
struct Document<'r, 's> {
    reading: &'r mut Reading<'s>,
}

impl<'de> DeserializeSeed<'de> for Document<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a log file")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut single = Map::new();
        let mut listed = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "Records" | "records" | "Events" | "events" => {
                    listed = true;
                    map.next_value_seed(List { reading: self.reading, listed: true })?;
                }
                "NextToken" if next_page(Some(&map.next_value::<Value>()?)) => self.reading.fault(Fault::MorePages),
                "NextToken" => {}
                _ if listed => {
                    map.next_value::<IgnoredAny>()?;
                }
                _ => {
                    single.insert(key, map.next_value()?);
                }
            }
        }
        if !listed {
            self.reading.unwrap(Value::Object(single), false, MAX_NESTING);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        List { reading: self.reading, listed: false }.visit_seq(seq)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.reading.strange += 1;
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.visit_unit()
    }
}

/// A list of records, read one at a time.
struct List<'r, 's> {
    reading: &'r mut Reading<'s>,
    listed: bool,
}

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a list of records")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.reading.unreadable();
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.reading.log |= self.listed;
        while let Some(raw) = seq.next_element::<Box<RawValue>>()? {
            if self.reading.sink.stopped() {
                return Err(Error::custom("stopped"));
            }
            self.reading.item(raw.get(), self.listed);
        }
        Ok(())
    }
}

/// The fields that tell whether a record is wanted, borrowed from the text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header<'a> {
    pub(super) event_time: &'a str,
    pub(super) aws_region: &'a str,
    pub(super) recipient_account_id: &'a str,
    pub(super) read_only: Option<bool>,
    #[serde(rename = "eventID")]
    pub(super) event_id: Option<&'a str>,
}
