//! Where every call passes, whoever makes it and however it comes: rules of its caller, audit log, gate, recent answers, tool.
//!
//! ```text
//!  call → policy narrowed for its caller → may the log be written? → may the tool be called? → gate → answered a moment ago? → tool → log → outcome
//! ```
//!
//! The policy may be exchanged while calls run; a call that has begun ends under the one that it began under.

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use chrono::Utc;
use futures_util::FutureExt as _;
use serde_json::{Map, Value};
use tokio::sync::watch;
use tracing::{error, info, warn};

use super::audit::{AuditLog, CallEntry, Entry};
use super::gate::{Gate, Share};
use super::recent::Recent;
use crate::answer::Answer;
use crate::answer::draft::Detail;
use crate::answer::filter::Filter;
use crate::config::Config;
use crate::config::audit::Limits;
use crate::context::Asked;
use crate::investigate::{self, Around, NewQuestion, Surroundings, ToolContext};
use crate::policy::{Callers, Policy, Scope};
use crate::redact;
use crate::refusal::{Code, Refusal};
use crate::source::interruptible::{Interruptible, told_to_end};
use crate::source::{BoxFuture, Source};
use crate::tools::{ALL, Call, Outcome, Tool, cloudtrail_events};

/// How long calls whose readings were ended may take to answer with what they have.
const LAST_WORDS: Duration = Duration::from_millis(800);
/// How long calls that did not may take to say so.
const LAST_BREATH: Duration = Duration::from_millis(200);

/// How long is waited for engines to take that the queries of calls that ended are over.
const SETTLING: Duration = Duration::from_secs(1);

/// What may be exchanged while the server runs.
#[derive(Clone)]
pub struct Rules {
    /// The operator's policy.
    pub policy: Policy,
    /// What each caller may of it.
    pub callers: Callers,
    /// How many calls run and wait.
    pub load: Limits,
}

impl Rules {
    /// Returns the rules that settings make.
    pub fn of(config: &Config) -> Self {
        Self { policy: config.policy(), callers: config.callers(), load: config.limits() }
    }
}

/// Where every call passes.
pub struct CallService {
    context: ToolContext,
    rules: RwLock<Arc<Rules>>,
    gate: Arc<Gate>,
    audit: Option<AuditLog>,
    /// Answers given a moment ago.
    recent: Recent,
    /// Why the policy file that was last read is not the one in force.
    unread: Mutex<Option<String>>,
    /// Set when calls that still run are to answer with what they have.
    ending: watch::Sender<bool>,
    /// Set when nothing is to run elsewhere any more for calls that still run.
    left: watch::Sender<bool>,
    /// Set when calls that still run are to be given up.
    ended: watch::Sender<bool>,
    /// Set when no further call is let in.
    closing: watch::Sender<bool>,
}

/// An answer that an investigation got before.
pub struct KeptAnswer {
    /// The investigation.
    pub id: String,
    /// Who asked for it.
    pub caller: Arc<str>,
    /// Mark of the policy that it was asked under.
    pub policy: Option<String>,
    /// What was answered; nothing where it cannot be read any more.
    pub answer: Option<Answer>,
}

/// How the server stands, for those who watch it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Calls that run.
    pub running: usize,
    /// Calls that wait for one of them to end.
    pub waiting: usize,
    /// Whether the audit log cannot be written.
    pub audit_failing: bool,
    /// Whether calls are refused therefore.
    pub audit_denies: bool,
    /// Why the policy file that was last read is not the one in force; in the operator's words, with paths.
    pub policy_problem: Option<String>,
}

impl CallService {
    /// Puts a context behind the rules; the context's own policy is replaced by that of the rules.
    pub fn new(context: ToolContext, rules: Rules, audit: Option<AuditLog>) -> Self {
        let (gate, ending, left) = (Gate::new(rules.load), watch::Sender::new(false), watch::Sender::new(false));
        let until = |source: Arc<dyn Source>| {
            let end = if source.profile().runs_elsewhere() { &left } else { &ending };
            Arc::new(Interruptible::new(source, end.subscribe())) as Arc<dyn Source>
        };
        let hurried = |inner| Arc::new(Hurried { inner, end: ending.subscribe() }) as Arc<dyn Surroundings>;
        let surroundings = context.surroundings.map(hurried);
        let context = ToolContext { sources: context.sources.wrapped(until), surroundings, ..context };
        let rules = RwLock::new(Arc::new(rules));
        Self {
            context,
            rules,
            gate,
            audit,
            recent: Recent::default(),
            unread: Mutex::default(),
            ending,
            left,
            ended: watch::Sender::new(false),
            closing: watch::Sender::new(false),
        }
    }

    /// Calls a tool. Never fails: what stands in the way is an outcome with `is_error`.
    pub async fn call(&self, tool: &Tool, call: &Call, arguments: Option<Map<String, Value>>) -> Outcome {
        let record = Record::began(self.audit.as_ref(), call, tool.name, arguments.as_ref());
        self.recorded(record, call, |context| async move {
            if !context.policy.allows_tool(tool.name) {
                return Outcome::refused(&not_allowed(tool));
            }
            self.answered(&context, tool, call, arguments).await
        })
        .await
    }

    /// Runs a tool, or gives the answer again that it gave a moment ago.
    async fn answered(&self, context: &ToolContext, tool: &Tool, call: &Call, arguments: Option<Map<String, Value>>) -> Outcome {
        let question = arguments.as_ref().and_then(|given| Some((context.policy.version(), (tool.repeats)(given)?)));
        if let Some(again) = question.as_ref().and_then(|(policy, question)| self.recent.answer(policy, question, Instant::now())) {
            return again;
        }
        let outcome = (tool.run)(context, call, arguments).await;
        if let Some((policy, question)) = question {
            self.recent.keep(policy, question, &outcome, Instant::now());
        }
        outcome
    }

    /// Answers a question in one piece, for programs, under the same rules as a call of a tool.
    pub async fn whole(&self, asked: Asked, limit: usize) -> Answer {
        let call = Call::default();
        let arguments = asked.investigation.iter().map(|investigation| ("investigation".to_owned(), investigation.clone())).collect();
        let record = Record::began(self.audit.as_ref(), &call, "report", Some(&arguments));
        self.recorded(record, &call, |context| async move {
            {
                let question = NewQuestion { asked, filter: Filter::default(), limit, detail: Detail::Full, source: None, log: None };
                investigate::whole(&context, question).await
            }
        })
        .await
    }

    /// Gives an answer that is kept away, as it would be given now: recorded, and only where the caller may ask for it and the
    /// policy that it was asked under is still in force for who asked.
    pub async fn kept(&self, call: &Call, kept: KeptAnswer) -> Outcome {
        let arguments = Map::from_iter([("investigation".to_owned(), kept.id.into())]);
        let record = Record::began(self.audit.as_ref(), call, "investigation", Some(&arguments));
        self.recorded(record, call, |context| async move {
            let tool = &cloudtrail_events::TOOL;
            if !context.policy.allows_tool(tool.name) {
                return Outcome::refused(&not_allowed(tool));
            }
            // On this machine there are no callers: who reads it may read its file as well.
            let own = call.caller.is_empty() || *call.caller == *kept.caller;
            let policy = self.policy(&kept.caller).version().mark();
            match kept.answer {
                Some(answer) if own && kept.policy.is_some_and(|kept| kept == policy) => Outcome::changes(answer),
                _ => Outcome::refused(&not_given_again(own)),
            }
        })
        .await
    }

    async fn recorded<F, R: Reply>(&self, record: Record<'_>, call: &Call, work: impl FnOnce(ToolContext) -> F) -> R
    where
        F: Future<Output = R> + Send,
    {
        let rules = self.rules();
        let of_caller = rules.callers.rules(&call.caller);
        let context = self.context.under(rules.policy.narrowed(&call.caller, &of_caller));
        if let Some(audit) = &self.audit
            && !audit.is_ready().await
        {
            return record.end(R::refused(unrecorded())).await;
        }
        let share = Share { requests_per_minute: of_caller.requests_per_minute, max_concurrent: of_caller.max_concurrent };
        let permit = match self.gate.enter(Arc::clone(&call.caller), share).await {
            Ok(permit) => permit,
            Err(busy) => return record.end(R::refused(busy.into())).await,
        };
        let mut given_up = self.ended.subscribe();
        let outcome = tokio::select! {
            biased;
            // A panic must cost one call, not the server; what it would print may hold event text, so the hook prints only where it was.
            outcome = AssertUnwindSafe(work(context)).catch_unwind() => outcome.unwrap_or_else(|_| R::refused(panicked())),
            _ = given_up.wait_for(|given_up| *given_up) => R::refused(ended()),
        };
        let outcome = record.end(outcome).await;
        drop(permit);
        outcome
    }

    /// Returns the tools that are of use to a caller, in the order in which they are listed.
    pub fn tools(&self, caller: &Arc<str>) -> Vec<&'static Tool> {
        let policy = self.policy(caller);
        let of_use = |tool: &&Tool| policy.allows_tool(tool.name) && (policy.allow_aws_read || !tool.asks_aws_only);
        ALL.iter().copied().filter(of_use).collect()
    }

    /// Tells whether a caller has an entry of its own.
    pub fn knows_caller(&self, caller: &str) -> bool {
        self.rules().callers.named.contains_key(caller)
    }

    /// Returns the policy of a caller.
    pub fn policy(&self, caller: &Arc<str>) -> Policy {
        let rules = self.rules();
        rules.policy.narrowed(caller, &rules.callers.rules(caller))
    }

    /// Returns the context of the process, for what is no call: known investigations, the clock.
    pub fn context(&self) -> &ToolContext {
        &self.context
    }

    /// Returns the audit log, for what happens before there is a call.
    pub fn audit(&self) -> Option<&AuditLog> {
        self.audit.as_ref()
    }

    /// Returns the rules in force.
    pub fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Exchanges the rules for those just read, or says why the old ones stay.
    pub fn set_rules(&self, read: Result<Rules, String>) {
        let taken = read.is_ok();
        let problem = match read {
            Ok(rules) => {
                self.gate.set_limits(rules.load);
                *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
                info!("The policy was read anew and is in force.");
                None
            }
            Err(problem) => {
                error!(problem, "The policy file is invalid; the policy read before stays in force.");
                Some(problem)
            }
        };
        *self.unread.lock().unwrap_or_else(PoisonError::into_inner) = problem;
        if let Some(audit) = &self.audit {
            audit.note(Entry::policy_read(Utc::now(), taken));
        }
    }

    /// Tells how the server stands.
    pub fn standing(&self) -> Standing {
        let (running, waiting) = self.gate.load();
        Standing {
            running,
            waiting,
            audit_failing: self.audit.as_ref().is_some_and(AuditLog::is_failing),
            audit_denies: self.audit.as_ref().is_some_and(|audit| audit.is_failing() && audit.denies()),
            policy_problem: self.unread.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Lets nothing run on elsewhere for calls that still run, as their only client is gone, or as good as that. What they have is told.
    pub fn client_left(&self) {
        self.left.send_replace(true);
    }

    /// Lets no further call in, gives those that run `grace` to end, then lets them answer with what they have, and sees to it that
    /// the log is on the disk.
    ///
    /// Units: it takes at most a second more than `grace`, and what the log takes.
    pub async fn close(&self, grace: Duration) {
        self.gate.close();
        self.closing.send_replace(true);
        if tokio::time::timeout(grace, self.gate.idle()).await.is_err() {
            info!("Calls that still run are to answer with what they have.");
            self.ending.send_replace(true);
            self.client_left();
            if tokio::time::timeout(LAST_WORDS, self.gate.idle()).await.is_err() {
                warn!("Calls that still run are given up.");
                self.ended.send_replace(true);
                let _ = tokio::time::timeout(LAST_BREATH, self.gate.idle()).await;
            }
        }
        self.flush().await;
    }

    /// Resolves once no further call is let in.
    pub async fn closed(&self) {
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }

    /// Sees to it that no engine runs a query for a call that ended, and that the audit log is on the disk.
    pub async fn flush(&self) {
        self.context().api.settle(SETTLING).await;
        if let Some(audit) = &self.audit
            && !audit.flush().await
        {
            error!("The audit log could not be written to its end.");
        }
    }
}

/// Surroundings that nothing is known of once calls are to answer with what they have.
struct Hurried {
    inner: Arc<dyn Surroundings>,
    end: watch::Receiver<bool>,
}

impl Surroundings for Hurried {
    fn around<'a>(&'a self, policy: &'a Policy, scope: &'a Scope) -> BoxFuture<'a, Around> {
        Box::pin(async move { unless_ended(self.inner.around(policy, scope), self.end.clone()).await })
    }
}

async fn unless_ended(around: impl Future<Output = Around>, end: watch::Receiver<bool>) -> Around {
    tokio::select! {
        biased;
        around = around => around,
        () = told_to_end(end) => Around::not_in_time(),
    }
}

/// What a call gives back.
trait Reply {
    /// Makes the reply of a call that is not answered.
    fn refused(refusal: Refusal) -> Self;

    /// Returns what leaves, as JSON.
    fn structured(&self) -> Cow<'_, Value>;
}

impl Reply for Outcome {
    fn refused(refusal: Refusal) -> Self {
        Self::refused(&refusal)
    }

    fn structured(&self) -> Cow<'_, Value> {
        Cow::Owned(self.structured())
    }
}

impl Reply for Answer {
    fn refused(refusal: Refusal) -> Self {
        Self::could_not_look((&refusal).into(), None)
    }

    fn structured(&self) -> Cow<'_, Value> {
        Cow::Owned(redact::value(self).map(redact::Redacted::into_inner).unwrap_or_default())
    }
}

/// The record of one call, which is written whatever becomes of the call.
struct Record<'a> {
    audit: Option<&'a AuditLog>,
    entry: Option<CallEntry>,
}

impl<'a> Record<'a> {
    fn began(audit: Option<&'a AuditLog>, call: &Call, name: &str, arguments: Option<&Map<String, Value>>) -> Self {
        Self { audit, entry: audit.map(|_| CallEntry::began(Utc::now(), call, name, arguments)) }
    }

    /// Records what came of the call; what cannot be recorded is withheld, unless the operator wants otherwise.
    async fn end<R: Reply>(mut self, reply: R) -> R {
        let (Some(audit), Some(entry)) = (self.audit, self.entry.take()) else { return reply };
        if audit.record(entry.ended(&reply.structured())).await { reply } else { R::refused(unrecorded()) }
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        if let (Some(audit), Some(entry)) = (self.audit, self.entry.take()) {
            audit.note(entry.abandoned());
        }
    }
}

fn not_allowed(tool: &Tool) -> Refusal {
    Refusal::new(
        Code::ToolNotAllowed,
        format!("The tool aws.{} is not allowed for this caller.", tool.name),
        "Use one of the tools that are listed. For the operator: the key is tools of this caller's [[http.callers]] entry.",
    )
}

fn not_given_again(own: bool) -> Refusal {
    let message = if own {
        "The policy is another one since this was answered."
    } else {
        "This was answered to another caller, who may be allowed more."
    };
    Refusal::new(Code::ToolNotAllowed, message, "Ask aws.cloudtrail_events with this id as `investigation` for an answer of your own.")
}

fn unrecorded() -> Refusal {
    Refusal::new(
        Code::Unavailable,
        "The audit log cannot be written, and no call is answered that is not recorded.",
        "Call again later. For the operator: the key is [audit] path, and what may be mended is its disk; on_failure = \"allow\" answers all the same.",
    )
    .retryable(None)
}

fn panicked() -> Refusal {
    Refusal::new(Code::Unavailable, "an internal error ended this call", "Call again; if it persists, report it with the server's log.")
}

fn ended() -> Refusal {
    Refusal::new(Code::Unavailable, "The server ends before this call could be answered.", "Call again.").retryable(Some(1_000))
}

#[cfg(test)]
mod tests;
