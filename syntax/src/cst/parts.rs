//! Cutting a text without mistakes where its statements end, so that after an edit only a part of it is parsed again.
//!
//! A part alone has the tree that it has in the whole: E's grammar is read without going back, and at the end of a line
//! on which a statement may end the scanner always says that it does, whatever comes next. So the only cuts are
//! between a line end that the scanner sees and a line on which nothing stands before a statement.

use super::table::NodeData;
use super::{Cst, Field};
use std::ops::Range;
use std::sync::OnceLock;

impl Cst {
    /// The parts of a text without mistakes, each at least so many bytes long, the last one excepted; together they
    /// are the whole text.
    pub(crate) fn parts(&self, least: usize) -> Vec<Cst> {
        let mut parts = Vec::new();
        // Where the part begins that is not cut off yet: in the text, and its first node.
        let (mut from, mut first, mut before) = (0, 1, 0);
        for it in self.root().children() {
            let start = it.data().start as usize;
            if it.field() == Some(Field::Body)
                && start >= from + least
                && let Some(at) = cut_before(&self.text, start)
                && at >= before.max(from + least)
            {
                parts.push(self.part(from..at, first..it.index as usize));
                (from, first) = (at, it.index as usize);
            }
            before = it.data().end as usize;
        }
        parts.push(self.part(from..self.text.len(), first..self.table().len()));
        parts
    }

    fn part(&self, text: Range<usize>, nodes: Range<usize>) -> Cst {
        let (from, further) = (text.start as u32, nodes.start as u32 - 1);
        let moved = |it: &NodeData| NodeData {
            start: it.start - from,
            end: it.end - from,
            after: it.after - further,
            ..*it
        };
        let root = NodeData {
            start: 0,
            end: text.len() as u32,
            after: nodes.len() as u32 + 1,
            ..*self.root().data()
        };
        let nodes: Vec<NodeData> = [root].into_iter().chain(self.table()[nodes].iter().map(moved)).collect();
        let text = self.text[text].into();
        Cst { text, tree: None, has_error: self.has_error, nodes: OnceLock::from(nodes) }
    }

    /// If this tree has the nodes of a part from the node `first` on, moved to `place`, the node behind them.
    pub(crate) fn has_part(&self, part: &Cst, place: usize, first: usize) -> Option<usize> {
        let nodes = part.table().get(1..)?;
        let next = first + nodes.len();
        let (place, further) = (place as u32, first as u32 - 1);
        let same = |(here, it): (&NodeData, &NodeData)| *here == it.further(place, further);
        self.table().get(first..next)?.iter().zip(nodes).all(same).then_some(next)
    }

    /// Whether a node of the root begins here, or nothing any more.
    pub(crate) fn is_at_the_top(&self, index: usize) -> bool {
        index == self.len() || self.root().children().any(|it| it.index as usize == index)
    }

    /// The nodes between two others of the root, and the text that they are in; none where that is not all they are
    /// read by. The mistakes in them are not looked for again.
    pub(crate) fn stretch(&self, text: Range<usize>, nodes: Range<usize>) -> Option<Cst> {
        let inside = |it: &NodeData| it.start as usize >= text.start && it.end as usize <= text.end;
        let all_inside = self.table().get(nodes.clone())?.iter().all(inside);
        // Of such a bracket it matters what line end is before it.
        let begins_with_body = self.text.get(text.clone())?.trim_start().starts_with('{');
        (all_inside && !begins_with_body).then(|| Cst { has_error: false, ..self.part(text, nodes) })
    }

    /// How many nodes it has.
    pub(crate) fn len(&self) -> usize {
        self.table().len()
    }

    /// Whether nothing stands before the first statement that only the beginning of a text passes over: a byte order
    /// mark, a line that is continued with updoc.
    pub(crate) fn begins_plainly(&self) -> bool {
        let first = self.root().children().find(|it| it.field() == Some(Field::Body));
        let before = first.map_or(&*self.text, |it| it.before());
        !before.contains(['\\', '\u{feff}'])
    }

    /// Whether edits of this text can be parsed by themselves.
    pub(crate) fn has_tree(&self) -> bool {
        self.tree.is_some()
    }
}

/// Whether a statement may follow this text, without a mistake, and both read as they do alone.
pub(crate) fn ends_a_line(text: &str) -> bool {
    text.is_empty() || is_cut(text, text.len())
}

/// The start of the line on which a statement begins, if a cut may be made there.
fn cut_before(text: &str, statement: usize) -> Option<usize> {
    let at = text[..statement].trim_end_matches(is_blank).len();
    is_cut(text, at).then_some(at)
}

/// Whether a line ends here for the scanner, too: it may be continued.
fn is_cut(text: &str, at: usize) -> bool {
    let line = text[..at].strip_suffix('\n');
    line.is_some_and(|it| !it.trim_end_matches(|it| is_blank(it) || it == '\r').ends_with('\\'))
}

fn is_blank(it: char) -> bool {
    matches!(it, ' ' | '\t' | '\u{c}')
}
