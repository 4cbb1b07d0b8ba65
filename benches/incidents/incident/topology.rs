//! The account an incident happens in: a handful of services, each with its own resources, known by names and ids.

use std::collections::HashMap;

use super::naming::{Habit, Style};
use super::random::Random;

/// The resources of one service by the short names that templates use (`$db`, `$sgdb`).
pub(crate) type Names = HashMap<&'static str, String>;

/// One AWS account with its services; the first one is the victim.
#[derive(Debug)]
pub(crate) struct World {
    /// The account id.
    pub(crate) account: &'static str,
    /// The region where everything that is not global lives.
    pub(crate) region: &'static str,
    /// A second region with some traffic of its own.
    pub(crate) second_region: &'static str,
    /// At least six services.
    pub(crate) services: Vec<Names>,
    /// Two services in the second region.
    pub(crate) abroad: Vec<Names>,
}

const REGIONS: &[&str] = &["us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-2"];
const SERVICES: &[&str] = &[
    "checkout",
    "payments",
    "search",
    "catalog",
    "inventory",
    "orders",
    "identity",
    "billing",
    "shipping",
    "reviews",
    "pricing",
    "sessions",
    "notifications",
    "reports",
    "ledger",
    "media",
    "recommendations",
    "profile",
    "cart",
    "fulfilment",
];
const TEAMS: &[&str] = &["atlas", "borealis", "cobalt", "dune", "ember", "fjord"];
const STAGES: &[&str] = &["prod", "production", "live", "prd"];

impl World {
    /// Lays out an account. Errors: none; the same random stream gives the same account.
    pub(crate) fn new(random: &mut Random, habit: Habit) -> Self {
        let account = random.word(&["111122223333", "444455556666"]);
        let region = random.word(REGIONS);
        let others: Vec<&'static str> = REGIONS.iter().copied().filter(|r| *r != region).collect();
        let second_region = random.word(&others);
        let (vpc, trail) = (
            format!("vpc-0{}", random.hex(16)),
            format!("{}-{}", random.word(&["org", "main", "audit"]), random.word(&["trail", "events"])),
        );
        let start = random.between(0, 19);
        let named = |n: i64| SERVICES.get(usize::try_from((start + n * 7) % 20).unwrap_or(0)).copied().unwrap_or("checkout");
        let count = random.between(6, 10);
        let style = Style::of(habit, random);
        let mut owned = |n: i64, region: &str| {
            let own = style.service(named(n), start + n);
            let mut names = service(random, &own, style, account, region, &vpc, &trail);
            names.insert("said", named(n).to_owned());
            names
        };
        let services = (0..count).map(|n| owned(n, region)).collect();
        let abroad = (count..count + 2).map(|n| owned(n, second_region)).collect();
        Self { account, region, second_region, services, abroad }
    }
}

/// Names and numbers everything one service owns.
fn service(random: &mut Random, svc: &str, naming: Style, account: &str, region: &str, vpc: &str, trail: &str) -> Names {
    let stage = random.word(STAGES);
    let style = random.between(0, 3);
    let name = |what: &str| match style {
        0 => format!("{svc}-{what}"),
        1 => format!("{stage}-{svc}-{what}"),
        2 => format!("{svc}-{stage}-{what}"),
        _ => format!("{}-{svc}-{what}", stage.chars().next().unwrap_or('p')),
    };
    let mut names = Names::new();
    for (key, value) in [
        ("svc", svc.to_owned()),
        ("stage", stage.to_owned()),
        ("team", random.word(TEAMS).to_owned()),
        ("account", account.to_owned()),
        ("region", region.to_owned()),
        ("vpc", vpc.to_owned()),
        ("trail", trail.to_owned()),
        ("az", format!("{region}{}", random.word(&["a", "b", "c"]))),
    ] {
        names.insert(key, value);
    }
    for (key, prefix) in IDS {
        names.insert(key, format!("{prefix}0{}", random.hex(16)));
    }
    for (key, what) in OWN_NAMES {
        names.insert(key, naming.thing(svc, what, random).unwrap_or_else(|| name(what)));
    }
    let rev = random.between(20, 300);
    let lower = |random: &mut Random, n: usize| random.letters(n).to_lowercase();
    for (key, value) in [
        ("key", random.uuid()),
        ("esm", random.uuid()),
        ("sub", random.uuid()),
        ("certid", random.uuid()),
        ("waclid", random.uuid()),
        ("ipsetid", random.uuid()),
        ("lbhash", random.hex(16)),
        ("tghash", random.hex(16)),
        ("listenerhash", random.hex(16)),
        ("rulehash", random.hex(16)),
        ("zone", format!("Z{}", random.letters(13))),
        ("dist", format!("E{}", random.letters(13))),
        ("api", lower(random, 10)),
        ("secretsuffix", random.letters(6)),
        ("eip", format!("eipalloc-0{}", random.hex(16))),
        ("ip", format!("192.0.2.{}", random.between(10, 250))),
        ("ip10", format!("10.{}.{}.{}", random.between(0, 40), random.between(0, 250), random.between(4, 250))),
        ("cidr", format!("10.{}.{}.0/24", random.between(0, 40), random.between(0, 250))),
        ("cachecluster", format!("{}-00{}", names.get("cache").cloned().unwrap_or_default(), random.between(1, 3))),
        ("rev", rev.to_string()),
        ("nextrev", (rev + 1).to_string()),
        ("dbport", random.word(&["5432", "3306"]).to_owned()),
    ] {
        names.insert(key, value);
    }
    for (key, template) in DERIVED {
        let value = fill(template, &names);
        names.insert(key, value);
    }
    names
}

/// Replaces `$name` by what stands in `names`; an unknown name stays.
pub(crate) fn fill(template: &str, names: &Names) -> String {
    fill_with(template, |key| names.get(key).cloned())
}

/// Replaces `$name` by what `lookup` gives for it; an unknown name stays.
pub(crate) fn fill_with(template: &str, mut lookup: impl FnMut(&str) -> Option<String>) -> String {
    let mut text = String::with_capacity(template.len() * 2);
    let mut parts = template.split('$');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit()).unwrap_or(part.len());
        let (key, rest) = part.split_at_checked(end).unwrap_or((part, ""));
        if let Some(value) = lookup(key) {
            text.push_str(&value);
        } else {
            text.push('$');
            text.push_str(key);
        }
        text.push_str(rest);
    }
    text
}

const IDS: &[(&str, &str)] = &[
    ("subnet", "subnet-"),
    ("subnet2", "subnet-"),
    ("rtb", "rtb-"),
    ("nat", "nat-"),
    ("igw", "igw-"),
    ("tgw", "tgw-"),
    ("acl", "acl-"),
    ("vpce", "vpce-"),
    ("fl", "fl-"),
    ("eni", "eni-"),
    ("sgapp", "sg-"),
    ("sgdb", "sg-"),
    ("sglb", "sg-"),
    ("sgr", "sgr-"),
    ("i1", "i-"),
    ("i2", "i-"),
    ("i3", "i-"),
    ("vol", "vol-"),
    ("ami", "ami-"),
    ("amib", "ami-"),
    ("lt", "lt-"),
    ("fs", "fs-"),
    ("mt", "fsmt-"),
];

const OWN_NAMES: &[(&str, &str)] = &[
    ("asg", "asg"),
    ("ltname", "lt"),
    ("lb", "alb"),
    ("tg", "tg"),
    ("cluster", "cluster"),
    ("ecs", "api"),
    ("td", "api"),
    ("fn", "worker"),
    ("role", "role"),
    ("profile", "instance-profile"),
    ("policy", "policy"),
    ("eks", "eks"),
    ("ng", "workers"),
    ("db", "db"),
    ("dbcluster", "aurora"),
    ("dbpg", "pg"),
    ("dbsubnet", "db-subnets"),
    ("cache", "cache"),
    ("cachepg", "cache-params"),
    ("table", "items"),
    ("queue", "jobs"),
    ("dlq", "jobs-dlq"),
    ("topic", "events"),
    ("evrule", "schedule"),
    ("bucket", "assets-store"),
    ("sm", "flow"),
    ("alarm", "alarm"),
    ("wacl", "waf"),
    ("ipset", "allow-list"),
    ("stack", "stack"),
    ("pipeline", "pipeline"),
    ("domain", "index"),
    ("stream", "stream"),
    ("group", "sg"),
];

const DERIVED: &[(&str, &str)] = &[
    ("lbdim", "app/$lb/$lbhash"),
    ("tgdim", "targetgroup/$tg/$tghash"),
    ("lbarn", "arn:aws:elasticloadbalancing:$region:$account:loadbalancer/app/$lb/$lbhash"),
    ("tgarn", "arn:aws:elasticloadbalancing:$region:$account:targetgroup/$tg/$tghash"),
    ("listener", "arn:aws:elasticloadbalancing:$region:$account:listener/app/$lb/$lbhash/$listenerhash"),
    ("lbrule", "arn:aws:elasticloadbalancing:$region:$account:listener-rule/app/$lb/$lbhash/$listenerhash/$rulehash"),
    ("clusterarn", "arn:aws:ecs:$region:$account:cluster/$cluster"),
    ("ecsarn", "arn:aws:ecs:$region:$account:service/$cluster/$ecs"),
    ("tdarn", "arn:aws:ecs:$region:$account:task-definition/$td"),
    ("image", "$account.dkr.ecr.$region.amazonaws.com/$svc"),
    ("fnarn", "arn:aws:lambda:$region:$account:function:$fn"),
    ("rolearn", "arn:aws:iam::$account:role/$role"),
    ("policyarn", "arn:aws:iam::$account:policy/$policy"),
    ("dbarn", "arn:aws:rds:$region:$account:db:$db"),
    ("tablearn", "arn:aws:dynamodb:$region:$account:table/$table"),
    ("queueurl", "https://sqs.$region.amazonaws.com/$account/$queue"),
    ("queuearn", "arn:aws:sqs:$region:$account:$queue"),
    ("dlqarn", "arn:aws:sqs:$region:$account:$dlq"),
    ("topicarn", "arn:aws:sns:$region:$account:$topic"),
    ("subarn", "$topicarn:$sub"),
    ("secret", "$stage/$svc/db"),
    ("secretarn", "arn:aws:secretsmanager:$region:$account:secret:$secret-$secretsuffix"),
    ("param", "/$stage/$svc"),
    ("keyarn", "arn:aws:kms:$region:$account:key/$key"),
    ("keyalias", "alias/$svc-$stage"),
    ("dns", "$svc.example.com"),
    ("certarn", "arn:aws:acm:$region:$account:certificate/$certid"),
    ("smarn", "arn:aws:states:$region:$account:stateMachine:$sm"),
    ("loggroup", "/$stage/$svc/app"),
    ("fnlogs", "/aws/lambda/$fn"),
    ("trailarn", "arn:aws:cloudtrail:$region:$account:trail/$trail"),
    ("waclarn", "arn:aws:wafv2:$region:$account:regional/webacl/$wacl/$waclid"),
    ("domainarn", "arn:aws:es:$region:$account:domain/$domain"),
    ("streamarn", "arn:aws:kinesis:$region:$account:stream/$stream"),
    ("dbhost", "$db.c1example.$region.rds.amazonaws.com"),
];
