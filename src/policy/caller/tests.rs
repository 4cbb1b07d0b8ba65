//! A model of what a caller may see, written without a look at the code, and random pairs of policy and call against it.

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::context::basis::Basis;
use crate::context::{Incident, Named};
use crate::coverage::SourceName;
use crate::policy::{Available, Offer, Presence, Scope};
use crate::source::{archive, event_history};
use crate::time::Window;

const PAIRS: u64 = 100_000;
const REGIONS: [&str; 5] = ["us-east-1", "eu-west-1", "eu-central-1", "ap-south-1", "cn-north-1"];
const ACCOUNTS: [&str; 3] = ["111122223333", "444455556666", "777788889999"];
const TOOLS: [&str; 4] = ["cloudtrail_events", "cloudtrail_event", "cloudtrail_query", "cloudtrail_trails"];

/// Numbers from a seed, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// Some of `items`; nothing in every third case.
    fn some<T: Clone>(&mut self, items: &[T]) -> Vec<T> {
        if self.one_in(3) {
            return Vec::new();
        }
        items.iter().filter(|_| self.one_in(2)).cloned().collect()
    }

    fn names(&mut self, items: &[&str]) -> Vec<String> {
        self.some(items).into_iter().map(str::to_owned).collect()
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[usize::try_from(self.below(items.len() as u64)).unwrap()]
    }

    fn length(&mut self) -> Duration {
        Duration::from_secs(60 * (1 + self.below(60 * 48)))
    }

    fn policy(&mut self) -> Policy {
        Policy {
            allow_aws_read: !self.one_in(8),
            regions: self.names(&REGIONS),
            accounts: self.names(&ACCOUNTS),
            categories: self.some(&Category::ALL),
            tools: self.names(&TOOLS),
            max_window: self.length(),
            max_events: u32::try_from(1 + self.below(100)).unwrap(),
            untrusted_text: self.of(&[UntrustedText::Quote, UntrustedText::Omit]),
            switched_off: if self.one_in(8) { vec![HISTORY] } else { Vec::new() },
            ..Policy::default()
        }
    }

    fn available(&mut self) -> Available {
        let archive = self.of(&[Presence::Given, Presence::Configured, Presence::Absent]);
        let offer = |profile, presence| Offer { profile, presence };
        Available {
            sources: vec![offer(&event_history::PROFILE, Presence::Configured), offer(&archive::PROFILE, archive)],
            roles: self.names(&ACCOUNTS),
            default_region: self.one_in(2).then(|| "eu-west-1".to_owned()),
            ..Available::default()
        }
    }

    fn rules(&mut self) -> CallerRules {
        CallerRules {
            regions: self.names(&REGIONS),
            accounts: self.names(&ACCOUNTS),
            categories: self.some(&Category::ALL),
            max_window: self.one_in(2).then(|| self.length()),
            max_events: self.one_in(2).then(|| u32::try_from(1 + self.below(100)).unwrap()),
            untrusted_text: self.of(&[UntrustedText::Quote, UntrustedText::Omit]),
            tools: self.names(&TOOLS),
            ..CallerRules::default()
        }
    }

    fn incident(&mut self) -> Incident {
        let named = |names: Vec<String>| names.into_iter().map(|name| Named { name, basis: Basis::Argument }).collect();
        let from = now() - TimeDelta::minutes(i64::try_from(1 + self.below(60 * 60)).unwrap());
        let length = TimeDelta::minutes(i64::try_from(1 + self.below(60 * 50)).unwrap());
        Incident {
            regions: named(self.names(&REGIONS)),
            all_regions: self.one_in(6),
            regions_given: self.one_in(2),
            accounts: named(self.names(&ACCOUNTS)),
            accounts_given: self.one_in(2),
            ..Incident::over(Window::new(from, from + length).unwrap())
        }
    }
}

const HISTORY: SourceName = event_history::PROFILE.name;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_769_547_600, 0).unwrap()
}

/// What the operator and the caller's rules say, each for itself.
struct Model<'a> {
    policy: &'a Policy,
    rules: &'a CallerRules,
}

impl Model<'_> {
    fn both<T: PartialEq>(one: &[T], other: &[T], item: &T) -> bool {
        (one.is_empty() || one.contains(item)) && (other.is_empty() || other.contains(item))
    }

    fn region(&self, region: &str) -> bool {
        Self::both(&self.policy.regions, &self.rules.regions, &region.to_owned())
    }

    fn account(&self, account: &str) -> bool {
        Self::both(&self.policy.accounts, &self.rules.accounts, &account.to_owned())
    }

    fn max_window(&self) -> TimeDelta {
        let shorter = self.rules.max_window.unwrap_or(Duration::MAX).min(self.policy.max_window);
        TimeDelta::from_std(shorter).unwrap()
    }

    /// Tells whether both sides name something and agree on nothing.
    fn at_odds(&self) -> bool {
        fn odds<T: PartialEq>(one: &[T], other: &[T]) -> bool {
            !one.is_empty() && !other.is_empty() && !one.iter().any(|item| other.contains(item))
        }
        odds(&self.policy.regions, &self.rules.regions)
            || odds(&self.policy.accounts, &self.rules.accounts)
            || odds(&self.policy.categories, &self.rules.categories)
            || odds(&self.policy.tools, &self.rules.tools)
    }

    fn check(&self, scope: &Scope, long: bool) {
        for region in REGIONS.iter().chain(&["us-gov-west-1", "sa-east-1"]) {
            for account in ACCOUNTS.iter().chain(&["", "999988887777"]) {
                assert!(!scope.admits(account, region) || (self.region(region) && self.account(account)), "{account} {region}");
            }
        }
        for region in scope.regions().into_iter().flatten() {
            assert!(self.region(region), "{region} is read");
        }
        assert!(self.policy.allow_aws_read || !scope.source().asks_aws);
        assert!(!self.policy.switched_off.contains(&scope.source().name));
        assert!(long || scope.window().length() <= self.max_window());
        assert!(long || scope.widest_window().length() <= self.max_window());
    }
}

#[test]
fn no_rules_let_a_caller_see_more_than_operator_and_rules_both_allow() {
    let mut random = Random(5);
    let caller: Arc<str> = "chat-bot".into();
    let (mut admitted, mut refused) = (0, 0);
    for _ in 0..PAIRS {
        let (policy, rules, incident) = (random.policy(), random.rules(), random.incident());
        let choice = random.of(&[None, Some(HISTORY), Some(archive::PROFILE.name)]);
        let available = random.available();
        let (model, narrowed) = (Model { policy: &policy, rules: &rules }, policy.narrowed(&caller, &rules));
        let long = random.one_in(4);
        let scope = match long {
            false => narrowed.admit(&incident, choice, &available, now()),
            true => narrowed.admit_event(&incident, choice, &available, now()),
        };
        match scope {
            Ok(scope) => {
                admitted += 1;
                assert!(!model.at_odds());
                assert_eq!(scope.caller(), "chat-bot");
                model.check(&scope, long);
            }
            Err(_) => refused += 1,
        }
        for region in REGIONS {
            for account in ACCOUNTS {
                let allowed = !model.at_odds() && model.region(region) && model.account(account);
                assert_eq!(narrowed.allows(account, region), allowed);
            }
        }
        for tool in TOOLS.map(str::to_owned) {
            let allowed = Model::both(&policy.tools, &rules.tools, &tool);
            assert_eq!(narrowed.allows_tool(&tool), allowed && !model.at_odds(), "{tool}");
        }
        for category in Category::ALL {
            let allowed = Model::both(&policy.categories, &rules.categories, &category);
            assert_eq!(narrowed.allows_category(category), allowed && !model.at_odds());
        }
        assert_eq!(narrowed.max_events, policy.max_events.min(rules.max_events.unwrap_or(u32::MAX)));
        assert!(narrowed.default_events <= narrowed.max_events && narrowed.lookback <= narrowed.max_window);
        assert_eq!(narrowed.untrusted_text == UntrustedText::Quote, (policy.untrusted_text, rules.untrusted_text) == Default::default());
    }
    assert!(admitted > PAIRS / 10 && refused > PAIRS / 10, "{admitted} admitted, {refused} refused");
}

#[test]
fn what_both_allow_and_the_caller_names_is_admitted() {
    let mut random = Random(7);
    let mut seen = 0;
    for _ in 0..PAIRS / 10 {
        let (policy, rules) = (Policy { allow_aws_read: true, switched_off: Vec::new(), ..random.policy() }, random.rules());
        let model = Model { policy: &policy, rules: &rules };
        let (region, account) = (random.of(&REGIONS), random.of(&ACCOUNTS));
        let window = Window::new(now() - model.max_window(), now()).unwrap();
        let named = |name: &str| vec![Named { name: name.to_owned(), basis: Basis::Argument }];
        let incident = Incident {
            window,
            all_regions: false,
            regions: named(region),
            regions_given: true,
            accounts: named(account),
            accounts_given: true,
            ..random.incident()
        };
        let admitted = policy.narrowed(&"a".into(), &rules).admit(&incident, Some(HISTORY), &random.available(), now());
        assert_eq!(admitted.is_ok(), !model.at_odds() && model.region(region) && model.account(account));
        seen += u32::from(admitted.is_ok());
    }
    assert!(seen > 500, "{seen}");
}

#[test]
fn a_caller_without_a_name_has_no_rules_and_one_without_an_entry_those_of_all_others() {
    let rule = |events| CallerRules { max_events: Some(events), ..CallerRules::default() };
    let callers = Callers { named: [("bot".into(), rule(5))].into(), others: rule(3) };
    assert_eq!(callers.rules(""), CallerRules::default());
    assert_eq!((callers.rules("bot").max_events, callers.rules("else").max_events), (Some(5), Some(3)));
}

#[test]
fn a_refusal_tells_what_this_caller_may_ask_for_and_nothing_more() {
    let policy = Policy { allow_aws_read: true, regions: ["eu-west-1", "eu-central-1"].map(str::to_owned).to_vec(), ..Policy::default() };
    let rules = CallerRules { regions: vec!["eu-west-1".to_owned()], ..CallerRules::default() };
    let incident = Incident {
        regions: vec![Named { name: "eu-central-1".to_owned(), basis: Basis::Argument }],
        regions_given: true,
        all_regions: false,
        window: Window::new(now() - TimeDelta::minutes(5), now()).unwrap(),
        ..Random(1).incident()
    };
    let refusal =
        policy.narrowed(&"bot".into(), &rules).admit(&incident, None, &Available::only(&event_history::PROFILE), now()).unwrap_err();
    insta::assert_snapshot!(refusal, @"region_not_allowed: Region eu-central-1 is not allowed. Allowed: eu-west-1. Ask for one of: eu-west-1. For the operator: the key is aws_region_allowlist, or regions of this caller's [[http.callers]] entry.");
}
