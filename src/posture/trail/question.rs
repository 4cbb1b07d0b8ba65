//! The way of the data for trails: discover, admit, gather, judge, report.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::check::{Subject, Target};
use super::fact::Posture;
use super::{gather, report, withhold};
use crate::answer::trails::TrailsAnswer;
use crate::answer::words::Words;
use crate::context::{Asked, discover};
use crate::coverage::{Cost, Profile, SourceName, Unit, Words as ProfileWords};
use crate::investigate::ToolContext;
use crate::policy::{Available, Offer, Presence, Scope, UntrustedText};
use crate::refusal::{Code, Refusal};
use crate::source::Progress;
use crate::source::api::Unread;

/// What a reading of settings is like: by region and account, as AWS is asked.
pub static PROFILE: Profile = Profile {
    name: SourceName::new("trail_settings"),
    title: "configuration",
    offered: false,
    auto: Some(1),
    asks_aws: true,
    by_region: true,
    by_account: true,
    retention: None,
    lag: TimeDelta::zero(),
    live: true,
    look_ups: &[],
    cost: Cost::Requests { unit: Unit { name: "settings", counts: "Reads of settings." }, page: 1, period: Duration::ZERO },
    rereads: false,
    data_events: false,
    never_sees: "",
    words: ProfileWords { holds: "settings", no_data: "", part_missing: "", no_data_next: "", denied_next: "", not_there: "" },
};

/// What is asked of the trails.
pub struct TrailsQuestion {
    /// Where to look; empty means as for any question.
    pub regions: Vec<String>,
    /// In which accounts.
    pub accounts: Vec<String>,
    /// For how long logs have to be kept.
    pub target: Target,
    /// Whether checks that pass are told one by one.
    pub full: bool,
}

/// Answers a question about trails.
///
/// Errors: what policy refuses; where nothing could be read, why.
pub async fn ask(context: &ToolContext, question: TrailsQuestion, progress: &Progress) -> Result<TrailsAnswer, Refusal> {
    let scope = admit(context, &question)?;
    let accounts: Vec<Option<&String>> = match scope.asked_accounts() {
        [] => vec![None],
        accounts => accounts.iter().map(Some).collect(),
    };
    progress.begin(accounts.len());
    let started = Instant::now();
    let of_account = |account: Option<&String>| {
        let account = account.cloned();
        let scope = &scope;
        async move {
            let read = read(context, scope, account.as_deref(), scope.deadline().saturating_sub(started.elapsed())).await;
            progress.done_one();
            read
        }
    };
    let postures = join_all(accounts.into_iter().map(of_account)).await;
    let mut read = Vec::new();
    let mut unread = Vec::new();
    for posture in postures {
        match posture {
            Ok(posture) => read.push(posture),
            Err(refusal) => unread.push(refusal),
        }
    }
    if read.is_empty()
        && let Some(refusal) = unread.pop()
    {
        return Err(refusal);
    }
    let subjects: Vec<Subject<'_>> = read.iter().map(|posture| Subject { posture, target: question.target }).collect();
    let untrusted = context.policy.untrusted_text;
    let answer = report::report(&subjects, &unread, &scope, (question.full, untrusted));
    Ok(if untrusted == UntrustedText::Omit { withhold::names(answer, &read) } else { answer })
}

fn admit(context: &ToolContext, question: &TrailsQuestion) -> Result<Scope, Refusal> {
    let now = context.now();
    let asked = Asked { regions: question.regions.clone(), accounts: question.accounts.clone(), ..Asked::default() };
    let incident = discover(&asked, &context.defaults(), now)?;
    let sources = vec![Offer { profile: &PROFILE, presence: Presence::Configured }];
    let available = Available { sources, ..context.sources.available().clone() };
    context.policy.admit(&incident, None, &available, now)
}

/// Reads the posture of one account.
///
/// Errors: nothing could be read, or the account is none that may be read.
pub(super) async fn read(context: &ToolContext, scope: &Scope, account: Option<&str>, time: Duration) -> Result<Posture, Refusal> {
    let regions: Vec<String> = scope.regions().unwrap_or_default().to_vec();
    let first = regions.first().map(String::as_str).unwrap_or_default();
    // A little is left to say what was found by then.
    let reader = context.api.reader(&context.policy, account, time.mul_f64(0.9));
    let told = reader.account(first).await;
    let account = match &told {
        Ok(told) if scope.accounts().is_some_and(|accounts| !accounts.contains(told)) => {
            let message = format!("The credentials are of account {told}, which is not allowed.");
            return Err(
                Refusal::new(Code::AccountNotAllowed, message, "For the operator: the key is aws_account_allowlist.").about("accounts")
            );
        }
        Ok(told) => told.clone(),
        Err(failure) if scope.restricts_accounts() => {
            return Err(refusal(&Unread { action: "sts:GetCallerIdentity", failure: failure.clone() }));
        }
        Err(_) => String::new(),
    };
    let posture = gather::gather(&reader, account, &regions, scope.now(), gather::Depth::Whole).await;
    match posture.regions.iter().find_map(|(_, listed)| listed.as_ref().err()) {
        Some(unread) if posture.regions.iter().all(|(_, listed)| listed.is_err()) => Err(refusal(unread)),
        _ => Ok(posture),
    }
}

/// Says why nothing could be read.
fn refusal(unread: &Unread) -> Refusal {
    let code = unread.failure.cause().map_or(Code::Unavailable, Code::from);
    let next = Words::ENGLISH.unread_settings_next(&[unread]).unwrap_or_default();
    let refusal = Refusal::new(code, Words::ENGLISH.unread_settings(unread), next);
    if matches!(code, Code::Throttled | Code::Unavailable) { refusal.retryable(None) } else { refusal }
}
