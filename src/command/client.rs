//! `config client`: the entry of this server for an MCP client, ready to paste. A client is a row.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::builder::PossibleValue;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::config::settings::{HTTP_LISTEN, TOOL_NAMES};
use crate::config::spelling::Spelling;

/// Variables that an entry takes over from this environment: none of them is a secret.
const TAKEN_OVER: &[&str] = &[
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CA_BUNDLE",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_CLOUDTRAIL",
    "HTTPS_PROXY",
    "NO_PROXY",
    "CHAT_ALLOW_AWS_READ",
    "CHAT_AWS_REGION_ALLOWLIST",
];
/// The name that the server has among the client's.
const NAME: &str = "cloudtrail";

/// An MCP client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client {
    name: &'static str,
    title: &'static str,
    /// Where the entry goes.
    place: &'static str,
    form: Form,
    /// Whether it refuses tools whose names have dots.
    refuses_dots: bool,
}

/// How the entry of a client looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// JSON: an object of servers under this key; `type` where it is wanted, and whether the tools are listed.
    Json { key: &'static str, kind: Option<&'static str>, tools: bool },
    /// Codex's TOML.
    Toml,
    /// Goose's YAML.
    Yaml,
    /// A node of n8n, which speaks HTTP only.
    Node,
    /// What AWS DevOps Agent registers, which speaks HTTPS only.
    Service,
}

/// How a client takes an entry by one click.
///
/// Source: the clients' documentation of install links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// There is none.
    None,
    /// The entry in base64, beside the name.
    Base64(&'static str),
    /// The entry and its name as JSON.
    Json(&'static str),
    /// Command and arguments one by one.
    Arguments(&'static str),
}

impl Link {
    /// Returns how a client of this name is reached.
    fn of(client: &str) -> Self {
        match client {
            "cursor" => Self::Base64("cursor://anysphere.cursor-deeplink/mcp/install"),
            "lm-studio" => Self::Base64("lmstudio://add_mcp"),
            "vscode" => Self::Json("vscode:mcp/install"),
            "goose" => Self::Arguments("goose://extension"),
            _ => Self::None,
        }
    }
}

const fn servers(kind: Option<&'static str>) -> Form {
    Form::Json { key: "mcpServers", kind, tools: false }
}

const fn client(name: &'static str, title: &'static str, place: &'static str, form: Form, refuses_dots: bool) -> Client {
    Client { name, title, place, form, refuses_dots }
}

/// The clients that are known.
///
/// Source: each client's documentation of its MCP settings; which refuse dots is told by their users' reports.
const CLIENTS: &[Client] = &[
    client("claude-code", "Claude Code", ".mcp.json of the project, or ~/.claude.json", servers(Some("stdio")), true),
    client("claude-desktop", "Claude Desktop", "claude_desktop_config.json (Settings, Developer, Edit Config)", servers(None), true),
    client(
        "vscode",
        "VS Code",
        ".vscode/mcp.json, or MCP: Open User Configuration",
        Form::Json { key: "servers", kind: Some("stdio"), tools: false },
        true,
    ),
    client("cursor", "Cursor", "~/.cursor/mcp.json", servers(Some("stdio")), true),
    client("codex", "Codex", "~/.codex/config.toml", Form::Toml, true),
    client("zed", "Zed", "settings.json of Zed", Form::Json { key: "context_servers", kind: None, tools: false }, true),
    client("gemini-cli", "Gemini CLI", "~/.gemini/settings.json", servers(None), true),
    client(
        "jetbrains",
        "JetBrains AI Assistant and Junie",
        "Settings, Tools, AI Assistant, Model Context Protocol (MCP); Junie: ~/.junie/mcp/mcp.json",
        servers(None),
        true,
    ),
    client("goose", "Goose", "~/.config/goose/config.yaml", Form::Yaml, true),
    client(
        "windsurf",
        "Devin Desktop, once Windsurf",
        "~/.config/devin/mcp_config.json; Windsurf before June 2026: ~/.codeium/windsurf/mcp_config.json",
        servers(None),
        true,
    ),
    client("lm-studio", "LM Studio", "~/.lmstudio/mcp.json (Program, Install, Edit mcp.json)", servers(None), true),
    client(
        "copilot",
        "Copilot CLI",
        "~/.copilot/mcp-config.json",
        Form::Json { key: "mcpServers", kind: Some("local"), tools: true },
        true,
    ),
    client("n8n", "n8n", "the canvas of a workflow (paste it there)", Form::Node, true),
    client(
        "devops-agent",
        "AWS DevOps Agent",
        "Capability Providers, MCP Server, Register; then allow its tools in the Agent Space",
        Form::Service,
        true,
    ),
];

/// Returns the names that may be given, for the command line.
pub(super) fn names() -> Vec<PossibleValue> {
    CLIENTS.iter().map(|client| PossibleValue::new(client.name).help(client.title)).collect()
}

/// Finds a client by its name.
pub(super) fn find(name: &str) -> Option<&'static Client> {
    CLIENTS.iter().find(|client| client.name == name)
}

/// What is the same in every form of an entry.
struct Server {
    command: String,
    arguments: Vec<String>,
    environment: Map<String, Value>,
    url: String,
}

impl Client {
    /// Returns the entry, and what a person should know of it.
    pub(super) fn entry(&self, config: &Config, env: &dyn Fn(&str) -> Option<String>) -> (String, Vec<String>) {
        let server = self.server(config, env);
        let mut notes = vec![format!("for {}: it goes into {}; keep what else is there", self.title, self.place)];
        let keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        if env("AWS_PROFILE").is_none() && keys.iter().any(|key| env(key).is_some()) {
            notes.push("access keys of this environment were not copied; name a profile (AWS_PROFILE) in the entry instead".to_owned());
        }
        let over_http = |place: &str| {
            let start = "start: cloudtrail-mcp serve --http ADDR:PORT --tool-names underscore";
            let token = format!("a token by `cloudtrail-mcp config caller {}` goes into {place}", self.name);
            [format!("{} speaks HTTP only; {start}, here at {}", self.title, server.url), token]
        };
        match self.form {
            Form::Node => notes.extend(over_http("the node's Bearer Auth credentials")),
            Form::Service => {
                notes.extend(over_http("apiKeyValue, after the word Bearer"));
                notes.push("the agent calls over HTTPS: endpoint is the address at which it reaches the server".to_owned());
            }
            _ => {}
        }
        (server.show(self.form), notes)
    }

    /// Returns the link by which the client takes the entry at one click, where it documents one.
    pub(super) fn link(&self, config: &Config, env: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        self.server(config, env).link(Link::of(self.name))
    }

    fn server(&self, config: &Config, env: &dyn Fn(&str) -> Option<String>) -> Server {
        let (command, mut arguments) = started_by(std::env::current_exe().ok().as_deref());
        arguments.push("serve".to_owned());
        if let Some(file) = config.file() {
            arguments.extend(["--config".to_owned(), file.display().to_string()]);
        }
        if self.refuses_dots || config.get(&TOOL_NAMES) == Spelling::Underscore {
            arguments.extend(["--tool-names".to_owned(), "underscore".to_owned()]);
        }
        let set = |name: &&str| {
            // The address of a proxy may hold a password.
            let value = env(name).filter(|value| !value.trim().is_empty() && !value.contains('@'))?;
            Some(((*name).to_owned(), Value::String(value)))
        };
        let listen = config.find(&HTTP_LISTEN).map_or("127.0.0.1:8080".to_owned(), |listen| listen.to_string());
        Server { command, arguments, environment: TAKEN_OVER.iter().filter_map(set).collect(), url: format!("http://{listen}/mcp") }
    }
}

impl Server {
    fn show(&self, form: Form) -> String {
        match form {
            Form::Json { key, kind, tools } => self.json(key, kind, tools),
            Form::Toml => self.toml(),
            Form::Yaml => self.yaml(),
            Form::Service => pretty(&json!({
                "name": NAME, "description": env!("CARGO_PKG_DESCRIPTION"), "endpoint": "https://HOST/mcp",
                "authorizationConfig": {"apiKey": {"apiKeyName": "cloudtrail-mcp", "apiKeyHeader": "Authorization", "apiKeyValue": "Bearer TOKEN"}},
            })),
            Form::Node => pretty(&json!({"nodes": [{
                "name": "CloudTrail", "type": "@n8n/n8n-nodes-langchain.mcpClientTool", "typeVersion": 1.1, "position": [0, 0],
                "parameters": {"endpointUrl": self.url, "serverTransport": "httpStreamable", "authentication": "bearerAuth"},
            }], "connections": {}})),
        }
    }

    /// Returns the link that asks a client to take the entry.
    fn link(&self, link: Link) -> Option<String> {
        let entry = json!({"command": self.command, "args": self.arguments, "env": self.environment});
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        match link {
            Link::None => None,
            Link::Base64(begin) => Some(format!("{begin}?name={NAME}&config={}", encoded(&STANDARD.encode(entry.to_string())))),
            Link::Json(begin) => {
                let named =
                    json!({"name": NAME, "type": "stdio", "command": self.command, "args": self.arguments, "env": self.environment});
                Some(format!("{begin}?{}", encoded(&named.to_string())))
            }
            Link::Arguments(begin) => {
                let arguments: String = self.arguments.iter().map(|argument| format!("&arg={}", encoded(argument))).collect();
                let description = encoded(env!("CARGO_PKG_DESCRIPTION"));
                Some(format!("{begin}?cmd={}{arguments}&id={NAME}&name=CloudTrail&description={description}", encoded(&self.command)))
            }
        }
    }

    fn json(&self, key: &str, kind: Option<&str>, tools: bool) -> String {
        let mut entry = Map::new();
        if let Some(kind) = kind {
            entry.insert("type".into(), kind.into());
        }
        entry.insert("command".into(), self.command.clone().into());
        entry.insert("args".into(), self.arguments.clone().into());
        entry.insert("env".into(), self.environment.clone().into());
        if tools {
            entry.insert("tools".into(), json!(["*"]));
        }
        pretty(&json!({key: {NAME: entry}}))
    }

    /// Strings and lists of JSON are TOML, too.
    fn toml(&self) -> String {
        let mut out =
            format!("[mcp_servers.{NAME}]\ncommand = {}\nargs = {}\ntool_timeout_sec = 60\n", json!(self.command), json!(self.arguments));
        if !self.environment.is_empty() {
            out.push_str(&format!("\n[mcp_servers.{NAME}.env]\n"));
            self.environment.iter().for_each(|(name, value)| out.push_str(&format!("{name} = {value}\n")));
        }
        out
    }

    /// JSON is YAML, too.
    fn yaml(&self) -> String {
        let (command, arguments, environment) = (json!(self.command), json!(self.arguments), json!(self.environment));
        format!(
            "extensions:\n  {NAME}:\n    name: CloudTrail\n    type: stdio\n    enabled: true\n    cmd: {command}\n    args: {arguments}\n    \
             envs: {environment}\n    timeout: 60\n"
        )
    }
}

/// Returns the command that starts this program, and its first arguments.
///
/// Shape: what npx and uvx unpack lies in a cache that may go any day, so they are named instead.
fn started_by(path: Option<&Path>) -> (String, Vec<String>) {
    let parts: Vec<&str> = path.into_iter().flat_map(Path::components).filter_map(|part| part.as_os_str().to_str()).collect();
    let of_uv = |pair: &[&str]| matches!(pair, ["uv", inner] if inner.starts_with("archive-v") || inner.starts_with("environments-v"));
    let own = concat!(env!("CARGO_PKG_NAME"), "@", env!("CARGO_PKG_VERSION")).to_owned();
    match path {
        _ if parts.contains(&"_npx") => ("npx".to_owned(), vec!["-y".to_owned(), own]),
        _ if parts.windows(2).any(of_uv) => ("uvx".to_owned(), vec![own]),
        Some(path) => (path.display().to_string(), Vec::new()),
        None => (env!("CARGO_PKG_NAME").to_owned(), Vec::new()),
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_parses_in_its_own_language_and_starts_the_server() {
        let env = |name: &str| match name {
            "AWS_PROFILE" => Some("on \"call\"".to_owned()),
            "HTTPS_PROXY" => Some("http://user:hunter2@proxy.example".to_owned()),
            _ => None,
        };
        for client in CLIENTS {
            let (entry, _) = client.entry(&Config::default(), &env);
            let server = match client.form {
                Form::Json { key, .. } => serde_json::from_str::<Value>(&entry).unwrap()[key][NAME].clone(),
                Form::Toml => {
                    let read: toml::Value = toml::from_str(&entry).unwrap();
                    serde_json::to_value(&read["mcp_servers"][NAME]).unwrap()
                }
                Form::Yaml => {
                    let of = |key: &str| entry.lines().find_map(|line| line.trim().strip_prefix(&format!("{key}: "))).unwrap();
                    let read = |key: &str| serde_json::from_str::<Value>(of(key)).unwrap();
                    assert!(entry.starts_with("extensions:\n  cloudtrail:\n    name:"));
                    json!({"command": read("cmd"), "args": read("args"), "env": read("envs")})
                }
                Form::Node => {
                    let node = serde_json::from_str::<Value>(&entry).unwrap()["nodes"][0].clone();
                    assert_eq!(node["parameters"]["endpointUrl"], "http://127.0.0.1:8080/mcp");
                    continue;
                }
                Form::Service => {
                    let read: Value = serde_json::from_str(&entry).unwrap();
                    assert!(read["endpoint"].as_str().is_some_and(|url| url.starts_with("https://") && url.ends_with("/mcp")));
                    assert_eq!(read["authorizationConfig"]["apiKey"]["apiKeyHeader"], "Authorization");
                    continue;
                }
            };
            assert!(server["command"].as_str().is_some_and(|command| !command.is_empty()), "{entry}");
            assert_eq!(server["args"], json!(["serve", "--tool-names", "underscore"]), "{}", client.name);
            assert_eq!(server["env"], json!({"AWS_PROFILE": "on \"call\""}), "{}", client.name);
        }
    }

    #[test]
    fn a_link_carries_the_same_entry_as_the_text() {
        let env = |name: &str| (name == "AWS_PROFILE").then(|| "on call & off".to_owned());
        let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
        for client in CLIENTS {
            let server = client.server(&Config::default(), &env);
            let Some(link) = server.link(Link::of(client.name)) else { continue };
            let entry: Value = match Link::of(client.name) {
                Link::Base64(_) => {
                    let config = decoded(link.rsplit_once("config=").unwrap().1);
                    serde_json::from_slice(&STANDARD.decode(config).unwrap()).unwrap()
                }
                Link::Json(_) => serde_json::from_str(&decoded(link.split_once('?').unwrap().1)).unwrap(),
                _ => {
                    let of = |key: &str| -> Vec<String> {
                        link.split(['?', '&']).filter_map(|part| part.strip_prefix(key)).map(decoded).collect()
                    };
                    json!({"command": of("cmd=")[0], "args": of("arg="), "env": server.environment})
                }
            };
            assert_eq!(entry["command"], server.command, "{link}");
            assert_eq!(entry["args"], json!(server.arguments), "{link}");
            assert_eq!(entry["env"], json!(server.environment), "{link}");
        }
    }

    #[test]
    fn what_lies_in_the_cache_of_a_runner_is_started_by_the_runner() {
        let own = concat!("cloudtrail-mcp@", env!("CARGO_PKG_VERSION"));
        for (path, command, arguments) in [
            ("/home/a/.npm/_npx/1f0a/node_modules/cloudtrail-mcp/bin/cloudtrail-mcp", "npx", vec!["-y", own]),
            ("/home/a/.cache/uv/archive-v0/Xq/bin/cloudtrail-mcp", "uvx", vec![own]),
            (
                "/home/a/.local/share/uv/tools/cloudtrail-mcp/bin/cloudtrail-mcp",
                "/home/a/.local/share/uv/tools/cloudtrail-mcp/bin/cloudtrail-mcp",
                vec![],
            ),
        ] {
            let (found, first) = started_by(Some(Path::new(path)));
            assert_eq!((found.as_str(), first), (command, arguments.into_iter().map(str::to_owned).collect()), "{path}");
        }
    }
}
