//! The binary serving HTTP on a port of its own, and a client that sends exactly the bytes it is given.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::binary;

/// A server process; ends with the value.
pub(crate) struct Served {
    child: Child,
    pub(crate) address: SocketAddr,
    log: Option<std::thread::JoinHandle<String>>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("not JSON ({error}): {self:?}"))
    }
}

impl Served {
    /// Starts the demo on any port of the loopback.
    pub(crate) fn demo() -> Self {
        Self::start(&["--demo"])
    }

    /// Starts with a policy file and the bundled incident.
    pub(crate) fn with_policy(policy: &str) -> (tempfile::TempDir, Self) {
        let (folder, path) = binary::folder(&[("policy.toml", policy)]);
        let file = path.join("policy.toml");
        let served = Self::start(&["--demo", "--config", file.to_str().unwrap()]);
        (folder, served)
    }

    fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[])
    }

    /// Starts the demo where the system gives it so many files and no more.
    #[cfg(target_os = "linux")]
    pub(crate) fn with_files(most: u32) -> Self {
        let mut command = std::process::Command::new("sh");
        command.arg("-c").arg(format!("ulimit -n {most} && exec \"$0\" \"$@\"")).arg(binary::path());
        command.env("HOME", "/nonexistent").stdin(Stdio::null()).args(["serve", "--http", "127.0.0.1:0", "--demo"]);
        Self::spawn(command)
    }

    /// Starts with these arguments and variables.
    pub(crate) fn start_with(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = binary::command();
        command.envs(environment.iter().copied());
        command.args(["serve", "--http", "127.0.0.1:0"]).args(arguments);
        Self::spawn(command)
    }

    fn spawn(mut command: std::process::Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut log = String::new();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let address = loop {
            let read = errors.read_line(&mut log).unwrap();
            let last = log.lines().last().unwrap_or_default().trim();
            if let Some(address) = last.strip_prefix("Listening on ").and_then(|url| url.split('/').nth(2)) {
                break address.parse().unwrap();
            }
            assert!(read > 0, "{log}");
        };
        let rest = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = errors.read_to_end(&mut bytes);
            log + &String::from_utf8_lossy(&bytes)
        });
        Self { child, address, log: Some(rest) }
    }

    /// Ends the server and returns what it logged.
    pub(crate) fn log(mut self) -> String {
        self.child.kill().unwrap();
        self.log.take().unwrap().join().unwrap()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// Sends bytes and reads one answer to the end of the connection.
    pub(crate) fn raw(&self, request: &[u8]) -> Reply {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        parse(&bytes)
    }

    /// Sends a request with these header lines, `Host` and `Connection: close` among them only when they are given.
    pub(crate) fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut request = format!("{method} {target} HTTP/1.1\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            request.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        request.push_str("connection: close\r\n\r\n");
        request.push_str(body);
        self.raw(request.as_bytes())
    }

    pub(crate) fn get(&self, target: &str, headers: &[(&str, &str)]) -> Reply {
        self.send("GET", target, &with_host(headers), "")
    }

    /// Posts a message as a client of the protocol would.
    pub(crate) fn post(&self, headers: &[(&str, &str)], message: &Value) -> Reply {
        self.post_text("/mcp", headers, &message.to_string())
    }

    pub(crate) fn post_text(&self, target: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut all = vec![("content-type", "application/json"), ("accept", "application/json, text/event-stream")];
        all.extend_from_slice(headers);
        self.send("POST", target, &with_host(&all), body)
    }

    /// Ends the process by a signal and returns its exit code.
    pub(crate) fn terminate(self) -> Option<i32> {
        self.signal("TERM");
        self.ended()
    }

    /// Sends the process a signal.
    pub(crate) fn signal(&self, name: &str) {
        let sent = std::process::Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Returns the most memory that the process has held, in bytes.
    #[cfg(target_os = "linux")]
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        1024 * line.split_ascii_whitespace().next().unwrap().parse::<u64>().unwrap()
    }

    /// Waits for the process to end, and returns its exit code.
    pub(crate) fn ended(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn with_host<'a>(headers: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![("host", "localhost")];
    all.extend_from_slice(headers);
    all
}

fn parse(bytes: &[u8]) -> Reply {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Response::new(&mut headers);
    let Ok(httparse::Status::Complete(start)) = head.parse(bytes) else { panic!("no answer: {:?}", String::from_utf8_lossy(bytes)) };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Reply {
        status: head.code.unwrap(),
        headers: head.headers.iter().map(|header| (header.name.to_owned(), text(header.value))).collect(),
        body: text(&bytes[start..]),
    }
}

/// A request of the revision without handshake, and the headers that go with it.
pub(crate) fn modern(method: &str, params: Value) -> Value {
    let mut all = json!({"_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "http", "version": "0"},
        "io.modelcontextprotocol/clientCapabilities": {}
    }});
    all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": all})
}

pub(crate) fn call(id: u64, method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}
