//! ARNs, and the shapes of what stands in them: regions, accounts, ids of EC2's form.

use std::sync::LazyLock;

use regex::Regex;

#[expect(clippy::expect_used, reason = "a literal pattern")]
static ARN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"\barn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?:[0-9]{12}|aws)?:[^\s"'`<>,;()\[\]{}|\\]+"#).expect("pattern"));

/// The parts of an ARN, `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`, ….
    pub partition: &'a str,
    /// Such as `ec2`; never empty.
    pub service: &'a str,
    /// Empty for global services and S3 buckets.
    pub region: &'a str,
    /// Twelve digits, `aws` for what AWS manages, or empty.
    pub account: &'a str,
    /// All after the fifth colon; never empty.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart, whose resource holds no blanks.
    pub fn parse(text: &'a str) -> Option<Self> {
        Self::parse_with_blanks(text).filter(|arn| !arn.resource.contains(char::is_whitespace))
    }

    /// Takes an ARN apart; the names of alarms may hold blanks.
    pub fn parse_with_blanks(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
        let (partition, service, region, account, resource) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        (partition.starts_with("aws") && !service.is_empty() && !resource.is_empty()).then_some(Self {
            partition,
            service,
            region,
            account,
            resource,
        })
    }

    /// Returns the ARNs in a text, without the punctuation of the sentence around them.
    pub fn in_text(text: &'a str) -> impl Iterator<Item = &'a str> {
        ARN.find_iter(text).map(|found| found.as_str().trim_end_matches(['.', ':', '/', '!', '?', '*']))
    }

    /// Returns the type inside the resource part, `function` for `function:fn`; empty when there is none.
    pub fn resource_type(&self) -> &'a str {
        self.resource.split_once(['/', ':']).map_or("", |(kind, _)| kind)
    }

    /// Returns the CloudFormation type, when it is known.
    pub fn kind(&self) -> Option<&'static str> {
        let is = |row: &&(&str, &str, &'static str)| row.0 == self.service && (row.1.is_empty() || row.1 == self.resource_type());
        ARN_KINDS.iter().find(is).map(|row| row.2)
    }
}

/// Tells whether `name` has the form of a region name, `[a-z0-9-]{3,32}`. Known lists only suggest, so new regions pass.
pub fn is_region(name: &str) -> bool {
    (3..=32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Returns the region that a record means: `EU_WEST_1` is `eu-west-1`, and what no region is called after is none (`global`, `Ireland`).
pub fn usable_region(name: &str) -> Option<String> {
    let name = name.trim().to_ascii_lowercase().replace('_', "-");
    let mut parts = name.rsplit('-');
    let number = parts.next().is_some_and(|number| (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()));
    let words: Vec<&str> = parts.collect();
    let word = |word: &&str| (2..=12).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase());
    (number && (2..=4).contains(&words.len()) && words.iter().all(word)).then_some(name)
}

/// Tells whether `id` has the form of an account id: 12 digits.
pub fn is_account(id: &str) -> bool {
    id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit())
}

/// CloudFormation types by an ARN's service and the type in its resource part; empty where the thing is named without one.
///
/// Source: AWS Service Authorization Reference, resource types of each service.
pub const ARN_KINDS: &[(&str, &str, &str)] = &[
    ("acm", "certificate", "AWS::CertificateManager::Certificate"),
    ("apigateway", "", "AWS::ApiGateway::RestApi"),
    ("appconfig", "application", "AWS::AppConfig::Application"),
    ("autoscaling", "autoScalingGroup", "AWS::AutoScaling::AutoScalingGroup"),
    ("autoscaling", "launchConfiguration", "AWS::AutoScaling::LaunchConfiguration"),
    ("cloudformation", "stack", "AWS::CloudFormation::Stack"),
    ("cloudformation", "stackset", "AWS::CloudFormation::StackSet"),
    ("cloudfront", "distribution", "AWS::CloudFront::Distribution"),
    ("cloudtrail", "eventdatastore", "AWS::CloudTrail::EventDataStore"),
    ("cloudtrail", "trail", "AWS::CloudTrail::Trail"),
    ("cloudwatch", "alarm", "AWS::CloudWatch::Alarm"),
    ("codebuild", "project", "AWS::CodeBuild::Project"),
    ("codedeploy", "application", "AWS::CodeDeploy::Application"),
    ("codedeploy", "deploymentgroup", "AWS::CodeDeploy::DeploymentGroup"),
    ("codepipeline", "", "AWS::CodePipeline::Pipeline"),
    ("cognito-idp", "userpool", "AWS::Cognito::UserPool"),
    ("dynamodb", "table", "AWS::DynamoDB::Table"),
    ("ec2", "elastic-ip", "AWS::EC2::EIP"),
    ("ec2", "image", "AWS::EC2::Ami"),
    ("ec2", "instance", "AWS::EC2::Instance"),
    ("ec2", "internet-gateway", "AWS::EC2::InternetGateway"),
    ("ec2", "launch-template", "AWS::EC2::LaunchTemplate"),
    ("ec2", "natgateway", "AWS::EC2::NatGateway"),
    ("ec2", "network-acl", "AWS::EC2::NetworkAcl"),
    ("ec2", "network-interface", "AWS::EC2::NetworkInterface"),
    ("ec2", "route-table", "AWS::EC2::RouteTable"),
    ("ec2", "security-group", "AWS::EC2::SecurityGroup"),
    ("ec2", "snapshot", "AWS::EC2::Snapshot"),
    ("ec2", "subnet", "AWS::EC2::Subnet"),
    ("ec2", "transit-gateway", "AWS::EC2::TransitGateway"),
    ("ec2", "volume", "AWS::EC2::Volume"),
    ("ec2", "vpc", "AWS::EC2::VPC"),
    ("ec2", "vpc-endpoint", "AWS::EC2::VPCEndpoint"),
    ("ec2", "vpc-peering-connection", "AWS::EC2::VPCPeeringConnection"),
    ("ecr", "repository", "AWS::ECR::Repository"),
    ("ecs", "cluster", "AWS::ECS::Cluster"),
    ("ecs", "service", "AWS::ECS::Service"),
    ("ecs", "task", "AWS::ECS::Task"),
    ("ecs", "task-definition", "AWS::ECS::TaskDefinition"),
    ("eks", "cluster", "AWS::EKS::Cluster"),
    ("eks", "nodegroup", "AWS::EKS::Nodegroup"),
    ("elasticache", "cluster", "AWS::ElastiCache::CacheCluster"),
    ("elasticache", "replicationgroup", "AWS::ElastiCache::ReplicationGroup"),
    ("elasticfilesystem", "file-system", "AWS::EFS::FileSystem"),
    ("elasticloadbalancing", "listener", "AWS::ElasticLoadBalancingV2::Listener"),
    ("elasticloadbalancing", "listener-rule", "AWS::ElasticLoadBalancingV2::ListenerRule"),
    ("elasticloadbalancing", "loadbalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    ("elasticloadbalancing", "targetgroup", "AWS::ElasticLoadBalancingV2::TargetGroup"),
    ("es", "domain", "AWS::OpenSearchService::Domain"),
    ("events", "event-bus", "AWS::Events::EventBus"),
    ("events", "rule", "AWS::Events::Rule"),
    ("firehose", "deliverystream", "AWS::KinesisFirehose::DeliveryStream"),
    ("glue", "job", "AWS::Glue::Job"),
    ("guardduty", "detector", "AWS::GuardDuty::Detector"),
    ("iam", "group", "AWS::IAM::Group"),
    ("iam", "instance-profile", "AWS::IAM::InstanceProfile"),
    ("iam", "policy", "AWS::IAM::ManagedPolicy"),
    ("iam", "role", "AWS::IAM::Role"),
    ("iam", "user", "AWS::IAM::User"),
    ("kafka", "cluster", "AWS::MSK::Cluster"),
    ("kinesis", "stream", "AWS::Kinesis::Stream"),
    ("kms", "alias", "AWS::KMS::Alias"),
    ("kms", "key", "AWS::KMS::Key"),
    ("lambda", "function", "AWS::Lambda::Function"),
    ("lambda", "layer", "AWS::Lambda::LayerVersion"),
    ("logs", "log-group", "AWS::Logs::LogGroup"),
    ("rds", "cluster", "AWS::RDS::DBCluster"),
    ("rds", "cluster-snapshot", "AWS::RDS::DBClusterSnapshot"),
    ("rds", "db", "AWS::RDS::DBInstance"),
    ("rds", "pg", "AWS::RDS::DBParameterGroup"),
    ("rds", "snapshot", "AWS::RDS::DBSnapshot"),
    ("redshift", "cluster", "AWS::Redshift::Cluster"),
    ("route53", "hostedzone", "AWS::Route53::HostedZone"),
    ("s3", "", "AWS::S3::Bucket"),
    ("scheduler", "schedule", "AWS::Scheduler::Schedule"),
    ("secretsmanager", "secret", "AWS::SecretsManager::Secret"),
    ("sns", "", "AWS::SNS::Topic"),
    ("sqs", "", "AWS::SQS::Queue"),
    ("ssm", "document", "AWS::SSM::Document"),
    ("ssm", "parameter", "AWS::SSM::Parameter"),
    ("states", "stateMachine", "AWS::StepFunctions::StateMachine"),
    ("sts", "assumed-role", "AWS::IAM::Role"),
    ("wafv2", "", "AWS::WAFv2::WebACL"),
];

/// CloudFormation types by the prefix of an id, `i` of `i-0123456789abcdef0`.
///
/// Source: EC2 and EFS API references.
pub const ID_KINDS: &[(&str, &str)] = &[
    ("acl", "AWS::EC2::NetworkAcl"),
    ("ami", "AWS::EC2::Image"),
    ("cgw", "AWS::EC2::CustomerGateway"),
    ("dopt", "AWS::EC2::DHCPOptions"),
    ("eigw", "AWS::EC2::EgressOnlyInternetGateway"),
    ("eipalloc", "AWS::EC2::EIP"),
    ("eipassoc", "AWS::EC2::EIPAssociation"),
    ("eni", "AWS::EC2::NetworkInterface"),
    ("fl", "AWS::EC2::FlowLog"),
    ("fs", "AWS::EFS::FileSystem"),
    ("fsap", "AWS::EFS::AccessPoint"),
    ("fsmt", "AWS::EFS::MountTarget"),
    ("i", "AWS::EC2::Instance"),
    ("igw", "AWS::EC2::InternetGateway"),
    ("lt", "AWS::EC2::LaunchTemplate"),
    ("mi", "AWS::SSM::ManagedInstance"),
    ("nat", "AWS::EC2::NatGateway"),
    ("pcx", "AWS::EC2::VPCPeeringConnection"),
    ("pl", "AWS::EC2::PrefixList"),
    ("rtb", "AWS::EC2::RouteTable"),
    ("sg", "AWS::EC2::SecurityGroup"),
    ("sgr", "AWS::EC2::SecurityGroupRule"),
    ("snap", "AWS::EC2::Snapshot"),
    ("subnet", "AWS::EC2::Subnet"),
    ("tgw", "AWS::EC2::TransitGateway"),
    ("tgw-attach", "AWS::EC2::TransitGatewayAttachment"),
    ("tgw-rtb", "AWS::EC2::TransitGatewayRouteTable"),
    ("vgw", "AWS::EC2::VPNGateway"),
    ("vol", "AWS::EC2::Volume"),
    ("vpc", "AWS::EC2::VPC"),
    ("vpce", "AWS::EC2::VPCEndpoint"),
    ("vpn", "AWS::EC2::VPNConnection"),
];

/// Returns the ARN without a path of the role that an ARN names, or that a session's ARN comes from; nothing for other texts.
pub fn role_of(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(6, ':');
    let (head, partition, _, _, account, resource) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let role = match resource.split_once('/')? {
        ("role", path) => path.rsplit('/').next()?,
        ("assumed-role", session) => session.split('/').next()?,
        _ => return None,
    };
    (head == "arn" && !role.is_empty()).then(|| format!("arn:{partition}:iam::{account}:role/{role}"))
}

/// Tells whether a text has the form of an id that AWS made, such as `sg-0123456789abcdef0`.
///
/// Source: EC2's user guide on resource ids: 8 or 17 hexadecimal digits behind the kind.
pub fn is_resource_id(text: &str) -> bool {
    let hex = |digits: &str| matches!(digits.len(), 8 | 17) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    text.rsplit_once('-').is_some_and(|(prefix, digits)| hex(digits) && ID_KINDS.iter().any(|(known, _)| *known == prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lower_case_letters_digits_and_hyphens_make_a_region() {
        for good in ["eu-west-1", "mx-central-1", "abc"] {
            assert!(is_region(good), "{good}");
        }
        for bad in ["", "eu", "EU-WEST-1", "eu west 1", "eu-west-1/", "é-west-1", &"a".repeat(33)] {
            assert!(!is_region(bad), "{bad}");
        }
    }

    #[test]
    fn an_arn_has_five_fields_before_its_resource() {
        let arn = Arn::parse("arn:aws-cn:lambda:cn-north-1:111122223333:function:fn:PROD").unwrap();
        assert_eq!(
            (arn.partition, arn.region, arn.resource_type(), arn.kind()),
            ("aws-cn", "cn-north-1", "function", Some("AWS::Lambda::Function"))
        );
        for bad in
            ["arn:aws:iam::111122223333:", "arn:gcp:iam::111122223333:role/a", "arn:aws::::x", "arn:aws:sns:us-east-1:111122223333:a b"]
        {
            assert_eq!(Arn::parse(bad), None, "{bad}");
        }
    }
}
