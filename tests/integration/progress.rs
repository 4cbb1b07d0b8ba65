//! Progress and cancellation through the real server, over a pipe and on a clock of its own; and what a reading leaves behind
//! at AWS when it is given up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cloudtrail_mcp::config::audit::Limits;
use cloudtrail_mcp::config::spelling::Spelling;
use cloudtrail_mcp::coverage::{Profile, Reading};
use cloudtrail_mcp::investigate::{Cursors, ToolContext};
use cloudtrail_mcp::policy::{Callers, Policy, Ungated};
use cloudtrail_mcp::server::{Server, stdio};
use cloudtrail_mcp::service::{CallService, Rules};
use cloudtrail_mcp::source::api::Api;
use cloudtrail_mcp::source::{BoxFuture, Query, Source, Sources, event_history};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf};
use tokio::sync::Semaphore;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{Instant, sleep, timeout};

/// A source whose regions take 2, 4, 6, … seconds, and which knows how many readings are under way.
#[derive(Clone)]
struct Slow {
    begun: Arc<AtomicUsize>,
    /// One permit for each reading that was dropped before its end.
    given_up: Arc<Semaphore>,
}

impl Slow {
    fn new() -> Self {
        Self { begun: Arc::default(), given_up: Arc::new(Semaphore::new(0)) }
    }

    async fn given_up(&self, readings: u32) {
        self.given_up.acquire_many(readings).await.unwrap().forget();
    }
}

/// A reading that has not ended.
struct Under(Option<Arc<Semaphore>>);

impl Drop for Under {
    fn drop(&mut self) {
        if let Some(given_up) = &self.0 {
            given_up.add_permits(1);
        }
    }
}

impl Source for Slow {
    fn profile(&self) -> &'static Profile {
        &event_history::PROFILE
    }

    fn read<'a>(&'a self, _: &'a Query) -> BoxFuture<'a, Ungated> {
        Box::pin(async move {
            let nth = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
            let mut under = Under(Some(self.given_up.clone()));
            sleep(Duration::from_secs(2 * nth as u64)).await;
            under.0 = None;
            Reading::default().into()
        })
    }
}

/// A client of a server in this process, line by line.
struct Client {
    input: WriteHalf<DuplexStream>,
    output: Lines<BufReader<ReadHalf<DuplexStream>>>,
}

impl Client {
    async fn of(source: Slow) -> Self {
        let context = ToolContext {
            policy: Policy::default(),
            api: Api::default(),
            surroundings: None,
            sources: Sources::of(source),
            investigations: None,
            alertmanager: None,
            log_fields: std::sync::Arc::default(),
            cursors: Arc::new(Cursors::default()),
            clock: Arc::new(|| "2026-01-27T21:00:00Z".parse().unwrap()),
        };
        let rules = Rules {
            policy: Policy { allow_aws_read: true, ..Policy::default() },
            callers: Callers::default(),
            load: Limits { running: 8, waiting: 8, patience: Duration::from_secs(5) },
        };
        let service = CallService::new(context, rules, None);
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (reader, writer) = tokio::io::split(theirs);
        let server = Server::new(Arc::new(service), Spelling::Dotted);
        spawn_local(stdio::serve_on(server, reader, writer, std::future::pending()));
        let (output, input) = tokio::io::split(ours);
        let mut client = Self { input, output: BufReader::new(output).lines() };
        let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "0"}});
        client.send(json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello})).await;
        client.receive().await;
        client.send(json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
        client
    }

    async fn send(&mut self, message: Value) {
        self.input.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    async fn call(&mut self, meta: Value) {
        let params = json!({"name": "aws.cloudtrail_events", "arguments": {"regions": "eu-west-1,eu-west-2"}, "_meta": meta});
        self.send(json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params})).await;
    }

    async fn receive(&mut self) -> Value {
        serde_json::from_str(&self.output.next_line().await.unwrap().unwrap()).unwrap()
    }

    /// Takes messages until the answer, and gives those before it with their time.
    async fn until_answered(&mut self) -> Vec<(Duration, Value)> {
        let (begin, mut before) = (Instant::now(), Vec::new());
        loop {
            let message = self.receive().await;
            if message["id"] == 7 {
                return before;
            }
            before.push((begin.elapsed(), message));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn progress_is_told_each_second_until_the_answer_and_not_after() {
    LocalSet::new()
        .run_until(async {
            let mut client = Client::of(Slow::new()).await;
            client.call(json!({"progressToken": "p-1"})).await;
            let told = client.until_answered().await;
            // eu-west-1, eu-west-2 and the region of global services take 6 s together.
            assert_eq!(told.iter().map(|(at, _)| at.as_secs()).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
            let numbers: Vec<f64> = told.iter().map(|(_, notice)| notice["params"]["progress"].as_f64().unwrap()).collect();
            assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]) && numbers[4] < 3.0, "{numbers:?}");
            assert_eq!(numbers[3].floor(), 2.0, "two regions take 4 s at most");
            for (_, notice) in &told {
                assert_eq!((&notice["method"], &notice["params"]["progressToken"]), (&json!("notifications/progress"), &json!("p-1")));
                assert_eq!(notice["params"]["total"].as_f64(), Some(3.0));
            }
            assert_eq!(told[4].1["params"]["message"], "2 of 3 regions were read.");
            assert!(timeout(Duration::from_secs(60), client.receive()).await.is_err(), "something came after the answer");
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_asks_for_no_progress_is_told_none() {
    LocalSet::new()
        .run_until(async {
            let mut client = Client::of(Slow::new()).await;
            client.call(json!({})).await;
            assert_eq!(client.until_answered().await, []);
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_gives_up_its_readings_within_100_ms_and_is_not_answered() {
    LocalSet::new()
        .run_until(async {
            let source = Slow::new();
            let mut client = Client::of(source.clone()).await;
            client.call(json!({"progressToken": 1})).await;
            client.receive().await;
            client.send(json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}})).await;
            timeout(Duration::from_millis(100), source.given_up(3)).await.unwrap();
            assert!(timeout(Duration::from_secs(60), client.receive()).await.is_err(), "a cancelled call was answered");
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_ends_its_call_soon() {
    LocalSet::new()
        .run_until(async {
            let source = Slow::new();
            let mut client = Client::of(source.clone()).await;
            client.call(json!({"progressToken": 1})).await;
            client.receive().await;
            drop(client);
            // The third ends by itself while calls in flight may still be answered.
            timeout(Duration::from_secs(2), source.given_up(2)).await.unwrap();
        })
        .await;
}
