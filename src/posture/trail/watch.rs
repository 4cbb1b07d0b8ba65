//! What lies around an investigation, as far as trails tell; asked seldom, as settings change seldom.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::gather::{Depth, gather};
use super::{blind_spot, check};
use crate::coverage::{BlindSpot, TrailsUnread};
use crate::investigate::{Around, Surroundings};
use crate::policy::{Policy, Scope};
use crate::source::BoxFuture;
use crate::source::api::Api;

/// How long what was told is good.
const GOOD: Duration = Duration::from_secs(600);
/// The most places that are remembered.
const PLACES: usize = 256;
/// The most regions whose trails are listed; one of all regions is told in each.
const REGIONS: usize = 6;

/// Watches over trails.
pub struct Watch {
    api: Api,
    known: Mutex<HashMap<String, (Instant, Around)>>,
}

impl Watch {
    /// Prepares; touches nothing yet.
    pub fn new(api: Api) -> Self {
        Self { api, known: Mutex::default() }
    }

    async fn ask(&self, policy: &Policy, scope: &Scope, regions: &[String]) -> Around {
        let (asked, rest) = regions.split_at(regions.len().min(REGIONS));
        let accounts: Vec<Option<&str>> = match scope.asked_accounts() {
            [] => vec![None],
            accounts => accounts.iter().map(|account| Some(account.as_str())).collect(),
        };
        let mut around = Around::default();
        for account in accounts {
            let reader = self.api.reader(policy, account, scope.deadline());
            // What may not be read is not looked around in; what reads the events says so.
            let told = match (account, scope.accounts()) {
                (Some(account), _) => account.to_owned(),
                (None, None) => String::new(),
                (None, Some(allowed)) => match reader.account(asked.first().map(String::as_str).unwrap_or_default()).await {
                    Ok(told) if allowed.contains(&told) => told,
                    Ok(_) => continue,
                    Err(failure) => {
                        around.blind_spots.push(BlindSpot::TrailsUnknown(TrailsUnread::Unread("sts:GetCallerIdentity", failure)));
                        continue;
                    }
                },
            };
            let posture = gather(&reader, told, asked, scope.now(), Depth::Recording).await;
            around.blind_spots.extend(blind_spot::of(&posture));
            if !rest.is_empty() && !check::covers_everywhere(&posture) {
                around.blind_spots.push(BlindSpot::TrailsUnknown(TrailsUnread::NotAsked(rest.len())));
            }
            around.buckets.extend(posture.trails.iter().map(|trail| trail.bucket.name.clone()));
        }
        around.blind_spots.dedup();
        around
    }
}

impl Surroundings for Watch {
    fn around<'a>(&'a self, policy: &'a Policy, scope: &'a Scope) -> BoxFuture<'a, Around> {
        Box::pin(async move {
            let regions: &[String] = scope.regions().unwrap_or_default();
            let place =
                format!("{}|{}|{}|{}", policy.caller, scope.asked_accounts().join(","), regions.join(","), policy.regions.join(","));
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&place).cloned();
            if let Some((_, around)) = known.filter(|(at, _)| at.elapsed() < GOOD) {
                return around;
            }
            let around = self.ask(policy, scope, regions).await;
            // What could not be told now may be the next time.
            if around.blind_spots.iter().any(|spot| matches!(spot, BlindSpot::TrailsUnknown(TrailsUnread::Unread(..)))) {
                return around;
            }
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= PLACES {
                known.retain(|_, (at, _)| at.elapsed() < GOOD);
            }
            if known.len() >= PLACES {
                known.clear();
            }
            known.insert(place, (Instant::now(), around.clone()));
            around
        })
    }
}
