//! Which names and ids mean which resources. A new one is a row.

/// Labels and dimensions that hold a resource of one kind.
pub(super) struct Row {
    /// CloudFormation type; empty when the name tells a resource but not its type.
    pub(super) kind: &'static str,
    /// What an id of this kind begins with (`|` separates several); empty when any name will do.
    pub(super) id: &'static str,
    /// Part of the metric's namespace without which the row does not count; empty when it always does.
    pub(super) namespace: &'static str,
    /// Names of labels and dimensions, in lower case without separators.
    pub(super) names: &'static [&'static str],
}

const fn row(kind: &'static str, names: &'static [&'static str]) -> Row {
    Row { kind, id: "", namespace: "", names }
}

const fn id(kind: &'static str, id: &'static str, names: &'static [&'static str]) -> Row {
    Row { kind, id, namespace: "", names }
}

const fn of(namespace: &'static str, kind: &'static str, names: &'static [&'static str]) -> Row {
    Row { kind, id: "", namespace, names }
}

/// Label and dimension names, the narrower first: the first row that fits counts.
///
/// Source: CloudWatch metrics and dimensions of each service; label names of the CloudWatch exporters for Prometheus.
pub(super) const NAMES: &[Row] = &[
    of("ECS", "AWS::ECS::Cluster", &["clustername", "cluster"]),
    of("ECS", "AWS::ECS::Service", &["servicename", "service"]),
    of("ECS", "AWS::ECS::TaskDefinition", &["taskdefinitionfamily"]),
    of("ContainerInsights", "AWS::EKS::Cluster", &["clustername", "cluster"]),
    of("EKS", "AWS::EKS::Cluster", &["clustername", "cluster"]),
    of("Kafka", "AWS::MSK::Cluster", &["clustername"]),
    of("Redshift", "AWS::Redshift::Cluster", &["clusteridentifier"]),
    of("ApplicationELB", "AWS::ElasticLoadBalancingV2::LoadBalancer", &["loadbalancer"]),
    of("NetworkELB", "AWS::ElasticLoadBalancingV2::LoadBalancer", &["loadbalancer"]),
    of("AWS/ELB", "AWS::ElasticLoadBalancing::LoadBalancer", &["loadbalancername"]),
    row("AWS::ECS::Cluster", &["ecscluster", "ecsclustername", "awsecsclustername", "awsecscluster"]),
    row("AWS::ECS::Service", &["ecsservice", "ecsservicename", "awsecsservicename"]),
    row("AWS::ECS::TaskDefinition", &["taskdefinition", "taskdefinitionarn", "awsecstaskdefinition", "ecstaskfamily"]),
    row("AWS::ECS::Task", &["taskarn", "ecstaskarn"]),
    row("AWS::EKS::Cluster", &["ekscluster", "eksclustername", "awseksclustername"]),
    row("AWS::EKS::Nodegroup", &["nodegroup", "nodegroupname", "eksnodegroup"]),
    row("AWS::Redshift::Cluster", &["redshiftcluster", "redshiftclusteridentifier"]),
    row("AWS::MSK::Cluster", &["mskcluster", "mskclustername", "clusterarn"]),
    // `ClusterName` without a namespace: some cluster, of which service is not told.
    row("", &["clustername"]),
    id("AWS::EC2::Instance", "i|mi", &["instanceid", "instanceids", "ec2instanceid", "awsinstanceid", "ec2instance", "awsec2instanceid"]),
    id("AWS::EC2::Volume", "vol", &["volumeid", "volumeids", "ebsvolume", "ebsvolumeid", "volume"]),
    id("AWS::EC2::Snapshot", "snap", &["snapshotid", "ebssnapshotid"]),
    id(
        "AWS::EC2::SecurityGroup",
        "sg",
        &["securitygroupid", "securitygroupids", "securitygroup", "securitygroups", "sg", "sgid", "groupid"],
    ),
    id("AWS::EC2::VPC", "vpc", &["vpcid", "vpc"]),
    id("AWS::EC2::Subnet", "subnet", &["subnetid", "subnetids", "subnet"]),
    id("AWS::EC2::NatGateway", "nat", &["natgatewayid", "natgateway", "natid"]),
    id("AWS::EC2::NetworkInterface", "eni", &["networkinterfaceid", "networkinterface", "eniid", "eni"]),
    id("AWS::EC2::RouteTable", "rtb", &["routetableid", "routetable"]),
    id("AWS::EC2::InternetGateway", "igw", &["internetgatewayid", "internetgateway"]),
    id("AWS::EC2::NetworkAcl", "acl", &["networkaclid", "networkacl", "naclid"]),
    id("AWS::EC2::EIP", "eipalloc", &["allocationid", "eipallocationid"]),
    id("AWS::EC2::Ami", "ami", &["imageid", "amiid", "ami"]),
    id("AWS::EC2::TransitGateway", "tgw", &["transitgateway", "transitgatewayid"]),
    id("AWS::EC2::VPCEndpoint", "vpce", &["vpcendpointid", "vpcendpoint", "endpointid"]),
    id("AWS::EC2::VPNConnection", "vpn", &["vpnid", "vpnconnectionid"]),
    id("AWS::EC2::FlowLog", "fl", &["flowlogid"]),
    id("AWS::EC2::LaunchTemplate", "lt", &["launchtemplateid"]),
    row("AWS::EC2::LaunchTemplate", &["launchtemplate", "launchtemplatename"]),
    row("AWS::EC2::KeyPair", &["keypair", "keyname", "keypairname"]),
    row("AWS::AutoScaling::AutoScalingGroup", &["autoscalinggroupname", "autoscalinggroup", "asg", "asgname", "awsautoscalinggroupname"]),
    row("AWS::AutoScaling::LaunchConfiguration", &["launchconfiguration", "launchconfigurationname"]),
    row(
        "AWS::RDS::DBInstance",
        &["dbinstanceidentifier", "dbinstance", "dbinstanceid", "dbidentifier", "rdsinstance", "rdsinstanceidentifier"],
    ),
    row("AWS::RDS::DBCluster", &["dbclusteridentifier", "dbcluster", "rdscluster", "auroracluster", "dbclusterid"]),
    row("AWS::RDS::DBSnapshot", &["dbsnapshotidentifier", "dbsnapshot", "dbsnapshotid", "rdssnapshot"]),
    row("AWS::RDS::DBClusterSnapshot", &["dbclustersnapshotidentifier", "dbclustersnapshot"]),
    row("AWS::RDS::DBParameterGroup", &["dbparametergroup", "dbparametergroupname"]),
    row("AWS::RDS::DBSubnetGroup", &["dbsubnetgroup", "dbsubnetgroupname"]),
    row("AWS::RDS::DBProxy", &["dbproxy", "dbproxyname", "proxyname"]),
    row(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        &["loadbalancer", "lb", "alb", "nlb", "loadbalancerarn", "lbarn", "loadbalancername", "elb", "lbname"],
    ),
    row("AWS::ElasticLoadBalancingV2::TargetGroup", &["targetgroup", "targetgrouparn", "targetgroupname", "tg", "tgarn"]),
    row("AWS::ElasticLoadBalancingV2::Listener", &["listenerarn"]),
    row(
        "AWS::Lambda::Function",
        &["functionname", "function", "lambda", "lambdafunction", "lambdafunctionname", "functionarn", "lambdaname"],
    ),
    row("AWS::SQS::Queue", &["queuename", "queue", "queueurl", "sqsqueue", "queuearn"]),
    row("AWS::SNS::Topic", &["topicname", "snstopic", "topicarn"]),
    row("AWS::Kinesis::Stream", &["streamname", "kinesisstream", "streamarn"]),
    row("AWS::KinesisFirehose::DeliveryStream", &["deliverystreamname", "deliverystream"]),
    row("AWS::Events::Rule", &["rulename", "eventrule", "eventbridgerule"]),
    row("AWS::Events::EventBus", &["eventbusname", "eventbus"]),
    row("AWS::StepFunctions::StateMachine", &["statemachinearn", "statemachine", "statemachinename"]),
    row("AWS::S3::Bucket", &["bucketname", "bucket", "s3bucket", "s3bucketname"]),
    row("AWS::DynamoDB::Table", &["tablename", "table", "dynamodbtable"]),
    row("AWS::IAM::Role", &["rolename", "role", "iamrole", "iamrolename", "rolearn"]),
    row("AWS::IAM::User", &["username", "iamuser", "iamusername", "userarn"]),
    row("AWS::IAM::Policy", &["policyname", "iampolicy", "policyarn"]),
    row("AWS::IAM::Group", &["iamgroup"]),
    row("AWS::IAM::InstanceProfile", &["instanceprofile", "instanceprofilename", "instanceprofilearn"]),
    row("AWS::IAM::AccessKey", &["accesskeyid", "accesskey"]),
    row("AWS::KMS::Key", &["keyid", "kmskey", "kmskeyid", "keyarn", "kmskeyarn"]),
    row("AWS::KMS::Alias", &["kmsalias", "keyalias"]),
    row("AWS::CloudTrail::Trail", &["trail", "trailname", "cloudtrail", "trailarn"]),
    row("AWS::SecretsManager::Secret", &["secret", "secretname", "secretid", "secretarn"]),
    row("AWS::SSM::Parameter", &["parameter", "parametername", "parameterpath", "ssmparameter", "ssmpath"]),
    row("AWS::CloudFormation::Stack", &["stack", "stackname", "stackid", "cloudformationstack"]),
    row("AWS::ApiGateway::RestApi", &["apiname", "restapi", "restapiid", "apigateway"]),
    row("AWS::ApiGatewayV2::Api", &["apiid", "api"]),
    row("AWS::OpenSearchService::Domain", &["domainname", "domain", "opensearchdomain", "elasticsearchdomain"]),
    row("AWS::ElastiCache::CacheCluster", &["cacheclusterid", "cachecluster", "elasticachecluster"]),
    row("AWS::ElastiCache::ReplicationGroup", &["replicationgroupid", "replicationgroup"]),
    id("AWS::EFS::MountTarget", "fsmt", &["mounttargetid", "mounttarget"]),
    row("AWS::EFS::FileSystem", &["filesystemid", "filesystem", "efsid", "efs"]),
    row("AWS::Logs::LogGroup", &["loggroupname", "loggroup"]),
    row("AWS::CloudFront::Distribution", &["distributionid", "distribution", "cloudfrontdistribution"]),
    row("AWS::Route53::HostedZone", &["hostedzoneid", "hostedzone"]),
    row("AWS::Route53::HealthCheck", &["healthcheckid"]),
    row("AWS::CertificateManager::Certificate", &["certificatearn", "certificate", "acmcertificate"]),
    row("AWS::WAFv2::WebACL", &["webacl", "webaclname", "webaclid"]),
    row("AWS::ECR::Repository", &["ecrrepository", "repositoryname"]),
    row("AWS::CodeDeploy::Application", &["codedeployapplication", "applicationname"]),
    row("AWS::CodePipeline::Pipeline", &["pipelinename", "codepipeline"]),
    row("AWS::CodeBuild::Project", &["projectname", "codebuildproject"]),
    row("AWS::Glue::Job", &["jobname", "gluejob"]),
    row("AWS::Cognito::UserPool", &["userpool", "userpoolid"]),
];

/// Names that say which service or application is ill; a resource may be called alike.
pub(super) const WEAK: &[&str] = &[
    "service",
    "servicename",
    "app",
    "application",
    "appname",
    "component",
    "job",
    "workload",
    "deployment",
    "cluster",
    "host",
    "hostname",
    "entity",
    "database",
    "db",
    "dbname",
    "name",
];

/// Labels that hold a host.
pub(super) const HOSTED: &[&str] = &[
    "host", "hostname", "instance", "node", "target", "domain", "dnsname", "endpoint", "address", "fqdn", "server", "addr", "upstream",
    "vhost",
];

/// Hosts and URLs that AWS gives, in which a resource's name stands.
///
/// Shape: a pattern whose first group is the name, and a CloudFormation type; empty where several types have such hosts.
/// Source: endpoint formats of RDS, ElastiCache, Redshift, Elastic Load Balancing, S3, SQS, OpenSearch, API Gateway, Lambda, CloudFront, MSK, EFS
/// and ECR.
pub(super) const HOSTS: &[(&str, &str)] = &[
    (r"\b([a-z][a-z0-9-]*)\.[a-z0-9]{4,16}\.[a-z]{2}-[a-z-]+-[0-9]\.rds\.amazonaws\.com", "AWS::RDS::DBInstance"),
    (r"\b([a-z][a-z0-9-]*)\.cluster-(?:ro-|custom-)?[a-z0-9]{4,16}\.[a-z]{2}-[a-z-]+-[0-9]\.rds\.amazonaws\.com", "AWS::RDS::DBCluster"),
    (
        r"\b(?:internal-|dualstack\.)*([A-Za-z0-9-]+?)-[0-9]{8,10}\.[a-z]{2}-[a-z-]+-[0-9]\.elb\.amazonaws\.com",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
    ),
    (r"\b([A-Za-z0-9-]+?)-[0-9a-f]{16}\.elb\.[a-z]{2}-[a-z-]+-[0-9]\.amazonaws\.com", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    (r"\b([a-z0-9][a-z0-9.-]{2,62})\.s3[.-](?:[a-z]{2}-[a-z-]+-[0-9]\.)?amazonaws\.com", "AWS::S3::Bucket"),
    (r"\b([a-z0-9][a-z0-9.-]{2,62})\.s3-website[.-][a-z]{2}-[a-z-]+-[0-9]\.amazonaws\.com", "AWS::S3::Bucket"),
    (r"\bs3[.-](?:[a-z]{2}-[a-z-]+-[0-9]\.)?amazonaws\.com/([a-z0-9][a-z0-9.-]{2,62})", "AWS::S3::Bucket"),
    (r"\bs3[an]?://([a-z0-9][a-z0-9.-]{2,62})", "AWS::S3::Bucket"),
    (r"\b([a-z][a-z0-9-]*)\.proxy-[a-z0-9]{4,16}\.[a-z]{2}-[a-z-]+-[0-9]\.rds\.amazonaws\.com", "AWS::RDS::DBProxy"),
    (
        r"\b([a-z][a-z0-9-]*)\.cluster-(?:ro-)?[a-z0-9]{4,16}\.[a-z]{2}-[a-z-]+-[0-9]\.(?:docdb|neptune)\.amazonaws\.com",
        "AWS::RDS::DBCluster",
    ),
    (r"\b([a-z][a-z0-9-]*)\.[a-z0-9]{4,16}\.[a-z]{2}-[a-z-]+-[0-9]\.redshift\.amazonaws\.com", "AWS::Redshift::Cluster"),
    (
        r"\b(?:master\.|replica\.|clustercfg\.)?([a-z][a-z0-9-]*?)(?:-ro)?\.[a-z0-9]{5,8}\.(?:ng\.)?(?:[0-9]{4}\.|clustercfg\.)?[a-z]{3,5}[0-9]\.cache\.amazonaws\.com",
        "",
    ),
    (r"\b([a-z0-9]{8,12})\.execute-api\.[a-z]{2}-[a-z-]+-[0-9]\.amazonaws\.com", ""),
    (r"\b([a-z0-9]{16,40})\.lambda-url\.[a-z]{2}-[a-z-]+-[0-9]\.on\.aws", ""),
    (r"\b(d[a-z0-9]{12,14}\.cloudfront\.net)\b", ""),
    (
        r"\b(?:search|vpc)-([a-z][a-z0-9-]*)-[a-z0-9]{20,26}\.[a-z]{2}-[a-z-]+-[0-9]\.(?:es|aos)\.amazonaws\.com",
        "AWS::OpenSearchService::Domain",
    ),
    (r"\b(?:b-[0-9]+\.)?([A-Za-z][A-Za-z0-9-]*)\.[a-z0-9]{6}\.c[0-9]+\.kafka\.[a-z]{2}-[a-z-]+-[0-9]\.amazonaws\.com", "AWS::MSK::Cluster"),
    (r"\b(fs-[0-9a-f]{8,17})\.efs\.[a-z]{2}-[a-z-]+-[0-9]\.amazonaws\.com", "AWS::EFS::FileSystem"),
    (
        r"\b[0-9]{12}\.dkr\.ecr\.[a-z]{2}-[a-z-]+-[0-9]\.amazonaws\.com/(?:v2/)?([a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*?)(?:[:@ \x22'\])>,]|/manifests/|/blobs/|$)",
        "AWS::ECR::Repository",
    ),
    (r"\bsqs\.[a-z]{2}-[a-z-]+-[0-9]\.amazonaws\.com/[0-9]{12}/([A-Za-z0-9_-]{1,80}(?:\.fifo)?)", "AWS::SQS::Queue"),
];

/// Other texts in which a resource's name stands, as [`HOSTS`] has them.
///
/// Source: log groups that Lambda, RDS, EKS, Container Insights, CodeBuild and API Gateway make; service events of ECS; users that Kubernetes makes of
/// service accounts.
pub(super) const PHRASES: &[(&str, &str)] = &[
    (r"/aws/lambda/([A-Za-z0-9_-]{1,64})", "AWS::Lambda::Function"),
    (r"/aws/rds/instance/([a-z][a-z0-9-]{0,62})/", "AWS::RDS::DBInstance"),
    (r"/aws/rds/cluster/([a-z][a-z0-9-]{0,62})/", "AWS::RDS::DBCluster"),
    (r"/aws/eks/([A-Za-z0-9][A-Za-z0-9_-]{0,99})/cluster\b", "AWS::EKS::Cluster"),
    (r"/aws/containerinsights/([A-Za-z0-9][A-Za-z0-9_-]{0,99})/", "AWS::EKS::Cluster"),
    (r"/aws/ecs/containerinsights/([A-Za-z0-9][A-Za-z0-9_-]{0,254})/", "AWS::ECS::Cluster"),
    (r"/aws/codebuild/([A-Za-z0-9][A-Za-z0-9_-]{1,149})", "AWS::CodeBuild::Project"),
    (r"\bAPI-Gateway-Execution-Logs_([a-z0-9]{8,12})/", "AWS::ApiGateway::RestApi"),
    (r"\(service ([A-Za-z0-9][A-Za-z0-9_-]{0,254})[,)]", "AWS::ECS::Service"),
    (r"\bsystem:serviceaccount:[a-z0-9-]{1,63}:([a-z0-9][a-z0-9.-]{0,62})", ""),
];
