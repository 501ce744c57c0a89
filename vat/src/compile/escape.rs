//! Leaving: `escape`, `try`, `finally`, and calls of ejectors that are jumps.

use super::{Compiler, Exit, Want};
use crate::code::{Handling, Op, Reg};
use syntax::kernel_e::{Expr, ExprId, Name, Pattern, PatternId};
use syntax::scope::{Binder, DefinitionId};

impl Compiler<'_> {
    pub(super) fn catch(&mut self, attempt: ExprId, pattern: PatternId, catcher: ExprId, want: Want) {
        self.scratch(|cx, caught| {
            let start = cx.here();
            cx.boxed(|cx| cx.expr(attempt, want));
            let end = cx.here();
            let done = cx.jump();
            let target = cx.here();
            cx.handler_over(start, end, target, caught, Handling::Catch);
            cx.catching(pattern, catcher, caught, Refused::Thrown, want);
            cx.patch(done);
        });
    }

    /// The unwinder is compiled once: it runs with the value, or the exit, kept beside it.
    pub(super) fn finally(&mut self, attempt: ExprId, unwinder: ExprId, want: Want) {
        self.scratch(|cx, kept| {
            let start = cx.here();
            cx.boxed(|cx| cx.expr(attempt, Want::To(kept)));
            let target = cx.here();
            cx.handler(start, target, kept, Handling::Finally);
            cx.expr(unwinder, Want::Nothing);
            cx.emit(Op::Resume { src: kept });
            cx.hand_over(want, kept);
        });
    }

    pub(super) fn escape(
        &mut self,
        pattern: PatternId,
        body: ExprId,
        catch: Option<(PatternId, ExprId)>,
        want: Want,
    ) {
        if let Pattern::Final { guard: None, .. } = self.program.pattern(pattern)
            && let Some(id) = self.scopes.by_pattern.get(&pattern)
            && !self.uses.escapes[id.0 as usize]
        {
            return self.escape_by_jump(*id, pattern, body, catch, want);
        }
        self.scratch(|cx, value| {
            let to = if want == Want::Nothing { want } else { Want::To(value) };
            let slot = cx.local();
            let name = cx.ejector_noun(pattern);
            let name = cx.text(&name);
            cx.emit(Op::NewEjector { slot, name });
            let start = cx.here();
            cx.f.open.push(slot);
            cx.boxed(|cx| {
                cx.matching(pattern, slot, None);
                cx.expr(body, to);
            });
            cx.f.open.pop();
            let end = cx.here();
            cx.emit(Op::KillEjector { slot });
            let done = cx.jump();
            let target = cx.here();
            cx.handler_over(start, end, target, value, Handling::Escape { slot, name });
            if let Some((pattern, body)) = catch {
                cx.catching(pattern, body, value, Refused::Ejected, to);
            }
            cx.patch(done);
            cx.hand_over(want, value);
        });
    }

    /// `catch pattern { body }` with what was caught in a register. A pattern that refuses it leaves things as
    /// they were: what was thrown is thrown again, what was ejected is the value.
    fn catching(&mut self, pattern: PatternId, body: ExprId, caught: Reg, refused: Refused, want: Want) {
        let refusing = !matches!(
            self.program.pattern(pattern),
            Pattern::Ignore | Pattern::Final { guard: None, .. } | Pattern::Var { guard: None, .. }
        );
        self.boxed(|cx| {
            if !refusing {
                cx.matching(pattern, caught, None);
                return cx.expr(body, want);
            }
            let slot = cx.local();
            let name = cx.text("catch");
            cx.emit(Op::NewEjector { slot, name });
            let start = cx.here();
            cx.f.open.push(slot);
            cx.matching(pattern, caught, Some(slot));
            cx.f.open.pop();
            let end = cx.here();
            cx.emit(Op::KillEjector { slot });
            cx.expr(body, want);
            let done = cx.jump();
            let target = cx.here();
            cx.handler_over(start, end, target, crate::code::NO, Handling::Escape { slot, name });
            match refused {
                Refused::Thrown => {
                    cx.emit(Op::Rethrow { src: caught });
                }
                Refused::Ejected => cx.hand_over(want, caught),
            }
            cx.patch(done);
        });
    }

    /// A register for the real ejector of an escape that is a jump, if a pattern in it may want one.
    pub(super) fn soft_slot(&mut self, ejector: DefinitionId) -> Option<Reg> {
        self.uses.soft[ejector.0 as usize].then(|| {
            let slot = self.local();
            self.emit(Op::Null { dst: slot });
            slot
        })
    }

    fn escape_by_jump(
        &mut self,
        id: DefinitionId,
        pattern: PatternId,
        body: ExprId,
        catch: Option<(PatternId, ExprId)>,
        want: Want,
    ) {
        self.scratch(|cx, value| {
            let slot = cx.soft_slot(id);
            // What the ejector is given is the value, or goes to the catch clause.
            let given = match (catch, want) {
                (Some(_), _) => Want::To(value),
                (None, Want::Return) if slot.is_some() => Want::To(value),
                (None, it) => it,
            };
            let own = if slot.is_some() && want == Want::Return { Want::To(value) } else { want };
            let (open, loops) = (cx.f.open.len(), cx.f.loops.len());
            cx.f.open.extend(slot);
            let exit = Exit { ejector: id, want: given, jumps: Vec::new(), slot, open, loops };
            cx.f.exits.push(exit);
            let start = cx.here();
            cx.boxed(|cx| cx.expr(body, own));
            let end = cx.here();
            cx.f.open.truncate(open);
            let jumps = cx.f.exits.pop().map(|it| it.jumps).unwrap_or_default();
            if let Some(slot) = slot {
                cx.emit(Op::KillEjector { slot });
            }
            if catch.is_none() && slot.is_none() {
                return cx.patch_all(jumps);
            }
            let done = cx.jump();
            if let Some(slot) = slot {
                let target = cx.here();
                let name = cx.ejector_noun(pattern);
                let name = cx.text(&name);
                let into = match given {
                    Want::To(it) => it,
                    Want::Nothing | Want::Return => value,
                };
                cx.handler_over(start, end, target, into, Handling::Escape { slot, name });
            }
            cx.patch_all(jumps);
            if let Some((pattern, body)) = catch {
                cx.catching(pattern, body, value, Refused::Ejected, own);
            }
            cx.patch(done);
            if own != want {
                cx.hand_over(want, value);
            }
        });
    }

    /// `__return.run(value)` of an ejector that is a jump. Its own value is never seen.
    pub(super) fn leave(&mut self, recipient: ExprId, verb: &Name, args: &[ExprId]) -> bool {
        let Binder::Definition(id) = self.scopes.binder(recipient) else { return false };
        let known =
            matches!(self.program.expr(recipient), Expr::Noun(_)) && &**verb == "run" && args.len() <= 1;
        let Some(at) = self.f.exits.iter().rposition(|it| it.ejector == *id).filter(|_| known) else {
            return false;
        };
        let Exit { want, open, loops, .. } = self.f.exits[at];
        self.scratch(|cx, temp| {
            let plain = open == cx.f.open.len() && loops == cx.f.loops.len();
            let to = match want {
                Want::Return if !plain => Want::To(temp),
                it => it,
            };
            match args {
                [it] => cx.expr(*it, to),
                _ => cx.give(to, |_, dst| Op::Null { dst }),
            }
            for at in (open..cx.f.open.len()).rev() {
                let slot = cx.f.open[at];
                cx.emit(Op::KillEjector { slot });
            }
            let value = match to {
                Want::To(it) => it,
                Want::Nothing | Want::Return => crate::code::NO,
            };
            for n in (loops..cx.f.loops.len()).rev() {
                let at = cx.f.loops[n];
                cx.emit(Op::CrossLoop { at, value });
            }
            match want {
                Want::Return if plain => {}
                Want::Return => {
                    cx.emit(Op::Return { src: temp });
                }
                _ => {
                    let jump = cx.jump();
                    cx.f.exits[at].jumps.push(jump);
                }
            }
        });
        true
    }

    /// The register with the ejector that a definition names; none if it is a jump that the pattern never takes.
    pub(super) fn exit_of(&mut self, ejector: ExprId, pattern: PatternId) -> Option<Reg> {
        if let (Expr::Noun(_), Binder::Definition(id)) =
            (self.program.expr(ejector), self.scopes.binder(ejector))
            && let Some(exit) = self.f.exits.iter().rev().find(|it| it.ejector == *id)
        {
            return exit.slot;
        }
        if super::uses::is_sure(self.program, pattern) && self.is_calm_noun(ejector) {
            return None;
        }
        let temp = self.temp();
        self.expr(ejector, Want::To(temp));
        Some(temp)
    }

    fn is_calm_noun(&self, id: ExprId) -> bool {
        matches!(self.program.expr(id), Expr::Noun(_))
            && matches!(self.scopes.binder(id), Binder::Definition(_))
    }
}

/// What becomes of what a `catch` pattern refuses.
#[derive(Clone, Copy)]
enum Refused {
    Thrown,
    Ejected,
}
