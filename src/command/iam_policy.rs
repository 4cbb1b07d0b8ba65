//! `iam-policy`: what the server's identity needs in AWS, and nothing more.

use std::collections::BTreeSet;

use crate::config::Config;
use crate::config::settings::{
    ARCHIVE_ACCOUNT, ATHENA_ACCOUNT, ATHENA_DATABASE, ATHENA_OUTPUT, ATHENA_TABLE, ATHENA_WORKGROUP, AWS_REGION_ALLOWLIST,
    EVENT_HISTORY_ENABLED, LAKE_ACCOUNT, LAKE_EVENT_DATA_STORE, LOGS_INSIGHTS_ACCOUNT, LOGS_INSIGHTS_DATA_SOURCES,
    LOGS_INSIGHTS_LOG_GROUPS,
};
use crate::event::is_region;
use crate::policy::region::{global_region, partition_name};
use crate::source::{Purpose, api, operations};
use clap::Parser;
use serde_json::{Value, json};

use super::output::{complain, say};
use super::{Failure, Global, Run, USAGE};

/// Print the smallest IAM policy for the enabled sources
#[derive(Parser)]
#[command(
    name = "iam-policy",
    before_help = "Examples:\n  cloudtrail-mcp iam-policy > policy.json\n  cloudtrail-mcp iam-policy --region eu-west-1 --region us-east-1"
)]
pub(super) struct IamPolicy {
    /// Regions that may be read. Default: aws_region_allowlist
    #[arg(long = "regions", visible_alias = "region", value_name = "LIST", value_delimiter = ',')]
    regions: Vec<String>,
}

impl Run for IamPolicy {
    fn run(&self, global: &Global) -> Result<u8, Failure> {
        let config = global.settings()?;
        if let Some(wrong) = self.regions.iter().find(|region| !is_region(region)) {
            return Err(Failure::new(USAGE, format!("--region {wrong}: a region is written as eu-west-1")));
        }
        let regions = if self.regions.is_empty() { config.get(&AWS_REGION_ALLOWLIST) } else { self.regions.clone() };
        let policy = policy(&config, &regions);
        say(&serde_json::to_string_pretty(&policy).unwrap_or_default());
        notes(&config, &regions).iter().for_each(|note| complain(&format!("note: {note}")));
        Ok(0)
    }
}

/// Makes the policy of the server's own identity.
fn policy(config: &Config, regions: &[String]) -> Value {
    let regions: BTreeSet<&str> = regions.iter().map(String::as_str).collect();
    let partition = partition_name(regions.first().copied().unwrap_or_default());
    let read = |sid: &str, purpose: Purpose, narrow: bool| {
        let resource = match narrow {
            true => json!(resources(purpose).map(|resource| format!("arn:{partition}:{resource}")).collect::<BTreeSet<_>>()),
            false => json!("*"),
        };
        let mut statement = json!({"Sid": sid, "Effect": "Allow", "Action": actions(purpose, narrow), "Resource": resource});
        if let (false, Some(statement)) = (regions.is_empty(), statement.as_object_mut()) {
            statement.insert("Condition".into(), json!({"StringEquals": {"aws:RequestedRegion": regions}}));
        }
        statement
    };
    let mut statements = Vec::new();
    if config.get(&EVENT_HISTORY_ENABLED) {
        statements.push(read("ReadCloudTrail", Purpose::Events, false));
    }
    statements.push(read("ReadTrailSettings", Purpose::Settings, false));
    statements.push(read("ReadTrailResources", Purpose::Settings, true));
    statements.extend(archives(config, partition));
    statements.extend(athena(config, partition));
    statements.extend(logs(config, partition));
    statements.extend(
        config
            .find(&LAKE_EVENT_DATA_STORE)
            .map(|store| json!({"Sid": "QueryLake", "Effect": "Allow", "Action": actions(Purpose::Lake, true), "Resource": store})),
    );
    let roles: Vec<String> = config.accounts().into_iter().filter_map(|account| account.role_arn).collect();
    if !roles.is_empty() {
        statements
            .push(json!({"Sid": "ReadOtherAccounts", "Effect": "Allow", "Action": actions(Purpose::Roles, false), "Resource": roles}));
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// Makes the statements for the buckets of archives, each narrowed to what is read of it.
fn archives(config: &Config, partition: &str) -> Vec<Value> {
    let locations: Vec<String> = config.archives().iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let places: Vec<(&str, &str)> = locations
        .iter()
        .filter_map(|place| place.strip_prefix("s3://"))
        .map(|place| place.split_once('/').unwrap_or((place, "")))
        .collect();
    if places.is_empty() {
        return Vec::new();
    }
    let buckets: BTreeSet<String> = places.iter().map(|(bucket, _)| format!("arn:{partition}:s3:::{bucket}")).collect();
    let objects: BTreeSet<String> = places.iter().map(|(bucket, prefix)| format!("arn:{partition}:s3:::{bucket}/{prefix}*")).collect();
    // With a bucket key, the context is the bucket.
    let contexts: BTreeSet<&String> = objects.iter().chain(&buckets).collect();
    let [list, get] = api::OBJECT_READS.map(|read| read.action);
    vec![
        json!({"Sid": "ListArchives", "Effect": "Allow", "Action": [list], "Resource": buckets}),
        json!({"Sid": "ReadArchives", "Effect": "Allow", "Action": [get], "Resource": objects}),
        json!({
            "Sid": "DecryptArchives", "Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": "*",
            "Condition": {"StringLike": {"kms:ViaService": "s3.*"}, "ForAnyValue:StringLike": {"kms:EncryptionContext:aws:s3:arn": contexts}},
        }),
    ]
}

/// Makes the statements for queries of Athena: its workgroup, the table in Glue, the trail's logs, and where results go.
fn athena(config: &Config, partition: &str) -> Vec<Value> {
    let (Some(database), Some(table)) = (config.find(&ATHENA_DATABASE), config.find(&ATHENA_TABLE)) else { return Vec::new() };
    let workgroup = config.find(&ATHENA_WORKGROUP).unwrap_or_else(|| "primary".to_owned());
    let glue = ["catalog".to_owned(), format!("database/{database}"), format!("table/{database}/{table}")];
    let output = config.find(&ATHENA_OUTPUT).unwrap_or_else(|| format!("s3://{RESULTS}"));
    let (bucket, prefix) = output.trim_start_matches("s3://").split_once('/').unwrap_or((output.trim_start_matches("s3://"), ""));
    let objects =
        |bucket: &str, prefix: &str| [format!("arn:{partition}:s3:::{bucket}"), format!("arn:{partition}:s3:::{bucket}/{prefix}*")];
    vec![
        json!({"Sid": "QueryAthena", "Effect": "Allow", "Action": actions(Purpose::Athena, true),
            "Resource": format!("arn:{partition}:athena:*:*:workgroup/{workgroup}")}),
        json!({"Sid": "ReadAthenaTable", "Effect": "Allow", "Action": ["glue:GetDatabase", "glue:GetPartitions", "glue:GetTable"],
            "Resource": glue.map(|part| format!("arn:{partition}:glue:*:*:{part}"))}),
        json!({"Sid": "ReadAthenaLogs", "Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket"],
            "Resource": objects(LOGS, "")}),
        json!({"Sid": "WriteAthenaResults", "Effect": "Allow",
            "Action": ["s3:AbortMultipartUpload", "s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket", "s3:PutObject"],
            "Resource": objects(bucket, prefix)}),
    ]
}

/// Makes the statements for queries of CloudWatch Logs: the log groups, or all where a data source names them.
fn logs(config: &Config, partition: &str) -> Vec<Value> {
    let (named, sources) = (config.get(&LOGS_INSIGHTS_LOG_GROUPS), config.get(&LOGS_INSIGHTS_DATA_SOURCES));
    if named.is_empty() && sources.is_empty() {
        return Vec::new();
    }
    let arn = |group: String| if group.starts_with("arn:") { group } else { format!("arn:{partition}:logs:*:*:log-group:{group}") };
    let mut groups: Vec<String> = named.into_iter().map(arn).collect();
    if groups.is_empty() {
        groups.push(arn("*".to_owned()));
    }
    let groups: Vec<String> = groups.into_iter().map(|group| format!("{}:*", group.trim_end_matches(":*"))).collect();
    vec![
        json!({"Sid": "QueryLogs", "Effect": "Allow", "Action": actions(Purpose::LogsInsights, true), "Resource": groups}),
        json!({"Sid": "ReadLogsResults", "Effect": "Allow", "Action": actions(Purpose::LogsInsights, false), "Resource": "*"}),
    ]
}

/// What stands for the buckets of Athena that no setting names.
const LOGS: &str = "BUCKET-OF-THE-TRAIL";
const RESULTS: &str = "BUCKET-OF-RESULTS";

/// Returns the permissions for a purpose, each once: those that AWS can narrow to resources, or the others.
fn actions(purpose: Purpose, narrow: bool) -> BTreeSet<&'static str> {
    let of = operations().filter(|operation| operation.purpose == purpose && operation.resource.is_empty() != narrow);
    let all: BTreeSet<&str> = of.flat_map(|operation| operation.actions.iter().copied()).collect();
    // What events are read by is allowed already.
    all.into_iter().filter(|action| purpose != Purpose::Settings || !actions(Purpose::Events, false).contains(action)).collect()
}

fn resources(purpose: Purpose) -> impl Iterator<Item = &'static str> {
    operations().filter(move |operation| operation.purpose == purpose).map(|operation| operation.resource).filter(|one| !one.is_empty())
}

fn notes(config: &Config, regions: &[String]) -> Vec<String> {
    let mut notes = Vec::new();
    if regions.is_empty() {
        notes.push("aws_region_allowlist is empty, so any region may be read; --region eu-west-1,us-east-1 narrows it".to_owned());
    } else if !regions.iter().any(|region| global_region(region) == region) {
        notes.push("the region of global services is not among them: IAM and sign-in events will not be seen".to_owned());
    }
    if config.accounts().iter().any(|account| account.role_arn.is_some()) {
        notes.push("each of the roles needs the statements Read* itself, and a trust policy that admits this identity".to_owned());
    }
    if config.is_archive_remote() {
        notes.push("DecryptArchives is for objects encrypted with a key of KMS; put that key's ARN in place of its \"*\"".to_owned());
    }
    if config.find(&ARCHIVE_ACCOUNT).is_some() {
        notes.push("ListArchives, ReadArchives and DecryptArchives are for the role of [archive] account".to_owned());
    }
    if config.find(&ATHENA_TABLE).is_some() {
        notes.push(format!(
            "Athena reads the trail's bucket and writes results as this identity; put their names in place of {LOGS} and {RESULTS}, and allow \
             kms:Decrypt with the key of the logs, if they have one"
        ));
        if config.find(&ATHENA_ACCOUNT).is_some() {
            notes.push("QueryAthena and the statements of Athena behind it are for the role of [athena] account".to_owned());
        }
    }
    let engines = [config.find(&ATHENA_TABLE).is_some(), config.find(&LAKE_EVENT_DATA_STORE).is_some(), !logs(config, "").is_empty()];
    if engines.contains(&true) {
        notes.push(
            "to begin or stop a query counts as Write where AWS lists access levels (athena:StartQueryExecution, cloudtrail:StartQuery); it changes no event \
             and no setting, and costs what it scans"
                .to_owned(),
        );
    }
    if config.find(&LAKE_ACCOUNT).is_some() || config.find(&LOGS_INSIGHTS_ACCOUNT).is_some() {
        notes.push(
            "QueryLogs and ReadLogsResults are for the role of [logs_insights] account, QueryLake for that of [lake] account".to_owned(),
        );
    }
    notes.push("ReadTrailSettings and ReadTrailResources are for `trails`, `verify` and for what answers say of blind spots: what is missing of it is unknown there, and nothing else fails".to_owned());
    notes.push("sts:GetCallerIdentity, by which the account is told, needs no permission".to_owned());
    notes
}
