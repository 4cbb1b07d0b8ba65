//! Every setting, in the order of the example file. Keys of one section stand together.
//!
//! Adding one is a declaration here, and `WRITE_EXAMPLE=1 cargo test --lib example_file` writes it into `policy.example.toml`.
//! What is said above a declaration is what the example file, `--help` and `config explain` say.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::audit::{Fsync, OnFailure};
use super::form::Form::OneOf;
use super::form::{
    ACCOUNT, CALLER, CATEGORY, DATA_SOURCE, EVENT_DATA_STORE, HOST, INSTANT, LISTEN, LOCATION, LOG_GROUP, ORIGIN, PATH, PLAIN_NAME, REGION,
    ROLE, S3, SCOPE, SHA256, TOOL, TOOL_SCOPE, TOPIC, URL, WEBHOOK_SHA256, line, secure,
};
use super::kind::Kind::{Bool, Path, Paths, Size, Span, Text, Texts, Whole};
use super::live::{FORMS, WebhookForm};
use super::setting::Widens::{Allows, Becomes, ByCaller, Differs, Goes, Grows, Names, Needs, Never};
use super::setting::{Declaration, Setting, setting};
use super::spelling::Spelling;
use crate::catalogue::Category;
use crate::policy::UntrustedText;

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
const TIME: &str = "time: s, m, h, d";
const LOG_LEVELS: &[&str] = &["off", "error", "warn", "info", "debug", "trace"];
const QUOTE_OR_OMIT: &[&str] = &["quote", "omit"];
/// Signature algorithms that prove an issuer: each has a key that only the issuer holds.
const ALGORITHMS: &[&str] = &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];

/// Declares settings: the comment is the documentation for operators, then name, type, key and kind.
macro_rules! settings {
    ($($(#[doc = $why:literal])+ $name:ident: $type:ty = $declaration:expr;)+) => {
        $($(#[doc = $why])+ pub static $name: Setting<$type> = Setting::new($declaration.why(concat!($($why),+)));)+

        /// All declarations, in their order.
        pub(super) static ALL: &[&Declaration] = &[$(&$name.declaration),+];

        #[cfg(test)]
        pub(super) fn unreadable_defaults() -> Vec<&'static str> {
            let readable = [$(($name.declaration.key, $name.reads_its_default())),+];
            readable.into_iter().filter(|(_, readable)| !readable).map(|(key, _)| key).collect()
        }
    };
}

settings! {
    /// Policy file; else $CLOUDTRAIL_MCP_CONFIG, else ~/.config/cloudtrail-mcp/policy.toml, else everything is denied.
    CONFIG: Vec<PathBuf> = setting("--config", Path).env("CLOUDTRAIL_MCP_CONFIG").flag("--config", "FILE");

    /// Folder or file of CloudTrail logs, repeatable; the only source then, unless `source` says otherwise.
    ARCHIVE: Vec<PathBuf> = setting("--archive", Paths).env("CLOUDTRAIL_MCP_ARCHIVE").flag("--archive", "PATH");

    /// File of public keys for digests, repeatable: what `aws cloudtrail list-public-keys` prints, or PEM, or DER; else archive.keys.
    KEYS: Vec<PathBuf> = setting("--keys", Paths).env("CLOUDTRAIL_MCP_KEYS").flag("--keys", "FILE");

    /// Reads a bundled synthetic incident instead of AWS.
    DEMO: bool = setting("--demo", Bool).default("false").env("CLOUDTRAIL_MCP_DEMO").flag("--demo", "");

    /// Fixes the clock, for replays.
    NOW: DateTime<Utc> = setting("--now", Text(INSTANT)).env("CLOUDTRAIL_MCP_NOW").flag("--now", "RFC3339");

    /// How tools are listed, as some clients refuse dots; calls take both.
    TOOL_NAMES: Spelling = setting("--tool-names", Text(OneOf(&["dotted", "underscore"])))
        .default("dotted").env("CLOUDTRAIL_MCP_TOOL_NAMES").flag("--tool-names", "SPELLING");

    /// Adds the timeline as a PNG to each answer about changes, for clients that show pictures: about 1,600 tokens each. Released builds draw it.
    TIMELINE_IMAGE: bool = setting("--timeline-image", Bool)
        .default("false").env("CLOUDTRAIL_MCP_TIMELINE_IMAGE").flag_of("serve", "--timeline-image", "");

    /// What is logged on stderr.
    LOG_LEVEL: String = setting("--log-level", Text(OneOf(LOG_LEVELS)))
        .default("warn").env("CLOUDTRAIL_MCP_LOG_LEVEL").flag("--log-level", "LEVEL");

    /// Gates every AWS request. Local log files need no permission beyond being named.
    ALLOW_AWS_READ: bool = setting("allow_aws_read", Bool).default("false").env("CHAT_ALLOW_AWS_READ").live(Grows);

    /// Regions that may be read; an empty list means any. Include us-east-1 to see IAM and other global events.
    AWS_REGION_ALLOWLIST: Vec<String> = setting("aws_region_allowlist", Texts(REGION))
        .default("").env("CHAT_AWS_REGION_ALLOWLIST").unit("region names").live(Allows);

    /// Accounts that may be read; an empty list means any. With it, an account that cannot be determined is denied.
    AWS_ACCOUNT_ALLOWLIST: Vec<String> = setting("aws_account_allowlist", Texts(ACCOUNT))
        .default("").unit("ids of 12 digits").live(Allows);

    /// The longest window a call may ask for, and the widest that the search for a suspect goes.
    MAX_WINDOW: Duration = setting("max_window", Span(60, 90 * DAY)).default("48h").unit(TIME).live(Grows);

    /// The longest window of a question that event history can look up exactly, as by one id; 90 days is as far back as it goes.
    MAX_LOOKUP_WINDOW: Duration = setting("max_lookup_window", Span(60, 90 * DAY)).default("90d").unit(TIME).live(Grows);

    /// Events shown when the caller gives no limit; 20 fit an assistant's attention.
    DEFAULT_EVENTS: u32 = setting("default_events", Whole(1, 100)).default("20").unit("events").live(Never);

    /// The most events one answer shows; never above 100.
    MAX_EVENTS: u32 = setting("max_events", Whole(1, 100)).default("100").unit("events").live(Grows);

    /// How far before the alert the window starts; the cause of most alerts is that near.
    LOOKBACK: Duration = setting("lookback", Span(60, 90 * DAY))
        .default("30m").env("AWS_CLOUDTRAIL_LOOKBACK_MINUTES").unit(TIME).live(Never);

    /// Whether text that any AWS caller may choose is quoted or left out; omit it for unattended bots.
    UNTRUSTED_TEXT: UntrustedText = setting("untrusted_text", Text(OneOf(QUOTE_OR_OMIT))).default("quote").live(Becomes("quote"));

    /// Bounds the cost of one call: AWS answers two requests a second.
    BUDGET_LOOKUP_REQUESTS: u32 = setting("budget.lookup_requests", Whole(1, 1000))
        .default("20").unit("requests per call, account and region").live(Grows);

    /// What was found by then is the answer, and says what is missing; MCP clients often give up at 30 s or 60 s.
    BUDGET_DEADLINE: Duration = setting("budget.deadline", Span(1, HOUR))
        .default("25s").unit("time per call: s, m, h").live(Grows);

    /// Whether CloudTrail event history may be a source.
    EVENT_HISTORY_ENABLED: bool = setting("event_history.enabled", Bool).default("true").live(Grows);

    /// Another address for CloudTrail, such as a private endpoint; AWS_ENDPOINT_URL_CLOUDTRAIL works, too.
    EVENT_HISTORY_ENDPOINT_URL: String = setting("event_history.endpoint_url", Text(URL));

    /// Folders or files of CloudTrail logs, and addresses such as s3://bucket/prefix, which need allow_aws_read.
    ARCHIVE_LOCATIONS: Vec<String> = setting("archive.locations", Texts(LOCATION)).default("").unit("absolute paths");

    /// The name under `[accounts]` of the account whose role reads s3:// addresses; without one, the server's own credentials do.
    ARCHIVE_ACCOUNT: String = setting("archive.account", Text(line("production")));

    /// Whether the requests to S3 are paid by whoever reads, as some owners of buckets demand.
    ARCHIVE_REQUESTER_PAYS: bool = setting("archive.requester_pays", Bool).default("false");

    /// Bounds the cost of s3:// addresses; a call reads once, and once more for each time it looks further back.
    ARCHIVE_MAX_OBJECTS: u32 = setting("archive.max_objects", Whole(1, 250_000)).default("20000").unit("objects per reading");

    /// Bounds it, too.
    ARCHIVE_MAX_BYTES: u64 = setting("archive.max_bytes", Size).default("4 GiB").unit("bytes per reading");

    /// Whether the log files of an archive are proven by CloudTrail's digests: what is not as it was delivered is told, and each event says how its file stands.
    ARCHIVE_VERIFIED: bool = setting("archive.verified", Bool).default("false").env("CLOUDTRAIL_MCP_VERIFIED").flag("--verified", "");

    /// Files of public keys for that, as `aws cloudtrail list-public-keys` prints them; without, AWS is asked where allow_aws_read is true.
    ARCHIVE_KEYS: Vec<String> = setting("archive.keys", Texts(PATH)).default("").unit("absolute paths");

    /// The Glue database of the trail's table.
    ATHENA_DATABASE: String = setting("athena.database", Text(line("cloudtrail")));

    /// The trail's table, as `trail-template --athena` prints it: partitions account, region and day.
    ATHENA_TABLE: String = setting("athena.table", Text(line("cloudtrail_logs")));

    /// The workgroup that pays; without one it is primary. Give it a limit of bytes of its own, too.
    ATHENA_WORKGROUP: String = setting("athena.workgroup", Text(line("primary")));

    /// Where query results go; without it where the workgroup has it.
    ATHENA_OUTPUT: String = setting("athena.output", Text(S3));

    /// The region of the workgroup; without it AWS_REGION.
    ATHENA_REGION: String = setting("athena.region", Text(REGION));

    /// The name under `[accounts]` of the account whose role asks Athena; without one, the server's own credentials do.
    ATHENA_ACCOUNT: String = setting("athena.account", Text(line("production")));

    /// Accounts whose logs the table reads: each question names them, so that no other is scanned. An empty list means the own one and `[accounts]`.
    ATHENA_ACCOUNTS: Vec<String> = setting("athena.accounts", Texts(ACCOUNT)).default("").unit("ids of 12 digits");

    /// A query that is expected to scan more is not begun, and one that does is stopped; 100 GiB cost about half a dollar.
    ATHENA_MAX_BYTES_SCANNED: u64 = setting("athena.max_bytes_scanned", Size).default("100 GiB").unit("bytes per query");

    /// Log groups that trails write to.
    LOGS_INSIGHTS_LOG_GROUPS: Vec<String> = setting("logs_insights.log_groups", Texts(LOG_GROUP)).default("");

    /// Data sources of CloudWatch's unified data store, instead of log groups, such as aws_cloudtrail.
    LOGS_INSIGHTS_DATA_SOURCES: Vec<String> = setting("logs_insights.data_sources", Texts(DATA_SOURCE)).default("");

    /// The region of the log groups; without it AWS_REGION.
    LOGS_INSIGHTS_REGION: String = setting("logs_insights.region", Text(REGION));

    /// The name under `[accounts]` of the account whose role asks; without one, the server's own credentials do.
    LOGS_INSIGHTS_ACCOUNT: String = setting("logs_insights.account", Text(line("production")));

    /// Accounts whose events the log groups hold. An empty list means the own one and `[accounts]`.
    LOGS_INSIGHTS_ACCOUNTS: Vec<String> = setting("logs_insights.accounts", Texts(ACCOUNT)).default("").unit("ids of 12 digits");

    /// A query that is expected to scan more is not begun, and one that does is stopped; 100 GiB cost about half a dollar.
    LOGS_INSIGHTS_MAX_BYTES_SCANNED: u64 = setting("logs_insights.max_bytes_scanned", Size).default("100 GiB").unit("bytes per query");

    /// The event data store to query; CloudTrail Lake takes no new customers since 2026-05-31, its successor is CloudWatch Logs.
    LAKE_EVENT_DATA_STORE: String = setting("lake.event_data_store", Text(EVENT_DATA_STORE)).env("CLOUDTRAIL_LAKE_STORE_ARN");

    /// The name under `[accounts]` of the account whose role asks; without one, the server's own credentials do.
    LAKE_ACCOUNT: String = setting("lake.account", Text(line("production")));

    /// Accounts whose events the store holds. An empty list means the own one and `[accounts]`.
    LAKE_ACCOUNTS: Vec<String> = setting("lake.accounts", Texts(ACCOUNT)).default("").unit("ids of 12 digits");

    /// A query that is expected to scan more is not begun, and one that does is stopped; 100 GiB cost about half a dollar.
    LAKE_MAX_BYTES_SCANNED: u64 = setting("lake.max_bytes_scanned", Size).default("100 GiB").unit("bytes per query");

    /// Whether callers may give `aws.cloudtrail_query` raw SQL for an engine: one SELECT, bound to what they may read; presets need no permission.
    QUERY_ALLOW_SQL: bool = setting("query.allow_sql", Bool).default("false").live(Grows);

    /// Names of the fields of applications' logs (`correlate`) that tell when; each list goes before the usual names, `user.name` is a member of a member.
    CORRELATE_TIME: Vec<String> = setting("correlate.time", Texts(line("timestamp"))).default("");

    /// What was done.
    CORRELATE_OPERATION: Vec<String> = setting("correlate.operation", Texts(line("operation"))).default("");

    /// By whom.
    CORRELATE_ACTOR: Vec<String> = setting("correlate.actor", Texts(line("user_id"))).default("");

    /// In which session of AWS: its name or its source identity.
    CORRELATE_SESSION: Vec<String> = setting("correlate.session", Texts(line("session_name"))).default("");

    /// What ties the records of one transaction.
    CORRELATE_CORRELATION_ID: Vec<String> = setting("correlate.correlation_id", Texts(line("correlation_id"))).default("");

    /// The id of the request to AWS.
    CORRELATE_REQUEST_ID: Vec<String> = setting("correlate.request_id", Texts(line("aws_request_id"))).default("");

    /// The id of the event.
    CORRELATE_EVENT_ID: Vec<String> = setting("correlate.event_id", Texts(line("event_id"))).default("");

    /// The access key id.
    CORRELATE_ACCESS_KEY_ID: Vec<String> = setting("correlate.access_key_id", Texts(line("access_key_id"))).default("");

    /// How it ended.
    CORRELATE_RESULT: Vec<String> = setting("correlate.result", Texts(line("result"))).default("");

    /// What went wrong.
    CORRELATE_ERROR: Vec<String> = setting("correlate.error", Texts(line("error"))).default("");

    /// To what it was done.
    CORRELATE_RESOURCE: Vec<String> = setting("correlate.resource", Texts(line("resource"))).default("");

    /// Whose clock the time is of.
    CORRELATE_HOST: Vec<String> = setting("correlate.host", Texts(line("host"))).default("");

    /// In which region of AWS it was done.
    CORRELATE_REGION: Vec<String> = setting("correlate.region", Texts(line("region"))).default("");

    /// In which account of AWS it was done.
    CORRELATE_ACCOUNT: Vec<String> = setting("correlate.account", Texts(line("account"))).default("");

    /// The account that callers may name by this section's name.
    ACCOUNTS_ID: String = setting("accounts.*.id", Text(ACCOUNT)).unit("12 digits");

    /// The role to assume in that account; a caller's name goes with it as source identity. Without one: the server's own
    /// credentials.
    ACCOUNTS_ROLE_ARN: String = setting("accounts.*.role_arn", Text(ROLE));

    /// The external id that the role asks for.
    ACCOUNTS_EXTERNAL_ID: String = setting("accounts.*.external_id", Text(line("chosen by you"))).secret();

    /// Folder of known incidents: `<id>.json` answers to the investigation `<id>`. What webhooks take is kept there, too.
    INVESTIGATIONS_PATH: PathBuf = setting("investigations.path", Text(PATH));

    /// Investigations of webhooks that are kept; the oldest leave. What an operator puts there stays.
    INVESTIGATIONS_MAX_COUNT: u32 = setting("investigations.max_count", Whole(1, 100_000)).default("500").unit("investigations");

    /// Room for them.
    INVESTIGATIONS_MAX_BYTES: u64 = setting("investigations.max_bytes", Size).default("256 MiB").unit("bytes");

    /// Alertmanager, whose alerts `current`, a fingerprint or an alert's name stand for as an investigation; asked without proxy or redirect.
    ALERTMANAGER_URL: String = setting("alertmanager.url", Text(secure("https://alerts.example:9093")));

    /// Where reports about alerts of webhooks are posted: an incoming webhook of Slack or alike, or its chat.postMessage. It is a secret.
    SLACK_URL: String = setting("slack.url", Text(secure("https://hooks.slack.example/services/T/B/x")))
        .env("CLOUDTRAIL_MCP_SLACK_URL").secret();

    /// Bearer token for chat.postMessage; an incoming webhook needs none.
    SLACK_TOKEN: String = setting("slack.token", Text(line("shown once by Slack"))).env("CLOUDTRAIL_MCP_SLACK_TOKEN").secret();

    /// Channel for chat.postMessage.
    SLACK_CHANNEL: String = setting("slack.channel", Text(line("C0123456789")));

    /// The message that all reports are replies to; without it each alert has a message of its own.
    SLACK_THREAD_TS: String = setting("slack.thread_ts", Text(line("1769544250.000100")));

    /// Messages beyond that wait for their turn.
    SLACK_MAX_PER_MINUTE: u32 = setting("slack.max_per_minute", Whole(1, 60)).default("20").unit("messages");

    /// Whether `report` gathers evidence; when not set, allow_aws_read decides.
    REPORT_ENABLED: bool = setting("report.enabled", Bool).env("AWS_EVIDENCE_ENABLED");

    /// Events in a report.
    REPORT_MAX_EVENTS: u32 = setting("report.max_events", Whole(1, 100))
        .default("50").env("AWS_CLOUDTRAIL_MAX_EVENTS").unit("events");

    /// Serves Streamable HTTP at /mcp there instead of stdio; --http does the same.
    HTTP_LISTEN: SocketAddr = setting("http.listen", Text(LISTEN))
        .env("CLOUDTRAIL_MCP_HTTP").flag_of("serve", "--http", "ADDR:PORT");

    /// Hosts that requests may be for, on every route; without a port: any. An empty list means localhost, 127.0.0.1 and `[::1]`.
    HTTP_ALLOWED_HOSTS: Vec<String> = setting("http.allowed_hosts", Texts(HOST)).default("").live(Names);

    /// Browser origins that may call, and are told so (CORS). An empty list means http://localhost, 127.0.0.1 and `[::1]` with any
    /// port.
    HTTP_ALLOWED_ORIGINS: Vec<String> = setting("http.allowed_origins", Texts(ORIGIN)).default("").live(Names);

    /// States that something in front ends TLS; without it or tls_cert, only this machine's own addresses are served.
    HTTP_BEHIND_TLS_PROXY: bool = setting("http.behind_tls_proxy", Bool).default("false").live(Grows);

    /// Certificate chain, PEM; goes with tls_key.
    HTTP_TLS_CERT: PathBuf = setting("http.tls_cert", Text(PATH)).live(Goes);

    /// Private key, PEM.
    HTTP_TLS_KEY: PathBuf = setting("http.tls_key", Text(PATH)).live(Never);

    /// Who calls, as the audit log names it. `cloudtrail-mcp config caller NAME` makes one.
    HTTP_CALLERS_NAME: String = setting("http.callers[].name", Text(CALLER)).live(ByCaller);

    /// Digest of the caller's bearer token; the token itself is never stored.
    HTTP_CALLERS_TOKEN_SHA256: String = setting("http.callers[].token_sha256", Text(SHA256)).secret().live(ByCaller);

    /// Besides or instead of a token: the caller as tokens of the authorization server name it; "*" is all that have no entry.
    HTTP_CALLERS_SUBJECT: String = setting("http.callers[].subject", Text(line("user@example.com"))).live(ByCaller);

    /// Of the allowed regions, those that this caller may read. Like all that follows, it narrows and never widens.
    HTTP_CALLERS_REGIONS: Vec<String> = setting("http.callers[].regions", Texts(REGION)).live(ByCaller);

    /// Of the allowed accounts, those that this caller may read.
    HTTP_CALLERS_ACCOUNTS: Vec<String> = setting("http.callers[].accounts", Texts(ACCOUNT)).live(ByCaller);

    /// The categories of changes that this caller sees.
    HTTP_CALLERS_CATEGORIES: Vec<Category> = setting("http.callers[].categories", Texts(CATEGORY)).live(ByCaller);

    /// As above, for this caller.
    HTTP_CALLERS_MAX_WINDOW: Duration = setting("http.callers[].max_window", Span(60, 90 * DAY)).unit(TIME).live(ByCaller);

    /// As above, for this caller.
    HTTP_CALLERS_MAX_EVENTS: u32 = setting("http.callers[].max_events", Whole(1, 100)).unit("events").live(ByCaller);

    /// As above, for this caller.
    HTTP_CALLERS_UNTRUSTED_TEXT: UntrustedText = setting("http.callers[].untrusted_text", Text(OneOf(QUOTE_OR_OMIT)))
        .live(ByCaller);

    /// The tools that this caller may call; others are not listed either.
    HTTP_CALLERS_TOOLS: Vec<String> = setting("http.callers[].tools", Texts(TOOL)).live(ByCaller);

    /// Further calls within a minute are told when to come back.
    HTTP_CALLERS_REQUESTS_PER_MINUTE: u32 = setting("http.callers[].requests_per_minute", Whole(1, 6000))
        .unit("calls").live(ByCaller);

    /// Calls at a time, waiting ones included.
    HTTP_CALLERS_MAX_CONCURRENT: u32 = setting("http.callers[].max_concurrent", Whole(1, 1000)).unit("calls").live(ByCaller);

    /// Alerts are posted to /webhooks/NAME. Each is investigated once, in the background, and posted to `[slack]`.
    HTTP_WEBHOOKS_NAME: String = setting("http.webhooks[].name", Text(PLAIN_NAME)).live(Differs);

    /// Who posts: sns and pagerduty prove themselves by a signature, all others by a bearer token in the header Authorization.
    HTTP_WEBHOOKS_FORM: WebhookForm = setting("http.webhooks[].form", Text(OneOf(FORMS))).live(Differs);

    /// The name of the `[[http.callers]]` on whose behalf they are investigated: its limits hold.
    HTTP_WEBHOOKS_CALLER: String = setting("http.webhooks[].caller", Text(CALLER)).live(Differs);

    /// Digest of the token; `cloudtrail-mcp config caller NAME` makes both.
    HTTP_WEBHOOKS_TOKEN_SHA256: String = setting("http.webhooks[].token_sha256", Text(WEBHOOK_SHA256)).secret().live(Differs);

    /// For pagerduty: the secret of the webhook subscription.
    HTTP_WEBHOOKS_SECRET: String = setting("http.webhooks[].secret", Text(line("shown once by PagerDuty")))
        .secret().live(Differs);

    /// For sns: the topics that may deliver, whose subscription is confirmed.
    HTTP_WEBHOOKS_TOPICS: Vec<String> = setting("http.webhooks[].topics", Texts(TOPIC)).live(Differs);

    /// The authorization server whose access tokens (JWT) are accepted, exactly as they name it.
    HTTP_OAUTH_ISSUER: String = setting("http.oauth.issuer", Text(secure("https://login.example"))).live(Differs);

    /// What tokens must be made out to: the public address of this server's /mcp.
    HTTP_OAUTH_AUDIENCE: String = setting("http.oauth.audience", Text(secure("https://mcp.example/mcp"))).live(Differs);

    /// Where the issuer's signing keys are; its metadata tells when this is not set.
    HTTP_OAUTH_JWKS_URI: String = setting("http.oauth.jwks_uri", Text(secure("https://login.example/jwks"))).live(Differs);

    /// Signature algorithms that are accepted; symmetric ones never are.
    HTTP_OAUTH_ALGORITHMS: Vec<String> = setting("http.oauth.algorithms", Texts(OneOf(ALGORITHMS)))
        .default("RS256,PS256,ES256,EdDSA").live(Names);

    /// Scopes that every call needs.
    HTTP_OAUTH_SCOPES: Vec<String> = setting("http.oauth.scopes", Texts(SCOPE)).default("").live(Needs);

    /// Scopes that one tool needs besides.
    HTTP_OAUTH_TOOL_SCOPES: Vec<String> = setting("http.oauth.tool_scopes", Texts(TOOL_SCOPE)).default("").live(Needs);

    /// Calls that run at a time; each may hold some megabytes of events.
    LOAD_RUNNING: u32 = setting("load.running", Whole(1, 1024)).default("32").unit("calls").live(Grows);

    /// Calls that wait for one of them to end; further ones are told when to come back.
    LOAD_WAITING: u32 = setting("load.waiting", Whole(0, 100_000)).default("512").unit("calls").live(Grows);

    /// How long a call waits over HTTP; clients' own patience ends at 30 s or 60 s. On stdio a call waits until its client cancels it.
    LOAD_PATIENCE: Duration = setting("load.patience", Span(0, 600)).default("5s").unit("time: s, m").live(Grows);

    /// Where each call is recorded, a JSON line each, chained by hash; `cloudtrail-mcp audit verify` checks it.
    AUDIT_PATH: PathBuf = setting("audit.path", Text(PATH));

    /// The length from which on a new file is begun; the old one gets a number.
    AUDIT_MAX_BYTES: u64 = setting("audit.max_bytes", Size).default("64 MiB").unit("bytes");

    /// The age from which on a new file is begun.
    AUDIT_MAX_AGE: Duration = setting("audit.max_age", Span(60, 366 * DAY)).unit(TIME);

    /// When records are forced to the disk: before each answer, within a second, or when the system sees fit.
    AUDIT_FSYNC: Fsync = setting("audit.fsync", Text(OneOf(&["always", "second", "never"]))).default("second");

    /// What becomes of calls that cannot be recorded, as on a full disk.
    AUDIT_ON_FAILURE: OnFailure = setting("audit.on_failure", Text(OneOf(&["deny", "allow"]))).default("deny");

    /// Folder where what cannot change any more is kept, encrypted: events, which cost no request again, and what log files of archives hold, which are not opened again. Without it events are kept in memory.
    CACHE_PATH: PathBuf = setting("cache.path", Text(PATH));

    /// Room for them, at least 1 MiB; in memory at most 64 MiB.
    CACHE_MAX_BYTES: u64 = setting("cache.max_bytes", Size).default("256 MiB").unit("bytes");
}
