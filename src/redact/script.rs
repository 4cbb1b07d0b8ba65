//! Lines of commands, and remarks of people: what is plain of them is shown word by word.
//!
//! A pass phrase has nothing but words, too, so that a text of several is shown only where its place or its signs tell that it is none.

use super::{assign, character, document, layer, pattern, plain};

/// How often a line is looked at again.
const MAX_ROUNDS: usize = 6;
/// Signs between the words of a command that pass phrases have not.
const SIGNS: &[char] = &['/', '=', '|', '&', '<', '>', '(', '{', '[', ';', '"', '`', '$'];
/// How names of fields end that hold what people say.
const REMARKS: &[&str] = &["comment", "reason", "description", "title", "summary"];
/// What lines of commands begin with that have nothing but words.
///
/// Source: the commands of GNU/Linux distributions and of their package managers.
#[rustfmt::skip] // A list reads best in lines.
const PROGRAMS: &[&str] = &[
    "apk", "apt", "apt-get", "aws", "brew", "cargo", "cat", "cd", "chmod", "chown", "chkconfig", "cp", "crontab", "curl", "date", "df", "dnf", "docker", "du",
    "echo", "env", "exit", "export", "find", "free", "git", "go", "grep", "head", "helm", "hostname", "id", "ip", "java", "journalctl", "kill", "kubectl",
    "ln", "ls", "make", "mkdir", "mount", "mv", "netstat", "nginx", "node", "npm", "npx", "pip", "pip3", "pm2", "ps", "pwd", "python", "python3", "reboot",
    "rm", "rpm", "sed", "service", "set", "shutdown", "sleep", "snap", "ss", "su", "supervisorctl", "sysctl", "systemctl", "tail", "tar", "terraform", "touch",
    "top", "uname", "uptime", "wget", "whoami", "yarn", "yum", "zypper", "Get-Service", "Restart-Service", "Start-Service", "Stop-Service",
];

/// What is written where a text stands.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// Anything.
    Any,
    /// A line of commands.
    Commands,
    /// What people say.
    Remark,
}

impl Place {
    /// Returns what the name (normalised) of a field tells.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "runcommand" | "commandline" => Self::Commands,
            _ if name.ends_with("command") || name.ends_with("commands") => Self::Commands,
            _ if REMARKS.iter().any(|ending| name.ends_with(ending)) => Self::Remark,
            _ => Self::Any,
        }
    }

    /// Returns what the word of a command tells that stands before another: a shell reads what follows its `-c`.
    pub(super) fn after(word: &str) -> Self {
        let option = word.strip_prefix('-').is_some_and(|letters| letters.len() <= 3 && letters.ends_with('c'));
        let shell = option || ["-command", "/c", "cmd-shell"].iter().any(|name| word.eq_ignore_ascii_case(name));
        if shell { Self::Commands } else { Self::Any }
    }
}

/// Tells a line of commands, or a remark, from a pass phrase.
pub(super) fn is_script(text: &str, place: Place) -> bool {
    let text = text.trim();
    let mut words = text.trim_start_matches("sudo ").split_whitespace();
    let Some(first) = words.next().filter(|_| !pattern::is_nothing_but_markers(text)) else { return false };
    if place == Place::Remark || text.contains(SIGNS) || text.starts_with('-') || text.contains(" -") {
        return true;
    }
    // A command may take a secret by its place alone, as the one that sets a token does.
    let is_letters = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let mut is_command = || first == "#" || !(assign::has_word(text) || is_letters(first) && words.all(is_letters));
    PROGRAMS.contains(&first) || place == Place::Commands && is_command()
}

/// Returns a line of commands, or a remark, with what is not plain of it hidden as a secret of this kind; `None` where it is neither, or
/// little of it would be left.
pub(super) fn shown(text: &str, kind: &str, place: Place, layers: usize) -> Option<String> {
    if !text.trim().contains(' ')
        || text.len() > plain::MAX_TEXT
        || text.trim().contains('\n')
        || !is_script(text, place)
        || document::scrub(text).is_some()
    {
        return None;
    }
    let mut line = character::clean(text, usize::MAX);
    // What is hidden changes where the rest begins and ends.
    for _ in 0..MAX_ROUNDS {
        let next = once(&line, kind, layers)?;
        if next == line {
            // A second look has to come to the same.
            return is_script(&line, place).then_some(line);
        }
        line = next;
    }
    None
}

fn once(line: &str, kind: &str, layers: usize) -> Option<String> {
    let is_json = ["{\"", "[\"", "[{", "\""].iter().any(|start| line.starts_with(start));
    if is_json || document::scrub(line).is_some() {
        return None;
    }
    let scrubbed = layer::scrub_within(line, layers);
    let line = scrubbed.as_ref().map_or(line, |scrubbed| &scrubbed.text);
    let mut out = String::with_capacity(line.len());
    let (mut all, mut hidden) = (0, 0);
    let mut rest = line;
    let mut before = "&&";
    while !rest.is_empty() {
        if let Some(length) = pattern::marker_length(rest).filter(|_| rest.starts_with('[')) {
            let (marker, after) = rest.split_at_checked(length)?;
            out.push_str(marker);
            rest = after;
            continue;
        }
        let end = rest.find(' ').map_or(rest.len(), |at| at + 1);
        let end = rest.get(..end).and_then(|word| word.find("[redacted: ")).filter(|at| *at > 0).unwrap_or(end);
        let (word, after) = rest.split_at_checked(end)?;
        all += 1;
        let bare = word.trim_end();
        if plain::is_word(bare) || is_program(bare, before) {
            out.push_str(word);
        } else {
            hidden += 1;
            out.push_str(&without_value(word, kind));
        }
        (before, rest) = (bare, after);
    }
    (hidden * 2 < all).then_some(out)
}

/// Tells the name of a program, which stands first or behind a sign that ends a command.
fn is_program(word: &str, before: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let named = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.'));
    (matches!(before, "&&" | "||" | "|" | "sudo") || before.ends_with(';')) && named && digits <= 2 && word.len() <= 24
}

/// Hides a word, but for what encloses it and for the plain name that it gives a value.
fn without_value(word: &str, kind: &str) -> String {
    const AROUND: &[char] = &['"', '\'', '`', '(', ')', '{', '}', ';', ',', ' '];
    let inner = word.trim_start_matches(AROUND);
    let before = word.get(..word.len() - inner.len()).unwrap_or_default();
    let body = inner.trim_end_matches(AROUND);
    let after = inner.get(body.len()..).unwrap_or_default();
    let name = match body.split_once('=') {
        Some((name, _)) if plain::is_word(name) => format!("{name}="),
        _ => String::new(),
    };
    format!("{before}{name}{}{after}", pattern::marker(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn as_shown(text: &str, place: Place) -> Option<String> {
        shown(text, "argument", place, 0)
    }

    #[test]
    fn only_the_words_of_a_command_that_may_be_secrets_are_hidden() {
        for (text, wanted) in [
            ("/opt/agent/install.sh wJ7rXk2Qm9Lz4VtB8nYc --site eu1", "/opt/agent/install.sh [redacted: argument] --site eu1"),
            ("register --code=wJ7rXk2Qm9Lz4VtB8nYc; echo done", "register --code=[redacted: argument]; echo done"),
            ("unlock -f '9f3ac27d51b8e64f0a7c3e9d12b5f8a6' && ls /srv", "unlock -f '[redacted: argument]' && ls /srv"),
        ] {
            let once = as_shown(text, Place::Any).unwrap();
            assert_eq!(once, wanted);
            assert_eq!(as_shown(&once, Place::Any).as_deref(), Some(wanted));
        }
    }

    #[test]
    fn a_text_of_which_little_would_be_left_is_hidden_whole() {
        assert_eq!(as_shown("-k wJ7rXk2Qm9Lz4VtB8nYc k3!dL9sq#x", Place::Any), None);
    }

    #[test]
    fn a_pass_phrase_is_no_command_and_no_remark() {
        for text in ["correct horse battery staple", "Correct horse, battery staple", "correct: horse 7 staple"] {
            assert!(!is_script(text, Place::Any), "{text}");
        }
        assert!(!is_script("correct horse battery staple", Place::Commands));
        assert!(is_script("hostnamectl set-hostname web-07", Place::Commands));
        assert!(is_script("# back to the release before", Place::Commands));
        assert!(is_script("we scale before the sale", Place::of("approvalreason")));
    }

    #[test]
    fn a_shell_reads_what_follows_its_option() {
        for (word, place) in [("-c", Place::Commands), ("-lc", Place::Commands), ("CMD-SHELL", Place::Commands), ("/C", Place::Commands)] {
            assert!(Place::after(word) == place, "{word}");
        }
        assert!(Place::after("-k") == Place::Any && Place::after("--exec") == Place::Any);
    }
}
