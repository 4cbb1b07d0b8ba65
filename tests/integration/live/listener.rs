//! Something that listens on this machine, answers each request as a function says, and remembers them all.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) target: String,
    pub(crate) body: String,
}

/// A listener that ends with the process.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Listener {
    /// Answers with what `answer` makes of a request and how many came before it: status, more header lines, body.
    pub(crate) fn start(answer: impl Fn(&Heard, usize) -> (u16, String, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(request) = read(&stream) else { continue };
                let before = all.lock().unwrap().len();
                let (status, headers, body) = answer(&request, before);
                all.lock().unwrap().push(request);
                let text = format!(
                    "HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = (&stream).write_all(text.as_bytes());
            }
        });
        Self { address, heard }
    }

    /// Answers everything in one way.
    pub(crate) fn saying(status: u16, body: &str) -> Self {
        let body = body.to_owned();
        Self::start(move |_, _| (status, String::new(), body.clone()))
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> Option<Heard> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let target = head.split(' ').nth(1)?.to_owned();
    Some(Heard { target, body: String::from_utf8_lossy(&body).into_owned() })
}
