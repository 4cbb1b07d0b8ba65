//! How the HTTP server fares when many call it, and when many begin and leave: `cargo bench --bench load`.
//!
//! Prints each figure beside its bar and fails when one is missed. Counts resident memory where `/proc` tells it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement prints its figures and stops where it fails"
)]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"load","version":"0"}}}"#;
const CALL: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"aws.cloudtrail_events","arguments":{"regions":["eu-west-1"],"start_time":"2026-01-27T19:34:00Z"}}}"#;
const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloudtrail-mcp"));
        command.env_clear().args(["serve", "--demo", "--http", "127.0.0.1:0"]).stdin(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        errors.read_line(&mut line).unwrap();
        let address = line.split('/').nth(2).unwrap_or_else(|| panic!("{line}")).to_owned();
        std::thread::spawn(move || std::io::copy(&mut errors, &mut std::io::stdout()));
        Self { child, address }
    }

    /// Resident memory now (`VmRSS`) or at its most (`VmHWM`), in MiB.
    fn memory(&self, key: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn request(body: &str) -> String {
    format!(
        "POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn connect(address: &str) -> TcpStream {
    for _ in 0..200 {
        match TcpStream::connect(address).await {
            Ok(stream) => return stream,
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    panic!("{address} does not accept connections")
}

/// Sends one request and reads its answer; gives its status and body.
async fn ask(stream: &mut TcpStream, request: &str) -> (u16, String) {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut head = httparse::Response::new(&mut headers);
        if let Ok(httparse::Status::Complete(start)) = head.parse(&bytes) {
            let length = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
            let length: usize = length.and_then(|header| std::str::from_utf8(header.value).ok()?.parse().ok()).unwrap_or(0);
            if bytes.len() >= start + length {
                return (head.code.unwrap_or(0), String::from_utf8_lossy(&bytes[start..start + length]).into_owned());
            }
        }
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "the connection broke off");
    }
}

/// Prints a figure beside its bar and tells whether the bar holds.
fn report(what: &str, figure: f64, unit: &str, bar: f64, at_most: bool) -> bool {
    let holds = if at_most { figure <= bar } else { figure >= bar };
    let sign = if at_most { "≤" } else { "≥" };
    println!("{} {what}: {figure:.1} {unit} (bar {sign} {bar})", if holds { "ok     " } else { "MISSED " });
    holds
}

/// 10,000 clients shake hands and leave, some in the middle of it.
async fn abandoned() -> bool {
    let served = Served::start();
    let initialize = request(INITIALIZE);
    ask(&mut connect(&served.address).await, &initialize).await;
    let before = served.memory("VmRSS");
    for wave in 0..100 {
        let mut clients = tokio::task::JoinSet::new();
        for n in 0..100 {
            let (address, initialize) = (served.address.clone(), initialize.clone());
            clients.spawn(async move {
                let mut stream = connect(&address).await;
                match (wave + n) % 4 {
                    0 => stream.write_all(&initialize.as_bytes()[..60]).await.unwrap(),
                    1 => stream.write_all(initialize.as_bytes()).await.unwrap(),
                    _ => _ = ask(&mut stream, &initialize).await,
                }
            });
        }
        clients.join_all().await;
    }
    report("10,000 abandoned handshakes, growth of memory", served.memory("VmRSS") - before, "MiB", 20.0, true)
}

/// 5,000 callers at the same time, each on a connection of its own.
async fn crowd() -> bool {
    let served = Served::start();
    let started = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..5_000 {
        let address = served.address.clone();
        clients.spawn(async move {
            let mut stream = connect(&address).await;
            ask(&mut stream, &request(CALL)).await
        });
    }
    let answers = clients.join_all().await;
    let seconds = started.elapsed().as_secs_f64();
    let answered = answers.iter().filter(|(status, body)| *status == 200 && body.contains("\"finding\":\"")).count();
    let overloaded = answers.iter().filter(|(_, body)| body.contains("\"overloaded\"")).count();
    let wrong =
        answers.iter().filter(|(status, body)| !(body.contains("\"overloaded\"") || *status == 200 && body.contains("\"totals\""))).count();
    println!("        5,000 callers at once: {answered} answered, {overloaded} of them `overloaded`, in {seconds:.1} s");
    let right = report("5,000 callers at once, other errors", f64::from(u32::try_from(wrong).unwrap()), "", 0.0, true);
    report("5,000 callers at once, most memory", served.memory("VmHWM"), "MiB", 512.0, true) && right
}

/// How many requests a second, over connections that stay.
async fn pace(what: &str, body: &'static str, bar: f64) -> bool {
    const FOR: Duration = Duration::from_secs(5);
    let served = Served::start();
    let mut clients = tokio::task::JoinSet::new();
    let started = Instant::now();
    for _ in 0..32 {
        let address = served.address.clone();
        clients.spawn(async move {
            let (mut stream, request, mut answered) = (connect(&address).await, request(body), 0_u32);
            while started.elapsed() < FOR {
                assert_eq!(ask(&mut stream, &request).await.0, 200);
                answered += 1;
            }
            answered
        });
    }
    let answered: u32 = clients.join_all().await.into_iter().sum();
    report(what, f64::from(answered) / started.elapsed().as_secs_f64(), "requests/s", bar, false)
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let held = runtime.block_on(async {
        let mut held = abandoned().await;
        held &= crowd().await;
        held &= pace("ping", PING, 2_000.0).await;
        held &= pace("aws.cloudtrail_events on the bundled incident", CALL, 2_000.0).await;
        held
    });
    if !held {
        std::process::exit(1);
    }
}
