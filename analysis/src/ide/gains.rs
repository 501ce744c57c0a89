//! At a call, what the receiver keeps of the powers that it is handed: `⟶ gains stdout`.

use super::inlay_hints::{InlayHint, InlayHintKind};
use crate::authority::{authority, reach_of_name};
use crate::db::Db;
use crate::input::File;
use crate::messages::{FARTHEST, MethodSite, ObjectSite, method_named, object_at, object_of, sent};
use crate::names::{Meaning, names};
use crate::program::{maps, programs};
use audit::as_written;
use audit::authority::Thing;
use std::collections::BTreeSet;
use syntax::kernel_e::{Expr, ExprId, Pattern, Program};
use text_size::TextRange;

pub(super) fn gains(db: &dyn Db, file: File, range: TextRange) -> Vec<InlayHint> {
    let mut found = Vec::new();
    for (index, program) in programs(db, file).iter().enumerate() {
        db.unwind_if_revision_cancelled();
        let map = &maps(db, file)[index];
        for (id, it) in program.exprs.iter().enumerate() {
            let id = ExprId(id as u32);
            let Some(sent) = sent(program, it) else { continue };
            if sent.args.is_empty() || !sent.args.iter().any(|it| carries_power(db, file, index, *it)) {
                continue;
            }
            let at = map.in_file(map.source.expr(id)).end();
            if !range.contains_inclusive(at) {
                continue;
            }
            let Some(object) = object_of(db, file, index, sent.recipient, FARTHEST) else { continue };
            let Some(method) = method_named(object_at(db, object), sent.verb, sent.args.len()) else {
                continue;
            };
            let kept = kept(db, MethodSite { object, method });
            let mut powers = BTreeSet::new();
            let mut ways = Vec::new();
            for (n, parameter, state) in kept {
                let Some(arg) = sent.args.get(n) else { continue };
                for power in powers_of(db, file, index, *arg) {
                    ways.push(format!("\n- `{power}`, handed over as `{parameter}`, stays in {state}"));
                    powers.insert(power);
                }
            }
            if !powers.is_empty() {
                let list = powers.into_iter().collect::<Vec<_>>().join(", ");
                ways.sort();
                ways.dedup();
                found.push(InlayHint {
                    at,
                    label: format!("⟶ gains {list}"),
                    kind: InlayHintKind::Gain,
                    asked: false,
                    tooltip: format!("By this call the receiver gains for good:{}", ways.concat()),
                    target: None,
                });
            }
        }
    }
    found.sort_by_key(|it| it.at);
    found.dedup();
    found
}

/// Cheap, and asked first: a noun that is a power, or a name of one.
fn carries_power(db: &dyn Db, file: File, index: usize, it: ExprId) -> bool {
    let program = &programs(db, file)[index];
    let Expr::Noun(noun) = program.expr(it) else { return false };
    match names(db, file).meaning(index, noun, names(db, file).programs[index].scopes.binder(it)) {
        Meaning::Scope(name) => name.authority != audit::scopes::Authority::None,
        Meaning::Definition(_) => true,
        Meaning::Unbound => false,
    }
}

fn powers_of(db: &dyn Db, file: File, index: usize, it: ExprId) -> Vec<String> {
    let program = &programs(db, file)[index];
    let Expr::Noun(noun) = program.expr(it) else { return Vec::new() };
    match names(db, file).meaning(index, noun, names(db, file).programs[index].scopes.binder(it)) {
        Meaning::Scope(name) if name.authority != audit::scopes::Authority::None => {
            vec![name.authority.to_string()]
        }
        Meaning::Definition(site) => {
            let powers = reach_of_name(db, site).holds.into_iter().filter_map(|it| match it.thing {
                Thing::Power(name, part) => Some(match part {
                    Some(part) => format!("{}({part})", name.authority),
                    None => name.authority.to_string(),
                }),
                _ => None,
            });
            powers.collect()
        }
        Meaning::Scope(_) | Meaning::Unbound => Vec::new(),
    }
}

/// Which parameters of a method stay behind: their place, their name, and the state that holds them.
fn kept(db: &dyn Db, it: MethodSite) -> Vec<(usize, String, String)> {
    let ObjectSite { file, program: index, object } = it.object;
    let program = &programs(db, file)[index];
    let Some(method) = crate::messages::methods(program.object(object)).get(it.method) else {
        return Vec::new();
    };
    let summary = authority(db, file).summary((file, index), object);
    let Some(summary) = summary.methods.get(it.method) else { return Vec::new() };
    let mut found = Vec::new();
    for (n, pattern) in method.params.iter().enumerate() {
        let Some(noun) = noun(program, *pattern) else { continue };
        for (parameter, state) in &summary.keeps {
            if **parameter == *noun {
                found.push((n, as_written(parameter).to_string(), state_in_words(state)));
            }
        }
    }
    found
}

fn noun(program: &Program, pattern: syntax::kernel_e::PatternId) -> Option<&str> {
    match program.pattern(pattern) {
        Pattern::Final { noun, .. } | Pattern::Var { noun, .. } => Some(noun),
        _ => None,
    }
}

fn state_in_words(it: &Thing) -> String {
    match it {
        Thing::Variable(noun, _) => format!("`var {}`", as_written(noun)),
        Thing::Collection(_) => "a mutable collection".to_string(),
        Thing::Object(noun, _) => format!("`{noun}`"),
        _ => "what it holds".to_string(),
    }
}
