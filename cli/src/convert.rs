//! `walnut convert`: a transcript as a notebook, a notebook as a transcript; nothing is lost either way.
//!
//! Prose is a Markdown cell, a step is a code cell, its answers are the cell's outputs. What one side can say and
//! the other cannot goes along: the exact text of a step in the metadata of its cell, the rest of a cell in a line
//! `%%cell {…}` of prose before it.

use crate::Outcome;
use crate::args;
use crate::notebook::{Cell, Notebook, usual_metadata};
use crate::updoc::transcript::{self, Answer, Dialect};
use anyhow::{Context, bail};
use serde_json::{Map, Value, json};
use std::path::Path;

const CELL: &str = "%%cell ";
const NOTEBOOK: &str = "%%notebook ";
/// How far steps are indented in a transcript that was a notebook.
const MARGIN: &str = "  ";

pub fn run(it: &args::Convert) -> anyhow::Result<Outcome> {
    let kind = |path: &Path| path.extension().and_then(|it| it.to_str()).unwrap_or_default().to_owned();
    let text = match (kind(&it.from).as_str(), kind(&it.to).as_str()) {
        ("updoc", "ipynb") => {
            let text = std::fs::read_to_string(&it.from).with_context(|| it.from.display().to_string())?;
            to_notebook(&text).write()
        }
        ("ipynb", "updoc") => to_transcript(&Notebook::read(&it.from)?),
        (from, to) => {
            eprintln!("walnut: from .updoc to .ipynb or back, not from `.{from}` to `.{to}`");
            return Ok(Outcome::WrongUsage);
        }
    };
    if it.to.exists() && !it.force {
        bail!("{} is there already; --force writes over it", it.to.display());
    }
    std::fs::write(&it.to, text).with_context(|| it.to.display().to_string())?;
    Ok(Outcome::Clean)
}

/// A transcript as a notebook.
pub fn to_notebook(text: &str) -> Notebook {
    let mut notebook = Notebook { cells: Vec::new(), metadata: usual_metadata(), minor: 5 };
    let mut known: Option<Map<String, Value>> = None;
    for piece in pieces(text) {
        let mut raw = String::new();
        let mut cell = match &piece {
            Piece::Notebook(it) => {
                let minor = it.get("nbformat_minor").and_then(Value::as_u64);
                notebook.minor = minor.unwrap_or(notebook.minor);
                notebook.metadata = it.get("metadata").cloned().unwrap_or_else(usual_metadata);
                continue;
            }
            Piece::Cell(it) if it.contains_key("source") => {
                notebook.cells.push(said(it.clone()));
                continue;
            }
            Piece::Cell(it) => {
                known = Some(it.clone());
                continue;
            }
            Piece::Prose(it) => {
                raw.push_str(it);
                prose(it)
            }
            Piece::Step(it, step) => {
                raw.push_str(it);
                Cell::code(step.input.clone(), step.expected.iter().map(output).collect())
            }
        };
        if let Some(mut it) = known.take() {
            if let Some(Value::Array(outputs)) = it.remove("outputs") {
                cell.outputs = outputs;
            }
            cell.rest = it;
        } else {
            let id = format!("cell-{}", notebook.cells.len() + 1);
            cell.rest.insert("id".to_owned(), id.into());
            if rendered(&cell, notebook.cells.is_empty()) != raw {
                cell.rest.insert("metadata".to_owned(), json!({ "walnut": { "updoc": raw } }));
            }
        }
        notebook.cells.push(cell);
    }
    notebook
}

/// A notebook as a transcript.
pub fn to_transcript(notebook: &Notebook) -> String {
    let mut text = String::new();
    if notebook.metadata != usual_metadata() || notebook.minor != 5 {
        let said = json!({ "metadata": notebook.metadata, "nbformat_minor": notebook.minor });
        text += &format!("{NOTEBOOK}{said}\n");
    }
    for (at, cell) in notebook.cells.iter().enumerate() {
        let kept = cell.rest.get("metadata").and_then(|it| it["walnut"]["updoc"].as_str());
        let expected_id = format!("cell-{}", at + 1);
        // A cell that came from a transcript and says what it said there goes back as it stood.
        if let Some(raw) = kept
            && let [back] = &to_notebook(&with_numbers(raw, at)).cells[at..]
            && back.source == cell.source
            && back.outputs == cell.outputs
            && back.kind == cell.kind
        {
            text += raw;
            continue;
        }
        let plain = {
            let mut it = cell.clone();
            let executed = it.rest.remove("execution_count").is_some_and(|it| !it.is_null());
            let id = it.rest.remove("id");
            let metadata = it.rest.remove("metadata");
            let usual_id = id.as_ref().and_then(Value::as_str) == Some(&expected_id);
            !executed && usual_id && metadata == Some(json!({})) && it.rest.is_empty()
        };
        let shown = rendered(cell, text.is_empty());
        let again = to_notebook(&format!("{}{shown}", "? 1\n".repeat(at)));
        let [back] = &again.cells[at.min(again.cells.len())..] else {
            text += &carried(cell, &shown, false, false);
            continue;
        };
        // Prose without words is no prose to who reads it back.
        let same_source = back.kind == cell.kind
            && back.source == cell.source
            && (cell.is_code() || !cell.source.trim().is_empty());
        let same_outputs = back.outputs == cell.outputs;
        let follows_prose = at > 0 && !cell.is_code() && !notebook.cells[at - 1].is_code();
        if plain && same_source && same_outputs && !follows_prose {
            text += &shown;
        } else {
            text += &carried(cell, &shown, same_source, same_outputs);
        }
    }
    text
}

/// So many cells before it, so that it gets its number.
fn with_numbers(raw: &str, before: usize) -> String {
    format!("{}{raw}", "? 1\n".repeat(before))
}

/// A cell with a line before it that says what the text alone does not.
fn carried(cell: &Cell, shown: &str, same_source: bool, same_outputs: bool) -> String {
    let mut said = cell.rest.clone();
    if cell.is_code() && !same_outputs {
        said.insert("outputs".to_owned(), cell.outputs.clone().into());
    }
    if !same_source {
        said.insert("cell_type".to_owned(), cell.kind.clone().into());
        said.insert("source".to_owned(), cell.source.clone().into());
        return format!("\n{CELL}{}\n", Value::Object(said));
    }
    let shown = if shown.starts_with('\n') { shown.to_owned() } else { format!("\n{shown}") };
    format!("\n{CELL}{}{shown}", Value::Object(said))
}

/// A cell that no text of a transcript would say.
fn said(mut it: Map<String, Value>) -> Cell {
    let mut text = |key: &str| it.remove(key).and_then(|it| it.as_str().map(str::to_owned));
    let (kind, source) = (text("cell_type").unwrap_or_default(), text("source").unwrap_or_default());
    let outputs = match it.remove("outputs") {
        Some(Value::Array(outputs)) => outputs,
        _ => Vec::new(),
    };
    Cell { kind, source, outputs, rest: it }
}

enum Piece {
    /// Prose, as it stands there.
    Prose(String),
    /// A step and the blank lines before it, as they stand there.
    Step(String, transcript::Step),
    Cell(Map<String, Value>),
    Notebook(Map<String, Value>),
}

/// A transcript in pieces; put together they are the transcript.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let starts: Vec<usize> =
        text.split_inclusive('\n').scan(0, |at, it| Some(std::mem::replace(at, *at + it.len()))).collect();
    for step in transcript::steps(text, Dialect::Exact) {
        let start = starts.get(step.line - 1).copied().unwrap_or(text.len());
        let blank = words(&text[at..start], &mut pieces);
        pieces.push(Piece::Step(format!("{blank}{}", &text[start..step.answers_at.end]), step.clone()));
        at = step.answers_at.end;
    }
    let rest = words(&text[at..], &mut pieces);
    if !rest.is_empty() {
        pieces.push(Piece::Prose(rest));
    }
    pieces
}

/// The prose between two steps; what is left of it are blank lines that belong to the next step.
fn words(text: &str, pieces: &mut Vec<Piece>) -> String {
    let mut open = String::new();
    let close = |open: &mut String, pieces: &mut Vec<Piece>| {
        if !open.trim().is_empty() {
            pieces.push(Piece::Prose(std::mem::take(open)));
        }
    };
    for line in text.split_inclusive('\n') {
        let said = |mark: &str| line.strip_prefix(mark).and_then(|it| serde_json::from_str(it).ok());
        if let Some(it) = said(CELL) {
            close(&mut open, pieces);
            open.clear();
            pieces.push(Piece::Cell(it));
        } else if let Some(it) = said(NOTEBOOK) {
            close(&mut open, pieces);
            pieces.push(Piece::Notebook(it));
        } else {
            open.push_str(line);
        }
    }
    if open.trim().is_empty() {
        open
    } else {
        // The blank lines after prose belong to what follows.
        let kept = open.trim_end_matches('\n').len();
        let rest = open[kept..].strip_prefix('\n').unwrap_or_default().to_owned();
        let mut prose = open[..kept].to_owned();
        if open.len() > kept {
            prose.push('\n');
        }
        pieces.push(Piece::Prose(prose));
        rest
    }
}

/// A cell as it would be written by itself.
fn rendered(cell: &Cell, is_first: bool) -> String {
    let before = if is_first { "" } else { "\n" };
    if !cell.is_code() {
        let lines = cell.source.split('\n').map(|line| {
            let inner = line.trim_start();
            // What would be read as part of a step is marked.
            let mark = if inner.starts_with(['?', '>', '#', '\\', '%']) { "\\" } else { "" };
            format!("{mark}{line}")
        });
        return format!("{before}{}\n", lines.collect::<Vec<_>>().join("\n"));
    }
    let mut text = before.to_owned();
    for (at, line) in cell.source.split('\n').enumerate() {
        let mark = if at == 0 { "?" } else { ">" };
        let blank = if line.is_empty() { "" } else { " " };
        text += &format!("{MARGIN}{mark}{blank}{line}\n");
    }
    text + &transcript::render(&cell.outputs.iter().filter_map(answer).collect::<Vec<_>>(), MARGIN)
}

fn prose(text: &str) -> Cell {
    let lines = text.trim_matches('\n').split('\n').map(|line| {
        let marked =
            line.strip_prefix('\\').filter(|it| it.trim_start().starts_with(['?', '>', '#', '\\', '%']));
        marked.unwrap_or(line)
    });
    Cell::markdown(lines.collect::<Vec<_>>().join("\n"))
}

/// An answer as an output.
pub fn output(it: &Answer) -> Value {
    match it.key.as_str() {
        "stdout" | "stderr" => json!({ "name": it.key, "output_type": "stream", "text": it.text }),
        "value" => json!({
            "data": { "text/plain": it.text }, "execution_count": null, "metadata": {},
            "output_type": "execute_result",
        }),
        key => json!({ "ename": key, "evalue": it.text, "output_type": "error", "traceback": [] }),
    }
}

/// An output as an answer; what shows nothing is none.
pub fn answer(it: &Value) -> Option<Answer> {
    let text = |it: &Value| it.as_str().map(str::to_owned);
    match it["output_type"].as_str()? {
        "stream" => Some(Answer::new(it["name"].as_str()?, text(&it["text"])?)),
        "error" => Some(Answer::new(it["ename"].as_str()?, text(&it["evalue"])?)),
        _ => Some(Answer::new("value", text(&it["data"]["text/plain"])?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "Purses\n======\n\nA purse holds money.\n\n  ? def purse := 1\n  > purse + 1\n  # stdout: one\n  \
                        #         two\n\n  # value: 2\n\n\nAnd again:\n? purse\n# value: 1\n? purse.nothing()\n\
                        # problem: no such method\n\n# Not an answer\n\nThe end";

    #[test]
    fn a_transcript_comes_back_byte_for_byte() {
        assert_eq!(to_transcript(&to_notebook(PAGE)), PAGE);
        let notebook = to_notebook(PAGE);
        let kinds: Vec<&str> = notebook.cells.iter().map(|it| it.kind.as_str()).collect();
        assert_eq!(kinds, ["markdown", "code", "markdown", "code", "code", "markdown"]);
        assert_eq!(notebook.cells[1].source, "def purse := 1\npurse + 1");
    }

    fn notebook() -> Notebook {
        let mut odd = Cell::code(
            "%%vat bank\n\npurse",
            vec![json!({
                "data": { "text/plain": "1", "text/html": "<b>1</b>" }, "execution_count": 3, "metadata": {},
                "output_type": "execute_result",
            })],
        );
        odd.rest.insert("execution_count".to_owned(), json!(3));
        odd.rest.insert("id".to_owned(), json!("odd"));
        let mut raw = Cell::markdown("? not a step\n> nor more of one\n%%cell {}");
        raw.kind = "raw".to_owned();
        let mut cells = vec![
            Cell::markdown("# A purse: what it is\n\n> quoted\n\n\n"),
            Cell::markdown(""),
            Cell::code("def purse := 1\n\npurse\n", vec![output(&Answer::new("value", "1"))]),
            Cell::code("", Vec::new()),
            odd,
            raw,
        ];
        for (at, it) in cells.iter_mut().enumerate() {
            it.rest.entry("id").or_insert_with(|| json!(format!("cell-{}", at + 1)));
        }
        Notebook { cells, metadata: json!({ "title": "odd" }), minor: 4 }
    }

    #[test]
    fn a_notebook_comes_back_whole() {
        let it = notebook();
        let text = to_transcript(&it);
        assert_eq!(to_notebook(&text), it, "{text}");
    }

    #[test]
    fn a_plain_notebook_is_a_plain_transcript() {
        let mut cells =
            vec![Cell::markdown("A purse."), Cell::code("1 + 1", vec![output(&Answer::new("value", "2"))])];
        for (at, it) in cells.iter_mut().enumerate() {
            it.rest.insert("id".to_owned(), json!(format!("cell-{}", at + 1)));
        }
        let it = Notebook { cells, metadata: usual_metadata(), minor: 5 };
        assert_eq!(to_transcript(&it), "A purse.\n\n  ? 1 + 1\n  # value: 2\n");
        assert_eq!(to_notebook("A purse.\n\n  ? 1 + 1\n  # value: 2\n"), it);
    }
}
