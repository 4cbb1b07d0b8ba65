//! Who may import what, held by reading the sources.

use std::fs;
use std::path::{Path, PathBuf};

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
        if allowed.contains(&module) || name.ends_with("/tests.rs") {
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
    let edges = ["source", "config", "service", "server", "main", "command"];
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
    // The whole list of operations that the server may ever send. Each is a read, or lends credentials to read with.
    let allowed = [".lookup_events()", ".get_caller_identity()", ".assume_role()"];
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
                let operation = allowed.iter().find(|operation| statement.contains(**operation));
                sent.push(operation.unwrap_or_else(|| panic!("{}: an operation that is not on the list: {statement}", file.display())));
            }
        }
    }
    assert!(!sent.is_empty(), "no operation was found: the test looks in the wrong place");
}
