//! Where events come from. Only this module knows the AWS SDK; rate, retries and paging live here, once.

use std::future::Future;
use std::pin::Pin;

use crate::coverage::{Profile, SourceName};
use crate::policy::Ungated;

pub mod alertmanager;
pub mod api;
pub mod archive;
mod aws;
pub mod cache;
pub mod delivery;
pub mod engine;
pub mod event_history;
pub mod failing;
mod filed;
mod https;
pub mod interruptible;
pub mod memory;
mod opened;
mod progress;
pub mod proof;
mod query;
pub mod refusing;
pub mod sql;
pub mod web;

pub use archive::{BucketReader, Listed, OpenObject, Remote as RemoteArchive};
pub use opened::{Clock, Opened, Setup, Sources, open};
pub use progress::Progress;
pub use query::{Kind, Query, spellings};

/// Returns the region that the environment or the chosen profile names.
pub fn configured_region() -> Option<String> {
    aws::Environment::read().region()
}

/// Every source. Adding one is its own file and a line here.
pub static ALL: [Definition; 6] = [
    event_history::DEFINITION,
    archive::DEFINITION,
    engine::athena::DEFINITION,
    engine::logs_insights::DEFINITION,
    engine::lake::DEFINITION,
    memory::DEFINITION,
];

/// What there is to a source: what it is like, and how it is opened.
pub struct Definition {
    /// What it is like.
    pub profile: &'static Profile,
    /// Opens it as the configuration has it; nothing where that has none. Touches no network.
    ///
    /// Errors: one sentence for the operator.
    pub open: fn(&Setup<'_>) -> Result<Option<Opened>, String>,
}

/// Finds a source by its name.
pub fn find(name: &str) -> Option<&'static Profile> {
    ALL.iter().map(|definition| definition.profile).find(|profile| profile.name.as_str() == name)
}

/// Returns the names that a caller may choose and that this version reads, in the order of the contract.
pub fn offered() -> impl Iterator<Item = SourceName> {
    ALL.iter().map(|definition| definition.profile).filter(|profile| profile.offered).map(|profile| profile.name)
}

/// Finds a name that a caller may choose.
pub fn name(word: &str) -> Option<SourceName> {
    offered().find(|name| name.as_str() == word)
}

/// A request that may be sent to AWS.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// The call of the SDK that sends it.
    pub call: &'static str,
    /// The permissions that it needs; none for what everybody may ask.
    pub actions: &'static [&'static str],
    /// What a policy may narrow it to, after the partition of an ARN; empty for all.
    pub resource: &'static str,
    /// What it is for.
    pub purpose: Purpose,
}

/// What an operation is for, and so whose permission it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Events: of whoever reads them, the server's own identity or the role of an account.
    Events,
    /// Settings of trails and of what belongs to them: of the same.
    Settings,
    /// The log files of an archive: of whoever reads its buckets, the server's own identity or the role of an account.
    Archives,
    /// Queries of Athena: of whoever asks it, the server's own identity or the role of an account.
    Athena,
    /// Queries of CloudWatch Logs Insights: of the same.
    LogsInsights,
    /// Queries of CloudTrail Lake: of the same.
    Lake,
    /// To borrow a role: of the server's own identity.
    Roles,
}

/// Returns all requests that the server may ever send.
pub fn operations() -> impl Iterator<Item = Operation> {
    SDK_OPERATIONS
        .iter()
        .copied()
        .chain(api::READS.iter().map(|(_, read)| read.operation()))
        .chain(api::OBJECT_READS.iter().map(|read| read.operation()))
        .chain(api::ENGINE_READS.iter().map(|read| read.operation()))
}

/// The requests that the SDK's clients send; [`api::READS`] are those of our own. Each is a read, or lends credentials to read with.
///
/// Source: AWS service authorization reference, "Actions defined by AWS CloudTrail" and "… AWS Security Token Service".
pub static SDK_OPERATIONS: [Operation; 3] = [
    Operation { call: "lookup_events", actions: &["cloudtrail:LookupEvents"], resource: "", purpose: Purpose::Events },
    Operation { call: "get_caller_identity", actions: &[], resource: "", purpose: Purpose::Events },
    Operation { call: "assume_role", actions: &["sts:AssumeRole", "sts:SetSourceIdentity"], resource: "", purpose: Purpose::Roles },
];

/// A boxed future, as `Source` is used as an object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A place that holds CloudTrail events.
///
/// Every implementation guarantees, and one contract test holds it to it:
///
/// - `read` never fails as a whole: at least one cell tells what was read and what was not, and why.
/// - It returns no event outside the query's window, of another kind, or of an account or region that is not admitted.
/// - A cell is `Exhausted` only with an [`AllRead`](crate::coverage::AllRead), which it makes at the natural end of its reading.
/// - It may be dropped at any await point: nothing goes on behind it, and the next reading is as if that one had never been.
/// - The same query gives the same events as long as the source holds the same.
/// - It keeps to the query's deadline and number of requests, and counts what it sent even when it fails.
///
/// It does not guarantee order, nor uniqueness: the same event may come twice. It may be asked several times at once.
pub trait Source: Send + Sync {
    /// Returns what it is like; the same every time.
    fn profile(&self) -> &'static Profile;

    /// Reads what `query` asks for.
    fn read<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Ungated>;

    /// Returns what runs SQL in it; nothing where it is no engine.
    fn sql(&self) -> Option<&dyn sql::Sql> {
        None
    }
}
