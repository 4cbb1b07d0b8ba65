//! What the keys of a request act on.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::Aspect::{self, *};
use super::Aspects;
use crate::catalogue::json_path::{Flat, Folded};

/// Keys of requests, and names of attributes, as the services spell them; in any case.
///
/// Source: the API references; a key is listed when the behaviour of what runs depends on it.
#[rustfmt::skip] // Words read best in lines.
const KEYS: &[(&[Aspect], &str)] = &[
    (&[Firewall], "securityGroups securityGroupIds vpcSecurityGroupIds groupSet securityGroupId cacheSecurityGroupNames addSecurityGroupId \
        removeSecurityGroupId addSecurityGroupIds removeSecurityGroupIds securityGroupIdSet clusterSecurityGroupId"),
    (&[Route], "subnets subnetIds subnetId sourceDestCheck dBSubnetGroupName cacheSubnetGroupName addSubnetIds removeSubnetIds subnetMappings \
        addRouteTableId removeRouteTableId assignPublicIp mapPublicIpOnLaunch"),
    (&[Route, Firewall], "vpcConfig awsvpcConfiguration vPCOptions vpcConfiguration"),
    (&[Route, NameResolution], "publiclyAccessible ipAddressType networkType"),
    (&[NameResolution], "newDBInstanceIdentifier newDBClusterIdentifier enableDnsSupport enableDnsHostnames dnsServers cnamePrefix dnsRecords \
        privateDnsEnabled customEndpoint"),
    (&[Listener], "dBPortNumber port defaultActions idle_timeout routing http2 load_balancing cross_zone connection_logs desync_mitigation_mode"),
    (&[Target], "targetGroupARNs targetGroupArn loadBalancers targetGroups healthCheck healthCheckPath healthCheckPort healthCheckProtocol \
        healthCheckType healthCheckGracePeriod healthCheckGracePeriodSeconds healthyThresholdCount unhealthyThresholdCount matcher \
        deregistration_delay stickiness slow_start healthCheckTimeoutSeconds healthCheckIntervalSeconds"),
    (&[Certificate], "certificates certificateArn sslPolicy sSLCertificateId cACertificateIdentifier viewerCertificate acmCertificateArn \
        minimumTLSVersion tLSSecurityPolicy securityPolicy mutualTlsAuthentication mutualAuthentication transitEncryptionEnabled \
        transitEncryptionMode require_secure_transport requireTLS domainEndpointOptions"),
    (&[Secret], "masterUserPassword manageMasterUserPassword rotateMasterUserPassword masterUserSecretKmsKeyId authToken authTokenUpdateStrategy \
        passwords secretString secretBinary rotationRules rotationLambdaARN masterUserOptions noPasswordRequired"),
    (&[Key], "kmsKeyId kmsKeyArn kmsMasterKeyId kmsKey sSESpecification encryptionAtRestOptions storageEncrypted encryptionConfig \
        encryptionConfiguration sqsManagedSseEnabled masterUserSecretKey"),
    (&[Identity], "role roleArn executionRoleArn taskRoleArn executionRole iamInstanceProfile serviceRole serviceAccountRoleArn nodeRole \
        jobRoleArn accessConfig authenticationMode enableIAMDatabaseAuthentication iamRoles accessRoleArn instanceRoleArn iamRole"),
    (&[ResourcePolicy], "policy policyDocument accessPolicies resourcePolicy policyText resourcePolicyDocument"),
    (&[SignIn], "callbackURLs logoutURLs allowedOAuthFlows explicitAuthFlows supportedIdentityProviders lambdaConfig smsConfiguration \
        emailConfiguration mfaConfiguration refreshTokenValidity accessTokenValidity idTokenValidity allowedOAuthScopes \
        allowedOAuthFlowsUserPoolClient allowUnauthenticatedIdentities"),
    (&[Delivery], "deadLetterConfig destinationConfig redrivePolicy filterPolicy filterPolicyScope rawMessageDelivery deliveryPolicy targets \
        eventPattern notificationConfiguration streamSpecification filterCriteria bisectBatchOnFunctionError eventSourceArn"),
    (&[Schedule], "scheduleExpression schedule startWindow suspendedProcesses"),
    (&[Queue], "visibilityTimeout messageRetentionPeriod delaySeconds maximumMessageSize contentBasedDeduplication retentionPeriodHours \
        shardCount targetShardCount receiveMessageWaitTimeSeconds"),
    (&[Code], "taskDefinition imageUri image imageId s3Key s3ObjectVersion zipFile launchTemplate launchConfigurationName templateURL templateBody \
        userData containerDefinitions releaseVersion versionLabel functionVersion routingConfig deploymentId codeUri revision sourceVersion \
        buildspec forceNewDeployment launchTemplateVersion definitionS3Location definition modelName templateName deploymentConfiguration"),
    (&[Runtime], "timeout memorySize memory cpu environment handler runtime layers ephemeralStorage environmentVariables variables architectures \
        entryPoint command optionSettings platformVersion runtimePlatform snapStart imageConfig kernelId defaultArguments connections"),
    (&[Limit], "reservedConcurrentExecutions provisionedConcurrentExecutions throttle quota rateLimit burstLimit throttling throttlingRateLimit \
        throttlingBurstLimit provisionedThroughput readCapacityUnits writeCapacityUnits billingMode maximumConcurrency maxConcurrency \
        onDemandThroughput maxConcurrentRuns maximumBatchingWindowInSeconds batchSize parallelizationFactor streamMode \
        streamModeDetails performanceMode throughputMode"),
    (&[Scaling], "desiredCapacity minSize maxSize desiredCount minCapacity maxCapacity desiredSize capacityProviders capacityProviderStrategy \
        computeResources minvCpus maxvCpus desiredvCpus taints labels availabilityZones availabilityZone instanceCount nodeCount \
        numberOfNodes numberOfWorkers maxWorkers serverlessV2ScalingConfiguration scalingConfiguration targetTrackingConfiguration \
        targetCapacity onDemandTargetCapacity spotTargetCapacity mixedInstancesPolicy dedicatedMasterCount baseCapacity maxCapacityUnits"),
    (&[Scaling, Limit], "maxClusterCount scalingConfig"),
    (&[MachineType], "instanceType dBInstanceClass cacheNodeType nodeType instanceTypes instanceClass creditSpecification cpuCredits \
        targetInstanceType hostInstanceType workerType warmType allocationStrategy serviceTier computeType"),
    (&[Volume], "allocatedStorage iops storageType storageThroughput eBSOptions volumeSize volumeType maxAllocatedStorage storageCapacity \
        blockDeviceMappings blockDeviceMapping storageInfo provisionedThroughputInMibps"),
    (&[DatabaseEngine], "engineVersion targetVersion allowMajorVersionUpgrade targetKafkaVersion applyAction"),
    (&[DatabaseParameter], "dBParameterGroupName dBClusterParameterGroupName cacheParameterGroupName parameters parameterNameValues optionGroupName \
        parameterGroupName advancedOptions configurationInfo"),
    (&[DatabaseParameter, Limit], "connectionPoolConfig"),
    (&[Replica], "multiAZ automaticFailoverEnabled multiAZEnabled replicas replicaUpdates promotionTier zoneAwarenessEnabled numCacheClusters \
        replicasPerNodeGroup failoverPriority"),
    (&[Table], "globalSecondaryIndexUpdates attributeDefinitions timeToLiveSpecification keySchema"),
    (&[Cluster], "endpointPublicAccess endpointPrivateAccess publicAccessCidrs addonVersion configurationValues kubernetesVersion resourcesVpcConfig \
        kubernetesNetworkConfig upgradePolicy"),
    (&[Cdn], "origins defaultCacheBehavior cacheBehaviors defaultRootObject customErrorResponses aliases trafficDialPercentage"),
    (&[WebFirewall], "webACLId webACLArn defaultAction visibilityConfig"),
    (&[LogDelivery], "cloudwatchLogsExportConfiguration logConfiguration logPublishingOptions loggingConfig logDriver"),
    (&[ApiMethod], "authorizationType integrationUri integration connectionId requestParameters binaryMediaTypes disableExecuteApiEndpoint \
        endpointConfiguration corsConfiguration routeKey routeSettings routeSelectionExpression stageVariables"),
    (&[ApiAccess], "authorizer authorizerUri authorizerId authorizerCredentials apiKeyRequired apiStages identitySource providerARNs \
        authenticationType additionalAuthenticationProviders"),
    (&[Backup], "backupRetentionPeriod preferredBackupWindow snapshotRetentionLimit snapshotWindow pointInTimeRecoverySpecification"),
];

/// Words of the keys of tags by which something selects.
///
/// Source: the documentation of the AWS load balancer controller, the cluster autoscaler, Karpenter, Patch Manager and Backup.
const SELECTORS: &[(&[Aspect], &str)] = &[
    (&[Listener, Target], "elb internal-elb"),
    (&[Scaling], "karpenter.sh cluster-autoscaler discovery node-template"),
    (&[Cluster, Listener], "cluster"),
    (&[Code], "codedeploy PatchGroup"),
    (&[Backup], "backup"),
];

/// Keys whose text names the attribute that is set.
const NAMING: &[&str] = &["attributeName", "path", "key", "attribute", "namespace"];

type Index = HashMap<Folded<'static>, Aspects>;

fn index(table: &[(&[Aspect], &'static str)]) -> Index {
    table.iter().flat_map(|(aspects, keys)| keys.split_whitespace().map(|key| (Folded(key), Aspects::of(aspects)))).collect()
}

/// Returns what the keys of a request, and the attributes that it names, act on.
pub(super) fn of(request: &Flat<'_>) -> Aspects {
    static INDEX: LazyLock<Index> = LazyLock::new(|| index(KEYS));
    let find = |key: &str| INDEX.get(&Folded(key)).copied().unwrap_or_default();
    request.iter().fold(Aspects::NONE, |all, (key, value)| all.or(find(key)).or(named(key, value, find)))
}

/// Returns what selects by the tags of a request.
pub(super) fn of_selectors(request: &Flat<'_>) -> Aspects {
    static INDEX: LazyLock<Index> = LazyLock::new(|| index(SELECTORS));
    let find = |key: &str| INDEX.get(&Folded(key)).copied().unwrap_or_default();
    request.iter().fold(Aspects::NONE, |all, (key, value)| all.or(named(key, value, find)))
}

/// Returns what the attribute acts on that `value` names.
fn named(key: &str, value: &Value, find: impl Fn(&str) -> Aspects) -> Aspects {
    match value {
        Value::String(text) if text.len() <= 128 && NAMING.iter().any(|name| name.eq_ignore_ascii_case(key)) => {
            let parts =
                text.split(['/', ':']).flat_map(|part| std::iter::once(part).chain(part.split('.').filter(move |one| *one != part)));
            parts.fold(Aspects::NONE, |all, part| all.or(find(part)))
        }
        _ => Aspects::NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_stands_twice() {
        for table in [KEYS, SELECTORS] {
            let mut seen = std::collections::HashSet::new();
            for key in table.iter().flat_map(|(_, keys)| keys.split_whitespace()) {
                assert!(seen.insert(key.to_lowercase()), "{key}");
            }
        }
    }
}
