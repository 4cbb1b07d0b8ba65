//! Which services an alert speaks of: by an action, a host or a namespace in its text, or by a word.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::phrase::Text;
use crate::catalogue::service::{canonical_service, service_called, service_names};

/// The services that an alert speaks of, by the short names of `eventSource`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spoken {
    /// Those of actions, hosts and namespaces: `kms` of `kms:Decrypt`, `es` of `AWS/ES`.
    pub named: BTreeSet<&'static str>,
    /// Those of words: `lambda` of "the lambda fails".
    pub told: BTreeSet<&'static str>,
    /// The actions themselves, in lower case: `kms:decrypt`.
    pub actions: BTreeSet<String>,
}

/// Words of alerts, and of what runs on AWS, and the services that they are about.
#[rustfmt::skip] // Words read best in lines.
const WORDS: &[(&str, &[&str])] = &[
    ("lambda", &["lambda"]),
    ("ecs fargate task tasks", &["ecs"]),
    ("eks kubernetes kubectl kubelet kube pod pods k8s", &["eks"]),
    ("ecr", &["ecr"]),
    ("rds aurora postgres postgresql psycopg2 psql mysql mariadb sqlserver oracle jdbc 5432 3306", &["rds"]),
    ("dynamodb", &["dynamodb"]),
    ("redis valkey elasticache memcached 6379", &["elasticache", "memorydb"]),
    ("opensearch elasticsearch", &["es", "aoss"]),
    ("kafka msk 9092 9098", &["kafka"]),
    ("redshift", &["redshift"]),
    ("s3 bucket buckets", &["s3"]),
    ("efs nfs", &["elasticfilesystem"]),
    ("sqs queue", &["sqs"]),
    ("sns topic", &["sns"]),
    ("eventbridge", &["events", "scheduler", "pipes"]),
    ("kinesis", &["kinesis"]),
    ("firehose", &["firehose"]),
    ("ses smtp", &["ses"]),
    ("apigateway", &["apigateway"]),
    ("appsync graphql", &["appsync"]),
    ("cloudfront cdn", &["cloudfront"]),
    ("waf", &["wafv2"]),
    ("route53 dns", &["route53", "route53resolver"]),
    ("alb elb nlb", &["elasticloadbalancing"]),
    ("asg autoscaling", &["autoscaling"]),
    ("cognito", &["cognito-idp", "cognito-identity"]),
    ("kms", &["kms"]),
    ("ssm", &["ssm"]),
    ("acm", &["acm"]),
    ("cloudtrail", &["cloudtrail"]),
    ("guardduty", &["guardduty"]),
    ("glue", &["glue"]),
    ("sagemaker", &["sagemaker"]),
    ("bedrock", &["bedrock"]),
    ("batch", &["batch"]),
    ("codebuild", &["codebuild"]),
    ("codepipeline", &["codepipeline"]),
];

/// Services of which people speak in two words.
const PAIRS: &[(&str, &str, &str)] = &[
    ("step", "functions", "states"),
    ("state", "machine", "states"),
    ("api", "gateway", "apigateway"),
    ("load", "balancer", "elasticloadbalancing"),
    ("secrets", "manager", "secretsmanager"),
    ("parameter", "store", "ssm"),
    ("user", "pool", "cognito-idp"),
    ("event", "bus", "events"),
    ("log", "group", "logs"),
];

/// `kms:Decrypt`, `AWS/ES`, `Service: AWSKMS`, and hosts such as `sqs.eu-west-1.amazonaws.com` or `x.eu-west-1.es.amazonaws.com`.
#[expect(clippy::expect_used, reason = "a literal pattern")]
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x) \b(?<action>(?<service>[a-z][a-z0-9-]{1,30}):(?:[A-Z][A-Za-z0-9]{2,60}))\b
        | \b(?i:AWS)/(?<space>[A-Za-z0-9]{2,30})\b
        | \bService:\s*(?:Amazon|AWS)?(?<of>[A-Za-z0-9]{2,30})\b
        | (?<host>[a-z0-9.-]{1,200})\.amazonaws\.com\b",
    )
    .expect("pattern")
});

impl Spoken {
    pub(super) fn of(words: &str, text: &Text) -> Self {
        let mut spoken = Self::default();
        for found in NAMED.captures_iter(words) {
            if let (Some(service), Some(action)) = (found.name("service").and_then(|name| known(name.as_str())), found.name("action")) {
                spoken.named.insert(service);
                spoken.actions.insert(action.as_str().to_lowercase());
            }
            spoken.named.extend(["space", "of"].iter().filter_map(|name| known(found.name(name)?.as_str())));
            spoken.named.extend(found.name("host").into_iter().flat_map(|host| host.as_str().split('.')).filter_map(of_host));
        }
        let words: Vec<&str> = text.words().collect();
        for word in &words {
            let of_word = WORDS.iter().filter(|(spoken, _)| spoken.split(' ').any(|one| one == *word));
            spoken.told.extend(of_word.flat_map(|(_, services)| services.iter().copied()));
        }
        let pairs = words.iter().zip(words.iter().skip(1));
        for (first, second) in pairs {
            spoken.told.extend(PAIRS.iter().filter(|(one, two, _)| one == first && two == second).map(|(.., service)| *service));
        }
        spoken
    }

    /// Tells whether a service is among those that are named.
    pub fn names(&self, service: &str) -> bool {
        self.named.contains(canonical_service(service))
    }

    /// Tells whether a service is among those that are spoken of.
    pub fn tells(&self, service: &str) -> bool {
        self.told.contains(canonical_service(service))
    }
}

/// Labels of hosts of AWS that are no services of an alert, but of whatever asks.
fn of_host(label: &str) -> Option<&'static str> {
    match label {
        "dkr" | "ecr" => Some("ecr"),
        "cache" => Some("elasticache"),
        "elb" => Some("elasticloadbalancing"),
        "execute-api" => Some("apigateway"),
        label => known(label),
    }
}

/// Returns the one name of a service that is known to exist, however it is called.
fn known(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let spelt = service_called(&name).or_else(|| service_names().find(|known| *known == name)).or(match name.as_str() {
        "applicationelb" | "networkelb" => Some("elasticloadbalancing"),
        "containerinsights" => Some("ecs"),
        "usage" | "support" | "account" | "health" => None,
        _ => None,
    })?;
    Some(canonical_service(spelt))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(words: &str) -> Vec<&'static str> {
        Spoken::of(words, &Text::of(words)).named.into_iter().collect()
    }

    #[test]
    fn an_action_a_host_and_a_namespace_name_a_service() {
        assert_eq!(named("is not authorized to perform: s3:GetObject on resource"), ["s3"]);
        assert_eq!(named("Namespace: AWS/ES"), ["es"]);
        assert_eq!(named("AWS/Lambda Invocations"), ["lambda"]);
        assert_eq!(named("null (Service: AWSKMS; Status Code: 400)"), ["kms"]);
        assert_eq!(named("flow.cx8p2l.eu-west-2.rds.amazonaws.com refused"), ["rds"]);
        assert_eq!(named("Get https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/"), ["ecr"]);
        assert_eq!(named("note:This is prose, as in 12:30"), Vec::<&str>::new());
    }

    #[test]
    fn a_word_tells_a_service() {
        let told = |words: &str| Spoken::of(words, &Text::of(words)).told.into_iter().collect::<Vec<_>>();
        assert_eq!(told("psycopg2.OperationalError"), ["rds"]);
        assert_eq!(told("the state machine fails"), ["states"]);
    }
}
