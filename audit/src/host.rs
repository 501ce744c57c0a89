//! How those who only read programs have auditors run that are written in E.
//!
//! A [`Question`] holds all that such an auditor may look at, as programs without positions; whoever has a vat
//! answers it. Nothing is known here of how. Two questions that are equal have the same answer, and an
//! [`Answered`] says what was looked at, so that it also answers questions that differ elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;
use syntax::kernel_e::{Name, Program};

/// Runs auditors written in E: in a vat without any power, on a budget.
pub trait AuditorHost: Send + Sync {
    /// What the auditor says; nothing if [`AuditorHost::stop`] was called meanwhile.
    fn ask(&self, question: &Question) -> Option<Answered>;
    /// Ends the auditions that run now. Callable from any thread.
    fn stop(&self);
}

/// One object expression to be put before one auditor.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Question {
    /// Definitions that the auditor and the guards of the captures use, each for the scope that the ones before it
    /// have left.
    pub definitions: Vec<Program>,
    /// The auditor, as an expression.
    pub auditor: Program,
    /// The object expression: all there is in it.
    pub object: Program,
    /// Fully qualified: `__main$mint$purse`.
    pub name: Arc<str>,
    /// The free nouns of the object's script, but for its own name, and how each is bound.
    pub captures: Vec<(Name, Carried)>,
    /// The modules that can be imported, by name.
    pub modules: Modules,
}

/// The texts of modules, by fully qualified name.
pub type Modules = Arc<BTreeMap<Arc<str>, Arc<str>>>;

/// What the binding of a captured noun carries.
#[derive(Clone, PartialEq, Debug)]
pub enum Carried {
    /// A name that every program is born with.
    Born,
    /// `def x`
    Final,
    /// `def x :g`, with `g` as an expression
    Guarded(Program),
    /// `var x`
    Var,
    /// `var x :g`
    GuardedVar,
    /// `def &x`: any slot
    Slot,
    /// Only running can tell, and why.
    Unknown(Arc<str>),
}

/// An answer, and what was looked at before it was given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    pub answer: Answer,
    pub looked_at: LookedAt,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    Approved,
    /// The auditor threw this.
    Refused(Arc<str>),
    /// The auditor answered no: the object goes without its stamp.
    Declined,
    /// The auditor has a fault, or is none: what happened.
    Failed(Arc<str>),
    /// It took more than an audition may: of what.
    OverBudget(Arc<str>),
    /// What it says depends on what only running can tell.
    Missing(Arc<str>),
    /// It can change, so that what it says once it need not say again: why.
    NotFrozen(Arc<str>),
}

/// What an auditor looked at, of the object that was put before it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LookedAt {
    /// Its Kernel-E.
    pub tree: bool,
    pub name: bool,
    /// The guards on these nouns.
    pub guards: Vec<Name>,
    /// A built-in auditor was asked as well: those look at everything.
    pub everything: bool,
}

impl Question {
    fn carried(&self, noun: &Name) -> Option<&Carried> {
        self.captures.iter().find(|(it, _)| it == noun).map(|(_, it)| it)
    }

    /// Is this about the same auditor, in the same surroundings?
    pub fn same_auditor(&self, other: &Question) -> bool {
        self.auditor == other.auditor
            && self.definitions == other.definitions
            && self.modules == other.modules
    }

    /// Does an answer to `other`, which is about the same auditor, answer this?
    pub fn same_to(&self, looked_at: &LookedAt, other: &Question) -> bool {
        let all = looked_at.everything;
        (!(all || looked_at.tree) || self.object == other.object)
            && (!(all || looked_at.name) || self.name == other.name)
            && (!all || self.captures == other.captures)
            && looked_at.guards.iter().all(|it| self.carried(it) == other.carried(it))
    }
}
