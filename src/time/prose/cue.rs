//! What a time in a text is the time of: the start, the alarm, the end, by the words beside it.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// How many bytes before a time are searched for what it is the time of.
const CUE_REACH: usize = 60;

/// What a time is the time of, the surest start first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cue {
    /// When it began.
    Start,
    /// When it was noticed.
    Alarm,
    /// The text does not say.
    Plain,
    /// The text says how long it has lasted, and not of what.
    Lasting,
    /// The first of the lines that begin with a time each.
    Stamp,
    /// When it was told.
    Said,
    /// Something else happened then.
    Beside,
    /// When it ended.
    End,
    /// Nothing that has happened.
    Never,
}

/// Tells what a time is the time of, by the words before it, or else after it.
pub(super) fn of(text: &str, before: usize, at: (usize, usize)) -> Cue {
    let mut from = before.max(at.0.saturating_sub(CUE_REACH));
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let lead = text.get(from..at.0).unwrap_or_default();
    if before > 0 && RANGE.is_match(lead) {
        return Cue::End;
    }
    if all_was_well(text, at) {
        return Cue::Never;
    }
    // What stands in the sentence before only counts when the time stands alone in its own.
    let (_, end) = sentence(text, at);
    let begin = SENTENCE_END.find_iter(lead).last().map_or(0, |end| end.end());
    let own = lead.get(begin..).unwrap_or_default();
    let alone = !own.chars().chain(text.get(at.1..end).unwrap_or_default().chars()).any(char::is_alphabetic);
    let line = if alone { lead } else { own };
    if let Some(found) = CUE.captures_iter(line).last() {
        let of_change =
            found.get(1).is_some() && line.get(..found.get(0).map_or(0, |all| all.start())).is_some_and(|lead| CHANGE.is_match(lead));
        let class = if of_change { Cue::Beside } else { end_of(line, &found) };
        // Since a change is since then.
        return if class == Cue::Beside && SINCE.is_match(line) { Cue::Start } else { class };
    }
    let rest = text.get(at.1..).unwrap_or_default();
    let rest = rest.split(['\n', '.', ';']).next().unwrap_or_default();
    let near: String = rest.chars().take(30).take_while(|c| !c.is_ascii_digit()).collect();
    match CUE.captures_iter(&near).next() {
        Some(found) if found.get(1).or_else(|| found.get(2)).or_else(|| found.get(5)).is_some() => {
            let of_change = found.get(1).is_some() && CHANGE.is_match(&near);
            if of_change { Cue::Beside } else { end_of(rest, &found) }
        }
        _ => Cue::Plain,
    }
}

fn class(found: &Captures<'_>) -> Cue {
    let groups = [Cue::Start, Cue::Alarm, Cue::Said, Cue::Beside, Cue::End, Cue::Never];
    groups.into_iter().enumerate().find(|(index, _)| found.get(index + 1).is_some()).map_or(Cue::Plain, |(_, cue)| cue)
}

/// Judges words within `text`; what ends in failure has not recovered.
fn end_of(text: &str, found: &Captures<'_>) -> Cue {
    let failed = found.get(5).is_some_and(|end| text.get(end.end()..).is_some_and(|rest| FAILED.is_match(rest)));
    if failed { Cue::Alarm } else { class(found) }
}

/// Returns where the sentence begins and ends in which something stands.
pub(super) fn sentence(text: &str, at: (usize, usize)) -> (usize, usize) {
    let begin = text.get(..at.0).and_then(|lead| SENTENCE_END.find_iter(lead).last()).map_or(0, |end| end.end());
    let end = text.get(at.1..).and_then(|rest| SENTENCE_END.find(rest)).map_or(text.len(), |end| at.1 + end.start());
    (begin, end)
}

/// Tells whether the sentence of a time says that all was well then.
pub(super) fn all_was_well(text: &str, at: (usize, usize)) -> bool {
    let (begin, end) = sentence(text, at);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default().rsplit([',', '(', ')']).next().unwrap_or_default();
    let rest = text.get(at.1..end).unwrap_or_default();
    let rest = rest.trim_start_matches([')', ']']).split([',', '(', ')']).next().unwrap_or_default();
    let said = format!("{} {rest}", part(begin, at.0));
    WELL.is_match(&said) && !NOT.is_match(&said)
}

/// Tells whether words say of a key or sentence what its time is the time of.
pub(super) fn tells(words: &str) -> bool {
    CUE.is_match(words)
}

/// Tells whether a line says that something is wrong.
pub(super) fn is_trouble(line: &str) -> bool {
    TROUBLE.is_match(line)
}

#[expect(clippy::expect_used, reason = "literal patterns")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("pattern")
}

/// What ends a sentence.
static SENTENCE_END: LazyLock<Regex> = LazyLock::new(|| pattern(r"\n|[.!?;]\s|\s[|–—•]\s"));

/// Words that say that all was well.
static WELL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:fine|green|ok|okay|good|healthy|worked|working|passed|succeeded|successful(?:ly)?|quiet|normal)\b")
});

/// Words that say the opposite of what stands after them.
static NOT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(?:not|never|no longer|stopped|nothing|isn.t|wasn.t|didn.t|until)\b"));

/// What makes a range of two times.
static RANGE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^\s*(?:-|–|—|->|→|to|until|till|bis)\s*$"));

/// Words that tell what a time is the time of: of the start, of the alarm, of the telling, of something else, of the end, of nothing that has happened.
static CUE: LazyLock<Regex> = LazyLock::new(|| {
    let start = r"since|seit|began|begins?|beginning|begun|start(?:s|ed|ing)?(?:[_ ]?(?:at|time|date|on))?|onset|from|first(?:[_ ]?(?:seen|observed|occurred|noticed))?(?:[_ ]?at)?|active[_ ]?(?:at|since)|incident[_ ]?(?:time|start)|broken?|failing|down|impact[_ ]?start";
    let alarm = r"trigger(?:ed)?(?:[_ ]?(?:at|on|time))?|fir(?:ed|ing)|opened(?:[_ ]?at)?|creat(?:ed|ion)(?:[_ ]?(?:at|on|time|date))?|detected(?:[_ ]?at)?|raised|occurred|entered|alarm(?:ed)?|alert(?:ed)?|state[_ ]?changed?(?:[_ ]?(?:at|time))?|event[_ ]?time|problem|paged|breach(?:ed)?|happened|noticed|observed";
    let said = r"now|currently|current|sent|reported|generated|received|date|posted|printed|as of";
    let beside = r"updated?(?:[_ ]?at)?|last|latest|acknowledged|acked|notified|evaluated|datapoints?|escalated|deploy(?:ed|ing|ment|s)?|releas(?:ed?|ing)|rollout|rolled|merged|pushed|built|build|backup|maintenance";
    let end = r"until|till|bis|resolv(?:ed|es)(?:[_ ]?at)?|recover(?:ed|y)|end(?:s|ed|ing)?(?:[_ ]?(?:at|time))?|closed(?:[_ ]?at)?|cleared|fixed|over|finished|mitigated";
    let never =
        r"expir(?:es|y|ation)|next|valid|due|deadline|scheduled|planned|expected|eta|not after|renew(?:al|s)?|version|copyright|will";
    pattern(&format!(r"(?i)\b(?:({start})|({alarm})|({said})|({beside})|({end})|({never}))\b"))
});

/// What says that it began with what follows.
static SINCE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\bsince\b[^.;,\n]*\b(?:deploy\w*|releas\w*|rollout|maintenance|merge|change|update)\b[^.;,\n]*$"));

/// Words of which a start is no incident's.
static CHANGE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:deploy\w*|releas\w*|rollout|maintenance|build|backup|migration|pipeline|job)\b[^.;\n]{0,16}$"));

/// How a run ends that did not succeed.
static FAILED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\W{1,3}(?:(?:with|in|as|on|by)\W{1,3})?(?:an? |the )?(?:not ?ok|nok|ko|errors?|fail(?:ed|ure|ures)|abnormal(?:ly)?|abend|exceptions?|timed? ?out|timeout|aborted|killed|(?:rc|return code|exit(?: code| status)?)\W{0,3}[1-9])",
    )
});

/// Words and codes of what is wrong, as logs have them.
static TROUBLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)\b(?:errors?|err|fail(?:ed|ure|ing|s)?|fatal|critical|crit|panic|down|refused|timed? ?out|timeout|unavailable|unreachable|exception|killed|oom|denied)\b|[" ]5[0-9]{2}\b"#,
    )
});
