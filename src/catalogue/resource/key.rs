//! Which key names what: the tables of resource extraction.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::Role;
use crate::catalogue::json_path::Folded;
use crate::event::{ARN_KINDS, ID_KINDS};

use Role::{Parent, Referenced, Target};

/// Keys that mean the same in every service: key, type, and the role when it is not the target.
#[rustfmt::skip] // A table reads best in rows.
const KEYS: &[(&str, &str, Role)] = &[
    // EC2
    ("instanceId", "AWS::EC2::Instance", Referenced),
    ("groupId", "AWS::EC2::SecurityGroup", Parent),
    ("securityGroupId", "AWS::EC2::SecurityGroup", Parent),
    ("securityGroup", "AWS::EC2::SecurityGroup", Parent),
    ("vpcSecurityGroupId", "AWS::EC2::SecurityGroup", Parent),
    ("referencedGroupId", "AWS::EC2::SecurityGroup", Referenced),
    ("securityGroupRuleId", "AWS::EC2::SecurityGroupRule", Referenced),
    ("volumeId", "AWS::EC2::Volume", Referenced),
    ("snapshotId", "AWS::EC2::Snapshot", Referenced),
    ("imageId", "AWS::EC2::Image", Referenced),
    ("vpcId", "AWS::EC2::VPC", Parent),
    ("peerVpcId", "AWS::EC2::VPC", Referenced),
    ("subnetId", "AWS::EC2::Subnet", Parent),
    ("subnet", "AWS::EC2::Subnet", Parent),
    ("routeTableId", "AWS::EC2::RouteTable", Parent),
    ("networkAclId", "AWS::EC2::NetworkAcl", Parent),
    ("networkInterfaceId", "AWS::EC2::NetworkInterface", Referenced),
    ("internetGatewayId", "AWS::EC2::InternetGateway", Referenced),
    ("natGatewayId", "AWS::EC2::NatGateway", Referenced),
    ("transitGatewayId", "AWS::EC2::TransitGateway", Parent),
    ("transitGatewayAttachmentId", "AWS::EC2::TransitGatewayAttachment", Referenced),
    ("transitGatewayRouteTableId", "AWS::EC2::TransitGatewayRouteTable", Parent),
    ("vpcEndpointId", "AWS::EC2::VPCEndpoint", Referenced),
    ("vpcPeeringConnectionId", "AWS::EC2::VPCPeeringConnection", Referenced),
    ("vpnConnectionId", "AWS::EC2::VPNConnection", Referenced),
    ("vpnGatewayId", "AWS::EC2::VPNGateway", Referenced),
    ("allocationId", "AWS::EC2::EIP", Referenced),
    ("publicIp", "AWS::EC2::EIP", Referenced),
    ("dhcpOptionsId", "AWS::EC2::DHCPOptions", Referenced),
    ("prefixListId", "AWS::EC2::PrefixList", Referenced),
    ("flowLogId", "AWS::EC2::FlowLog", Referenced),
    ("launchTemplateId", "AWS::EC2::LaunchTemplate", Parent),
    ("launchTemplateName", "AWS::EC2::LaunchTemplate", Parent),
    ("keyName", "AWS::EC2::KeyPair", Referenced),
    ("keyPairId", "AWS::EC2::KeyPair", Referenced),
    // Auto scaling
    ("autoScalingGroupName", "AWS::AutoScaling::AutoScalingGroup", Parent),
    ("launchConfigurationName", "AWS::AutoScaling::LaunchConfiguration", Parent),
    // IAM
    ("roleName", "AWS::IAM::Role", Referenced),
    ("roleArn", "AWS::IAM::Role", Parent),
    ("role", "AWS::IAM::Role", Parent),
    ("executionRoleArn", "AWS::IAM::Role", Parent),
    ("taskRoleArn", "AWS::IAM::Role", Parent),
    ("userName", "AWS::IAM::User", Referenced),
    ("policyArn", "AWS::IAM::ManagedPolicy", Referenced),
    ("policyName", "AWS::IAM::Policy", Referenced),
    ("permissionsBoundary", "AWS::IAM::ManagedPolicy", Referenced),
    ("instanceProfileName", "AWS::IAM::InstanceProfile", Parent),
    ("serverCertificateName", "AWS::IAM::ServerCertificate", Referenced),
    // Storage
    ("bucketName", "AWS::S3::Bucket", Parent),
    ("bucket", "AWS::S3::Bucket", Parent),
    ("s3BucketName", "AWS::S3::Bucket", Referenced),
    ("s3Bucket", "AWS::S3::Bucket", Referenced),
    ("targetBucket", "AWS::S3::Bucket", Referenced),
    ("fileSystemId", "AWS::EFS::FileSystem", Parent),
    ("mountTargetId", "AWS::EFS::MountTarget", Referenced),
    // Databases
    ("dBInstanceIdentifier", "AWS::RDS::DBInstance", Referenced),
    ("sourceDBInstanceIdentifier", "AWS::RDS::DBInstance", Parent),
    ("targetDBInstanceIdentifier", "AWS::RDS::DBInstance", Referenced),
    ("dBInstanceArn", "AWS::RDS::DBInstance", Referenced),
    ("dBClusterIdentifier", "AWS::RDS::DBCluster", Parent),
    ("dBClusterArn", "AWS::RDS::DBCluster", Parent),
    ("globalClusterIdentifier", "AWS::RDS::GlobalCluster", Parent),
    ("dBParameterGroupName", "AWS::RDS::DBParameterGroup", Parent),
    ("dBClusterParameterGroupName", "AWS::RDS::DBClusterParameterGroup", Parent),
    ("optionGroupName", "AWS::RDS::OptionGroup", Parent),
    ("dBSubnetGroupName", "AWS::RDS::DBSubnetGroup", Parent),
    ("dBSecurityGroupName", "AWS::RDS::DBSecurityGroup", Parent),
    ("dBProxyName", "AWS::RDS::DBProxy", Referenced),
    ("dBSnapshotIdentifier", "AWS::RDS::DBSnapshot", Referenced),
    ("dBClusterSnapshotIdentifier", "AWS::RDS::DBClusterSnapshot", Referenced),
    ("tableName", "AWS::DynamoDB::Table", Referenced),
    ("replicationGroupId", "AWS::ElastiCache::ReplicationGroup", Parent),
    ("cacheClusterId", "AWS::ElastiCache::CacheCluster", Referenced),
    ("cacheParameterGroupName", "AWS::ElastiCache::ParameterGroup", Parent),
    ("cacheSubnetGroupName", "AWS::ElastiCache::SubnetGroup", Parent),
    // Load balancing
    ("loadBalancerArn", "AWS::ElasticLoadBalancingV2::LoadBalancer", Parent),
    ("loadBalancerName", "AWS::ElasticLoadBalancing::LoadBalancer", Parent),
    ("targetGroupArn", "AWS::ElasticLoadBalancingV2::TargetGroup", Parent),
    ("listenerArn", "AWS::ElasticLoadBalancingV2::Listener", Parent),
    ("ruleArn", "AWS::ElasticLoadBalancingV2::ListenerRule", Referenced),
    // Deployments
    ("functionName", "AWS::Lambda::Function", Referenced),
    ("functionArn", "AWS::Lambda::Function", Referenced),
    ("taskDefinition", "AWS::ECS::TaskDefinition", Referenced),
    ("taskDefinitionArn", "AWS::ECS::TaskDefinition", Referenced),
    ("serviceArn", "AWS::ECS::Service", Referenced),
    ("clusterArn", "AWS::ECS::Cluster", Parent),
    ("nodegroupName", "AWS::EKS::Nodegroup", Referenced),
    ("repositoryName", "AWS::ECR::Repository", Referenced),
    ("stackName", "AWS::CloudFormation::Stack", Parent),
    ("stackId", "AWS::CloudFormation::Stack", Parent),
    ("applicationName", "AWS::CodeDeploy::Application", Parent),
    ("deploymentGroupName", "AWS::CodeDeploy::DeploymentGroup", Referenced),
    ("pipelineName", "AWS::CodePipeline::Pipeline", Referenced),
    ("environmentName", "AWS::ElasticBeanstalk::Environment", Referenced),
    ("documentName", "AWS::SSM::Document", Referenced),
    // Configuration and secrets
    ("secretId", "AWS::SecretsManager::Secret", Referenced),
    ("keyId", "AWS::KMS::Key", Referenced),
    ("kmsKeyId", "AWS::KMS::Key", Parent),
    ("kMSMasterKeyID", "AWS::KMS::Key", Parent),
    ("targetKeyId", "AWS::KMS::Key", Referenced),
    ("aliasName", "AWS::KMS::Alias", Referenced),
    ("certificateArn", "AWS::CertificateManager::Certificate", Referenced),
    // Networking and edge
    ("hostedZoneId", "AWS::Route53::HostedZone", Parent),
    ("healthCheckId", "AWS::Route53::HealthCheck", Referenced),
    ("distributionId", "AWS::CloudFront::Distribution", Referenced),
    ("webACLArn", "AWS::WAFv2::WebACL", Parent),
    // Messaging and APIs
    ("queueUrl", "AWS::SQS::Queue", Referenced),
    ("queueName", "AWS::SQS::Queue", Referenced),
    ("topicArn", "AWS::SNS::Topic", Parent),
    ("subscriptionArn", "AWS::SNS::Subscription", Referenced),
    ("streamName", "AWS::Kinesis::Stream", Referenced),
    ("streamARN", "AWS::Kinesis::Stream", Referenced),
    ("deliveryStreamName", "AWS::KinesisFirehose::DeliveryStream", Referenced),
    ("eventBusName", "AWS::Events::EventBus", Parent),
    ("restApiId", "AWS::ApiGateway::RestApi", Parent),
    ("apiId", "AWS::ApiGatewayV2::Api", Parent),
    ("stateMachineArn", "AWS::StepFunctions::StateMachine", Referenced),
    ("eventSourceArn", "", Referenced),
    // Observability
    ("logGroupName", "AWS::Logs::LogGroup", Parent),
    ("logGroupNamePrefix", "AWS::Logs::LogGroup", Parent),
    ("trailName", "AWS::CloudTrail::Trail", Referenced),
    ("trailARN", "AWS::CloudTrail::Trail", Referenced),
    ("alarmName", "AWS::CloudWatch::Alarm", Referenced),
    ("configurationRecorderName", "AWS::Config::ConfigurationRecorder", Referenced),
    ("detectorId", "AWS::GuardDuty::Detector", Parent),
    // People
    ("userPoolId", "AWS::Cognito::UserPool", Parent),
    // Anything
    ("resourceArn", "", Referenced),
    ("resourceId", "", Referenced),
    ("resourceIdentifier", "", Referenced),
    ("aRN", "", Referenced),
    ("arn", "", Referenced),
    ("associationId", "", Referenced),
    ("attachmentId", "", Referenced),
    ("sourceArn", "", Referenced),
    ("accessPointId", "", Referenced),
];

/// Keys whose meaning hangs on the service.
#[rustfmt::skip] // A table reads best in rows.
const SERVICE_KEYS: &[(&str, &str, &str, Role)] = &[
    ("ecs", "service", "AWS::ECS::Service", Referenced),
    ("ecs", "serviceName", "AWS::ECS::Service", Referenced),
    ("ecs", "cluster", "AWS::ECS::Cluster", Parent),
    ("ecs", "clusterName", "AWS::ECS::Cluster", Parent),
    ("ecs", "task", "AWS::ECS::Task", Referenced),
    ("ecs", "family", "AWS::ECS::TaskDefinition", Referenced),
    ("eks", "name", "AWS::EKS::Cluster", Parent),
    ("eks", "clusterName", "AWS::EKS::Cluster", Parent),
    ("iam", "groupName", "AWS::IAM::Group", Parent),
    ("ec2", "groupName", "AWS::EC2::SecurityGroup", Parent),
    ("ec2", "gatewayId", "", Referenced),
    ("kafka", "clusterArn", "AWS::MSK::Cluster", Parent),
    ("redshift", "clusterIdentifier", "AWS::Redshift::Cluster", Parent),
    ("elasticloadbalancing", "name", "AWS::ElasticLoadBalancingV2::LoadBalancer", Parent),
    ("lambda", "uUID", "AWS::Lambda::EventSourceMapping", Referenced),
    ("cloudtrail", "name", "AWS::CloudTrail::Trail", Referenced),
    ("cloudtrail", "eventDataStore", "AWS::CloudTrail::EventDataStore", Referenced),
    ("events", "name", "AWS::Events::Rule", Referenced),
    ("events", "rule", "AWS::Events::Rule", Parent),
    ("scheduler", "name", "AWS::Scheduler::Schedule", Referenced),
    ("pipes", "name", "AWS::Pipes::Pipe", Referenced),
    ("ssm", "name", "AWS::SSM::Parameter", Referenced),
    ("ssm", "names", "AWS::SSM::Parameter", Referenced),
    ("ssm", "target", "AWS::EC2::Instance", Referenced),
    ("secretsmanager", "name", "AWS::SecretsManager::Secret", Referenced),
    ("sns", "name", "AWS::SNS::Topic", Referenced),
    ("states", "name", "AWS::StepFunctions::StateMachine", Referenced),
    // A change of records names the records; all else that stands in the zone is as it was.
    ("route53", "name", "AWS::Route53::RecordSet", Target),
    ("route53", "resourceRecord", "", Referenced),
    ("route53", "dNSName", "", Referenced),
    ("elasticloadbalancing", "dNSName", "", Referenced),
    ("apigateway", "domainName", "AWS::ApiGateway::DomainName", Referenced),
    ("apigateway", "regionalDomainName", "", Referenced),
    ("apigateway", "distributionDomainName", "", Referenced),
    ("acm", "domainName", "", Referenced),
    ("acm", "subjectAlternativeName", "", Referenced),
    ("cloudfront", "domainName", "", Referenced),
    ("cloudfront", "aliases", "", Referenced),
    ("monitoring", "dimension", "", Referenced),
    ("ecs", "valueFrom", "", Referenced),
    ("route53", "id", "AWS::Route53::HostedZone", Referenced),
    ("cloudfront", "id", "AWS::CloudFront::Distribution", Referenced),
    ("wafv2", "name", "AWS::WAFv2::WebACL", Referenced),
    ("wafv2", "id", "AWS::WAFv2::WebACL", Referenced),
    ("codepipeline", "name", "AWS::CodePipeline::Pipeline", Referenced),
    ("codebuild", "projectName", "AWS::CodeBuild::Project", Referenced),
    ("synthetics", "name", "AWS::Synthetics::Canary", Referenced),
    ("monitoring", "alarmNames", "AWS::CloudWatch::Alarm", Referenced),
    ("es", "domainName", "AWS::OpenSearchService::Domain", Referenced),
    ("elasticbeanstalk", "environmentId", "AWS::ElasticBeanstalk::Environment", Referenced),
    ("rds", "resourceIdentifier", "", Referenced),
    ("organizations", "targetId", "", Referenced),
    ("organizations", "policyId", "AWS::Organizations::Policy", Referenced),
];

/// Returns what a key means: the type, if it tells one, and the role of its value when that is not the target.
///
/// A plural key (`instanceIds`) means what its singular does. `service` is canonical.
pub(super) fn meaning(service: &str, key: &str) -> Option<(Option<&'static str>, Role)> {
    /// What a key means in each service, and for `""` in all others.
    type Meanings = Vec<(&'static str, (&'static str, Role))>;
    static INDEX: LazyLock<HashMap<Folded<'static>, Meanings>> = LazyLock::new(|| {
        let special = SERVICE_KEYS.iter().map(|&(service, key, kind, role)| (key, (service, (kind, role))));
        let general = KEYS.iter().map(|&(key, kind, role)| (key, ("", (kind, role))));
        let mut index = HashMap::<_, Meanings>::new();
        special.chain(general).for_each(|(key, meaning)| index.entry(Folded(key)).or_default().push(meaning));
        index
    });
    let of = |key| {
        let meanings = INDEX.get(&Folded(key))?;
        meanings.iter().find(|(of, _)| [service, ""].contains(of)).map(|(_, meaning)| meaning)
    };
    let found = of(key).or_else(|| of(key.strip_suffix(['s', 'S'])?));
    found.map(|&(kind, role)| ((!kind.is_empty()).then_some(kind), role))
}

/// Tells whether a key names a thing in any service.
pub fn is_known_key(key: &str) -> bool {
    static KNOWN: LazyLock<HashSet<Folded<'static>>> =
        LazyLock::new(|| KEYS.iter().map(|row| row.0).chain(SERVICE_KEYS.iter().map(|row| row.1)).map(Folded).collect());
    KNOWN.contains(&Folded(key)) || key.strip_suffix(['s', 'S']).is_some_and(|key| KNOWN.contains(&Folded(key)))
}

/// Returns the type a key tells.
pub(super) fn kind_of_key(service: &str, key: &str) -> Option<&'static str> {
    meaning(service, key).and_then(|(kind, _)| kind)
}

/// Returns the type of an EC2-style id, `i-` and 8 or 17 hexadecimal digits; nothing for any other text.
pub(super) fn kind_of_id(id: &str) -> Option<&'static str> {
    let (prefix, digits) = id.split_once('-')?;
    let hex = (8..=17).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    if !hex {
        return None;
    }
    ID_KINDS.iter().find(|(known, _)| *known == prefix).map(|(_, kind)| *kind)
}

/// Returns our own constant for a type that a record names.
pub(super) fn known_kind(kind: &str) -> Option<&'static str> {
    static KINDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        let keys = KEYS.iter().map(|(_, kind, _)| *kind);
        keys.chain(SERVICE_KEYS.iter().map(|(_, _, kind, _)| *kind)).chain(ARN_KINDS.iter().map(|(_, _, kind)| *kind)).collect()
    });
    KINDS.get(kind).copied()
}
