//! What belongs to what, looked up further back than is read: what the alert names, what is near that, and what the likeliest changes were
//! made to, each by its name.
//!
//! A service was put into its subnet weeks ago, and the route of that subnet was deleted today: no short window tells that the two are tied.

use std::collections::HashSet;
use std::time::Duration;

use super::Gathered;
use super::look_up::Name;
use super::plan;
use super::question::Inquiry;
use super::read::{Reader, slim};
use crate::coverage::{Attribute, Cost};
use crate::policy::Scope;
use crate::rank::finding::is_firm;
use crate::rank::{Change, Ranked, sought};
use crate::source::{Kind, Query};
use crate::time::Window;

/// How often what was found tells what to look up next.
const ROUNDS: usize = 2;
/// What the look may take in all, as a divisor of what is left of the call's time.
const SHARE: u32 = 4;

/// What looking up may cost in one source.
struct Budget {
    /// Names a round.
    names: usize,
    /// All rounds together.
    time: Duration,
}

impl Budget {
    /// Returns what looking up may cost; nothing where it would cost too much, or gives nothing that is not read anyway.
    fn of(scope: &Scope) -> Option<Self> {
        scope.source().spelling(Attribute::ResourceName)?;
        match (scope.source().cost, scope.source().asks_aws) {
            // Many names are looked for in one pass.
            (Cost::Time { .. }, false) => Some(Self { names: 48, time: Duration::from_secs(1) }),
            // Each name is a request, and two are answered a second.
            (Cost::Requests { .. }, _) => {
                let names = usize::try_from(scope.lookup_requests() / 8).unwrap_or(usize::MAX).min(2);
                Some(Self { names, time: Duration::from_secs(4) })
            }
            _ => None,
        }
    }
}

impl Reader<'_> {
    /// Looks up what tells of ties between what the alert names and what was changed.
    ///
    /// Shape: changes from before the window, and before what is read of the time before it; none is shown, so nothing is lost where the look is
    /// cut short. What requests it cost is counted in `gathered`. Where each costs, nobody looks once a suspect is firm.
    pub(super) async fn ties(&self, inquiry: &Inquiry, ranked: &[Ranked], background: &[Change], gathered: &mut Gathered) -> Vec<Change> {
        let Inquiry { incident, scope, .. } = inquiry;
        let before = self.before_background(scope);
        let costs = matches!(scope.source().cost, Cost::Requests { .. });
        let settled = costs && ranked.first().is_some_and(is_firm);
        let asks = incident.alert.is_some() && inquiry.look_ups.is_empty() && !ranked.is_empty() && !settled;
        let budget = Budget::of(scope).filter(|_| asks);
        let back = scope.looking_back();
        let window = Window::new(back.window().from, before);
        let (Some(Budget { names: most, time }), Some(window)) = (budget, window) else { return Vec::new() };
        let until = self.spent() + time.min(self.left(scope) / SHARE);
        let (mut found, mut known) = (Vec::new(), HashSet::new());
        let mut ids: HashSet<String> = background.iter().map(|change| change.event.event_id.clone()).collect();
        for _ in 0..ROUNDS {
            let left = until.saturating_sub(self.spent());
            let all: Vec<Change> = background.iter().chain(&found).cloned().collect();
            let names = sought(incident, ranked, &all, &known, most);
            if names.is_empty() || left.is_zero() {
                break;
            }
            let mut seen = Gathered::default();
            self.ask(&look_for(&back, window, &names, left)).await.into_iter().for_each(|reading| seen.add(reading));
            known.extend(names);
            if costs {
                gathered.add_ahead(&mut seen);
            }
            let told = seen.finish(Vec::new()).0.into_iter().filter(|event| !event.read_only).map(Change::from);
            let told = told.filter(|change| !change.class.noise || change.class.tags).map(slim);
            found.extend(told.filter(|change| ids.insert(change.event.event_id.clone())));
        }
        found
    }
}

/// Returns the queries for what was done to `names`.
fn look_for(back: &Scope, window: Window, names: &[String], left: Duration) -> Vec<Query> {
    let by_name = |name: &String| -> Name { (Attribute::ResourceName, name.clone()) };
    let of = |name: &String| plan::queries(back, window, &Kind::Exact(Attribute::ResourceName, name.clone()), left);
    let learn = |query: Query| query.newest_first().to_learn();
    match (back.source().rereads, names.split_first()) {
        (true, Some((first, others))) => {
            let others: Vec<Name> = others.iter().map(by_name).collect();
            of(first).into_iter().map(|query| learn(query).or(&others)).collect()
        }
        // Global services are asked where they are meant, not besides.
        _ => names.iter().flat_map(of).filter(Query::asked).map(|query| learn(query).at_most(1)).collect(),
    }
}
