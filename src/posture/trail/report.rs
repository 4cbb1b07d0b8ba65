//! From what the checks found to the answer: the gravest first, the same check of several trails once.

use std::collections::BTreeSet;

use super::check::{Check, Finding, Severity, Subject, count, judge};
use super::fact::{Store, Trail};
use super::{blind_spot, diagnosis};
use crate::answer::CoverageReport;
use crate::answer::tokens::estimate;
use crate::answer::trails::{
    AccountReport, CheckReport, CheckResult, CheckTotals, Fix, StoreReport, TrailReport, TrailsAnswer, TrailsFinding,
};
use crate::answer::words::Words;
use crate::coverage::Verdict;
use crate::policy::{Scope, UntrustedText};
use crate::refusal::Refusal;
use crate::source::api::Unread;
use crate::{redact, time};

/// Most tokens of the answer as JSON, as estimated, and most characters.
///
/// Source: the contract (10,000 and 40,000), less what the estimate may lie below.
const MAX_TOKENS: usize = 8_500;
/// See [`MAX_TOKENS`].
const MAX_CHARS: usize = 36_000;

/// Reports on every account that was read; `unread` is why others were not.
pub(super) fn report(
    subjects: &[Subject<'_>],
    unread: &[Refusal],
    scope: &Scope,
    (full, untrusted): (bool, UntrustedText),
) -> TrailsAnswer {
    let mut missing: Vec<Unread> = Vec::new();
    let mut accounts = Vec::new();
    let mut spots: Vec<String> = scope.blind_spots().iter().map(|spot| Words::ENGLISH.blind_spot(spot, untrusted)).collect();
    for subject in subjects {
        let findings = judge(subject);
        missing.extend(findings.iter().filter_map(|finding| finding.verdict.as_ref().err().cloned()));
        missing.extend(unlisted(subject).cloned());
        accounts.push(account(subject, &findings, full));
        spots.extend(blind_spot::of(subject.posture).iter().map(|spot| Words::ENGLISH.blind_spot(spot, untrusted)));
    }
    spots.extend(unread.iter().map(|refusal| format!("an account was not read: {}", refusal.message)));
    let missing: Vec<&Unread> = missing.iter().collect();
    let totals = total(&accounts);
    let mut rest = Vec::new();
    let regions = subjects.iter().flat_map(unlisted).count();
    if regions > 0 {
        rest.push(format!("the trails of {} could not be listed", count(regions, "region")));
    }
    if !unread.is_empty() {
        rest.push(format!("{} could not be read", count(unread.len(), "account")));
    }
    let whole = totals.unknown == 0 && rest.is_empty();
    let finding = match totals {
        CheckTotals { failed: 1.., .. } => TrailsFinding::Weak,
        _ if whole => TrailsFinding::Sound,
        _ => TrailsFinding::Unknown,
    };
    let coverage = CoverageReport {
        verdict: if whole { Verdict::Complete } else { Verdict::Partial },
        cells: Vec::new(),
        blind_spots: spots,
        next: Words::ENGLISH.unread_settings_next(&missing),
    };
    let mut answer =
        TrailsAnswer { finding, headline: headline(&accounts, totals, &rest), coverage: Some(coverage), accounts, error: None };
    fit(&mut answer);
    answer
}

/// Returns why trails could not be listed, region by region.
fn unlisted<'a>(subject: &Subject<'a>) -> impl Iterator<Item = &'a Unread> {
    subject.posture.regions.iter().filter_map(|(_, listed)| listed.as_ref().err())
}

fn total(accounts: &[AccountReport]) -> CheckTotals {
    accounts.iter().fold(CheckTotals::default(), |sum, account| CheckTotals {
        passed: sum.passed + account.totals.passed,
        failed: sum.failed + account.totals.failed,
        unknown: sum.unknown + account.totals.unknown,
    })
}

fn account(subject: &Subject<'_>, findings: &[Finding<'_>], full: bool) -> AccountReport {
    let posture = subject.posture;
    let (mut checks, mut totals) = (Vec::new(), CheckTotals::default());
    let mut passed = Vec::new();
    for check in super::check::all() {
        let of: Vec<&Finding<'_>> = findings.iter().filter(|finding| std::ptr::eq(finding.check, check)).collect();
        let Some(worst) = of.iter().map(|finding| result(finding)).max() else { continue };
        match worst {
            CheckResult::Pass => totals.passed += 1,
            CheckResult::Unknown => totals.unknown += 1,
            CheckResult::Fail => totals.failed += 1,
        }
        if worst == CheckResult::Pass {
            passed.push(check.id.to_owned());
        }
        for told in [CheckResult::Fail, CheckResult::Unknown, CheckResult::Pass] {
            let alike: Vec<&&Finding<'_>> = of.iter().filter(|finding| result(finding) == told).collect();
            if !alike.is_empty() && (told != CheckResult::Pass || (full && worst == CheckResult::Pass)) {
                checks.push((check.severity, told, row(check, told, &alike, best(&posture.trails))));
            }
        }
    }
    let place = |told: CheckResult| match told {
        CheckResult::Fail => 0,
        CheckResult::Unknown => 1,
        CheckResult::Pass => 2,
    };
    checks.sort_by_key(|(severity, told, _)| (place(*told), *severity));
    AccountReport {
        account: posture.account.clone(),
        read_at: time::rfc3339(posture.read_at),
        retention_target: subject.target.why.to_owned(),
        trails: posture.trails.iter().map(trail).collect(),
        event_data_stores: posture.stores.iter().flatten().map(store).collect(),
        totals,
        checks: checks.into_iter().map(|(_, _, row)| row).collect(),
        passed: if full { Vec::new() } else { passed },
        left_out: 0,
        diagnosis: diagnosis::of(posture),
    }
}

fn result(finding: &Finding<'_>) -> CheckResult {
    match &finding.verdict {
        Ok(verdict) if verdict.passes => CheckResult::Pass,
        Ok(_) => CheckResult::Fail,
        Err(_) => CheckResult::Unknown,
    }
}

/// Returns the trail that records most, which is the one to be mended.
pub(super) fn best(trails: &[Trail]) -> Option<&Trail> {
    trails.iter().max_by_key(|trail| (trail.logs() == Ok(true), trail.multi_region, std::cmp::Reverse(&trail.name)))
}

/// Makes one row of what a check found alike of several trails; `best` stands in the fix of a check of the account.
fn row(check: &Check, result: CheckResult, alike: &[&&Finding<'_>], best: Option<&Trail>) -> CheckReport {
    let trails: Vec<String> = alike.iter().filter_map(|finding| finding.trail).map(|trail| redact::text(&trail.name, 128)).collect();
    let mut facts: Vec<(String, Vec<&str>)> = Vec::new();
    let mut missing = BTreeSet::new();
    for finding in alike {
        let fact = match &finding.verdict {
            Ok(verdict) => redact::text(&verdict.fact, 300),
            Err(unread) => {
                missing.insert(unread.action.to_owned());
                Words::ENGLISH.unread_settings(unread)
            }
        };
        let trail = finding.trail.map(|trail| trail.name.as_str()).unwrap_or_default();
        match facts.iter_mut().find(|(known, _)| *known == fact) {
            Some((_, trails)) => trails.push(trail),
            None => facts.push((fact, vec![trail])),
        }
    }
    let several = facts.len() > 1;
    let facts = facts.iter().map(|(fact, of)| if several { format!("{}: {fact}", of.join(", ")) } else { fact.clone() });
    let about = alike.first().and_then(|finding| finding.trail).or(best);
    CheckReport {
        id: check.id.to_owned(),
        result,
        severity: severity(check.severity).to_owned(),
        should: check.title.to_owned(),
        trails,
        fact: facts.collect::<Vec<_>>().join("; "),
        missing: missing.into_iter().collect(),
        standards: check.standards.ids(),
        config_rule: check.standards.config.map(str::to_owned),
        fix: (result == CheckResult::Fail).then(|| fix(check, about)),
    }
}

pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
    }
}

/// Writes the way to mend it, with the names of the trail; a name that no trail or bucket may have stays a word to replace.
pub(super) fn fix(check: &Check, trail: Option<&Trail>) -> Fix {
    let safe = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    let named = |name: Option<&str>, word: &str| name.filter(|name| safe(name)).unwrap_or(word).to_owned();
    let text = check.fix.replace("{trail}", &named(trail.map(|trail| trail.name.as_str()), "TRAIL"));
    let text = text.replace("{region}", &named(trail.map(|trail| trail.home_region.as_str()), "REGION"));
    let text = text.replace("{bucket}", &named(trail.map(|trail| trail.bucket.name.as_str()), "BUCKET"));
    match check.fix_is_command() {
        true => Fix { command: Some(text), step: None },
        false => Fix { command: None, step: Some(text) },
    }
}

fn trail(trail: &Trail) -> TrailReport {
    let status = trail.status.as_ref().ok();
    let since = status.and_then(|status| if status.logging { status.started } else { status.stopped });
    TrailReport {
        name: redact::text(&trail.name, 128),
        arn: redact::text(&trail.arn, 200),
        home_region: trail.home_region.clone(),
        multi_region: trail.multi_region,
        organization: trail.organization,
        logging: status.map(|status| status.logging),
        since: since.map(time::rfc3339),
        bucket: redact::text(&trail.bucket.name, 64),
        latest_delivery: status.and_then(|status| status.delivery.latest).map(time::rfc3339),
    }
}

fn store(store: &Store) -> StoreReport {
    StoreReport {
        name: redact::text(&store.name, 128),
        arn: redact::text(&store.arn, 200),
        status: redact::text(&store.status, 40),
        retention_days: store.retention_days,
    }
}

/// Writes the sentence that is read first: the gravest fault by name, then the counts.
///
/// Shape: `rest` is what no check could look at.
fn headline(accounts: &[AccountReport], totals: CheckTotals, rest: &[String]) -> String {
    let CheckTotals { passed, failed, unknown } = totals;
    let names: Vec<&str> = accounts.iter().map(|account| account.account.as_str()).filter(|account| !account.is_empty()).collect();
    let whose = match names.as_slice() {
        [] => String::new(),
        [one] => format!(" of account {one}"),
        many => format!(" of {} accounts", many.len()),
    };
    let all = passed + failed + unknown;
    let unjudged = (unknown > 0).then(|| format!("{unknown} could not be judged"));
    let not_judged: String = unjudged.iter().chain(rest).map(|rest| format!(", and {rest}")).collect();
    let worst = accounts.iter().flat_map(|account| &account.checks).find(|check| check.result == CheckResult::Fail);
    match worst {
        None if unknown == 0 => format!("The trails{whose} pass all {all} checks{not_judged}."),
        None => format!("The trails{whose} pass all {passed} checks that could be judged{not_judged}."),
        Some(check) => {
            let on = if check.trails.is_empty() { String::new() } else { format!("{}: ", check.trails.join(", ")) };
            format!("{}: {on}{}. The trails{whose} fail {failed} of {all} checks{not_judged}.", capital(&check.severity), check.fact)
        }
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Leaves out the checks that weigh least until the answer is short enough; what is left stays whole.
fn fit(answer: &mut TrailsAnswer) {
    let long = |answer: &TrailsAnswer| {
        let text = serde_json::to_string(answer).unwrap_or_default();
        text.chars().count() > MAX_CHARS || estimate(&text) > MAX_TOKENS
    };
    while long(answer) {
        let longest = answer.accounts.iter_mut().max_by_key(|account| account.checks.len());
        let Some(account) = longest.filter(|account| !account.checks.is_empty()) else { return };
        account.checks.pop();
        account.left_out += 1;
    }
}
