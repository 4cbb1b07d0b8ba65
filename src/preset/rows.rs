//! Every preset. A new one is a row here, and a rule in [`super::question`] for how it is asked for in words.

use super::{Calls, Outcome, Parameter, Preset};
use crate::answer::table::Column::{
    Actor, Calls as Count, Cost, Error, Event, EventId, Failed, First, Hours, Instances, Ip, Key, Kind, Last, Mfa, Outcome as Went,
    PeakCalls, PeakFrom, Price, Principal, Reason, Region, Resource, Service, Time, Type, UsualCalls, Via, What,
};
use crate::answer::table::{Column, Keep, Layout, Order, Unit};
use crate::catalogue::{Category, Topic};

/// Each call a row, the latest first.
const fn listed(columns: &'static [Column]) -> Layout {
    Layout { unit: Unit::Call, key: &[EventId], columns, order: Order::Latest, keep: Keep::All }
}

/// Calls that are alike in `key` a row, those with most calls first.
const fn counted(key: &'static [Column], columns: &'static [Column]) -> Layout {
    Layout { unit: Unit::Call, key, columns, order: Order::Most(Count), keep: Keep::All }
}

/// A preset of changes that succeeded or not, which needs nothing.
const fn preset(name: &'static str, meaning: &'static str, noun: (&'static str, &'static str), calls: Calls, layout: Layout) -> Preset {
    Preset { name, meaning, noun, needs: &[], calls, outcome: Outcome::Any, reads: false, compares: false, layout, notes: &[] }
}

/// Columns of a list of changes.
const CHANGE: &[Column] = &[Time, Actor, What, Event, Error, Via, EventId];

/// Every preset, in the order in which they are listed.
pub static ALL: &[Preset] = &[
    Preset {
        needs: &[Parameter::Event],
        reads: true,
        ..preset(
            "who_did",
            "Who made a call, how often, and what it was made to last.",
            ("call", "calls"),
            Calls::Any,
            counted(&[Actor, Event], &[Actor, Event, Count, Failed, First, Last, Resource, EventId]),
        )
    },
    Preset {
        needs: &[Parameter::Actor],
        reads: true,
        ..preset(
            "actor_activity",
            "What a user, role, session, access key or IP address did, by call.",
            ("call", "calls"),
            Calls::Any,
            counted(&[Service, Event], &[Service, Event, Count, Failed, First, Last, Resource, EventId]),
        )
    },
    Preset {
        needs: &[Parameter::Resource],
        ..preset(
            "resource_history",
            "All changes that touch a resource, the latest first.",
            ("change", "changes"),
            Calls::Any,
            listed(CHANGE),
        )
    },
    preset(
        "changes",
        "All changes, the latest first; narrow it by service, category or actor.",
        ("change", "changes"),
        Calls::Changes,
        listed(CHANGE),
    ),
    preset("deletions", "What was deleted, and by whom.", ("call to delete", "calls to delete"), Calls::Deleting, listed(CHANGE)),
    preset(
        "iam_changes",
        "Changes of who may do what: users, roles, policies, keys, single sign-on.",
        ("IAM change", "IAM changes"),
        Calls::Of(Category::IamPolicy),
        listed(&[Time, Actor, What, Reason, Event, Error, EventId]),
    ),
    Preset {
        outcome: Outcome::Denied,
        reads: true,
        ..preset(
            "denied_calls",
            "Calls that were denied, by who made them.",
            ("denied call", "denied calls"),
            Calls::Any,
            counted(&[Actor, Service, Event, Error], &[Actor, Service, Event, Error, Count, First, Last, EventId]),
        )
    },
    Preset {
        outcome: Outcome::Failed,
        reads: true,
        ..preset(
            "failed_calls",
            "Calls that failed, by error.",
            ("failed call", "failed calls"),
            Calls::Any,
            counted(&[Service, Event, Error], &[Service, Event, Error, Count, First, Last, Actor, EventId]),
        )
    },
    Preset {
        outcome: Outcome::Failed,
        reads: true,
        notes: &["A spike is a stretch with at least 5 failures and 3 times as many as the others have on average."],
        ..preset(
            "error_spikes",
            "Errors that came in one stretch of the window far more often than in the others.",
            ("failed call in a spike", "failed calls in spikes"),
            Calls::Any,
            Layout {
                order: Order::Most(PeakCalls),
                keep: Keep::Spikes,
                ..counted(&[Service, Event, Error], &[Service, Event, Error, PeakFrom, PeakCalls, UsualCalls, Count, Actor, EventId])
            },
        )
    },
    preset(
        "console_logins",
        "Sign-ins to the console, with second factor and outcome.",
        ("console sign-in", "console sign-ins"),
        Calls::About(Topic::SignIn),
        listed(&[Time, Actor, Mfa, Went, Ip, EventId]),
    ),
    Preset {
        notes: &["Sign-ins through an identity provider are left out: CloudTrail does not tell whether that asked for a second factor."],
        ..preset(
            "logins_without_mfa",
            "Sign-ins to the console by password without a second factor.",
            ("console sign-in without MFA", "console sign-ins without MFA"),
            Calls::WithoutMfa,
            listed(&[Time, Actor, Went, Ip, EventId]),
        )
    },
    Preset {
        reads: true,
        ..preset(
            "root_use",
            "What the root user of the account did.",
            ("call as root", "calls as root"),
            Calls::ByRoot,
            counted(&[Service, Event, Ip], &[Service, Event, Count, Failed, First, Last, Ip, EventId]),
        )
    },
    preset(
        "bucket_deletions",
        "Buckets that were deleted, and by whom.",
        ("call to delete a bucket", "calls to delete a bucket"),
        Calls::About(Topic::BucketDeletion),
        listed(CHANGE),
    ),
    Preset {
        outcome: Outcome::Succeeded,
        notes: &["Every opening is listed, whoever it lets in; what lets in anybody says 0.0.0.0/0 or ::/0."],
        ..preset(
            "security_group_openings",
            "Rules that let something in through a security group.",
            ("security group opening", "security group openings"),
            Calls::About(Topic::Admission),
            listed(&[Time, Actor, What, Reason, Via, EventId]),
        )
    },
    Preset {
        outcome: Outcome::Succeeded,
        ..preset(
            "launches",
            "Instances launched, by user and type.",
            ("launching call", "launching calls"),
            Calls::About(Topic::Machines),
            Layout {
                unit: Unit::Machine,
                order: Order::Most(Instances),
                ..counted(&[Actor, Type], &[Actor, Type, Instances, Count, First, Last, EventId])
            },
        )
    },
    Preset {
        outcome: Outcome::Succeeded,
        notes: &[
            "Hours run from the launch to the stop or end that was read, else to the window's end; what was launched before the window is left out.",
            "CloudTrail holds no prices: cost is hours times the `prices` that the caller gives, on demand and without volumes or traffic.",
        ],
        ..preset(
            "launch_cost",
            "Hours that launched instances ran, by type; with `prices` per hour what they cost.",
            ("launching call", "launching calls"),
            Calls::About(Topic::Machines),
            Layout {
                unit: Unit::Machine,
                order: Order::Most(Hours),
                ..counted(&[Type], &[Type, Instances, Hours, Price, Cost, Count, Actor, EventId])
            },
        )
    },
    Preset {
        compares: true,
        notes: &["They are new against the window as long before, which was read as well; calls that only read are not looked at."],
        ..preset(
            "first_seen_actors",
            "Who made changes in the window and none in the window as long before.",
            ("change by a new actor", "changes by new actors"),
            Calls::Changes,
            Layout {
                order: Order::Latest,
                keep: Keep::New,
                ..counted(&[Principal], &[Principal, Kind, First, Count, What, Ip, Via, EventId])
            },
        )
    },
    preset(
        "trail_changes",
        "Changes of what CloudTrail records: trails, event data stores, selectors.",
        ("change of what is recorded", "changes of what is recorded"),
        Calls::About(Topic::Recording),
        listed(CHANGE),
    ),
    Preset {
        reads: true,
        ..preset(
            "data_access",
            "Who read or wrote data, such as objects and items, where the source holds data events.",
            ("data event", "data events"),
            Calls::OnData,
            counted(&[Actor, Event], &[Actor, Key, Service, Event, Count, Failed, First, Last, Resource, Region, EventId]),
        )
    },
];
