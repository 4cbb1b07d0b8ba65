//! A text as its reader hears it: whatever letters look like others, however words are run together or spelt apart.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Letters of other scripts that look like Latin ones.
///
/// Source: Unicode confusables.txt, those of the Cyrillic, Greek and Armenian alphabets and of the letter-like symbols that NFKC leaves.
const ALIKE: &str = concat!(
    "аa вb сc ԁd еe ѕs һh іi јj кk ӏl мm нh оo рp ԛq гr тt уy ѵv ѡw хx ԝw зz бb п п ьb ",
    "αa βb γy εe ηn ιi κk νv οo ρp σo τt υu χx ωw ϲc ϳj ",
    "ոn սu օo հh ցg զq ɑa ɡg ıi ɩi ʟl ɴn ʀr ꜱs ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ᴍm ᴏo ᴘp ᴛt ᴜu ᴠv ᴡw ʏy ᴢz ƒf ɛe ʋv ðd øo łl đd ħh ŧt"
);

/// Turns text into small letters, those that look like Latin ones being them.
pub(super) fn latin(line: &str) -> String {
    if line.is_ascii() {
        return line.to_owned();
    }
    let folded = line.nfkd().filter(|c| !is_combining_mark(*c)).map(|c| {
        let small = c.to_lowercase().next().unwrap_or(c);
        let alike = alike(small);
        // A capital stays one, as names are cut at them.
        if c.is_uppercase() { alike.to_ascii_uppercase() } else { alike }
    });
    folded.collect()
}

fn alike(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    static PAIRS: LazyLock<HashMap<char, char, foldhash::fast::RandomState>> = LazyLock::new(|| {
        let pair = |pair: &str| {
            let mut chars = pair.chars();
            chars.next().zip(chars.next())
        };
        ALIKE.split(' ').filter_map(pair).collect()
    });
    PAIRS.get(&c).copied().unwrap_or(c)
}

/// Cuts text into words of small letters and digits with one space between, or a line feed where a sentence ends: at every other character, and
/// where a name goes on with a capital.
pub(super) fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        if matches!(c, '\'' | '’' | '`') {
            continue;
        }
        let next = chars.peek().copied().unwrap_or(' ');
        let begins = c.is_uppercase() && (before.is_lowercase() || before.is_uppercase() && next.is_lowercase());
        let letter = c.is_alphanumeric();
        // Inside of names a stop is none.
        let ends = matches!(c, '.' | '!' | '?' | ';' | '|' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '。' | '-')
            && !(before.is_alphanumeric() && next.is_alphanumeric());
        if (!letter || begins) && !words.is_empty() && !words.ends_with([' ', '\n']) {
            words.push(if ends { '\n' } else { ' ' });
        } else if ends && words.ends_with(' ') {
            words.pop();
            words.push('\n');
        }
        if letter {
            words.extend(c.to_lowercase());
        }
        before = c;
    }
    words.truncate(words.trim_end().len());
    words
}

/// Reads the digits of words that hold letters, too, as the letters that they look like; nothing where there are none.
pub(super) fn without_digits(words: &str) -> Option<String> {
    let mixed = |word: &str| word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().any(|b| b.is_ascii_alphabetic());
    if !words.split([' ', '\n']).any(mixed) {
        return None;
    }
    let plain = words.split([' ', '\n']).map(|word| if mixed(word) { word.chars().map(letter).collect() } else { word.to_owned() });
    Some(plain.collect::<Vec<String>>().join(" "))
}

/// Returns the letter that a digit or sign looks like.
fn letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        '8' => 'b',
        _ => c,
    }
}

/// Puts words together that are spelt letter by letter; nothing where there are none.
pub(super) fn spelt(words: &str) -> Option<String> {
    let mut out = String::with_capacity(words.len());
    let (mut run, mut any) = (String::new(), false);
    for word in words.split([' ', '\n']).chain([""]) {
        if word.len() == 1 {
            run.push_str(word);
            continue;
        }
        if !run.is_empty() {
            any |= run.len() >= 4;
            out.push_str(&run);
            out.push(' ');
            run.clear();
        }
        out.push_str(word);
        out.push(' ');
    }
    any.then(|| out.trim_end().to_owned())
}

/// Leaves tags out, so that the words around them are whole.
pub(super) fn without_tags(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut out = String::with_capacity(text.len());
    for (at, part) in text.split('<').enumerate() {
        match part.split_once('>').filter(|(tag, _)| at > 0 && tag.len() <= LONGEST) {
            Some((_, rest)) => out.push_str(rest),
            None => {
                out.push_str(if at > 0 { "<" } else { "" });
                out.push_str(part);
            }
        }
    }
    out
}

/// Returns the letters alone, small, digits and signs read as letters.
pub(super) fn squeezed(text: &str) -> String {
    text.chars().map(|c| letter(c.to_ascii_lowercase())).filter(char::is_ascii_lowercase).collect()
}

/// Reads `%41`, `\u0041` and `&#65;` as the characters that they stand for, wherever they stand.
pub(super) fn unescaped(line: &str) -> String {
    let percent = percent_encoding::percent_decode_str(line).decode_utf8_lossy().into_owned();
    let mut out = String::with_capacity(percent.len());
    let mut rest = percent.as_str();
    while let Some(at) = rest.find(['\\', '&']) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        match escape(from) {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => {
                let mut chars = from.chars();
                out.extend(chars.next());
                rest = chars.as_str();
            }
        }
    }
    out.push_str(rest);
    out
}

/// Reads the escape that a text begins with, and returns what follows it.
fn escape(from: &str) -> Option<(char, &str)> {
    if let Some(rest) = from.strip_prefix("\\u") {
        let (digits, after) = rest.split_at_checked(4)?;
        return Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, after));
    }
    let rest = from.strip_prefix("&#")?;
    // No code point has more digits.
    let end = rest.bytes().take(9).position(|byte| byte == b';')?;
    let (digits, after) = (rest.get(..end)?, rest.get(end + 1..)?);
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    Some((char::from_u32(code)?, after))
}
