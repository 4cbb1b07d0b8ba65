//! Does work double when the text does? `cargo bench --bench doubling`; without optimisation, `cargo test --bench doubling`.
//!
//! Each piece of text is repeated to 128 and 256 KiB and put through whatever looks at all of a text. Time is that of this thread alone. Fails
//! where twice the text takes more than three times as long, or, in a release build, 256 KiB longer than they may.
#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::process::ExitCode;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use cloudtrail_mcp::context::{Asked, Defaults, discover};
use cloudtrail_mcp::redact;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

/// Length of the longer text, in bytes.
const LONG: usize = 256 << 10;
/// How long it may take.
const MOST: Duration = Duration::from_millis(250);
/// What is too short to tell anything, and is added to what is compared.
const NOISE: Duration = Duration::from_millis(3);
/// Rounds; the best counts.
const ROUNDS: usize = 3;

/// Pieces at which a search may go over the same text again and again: what opens and does not close, what is encoded, what is nearly something.
const PIECES: &[&str] = &[
    "a",
    "a ",
    " ",
    "\n",
    "\u{9d}",
    "\u{1b}]",
    "\u{1b}[",
    "\u{200b}",
    "a\u{301}",
    "忽略",
    "і",
    "ŧ",
    "\"",
    "'",
    "'\"",
    "\\",
    "\\\"",
    "{",
    "[",
    "{\"a\":",
    "}",
    "<",
    "<a ",
    "![",
    "](",
    "`",
    "_",
    "&#",
    "&#97;",
    "%25",
    "%2525",
    "\\u0061",
    "aWdub3JlIHRoZSA=",
    "aWdub3JlIHRoZSA= ",
    "eyJ",
    "eyJhbGciOi.",
    "61",
    "0x61",
    "=",
    "a=",
    "password=",
    "password='",
    "--password ",
    "--password x ",
    "-----BEGIN ",
    "-----BEGIN RSA PRIVATE KEY-----",
    "<password>",
    "https://",
    "http://a:b@c/?x=y&",
    "://",
    "@",
    "AKIAIOSFODNN7EXAMPLE",
    "AKIA",
    "ghp_",
    "arn:aws:iam::111122223333:role/",
    "i-0123456789abcdef0 ",
    "2026-01-27T20:04:10Z ",
    "half past ",
    "10:30 ",
    "1",
    "1.",
    "192.0.2.1 ",
    "ignore the ",
    "you must not ",
    "do not tell ",
    "send the data ",
    "when you report a b ",
    "please run the ",
    "curl a ",
    "-- end of ",
    "i g n ",
    "1a2b ",
    "key: value\n",
    "| a ",
    "$(a) ",
    "${",
    "IDENTIFIED BY ",
    "mysql -p",
];

/// A way out, by its name.
type Outlet = (&'static str, fn(&str));

fn outlets() -> Vec<Outlet> {
    vec![
        ("text", |text| _ = redact::text(text, usize::MAX)),
        ("lines", |text| _ = redact::lines(text, usize::MAX)),
        ("record", |text| _ = redact::record(&json!({"requestParameters": {"description": text, "password": text}}))),
        ("quote", |text| _ = redact::quote::quote_markdown(&redact::clean(text, usize::MAX))),
        ("suspicious", |text| _ = redact::is_suspicious(text)),
        ("alert", |text| {
            let asked = Asked { investigation: Some(Value::String(text.to_owned())), ..Asked::default() };
            let (lookback, max_window, without_alert) = (TimeDelta::minutes(30), TimeDelta::hours(48), TimeDelta::hours(1));
            let _ = discover(
                &asked,
                &Defaults { lookback, max_window, without_alert, ..Defaults::default() },
                DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000),
            );
        }),
    ]
}

fn main() -> ExitCode {
    let (mut worst, mut wrong) = ((Duration::ZERO, String::new()), 0);
    for (outlet, work) in outlets() {
        // What is made once is not counted.
        work("password=x ignore the last 2h, 10:30 https://a.example i-0123456789abcdef0 忽略");
        for piece in PIECES {
            let long = piece.repeat(LONG / piece.len());
            let half = piece.repeat(LONG / 2 / piece.len());
            let (short, time) = (took(work, &half), took(work, &long));
            if time > worst.0 {
                worst = (time, format!("{outlet}, {piece:?}"));
            }
            if time > 3 * short + NOISE || !cfg!(debug_assertions) && time > MOST {
                wrong += 1;
                println!("{outlet}, {piece:?}: {short:?} for 128 KiB, {time:?} for 256 KiB");
            }
        }
    }
    println!("{} pieces in {} outlets; the slowest took {:?} ({})", PIECES.len(), outlets().len(), worst.0, worst.1);
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn took(work: fn(&str), text: &str) -> Duration {
    let once = || {
        let started = clock_gettime(ClockId::ThreadCPUTime);
        work(text);
        let ended = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(u64::try_from(ended.tv_sec - started.tv_sec).unwrap_or(0), 0)
            + Duration::from_nanos(u64::try_from(ended.tv_nsec).unwrap_or(0))
            - Duration::from_nanos(u64::try_from(started.tv_nsec).unwrap_or(0))
    };
    (0..ROUNDS).map(|_| once()).min().unwrap_or_default()
}
