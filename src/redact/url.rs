//! Credentials before the host of a URL.

use super::pattern;

/// Hides what stands between `://` and `@`; `None` where nothing does.
///
/// A URL within quotes ends at its quote, any other at white space: a password may hold all that is between.
pub(super) fn scrub(line: &str) -> Option<String> {
    if !line.contains("://") {
        return None;
    }
    let mut places = Vec::new();
    let mut start = 0;
    for run in line.split(' ') {
        let mut end = run.len();
        // From the last to the first, so that each byte is looked at once.
        while let Some((before, after)) = run.get(..end).and_then(|run| run.rsplit_once("://")) {
            let scheme_at = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')).len();
            let quote = before.get(..scheme_at).and_then(|before| before.chars().next_back()).filter(|c| matches!(c, '"' | '\'' | '`'));
            let body = quote.and_then(|quote| after.split_once(quote)).map_or(after, |(body, _)| body);
            let user_info = body
                .rsplit_once('@')
                .filter(|(_, host)| host.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '[' | '$' | '{' | '%')));
            if let Some((user_info, _)) = user_info.filter(|(info, _)| is_user_info(info, before.get(scheme_at..).unwrap_or_default())) {
                let from = start + before.len() + 3;
                places.push((from, from + user_info.len()));
            }
            end = before.len();
        }
        start += run.len() + 1;
    }
    if places.is_empty() {
        return None;
    }
    places.sort_unstable();
    let mut out = String::with_capacity(line.len());
    let mut done = 0;
    for (from, to) in places {
        out.push_str(line.get(done..from).unwrap_or_default());
        out.push_str(&pattern::marker("credentials"));
        done = to;
    }
    out.push_str(line.get(done..).unwrap_or_default());
    Some(out)
}

/// Tells a user with a password, or a token, from a host with a path in which `@` stands.
fn is_user_info(text: &str, scheme: &str) -> bool {
    const ENDS_HOST: [char; 3] = ['/', '?', '#'];
    if text.contains("[redacted") {
        return false;
    }
    match text.split_once(':') {
        Some((user, password)) => {
            let digits = password.bytes().take_while(u8::is_ascii_digit).count();
            let rest = password.get(digits..).unwrap_or_default();
            let is_port = (1..=5).contains(&digits) && (rest.is_empty() || rest.starts_with(['/', '?']));
            let web = matches!(scheme.rsplit('+').next().unwrap_or_default(), "http" | "https" | "ws" | "wss" | "ftp" | "s3");
            !(user.contains(ENDS_HOST) || password.is_empty() || is_port && web)
        }
        None => text.len() >= 8 && !text.contains(ENDS_HOST) && !text.contains('@'),
    }
}
