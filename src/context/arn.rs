//! Amazon resource names: found in text, taken apart, and told what they name.

use std::sync::LazyLock;

use regex::Regex;

#[expect(clippy::expect_used, reason = "a literal pattern")]
static ARN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"\barn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?:[0-9]{12}|aws)?:[^\s"'`<>,;()\[\]{}|\\]+"#).expect("pattern"));

/// The parts of an ARN that say where and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arn<'a> {
    service: &'a str,
    /// Empty for global services.
    pub(super) region: &'a str,
    /// Twelve digits, or empty.
    pub(super) account: &'a str,
    tail: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let ("arn", Some(partition)) = (parts.next()?, parts.next()) else { return None };
        let arn = Self { service: parts.next()?, region: parts.next()?, account: parts.next()?, tail: parts.next()? };
        (partition.starts_with("aws") && !arn.service.is_empty() && !arn.tail.is_empty()).then_some(arn)
    }

    /// Returns the CloudFormation type, when it is known.
    pub(super) fn kind(&self) -> Option<&'static str> {
        let kind = self.tail.split([':', '/']).next().unwrap_or_default();
        let named = |row: &&(&str, &str, &'static str)| row.0 == self.service && (row.1 == kind || row.1 == "*");
        KINDS.iter().find(named).map(|row| row.2)
    }
}

/// Returns the ARNs in a text, without the punctuation of the sentence around them.
pub(super) fn in_text(text: &str) -> impl Iterator<Item = &str> {
    ARN.find_iter(text).map(|found| found.as_str().trim_end_matches(['.', ':', '/', '!', '?', '*']))
}

/// Service, first part of the resource (`*` = any) and CloudFormation type.
///
/// Source: AWS Service Authorization Reference, resource types of each service.
const KINDS: &[(&str, &str, &str)] = &[
    ("acm", "certificate", "AWS::CertificateManager::Certificate"),
    ("apigateway", "*", "AWS::ApiGateway::RestApi"),
    ("appconfig", "application", "AWS::AppConfig::Application"),
    ("autoscaling", "autoScalingGroup", "AWS::AutoScaling::AutoScalingGroup"),
    ("autoscaling", "launchConfiguration", "AWS::AutoScaling::LaunchConfiguration"),
    ("cloudformation", "stack", "AWS::CloudFormation::Stack"),
    ("cloudformation", "stackset", "AWS::CloudFormation::StackSet"),
    ("cloudfront", "distribution", "AWS::CloudFront::Distribution"),
    ("cloudtrail", "trail", "AWS::CloudTrail::Trail"),
    ("cloudtrail", "eventdatastore", "AWS::CloudTrail::EventDataStore"),
    ("cloudwatch", "alarm", "AWS::CloudWatch::Alarm"),
    ("codebuild", "project", "AWS::CodeBuild::Project"),
    ("codedeploy", "application", "AWS::CodeDeploy::Application"),
    ("codedeploy", "deploymentgroup", "AWS::CodeDeploy::DeploymentGroup"),
    ("codepipeline", "*", "AWS::CodePipeline::Pipeline"),
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
    ("ecs", "task-definition", "AWS::ECS::TaskDefinition"),
    ("eks", "cluster", "AWS::EKS::Cluster"),
    ("eks", "nodegroup", "AWS::EKS::Nodegroup"),
    ("elasticache", "cluster", "AWS::ElastiCache::CacheCluster"),
    ("elasticache", "replicationgroup", "AWS::ElastiCache::ReplicationGroup"),
    ("elasticfilesystem", "file-system", "AWS::EFS::FileSystem"),
    ("elasticloadbalancing", "loadbalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    ("elasticloadbalancing", "listener", "AWS::ElasticLoadBalancingV2::Listener"),
    ("elasticloadbalancing", "listener-rule", "AWS::ElasticLoadBalancingV2::ListenerRule"),
    ("elasticloadbalancing", "targetgroup", "AWS::ElasticLoadBalancingV2::TargetGroup"),
    ("es", "domain", "AWS::OpenSearchService::Domain"),
    ("events", "rule", "AWS::Events::Rule"),
    ("events", "event-bus", "AWS::Events::EventBus"),
    ("firehose", "deliverystream", "AWS::KinesisFirehose::DeliveryStream"),
    ("glue", "job", "AWS::Glue::Job"),
    ("guardduty", "detector", "AWS::GuardDuty::Detector"),
    ("iam", "group", "AWS::IAM::Group"),
    ("iam", "instance-profile", "AWS::IAM::InstanceProfile"),
    ("iam", "policy", "AWS::IAM::Policy"),
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
    ("s3", "*", "AWS::S3::Bucket"),
    ("scheduler", "schedule", "AWS::Scheduler::Schedule"),
    ("secretsmanager", "secret", "AWS::SecretsManager::Secret"),
    ("sns", "*", "AWS::SNS::Topic"),
    ("sqs", "*", "AWS::SQS::Queue"),
    ("ssm", "document", "AWS::SSM::Document"),
    ("ssm", "parameter", "AWS::SSM::Parameter"),
    ("states", "stateMachine", "AWS::StepFunctions::StateMachine"),
    ("sts", "assumed-role", "AWS::IAM::Role"),
    ("wafv2", "*", "AWS::WAFv2::WebACL"),
];
