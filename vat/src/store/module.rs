//! Loaded code as bytes, and back: the program, and what the compiler was told of the scope around it.
//!
//! Register code is made again from that, by the same compiler, which makes the same of the same. So a snapshot
//! holds no code that the compiler would not make, and nothing has to be checked before the machine runs it.

use super::bytes::{Damage, Read, Reader, Writer};
use super::program;
use crate::code::{Held, Module};
use crate::compile::{Outer, OuterNoun, Unit, compile};
use crate::scopes::Entry;
use crate::value::Value;
use audit::{Judgement, Objection, ObjectionKind, Place, Said, Verdict};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use syntax::kernel_e::{ExprId, Name, ObjectId};
use syntax::{Expansion, SyntaxError, SyntaxErrorKind};

/// What the compiler was told of a noun that the program does not define.
#[derive(Clone, Debug)]
pub struct Told {
    pub noun: Name,
    pub found: Option<OuterNoun>,
    pub universal: bool,
}

/// Everything that `outer` has to say of the free nouns of a program.
pub(crate) fn told(scopes: &syntax::Scopes, outer: &dyn Outer) -> Vec<Told> {
    let free = scopes.free.iter();
    free.map(|(noun, _, _)| Told {
        noun: noun.clone(),
        found: outer.lookup(noun),
        universal: outer.is_universal(noun),
    })
    .collect()
}

pub(crate) fn write(out: &mut Writer, it: &Module) {
    program::write(out, &it.program, &it.source_map);
    out.text(&it.prefix);
    out.text(&it.source);
    out.all(it.told.iter(), |out, it| {
        out.text(&it.noun);
        match it.found {
            None => out.byte(0),
            Some(OuterNoun::Constant(it)) => {
                out.byte(1);
                out.value(it);
            }
            Some(OuterNoun::Held(it)) => {
                out.byte(2);
                held(out, it);
            }
        }
        out.bool(it.universal);
    });
    let frozen = it.scripts.iter().filter(|it| it.presumed_frozen).filter_map(|it| it.object);
    let frozen: Vec<ObjectId> = frozen.collect();
    out.all(frozen.iter(), |out, it| out.u32(it.0));
    out.all(it.refused.iter(), |out, it| {
        out.u32(it.object.0);
        out.u32(it.at.0);
        out.text(&it.why);
    });
    out.all(it.objections.iter(), |out, it| out.all(it.iter(), |out, it| out.text(it)));
}

pub(crate) fn read(from: &mut Reader<'_>) -> Read<Module> {
    let (program, source_map) = program::read(from)?;
    let (prefix, source) = (from.text()?, from.text()?);
    let told = from.all(|from| {
        let noun = Name::new(from.text()?);
        let found = match from.byte()? {
            0 => None,
            1 => match from.any_value()? {
                it if is_born(&noun, it) => Some(OuterNoun::Constant(it)),
                _ => return Err(Damage("a name stands for what no scope says")),
            },
            2 => Some(OuterNoun::Held(read_held(from)?)),
            _ => return Err(Damage("not a way to know a noun")),
        };
        Ok(Told { noun, found, universal: from.bool()? })
    })?;
    let object = |from: &mut Reader<'_>| match from.u32()? {
        it if (it as usize) < program.objects.len() => Ok(ObjectId(it)),
        _ => Err(Damage("an object expression has a wrong number")),
    };
    let mut judgements = Vec::new();
    for object in from.all(object)? {
        judgements.push(judgement(object, None, Verdict::Approved));
    }
    let auditor = |from: &mut Reader<'_>| match from.u32()? {
        it if (it as usize) < program.exprs.len() => Ok(ExprId(it)),
        _ => Err(Damage("an auditor has a wrong number")),
    };
    for (object, at, why) in from.all(|from| Ok((object(from)?, auditor(from)?, from.text()?.to_string())))? {
        let kind = ObjectionKind::NotAnAuditor { name: "".into() };
        let objection = Objection { kind, place: Place::Object(object), said: Said::Text(why.into()) };
        judgements.push(judgement(object, Some(at), Verdict::Rejected(vec![objection])));
    }
    let objections = from.all(|from| from.all(|from| Ok(from.text()?.to_string())))?;
    let around = Around(told.into_iter().map(|it| (it.noun.clone(), it)).collect());
    let scopes = syntax::resolve(&program);
    let expansion = Expansion { program, source_map, errors: Vec::new() };
    let faults = syntax::static_errors(&expansion, &scopes, &|noun| {
        let found = around.lookup(noun)?;
        Some(syntax::Outer {
            assignable: !matches!(found, OuterNoun::Constant(_) | OuterNoun::Held(Held::Value)),
        })
    });
    if faults.iter().any(|it| it.kind != SyntaxErrorKind::Warning) {
        return Err(Damage("a program that could not have been loaded"));
    }
    let objects = expansion.program.objects.len();
    let mut module = compile(Unit {
        program: Arc::new(expansion.program),
        source_map: Arc::new(expansion.source_map),
        scopes: Arc::new(scopes),
        outer: &around,
        prefix,
        source,
        judgements: &judgements,
    });
    if objections.len() == objects {
        module.objections = objections;
    }
    Ok(module)
}

/// Do programs find this under that name?
fn is_born(noun: &str, value: Value) -> bool {
    let module = crate::core_scope::module_only(noun);
    module.into_iter().chain(crate::scope::born(noun, false)).any(|it| match it {
        Entry::Class(it) => value.is(it),
        Entry::Value(it) => value == it,
        Entry::Make(_) => false,
    })
}

fn judgement(object: ObjectId, asked_at: Option<ExprId>, verdict: Verdict) -> Judgement {
    Judgement { object, auditor: "".into(), asked_at, insists: true, verdict, if_asked: None }
}

/// A scope that says what it said before.
struct Around(FxHashMap<Name, Told>);

impl Outer for Around {
    fn lookup(&self, noun: &str) -> Option<OuterNoun> {
        self.0.get(noun)?.found
    }
    fn is_universal(&self, noun: &str) -> bool {
        self.0.get(noun).is_some_and(|it| it.universal)
    }
}

pub(super) fn held(out: &mut Writer, it: Held) {
    out.byte(match it {
        Held::Value => 0,
        Held::Slot => 1,
        Held::Binding => 2,
        Held::Field => 3,
    });
}

pub(super) fn read_held(from: &mut Reader<'_>) -> Read<Held> {
    Ok(match from.byte()? {
        0 => Held::Value,
        1 => Held::Slot,
        2 => Held::Binding,
        3 => Held::Field,
        _ => return Err(Damage("not a way to hold a value")),
    })
}

/// A program that has not run yet.
pub(super) fn write_expansion(out: &mut Writer, it: &Expansion) {
    program::write(out, &it.program, &it.source_map);
    let faults: Vec<&SyntaxError> =
        it.errors.iter().filter(|it| it.kind != SyntaxErrorKind::Warning).collect();
    out.all(faults.into_iter(), |out, it| {
        program::write_range(out, it.range);
        out.text(&it.message);
    });
}

pub(super) fn read_expansion(from: &mut Reader<'_>) -> Read<Expansion> {
    let (program, source_map) = program::read(from)?;
    let errors = from.all(|from| {
        let (range, message) = (program::read_range(from)?, from.text()?.to_string());
        Ok(SyntaxError { range, message, kind: SyntaxErrorKind::Syntax, related: Vec::new() })
    })?;
    Ok(Expansion { program, source_map, errors })
}

/// A constant that a module wants is one of the vat's values.
pub(super) fn constants(from: &mut Reader<'_>, module: &Module) -> Read<Arc<[Value]>> {
    let values = from.values()?;
    if values.len() == module.consts.len() {
        Ok(values.into())
    } else {
        Err(Damage("code and its constants do not fit"))
    }
}
