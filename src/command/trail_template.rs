//! `trail-template`: the setup that passes every check, printed for whoever may make it; this server never writes to AWS.

use crate::event::{is_account, is_region};
use crate::posture::trail::check::TARGETS;
use crate::posture::trail::template::{self, Place, Setup};
use clap::{Parser, ValueEnum};

use super::output::{complain, say};
use super::{Failure, Global, Run, USAGE};

/// Print a trail that passes all checks of `trails`: CloudFormation, AWS CLI steps, or the Athena table of its logs
#[derive(Parser)]
#[command(
    name = "trail-template",
    before_help = "Examples:\n  cloudtrail-mcp trail-template > trail.yaml\n  \
        aws cloudformation deploy --template-file trail.yaml --stack-name audit-trail --capabilities CAPABILITY_IAM --parameter-overrides AlarmEmail=oncall@example.com\n  \
        cloudtrail-mcp trail-template --format cli > steps.sh\n  \
        cloudtrail-mcp trail-template --athena --bucket cloudtrail-logs-111122223333-eu-west-1 > table.sql"
)]
pub(super) struct TrailTemplate {
    /// How it is printed
    #[arg(long, value_enum, default_value_t = Form::Cloudformation, conflicts_with = "of_table")]
    format: Form,
    /// How long logs are kept: production (7 years), development (90 days), hipaa, pci_dss or soc2
    #[arg(long, default_value = TARGETS[0].name, value_parser = TARGETS.map(|target| target.name))]
    environment: String,
    /// Leave out S3 objects, Lambda invocations and network activity, which are paid for by their number
    #[arg(long)]
    without_data_events: bool,
    /// Take in every account of this organization (o-…); for its management account
    #[arg(long, value_name = "ID", default_value = "")]
    organization: String,
    /// Print the table of a trail's logs for Athena
    #[arg(long, group = "of_table", requires = "bucket")]
    athena: bool,
    /// Its bucket
    #[arg(long, requires = "of_table")]
    bucket: Option<String>,
    /// What stands before AWSLogs in the bucket
    #[arg(long, requires = "of_table", default_value = "")]
    prefix: String,
    /// The table, with its database or without
    #[arg(long, requires = "of_table", default_value = "cloudtrail_logs")]
    table: String,
    /// Accounts in it; without them each query has to name one
    #[arg(long, requires = "of_table", visible_alias = "account", value_name = "LIST", value_delimiter = ',')]
    accounts: Vec<String>,
    /// Regions in it; without them all that are known
    #[arg(long, requires = "of_table", visible_alias = "region", value_name = "LIST", value_delimiter = ',')]
    regions: Vec<String>,
    /// The first day
    #[arg(long, requires = "of_table", value_name = "YYYY/MM/DD", default_value = "2020/01/01")]
    first_day: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A CloudFormation template
    Cloudformation,
    /// Steps of the AWS command line, with how to take them back
    Cli,
}

impl Run for TrailTemplate {
    fn run(&self, _: &Global) -> Result<u8, Failure> {
        let organization = self.organization.trim();
        let is_id = |id: &str| {
            id.strip_prefix("o-").is_some_and(|rest| (10..=32).contains(&rest.len()) && rest.chars().all(|c| c.is_ascii_alphanumeric()))
        };
        if !organization.is_empty() && !is_id(organization) {
            return Err(Failure::new(USAGE, "--organization is an organization's id, as o-exampleorgid"));
        }
        if self.athena {
            say(template::table(&self.place(organization)?).trim_end());
            return Ok(0);
        }
        let target = TARGETS.into_iter().find(|target| target.name == self.environment).unwrap_or(TARGETS[0]);
        let setup = Setup { target, data_events: !self.without_data_events, organization: organization.to_owned() };
        match self.format {
            Form::Cloudformation => say(template::cloudformation(&setup).trim_end()),
            Form::Cli => say(template::steps(&setup).trim_end()),
        }
        if setup.data_events {
            complain(
                "note: data events are paid for by their number; --without-data-events leaves them out, and the checks of them fail then",
            );
        }
        Ok(0)
    }
}

impl TrailTemplate {
    fn place(&self, organization: &str) -> Result<Place, Failure> {
        let wrong = |flag: &str, example: &str| Failure::new(USAGE, format!("{flag} is written as {example}"));
        let plain = |text: &str, more: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
        let bucket = self.bucket.clone().unwrap_or_default();
        if !(3..=63).contains(&bucket.len()) || !plain(&bucket, ".-") {
            return Err(wrong("--bucket", "cloudtrail-logs-111122223333-eu-west-1"));
        }
        if !plain(&self.prefix, "/!-_.*()") {
            return Err(wrong("--prefix", "trails"));
        }
        if self.table.is_empty() || !plain(&self.table, "_.") || self.table.split('.').count() > 2 {
            return Err(wrong("--table", "audit.cloudtrail_logs"));
        }
        if self.accounts.iter().any(|account| !is_account(account)) {
            return Err(wrong("--accounts", "111122223333,444455556666"));
        }
        if self.regions.iter().any(|region| !is_region(region)) {
            return Err(wrong("--regions", "eu-west-1,us-east-1"));
        }
        if self.first_day.len() != 10 || chrono::NaiveDate::parse_from_str(&self.first_day, "%Y/%m/%d").is_err() {
            return Err(wrong("--first-day", "2024/01/31"));
        }
        Ok(Place {
            bucket,
            prefix: self.prefix.clone(),
            organization: organization.to_owned(),
            accounts: self.accounts.clone(),
            regions: self.regions.clone(),
            table: self.table.clone(),
            since: self.first_day.clone(),
        })
    }
}
