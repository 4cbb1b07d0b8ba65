//! Which characters may leave, and the one line they leave on.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The most combining marks kept on one character; more only serve to climb over neighbouring lines.
const MAX_MARKS: usize = 4;

/// Ranges that draw nothing, reorder what is drawn, or mean nothing outside one machine.
///
/// Source: Unicode `Default_Ignorable_Code_Point`, the bidi controls among them; then interlinear annotations, object
/// and surrogate replacements, blank Braille, hieroglyph joiners and private use.
const UNSAFE: &[(u32, u32)] = &[
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x070F, 0x070F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xE000, 0xF8FF),
    (0xFDD0, 0xFDEF),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFD),
    (0x1_3430, 0x1_343F),
    (0x1_BCA0, 0x1_BCA3),
    (0x1_D173, 0x1_D17A),
    (0xE_0000, 0xE_0FFF),
    (0xF_0000, 0x10_FFFF),
];

/// Turns text into one line of visible characters, at most `max_chars` of them; a cut is marked by a final `…`.
///
/// Terminal sequences go whole, every kind of white space becomes one space, the rest is composed (NFC).
pub fn clean(s: &str, max_chars: usize) -> String {
    if is_plain(s) {
        return cap(s.to_owned(), max_chars);
    }
    let mut visible = String::with_capacity(s.len());
    let mut rest = s.chars();
    let mut endless = 0;
    while let Some(c) = rest.next() {
        match c {
            '\u{1B}' | '\u{80}'..='\u{9F}' if skip_sequence(c, &mut rest, &mut endless) => {}
            '\u{FE0F}' if visible.chars().next_back().is_some_and(is_emoji) => visible.push(c),
            _ if c.is_whitespace() => visible.push(' '),
            _ if is_unsafe(c) => {}
            _ => visible.push(c),
        }
    }
    let mut line = String::with_capacity(visible.len());
    let mut marks = 0;
    let mut space = true;
    for c in visible.nfc() {
        if c == ' ' {
            marks = 0;
            if !space {
                line.push(c);
            }
            space = true;
            continue;
        }
        marks = if is_combining_mark(c) && c != '\u{FE0F}' { marks + 1 } else { 0 };
        if marks <= MAX_MARKS {
            line.push(c);
            space = false;
        }
    }
    line.truncate(line.trim_end_matches(' ').len());
    cap(line, max_chars)
}

/// Returns at most `max_chars` characters of `s`, the last one `…` when something was cut.
pub(super) fn cap(mut s: String, max_chars: usize) -> String {
    // No string has more characters than bytes.
    if s.len() <= max_chars || s.chars().count() <= max_chars {
        return s;
    }
    let cut = s.char_indices().nth(max_chars.saturating_sub(1)).map_or(0, |(at, _)| at);
    s.truncate(cut);
    s.truncate(s.trim_end_matches(' ').len());
    if max_chars > 0 {
        s.push('…');
    }
    s
}

/// Tells whether `c` must never leave: a control, or a character of [`UNSAFE`]. White space other than controls may.
pub(super) fn is_unsafe(c: char) -> bool {
    let code = u32::from(c);
    if code < 0xAD {
        return c.is_control();
    }
    code & 0xFFFE == 0xFFFE || UNSAFE.iter().any(|&(from, to)| (from..=to).contains(&code))
}

/// Tells whether a single variation selector after `c` chooses a coloured picture, as in our own icons.
pub(super) fn is_emoji(c: char) -> bool {
    matches!(u32::from(c), 0x2190..=0x27BF | 0x2900..=0x2BFF | 0x1_F000..=0x1_FAFF)
}

/// Tells whether `s` is printable ASCII with single inner spaces, which is what nearly all of CloudTrail is.
fn is_plain(s: &str) -> bool {
    let mut before = b' ';
    for byte in s.bytes() {
        if !(b' '..=b'~').contains(&byte) || (byte == b' ' && before == b' ') {
            return false;
        }
        before = byte;
    }
    before != b' ' || s.is_empty()
}

/// Skips the rest of a terminal sequence that `first` began; false when it began none.
///
/// An unfinished string sequence (a title, a link) only loses its beginning, so that it cannot hide what follows. Where one has no end, the
/// next has none either up to the same place, `endless` bytes before the end of the text: each byte is looked at once.
fn skip_sequence(first: char, rest: &mut std::str::Chars, endless: &mut usize) -> bool {
    let mut ahead = rest.clone();
    let kind = if first == '\u{1B}' { ahead.next() } else { char::from_u32(u32::from(first) - 0x40) };
    match kind {
        Some('[') => skip_control_sequence(&mut ahead),
        Some(']' | 'P' | 'X' | '^' | '_') => {
            let start = ahead.clone();
            let left = start.as_str().len();
            let known = *endless > 0 && left >= *endless;
            if known || !skip_to_terminator(&mut ahead) {
                *endless = if known { *endless } else { ahead.as_str().len().max(1) };
                ahead = start;
            }
        }
        Some(' '..='/') if first == '\u{1B}' => {
            ahead.next();
        }
        Some('0'..='~') => {}
        _ => return false,
    }
    *rest = ahead;
    true
}

fn skip_control_sequence(ahead: &mut std::str::Chars) {
    loop {
        let mut next = ahead.clone();
        match next.next() {
            Some(' '..='?') => *ahead = next,
            Some('@'..='~') => {
                *ahead = next;
                return;
            }
            _ => return,
        }
    }
}

fn skip_to_terminator(ahead: &mut std::str::Chars) -> bool {
    while let Some(c) = ahead.next() {
        match c {
            '\u{07}' | '\u{9C}' => return true,
            '\u{1B}' => return ahead.next() == Some('\\'),
            _ => {}
        }
    }
    false
}
