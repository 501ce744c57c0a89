//! E expressions and patterns as values: ``e`a + b` ``, ``epatt`[x, y]` ``, and their quasi-parsers.
//!
//! A node keeps the E text it stands for, so it is plain data: nodes of the same text are the same, and any
//! vat can read one. What is asked of a node is answered by reading its text again.

use crate::cx::Cx;
use crate::data::list::{paid_items, portrayal};
use crate::data::text::text_of;
use crate::heap::Cell;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::print::Piece;
use crate::problem::{Exit, Problem};
use crate::value::{Value, View};
use std::sync::Arc;
use syntax::ast::{self, Expr, Pattern};
use syntax::{SyntaxError, SyntaxErrorKind};
use text_size::TextRange;

const COPIED: Stamps =
    Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::PASS_BY_COPY).and(Stamps::FROZEN_IF_PARTS_ARE);

/// An expression. Field: its text.
pub static EXPR: Class = Class::new(
    "EExpr",
    "EExpr",
    natives![
        "asKernelE"() => expand,
        "substitute"(List) => substitute,
        "matchBind"(List, Any, Any) => match_bind,
        "eval"(Any) => eval,
        "staticScope"() => crate::node_parts::scope_of_expr,
        "welcome"(Any) => crate::node_parts::welcome,
        "asText"() => as_text,
        "quasiTypeTag"() => tag,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("org.erights.e.elang.evm.EExpr")
.otherwise(crate::node_parts::of_expr)
.stamps(COPIED);

/// A pattern. Field: its text.
pub static PATTERN: Class = Class::new(
    "EPattern",
    "EPattern",
    natives![
        "asKernelE"() => expand_pattern,
        "substitute"(List) => substitute_pattern,
        "getOptPrincipalNoun"() => get_opt_principal_noun,
        "staticScope"() => crate::node_parts::scope_of_pattern,
        "welcome"(Any) => crate::node_parts::welcome,
        "asText"() => as_text,
        "quasiTypeTag"() => tag,
        "__optUncall"() => opt_uncall,
    ],
)
.fqn("org.erights.e.elang.evm.Pattern")
.otherwise(crate::node_parts::of_pattern)
.stamps(COPIED);

/// `e__quasiParser`
pub static E_PARSER: Class = Class::new(
    "e__quasiParser",
    "<e__quasiParser>",
    natives!["run"(Text) => read_expr, "valueMaker"(Text) => read_expr, "matchMaker"(Text) => read_expr],
)
.fqn("org.erights.e.elang.syntax.makeEParser")
.stamps(Stamps::DEEP_FROZEN);

/// `epatt__quasiParser`
pub static EPATT_PARSER: Class = Class::new(
    "epatt__quasiParser",
    "<epatt__quasiParser>",
    natives!["run"(Text) => read_pattern, "valueMaker"(Text) => read_pattern, "matchMaker"(Text) => read_pattern],
)
.fqn("org.erights.e.elang.syntax.makeEPatternParser")
.stamps(Stamps::DEEP_FROZEN);

/// `__eval(expr, scope)`
pub static EVAL: Class =
    Class::new("__eval", "<__eval>", natives!["run"(Any, Any) => run_eval]).stamps(Stamps::DEEP_FROZEN);

/// How nodes print.
pub fn pieces(_: &Cx, class: &'static Class, fields: &[Value]) -> Option<Vec<Piece>> {
    let open = if std::ptr::eq(class, &EXPR) {
        "e`"
    } else if std::ptr::eq(class, &PATTERN) {
        "epatt`"
    } else {
        return None;
    };
    Some(vec![open.into(), Piece::Bare(*fields.first()?), "`".into()])
}

/// The text of a node.
pub fn source(cx: &Cx, node: Value) -> Option<Arc<str>> {
    let native = cx.heap.as_native(node)?;
    let is_node = std::ptr::eq(native.class, &EXPR) || std::ptr::eq(native.class, &PATTERN);
    is_node.then(|| native.fields.first().map(|it| text_of(cx, *it))).flatten()
}

fn text(cx: &Cx, node: Value) -> Arc<str> {
    source(cx, node).unwrap_or_default()
}

/// A node of a text that is known to be E.
pub fn expr(cx: &mut Cx, source: impl Into<Arc<str>>) -> Value {
    let text = cx.heap.text(source);
    cx.heap.native(&EXPR, [text])
}

/// A pattern of a text that is known to be E.
pub fn pattern(cx: &mut Cx, source: impl Into<Arc<str>>) -> Value {
    let text = cx.heap.text(source);
    cx.heap.native(&PATTERN, [text])
}

/// Reading and expanding cost a little for each byte.
fn pay(cx: &mut Cx, text: &str) -> Result<(), Exit> {
    cx.charge(text.len() as u64 / 4)?;
    cx.reserve(16 * text.len() as u64)
}

/// Throws the first fault of a text. What is wrong with how it is written says where.
fn refuse(cx: &mut Cx, text: &str, errors: &[SyntaxError]) -> Result<(), Exit> {
    let Some(first) = errors.iter().find(|it| it.kind != SyntaxErrorKind::Warning) else { return Ok(()) };
    let place = match first.kind {
        SyntaxErrorKind::Expansion | SyntaxErrorKind::Scope => String::new(),
        _ => {
            let end = usize::from(first.range.end()).min(text.len());
            let before = text.get(..end).unwrap_or(text);
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().map_or(0, |it| it.chars().count());
            format!("(line {line})@{column}: ")
        }
    };
    Err(cx.throw(format!("{place}{}", first.message)))
}

// Reading.

fn read_expr(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = text_of(cx, args[0]);
    pay(cx, &text)?;
    let parsed = syntax::parse_quasi(&text);
    refuse(cx, &text, &parsed.errors)?;
    let node = expr(cx, text);
    done(node)
}

fn read_pattern(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = text_of(cx, args[0]);
    pay(cx, &text)?;
    let parsed = syntax::parse_quasi_pattern(&text);
    refuse(cx, &text, &parsed.errors)?;
    let node = pattern(cx, text);
    done(node)
}

fn as_text(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let text = text(cx, this);
    let text = cx.heap.text(text);
    done(text)
}

fn tag(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let is_pattern = cx.class_of(this).is_some_and(|it| std::ptr::eq(it, &PATTERN));
    let text = cx.heap.text(if is_pattern { "epatt" } else { "e" });
    done(text)
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let is_pattern = cx.class_of(this).is_some_and(|it| std::ptr::eq(it, &PATTERN));
    let parser = Value::of(if is_pattern { &EPATT_PARSER } else { &E_PARSER });
    let text = text(cx, this);
    let text = cx.heap.text(text);
    portrayal(cx, parser, "run", &[text])
}

// Expanding.

fn expand(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let text = text(cx, this);
    pay(cx, &text)?;
    let parsed = syntax::parse_quasi(&text);
    refuse(cx, &text, &parsed.errors)?;
    let expansion = syntax::expand(&parsed.program);
    refuse(cx, &text, &expansion.errors)?;
    misused(cx, &expansion.program)?;
    let printed = syntax::print_kernel(&expansion.program);
    cx.reserve(printed.len() as u64)?;
    let node = expr(cx, printed);
    done(node)
}

fn misused(cx: &mut Cx, program: &syntax::kernel_e::Program) -> Result<(), Exit> {
    match syntax::misuses(program).into_iter().next() {
        Some(it) => Err(cx.throw(it.message)),
        None => Ok(()),
    }
}

fn expand_pattern(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let text = text(cx, this);
    pay(cx, &text)?;
    let parsed = syntax::parse_quasi_pattern(&text);
    refuse(cx, &text, &parsed.errors)?;
    let expanded = syntax::expand_pattern(&parsed.program, parsed.pattern);
    refuse(cx, &text, &expanded.expansion.errors)?;
    let printed = syntax::print_pattern(&expanded.expansion.program, expanded.pattern);
    cx.reserve(printed.len() as u64)?;
    let node = pattern(cx, printed);
    done(node)
}

/// The noun a pattern is about, or null.
fn get_opt_principal_noun(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    use syntax::kernel_e::Pattern as Kernel;
    let text = text(cx, this);
    pay(cx, &text)?;
    let parsed = syntax::parse_quasi_pattern(&text);
    let expanded = syntax::expand_pattern(&parsed.program, parsed.pattern);
    let program = &expanded.expansion.program;
    let mut at = expanded.pattern;
    let noun = loop {
        match program.pattern(at) {
            Kernel::Final { noun, .. } | Kernel::Var { noun, .. } | Kernel::Binding(noun) => {
                break Some(noun.to_string());
            }
            Kernel::Via { pattern, .. } => at = *pattern,
            _ => break None,
        }
    };
    match noun {
        Some(noun) => {
            let noun = cx.heap.text(noun);
            done(noun)
        }
        None => done(Value::NULL),
    }
}

// Filling holes. Text goes in the place of each hole: an expression in parentheses, a pattern as it is.

fn substitute(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let template = text(cx, this);
    pay(cx, &template)?;
    let parsed = syntax::parse_quasi(&template);
    let filled = fill(cx, &template, &parsed.program, args[0])?;
    match filled {
        None => done(this),
        Some(text) => {
            let text = cx.heap.text(text);
            read_expr(cx, Value::NULL, &[text])
        }
    }
}

fn substitute_pattern(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let template = text(cx, this);
    pay(cx, &template)?;
    let parsed = syntax::parse_quasi_pattern(&template);
    let filled = fill(cx, &template, &parsed.program, args[0])?;
    match filled {
        None => done(this),
        Some(text) => {
            let text = cx.heap.text(text);
            read_pattern(cx, Value::NULL, &[text])
        }
    }
}

/// The template with its value holes filled; `None` if it has none.
fn fill(cx: &mut Cx, template: &str, program: &ast::Program, values: Value) -> Result<Option<String>, Exit> {
    let values = paid_items(cx, values)?;
    let mut holes: Vec<(TextRange, u32)> = holes(program);
    if holes.is_empty() {
        return Ok(None);
    }
    holes.sort_by_key(|it| it.0.start());
    holes.dedup();
    let mut filled = String::new();
    let mut done_to = 0;
    for (range, number) in holes {
        let Some(value) = values.get(number as usize).copied() else {
            return Err(cx.throw(format!("there is no value for ${{{number}}}")));
        };
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        let source = as_source(cx, value)?;
        cx.reserve(source.len() as u64)?;
        filled.push_str(template.get(done_to..start).unwrap_or_default());
        filled.push_str(&source);
        done_to = end;
    }
    filled.push_str(template.get(done_to..).unwrap_or_default());
    Ok(Some(filled))
}

/// Where the value holes of a template are, and their numbers.
fn holes(program: &ast::Program) -> Vec<(TextRange, u32)> {
    let exprs = program.all_exprs().filter_map(|(id, it)| match it {
        Expr::QuasiLiteral(number) => Some((program.expr_range(id), *number)),
        _ => None,
    });
    let patterns = program.all_patterns().filter_map(|(id, it)| match it {
        Pattern::QuasiLiteral(number) => Some((program.pattern_range(id), *number)),
        _ => None,
    });
    exprs.chain(patterns).collect()
}

/// A value as E source: a node's own, a literal for plain data.
pub fn as_source(cx: &mut Cx, value: Value) -> Result<String, Exit> {
    let value = cx.near(value);
    if let Some(it) = cx.heap.as_native(value) {
        if std::ptr::eq(it.class, &EXPR) {
            let text = text(cx, value);
            let name = text.strip_prefix("::\"").and_then(|it| it.strip_suffix('"')).unwrap_or(&text);
            let quoted = name.len() != text.len() && !name.contains(['"', '\\']);
            let simple = quoted || text.chars().all(|it| it == '_' || it.is_alphanumeric());
            return Ok(if simple { text.to_string() } else { format!("({text})") });
        }
        if std::ptr::eq(it.class, &PATTERN) {
            return Ok(text(cx, value).to_string());
        }
    }
    let mut out = String::new();
    match (value.view(), cx.heap.get(value)) {
        (View::Char(it), _) => crate::data::quote::quote_char(it, &mut out),
        (_, Some(Cell::Text(it, _))) => crate::data::quote::quote_string(&it.clone(), &mut out),
        _ => match crate::data::number::printed(&cx.heap, value) {
            Some(it) if it.starts_with('-') => out = format!("({it})"),
            Some(it) => out = it,
            None => return Err(cx.throw(Problem::new("not an expression: ").value(value))),
        },
    }
    Ok(out)
}

// Matching.

/// Matches a node of the same shape, hole by hole.
fn match_bind(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let template = text(cx, this);
    let Some(specimen) = source(cx, args[1]) else {
        return cx.eject(args[2], Problem::new("not an expression: ").value(args[1]));
    };
    pay(cx, &template)?;
    pay(cx, &specimen)?;
    let parsed = syntax::parse_quasi(&template);
    let filled = fill(cx, &template, &parsed.program, args[0])?;
    let template = filled.map_or(template, Arc::from);
    let wanted = syntax::expand(&syntax::parse_quasi(&template).program).program;
    let found = syntax::expand(&syntax::parse_quasi(&specimen).program).program;
    match crate::node_match::match_programs(&wanted, &found) {
        Some(parts) => {
            let parts: Vec<Value> = parts.into_iter().map(|it| expr(cx, it)).collect();
            let list = cx.heap.list(parts);
            done(list)
        }
        None => {
            let problem = Problem::default().value(args[1]).text(" is not of the form ").value(this);
            cx.eject(args[2], problem)
        }
    }
}

// Evaluating.

fn run_eval(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    cx.call(args[0], "eval", [args[1]])
}

fn eval(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let text = text(cx, this);
    pay(cx, &text)?;
    let parsed = syntax::parse_quasi(&text);
    refuse(cx, &text, &parsed.errors)?;
    let expansion = syntax::expand(&parsed.program);
    refuse(cx, &text, &expansion.errors)?;
    crate::scope_object::eval(cx, &expansion, args[0])
}
