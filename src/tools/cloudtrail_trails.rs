//! `aws.cloudtrail_trails`: can CloudTrail answer at all?

use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::arguments::Arguments;
use super::schema::{self, Prose};
use super::{Call, Outcome, Tool};
use crate::answer::trails::{AccountReport, Cause, CheckReport, CheckResult, CheckTotals, Fix, TrailReport, TrailsAnswer, TrailsFinding};
use crate::investigate::ToolContext;
use crate::posture::trail::check::TARGETS;
use crate::posture::trail::{self, TrailsQuestion};
use crate::refusal::Refusal;
use crate::render::{Document, Line, Section, Under};
use crate::source::BoxFuture;

/// The tool.
pub const TOOL: Tool = Tool {
    name: "cloudtrail_trails",
    command: "trails",
    positional: ("", ""),
    examples: "Examples:
  cloudtrail-mcp trails                                 the trails that record here, and what is wrong with them
  cloudtrail-mcp trails --regions all --retention hipaa
  cloudtrail-mcp trails --detail full --json",
    title: "Can CloudTrail answer at all",
    description: "Checks whether CloudTrail can answer: which trails record this account and regions, what they miss, whether logs are delivered, kept \
        and protected, and who would notice a change; each check passes, fails or is unknown, with the fix. Call it when events seem to be missing, \
        CloudTrail seems not to log, or before trusting that nothing changed.",
    input: || schema::of::<Input>(Prose::Keep),
    output: || schema::of::<TrailsAnswer>(Prose::Drop),
    repeats: |_| None,
    asks_aws_only: true,
    can_be_followed: false,
    run,
};

/// The arguments, for the schema.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used; the reading is by hand for better refusals")]
struct Input {
    /// Or `all`. Default: the allowed or configured ones.
    regions: Option<Vec<String>>,
    /// Ids of accounts with a configured role.
    accounts: Option<Vec<String>>,
    /// How long logs must be kept: production is 7 years.
    retention: Option<Retention>,
    /// full tells passing checks, too.
    detail: Option<Detail>,
}

/// The words of [`TARGETS`].
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum Retention {
    Production,
    Development,
    Hipaa,
    PciDss,
    Soc2,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum Detail {
    Concise,
    Full,
}

fn run<'a>(context: &'a ToolContext, call: &'a Call, given: Option<Map<String, Value>>) -> BoxFuture<'a, Outcome> {
    Box::pin(async move {
        let answer = match question(given) {
            Ok(question) => trail::ask(context, question, &call.progress).await,
            Err(refusal) => Err(refusal),
        };
        Outcome::document(answer.unwrap_or_else(|refusal| TrailsAnswer::could_not_look(&refusal)))
    })
}

/// Reads the arguments.
///
/// Errors: the first argument that is not as it should be.
fn question(given: Option<Map<String, Value>>) -> Result<TrailsQuestion, Refusal> {
    let mut arguments = Arguments::new(given);
    let regions = arguments.list(&["regions", "region"], "eu-west-1")?;
    let accounts = arguments.list(&["accounts", "account"], "111122223333")?;
    let retention = arguments.word(&["retention"], &TARGETS.map(|target| target.name))?;
    let full = arguments.word(&["detail"], &["concise", "full"])? == Some("full");
    arguments.finish()?;
    let [default, ..] = TARGETS;
    let target = TARGETS.into_iter().find(|target| Some(target.name) == retention).unwrap_or(default);
    Ok(TrailsQuestion { regions, accounts, target, full })
}

impl From<&TrailsAnswer> for Document {
    fn from(answer: &TrailsAnswer) -> Self {
        let named = answer.accounts.len() > 1;
        let mut sections: Vec<Section> = answer.accounts.iter().map(|account| trails(account, named)).collect();
        if let Some(coverage) = &answer.coverage {
            let mut lines: Vec<Line> = coverage.blind_spots.iter().map(|spot| line("", spot)).collect();
            lines.extend(coverage.next.as_ref().map(|next| line("next", next)));
            sections.extend((!lines.is_empty()).then(|| Section {
                title: "What an investigation cannot see".to_owned(),
                lines,
                table: None,
            }));
        }
        sections.extend(answer.accounts.iter().flat_map(|account| checks(account, named)));
        Self {
            structured: serde_json::to_value(answer).unwrap_or_default(),
            headline: answer.headline.clone(),
            could_not_look: answer.finding == TrailsFinding::CouldNotLook,
            coverage: answer.coverage.clone(),
            error: answer.error.clone(),
            link: None,
            record: None,
            sections,
        }
    }
}

fn line(lead: &str, text: &str) -> Line {
    Line { lead: lead.to_owned(), text: text.to_owned(), under: Vec::new() }
}

fn title(title: &str, account: &AccountReport, named: bool) -> String {
    if named { format!("{title}, account {}", account.account) } else { title.to_owned() }
}

/// The trails of an account.
fn trails(account: &AccountReport, named: bool) -> Section {
    let mut lines: Vec<Line> = account.trails.iter().map(trail_line).collect();
    lines.extend(account.event_data_stores.iter().map(|store| line("store", &format!("{} {} ({})", store.name, store.status, store.arn))));
    if lines.is_empty() {
        lines.push(line("", "none"));
    }
    Section { title: title("Trails", account, named), lines, table: None }
}

/// Why events are missing, then a line for what fails, what is unknown by what is missing, and the rest counted.
fn checks(account: &AccountReport, named: bool) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut part = |head: String, lines: Vec<Line>| {
        if !lines.is_empty() {
            sections.push(Section { title: title(&head, account, named), lines, table: None });
        }
    };
    let why = |cause: &Cause| Line { under: vec![under("fix", &cause.fix, false)], ..line("", &cause.cause) };
    part("Why events are missing, or would be".to_owned(), account.diagnosis.iter().map(why).collect());
    let of = |result: CheckResult| account.checks.iter().filter(move |check| check.result == result);
    let CheckTotals { passed, failed, unknown } = account.totals;
    let mut failing = failing(of(CheckResult::Fail));
    if account.left_out > 0 {
        failing.push(line("", &format!("and {} more checks, which do not fit into one answer: ask for fewer accounts", account.left_out)));
    }
    part(format!("{failed} of {} checks fail", passed + failed + unknown), failing);
    let mut missing: Vec<(&str, Vec<&str>)> = Vec::new();
    for check in of(CheckResult::Unknown) {
        match missing.iter_mut().find(|(fact, _)| *fact == check.fact) {
            Some((_, ids)) => ids.push(&check.id),
            None => missing.push((&check.fact, vec![&check.id])),
        }
    }
    let unjudged = missing.iter().map(|(fact, ids)| line("unknown", &format!("{}: {fact}", ids.join(", "))));
    part(format!("{unknown} could not be judged"), unjudged.collect());
    let mut passing: Vec<Line> = of(CheckResult::Pass).map(|check| line("pass", &format!("{}: {}", check.id, check.fact))).collect();
    if !account.passed.is_empty() {
        passing.push(line("", &account.passed.join(", ")));
    }
    part(format!("{passed} pass (retention for {})", account.retention_target), passing);
    sections
}

/// Makes a line of each check that fails; those that fail by the same fact stand in one, with the way to mend that. A way that was told
/// is not told again.
fn failing<'a>(checks: impl Iterator<Item = &'a CheckReport>) -> Vec<Line> {
    let mut alike: Vec<Vec<&CheckReport>> = Vec::new();
    for check in checks {
        match alike.iter_mut().find(|known| known.first().is_some_and(|first| (&first.fact, &first.trails) == (&check.fact, &check.trails)))
        {
            Some(known) => known.push(check),
            None => alike.push(vec![check]),
        }
    }
    let mut told: Vec<(&Fix, &str)> = Vec::new();
    let mut lines = Vec::new();
    for checks in &alike {
        let Some(first) = checks.first() else { continue };
        let ids: Vec<&str> = checks.iter().map(|check| check.id.as_str()).collect();
        let on = if first.trails.is_empty() { String::new() } else { format!(" ({})", first.trails.join(", ")) };
        let mut standards: Vec<&str> = checks.iter().flat_map(|check| &check.standards).map(String::as_str).collect();
        standards.dedup();
        let standards = if standards.is_empty() { String::new() } else { format!(" [{}]", standards.join("; ")) };
        let known = first.fix.as_ref().and_then(|fix| told.iter().find(|(known, _)| *known == fix));
        let mend = match (&first.fix, known) {
            (_, Some((_, id))) => Some(under("fix", &format!("as for {id}"), false)),
            (Some(Fix { command: Some(command), .. }), None) => Some(under("fix", command, true)),
            (Some(Fix { step: Some(step), .. }), None) => Some(under("fix", step, false)),
            _ => None,
        };
        told.extend(first.fix.as_ref().map(|fix| (fix, first.id.as_str())));
        let text = format!("{}{on}: {}{standards}", ids.join(", "), first.fact);
        lines.push(Line { under: mend.into_iter().collect(), ..line(&first.severity, &text) });
    }
    lines
}

fn trail_line(trail: &TrailReport) -> Line {
    let since = trail.since.as_ref().map(|since| format!(" since {since}")).unwrap_or_default();
    let state = match trail.logging {
        Some(true) => format!("records{since}"),
        Some(false) => format!("STOPPED{since}"),
        None => "state unknown".to_owned(),
    };
    let wide = match (trail.multi_region, trail.organization) {
        (true, true) => "all regions, organization",
        (true, false) => "all regions",
        (false, true) => "one region, organization",
        (false, false) => "one region",
    };
    let latest = trail.latest_delivery.as_ref().map(|latest| format!(", latest log file {latest}")).unwrap_or_default();
    line("", &format!("{} ({}, {wide}) {state}, to {}{latest}", trail.name, trail.home_region, trail.bucket))
}

fn under(label: &'static str, text: &str, command: bool) -> Under {
    Under { label, text: text.to_owned(), command }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_has_the_words_of_all_targets() {
        let schema = Value::Object((TOOL.input)());
        let words: Vec<&str> =
            schema["properties"]["retention"]["enum"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        assert_eq!(words, TARGETS.map(|target| target.name));
    }

    #[test]
    fn an_unknown_argument_or_word_is_refused_by_name() {
        let refused = |given: Value| question(given.as_object().cloned()).err().unwrap();
        assert_eq!(refused(serde_json::json!({"retention": "ever"})).argument.as_deref(), Some("retention"));
        assert_eq!(refused(serde_json::json!({"bucket": "b"})).argument.as_deref(), Some("bucket"));
    }
}
