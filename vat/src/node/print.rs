//! Nodes as E: Kernel-E as it is always printed, sugar as one would write it.

use super::kind::{self, K};
use super::make::is_a;
use super::read::node;

use super::write::write;
use crate::cx::Cx;
use crate::native::{Outcome, done};
use crate::print::{Piece, write_pieces};
use crate::problem::Exit;
use crate::value::Value;
use std::sync::Arc;
use syntax::kernel_e::{Expr, Script};
use syntax::print::kernel;
use syntax::print::surface::{print_surface_body, print_surface_pattern};

/// How a node prints: ``e`…` ``, ``epatt`…` ``, and ``e??`…` `` for what no quasi-parser reads.
pub fn pieces(cx: &mut Cx, value: Value) -> Result<Option<Vec<Piece>>, Exit> {
    let Some(kind) = kind::of(cx, value) else { return Ok(None) };
    let open = if kind.is_a("EExpr") {
        "e`"
    } else if kind.is_a("Pattern") {
        "epatt`"
    } else {
        "e??`"
    };
    let text = paid_text(cx, value)?;
    Ok(Some(vec![open.into(), text.into(), "`".into()]))
}

/// The E that a node stands for.
pub fn text(cx: &Cx, value: Value) -> Option<Arc<str>> {
    kind::of(cx, value)?;
    Some(printed(cx, value).unwrap_or_default().into())
}

fn paid_text(cx: &mut Cx, value: Value) -> Result<String, Exit> {
    let wide = in_object(cx, value);
    let text = match is_a(cx, value, "EExpr") || is_a(cx, value, "Pattern") {
        true => printed(cx, wide),
        false => printed_part(cx, value, wide),
    };
    let text = text.unwrap_or_else(|| kind::of(cx, value).map_or("", |it| it.name).to_string());
    cx.charge(text.len() as u64 / 4)?;
    cx.reserve(text.len() as u64)?;
    Ok(text)
}

/// The text of a node that stands in a message, as far as it has one.
pub fn bare_text(cx: &Cx, value: Value) -> String {
    printed(cx, value).unwrap_or_default()
}

/// Of an expression or a pattern.
fn printed(cx: &Cx, value: Value) -> Option<String> {
    let written = write(cx, value).ok()?;
    let program = &written.program;
    if all_kernel(cx, value) {
        match written.pattern {
            None => {
                let expanded = syntax::expand(program);
                if expanded.errors.is_empty() {
                    return Some(kernel::print_kernel(&expanded.program));
                }
            }
            Some(it) => {
                let expanded = syntax::expand_pattern(program, it);
                if expanded.expansion.errors.is_empty() {
                    return Some(kernel::print_pattern(&expanded.expansion.program, expanded.pattern));
                }
            }
        }
    }
    Some(match written.pattern {
        Some(it) => print_surface_pattern(program, it),
        None => print_surface_body(program),
    })
}

/// Is there no sugar in it? What is too large to look through counts as sugared.
fn all_kernel(cx: &Cx, value: Value) -> bool {
    let mut todo = vec![value];
    while let Some(it) = todo.pop() {
        match kind::of(cx, it) {
            Some(kind) if kind.is_kernel() => todo.extend(super::methods::children(cx, it)),
            _ => return false,
        }
    }
    true
}

/// A part of an object, from the object that has only that part.
fn printed_part(cx: &Cx, part: Value, object: Value) -> Option<String> {
    let written = write(cx, object).ok()?;
    let expanded = syntax::expand(&written.program);
    let program = &expanded.program;
    let [root] = program.body[..] else { return None };
    let Expr::Object(id) = program.expr(root) else { return None };
    let object = program.object(*id);
    Some(match (kind::of(cx, part)?.k, &object.script) {
        (K::EScript, script) => kernel::print_script(program, script),
        (K::Auditors, _) => kernel::print_auditors(program, object),
        (K::EMethod | K::ETo, Script::Methods { methods, .. }) => {
            kernel::print_method(program, methods.first()?)
        }
        (K::EMatcher, Script::Plumbing(it)) => kernel::print_matcher(program, it),
        _ => kernel::print_script(program, &object.script),
    })
}

/// An expression or a pattern itself; for a part of an object, an object that has just that part.
pub fn in_object(cx: &mut Cx, part: Value) -> Value {
    let Some(kind) = kind::of(cx, part) else { return part };
    let none = cx.heap.list([]);
    let mut make = |k: K, fields: &[Value]| node(cx, k, Value::NULL, fields);
    let plain = make(K::Auditors, &[Value::NULL, none]);
    let ignore = make(K::IgnorePattern, &[]);
    let (auditors, script) = match kind.k {
        K::Auditors => (part, make(K::EScript, &[none, none])),
        K::EScript | K::EMatcher => (plain, part),
        K::EMethod | K::ETo => {
            let methods = cx.heap.list([part]);
            (plain, node(cx, K::EScript, Value::NULL, &[methods, none]))
        }
        _ if kind.is_a("ObjectTail") => return make(K::ObjectHeadExpr, &[Value::NULL, ignore, part]),
        _ => return part,
    };
    node(cx, K::ObjectExpr, Value::NULL, &[Value::NULL, ignore, auditors, script])
}

/// `node.asText()`
pub fn as_text(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let text = paid_text(cx, this)?;
    done(cx.heap.text(text))
}

/// How loosely a kind of expression binds: 0 is a name, 100 a sequence.
fn looseness(k: K) -> i64 {
    match k {
        K::SeqExpr => 100,
        K::AssignExpr | K::NKAssignExpr | K::DefineExpr | K::DefrecExpr | K::ForwardExpr => 90,
        K::UpdateExpr | K::ExitExpr => 90,
        K::OrExpr => 80,
        K::AndExpr => 70,
        K::SameExpr | K::MatchBindExpr | K::MismatchExpr => 60,
        K::CompareExpr | K::CoerceExpr => 50,
        K::BinaryExpr | K::ModPowExpr => 40,
        K::PrefixExpr | K::SlotExpr | K::BindingExpr | K::CurryExpr => 20,
        K::CallExpr | K::FunCallExpr | K::GetExpr | K::SendExpr | K::FunSendExpr => 10,
        K::PropertyExpr | K::PropertySlotExpr => 10,
        _ => 0,
    }
}

fn sub_pieces(cx: &mut Cx, this: Value, precedence: Value) -> Result<Vec<Piece>, Exit> {
    let text = paid_text(cx, this)?;
    let loose = kind::of(cx, this).map_or(0, |it| looseness(it.k));
    Ok(match loose > precedence.as_int().unwrap_or(i64::MAX) {
        true => vec!["(".into(), text.into(), ")".into()],
        false => vec![text.into()],
    })
}

/// `node.subPrintOn(writer, precedence)`: with parentheses where it binds more loosely than that.
pub fn sub_print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let pieces = sub_pieces(cx, this, args[1])?;
    write_pieces(cx, args[0], pieces)
}

/// The same on a line of its own.
pub fn ln_print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let mut pieces = vec![Piece::from("\n")];
    pieces.extend(sub_pieces(cx, this, args[1])?);
    write_pieces(cx, args[0], pieces)
}
