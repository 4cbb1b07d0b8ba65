//! The setup that passes every check, as CloudFormation, as steps of AWS's command line, and the table of its logs. Printed, never run.

use super::check::{Target, WATCHED};
use crate::policy::region::known_regions;

/// The CloudFormation template; `{{…}}` is filled in.
const TEMPLATE: &str = include_str!("trail.yaml");
/// The same as steps.
const STEPS: &str = include_str!("steps.sh");
/// The table for Athena.
const TABLE: &str = include_str!("table.sql");

/// What is set up.
#[derive(Clone, Debug)]
pub struct Setup {
    /// For how long logs are kept.
    pub target: Target,
    /// Whether data events and network activity are recorded, too.
    pub data_events: bool,
    /// The organization whose every account is recorded; empty for this account alone.
    pub organization: String,
}

/// Where a trail's logs are.
#[derive(Clone, Debug)]
pub struct Place {
    /// The bucket.
    pub bucket: String,
    /// What stands before `AWSLogs` in it.
    pub prefix: String,
    /// The organization whose trail it is; empty for that of an account.
    pub organization: String,
    /// Accounts; none means any, each of which a query has to name.
    pub accounts: Vec<String>,
    /// Regions; none means all that are known.
    pub regions: Vec<String>,
    /// The table, with its database or without.
    pub table: String,
    /// The first day, as `2024/01/01`.
    pub since: String,
}

/// Writes the CloudFormation template.
pub fn cloudformation(setup: &Setup) -> String {
    let watched: String = WATCHED.iter().map(|watched| alarm(watched.name, watched.pattern)).collect();
    fill(
        TEMPLATE,
        &[
            ("ENVIRONMENT", &environment(setup.target)),
            ("DATA_EVENTS", if setup.data_events { "all" } else { "none" }),
            ("ORGANIZATION", &setup.organization),
            ("WATCHED", &watched),
        ],
    )
}

/// Returns how the template names a target: the keys of a mapping have no underscores.
fn environment(target: Target) -> String {
    target.name.replace('_', "-")
}

/// Writes metric filter and alarm of one thing that is watched.
fn alarm(name: &str, pattern: &str) -> String {
    let pattern = pattern.replace('\'', "''");
    format!(
        "
  {name}Filter:
    Type: AWS::Logs::MetricFilter
    Properties:
      LogGroupName: !Ref LogGroup
      FilterName: {name}
      FilterPattern: '{pattern}'
      MetricTransformations:
        - {{MetricName: {name}, MetricNamespace: !Sub \"CloudTrail/${{TrailName}}\", MetricValue: \"1\", DefaultValue: 0}}

  {name}Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: !Sub \"${{TrailName}}-{name}\"
      Namespace: !Sub \"CloudTrail/${{TrailName}}\"
      MetricName: {name}
      Statistic: Sum
      Period: 300
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
      TreatMissingData: notBreaching
      AlarmActions: [!Ref Alarms]
"
    )
}

/// Writes the steps of AWS's command line.
pub fn steps(setup: &Setup) -> String {
    let selector = |name: &str, fields: &[(&str, &str)]| {
        let fields: Vec<String> =
            fields.iter().map(|(field, value)| format!("{{\"Field\":\"{field}\",\"Equals\":[\"{value}\"]}}")).collect();
        format!("{{\"Name\":\"{name}\",\"FieldSelectors\":[{}]}}", fields.join(","))
    };
    let mut selectors = vec![selector("management", &[("eventCategory", "Management")])];
    if setup.data_events {
        selectors.push(selector("s3", &[("eventCategory", "Data"), ("resources.type", "AWS::S3::Object")]));
        selectors.push(selector("lambda", &[("eventCategory", "Data"), ("resources.type", "AWS::Lambda::Function")]));
        selectors.push(selector("s3-endpoints", &[("eventCategory", "NetworkActivity"), ("eventSource", "s3.amazonaws.com")]));
        selectors.push(selector("kms-endpoints", &[("eventCategory", "NetworkActivity"), ("eventSource", "kms.amazonaws.com")]));
    }
    let selectors = format!(
        "aws cloudtrail put-event-selectors --region \"$REGION\" --trail-name \"$TRAIL\" --advanced-event-selectors \\\n  '[{}]' > /dev/null",
        selectors.join(",\n   ")
    );
    let watched: String = WATCHED.iter().map(|watched| format!("watch {} '{}'\n", watched.name, watched.pattern)).collect();
    fill(
        STEPS,
        &[
            ("KEEP_DAYS", &setup.target.days.to_string()),
            ("KEEP_WHY", setup.target.why),
            ("ORGANIZATION", &setup.organization),
            ("SELECTORS", &selectors),
            ("WATCHED", &watched),
        ],
    )
}

/// Writes the table for Athena.
pub fn table(place: &Place) -> String {
    let prefix = place.prefix.trim_matches('/');
    let parts = ["s3:/", &place.bucket, prefix, "AWSLogs", &place.organization];
    let root: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let regions: Vec<&str> = match place.regions.as_slice() {
        [] => known_regions("us-east-1").collect(),
        named => named.iter().map(String::as_str).collect(),
    };
    let values = format!("\n  'projection.account.values' = '{}',", place.accounts.join(","));
    fill(
        TABLE,
        &[
            ("TABLE", &place.table),
            ("ROOT", &format!("{}/", root.join("/"))),
            ("ACCOUNT_TYPE", if place.accounts.is_empty() { "injected" } else { "enum" }),
            ("ACCOUNT_VALUES", if place.accounts.is_empty() { "" } else { &values }),
            ("REGIONS", &regions.join(",")),
            ("SINCE", &place.since),
        ],
    )
}

fn fill(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::super::check::TARGETS;
    use super::*;

    fn setup(organization: &str) -> Setup {
        let [target, ..] = TARGETS;
        Setup { target, data_events: true, organization: organization.to_owned() }
    }

    fn place(accounts: &[&str]) -> Place {
        Place {
            bucket: "logs".into(),
            prefix: "trails/".into(),
            organization: String::new(),
            accounts: accounts.iter().map(|account| (*account).to_owned()).collect(),
            regions: vec!["eu-west-1".into()],
            table: "audit.cloudtrail".into(),
            since: "2024/01/01".into(),
        }
    }

    #[test]
    fn nothing_is_left_to_fill_in() {
        for text in [cloudformation(&setup("o-example123")), steps(&setup("")), table(&place(&[]))] {
            assert!(!text.contains("{{"), "{text}");
        }
    }

    #[test]
    fn the_template_keeps_logs_as_long_as_each_target_asks_for() {
        for target in TARGETS {
            assert!(TEMPLATE.contains(&format!("{}: {{Days: {}}}", environment(target), target.days)), "{}", target.name);
        }
    }

    #[test]
    fn what_is_watched_stands_in_both_forms() {
        for watched in &WATCHED {
            assert!(
                cloudformation(&setup("")).contains(watched.pattern) && steps(&setup("")).contains(watched.pattern),
                "{}",
                watched.name
            );
        }
    }

    #[test]
    fn the_table_begins_under_the_prefix_and_asks_for_accounts_that_it_does_not_know() {
        let any = table(&place(&[]));
        assert!(any.contains("LOCATION 's3://logs/trails/AWSLogs/'") && any.contains("'projection.account.type' = 'injected'"), "{any}");
        assert!(any.contains("'s3://logs/trails/AWSLogs/${account}/CloudTrail/${region}/${day}'"));
        let known = table(&place(&["111122223333", "444455556666"]));
        assert!(known.contains("'projection.account.values' = '111122223333,444455556666',"), "{known}");
        let organization = Place { organization: "o-example123".into(), ..place(&[]) };
        assert!(table(&organization).contains("LOCATION 's3://logs/trails/AWSLogs/o-example123/'"));
    }
}
