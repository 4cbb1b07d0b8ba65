//! HTTP/1.1 with keep-alive, AWS JSON 1.1 and the query protocol, and what can break in them.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use super::{Fault, Request, State, bucket, engine, settings};

const JSON: &str = "application/x-amz-json-1.1";

/// How the bytes of an answer leave.
enum Leave {
    Whole,
    Reset,
    Cut,
}

struct Answer {
    status: u16,
    kind: &'static str,
    headers: String,
    body: Vec<u8>,
    leave: Leave,
}

impl Answer {
    fn new(status: u16, kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, kind, headers: String::new(), body: body.into(), leave: Leave::Whole }
    }

    fn error(code: &str, message: &str) -> Self {
        Self::new(400, JSON, json!({"__type": code, "message": message}).to_string())
    }
}

/// Answers the requests of one connection until it ends.
pub(super) async fn serve(mut socket: TcpStream, state: Arc<Mutex<State>>) {
    // Head and body are written one after the other, and the peer's delayed acknowledgement would cost 40 ms each time.
    let _ = socket.set_nodelay(true);
    let mut buffer = Vec::new();
    while let Ok(Some(request)) = read(&mut socket, &mut buffer).await {
        if request.service.is_empty() && request.target.is_empty() {
            // What is not signed is refused, and every refusal tells AWS's time.
            let date = chrono::Utc::now().to_rfc2822().replace("+0000", "GMT");
            let head = format!("HTTP/1.1 403 Forbidden\r\nDate: {date}\r\nContent-Length: 0\r\n\r\n");
            let _ = socket.write_all(head.as_bytes()).await;
            continue;
        }
        let fault = begin(&state, &request);
        if let Fault::Delay(delay) = fault {
            sleep(delay).await;
        }
        let answer = answer(&mut state.lock().unwrap(), &request, fault);
        match send(&mut socket, answer).await {
            Ok(true) => {}
            _ => return,
        }
    }
}

/// Records a request and decides its fault; throttling of its own comes before the script's.
fn begin(state: &Mutex<State>, request: &Request) -> Fault {
    let mut state = state.lock().unwrap();
    state.requests.push(request.clone());
    if matches!(request.service.as_str(), "sts" | "s3") || settings::name(request).is_some() || engine::is_one(request) {
        return Fault::None;
    }
    let always = state.always;
    let place = format!("{} {}", state.account_of(&request.access_key), request.region);
    if state.admit(&place, request.at) { state.faults.pop_front().unwrap_or(always) } else { Fault::Throttle }
}

fn answer(state: &mut State, request: &Request, fault: Fault) -> Answer {
    if request.service == "sts" {
        let (status, body) = state.sts(request);
        return Answer::new(status, "text/xml", body);
    }
    if state.expired.contains(&request.access_key) {
        return Answer::error("ExpiredTokenException", "The security token included in the request is expired");
    }
    if state.disabled.contains(&request.region) {
        return Answer::error("UnrecognizedClientException", "The security token included in the request is invalid.");
    }
    if request.service == "s3"
        && let Some(given) = bucket::answer(&mut state.buckets, request)
    {
        let leave = if given.cut { Leave::Cut } else { Leave::Whole };
        return Answer { headers: given.headers, leave, ..Answer::new(given.status, "application/xml", given.body) };
    }
    if engine::is_one(request) {
        return match state.engine(request) {
            Ok(body) => Answer::new(200, JSON, body.to_string()),
            Err((code, message)) => Answer::error(&code, &message),
        };
    }
    if let Some(name) = settings::name(request) {
        let (status, body) = settings::answer(&state.settings, &name);
        let kind = if body.starts_with('<') { "text/xml" } else { JSON };
        return Answer::new(status, kind, body);
    }
    let refused = match fault {
        Fault::Throttle => Some(("ThrottlingException", "Rate exceeded")),
        Fault::AccessDenied => {
            Some(("AccessDeniedException", "User: arn:aws:iam::111122223333:user/text-from-outside is not authorized to perform it"))
        }
        Fault::ExpiredToken => Some(("ExpiredTokenException", "The security token included in the request is expired")),
        Fault::Code(code) => Some((code, "text-from-outside")),
        Fault::Refusal(code, message) => Some((code, message)),
        _ => None,
    };
    if let Some((code, message)) = refused {
        return Answer::error(code, message);
    }
    match fault {
        Fault::Status(status) => return Answer::new(status, "text/html", "<html>text-from-outside</html>".to_owned()),
        Fault::WrongContentType => return Answer::new(200, "text/html", "<html>Please log in</html>".to_owned()),
        Fault::MissingEvents => return Answer::new(200, JSON, "{}".to_owned()),
        _ => {}
    }
    if request.target.ends_with(".ListPublicKeys") {
        return Answer::new(200, JSON, state.public_keys(&request.region, &request.body).to_string());
    }
    let body = match state.lookup(state.account_of(&request.access_key), &request.region, &request.body, fault) {
        Ok(body) => body.to_string(),
        Err((code, message)) => return Answer::error(code, message),
    };
    match fault {
        Fault::Huge => Answer::new(200, JSON, body + &" ".repeat(40 << 20)),
        Fault::MalformedJson => Answer::new(200, JSON, body.chars().take(body.len() / 2).collect::<String>()),
        Fault::ResetMidBody => Answer { leave: Leave::Reset, ..Answer::new(200, JSON, body) },
        Fault::CutBodyCleanClose => Answer { leave: Leave::Cut, ..Answer::new(200, JSON, body) },
        _ => Answer::new(200, JSON, body),
    }
}

/// Returns nothing when the peer has closed the connection between two requests.
async fn read(socket: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<Request>> {
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Request::new(&mut headers);
        if let httparse::Status::Complete(start) = head.parse(buffer).map_err(io::Error::other)? {
            let header = |name: &str| {
                let found = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
                String::from_utf8_lossy(found.map_or(b"", |header| header.value)).into_owned()
            };
            let end = start + header("content-length").parse::<usize>().unwrap_or(0);
            if let Some(body) = buffer.get(start..end) {
                let authorization = header("authorization");
                let mut scope = authorization.split('/');
                let access_key = scope.next().unwrap_or_default().rsplit('=').next().unwrap_or_default().to_owned();
                let mut scope = scope.skip(1);
                let (region, service) = (scope.next().unwrap_or_default().to_owned(), scope.next().unwrap_or_default().to_owned());
                let body = serde_json::from_slice(body).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(body)));
                let request = Request {
                    service,
                    region,
                    access_key,
                    target: header("x-amz-target"),
                    path: head.path.unwrap_or_default().to_owned(),
                    range: header("range"),
                    payer: header("x-amz-request-payer"),
                    body,
                    at: Instant::now(),
                };
                buffer.drain(..end);
                return Ok(Some(request));
            }
        }
        if socket.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
}

/// Tells whether the connection may go on.
async fn send(socket: &mut TcpStream, answer: Answer) -> io::Result<bool> {
    let Answer { status, kind, headers, body, leave } = answer;
    let head = format!("HTTP/1.1 {status} Any\r\ncontent-type: {kind}\r\n{headers}content-length: {}\r\n\r\n", body.len());
    socket.write_all(head.as_bytes()).await?;
    let sent = if matches!(leave, Leave::Whole) { body.len() } else { body.len() / 2 };
    socket.write_all(&body[..sent]).await?;
    socket.flush().await?;
    if matches!(leave, Leave::Reset) {
        socket.set_zero_linger()?;
    }
    Ok(matches!(leave, Leave::Whole))
}
