//! A text as it was read, which reads an edit of the text by reading only what the edit touched.
//!
//! A text without mistakes is kept as *fragments*: runs of whole statements that read the same whatever stands around
//! them. After an edit the fragments that it damaged are read anew, the others are taken over, and the whole program
//! is put together again. The answer is always the one that [`crate::parse_with`] and [`crate::expand`] give; where
//! that is not certain, all of it is read. A text with a mistake is always parsed at once, since nobody knows how far
//! a mistake reaches; what it left as it was before is taken over all the same ([`mistake`]).

mod difference;
mod fragment;
mod join;
mod mistake;
#[cfg(test)]
mod tests;

use crate::cst::{Cst, Edit, ends_a_line};
use crate::expand::expand;
use crate::kernel_e::Name;
use crate::{Expansion, Parse, Pragmas, Scopes, SyntaxError, lower, static_errors};
use crate::{Outer, ast};
use difference::difference;
use fragment::Fragment;
use std::ops::Range;
use std::sync::Arc;
use text_size::TextSize;

/// What a text says, and how it was read.
#[derive(Clone, Debug)]
pub struct Reading {
    text: Arc<str>,
    /// The pragmas in force where the text begins.
    before: Pragmas,
    has_error: bool,
    body: Body,
    /// The names of the temporaries of fragments, in order.
    temporaries: Vec<Name>,
    /// Those of the text itself, not those of its expansion.
    pub errors: Vec<SyntaxError>,
    /// The pragmas in force at the end of the text, for the text that follows it.
    pub pragmas: Pragmas,
    pub expansion: Arc<Expansion>,
}

#[derive(Clone, Debug)]
enum Body {
    /// Read at once.
    Whole { cst: Option<Arc<Cst>>, program: Arc<ast::Program> },
    /// Two at least, in order; together they are the text.
    Fragments(Vec<Arc<Fragment>>),
}

impl Reading {
    /// Reads a text at once, with the optional syntaxes that an earlier one left on.
    pub fn new(text: &str, pragmas: &Pragmas) -> Reading {
        Reading::whole(Cst::new(text), pragmas)
    }

    /// Reads a text that came from this one by an edit.
    pub fn again(&self, text: &str) -> Reading {
        let edit = difference(&self.text, text);
        let (cst, part) = match &self.body {
            // What a mistake makes of the rest of a text may depend on what was there before.
            _ if self.has_error => (Cst::new(text), None),
            Body::Whole { cst: None, .. } => (Cst::new(text), None),
            Body::Whole { cst: Some(cst), .. } => {
                let edited = cst.edited(&[edit], text);
                (if edited.has_error() { Cst::new(text) } else { edited }, None)
            }
            Body::Fragments(fragments) => {
                let damage = Damage::of(fragments, &edit, text);
                match self.mended(fragments, &damage, text) {
                    Some(it) => return it,
                    None => (Cst::new(text), Some((fragments, damage))),
                }
            }
        };
        if !cst.has_error() {
            return Reading::cut(cst, &self.before);
        }
        let part = part.and_then(|(fragments, it)| self.mistaken(fragments, &it, &cst));
        part.unwrap_or_else(|| Reading::whole(cst, &self.before))
    }

    /// The same, ready for edits: in fragments, where it is not and can be cut.
    pub fn in_fragments(&self) -> Option<Reading> {
        match &self.body {
            Body::Whole { cst: Some(cst), .. } if !self.has_error => {
                let fragments = Fragment::all(cst, &self.before)?;
                Some(Reading { body: Body::Fragments(fragments), ..self.clone() })
            }
            _ => None,
        }
    }

    /// The same without the parser's tree of a text that was read at once: for whoever will not read it again.
    pub fn without_tree(&self) -> Reading {
        let mut it = self.clone();
        if let Body::Whole { cst, .. } = &mut it.body {
            *cst = None;
        }
        it
    }

    /// The text that was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether anything in the text does not fit the grammar.
    pub fn has_error(&self) -> bool {
        self.has_error
    }

    /// The surface trees of the text's parts in order, each with the place that its ranges count from.
    pub fn surface(&self) -> Vec<(TextSize, &ast::Program)> {
        match &self.body {
            Body::Whole { program, .. } => vec![(TextSize::new(0), program)],
            Body::Fragments(all) => placed(all).map(|(at, it)| (at, &it.program)).collect(),
        }
    }

    /// What [`static_errors`] says of its expansion.
    pub fn static_errors(&self, scopes: &Scopes, outer: &dyn Fn(&str) -> Option<Outer>) -> Vec<SyntaxError> {
        match &self.body {
            // What one fragment misuses is shown as the whole program names it.
            Body::Fragments(all) if all.iter().all(|it| !it.misuses_names()) => {
                crate::static_errors::but_misuses(&self.expansion, scopes, outer)
            }
            _ => static_errors(&self.expansion, scopes, outer),
        }
    }

    fn whole(cst: Cst, before: &Pragmas) -> Reading {
        let Parse { program, errors, pragmas } = lower(&cst, before);
        let expansion = Arc::new(expand(&program));
        let (text, has_error) = (cst.text().into(), cst.has_error());
        let body = Body::Whole { cst: Some(Arc::new(cst)), program: Arc::new(program) };
        let temporaries = Vec::new();
        Reading { text, before: *before, has_error, body, temporaries, errors, pragmas, expansion }
    }

    /// Reads a text in fragments, if it can be cut.
    fn cut(cst: Cst, before: &Pragmas) -> Reading {
        match Fragment::all(&cst, before) {
            Some(fragments) => Reading::of(cst.text().into(), before, fragments, &[]),
            None => Reading::whole(cst, before),
        }
    }

    /// Reads anew what the edit damaged, if that has no mistake and what is left can be taken over.
    fn mended(&self, fragments: &[Arc<Fragment>], damage: &Damage, text: &str) -> Option<Reading> {
        let (before, rest) = fragments.split_at_checked(damage.first)?;
        let (damaged, behind) = rest.split_at_checked(damage.after - damage.first)?;
        let again = Fragment::again(damaged, text.get(damage.stretch.clone())?, damage.first == 0)?;
        let pragmas = again.last().or(before.last()).map_or(self.before, |it| it.after);
        if behind.first().is_some_and(|it| it.before != pragmas) {
            return None;
        }
        let all: Vec<Arc<Fragment>> = [before, &again, behind].concat();
        (all.len() > 1).then(|| Reading::of(text.into(), &self.before, all, &self.temporaries))
    }

    fn of(text: Arc<str>, before: &Pragmas, fragments: Vec<Arc<Fragment>>, earlier: &[Name]) -> Reading {
        let errors = placed(&fragments).flat_map(|(at, it)| it.errors_at(at)).collect();
        let pragmas = fragments.last().map_or(*before, |it| it.after);
        let (expansion, temporaries) = join::join(placed(&fragments), earlier);
        let (expansion, body) = (Arc::new(expansion), Body::Fragments(fragments));
        Reading { text, before: *before, has_error: false, body, temporaries, errors, pragmas, expansion }
    }
}

/// What an edit touched.
struct Damage {
    /// Fragments: the first, and the one after the last. An insertion between two becomes part of the second.
    first: usize,
    after: usize,
    /// What has come of them in the text.
    stretch: Range<usize>,
}

impl Damage {
    fn of(fragments: &[Arc<Fragment>], edit: &Edit, text: &str) -> Damage {
        let (from, to) = (usize::from(edit.range.start()), usize::from(edit.range.end()));
        let begun = |at: usize| placed(fragments).take_while(move |(it, _)| usize::from(*it) <= at).count();
        let first = begun(from).saturating_sub(1);
        let mut after = begun(to.saturating_sub(1)).max(first + 1);
        let start = fragments[..first].iter().map(|it| it.len()).sum();
        loop {
            let behind: usize = fragments[after..].iter().map(|it| it.len()).sum();
            let stretch = start..text.len() - behind;
            // Without its line end it goes on in what was the next fragment.
            if after == fragments.len() || text.get(stretch.clone()).is_some_and(ends_a_line) {
                return Damage { first, after, stretch };
            }
            after += 1;
        }
    }
}

/// Each fragment with the place where it begins.
fn placed(fragments: &[Arc<Fragment>]) -> impl Iterator<Item = (TextSize, &Fragment)> + Clone {
    let mut at = TextSize::new(0);
    fragments.iter().map(move |it| {
        let here = at;
        at += TextSize::new(it.len() as u32);
        (here, &**it)
    })
}
