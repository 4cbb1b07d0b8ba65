//! What encoded text stands for.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::read::ZlibDecoder;
use std::io::Read as _;
use unicode_normalization::UnicodeNormalization as _;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// What a run of letters stands for.
pub(super) enum Decoded {
    /// Text, lossy where it is not all text.
    Text(String),
    /// Compressed data.
    Compressed,
}

/// Returns what a run of base64 stands for; `None` when that is neither text nor compressed.
pub(super) fn base64(run: &str) -> Option<Decoded> {
    // Encoded text has capitals and small letters; hashes, ids and most names do not.
    if !run.bytes().any(|byte| byte.is_ascii_uppercase()) || !run.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let engine = if run.contains(['-', '_']) { BASE64_URL } else { BASE64 };
    // The first bytes tell an encoded text from a name or a hash that happens to have the letters.
    let head = engine.decode(run.as_bytes().get(..12)?).ok()?;
    let compressed = head.first().zip(head.get(1)).is_some_and(|(a, b)| a & 0x0F == 8 && (u16::from(*a) << 8 | u16::from(*b)) % 31 == 0);
    let wide = is_wide(&head);
    if !compressed && !wide && !head.iter().all(|&byte| byte >= b' ' && byte != 0x7F || matches!(byte, b'\n' | b'\r' | b'\t')) {
        return None;
    }
    // A cut one lacks some letters of the last four.
    let whole = if run.len() % 4 == 1 { run.get(..run.len() - 1)? } else { run };
    let bytes = engine.decode(whole).ok()?;
    if compressed {
        let mut first = [0; 16];
        // Two letters of a text may look like a header.
        if ZlibDecoder::new(bytes.as_slice()).read(&mut first).is_ok_and(|read| read > 0) {
            return Some(Decoded::Compressed);
        }
    }
    if wide {
        let units = bytes.chunks_exact(2).filter_map(|pair| Some(u16::from_le_bytes([*pair.first()?, *pair.get(1)?])));
        return Some(Decoded::Text(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()));
    }
    is_text(&bytes).then(|| Decoded::Text(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Tells text in units of two bytes by its first: the upper ones are nothing, or those of other scripts where it is no text as it stands.
fn is_wide(head: &[u8]) -> bool {
    /// The blocks of Greek, Cyrillic, Hebrew and Arabic, and of the scripts of India and its neighbours.
    const LETTERS: std::ops::RangeInclusive<u8> = 3..=0x0E;
    /// Those of Chinese, Japanese and Korean.
    const PICTURES: std::ops::RangeInclusive<u8> = 0x30..=0xD7;
    let upper = || head.iter().skip(1).step_by(2);
    let only = |block: std::ops::RangeInclusive<u8>| upper().all(|byte| *byte == 0 || block.contains(byte));
    let no_text = std::str::from_utf8(head).is_err_and(|error| error.error_len().is_some());
    upper().filter(|byte| **byte == 0).count() >= 3 || only(LETTERS) || no_text && only(PICTURES)
}

/// Returns the text that hexadecimal digits stand for.
pub(super) fn hex_text(run: &str) -> Option<String> {
    let digits = run.strip_prefix("0x").unwrap_or(run);
    if !digits.len().is_multiple_of(2) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let bytes = hex_bytes(digits);
    is_text(&bytes).then(|| String::from_utf8_lossy(&bytes).into_owned())
}

fn hex_bytes(digits: &str) -> Vec<u8> {
    digits.as_bytes().chunks_exact(2).filter_map(|pair| Some(hex(*pair.first()?)? << 4 | hex(*pair.get(1)?)?)).collect()
}

/// Tells whether hexadecimal digits stand for compressed data.
pub(super) fn is_compressed_hex(run: &str) -> bool {
    let starts = ["1f8b08", "1F8B08", "789c", "789C", "78da", "78DA", "7801"].iter().any(|magic| run.starts_with(magic));
    starts && run.len() >= 40 && run.len().is_multiple_of(2) && run.bytes().all(|byte| byte.is_ascii_hexdigit()) && {
        let bytes = hex_bytes(run);
        let mut first = [0; 4];
        run.starts_with("1f") || run.starts_with("1F") || ZlibDecoder::new(bytes.as_slice()).read(&mut first).is_ok_and(|read| read > 0)
    }
}

/// Returns the text that base32 stands for.
pub(super) fn base32(run: &str) -> Option<String> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut bytes, mut bits, mut held) = (Vec::with_capacity(run.len() * 5 / 8), 0_u32, 0);
    for letter in run.bytes() {
        let value = LETTERS.iter().position(|known| *known == letter)?;
        bits = bits << 5 | u32::try_from(value).ok()?;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xFF).ok()?);
        }
        bits &= 0xFF;
        // The first bytes tell text from a name.
        if bytes.len() == 8 && !is_text(&bytes) {
            return None;
        }
    }
    is_text(&bytes).then(|| String::from_utf8_lossy(&bytes).into_owned())
}

/// Fewer numbers in a row spell no secret.
pub(super) const MIN_NUMBERS: usize = 11;

/// Hides numbers in a row that spell a text which `holds` a secret; `None` when there are none.
pub(super) fn hide_numbers(line: &str, holds: impl Fn(&str) -> bool) -> Option<String> {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, ',' | ' ');
    let mut out: Option<String> = None;
    let (mut done, mut at) = (0, 0);
    while let Some(from) = line.get(at..).and_then(|rest| rest.find(|c: char| c.is_ascii_digit())).map(|start| at + start) {
        let rest = line.get(from..)?;
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        at = from + length;
        let numbers = rest.get(..length)?.trim_end_matches([',', ' ']);
        let bytes: Option<Vec<u8>> = numbers.split(',').map(|number| number.trim().parse().ok()).collect();
        let Some(bytes) = bytes.filter(|bytes| bytes.len() > MIN_NUMBERS && is_text(bytes)) else { continue };
        if holds(&String::from_utf8_lossy(&bytes)) {
            let out = out.get_or_insert_default();
            out.push_str(line.get(done..from)?);
            out.push_str(&super::pattern::marker("bytes"));
            done = from + numbers.len();
        }
    }
    out.map(|out| out + line.get(done..).unwrap_or_default())
}

/// Returns a text with the letters and figures of other styles, such as full-width ones, as plain ones; `None` when it has none.
pub(super) fn plain_letters(line: &str) -> Option<String> {
    let is_styled =
        |c: char| matches!(c, '\u{FF10}'..='\u{FF19}' | '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}' | '\u{1D400}'..='\u{1D7FF}');
    line.contains(is_styled).then(|| line.nfkc().collect())
}

/// Returns the text that calls such as `chr(112)` and casts such as `[char]112` spell; `None` when there are few.
pub(super) fn numbered_letters(line: &str) -> Option<String> {
    let lower = if line.contains("ha") || line.contains("HA") || line.contains("ch") || line.contains("CH") {
        line.to_ascii_lowercase()
    } else {
        return None;
    };
    let number = |after: &str| {
        let digits = after.trim_start_matches(['a', 'r', 'w', ']', '(', ' ']);
        let hexadecimal = digits.strip_prefix("0x");
        let end = |text: &str| text.bytes().take(4).take_while(u8::is_ascii_hexdigit).count();
        match hexadecimal {
            Some(digits) => u32::from_str_radix(digits.get(..end(digits))?, 16).ok(),
            None => digits.get(..digits.bytes().take(4).take_while(u8::is_ascii_digit).count())?.parse().ok(),
        }
        .and_then(char::from_u32)
    };
    let letters: String = lower.split("ch").skip(1).filter_map(number).collect();
    (letters.len() > MIN_NUMBERS).then_some(letters)
}

/// Tells whether most bytes are printable.
fn is_text(bytes: &[u8]) -> bool {
    let printable = bytes.iter().filter(|byte| (b' '..=b'~').contains(byte) || matches!(byte, b'\n' | b'\r' | b'\t')).count();
    std::str::from_utf8(bytes).is_ok() || printable * 10 >= bytes.len() * 8
}

/// Names of entities that stand for a character of markup.
const ENTITIES: &[(&str, char)] =
    &[("quot;", '"'), ("apos;", '\''), ("amp;", '&'), ("lt;", '<'), ("gt;", '>'), ("equals;", '='), ("colon;", ':'), ("nbsp;", ' ')];

/// Fewer bytes written as quoted-printable are taken for values behind an equals sign.
const MIN_QUOTED: usize = 3;

/// Tells whether a line is written as quoted-printable.
pub(super) fn is_quoted_printable(line: &str) -> bool {
    line.as_bytes().windows(3).filter(|three| is_quoted(three)).take(MIN_QUOTED).count() == MIN_QUOTED
}

/// Tells whether three bytes are one, as quoted-printable writes it.
fn is_quoted(three: &[u8]) -> bool {
    matches!(three, [b'=', a, b] if [a, b].iter().all(|digit| digit.is_ascii_digit() || (b'A'..=b'F').contains(*digit)))
}

/// Undoes one level of percent-encoding, quoted-printable, entities and escapes of JSON; `None` when there is none.
pub(super) fn unescaped(line: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(line.len());
    let mut rest = line;
    let mut decoded = false;
    let quoted = is_quoted_printable(line);
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'%' | b'&' | b'\\') || quoted && byte == b'=') {
        let (before, special) = rest.split_at_checked(at)?;
        bytes.extend_from_slice(before.as_bytes());
        if let Some((written, taken)) = escape(special) {
            written.write(&mut bytes);
            rest = special.get(taken..)?;
            decoded = true;
        } else {
            let (first, after) = special.split_at_checked(1)?;
            bytes.extend_from_slice(first.as_bytes());
            rest = after;
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    decoded.then(|| String::from_utf8_lossy(&bytes).into_owned())
}

enum Written {
    Byte(u8),
    Char(char),
}

impl Written {
    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Byte(byte) => bytes.push(*byte),
            Self::Char(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// Tells whether a word is nothing but one escape, which may stop before its semicolon: a sign that is written so is no value.
pub(super) fn is_escape(word: &str) -> bool {
    let bare = word.strip_suffix(';').unwrap_or(word);
    escape(&format!("{bare};")).is_some_and(|(_, taken)| taken >= bare.len() && bare.starts_with(['&', '\\', '%']))
}

/// Returns what an escape at the start of `text` stands for, and its length.
fn escape(text: &str) -> Option<(Written, usize)> {
    let number = |from: usize, to: usize| text.get(from..to).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    match text.as_bytes().first()? {
        b'%' | b'=' => number(1, 3).and_then(|byte| u8::try_from(byte).ok()).map(|byte| (Written::Byte(byte), 3)),
        b'\\' => match text.as_bytes().get(1)? {
            b'u' => number(2, 6).and_then(char::from_u32).map(|c| (Written::Char(c), 6)),
            b'x' => number(2, 4).and_then(|byte| u8::try_from(byte).ok()).map(|byte| (Written::Byte(byte), 4)),
            _ => None,
        },
        _ => {
            let body = text.get(1..)?;
            if let Some(number) = body.strip_prefix('#') {
                let end = number.bytes().take(8).position(|byte| byte == b';')?;
                let digits = number.get(..end)?;
                let code = match digits.strip_prefix(['x', 'X']) {
                    Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                    None => digits.parse().ok()?,
                };
                return char::from_u32(code).map(|c| (Written::Char(c), end + 3));
            }
            ENTITIES.iter().find(|(name, _)| body.starts_with(name)).map(|(name, c)| (Written::Char(*c), name.len() + 1))
        }
    }
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Closes what a cut piece of JSON left open; `None` when it left nothing open.
pub(super) fn closed(json: &str) -> Option<String> {
    let mut open = Vec::new();
    let (mut in_string, mut escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' => open.push('}'),
            b'[' => open.push(']'),
            b'}' | b']' => {
                open.pop()?;
            }
            _ => {}
        }
    }
    if open.is_empty() || open.len() > 100 {
        return None;
    }
    let mut whole = json.strip_suffix('…').unwrap_or(json).to_owned();
    if escaped {
        whole.pop();
    }
    whole.extend(in_string.then_some('"'));
    let whole = whole.trim_end_matches([',', ' ']).to_owned();
    let ends: String = open.into_iter().rev().collect();
    let tries = ["", "null", ":null"].iter().map(|filler| format!("{whole}{filler}{ends}"));
    tries.into_iter().find(|json| serde_json::from_str::<serde::de::IgnoredAny>(json).is_ok())
}
