//! A text with a mistake: parsed at once, and what the mistake has left as it was is taken over from before.
//!
//! What a fragment says depends on its text and its nodes only. Where the whole tree has the very nodes of a fragment
//! in the place where the fragment is now, it need not be read again.

use super::fragment::Fragment;
use super::{Body, Damage, Reading, join, placed};
use crate::cst::Cst;
use crate::lower::faults;
use std::sync::Arc;

impl Reading {
    /// Reads what lies between the fragments that the tree still has. None where there are none, or not for certain.
    pub(super) fn mistaken(
        &self,
        fragments: &[Arc<Fragment>],
        damage: &Damage,
        cst: &Cst,
    ) -> Option<Reading> {
        let (mut start, mut first) = (0, 1);
        let mut before = 0;
        for it in &fragments[..damage.first] {
            let Some(next) = cst.has_part(it.cst(), start, first) else { break };
            (start, first, before) = (start + it.len(), next, before + 1);
        }
        let (mut end, mut last) = (cst.text().len(), cst.len());
        let mut behind = fragments.len();
        for it in fragments[damage.after..].iter().rev() {
            let Some(from) = (last + 1).checked_sub(it.cst().len()).filter(|it| *it >= first) else { break };
            let place = end - it.len();
            if cst.has_part(it.cst(), place, from) != Some(last) {
                break;
            }
            (end, last, behind) = (place, from, behind - 1);
        }
        // Else all that follows is part of the mistake.
        if !cst.is_at_the_top(last) {
            return None;
        }
        let (before, behind) = (&fragments[..before], &fragments[behind..]);
        let pragmas = before.last().map_or(self.before, |it| it.after);
        let between = Arc::new(Fragment::mistaken(cst.stretch(start..end, first..last)?, pragmas));
        if behind.first().is_some_and(|it| it.before != between.after) {
            return None;
        }
        let all: Vec<Arc<Fragment>> = [before, &[between], behind].concat();
        let mut errors = faults::faults(cst);
        errors.extend(placed(&all).flat_map(|(at, it)| it.errors_at(at)));
        errors.sort_by_key(|it| (it.range.start(), it.range.end()));
        let (expansion, temporaries) = join::join(placed(&all), &self.temporaries);
        Some(Reading {
            text: cst.text().into(),
            before: self.before,
            has_error: true,
            errors,
            pragmas: all.last().map_or(self.before, |it| it.after),
            expansion: Arc::new(expansion),
            temporaries,
            body: Body::Fragments(all),
        })
    }
}
