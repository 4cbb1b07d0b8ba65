//! The shapes that issuers give their tokens.

use regex::Regex;
use std::sync::LazyLock;

/// Rows of (how it begins, what follows), both as in a regular expression.
///
/// Source: what issuers publish of their shapes, where the maintained rules (`MAINTAINED`) know none or only shorter ones; lengths are lower bounds,
/// so that a newer, longer one still fits.
const SHAPES: &[(&str, &str)] = &[
    // GitHub, GitLab, Bitbucket and other places of code
    ("gh[pousr]_", "[A-Za-z0-9]{20,}"),
    ("github_pat_", "[A-Za-z0-9_]{20,}"),
    ("gl(?:pat|dt|ft|rt|soat|cbt|ptt|imt|agent|oas|ffct|wt)-", "[A-Za-z0-9_.-]{16,}"),
    ("GR1348941", "[A-Za-z0-9_-]{16,}"),
    ("ATATT3?|ATCTT3?|ATBB|BBDC-", "[A-Za-z0-9_=+/-]{24,}"),
    ("sgp_|slk_", "[A-Za-z0-9_]{32,}"),
    ("CCIPAT_|CIRCLE_|bkua_|bkpat_", "[A-Za-z0-9_]{20,}"),
    ("pul-", "[a-f0-9]{40}"),
    ("dckr_(?:pat|oat)_", "[A-Za-z0-9_-]{20,}"),
    ("AKCp|cmVmd", "[A-Za-z0-9]{59,}"),
    // Packages
    ("npm_", "[A-Za-z0-9]{30,}"),
    ("pypi-", "[A-Za-z0-9_-]{40,}"),
    ("rubygems_", "[a-f0-9]{40,}"),
    ("CLOJARS_", "[A-Za-z0-9]{40,}"),
    ("packagist_[a-z]{3}_", "[a-f0-9]{40,}"),
    // Messengers
    ("xox[abceoprs](?:\\.xox[bp])?-", "[A-Za-z0-9-]{8,}"),
    ("xapp-", "[A-Za-z0-9-]{16,}"),
    ("xkeysib-|xsmtpsib-", "[a-f0-9]{40,}(?:-[A-Za-z0-9]+)?"),
    ("SG\\.", "[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}"),
    ("key-|pubkey-", "[0-9a-f]{32}"),
    ("SK[0-9a-f]", "[0-9a-f]{31}"),
    // Payment and shops
    ("sk_(?:live|test)_a2V5Xz", "[A-Za-z0-9+/=_-]{16,}"),
    ("(?:sk|rk|pk|whsec)_", "[A-Za-z0-9_-]{16,}"),
    ("sq0[a-z]{3}-|EAAA", "[A-Za-z0-9_-]{20,}"),
    ("shp(?:at|ss|ca|pa|ua)_", "[A-Fa-f0-9]{32}"),
    ("shippo_(?:live|test)_", "[a-f0-9]{40}"),
    ("access_token\\$(?:production|sandbox)\\$", "[0-9a-z]{16}\\$[0-9a-f]{32}"),
    ("access-(?:sandbox|development|production)-", "[0-9a-f-]{36}"),
    ("FLWSECK(?:_TEST)?-", "[A-Za-z0-9-]{12,}"),
    ("live_|test_", "[a-f0-9]{35}"),
    // Models
    ("sk-(?:ant-|proj-|svcacct-|admin-|or-v1-)?", "[A-Za-z0-9_-]{20,}"),
    ("hf_|api_org_", "[A-Za-z0-9]{30,}"),
    ("pplx-|gsk_|xai-|r8_|co_", "[A-Za-z0-9]{32,}"),
    ("ABSK", "[A-Za-z0-9+/=]{30,}"),
    ("figd_", "[A-Za-z0-9_-]{30,}"),
    // Clouds and their tools
    ("AIza", "[A-Za-z0-9_-]{30,}"),
    ("ya29\\.", "[A-Za-z0-9_-]{20,}"),
    ("GOCSPX-", "[A-Za-z0-9_-]{20,}"),
    ("1//0", "[A-Za-z0-9_-]{40,}"),
    ("do[opr]_v1_", "[a-f0-9]{32,}"),
    ("LTAI", "[A-Za-z0-9]{16,}"),
    ("AKID", "[A-Za-z0-9]{32}"),
    ("tk-us-|v1\\.0-", "[A-Za-z0-9_-]{40,}"),
    ("HRKU-", "[A-Za-z0-9_-]{30,}"),
    ("fo1_|fm[12][ar]?_", "[A-Za-z0-9+/=_-]{40,}"),
    ("da2-", "[a-z0-9]{26}"),
    ("dapi", "[a-f0-9]{32}"),
    ("hv[sbr]\\.", "[A-Za-z0-9_-]{20,}"),
    ("tskey-(?:[a-z]+-)?", "[A-Za-z0-9-]{16,}"),
    ("tfp_|ubicloud_|pnu_|rdme_|ico-|p8e-", "[A-Za-z0-9-]{32,}"),
    ("pscale_(?:tkn|oauth|pw)_", "[A-Za-z0-9_=.-]{30,}"),
    ("sbp_|sb_secret_", "[A-Za-z0-9_-]{20,}"),
    ("sha256~", "[A-Za-z0-9_-]{40,}"),
    ("4b1d", "[A-Za-z0-9]{38}"),
    ("vc[pikar]_|vercel_(?:blob_rw_)?", "[A-Za-z0-9_]{24,}"),
    ("nfp_", "[A-Za-z0-9]{36,}"),
    ("API-", "[A-Z0-9]{26}"),
    // What watches
    ("gl(?:sa|c)_", "[A-Za-z0-9+/_=]{30,}"),
    ("NR(?:AK|JS|II|AA|RA|IQ)-", "[A-Za-z0-9-]{16,}"),
    ("sntry[su]_", "[A-Za-z0-9+/=_]{32,}"),
    ("dt0[a-z][0-9]{2}\\.", "[A-Z0-9]{24}\\.[A-Z0-9]{24,}"),
    ("hcaik_|hcxik_", "[a-z0-9]{32,}"),
    ("phc_|phx_", "[A-Za-z0-9]{32,}"),
    ("lsv2_(?:pt|sk)_", "[a-f0-9_]{32,}"),
    // Documents and the rest
    ("CFPAT-", "[A-Za-z0-9_-]{32,}"),
    ("pat-(?:na|eu|ap)[0-9]-|amzn\\.mws\\.", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{20,}"),
    ("amzn1\\.oa2-cs\\.v1\\.", "[0-9a-f]{40,}"),
    ("(?:sdk|api|mob|rel)-", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    ("rzp_(?:live|test)_", "[A-Za-z0-9]{14}"),
    ("cio", "[A-Za-z0-9]{32}"),
    ("oy2", "[a-z0-9]{43}"),
    ("cflt", "[A-Za-z0-9+/]{60}"),
    ("ver:[0-9]-hint:", "[0-9]{6,}-[A-Za-z0-9+/=%-]{20,}"),
    ("s\\.", "[A-Za-z0-9]{24}"),
    ("aio_", "[A-Za-z0-9]{26,}"),
    ("sq[apu]_", "[0-9a-f]{40}"),
    ("re_", "[A-Za-z0-9]{6,}_[A-Za-z0-9]{20,}"),
    ("dp\\.[a-z]{2,5}\\.(?:[a-z0-9_-]{2,35}\\.)?", "[A-Za-z0-9]{40,}"),
    ("st\\.", "[0-9a-f-]{24,36}\\.[0-9a-f]{32}\\.[0-9a-f]{32}"),
    ("A{20}", "[A-Za-z0-9%]{40,}"),
    ("NRII-", "[A-Za-z0-9_-]{30,}"),
    ("FlyV1 fm[0-9][a-z]?_", "[A-Za-z0-9+/=,_-]{40,}"),
    ("bedrock-api-key-", "[A-Za-z0-9+/=]{40,}"),
    ("lin_(?:api|oauth)_", "[A-Za-z0-9]{30,}"),
    ("ntn_|secret_", "[A-Za-z0-9]{40,}"),
    ("PMAK-", "[A-Za-z0-9-]{40,}"),
    ("(?:pat|sat)\\.[A-Za-z0-9_-]{22}\\.", "[A-Za-z0-9.]{40,}"),
    ("duffel_(?:test|live)_|EZ[AT]K", "[A-Za-z0-9_=-]{40,}"),
    ("A3-[A-Z0-9]{6}-", "[A-Z0-9-]{28,}"),
    ("ops_eyJ", "[A-Za-z0-9+/=]{60,}"),
    ("AGE-SECRET-KEY-1", "[A-Z0-9]{40,}"),
    ("sm_[aps]at_", "[A-Za-z0-9]{16,}"),
    ("EAA[A-Z]", "[A-Za-z0-9]{60,}"),
    ("SSWS 00", "[A-Za-z0-9_-]{36,}"),
    ("[01]\\.A[A-Za-z0-9]", "[A-Za-z0-9_-]{20,}\\.Ag[A-Za-z0-9_-]{30,}"),
    ("xa[ap]t-", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    ("dose", "[a-f0-9]{32}"),
    ("whsec_", "[A-Za-z0-9+/=]{24,}"),
    ("AVNS_", "[A-Za-z0-9_-]{16,}"),
    ("WPL_AP1\\.", "[A-Za-z0-9]{14,}"),
    ("t1\\.[A-Za-z0-9_-]{20,100}\\.", "[A-Za-z0-9_-]{20,}"),
    // Keys of 32 bytes as PKCS #8 writes them
    ("MC4CAQAwBQYDK2V", "[A-Za-z0-9+/]{40,}"),
];

/// Rows of (what stands in the middle, the whole) for tokens that begin like any word.
const MIDDLES: &[(&str, &str)] = &[
    (":AA", "[0-9]{8,10}:AA[A-Za-z0-9_-]{18,}"),
    ("Q~", "[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,}"),
    (".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{40,}"),
    ("AzFu", "[A-Za-z0-9_-]{30,}AzFu[A-Za-z0-9_=-]{6,}"),
    // What Azure writes into the keys of its services
    ("+ASt", r"[A-Za-z0-9+/]{70,}\+ASt[A-Za-z0-9+/]{4,}"),
    ("+ASb", r"[A-Za-z0-9+/]{30,}\+ASb[A-Za-z0-9+/]{4,}"),
    ("+AEh", r"[A-Za-z0-9+/]{30,}\+AEh[A-Za-z0-9+/]{4,}"),
    ("+ARm", r"[A-Za-z0-9+/]{30,}\+ARm[A-Za-z0-9+/]{4,}"),
    ("ACDb", "[A-Za-z0-9+/]{70,}ACDb[A-Za-z0-9+/]{4,}"),
    ("AIoT", "[A-Za-z0-9+/]{30,}AIoT[A-Za-z0-9+/]{4,}"),
    ("+ACR", r"[A-Za-z0-9+/]{40,}\+ACR[A-Za-z0-9+/]{4,}"),
    ("AzSe", "[A-Za-z0-9]{40,}AzSe[A-Za-z0-9]{4,}"),
    ("AzCa", "[A-Za-z0-9+/]{30,}AzCa[A-Za-z0-9+/]{4,}"),
    ("NRAL", "[A-Za-z0-9]{6}[0-9A-Fa-f]{30,}NRAL"),
    ("AZDO", "[A-Za-z0-9]{70,}AZDO[A-Za-z0-9]{4}"),
    ("_mmk", "[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"),
    ("-us", "[0-9a-f]{32}-us[0-9]{1,2}"),
    ("==:", "[A-Za-z0-9+/]{22}==:[A-Za-z0-9]{32}"),
];

/// The shapes of a maintained set of rules, as `issuer/generate.py` writes them.
const MAINTAINED: &str = include_str!("issuer/shapes.txt");

/// Where the known part of a shape stands.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Start,
    Middle,
}

/// Returns the rows of all tables: where the first expression stands, that, and what follows it, or the whole.
fn rows() -> impl Iterator<Item = (Part, String, &'static str)> {
    let maintained = MAINTAINED.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (known, rest) = line.split_once('\t')?;
        let (part, known) = known.split_once(' ')?;
        Some((if part == "start" { Part::Start } else { Part::Middle }, regex::escape(known), rest))
    });
    let starts = SHAPES.iter().map(|(start, rest)| (Part::Start, (*start).to_owned(), *rest));
    let middles = MIDDLES.iter().map(|(middle, whole)| (Part::Middle, regex::escape(middle), *whole));
    starts.chain(middles).chain(maintained)
}

/// Returns an expression for the whole of each shape, beside what tells it.
#[cfg(test)]
pub(super) fn shapes() -> impl Iterator<Item = (String, String)> {
    rows().map(|(part, known, rest)| {
        let whole = if part == Part::Start { format!("(?:{known})(?:{rest})") } else { rest.to_owned() };
        (known, whole)
    })
}

/// How much of a line is looked at from where a token may begin; longer ones end with their letters.
const MAX_SHAPE: usize = 128;

/// The beginnings and middles alone, which are quick to find.
static BEGINNING: LazyLock<Regex> = LazyLock::new(|| compile(&beginnings()));
/// The shapes, from where one may begin.
static SHAPE: LazyLock<Regex> = LazyLock::new(|| {
    let rows: Vec<String> = rows().filter(|row| row.0 == Part::Start).map(|(_, start, rest)| format!("(?:{start})(?:{rest})")).collect();
    compile(&format!("^(?:{})", rows.join("|")))
});
static WHOLE: LazyLock<Regex> = LazyLock::new(|| {
    let rows: Vec<&str> = rows().filter(|row| row.0 == Part::Middle).map(|(_, _, whole)| whole).collect();
    compile(&rows.join("|"))
});

#[expect(clippy::expect_used, reason = "the patterns are literals that the tests compile")]
fn compile(pattern: &str) -> Regex {
    // States of the longest alternations, kept rather than made anew.
    regex::RegexBuilder::new(pattern).dfa_size_limit(16 << 20).build().expect("a literal pattern")
}

/// Returns an expression that matches where a token may begin, or has its middle.
pub(super) fn beginnings() -> String {
    let mut known: Vec<String> = rows().map(|(_, known, _)| format!("(?:{known})")).collect();
    known.sort_unstable();
    known.dedup();
    known.join("|")
}

/// Tells whether a token may begin in a line.
pub(super) fn may_begin(line: &str) -> bool {
    line.len() >= 12 && BEGINNING.is_match(line)
}

/// Returns where the tokens of a line begin and end.
pub(super) fn places(line: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = BEGINNING.find_at(line, at) {
        at = start.start() + 1;
        if let Some((from, to)) = token_at(line, start.start()).or_else(|| token_around(line, start.start(), start.end())) {
            if found.last().is_none_or(|(_, end)| from >= *end) {
                found.push((from, to));
            }
            at = to.max(at);
        }
    }
    found
}

const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'=' | b'+' | b'/')
}

/// A token that begins at a place, and not within a word.
fn token_at(line: &str, from: usize) -> Option<(usize, usize)> {
    if line.as_bytes().get(..from)?.last().is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let rest = line.get(from..)?;
    let near = rest.get(..MAX_SHAPE).unwrap_or(rest);
    let end = SHAPE.find(near).filter(|found| is_token(found.as_str()))?.end();
    // A newer one may be longer, or go on after a sign that the shape does not know.
    let more = rest.bytes().skip(end).take_while(|byte| is_letter(*byte) && (end == near.len() || *byte != b'/')).count();
    let escaped = if rest.get(end + more..).is_some_and(|rest| rest.starts_with("%3D")) { 3 } else { 0 };
    Some((from, from + end + more + escaped))
}

/// A token that has its middle at a place.
fn token_around(line: &str, from: usize, to: usize) -> Option<(usize, usize)> {
    let is_part = |byte: &u8| is_letter(*byte) || matches!(byte, b'.' | b'~' | b':');
    let is_end = |byte: &u8| is_part(byte) && *byte != b'/';
    let before = line.as_bytes().get(from.saturating_sub(MAX_SHAPE)..from)?.iter().rev().take_while(|byte| is_part(byte)).count();
    let after = line.as_bytes().get(to..)?.iter().take(MAX_SHAPE).take_while(|byte| is_part(byte)).count();
    let near = line.get(from - before..to + after)?;
    let found = WHOLE.find_iter(near).find(|found| found.start() <= before && found.end() >= before + to - from)?;
    let more = near.as_bytes().get(found.end()..)?.iter().take_while(|byte| is_end(byte)).count();
    is_token(found.as_str()).then_some((from - before + found.start(), from - before + found.end() + more))
}

/// After the issuer's letters, tokens have digits or mix capitals and small letters.
pub(super) fn is_token(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let mixes = |is: fn(&u8) -> bool| text.as_bytes().iter().skip(6).any(is);
    digits >= 2 || text.len() >= 24 && digits >= 1 || text.len() >= 20 && mixes(u8::is_ascii_uppercase) && mixes(u8::is_ascii_lowercase)
}
