//! From an event to its class: the row of the table, or what verb and service tell of an event that has none.

use super::aspect::{Aspects, aspects};
use super::row::{Delay, Kind, Noise, Row};
use super::service::{self, Service};
use super::tag::{begins_with_tags, is_housekeeping, is_tagging};
use super::verb::{self, Sets, Verb};
use super::{Category, rows};
use crate::event::{ActorKind, Event, EventCategory, Partition, Via};

/// What the catalogue says of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    /// The group it is shown in.
    pub category: Category,
    /// 0 to 100: how often such a change is what broke something.
    pub weight: u8,
    /// How long it usually takes to be felt.
    pub delay: Delay,
    /// What it acts on, and so what it can break.
    pub aspects: Aspects,
    /// Whether it changes no configuration: heartbeats, churn by services, data events, reads.
    pub noise: bool,
    /// Whether it adds to what is there and puts nothing in the place of anything.
    pub adds: bool,
    /// Whether it is judged by whom it lets in: where its values have no severity, it exposes nothing.
    pub admits: bool,
    /// Whether its verb says that there is less than before.
    pub lessens: bool,
    /// Whether it deletes what it is made to.
    pub deletes: bool,
    /// Whether it only watches or reports: alarms, dashboards, reports. It may blind who looks, and breaks nothing that runs.
    pub watches: bool,
    /// Whether a trail or event data store may record less after it.
    pub blinds: bool,
    /// Whether its verb can give back what an earlier call had taken.
    pub gives_back: bool,
    /// How it writes what it sets.
    pub sets: Sets,
    /// Whether it sets tags.
    pub tags: bool,
}

/// Weight of whatever is noise, so that it ranks under every change.
const NOISE_WEIGHT: u8 = 3;

/// Weight of whatever sets nothing but tags.
const TAGS_WEIGHT: u8 = 6;

/// Weight of tags by which something selects: what a load balancer or an autoscaler finds its subnets and groups by.
const SELECTED_WEIGHT: u8 = 45;

/// Classifies an event by service and name; case does not matter.
pub fn classify(event: &Event) -> Class {
    let (row, verb) = (rows::find(event.service(), &event.name), Verb::of(&event.name));
    let service = service::find_canonical(event.service());
    let kind = row.and_then(|row| row.kind).unwrap_or_else(|| by_verb(event, service));
    let aspects = aspects(event);
    let selected = aspects.selects();
    let noise = !selected && is_noise(event, row, service);
    Class {
        category: kind.category,
        weight: match () {
            () if noise => kind.weight.min(NOISE_WEIGHT),
            () if selected => kind.weight.max(SELECTED_WEIGHT),
            () => kind.weight,
        },
        delay: kind.delay,
        aspects,
        noise,
        adds: row.is_some_and(|row| row.adds) || verb.adds && !replaces(&event.name, kind.category),
        admits: row.is_some_and(|row| row.admits),
        lessens: Verb::of_batch(&event.name).lessens,
        deletes: row.is_some_and(|row| row.deletes) || Verb::of_batch(&event.name).deletes,
        watches: row.is_some_and(|row| row.watches),
        blinds: row.is_some_and(|row| row.blinds),
        gives_back: verb.gives_back,
        sets: verb.sets,
        tags: is_tagging(&event.name),
    }
}

// ---- events without a row

/// EC2 is many services in one: nouns of its unknown events, in order, against the name in lower case.
#[rustfmt::skip] // Words read best in lines.
const EC2_NOUNS: &[(&[&str], Category)] = &[
    (&["securitygroup"], Category::SecurityGroup),
    (&["volume", "snapshot", "ebs", "fastsnapshot"], Category::Storage),
    (&["launchtemplate"], Category::AutoScaling),
    (&["flowlog", "trafficmirror"], Category::Observability),
    (
        &[
            "networkinterface", "route", "gateway", "subnet", "vpc", "acl", "address", "endpoint", "peering", "transit", "vpn",
            "dhcp", "prefixlist", "ipam", "cidr", "clientvpn", "carrier",
        ],
        Category::Networking,
    ),
    (&["instance", "image", "spot", "fleet", "host", "keypair", "capacity", "placement"], Category::Ec2Lifecycle),
];

fn by_verb(event: &Event, service: Option<&Service>) -> Kind {
    let verb = Verb::of_batch(&event.name);
    let (weight, delay) = if begins_with_tags(&event.name) { (TAGS_WEIGHT, Delay::Minutes) } else { (verb.weight, verb.delay) };
    let category = match service {
        Some(service) => service.category,
        None if event.service() == "ec2" => by_noun(&event.name.to_ascii_lowercase()),
        None => Category::Other,
    };
    Kind { category, weight, delay }
}

fn by_noun(lower_name: &str) -> Category {
    let found = EC2_NOUNS.iter().find(|(nouns, _)| nouns.iter().any(|noun| lower_name.contains(noun)));
    found.map_or(Category::Other, |(_, category)| *category)
}

/// Tells whether a call puts something in the place of what is there; starting a deployment does.
fn replaces(name: &str, category: Category) -> bool {
    verb::replaces(name) || category == Category::Deployment && name.starts_with("Start")
}

fn is_noise(event: &Event, row: Option<&Row>, service: Option<&Service>) -> bool {
    let by_row = || match row.map_or(Noise::Never, |row| row.noise) {
        Noise::Never => false,
        Noise::Always => true,
        Noise::Reaction => by_a_service(event),
    };
    event.read_only
        // An insight tells that calls were unusual in number; the calls are what may be to blame.
        || matches!(event.category, EventCategory::Data | EventCategory::Insight)
        || is_housekeeping(&event.name)
        || service.is_some_and(|service| service.noise)
        || by_row()
}

fn by_a_service(event: &Event) -> bool {
    event.actor.kind == ActorKind::Service
        || event.actor.via == Via::Service
        || event.actor.kind != ActorKind::Agent && event.source_ip.as_deref().is_some_and(|ip| Partition::service(ip).is_some())
}
