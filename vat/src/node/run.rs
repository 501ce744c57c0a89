//! What nodes say in Kernel-E, and evaluating them.

use super::kernel::Kernel;
use super::kind;
use super::write::{MOST, Written, write};
use crate::coerce::failure;
use crate::cx::Cx;
use crate::data::list::items;
use crate::data::text::text_of;
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::natives;
use crate::problem::{Exit, Problem};
use crate::scope_object;
use crate::value::Value;
use syntax::kernel_e::{self, Expr, Name};
use syntax::{Expansion, SyntaxError, SyntaxErrorKind};
use text_size::TextRange;

/// `__eval(expr, scope)`
pub static EVAL: Class =
    Class::new("__eval", "<__eval>", natives!["run"(Any, Any) => run_eval]).stamps(Stamps::DEEP_FROZEN);

/// A node in Kernel-E, and where its pieces were written.
pub struct Expanded {
    pub expansion: Expansion,
    /// The pattern, if the node is one; then the program has no body.
    pub pattern: Option<kernel_e::PatternId>,
    spans: Vec<Value>,
}

impl Expanded {
    /// The source span that stands at a range, or null.
    pub fn span(&self, range: TextRange) -> Value {
        span_at(&self.spans, range)
    }
}

fn span_at(spans: &[Value], range: TextRange) -> Value {
    spans.get(u32::from(range.start()) as usize).copied().unwrap_or(Value::NULL)
}

/// Expands a node, whatever there is to say about it.
pub fn expand(cx: &mut Cx, node: Value) -> Result<Expanded, Exit> {
    let Written { program, pattern, spans, count } = write(cx, node).map_err(|why| cx.throw(why))?;
    cx.charge(4 * count)?;
    cx.reserve(128 * count)?;
    Ok(match pattern {
        None => Expanded { expansion: syntax::expand(&program), pattern: None, spans },
        Some(it) => {
            let expanded = syntax::expand_pattern(&program, it);
            Expanded { expansion: expanded.expansion, pattern: Some(expanded.pattern), spans }
        }
    })
}

/// The first thing wrong with it, as a problem that says where.
pub fn fault(expanded: &Expanded, errors: &[SyntaxError]) -> Option<Problem> {
    let first = errors.iter().find(|it| it.kind != SyntaxErrorKind::Warning)?;
    Some(placed(Problem::new(&first.message), expanded.span(first.range)))
}

fn placed(problem: Problem, span: Value) -> Problem {
    if span.is_null() { problem } else { problem.text(" @ ").value(span) }
}

fn refuse(cx: &mut Cx, expanded: &Expanded) -> Result<(), Exit> {
    match fault(expanded, &expanded.expansion.errors) {
        Some(problem) => Err(cx.throw(problem)),
        None => Ok(()),
    }
}

fn refuse_misuse(cx: &mut Cx, expanded: &Expanded) -> Result<(), Exit> {
    match syntax::misuses(&expanded.expansion.program).into_iter().next() {
        Some(it) => Err(cx.throw(it.message)),
        None => Ok(()),
    }
}

/// `node.asKernelE()`
pub fn as_kernel(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    if is_kernel(cx, this)? {
        return done(this);
    }
    let expanded = expand(cx, this)?;
    refuse(cx, &expanded)?;
    refuse_misuse(cx, &expanded)?;
    let node = nodes(cx, &expanded);
    done(node)
}

/// A node in Kernel-E; what is wrong with it is left for others to say.
pub fn kernel(cx: &mut Cx, node: Value) -> Result<Value, Exit> {
    if is_kernel(cx, node)? {
        return Ok(node);
    }
    let expanded = expand(cx, node)?;
    refuse(cx, &expanded)?;
    Ok(nodes(cx, &expanded))
}

fn nodes(cx: &mut Cx, expanded: &Expanded) -> Value {
    let spans = &expanded.spans;
    let mut reader = Kernel {
        cx,
        program: &expanded.expansion.program,
        source_map: &expanded.expansion.source_map,
        spans: &|range| span_at(spans, range),
    };
    match expanded.pattern {
        Some(pattern) => reader.pattern(pattern),
        None => reader.body(),
    }
}

/// A pattern of an expanded node, as a node.
pub fn pattern_node(cx: &mut Cx, expanded: &Expanded, id: kernel_e::PatternId) -> Value {
    let spans = &expanded.spans;
    let program = &expanded.expansion.program;
    let source_map = &expanded.expansion.source_map;
    Kernel { cx, program, source_map, spans: &|range| span_at(spans, range) }.pattern(id)
}

/// Is there no sugar in it?
pub fn is_kernel(cx: &mut Cx, node: Value) -> Result<bool, Exit> {
    let mut todo = vec![node];
    let mut left = MOST;
    while let Some(it) = todo.pop() {
        cx.charge(1)?;
        left -= 1;
        // Parts that are shared over and over would never end; what is too large is told so when it is written.
        if left == 0 {
            return Ok(false);
        }
        match kind::of(cx, it) {
            Some(kind) if kind.is_kernel() => todo.extend(super::methods::children(cx, it)),
            _ => return Ok(false),
        }
    }
    Ok(true)
}

// Evaluating.

fn run_eval(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    cx.call(args[0], "eval", [args[1]])
}

/// `expr.eval(scope)`
pub fn eval(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let expanded = expand(cx, this)?;
    refuse(cx, &expanded)?;
    refuse_misuse(cx, &expanded)?;
    evaluate(cx, &expanded, &expanded.expansion, args[0])
}

/// Evaluates; what is refused before anything runs says where it was written.
fn evaluate(cx: &mut Cx, expanded: &Expanded, expansion: &Expansion, scope: Value) -> Outcome {
    let started = scope_object::eval(cx, expansion, scope);
    let Err(Exit::Thrown(problem)) = started else { return started };
    let Some(crate::heap::Cell::Problem(it)) = cx.heap.get(problem) else {
        return Err(Exit::Thrown(problem));
    };
    let span = it.trace.first().map_or(Value::NULL, |it| expanded.span(it.range));
    if span.is_null() {
        return Err(Exit::Thrown(problem));
    }
    let it = placed((**it).clone(), span);
    Err(cx.throw(it))
}

/// `expr.evalToPair(scope)`: the value, and the scope with what the expression defines.
pub fn eval_to_pair(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let expanded = expand(cx, this)?;
    refuse(cx, &expanded)?;
    refuse_misuse(cx, &expanded)?;
    let mut expansion = expanded.expansion.clone();
    let names = collect(&mut expansion);
    let names: Vec<Value> = names.iter().map(|it| cx.heap.text(&**it)).collect();
    let names = cx.heap.list(names);
    let then = Then::new(paired, [args[0], names]);
    match evaluate(cx, &expanded, &expansion, args[0])? {
        crate::native::Step::Run(run, None) => Ok(crate::native::Step::Run(run, Some(then))),
        it => Ok(it),
    }
}

/// The list of the value and the bindings, by name, of what was defined.
fn paired(cx: &mut Cx, then: Box<Then>, list: Value) -> Outcome {
    let (scope, names) = (then.values[0], items(cx, then.values[1]));
    let found = items(cx, list);
    let Some((value, bindings)) = found.split_first() else { return done(Value::NULL) };
    let scope = scope_object::with_bindings(cx, scope, &names, bindings)?;
    let pair = cx.heap.list([*value, scope]);
    done(pair)
}

/// Makes the value of a program the list of its value and the bindings of what it defines; answers the names.
fn collect(expansion: &mut Expansion) -> Vec<Name> {
    let program = &mut expansion.program;
    let scope = program.body.iter().map(|it| syntax::StaticScope::of_expr(program, *it));
    let scope = scope.reduce(|before, next| before.then(&next)).unwrap_or_default();
    let mut names = scope.out_names();
    names.reverse();
    let mut add = |expr: Expr| {
        program.exprs.push(expr);
        expansion.source_map.exprs.push(TextRange::default());
        expansion.source_map.names.push(None);
        kernel_e::ExprId(program.exprs.len() as u32 - 1)
    };
    let recipient = add(Expr::Noun(Name::new(scope_object::COLLECTOR)));
    let bindings: Vec<_> = names.iter().map(|it| add(Expr::Binding(it.clone()))).collect();
    let value = match program.body.pop() {
        Some(last) => last,
        None => add(Expr::Literal(kernel_e::Literal::Null)),
    };
    let args = [value].into_iter().chain(bindings).collect();
    let call = add(Expr::Call { recipient, verb: Name::new("run"), args });
    program.body.push(call);
    names
}

/// `objectExpr.asTypeDesc(fqnPrefix)`
pub fn as_type_desc(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let expanded = expand(cx, this)?;
    let program = &expanded.expansion.program;
    let object = match program.body[..] {
        [root] => match program.expr(root) {
            Expr::Object(it) => Some(program.object(*it)),
            _ => None,
        },
        _ => None,
    };
    let Some(object) = object else {
        let problem = failure(cx, this, "ObjectExpr");
        return Err(cx.throw(problem));
    };
    let mut at = object.pattern;
    let noun = loop {
        match program.pattern(at) {
            kernel_e::Pattern::Via { pattern, .. } => at = *pattern,
            it => break it.noun(),
        }
    };
    let name = format!("{}{}", text_of(cx, args[0]), noun.map_or("_", |it| it));
    crate::desc::of_object(cx, program, object, &name)
}
