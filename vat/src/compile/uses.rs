//! Who uses each definition, and how: decides which nouns need slots, bindings or real ejectors.

use super::Outer;
use super::shape::{Around, Flow, Logic};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::Scopes;
use syntax::deep;
use syntax::kernel_e::{Expr, ExprId, ObjectId, Pattern, PatternId, Program, Script};
use syntax::scope::{Binder, DefinitionId, DefinitionKind};

/// What compilation has to know of every definition before it meets it.
#[derive(Default)]
pub(super) struct Uses {
    pub captured: Vec<bool>,
    /// `&&x` is used.
    pub binds: Vec<bool>,
    /// Captured by an object whose auditors, or whose state, may ask for its guard.
    pub asked: Vec<bool>,
    /// There is a `meta.getState()`.
    pub shown: bool,
    /// An ejector's noun that is used otherwise than by calling it in its own frame.
    pub escapes: Vec<bool>,
    /// An ejector's noun that is the exit of a definition that may fail: it is a jump, but the pattern may want
    /// a real one.
    pub soft: Vec<bool>,
    /// A variable that is kept in the one object that closes over it: nothing else uses it, and there is no
    /// second such object for the same variable.
    pub fields: Vec<bool>,
    /// The value is looked at, by more than a definition that ignores it.
    pub read: Vec<bool>,
    /// A noun of a logical expression that someone looks at.
    pub wanted: Vec<bool>,
    /// Trees of logical expressions that need no lists of bindings.
    pub flows: FxHashSet<ExprId>,
    /// By object expression: which top-level expression it stands in. None: in a `try`, where the program may
    /// catch what its auditors throw.
    pub top: FxHashMap<ObjectId, usize>,
    function: Vec<u32>,
    finally: Vec<u32>,
    /// Which loop it is defined in.
    loops: Vec<u32>,
    /// How many objects close over it.
    holders: Vec<u32>,
    /// Used by the code that defines it, or in a loop that begins after it.
    shared: Vec<bool>,
}

/// A logical expression: its tree, where its nouns come from, and whether they are seen only where it is true.
struct Found {
    tree: ExprId,
    ok: DefinitionId,
    names: Vec<DefinitionId>,
    tested: bool,
    true_leaves: u32,
    /// Nouns in its leaves, each with the noun it is handed on as.
    feeds: Vec<(DefinitionId, DefinitionId)>,
}

pub(super) struct Walk<'a> {
    program: &'a Program,
    scopes: &'a Scopes,
    outer: &'a dyn Outer,
    uses: Uses,
    found: Vec<Found>,
    functions: u32,
    function: u32,
    finally: u32,
    /// Loops met so far, and the one that the walk is in.
    loops: u32,
    in_loop: u32,
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
        shown: false,
        escapes: vec![false; n],
        soft: vec![false; n],
        fields: vec![false; n],
        read: vec![false; n],
        wanted: vec![false; n],
        flows: FxHashSet::default(),
        top: FxHashMap::default(),
        function: vec![0; n],
        finally: vec![0; n],
        loops: vec![0; n],
        holders: vec![0; n],
        shared: vec![false; n],
    };
    let meta_state = program.exprs.iter().any(|it| matches!(it, Expr::MetaState));
    let mut walk = Walk {
        program,
        scopes,
        outer,
        uses,
        found: Vec::new(),
        functions: 0,
        function: 0,
        finally: 0,
        loops: 0,
        in_loop: 0,
        meta_state,
        top: 0,
        tries: 0,
    };
    for (top, it) in program.body.iter().enumerate() {
        walk.top = top;
        walk.expr(*it);
    }
    walk.uses.shown = meta_state;
    if meta_state {
        // `meta.getState()` shows the slots of all there is.
        walk.uses.captured.fill(true);
        walk.uses.escapes.fill(true);
        walk.uses.wanted.fill(true);
    }
    for (at, it) in scopes.definitions.iter().enumerate() {
        walk.uses.wanted[at] |= it.top_level;
    }
    walk.settle_logic();
    if !meta_state {
        walk.settle_fields();
    }
    walk.uses
}

/// Does the pattern take anything?
pub(super) fn is_sure(program: &Program, pattern: PatternId) -> bool {
    matches!(
        program.pattern(pattern),
        Pattern::Ignore
            | Pattern::Binding(_)
            | Pattern::Final { guard: None, .. }
            | Pattern::Var { guard: None, .. }
    )
}

impl<'a> Walk<'a> {
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
                if let Some((_, body)) = super::shape::while_loop(self.program, self.scopes, self.outer, id) {
                    return self.in_loop(|walk| walk.test(body.body));
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
                    self.exit(*it, *pattern);
                }
                match (self.program.pattern(*pattern), self.program.expr(*value)) {
                    (Pattern::Ignore, Expr::Noun(_)) if self.definition_of(*value).is_some() => {
                        self.called(*value);
                    }
                    _ => self.expr(*value),
                }
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
                self.test(*test);
                self.expr(*then);
                self.expr(*otherwise);
            }
            Expr::Object(it) => self.object(*it),
            Expr::Seq(it) => self.sequence(id, it, false),
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
        let at = it.0 as usize;
        self.uses.escapes[at] = true;
        self.uses.read[at] = true;
        self.uses.wanted[at] = true;
        Some(it)
    }

    fn called(&mut self, id: ExprId) -> Option<DefinitionId> {
        let it = self.definition_of(id)?;
        let at = it.0 as usize;
        if self.uses.function[at] != self.function {
            self.uses.captured[at] = true;
            self.uses.escapes[at] = true;
        } else {
            self.uses.shared[at] = true;
        }
        if self.uses.finally[at] != self.finally {
            self.uses.escapes[at] = true;
        }
        Some(it)
    }

    /// A test: what it defines is seen only where it is true.
    fn test(&mut self, id: ExprId) {
        deep(|| match self.program.expr(id) {
            Expr::Seq(it) => self.sequence(id, it, true),
            Expr::Hide(it) => self.test(*it),
            Expr::If { test, then, otherwise } => {
                self.test(*test);
                self.test(*then);
                self.test(*otherwise);
            }
            _ => self.expr(id),
        });
    }

    fn sequence(&mut self, id: ExprId, exprs: &[ExprId], tested: bool) {
        if let Some(it) = super::shape::for_loop(self.program, self.scopes, self.outer, id) {
            self.expr(it.collection);
            return self.in_loop(|walk| {
                walk.pattern(it.key);
                walk.pattern(it.value);
                it.body.iter().for_each(|it| walk.expr(*it));
            });
        }
        if let Expr::Seq(exprs) = self.program.expr(id)
            && let Some(logic) = self.around().logic(exprs)
        {
            logic.before.iter().for_each(|it| self.expr(*it));
            return self.logic(&logic, tested);
        }
        let Some((last, first)) = exprs.split_last() else { return };
        first.iter().for_each(|it| self.expr(*it));
        if tested { self.test(*last) } else { self.expr(*last) }
    }

    fn around(&self) -> Around<'a> {
        Around { program: self.program, scopes: self.scopes, outer: self.outer }
    }

    fn logic(&mut self, logic: &Logic<'_>, tested: bool) {
        let mut feeds = Vec::new();
        self.flow(logic.tree, &logic.names, &mut feeds);
        for it in logic.names.iter().chain([&logic.ok]) {
            self.defined_as(*it);
        }
        let true_leaves = self.around().true_leaves(logic);
        let (tree, ok, names) = (logic.tree, logic.ok, logic.names.clone());
        self.found.push(Found { tree, ok, names, tested, true_leaves, feeds });
    }

    fn flow(&mut self, id: ExprId, names: &[DefinitionId], feeds: &mut Vec<(DefinitionId, DefinitionId)>) {
        let around = self.around();
        deep(|| match around.flow(id) {
            Some(Flow::If { test, then, otherwise }) => {
                self.test(test);
                self.flow(then, names, feeds);
                self.flow(otherwise, names, feeds);
            }
            Some(Flow::Seq { first, last }) => {
                if let Expr::Seq(exprs) = self.program.expr(id)
                    && let Some(logic) = around.logic(exprs)
                {
                    // A tree whose value is another tree's.
                    logic.before.iter().for_each(|it| self.expr(*it));
                    return self.logic(&logic, true);
                }
                first.iter().for_each(|it| self.expr(*it));
                self.flow(last, names, feeds);
            }
            Some(Flow::Hide(it)) => self.flow(it, names, feeds),
            Some(Flow::Escape { pattern, body, catch }) => {
                self.pattern(pattern);
                self.flow(body, names, feeds);
                self.pattern(catch.0);
                self.flow(catch.1, names, feeds);
            }
            Some(Flow::True(it) | Flow::False(it)) => {
                for (it, name) in it.iter().zip(names) {
                    if let Some(inner) = self.called(*it) {
                        feeds.push((inner, *name));
                    }
                }
            }
            None => {}
        });
    }

    /// Decides which logical expressions need no lists: those whose nouns nobody looks at, or only where they
    /// are surely there and have one place to come from.
    fn settle_logic(&mut self) {
        let mut lists = vec![false; self.found.len()];
        let mut changed = true;
        while changed {
            changed = false;
            for (at, it) in self.found.iter().enumerate() {
                let uses = &mut self.uses;
                let wanted = it.names.iter().any(|it| uses.wanted[it.0 as usize]);
                let escaping = uses.wanted[it.ok.0 as usize];
                if !lists[at] && (escaping || wanted && !(it.tested && it.true_leaves == 1)) {
                    lists[at] = true;
                    changed = true;
                }
                for (inner, outer) in &it.feeds {
                    let (inner, outer) = (inner.0 as usize, outer.0 as usize);
                    let mut flag = |flags: fn(&mut Uses) -> &mut Vec<bool>, when: Option<bool>| {
                        let flags = flags(uses);
                        let now = when.unwrap_or(flags[outer]);
                        changed |= now && !flags[inner];
                        flags[inner] |= now;
                    };
                    flag(|it| &mut it.wanted, lists[at].then_some(true));
                    flag(|it| &mut it.binds, lists[at].then_some(true));
                    flag(|it| &mut it.captured, None);
                    flag(|it| &mut it.asked, None);
                    flag(|it| &mut it.escapes, lists[at].then_some(true));
                }
            }
        }
        let flows = self.found.iter().zip(lists).filter(|(_, lists)| !lists);
        self.uses.flows = flows.map(|(it, _)| it.tree).collect();
    }

    /// The exit of a definition.
    fn exit(&mut self, ejector: ExprId, pattern: PatternId) {
        if !matches!(self.program.expr(ejector), Expr::Noun(_)) {
            return self.expr(ejector);
        }
        if let Some(it) = self.called(ejector)
            && !is_sure(self.program, pattern)
        {
            self.uses.soft[it.0 as usize] = true;
            self.uses.read[it.0 as usize] = true;
        }
    }

    fn defined_as(&mut self, it: DefinitionId) {
        self.uses.function[it.0 as usize] = self.function;
        self.uses.finally[it.0 as usize] = self.finally;
        self.uses.loops[it.0 as usize] = self.in_loop;
    }

    fn in_loop(&mut self, body: impl FnOnce(&mut Self)) {
        self.loops += 1;
        let outside = std::mem::replace(&mut self.in_loop, self.loops);
        body(self);
        self.in_loop = outside;
    }

    fn settle_fields(&mut self) {
        let uses = &mut self.uses;
        for (at, it) in self.scopes.definitions.iter().enumerate() {
            let alone = uses.holders[at] == 1 && !uses.shared[at] && !uses.binds[at];
            let plain = matches!(it.kind, DefinitionKind::Var { guard: None }) && !it.top_level;
            uses.fields[at] = alone && plain;
        }
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
            self.defined_as(*it);
        }
    }

    fn object(&mut self, id: ObjectId) {
        let it = self.program.object(id);
        if self.tries == 0 {
            self.uses.top.insert(id, self.top);
        }
        it.as_auditor.iter().chain(&it.implements).for_each(|it| self.expr(*it));
        self.pattern(it.pattern);
        for capture in self.scopes.captures(id) {
            if let Binder::Definition(it) = capture.binder {
                let at = it.0 as usize;
                self.uses.holders[at] += 1;
                self.uses.shared[at] |= self.uses.loops[at] != self.in_loop;
            }
        }
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
        let outside = (self.function, self.finally, self.in_loop);
        self.loops += 1;
        (self.function, self.finally, self.in_loop) = (self.functions, 0, self.loops);
        body(self);
        (self.function, self.finally, self.in_loop) = outside;
    }
}
