//! The paths, and what each asks before it answers.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use chrono::Utc;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ALLOW, CACHE_CONTROL, HeaderValue, ORIGIN, X_CONTENT_TYPE_OPTIONS};
use http::{Method, Request, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tracing::debug;

use super::auth::{Denied, Identity};
use super::message::{Answer, MAX_BODY, empty, json, polished, read, read_body, refused, written};
use super::metrics::Counter;
use super::places::{Busy, Place};
use super::webhook::{self, MAX_ALERT};
use super::{Door, Front, Peer, guard};

/// Where the protocol is served.
const MCP: &str = "/mcp";
/// Media type of Prometheus' text format.
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The front with a server behind it.
pub(super) struct Site<S> {
    pub(super) front: Arc<Front>,
    mcp: StreamableHttpService<S, NeverSessionManager>,
}

/// What a path is, and by which methods it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Route {
    Mcp,
    Health,
    Ready,
    Metrics,
    Metadata,
    Webhook,
    Unknown,
}

impl Route {
    fn of(path: &str, door: &Door) -> Self {
        match path {
            MCP => Self::Mcp,
            "/healthz" => Self::Health,
            "/readyz" => Self::Ready,
            "/metrics" => Self::Metrics,
            path if door.metadata(path).is_some() => Self::Metadata,
            path if path.starts_with(webhook::PATH) && !door.webhooks.is_empty() => Self::Webhook,
            _ => Self::Unknown,
        }
    }

    /// Returns its label for counters and its methods.
    fn describe(self) -> (&'static str, &'static [Method], &'static str) {
        const READ: &[Method] = &[Method::GET, Method::HEAD];
        match self {
            Self::Mcp => (MCP, &[Method::POST], "POST, OPTIONS"),
            Self::Health => ("/healthz", READ, "GET, HEAD, OPTIONS"),
            Self::Ready => ("/readyz", READ, "GET, HEAD, OPTIONS"),
            Self::Metrics => ("/metrics", READ, "GET, HEAD, OPTIONS"),
            Self::Webhook => ("/webhooks", &[Method::POST], "POST, OPTIONS"),
            Self::Metadata => ("/.well-known", READ, "GET, HEAD, OPTIONS"),
            Self::Unknown => ("other", &[], ""),
        }
    }
}

impl Door {
    /// Returns the metadata of the protected resource, when it stands at `path`.
    fn metadata(&self, path: &str) -> Option<&serde_json::Value> {
        self.auth.as_ref()?.resource.as_ref()?.metadata(path)
    }
}

impl<S: ServerHandler + Clone + Send + Sync + 'static> Site<S> {
    pub(super) fn new(front: Arc<Front>, server: S) -> Self {
        // Host, Origin, size and readability are looked at before the library sees anything, alike on every route.
        let config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .disable_allowed_hosts()
            .with_max_request_body_bytes(MAX_BODY);
        Self { front, mcp: StreamableHttpService::new(move || Ok(server.clone()), Arc::new(NeverSessionManager::default()), config) }
    }

    /// Answers a request, whatever it is.
    pub(super) async fn answer<B>(&self, request: Request<B>) -> Answer
    where
        B: Body<Data = Bytes> + Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let _held = self.front.metrics.request();
        let started = Instant::now();
        let door = self.front.door();
        let (mut label, mut page) = ("other", None);
        let mut answer = match door.guard.admit(request.uri(), request.headers()) {
            Ok(origin) => {
                page = origin;
                let route = Route::of(request.uri().path(), &door);
                label = route.describe().0;
                self.admitted(route, request, &door).await
            }
            Err(stranger) => {
                debug!(reason = stranger.reason, "A request was turned away.");
                self.front.metrics.count(Counter::Refused, stranger.reason);
                refused(stranger.status, stranger.message)
            }
        };
        let headers = answer.headers_mut();
        if let Some(origin) = &page {
            guard::allow_reading(headers, origin);
        }
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        self.front.metrics.answered(label, answer.status());
        if label == MCP {
            self.front.metrics.took(started.elapsed());
        }
        answer
    }

    async fn admitted<B>(&self, route: Route, request: Request<B>, door: &Door) -> Answer
    where
        B: Body<Data = Bytes> + Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (_, methods, allow) = route.describe();
        if route == Route::Unknown {
            return refused(StatusCode::NOT_FOUND, "nothing is here; the protocol is served at /mcp");
        }
        if request.method() == Method::OPTIONS {
            let mut answer = empty(StatusCode::NO_CONTENT);
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
            if request.headers().contains_key(ORIGIN) && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
                guard::allow_sending(answer.headers_mut(), allow);
            }
            return answer;
        }
        let identity = match route {
            Route::Mcp | Route::Metrics => match self.identify(&request, door).await {
                Ok(identity) => identity,
                Err(answer) => return answer,
            },
            _ => None,
        };
        if !methods.contains(request.method()) {
            let message = match route {
                Route::Mcp => "this server keeps no sessions and streams only answers: send one message a POST",
                Route::Webhook => "alerts are posted here",
                _ => "this path is read by GET",
            };
            let mut answer = refused(StatusCode::METHOD_NOT_ALLOWED, message);
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
            return answer;
        }
        match route {
            Route::Mcp => self.call(identity, request, door).await,
            Route::Webhook => self.alert(request, door).await,
            Route::Health => written(StatusCode::OK, "text/plain; charset=utf-8", "ok\n".to_owned()),
            Route::Ready => self.ready(door).await,
            Route::Metrics => written(StatusCode::OK, PROMETHEUS, self.metrics()),
            Route::Metadata | Route::Unknown => {
                let mut answer = json(StatusCode::OK, door.metadata(request.uri().path()).unwrap_or_default());
                answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
                answer
            }
        }
    }

    /// Writes what is counted here, and of the channel.
    fn metrics(&self) -> String {
        let messages = self.front.live.as_ref().and_then(|(live, _)| live.messages());
        let messages =
            messages.map(|(posted, given_up)| [(Counter::Messages, "posted", posted), (Counter::Messages, "given_up", given_up)]);
        self.front.metrics.render(messages.as_ref().map_or(&[], |messages| messages))
    }

    /// Finds out who calls; nothing where nobody is asked.
    async fn identify<B>(&self, request: &Request<B>, door: &Door) -> Result<Option<Identity>, Answer> {
        let Some(auth) = &door.auth else { return Ok(None) };
        let peer = request.extensions().get::<Peer>().copied();
        auth.identify(request.uri(), request.headers()).await.map(Some).map_err(|denied| self.denied(&denied, peer, door))
    }

    fn denied(&self, denied: &Denied, peer: Option<Peer>, door: &Door) -> Answer {
        if let Some(audit) = &self.front.audit {
            audit.note_denied(denied.reason(), peer.map(|peer| peer.0));
        }
        debug!(reason = denied.reason(), "A caller was not let in.");
        self.front.metrics.count(Counter::Refused, denied.reason());
        denied.answer(door.auth.as_ref().and_then(|auth| auth.resource.as_ref()))
    }

    async fn ready(&self, door: &Door) -> Answer {
        if let Some(auth) = &door.auth {
            match auth.ready().await {
                true => self.front.status.clear("oauth"),
                false => self.front.status.unfit("oauth", "the issuer's signing keys cannot be read, so nobody can be let in"),
            }
        }
        let (ready, report) = self.front.status.report();
        json(if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, &report)
    }

    /// Takes an alert that is posted to a webhook.
    async fn alert<B>(&self, request: Request<B>, door: &Door) -> Answer
    where
        B: Body<Data = Bytes> + Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        let peer = parts.extensions.get::<Peer>().copied();
        let webhook = match webhook::find(&door.webhooks, &parts.uri, &parts.headers) {
            Ok(webhook) => webhook,
            Err(denied) => return self.denied(&denied, peer, door),
        };
        let Some((live, sns)) = &self.front.live else {
            return refused(StatusCode::SERVICE_UNAVAILABLE, "webhooks are taken when the server is started anew");
        };
        let place = parts.extensions.get::<Arc<Place>>();
        let body = match read_body(&parts.headers, body, &self.front.room, place.map(|place| place.room()), MAX_ALERT).await {
            Ok(body) => body,
            Err(answer) => {
                self.front.metrics.count(Counter::Refused, "body");
                return answer;
            }
        };
        let _answering = place.map(Place::busy);
        let taken = match webhook::judge(webhook, &parts.headers, &body, sns, Utc::now()).await {
            Ok(posted) => webhook::take(live, webhook, posted, &self.front.metrics).await,
            Err(why) => Err(why),
        };
        taken.unwrap_or_else(|why| {
            if let Some(audit) = &self.front.audit {
                audit.note_denied(why.reason, peer.map(|peer| peer.0));
            }
            self.front.metrics.count(Counter::Refused, why.reason);
            why.answer()
        })
    }

    /// Hands one message to the library, with who sent it.
    async fn call<B>(&self, identity: Option<Identity>, request: Request<B>, door: &Door) -> Answer
    where
        B: Body<Data = Bytes> + Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (mut parts, body) = request.into_parts();
        let place = parts.extensions.remove::<Arc<Place>>();
        let message = match read(&parts.headers, body, &self.front.room, place.as_ref().map(|place| place.room())).await {
            Ok(message) => message,
            Err(answer) => {
                self.front.metrics.count(Counter::Refused, "body");
                return answer;
            }
        };
        let answering = place.as_ref().map(Place::busy);
        if let (Some(auth), Some(identity)) = (&door.auth, &identity)
            && let Err(denied) = auth.admit(identity, message.tool.as_deref())
        {
            return self.denied(&denied, parts.extensions.get::<Peer>().copied(), door);
        }
        if let Some(name) = &message.tool {
            self.front.metrics.count(Counter::Calls, crate::tools::find(name).map_or("other", |tool| tool.name));
        }
        // What proves the caller ends here.
        parts.headers.remove(http::header::AUTHORIZATION);
        if let Some(identity) = identity {
            parts.extensions.insert(identity.caller);
        }
        let answer = self.mcp.handle(Request::from_parts(parts, Full::new(message.bytes))).await;
        // An answer may come in pieces while the call runs.
        polished(answer).await.map(|body| match answering {
            Some(answering) => Answering { body, _busy: answering }.boxed(),
            None => body,
        })
    }
}

/// What goes back while its connection counts as busy.
struct Answering {
    body: BoxBody<Bytes, Infallible>,
    _busy: Busy,
}

impl Body for Answering {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
