//! What is known of each expression before anything runs: whether its value is near, a promise, far, or either; and
//! four mistakes that follow from it.
//!
//! Only what is certain within one turn counts. The answer of an eventual send is a promise for the rest of the turn;
//! what it is in a later one, in a closure that is called some day, nobody knows, and nothing is said of it. So a
//! program that does nothing wrong is not warned about.

mod ejectors;
mod value;
mod walk;

use crate::known::Around;
use crate::scopes::Authority;
use rustc_hash::FxHashMap;
use std::fmt;
use syntax::Scopes;
use syntax::kernel_e::{Expr, ExprId, Literal, Name, Pattern, PatternId, Program};
use syntax::scope::{Binder, DefinitionId};

/// What a reference is known to be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Nearness {
    /// An object or a value of this vat: it can be called.
    Near,
    /// A promise that is not settled in this turn.
    Promise,
    /// An object of another vat.
    Far,
    /// Near at one time, and a promise or far at another: what passed `vow`, what comes from two branches.
    Either,
    Unknown,
}

impl Nearness {
    /// What comes from one of two places.
    fn or(self, other: Nearness) -> Nearness {
        use Nearness::{Either, Unknown};
        match (self, other) {
            (left, right) if left == right => left,
            (Unknown, _) | (_, Unknown) => Unknown,
            _ => Either,
        }
    }
}

impl fmt::Display for Nearness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Nearness::Near => "near",
            Nearness::Promise => "a promise",
            Nearness::Far => "far",
            Nearness::Either => "near or a promise",
            Nearness::Unknown => "not known",
        })
    }
}

/// Something that is surely not meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mistake {
    /// The call at `at` is immediate, and its recipient is not near.
    ImmediateCall { at: ExprId, recipient: ExprId, verb: Name, is: Nearness },
    /// The resolver that this pattern defines is never used: the promise stays one for ever.
    DroppedResolver { resolver: PatternId, promise: Name },
    /// The value of a `when` is wanted by nobody, though its block computes one.
    LostWhen { at: ExprId },
    /// An ejector is used in a later turn, when its extent is long over. `noun` is `__return` for a `return`.
    DeadEjector { at: ExprId, noun: Name },
}

/// What was found out about one program.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Nearnesses {
    /// Names of which something is known where they are defined, and for the rest of that turn.
    pub names: FxHashMap<DefinitionId, Nearness>,
    pub mistakes: Vec<Mistake>,
}

/// Reads a program. `goes_on` says that other programs see its top-level names.
pub fn nearness(program: &Program, scopes: &Scopes, around: &dyn Around, goes_on: bool) -> Nearnesses {
    let cx = Reading { program, scopes, around, goes_on, returned: value::returned(program, scopes) };
    let mut found = walk::walk(&cx);
    found.mistakes.extend(ejectors::outlived(&cx));
    found
}

/// What all parts of the reading look at.
struct Reading<'a> {
    program: &'a Program,
    scopes: &'a Scopes,
    around: &'a dyn Around,
    goes_on: bool,
    /// By the ejector of a method: what it is called with.
    returned: FxHashMap<DefinitionId, Vec<ExprId>>,
}

/// An eventual send as the program has it.
struct Sent<'a> {
    args: &'a [ExprId],
    /// `E.sendOnly` answers nothing.
    answers: bool,
}

impl<'a> Reading<'a> {
    /// The name of the outermost scope that an expression is, if it is one that nobody redefined.
    fn born(&self, it: ExprId) -> Option<&'a str> {
        let Expr::Noun(noun) = self.program.expr(it) else { return None };
        let is_outer = *self.scopes.binder(it) == Binder::Outer;
        (is_outer && matches!(self.around.value(noun), crate::Worth::Scope(_))).then(|| noun.as_str())
    }

    /// `E.send(receiver, "verb", [args])`
    fn sent(&self, it: ExprId) -> Option<Sent<'a>> {
        let Expr::Call { recipient, verb, args } = self.program.expr(it) else { return None };
        if self.born(*recipient) != Some("E") || !matches!(&**verb, "send" | "sendOnly") {
            return None;
        }
        let [_, verb_sent, list] = args.as_slice() else { return None };
        let Expr::Literal(Literal::Str(_)) = self.program.expr(*verb_sent) else { return None };
        let Expr::Call { recipient, args, .. } = self.program.expr(*list) else { return None };
        let args = if self.born(*recipient) == Some("__makeList") { args.as_slice() } else { &[] };
        Some(Sent { args, answers: &**verb == "send" })
    }

    /// What a `when` waits with: the reactor of `Ref.whenResolved(reference, reactor)`.
    fn reactor(&self, it: ExprId) -> Option<ExprId> {
        let Expr::Call { recipient, verb, args } = self.program.expr(it) else { return None };
        let [_, reactor] = args.as_slice() else { return None };
        (self.born(*recipient) == Some("Ref") && verb.starts_with("when")).then_some(*reactor)
    }

    /// Whether a call is of the clock: what it is given runs in a later turn.
    fn is_clock(&self, recipient: ExprId) -> bool {
        self.born(recipient)
            .and_then(crate::scopes::lookup)
            .is_some_and(|it| it.authority == Authority::Timer)
    }

    /// The definition that a pattern makes, if it just takes what it is given.
    fn plain(&self, it: PatternId) -> Option<DefinitionId> {
        match self.program.pattern(it) {
            Pattern::Final { guard: None, .. } => self.scopes.by_pattern.get(&it).copied(),
            _ => None,
        }
    }

    /// The definition that a noun expression means.
    fn definition(&self, it: ExprId) -> Option<DefinitionId> {
        match (self.program.expr(it), self.scopes.binder(it)) {
            (Expr::Noun(_), Binder::Definition(id)) => Some(*id),
            _ => None,
        }
    }
}
