//! An archive as CloudTrail lays it out and fills it: some calls in seven change something, the rest looks, and everybody has few names.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use cloudtrail_mcp::time;
use flate2::Compression;
use flate2::write::GzEncoder;

/// When the archive begins.
const BEGIN: &str = "2026-03-01T00:00:00Z";
const ACCOUNT: &str = "111122223333";
const REGIONS: [&str; 6] = ["us-east-1", "eu-west-1", "eu-central-1", "us-west-2", "ap-south-1", "ap-northeast-1"];

/// Makes the archive; the same options give the same bytes.
pub(crate) fn archive(dir: &Path, options: &[&str]) {
    let option = |name: &str, default: u32| {
        let at = options.iter().position(|option| *option == name);
        at.map_or(default, |at| options[at + 1].parse().unwrap())
    };
    let (days, every) = (option("--days", 7), option("--every", 10));
    let regions = &REGIONS[..option("--regions", 2) as usize];
    let files = days * 24 * 60 / every * u32::try_from(regions.len()).unwrap();
    let per_file = (option("--records", 330_000) / files).max(1);
    let begin = time::parse(BEGIN).unwrap();
    let mut dice = Dice(20_260_301);
    let (mut records, mut bytes) = (0_u64, 0_u64);
    for slot in 0..days * 24 * 60 / every {
        for region in regions {
            let from = begin + TimeDelta::minutes(i64::from(slot * every));
            // Nights are quieter.
            let busy = 60 + 80 * u32::from((7..19).contains(&(slot * every / 60 % 24)));
            let count = (per_file * busy / 100).max(1);
            let mut text = String::from("{\"Records\":[");
            for number in 0..count {
                if number > 0 {
                    text.push(',');
                }
                let time = from + TimeDelta::seconds(i64::from(number * every * 60 / count));
                text.push_str(&record(&mut dice, region, time));
            }
            text.push_str("]}");
            write(dir, region, from + TimeDelta::minutes(5), &mut dice, &text);
            records += u64::from(count);
            bytes += text.len() as u64;
        }
    }
    println!("{files} files, {records} records, {bytes} bytes of JSON");
}

fn write(dir: &Path, region: &str, named: DateTime<Utc>, dice: &mut Dice, text: &str) {
    let folder = dir.join(format!("AWSLogs/{ACCOUNT}/CloudTrail/{region}/{}", named.format("%Y/%m/%d")));
    fs::create_dir_all(&folder).unwrap();
    let name = format!("{ACCOUNT}_CloudTrail_{region}_{}Z_{:016X}.json.gz", named.format("%Y%m%dT%H%M"), dice.roll(u64::MAX));
    let mut encoder = GzEncoder::new(fs::File::create(folder.join(name)).unwrap(), Compression::new(6));
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap();
}

/// Calls that look, with what they ask for; the more frequent stand more often.
const LOOKS: &[(&str, &str, &str)] = &[
    ("sts", "AssumeRole", r#"{"roleArn":"arn:aws:iam::111122223333:role/ROLE","roleSessionName":"SESSION","durationSeconds":900}"#),
    ("sts", "AssumeRole", r#"{"roleArn":"arn:aws:iam::111122223333:role/ROLE","roleSessionName":"SESSION","durationSeconds":3600}"#),
    ("kms", "Decrypt", r#"{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::orders-NUMBER"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}"#),
    ("ec2", "DescribeInstances", r#"{"maxResults":1000,"instancesSet":{},"filterSet":{}}"#),
    ("ec2", "DescribeInstances", r#"{"instancesSet":{"items":[{"instanceId":"i-0HEX"}]},"filterSet":{}}"#),
    (
        "ec2",
        "DescribeNetworkInterfaces",
        r#"{"networkInterfaceIdSet":{},"filterSet":{"items":[{"name":"vpc-id","valueSet":{"items":[{"value":"vpc-0HEX"}]}}]}}"#,
    ),
    ("logs", "DescribeLogStreams", r#"{"logGroupName":"/ecs/checkout-NUMBER","orderBy":"LastEventTime","descending":true}"#),
    (
        "elasticloadbalancing",
        "DescribeTargetHealth",
        r#"{"targetGroupArn":"arn:aws:elasticloadbalancing:REGION:111122223333:targetgroup/web-NUMBER/HEX"}"#,
    ),
    ("rds", "DescribeDBInstances", r#"{"dBInstanceIdentifier":"orders-NUMBER"}"#),
    ("ecs", "DescribeServices", r#"{"services":["checkout-NUMBER"],"cluster":"prod"}"#),
    ("monitoring", "DescribeAlarms", r#"{"stateValue":"ALARM","maxRecords":100}"#),
    ("s3", "GetBucketAcl", r#"{"bucketName":"orders-NUMBER","Host":"orders-NUMBER.s3.REGION.amazonaws.com","acl":""}"#),
    ("iam", "GetRole", r#"{"roleName":"ROLE"}"#),
    ("lambda", "ListFunctions20150331", r#"{"masterRegion":"ALL","functionVersion":"ALL"}"#),
    ("secretsmanager", "GetSecretValue", r#"{"secretId":"prod/orders-NUMBER"}"#),
    ("health", "DescribeEventAggregates", r#"{"filter":{"eventStatusCodes":["open","upcoming"]},"aggregateField":"eventTypeCategory"}"#),
];

/// Calls that change something, with what they ask for and what they are answered.
const CHANGES: &[(&str, &str, &str, &str)] = &[
    (
        "ec2",
        "CreateNetworkInterface",
        r#"{"subnetId":"subnet-0HEX","description":"arn:aws:ecs:REGION:111122223333:attachment/HEX","groupSet":{"items":[{"groupId":"sg-0HEX"}]},"clientToken":"ID"}"#,
        r#"{"requestId":"ID","networkInterface":{"networkInterfaceId":"eni-0HEX","subnetId":"subnet-0HEX","vpcId":"vpc-0HEX","availabilityZone":"REGIONa","ownerId":"111122223333","requesterManaged":false,"status":"pending","macAddress":"0a:00:00:00:00:01","privateIpAddress":"10.0.1.17","sourceDestCheck":true,"groupSet":{"items":[{"groupId":"sg-0HEX","groupName":"web"}]},"tagSet":{}}}"#,
    ),
    ("logs", "CreateLogStream", r#"{"logGroupName":"/ecs/checkout-NUMBER","logStreamName":"web/checkout/HEXHEX"}"#, "null"),
    (
        "ssm",
        "UpdateInstanceInformation",
        r#"{"instanceId":"i-0HEX","agentVersion":"3.2.1","agentStatus":"Active","platformType":"Linux","platformName":"Amazon Linux","platformVersion":"2023","iPAddress":"10.0.2.3","computerName":"ip-10-0-2-3"}"#,
        "null",
    ),
    (
        "ecs",
        "SubmitTaskStateChange",
        r#"{"cluster":"prod","task":"arn:aws:ecs:REGION:111122223333:task/prod/HEXHEX","status":"RUNNING"}"#,
        r#"{"acknowledgment":"ACCEPT"}"#,
    ),
    (
        "autoscaling",
        "UpdateAutoScalingGroup",
        r#"{"autoScalingGroupName":"web-NUMBER","minSize":2,"maxSize":12,"desiredCapacity":4}"#,
        "null",
    ),
    (
        "ecs",
        "UpdateService",
        r#"{"cluster":"prod","service":"checkout-NUMBER","taskDefinition":"checkout:NUMBER","forceNewDeployment":true}"#,
        r#"{"service":{"serviceArn":"arn:aws:ecs:REGION:111122223333:service/prod/checkout-NUMBER","serviceName":"checkout-NUMBER","status":"ACTIVE","desiredCount":4,"runningCount":4,"deployments":[{"id":"ecs-svc/1","status":"PRIMARY","taskDefinition":"checkout:NUMBER"}]}}"#,
    ),
    (
        "ec2",
        "AuthorizeSecurityGroupIngress",
        r#"{"groupId":"sg-0HEX","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":443,"toPort":443,"groups":{},"ipRanges":{"items":[{"cidrIp":"192.0.2.0/24","description":"office \"north\""}]},"ipv6Ranges":{},"prefixListIds":{}}]}}"#,
        r#"{"requestId":"ID","_return":true}"#,
    ),
    (
        "ec2",
        "CreateTags",
        r#"{"resourcesSet":{"items":[{"resourceId":"eni-0HEX"}]},"tagSet":{"items":[{"key":"Name","value":"checkout-NUMBER"},{"key":"team","value":"orders"}]}}"#,
        r#"{"requestId":"ID","_return":true}"#,
    ),
    (
        "elasticloadbalancing",
        "RegisterTargets",
        r#"{"targetGroupArn":"arn:aws:elasticloadbalancing:REGION:111122223333:targetgroup/web-NUMBER/HEX","targets":[{"id":"10.0.1.17","port":8080}]}"#,
        "null",
    ),
    (
        "lambda",
        "UpdateFunctionCode20150331v2",
        r#"{"functionName":"orders-NUMBER","dryRun":false,"publish":true}"#,
        r#"{"functionName":"orders-NUMBER","functionArn":"arn:aws:lambda:REGION:111122223333:function:orders-NUMBER","runtime":"python3.12","role":"arn:aws:iam::111122223333:role/ROLE","codeSize":123456,"version":"7","environment":{}}"#,
    ),
];

/// Agents of calls.
const AGENTS: &[&str] = &[
    "aws-sdk-go-v2/1.30.3 ua/2.1 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.170.0 m/E",
    "Boto3/1.34.131 md/Botocore#1.34.131 ua/2.0 os/linux#6.1.91 md/arch#x86_64 lang/python#3.12.3 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.34.131",
    "APN/1.0 HashiCorp/1.0 Terraform/1.8.5 (+https://www.terraform.io) terraform-provider-aws/5.54.1 (+https://registry.terraform.io/providers/hashicorp/aws)",
    "aws-cli/2.16.8 md/awscrt#0.20.11 ua/2.0 os/linux#5.10 md/arch#x86_64 lang/python#3.11.8 md/prompt#off md/command#ec2.describe-instances",
    "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488 Linux/5.10 OpenJDK_64-Bit_Server_VM/25.372-b08]",
    "autoscaling.amazonaws.com",
    "ecs.amazonaws.com",
];

const ROLES: &[&str] = &[
    "deployer",
    "AWSServiceRoleForECS",
    "checkout-task",
    "orders-task",
    "monitoring-reader",
    "AWSReservedSSO_Operator_0123456789abcdef",
    "ci-runner",
    "node-group",
];

fn record(dice: &mut Dice, region: &str, time: DateTime<Utc>) -> String {
    let change = dice.roll(100) < 14;
    let (service, name, request, response) = if change {
        CHANGES[dice.index(CHANGES.len())]
    } else {
        let (service, name, request) = LOOKS[dice.index(LOOKS.len())];
        (
            service,
            name,
            request,
            if name == "AssumeRole" {
                r#"{"credentials":{"accessKeyId":"ASIAEXAMPLENUMBER","sessionToken":"HEXHEXHEXHEX","expiration":"Mar 2, 2026, 11:00:00 AM"}}"#
            } else {
                "null"
            },
        )
    };
    let role = ROLES[dice.index(ROLES.len())];
    let session = format!("{role}-{}", dice.roll(24));
    let agent = AGENTS[dice.index(AGENTS.len())];
    let stamp = time::rfc3339(time);
    let begun = time::rfc3339(time - TimeDelta::minutes(dice.roll(50).try_into().unwrap()));
    let address = format!("10.{}.{}.{}", dice.roll(4), dice.roll(8), dice.roll(250));
    let fill = |dice: &mut Dice, text: &str| {
        let mut filled = String::with_capacity(text.len() * 2);
        let mut rest = text;
        while let Some((at, word)) =
            WORDS.iter().filter_map(|word| Some((rest.find(word)?, *word))).min_by_key(|(at, word)| (*at, word.len()))
        {
            let (before, from) = rest.split_at(at);
            filled.push_str(before);
            match word {
                "HEX" => filled.push_str(&format!("{:016x}", 0xabcd_0000_0000_0000_u64 + dice.roll(4000))),
                "ID" => filled.push_str(&dice.id()),
                "NUMBER" => filled.push_str(&dice.roll(30).to_string()),
                "ROLE" => filled.push_str(role),
                "SESSION" => filled.push_str(&session),
                _ => filled.push_str(region),
            }
            rest = from.strip_prefix(word).unwrap_or_default();
        }
        filled.push_str(rest);
        filled
    };
    let (request, response) = (fill(dice, request), fill(dice, response));
    let failed = if dice.roll(40) == 0 {
        r#""errorCode":"AccessDenied","errorMessage":"User is not authorized to perform this action","#
    } else {
        ""
    };
    let (request_id, id) = (dice.id(), dice.id());
    let kind = if service == "s3" { "Data" } else { "Management" };
    format!(
        r#"{{"eventVersion":"1.09","userIdentity":{{"type":"AssumedRole","principalId":"AROAEXAMPLE{role}:{session}","arn":"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}","accountId":"{ACCOUNT}","accessKeyId":"ASIAEXAMPLE{:06}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROAEXAMPLE{role}","arn":"arn:aws:iam::{ACCOUNT}:role/{role}","accountId":"{ACCOUNT}","userName":"{role}"}},"attributes":{{"creationDate":"{begun}","mfaAuthenticated":"false"}}}}}},"eventTime":"{stamp}","eventSource":"{service}.amazonaws.com","eventName":"{name}","awsRegion":"{region}","sourceIPAddress":"{address}","userAgent":"{agent}",{failed}"requestParameters":{request},"responseElements":{response},"requestID":"{request_id}","eventID":"{id}","readOnly":{},"eventType":"AwsApiCall","managementEvent":{},"recipientAccountId":"{ACCOUNT}","eventCategory":"{kind}","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{service}.{region}.amazonaws.com"}}}}"#,
        dice.roll(2000),
        !change,
        kind == "Management",
    )
}

/// What is filled in.
const WORDS: &[&str] = &["HEX", "ID", "NUMBER", "ROLE", "SESSION", "REGION"];

/// A generator of numbers that look random (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.next() % sides
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.roll(length as u64)).unwrap()
    }

    fn id(&mut self) -> String {
        let (a, b) = (self.next(), self.next());
        format!("{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}", a >> 32, a >> 16 & 0xffff, a & 0xfff, b >> 48 & 0xfff, b & 0xffff_ffff_ffff)
    }
}
