//! What the lines of a text tell: a value up to its line's end, items and blocks under the name of a secret, columns of a table.
//!
//! Runs before the lines become one. Marks are written over what is hidden, so that a second look finds nothing more.

use super::{assign, key, pattern};

/// Signs of a value that goes on below, as YAML writes them.
const BLOCKS: &[&str] = &["|", ">", "|-", ">-", "|+", ">+", "|2", ">2"];
/// What may stand before the name in a line.
const LEADS: &[&str] = &["export ", "declare -x ", "set ", "setx ", "ENV ", "ARG ", "readonly ", "const ", "let ", "var ", "$env:", "--"];
/// Longer beginnings of a line are no name.
const MAX_NAME: usize = 240;
/// How many signs of a line are looked at for the one behind a secret's name.
const MAX_SIGNS: usize = 6;
/// What divides the columns of a table.
const DIVIDERS: &[char] = &[',', ';', '\t', '|'];

/// A stretch to hide: from, to, kind.
pub(super) type Place = (usize, usize, &'static str);

/// Hides what the lines of a text give away; `None` when that is nothing, or the text is a single line.
pub(super) fn scrub(text: &str) -> Option<String> {
    let places = places(text);
    if places.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (from, to, kind) in places {
        out.push_str(text.get(done..from)?);
        out.push_str(&pattern::marker(kind));
        done = to;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

/// Returns the stretches that the lines of a text give away, in order and without overlap.
pub(super) fn places(text: &str) -> Vec<Place> {
    let mut places = Vec::new();
    if !may_hold(text) {
        return places;
    }
    let lines = split(text);
    Reader { text, secrets: holds_secret_object(&lines), places: &mut places, above: Vec::new(), pair: Pair::default() }.read(&lines);
    table(text, &lines, &mut places);
    files(&lines, &mut places);
    places.sort_unstable();
    let mut done = 0;
    places.retain(|(from, to, _)| {
        let apart = to > from && *from >= done;
        done = if apart { *to } else { done };
        apart
    });
    places
}

/// Tells whether a text has several lines, and a word that a secret's name may have.
fn may_hold(text: &str) -> bool {
    memchr::memchr2(b'\n', b'\\', text.as_bytes()).is_some() && (text.contains('\n') || text.contains("\\n")) && assign::has_word(text)
}

/// A line of a text, where its end may be written as an escape.
#[derive(Clone, Copy)]
struct Line<'a> {
    text: &'a str,
    start: usize,
}

fn split(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut start = 0;
    let escaped = !text.contains('\n');
    while let Some(rest) = text.get(start..) {
        let end = if escaped { rest.find("\\n") } else { rest.find('\n') };
        let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        lines.push(Line { text: line.strip_suffix("\\r").unwrap_or(line).trim_end(), start });
        match end {
            Some(end) => start += end + if escaped { 2 } else { 1 },
            None => break,
        }
    }
    lines
}

/// Tells whether the text is an object of Kubernetes whose data are secrets.
fn holds_secret_object(lines: &[Line<'_>]) -> bool {
    lines.iter().any(|line| line.text.rsplit_once("kind:").is_some_and(|(_, kind)| kind.trim().trim_matches('"') == "Secret"))
}

/// What a name above says of the lines below it.
#[derive(Clone, Copy, PartialEq)]
enum Below {
    /// All of it is one value.
    Value(&'static str),
    /// Items are secrets; so are the values of names when there are several.
    Items(&'static str, bool),
    /// Nothing.
    Other,
}

/// A name and its value in lines of their own.
#[derive(Default)]
struct Pair {
    indent: usize,
    kind: Option<&'static str>,
    value: Option<(usize, usize)>,
}

struct Reader<'a, 'b> {
    text: &'a str,
    secrets: bool,
    places: &'b mut Vec<Place>,
    /// The names above a line, each with its indentation.
    above: Vec<(usize, Below)>,
    pair: Pair,
}

/// A line in its parts: how far it is indented, whether it is an item, and its name and value with where they begin.
struct Parts<'a> {
    indent: usize,
    item: bool,
    body: (&'a str, usize),
    name: Option<&'a str>,
    value: (&'a str, usize),
}

impl<'a> Parts<'a> {
    fn of(line: Line<'a>) -> Self {
        let mut body = line.text.trim_start_matches([' ', '\t']);
        let mut indent = line.text.len() - body.len();
        let mut item = false;
        while let Some(rest) = body.strip_prefix("- ") {
            let rest = rest.trim_start();
            indent += body.len() - rest.len();
            (body, item) = (rest, true);
        }
        let begins = |part: &str| line.start + line.text.len() - part.len();
        let mut lead = body;
        while let Some(rest) = LEADS.iter().find_map(|lead_in| lead.strip_prefix(lead_in)) {
            lead = rest.trim_start();
        }
        let (name, value) = divide(lead);
        Self { indent, item, body: (body, begins(body)), name, value: (value, begins(value)) }
    }
}

/// Divides a line into its name and its value, at the first sign between them.
fn divide(body: &str) -> (Option<&str>, &str) {
    let sign = |(at, c): (usize, char)| match c {
        '=' | '：' => Some((at, c.len_utf8())),
        ':' => body.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '='])).then_some((at, 1)),
        _ => None,
    };
    let mut found = None;
    let mut from = 0;
    // What a program says stands before what it repeats: `Could not parse: password: …`.
    for (at, length) in body.char_indices().take(MAX_NAME).filter_map(sign).take(MAX_SIGNS) {
        let name = body.get(from..at).unwrap_or_default().trim().rsplit('(').next().unwrap_or_default().trim_matches(['"', '\'']);
        let value = body.get(at + length..).unwrap_or_default();
        let value = value.strip_prefix(['=', '>']).unwrap_or(value).trim_start();
        if kind(name).is_some() {
            return (Some(name), value);
        }
        found = found.or(Some((Some(name).filter(|name| !name.is_empty()), value)));
        from = at + length;
    }
    found.unwrap_or((None, body))
}

/// Returns the kind of secret that a name, or the words that end it, stands for.
fn kind(name: &str) -> Option<&'static str> {
    let mut words = name.split(' ');
    let first = words.next()?;
    let last = name.rsplit(['(', ' ']).next()?;
    if words.clone().count() > 3 || name.contains(']') && !name.contains('[') || last.contains(['"', '\'', '{', '<', '/', ',']) {
        return None;
    }
    key::kind(first).filter(|_| words.next().is_none()).or_else(|| key::kind(name)).or_else(|| key::kind(last))
}

impl Reader<'_, '_> {
    fn read(&mut self, lines: &[Line<'_>]) {
        for line in lines {
            let parts = Parts::of(*line);
            if parts.body.0.is_empty() {
                continue;
            }
            let outer = if parts.item { parts.indent.saturating_sub(2) } else { parts.indent };
            // An item may stand as far left as the name that it belongs to.
            while self.above.last().is_some_and(|(indent, _)| *indent > outer || *indent == outer && !parts.item) {
                self.above.pop();
            }
            if !self.is_below(&parts) {
                self.assigned(&parts);
            }
            self.paired(&parts);
        }
    }

    /// Hides a line that belongs to a name above; false when it is looked at by itself.
    fn is_below(&mut self, parts: &Parts<'_>) -> bool {
        let (body, start) = parts.body;
        let login =
            body.find(':').filter(|at| *at > 0 && body.get(at + 1..).is_some_and(|rest| !rest.is_empty() && !rest.starts_with(' ')));
        let login = login.filter(|at| body.get(..*at).is_some_and(|user| !user.contains([' ', '=', '"'])));
        match self.above.iter().rev().map(|(_, below)| *below).find(|below| *below != Below::Other) {
            Some(Below::Value(kind)) => {
                self.hide(body, start, kind);
                true
            }
            // A line `user:password`, with no space behind the colon.
            Some(Below::Items(kind, _)) if login.is_some() => {
                let from = login.map_or(start, |at| start + at + 1);
                self.places.push((from, start + body.len(), kind));
                true
            }
            Some(Below::Items(kind, _)) if parts.item && parts.name.is_none() => {
                self.hide(body, start, kind);
                true
            }
            Some(Below::Items(kind, several))
                if !parts.item
                    && !parts.value.0.is_empty()
                    && parts.name.is_some_and(|name| several || key::is_value(&key::normalise(name))) =>
            {
                self.below(parts, kind);
                true
            }
            _ => false,
        }
    }

    /// Hides the value of a line with a secret's name, and remembers what the name says of the lines below.
    fn assigned(&mut self, parts: &Parts<'_>) {
        let Some(name) = parts.name else { return };
        let normal = key::normalise(name);
        let kind = if self.secrets && matches!(normal.as_str(), "data" | "stringdata") { Some("secret") } else { kind(name) };
        let (value, _) = parts.value;
        let several = key::is_several(&normal) || self.secrets && kind == Some("secret");
        let below = match kind {
            Some(kind) if BLOCKS.contains(&value) => Below::Value(kind),
            Some(kind) if value.is_empty() || value == "{" => Below::Items(kind, several),
            _ => Below::Other,
        };
        if value.is_empty() || below != Below::Other {
            self.above.push((parts.indent.saturating_sub(if parts.item { 2 } else { 0 }), below));
        }
        if let Some(kind) = kind.filter(|_| below == Below::Other) {
            self.value(parts, kind);
        }
    }

    /// Hides the value of a line up to its end; what is quoted or a command goes on by its own rules.
    fn value(&mut self, parts: &Parts<'_>, kind: &'static str) {
        let (value, start) = parts.value;
        if BLOCKS.contains(&value) {
            self.above.push((parts.indent, Below::Value(kind)));
        } else if !value.starts_with(['"', '\'', '`', '[', '{', '<']) && !goes_on(value) {
            self.hide(value, start, kind);
        }
    }

    /// Hides the value of a line that a name above tells, whatever its own name is.
    fn below(&mut self, parts: &Parts<'_>, kind: &'static str) {
        let (value, start) = parts.value;
        let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return self.value(parts, kind) };
        let inner = value.get(1..).unwrap_or_default();
        self.hide(inner.find(quote).and_then(|end| inner.get(..end)).unwrap_or(inner), start + 1, kind);
    }

    fn hide(&mut self, value: &str, start: usize, kind: &'static str) {
        let value = value.trim_end_matches(['\\', ' ']);
        // What was a block stands behind its sign after a first look.
        let bare = value.trim_start_matches(['|', '>', '-', '+', ' ']);
        if assign::is_secret(value) && !pattern::is_nothing_but_markers(bare) {
            self.places.push((start, start + value.len(), kind));
        }
    }

    /// Hides the value beside a name in lines of their own, whichever comes first.
    fn paired(&mut self, parts: &Parts<'_>) {
        if let Some(name) = block_name(parts.body.0) {
            self.pair = Pair { indent: usize::MAX, kind: kind(name), value: None };
            return;
        }
        let new = parts.item || self.pair.indent != usize::MAX && parts.indent != self.pair.indent;
        if new {
            self.pair = Pair { indent: parts.indent, ..Pair::default() };
        }
        if parts.body.0.starts_with('}') {
            self.pair = Pair::default();
        }
        let Some(name) = parts.name.map(key::normalise) else { return };
        let (value, start) = parts.value;
        let bare = value.trim_matches(['"', '\'']);
        if key::names_another(&name) && self.pair.kind.is_none() {
            self.pair.kind = kind(bare);
        }
        if key::is_value(&name) {
            let from = start + value.len() - value.trim_start_matches(['"', '\'']).len();
            self.pair.value = Some((from, from + bare.len()));
        }
        if let (Some(kind), Some((from, to))) = (self.pair.kind, self.pair.value)
            && let Some(value) = self.text.get(from..to)
        {
            self.pair.value = None;
            self.hide(value, from, kind);
        }
    }
}

/// Returns the name of a block such as `variable "db_password" {`.
fn block_name(body: &str) -> Option<&str> {
    let head = body.strip_suffix('{')?.trim_end().strip_suffix('"')?;
    let (before, name) = head.rsplit_once('"')?;
    let word = before.strip_suffix(' ')?.rsplit([' ', '(', '=', ':']).next()?;
    (word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_lowercase())).then_some(name)
}

/// Tells whether a command follows the value, as in `PASSWORD=x run --fast`.
fn goes_on(value: &str) -> bool {
    value.contains(' ') && [" -", " && ", " | ", "; ", " || "].iter().any(|sign| value.contains(sign))
}

/// Hides what a script writes up to its word of end into a file by the name of a secret, as in `cat > db_password <<EOF`.
fn files(lines: &[Line<'_>], places: &mut Vec<Place>) {
    for (at, head) in lines.iter().enumerate() {
        let Some((command, end)) = head.text.split_once("<<") else { continue };
        let end = end.trim_start_matches('-').trim_start().split([' ', ';', '|', '>']).next().unwrap_or_default().trim_matches(['"', '\'']);
        let path = command.split(['>', ' ']).chain(head.text.rsplit_once('>').map(|(_, path)| path)).map(str::trim);
        let named = |path: &str| {
            let file = path.trim_matches(['"', '\'']).rsplit('/').next()?;
            kind(file).or_else(|| kind(file.rsplit_once('.')?.0))
        };
        let Some(kind) = path.filter(|path| !path.starts_with('-')).find_map(named).filter(|_| !end.is_empty()) else { continue };
        let body = lines.iter().skip(at + 1).take_while(|line| line.text.trim() != end);
        // A line with a name of its own is told by that.
        let alone =
            body.filter(|line| !line.text.contains([' ', '=']) && assign::is_secret(line.text) && !pattern::holds_marker(line.text));
        places.extend(alone.filter(|line| line.text.len() >= 6).map(|line| (line.start, line.start + line.text.len(), kind)));
    }
}

/// Hides the cells below the heads of a table that name secrets.
fn table(text: &str, lines: &[Line<'_>], places: &mut Vec<Place>) {
    for (at, head) in lines.iter().enumerate() {
        let Some(divider) = DIVIDERS.iter().find(|divider| head.text.contains(**divider)) else { continue };
        // What repeats a table may say something before it.
        let from = head.text.find(*divider).and_then(|first| head.text.get(..first)?.rfind([':', '=', '('])).map_or(0, |sign| sign + 1);
        // Markdown puts the divider around a row, too.
        let lead = head.text.get(from..).filter(|row| *divider == '|' && row.starts_with('|')).map_or(0, |_| 1);
        let named = head.text.get(from + lead..).unwrap_or_default();
        let named = if lead > 0 { named.strip_suffix(*divider).unwrap_or(named) } else { named };
        let heads: Vec<&str> = named.split(*divider).map(|cell| cell.trim().trim_matches('"')).collect();
        let is_head = heads.len() > 1 && heads.iter().all(|cell| !cell.is_empty() && cell.len() <= 60 && !cell.contains(['=', ':', '{']));
        if !is_head || !heads.iter().any(|cell| kind(cell).is_some()) {
            continue;
        }
        for row in lines.iter().skip(at + 1).take_while(|row| row.text.matches(*divider).count() + 1 >= heads.len()) {
            let mut from = row.start + lead;
            let cells = row.text.get(lead..).unwrap_or_default();
            let cells = if lead > 0 { cells.strip_suffix(*divider).unwrap_or(cells) } else { cells };
            if cells.bytes().all(|byte| matches!(byte, b'-' | b':' | b'|' | b' ')) {
                continue;
            }
            for (cell, name) in cells.splitn(heads.len(), *divider).zip(&heads) {
                if let Some(kind) = kind(name).filter(|_| text.get(from..from + cell.len()).is_some_and(assign::is_secret)) {
                    places.push((from, from + cell.len(), kind));
                }
                from += cell.len() + divider.len_utf8();
            }
        }
        return;
    }
}
