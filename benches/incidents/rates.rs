//! Shares over graded incidents.

use cloudtrail_mcp::rank::Confidence;

use super::answer::{Answer, Finding, Shown};
use super::incident::Truth;

/// Numbers a share: `None` when there is none to count.
pub(crate) type Share = Option<f64>;

/// Shares over some incidents.
///
/// Shape: entries that belong to the cause are no mistakes: a strong suspect may be one of the related changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rates {
    /// How many incidents.
    pub(crate) incidents: usize,
    /// How many of them have a culprit.
    pub(crate) with_culprit: usize,
    /// The culprit within the first 1, 3, 5 and 20.
    pub(crate) top: [Share; 4],
    /// Mean reciprocal rank of the culprit.
    pub(crate) reciprocal: Share,
    /// The culprit first, and called strong or likely.
    pub(crate) top1_said: Share,
    /// Nothing called a suspect, though there is a culprit.
    pub(crate) denied: Share,
    /// Without a culprit: nothing called a suspect.
    pub(crate) no_suspect: Share,
    /// Without a culprit: nothing called strong or likely.
    pub(crate) calm: Share,
    /// First places called strong that are right.
    pub(crate) strong_right: Share,
    /// First places called likely that are right.
    pub(crate) likely_right: Share,
    /// Something innocent called strong.
    pub(crate) decoy_strong: Share,
}

/// Returns the best rank of a culprit; nothing when none is shown.
pub(crate) fn rank(truth: &Truth, answer: &Answer) -> Option<usize> {
    answer.shown.iter().find(|one| one.holds(&truth.culprits)).map(|one| one.rank)
}

/// Tells whether an entry is the cause or belongs to it.
pub(crate) fn is_right(truth: &Truth, one: &Shown) -> bool {
    one.holds(truth.culprits.iter().chain(&truth.related))
}

fn share(n: usize, of: usize) -> Share {
    (of > 0).then(|| n as f64 / of as f64)
}

impl Rates {
    /// Counts over incidents and what was answered about them.
    pub(crate) fn of<'a>(rows: impl Iterator<Item = (&'a Truth, &'a Answer)>) -> Self {
        let (guilty, innocent): (Vec<_>, Vec<_>) = rows.partition(|(truth, _)| !truth.culprits.is_empty());
        let ranks: Vec<usize> = guilty.iter().filter_map(|(truth, answer)| rank(truth, answer)).collect();
        let within = |k: usize| share(ranks.iter().filter(|rank| **rank <= k).count(), guilty.len());
        let none = |answer: &Answer| answer.finding == Finding::NoSuspect;
        let calm = |answer: &Answer| answer.finding != Finding::CouldNotLook && !answer.shown.iter().any(Shown::is_said);
        let said =
            |truth: &Truth, answer: &Answer| answer.shown.first().is_some_and(|first| first.is_said() && first.holds(&truth.culprits));
        let all = || guilty.iter().chain(&innocent).copied();
        let innocent_strong = |truth: &Truth, one: &Shown| one.confidence == Some(Confidence::Strong) && !is_right(truth, one);
        Self {
            incidents: guilty.len() + innocent.len(),
            with_culprit: guilty.len(),
            top: [1, 3, 5, 20].map(within),
            reciprocal: (!guilty.is_empty()).then(|| ranks.iter().map(|rank| 1.0 / *rank as f64).sum::<f64>() / guilty.len() as f64),
            top1_said: share(guilty.iter().filter(|(truth, answer)| said(truth, answer)).count(), guilty.len()),
            denied: share(guilty.iter().filter(|(_, answer)| none(answer)).count(), guilty.len()),
            no_suspect: share(innocent.iter().filter(|(_, answer)| none(answer)).count(), innocent.len()),
            calm: share(innocent.iter().filter(|(_, answer)| calm(answer)).count(), innocent.len()),
            strong_right: Reliability::of(all()).first(Confidence::Strong),
            likely_right: Reliability::of(all()).first(Confidence::Likely),
            decoy_strong: share(
                all().filter(|(truth, answer)| answer.shown.iter().any(|one| innocent_strong(truth, one))).count(),
                guilty.len() + innocent.len(),
            ),
        }
    }

    /// The head of a table of rates.
    pub(crate) const HEAD: &str = "| n | culprit | top-1 | top-3 | top-5 | top-20 | MRR | top-1 said | denied | no culprit: no suspect | no culprit: calm | strong right | likely right | innocent strong |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|";

    /// Returns a row of a table under [`Rates::HEAD`].
    pub(crate) fn row(&self, title: &str) -> String {
        let Self { top, reciprocal, top1_said, denied, no_suspect, calm, strong_right, likely_right, decoy_strong, .. } = *self;
        let rest = [reciprocal, top1_said, denied, no_suspect, calm, strong_right, likely_right, decoy_strong];
        let shares: Vec<String> = top.into_iter().chain(rest).map(show).collect();
        format!("| {title} | {} | {} | {} |", self.incidents, self.with_culprit, shares.join(" | "))
    }
}

/// Writes a share.
pub(crate) fn show(value: Share) -> String {
    value.map_or("–".into(), |value| format!("{value:.3}"))
}

/// How often what is said with a confidence is right.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reliability {
    /// By confidence: first places, those of them that are right, all entries, those of them that are right.
    counts: [[usize; 4]; 3],
    /// By tenth of the chance: first places, their chances together, those of them that are right.
    tenths: [(usize, f64, usize); 10],
}

impl Reliability {
    /// Counts over incidents and what was answered about them.
    pub(crate) fn of<'a>(rows: impl Iterator<Item = (&'a Truth, &'a Answer)>) -> Self {
        let (mut counts, mut tenths) = ([[0; 4]; 3], [(0, 0.0, 0); 10]);
        for (truth, answer) in rows {
            if let Some((first, tenth)) = answer.shown.first().and_then(|first| Some((first, tenths.get_mut(tenth_of(first.chance))?))) {
                *tenth = (tenth.0 + 1, tenth.1 + first.chance, tenth.2 + usize::from(is_right(truth, first)));
            }
            for (at, one) in answer.shown.iter().enumerate() {
                let Some(slot) = one.confidence.and_then(|confidence| counts.get_mut(confidence as usize)) else { continue };
                let [first, first_right, all, right] = slot;
                let (is_first, is_right) = (usize::from(at == 0), usize::from(is_right(truth, one)));
                *first += is_first;
                *first_right += is_first * is_right;
                *all += 1;
                *right += is_right;
            }
        }
        Self { counts, tenths }
    }

    fn first(&self, confidence: Confidence) -> Share {
        let [first, right, ..] = self.counts.get(confidence as usize).copied().unwrap_or_default();
        share(right, first)
    }

    /// Returns how many first places there are by confidence, and which share of them is right.
    pub(crate) fn line(&self) -> String {
        let told = ["possible", "likely", "strong"].iter().zip(self.counts).rev();
        told.map(|(name, [first, right, ..])| format!("{name} {first} ({} right)", show(share(right, first))))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Returns the lines of a table: confidence, first places, share right, all entries, share right.
    pub(crate) fn table(&self) -> String {
        let mut text = "| confidence | first places | right | all entries | right |\n|---|---|---|---|---|\n".to_owned();
        for (name, counts) in ["possible", "likely", "strong"].iter().zip(self.counts).rev() {
            let [first, first_right, all, right] = counts;
            text.push_str(&format!("| {name} | {first} | {} | {all} | {} |\n", show(share(first_right, first)), show(share(right, all))));
        }
        if self.tenths.iter().any(|(_, chances, _)| *chances > 0.0) {
            text.push_str("\n| chance of the first place | first places | said | right |\n|---|---|---|---|\n");
            for (tenth, (first, chances, right)) in self.tenths.into_iter().enumerate().filter(|(_, (first, ..))| *first > 0) {
                let said = chances / first as f64;
                text.push_str(&format!("| {}0 % and more | {first} | {said:.3} | {} |\n", tenth, show(share(right, first))));
            }
        }
        text
    }
}

/// Returns the tenth in which a chance lies, from 0.
fn tenth_of(chance: f64) -> usize {
    (chance * 10.0).clamp(0.0, 9.0) as usize
}
