//! Query: whose method each message of a text arrives at, as far as the text tells.
//!
//! For going places and for offering names. A receiver is followed from a name to the object expression it
//! holds, and through a call to what the called method returns; what a caller hands over is not guessed.
//! Nothing that promises anything rests on this: verdicts and authority are judged elsewhere.

use crate::db::Db;
use crate::input::{File, modules};
use crate::knowledge::knowledge;
use crate::names::{Meaning, Site, names};
use crate::program::{maps, programs};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use syntax::kernel_e::{Expr, ExprId, Literal, Method, Object, ObjectId, Pattern, Program, Script};
use syntax::scope::{Binder, DefinitionId, DefinitionKind};
use text_size::TextRange;

/// An object expression anywhere.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct ObjectSite {
    pub file: File,
    /// Which program of the file.
    pub program: usize,
    pub object: ObjectId,
}

/// One method of an object expression, by its place in the script.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct MethodSite {
    pub object: ObjectSite,
    pub method: usize,
}

/// A call or a send whose receiver is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Message {
    /// The verb; of `f(x)`, the function.
    pub range: TextRange,
    pub to: MethodSite,
}

/// How many names and calls a receiver is followed through.
pub(crate) const FARTHEST: usize = 16;

/// The messages of a file in the order of their places.
#[salsa::tracked(returns(ref))]
pub(crate) fn messages(db: &dyn Db, file: File) -> Arc<Vec<Message>> {
    let mut found = Vec::new();
    for (index, program) in programs(db, file).iter().enumerate() {
        db.unwind_if_revision_cancelled();
        let map = &maps(db, file)[index];
        for (id, it) in program.exprs.iter().enumerate() {
            let id = ExprId(id as u32);
            let Some(sent) = sent(program, it) else { continue };
            let written = map.source.names.get(id.index()).copied().flatten();
            let Some(range) = written.or_else(|| function(program, map, id, &sent)) else { continue };
            let Some(object) = object_of(db, file, index, sent.recipient, FARTHEST) else { continue };
            let Some(method) = method_named(object_at(db, object), sent.verb, sent.arity()) else { continue };
            found.push(Message { range: map.in_file(range), to: MethodSite { object, method } });
        }
    }
    found.sort_by_key(|it| (it.range.start(), it.range.end()));
    found.dedup();
    Arc::new(found)
}

/// A message as the program has it.
pub(crate) struct Sent<'a> {
    pub recipient: ExprId,
    pub verb: &'a str,
    pub args: &'a [ExprId],
}

impl Sent<'_> {
    fn arity(&self) -> usize {
        self.args.len()
    }
}

/// What a call sends, and to whom; an eventual send is a call to `E`.
pub(crate) fn sent<'a>(program: &'a Program, it: &'a Expr) -> Option<Sent<'a>> {
    let Expr::Call { recipient, verb, args } = it else { return None };
    let to_e = matches!(program.expr(*recipient), Expr::Noun(noun) if &**noun == "E");
    match args.as_slice() {
        [target, name, list] if to_e && matches!(&**verb, "send" | "sendOnly") => {
            let Expr::Literal(Literal::Str(verb)) = program.expr(*name) else { return None };
            let Expr::Call { args, .. } = program.expr(*list) else { return None };
            Some(Sent { recipient: *target, verb, args })
        }
        _ => Some(Sent { recipient: *recipient, verb, args }),
    }
}

/// Of `f(x)`, where the verb is not written, the noun `f`.
fn function(
    program: &Program,
    map: &crate::program::Map,
    call: ExprId,
    sent: &Sent<'_>,
) -> Option<TextRange> {
    let Expr::Noun(_) = program.expr(sent.recipient) else { return None };
    let noun = map.source.names.get(sent.recipient.index()).copied().flatten()?;
    let whole = map.source.expr(call);
    // What expansion calls has the place of the construct it was made for.
    (sent.verb == "run" && whole.start() == noun.start() && whole.len() > noun.len()).then_some(noun)
}

/// What the definitions and the ways out of one program hold.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Held {
    /// `def x := value`, by what it defines.
    values: FxHashMap<DefinitionId, ExprId>,
    /// What `return` is called with, by the ejector of its method.
    returned: FxHashMap<DefinitionId, Vec<ExprId>>,
}

#[salsa::tracked(returns(ref))]
fn held(db: &dyn Db, file: File) -> Arc<Vec<Held>> {
    let of = |index: usize, program: &Program| {
        let scopes = &names(db, file).programs[index].scopes;
        let mut held = Held::default();
        for it in &program.exprs {
            match it {
                Expr::Define { pattern, value, .. } => {
                    if let Pattern::Final { .. } = program.pattern(*pattern)
                        && let Some(definition) = scopes.by_pattern.get(pattern)
                    {
                        held.values.insert(*definition, *value);
                    }
                }
                Expr::Call { recipient, verb, args } if &**verb == "run" && args.len() == 1 => {
                    if let Expr::Noun(noun) = program.expr(*recipient)
                        && &**noun == "__return"
                        && let Binder::Definition(ejector) = scopes.binder(*recipient)
                    {
                        held.returned.entry(*ejector).or_default().push(args[0]);
                    }
                }
                _ => {}
            }
        }
        held
    };
    Arc::new(programs(db, file).iter().enumerate().map(|(index, it)| of(index, it)).collect())
}

/// The object expression that an expression's value comes from; `budget` bounds how far it is followed.
pub(crate) fn object_of(
    db: &dyn Db,
    file: File,
    index: usize,
    it: ExprId,
    budget: usize,
) -> Option<ObjectSite> {
    let budget = budget.checked_sub(1)?;
    let program = programs(db, file).get(index)?;
    match program.expr(it) {
        Expr::Noun(noun) => {
            let names = names(db, file);
            match names.meaning(index, noun, names.programs[index].scopes.binder(it)) {
                Meaning::Definition(site) => object_named(db, site, budget),
                Meaning::Scope(_) | Meaning::Unbound => None,
            }
        }
        Expr::Object(object) => Some(ObjectSite { file, program: index, object: *object }),
        Expr::Define { value, .. } | Expr::Assign { value, .. } => object_of(db, file, index, *value, budget),
        Expr::Hide(body) => object_of(db, file, index, *body, budget),
        Expr::Finally { attempt, .. } => object_of(db, file, index, *attempt, budget),
        Expr::Seq(parts) => object_of(db, file, index, *parts.last()?, budget),
        call @ Expr::Call { .. } => {
            let sent = sent(program, call)?;
            if let Some(module) = imported(db, program, &sent) {
                let value = *programs(db, module).first()?.body.last()?;
                return object_of(db, module, 0, value, budget);
            }
            let to = object_of(db, file, index, sent.recipient, budget)?;
            let method = method_named(object_at(db, to), sent.verb, sent.arity())?;
            returned(db, MethodSite { object: to, method }, budget)
        }
        _ => None,
    }
}

/// The module that a call of `import__uriGetter` gives, which is how `<import:mint>` expands.
fn imported(db: &dyn Db, program: &Program, sent: &Sent<'_>) -> Option<File> {
    let Expr::Noun(getter) = program.expr(sent.recipient) else { return None };
    let [only] = sent.args else { return None };
    let Expr::Literal(Literal::Str(name)) = program.expr(*only) else { return None };
    let is_import = &**getter == "import__uriGetter" && sent.verb == "get";
    is_import.then(|| modules(db)?.get(&**name).copied())?
}

/// The object expression that a name holds.
pub(crate) fn object_of_name(db: &dyn Db, site: Site) -> Option<ObjectSite> {
    object_named(db, site, FARTHEST)
}

fn object_named(db: &dyn Db, site: Site, budget: usize) -> Option<ObjectSite> {
    let here = |object| ObjectSite { file: site.file, program: site.program, object };
    let definition = names(db, site.file).programs.get(site.program)?.scopes.definition(site.definition);
    if let DefinitionKind::Object { object, .. } = definition.kind {
        return Some(here(object));
    }
    if let Some(object) = knowledge(db, site.file).programs[site.program].objects.get(&site.definition) {
        return Some(here(*object));
    }
    let value = held(db, site.file)[site.program].values.get(&site.definition)?;
    object_of(db, site.file, site.program, *value, budget)
}

/// The object expression that a method answers, where every `return` of it answers the same.
fn returned(db: &dyn Db, it: MethodSite, budget: usize) -> Option<ObjectSite> {
    let ObjectSite { file, program: index, .. } = it.object;
    let program = &programs(db, file)[index];
    let method = method_at(db, it)?;
    let Expr::Escape { pattern, .. } = program.expr(method.body) else {
        return object_of(db, file, index, method.body, budget);
    };
    let ejector = names(db, file).programs[index].scopes.by_pattern.get(pattern)?;
    let values = held(db, file)[index].returned.get(ejector)?;
    let mut objects = values.iter().map(|it| object_of(db, file, index, *it, budget));
    let first = objects.next()??;
    objects.all(|it| it == Some(first)).then_some(first)
}

pub(crate) fn object_at(db: &dyn Db, it: ObjectSite) -> &Object {
    programs(db, it.file)[it.program].object(it.object)
}

pub(crate) fn method_at(db: &dyn Db, it: MethodSite) -> Option<&Method> {
    methods(object_at(db, it.object)).get(it.method)
}

/// What the object answers to, its matchers aside.
pub(crate) fn methods(it: &Object) -> &[Method] {
    match &it.script {
        Script::Methods { methods, .. } => methods,
        Script::Plumbing(_) => &[],
    }
}

pub(crate) fn method_named(it: &Object, verb: &str, arity: usize) -> Option<usize> {
    methods(it).iter().position(|it| &*it.verb == verb && it.params.len() == arity)
}

/// The message whose verb is at a place.
pub(crate) fn message_at(db: &dyn Db, file: File, at: text_size::TextSize) -> Option<&Message> {
    let all = messages(db, file);
    let after = all.partition_point(|it| it.range.start() <= at);
    all[..after].last().filter(|it| it.range.contains_inclusive(at))
}

/// The method whose verb is written at a place.
pub(crate) fn method_written_at(db: &dyn Db, file: File, at: text_size::TextSize) -> Option<MethodSite> {
    maps(db, file).iter().enumerate().find_map(|(program, map)| {
        let here = map.in_program(at)?;
        map.source.objects.iter().enumerate().find_map(|(object, ranges)| {
            let holds = |it: &Option<TextRange>| it.is_some_and(|it| it.contains_inclusive(here));
            let method = ranges.verbs.iter().position(holds)?;
            let object = ObjectSite { file, program, object: ObjectId(object as u32) };
            Some(MethodSite { object, method })
        })
    })
}

/// Where a method's verb is written; of a function, its name.
pub(crate) fn method_range(db: &dyn Db, it: MethodSite) -> Option<TextRange> {
    let map = maps(db, it.object.file).get(it.object.program)?;
    let ranges = map.source.object(it.object.object);
    let verb = ranges.verbs.get(it.method).copied().flatten();
    Some(map.in_file(verb.unwrap_or_else(|| crate::ide::places::object_name(map, it.object.object))))
}
