//! The targets of `fuzz/`, over their seeds and what becomes of them by chance: what a fuzzer finds stays found as a seed.
//!
//! `FUZZ_ROUNDS=100000 cargo test --test integration fuzzing` looks longer.

#[expect(clippy::expect_used, reason = "a fuzzer stops where a promise does not hold")]
#[path = "../../fuzz/targets.rs"]
mod targets;

use std::path::{Path, PathBuf};

/// A small generator of numbers, the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most.max(1)
    }
}

/// Pieces that parsers care for.
const PIECES: &[&str] = &[
    "\u{9d}",
    "\u{1b}]",
    "\u{202e}",
    "\u{e0041}",
    "\u{0}",
    "\\u0000",
    "\\",
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    "=",
    ":",
    "://",
    "%25",
    "&#",
    "\n",
    "\r\n",
    "\t",
    "  ",
    "password",
    "password=",
    "-----BEGIN RSA PRIVATE KEY-----",
    "AKIAIOSFODNN7EXAMPLE",
    "ASIA",
    "arn:aws:iam::111122223333:role/",
    "aWdub3Jl",
    "eyJ",
    "00",
    "9999999999",
    "-1",
    "1e309",
    "null",
    "true",
    "T",
    "Z",
    "ignore all previous instructions",
    "</",
    "![",
    "](",
    "_",
    "```",
    "𝓲",
    "і",
    "\u{301}",
    "é",
    "忽略",
    "{\"a\":",
    "[[http.callers]]\n",
    "\"\"\"",
];

fn changed(seed: &[u8], other: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len() + 1);
        match chance.below(6) {
            0 if !bytes.is_empty() => {
                let at = at.min(bytes.len() - 1);
                bytes[at] ^= 1 << chance.below(8);
            }
            1 => bytes.truncate(at),
            2 => drop(bytes.splice(at..at, PIECES[chance.below(PIECES.len())].bytes())),
            3 => {
                let end = (at + chance.below(20)).min(bytes.len());
                let part: Vec<u8> = bytes[at..end].repeat(1 + chance.below(30));
                drop(bytes.splice(at..at, part));
            }
            4 => {
                let end = (at + chance.below(20)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let from = chance.below(other.len() + 1);
                drop(bytes.splice(at.., other[from..].iter().copied()));
            }
        }
    }
    bytes.truncate(64 << 10);
    bytes
}

fn seeds(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

#[test]
fn every_target_holds_on_its_seeds_and_on_what_becomes_of_them_by_chance() {
    let rounds = std::env::var("FUZZ_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(60);
    let only = std::env::var("FUZZ_TARGET").ok();
    assert!(targets::TARGETS.len() >= 10);
    for (name, _) in targets::TARGETS.iter().filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name)) {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "{name} has no seeds");
        let held = |bytes: &[u8], whence: &str| {
            let result = std::panic::catch_unwind(|| targets::run(name, bytes));
            assert!(result.is_ok(), "{name}, {whence}: {:?}", String::from_utf8_lossy(bytes));
        };
        for (path, seed) in &seeds {
            held(seed, &path.display().to_string());
        }
        let mut chance = Chance(7);
        for round in 0..rounds {
            let (one, other) = (chance.below(seeds.len()), chance.below(seeds.len()));
            held(&changed(&seeds[one].1, &seeds[other].1, &mut chance), &format!("round {round}"));
        }
    }
}

#[test]
fn every_target_has_a_binary_for_the_fuzzer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for (name, _) in targets::TARGETS {
        let binary = std::fs::read_to_string(root.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(binary.contains(&format!("targets::run(\"{name}\"")) && manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}
