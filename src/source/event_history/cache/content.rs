//! A slice's entries as bytes: JSON, compressed. The records are kept as they were read, since redaction comes later.

use std::borrow::Cow;
use std::io::{Read as _, Write as _};

use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};

use super::super::chain::Entry;
use crate::event::LookupResource;

#[derive(Serialize, Deserialize)]
struct StoredEntry<'a> {
    #[serde(rename = "t")]
    time: Option<DateTime<Utc>>,
    /// As AWS gave it, readable or not; empty when there was none.
    #[serde(rename = "e", borrow)]
    record: Cow<'a, str>,
    /// Type and name of the envelope's resources.
    #[serde(rename = "r")]
    resources: Vec<(Option<String>, String)>,
}

/// Writes entries.
pub(super) fn write(entries: &[Entry]) -> Option<Vec<u8>> {
    let kept: Vec<_> = entries
        .iter()
        .map(|entry| StoredEntry {
            time: entry.time,
            record: Cow::Borrowed(&*entry.raw),
            resources: entry.event.iter().flat_map(|event| &event.lookup_resources).map(|it| (it.kind.clone(), it.name.clone())).collect(),
        })
        .collect();
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    serde_json::to_writer(&mut encoder, &kept).ok()?;
    encoder.flush().ok()?;
    encoder.finish().ok()
}

/// Reads what [`write()`] wrote.
pub(super) fn read(bytes: &[u8]) -> Option<Vec<Entry>> {
    let mut json = Vec::new();
    DeflateDecoder::new(bytes).read_to_end(&mut json).ok()?;
    let kept: Vec<StoredEntry<'_>> = serde_json::from_slice(&json).ok()?;
    let entry = |StoredEntry { time, record, resources }: StoredEntry<'_>| {
        let resources = resources.into_iter().map(|(kind, name)| LookupResource { kind, name }).collect();
        Entry::read(time, Some(&*record).filter(|record| !record.is_empty()), resources)
    };
    Some(kept.into_iter().map(entry).collect())
}
