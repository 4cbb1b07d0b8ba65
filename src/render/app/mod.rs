//! The timeline as an MCP App: a page that a client shows beside the answer, and fills from its `structuredContent`.
//!
//! It is one and the same page for every answer, holds no event, loads nothing and asks for nothing but what its reader clicks. What it lays
//! out by comes from [`super::timeline`], its colours from [`super::palette`].

use serde_json::json;

use super::palette::{self, Ground};
use super::{svg, timeline};
use crate::event::Partition;

/// Changes in the list at first, and with each step more.
const LISTED: usize = 50;
/// A lane of more rows than this shows heaps of changes instead of each by itself.
const HEAPED_FROM: usize = 4;
/// Width of a heap in pixels.
const HEAP: u32 = 9;
/// Steps of the axis that only a close look needs, in seconds.
const CLOSE_STEPS: [i64; 5] = [1, 5, 10, 15, 30];

/// Returns the page.
///
/// Shape: a whole HTML document below 200 KB, the same in each call.
pub fn app() -> String {
    let layout = json!({
        "version": env!("CARGO_PKG_VERSION"), "mark": svg::MARK_PIXELS, "row": svg::ROW, "line": svg::LINE, "rows": timeline::ROWS,
        "strips": timeline::STRIPS, "ticks": timeline::TICKS, "steps": ([&CLOSE_STEPS[..], timeline::STEPS].concat()),
        "in_doubt": timeline::IN_DOUBT, "heap": HEAP, "heaped_from": HEAPED_FROM, "listed": LISTED,
        "consoles": Partition::consoles().collect::<Vec<_>>(),
    });
    let style = format!(":root{{{}}}{}{}", palette::properties(), include_str!("app.css"), palette::timeline(Ground::OfPage));
    // The script comes last, as it may hold what looks like a place for something else.
    include_str!("app.html").replace("{style}", &style).replace("{layout}", &layout.to_string()).replace("{script}", include_str!("app.js"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_loads_nothing_and_takes_text_as_text() {
        let page = app();
        let barred = [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "createContextualFragment",
            "DOMParser",
            "parseFromString",
            "setHTML",
            "srcdoc",
            "eval(",
            "Function(",
            "fetch(",
            "XMLHttpRequest",
            "WebSocket",
            "EventSource",
            "sendBeacon",
            "import(",
            "@import",
            "src=",
            "<link",
            "<iframe",
            "<img",
            "localStorage",
            "sessionStorage",
            "document.cookie",
            "javascript:",
            "onclick",
            "onload",
        ];
        for word in barred {
            assert!(!page.contains(word), "{word}");
        }
        let addresses: Vec<&str> = page.split("http").skip(1).filter(|rest| rest.starts_with("://") || rest.starts_with("s://")).collect();
        assert_eq!(addresses.len(), 1, "only the name of SVG: {addresses:?}");
        assert_eq!(page.matches("url(").count(), 1, "only the hatching of the page itself");
        assert!(page.len() < 200 << 10, "{} bytes", page.len());
    }

    #[test]
    fn no_place_is_left_to_fill() {
        let page = app();
        assert!(!page.contains("{style}") && !page.contains("{layout}") && !page.contains("{script}"));
        assert!(page.contains("const LAYOUT = {\"version\"") && page.contains("--paper:light-dark("));
    }
}
