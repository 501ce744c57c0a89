//! Who uses each definition, and how: decides which nouns need slots, bindings or real ejectors.

use super::Outer;
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::Scopes;
use syntax::deep;
use syntax::kernel_e::{Expr, ExprId, Method, ObjectId, Pattern, PatternId, Program, Script};
use syntax::scope::{Binder, DefinitionId};

/// What compilation has to know of every definition before it meets it.
#[derive(Default)]
pub(super) struct Uses {
    pub captured: Vec<bool>,
    /// `&&x` is used.
    pub binds: Vec<bool>,
    /// Captured by an object whose auditors, or whose state, may ask for its guard.
    pub asked: Vec<bool>,
    /// An ejector's noun that is used otherwise than by calling it in its own frame.
    pub escapes: Vec<bool>,
    /// Object expressions that are the body of a `while` and become part of the frame around them.
    pub inlined: FxHashSet<ObjectId>,
    /// By object expression: which top-level expression it stands in. None: in a `try`, where the program may
    /// catch what its auditors throw.
    pub top: FxHashMap<ObjectId, usize>,
    function: Vec<u32>,
    finally: Vec<u32>,
}

pub(super) struct Walk<'a> {
    program: &'a Program,
    scopes: &'a Scopes,
    outer: &'a dyn Outer,
    uses: Uses,
    functions: u32,
    function: u32,
    finally: u32,
    meta_state: bool,
    top: usize,
    tries: u32,
}

/// Walks the whole program once.
pub(super) fn uses(program: &Program, scopes: &Scopes, outer: &dyn Outer) -> Uses {
    let n = scopes.definitions.len();
    let uses = Uses {
        captured: vec![false; n],
        binds: vec![false; n],
        asked: vec![false; n],
        escapes: vec![false; n],
        inlined: FxHashSet::default(),
        top: FxHashMap::default(),
        function: vec![0; n],
        finally: vec![0; n],
    };
    let meta_state = program.exprs.iter().any(|it| matches!(it, Expr::MetaState));
    let mut walk = Walk {
        program,
        scopes,
        outer,
        uses,
        functions: 0,
        function: 0,
        finally: 0,
        meta_state,
        top: 0,
        tries: 0,
    };
    for (top, it) in program.body.iter().enumerate() {
        walk.top = top;
        walk.expr(*it);
    }
    if meta_state {
        // `meta.getState()` shows the slots of all there is.
        walk.uses.captured.fill(true);
        walk.uses.escapes.fill(true);
    }
    walk.uses
}

impl Walk<'_> {
    fn expr(&mut self, id: ExprId) {
        deep(|| self.expr_here(id));
    }

    fn expr_here(&mut self, id: ExprId) {
        match self.program.expr(id) {
            Expr::Noun(_) => {
                self.used(id);
            }
            Expr::Assign { value, .. } => {
                self.expr(*value);
                self.used(id);
            }
            Expr::Binding(_) => {
                if let Some(it) = self.used(id) {
                    self.uses.binds[it.0 as usize] = true;
                }
            }
            Expr::Call { recipient, verb, args } => {
                if let Some(body) = while_thunk(self.program, self.scopes, self.outer, id) {
                    self.uses.inlined.insert(body.0);
                    self.expr(body.1.body);
                    return;
                }
                match self.program.expr(*recipient) {
                    Expr::Noun(_) if &**verb == "run" && args.len() <= 1 => {
                        self.called(*recipient);
                    }
                    _ => self.expr(*recipient),
                }
                args.iter().for_each(|it| self.expr(*it));
            }
            Expr::Catch { attempt, pattern, catcher } => {
                self.tries += 1;
                self.expr(*attempt);
                self.tries -= 1;
                self.pattern(*pattern);
                self.expr(*catcher);
            }
            Expr::Define { pattern, ejector, value } => {
                if let Some(it) = ejector {
                    self.expr(*it);
                }
                self.expr(*value);
                self.pattern(*pattern);
            }
            Expr::Escape { pattern, body, catch } => {
                self.pattern(*pattern);
                self.expr(*body);
                if let Some((pattern, body)) = catch {
                    self.pattern(*pattern);
                    self.expr(*body);
                }
            }
            Expr::Finally { attempt, unwinder } => {
                self.finally += 1;
                self.expr(*attempt);
                self.finally -= 1;
                self.expr(*unwinder);
            }
            Expr::Hide(it) => self.expr(*it),
            Expr::If { test, then, otherwise } => {
                self.expr(*test);
                self.expr(*then);
                self.expr(*otherwise);
            }
            Expr::Object(it) => self.object(*it),
            Expr::Seq(it) => it.iter().for_each(|it| self.expr(*it)),
            Expr::Literal(_)
            | Expr::MetaContext
            | Expr::MetaState
            | Expr::QuasiLiteral(_)
            | Expr::QuasiPattern(_) => {}
        }
    }

    fn definition_of(&self, id: ExprId) -> Option<DefinitionId> {
        match self.scopes.binder(id) {
            Binder::Definition(it) => Some(*it),
            Binder::Outer => None,
        }
    }

    fn used(&mut self, id: ExprId) -> Option<DefinitionId> {
        let it = self.called(id)?;
        self.uses.escapes[it.0 as usize] = true;
        Some(it)
    }

    fn called(&mut self, id: ExprId) -> Option<DefinitionId> {
        let it = self.definition_of(id)?;
        let at = it.0 as usize;
        if self.uses.function[at] != self.function {
            self.uses.captured[at] = true;
            self.uses.escapes[at] = true;
        }
        if self.uses.finally[at] != self.finally {
            self.uses.escapes[at] = true;
        }
        Some(it)
    }

    fn pattern(&mut self, id: PatternId) {
        deep(|| self.pattern_here(id));
    }

    fn pattern_here(&mut self, id: PatternId) {
        match self.program.pattern(id) {
            Pattern::Ignore | Pattern::QuasiLiteral(_) | Pattern::QuasiPattern(_) => {}
            Pattern::List(it) => it.iter().for_each(|it| self.pattern(*it)),
            Pattern::Via { function, pattern } => {
                self.expr(*function);
                self.pattern(*pattern);
            }
            Pattern::Binding(_) => self.defined(id),
            Pattern::Final { guard, .. } | Pattern::Var { guard, .. } => {
                if let Some(it) = guard {
                    self.expr(*it);
                }
                self.defined(id);
            }
        }
    }

    fn defined(&mut self, pattern: PatternId) {
        if let Some(it) = self.scopes.by_pattern.get(&pattern) {
            self.uses.function[it.0 as usize] = self.function;
            self.uses.finally[it.0 as usize] = self.finally;
        }
    }

    fn object(&mut self, id: ObjectId) {
        let it = self.program.object(id);
        if self.tries == 0 {
            self.uses.top.insert(id, self.top);
        }
        it.as_auditor.iter().chain(&it.implements).for_each(|it| self.expr(*it));
        self.pattern(it.pattern);
        let audited = it.as_auditor.is_some() || !it.implements.is_empty();
        // A `meta.getState()` anywhere counts for all objects: a binding more than needed is only slower.
        if audited || self.meta_state {
            for capture in self.scopes.captures(id) {
                if let Binder::Definition(it) = capture.binder {
                    self.uses.asked[it.0 as usize] = true;
                }
            }
        }
        match &it.script {
            Script::Methods { methods, matchers } => {
                for it in methods {
                    self.function(|walk| {
                        it.params.iter().for_each(|it| walk.pattern(*it));
                        walk.expr(it.body);
                        if let Some(guard) = it.result_guard {
                            walk.expr(guard);
                        }
                    });
                }
                for it in matchers {
                    self.function(|walk| {
                        walk.pattern(it.pattern);
                        walk.expr(it.body);
                    });
                }
            }
            Script::Plumbing(it) => self.function(|walk| {
                walk.pattern(it.pattern);
                walk.expr(it.body);
            }),
        }
    }

    fn function(&mut self, body: impl FnOnce(&mut Self)) {
        self.functions += 1;
        let outside = (self.function, self.finally);
        (self.function, self.finally) = (self.functions, 0);
        body(self);
        (self.function, self.finally) = outside;
    }
}

/// `__loop.run(fn { … })` where `__loop` is the universal one: a loop that needs no object.
pub(super) fn while_thunk<'a>(
    program: &'a Program,
    scopes: &Scopes,
    outer: &dyn Outer,
    call: ExprId,
) -> Option<(ObjectId, &'a Method)> {
    let Expr::Call { recipient, verb, args } = program.expr(call) else { return None };
    let (Expr::Noun(noun), [arg]) = (program.expr(*recipient), &args[..]) else { return None };
    if &**verb != "run" || &**noun != "__loop" || *scopes.binder(*recipient) != Binder::Outer {
        return None;
    }
    if !outer.is_universal(noun) {
        return None;
    }
    let Expr::Object(id) = program.expr(*arg) else { return None };
    let it = program.object(*id);
    let plain = it.as_auditor.is_none() && it.implements.is_empty();
    match (&it.script, program.pattern(it.pattern)) {
        (Script::Methods { methods, matchers }, Pattern::Ignore) if plain && matchers.is_empty() => {
            match &methods[..] {
                [it] if &*it.verb == "run" && it.params.is_empty() => {
                    let boolean = it.result_guard.is_none_or(|guard| {
                        matches!(program.expr(guard), Expr::Noun(noun) if &**noun == "boolean")
                            && *scopes.binder(guard) == Binder::Outer
                            && outer.is_universal("boolean")
                    });
                    boolean.then_some((*id, it))
                }
                _ => None,
            }
        }
        _ => None,
    }
}
