//! Words that tell by their form what they name.

use std::net::IpAddr;

use super::Found;
use super::lexicon::Subject;
use super::word::{Kind, Word};
use crate::catalogue;
use crate::event::{Arn, ID_KINDS, camel_words, is_account};
use crate::policy::region::known_regions;

/// How the codes of errors end or begin that are no names of calls.
const ERRORS: &[&str] =
    &["Exception", "Error", "Fault", "NotFound", "LimitExceeded", "Throttling", "Throttled", "Unavailable", "InsufficientInstanceCapacity"];

/// Takes the words whose form tells what they name.
pub(super) fn find(words: &mut [Word], found: &mut Found) {
    for at in 0..words.len() {
        let machine_next =
            words.get(at + 1).is_some_and(|next| ["instance", "instances", "machine", "machines"].contains(&next.plain.as_str()));
        let Some(word) = words.get_mut(at).filter(|word| word.kind.is_none()) else { continue };
        word.kind = kind(&word.text, found);
        if word.kind.is_none() && (is_machine_type(&word.plain) || machine_next && is_machine_family(&word.plain)) {
            // Machines are told by type, and none is left out: that this one was asked for has no effect, and is told so.
            found.subjects.extend([Subject::Machine, Subject::MachineType]);
            word.common = true;
        }
    }
}

/// Tells whether a word is a type of machine, such as `m5.large`.
///
/// Source: EC2 user guide, "Instance type naming conventions".
fn is_machine_type(plain: &str) -> bool {
    let Some((family, size)) = plain.split_once('.') else { return false };
    let sized = ["nano", "micro", "small", "medium", "large"].contains(&size) || size.ends_with("xlarge") || size.starts_with("metal");
    sized && family.len() <= 12 && is_machine_family(family)
}

/// Tells whether a word is a family of machines, such as `p4d`: letters, the generation, letters.
fn is_machine_family(plain: &str) -> bool {
    let generation = plain.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let letters = plain.len() - generation.len();
    (1..=4).contains(&letters)
        && generation.starts_with(|c: char| c.is_ascii_digit())
        && generation.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn kind(text: &str, found: &mut Found) -> Option<Kind> {
    let parameters = &mut found.parameters;
    let named = || text.to_owned();
    if let Some(arn) = Arn::parse(text) {
        let acts = matches!(arn.service, "iam" | "sts") && arn.resource_type() != "policy";
        return Some(if acts {
            push(&mut parameters.actor, named(), Kind::Actor)
        } else {
            push(&mut parameters.resource, named(), Kind::Resource)
        });
    }
    let key = ["AKIA", "ASIA"].iter().any(|prefix| text.starts_with(prefix)) && text.len() >= 16;
    if key && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()) || is_address(text) || is_mail(text) {
        return Some(push(&mut parameters.actor, named(), Kind::Actor));
    }
    if is_account(text) {
        return Some(push(&mut found.accounts, named(), Kind::Account));
    }
    let lower = text.to_ascii_lowercase();
    if known_regions(&lower).any(|known| known == lower) {
        return Some(push(&mut found.regions, lower, Kind::Region));
    }
    if is_id(&lower) {
        return Some(push(&mut parameters.resource, named(), Kind::Resource));
    }
    if let Some(service) = lower.strip_suffix(".amazonaws.com") {
        return Some(push(&mut parameters.service, service.to_owned(), Kind::Service));
    }
    call(text).map(|call| push(&mut parameters.event, call, Kind::Event)).or_else(|| {
        let code = humps(text) > 1 && ERRORS.iter().any(|mark| text.ends_with(mark) || text.starts_with(mark));
        code.then(|| push(&mut parameters.error, named(), Kind::Error))
    })
}

fn push(list: &mut Vec<String>, text: String, kind: Kind) -> Kind {
    if !list.contains(&text) {
        list.push(text);
    }
    kind
}

/// Returns the name of a call that a text is; nothing for one of a single word, which may be anything.
fn call(text: &str) -> Option<String> {
    if humps(text) < 2 || !text.chars().all(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    let known = catalogue::event_names().find(|name| name.eq_ignore_ascii_case(text)).map(str::to_owned);
    known.or_else(|| {
        catalogue::verb_and_noun(text).filter(|(_, noun)| noun.starts_with(|c: char| c.is_ascii_uppercase())).map(|_| text.to_owned())
    })
}

/// Counts the words of a name in CamelCase; none for a text that begins otherwise.
fn humps(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_uppercase()) { camel_words(text).count() } else { 0 }
}

fn is_address(text: &str) -> bool {
    let (address, length) = text.split_once('/').unwrap_or((text, "0"));
    // What is open to everybody is nobody's address.
    !matches!(text, "0.0.0.0/0" | "::/0")
        && address.contains(['.', ':'])
        && address.parse::<IpAddr>().is_ok()
        && length.parse::<u8>().is_ok()
}

fn is_mail(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

/// Tells whether a text is an id that AWS makes: `sg-0123456789abcdef0`, or the UUID of a key.
fn is_id(lower: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let made = |prefix: &str, tail: &str| matches!(tail.len(), 8 | 17) && hex(tail) && ID_KINDS.iter().any(|(known, _)| *known == prefix);
    let uuid = lower.len() == 36 && lower.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && lower.split('-').all(hex);
    uuid || lower.rsplit_once('-').is_some_and(|(prefix, tail)| made(prefix, tail))
}
