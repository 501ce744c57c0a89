//! Kernel-E to code: nouns become locals, captures and constants; escapes that stay in their frame become
//! jumps; `while` becomes a loop.
//!
//! Final nouns are captured by value, variables that closures share live in slots, and a noun has a binding
//! only if the program takes it (`&&x`) or an auditor may ask about it.

mod call;
mod condition;
mod emit;
mod escape;
mod expr;
mod hoist;
mod logic;
mod loops;
mod object;
mod pattern;
mod registers;
mod shape;
mod uses;

use crate::code::{Captured, Const, Export, Handler, Held, MethodCode, Module, Op, Reg, ScriptCode, Site};
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use syntax::Scopes;
use syntax::kernel_e::{Expr, ExprId, Name, ObjectId, Program};
use syntax::scope::{Binder, DefinitionId, DefinitionKind};
use uses::Uses;

/// The scope a program is compiled for.
pub trait Outer {
    /// How the scope holds a noun; `None`: it has no such noun.
    fn lookup(&self, noun: &str) -> Option<OuterNoun>;
    /// Is the noun the one every program is born with, not shadowed? Then what it does may be built in.
    fn is_universal(&self, noun: &str) -> bool;
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum OuterNoun {
    /// A value that is the same in every vat.
    Constant(Value),
    /// Taken from the scope when the program starts.
    Held(Held),
}

/// Where the running code finds a noun.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Place {
    Local(Reg),
    Capture(u32),
    This,
    Constant(Value),
}

/// What becomes of an expression's value.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Want {
    To(Reg),
    Nothing,
    /// It is what the method returns.
    Return,
}

/// What a captured noun is known by.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Definition(DefinitionId),
    Outer(Name),
}

/// An `escape` whose ejector is a jump.
struct Exit {
    ejector: DefinitionId,
    want: Want,
    /// Calls of the ejector that are to arrive behind the `escape`.
    jumps: Vec<usize>,
    /// The real ejector, for patterns that want one.
    slot: Option<Reg>,
    /// How many real ejectors were open around it.
    open: usize,
    /// How many `for` loops were around it.
    loops: usize,
}

/// The method being compiled.
#[derive(Default)]
struct Function {
    /// Locals in use, and how many there were at most.
    locals: Reg,
    most_locals: Reg,
    /// The same for temporaries.
    temps: Reg,
    most_temps: Reg,
    places: FxHashMap<DefinitionId, Reg>,
    /// Nouns of `&&x` patterns that are just another noun.
    aliases: FxHashMap<DefinitionId, DefinitionId>,
    /// The local that holds the guard of an unboxed guarded `var`.
    guards: FxHashMap<DefinitionId, Reg>,
    captures: FxHashMap<Key, (u32, Held)>,
    /// The definition that names the running object, if it may be read as `This`.
    own_name: Option<DefinitionId>,
    exits: Vec<Exit>,
    /// Definitions that can be seen here, in order.
    visible: Vec<DefinitionId>,
    /// Locals of the real ejectors that are open here.
    open: Vec<Reg>,
    /// What is in registers because a loop reads it.
    hoisted: Vec<(hoist::Hoisted, Reg)>,
    /// States of the `for` loops around.
    loops: Vec<Reg>,
    /// `__main$mint$`
    prefix: String,
    object: Option<syntax::kernel_e::ObjectId>,
}

struct Compiler<'a> {
    program: &'a Program,
    scopes: &'a Scopes,
    outer: &'a dyn Outer,
    judgements: &'a [audit::Judgement],
    uses: Uses,
    f: Function,
    ops: Vec<Op>,
    exprs: Vec<ExprId>,
    sites_of: Vec<u32>,
    at: ExprId,
    /// Jumps of tests are long ones.
    wide: bool,
    /// A short jump did not reach.
    too_far: bool,
    consts: Vec<Const>,
    texts: FxHashMap<Arc<str>, u32>,
    sites: Vec<Site>,
    handlers: Vec<Handler>,
    methods: Vec<Option<MethodCode>>,
    scripts: Vec<Option<ScriptCode>>,
    /// Method bodies still to be compiled: they follow the code that makes their object.
    pending: Vec<object::Pending>,
}

/// What is compiled, and what it is called.
pub struct Unit<'a> {
    pub program: Arc<Program>,
    pub source_map: Arc<syntax::SourceMap>,
    pub scopes: Arc<Scopes>,
    pub outer: &'a dyn Outer,
    pub prefix: &'a str,
    pub source: &'a str,
    /// What is known of its object expressions before it runs.
    pub judgements: &'a [audit::Judgement],
}

/// Compiles a program. Nouns that `outer` does not have throw when they are met; refuse them before.
pub fn compile(unit: Unit<'_>) -> Module {
    let (module, too_far) = compile_with(&unit, false);
    if too_far { compile_with(&unit, true).0 } else { module }
}

/// The module, and whether a jump was too far for its instruction.
fn compile_with(unit: &Unit<'_>, wide: bool) -> (Module, bool) {
    let program: &Program = &unit.program;
    let scopes: &Scopes = &unit.scopes;
    let mut cx = Compiler {
        program,
        scopes,
        outer: unit.outer,
        judgements: unit.judgements,
        uses: uses::uses(program, scopes, unit.outer),
        f: Function { prefix: unit.prefix.to_string(), ..Function::default() },
        ops: Vec::new(),
        exprs: Vec::new(),
        sites_of: Vec::new(),
        at: ExprId(0),
        wide,
        too_far: false,
        consts: Vec::new(),
        texts: FxHashMap::default(),
        sites: Vec::new(),
        handlers: Vec::new(),
        methods: vec![None],
        scripts: vec![None],
        pending: Vec::new(),
    };
    let exports = cx.top_level(unit.prefix);
    while let Some(it) = cx.pending.pop() {
        cx.pending_method(it);
    }
    let too_far = cx.too_far;
    let methods: Vec<MethodCode> = cx.methods.into_iter().flatten().collect();
    let mut by_entry: Vec<u32> = (0..methods.len() as u32).collect();
    by_entry.sort_by_key(|it| methods[*it as usize].entry);
    let module = Module {
        prefix: Arc::from(unit.prefix),
        source: Arc::from(unit.source),
        ops: cx.ops,
        exprs: cx.exprs,
        sites_of: cx.sites_of,
        consts: cx.consts,
        sites: cx.sites,
        handlers: cx.handlers,
        methods,
        by_entry,
        scripts: cx.scripts.into_iter().flatten().collect(),
        exports,
        told: crate::store::told(scopes, unit.outer),
        refused: crate::load::all_refused(unit.judgements),
        objections: crate::load::objections(unit.judgements, unit.program.objects.len()),
        program: unit.program.clone(),
        source_map: unit.source_map.clone(),
        scopes: unit.scopes.clone(),
        alone: Default::default(),
    };
    (module, too_far)
}

impl<'a> Compiler<'a> {
    fn top_level(&mut self, prefix: &str) -> Vec<Export> {
        let mut captures = Vec::new();
        for (noun, _, _) in &self.scopes.free {
            if let Some(OuterNoun::Held(held)) = self.outer.lookup(noun) {
                let at = captures.len() as u32;
                self.f.captures.insert(Key::Outer(noun.clone()), (at, held));
                captures.push(Captured { noun: noun.clone(), held });
            }
        }
        let value = self.temp();
        self.body(Want::To(value));
        let exports = self.exports();
        self.emit(Op::Return { src: value });
        self.methods[0] = Some(MethodCode {
            entry: 0,
            end: self.here(),
            params: 0,
            size: self.settle_registers(0, 0),
            handlers: 0..self.handlers.len() as u32,
            script: 0,
            name: Arc::from(""),
        });
        let at = |it: Reg| registers::settled(it, self.f.most_locals);
        let exports = exports.into_iter().map(|it| Export { local: at(it.local), ..it }).collect();
        self.scripts[0] = Some(ScriptCode {
            object: None,
            name: Arc::from("_"),
            fqn: Arc::from(prefix.trim_end_matches('$')),
            methods: FxHashMap::default(),
            matchers: Vec::new(),
            plumbing: false,
            auditors: 0,
            presumed_frozen: false,
            captures,
        });
        exports
    }

    /// The names that the program leaves. A variable that nothing shared gets its slot now.
    fn exports(&mut self) -> Vec<Export> {
        let mut exports = Vec::new();
        for (index, it) in self.scopes.definitions.iter().enumerate() {
            let id = DefinitionId(index as u32);
            let Some((Place::Local(mut local), mut held)) = self.find_definition(id) else { continue };
            if !it.top_level {
                continue;
            }
            if held == Held::Value && matches!(it.kind, DefinitionKind::Var { .. }) {
                let src = local;
                local = self.local();
                held = Held::Slot;
                match self.f.guards.get(&id).copied() {
                    Some(guard) => self.emit(Op::NewGuardedSlot { dst: local, src, guard }),
                    None => self.emit(Op::NewVarSlot { dst: local, src }),
                };
            }
            exports.push(Export { noun: it.noun.clone(), local, held });
        }
        exports
    }

    /// The top-level expressions. One with an object that an auditor is known to refuse fails before any of it
    /// has run.
    fn body(&mut self, want: Want) {
        let mut refused: Vec<(usize, ObjectId, ExprId, std::sync::Arc<str>)> = Vec::new();
        for (object, top) in &self.uses.top {
            let why = crate::load::refused(self.judgements, *object);
            refused.extend(why.map(|(at, why)| (*top, *object, at, why)));
        }
        refused.sort();
        let last = self.program.body.len().saturating_sub(1);
        for (at, it) in self.program.body.iter().enumerate() {
            if let Some((_, _, auditor, why)) = refused.iter().find(|it| it.0 == at) {
                self.at = *auditor;
                self.fail(why);
            }
            self.expr(*it, if at == last { want } else { Want::Nothing });
        }
        if self.program.body.is_empty() {
            self.give(want, |_, dst| Op::Null { dst });
        }
    }

    /// How a definition is kept in its own frame.
    fn held(&self, id: DefinitionId) -> Held {
        let at = id.0 as usize;
        let it = self.scopes.definition(id);
        match it.kind {
            DefinitionKind::Binding => Held::Binding,
            DefinitionKind::Var { .. } if self.uses.fields[at] => Held::Value,
            DefinitionKind::Var { .. } if self.uses.captured[at] || self.uses.binds[at] => Held::Slot,
            DefinitionKind::Var { .. } => Held::Value,
            DefinitionKind::Final { guard } | DefinitionKind::Object { guard, .. } => {
                let asked = self.uses.asked[at] && (self.uses.shown || !self.is_written_down(it.kind));
                let asked = guard.is_some() && (asked || it.top_level);
                if self.uses.binds[at] || asked { Held::Binding } else { Held::Value }
            }
        }
    }

    /// Whether an auditor can be told the guard from the program alone, so that no instance need keep it: the guard
    /// of a final noun, where it is the same in every vat. See `audition::guards::written_down`.
    fn is_written_down(&self, it: DefinitionKind) -> bool {
        let DefinitionKind::Final { guard: Some(guard) } = it else { return false };
        let Expr::Noun(noun) = self.program.expr(guard) else { return false };
        *self.scopes.binder(guard) == Binder::Outer
            && matches!(self.outer.lookup(noun), Some(OuterNoun::Constant(_)))
    }

    /// Where the noun of a use is, and in what shape. `None`: nowhere.
    fn find(&self, id: ExprId, noun: &Name) -> Option<(Place, Held)> {
        match self.scopes.binder(id) {
            Binder::Definition(it) => self.find_definition(*it),
            Binder::Outer => self.find_outer(noun),
        }
    }

    fn find_definition(&self, id: DefinitionId) -> Option<(Place, Held)> {
        self.find_own(self.original(id)).or_else(|| self.find_own(id))
    }

    /// What a noun is another name of.
    fn original(&self, id: DefinitionId) -> DefinitionId {
        let mut it = id;
        while let Some(same) = self.f.aliases.get(&it) {
            it = *same;
        }
        it
    }

    fn find_own(&self, id: DefinitionId) -> Option<(Place, Held)> {
        if let Some(it) = self.f.places.get(&id) {
            return Some((Place::Local(*it), self.held(id)));
        }
        if let Some((at, held)) = self.f.captures.get(&Key::Definition(id)) {
            return Some((Place::Capture(*at), *held));
        }
        (self.f.own_name == Some(id)).then_some((Place::This, Held::Value))
    }

    fn find_outer(&self, noun: &Name) -> Option<(Place, Held)> {
        if let Some((at, held)) = self.f.captures.get(&Key::Outer(noun.clone())) {
            return Some((Place::Capture(*at), *held));
        }
        match self.outer.lookup(noun)? {
            OuterNoun::Constant(it) => Some((Place::Constant(it), Held::Value)),
            OuterNoun::Held(_) => None,
        }
    }
}
