//! What a policy read anew lets through that the one before did not.
//!
//! Why look at all? A file that is half written, or emptied by mistake, is often a valid one whose limits are missing. So a reload may
//! move a limit, which is told, but never takes one away: that needs a start, which somebody watches.

use super::kind::Value;
use super::setting::{Declaration, ReloadClass, Widens};
use super::settings::ALL;
use super::{Config, Origin};
use crate::policy::{CallerRules, Callers, UntrustedText};

/// How a policy differs from the one before where it lets more through; places as the policy file names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Widening {
    /// Limits that would be gone.
    pub lost: Vec<String>,
    /// Limits that let more through than they did, and callers that are new.
    pub wider: Vec<String>,
}

impl Config {
    /// Tells what `new` lets through that these settings do not.
    pub fn widening(&self, new: &Self) -> Widening {
        let mut found = Widening::default();
        let both_ask_the_issuer = self.http().oauth.is_some() && new.http().oauth.is_some();
        for declaration in ALL {
            let ReloadClass::Live(widens) = declaration.reload else { continue };
            // What an issuer's tokens need is compared where there is one before and after.
            if !declaration.key.starts_with("http.oauth.") || both_ask_the_issuer {
                found.setting(self, new, declaration, widens);
            }
        }
        found.http(self, new);
        found.callers(self, new);
        found
    }

    /// Tells whether somebody has set it, rather than left it at its default.
    fn says(&self, key: &str) -> bool {
        self.explained.iter().any(|explained| explained.key == key && explained.origin != Origin::Default)
    }
}

impl Widening {
    /// Compares one setting, as its declaration says: as lost where it was set and is set no more.
    fn setting(&mut self, old: &Config, new: &Config, declaration: &Declaration, widens: Widens) {
        let key = declaration.key;
        let (was, is) = (old.values.get(key), new.values.get(key));
        let texts = |value: Option<&Value>| match value {
            Some(Value::Texts(texts)) => texts.clone(),
            _ => Vec::new(),
        };
        let lost = old.says(key) && !new.says(key);
        match widens {
            Widens::Never | Widens::ByCaller => {}
            Widens::Grows => {
                let wider = is.and_then(amount) > was.and_then(amount);
                self.note(key, lost && wider, wider);
            }
            Widens::Becomes(value) => {
                let wider = [was, is].map(|at| matches!(at, Some(Value::Text(text)) if text == value)) == [false, true];
                self.note(key, lost && wider, wider);
            }
            Widens::Allows => self.list(key, &texts(was), &texts(is)),
            Widens::Names => {
                let (was, is) = (texts(was), texts(is));
                self.note(key, false, is.iter().any(|item| !was.contains(item)) || is.is_empty() && !was.is_empty());
            }
            Widens::Needs => {
                let (was, is) = (texts(was), texts(is));
                self.note(key, !was.is_empty() && is.is_empty(), was.iter().any(|item| !is.contains(item)));
            }
            Widens::Goes => self.note(key, was.is_some() && is.is_none(), false),
            Widens::Differs => self.note(key, false, was != is),
        }
    }

    fn note(&mut self, place: &str, lost: bool, wider: bool) {
        match (lost, wider) {
            (true, _) => self.lost.push(place.to_owned()),
            (false, true) => self.wider.push(place.to_owned()),
            (false, false) => {}
        }
    }

    /// Compares lists of what is allowed, of which an empty one allows everything.
    fn list<T: PartialEq>(&mut self, place: &str, old: &[T], new: &[T]) {
        let limited = !old.is_empty();
        self.note(place, limited && new.is_empty(), limited && new.iter().any(|item| !old.contains(item)));
    }

    /// Compares limits that may be absent.
    fn most<T: PartialOrd>(&mut self, place: &str, old: Option<T>, new: Option<T>) {
        let wider = matches!((&old, &new), (Some(old), Some(new)) if new > old);
        self.note(place, old.is_some() && new.is_none(), wider);
    }

    fn http(&mut self, old: &Config, new: &Config) {
        let (old, new) = (old.http(), new.http());
        self.note("http.callers or http.oauth: nobody would be asked who calls", old.asks_who_calls() && !new.asks_who_calls(), false);
        for webhook in new.webhooks.iter().filter(|webhook| !old.webhooks.contains(webhook)) {
            self.wider.push(format!("http.webhooks: {} is new or differs", webhook.name));
        }
        // Whoever has a token of the issuer may call, where callers with tokens of their own were all.
        self.note("http.oauth", false, old.asks_who_calls() && old.oauth.is_none() && new.oauth.is_some());
    }

    fn callers(&mut self, old: &Config, new: &Config) {
        let (was, is) = (old.callers(), new.callers());
        let (tokens, now) = (old.http().callers, new.http().callers);
        // A caller is who holds its token, under whichever name.
        for caller in &now {
            match tokens.iter().find(|one| one.token_sha256 == caller.token_sha256) {
                Some(before) => self.rules(&caller.name, &was.rules(&before.name), &is.rules(&caller.name)),
                None => self.wider.push(format!("http.callers: {} is new", caller.name)),
            }
        }
        if old.http().oauth.is_none() || new.http().oauth.is_none() {
            return;
        }
        let subjects = was.named.keys().chain(is.named.keys()).filter(|name| Callers::is_of_issuer(name));
        let mut subjects: Vec<_> = subjects.collect();
        subjects.sort();
        subjects.dedup();
        for name in subjects {
            self.rules(name, &was.rules(name), &is.rules(name));
        }
        self.rules("*", &was.others, &is.others);
    }

    fn rules(&mut self, name: &str, old: &CallerRules, new: &CallerRules) {
        let mut of_caller = Self::default();
        of_caller.list("regions", &old.regions, &new.regions);
        of_caller.list("accounts", &old.accounts, &new.accounts);
        of_caller.list("categories", &old.categories, &new.categories);
        of_caller.list("tools", &old.tools, &new.tools);
        of_caller.most("max_window", old.max_window, new.max_window);
        of_caller.most("max_events", old.max_events, new.max_events);
        of_caller.most("requests_per_minute", old.requests_per_minute, new.requests_per_minute);
        of_caller.most("max_concurrent", old.max_concurrent, new.max_concurrent);
        of_caller.note("untrusted_text", old.untrusted_text == UntrustedText::Omit && new.untrusted_text != UntrustedText::Omit, false);
        let of = |key: String| format!("http.callers: {key} of {name}");
        self.lost.extend(of_caller.lost.into_iter().map(of));
        self.wider.extend(of_caller.wider.into_iter().map(of));
    }
}

/// Returns how much a value is, where it has an amount.
fn amount(value: &Value) -> Option<u128> {
    match value {
        Value::Bool(value) => Some(u128::from(*value)),
        Value::Whole(number) | Value::Size(number) => Some(u128::from(*number)),
        Value::Span(time) => Some(time.as_millis()),
        Value::Text(_) | Value::Texts(_) | Value::Paths(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::settings::CONFIG;
    use super::super::{Flags, load};
    use super::*;

    fn config(text: &str) -> Config {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.toml");
        std::fs::write(&path, text).unwrap();
        load(&Flags::default().with(&CONFIG, path), &|_| None, &["cloudtrail_events", "cloudtrail_event"])
            .unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    fn full() -> String {
        let digest = |digit: &str| digit.repeat(64);
        format!(
            "untrusted_text = \"omit\"\naws_region_allowlist = [\"eu-west-1\"]\naws_account_allowlist = [\"111122223333\"]\nmax_window = \"1h\"\n\
             max_lookup_window = \"7d\"\nmax_events = 20\nlookback = \"10m\"\n[budget]\nlookup_requests = 5\ndeadline = \"10s\"\n[event_history]\nenabled = false\n\
             [load]\nrunning = 2\nwaiting = 3\npatience = \"1s\"\n\
             [http]\nlisten = \"127.0.0.1:9\"\n[http.oauth]\nissuer = \"https://login.example\"\naudience = \"https://mcp.example/mcp\"\n\
             scopes = [\"a\", \"b\"]\ntool_scopes = [\"cloudtrail_event=c\"]\n\
             [[http.callers]]\nname = \"bot\"\ntoken_sha256 = \"{}\"\nregions = [\"eu-west-1\"]\naccounts = [\"111122223333\"]\nmax_window = \"30m\"\n\
             max_events = 5\ntools = [\"cloudtrail_events\"]\nuntrusted_text = \"omit\"\nrequests_per_minute = 5\nmax_concurrent = 1\n\
             [[http.callers]]\nname = \"others\"\nsubject = \"*\"\ntools = [\"cloudtrail_events\"]\n\
             [[http.callers]]\nname = \"alice\"\nsubject = \"alice\"\nmax_events = 5\n",
            digest("1")
        )
    }

    #[test]
    fn the_same_policy_and_a_narrower_one_widen_nothing() {
        let old = config(&full());
        assert_eq!(old.widening(&old), Widening::default());
        let narrower =
            full().replace("\"1h\"", "\"40m\"").replace("\"a\", \"b\"", "\"a\", \"b\", \"d\"").replace("max_events = 5", "max_events = 4");
        assert_eq!(old.widening(&config(&narrower)), Widening::default());
        assert_eq!(config("").widening(&old), Widening { lost: vec![], wider: vec!["http.callers: bot is new".into()] });
    }

    #[test]
    fn no_limit_can_be_taken_away_by_leaving_its_line_out() {
        let old = config(&full());
        let lines: Vec<&str> = full().leak().lines().collect();
        let (mut told, mut kept) = (0, 0);
        for at in 0..lines.len() {
            let rest: Vec<&str> = lines.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, line)| *line).collect();
            let path_of_limit = ["subject", "name", "token_sha256", "[", "issuer", "audience", "listen", "lookback"];
            if path_of_limit.iter().any(|start| lines[at].starts_with(start)) {
                kept += 1;
                continue;
            }
            let found = old.widening(&config(&rest.join("\n")));
            assert_eq!(found.lost.len(), 1, "{}: {found:?}", lines[at]);
            told += 1;
        }
        assert!(told >= 20 && kept > 0, "{told}");
    }

    #[test]
    fn a_file_that_is_cut_anywhere_loses_a_limit_or_is_invalid_or_whole() {
        let (old, text) = (config(&full()), full());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.toml");
        let mut refused = 0;
        for end in (0..text.len()).step_by(5) {
            std::fs::write(&path, text.get(..end).unwrap()).unwrap();
            let Ok(half) = load(&Flags::default().with(&CONFIG, path.clone()), &|_| None, &["cloudtrail_events", "cloudtrail_event"])
            else {
                continue;
            };
            let found = old.widening(&half);
            let same = half.callers() == old.callers() && half.policy() == old.policy() && half.http() == old.http();
            assert!(same || !found.lost.is_empty(), "cut at {end}: {found:?}");
            refused += usize::from(!same);
        }
        assert!(refused > 6, "{refused}");
    }

    #[test]
    fn an_issuer_whose_tokens_are_accepted_anew_is_told() {
        let of_oauth = |line: &&str| {
            !["[http.oauth]", "issuer", "audience", "scopes", "tool_scopes", "subject", "name = \"o", "name = \"a"]
                .iter()
                .any(|start| line.starts_with(start))
        };
        let text = full();
        let bot: Vec<&str> = text.split("[[http.callers]]\nname = \"others\"").next().unwrap().lines().filter(of_oauth).collect();
        let (old, text) = (config(&bot.join("\n")), full());
        assert_eq!(old.widening(&config(&text)), Widening { lost: vec![], wider: vec!["http.oauth".into()] });
        // Where nobody was asked before, fewer may call.
        assert_eq!(config("[http]\nlisten = \"127.0.0.1:9\"\n").widening(&config(&text)).wider, ["http.callers: bot is new"]);
    }

    #[test]
    fn leaving_out_a_whole_section_takes_its_limits_away() {
        let (old, text) = (config(&full()), full());
        let without = |from: &str, to: &str| {
            let (before, rest) = text.split_once(from).unwrap();
            config(&format!("{before}{to}{}", rest.split_once(to).unwrap().1))
        };
        assert_eq!(old.widening(&without("[load]", "[http]")).lost, ["load.running", "load.waiting", "load.patience"]);
        assert_eq!(old.widening(&without("[budget]", "[event_history]")).lost, ["budget.lookup_requests", "budget.deadline"]);
    }

    #[test]
    fn every_setting_that_counts_or_allows_says_which_change_of_it_lets_more_through() {
        let silent = ALL.iter().filter(|one| matches!(one.reload, ReloadClass::Live(Widens::Never)));
        assert_eq!(silent.map(|one| one.key).collect::<Vec<_>>(), ["default_events", "lookback", "http.tls_key"]);
        let wrong = ALL.iter().filter(|one| (one.reload == ReloadClass::Live(Widens::ByCaller)) != one.key.starts_with("http.callers[]"));
        assert_eq!(wrong.map(|one| one.key).collect::<Vec<_>>(), Vec::<&str>::new());
    }

    #[test]
    fn what_is_set_to_let_more_through_is_told() {
        let old = config(&full());
        for (from, to, told) in [
            ("[\"eu-west-1\"]\naws_acc", "[\"eu-west-1\", \"us-east-1\"]\naws_acc", "aws_region_allowlist"),
            ("max_window = \"1h\"", "max_window = \"2h\"", "max_window"),
            ("untrusted_text = \"omit\"\naws", "untrusted_text = \"quote\"\naws", "untrusted_text"),
            ("enabled = false", "enabled = true", "event_history.enabled"),
            ("\"a\", \"b\"", "\"a\"", "http.oauth.scopes"),
            ("login.example", "login2.example", "http.oauth.issuer"),
            ("mcp.example/mcp", "mcp.example/other", "http.oauth.audience"),
            ("running = 2", "running = 3", "load.running"),
            ("waiting = 3", "waiting = 4", "load.waiting"),
            ("patience = \"1s\"", "patience = \"2s\"", "load.patience"),
            ("requests_per_minute = 5", "requests_per_minute = 6", "http.callers: requests_per_minute of bot"),
            ("name = \"bot\"", "name = \"bat\"", ""),
            ("listen = ", "allowed_hosts = [\"mcp.example\"]\nlisten = ", "http.allowed_hosts"),
        ] {
            let found = old.widening(&config(&full().replace(from, to)));
            let told: Vec<String> = Some(told.to_owned()).filter(|told| !told.is_empty()).into_iter().collect();
            assert_eq!(found, Widening { lost: vec![], wider: told }, "{to}");
        }
        let gone = full().replace("subject = \"alice\"", "subject = \"bob\"");
        assert_eq!(old.widening(&config(&gone)).lost, ["http.callers: max_events of oauth:alice", "http.callers: tools of oauth:bob"]);
    }
}
