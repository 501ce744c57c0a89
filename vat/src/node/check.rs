//! Whether a node is a program: `requireKernelE`, `requireFitsScope`.

use super::kind::{self, K};
use super::{make, methods, print, run};
use crate::cx::Cx;
use crate::data::list::items;
use crate::native::{Class, Outcome, Then, done, method};
use crate::problem::{Exit, Problem};
use crate::scope_object;
use crate::value::Value;
use syntax::{Outer, SyntaxError, SyntaxErrorKind};

/// `node.requireKernelE(ejector)`: ejects the first reason why it is not a whole piece of Kernel-E.
pub fn require_kernel(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if let Some(problem) = misplaced(cx, this)? {
        return cx.eject(args[0], problem);
    }
    match faults(cx, this, &|_| Some(Outer { assignable: true }))? {
        Some(problem) => cx.eject(args[0], problem),
        None => done(Value::NULL),
    }
}

/// A part of the wrong kind: where Kernel-E wants a noun, only a noun will do.
fn misplaced(cx: &mut Cx, node: Value) -> Result<Option<Problem>, Exit> {
    let mut todo = vec![node];
    let mut left = super::write::MOST;
    while let Some(it) = todo.pop() {
        cx.charge(1)?;
        left -= 1;
        if left == 0 {
            return Ok(None);
        }
        let Some(kind) = kind::of(cx, it) else { continue };
        todo.extend(methods::children(cx, it).into_iter().rev());
        let wants_noun = matches!(
            kind.k,
            K::AssignExpr | K::BindingExpr | K::BindingPattern | K::FinalPattern | K::VarPattern
        );
        let noun = methods::children(cx, it).first().copied().unwrap_or(Value::NULL);
        if wants_noun && !make::is_a(cx, noun, "NounExpr") {
            let had = print::bare_text(cx, noun);
            let problem = Problem::default().value(it).text(" must have noun of type NounExpr, but had ");
            return Ok(Some(problem.text(had)));
        }
    }
    Ok(None)
}

/// What E refuses before it runs.
fn faults(cx: &mut Cx, node: Value, outer: &dyn Fn(&str) -> Option<Outer>) -> Result<Option<Problem>, Exit> {
    let mut expanded = run::expand(cx, node)?;
    if let Some(pattern) = expanded.pattern {
        // A pattern is judged as what it is in a definition.
        let program = &mut expanded.expansion.program;
        let mut add = |it| {
            program.exprs.push(it);
            expanded.expansion.source_map.exprs.push(Default::default());
            expanded.expansion.source_map.names.push(None);
            syntax::kernel_e::ExprId(program.exprs.len() as u32 - 1)
        };
        let value = add(syntax::kernel_e::Expr::Literal(syntax::kernel_e::Literal::Str("".into())));
        let define = add(syntax::kernel_e::Expr::Define { pattern, ejector: None, value });
        program.body = vec![define];
    }
    let scopes = syntax::resolve(&expanded.expansion.program);
    let nouns: Vec<SyntaxError> = syntax::static_errors(&expanded.expansion, &scopes, outer);
    let own = expanded.expansion.errors.iter();
    let first = own.chain(&nouns).find(|it| it.kind != SyntaxErrorKind::Warning).cloned();
    Ok(first.and_then(|it| run::fault(&expanded, &[it])))
}

/// `node.requireFitsScope(scope, ejector)`: ejects the first noun that the scope lacks or does not let vary.
pub fn require_fits_scope(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if let Some(problem) = faults(cx, this, &|_| Some(Outer { assignable: true }))? {
        return cx.eject(args[1], problem);
    }
    let scope = cx.near(args[0]);
    let used = super::scope::of_node(cx, this)?.names_used();
    if scope_object::is_scope(cx, scope) {
        let known = scope_object::outer(cx, scope);
        let found = faults(cx, this, &|noun| known(noun))?;
        return match found {
            Some(problem) => cx.eject(args[1], problem),
            None => done(Value::NULL),
        };
    }
    // Something else that serves as a scope is asked, noun by noun.
    let names: Vec<Value> = used.iter().map(|it| cx.heap.text(&**it)).collect();
    let names = cx.heap.list(names);
    ask_next(cx, Then::new(asked, [scope, args[1], names, Value::from(0)]))
}

fn ask_next(cx: &mut Cx, then: Box<Then>) -> Outcome {
    let at = then.values[3].as_int().and_then(|it| usize::try_from(it).ok()).unwrap_or(0);
    let Some(name) = items(cx, then.values[2]).get(at).copied() else { return done(Value::NULL) };
    let absent = cx.heap.native(&ABSENT, [name, then.values[1]]);
    cx.call_then(then.values[0], "fetchSlot", [name, absent], then)
}

fn asked(cx: &mut Cx, mut then: Box<Then>, _: Value) -> Outcome {
    then.values[3] = Value::from(then.values[3].as_int().unwrap_or(0) + 1);
    ask_next(cx, then)
}

/// What is asked when a scope has no such noun. Fields: the noun, and where to leave.
pub(crate) static ABSENT: Class = Class::new(
    "absent",
    "<absent>",
    &[method("run", 0, |cx, this, _| {
        let Some(&[name, ejector]) = cx.heap.fields(this, &ABSENT) else { return done(Value::NULL) };
        cx.eject(ejector, Problem::new("undefined variable: ").print(name))
    })],
);
