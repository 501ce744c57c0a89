//! The names of temporaries: one made from `ok` becomes `ok__3` when it is the third to appear in its program. The
//! number of a name that the text uses itself is passed over.

use crate::Expansion;
use crate::kernel_e::{ExprId, Name, PatternId, Program};
use rustc_hash::FxHashSet;

/// An expansion, of a whole text or a part of one, in which temporaries still have provisional names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unnumbered {
    pub expansion: Expansion,
    /// What each temporary is named after, in order of appearance.
    pub temporaries: Vec<Box<str>>,
    /// Where a temporary stands, and which.
    pub places: Vec<(u32, Place)>,
    /// The nouns of the text that could be the name of a temporary.
    pub taken: Vec<Name>,
}

/// A node that has a noun.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    Expr(ExprId),
    Pattern(PatternId),
}

/// Counts the temporaries of one program.
#[derive(Default)]
pub(crate) struct Numbering<'a> {
    last: u32,
    taken: FxHashSet<Name>,
    /// The names that an earlier program gave, in order: most likely these are the same.
    earlier: &'a [Name],
}

/// Whether this is the name of the temporary with this number. It is one, so it has no needless zeros.
fn is_named(it: &Name, base: &str, number: u32) -> bool {
    let rest = it.strip_prefix(base).and_then(|it| it.strip_prefix("__"));
    rest.is_some_and(|it| it.parse() == Ok(number))
}

/// Whether a temporary could be named so.
pub(super) fn looks_numbered(noun: &str) -> bool {
    noun.ends_with(|it: char| it.is_ascii_digit())
        && noun.trim_end_matches(|it: char| it.is_ascii_digit()).ends_with("__")
}

impl<'a> Numbering<'a> {
    /// What a program starts with whose text uses the nouns `taken`.
    pub fn new<'n>(taken: impl Iterator<Item = &'n Name>, earlier: &'a [Name]) -> Numbering<'a> {
        Numbering { last: 0, taken: taken.cloned().collect(), earlier }
    }

    /// The expansion of a whole text.
    pub fn alone(mut self, mut it: Unnumbered) -> Expansion {
        self.taken.extend(it.taken.drain(..));
        let names = self.names(&it.temporaries);
        set_names(&mut it.expansion.program, &it.places, &names, (0, 0));
        it.expansion
    }

    /// The names of the temporaries that come next.
    pub fn names(&mut self, temporaries: &[Box<str>]) -> Vec<Name> {
        temporaries.iter().map(|it| self.name(it)).collect()
    }

    fn name(&mut self, base: &str) -> Name {
        loop {
            self.last += 1;
            let earlier = self.earlier.get(self.last as usize - 1).filter(|it| is_named(it, base, self.last));
            let candidate = earlier.cloned().unwrap_or_else(|| Name::from(format!("{base}__{}", self.last)));
            if !self.taken.contains(&candidate) {
                return candidate;
            }
        }
    }
}

/// Writes the names of a part's temporaries into the program where the part's expressions and patterns begin at
/// these ids.
pub(crate) fn set_names(program: &mut Program, places: &[(u32, Place)], names: &[Name], from: (u32, u32)) {
    for (which, place) in places {
        let noun = match place {
            Place::Expr(id) => {
                program.exprs.get_mut(id.index() + from.0 as usize).and_then(|it| it.noun_mut())
            }
            Place::Pattern(id) => {
                program.patterns.get_mut(id.index() + from.1 as usize).and_then(|it| it.noun_mut())
            }
        };
        if let (Some(noun), Some(name)) = (noun, names.get(*which as usize)) {
            *noun = name.clone();
        }
    }
}
