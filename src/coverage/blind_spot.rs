//! What cannot be seen by nature or by policy.

use chrono::{DateTime, Utc};

use super::{Failure, Profile, Survey};

/// What cannot be seen by nature or by policy, however much is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlindSpot {
    /// What the source never holds.
    NeverHeld(&'static Profile),
    /// What the source no longer keeps, which is all before this instant.
    KeptSince(&'static Profile, DateTime<Utc>),
    /// What other categories there are than these, by the contract's names: policy shows no others.
    OtherCategories(Vec<&'static str>),
    /// Regions that are newer than this version, which knows so many.
    UnknownRegions(usize),
    /// A place of the alert that is named like no region.
    NoRegionName,
    /// Other regions than those that were assumed, as none was named.
    Assumed(RegionGuess),
    /// IAM and other global events: policy does not allow the region that they are in.
    GlobalNotAllowed(&'static str),
    /// IAM and other global events: the source has nothing of the region that they are in.
    GlobalNotHeld(&'static Profile, &'static str),
    /// Events of the named resources that are filed under other names.
    OtherNames,
    /// Sessions of a role that no call to assume it tells of.
    OtherSessions,
    /// Events that only read.
    Reads,
    /// Whether files of these places, by account and region, are missing, altered or added: digests do not prove that none is.
    NotProven(Vec<(String, String)>),
    /// Files that are no logs.
    NoLogs(Survey),
    /// Regions that are not enabled for the credentials.
    NotEnabled(Vec<String>),
    /// What no trail records or delivers.
    Trail(TrailGap),
    /// Whether trails record is not known, or not all of it.
    TrailsUnknown(TrailsUnread),
    /// Changes in the window after which trails may record, deliver or keep less; so many more there are.
    RecordingChanged(Vec<RecordingChange>, usize),
    /// Requests that the policy of a VPC endpoint denied.
    EndpointDenials,
}

/// A change after which trails may record, deliver or keep less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingChange {
    /// The call.
    pub name: String,
    /// What it changed.
    pub target: String,
    /// When.
    pub time: DateTime<Utc>,
    /// Its event.
    pub event_id: String,
}

/// What no trail records or delivers, so that only event history has it, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrailGap {
    /// There is no trail.
    NoTrail,
    /// A trail is stopped.
    Stopped {
        /// Its name.
        trail: String,
        /// Since when.
        since: Option<DateTime<Utc>>,
    },
    /// A trail cannot deliver.
    NotDelivered {
        /// Its name.
        trail: String,
        /// When it last did.
        since: Option<DateTime<Utc>>,
    },
    /// No trail records these regions.
    Regions(Vec<String>),
    /// Changes are not recorded, or not all of them.
    Writes,
    /// Global services are not recorded.
    Global,
    /// Management events of this service are excluded.
    Excluded(&'static str),
    /// Data events of these kinds are not recorded, or not all of them.
    Data(Vec<&'static str>),
}

/// Why it is not known whether trails record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrailsUnread {
    /// A call gave nothing that needs this permission.
    Unread(&'static str, Failure),
    /// It was not told by the time that the answer was due.
    NotInTime,
    /// In so many regions nobody asked, and no trail of all regions is known that records there.
    NotAsked(usize),
}

/// The regions that were assumed, as none was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegionGuess {
    /// These of the allowed ones; so many more there are.
    Allowed(Vec<String>, usize),
    /// The one of the AWS configuration.
    Configured(String),
    /// The one that is taken where nothing tells.
    Default(&'static str),
}
