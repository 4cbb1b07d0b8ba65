//! The colours of every picture and page, light and dark, and what they colour in a timeline. One list for the picture and the app.

/// A colour's name, its value on light ground and on dark.
pub(super) type Colour = (&'static str, &'static str, &'static str);

/// All colours. Text has a contrast of at least 4.5 on `paper` and `band`, marks of at least 3.
pub(super) const COLOURS: &[Colour] = &[
    ("paper", "#ffffff", "#0d1117"),
    ("band", "#f3f5f7", "#161b22"),
    ("rule", "#d0d7de", "#30363d"),
    ("ink", "#1b1f24", "#e6edf3"),
    ("dim", "#57606a", "#9aa4af"),
    ("alert", "#cc1111", "#ff6b61"),
    ("alert-ink", "#b00f0f", "#ff8a80"),
    ("strong", "#b00f0f", "#ff6b61"),
    ("likely", "#a85300", "#f0a04b"),
    ("possible", "#0a58b0", "#6cb6ff"),
    ("plain", "#848d97", "#768390"),
    ("num", "#ffffff", "#0d1117"),
    ("undone", "#1a7f37", "#56d364"),
    ("path", "#57606a", "#9aa4af"),
    ("read", "#b4d6b9", "#2b5d34"),
    ("hatch", "#a85300", "#f0a04b"),
];

/// What is coloured in a timeline: classes, the property, the colour.
const COLOURED: &[(&str, &str, &str)] = &[
    (".paper", "fill", "paper"),
    (".band", "fill", "band"),
    (".ink", "fill", "ink"),
    (".dim", "fill", "dim"),
    (".rule", "stroke", "rule"),
    (".num", "fill", "num"),
    (".alert", "stroke", "alert"),
    (".alert-ink", "fill", "alert-ink"),
    (".strong", "fill", "strong"),
    (".strong", "stroke", "strong"),
    (".likely", "fill", "likely"),
    (".likely", "stroke", "likely"),
    (".possible", "fill", "possible"),
    (".possible", "stroke", "possible"),
    (".plain", "fill", "plain"),
    (".plain", "stroke", "plain"),
    (".undone", "stroke", "undone"),
    (".path", "stroke", "path"),
    (".read", "fill", "read"),
    (".hatch", "stroke", "hatch"),
    (".mark:focus", "outline-color", "possible"),
];

/// Lines, letters and what else of a timeline is no colour.
const SHAPES: &str = ".tl{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}\
    .tl .head{font-weight:600;font-size:15px}.tl .small{font-size:11px}.tl .rule{stroke-width:1}.tl .alert{stroke-width:2}\
    .tl .alert-ink{font-weight:600}.tl .bar{fill-opacity:.35;stroke:none}.tl .path{fill:none;stroke-width:1;stroke-dasharray:3 3}\
    .tl .undone{fill:none;stroke-width:2}.tl .gap{fill:url(#tl-gap)}.tl .hatch{stroke-width:3}.tl .mark:focus{outline:2px solid}\
    .tl .num{font-weight:700;font-size:11px;stroke:none;text-anchor:middle}";

/// On which ground a picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    /// Light, and dark where the viewer prefers that.
    AsPreferred,
    /// What the page around it says, by custom properties of the colours' names.
    OfPage,
}

/// Returns the style of a timeline.
pub(super) fn timeline(ground: Ground) -> String {
    let rules = |of: &dyn Fn(&Colour) -> String| -> String {
        let value = |name: &str| COLOURS.iter().find(|colour| colour.0 == name).map(of).unwrap_or_default();
        COLOURED.iter().map(|(classes, property, colour)| format!(".tl {classes}{{{property}:{}}}", value(colour))).collect()
    };
    let coloured = match ground {
        Ground::AsPreferred => {
            format!("{}@media (prefers-color-scheme:dark){{{}}}", rules(&|light| light.1.into()), rules(&|dark| dark.2.into()))
        }
        Ground::OfPage => rules(&|colour| format!("var(--{})", colour.0)),
    };
    format!("{SHAPES}{coloured}")
}

/// Returns the custom properties of a page that follows its own `color-scheme`.
pub(super) fn properties() -> String {
    COLOURS.iter().map(|(name, light, dark)| format!("--{name}:light-dark({light},{dark});")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast of two colours, as WCAG 2 computes it.
    fn contrast(one: &str, other: &str) -> f64 {
        let light = |colour: &str| {
            let part = |at: usize| {
                let value = f64::from(u8::from_str_radix(colour.get(at..at + 2).unwrap(), 16).unwrap()) / 255.0;
                if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
        };
        let (a, b) = (light(one), light(other));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn words_and_marks_stand_out_on_both_grounds() {
        let of = |name: &str| COLOURS.iter().find(|colour| colour.0 == name).unwrap();
        for ground in ["paper", "band"] {
            for (name, least) in [
                ("ink", 7.0),
                ("dim", 4.5),
                ("alert-ink", 4.5),
                ("strong", 4.5),
                ("likely", 4.5),
                ("possible", 4.5),
                ("plain", 3.0),
                ("undone", 3.0),
            ] {
                let ((_, light, dark), (_, on_light, on_dark)) = (of(name), of(ground));
                assert!(contrast(light, on_light) >= least, "{name} on light {ground}: {:.2}", contrast(light, on_light));
                assert!(contrast(dark, on_dark) >= least, "{name} on dark {ground}: {:.2}", contrast(dark, on_dark));
            }
        }
        for mark in ["strong", "likely", "possible"] {
            assert!(contrast(of(mark).1, of("num").1) >= 4.5 && contrast(of(mark).2, of("num").2) >= 4.5, "a number on {mark}");
        }
    }

    #[test]
    fn every_coloured_part_has_a_colour() {
        assert!(COLOURED.iter().all(|(.., colour)| COLOURS.iter().any(|known| known.0 == *colour)));
    }
}
