//! Findings as text for people, as JSON lines for programs and as SARIF for code scanning.

use crate::paint::Paint;
use crate::places::{Place, places};
use crate::sources::Source;
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde_json::{Value, json};
use std::io::Write;
use text_size::TextRange;

/// `1 file`, `2 files`
pub fn many(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// How many findings of one file a person is shown.
const SHOWN: usize = 50;
/// How much of a long line is shown on either side of a finding, in bytes.
const MARGIN: usize = 80;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    Error,
    Warning,
    Note,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// Something to be said about a part of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    pub range: TextRange,
    pub severity: Severity,
    pub code: String,
    pub message: String,
    pub related: Vec<Related>,
}

impl Finding {
    /// Something that went wrong while a program ran; it has no code.
    pub fn problem(range: TextRange, message: String) -> Finding {
        Finding { range, severity: Severity::Error, code: String::new(), message, related: Vec::new() }
    }
}

/// Another part of the same file that explains a finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Related {
    pub range: TextRange,
    pub message: String,
}

/// One JSON object per finding.
pub fn json_lines(source: &Source, findings: &[Finding], out: &mut impl Write) -> std::io::Result<()> {
    let spots = spots(source, findings);
    for (finding, (start, end, related)) in findings.iter().zip(spots) {
        let related: Vec<Value> = finding
            .related
            .iter()
            .zip(related)
            .map(|(it, (start, end))| {
                json!({
                    "file": source.name, "line": start.line, "column": start.column,
                    "end_line": end.line, "end_column": end.column, "message": it.message,
                })
            })
            .collect();
        let line = json!({
            "file": source.name,
            "line": start.line, "column": start.column, "end_line": end.line, "end_column": end.column,
            "severity": finding.severity.name(), "code": finding.code, "message": finding.message,
            "related": related,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

type Spot = (Place, Place, Vec<(Place, Place)>);

/// Start and end of every finding and of what it is related to.
fn spots(source: &Source, findings: &[Finding]) -> Vec<Spot> {
    let mut offsets = Vec::new();
    for it in findings {
        for range in std::iter::once(it.range).chain(it.related.iter().map(|it| it.range)) {
            offsets.extend([usize::from(range.start()), usize::from(range.end())]);
        }
    }
    let mut found = places(&source.text, &offsets).into_iter();
    let mut next = || found.next().unwrap_or(Place { line: 1, column: 1 });
    findings
        .iter()
        .map(|it| {
            let (start, end) = (next(), next());
            (start, end, it.related.iter().map(|_| (next(), next())).collect())
        })
        .collect()
}

/// Where each finding begins.
pub fn starts(source: &Source, findings: &[Finding]) -> Vec<Place> {
    let offsets: Vec<usize> = findings.iter().map(|it| usize::from(it.range.start())).collect();
    places(&source.text, &offsets)
}

/// One finding with its source, with notes under it, for standard error.
pub fn noted(source: &Source, finding: &Finding, notes: &[String]) -> String {
    let renderer = if Paint::for_stderr().is_on() { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let found = std::slice::from_ref(finding);
    let spots = spots(source, found);
    let spot = spots.first().map_or(Place { line: 1, column: 1 }, |it| it.0);
    caption(&renderer, source, finding, spot, &[], notes)
}

/// Findings with the source they are about and carets under it.
pub fn human(
    source: &Source,
    findings: &[Finding],
    paint: Paint,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let renderer = if paint.is_on() { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let shown = &findings[..findings.len().min(SHOWN)];
    for (finding, (start, _, related)) in shown.iter().zip(spots(source, shown)) {
        writeln!(out, "{}\n", caption(&renderer, source, finding, start, &related, &[]))?;
    }
    if findings.len() > SHOWN {
        writeln!(out, "{}: and {} more\n", source.name, findings.len() - SHOWN)?;
    }
    Ok(())
}

fn caption(
    renderer: &Renderer,
    source: &Source,
    finding: &Finding,
    start: Place,
    related: &[(Place, Place)],
    notes: &[String],
) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let window = Window::around(&source.text, finding.range);
    let snippet = Snippet::source(window.text)
        .line_start(start.line)
        .path(source.name.as_str())
        .fold(false)
        .annotation(AnnotationKind::Primary.span(window.range.clone()));
    let title = level.primary_title(finding.message.as_str());
    let title = if finding.code.is_empty() { title } else { title.id(finding.code.as_str()) };
    let mut group = title.element(snippet);
    for (it, (at, _)) in finding.related.iter().zip(related) {
        let message = format!("line {}: {}", at.line, it.message);
        group = group.element(Level::NOTE.message(message));
    }
    for note in notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    renderer.render(&[group])
}

/// The lines of a range, cut where they are long: a line of ten megabytes is shown around its finding.
struct Window<'a> {
    text: &'a str,
    range: std::ops::Range<usize>,
}

impl<'a> Window<'a> {
    fn around(text: &'a str, range: TextRange) -> Window<'a> {
        let start = floor(text, usize::from(range.start()));
        let end = floor(text, usize::from(range.end())).max(start);
        let from = floor(text, start.saturating_sub(MARGIN));
        let from = text[from..start].rfind(['\n', '\r']).map_or(from, |it| from + it + 1);
        // Of a finding over several lines the first is shown: that is where it begins to be wrong.
        let line = text[start..end].find(['\n', '\r']).map_or(end, |it| start + it);
        let to = floor(text, line.saturating_add(MARGIN).min(start + 2 * MARGIN).max(start));
        let line = line.min(to);
        let to = text[line..to].find(['\n', '\r']).map_or(to, |it| line + it);
        Window { text: &text[from..to], range: start - from..line - from }
    }
}

/// `offset`, moved back to a character of `text` if it is inside one or past the end.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// A SARIF 2.1.0 log of all findings.
pub fn sarif(files: &[(Source, Vec<Finding>)]) -> Value {
    let mut results = Vec::new();
    let mut rules = std::collections::BTreeSet::new();
    for (source, findings) in files {
        for (finding, (start, end, _)) in findings.iter().zip(spots(source, findings)) {
            rules.insert(finding.code.clone());
            results.push(json!({
                "ruleId": finding.code,
                "level": finding.severity.name(),
                "message": {"text": finding.message},
                "locations": [{"physicalLocation": {
                    "artifactLocation": {"uri": source.name.replace('\\', "/")},
                    "region": {
                        "startLine": start.line, "startColumn": start.column,
                        "endLine": end.line, "endColumn": end.column,
                    },
                }}],
            }));
        }
    }
    let rules: Vec<Value> = rules.into_iter().map(|it| json!({"id": it})).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "walnut", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::range;
    use std::path::Path;

    fn finding(start: usize, end: usize) -> Finding {
        let message = "undefined variable: purse".to_string();
        Finding {
            range: range(start, end),
            severity: Severity::Error,
            code: "scope".into(),
            message,
            related: vec![],
        }
    }

    #[test]
    fn carets_stand_under_the_words() {
        let source = Source::from_bytes(Path::new("mint.e"), b"def mint := 1\nmint + purse\n");
        let mut out = Vec::new();
        human(&source, &[finding(21, 26)], Paint::for_stdout(), &mut out).unwrap();
        let said = String::from_utf8(out).unwrap();
        assert!(said.contains("error[scope]: undefined variable: purse"), "{said}");
        assert!(said.contains("--> mint.e:2:8"), "{said}");
        assert!(said.contains("2 | mint + purse\n  |        ^^^^^"), "{said}");
    }

    #[test]
    fn a_very_long_line_is_cut() {
        let text = format!("[{}purse]", "1, ".repeat(100_000));
        let source = Source::from_bytes(Path::new("long.e"), text.as_bytes());
        let mut out = Vec::new();
        human(&source, &[finding(300_001, 300_006), finding(0, text.len())], Paint::for_stdout(), &mut out)
            .unwrap();
        assert!(out.len() < 2_000, "{}", out.len());
    }
}
