//! What can be known of a program's bindings before it runs.
//!
//! The vat reads a guard off a living binding; this reads it off the program, in the same words, so that one
//! judge serves both. Where only running can tell, the answer is [`Guard::Unknown`], never a guess.

use crate::auditors::Auditor;
use crate::guards::{DEEPEST, Guard, Implication, Standard};
use crate::scopes::ScopeName;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use syntax::Scopes;
use syntax::kernel_e::{Expr, ExprId, Literal, Name, ObjectId, Pattern, PatternId, Program};
use syntax::scope::{Binder, Definition, DefinitionId, DefinitionKind};

/// The scope that a program is evaluated in.
pub trait Around {
    /// The guard on the binding of a noun that the program does not define.
    fn binding(&self, noun: &str) -> Guard;
    /// What such a noun is known to hold.
    fn value(&self, noun: &str) -> Worth;
    /// Whether what it holds is DeepFrozen, whatever guard its binding carries, if that is known.
    fn frozen(&self, noun: &str) -> Option<bool> {
        match self.binding(noun).implies_deep_frozen() {
            Implication::Yes => Some(true),
            Implication::No | Implication::Unknown(_) => None,
        }
    }
    /// Whether the value of a module is DeepFrozen, if that is known. One that is not is evaluated afresh by each
    /// import, and may change.
    fn module(&self, name: &str) -> Option<bool> {
        crate::library::is_library(name).then_some(true)
    }
}

/// A scope that has just the names of one level of [`crate::scopes`].
pub struct Born(pub crate::scopes::Level);

/// What is known of a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Worth {
    /// What a name of the outermost scope holds.
    Scope(&'static ScopeName),
    /// A guard made of others: `List[int]`, `0..9`.
    Guard(Guard),
    /// An auditor that is not just a name: `DeepFrozen.optionally()`.
    Auditor(Auditor),
    /// What an object expression made, by the name it gave itself.
    Object(Name),
    /// A number, a character or a text.
    Data,
    /// What `<import:…>` and its like answer: a module's value. The module's full name, where that stands there.
    Module(Option<Arc<str>>),
    Unknown,
}

/// What [`known`] answers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Known {
    /// By `DefinitionId`: the guard that the binding will carry.
    pub bindings: Vec<Guard>,
    /// By `DefinitionId`: what the noun holds.
    pub values: Vec<Worth>,
    /// Names that hold an object of the program and are not its own: a promise that `bind x { … }` resolves, the
    /// `super` of an object that extends another, `def y := x`.
    pub objects: FxHashMap<DefinitionId, ObjectId>,
}

/// Reads the guard of every binding off the program.
pub fn known(program: &Program, scopes: &Scopes, around: &dyn Around) -> Known {
    let mut cx = Reader { program, scopes, around, known: Known::default() };
    let sources = sources(program);
    // In the order of the definitions, so that an alias finds what it is an alias of.
    for it in &scopes.definitions {
        let source = sources.get(it.pattern.index()).copied().flatten();
        let value = cx.value(it, source);
        let binding = cx.binding(it, source);
        cx.known.values.push(value);
        cx.known.bindings.push(binding);
    }
    cx.known.objects = promised(program, scopes);
    aliases(program, scopes, &sources, &mut cx.known.objects);
    cx.known
}

/// Final names for what another name holds.
fn aliases(
    program: &Program,
    scopes: &Scopes,
    sources: &[Option<ExprId>],
    objects: &mut FxHashMap<DefinitionId, ObjectId>,
) {
    for (id, it) in scopes.definitions.iter().enumerate() {
        let is_final = matches!(it.kind, DefinitionKind::Final { .. } | DefinitionKind::Binding);
        let Some(source) = sources.get(it.pattern.index()).copied().flatten().filter(|_| is_final) else {
            continue;
        };
        let held = match program.expr(source) {
            Expr::Object(object) => Some(*object),
            Expr::Noun(_) | Expr::Binding(_) => match scopes.binder(source) {
                Binder::Definition(of) => match scopes.definition(*of).kind {
                    DefinitionKind::Object { object, .. } => Some(object),
                    _ => objects.get(of).copied(),
                },
                Binder::Outer => None,
            },
            _ => None,
        };
        if let Some(object) = held {
            objects.entry(DefinitionId(id as u32)).or_insert(object);
        }
    }
}

/// Resolver to promise, where one pattern takes both: `def [p, r] := Ref.promise()`.
pub(crate) fn promises(program: &Program, scopes: &Scopes) -> FxHashMap<DefinitionId, DefinitionId> {
    let mut promises = FxHashMap::default();
    for it in &program.exprs {
        let Expr::Define { pattern, value, .. } = it else { continue };
        let Pattern::List(parts) = program.pattern(*pattern) else { continue };
        let Expr::Call { verb, .. } = program.expr(*value) else { continue };
        if let [promise, resolver] = parts.as_slice()
            && &**verb == "promise"
            && let Some(promise) = scopes.by_pattern.get(promise)
            && let Some(resolver) = scopes.by_pattern.get(resolver)
        {
            promises.insert(*resolver, *promise);
        }
    }
    promises
}

/// The resolver that `bind x` hands its value to: the argument of a via of `__bind.run(resolver)`.
pub(crate) fn bound_resolver(program: &Program, scopes: &Scopes, pattern: PatternId) -> Option<DefinitionId> {
    let Pattern::Via { function, .. } = program.pattern(pattern) else { return None };
    let Expr::Call { args, .. } = program.expr(*function) else { return None };
    match scopes.binder(*args.first()?) {
        Binder::Definition(id) => Some(*id),
        Binder::Outer => None,
    }
}

fn promised(program: &Program, scopes: &Scopes) -> FxHashMap<DefinitionId, ObjectId> {
    let promises = promises(program, scopes);
    let mut promised = FxHashMap::default();
    for it in &program.exprs {
        let Expr::Define { pattern, value, .. } = it else { continue };
        if let Some(resolver) = bound_resolver(program, scopes, *pattern)
            && let Some(promise) = promises.get(&resolver)
            && let Some(object) = object_of(program, *value)
        {
            promised.insert(*promise, object);
        }
    }
    promised
}

/// The object expression that a hidden or plain one is.
fn object_of(program: &Program, value: ExprId) -> Option<ObjectId> {
    match program.expr(value) {
        Expr::Object(object) => Some(*object),
        Expr::Hide(body) => match program.expr(*body) {
            Expr::Object(object) => Some(*object),
            _ => None,
        },
        _ => None,
    }
}

impl Known {
    /// The guard on the binding that a captured or used noun means.
    pub fn binding(&self, noun: &str, binder: &Binder, around: &dyn Around) -> Guard {
        match binder {
            Binder::Outer => around.binding(noun),
            Binder::Definition(id) => {
                self.bindings.get(id.0 as usize).cloned().unwrap_or_else(|| unknown("a later definition"))
            }
        }
    }
}

/// What an expression is known to give, once the definitions of its program are known.
pub fn worth(program: &Program, scopes: &Scopes, around: &dyn Around, known: &Known, it: ExprId) -> Worth {
    Reading { program, scopes, around, known }.worth(it, DEEPEST)
}

impl Around for Born {
    fn binding(&self, noun: &str) -> Guard {
        match crate::scopes::lookup_in(self.0, noun) {
            Some(it) => it.guard(),
            None => unknown(&format!("`{noun}` is not defined")),
        }
    }
    fn value(&self, noun: &str) -> Worth {
        crate::scopes::lookup_in(self.0, noun).map_or(Worth::Unknown, Worth::Scope)
    }
}

impl Worth {
    /// What `x :this` puts on the value; `text` is how the guard is written.
    pub fn as_guard(&self, text: &str) -> Guard {
        match self {
            Worth::Scope(name) => match name.standard_guard() {
                Some(it) => Guard::Standard(it),
                None if name.name == "ValueGuard" => Guard::Standard(Standard::Guard),
                None => Guard::Other(name.name.into()),
            },
            Worth::Guard(it) => it.clone(),
            // A guard that the program defines is one that no standard auditor knows.
            Worth::Object(name) => Guard::Other(format!("<{name}>").into()),
            Worth::Auditor(it) => Guard::Other(it.name().into()),
            Worth::Data => Guard::Other(text.into()),
            Worth::Module(_) | Worth::Unknown => {
                unknown(&format!("what `{text}` guards is known only when it runs"))
            }
        }
    }
}

/// By `PatternId`: the expression whose value a `def` matches against exactly this pattern.
fn sources(program: &Program) -> Vec<Option<ExprId>> {
    let mut sources = vec![None; program.patterns.len()];
    for it in &program.exprs {
        if let Expr::Define { pattern, value, .. } = it {
            sources[pattern.index()] = Some(*value);
        }
    }
    // `def &x :g := s` matches a binding pattern inside a via; the via says which guard the binding gets.
    for it in &program.patterns {
        if let Pattern::Via { function, pattern } = it
            && matches!(program.pattern(*pattern), Pattern::Binding(_))
        {
            sources[pattern.index()] = Some(*function);
        }
    }
    sources
}

fn unknown(why: &str) -> Guard {
    Guard::Unknown(why.into())
}

struct Reader<'a> {
    program: &'a Program,
    scopes: &'a Scopes,
    around: &'a dyn Around,
    known: Known,
}

impl Reader<'_> {
    fn reading(&self) -> Reading<'_> {
        Reading { program: self.program, scopes: self.scopes, around: self.around, known: &self.known }
    }

    fn value(&self, it: &Definition, source: Option<ExprId>) -> Worth {
        match (it.kind, source) {
            (DefinitionKind::Object { .. }, _) => Worth::Object(it.noun.clone()),
            (DefinitionKind::Final { .. }, Some(source)) => self.reading().worth(source, DEEPEST),
            _ => Worth::Unknown,
        }
    }

    fn binding(&self, it: &Definition, source: Option<ExprId>) -> Guard {
        match it.kind {
            DefinitionKind::Final { guard } | DefinitionKind::Object { guard, .. } => {
                guard.map_or_else(Guard::plain_def, |it| Guard::def(self.reading().guard(it)))
            }
            DefinitionKind::Var { guard: None } => Guard::VarSlot,
            DefinitionKind::Var { guard: Some(_) } => Guard::GuardedSlot,
            DefinitionKind::Binding => self.binding_taken_over(it, source),
        }
    }

    /// `&&x := &&y` has the guard of `y`, `&x :g` has `g`, `&x` has `any`.
    fn binding_taken_over(&self, it: &Definition, source: Option<ExprId>) -> Guard {
        let nothing = || unknown(&format!("which binding `{}` gets is known only when it runs", it.noun));
        let Some(source) = source else { return nothing() };
        match self.program.expr(source) {
            Expr::Binding(noun) => self.known.binding(noun, self.scopes.binder(source), self.around),
            Expr::Noun(noun) if &**noun == "__slotToBinding" => Guard::ANY,
            Expr::Call { recipient, args, .. } => match (self.program.expr(*recipient), args.as_slice()) {
                (Expr::Noun(noun), [guard]) if &**noun == "__slotToBinding" => self.reading().guard(*guard),
                _ => nothing(),
            },
            _ => nothing(),
        }
    }
}

#[derive(Clone, Copy)]
struct Reading<'a> {
    program: &'a Program,
    scopes: &'a Scopes,
    around: &'a dyn Around,
    known: &'a Known,
}

impl Reading<'_> {
    fn guard(&self, it: ExprId) -> Guard {
        self.worth(it, DEEPEST).as_guard(&self.text(it))
    }

    /// How a person would name the expression in passing.
    fn text(&self, it: ExprId) -> String {
        match self.program.expr(it) {
            Expr::Noun(noun) => noun.to_string(),
            Expr::Literal(_) => "a literal".to_string(),
            Expr::Call { recipient, verb, .. } => match self.program.expr(*recipient) {
                Expr::Noun(noun) => format!("{noun}.{verb}(…)"),
                _ => format!("….{verb}(…)"),
            },
            _ => "…".to_string(),
        }
    }

    /// `budget` bounds the nesting looked into.
    fn worth(&self, it: ExprId, budget: usize) -> Worth {
        let Some(budget) = budget.checked_sub(1) else { return Worth::Unknown };
        match self.program.expr(it) {
            Expr::Literal(_) => Worth::Data,
            Expr::Noun(noun) => self.noun(noun, self.scopes.binder(it)),
            Expr::Call { recipient, verb, args } => self.call(*recipient, verb, args, budget),
            Expr::Define { value, .. } | Expr::Assign { value, .. } => self.worth(*value, budget),
            Expr::Hide(body) => self.worth(*body, budget),
            Expr::Seq(subs) => subs.last().map_or(Worth::Unknown, |it| self.worth(*it, budget)),
            Expr::Object(id) => Worth::Object(self.object_name(*id)),
            _ => Worth::Unknown,
        }
    }

    fn noun(&self, noun: &str, binder: &Binder) -> Worth {
        match binder {
            Binder::Outer => self.around.value(noun),
            Binder::Definition(DefinitionId(id)) => {
                self.known.values.get(*id as usize).cloned().unwrap_or(Worth::Unknown)
            }
        }
    }

    fn object_name(&self, id: ObjectId) -> Name {
        noun_of(self.program, self.program.object(id).pattern).unwrap_or_else(|| Name::new("_"))
    }

    fn call(&self, recipient: ExprId, verb: &str, args: &[ExprId], budget: usize) -> Worth {
        let Worth::Scope(recipient) = self.worth(recipient, budget) else { return Worth::Unknown };
        let guards = || args.iter().map(|it| self.worth(*it, budget).as_guard(&self.text(*it))).collect();
        let made = match (recipient.name, verb) {
            ("DeepFrozen", "optionally") if args.is_empty() => {
                return Worth::Auditor(Auditor::OptionallyDeepFrozen);
            }
            ("DeepFrozen", "eventually") if args.is_empty() => {
                return Worth::Auditor(Auditor::EventuallyDeepFrozen);
            }
            ("import__uriGetter", "get") => return self.module("", args),
            ("elib__uriGetter", "get") => return self.module("org.erights.e.elib.", args),
            ("elang__uriGetter", "get") => return self.module("org.erights.e.elang.", args),
            ("type__uriGetter" | "this__uriGetter", "get") => return Worth::Module(None),
            (name, "get") => parameterized(name, guards()),
            ("__makeOrderedSpace", "op__thru" | "op__till") => self.region(args, ".."),
            ("__comparer", "lessThan" | "leq" | "geq" | "greaterThan" | "asBigAs") => {
                self.region_of_space(args, verb)
            }
            _ => None,
        };
        made.map_or(Worth::Unknown, Worth::Guard)
    }

    fn module(&self, package: &str, args: &[ExprId]) -> Worth {
        let name = match args {
            [only] => match self.program.expr(*only) {
                Expr::Literal(Literal::Str(name)) => Some(format!("{package}{}", &**name).into()),
                _ => None,
            },
            _ => None,
        };
        Worth::Module(name)
    }

    /// `0..9`, `'a'..!'f'`: a region of the space that both ends are of.
    fn region(&self, args: &[ExprId], op: &str) -> Option<Guard> {
        let [low, high] = args else { return None };
        let (low, high) = (self.literal(*low)?, self.literal(*high)?);
        (low.0 == high.0).then(|| Guard::Region(low.0, format!("{}{op}{}", low.1, high.1).into()))
    }

    /// `int > 3`: the space is named, the bound is a literal of it.
    fn region_of_space(&self, args: &[ExprId], verb: &str) -> Option<Guard> {
        let [space, bound] = args else { return None };
        let Expr::Noun(noun) = self.program.expr(*space) else { return None };
        let Worth::Scope(space) = self.noun(noun, self.scopes.binder(*space)) else { return None };
        let (of, bound) = self.literal(*bound)?;
        let op = match verb {
            "lessThan" => "<",
            "leq" => "<=",
            "geq" => ">=",
            "greaterThan" => ">",
            _ => "<=>",
        };
        (space.standard_guard() == Some(of))
            .then(|| Guard::Region(of, format!("({} {op} {bound})", space.name).into()))
    }

    /// A number or character, also a negated one, with the space it is of and how it prints.
    fn literal(&self, it: ExprId) -> Option<(Standard, String)> {
        use syntax::kernel_e::Integer;
        match self.program.expr(it) {
            Expr::Literal(Literal::Int(Integer::Small(it))) => Some((Standard::Int, it.to_string())),
            Expr::Literal(Literal::Int(Integer::Big { digits, .. })) => {
                Some((Standard::Int, digits.to_string()))
            }
            Expr::Literal(Literal::Float(it)) => Some((Standard::Float64, format!("{it:?}"))),
            Expr::Literal(Literal::Char(it)) => Some((Standard::Char, format!("{it:?}"))),
            Expr::Call { recipient, verb, args } if &**verb == "negate" && args.is_empty() => {
                match self.program.expr(*recipient) {
                    Expr::Literal(Literal::Int(_) | Literal::Float(_)) => {
                        self.literal(*recipient).map(|(of, text)| (of, format!("-{text}")))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// `List[g]` and its like.
fn parameterized(name: &str, mut guards: Vec<Guard>) -> Option<Guard> {
    let one = |guards: &mut Vec<Guard>| match guards.len() {
        1 => guards.pop().map(Arc::new),
        _ => None,
    };
    Some(match name {
        "any" => Guard::Union(guards),
        "all" => Guard::Intersection(guards),
        "Tuple" => Guard::Tuple(guards),
        "List" => Guard::List(one(&mut guards)?),
        "Set" => Guard::Set(one(&mut guards)?),
        "nullOk" => Guard::NullOk(one(&mut guards)?),
        "Not" => Guard::Other(format!("Not[{}]", one(&mut guards)?).into()),
        "Map" => match guards.as_slice() {
            [k, v] => Guard::Map(Arc::new(k.clone()), Arc::new(v.clone())),
            _ => return None,
        },
        _ => return None,
    })
}

/// The noun that a pattern introduces, through `via`.
pub(crate) fn noun_of(program: &Program, pattern: PatternId) -> Option<Name> {
    let mut it = pattern;
    for _ in 0..program.patterns.len() {
        match program.pattern(it) {
            Pattern::Final { noun, .. } | Pattern::Var { noun, .. } | Pattern::Binding(noun) => {
                return Some(noun.clone());
            }
            Pattern::Via { pattern, .. } => it = *pattern,
            _ => return None,
        }
    }
    None
}
