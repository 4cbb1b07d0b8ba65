//! One chain of digests: each is judged by its signature and by the digest after it, which holds its hash and its signature.
//!
//! The signature of a digest stands in the metadata of its object, which a copy has lost, and once more in the digest after it. So all
//! but the newest can be checked without metadata. A signature proves itself, whoever hands it over; a hash proves as much as the digest
//! that it stands in. Therefore the newest is judged first.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::content::{hex, unhex};
use super::document::{Digest, Previous};
use super::key::Found;
use super::layout::{DigestName, Key, plain};
use super::report::{File, Reason, Verdict};
use crate::source::delivery::is_whole_day;
use crate::time::Window;

/// How long a digest reaches back where it cannot be asked.
///
/// Source: AWS CloudTrail user guide, "CloudTrail digest file structure": one an hour.
pub(super) const HOUR: TimeDelta = TimeDelta::hours(1);

/// The time that is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) until: Option<DateTime<Utc>>,
}

impl Asked {
    pub(super) fn meets(self, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
        self.since.is_none_or(|since| since < to) && self.until.is_none_or(|until| from < until)
    }

    /// Tells whether a log that is named by this minute is of it; such a name may stand for all of a day.
    pub(super) fn has_log(self, time: DateTime<Utc>) -> bool {
        let from = if is_whole_day(time) { time - TimeDelta::days(1) } else { time };
        self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| from < until)
    }
}

/// What is known of a digest's bytes.
#[derive(Debug)]
pub(super) enum Content {
    /// They are a digest.
    Read(Box<Digest>),
    /// They are not.
    Broken(Reason),
    /// They could not be read.
    Unread,
}

/// One digest where it lies.
#[derive(Debug)]
pub(super) struct Node {
    /// Its path, in plain characters.
    pub(super) shown: String,
    /// What all copies of it have in common.
    pub(super) tail: String,
    /// The end that its name tells.
    pub(super) end: DateTime<Utc>,
    pub(super) content: Content,
    /// The signature that was kept beside it.
    pub(super) signature: Option<String>,
    /// Where it says that it was delivered, when that is elsewhere.
    pub(super) moved_from: Option<String>,
}

/// What was found of one digest.
#[derive(Clone, Debug, Default)]
pub(super) struct Judgement {
    /// Nothing where it could not be read.
    pub(super) verdict: Option<Verdict>,
    pub(super) reason: Option<Reason>,
    pub(super) file: File,
    /// Whether it may reach into the time that was asked for; else it only speaks for others.
    pub(super) asked: bool,
}

impl Judgement {
    fn valid() -> Self {
        Self { verdict: Some(Verdict::Valid), ..Self::default() }
    }

    fn of(verdict: Verdict, reason: Reason) -> Self {
        Self { verdict: Some(verdict), reason: Some(reason), ..Self::default() }
    }

    fn is(&self, verdict: Verdict) -> bool {
        self.verdict == Some(verdict)
    }
}

/// What was found of a chain.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// In the order of the nodes.
    pub(super) digests: Vec<Judgement>,
    /// Digests that are named and not there: their S3 addresses, and who names them.
    pub(super) missing: Vec<File>,
    pub(super) spans: Spans,
}

/// For which times there are digests.
#[derive(Clone, Debug, Default)]
pub(super) struct Spans {
    /// Every log of these is named.
    pub(super) covered: Vec<Window>,
    /// The digest of these is not to be trusted or could not be read.
    pub(super) invalid: Vec<Window>,
    /// The digest of these is not there.
    pub(super) missing: Vec<Window>,
}

impl Spans {
    /// Returns the time from the first digest to the last, gaps included.
    pub(super) fn whole(&self) -> Option<Window> {
        let all = || self.covered.iter().chain(&self.invalid).chain(&self.missing);
        Window::new(all().map(|span| span.from).min()?, all().map(|span| span.to).max()?)
    }

    pub(super) fn join(&mut self, other: Self) {
        self.covered.extend(other.covered);
        self.invalid.extend(other.invalid);
        self.missing.extend(other.missing);
    }
}

/// Writes an S3 address in plain characters.
pub(super) fn address(bucket: &str, object: &str) -> String {
    plain(&format!("s3://{bucket}/{object}"))
}

/// Judges the digests of a chain.
///
/// Shape: `nodes` in the order of their ends. `key` finds the key that a digest names. What is of no time that was asked for need not
/// be there. Where the chain is `hourly` the time of a digest that cannot be asked begins where the last before it ends that can.
pub(super) fn judge(nodes: &[Node], key: &dyn Fn(&Node, &Digest) -> Found, asked: Asked, hourly: bool) -> Judged {
    let mut carriers: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, node) in nodes.iter().enumerate() {
        if let Some(tail) = previous(node).and_then(|previous| tail_of(&previous.object)) {
            carriers.entry(tail).or_default().push(at);
        }
    }
    let mut bench = Bench { nodes, key, digests: vec![Judgement::default(); nodes.len()], over: None };
    for (at, node) in nodes.iter().enumerate().rev() {
        let of_it = carriers.get(&node.tail).map(Vec::as_slice).unwrap_or_default();
        let judgement = match &node.content {
            Content::Unread => Judgement::default(),
            Content::Broken(reason) => Judgement::of(Verdict::Invalid, *reason),
            Content::Read(digest) => bench.digest(node, digest, of_it),
        };
        if judgement.is(Verdict::Valid) {
            bench.over = previous(node).and_then(|previous| end_of(&previous.object)).map(|end| (end, at));
        }
        if let Some(place) = bench.digests.get_mut(at) {
            *place = judgement;
        }
    }
    let mut judged = Judged { digests: bench.digests, ..Judged::default() };
    judged.complete(nodes, asked, hourly);
    judged
}

fn previous(node: &Node) -> Option<&Previous> {
    match &node.content {
        Content::Read(digest) => digest.previous.as_ref(),
        _ => None,
    }
}

fn tail_of(object: &str) -> Option<String> {
    Key::parse(object).map(|key| key.tail())
}

fn end_of(object: &str) -> Option<DateTime<Utc>> {
    DigestName::parse(object.rsplit('/').next()?).map(|name| name.end)
}

/// What a later digest says of an earlier one.
struct Word<'a> {
    /// Whose it is.
    at: usize,
    previous: &'a Previous,
    /// Whether its hash is right.
    right_hash: bool,
    /// Whether its signature is right, where that can be told.
    right_signature: Option<bool>,
}

/// Where digests are judged, the newest first.
struct Bench<'a> {
    nodes: &'a [Node],
    key: &'a dyn Fn(&Node, &Digest) -> Found,
    digests: Vec<Judgement>,
    /// The nearest later digest that is valid, and the end of the one before it.
    over: Option<(DateTime<Utc>, usize)>,
}

impl<'a> Bench<'a> {
    fn word(&self, at: usize, digest: &Digest, check: impl Fn(&str) -> Option<bool>) -> Option<Word<'a>> {
        let previous = previous(self.nodes.get(at)?)?;
        let right_hash = previous.hash == hex(&digest.hash);
        Some(Word { at, previous, right_hash, right_signature: check(&previous.signature) })
    }

    fn of(&self, word: &Word<'_>) -> Option<Verdict> {
        self.digests.get(word.at).and_then(|judgement| judgement.verdict)
    }

    fn digest(&mut self, node: &Node, digest: &Digest, carriers: &[usize]) -> Judgement {
        if let Some(from) = &node.moved_from {
            let file = File { elsewhere: Some(from.clone()), ..File::default() };
            return Judgement { file, ..Judgement::of(Verdict::Invalid, Reason::Moved) };
        }
        let found = (self.key)(node, digest);
        let message = digest.string_to_sign();
        let check = |signature: &str| {
            let signature = unhex(signature).unwrap_or_default();
            match &found {
                Found::Key(key) => Some(key.verifies(&message, &signature)),
                Found::OneOf(keys) => keys.iter().any(|key| key.verifies(&message, &signature)).then_some(true),
                _ => None,
            }
        };
        let own = node.signature.as_deref().map(check);
        let words: Vec<Word<'_>> = carriers.iter().filter_map(|at| self.word(*at, digest, check)).collect();
        let is_proven = own == Some(Some(true)) || words.iter().any(|word| word.right_signature == Some(true));
        let trusted = |word: &&Word<'_>| self.of(word) == Some(Verdict::Valid);
        if let Some(word) = words.iter().filter(trusted).find(|word| !word.right_hash) {
            return self.altered(digest, word);
        }
        let is_chained = words.iter().any(|word| trusted(&word));
        if is_proven || is_chained {
            if own == Some(Some(false)) {
                return Judgement::of(Verdict::Invalid, Reason::SignatureBeside);
            }
            if !is_proven && words.iter().any(|word| word.right_signature == Some(false)) {
                return Judgement::of(Verdict::Invalid, Reason::Signature);
            }
            for word in &words {
                if !word.right_hash || word.right_signature == Some(false) {
                    self.blame(word.at);
                }
            }
            return Judgement::valid();
        }
        self.unproven((digest, node), &words, own, &found)
    }

    /// Judges a digest that no right signature and no valid digest speaks for.
    fn unproven(&mut self, (digest, node): (&Digest, &Node), words: &[Word<'_>], own: Option<Option<bool>>, found: &Found) -> Judgement {
        if own == Some(Some(false)) {
            return Judgement::of(Verdict::Invalid, Reason::Signature);
        }
        if *found == Found::Unknown {
            return Judgement::of(Verdict::Invalid, Reason::UnknownKey);
        }
        let untold = |word: &&Word<'_>| self.of(word) != Some(Verdict::Invalid);
        if let Some(word) = words.iter().filter(untold).find(|word| !word.right_hash) {
            return self.altered(digest, word);
        }
        // A genuine digest that has the right hash has the right signature, too.
        let wrong: Vec<usize> =
            words.iter().filter(untold).filter(|word| word.right_signature == Some(false)).map(|word| word.at).collect();
        wrong.iter().for_each(|at| self.blame(*at));
        if words.is_empty() && self.over.is_some_and(|(end, _)| end < node.end) {
            let by = self.over.and_then(|(_, at)| self.nodes.get(at)).map(|node| node.shown.clone());
            return Judgement { file: File { by, ..File::default() }, ..Judgement::of(Verdict::Invalid, Reason::NotInChain) };
        }
        let has_signature = own.is_some() || words.iter().any(|word| word.right_signature != Some(false));
        let reason = match found {
            Found::NoKeys => Reason::NoKeys,
            _ if !has_signature => Reason::NoSignature,
            Found::Unasked(_) => Reason::KeyUnavailable,
            Found::Untimely => Reason::KeyTimeUnknown,
            _ => Reason::KeyNotPinned,
        };
        Judgement::of(Verdict::Unverified, reason)
    }

    fn altered(&self, digest: &Digest, word: &Word<'_>) -> Judgement {
        let by = self.nodes.get(word.at).map(|node| node.shown.clone());
        let file = File { expected: Some(plain(&word.previous.hash)), found: Some(hex(&digest.hash)), by, ..File::default() };
        Judgement { file, ..Judgement::of(Verdict::Invalid, Reason::Altered) }
    }

    /// Notes that a digest which nothing proved says something wrong.
    fn blame(&mut self, at: usize) {
        if let Some(judgement) = self.digests.get_mut(at).filter(|judgement| judgement.is(Verdict::Unverified)) {
            *judgement = Judgement::of(Verdict::Invalid, Reason::WrongPrevious);
        }
    }
}

impl Judged {
    /// Finds what is missing, for which times there are digests, and which of them were asked for.
    ///
    /// What a digest says of its own time counts only as far as it is proven: of any other, the hour before the end in its name counts, too.
    fn complete(&mut self, nodes: &[Node], asked: Asked, hourly: bool) {
        let ends: HashMap<&str, DateTime<Utc>> = nodes.iter().map(|node| (node.tail.as_str(), node.end)).collect();
        // The end of the last digest that nothing speaks against.
        let mut last: Option<DateTime<Utc>> = None;
        for (node, judgement) in nodes.iter().zip(&mut self.digests) {
            let back = |end: DateTime<Utc>| last.filter(|last| hourly && *last < end).unwrap_or(end - HOUR);
            let is_read = if let Content::Read(digest) = &node.content { Some(digest) } else { None };
            let trusted = is_read.filter(|_| judgement.verdict.is_some_and(|verdict| verdict != Verdict::Invalid));
            judgement.asked = !judgement.is(Verdict::Valid) && asked.meets(back(node.end).min(node.end - HOUR), node.end);
            judgement.asked |= is_read.is_some_and(|digest| asked.meets(digest.start, digest.end));
            let Some(digest) = trusted else {
                self.spans.invalid.extend(Window::new(back(node.end), node.end));
                continue;
            };
            let linked = digest.previous.as_ref().and_then(|previous| ends.get(tail_of(&previous.object)?.as_str()));
            let from = linked.map_or(digest.start, |end| digest.start.min(*end));
            self.spans.covered.extend(Window::new(from, digest.end));
            judgement.asked |= asked.meets(from, digest.end);
            if let (Some(previous), None) = (&digest.previous, linked) {
                let named = end_of(&previous.object).unwrap_or(digest.start);
                let to = if hourly { digest.start } else { named };
                let from = back(named).min(to);
                if asked.meets(from, to) {
                    self.spans.missing.extend(Window::new(from, to));
                    let name = address(&previous.bucket, &previous.object);
                    self.missing.push(File { name, by: Some(node.shown.clone()), ..File::default() });
                }
            }
            last = Some(last.map_or(node.end, |last| last.max(node.end)));
        }
        // Several copies of a digest name the same one.
        self.missing.sort_by(|a, b| a.name.cmp(&b.name));
        self.missing.dedup_by(|a, b| a.name == b.name);
    }
}
