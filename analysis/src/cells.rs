//! Notebook cells: where each ends in a text that joins them, which lines at its head speak to the notebook, and in
//! which vat it runs.

use crate::db::Db;
use crate::input::{File, FileKind};
use crate::names::Site;
use crate::transcript::Piece;
use std::ops::Range;
use std::sync::Arc;
use syntax::Completeness;
use text_size::TextSize;

/// Ends each cell of a joined text, where whoever joined them says so.
const END: char = '\u{1e}';

/// What stands between two cells where nobody says so: the line end of the first, and two blank lines.
const GAP: &str = "\n\n\n";

/// How many cells' worth of text is tried for the end of what is open in the first of them.
const FARTHEST: usize = 8;

/// Which vat a cell runs in.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Vat {
    /// One of its own.
    Own,
    /// The one of this name.
    Named(Arc<str>),
}

/// A cell's program, and what the lines at its head say.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Cell {
    /// All of the cell. Its head is blanks, so that positions stay.
    piece: Piece,
    head: usize,
    /// `%%vat NAME`: for this cell.
    here: Option<Vat>,
    /// `%vat NAME`: for this cell and those after it.
    lasting: Option<Vat>,
}

/// The programs of a cell, or of the cells that are joined in one text.
pub(crate) fn programs(kind: FileKind, text: &str) -> Vec<Piece> {
    cells(kind, text).into_iter().map(|it| it.piece).collect()
}

/// The same without their heads.
pub(crate) fn bodies(kind: FileKind, text: &str) -> Vec<Piece> {
    let body = |it: Cell| Piece {
        offset: it.piece.offset + TextSize::new(it.head as u32),
        text: it.piece.text[it.head..].into(),
    };
    cells(kind, text).into_iter().map(body).collect()
}

fn cells(kind: FileKind, text: &str) -> Vec<Cell> {
    match kind {
        FileKind::Cell => vec![cell(text, 0)],
        FileKind::Notebook => {
            let cells = split(text).into_iter().filter(|it| !text[it.clone()].trim().is_empty());
            cells.map(|it| cell(&text[it.clone()], it.start)).collect()
        }
        FileKind::Program | FileKind::Module | FileKind::Transcript => Vec::new(),
    }
}

fn cell(text: &str, offset: usize) -> Cell {
    let (mut head, mut here, mut lasting) = (0, None, None);
    for line in text.split_inclusive('\n') {
        let said = line.trim();
        if !said.is_empty() && !said.starts_with('%') {
            break;
        }
        match said.split_whitespace().collect::<Vec<_>>()[..] {
            ["%%vat", name] => here = Some(vat(name)),
            ["%vat", name] => lasting = Some(vat(name)),
            _ => {}
        }
        head += line.len();
    }
    let mut program: String = text[..head].bytes().map(|it| if it == b'\n' { '\n' } else { ' ' }).collect();
    program.push_str(&text[head..]);
    Cell { piece: Piece { offset: TextSize::new(offset as u32), text: program.into() }, head, here, lasting }
}

fn vat(name: &str) -> Vat {
    if name == "new" { Vat::Own } else { Vat::Named(name.into()) }
}

/// Where the cells of a joined text stand, without the line end after each.
fn split(text: &str) -> Vec<Range<usize>> {
    if text.contains(END) {
        return marked(text);
    }
    // Blank lines at the end of a cell are its own: it is there that somebody types.
    let mut gaps: Vec<usize> = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(GAP).map(|it| it + from) {
        let blank = text[at..].bytes().take_while(|it| *it == b'\n').count();
        gaps.push(at + blank - GAP.len());
        from = at + blank;
    }
    gaps.push(text.strip_suffix('\n').map_or(text.len(), str::len));
    let mut cells = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < gaps.len() {
        // Blank lines between brackets are no end, unless nothing near closes these: then the cell is half typed.
        let closed = |it: &usize| !is_open(&text[start..gaps[*it].max(start)]);
        let last = (at..gaps.len().min(at + FARTHEST)).find(closed).unwrap_or(at);
        cells.push(start..gaps[last].max(start));
        start = (gaps[last] + GAP.len()).min(text.len());
        at = last + 1;
    }
    cells
}

fn marked(text: &str) -> Vec<Range<usize>> {
    let mut cells = Vec::new();
    let mut start = 0;
    for (end, _) in text.match_indices(END) {
        cells.push(start..end);
        let rest = &text[end + END.len_utf8()..];
        let gap = rest.len() - rest.strip_prefix(GAP).map_or(rest.trim_start_matches('\n').len(), str::len);
        start = end + END.len_utf8() + gap;
    }
    cells.push(start..text.len());
    cells
}

fn is_open(text: &str) -> bool {
    matches!(syntax::completeness(text), Completeness::Incomplete { .. })
}

/// The vats of a text's cells.
#[derive(PartialEq, Eq, Debug, Default)]
pub(crate) struct Vats {
    each: Vec<Vat>,
    /// Where the cell after the last one runs if it does not say.
    lasting: Option<Vat>,
}

/// In which vat each cell of a text runs; nothing for a text that is no cell.
#[salsa::tracked(returns(ref))]
pub(crate) fn vats(db: &dyn Db, file: File) -> Arc<Vats> {
    let mut lasting = file.previous(db).and_then(|it| vats(db, it).lasting.clone());
    let mut each = Vec::new();
    for it in cells(file.kind(db), file.text(db)) {
        lasting = it.lasting.or(lasting);
        each.push(it.here.or_else(|| lasting.clone()).unwrap_or(Vat::Own));
    }
    Arc::new(Vats { each, lasting })
}

/// Whether what a definition holds lives in another vat than program `index` of `file`: each cell has one of its own, but for those
/// that name the same.
pub(crate) fn is_apart(db: &dyn Db, file: File, index: usize, site: Site) -> bool {
    if !site.file.kind(db).is_of_cells() || (site.file, site.program) == (file, index) {
        return false;
    }
    match (vats(db, file).each.get(index), vats(db, site.file).each.get(site.program)) {
        (Some(Vat::Named(here)), Some(Vat::Named(there))) => here != there,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        split(text).into_iter().map(|it| &text[it]).collect()
    }

    #[test]
    fn two_blank_lines_end_a_cell_unless_something_is_open() {
        assert_eq!(texts("def a := 1\n\n\na + 1\n"), ["def a := 1", "a + 1"]);
        assert_eq!(
            texts("def a {\n\n\n    to b() { 1 }\n}\n\n\na\n"),
            ["def a {\n\n\n    to b() { 1 }\n}", "a"]
        );
    }

    #[test]
    fn a_half_typed_cell_does_not_take_the_others_along() {
        assert_eq!(texts("def a {\n\n\ndef b := 2\n\n\nb\n"), ["def a {", "def b := 2", "b"]);
    }

    #[test]
    fn blank_lines_belong_to_the_cell_that_they_end() {
        assert_eq!(texts("a\n\n\n\n\nb\n"), ["a\n\n", "b"]);
        assert_eq!(texts("\n"), [""]);
        assert_eq!(texts(""), [""]);
    }

    #[test]
    fn where_the_ends_are_told_nothing_is_guessed() {
        let text = "a\n\n\nb\u{1e}\n\n\n\u{1e}\n\n\n\nc {\u{1e}\n";
        assert_eq!(texts(text), ["a\n\n\nb", "", "\nc {", ""]);
    }

    #[test]
    fn the_head_of_a_cell_is_blanks_of_its_length() {
        let it = cell("%%vat bänk\n\n% x\npurse\n", 0);
        assert_eq!((it.head, it.here), (17, Some(Vat::Named("bänk".into()))));
        assert_eq!(&*it.piece.text, "           \n\n   \npurse\n");
    }
}
