//! What the README and the chapters of `docs` show and link is there.

use std::fs;
use std::path::{Path, PathBuf};

use crate::binary;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

#[test]
fn the_picture_of_the_readme_is_what_the_demo_draws() {
    let drawn = binary::stdout(&binary::run(&["demo", "--format", "svg"]));
    let kept = fs::read_to_string(root().join("docs/demo.svg")).unwrap();
    assert_eq!(kept.trim_end(), drawn.trim_end(), "draw it anew: cloudtrail-mcp demo --format svg >docs/demo.svg");
}

#[test]
fn every_link_to_a_file_leads_to_one_and_every_chapter_is_linked() {
    let link = regex::Regex::new(r"\]\(([^)#:]+)\)").unwrap();
    let mut pages: Vec<PathBuf> = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.retain(|page| page.extension().is_some_and(|ending| ending == "md"));
    let chapters: Vec<String> = pages.iter().map(|page| page.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert!(chapters.len() > 8, "{chapters:?}");
    pages.push(root().join("README.md"));
    for page in &pages {
        let text = fs::read_to_string(page).unwrap();
        for found in link.captures_iter(&text) {
            let target = page.parent().unwrap().join(&found[1]);
            assert!(target.exists(), "{}: {}", page.display(), &found[1]);
        }
    }
    let index = fs::read_to_string(root().join("docs/README.md")).unwrap();
    for chapter in chapters.iter().filter(|chapter| *chapter != "README.md") {
        assert!(index.contains(&format!("({chapter})")), "{chapter} is not in the index");
    }
}
