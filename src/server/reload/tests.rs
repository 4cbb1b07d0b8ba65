use super::*;
use crate::config::settings::CONFIG;
use crate::investigate::Cursors;
use crate::investigate::ToolContext;
use crate::policy::Policy;
use crate::source::Sources;
use crate::source::api::Api;
use crate::source::event_history::{EventHistory, Settings};

struct Fixture {
    _folder: tempfile::TempDir,
    path: PathBuf,
    service: Arc<CallService>,
    reload: Reload,
}

/// A server that was started with this policy file.
fn started(text: &str) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    std::fs::write(&path, text).unwrap();
    let flags = Flags::default().with(&CONFIG, path.clone());
    let config = config::load(&flags, &|_| None, &tools::names()).unwrap();
    let context = ToolContext {
        policy: Policy::default(),
        api: Api::default(),
        surroundings: None,
        sources: Sources::of(EventHistory::new(Settings::default())),
        investigations: None,
        alertmanager: None,
        log_fields: std::sync::Arc::default(),
        cursors: Arc::new(Cursors::default()),
        clock: Arc::new(chrono::Utc::now),
    };
    let service = Arc::new(CallService::new(context, Rules::of(&config), None));
    let mut reload = Reload::new(flags, config, Arc::clone(&service));
    reload.environment = |_| None;
    Fixture { _folder: folder, path, service, reload }
}

impl Fixture {
    /// Writes the file in place of the old one, as editors and deployments do.
    fn write(&self, text: &str) {
        let new = self.path.with_extension("new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, &self.path).unwrap();
    }

    fn look_twice(&mut self) {
        self.reload.look();
        self.reload.look();
    }

    fn regions(&self) -> Vec<String> {
        self.service.rules().policy.regions.clone()
    }
}

#[test]
fn a_file_that_changed_is_read_once_it_stays_the_same() {
    let mut server = started("aws_region_allowlist = [\"eu-west-1\"]\n");
    server.look_twice();
    assert_eq!(server.regions(), ["eu-west-1"]);
    server.write("aws_region_allowlist = [\"us-east-1\", \"eu-west-1\"]\n");
    server.reload.look();
    assert_eq!(server.regions(), ["eu-west-1"], "it may still be being written");
    server.write("aws_region_allowlist = [\"us-east-1\"]\n");
    server.reload.look();
    assert_eq!(server.regions(), ["eu-west-1"]);
    server.reload.look();
    assert_eq!(server.regions(), ["us-east-1"]);
}

#[test]
fn an_invalid_or_missing_file_leaves_the_policy_and_is_told_until_it_is_mended() {
    let mut server = started("aws_region_allowlist = [\"eu-west-1\"]\n");
    server.write("aws_region_allowlst = []\n");
    server.look_twice();
    let problem = server.service.standing().policy_problem.unwrap();
    assert!(problem.contains("policy.toml:1") && problem.contains("did you mean `aws_region_allowlist`?"), "{problem}");
    assert_eq!(server.regions(), ["eu-west-1"]);
    std::fs::remove_file(&server.path).unwrap();
    server.look_twice();
    assert!(server.service.standing().policy_problem.is_some());
    assert_eq!(server.regions(), ["eu-west-1"]);
    server.write("aws_region_allowlist = [\"us-east-1\"]\n");
    server.look_twice();
    assert_eq!((server.service.standing().policy_problem, server.regions()), (None, vec!["us-east-1".to_owned()]));
}

#[test]
fn a_file_that_is_asked_for_while_it_is_written_is_read_when_it_is_whole() {
    let mut server = started("aws_region_allowlist = [\"eu-west-1\", \"us-east-1\"]\n");
    for half in ["aws_region_allowlist = [\"us-east-1\"]\n", "aws_region_allowlist = [\"us-east-1\", \"us-west-2\"]\n"] {
        server.write(half);
        server.reload.asked = true;
        server.reload.look();
        assert_eq!(server.regions().len(), 2, "it may still be being written");
        assert!(server.reload.asked);
    }
    server.reload.look();
    assert_eq!((server.regions(), server.reload.asked), (vec!["us-east-1".to_owned(), "us-west-2".to_owned()], false));
}

#[test]
fn a_file_whose_limits_are_gone_is_not_taken_over() {
    let limits = "aws_region_allowlist = [\"eu-west-1\"]\nuntrusted_text = \"omit\"\n";
    let mut server = started(limits);
    for cut in ["", "aws_region_allowlist = [\"eu-west-1\"]\n", "aws_region_allowlist = []\nuntrusted_text = \"omit\"\n"] {
        server.write(cut);
        server.look_twice();
        let problem = server.service.standing().policy_problem.unwrap();
        assert!(problem.contains("limits would be gone") && problem.contains("start"), "{problem}");
        assert_eq!(server.regions(), ["eu-west-1"]);
    }
    server.write(limits);
    server.look_twice();
    assert_eq!(server.service.standing().policy_problem, None);
}

#[test]
fn a_default_file_that_vanishes_does_not_fall_back_to_the_defaults() {
    let mut server = started("aws_region_allowlist = [\"eu-west-1\"]\n");
    server.reload.flags = Flags::default();
    server.reload.read();
    assert!(server.service.standing().policy_problem.unwrap().contains("is gone"));
}

#[test]
fn settings_that_are_read_at_start_only_are_named() {
    let token = "0".repeat(64);
    let caller = |rest: &str| format!("[[http.callers]]\nname = \"bot\"\ntoken_sha256 = \"{token}\"\n{rest}");
    let server = started(&caller("max_events = 5\n"));
    let text = caller("max_events = 6\nregions = [\"eu-west-1\"]\n") + "[audit]\npath = \"/var/log/audit.jsonl\"\n[load]\nrunning = 3\n";
    std::fs::write(&server.path, format!("max_events = 50\n{text}")).unwrap();
    let new = config::load(&server.reload.flags, &|_| None, &tools::names()).unwrap();
    assert_eq!(at_start_only(&server.reload.config, &new), ["audit.path"]);
}

#[tokio::test(start_paused = true)]
#[cfg(unix)]
async fn the_file_is_looked_at_again_and_again_and_it_is_said_how_the_server_stands() {
    let server = started("aws_region_allowlist = [\"eu-west-1\"]\n");
    server.write("aws_region_allowlist = 5\n");
    let (service, said) = (Arc::clone(&server.service), Arc::new(std::sync::Mutex::new(Vec::new())));
    let saying = Arc::clone(&said);
    let watch = server.reload.watch(move |standing| saying.lock().unwrap().push(standing.policy_problem.is_some()));
    assert!(tokio::time::timeout(4 * EVERY - Duration::from_millis(1), watch).await.is_err());
    assert_eq!(*said.lock().unwrap(), [false, true, true, true], "{:?}", service.standing());
}
