//! `walnut convert`: a transcript as a notebook, a notebook as a transcript; nothing is lost either way.
//!
//! Prose is a Markdown cell, a step is a code cell, its answers are the cell's outputs. What one side can say and
//! the other cannot goes along: the exact text of a step in the metadata of its cell, the rest of a cell in a line
//! `%%cell {…}` of prose before it, that its cells had vats of their own in a line `%%notebook {…}` on top.

use crate::Outcome;
use crate::args;
use crate::notebook::{Cell, Notebook, usual_metadata};
use crate::updoc::transcript::{self, Answer, Dialect};
use anyhow::{Context, bail};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

/// Of a notebook, in `walnut` of its metadata: it was a transcript.
const TRANSCRIPT: &str = "transcript";
/// How the first cell of one begins.
const ONE_VAT: &str = "%vat main\n";
const CELL: &str = "%%cell ";
const NOTEBOOK: &str = "%%notebook ";
/// How far steps are indented in a transcript that was a notebook, unless the metadata of a cell say otherwise.
const MARGIN: &str = "  ";
/// What says so, in `walnut` there. It goes no further.
const INDENT: &str = "indent";

pub fn run(it: &args::Convert) -> anyhow::Result<Outcome> {
    let (from, to) = kinds(it);
    if !matches!((from.as_str(), to.as_str()), ("updoc", "ipynb") | ("ipynb", "updoc")) {
        match is_stream(&it.from) && is_stream(&it.to) {
            true => eprintln!("walnut: what is it to become? --into ipynb, or --into updoc"),
            false => eprintln!("walnut: from .updoc to .ipynb or back, not from `.{from}` to `.{to}`"),
        }
        return Ok(Outcome::WrongUsage);
    }
    let text = match is_stream(&it.from) {
        true => std::io::read_to_string(std::io::stdin()).context("standard input")?,
        false => std::fs::read_to_string(&it.from).with_context(|| it.from.display().to_string())?,
    };
    let text = match to.as_str() {
        "ipynb" => to_notebook(&text).write(),
        _ => to_transcript(&Notebook::parse(&text).with_context(|| it.from.display().to_string())?),
    };
    if is_stream(&it.to) {
        std::io::stdout().write_all(text.as_bytes())?;
        return Ok(Outcome::Clean);
    }
    if it.to.exists() && !it.force {
        bail!("{} is there already; --force writes over it", it.to.display());
    }
    std::fs::write(&it.to, text).with_context(|| it.to.display().to_string())?;
    Ok(Outcome::Clean)
}

fn is_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What it is and what it is to become. A stream is what the other end leaves over.
fn kinds(it: &args::Convert) -> (String, String) {
    let kind = |path: &Path| path.extension().and_then(|it| it.to_str()).unwrap_or_default().to_owned();
    let other = |of: &str| match of {
        "updoc" => "ipynb".to_owned(),
        "ipynb" => "updoc".to_owned(),
        _ => String::new(),
    };
    let to = match &it.into {
        Some(it) => it.clone(),
        None if is_stream(&it.to) => other(&kind(&it.from)),
        None => kind(&it.to),
    };
    let from = if is_stream(&it.from) { other(&to) } else { kind(&it.from) };
    (from, to)
}

/// A transcript as a notebook. The steps of a transcript rest on each other in one vat, so its first cell asks for
/// one for all; a line `%%notebook {…}` that says nothing of it is of a notebook whose cells had vats of their own.
pub fn to_notebook(text: &str) -> Notebook {
    let metadata = usual_metadata_and(json!({ TRANSCRIPT: true }));
    let mut notebook = Notebook { cells: Vec::new(), metadata, minor: 5 };
    let pieces = pieces(text);
    for it in &pieces {
        let Piece::Notebook(it) = it else { continue };
        notebook.minor = it.get("nbformat_minor").and_then(Value::as_u64).unwrap_or(notebook.minor);
        notebook.metadata = it.get("metadata").cloned().unwrap_or_else(usual_metadata);
    }
    let mut reader = Reader::of(&notebook);
    notebook.cells = pieces.into_iter().filter_map(|it| reader.cell(it)).collect();
    notebook
}

/// Whether a notebook was a transcript: all its cells run in one vat.
pub fn was_transcript(notebook: &Notebook) -> bool {
    notebook.metadata["walnut"][TRANSCRIPT] == true
}

fn usual_metadata_and(walnut: Value) -> Value {
    let mut metadata = usual_metadata();
    metadata["walnut"] = walnut;
    metadata
}

/// Makes cells of pieces, one after the other.
#[derive(Clone)]
struct Reader {
    /// How many cells there are by now.
    count: usize,
    /// Nothing stands before what comes now.
    is_top: bool,
    /// A step that comes now is the first of a transcript.
    is_first_step: bool,
    /// The steps of a transcript share a vat.
    was_transcript: bool,
    /// The vat that the steps are in, if one was named.
    vat: Option<String>,
    /// How many vats there were of a name.
    made: HashMap<String, usize>,
    /// What was said of the next cell.
    known: Option<Map<String, Value>>,
}

impl Reader {
    fn of(notebook: &Notebook) -> Reader {
        let was_transcript = was_transcript(notebook);
        let (vat, made, known) = (None, HashMap::new(), None);
        Reader { count: 0, is_top: true, is_first_step: true, was_transcript, vat, made, known }
    }

    fn cell(&mut self, piece: Piece) -> Option<Cell> {
        let was_first_step = self.is_first_step && self.was_transcript;
        let (raw, mut cell) = match piece {
            Piece::Notebook(_) => {
                self.is_top = false;
                return None;
            }
            Piece::Cell(it) if it.contains_key("source") => {
                let cell = said(it);
                self.is_first_step &= !cell.is_code();
                self.is_top = false;
                self.count += 1;
                return Some(cell);
            }
            Piece::Cell(it) => {
                self.known = Some(it);
                return None;
            }
            Piece::Prose(it) => {
                self.enter(&it);
                let cell = prose(&it);
                (it, cell)
            }
            Piece::Step(raw, step) => {
                let head = self.head(&raw);
                let source = head + &step.input;
                (raw, Cell::code(source, step.expected.iter().map(output).collect()))
            }
        };
        if let Some(mut it) = self.known.take() {
            if let Some(Value::Array(outputs)) = it.remove("outputs") {
                cell.outputs = outputs;
            }
            cell.rest = it;
        } else {
            let id = format!("cell-{}", self.count + 1);
            cell.rest.insert("id".to_owned(), id.into());
            // That all steps share a vat no step says.
            let mut without_head = cell.clone();
            if let Some(it) = cell.source.strip_prefix(ONE_VAT).filter(|_| was_first_step) {
                without_head.source = it.to_owned();
            }
            if rendered(&without_head, self.is_top, MARGIN) != raw {
                cell.rest.insert("metadata".to_owned(), json!({ "walnut": { "updoc": raw } }));
            }
        }
        self.is_top = false;
        self.count += 1;
        Some(cell)
    }

    /// Steps are in the vat that `raw` named last.
    fn enter(&mut self, raw: &str) {
        for line in raw.lines() {
            if let Some((name, new)) = transcript::in_vat(line.trim_start()) {
                let count = self.made.entry(name.clone()).or_default();
                *count = (*count).max(1) + usize::from(new && *count > 0);
                // A notebook has one vat of a name.
                self.vat = Some(if *count > 1 { format!("{name}-{count}") } else { name });
            }
        }
    }

    /// The directives that put the cell of a step where the step was.
    fn head(&mut self, raw: &str) -> String {
        self.enter(raw);
        let is_first = std::mem::take(&mut self.is_first_step);
        let all = if is_first && self.was_transcript { ONE_VAT } else { "" };
        let own = self.vat.as_ref().map(|it| format!("%%vat {it}\n")).unwrap_or_default();
        format!("{all}{own}")
    }

    /// Whether the next step's cell asks for a vat for all of them.
    fn puts_all_in_one(&self) -> bool {
        self.is_first_step && self.was_transcript && self.vat.is_none()
    }

    /// The cells that `text` says if it comes now.
    fn read(&mut self, text: &str) -> Vec<Cell> {
        pieces(text).into_iter().filter_map(|it| self.cell(it)).collect()
    }
}

/// A notebook as a transcript.
pub fn to_transcript(notebook: &Notebook) -> String {
    let mut text = String::new();
    if notebook.metadata != usual_metadata_and(json!({ TRANSCRIPT: true })) || notebook.minor != 5 {
        let mut said = Map::new();
        if notebook.metadata != usual_metadata() {
            said.insert("metadata".to_owned(), notebook.metadata.clone());
        }
        if notebook.minor != 5 {
            said.insert("nbformat_minor".to_owned(), notebook.minor.into());
        }
        text += &format!("{NOTEBOOK}{}\n", Value::Object(said));
    }
    let mut reader = Reader::of(notebook);
    reader.is_top = text.is_empty();
    for (at, cell) in notebook.cells.iter().enumerate() {
        let before = reader.clone();
        let reads = |reader: &mut Reader, text: &str| -> Option<Cell> {
            *reader = before.clone();
            let mut cells = reader.read(text);
            cells.pop().filter(|_| cells.is_empty())
        };
        let kept = cell.rest.get("metadata").and_then(|it| it["walnut"]["updoc"].as_str());
        // A cell that came from a transcript and says what it said there goes back as it stood.
        if let Some(raw) = kept
            && let Some(back) = reads(&mut reader, raw)
            && back.source == cell.source
            && back.outputs == cell.outputs
            && back.kind == cell.kind
        {
            text += raw;
            continue;
        }
        let (cell, margin) = &indented(cell);
        let mut without_head = cell.clone();
        if let Some(it) = cell.source.strip_prefix(ONE_VAT).filter(|_| before.puts_all_in_one()) {
            without_head.source = it.to_owned();
        }
        let shown = rendered(&without_head, text.is_empty(), margin);
        let mut back = reads(&mut reader, &shown);
        if *margin != MARGIN
            && let Some(it) = &mut back
            && it.rest.get("metadata").is_some_and(|it| it["walnut"]["updoc"] == shown)
        {
            // It is how the step stands there, and nothing else.
            it.rest.insert("metadata".to_owned(), json!({}));
        }
        // Prose without words is no prose to who reads it back.
        let is_same = |it: &Cell| {
            it.kind == cell.kind
                && it.source == cell.source
                && (cell.is_code() || !cell.source.trim().is_empty())
        };
        let same_source = back.as_ref().is_some_and(is_same);
        let same_rest = back.as_ref().is_some_and(|it| it.rest == cell.rest);
        let same_outputs = back.is_some_and(|it| it.outputs == cell.outputs);
        let follows_prose = at > 0 && !cell.is_code() && !notebook.cells[at - 1].is_code();
        let said = if same_source && same_outputs && same_rest && !follows_prose {
            shown
        } else {
            carried(cell, &shown, same_source, same_outputs)
        };
        reads(&mut reader, &said);
        text += &said;
    }
    text
}

/// A cell without what its metadata say of its indent, and that.
fn indented(cell: &Cell) -> (Cell, String) {
    let mut cell = cell.clone();
    let said = |it: &Map<String, Value>| it.get("metadata")?["walnut"][INDENT].as_str().map(str::to_owned);
    let Some(margin) = said(&cell.rest).filter(|it| it.chars().all(|it| it == ' ' || it == '\t')) else {
        return (cell, MARGIN.to_owned());
    };
    let metadata = cell.rest.get_mut("metadata").and_then(Value::as_object_mut);
    if let Some(metadata) = metadata {
        if let Some(walnut) = metadata.get_mut("walnut").and_then(Value::as_object_mut) {
            walnut.remove(INDENT);
        }
        metadata.retain(|key, it| key != "walnut" || it.as_object().is_some_and(|it| !it.is_empty()));
    }
    (cell, margin)
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
        // The blank lines after prose belong to what follows, and so does the vat that it is in.
        let follows = |it: &&str| it.trim().is_empty() || transcript::in_vat(it.trim()).is_some();
        let lines: Vec<&str> = open.split_inclusive('\n').collect();
        let after: usize = lines.iter().rev().take_while(|it| follows(it)).map(|it| it.len()).sum();
        if after == open.len() {
            return open;
        }
        let kept = open[..open.len() - after].trim_end_matches('\n').len();
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
fn rendered(cell: &Cell, is_first: bool, margin: &str) -> String {
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
        text += &format!("{margin}{mark}{blank}{line}\n");
    }
    text + &transcript::render(&cell.outputs.iter().filter_map(answer).collect::<Vec<_>>(), margin)
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
        assert_eq!(notebook.cells[1].source, "%vat main\ndef purse := 1\npurse + 1");
        assert_eq!(notebook.cells[3].source, "purse");
    }

    #[test]
    fn steps_in_other_vats_are_cells_in_other_vats() {
        let page = "Two of them:\n?? in new vat alice\n? 1\n\nmore\n? 2\n?? in new vat alice\n\n? 3\n";
        let notebook = to_notebook(page);
        let code: Vec<String> = notebook.code().map(|it| it.1).collect();
        assert_eq!(code, ["%vat main\n%%vat alice\n1", "%%vat alice\n2", "%%vat alice-2\n3"]);
        assert_eq!(notebook.cells[0].source, "Two of them:");
        assert_eq!(to_transcript(&notebook), page);
    }

    #[test]
    fn a_notebook_that_was_a_transcript_may_be_edited() {
        let mut notebook = to_notebook("  ? 1\n");
        notebook.cells[0].source = "%vat main\n2".to_owned();
        let text = to_transcript(&notebook);
        assert_eq!(text, "  ? 2\n");
        assert_eq!(to_notebook(&text), notebook);
        notebook.cells[0].source = "3".to_owned();
        assert_eq!(to_notebook(&to_transcript(&notebook)), notebook);
    }

    #[test]
    fn a_new_step_is_indented_as_its_cell_says() {
        let mut notebook = to_notebook("? 1\n\n? 2\n");
        let mut new = Cell::code("3", vec![output(&Answer::new("value", "3"))]);
        new.rest.insert("id".to_owned(), json!("cell-3"));
        new.rest.insert("metadata".to_owned(), json!({ "walnut": { "indent": "" } }));
        notebook.cells.push(new);
        assert_eq!(to_transcript(&notebook), "? 1\n\n? 2\n\n? 3\n# value: 3\n");
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
        // Each of its cells has a vat of its own, which a transcript's steps have not.
        let text = "%%notebook {}\n\nA purse.\n\n  ? 1 + 1\n  # value: 2\n";
        assert_eq!(to_transcript(&it), text);
        assert_eq!(to_notebook(text), it);
    }
}
