//! What the nouns of event names act on.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Aspect::{self, *};
use super::Aspects;
use crate::catalogue::json_path::Folded;
use crate::catalogue::row::ANY;
use crate::catalogue::service::canonical_service;
use crate::event::camel_words;

/// What is known of a noun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noun {
    /// What a call on it acts on.
    pub(super) aspects: Aspects,
    /// Whether it is a whole thing, which answers while it runs, and of which a call that sets values changes some settings only.
    pub(super) whole: bool,
}

/// A line of the table: a service or all, what its nouns act on, and the nouns.
struct Line {
    service: &'static str,
    aspects: &'static [Aspect],
    whole: bool,
    nouns: &'static str,
}

const fn of_all(aspects: &'static [Aspect], nouns: &'static str) -> Line {
    of_service(ANY, aspects, nouns)
}

const fn of_service(service: &'static str, aspects: &'static [Aspect], nouns: &'static str) -> Line {
    Line { service, aspects, whole: false, nouns }
}

const fn whole(service: &'static str, aspects: &'static [Aspect], nouns: &'static str) -> Line {
    Line { service, aspects, whole: true, nouns }
}

/// Stands for every noun of a service that is not in the table.
const OTHERS: &str = "-";

/// Nouns of one word or several, in the singular unless that ends otherwise; a service's own come before those of all.
#[rustfmt::skip] // A table reads best in rows.
const NOUNS: &[Line] = &[
    // Names and ways
    of_all(&[NameResolution], "RecordSet ResourceRecordSet HostedZone DhcpOption Nameserver ResolverEndpoint ResolverRule ResolverConfig CName CNAME Dns DNS"),
    of_service("route53", &[NameResolution], "TrafficPolicy CidrCollection -"),
    of_service("route53", &[NameResolution, Target], "HealthCheck"),
    of_service("route53resolver", &[NameResolution], "FirewallRule FirewallRuleGroup FirewallDomain -"),
    of_service("route53resolver", &[Trail], "QueryLogConfig"),
    of_service("route53", &[Trail], "LoggingConfig"),
    of_service("route53domains", &[NameResolution], "-"),
    of_service("servicediscovery", &[NameResolution, Target], "Instance -"),
    of_all(&[Firewall], "SecurityGroup SecurityGroupRule Ingress Egress PrefixList FirewallPolicy FirewallRule"),
    of_service("ec2", &[Firewall], "BlockPublicAccessOption BlockPublicAccessExclusion"),
    of_service("network-firewall", &[Firewall, Route], "-"),
    of_service("fms", &[Firewall, WebFirewall], "-"),
    of_all(&[NetworkAcl], "NetworkAcl NetworkAclEntry NetworkAclAssociation AclEntry"),
    of_all(&[Route], "Route RouteTable RouteTableAssociation RoutePropagation Subnet SubnetCidrBlock Vpc VPC VpcAttribute VpcCidrBlock CarrierGateway LocalGateway"),
    of_service("ec2", &[NameResolution], "VpcAttribute"),
    of_all(&[Egress], "NatGateway NatGatewayAddress InternetGateway Address AddressTransfer EgressOnlyInternetGateway ElasticIp ElasticIpAddress StaticIp"),
    of_all(&[PrivateLink], "VpcEndpoint VpcEndpoints VpcEndpointService VpcEndpointServiceConfiguration VpcEndpointServicePermission VPCEndpoint VpcLink InterfaceEndpoint EndpointService"),
    of_all(&[Interconnect], "VpcPeeringConnection PeeringConnection PeeringConnectionOption TransitGateway TransitGatewayVpcAttachment TransitGatewayPeeringAttachment \
        VpnConnection VpnConnectionOption VpnGateway VpnTunnel VpnTunnelOption CustomerGateway ClientVpnEndpoint ClientVpnIngress VirtualInterface \
        TransitGatewayAttachment CoreNetwork"),
    of_all(&[Interconnect, Route], "TransitGatewayRoute TransitGatewayRouteTable TransitGatewayRouteTablePropagation VpnConnectionRoute ClientVpnRoute \
        VgwRoutePropagation"),
    of_service("directconnect", &[Interconnect], "Connection Lag -"),
    of_service("networkmanager", &[Interconnect], "-"),
    of_service("vpc-lattice", &[Listener, Target], "-"),
    of_service("appmesh", &[Listener, Target, Route], "-"),
    of_all(&[Interface], "NetworkInterface NetworkInterfaceAttribute PrivateIpAddress Ipv6Address"),
    of_service("cloudfront", &[Cdn], "Distribution Function CachePolicy OriginRequestPolicy ResponseHeadersPolicy OriginAccessControl Invalidation KeyGroup -"),
    of_service("globalaccelerator", &[Cdn, Listener], "-"),
    of_service("globalaccelerator", &[Cdn, Listener, Target], "EndpointGroup Endpoint"),
    of_all(&[WebFirewall], "WebACL WebAcl IPSet RuleGroup RegexPatternSet ManagedRuleSet RateBasedRule WebACLAssociation"),
    of_service("wafv2", &[WebFirewall], "Rule -"),
    of_service("wafv2", &[Trail], "LoggingConfiguration"),
    of_service("network-firewall", &[Firewall], "RuleGroup"),
    of_service("guardduty", &[Trail], "IPSet"),
    of_service("shield", &[WebFirewall], "-"),
    // Load balancing
    whole("elasticloadbalancing", &[Listener], "LoadBalancer"),
    whole("elasticloadbalancing", &[Listener], "Listener"),
    of_service("elasticloadbalancing", &[Listener], "LoadBalancerAttribute Attribute ListenerAttribute Rule RulePriorities LoadBalancerListener LoadBalancerPolicy Policies IpAddressType Zone -"),
    of_service("elasticloadbalancing", &[Listener, Route], "Subnet AvailabilityZone"),
    of_service("elasticloadbalancing", &[Target], "LoadBalancerInstance Instance"),
    of_all(&[Listener], "LoadBalancer Listener LoadBalancerFromSubnet LoadBalancerToSubnet"),
    of_all(&[Target], "Target TargetGroup TargetGroupAttribute HealthCheck LoadBalancerTargetGroup InstancesWithLoadBalancer InstancesFromLoadBalancer TrafficSource ZonalShift"),
    of_service("arc-zonal-shift", &[Target, Scaling], "-"),
    // Certificates, secrets, keys
    of_all(&[Certificate], "Certificate ListenerCertificate ServerCertificate CertificateAuthority SSLCertificate ListenerSSLCertificate LoadBalancerListenerSSLCertificate TrustStore \
        TlsInspectionConfiguration CACertificate CertificateOption TrustAnchor Crl"),
    of_service("acm", &[Certificate], "-"),
    of_service("acm-pca", &[Certificate], "-"),
    of_service("acm", &[], "AccountConfiguration"),
    of_all(&[Secret], "Secret SecretValue SecretVersion SecretVersionStage Rotation MasterUserPassword UserGroup AuthToken RotationSucceeded RotationStarted RotationFailed TestRotationSucceeded"),
    of_service("secretsmanager", &[Secret], "-"),
    of_service("secretsmanager", &[ResourcePolicy, Secret], "ResourcePolicy"),
    of_service("elasticache", &[Secret], "User UserGroup"),
    of_service("memorydb", &[Secret], "User ACL Acl"),
    of_service("mq", &[Secret], "User"),
    of_service("kms", &[Key], "Key KeyPolicy Grant Alias KeyMaterial KeyRotation KeyDeletion CustomKeyStore PrimaryRegion -"),
    of_all(&[Key], "KmsKey KMSKey EncryptionKey Encryption StreamEncryption DeliveryStreamEncryption BucketEncryption EncryptionConfig EncryptionConfiguration EbsEncryptionByDefault EbsDefaultKmsKeyId Grant KeyMaterial KmsMasterKey"),
    of_service("cloudhsm", &[Key], "-"),
    of_service("payment-cryptography", &[Key], "-"),
    // Who may do what
    of_all(&[Identity], "Role AssumeRolePolicy AccessEntry PodIdentityAssociation InstanceProfile IamInstanceProfile IamInstanceProfileAssociation ServiceLinkedRole \
        OpenIDConnectProvider OpenIDConnectProviderThumbprint ClientID SAMLProvider IdentityProvider IdentityProviderConfig Principal TrustPolicy"),
    of_service("iam", &[Identity], "User Group RoleToInstanceProfile RoleFromInstanceProfile UserToGroup UserFromGroup -"),
    of_service("iam", &[AccessKey], "MFADevice PasswordPolicy AccountPasswordPolicy Password VirtualMFADevice"),
    of_all(&[AccessKey], "AccessKey LoginProfile ServiceSpecificCredential SSHPublicKey"),
    of_service("sts", &[Identity], "-"),
    of_service("sso", &[Identity, Permission], "AccountAssignment PermissionSet -"),
    of_service("sso-directory", &[Identity], "-"),
    of_service("identitystore", &[Identity, Permission], "Group GroupMembership"),
    of_service("identitystore", &[Identity], "-"),
    of_service("identitystore-scim", &[Identity, Permission], "-"),
    of_service("ds", &[SignIn, Identity, NameResolution], "-"),
    of_service("ds", &[SignIn, Identity, Interconnect], "Trust"),
    of_service("rolesanywhere", &[Identity, Certificate], "-"),
    of_service("ram", &[Permission], "-"),
    of_service("organizations", &[Permission], "Policy PolicyType Account -"),
    of_service("organizations", &[], "Tag"),
    of_service("verifiedpermissions", &[Permission], "-"),
    of_service("lakeformation", &[Permission], "-"),
    of_all(&[Permission], "Policy Policies PolicyVersion Permission PermissionsBoundary RolePolicy UserPolicy GroupPolicy AccessPolicy ManagedPolicy InlinePolicy ResourceShare"),
    of_all(&[ResourcePolicy], "ResourcePolicy RepositoryPolicy RegistryPolicy FileSystemPolicy LayerVersionPermission ClusterPolicy EventBusPolicy"),
    of_service("sqs", &[ResourcePolicy, Delivery], "Permission"),
    of_service("sns", &[ResourcePolicy, Delivery], "Permission"),
    of_service("events", &[ResourcePolicy, Delivery], "Permission"),
    of_service("lambda", &[ResourcePolicy, Delivery], "Permission"),
    of_service("es", &[ResourcePolicy], "AccessPolicies"),
    of_all(&[SignIn], "UserPool UserPoolClient UserPoolDomain IdentityPool IdentityPoolRole ResourceServer"),
    of_service("cognito-idp", &[SignIn], "UserPoolMfaConfig IdentityProvider Group User -"),
    of_service("cognito-identity", &[SignIn], "-"),
    of_service("signin", &[SignIn], "-"),
    // Storage
    whole("s3", &[Bucket], "Bucket"),
    of_service("s3", &[BucketAccess], "BucketPolicy BucketAcl ObjectAcl BucketPublicAccessBlock AccountPublicAccessBlock PublicAccessBlock BucketOwnershipControls BucketCors \
        BucketWebsite BucketRequestPayment AccessPoint AccessPointPolicy Acl Cors -"),
    of_service("s3", &[ObjectLife], "BucketLifecycle BucketLifecycleConfiguration LifecycleConfiguration BucketVersioning BucketReplication Object ObjectRetention ObjectLockConfiguration \
        IntelligentTieringConfiguration BucketReplicationConfiguration MultipartUpload"),
    of_service("s3", &[Delivery], "BucketNotification BucketNotificationConfiguration NotificationConfiguration"),
    of_service("s3", &[Key], "BucketEncryption"),
    of_service("s3", &[Watch], "BucketLogging LoggingConfiguration InventoryConfiguration AnalyticsConfiguration MetricsConfiguration"),
    of_service("s3", &[Tags], "BucketTagging ObjectTagging"),
    of_all(&[ObjectLife], "LifecyclePolicy LifecycleConfiguration ObjectLifecycle"),
    of_all(&[Volume], "Volume VolumeAttribute Storage BrokerStorage"),
    of_all(&[Backup], "Snapshot SnapshotAttribute RecoveryPoint BackupPlan BackupVault BackupJob BackupSelection Backup BackupPolicy ContinuousBackup DBSnapshot DBClusterSnapshot \
        DBSnapshotAttribute DBClusterSnapshotAttribute ExportTask"),
    of_service("backup", &[Backup], "-"),
    of_service("dlm", &[Backup], "LifecyclePolicy -"),
    of_service("rbin", &[Backup], "-"),
    of_service("ebs", &[Backup], "-"),
    whole("elasticfilesystem", &[FileSystem], "FileSystem"),
    of_service("elasticfilesystem", &[FileSystem, Firewall], "MountTargetSecurityGroup"),
    of_service("elasticfilesystem", &[FileSystem, ResourcePolicy], "FileSystemPolicy"),
    of_service("elasticfilesystem", &[FileSystem], "MountTarget AccessPoint -"),
    of_service("elasticfilesystem", &[Backup], "BackupPolicy ReplicationConfiguration"),
    whole("fsx", &[FileSystem], "FileSystem Volume"),
    of_service("fsx", &[FileSystem], "-"),
    whole("transfer", &[FileSystem, SignIn], "Server"),
    of_service("transfer", &[SignIn], "-"),
    of_service("transfer", &[SignIn, FileSystem], "User Access"),
    of_service("transfer", &[SignIn, AccessKey], "SshPublicKey HostKey"),
    of_service("storagegateway", &[FileSystem], "-"),
    of_service("datasync", &[FileSystem, Workflow], "-"),
    // Messages and events
    of_all(&[Delivery], "Subscription SubscriptionAttribute Subscribe Unsubscribe SubscriptionFilter EventSourceMapping EventSubscription Notification NotificationConfiguration EventBus EventRule \
        DestinationConfig EventInvokeConfig FunctionEventInvokeConfig Destination DeliveryStream TopicRule TopicRuleDestination Pipe Webhook Trigger ApiDestination Connection LogDestination \
        ConfigurationSetEventDestination"),
    of_service("events", &[Delivery], "Target Archive Replay -"),
    of_service("pipes", &[Delivery], "-"),
    of_service("firehose", &[Delivery], "-"),
    of_service("iot", &[Certificate, Identity], "Certificate CACertificate ThingPrincipal"),
    of_service("iot", &[Code], "Job"),
    of_service("iot", &[Delivery], "-"),
    of_all(&[Schedule], "Schedule ScheduledAction ScheduledUpdateGroupAction ScheduledRule ScheduleGroup CrawlerSchedule MaintenanceWindow"),
    of_service("scheduler", &[Schedule], "-"),
    of_service("events", &[Delivery, Schedule], "Rule"),
    whole("sqs", &[Queue], "Queue QueueAttribute"),
    of_service("sqs", &[Queue], "MessageMoveTask -"),
    whole("sns", &[Queue, Delivery], "Topic TopicAttribute"),
    of_service("sns", &[Delivery], "Endpoint PlatformApplicationAttribute PlatformApplication SMSAttribute"),
    whole("kinesis", &[Queue], "Stream"),
    of_service("kinesis", &[Queue, Limit], "Shard ShardCount StreamMode"),
    of_service("kinesis", &[Queue], "StreamRetentionPeriod StreamConsumer -"),
    whole("mq", &[Queue, Database], "Broker"),
    whole("kafka", &[Queue, Database], "Cluster"),
    of_service("kafka", &[Queue, DatabaseParameter], "ClusterConfiguration Configuration"),
    of_service("kafka", &[Queue, Scaling], "BrokerCount BrokerType"),
    of_service("kafka", &[ResourcePolicy], "ClusterPolicy"),
    of_service("kafka", &[Secret], "ScramSecret"),
    of_service("kafka", &[Queue, Certificate, Firewall], "Security Connectivity -"),
    // Code and what runs it
    of_service("ecs", &[Code, Runtime], "TaskDefinition"),
    of_all(&[Code], "Deployment FunctionCode TaskSet ChangeSet LaunchTemplate LaunchTemplateVersion LaunchConfiguration InstanceRefresh Release Revision Version \
        LayerVersion Alias ApplicationVersion Schema Resolver Build ImageTag"),
    whole("lambda", &[Code, Runtime], "Function FunctionConfiguration"),
    of_service("lambda", &[Limit], "FunctionConcurrency ProvisionedConcurrencyConfig Concurrency"),
    of_service("lambda", &[Delivery], "EventSourceMapping FunctionEventInvokeConfig"),
    of_service("lambda", &[ResourcePolicy, ApiAccess, ApiMethod], "FunctionUrlConfig"),
    of_service("lambda", &[Code], "RuntimeManagementConfig CodeSigningConfig -"),
    whole("ecs", &[Code, Scaling], "Service"),
    of_service("ecs", &[InstanceState], "Task"),
    of_service("ecs", &[Scaling], "Cluster ClusterCapacityProvider CapacityProvider ContainerInstance ContainerInstancesState"),
    of_service("ecs", &[Limit, Interface], "AccountSetting AccountSettingDefault"),
    of_service("ecs", &[Tags], "Attribute"),
    of_service("ecs", &[Code], "-"),
    of_all(&[Image], "Image ImageAttribute Repository ImageManifest PullThroughCacheRule ImageTagMutability"),
    of_service("ecr", &[Image, ObjectLife], "LifecyclePolicy PolicyExecutionEvent"),
    of_service("ecr", &[Image, ResourcePolicy], "RepositoryPolicy RegistryPolicy"),
    of_service("ecr", &[Image], "-"),
    of_service("ecr-public", &[Image], "-"),
    of_service("imagebuilder", &[Image], "-"),
    whole("eks", &[Cluster], "Cluster ClusterConfig"),
    of_service("eks", &[Cluster, DatabaseEngine], "ClusterVersion"),
    of_service("eks", &[Cluster, Interface, NameResolution], "Addon"),
    of_service("eks", &[Identity, Cluster], "AccessEntry AccessPolicy IdentityProviderConfig PodIdentityAssociation"),
    whole("eks", &[Scaling, MachineType, Code], "Nodegroup NodegroupConfig NodegroupVersion FargateProfile"),
    of_service("eks", &[Cluster], "-"),
    of_service("cloudformation", &[Code], "Stack StackSet StackInstance -"),
    of_service("cloudformation", &[Permission], "StackPolicy"),
    of_service("codedeploy", &[Code], "-"),
    of_service("codepipeline", &[Workflow, Code], "-"),
    of_service("codebuild", &[Workflow, Code], "-"),
    of_service("codecommit", &[Code], "-"),
    of_service("codestar-connections", &[Workflow, Permission], "-"),
    whole("elasticbeanstalk", &[Code, Runtime], "Environment"),
    of_service("elasticbeanstalk", &[NameResolution, Code], "EnvironmentCNAME"),
    of_service("elasticbeanstalk", &[Code], "-"),
    whole("apprunner", &[Code, Runtime], "Service"),
    of_service("apprunner", &[Code], "-"),
    of_service("amplify", &[Code], "-"),
    whole("sagemaker", &[Code], "Endpoint Model"),
    of_service("sagemaker", &[Scaling, MachineType], "EndpointWeightsAndCapacities"),
    of_service("sagemaker", &[Code, Workflow], "-"),
    of_service("bedrock", &[Code], "-"),
    of_service("bedrock", &[Permission], "ModelAgreement FoundationModelAgreement FoundationModelEntitlement ResourcePolicy"),
    of_service("bedrock", &[Limit], "ProvisionedModelThroughput"),
    of_service("bedrock", &[Trail], "ModelInvocationLoggingConfiguration"),
    of_service("ssm", &[Runtime, Code], "Command Document Association Automation AutomationExecution DocumentDefaultVersion"),
    of_service("fis", &[InstanceState, Route, Runtime, Scaling], "Experiment"),
    // Workflows and jobs
    of_all(&[Workflow], "StateMachine StateMachineAlias Execution Workflow Pipeline PipelineExecution StageTransition Job JobRun JobDefinition JobQueue JobFlow Crawler BuildProject Project"),
    of_service("states", &[Workflow], "-"),
    of_service("swf", &[Workflow], "-"),
    of_service("glue", &[Workflow], "Connection Classifier -"),
    of_service("glue", &[Schedule, Workflow], "Trigger"),
    of_service("glue", &[Table], "Table Database Partition"),
    of_service("batch", &[Scaling], "ComputeEnvironment"),
    of_service("batch", &[Code, Runtime], "JobDefinition"),
    of_service("batch", &[Workflow, Scaling], "-"),
    of_service("elasticmapreduce", &[Existence, Scaling, Schedule], "AutoTerminationPolicy"),
    of_service("elasticmapreduce", &[Scaling], "ManagedScalingPolicy AutoScalingPolicy InstanceGroup InstanceFleet"),
    of_service("elasticmapreduce", &[Workflow, Scaling], "-"),
    of_service("emr-serverless", &[Workflow, Limit], "-"),
    // Limits, capacity, machines
    of_all(&[Limit], "Concurrency UsagePlan Quota ServiceQuota ServiceQuotaIncrease Throttle ThrottleSetting Limit AccountLimit AccountSetting"),
    of_all(&[Scaling], "ScalingPolicy ScalableTarget AutoScalingGroup DesiredCapacity CapacityProvider Nodegroup ComputeEnvironment LifecycleHook WarmPool Fleet SpotFleetRequest SpotInstanceRequest \
        CapacityReservation HostReservation NodePool ReplicaCount BrokerCount Standby SpotInstance"),
    whole("autoscaling", &[Scaling], "AutoScalingGroup"),
    of_service("autoscaling", &[Scaling], "Process"),
    of_service("autoscaling", &[Scaling, Schedule], "ScheduledUpdateGroupAction ScheduledAction"),
    of_service("autoscaling", &[Target], "LoadBalancerTargetGroup LoadBalancer TrafficSource"),
    of_service("autoscaling", &[InstanceState, Scaling], "Instance InstanceInAutoScalingGroup InstanceHealth InstanceProtection"),
    of_service("autoscaling", &[Scaling], "Policy -"),
    of_service("autoscaling", &[Watch], "MetricsCollection"),
    of_service("autoscaling-plans", &[Scaling], "-"),
    whole("ec2", &[InstanceState, MachineType], "InstanceAttribute"),
    of_service("ec2", &[InstanceState], "Instance"),
    of_service("ec2", &[Runtime, Identity], "InstanceMetadataOption InstanceMetadataDefault"),
    of_service("ec2", &[MachineType], "InstanceCreditSpecification DefaultCreditSpecification InstancePlacement InstanceCpuOption"),
    of_service("ec2", &[InstanceState, Scaling], "BidEvictedEvent"),
    of_service("ec2", &[AccessKey], "KeyPair"),
    of_service("ec2", &[], "-"),
    of_service("ec2", &[Trail], "FlowLog TrafficMirrorSession TrafficMirrorTarget TrafficMirrorFilter"),
    of_service("workspaces", &[InstanceState, SignIn], "-"),
    of_service("appstream", &[InstanceState, Scaling], "-"),
    of_service("gamelift", &[Scaling, InstanceState], "-"),
    of_service("gamelift", &[Code], "Build Script"),
    of_service("connect", &[Workflow, Delivery], "-"),
    of_service("lex", &[Code], "-"),
    of_service("medialive", &[Workflow, Delivery], "-"),
    of_service("mediaconvert", &[Workflow], "-"),
    of_service("ivs", &[Delivery], "-"),
    whole("lightsail", &[InstanceState], "Instance"),
    of_service("servicequotas", &[Limit], "-"),
    // Databases, caches, search
    whole("rds", &[Database], "DBInstance DBCluster GlobalCluster DBClusterEndpoint"),
    whole("rds", &[Database, Limit], "DBProxy DBProxyEndpoint DBProxyTargetGroup"),
    of_service("rds", &[Database, Target], "DBProxyTarget"),
    of_service("rds", &[Replica, Database], "DBInstanceReadReplica ReadReplica FromGlobalCluster"),
    of_service("rds", &[Database, DatabaseEngine], "MaintenanceAction PendingMaintenanceAction BlueGreenDeployment"),
    of_service("rds", &[Firewall], "DBSecurityGroup DBSecurityGroupIngress"),
    of_service("rds", &[Database, Route], "DBSubnetGroup"),
    of_service("rds", &[Identity], "RoleToDBInstance RoleFromDBInstance RoleToDBCluster RoleFromDBCluster"),
    of_service("rds", &[Limit, Scaling], "CurrentDBClusterCapacity"),
    of_service("rds", &[Database], "-"),
    of_service("rds", &[LogDelivery], "ActivityStream"),
    of_all(&[DatabaseParameter], "ParameterGroup DBParameterGroup DBClusterParameterGroup CacheParameterGroup ClusterParameterGroup OptionGroup ClusterConfiguration"),
    of_all(&[DatabaseEngine], "EngineVersion ElasticsearchDomainUpgrade"),
    whole("dynamodb", &[Table], "Table"),
    of_service("dynamodb", &[Table, ObjectLife], "TimeToLive"),
    of_service("dynamodb", &[ResourcePolicy], "ResourcePolicy"),
    of_service("dynamodb", &[Delivery], "KinesisStreamingDestination"),
    of_service("dynamodb", &[Replica], "GlobalTable GlobalTableSetting TableReplicaAutoScaling"),
    of_service("dynamodb", &[Table], "-"),
    whole("elasticache", &[Database], "ReplicationGroup CacheCluster ServerlessCache"),
    of_service("elasticache", &[Replica, Database], "Failover GlobalReplicationGroup"),
    of_service("elasticache", &[Scaling, Database], "ReplicaCount ReplicationGroupShardConfiguration NodeGroup"),
    of_service("elasticache", &[Database, Route], "CacheSubnetGroup"),
    of_service("elasticache", &[Database, DatabaseEngine], "UpdateAction"),
    of_service("elasticache", &[Database], "-"),
    whole("memorydb", &[Database], "Cluster -"),
    whole("es", &[Database], "Domain ElasticsearchDomain DomainConfig ElasticsearchDomainConfig"),
    of_service("es", &[Database, DatabaseEngine], "ServiceSoftwareUpdate ElasticsearchServiceSoftwareUpdate"),
    of_service("es", &[Database], "Package -"),
    whole("aoss", &[Database], "Collection"),
    of_service("aoss", &[ResourcePolicy, Firewall], "SecurityPolicy AccessPolicy"),
    whole("redshift", &[Database], "Cluster"),
    of_service("redshift", &[Database], "-"),
    whole("redshift-serverless", &[Database], "Workgroup Namespace -"),
    whole("docdb", &[Database], "-"),
    whole("neptune", &[Database], "-"),
    whole("dax", &[Database], "Cluster -"),
    whole("timestream", &[Table], "Table Database -"),
    whole("cassandra", &[Table], "Table Keyspace -"),
    of_service("dms", &[Workflow, Replica], "ReplicationTask ReplicationInstance Endpoint -"),
    of_service("athena", &[Workflow, Limit], "WorkGroup -"),
    of_all(&[Replica], "Failover ReadReplica Switchover GlobalCluster"),
    // Configuration
    of_service("ssm", &[Configuration], "Parameter LabelParameterVersion"),
    of_service("ssm", &[], "-"),
    of_service("appconfig", &[Configuration], "Deployment HostedConfigurationVersion ConfigurationProfile Environment DeploymentStrategy Application -"),
    of_all(&[Configuration], "ConfigurationProfile HostedConfigurationVersion"),
    // APIs
    whole("apigateway", &[ApiMethod], "RestApi Api Stage DomainName"),
    of_service("apigateway", &[ApiMethod], "Deployment Route Method Integration IntegrationResponse MethodResponse Resource GatewayResponse Model RequestValidator -"),
    of_service("apigateway", &[ApiMethod, NameResolution], "BasePathMapping ApiMapping DomainNameAccessAssociation"),
    of_service("apigateway", &[ApiAccess], "Authorizer ApiKey UsagePlanKey"),
    of_service("apigateway", &[Limit, ApiAccess], "UsagePlan"),
    of_service("apigateway", &[Certificate], "ClientCertificate"),
    of_service("apigateway", &[PrivateLink], "VpcLink"),
    whole("appsync", &[ApiMethod], "GraphqlApi"),
    of_service("appsync", &[ApiMethod], "Resolver Function DataSource Type SchemaCreation -"),
    of_service("appsync", &[ApiAccess], "ApiKey"),
    of_all(&[ApiAccess], "Authorizer ApiKey"),
    // Mail
    of_service("ses", &[Mail], "-"),
    of_service("ses", &[Delivery], "ConfigurationSetEventDestination"),
    of_service("ses", &[Mail, ResourcePolicy], "IdentityPolicy EmailIdentityPolicy"),
    of_service("pinpoint", &[Mail], "-"),
    // What watches
    of_all(&[Watch], "Alarm AlarmAction AlarmState MetricAlarm CompositeAlarm AnomalyDetector Dashboard MetricFilter Canary InsightRule InstanceMonitoring"),
    of_service("monitoring", &[Watch, LogDelivery], "MetricStream -"),
    of_service("synthetics", &[Watch], "-"),
    of_service("xray", &[Watch], "-"),
    of_service("aps", &[Watch], "-"),
    of_service("grafana", &[Watch], "-"),
    of_service("oam", &[Watch], "-"),
    of_service("rum", &[Watch], "-"),
    of_all(&[Trail], "Trail FlowLog EventSelector InsightSelector EventDataStore EventDataStoreIngestion Logging ConfigurationRecorder DeliveryChannel ConfigRule Detector PublishingDestination \
        SecurityHub LoggingConfiguration QueryLogConfig QueryLoggingConfig Analyzer"),
    of_service("cloudtrail", &[Trail], "-"),
    of_service("config", &[Trail], "-"),
    of_service("guardduty", &[Trail], "-"),
    of_service("securityhub", &[Trail], "-"),
    of_service("macie2", &[Trail], "-"),
    of_service("inspector2", &[Trail], "-"),
    of_service("detective", &[Trail], "-"),
    of_service("access-analyzer", &[Trail], "-"),
    of_service("logs", &[LogDelivery], "LogGroup LogStream RetentionPolicy SubscriptionFilter Destination DestinationPolicy ResourcePolicy ExportTask AccountPolicy DataProtectionPolicy Transformer -"),
    of_service("logs", &[Key, LogDelivery], "KmsKey"),
    of_service("logs", &[Watch], "MetricFilter LogAnomalyDetector"),
    // Tags
    of_all(&[Tags], "Tag Tagging TagsToResource TagsFromResource TagsForResource TagResource UntagResource Untag TagsOnResource TagRole TagUser"),
];

/// Most words that a noun of the table has.
const MAX_WORDS: usize = 5;

type Index = HashMap<(Folded<'static>, Folded<'static>), Noun>;

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let each = |line: &Line| {
        let (service, noun) = (Folded(line.service), Noun { aspects: Aspects::of(line.aspects), whole: line.whole });
        line.nouns.split_whitespace().map(move |name| ((service, Folded(name)), noun))
    };
    NOUNS.iter().flat_map(each).collect()
});

/// Finds the noun of an event's name: the last that is known, as long as it is known, of the service before that of all.
///
/// Shape: nothing where neither the nouns nor the service are known.
pub(super) fn of(service: &str, name: &str) -> Option<Noun> {
    let service = canonical_service(service);
    let mut starts = [0; 16];
    let (mut count, mut at) = (0, 0);
    for word in camel_words(name) {
        at += name.get(at..)?.find(word)?;
        match starts.get_mut(count) {
            Some(start) => (*start, count) = (at, count + 1),
            None => break,
        }
        at += word.len();
    }
    let starts = starts.get(..count)?;
    (1..=count)
        .rev()
        .find_map(|end| {
            let until = starts.get(end).copied().unwrap_or(at);
            let from = starts.get(end.saturating_sub(MAX_WORDS)..end)?;
            from.iter().find_map(|start| find(service, name.get(*start..until)?))
        })
        .or_else(|| INDEX.get(&(Folded(service), Folded(OTHERS))).copied())
}

/// Finds a noun in the singular or the plural.
fn find(service: &str, noun: &str) -> Option<Noun> {
    let exactly = |noun: &str| [service, ANY].iter().find_map(|service| INDEX.get(&(Folded(service), Folded(noun))).copied());
    exactly(noun).or_else(|| exactly(noun.strip_suffix('s')?)).or_else(|| exactly(noun.strip_suffix("es")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn no_noun_stands_twice_for_a_service() {
        let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for line in NOUNS {
            for noun in line.nouns.split_whitespace() {
                *seen.entry((line.service, noun)).or_default() += 1;
            }
        }
        let twice: Vec<_> = seen.into_iter().filter(|(_, times)| *times > 1).map(|(key, _)| key).collect();
        assert_eq!(twice, [], "stand twice");
    }

    #[test]
    fn services_of_the_table_are_spelt_as_everywhere() {
        for line in NOUNS {
            assert_eq!(canonical_service(line.service), line.service);
        }
    }

    #[test]
    fn hardly_a_call_that_has_a_row_is_left_without_an_aspect() {
        let all: Vec<_> = crate::catalogue::rows::all().filter(|row| row.kind.is_some()).collect();
        let without: Vec<_> = all
            .iter()
            .filter(|row| of(row.service, row.name).is_none_or(|noun| noun.aspects.is_empty()))
            .map(|row| (row.service, row.name))
            .collect();
        assert!(without.len() * 50 <= all.len(), "{} of {}: {without:?}", without.len(), all.len());
    }

    #[test]
    fn plurals_are_the_same_noun_and_nothing_is_known_of_nothing() {
        assert_eq!(
            of("elasticloadbalancing", "DeregisterTargets").map(|noun| noun.aspects),
            of("x", "DeregisterTarget").map(|noun| noun.aspects)
        );
        assert!(of("x", "").is_none());
        assert!(of("x", "DoÄöü").is_none());
    }
}
