//! The picture as pixels, for where no SVG is shown: drawn by `resvg`, in builds with the feature `png`.
//!
//! Letters come from the two bundled fonts and nowhere else, so that a picture looks the same on every machine. What they do not hold (Latin,
//! Greek and Cyrillic letters and the signs of the picture are there) shows as an empty box.

use super::{Format, svg};

/// The format: the picture on light ground.
pub const FORMAT: Format = Format {
    name: "png",
    media_type: "image/png",
    help: "The same picture as pixels",
    changes: svg::FORMAT.changes,
    document: svg::FORMAT.document,
    bytes: Some(pixels),
};

/// Whether this build draws pictures as pixels.
pub const DRAWS: bool = cfg!(feature = "png");

/// Draws an SVG.
///
/// Errors: in words for people, where this build draws none or the picture is too large.
#[cfg(feature = "png")]
fn pixels(svg: &str) -> Result<Vec<u8>, String> {
    use resvg::{tiny_skia, usvg};

    /// Pixels of a unit of the picture: sharp on a screen of double density.
    const SCALE: f32 = 2.0;
    /// Most pixels of a side; a picture that is higher is drawn smaller.
    const MAX_SIDE: f32 = 8_000.0;
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(include_bytes!("png/DejaVuSans-subset.ttf").to_vec());
    fonts.load_font_data(include_bytes!("png/DejaVuSans-Bold-subset.ttf").to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    let options = usvg::Options { font_family: "DejaVu Sans".into(), fontdb: std::sync::Arc::new(fonts), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|error| format!("the picture could not be drawn: {error}"))?;
    let size = tree.size();
    let scale = SCALE.min(MAX_SIDE / size.width().max(size.height()));
    let too_large = || "the picture is too large to be drawn; --format svg gives it at any size".to_owned();
    let size = size.to_int_size().scale_by(scale).ok_or_else(too_large)?;
    let mut pixmap = tiny_skia::Pixmap::new(size.width(), size.height()).ok_or_else(too_large)?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| format!("the picture could not be written: {error}"))
}

#[cfg(not(feature = "png"))]
fn pixels(_: &str) -> Result<Vec<u8>, String> {
    Err("this build draws no PNG: build it with `cargo build --release --features png`, or take a released one; --format svg gives the same picture".into())
}

#[cfg(all(test, feature = "png"))]
mod tests {
    use super::*;

    const ONE: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 40"><rect width="100" height="40" fill="#fff"/>"##;

    #[test]
    fn letters_are_drawn_and_the_size_is_bounded() {
        let empty = pixels(&format!("{ONE}</svg>")).unwrap();
        let written = pixels(&format!("{ONE}<text x=\"5\" y=\"20\" font-family=\"sans-serif\">web-1 Zürich Ж</text></svg>")).unwrap();
        assert!(empty.starts_with(b"\x89PNG\r\n\x1a\n") && written.len() > empty.len() + 200, "{} and {}", empty.len(), written.len());
        let high = pixels(&format!("{}</svg>", ONE.replace("0 0 100 40", "0 0 100 100000"))).map(|_| ());
        assert_eq!(high, Ok(()));
    }
}
