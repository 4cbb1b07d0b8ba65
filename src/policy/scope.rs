//! What may be read, and what was decided on the way there.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::Policy;
use crate::coverage::{BlindSpot, Cell, Profile, RegionGuess};
use crate::time::Window;

/// How the events of global services (IAM, sign-in, CloudFront, Route 53) are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GlobalPass {
    /// Their region is among the asked ones.
    Included,
    /// Their region is looked at besides the asked ones, unasked.
    Extra,
    /// Policy does not allow their region.
    DeniedByPolicy,
    /// Every region is read anyway.
    NotNeeded,
}

/// What may be read: made by [`Policy::admit`](super::Policy::admit) and nowhere else.
///
/// Shape: every listed region and account passed the allow-lists.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    /// The rules that it was decided by.
    pub(super) policy: Arc<Policy>,
    pub(super) source: &'static Profile,
    pub(super) now: DateTime<Utc>,
    pub(super) window: Window,
    pub(super) max_window: TimeDelta,
    /// The longest window that is read whole.
    pub(super) scanned_at_most: TimeDelta,
    /// The oldest instant the source keeps.
    pub(super) keeps_from: Option<DateTime<Utc>>,
    pub(super) regions: Option<Vec<String>>,
    pub(super) global_region: Option<&'static str>,
    pub(super) global_pass: GlobalPass,
    pub(super) all_regions: bool,
    pub(super) accounts: Option<Vec<String>>,
    /// Accounts to read one by one; none means the one of the process's own credentials.
    pub(super) asked_accounts: Vec<String>,
    /// Accounts that the alert names and that cannot be chosen.
    pub(super) missed_accounts: Vec<String>,
    pub(super) denied: Vec<Cell>,
    pub(super) blind_spots: Vec<BlindSpot>,
}

impl Scope {
    /// Returns the caller whose limits these are; empty where there is one caller only.
    pub fn caller(&self) -> &str {
        &self.policy.caller
    }

    /// Returns the source to read.
    pub fn source(&self) -> &'static Profile {
        self.source
    }

    /// Returns the time it was when this was decided; what is newer than that and not there may still arrive.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Returns the window to read.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Returns the regions to read, each once, in the order they were named; nothing means all that the source holds.
    ///
    /// Shape: the extra global region is not among them; it is in [`Scope::global_region`].
    pub fn regions(&self) -> Option<&[String]> {
        self.regions.as_deref()
    }

    /// Returns the account ids to read; nothing means the caller's own, or all that the source holds.
    pub fn accounts(&self) -> Option<&[String]> {
        self.accounts.as_deref()
    }

    /// Tells whether the regions are simply all there are, so that one that is not enabled was not meant.
    pub fn all_regions(&self) -> bool {
        self.all_regions
    }

    /// Returns the accounts to read one by one, of a source that is asked so; none means the one of the process's own credentials.
    pub fn asked_accounts(&self) -> &[String] {
        &self.asked_accounts
    }

    /// Returns accounts that the alert names and for which no role is configured: they are read only if one of them is the own.
    pub fn missed_accounts(&self) -> &[String] {
        &self.missed_accounts
    }

    /// Tells whether only certain accounts may be read, so that the account must be known before anything is read.
    pub fn restricts_accounts(&self) -> bool {
        self.accounts.is_some()
    }

    /// Tells whether an event of this account and region may be returned; an empty account is one that could not be determined.
    pub fn admits(&self, account: &str, region: &str) -> bool {
        let region_admitted = self.regions.as_ref().is_none_or(|list| list.iter().any(|x| x == region))
            || (self.global_pass == GlobalPass::Extra && self.global_region == Some(region));
        region_admitted && self.accounts.as_ref().is_none_or(|list| list.iter().any(|x| x == account))
    }

    /// Returns how global services' events are looked at.
    pub fn global_pass(&self) -> GlobalPass {
        self.global_pass
    }

    /// Returns the region of global services' events; nothing when every region is read.
    pub fn global_region(&self) -> Option<&'static str> {
        self.global_region
    }

    /// Returns which regions were assumed; nothing when the incident named one.
    pub fn guessed_region(&self) -> Option<&RegionGuess> {
        self.blind_spots.iter().find_map(|spot| if let BlindSpot::Assumed(guess) = spot { Some(guess) } else { None })
    }

    /// Returns the cells that policy or the source's memory keeps from being read.
    pub fn denied(&self) -> &[Cell] {
        &self.denied
    }

    /// Returns what cannot be seen because of these decisions.
    pub fn blind_spots(&self) -> &[BlindSpot] {
        &self.blind_spots
    }

    /// Returns the longest window that is read whole.
    pub fn scanned_at_most(&self) -> TimeDelta {
        self.scanned_at_most
    }

    /// Tells whether the window is no longer than one that is read whole may be.
    pub fn is_short(&self) -> bool {
        self.window.length() <= self.scanned_at_most
    }

    /// Returns the requests allowed per call, account and region.
    pub fn lookup_requests(&self) -> u32 {
        self.policy.lookup_requests
    }

    /// Returns the time allowed per call.
    pub fn deadline(&self) -> Duration {
        self.policy.deadline
    }

    /// Returns the same scope with an earlier start, for widening.
    ///
    /// Errors: nothing, when `window` ends elsewhere, is longer than `max_window`, or reaches further back than the source keeps.
    pub fn with_window(&self, window: Window) -> Option<Self> {
        let kept = self.keeps_from.is_none_or(|floor| floor <= window.from);
        let within = window.to == self.window.to && window.from < window.to && window.length() <= self.max_window;
        (kept && within).then(|| Self { window, ..self.clone() })
    }

    /// Returns the same scope for looking up what is named exactly, as far back as `max_lookup_window` and the source allow.
    pub fn looking_back(&self) -> Self {
        let longest = TimeDelta::from_std(self.policy.longest_look_up()).unwrap_or(TimeDelta::MAX);
        let from = self.window.to.checked_sub_signed(longest).unwrap_or(self.window.from);
        let from = self.keeps_from.map_or(from, |floor| floor.max(from)).min(self.window.from);
        Self { window: Window { from, to: self.window.to }, ..self.clone() }
    }

    /// Returns the longest window that [`Scope::with_window`] accepts.
    pub fn widest_window(&self) -> Window {
        let from = self.window.to.checked_sub_signed(self.max_window).unwrap_or(self.window.from);
        let from = self.keeps_from.map_or(from, |floor| floor.max(from));
        Window { from: from.min(self.window.from), to: self.window.to }
    }
}
