//! What is recorded at all.

use super::Severity::{Critical, High, Low, Medium};
use super::{Check, Judge, Standards, Subject, Verdict, count, few, of, recording};
use crate::policy::region::enabled_by_default;
use crate::posture::trail::fact::{Fact, Posture, Trail};
use crate::posture::trail::selector::{Extent, Wanted};

const WRITES: Wanted<'_> = Wanted { category: "Management", reads: Some(false), source: None, resource_type: None, arn: None };
const READS: Wanted<'_> = Wanted { reads: Some(true), ..WRITES };
const S3_WRITES: Wanted<'_> = Wanted { category: "Data", resource_type: Some("AWS::S3::Object"), ..WRITES };
const S3_READS: Wanted<'_> = Wanted { reads: Some(true), ..S3_WRITES };
const LAMBDA: Wanted<'_> =
    Wanted { category: "Data", reads: Some(false), source: None, resource_type: Some("AWS::Lambda::Function"), arn: None };

const NONE: Standards = Standards::NONE;
/// Selectors are replaced as a whole, so that no command can add to those that are set without naming them.
const DATA_EVENTS: &str = "add a selector each for data events of AWS::S3::Object and AWS::Lambda::Function to those that are set (aws cloudtrail \
    get-event-selectors --trail-name {trail} --region {region}), and give all of them to aws cloudtrail put-event-selectors --advanced-event-selectors, \
    which replaces what is set: {\"Name\":\"s3\",\"FieldSelectors\":[{\"Field\":\"eventCategory\",\"Equals\":[\"Data\"]},\
    {\"Field\":\"resources.type\",\"Equals\":[\"AWS::S3::Object\"]}]}; without management events beside it, add \
    {\"Name\":\"management\",\"FieldSelectors\":[{\"Field\":\"eventCategory\",\"Equals\":[\"Management\"]}]}";
const MANAGEMENT: &str = "let one selector take in all management events, and keep the others that are set (aws cloudtrail get-event-selectors \
    --trail-name {trail} --region {region}): in EventSelectors ReadWriteType All, IncludeManagementEvents true and ExcludeManagementEventSources []; \
    in AdvancedEventSelectors eventCategory Management alone; then give all of them to aws cloudtrail put-event-selectors, which replaces what is set";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "trail_enabled",
        title: "at least one trail records",
        severity: Critical,
        standards: NONE.hub("CloudTrail.3").config("cloudtrail-enabled"),
        fix: "make a trail: `cloudtrail-mcp trail-template` prints one that passes every check",
        judge: Judge::Account(|subject| {
            Ok(match recording(subject.posture, |_| Ok(true))? {
                Some(trail) => Verdict::pass(format!("{} records", trail.name)),
                None => Verdict::fail(match subject.posture.trails.len() {
                    0 => "there is no trail".to_owned(),
                    trails => format!("{}, and none records", count(trails, "trail")),
                }),
            })
        }),
    },
    Check {
        id: "multi_region",
        title: "a trail of all regions records reads and writes of management",
        severity: High,
        standards: NONE.cis("3.1", "4.1").hub("CloudTrail.1").config("multi-region-cloudtrail-enabled"),
        fix: "aws cloudtrail update-trail --name {trail} --region {region} --is-multi-region-trail --include-global-service-events",
        judge: Judge::Account(|subject| {
            let all = |trail: &Trail| Ok(trail.multi_region && writes(trail)? && records(trail, &READS)? == Extent::All);
            found(subject, all, "no trail that records is of all regions and takes in every management event")
        }),
    },
    Check {
        id: "regions_covered",
        title: "every region that was asked for is recorded",
        severity: High,
        standards: NONE,
        fix: "aws cloudtrail update-trail --name {trail} --region {region} --is-multi-region-trail",
        judge: Judge::Account(|subject| {
            let asked: Vec<&str> = subject.posture.regions.iter().map(|(region, _)| region.as_str()).collect();
            covered(subject.posture, &asked)
        }),
    },
    Check {
        id: "opt_in_regions",
        title: "every region that the account has opted into is recorded",
        severity: Medium,
        standards: NONE,
        fix: "aws cloudtrail update-trail --name {trail} --region {region} --is-multi-region-trail",
        judge: Judge::Account(|subject| {
            let enabled = of(&subject.posture.enabled_regions)?;
            let home = subject.posture.regions.first().map(|(region, _)| region.as_str()).unwrap_or_default();
            let opted: Vec<&str> = enabled.iter().map(String::as_str).filter(|region| !enabled_by_default(home).contains(region)).collect();
            if opted.is_empty() { Ok(Verdict::pass("no region was opted into")) } else { covered(subject.posture, &opted) }
        }),
    },
    Check {
        id: "global_services",
        title: "IAM and other global services are recorded",
        severity: High,
        standards: NONE,
        fix: "aws cloudtrail update-trail --name {trail} --region {region} --include-global-service-events",
        judge: Judge::Account(|subject| {
            let global = |trail: &Trail| Ok(trail.global_services && writes(trail)?);
            found(subject, global, "no trail that records has IncludeGlobalServiceEvents and takes in all management writes")
        }),
    },
    Check {
        id: "management_writes",
        title: "changes (management writes) are recorded",
        severity: Critical,
        standards: NONE.hub("CloudTrail.1"),
        fix: MANAGEMENT,
        judge: Judge::Account(|subject| found(subject, writes, "no trail that records takes in all management writes")),
    },
    Check {
        id: "management_reads",
        title: "management reads are recorded",
        severity: Medium,
        standards: NONE.hub("CloudTrail.1"),
        fix: MANAGEMENT,
        judge: Judge::Account(|subject| {
            found(subject, |trail| Ok(records(trail, &READS)? == Extent::All), "no trail that records takes in all management reads")
        }),
    },
    Check {
        id: "kms_events",
        title: "events of KMS are not excluded",
        severity: Medium,
        standards: NONE,
        fix: MANAGEMENT,
        judge: Judge::Account(|subject| source(subject, "kms.amazonaws.com")),
    },
    Check {
        id: "rds_data_events",
        title: "events of the RDS Data API are not excluded",
        severity: Low,
        standards: NONE,
        fix: MANAGEMENT,
        judge: Judge::Account(|subject| source(subject, "rdsdata.amazonaws.com")),
    },
    Check {
        id: "s3_data_writes",
        title: "writes of S3 objects are recorded",
        severity: Medium,
        standards: NONE.cis("3.8", "4.8").hub("S3.22").config("cloudtrail-all-write-s3-data-event-check"),
        fix: DATA_EVENTS,
        judge: Judge::Account(|subject| data(subject, &S3_WRITES, "writes of S3 objects")),
    },
    Check {
        id: "s3_data_reads",
        title: "reads of S3 objects are recorded",
        severity: Medium,
        standards: NONE.cis("3.9", "4.9").hub("S3.23").config("cloudtrail-all-read-s3-data-event-check"),
        fix: DATA_EVENTS,
        judge: Judge::Account(|subject| data(subject, &S3_READS, "reads of S3 objects")),
    },
    Check {
        id: "lambda_data",
        title: "invocations of Lambda functions are recorded",
        severity: Low,
        standards: NONE,
        fix: DATA_EVENTS,
        judge: Judge::Account(|subject| data(subject, &LAMBDA, "Lambda invocations")),
    },
    Check {
        id: "network_activity",
        title: "network activity of VPC endpoints is recorded",
        severity: Low,
        standards: NONE,
        fix: "add an advanced event selector with eventCategory NetworkActivity and eventSource of a service, such as s3.amazonaws.com; only it shows what an endpoint policy denied",
        judge: Judge::Account(|subject| {
            let trail = recording(subject.posture, |trail| Ok(!selectors(trail)?.network_sources().is_empty()))?;
            Ok(match trail {
                Some(trail) => Verdict::pass(format!("{} records it of {}", trail.name, selectors(trail)?.network_sources().join(", "))),
                None => Verdict::fail("no selector of NetworkActivity: requests that a VPC endpoint policy denies are nowhere"),
            })
        }),
    },
    Check {
        id: "insights_rate",
        title: "Insights watch the rate of calls",
        severity: Low,
        standards: NONE,
        fix: INSIGHTS,
        judge: Judge::Account(|subject| insight(subject, "ApiCallRateInsight")),
    },
    Check {
        id: "insights_errors",
        title: "Insights watch the rate of errors",
        severity: Low,
        standards: NONE,
        fix: INSIGHTS,
        judge: Judge::Account(|subject| insight(subject, "ApiErrorRateInsight")),
    },
    Check {
        id: "organization_trail",
        title: "an organization's trail takes in the account",
        severity: Medium,
        standards: NONE,
        fix: "in the management account: aws cloudtrail update-trail --name {trail} --is-organization-trail (after aws organizations enable-aws-service-access --service-principal cloudtrail.amazonaws.com)",
        judge: Judge::Account(|subject| {
            if let Ok(Some(trail)) = recording(subject.posture, |trail| Ok(trail.organization)) {
                return Ok(Verdict::pass(format!("{} is of the organization", trail.name)));
            }
            let Some(organization) = of(&subject.posture.organization)? else {
                return Ok(Verdict::pass("the account is in no organization"));
            };
            let id = &organization.id;
            found(
                subject,
                |trail| Ok(trail.organization),
                &format!("the account is in {id}, and no trail that records is of the organization"),
            )
        }),
    },
    Check {
        id: "paid_copies",
        title: "management events are delivered once",
        severity: Low,
        standards: NONE,
        fix: "find the copy that nobody reads, and which records nothing that no other does; then let it take in data events alone, or stop that one with aws cloudtrail stop-logging",
        judge: Judge::Account(|subject| {
            let copies = copies(subject.posture)?;
            let Some((region, names)) = copies.iter().find(|(_, names)| names.len() > 1) else {
                return Ok(Verdict::pass("no region has a second copy, which would cost"));
            };
            let paid = subject.posture.events_a_month.map(copy_cost).unwrap_or_default();
            let also = copies.iter().filter(|(_, names)| names.len() > 1).count().saturating_sub(1);
            let also = if also > 0 { format!(" and {also} more regions") } else { String::new() };
            Ok(Verdict::fail(format!(
                "{region}{also}: {} each deliver them, and every copy but the first is paid for{paid}",
                names.join(", ")
            )))
        }),
    },
];

const INSIGHTS: &str = "aws cloudtrail put-insight-selectors --trail-name {trail} --region {region} --insight-selectors \
    '[{\"InsightType\":\"ApiCallRateInsight\"},{\"InsightType\":\"ApiErrorRateInsight\"}]'";

fn selectors(trail: &Trail) -> Fact<&crate::posture::trail::selector::Selectors> {
    of(&trail.selectors)
}

fn records(trail: &Trail, wanted: &Wanted<'_>) -> Fact<Extent> {
    Ok(selectors(trail)?.extent(wanted))
}

fn found<'a>(subject: &Subject<'a>, holds: impl Fn(&'a Trail) -> Fact<bool>, none: &str) -> Fact<Verdict> {
    Ok(match recording(subject.posture, holds)? {
        Some(trail) => Verdict::pass(format!("{} does", trail.name)),
        None => Verdict::fail(none),
    })
}

/// Tells whether a trail takes in all management writes, where it records at all.
pub(in crate::posture::trail) fn writes(trail: &Trail) -> Fact<bool> {
    Ok(records(trail, &WRITES)? == Extent::All)
}

/// Judges whether changes in each of `regions` are recorded.
fn covered(posture: &Posture, regions: &[&str]) -> Fact<Verdict> {
    let mut missing = Vec::new();
    for region in regions {
        if recording(posture, |trail| Ok(trail.covers(region) && writes(trail)?))?.is_none() {
            missing.push(*region);
        }
    }
    Ok(Verdict::of(missing.is_empty(), format!("recorded: {}", few(regions)), format!("no trail records all changes in {}", few(&missing))))
}

/// Judges whether management events of a service that selectors may exclude are recorded.
fn source(subject: &Subject<'_>, source: &str) -> Fact<Verdict> {
    let wanted = Wanted { source: Some(source), ..WRITES };
    let holds = |trail: &Trail| Ok(records(trail, &wanted)? == Extent::All);
    found(subject, holds, &format!("no trail that records takes in management events of {source}"))
}

fn data(subject: &Subject<'_>, wanted: &Wanted<'_>, what: &str) -> Fact<Verdict> {
    if let Some(trail) = recording(subject.posture, |trail| Ok(records(trail, wanted)? == Extent::All))? {
        return Ok(Verdict::pass(format!("{} records all {what}", trail.name)));
    }
    Ok(match recording(subject.posture, |trail| Ok(records(trail, wanted)? == Extent::Some))? {
        Some(trail) => Verdict::fail(format!("{} records some {what} only, as its selectors name resources", trail.name)),
        None => Verdict::fail(format!("no trail records {what}")),
    })
}

fn insight(subject: &Subject<'_>, kind: &str) -> Fact<Verdict> {
    let on = |trail: &Trail| Ok(of(&trail.insights)?.iter().any(|one| one == kind));
    found(subject, on, &format!("no trail that records has {kind}"))
}

/// Dollars for 100,000 management events of a copy.
///
/// Source: aws.amazon.com/cloudtrail/pricing, "Additional copies of management events delivered to Amazon S3".
const COPY: f64 = 2.0;

/// Says what a copy costs.
fn copy_cost(events_a_month: u64) -> String {
    let dollars = events_a_month as f64 / 100_000.0 * COPY;
    format!("; about {events_a_month} events a month there, by the latest 50, cost about ${dollars:.2} a month a copy")
}

/// Returns by region the trails that deliver all management writes there.
pub(in crate::posture::trail) fn copies(posture: &Posture) -> Fact<Vec<(&str, Vec<&str>)>> {
    let mut copies = Vec::new();
    for (region, _) in &posture.regions {
        let mut names = Vec::new();
        for trail in posture.trails.iter().filter(|trail| trail.covers(region)) {
            if trail.logs()? && records(trail, &WRITES)? != Extent::None {
                names.push(trail.name.as_str());
            }
        }
        copies.push((region.as_str(), names));
    }
    Ok(copies)
}
