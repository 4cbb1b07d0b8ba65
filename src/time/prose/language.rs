//! Times in other languages than English, put into English before they are read: `depuis 10h15`, `gestern um 18.41 Uhr`, `오후 7시 40분부터`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::calendar::{HALVES, MONTHS, WEEKDAYS};
use super::words::{AFTER_TIME, AGO_AFTER, AGO_BEFORE, BEFORE_NUMBER, LASTING, LENGTHS, Meaning, PHRASES, UNITS};

/// Writes what a text says of times in English; all else stays.
pub(super) fn english(text: &str) -> String {
    let text = spaced(text);
    let text = EASTERN.replace_all(&text, |parts: &Captures<'_>| PHRASE_NAMES.spaced(part(parts, 1)));
    let text = SPOKEN_AGO.replace_all(&text, " ${1} hours ${2} minutes ago ");
    let text = EAST_DATE.replace_all(&text, " ${1}-${2}-${3} ");
    let text = EAST_DAY.replace_all(&text, day_of_month);
    let text = EAST_CLOCK.replace_all(&text, |parts: &Captures<'_>| east_clock(parts));
    let text = HALF_BEFORE.replace_all(&text, |parts: &Captures<'_>| format!(" {} {} ", part(parts, 2), HALF_NAMES.of(part(parts, 1))));
    let text = HOURS.replace_all(&text, |parts: &Captures<'_>| hours(parts));
    let text = DAY_MONTH
        .replace_all(&text, |parts: &Captures<'_>| format!("{} {} {}", part(parts, 1), MONTH_NAMES.of(part(parts, 2)), part(parts, 3)));
    let text = PREFIXED.replace_all(&text, |parts: &Captures<'_>| {
        let minutes = parts.get(3).map_or("00", |minutes| minutes.as_str());
        format!("{} {}:{minutes} ", PREFIX_NAMES.of(part(parts, 1)), part(parts, 2))
    });
    let text = TURKISH.replace_all(&text, " since ${1} ${2} ");
    let text = LENGTH.replace_all(&text, |parts: &Captures<'_>| format!(" {} ", LENGTH_NAMES.of(part(parts, 1))));
    let text = UNIT.replace_all(&text, |parts: &Captures<'_>| format!("{} {} ", part(parts, 1), UNIT_NAMES.of(part(parts, 2))));
    let text = BEFORE_LENGTH.replace_all(&text, "${1} ago ");
    let text = AFTER_LENGTH.replace_all(&text, "${1} ago ");
    let text = LASTED.replace_all(&text, " since ${1} ");
    let text = PARTICLE.replace_all(&text, |parts: &Captures<'_>| format!(" {} {} ", PARTICLE_NAMES.of(part(parts, 2)), part(parts, 1)));
    let text = BEFORE.replace_all(&text, |parts: &Captures<'_>| format!("{} {}", BEFORE_NAMES.of(part(parts, 1)), part(parts, 2)));
    PHRASE.replace_all(&text, |parts: &Captures<'_>| PHRASE_NAMES.spaced(part(parts, 1))).into_owned()
}

/// Returns the offset of the clocks of those who write in the text's script, where one tells it.
pub(super) fn zone_of_script(text: &str) -> Option<&'static str> {
    let any = |from: char, to: char| text.chars().any(|c| from <= c && c <= to);
    if any('\u{3041}', '\u{30ff}') || any('\u{ac00}', '\u{d7a3}') {
        Some("+09:00")
    } else if any('\u{e01}', '\u{e5b}') {
        Some("+07:00")
    } else if any('\u{4e00}', '\u{9fff}') {
        Some("+08:00")
    } else {
        None
    }
}

/// Tells whether words are written in this letter's script without spaces, or with endings.
fn is_eastern(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// Sets digits and letters apart from scripts that are written without spaces; writes wide digits and signs as narrow ones.
fn spaced(text: &str) -> String {
    let narrow = |c: char| match u32::from(c) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        0x3000 => ' ',
        _ => c,
    };
    let mut spaced = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    for c in text.chars().map(narrow) {
        if is_eastern(before) && c.is_ascii_alphanumeric() || before.is_ascii_alphanumeric() && is_eastern(c) {
            spaced.push(' ');
        }
        spaced.push(c);
        before = c;
    }
    spaced
}

fn part<'t>(parts: &Captures<'t>, index: usize) -> &'t str {
    parts.get(index).map_or("", |part| part.as_str())
}

fn day_of_month(parts: &Captures<'_>) -> String {
    let month = part(parts, 1).parse::<usize>().ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
    month.map_or_else(|| part(parts, 0).to_owned(), |(month, _)| format!(" {} {month} ", part(parts, 2)))
}

/// Writes `午後 3 時 15 分` as `3:15 pm`; `3 時間` is a length.
fn east_clock(parts: &Captures<'_>) -> String {
    if parts.get(5).is_some() {
        return part(parts, 0).to_owned();
    }
    let minutes = parts.get(3).map_or(if parts.get(4).is_some() { "30" } else { "00" }, |minutes| minutes.as_str());
    format!(" {} {}:{minutes:0>2} ", part(parts, 1), part(parts, 2))
}

/// Writes `10h15`, `10.15 Uhr` and `14:20h` as `10:15`.
fn hours(parts: &Captures<'_>) -> String {
    let of = |hour: usize, minute: usize| format!("{}:{} ", part(parts, hour), parts.get(minute).map_or("00", |minute| minute.as_str()));
    if parts.get(1).is_some() {
        of(1, 2)
    } else if parts.get(3).is_some() {
        let minute = if parts.get(4).is_some() { 4 } else { 5 };
        of(3, minute)
    } else {
        of(6, 7)
    }
}

/// Words and what they mean in English.
struct Names(HashMap<String, &'static str>);

impl Names {
    fn new(tables: &[&'static [Meaning]]) -> Self {
        let all = tables.iter().flat_map(|table| table.iter());
        Self(all.flat_map(|(english, words)| words.iter().map(move |word| (word.to_lowercase(), *english))).collect())
    }

    fn of<'a>(&self, word: &'a str) -> &'a str {
        self.0.get(&word.to_lowercase()).copied().unwrap_or(word)
    }

    fn spaced(&self, word: &str) -> String {
        let meaning = self.of(word);
        if word.chars().any(is_eastern) { format!(" {meaning} ") } else { meaning.to_owned() }
    }
}

/// Returns a pattern of any of these words, the longer first, each whole where its script parts words.
fn any<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut words: Vec<&str> = words.into_iter().collect();
    words.sort_unstable_by_key(|word| (std::cmp::Reverse(word.chars().count()), *word));
    let mut all = String::from("(?:");
    for (index, word) in words.into_iter().enumerate() {
        let edge = |c: Option<char>| if c.is_some_and(|c| c.is_alphabetic() && !is_eastern(c)) { r"\b" } else { "" };
        let between = if index == 0 { "" } else { "|" };
        let escaped = regex::escape(word).replace(' ', r"\s+");
        let _ = write!(all, "{between}{}{escaped}{}", edge(word.chars().next()), edge(word.chars().last()));
    }
    all + ")"
}

fn words(table: &[Meaning]) -> String {
    any(table.iter().flat_map(|(_, words)| words.iter().copied()))
}

#[expect(clippy::expect_used, reason = "patterns of literals")]
fn pattern(text: &str) -> Regex {
    Regex::new(&format!("(?i){text}")).expect("pattern")
}

/// A length of time in English.
const SPAN: &str = r"([0-9]{1,4} ?(?:minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?)\b(?:\s+[0-9]{1,2} ?(?:minutes?|mins?|m)\b)?)";

/// A time of day, with its date before it.
const MOMENT: &str =
    r"((?:20[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}[T ]+)?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: [ap]m)?(?:\s?(?:UTC|Z|[A-Z]{3,4}\b))?)";

static PHRASE_NAMES: LazyLock<Names> = LazyLock::new(|| Names::new(&[PHRASES, WEEKDAYS]));
static BEFORE_NAMES: LazyLock<Names> = LazyLock::new(|| Names::new(&[BEFORE_NUMBER]));
static PREFIX_NAMES: LazyLock<Names> = LazyLock::new(|| Names::new(&[PHRASES, BEFORE_NUMBER]));
static PARTICLE_NAMES: LazyLock<Names> = LazyLock::new(|| Names::new(&[AFTER_TIME]));
static UNIT_NAMES: LazyLock<Names> = LazyLock::new(|| Names::new(&[UNITS]));
static LENGTH_NAMES: LazyLock<Names> = LazyLock::new(|| Names::new(&[LENGTHS]));
static MONTH_NAMES: LazyLock<Names> = LazyLock::new(|| Names::new(&[MONTHS]));
static HALF_NAMES: LazyLock<Names> = LazyLock::new(|| Names::new(&[HALVES]));

static EAST_DATE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(20[0-9]{2})\s*[年년]\s*([0-9]{1,2})\s*[月월]\s*([0-9]{1,2})\s*[日号일]"));
static EAST_DAY: LazyLock<Regex> = LazyLock::new(|| pattern(r"([0-9]{1,2})\s*[月월]\s*([0-9]{1,2})\s*[日号일]"));
static EAST_CLOCK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"({})?\s*\b([0-9]{{1,2}})\s*(?:時|点|點|시)(?:\s*([0-9]{{1,2}})\s*[分분]|\s*(半|반)|\s*(間|间|간))?", words(HALVES)))
});
static HALF_BEFORE: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"({})\s*([0-9]{{1,2}}:[0-9]{{2}})", words(HALVES))));
static HOURS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:([01]?[0-9]|2[0-3])\s?h\s?([0-5][0-9])\b|([01]?[0-9]|2[0-3])(?:[.:]([0-5][0-9]))?\s?Uhr\b(?:\s([0-5][0-9])\b)?|([01]?[0-9]|2[0-3])[.:h]([0-5][0-9])\s?(?:h|hs|hrs|uur|heures|horas|saat)\b)",
    )
});
static DAY_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"\b([0-9]{{1,2}})(?:\.|º|er)?\s+(?:de\s+|di\s+)?({})(?:,?\s+(?:de\s+|del\s+)?(20[0-9]{{2}})\b)?", words(MONTHS)))
});
/// A word that a time of day follows: then `18.41`, `14 h` and `14 uur` are one.
static PREFIXED: LazyLock<Regex> = LazyLock::new(|| {
    let lead = any([PHRASES, BEFORE_NUMBER]
        .into_iter()
        .flatten()
        .filter(|(english, _)| matches!(*english, "since" | "at" | "until"))
        .flat_map(|(_, words)| words.iter().copied()));
    pattern(&format!(r"({lead})\s+([01]?[0-9]|2[0-3])(?:\.([0-5][0-9])\b(?:\s?(?:h|uur|horas)\b)?|\s?(?:h|uur|heures|horas)\b)"))
});
/// `há 1h30`.
static SPOKEN_AGO: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"{}\s+([0-9]{{1,2}})\s?h\s?([0-5][0-9])\b", any(AGO_BEFORE.iter().copied()))));
static UNIT: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"\b([0-9]{{1,4}})\s*({})", words(UNITS))));
/// `25 dakikadır`: it has lasted so long.
static TURKISH: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b([0-9]{1,4})\s(dakika|saat|gün)(?:d[ıi]r|tir|dür)\b"));
static LENGTH: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("({})", words(LENGTHS))));
static BEFORE_LENGTH: LazyLock<Regex> = LazyLock::new(|| {
    let about = any(BEFORE_NUMBER.iter().filter(|(english, _)| *english == "about").flat_map(|(_, words)| words.iter().copied()));
    pattern(&format!(r"{}\s+(?:{about}\s+)?{SPAN}", any(AGO_BEFORE.iter().copied().filter(|word| *word != "for"))))
});
static AFTER_LENGTH: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"{SPAN}\s*{}(?:$|[^からよ부])", any(AGO_AFTER.iter().copied()))));
static LASTED: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"{SPAN}\s*{}", any(LASTING.iter().copied()))));
static PARTICLE: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"{MOMENT}\s*(?:頃|ごろ|ころ|左右|쯤|경|分)?\s*({})", words(AFTER_TIME))));
static BEFORE: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"({})\s+([0-9])", words(BEFORE_NUMBER))));
/// Phrases of scripts without spaces, which go before the rest: `昨夜` has the sign of the night.
static EASTERN: LazyLock<Regex> = LazyLock::new(|| {
    let all = [PHRASES, WEEKDAYS].into_iter().flatten().flat_map(|(_, words)| words.iter().copied());
    pattern(&format!("({})", any(all.filter(|word| word.chars().all(is_eastern)))))
});
static PHRASE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!("({})", any([PHRASES, WEEKDAYS].into_iter().flatten().flat_map(|(_, words)| words.iter().copied()))))
});
