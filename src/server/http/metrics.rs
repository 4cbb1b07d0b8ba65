//! Counters for Prometheus, in its text format. No label ever holds what a caller chose.
//!
//! Why not prometheus-client? It writes OpenMetrics, under another media type and with other spellings of numbers, where operators
//! read text format 0.0.4; and it would take about 60 lines of counting and writing for three more crates, a procedural macro among them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::StatusCode;

/// Upper bounds of the duration's buckets, in seconds: cached answers are at the low end, the deadline at the high one.
const BOUNDS: [f64; 9] = [0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// What is counted since the start.
#[derive(Debug)]
pub struct Metrics {
    started: SystemTime,
    connections: AtomicU64,
    in_flight: AtomicU64,
    buckets: [AtomicU64; BOUNDS.len()],
    calls_timed: AtomicU64,
    micros: AtomicU64,
    counted: Mutex<BTreeMap<(Counter, &'static str, u16), u64>>,
}

/// Counters with a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counter {
    /// Requests by route and status.
    Requests,
    /// Requests turned away, by reason.
    Refused,
    /// Calls that reached a tool, by tool.
    Calls,
    /// Fetches of an issuer's keys, by result.
    KeyFetches,
    /// Alerts posted to webhooks, by what became of them.
    Alerts,
    /// Messages to the channel, by result.
    Messages,
}

impl Counter {
    fn name(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Requests => ("cloudtrail_mcp_http_requests_total", "route", "Requests by route and status."),
            Self::Refused => ("cloudtrail_mcp_http_refused_total", "reason", "Requests turned away, by reason."),
            Self::Calls => ("cloudtrail_mcp_tool_calls_total", "tool", "Tool calls admitted over HTTP, by tool."),
            Self::Alerts => ("cloudtrail_mcp_alerts_total", "result", "Payloads of alerts that were taken, by what they told."),
            Self::Messages => {
                ("cloudtrail_mcp_channel_messages_total", "result", "Messages to the channel, posted or given up after the last try.")
            }
            Self::KeyFetches => ("cloudtrail_mcp_signing_key_fetches_total", "result", "Fetches of the issuer's signing keys, by result."),
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            started: SystemTime::now(),
            connections: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            buckets: Default::default(),
            calls_timed: AtomicU64::new(0),
            micros: AtomicU64::new(0),
            counted: Mutex::default(),
        }
    }
}

/// One more of something for as long as it lives.
pub(super) struct Held<'a>(&'a AtomicU64);

impl<'a> Held<'a> {
    fn new(gauge: &'a AtomicU64) -> Self {
        gauge.fetch_add(1, Ordering::Relaxed);
        Self(gauge)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// Adds one. `label` is from a small set that we chose.
    pub fn count(&self, counter: Counter, label: &'static str) {
        self.add(counter, label, 0);
    }

    pub(super) fn answered(&self, route: &'static str, status: StatusCode) {
        self.add(Counter::Requests, route, status.as_u16());
    }

    fn add(&self, counter: Counter, label: &'static str, status: u16) {
        *self.counted.lock().unwrap_or_else(PoisonError::into_inner).entry((counter, label, status)).or_default() += 1;
    }

    pub(super) fn connection(&self) -> Held<'_> {
        Held::new(&self.connections)
    }

    pub(super) fn request(&self) -> Held<'_> {
        Held::new(&self.in_flight)
    }

    pub(super) fn took(&self, time: Duration) {
        for (bound, bucket) in BOUNDS.iter().zip(&self.buckets) {
            if time.as_secs_f64() <= *bound {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.calls_timed.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Writes everything in Prometheus' text format, with what is counted elsewhere.
    pub fn render(&self, elsewhere: &[(Counter, &'static str, u64)]) -> String {
        let read = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let mut text = format!(
            "# HELP cloudtrail_mcp_build_info The version that runs.\n# TYPE cloudtrail_mcp_build_info gauge\ncloudtrail_mcp_build_info{{version=\"{}\"}} 1\n",
            env!("CARGO_PKG_VERSION")
        );
        let started = self.started.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        for (name, help, value) in [
            ("process_start_time_seconds", "Start of the process, in seconds since 1970.", started),
            ("cloudtrail_mcp_http_connections", "Connections that are open.", read(&self.connections)),
            ("cloudtrail_mcp_http_requests_in_flight", "Requests that are being answered.", read(&self.in_flight)),
        ] {
            _ = write!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n");
        }
        let mut last = None;
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner).clone();
        counted.extend(elsewhere.iter().map(|(counter, label, count)| ((*counter, *label, 0), *count)));
        for ((counter, label, status), count) in &counted {
            let (name, key, help) = counter.name();
            if last.replace(*counter) != Some(*counter) {
                _ = write!(text, "# HELP {name} {help}\n# TYPE {name} counter\n");
            }
            let status = if *status == 0 { String::new() } else { format!(",status=\"{status}\"") };
            _ = writeln!(text, "{name}{{{key}=\"{label}\"{status}}} {count}");
        }
        let name = "cloudtrail_mcp_http_request_seconds";
        _ = write!(text, "# HELP {name} Time from a request to /mcp to the head of its answer.\n# TYPE {name} histogram\n");
        for (bound, bucket) in BOUNDS.iter().zip(&self.buckets) {
            _ = writeln!(text, "{name}_bucket{{le=\"{bound}\"}} {}", read(bucket));
        }
        let (count, sum) = (read(&self.calls_timed), Duration::from_micros(read(&self.micros)).as_secs_f64());
        _ = write!(text, "{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_sum {sum}\n{name}_count {count}\n");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_written_once_a_series_and_buckets_add_up() {
        let metrics = Metrics::default();
        metrics.answered("/mcp", StatusCode::OK);
        metrics.answered("/mcp", StatusCode::OK);
        metrics.count(Counter::Refused, "origin");
        metrics.took(Duration::from_millis(20));
        metrics.took(Duration::from_secs(60));
        let open = metrics.connection();
        let text = metrics.render(&[(Counter::Messages, "given_up", 2), (Counter::Messages, "posted", 3)]);
        for line in [
            "cloudtrail_mcp_http_requests_total{route=\"/mcp\",status=\"200\"} 2",
            "cloudtrail_mcp_http_refused_total{reason=\"origin\"} 1",
            "cloudtrail_mcp_http_request_seconds_bucket{le=\"0.005\"} 0",
            "cloudtrail_mcp_http_request_seconds_bucket{le=\"30\"} 1",
            "cloudtrail_mcp_http_request_seconds_bucket{le=\"+Inf\"} 2",
            "cloudtrail_mcp_http_request_seconds_sum 60.02",
            "cloudtrail_mcp_http_connections 1",
            "cloudtrail_mcp_channel_messages_total{result=\"given_up\"} 2",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
        drop(open);
        assert!(metrics.render(&[]).contains("cloudtrail_mcp_http_connections 0\n"));
        let mut series: Vec<&str> =
            text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit_once(' ')).map(|(name, _)| name).collect();
        let all = series.len();
        series.sort_unstable();
        series.dedup();
        assert_eq!(series.len(), all);
    }
}
