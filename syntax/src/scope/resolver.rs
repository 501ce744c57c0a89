//! One walk over a Kernel-E program, in the order in which it is evaluated, that finds the binder of each noun.

use super::{Binder, Capture, Definition, DefinitionId, DefinitionKind, Scopes};
use crate::by_id::ById;
use crate::deep::deep;
use crate::kernel_e::{
    Expr, ExprId, Matcher, Method, Name, Object, ObjectId, Pattern, PatternId, Program, Script,
};
use rustc_hash::FxHashMap;

/// Resolves every noun of `program` after the box rules of Kernel-E: a noun means the nearest definition
/// before it in its box or an enclosing one; methods, matchers and branches are boxes of their own.
pub fn resolve(program: &Program) -> Scopes {
    let scopes = Scopes {
        binders: ById::of_size(program.exprs.len()),
        by_pattern: ById::of_size(program.patterns.len()),
        captures: vec![Vec::new(); program.objects.len()],
        parents: vec![None; program.objects.len()],
        ..Scopes::default()
    };
    let mut cx = Resolver {
        program,
        scopes,
        visible: FxHashMap::default(),
        hidden: Vec::new(),
        depth: 1,
        object: None,
        captured: vec![FxHashMap::default(); program.objects.len()],
        free: FxHashMap::default(),
        guards: FxHashMap::default(),
    };
    for it in &program.body {
        cx.expr(*it);
    }
    cx.scopes
}

/// So many captures are looked through rather than looked up.
const FEW: usize = 12;

#[derive(Clone, Copy, PartialEq)]
enum Use {
    Read,
    Assign,
    Bind,
}

type Visible = (DefinitionId, usize);

struct Resolver<'a> {
    program: &'a Program,
    scopes: Scopes,
    /// The definition of each noun that is in force, with the depth of its box.
    visible: FxHashMap<Name, Visible>,
    /// What the open boxes define, outermost first, and what that hides.
    hidden: Vec<(Name, Option<Visible>)>,
    /// How many boxes are open.
    depth: usize,
    /// The object expression whose script the walk is in.
    object: Option<ObjectId>,
    /// By object: where in its captures a noun is, once they are many.
    captured: Vec<FxHashMap<Name, usize>>,
    /// Where in `scopes.free` a noun is.
    free: FxHashMap<Name, usize>,
    /// By noun: the patterns that define it and in whose guards the walk is, with what it meant before.
    guards: FxHashMap<Name, Vec<(PatternId, Option<DefinitionId>)>>,
}

impl<'a> Resolver<'a> {
    fn expr(&mut self, id: ExprId) {
        deep(|| self.expr_here(id));
    }

    fn expr_here(&mut self, id: ExprId) {
        let program = self.program;
        match program.expr(id) {
            Expr::Literal(_) | Expr::MetaContext | Expr::MetaState => {}
            Expr::QuasiLiteral(_) | Expr::QuasiPattern(_) => {}
            Expr::Noun(noun) => self.uses(id, noun, Use::Read),
            Expr::Binding(noun) => self.uses(id, noun, Use::Bind),
            Expr::Assign { noun, value } => {
                self.expr(*value);
                self.uses(id, noun, Use::Assign);
            }
            Expr::Call { recipient, args, .. } => {
                self.expr(*recipient);
                self.exprs(args);
            }
            Expr::Define { pattern, ejector, value } => {
                self.exprs(ejector.as_slice());
                self.expr(*value);
                self.pattern(*pattern);
            }
            Expr::Seq(subs) => self.exprs(subs),
            Expr::Hide(body) => self.boxed(|cx| cx.expr(*body)),
            Expr::If { test, then, otherwise } => {
                self.boxed(|cx| cx.exprs(&[*test, *then]));
                self.boxed(|cx| cx.expr(*otherwise));
            }
            Expr::Catch { attempt, pattern, catcher } => {
                self.boxed(|cx| cx.expr(*attempt));
                self.arm(*pattern, *catcher);
            }
            Expr::Finally { attempt, unwinder } => {
                self.boxed(|cx| cx.expr(*attempt));
                self.boxed(|cx| cx.expr(*unwinder));
            }
            Expr::Escape { pattern, body, catch } => {
                self.arm(*pattern, *body);
                if let Some((pattern, catcher)) = catch {
                    self.arm(*pattern, *catcher);
                }
            }
            Expr::Object(object) => self.object_expr(*object),
        }
    }

    fn exprs(&mut self, ids: &[ExprId]) {
        for it in ids {
            self.expr(*it);
        }
    }

    /// A pattern and the code that sees its nouns, in a box of their own.
    fn arm(&mut self, pattern: PatternId, body: ExprId) {
        self.boxed(|cx| {
            cx.pattern(pattern);
            cx.expr(body);
        });
    }

    fn object_expr(&mut self, id: ObjectId) {
        let program = self.program;
        let it = program.object(id);
        self.scopes.parents[id.index()] = self.object;
        self.boxed(|cx| {
            cx.exprs(it.as_auditor.as_slice());
            cx.exprs(&it.implements);
        });
        self.object_name(id, it);
        let outside = self.object.replace(id);
        self.boxed(|cx| match &it.script {
            Script::Methods { methods, matchers } => {
                methods.iter().for_each(|it| cx.method(it));
                matchers.iter().for_each(|it| cx.matcher(it));
            }
            Script::Plumbing(matcher) => cx.matcher(matcher),
        });
        self.object = outside;
    }

    fn object_name(&mut self, id: ObjectId, it: &'a Object) {
        match self.program.pattern(it.pattern) {
            Pattern::Final { noun, guard: None } => {
                let kind = DefinitionKind::Object { object: id, guard: it.as_auditor };
                self.define(it.pattern, noun, kind);
            }
            _ => self.pattern(it.pattern),
        }
    }

    fn method(&mut self, it: &Method) {
        self.boxed(|cx| {
            cx.patterns(&it.params);
            cx.exprs(it.result_guard.as_slice());
            cx.expr(it.body);
        });
    }

    fn matcher(&mut self, it: &Matcher) {
        self.arm(it.pattern, it.body);
    }

    fn pattern(&mut self, id: PatternId) {
        deep(|| self.pattern_here(id));
    }

    fn pattern_here(&mut self, id: PatternId) {
        let program = self.program;
        match program.pattern(id) {
            Pattern::Ignore | Pattern::QuasiLiteral(_) | Pattern::QuasiPattern(_) => {}
            Pattern::List(subs) => self.patterns(subs),
            Pattern::Via { function, pattern } => {
                self.expr(*function);
                self.pattern(*pattern);
            }
            Pattern::Binding(noun) => self.define(id, noun, DefinitionKind::Binding),
            Pattern::Final { noun, guard } => {
                self.guard(id, noun, *guard);
                self.define(id, noun, DefinitionKind::Final { guard: *guard });
            }
            Pattern::Var { noun, guard } => {
                self.guard(id, noun, *guard);
                self.define(id, noun, DefinitionKind::Var { guard: *guard });
            }
        }
    }

    fn patterns(&mut self, ids: &[PatternId]) {
        for it in ids {
            self.pattern(*it);
        }
    }

    fn guard(&mut self, pattern: PatternId, noun: &Name, guard: Option<ExprId>) {
        let Some(guard) = guard else { return };
        let meaning = self.meaning(noun);
        self.guards.entry(noun.clone()).or_default().push((pattern, meaning));
        self.expr(guard);
        if let Some(open) = self.guards.get_mut(noun) {
            open.retain(|(it, _)| *it != pattern);
            if open.is_empty() {
                self.guards.remove(noun);
            }
        }
    }

    fn boxed(&mut self, walk: impl FnOnce(&mut Self)) {
        let mark = self.hidden.len();
        self.depth += 1;
        walk(self);
        self.depth -= 1;
        for (noun, before) in self.hidden.drain(mark..).rev() {
            match before {
                Some(before) => self.visible.insert(noun, before),
                None => self.visible.remove(&noun),
            };
        }
    }

    fn meaning(&self, noun: &Name) -> Option<DefinitionId> {
        self.visible.get(noun).map(|(definition, _)| *definition)
    }

    fn define(&mut self, pattern: PatternId, noun: &Name, kind: DefinitionKind) {
        let depth = self.depth;
        let id = DefinitionId(self.scopes.definitions.len() as u32);
        let before = self.visible.insert(noun.clone(), (id, depth));
        if let Some((before, _)) = before.filter(|(_, at)| *at == depth) {
            self.scopes.redefinitions.push((pattern, before));
        }
        self.hidden.push((noun.clone(), before));
        let (owner, top_level) = (self.object, depth == 1);
        self.scopes.definitions.push(Definition { noun: noun.clone(), pattern, kind, owner, top_level });
        self.scopes.by_pattern.insert(pattern, id);
    }

    fn uses(&mut self, id: ExprId, noun: &Name, how: Use) {
        let meaning = self.meaning(noun);
        let binder = match meaning {
            Some(definition) => Binder::Definition(definition),
            None => self.use_free(id, noun, how),
        };
        self.check_guards(noun, meaning);
        let home = meaning.and_then(|it| self.scopes.definition(it).owner);
        self.capture(id, noun, &binder, home, how);
        self.scopes.binders.insert(id, binder);
    }

    fn use_free(&mut self, id: ExprId, noun: &Name, how: Use) -> Binder {
        let free = &mut self.scopes.free;
        let index = self.free.get(noun).copied().unwrap_or(free.len());
        if index == free.len() {
            free.push((noun.clone(), id, false));
            self.free.insert(noun.clone(), index);
        }
        free[index].2 |= how == Use::Assign;
        Binder::Outer
    }

    fn check_guards(&mut self, noun: &Name, meaning: Option<DefinitionId>) {
        if self.guards.is_empty() {
            return;
        }
        let Some(open) = self.guards.get_mut(noun) else { return };
        let own_guards = &mut self.scopes.own_guards;
        open.retain(|(pattern, before)| {
            if *before == meaning {
                own_guards.push(*pattern);
            }
            *before != meaning
        });
    }

    /// Tells every object expression between the use and its definition that it captures the noun.
    fn capture(&mut self, id: ExprId, noun: &Name, binder: &Binder, home: Option<ObjectId>, how: Use) {
        let mut at = self.object;
        while let Some(object) = at
            && at != home
        {
            let captures = &mut self.scopes.captures[object.index()];
            let captured = &mut self.captured[object.index()];
            let index = match captures.len() {
                0..=FEW => captures.iter().position(|it| it.noun == *noun),
                _ => captured.get(noun).copied(),
            };
            let index = index.unwrap_or(captures.len());
            if index == captures.len() {
                captures.push(Capture::new(noun, binder, id));
                if captures.len() > FEW {
                    // Up to here they were looked through.
                    let from = captured.len();
                    captured
                        .extend(captures[from..].iter().zip(from..).map(|(it, at)| (it.noun.clone(), at)));
                }
            }
            let flag = captures[index].flag(how);
            // An object that knows has told the ones around it.
            if std::mem::replace(flag, true) {
                return;
            }
            at = self.scopes.parents[object.index()];
        }
    }
}

impl Capture {
    fn new(noun: &Name, binder: &Binder, first_use: ExprId) -> Capture {
        let (noun, binder) = (noun.clone(), binder.clone());
        Capture { noun, binder, reads: false, assigns: false, binds: false, first_use }
    }

    fn flag(&mut self, how: Use) -> &mut bool {
        match how {
            Use::Read => &mut self.reads,
            Use::Assign => &mut self.assigns,
            Use::Bind => &mut self.binds,
        }
    }
}
