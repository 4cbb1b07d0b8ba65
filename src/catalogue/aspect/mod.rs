//! What a change acts on, and so what it can break: by the nouns of its name, and by the keys of its request where the noun is a whole thing.
//!
//! A row says otherwise where its name misleads.

mod key;
mod noun;

use super::json_path::Flat;
use super::verb::{Sets, Verb};
use crate::event::Event;

/// One thing that a change acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Aspect {
    /// DNS records, zones and resolvers; names that services give to what they run.
    NameResolution,
    /// Security groups, prefix lists, firewalls.
    Firewall,
    /// Network ACLs.
    NetworkAcl,
    /// Route tables, subnets, networks.
    Route,
    /// NAT and internet gateways, public addresses: the way out, and what the way out looks like from there.
    Egress,
    /// Endpoints of services inside a network.
    PrivateLink,
    /// Peerings, transit gateways, VPNs, lines.
    Interconnect,
    /// Network interfaces and their addresses.
    Interface,
    /// Content delivery and accelerators.
    Cdn,
    /// Web ACLs and their rules.
    WebFirewall,
    /// Load balancers, listeners and their rules.
    Listener,
    /// Targets, target groups and health checks.
    Target,
    /// Certificates and authorities, and how TLS is spoken.
    Certificate,
    /// Secrets, passwords and database users.
    Secret,
    /// Encryption keys, their policies and grants, and which key encrypts what.
    Key,
    /// Roles, users, who may become whom, who is let into a cluster.
    Identity,
    /// Access keys and console passwords.
    AccessKey,
    /// Policies of whoever acts, boundaries and organisations' denials.
    Permission,
    /// Who may use this very thing: policies of queues, topics, functions, secrets, repositories.
    ResourcePolicy,
    /// User pools, their clients and identity providers.
    SignIn,
    /// Buckets themselves.
    Bucket,
    /// Who may read and write a bucket, and from where.
    BucketAccess,
    /// How long objects and images live, and which version of them.
    ObjectLife,
    /// Volumes and storage sizes.
    Volume,
    /// File systems and their mounts.
    FileSystem,
    /// Backups and snapshots.
    Backup,
    /// What carries messages and events from one thing to another: subscriptions, rules, mappings, notifications.
    Delivery,
    /// When something starts by itself.
    Schedule,
    /// Queues, topics and streams, and how they hold what they carry.
    Queue,
    /// New code, images, templates and versions put to work.
    Code,
    /// What code runs with: environment, memory, time, runtime.
    Runtime,
    /// Workflows, jobs and pipelines.
    Workflow,
    /// Concurrency, throttles, quotas, provisioned throughput.
    Limit,
    /// How many machines or tasks there are.
    Scaling,
    /// How large they are.
    MachineType,
    /// Machines started, stopped, ended.
    InstanceState,
    /// Images that machines and tasks start from.
    Image,
    /// Clusters of containers: access, version, add-ons.
    Cluster,
    /// Databases, caches and search clusters themselves.
    Database,
    /// Their parameters and options.
    DatabaseParameter,
    /// Their engine's version and maintenance.
    DatabaseEngine,
    /// Replicas and failover.
    Replica,
    /// Tables and indexes.
    Table,
    /// Parameters and configuration that programs read.
    Configuration,
    /// Stages, methods, routes and integrations of APIs.
    ApiMethod,
    /// Authorizers, API keys and usage plans.
    ApiAccess,
    /// Mail identities and sending.
    Mail,
    /// Alarms, metrics, dashboards.
    Watch,
    /// Trails, flow logs, recorders, detectors.
    Trail,
    /// Log groups and where logs go.
    LogDelivery,
    /// Tags.
    Tags,
    /// A thing that answers is gone, stopped or made anew.
    Existence,
}

/// A set of aspects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aspects(u64);

impl Aspects {
    /// No aspect: nothing is known of what the change acts on.
    pub const NONE: Self = Self(0);

    /// Returns the set of `aspects`.
    pub const fn of(mut aspects: &[Aspect]) -> Self {
        let mut bits = 0;
        while let [first, rest @ ..] = aspects {
            bits |= 1 << *first as u64;
            aspects = rest;
        }
        Self(bits)
    }

    /// Returns all that is in one of the two.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Tells whether something is in both.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Tells whether `aspect` is in it.
    pub const fn has(self, aspect: Aspect) -> bool {
        self.meets(Self::of(&[aspect]))
    }

    /// Tells whether nothing is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    const fn len(self) -> u32 {
        self.0.count_ones()
    }
}

/// What takes the place of what is there, or stands before it, when it is added: an endpoint captures traffic, a rule comes first.
const CAPTURING: Aspects = Aspects::of(&[
    Aspect::NameResolution,
    Aspect::NetworkAcl,
    Aspect::Route,
    Aspect::Egress,
    Aspect::PrivateLink,
    Aspect::Cdn,
    Aspect::WebFirewall,
    Aspect::Listener,
]);

/// What many things of other names depend on: networks, rights, keys, quotas, images.
const SHARED: Aspects = Aspects::of(&[
    Aspect::NameResolution,
    Aspect::Firewall,
    Aspect::NetworkAcl,
    Aspect::Route,
    Aspect::Egress,
    Aspect::PrivateLink,
    Aspect::Interconnect,
    Aspect::WebFirewall,
    Aspect::Certificate,
    Aspect::Key,
    Aspect::Identity,
    Aspect::Permission,
    Aspect::Limit,
    Aspect::Image,
    Aspect::Cluster,
]);

/// What a machine, a task or a function needs to start.
const NEEDED_AT_START: Aspects = Aspects::of(&[
    Aspect::Route,
    Aspect::Egress,
    Aspect::PrivateLink,
    Aspect::Interface,
    Aspect::Secret,
    Aspect::Key,
    Aspect::Identity,
    Aspect::Permission,
    Aspect::ResourcePolicy,
    Aspect::ObjectLife,
    Aspect::Code,
    Aspect::Runtime,
    Aspect::Image,
    Aspect::Configuration,
    Aspect::LogDelivery,
    Aspect::Tags,
    Aspect::Existence,
]);

impl Aspects {
    /// Tells whether many things of other names depend on such a thing.
    pub const fn are_shared(self) -> bool {
        self.meets(SHARED)
    }

    /// Tells whether such a thing is needed when something starts, and not felt by what runs already.
    pub const fn are_felt_at_start(self) -> bool {
        self.meets(NEEDED_AT_START)
    }

    /// Tells whether an addition to such a thing can stand in the way of what is there.
    pub const fn captures(self) -> bool {
        self.meets(CAPTURING)
    }
}

/// A request that writes more aspects than this writes all that there is, and tells nothing of what is new.
const EVERYTHING: u32 = 7;

/// Works out what an event acts on.
///
/// Shape: empty where neither its service nor its nouns are known.
pub(super) fn aspects(event: &Event) -> Aspects {
    let Some(noun) = noun::of(event.service(), &event.name) else { return Aspects::NONE };
    let verb = Verb::of_batch(&event.name);
    let mut aspects = noun.aspects;
    if noun.whole && verb.sets != Sets::Nothing {
        let set = key::of(&Flat::of(event.request()));
        if !set.is_empty() && set.len() <= EVERYTHING {
            aspects = set;
        }
    } else if aspects == TAGS {
        aspects = aspects.or(key::of_selectors(&Flat::of(event.request())));
    }
    if noun.whole && verb.lessens { aspects.or(Aspects::of(&[Aspect::Existence])) } else { aspects }
}

const TAGS: Aspects = Aspects::of(&[Aspect::Tags]);

impl Aspects {
    /// Tells whether something selects by the tags that are set, so that they are more than labels.
    pub(super) fn selects(self) -> bool {
        self.has(Aspect::Tags) && self != TAGS
    }
}

#[cfg(test)]
mod tests {
    use super::Aspect::*;
    use super::*;
    use serde_json::{Value, json};

    fn of(service: &str, name: &str, request: Value) -> Aspects {
        let event = json!({
            "eventSource": format!("{service}.amazonaws.com"), "eventName": name, "requestParameters": request,
            "eventTime": "2026-11-01T10:00:00Z", "readOnly": false,
        });
        aspects(&Event::parse(event).unwrap())
    }

    #[test]
    fn the_last_noun_tells_what_a_call_acts_on() {
        let cases: &[(&str, &str, Aspect)] = &[
            ("ec2", "AuthorizeSecurityGroupIngress", Firewall),
            ("ec2", "UpdateSecurityGroupRuleDescriptionsEgress", Firewall),
            ("ec2", "ReplaceNetworkAclEntry", NetworkAcl),
            ("ec2", "ReplaceRouteTableAssociation", Route),
            ("ec2", "CreateNatGateway", Egress),
            ("ec2", "DisassociateAddress", Egress),
            ("ec2", "CreateVpcEndpoint", PrivateLink),
            ("ec2", "DeleteTransitGatewayVpcAttachment", Interconnect),
            ("ec2", "TerminateInstances", InstanceState),
            ("route53", "AssociateVPCWithHostedZone", NameResolution),
            ("autoscaling", "DetachLoadBalancerTargetGroups", Target),
            ("elasticloadbalancing", "AddListenerCertificates", Certificate),
            ("iam", "UpdateAssumeRolePolicy", Identity),
            ("iam", "DeleteRolePermissionsBoundary", Permission),
            ("s3", "PutBucketPolicy", BucketAccess),
            ("s3", "PutBucketNotification", Delivery),
            ("s3", "PutBucketLifecycleConfiguration", ObjectLife),
            ("sns", "Unsubscribe", Delivery),
            ("lambda", "DeleteEventSourceMapping20150331", Delivery),
            ("lambda", "UpdateFunctionCode20150331v2", Code),
            ("lambda", "PutFunctionConcurrency20171031", Limit),
            ("apigateway", "CreateDeployment", ApiMethod),
            ("codedeploy", "CreateDeployment", Code),
            ("rds", "ModifyDBParameterGroup", DatabaseParameter),
            ("dynamodb", "DeleteTable", Existence),
            ("eks", "DeleteAccessEntry", Identity),
            ("kms", "ScheduleKeyDeletion", Key),
            ("kinesis", "StartStreamEncryption", Key),
            ("firehose", "StartDeliveryStreamEncryption", Key),
            ("ec2", "EnableTransitGatewayRouteTablePropagation", Route),
            ("elasticmapreduce", "PutAutoTerminationPolicy", Existence),
            ("iot", "UpdateCertificate", Certificate),
            ("secretsmanager", "RotateSecret", Secret),
            ("cloudtrail", "StopLogging", Trail),
            ("ecr", "PutLifecyclePolicy", ObjectLife),
            ("ssm", "DeleteParameters", Configuration),
        ];
        for (service, name, aspect) in cases {
            let found = of(service, name, json!({}));
            assert!(found.has(*aspect), "{service} {name}: {found:?}");
        }
    }

    #[test]
    fn a_call_that_nobody_wrote_down_is_known_by_its_nouns() {
        assert!(of("newservice", "PutFooPolicy", json!({})).has(Permission));
        assert!(of("newservice", "DeleteFooSubscription", json!({})).has(Delivery));
        assert!(of("newservice", "CreateBarRoute", json!({})).has(Route));
        assert!(of("newservice", "UpdateBazCertificate", json!({})).has(Certificate));
        assert!(of("newservice", "UpdateWidget", json!({})).is_empty());
    }

    #[test]
    fn what_a_whole_thing_is_changed_in_is_told_by_the_keys() {
        let password = of("rds", "ModifyDBInstance", json!({"dBInstanceIdentifier": "orders", "masterUserPassword": "****"}));
        assert!(password.has(Secret) && !password.has(MachineType));
        let class = of("rds", "ModifyDBInstance", json!({"dBInstanceIdentifier": "orders", "dBInstanceClass": "db.t3.small"}));
        assert!(class.has(MachineType) && !class.has(Secret));
        let timeout = of("lambda", "UpdateFunctionConfiguration20150331v2", json!({"functionName": "f", "timeout": 3}));
        assert!(timeout.has(Runtime) && !timeout.has(Identity));
        let role = of("lambda", "UpdateFunctionConfiguration20150331v2", json!({"functionName": "f", "role": "arn:aws:iam::1:role/x"}));
        assert!(role.has(Identity) && !role.has(Runtime));
        let key = of("sns", "SetTopicAttributes", json!({"topicArn": "t", "attributeName": "KmsMasterKeyId", "attributeValue": "k"}));
        assert!(key.has(Aspect::Key), "{key:?}");
        let policy = of("sqs", "SetQueueAttributes", json!({"queueUrl": "q", "attributes": {"Policy": ""}}));
        assert!(policy.has(ResourcePolicy) && !policy.has(Queue), "{policy:?}");
        let stage = of("apigateway", "UpdateStage", json!({"patchOperations": [{"op": "replace", "path": "/*/*/throttling/rateLimit"}]}));
        assert!(stage.has(Limit), "{stage:?}");
    }

    #[test]
    fn tags_act_on_what_selects_by_them() {
        let owner = json!({"tagSet": {"items": [{"key": "owner", "value": "ops"}]}});
        assert_eq!(of("ec2", "CreateTags", owner), Aspects::of(&[Tags]));
        let subnet = json!({"tagSet": {"items": [{"key": "kubernetes.io/role/internal-elb"}]}});
        assert!(of("ec2", "DeleteTags", subnet).has(Listener));
    }
}
