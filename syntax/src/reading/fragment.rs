//! A run of whole statements, read by itself: its ranges count from its start, its ids from its own first node.

use super::difference::difference;
use crate::cst::Cst;
use crate::expand::expand_part;
use crate::expand::number::Unnumbered;
use crate::{Parse, Pragmas, SyntaxError, ast, lower, misuses};
use std::sync::{Arc, OnceLock};
use text_size::{TextRange, TextSize};

/// Shorter ones would cost more in being put together than they save in being read. Tests cut wherever they can.
const LEAST: usize = if cfg!(test) { 1 } else { 400 };

#[derive(Debug)]
pub(super) struct Fragment {
    cst: Cst,
    pub program: ast::Program,
    errors: Vec<SyntaxError>,
    /// The pragmas in force before and behind it.
    pub before: Pragmas,
    pub after: Pragmas,
    pub expanded: Unnumbered,
    misuses_names: OnceLock<bool>,
}

impl Fragment {
    /// All fragments of a text; none where it has a mistake or cannot be cut.
    pub fn all(cst: &Cst, before: &Pragmas) -> Option<Vec<Arc<Fragment>>> {
        let parts = (!cst.has_error()).then(|| cst.parts(LEAST))?;
        (parts.len() > 1).then(|| Fragment::row(parts, *before))
    }

    /// The fragments of a stretch of the text that came from the `damaged` ones by an edit; none where it has a
    /// mistake, or might not read the same within the text.
    pub fn again(damaged: &[Arc<Fragment>], stretch: &str, is_first: bool) -> Option<Vec<Arc<Fragment>>> {
        let before = damaged.first()?.before;
        if stretch.is_empty() {
            return Some(Vec::new());
        }
        let cst = match damaged {
            [only] if only.cst.has_tree() => {
                only.cst.edited(&[difference(only.cst.text(), stretch)], stretch)
            }
            _ => Cst::new(stretch),
        };
        if cst.has_error() || !is_first && !cst.begins_plainly() {
            return None;
        }
        let mut parts = cst.parts(LEAST);
        if parts.len() == 1 {
            // With its tree the next edit of a long one is cheaper.
            parts = vec![cst];
        }
        Some(Fragment::row(parts, before))
    }

    fn row(parts: Vec<Cst>, mut pragmas: Pragmas) -> Vec<Arc<Fragment>> {
        let read = |cst| {
            let it = Fragment::read(cst, pragmas);
            pragmas = it.after;
            Arc::new(it)
        };
        parts.into_iter().map(read).collect()
    }

    fn read(cst: Cst, before: Pragmas) -> Fragment {
        let Parse { program, errors, pragmas } = lower(&cst, &before);
        let expanded = expand_part(&program);
        Fragment { cst, program, errors, before, after: pragmas, expanded, misuses_names: OnceLock::new() }
    }

    /// What a mistake is in: only what fits into its tree is read, and the mistake itself is said elsewhere.
    pub fn mistaken(cst: Cst, before: Pragmas) -> Fragment {
        Fragment::read(cst, before)
    }

    pub fn cst(&self) -> &Cst {
        &self.cst
    }

    /// How many bytes of text it is.
    pub fn len(&self) -> usize {
        self.cst.text().len()
    }

    /// Whether Kernel-E refuses anything in it: statements cannot misuse the names of others.
    pub fn misuses_names(&self) -> bool {
        *self.misuses_names.get_or_init(|| !misuses(&self.expanded.expansion.program).is_empty())
    }

    /// Those of its text, where they stand once it begins at `at`.
    pub fn errors_at(&self, at: TextSize) -> impl Iterator<Item = SyntaxError> + '_ {
        moved(&self.errors, at)
    }

    /// The same of its expansion.
    pub fn expansion_errors_at(&self, at: TextSize) -> impl Iterator<Item = SyntaxError> + '_ {
        moved(&self.expanded.expansion.errors, at)
    }
}

fn moved(errors: &[SyntaxError], at: TextSize) -> impl Iterator<Item = SyntaxError> + '_ {
    errors.iter().cloned().map(move |mut it| {
        let further = |range: &mut TextRange| *range += at;
        further(&mut it.range);
        it.related.iter_mut().for_each(|it| further(&mut it.range));
        it
    })
}
