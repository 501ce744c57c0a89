//! Query: whether the value of a module can change. Whoever imports it asks for this and nothing else of it, so an
//! edit of a module that leaves this as it was runs nothing again in its importers.

use crate::authority::{imported_files, representative};
use crate::db::Db;
use crate::input::{File, FileKind, modules};
use crate::knowledge::knowledge;
use crate::names::names;
use crate::program::programs;
use crate::verdicts::verdicts;
use audit::{Implication, Known, Verdict, Worth};
use syntax::Scopes;
use syntax::kernel_e::{Expr, ExprId, ObjectId, Program};
use syntax::scope::{Binder, DefinitionId, DefinitionKind};

/// What is known of a module's value. What is made of several is as good as its worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Frozen {
    /// It is evaluated afresh by each import, and may change.
    Changes,
    Unknown,
    /// It cannot change, and nobody asked: the guard DeepFrozen would not let it through.
    InFact,
    Passes,
}

/// How deep a list of lists is looked into.
const DEEPEST: usize = 16;

/// What `file` may rely on of the module that it imports by this name. Modules that import each other are not known
/// to each other: what they see may be a promise.
pub(crate) fn imported_value(db: &dyn Db, file: File, name: &str) -> Frozen {
    match modules(db).and_then(|all| all.get(name)).copied() {
        Some(module) if !imported_files(db, file).contains(&module) => Frozen::Unknown,
        Some(module) if representative(db, module) == representative(db, file) => Frozen::Unknown,
        Some(module) => module_value(db, module),
        None if audit::library::is_library(name) => Frozen::Passes,
        None => Frozen::Unknown,
    }
}

/// The same as [`audit::Around::module`] has it.
pub(crate) fn module_frozen(db: &dyn Db, file: File, name: &str) -> Option<bool> {
    match imported_value(db, file, name) {
        Frozen::Changes => Some(false),
        Frozen::Unknown => None,
        Frozen::InFact | Frozen::Passes => Some(true),
    }
}

#[salsa::tracked(returns(copy))]
fn module_value(db: &dyn Db, file: File) -> Frozen {
    let (Some(program), FileKind::Module) = (programs(db, file).last(), file.kind(db)) else {
        return Frozen::Unknown;
    };
    let index = programs(db, file).len() - 1;
    let scopes = &names(db, file).programs[index].scopes;
    let known = &knowledge(db, file).programs[index];
    // A module that says nothing is null.
    let Some(last) = program.body.last() else { return Frozen::Passes };
    Value { db, file, index, program, scopes, known }.of(*last, DEEPEST)
}

struct Value<'a> {
    db: &'a dyn Db,
    file: File,
    index: usize,
    program: &'a Program,
    scopes: &'a Scopes,
    known: &'a Known,
}

impl Value<'_> {
    /// `budget` bounds the nesting looked into.
    fn of(&self, it: ExprId, budget: usize) -> Frozen {
        let Some(budget) = budget.checked_sub(1) else { return Frozen::Unknown };
        match self.program.expr(it) {
            Expr::Literal(_) => Frozen::Passes,
            Expr::Object(it) => self.object(*it),
            Expr::Hide(it) => self.of(*it, budget),
            Expr::Define { value, .. } => self.of(*value, budget),
            Expr::Seq(all) => all.last().map_or(Frozen::Passes, |it| self.of(*it, budget)),
            Expr::If { then, otherwise, .. } => self.of(*then, budget).min(self.of(*otherwise, budget)),
            Expr::Noun(_) => match self.scopes.binder(it) {
                Binder::Definition(id) => self.definition(*id),
                Binder::Outer => self.worth(&self.worth_of(it)),
            },
            // Lists and maps, and the pairs that maps are made of.
            Expr::Call { recipient, verb, args } if self.makes(*recipient, verb) => {
                args.iter().map(|it| self.of(*it, budget)).min().unwrap_or(Frozen::Passes)
            }
            Expr::Call { .. } => self.worth(&self.worth_of(it)),
            _ => Frozen::Unknown,
        }
    }

    fn makes(&self, maker: ExprId, verb: &str) -> bool {
        let Expr::Noun(noun) = self.program.expr(maker) else { return false };
        *self.scopes.binder(maker) == Binder::Outer
            && matches!((&**noun, verb), ("__makeList", "run") | ("__makeMap", "fromPairs"))
    }

    fn definition(&self, id: DefinitionId) -> Frozen {
        let at = id.0 as usize;
        let (Some(guard), Some(worth)) = (self.known.bindings.get(at), self.known.values.get(at)) else {
            return Frozen::Unknown;
        };
        if guard.implies_deep_frozen() == Implication::Yes {
            return Frozen::Passes;
        }
        let named = match self.scopes.definition(id).kind {
            DefinitionKind::Object { object, .. } => Some(object),
            _ => self.known.objects.get(&id).copied(),
        };
        match named {
            Some(object) => self.object(object),
            None if guard.is_plain_def() => self.worth(worth),
            None => Frozen::Unknown,
        }
    }

    fn worth_of(&self, it: ExprId) -> Worth {
        let own = crate::knowledge::Own::default();
        let around = crate::knowledge::Surroundings::new(self.db, self.file, self.index, own);
        audit::known::worth(self.program, self.scopes, &around, self.known, it)
    }

    fn worth(&self, it: &Worth) -> Frozen {
        match it {
            Worth::Data | Worth::Guard(_) | Worth::Auditor(_) => Frozen::Passes,
            Worth::Scope(it) => match it.guard().implies_deep_frozen() {
                Implication::Yes => Frozen::Passes,
                _ => Frozen::Changes,
            },
            Worth::Module(Some(name)) => imported_value(self.db, self.file, name),
            Worth::Module(None) | Worth::Object(_) | Worth::Unknown => Frozen::Unknown,
        }
    }

    fn object(&self, it: ObjectId) -> Frozen {
        let judged = verdicts(self.db, self.file).programs[self.index].iter();
        let mut about = judged.filter(|judged| judged.object == it && stamps(&judged.auditor));
        let Some(it) = about.next() else { return Frozen::Unknown };
        match it.verdict {
            Verdict::Approved if it.asked_at.is_some() => Frozen::Passes,
            Verdict::Approved => Frozen::InFact,
            Verdict::Unknown(_) => Frozen::Unknown,
            Verdict::Rejected(_) => Frozen::Changes,
        }
    }
}

/// Whether an approval by this auditor says that the object is DeepFrozen.
fn stamps(auditor: &str) -> bool {
    matches!(auditor, "DeepFrozen" | "DeepFrozen.optionally()" | "DeepFrozenStamp" | "Confined" | "Throwable")
}
