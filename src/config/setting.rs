//! The table of settings: it drives what is known, read, explained and shown in the example file.

use super::kind::Form::{
    Account, Arn, Category, Host, Instant, Line, Listen, Location, Name, OneOf, Origin, Path, Region, S3, Scope, Secure, Sha256, Tool,
    ToolScope, Url,
};
use super::kind::Kind::{self, Bool, Paths, Size, Span, Text, Texts, Whole};

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its place, such as `budget.deadline`; `*` stands for a name that the operator chooses, `[]` for each of several; `--` begins a flag.
    pub key: &'static str,
    /// Type and range.
    pub kind: Kind,
    /// The value when it is not set, as TOML; empty when there is none.
    pub default: &'static str,
    /// The environment variable that sets it; empty when there is none. One that ends in `_MINUTES` holds a whole number of minutes.
    pub env: &'static str,
    /// The unit, in words; empty when there is none.
    pub unit: &'static str,
    /// Why one would set it; one line.
    pub why: &'static str,
    /// Whether this version does anything with it.
    pub used: bool,
    /// Whether its value is never shown.
    pub secret: bool,
}

impl Setting {
    const fn row(key: &'static str, kind: Kind, default: &'static str, why: &'static str) -> Self {
        Self { key, kind, default, env: "", unit: "", why, used: true, secret: false }
    }

    const fn env(self, env: &'static str) -> Self {
        Self { env, ..self }
    }

    const fn unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }

    const fn later(self) -> Self {
        Self { used: false, ..self }
    }

    const fn hidden(self) -> Self {
        Self { secret: true, ..self }
    }

    /// Tells whether it is set on the command line (or by `CLOUDTRAIL_MCP_…`) and never in a file.
    pub fn is_flag(&self) -> bool {
        self.key.starts_with("--")
    }

    /// Tells whether there may be several of it.
    pub fn is_repeated(&self) -> bool {
        self.key.contains(['*', '['])
    }
}

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
const LOG_LEVELS: &[&str] = &["off", "error", "warn", "info", "debug", "trace"];
/// Signature algorithms that prove an issuer: each has a key that only the issuer holds.
const ALGORITHMS: &[&str] = &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];

/// Every setting, in the order of the example file. Keys of one section stand together.
pub const SETTINGS: &[Setting] = &[
    Setting::row("--config", Paths, "", "The policy file.").env("CLOUDTRAIL_MCP_CONFIG"),
    Setting::row("--archive", Paths, "", "Log files to read; the only source then, unless `source` says more.")
        .env("CLOUDTRAIL_MCP_ARCHIVE"),
    Setting::row("--demo", Bool, "false", "Reads a bundled incident and nothing else.").env("CLOUDTRAIL_MCP_DEMO"),
    Setting::row("--now", Text(Instant), "", "Fixes the clock, for replays.").env("CLOUDTRAIL_MCP_NOW"),
    Setting::row("--tool-names", Text(OneOf(&["dotted", "underscore"])), "\"dotted\"", "How tools are listed; some clients refuse dots.")
        .env("CLOUDTRAIL_MCP_TOOL_NAMES"),
    Setting::row("--log-level", Text(OneOf(LOG_LEVELS)), "\"warn\"", "What is logged on stderr.").env("CLOUDTRAIL_MCP_LOG_LEVEL"),
    Setting::row("allow_aws_read", Bool, "false", "Gates every AWS request. Local log files need no permission beyond being named.")
        .env("CHAT_ALLOW_AWS_READ"),
    Setting::row(
        "aws_region_allowlist",
        Texts(Region),
        "[]",
        "Regions that may be read; an empty list means any. Include us-east-1 to see IAM and other global events.",
    )
    .env("CHAT_AWS_REGION_ALLOWLIST")
    .unit("region names"),
    Setting::row(
        "aws_account_allowlist",
        Texts(Account),
        "[]",
        "Accounts that may be read; an empty list means any. With it, an account that cannot be determined is denied.",
    )
    .unit("ids of 12 digits"),
    Setting::row(
        "max_window",
        Span(60, 90 * DAY),
        "\"48h\"",
        "The longest window a call may ask for, and the widest that the search for a suspect goes.",
    )
    .unit("time: s, m, h, d"),
    Setting::row("default_events", Whole(1, 100), "20", "Events shown when the caller gives no limit; 20 fit an assistant's attention.")
        .unit("events"),
    Setting::row("max_events", Whole(1, 100), "100", "The most events one answer shows; never above 100.").unit("events"),
    Setting::row(
        "lookback",
        Span(60, 90 * DAY),
        "\"30m\"",
        "How far before the alert the window starts; the cause of most alerts is that near.",
    )
    .env("AWS_CLOUDTRAIL_LOOKBACK_MINUTES")
    .unit("time: s, m, h, d"),
    Setting::row(
        "untrusted_text",
        Text(OneOf(&["quote", "omit"])),
        "\"quote\"",
        "Whether text that any AWS caller may choose is quoted or left out; omit it for unattended bots.",
    ),
    Setting::row("budget.lookup_requests", Whole(1, 1000), "20", "Bounds the cost of one call: AWS answers two requests a second.")
        .unit("requests per call, account and region"),
    Setting::row(
        "budget.deadline",
        Span(1, HOUR),
        "\"25s\"",
        "What was found by then is the answer, and says what is missing; MCP clients often give up at 30 s or 60 s.",
    )
    .unit("time per call: s, m, h"),
    Setting::row("event_history.enabled", Bool, "true", "Whether CloudTrail event history may be a source."),
    Setting::row(
        "event_history.endpoint_url",
        Text(Url),
        "",
        "Another address for CloudTrail, such as a private endpoint; AWS_ENDPOINT_URL_CLOUDTRAIL works, too.",
    ),
    Setting::row(
        "archive.locations",
        Texts(Location),
        "[]",
        "Folders or files of CloudTrail logs. s3:// addresses have no effect in this version.",
    )
    .unit("absolute paths"),
    Setting::row("athena.database", Text(Line("cloudtrail")), "", "The Glue database of the trail's table.").later(),
    Setting::row("athena.table", Text(Line("events")), "", "The trail's table.").later(),
    Setting::row("athena.workgroup", Text(Line("primary")), "", "The workgroup that pays.").later(),
    Setting::row("athena.output", Text(S3), "", "Where query results go.").later(),
    Setting::row("athena.max_bytes_scanned", Size, "", "Refuses queries that would cost more.").unit("bytes per query").later(),
    Setting::row("logs_insights.log_groups", Texts(Line("cloudtrail-logs")), "[]", "Log groups that trails write to.").later(),
    Setting::row("logs_insights.max_bytes_scanned", Size, "", "Refuses queries that would cost more.").unit("bytes per query").later(),
    Setting::row("lake.event_data_store", Text(Arn("cloudtrail")), "", "The event data store to query.")
        .env("CLOUDTRAIL_LAKE_STORE_ARN")
        .later(),
    Setting::row("lake.max_bytes_scanned", Size, "", "Refuses queries that would cost more.").unit("bytes per query").later(),
    Setting::row("accounts.*.id", Text(Account), "", "The account that callers may name by this section's name.").unit("12 digits"),
    Setting::row(
        "accounts.*.role_arn",
        Text(Arn("iam")),
        "",
        "The role to assume in that account; a caller's name goes with it as source identity. Without one: the server's own credentials.",
    ),
    Setting::row("accounts.*.external_id", Text(Line("chosen by you")), "", "The external id that the role asks for.").hidden(),
    Setting::row("investigations.path", Text(Path), "", "Folder of known incidents: `<id>.json` answers to the investigation `<id>`."),
    Setting::row("alertmanager.url", Text(Url), "", "Where to read current alerts.").later(),
    Setting::row("report.enabled", Bool, "", "Whether `report` gathers evidence; when not set, allow_aws_read decides.")
        .env("AWS_EVIDENCE_ENABLED"),
    Setting::row("report.max_events", Whole(1, 100), "50", "Events in a report.").env("AWS_CLOUDTRAIL_MAX_EVENTS").unit("events"),
    Setting::row("http.listen", Text(Listen), "", "Serves Streamable HTTP at /mcp there instead of stdio; --http does the same.")
        .env("CLOUDTRAIL_MCP_HTTP"),
    Setting::row(
        "http.allowed_hosts",
        Texts(Host),
        "[]",
        "Hosts that requests may be for, on every route; without a port: any. An empty list means localhost, 127.0.0.1 and [::1].",
    ),
    Setting::row(
        "http.allowed_origins",
        Texts(Origin),
        "[]",
        "Browser origins that may call, and are told so (CORS). An empty list means http://localhost, 127.0.0.1 and [::1] with any port.",
    ),
    Setting::row(
        "http.behind_tls_proxy",
        Bool,
        "false",
        "States that something in front ends TLS; without it or tls_cert, only this machine's own addresses are served.",
    ),
    Setting::row("http.tls_cert", Text(Path), "", "Certificate chain, PEM; goes with tls_key."),
    Setting::row("http.tls_key", Text(Path), "", "Private key, PEM."),
    Setting::row(
        "http.callers[].name",
        Text(Name),
        "",
        "Who calls, as the audit log names it. `cloudtrail-mcp config caller NAME` makes one.",
    ),
    Setting::row("http.callers[].token_sha256", Text(Sha256), "", "Digest of the caller's bearer token; the token itself is never stored.")
        .hidden(),
    Setting::row(
        "http.callers[].subject",
        Text(Line("user@example.com")),
        "",
        "Besides or instead of a token: the caller as tokens of the authorization server name it; \"*\" is all that have no entry.",
    ),
    Setting::row(
        "http.callers[].regions",
        Texts(Region),
        "",
        "Of the allowed regions, those that this caller may read. Like all that follows, it narrows and never widens.",
    ),
    Setting::row("http.callers[].accounts", Texts(Account), "", "Of the allowed accounts, those that this caller may read."),
    Setting::row("http.callers[].categories", Texts(Category), "", "The categories of changes that this caller sees."),
    Setting::row("http.callers[].max_window", Span(60, 90 * DAY), "", "As above, for this caller.").unit("time: s, m, h, d"),
    Setting::row("http.callers[].max_events", Whole(1, 100), "", "As above, for this caller.").unit("events"),
    Setting::row("http.callers[].untrusted_text", Text(OneOf(&["quote", "omit"])), "", "As above, for this caller."),
    Setting::row("http.callers[].tools", Texts(Tool), "", "The tools that this caller may call; others are not listed either."),
    Setting::row("http.callers[].requests_per_minute", Whole(1, 6000), "", "Further calls within a minute are told when to come back.")
        .unit("calls"),
    Setting::row("http.callers[].max_concurrent", Whole(1, 1000), "", "Calls at a time, waiting ones included.").unit("calls"),
    Setting::row(
        "http.oauth.issuer",
        Text(Secure("https://login.example")),
        "",
        "The authorization server whose access tokens (JWT) are accepted, exactly as they name it.",
    ),
    Setting::row(
        "http.oauth.audience",
        Text(Secure("https://mcp.example/mcp")),
        "",
        "What tokens must be made out to: the public address of this server's /mcp.",
    ),
    Setting::row(
        "http.oauth.jwks_uri",
        Text(Secure("https://login.example/jwks")),
        "",
        "Where the issuer's signing keys are; its metadata tells when this is not set.",
    ),
    Setting::row(
        "http.oauth.algorithms",
        Texts(OneOf(ALGORITHMS)),
        "[\"RS256\", \"PS256\", \"ES256\", \"EdDSA\"]",
        "Signature algorithms that are accepted; symmetric ones never are.",
    ),
    Setting::row("http.oauth.scopes", Texts(Scope), "[]", "Scopes that every call needs."),
    Setting::row("http.oauth.tool_scopes", Texts(ToolScope), "[]", "Scopes that one tool needs besides."),
    Setting::row("load.running", Whole(1, 1024), "32", "Calls that run at a time; each may hold some megabytes of events.").unit("calls"),
    Setting::row(
        "load.waiting",
        Whole(0, 100_000),
        "512",
        "Calls that wait for one of them to end; further ones are told when to come back.",
    )
    .unit("calls"),
    Setting::row("load.patience", Span(0, 600), "\"5s\"", "How long a call waits; clients' own patience ends at 30 s or 60 s.")
        .unit("time: s, m"),
    Setting::row(
        "audit.path",
        Text(Path),
        "",
        "Where each call is recorded, a JSON line each, chained by hash; `cloudtrail-mcp audit verify` checks it.",
    ),
    Setting::row("audit.max_bytes", Size, "\"64 MiB\"", "The length from which on a new file is begun; the old one gets a number.")
        .unit("bytes"),
    Setting::row("audit.max_age", Span(60, 366 * DAY), "", "The age from which on a new file is begun.").unit("time: s, m, h, d"),
    Setting::row(
        "audit.fsync",
        Text(OneOf(&["always", "second", "never"])),
        "\"second\"",
        "When records are forced to the disk: before each answer, within a second, or when the system sees fit.",
    ),
    Setting::row(
        "audit.on_failure",
        Text(OneOf(&["deny", "allow"])),
        "\"deny\"",
        "What becomes of calls that cannot be recorded, as on a full disk.",
    ),
    Setting::row(
        "cache.path",
        Text(Path),
        "",
        "Folder where events that cannot change any more are kept, encrypted, so that they cost no request again; memory without it.",
    ),
    Setting::row("cache.max_bytes", Size, "\"256 MiB\"", "Room for them, at least 1 MiB; in memory at most 64 MiB.").unit("bytes"),
];

/// Writes the example policy file: every key with its default, unit and reason.
pub fn example() -> String {
    let mut text = String::from(
        "# Policy and settings of cloudtrail-mcp. Copy to ~/.config/cloudtrail-mcp/policy.toml and change what you need.\n\
         # Each key shows its default; keys without one are commented out and show an example.\n\
         # Precedence: flag > environment > this file > default. `cloudtrail-mcp config explain` shows where each value came from.\n",
    );
    let mut section = "";
    for setting in SETTINGS.iter().filter(|setting| !setting.is_flag()) {
        let (place, name) = setting.key.rsplit_once('.').unwrap_or(("", setting.key));
        let commented = if setting.is_repeated() { "# " } else { "" };
        if place != section {
            let header = match place.strip_suffix("[]") {
                Some(array) => format!("[[{array}]]"),
                None => format!("[{}]", place.replace('*', "production")),
            };
            text.push_str(&format!("\n{commented}{header}\n"));
            section = place;
        } else if place.is_empty() {
            text.push('\n');
        }
        let notes = [
            (!setting.unit.is_empty()).then(|| format!("Unit: {}.", setting.unit)),
            (!setting.env.is_empty()).then(|| format!("Environment: {}.", setting.env)),
            (!setting.used).then(|| "No effect in this version.".to_owned()),
        ];
        let notes: String = notes.into_iter().flatten().map(|note| format!(" {note}")).collect();
        let (mark, value) =
            if setting.default.is_empty() { ("# ", setting.kind.example()) } else { (commented, setting.default.to_owned()) };
        text.push_str(&format!("# {}{notes}\n{mark}{name} = {value}\n", setting.why));
    }
    text
}
