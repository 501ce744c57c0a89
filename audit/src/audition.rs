//! What an auditor may look at: the object expression, its captures, and the guards on their bindings.

use crate::guards::Guard;
use std::sync::Arc;
use syntax::kernel_e::{Name, Object, ObjectId, PatternId, Program};
use syntax::scope::{Binder, Capture, DefinitionKind};
use syntax::{Scopes, kernel_e};

/// One object expression put before an auditor.
///
/// The vat makes it when the definition is evaluated, the analysis whenever the text changes. Both must agree
/// on [`Audition::guards`]: the analysis says [`Guard::Unknown`] where it cannot know what the vat will see.
#[derive(Clone, Copy)]
pub struct Audition<'a> {
    pub program: &'a Program,
    pub scopes: &'a Scopes,
    pub object: ObjectId,
    /// The object's fully qualified name, `__main$purse`, for whoever has something to object to; see
    /// [`fully_qualified_name`].
    pub name: &'a dyn Fn() -> Arc<str>,
    /// The guard on the binding of each of `scopes.captures(object)`, in that order.
    pub guards: &'a [Guard],
}

/// A free noun of the object's script that is not its own name.
#[derive(Clone, Copy)]
pub struct Captured<'a> {
    pub capture: &'a Capture,
    /// The guard that the noun's binding carries.
    pub guard: &'a Guard,
}

impl<'a> Audition<'a> {
    pub fn object(&self) -> &'a Object {
        self.program.object(self.object)
    }

    /// What the script uses and does not define, but for the object's own name.
    pub fn captures(&self) -> impl Iterator<Item = Captured<'a>> + use<'a> {
        let it = *self;
        debug_assert_eq!(it.guards.len(), it.scopes.captures(it.object).len());
        let pairs = it.scopes.captures(it.object).iter().zip(it.guards);
        pairs
            .filter(move |(capture, _)| !is_own_name(it.program, it.scopes, it.object, capture))
            .map(|(capture, guard)| Captured { capture, guard })
    }

    /// The object's own name where the script uses it.
    pub fn own_name(&self) -> Option<&'a Capture> {
        let it = *self;
        let mut all = it.scopes.captures(it.object).iter();
        all.find(move |capture| is_own_name(it.program, it.scopes, it.object, capture))
    }

    /// The guard on the binding of a free noun: E's `audition.getGuard("x")`.
    pub fn guard(&self, noun: &str) -> Option<&'a Guard> {
        let at = self.scopes.captures(self.object).iter().position(|it| &*it.noun == noun)?;
        self.guards.get(at)
    }
}

/// Is it the name that the object expression gives itself?
pub fn is_own_name(program: &Program, scopes: &Scopes, it: ObjectId, capture: &Capture) -> bool {
    let Binder::Definition(id) = capture.binder else { return false };
    match scopes.definition(id).kind {
        DefinitionKind::Object { object, .. } => object == it,
        _ => scopes.definition(id).pattern == program.object(it).pattern,
    }
}

/// `prefix` and the names of the enclosing object expressions, joined by `$`: `__main$mint$purse`.
/// An object without a name counts as `_`.
pub fn fully_qualified_name(program: &Program, scopes: &Scopes, object: ObjectId, prefix: &str) -> String {
    let mut names = Vec::new();
    let mut next = Some(object);
    while let Some(it) = next {
        names.push(own_noun(program, program.object(it).pattern).map_or("_", |noun| noun.as_str()));
        next = scopes.parents.get(it.index()).copied().flatten();
        // A parent is numbered before what stands in it; anything else would be a cycle.
        debug_assert!(next.is_none_or(|parent| parent < it));
        next = next.filter(|parent| *parent < it);
    }
    names.reverse();
    format!("{prefix}{}", names.join("$"))
}

/// The noun that an object expression's pattern introduces: through the `via` of a `bind`, too.
fn own_noun(program: &Program, pattern: PatternId) -> Option<&Name> {
    let mut it = pattern;
    for _ in 0..program.patterns.len() {
        match program.pattern(it) {
            kernel_e::Pattern::Final { noun, .. }
            | kernel_e::Pattern::Var { noun, .. }
            | kernel_e::Pattern::Binding(noun) => return Some(noun),
            kernel_e::Pattern::Via { pattern, .. } => it = *pattern,
            _ => return None,
        }
    }
    None
}
