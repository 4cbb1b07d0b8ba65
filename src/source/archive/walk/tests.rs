use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::*;
use crate::context::basis::Basis;
use crate::context::{Incident, Named};
use crate::investigate::plan::queries;
use crate::policy::{Available, Policy};
use crate::source::archive::PROFILE;
use crate::source::archive::folder::Folder;
use crate::source::archive::store::Bytes;
use crate::source::{Kind, Query};
use crate::time::{Window, parse};

/// A bucket: keys in order, and how often it was listed.
#[derive(Debug, Default)]
struct Bucket {
    keys: BTreeSet<String>,
    lists: AtomicUsize,
    /// What cannot be listed.
    breaks: Option<&'static str>,
}

impl Store for Bucket {
    fn root(&self) -> &str {
        "bucket"
    }

    fn lists_freely(&self) -> bool {
        false
    }

    fn list(&self, ask: &Ask<'_>, _halt: &Halt, each: &mut dyn FnMut(Page) -> ControlFlow<()>) -> io::Result<()> {
        let wanted = |key: &&String| key.starts_with(ask.prefix) && key.as_str() > ask.after;
        let mut entries: Vec<Entry> = Vec::new();
        for key in self.keys.iter().filter(wanted) {
            let rest = key.strip_prefix(ask.prefix).unwrap();
            let entry = match rest.split_once('/') {
                Some((folder, _)) if !ask.first_below => Entry::Folder(format!("{}{folder}/", ask.prefix)),
                _ => Entry::Object(key.clone(), None),
            };
            if entries.last() != Some(&entry) {
                entries.push(entry);
            }
        }
        let pages = if ask.first_below { 20 } else { 1000 };
        let mut pages = entries.chunks(pages).peekable();
        self.lists.fetch_add(usize::from(pages.peek().is_none()), Ordering::Relaxed);
        while let Some(entries) = pages.next() {
            self.lists.fetch_add(1, Ordering::Relaxed);
            if self.breaks.as_ref().is_some_and(|part| ask.prefix.contains(part)) {
                return Err(FileFault::ListDenied.into());
            }
            if each(Page { entries: entries.to_vec(), more: pages.peek().is_some() }).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn open(&self, _key: &str, _halt: &Arc<Halt>) -> io::Result<Box<dyn Bytes>> {
        Ok(Box::new(io::Cursor::new(Arc::<[u8]>::default())))
    }
}

fn query((from, to): (&str, &str), regions: &[&str], accounts: &[&str]) -> Query {
    let window = Window::new(parse(from).unwrap(), parse(to).unwrap()).unwrap();
    let named = |names: &[&str]| names.iter().map(|name| Named { name: (*name).into(), basis: Basis::Argument }).collect::<Vec<_>>();
    let incident = Incident {
        regions: named(regions),
        regions_given: !regions.is_empty(),
        accounts: named(accounts),
        accounts_given: !accounts.is_empty(),
        ..Incident::over(window)
    };
    let now = parse("2100-01-01T00:00:00Z").unwrap();
    let scope = Policy::default().admit_event(&incident, None, &Available::only(&PROFILE), now).unwrap();
    queries(&scope, window, &Kind::Everything, Duration::from_secs(60)).remove(0)
}

fn walk(store: Arc<dyn Store>, query: &Query) -> Listing {
    let (halt, pulse, found) = (Halt::default(), Pulse::default(), Mutex::new(Found::default()));
    let selection = Selection::new(query);
    let stores = [store];
    Walk { stores: &stores, selection: selection.clone(), halt: &halt, pulse: &pulse, found: &found }.all();
    found.into_inner().unwrap().finish(&selection, false)
}

/// The names of the files that are selected, without their folders.
fn selected(listing: &Listing) -> Vec<&str> {
    listing.logs.iter().filter(|file| file.selected).map(|file| file.key.rsplit('/').next().unwrap()).collect()
}

/// The clocks of native files that are selected.
fn clocks(listing: &Listing) -> Vec<String> {
    listing.logs.iter().filter(|file| file.selected).map(|file| file.native.as_ref().unwrap().time.format("%dT%H%M").to_string()).collect()
}

/// A file of CloudTrail's own, under its own folders.
fn native(root: &str, account: &str, region: &str, day: u32, clock: &str) -> String {
    format!(
        "{root}AWSLogs/{account}/CloudTrail/{region}/2026/01/{day:02}/{account}_CloudTrail_{region}_202601{day:02}T{clock}Z_AbCd.json.gz"
    )
}

const ACCOUNT: &str = "111122223333";
const HOUR: (&str, &str) = ("2026-01-27T20:00:00Z", "2026-01-27T21:00:00Z");

/// Every half of an hour of three days, in two regions and two accounts.
fn month(root: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for account in [ACCOUNT, "444455556666"] {
        for region in ["us-east-1", "eu-west-1"] {
            for day in 26..=28 {
                for minute in (0..24 * 60).step_by(30) {
                    keys.insert(native(root, account, region, day, &format!("{:02}{:02}", minute / 60, minute % 60)));
                }
            }
        }
    }
    keys
}

fn folder(keys: &BTreeSet<String>) -> tempfile::TempDir {
    let folder = tempfile::TempDir::new().unwrap();
    for key in keys {
        let path = folder.path().join(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    }
    folder
}

#[test]
fn an_hour_of_one_place_is_found_in_any_layout_and_store_by_its_path_alone() {
    let expected = ["27T2000", "27T2030", "27T2100"];
    for root in ["", "some/prefix/", "AWSLogs/o-abcdef1234/"] {
        let keys: BTreeSet<String> =
            month(root).into_iter().map(|key| key.replace("AWSLogs/o-abcdef1234/AWSLogs/", "AWSLogs/o-abcdef1234/")).collect();
        let query = query(HOUR, &["us-east-1"], &[ACCOUNT]);
        let on_disk = folder(&keys);
        for store in [Arc::new(Folder::new(on_disk.path())) as Arc<dyn Store>, Arc::new(Bucket { keys, ..Bucket::default() })] {
            let listing = walk(store, &query);
            assert_eq!(clocks(&listing), expected, "{root}");
            let name = |file: &LogFile| file.native.clone().unwrap();
            assert!(listing.logs.iter().all(|file| (&*name(file).account, &*name(file).region) == (ACCOUNT, "us-east-1")));
            let (first, last) = (name(listing.logs.first().unwrap()).time, name(listing.logs.last().unwrap()).time);
            assert!(first < query.window().from && query.window().to < last, "what lies beyond tells how far the archive reaches");
        }
    }
}

#[test]
fn an_hour_of_a_bucket_of_a_hundred_thousand_keys_takes_few_requests() {
    let keys: BTreeSet<String> = (1..=28)
        .flat_map(|day| (0..24 * 60).map(move |minute| (day, format!("{:02}{:02}", minute / 60, minute % 60))))
        .flat_map(|(day, clock)| [0, 1, 2].map(|n| native("", ACCOUNT, "us-east-1", day, &clock).replace("AbCd", &format!("AbC{n}"))))
        .collect();
    assert!(keys.len() > 100_000);
    let bucket = Arc::new(Bucket { keys, ..Bucket::default() });
    let listing = walk(bucket.clone(), &query(HOUR, &["us-east-1"], &[ACCOUNT]));
    assert_eq!(selected(&listing).len(), 3 * 87, "from 19:55 to 21:20, and those that may hold their whole day");
    assert!(bucket.lists.load(Ordering::Relaxed) <= 6, "{bucket:?}", bucket = bucket.lists);
}

#[test]
fn a_day_in_a_bucket_gives_what_it_gives_on_disk_whatever_its_names_sort_beside() {
    let folder_of = |key: &str| key.rsplit_once('/').unwrap().0.to_owned();
    let mut keys: BTreeSet<String> = (0..24 * 60)
        .flat_map(|minute| {
            ["A", "B"].map(|n| native("", ACCOUNT, "us-east-1", 27, &format!("{:02}{:02}", minute / 60, minute % 60)).replace("AbCd", n))
        })
        .collect();
    let day = folder_of(keys.first().unwrap());
    let others = [
        "000_export.json.gz",
        "111122223332_CloudTrail_us-east-1_20260127T0900Z_A.json.gz",
        "111122223333_CloudTrail_us-east-1_20260127T2359Z_day.json.gz",
        "111122223333_CloudTrail_us-east-2_20260127T0900Z_A.json.gz",
        "export.json.gz",
    ];
    keys.extend(others.map(|name| format!("{day}/{name}")));
    let on_disk = folder(&keys);
    for window in [("2026-01-27T09:00:00Z", "2026-01-27T09:10:00Z"), ("2026-01-27T00:20:00Z", "2026-01-27T00:30:00Z"), HOUR] {
        let query = query(window, &[], &[]);
        let bucket = Arc::new(Bucket { keys: keys.clone(), ..Bucket::default() });
        let (listed, disk) = (walk(bucket.clone(), &query), walk(Arc::new(Folder::new(on_disk.path())), &query));
        assert_eq!(selected(&listed), selected(&disk));
        assert!(selected(&listed).contains(&"000_export.json.gz") && selected(&listed).contains(&"export.json.gz"));
        assert!(bucket.lists.load(Ordering::Relaxed) <= 9, "{:?}", bucket.lists);
    }
}

#[test]
fn an_idle_stream_is_known_to_reach_over_the_window_by_its_first_file_and_the_next() {
    let keys = BTreeSet::from([native("", ACCOUNT, "us-east-1", 3, "0900"), native("", ACCOUNT, "us-east-1", 29, "0900")]);
    let bucket = Arc::new(Bucket { keys, ..Bucket::default() });
    let listing = walk(bucket, &query(HOUR, &[], &[]));
    assert!(selected(&listing).is_empty());
    let days: Vec<String> = listing.logs.iter().map(|file| file.native.as_ref().unwrap().time.format("%d").to_string()).collect();
    assert_eq!(days, ["03", "29"]);
}

#[test]
fn what_cannot_be_listed_names_the_account_and_region_that_it_is_of() {
    let keys: BTreeSet<String> = month("");
    let bucket = Bucket { keys, breaks: Some("eu-west-1/2026/01/27/"), ..Bucket::default() };
    let listing = walk(Arc::new(bucket), &query(HOUR, &[], &[ACCOUNT]));
    let told: Vec<_> = listing.unlisted.iter().map(|place| place.stream.clone().unwrap()).collect();
    assert_eq!(told, [(ACCOUNT.to_owned(), "eu-west-1".to_owned())]);
}

#[test]
fn a_window_before_midnight_goes_on_in_the_folder_of_the_next_day() {
    let window = ("2026-01-27T23:30:00Z", "2026-01-27T23:50:00Z");
    let on_disk = folder(&month(""));
    for store in [Arc::new(Folder::new(on_disk.path())) as Arc<dyn Store>, Arc::new(Bucket { keys: month(""), ..Bucket::default() })] {
        let listing = walk(store, &query(window, &["us-east-1"], &[ACCOUNT]));
        assert_eq!(clocks(&listing), ["27T2330", "28T0000"]);
    }
}

#[test]
fn flat_folders_are_selected_by_name_and_what_has_no_known_name_by_its_content() {
    let flat = |key: &String| key.rsplit('/').next().unwrap().to_owned();
    let mut keys: BTreeSet<String> = month("").iter().map(flat).collect();
    keys.extend(["export.json".to_owned(), "111122223333_CloudTrail_us-east-1_20260127T2359Z_day.json.gz".to_owned()]);
    let listing = walk(Arc::new(Folder::new(folder(&keys).path())), &query(HOUR, &["us-east-1"], &[ACCOUNT]));
    let mut names = selected(&listing);
    assert_eq!(names.remove(0), "export.json");
    assert_eq!(names.pop(), Some("111122223333_CloudTrail_us-east-1_20260127T2359Z_day.json.gz"), "a repacked file holds its day");
    assert_eq!(names.len(), 3);
}

#[test]
fn events_of_global_services_lie_in_other_regions_only_where_the_trail_is_of_one_region() {
    let of = |regions: &[&str], asked: &[&str]| {
        let keys: BTreeSet<String> = regions.iter().map(|region| native("", ACCOUNT, region, 27, "2030")).collect();
        let disk = folder(&keys);
        let tree = walk(Arc::new(Folder::new(disk.path())), &query(HOUR, asked, &[]));
        let flat = folder(&keys.iter().map(|key| key.rsplit('/').next().unwrap().to_owned()).collect());
        let flat = walk(Arc::new(Folder::new(flat.path())), &query(HOUR, asked, &[]));
        let regions =
            |listing: &Listing| listing.logs.iter().map(|file| file.native.clone().unwrap().region.to_string()).collect::<Vec<_>>();
        assert_eq!(regions(&tree), regions(&flat), "however the files lie");
        regions(&tree)
    };
    assert_eq!(of(&["eu-west-1", "us-east-1"], &["us-east-1"]), ["us-east-1"]);
    assert_eq!(of(&["eu-west-1", "eu-west-2"], &["us-east-1"]), ["eu-west-1", "eu-west-2"]);
    assert_eq!(of(&["eu-west-1", "ap-south-1"], &[]), ["ap-south-1", "eu-west-1"]);
}

#[cfg(unix)]
#[test]
fn no_link_leads_to_the_same_place_twice_however_many_there_are() {
    use std::os::unix::fs::symlink;
    let (inside, outside) = (tempfile::TempDir::new().unwrap(), tempfile::TempDir::new().unwrap());
    let path = |n: usize| inside.path().join(format!("n{n}"));
    for n in 0..=40 {
        std::fs::create_dir(path(n)).unwrap();
    }
    for n in 0..40 {
        for link in ["a", "b"] {
            symlink(path(n + 1), path(n).join(link)).unwrap();
        }
    }
    std::fs::write(path(40).join("x.json"), "").unwrap();
    std::fs::create_dir(outside.path().join("deep")).unwrap();
    std::fs::write(outside.path().join("deep/y.json"), "").unwrap();
    std::fs::write(outside.path().join("z.json"), "").unwrap();
    symlink(outside.path(), inside.path().join("first")).unwrap();
    symlink(outside.path().join("deep"), inside.path().join("second")).unwrap();
    symlink(outside.path().join("z.json"), inside.path().join("third.json")).unwrap();
    symlink(inside.path(), outside.path().join("back")).unwrap();
    symlink("/dev/null", inside.path().join("null.json")).unwrap();
    let listing = walk(Arc::new(Folder::new(inside.path())), &query(HOUR, &[], &[]));
    let keys: Vec<&str> = listing.logs.iter().map(|file| file.key.as_ref()).collect();
    assert_eq!(keys, ["first/deep/y.json", "first/z.json", "n40/x.json"]);
    assert!(listing.unlisted.is_empty());
}

#[cfg(unix)]
#[test]
fn a_link_to_nowhere_is_a_gap_and_a_pipe_is_none() {
    let folder = folder(&BTreeSet::from(["a.json".to_owned()]));
    std::os::unix::fs::symlink("/nonexistent", folder.path().join("gone")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe.json")).status();
    assert!(made.is_ok_and(|status| status.success()));
    let listing = walk(Arc::new(Folder::new(folder.path())), &query(HOUR, &[], &[]));
    assert_eq!(selected(&listing), ["a.json"]);
    let unlisted: Vec<(&str, &[FileFault])> =
        listing.unlisted.iter().map(|one| (one.file.name.as_str(), one.file.faults.as_slice())).collect();
    assert_eq!(unlisted, [("gone", &[FileFault::Unopened][..])]);
}
