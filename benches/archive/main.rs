//! How fast archives are read, against decompression alone: `benches/archive/run` builds, makes an archive, asks everybody the same and
//! prints a table. This program is its hands:
//!
//! ```text
//! archive make DIR [--days 7] [--regions 2] [--every 10] [--records 330000]   an archive as CloudTrail lays it out
//! archive inflate PATH…                                                        reads and inflates the files, and does nothing else
//! archive scan DIR FROM TO [--none]                                            the writes of a window, by this project's own source;
//!                                                                              or an event that is not there, so that nothing is kept
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a measurement prints its figures and stops where it fails"
)]

mod make;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use cloudtrail_mcp::context::{self, Asked, Defaults};
use cloudtrail_mcp::investigate::plan;
use cloudtrail_mcp::policy::{Available, Policy};
use cloudtrail_mcp::source::archive::{self, Archive};
use cloudtrail_mcp::source::{Kind, Source};
use cloudtrail_mcp::time;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["make", dir, options @ ..] => make::archive(Path::new(dir), options),
        ["inflate", paths @ ..] => inflate(paths),
        ["scan", dir, from, to] => scan(dir, from, to, &Kind::Writes),
        ["scan", dir, from, to, "--none"] => scan(dir, from, to, &Kind::EventId("none".to_owned())),
        // A run of all benchmarks makes sure that this one works.
        _ => {
            let dir = std::env::temp_dir().join("cloudtrail-mcp-bench");
            make::archive(&dir, &["--days", "1", "--every", "60", "--records", "2000"]);
            scan(dir.to_str().unwrap(), "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z", &Kind::Writes);
            std::fs::remove_dir_all(dir).unwrap();
        }
    }
}

fn files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        std::fs::read_dir(path).unwrap().for_each(|entry| files(&entry.unwrap().path(), found));
    } else {
        found.push(path.into());
    }
}

/// Reads and inflates, on every core; the library and the size of the pieces are those of the scan.
fn inflate(paths: &[&str]) {
    let mut all = Vec::new();
    paths.iter().for_each(|path| files(Path::new(path), &mut all));
    let (next, bytes) = (AtomicUsize::new(0), AtomicU64::new(0));
    let work = || {
        let mut piece = vec![0; 256 << 10];
        while let Some(path) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut inflated = flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap());
            loop {
                let read = inflated.read(&mut piece).unwrap();
                bytes.fetch_add(read as u64, Ordering::Relaxed);
                if read == 0 {
                    break;
                }
            }
        }
    };
    std::thread::scope(|scope| (0..std::thread::available_parallelism().unwrap().get()).for_each(|_| _ = scope.spawn(work)));
    println!("{} files, {} bytes", all.len(), bytes.into_inner());
}

/// Reads the writes of a window and prints how many there are, and the ids of the newest hundred.
fn scan(dir: &str, from: &str, to: &str, kind: &Kind) {
    let now = time::parse("2026-06-01T00:00:00Z").unwrap();
    let asked = Asked { start_time: Some(from.into()), end_time: Some(to.into()), ..Asked::default() };
    let incident = context::discover(&asked, &Defaults::default(), now).unwrap();
    let scope = Policy::default().admit(&incident, None, &Available::only(&archive::PROFILE), now).unwrap();
    let archive = Archive::open(&[dir.into()]).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut newest = Vec::new();
    for query in plan::queries(&scope, scope.window(), kind, Duration::from_secs(600)) {
        let admitted = query.gate(runtime.block_on(archive.read(&query)));
        eprintln_cells(&admitted);
        newest.extend(admitted.events.iter().map(|event| (event.time, event.event_id.clone())));
    }
    newest.sort_by(|a, b| (b.0, &a.1).cmp(&(a.0, &b.1)));
    newest.dedup();
    println!("{}", newest.len());
    newest.iter().take(100).for_each(|(_, id)| println!("{id}"));
}

#[expect(clippy::print_stderr, reason = "beside the result that is compared")]
fn eprintln_cells(reading: &cloudtrail_mcp::policy::Admitted) {
    for cell in &reading.cells {
        eprintln!("{} {} {:?}: {} files, {} events", cell.account(), cell.region(), cell.state(), cell.requests, cell.events);
    }
}
