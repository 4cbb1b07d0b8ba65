//! Secrets wrapped once more: JSON in a string, escapes, base64, hexadecimal digits.

use super::{character, decode, document, guess, key_id, pattern, run, walk};
use serde_json::Value;

/// How many layers are opened; each costs a writer of secrets at least a third more bytes.
pub(super) const MAX_LAYERS: usize = 4;
/// How often one escape may be escaped again.
const MAX_ESCAPES: usize = 8;
/// How often a line is looked at again.
const MAX_ROUNDS: usize = 6;
/// Shorter runs of base64 hold no more than eleven bytes.
pub(super) const MIN_BASE64: usize = 16;
/// Shorter words have the shape of no secret.
const MIN_SECRET: usize = 12;
/// Fewer hexadecimal digits spell no more than seven letters.
const MIN_HEXADECIMAL: usize = 16;
/// The length of a UUID.
const UUID: usize = 36;

/// A line that differs from what went in.
pub(super) struct Scrubbed {
    /// The line now.
    pub(super) text: String,
    /// Whether something was hidden rather than only shortened.
    pub(super) secret: bool,
}

/// Redacts one cleaned line; `None` when it may stay as it is.
pub(super) fn scrub(line: &str) -> Option<Scrubbed> {
    scrub_within(line, 0)
}

/// Like [`scrub`], for a line found inside `layers` others.
///
/// What is hidden changes where the rest of a line begins and ends, so the outermost is looked at until nothing more is found.
pub(super) fn scrub_within(line: &str, layers: usize) -> Option<Scrubbed> {
    let mut scrubbed = scrub_once(line, layers)?;
    for _ in 0..if layers == 0 { MAX_ROUNDS } else { 0 } {
        match scrub_once(&scrubbed.text, layers) {
            Some(next) if next.text != scrubbed.text => scrubbed = Scrubbed { secret: next.secret || scrubbed.secret, ..next },
            _ => break,
        }
    }
    Some(scrubbed)
}

fn scrub_once(line: &str, layers: usize) -> Option<Scrubbed> {
    let shape = Shape::of(line);
    if shape.is_harmless() {
        return None;
    }
    if layers < MAX_LAYERS
        && shape.json
        && let Some(value) = json(line)
    {
        return scrub_json(&value, layers);
    }
    if layers < MAX_LAYERS
        && let Some((before, value, after)) = json_within(line)
        && let Some(scrubbed) = scrub_json(&value, layers)
    {
        let around = |text: &str| scrub_within(text, layers).map_or_else(|| text.to_owned(), |scrubbed| scrubbed.text);
        return Some(Scrubbed { text: around(before) + &scrubbed.text + &around(after), secret: scrubbed.secret });
    }
    let mut scrubbed = pattern::scrub(line);
    // Runs of letters are cut at the signs of this writing.
    if shape.escapes && decode::is_quoted_printable(line) && holds_escaped_secret(line, layers) {
        return Some(Scrubbed { text: pattern::marker("encoded secret"), secret: true });
    }
    if shape.longest_run >= MIN_BASE64
        && let Some(text) = run::scrub(scrubbed.as_ref().map_or(line, |it| &it.text), layers)
    {
        scrubbed = Some(Scrubbed { text, secret: true });
    }
    if let Some(text) = guess::scrub(scrubbed.as_ref().map_or(line, |it| &it.text)) {
        scrubbed = Some(Scrubbed { text, secret: true });
    }
    if shape.commas >= decode::MIN_NUMBERS
        && let Some(text) = decode::hide_numbers(scrubbed.as_ref().map_or(line, |it| &it.text), |inner| holds_secret(inner, layers))
    {
        scrubbed = Some(Scrubbed { text, secret: true });
    }
    if shape.escapes {
        let text = scrubbed.as_ref().map_or(line, |it| &it.text);
        if holds_escaped_secret(text, layers) {
            return Some(Scrubbed { text: pattern::marker("encoded secret"), secret: true });
        }
    }
    if let Some(hidden) = respelt(scrubbed.as_ref().map_or(line, |it| &it.text), layers) {
        scrubbed = Some(hidden);
    }
    let short = key_id::shorten_all(scrubbed.as_ref().map_or(line, |it| &it.text));
    match short {
        Some(text) => Some(Scrubbed { text, secret: scrubbed.is_some_and(|it| it.secret) }),
        None => scrubbed,
    }
}

/// What stands between two pieces of one text in code.
const JOINS: &[&str] = &["\" + \"", "' + '", "\"+\"", "'+'", "\" . \"", "' . '", "\" & \"", "\" || \"", "' || '"];

/// Hides what only another spelling of the line shows: letters in another style, numbers of letters, pieces that code joins.
fn respelt(line: &str, layers: usize) -> Option<Scrubbed> {
    if layers >= MAX_LAYERS {
        return None;
    }
    let hidden = |text: &str| {
        (text != line && holds_secret(text, layers)).then(|| Scrubbed { text: pattern::marker("encoded secret"), secret: true })
    };
    if !line.is_ascii()
        && let Some(text) = decode::plain_letters(line)
    {
        return hidden(&text);
    }
    if let Some(text) = decode::numbered_letters(line) {
        return hidden(&text);
    }
    if JOINS.iter().any(|join| line.contains(join)) {
        let joined = JOINS.iter().fold(line.to_owned(), |line, join| line.replace(join, ""));
        return scrub_within(&joined, layers + 1).filter(|joined| joined.secret);
    }
    None
}

/// A letter of base64.
const LETTER: u8 = 1;
/// A byte that may stand between a name and its value, or around a value.
const ASSIGNS: u8 = 2;
/// A byte that begins an escape.
const ESCAPES: u8 = 4;

/// A letter of a word: neither a hexadecimal digit nor one of a time.
const WORDS: u8 = 8;

/// What each byte is.
const KINDS: [u8; 256] = {
    let mut kinds = [ASSIGNS; 256];
    let mut byte = 0_u8;
    loop {
        #[expect(clippy::indexing_slicing, reason = "a byte is within 256, and this runs when it is compiled")]
        {
            kinds[byte as usize] = match byte {
                b'g'..=b'z' | b'A'..=b'S' | b'U'..=b'Y' => LETTER | WORDS,
                _ if run::is_base64(byte) => LETTER,
                128..=255 => ASSIGNS | WORDS,
                b'.' => 0,
                b'%' | b'&' | b'\\' | b'=' => ASSIGNS | ESCAPES,
                _ => ASSIGNS,
            };
        }
        if byte == u8::MAX {
            break kinds;
        }
        byte += 1;
    }
};

/// What one look at the bytes tells, so that ids, ARNs and times cost nothing more.
struct Shape {
    length: usize,
    longest_run: usize,
    commas: usize,
    escapes: bool,
    assigns: bool,
    words: bool,
    json: bool,
}

impl Shape {
    fn of(line: &str) -> Self {
        let mut shape = Self {
            length: line.len(),
            longest_run: 0,
            commas: 0,
            escapes: false,
            assigns: false,
            words: false,
            json: line.starts_with(['{', '[', '"']),
        };
        let (mut run, mut seen) = (0, 0);
        for byte in line.bytes() {
            shape.commas += usize::from(byte == b',');
            let kind = KINDS.get(usize::from(byte)).copied().unwrap_or(ASSIGNS);
            seen |= kind;
            if kind & LETTER != 0 {
                run += 1;
            } else {
                shape.longest_run = shape.longest_run.max(run);
                run = 0;
            }
        }
        shape.longest_run = shape.longest_run.max(run);
        (shape.escapes, shape.assigns, shape.words) = (seen & ESCAPES != 0, seen & ASSIGNS != 0, seen & WORDS != 0);
        shape
    }

    fn is_harmless(&self) -> bool {
        // Times, addresses, accounts and UUIDs have no word in them, and spell none.
        let spells = self.longest_run >= MIN_HEXADECIMAL && self.length != UUID;
        if !self.words && !self.escapes && !self.json && !spells {
            return true;
        }
        self.length < MIN_SECRET && !self.assigns && !self.json
    }
}

/// Reads a line that is JSON, or the beginning of some.
fn json(line: &str) -> Option<Value> {
    serde_json::from_str(line).ok().or_else(|| serde_json::from_str(&decode::closed(line)?).ok())
}

/// Reads an object that stands in a line, as in `body was {…}, line 1`, with what is before and after it.
fn json_within(line: &str) -> Option<(&str, Value, &str)> {
    if line.starts_with('{') {
        return None;
    }
    let (before, rest) = line.split_at_checked(line.find("{\"")?)?;
    let mut objects = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
    let value = objects.next()?.ok()?;
    rest.get(objects.byte_offset()..).map(|after| (before, value, after))
}

fn scrub_json(value: &Value, layers: usize) -> Option<Scrubbed> {
    let (redacted, found) = walk::redact_inner(value, layers + 1);
    if !found.changed {
        return None;
    }
    Some(Scrubbed { text: serde_json::to_string(&redacted).ok()?, secret: found.secret })
}

/// Returns a text as it is shown when it stands alone.
pub(super) fn alone(text: &str, layers: usize) -> String {
    let told = document::scrub(text);
    let line = character::clean(told.as_deref().unwrap_or(text), usize::MAX);
    scrub_within(&line, layers).map_or(line, |scrubbed| scrubbed.text)
}

/// Tells whether text that was found inside `layers` others has something to hide.
pub(super) fn holds_secret(inner: &str, layers: usize) -> bool {
    // What is wrapped deeper than anyone has reason to is hidden unread.
    layers >= MAX_LAYERS
        || document::scrub(inner).is_some()
        || scrub_within(&character::clean(inner, usize::MAX), layers + 1).is_some_and(|scrubbed| scrubbed.secret)
}

/// Tells whether undoing escapes, as often as they are escaped, shows a secret.
fn holds_escaped_secret(line: &str, layers: usize) -> bool {
    let levels = std::iter::successors(decode::unescaped(line), |inner| decode::unescaped(inner)).take(MAX_ESCAPES);
    // A secret may have what looks like an escape, so the first level counts as well as the last.
    let levels: Vec<String> = levels.collect();
    let (first, last) = (levels.first(), levels.get(1..).and_then(<[String]>::last));
    // Forms write a space as a plus sign.
    let form = first.filter(|_| line.contains('%') && line.contains('+')).and_then(|_| decode::unescaped(&line.replace('+', " ")));
    first.into_iter().chain(last).chain(form.as_ref()).any(|inner| holds_secret(inner, layers))
}
