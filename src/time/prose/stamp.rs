//! Lines that begin with a time each, as chats and logs have them: which of these times tells more than when a line was written.

use super::cue::{Cue, is_trouble};

/// How many bytes of a line may stand before its time: a bracket, a name.
const LEAD: usize = 32;

/// Returns the times that begin lines, of which there are two at least, each with what it is the time of.
pub(super) fn cues(text: &str, times: &[(usize, usize)]) -> Vec<((usize, usize), Cue)> {
    let mut stamps: Vec<((usize, usize), &str)> = Vec::new();
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        let to = from + line.len();
        if let Some(at) = times.iter().find(|at| from <= at.0 && at.1 <= to && begins(line, at.0 - from)) {
            stamps.push((*at, line));
        }
        from = to;
    }
    if stamps.len() < 2 {
        return Vec::new();
    }
    let told = stamps.iter().position(|(_, line)| is_trouble(line)).unwrap_or(0);
    let cue = |index: usize| if index == told { Cue::Stamp } else { Cue::Said };
    stamps.iter().enumerate().map(|(index, (at, _))| (*at, cue(index))).collect()
}

/// Tells whether what stands before a time in its line is nothing but a bracket, or a name.
fn begins(line: &str, lead: usize) -> bool {
    let (lead, rest) = line.split_at_checked(lead).unwrap_or_default();
    let name = lead.trim_matches(|c: char| c.is_whitespace() || matches!(c, '[' | '(' | '<' | '*' | '-' | '`'));
    // A name has a bracket or a colon around the time.
    let framed = || lead.trim_end().ends_with(['[', '(']) || rest.find(':').is_some_and(|at| at < LEAD);
    lead.len() <= LEAD && (name.is_empty() || name.split_whitespace().count() <= 3 && !name.contains([':', ',', '.', ';']) && framed())
}
