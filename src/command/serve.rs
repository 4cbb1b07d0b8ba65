//! `serve`: the MCP server, on stdio or over HTTP.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use crate::config::http::Http;
use crate::config::live::Keeping;
use crate::config::settings::{ARCHIVE, TIMELINE_IMAGE, TOOL_NAMES};
use crate::investigate::Cursors;
use crate::render;
use crate::server::http::status::Status;
use crate::server::reload::Reload;
use crate::server::{Server, Threads, http, stdio};
use crate::service::live::{Chat, Live, Room, Store};
use crate::service::{CallService, Standing};
use clap::Parser;

use super::{CONFIG, FAILURE, Failure, Global, Run, USAGE, block_on, output, service};

/// How long calls that run may take to end when the server is to; those that take longer are ended.
///
/// Source: the contract (within 5 s), less the time to tell their callers and to write the audit log.
const GRACE: Duration = Duration::from_secs(3);

/// Serve MCP on stdin and stdout, or over HTTP
#[derive(Parser)]
#[command(name = "serve")]
pub(super) struct Serve {}

impl Run for Serve {
    fn run(&self, global: &Global) -> Result<u8, Failure> {
        let config = global.settings()?;
        if config.get(&ARCHIVE).iter().any(|path| path.as_os_str() == "-") {
            return Err(Failure::new(USAGE, "--archive -: a server reads questions from standard input, not logs; name a file".to_owned()));
        }
        let with_image = config.get(&TIMELINE_IMAGE);
        if with_image && !render::DRAWS_PNG {
            let mend = "take a released build, or build it with `cargo build --release --features png`";
            return Err(Failure::new(CONFIG, format!("--timeline-image: this build draws no PNG; {mend}")));
        }
        let http = config.http();
        let takes = http.listen.is_some() && !http.webhooks.is_empty();
        let store = if takes { config.keeping().map(|keeping| kept(&keeping)).transpose()? } else { None };
        let service = Arc::new(service(&config, Cursors::default())?);
        let threads = Threads::start().map_err(|error| Failure::new(FAILURE, format!("the threads for calls could not start: {error}")))?;
        let live = match (store, threads.handle()) {
            (Some(store), Some(handle)) => {
                let chat = config.chat().map(Chat::open).transpose();
                let chat = chat.map_err(|error| {
                    Failure::new(CONFIG, format!("slack.url: the machine's certificate authorities cannot be read: {error}"))
                })?;
                Some(Live::new(Arc::clone(&service), store, chat, handle))
            }
            _ => None,
        };
        let server = Server::new(Arc::clone(&service), config.get(&TOOL_NAMES)).working_on(threads).with_image(with_image);
        let reload = Reload::new(global.flags.clone(), config.clone(), Arc::clone(&service));
        match http.listen {
            Some(_) => over_http(&http, server, service, live, reload),
            None => on_stdio(server, service, reload),
        }
    }
}

/// Serves everybody who may connect, on as many threads as there are processors.
fn over_http(settings: &Http, server: Server, service: Arc<CallService>, live: Option<Arc<Live>>, reload: Reload) -> Result<u8, Failure> {
    let address = settings.listen.ok_or_else(|| Failure::new(CONFIG, "http.listen is not set"))?;
    let mut front = http::Front::open(settings).map_err(|error| Failure::new(CONFIG, error.to_string()))?;
    if let Some(live) = &live {
        front = front.taking(Arc::clone(live)).map_err(|error| Failure::new(CONFIG, format!("http.webhooks: {error}")))?;
    }
    let front = Arc::new(front.recording(service.audit().cloned()));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(FAILURE, format!("the runtime could not start: {error}")))?;
    let served = runtime.block_on(async {
        let listener = http::listen(address)?;
        let scheme = if settings.tls.is_some() { "https" } else { "http" };
        // Said on stderr whatever the log level: whoever starts it wants to know where, as port 0 is any.
        output::complain(&format!("Listening on {scheme}://{}/mcp", listener.local_addr()?));
        let status = Arc::clone(front.status());
        let reload = reload.with_front(Arc::clone(&front));
        tokio::spawn(reload.watch(move |standing| tell(&status, standing)));
        if let Some(live) = live {
            live.resume().await;
        }
        let closing = Arc::clone(&service);
        let stop = async move {
            stop().await;
            // Connections end as soon as their calls have.
            tokio::spawn(async move { closing.close(GRACE).await });
        };
        // The threads of calls go with the last server, and what these still have to say to engines is said before.
        http::serve(listener, front, server.clone(), stop).await;
        service.flush().await;
        Ok(())
    });
    runtime.shutdown_background();
    served.map(|()| 0).map_err(|error: std::io::Error| Failure::new(FAILURE, error.to_string()))
}

/// Opens the folder where live investigations are kept.
fn kept(keeping: &Keeping) -> Result<Store, Failure> {
    let room = Room { count: keeping.max_count, bytes: keeping.max_bytes };
    let path = keeping.path.display();
    Store::open(&keeping.path, room)
        .map_err(|error| Failure::new(CONFIG, format!("investigations.path: {path} cannot be written: {error}")))
}

/// Lets `/readyz` say how the server stands. Paths of this machine are for its own log.
fn tell(status: &Status, standing: &Standing) {
    match &standing.policy_problem {
        Some(_) => {
            status.note("policy", "the policy file is invalid, and the one read before is in force; the log and `config check` say why")
        }
        None => status.clear("policy"),
    }
    match (standing.audit_failing, standing.audit_denies) {
        (true, true) => status.unfit("audit", "the audit log cannot be written, so calls are refused"),
        (true, false) => status.note("audit", "the audit log cannot be written"),
        (false, _) => status.clear("audit"),
    }
}

fn on_stdio(server: Server, service: Arc<CallService>, reload: Reload) -> Result<u8, Failure> {
    if std::io::stdin().is_terminal() {
        output::complain("This is an MCP server: it waits for a client on stdin. Try `cloudtrail-mcp demo`, or Ctrl-D to leave.");
    }
    let served = block_on(async {
        let stop = async {
            tokio::select! {
                () = stop() => {}
                () = reload.watch(|_| ()) => {}
            }
            service.close(GRACE).await;
        };
        // As above.
        let served = stdio::serve(server.clone(), stop).await;
        service.flush().await;
        served
    })?;
    served.map(|()| 0).map_err(|error| Failure::new(FAILURE, format!("the client's stream failed: {error}")))
}

/// Resolves at SIGTERM or SIGINT.
pub(super) async fn stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
