//! Who may import what, held by reading the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cloudtrail_mcp::coverage::Profile;

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Code lines that hold one of `needles`, in modules other than `allowed`.
fn strays(needles: &[&str], allowed: &[&str]) -> Vec<String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    assert!(files.len() > 40, "the sources were not found");
    let mut strays = Vec::new();
    for file in files {
        let name = file.strip_prefix(&src).unwrap().to_string_lossy().into_owned();
        let module = name.split(['/', '.']).next().unwrap();
        if allowed.contains(&module) || name.ends_with("/tests.rs") || name.contains("/tests/") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for (number, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            if needles.iter().any(|needle| line.contains(needle)) {
                strays.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    strays
}

#[test]
fn only_sources_know_the_aws_sdk() {
    assert_eq!(strays(&["aws_sdk", "aws_config", "aws_smithy", "aws_types"], &["source"]), Vec::<String>::new());
}

#[test]
fn only_the_server_and_its_demo_know_the_mcp_library() {
    assert_eq!(strays(&["rmcp::", "use rmcp"], &["server", "command"]), Vec::<String>::new());
}

#[test]
fn only_the_edges_touch_files_and_the_network() {
    let edges = ["source", "posture", "config", "service", "server", "main", "command"];
    assert_eq!(
        strays(&["std::fs", "tokio::fs", "File::open", "std::net::Tcp", "std::net::Udp", "tokio::net", "std::env::var"], &edges),
        Vec::<String>::new()
    );
}

#[test]
fn events_import_nothing_of_ours() {
    let others: Vec<&str> =
        ["answer", "catalogue", "context", "coverage", "plan", "policy", "rank", "redact", "render", "source", "tools"].into();
    let uses: Vec<String> = others.iter().map(|module| format!("crate::{module}")).collect();
    let needles: Vec<&str> = uses.iter().map(String::as_str).collect();
    let inside: Vec<String> = strays(&needles, &[]).into_iter().filter(|line| line.starts_with("event/")).collect();
    assert_eq!(inside, Vec::<String>::new());
}

/// Texts that stand in `code` where it calls a function of one of `calls` with a literal, such as `row("ec2", "RunInstances"`.
fn literals(code: &str, calls: &str) -> Vec<String> {
    let call = regex::Regex::new(&format!(r#"\b(?:{calls})\((?:(?:"[^"]+"|ANY), )?"(\w+)""#)).unwrap();
    call.captures_iter(code).map(|found| found[1].to_owned()).collect()
}

#[test]
fn only_the_catalogue_knows_events_by_name() {
    let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/catalogue");
    let mut rows = Vec::new();
    sources(&catalogue.join("rows"), &mut rows);
    let names: Vec<String> = rows.iter().flat_map(|file| literals(&fs::read_to_string(file).unwrap(), "row|by_verb")).collect();
    assert!(names.len() > 800, "the rows were not found: {}", names.len());
    let needles: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    // `event` has to tell a read from a write where a record does not say it; `source` names what it calls itself.
    let allowed = ["catalogue", "event", "source"];
    assert_eq!(strays(&needles.iter().map(String::as_str).collect::<Vec<_>>(), &allowed), Vec::<String>::new());
    let verbs = literals(&fs::read_to_string(catalogue.join("verb.rs")).unwrap(), "less|other|more|read|rare");
    assert!(verbs.len() > 70, "the verbs were not found: {}", verbs.len());
    let prefixes: Vec<String> =
        verbs.iter().flat_map(|verb| [format!("starts_with(\"{verb}\")"), format!("strip_prefix(\"{verb}\")")]).collect();
    assert_eq!(strays(&prefixes.iter().map(String::as_str).collect::<Vec<_>>(), &allowed), Vec::<String>::new());
}

#[test]
fn only_the_policy_makes_a_scope_and_only_redaction_seals() {
    assert_eq!(
        strays(&["Scope {"], &["policy"]).into_iter().filter(|line| !line.contains("->") && !line.contains("impl")).collect::<Vec<_>>(),
        Vec::<String>::new()
    );
    assert_eq!(strays(&["Redacted(", "AllRead(()"], &["redact", "source"]), Vec::<String>::new());
}

#[test]
fn every_aws_operation_reads() {
    let allowed = cloudtrail_mcp::source::SDK_OPERATIONS.map(|operation| format!(".{}()", operation.call));
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/source");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut sent = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (at, line) in lines.iter().enumerate() {
            if line.contains(".send()") || line.contains(".send().await") {
                let statement = lines[at.saturating_sub(14)..=at].concat();
                let operation = allowed.iter().find(|operation| statement.contains(*operation));
                sent.push(operation.unwrap_or_else(|| panic!("{}: an operation that is not on the list: {statement}", file.display())));
            }
        }
    }
    // What is on the list is sent somewhere, or the policy that `iam-policy` prints would be too wide.
    let unsent: Vec<_> = allowed.iter().filter(|operation| !sent.contains(operation)).collect();
    assert!(unsent.is_empty(), "on the list, and never sent: {unsent:?}");
    assert!(
        cloudtrail_mcp::source::SDK_OPERATIONS
            .iter()
            .flat_map(|it| it.actions)
            .all(|action| { ["LookupEvents", "AssumeRole", "SetSourceIdentity"].iter().any(|read| action.ends_with(read)) })
    );
}

/// Our own client takes nothing but a row of the list.
#[test]
fn every_read_of_settings_is_on_the_list_reads_and_is_sent() {
    let posture: String = all_code().into_iter().filter(|(room, ..)| room == "posture").map(|(.., code)| code).collect();
    for (name, read) in cloudtrail_mcp::source::api::READS {
        let verb = read.action.split(':').nth(1).unwrap();
        assert!(posture.contains(name), "on the list, and never sent: {name}");
        assert!(
            ["Get", "List", "Describe", "Lookup"].iter().any(|reads| verb.starts_with(reads) && read.name.starts_with(reads)),
            "{read:?}"
        );
    }
    let made = strays(&["Read::of(", "Read::bucket(", "Read::engine("], &[]);
    assert_eq!(made.into_iter().filter(|line| !line.starts_with("source/api/read.rs")).collect::<Vec<_>>(), Vec::<String>::new());
}

/// An engine is asked by beginning a query, of which nothing else comes than its result; what is begun can be stopped.
#[test]
fn engines_are_asked_for_nothing_but_queries() {
    let drivers: String = all_code().into_iter().filter(|(_, name, _)| name.starts_with("source/engine/")).map(|(.., code)| code).collect();
    let (mut begun, mut stopped) = (Vec::new(), Vec::new());
    for read in cloudtrail_mcp::source::api::ENGINE_READS {
        let verb = read.action.split(':').nth(1).unwrap();
        assert_eq!(verb, read.name, "{read:?}");
        match read.name {
            "StartQueryExecution" | "StartQuery" => begun.push(read.name),
            "StopQueryExecution" | "StopQuery" | "CancelQuery" => stopped.push(read.name),
            name => assert!(["Get", "Describe"].iter().any(|reads| name.starts_with(reads)), "{read:?}"),
        }
    }
    assert_eq!(begun.len(), stopped.len());
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/source/api/read.rs")).unwrap();
    let listed = regex::Regex::new(r"(\w+) = Read::engine\(").unwrap();
    let unsent: Vec<String> =
        listed.captures_iter(&text).map(|found| found[1].to_owned()).filter(|name| !drivers.contains(name.as_str())).collect();
    assert_eq!(unsent, Vec::<String>::new(), "on the list, and never sent");
}

/// The rooms from the ground up; each may use only those above it in this list.
const ROOMS: [&str; 21] = [
    "time",
    "redact",
    "event",
    "coverage",
    "refusal",
    "context",
    "catalogue",
    "correlate",
    "policy",
    "config",
    "source",
    "rank",
    "answer",
    "preset",
    "render",
    "investigate",
    "posture",
    "tools",
    "service",
    "server",
    "command",
];

/// Imports against the order that are known and on their way out.
const KNOWN: [(&str, &str); 0] = [];

/// A file's room, its name and its code without comments and tests; nothing for a file of tests.
fn code(file: &Path) -> Option<(String, String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let name = file.strip_prefix(&src).unwrap().to_string_lossy().into_owned();
    let is_test = |part: &str| ["tests.rs", "for_tests.rs", "tests", "simulation", "testing"].contains(&part);
    if name.split('/').any(is_test) {
        return None;
    }
    let text = fs::read_to_string(file).unwrap();
    let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap();
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    Some((name.split(['/', '.']).next().unwrap().to_owned(), name.clone(), code.join("\n")))
}

fn all_code() -> Vec<(String, String, String)> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(files.len() > 40, "the sources were not found");
    files.iter().filter_map(|file| code(file)).filter(|(room, ..)| room != "lib" && room != "main").collect()
}

/// The rooms that a file's code names: `crate::room` and the members of `use crate::{…}`.
fn named_rooms(code: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    let word = |text: &str| -> String { text.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect() };
    for rest in code.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            named.insert(word(rest));
            continue;
        };
        let (mut depth, mut begins) = (1, true);
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => begins = true,
                c if begins && depth == 1 && !c.is_whitespace() => {
                    named.insert(word(group.split_at(at).1));
                    begins = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    named
}

/// As every room stands in one order and no import goes up in it, there is no circle between rooms.
#[test]
fn no_import_goes_up_the_order_of_the_rooms() {
    let place = |room: &str| ROOMS.iter().position(|one| *one == room);
    let mut faults = BTreeSet::new();
    for (room, name, code) in all_code() {
        let Some(here) = place(&room) else {
            faults.insert(format!("{name}: {room} is no room of the table"));
            continue;
        };
        for other in named_rooms(&code) {
            let known = KNOWN.contains(&(room.as_str(), other.as_str()));
            if place(&other).is_some_and(|there| there > here) && !known {
                faults.insert(format!("{room} uses {other}, which stands below it: {name}"));
            }
        }
    }
    assert_eq!(faults, BTreeSet::new());
}

#[test]
fn imports_are_read_one_by_one_and_in_groups() {
    let code = "use crate::{answer, catalogue::{self, class}, redact};\nlet x = crate::time::parse(y);";
    assert_eq!(named_rooms(code), ["answer", "catalogue", "redact", "time"].map(str::to_owned).into());
}

#[test]
fn no_room_but_source_and_config_names_a_source() {
    let profiles: Vec<_> = cloudtrail_mcp::source::ALL.iter().map(|definition| definition.profile).collect();
    let mut faults = Vec::new();
    for (room, name, code) in all_code().into_iter().filter(|(room, ..)| room != "source" && room != "config") {
        for (number, line) in code.lines().enumerate() {
            let names_one = |source: &Profile| {
                let name = source.name;
                // These rooms know the services of AWS by name, of which some are sources, too.
                let service = ["catalogue", "redact"].contains(&room.as_str())
                    && cloudtrail_mcp::catalogue::service_names().any(|it| it == name.as_str());
                source.offered && !service && line.contains(&format!("\"{name}\""))
                    || [format!("source::{name}"), format!("engine::{name}")].iter().any(|path| line.contains(path))
            };
            if profiles.iter().any(|source| names_one(source)) {
                faults.push(format!("{room}: {name}, code line {}: {}", number + 1, line.trim()));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn only_sources_prove_that_all_was_read() {
    assert_eq!(
        strays(&["AllRead::prove("], &["source"]).into_iter().filter(|line| !line.starts_with("coverage/proof.rs")).collect::<Vec<_>>(),
        Vec::<String>::new()
    );
}

#[test]
fn the_tree_comes_from_one_registry_and_has_one_tls_stack() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    let sources: BTreeSet<&str> = lock.lines().filter_map(|line| line.strip_prefix("source = ")).collect();
    assert_eq!(sources.into_iter().collect::<Vec<_>>(), ["\"registry+https://github.com/rust-lang/crates.io-index\""]);
    let names: Vec<&str> = lock.lines().filter_map(|line| line.strip_prefix("name = ")).map(|name| name.trim_matches('"')).collect();
    assert!(names.contains(&"ring") && names.contains(&"rustls"));
    for other in ["openssl", "openssl-sys", "native-tls", "aws-lc-rs", "aws-lc-sys"] {
        assert!(!names.contains(&other), "{other}: deny.toml says why not");
    }
}
