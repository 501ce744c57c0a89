//! What nodes are made of: getters such as `getRecipient`, static scopes, and the parts of an object expression
//! (script, method, matcher, auditors) as values. Auditors written in E read programs with these.

use crate::cx::Cx;
use crate::data::text::text_of;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::node;
use crate::print::Piece;
use crate::problem::Exit;
use crate::selector::Selector;
use crate::value::Value;
use std::sync::Arc;
use syntax::StaticScope;
use syntax::kernel_e::{Expr, ExprId, Integer, Literal, Object, Pattern, PatternId, Program, Script};

/// A part of an object expression. Fields: which part, and the text of an object that has just that.
pub static PART: Class =
    Class::new("ENode", "ENode", natives!["staticScope"() => part_scope, "welcome"(Any) => welcome])
        .fqn("org.erights.e.elang.evm.ENode")
        .otherwise(part)
        .stamps(
            Stamps::SELFLESS
                .and(Stamps::TRANSPARENT)
                .and(Stamps::PASS_BY_COPY)
                .and(Stamps::FROZEN_IF_PARTS_ARE),
        );

/// Which nouns a node reads, sets and defines. Field: how it prints.
static SCOPE: Class = Class::new("StaticScope", "StaticScope", &[])
    .fqn("org.erights.e.elang.evm.StaticScope")
    .stamps(Stamps::DEEP_FROZEN);

/// How parts and static scopes print.
pub fn pieces(cx: &Cx, class: &'static Class, fields: &[Value]) -> Option<Vec<Piece>> {
    if std::ptr::eq(class, &SCOPE) {
        return Some(vec![Piece::Bare(*fields.first()?)]);
    }
    if !std::ptr::eq(class, &PART) {
        return None;
    }
    let (kind, program) = (text_of(cx, fields[0]), read(&text_of(cx, fields[1])));
    let object = object(&program)?;
    let text = match (&*kind, &object.script) {
        ("script", script) => syntax::print::kernel::print_script(&program, script),
        ("auditors", _) => syntax::print::kernel::print_auditors(&program, object),
        ("method", Script::Methods { methods, .. }) => {
            syntax::print::kernel::print_method(&program, methods.first()?)
        }
        ("matcher", Script::Methods { matchers, .. }) => {
            syntax::print::kernel::print_matcher(&program, matchers.first()?)
        }
        ("matcher", Script::Plumbing(it)) => syntax::print::kernel::print_matcher(&program, it),
        _ => return None,
    };
    Some(vec!["e??`".into(), text.into(), "`".into()])
}

fn read(text: &str) -> Program {
    syntax::expand(&syntax::parse_quasi(text).program).program
}

/// The object a program consists of.
fn object(program: &Program) -> Option<&Object> {
    match program.expr(*program.body.first()?) {
        Expr::Object(id) => Some(program.object(*id)),
        _ => None,
    }
}

/// The text of a part as it is printed, so that parts that say the same are the same.
pub fn tidied(kind: &str, source: &str) -> Option<String> {
    let program = read(source);
    let it = object(&program)?;
    Some(match (kind, &it.script) {
        ("script", script) => format!("def _ {}", syntax::print::kernel::print_script(&program, script)),
        ("auditors", _) => format!("def _{} {{}}", syntax::print::kernel::print_auditors(&program, it)),
        ("method", Script::Methods { methods, .. }) => {
            format!("def _ {{{}\n}}", syntax::print::kernel::print_method(&program, methods.first()?))
        }
        ("matcher", Script::Methods { matchers, .. }) => {
            format!("def _ {{{}\n}}", syntax::print::kernel::print_matcher(&program, matchers.first()?))
        }
        _ => return None,
    })
}

fn make_part(cx: &mut Cx, kind: &str, source: String) -> Outcome {
    let (kind, source) = (cx.heap.text(kind), cx.heap.text(source));
    let part = cx.heap.native(&PART, [kind, source]);
    done(part)
}

fn make_scope(cx: &mut Cx, scope: &StaticScope) -> Outcome {
    let text = cx.heap.text(scope.to_string());
    let scope = cx.heap.native(&SCOPE, [text]);
    done(scope)
}

fn paid_read(cx: &mut Cx, text: &str) -> Result<Program, Exit> {
    cx.charge(text.len() as u64 / 4)?;
    cx.reserve(16 * text.len() as u64)?;
    Ok(read(text))
}

// Answers.

fn expr(cx: &mut Cx, program: &Program, id: ExprId) -> Outcome {
    let node = node::expr(cx, syntax::print_expr(program, id));
    done(node)
}

fn optional(cx: &mut Cx, program: &Program, id: Option<ExprId>) -> Outcome {
    match id {
        Some(id) => expr(cx, program, id),
        None => done(Value::NULL),
    }
}

fn pattern(cx: &mut Cx, program: &Program, id: PatternId) -> Outcome {
    let node = node::pattern(cx, syntax::print_pattern(program, id));
    done(node)
}

fn exprs(cx: &mut Cx, program: &Program, ids: &[ExprId]) -> Outcome {
    let nodes: Vec<Value> = ids.iter().map(|it| node::expr(cx, syntax::print_expr(program, *it))).collect();
    let list = cx.heap.list(nodes);
    done(list)
}

fn patterns(cx: &mut Cx, program: &Program, ids: &[PatternId]) -> Outcome {
    let nodes: Vec<Value> =
        ids.iter().map(|it| node::pattern(cx, syntax::print_pattern(program, *it))).collect();
    let list = cx.heap.list(nodes);
    done(list)
}

fn text(cx: &mut Cx, text: &str) -> Outcome {
    let text = cx.heap.text(text);
    done(text)
}

fn noun(cx: &mut Cx, name: &str) -> Outcome {
    let node = node::expr(cx, noun_text(name));
    done(node)
}

/// A name as it stands in a program.
pub fn noun_text(name: &str) -> String {
    use syntax::print::names::{is_identifier, is_keyword, quoted};
    if is_identifier(name) && !is_keyword(name) {
        return name.to_string();
    }
    format!("::{}", quoted(name, '"', true))
}

// Expressions and patterns.

/// What an expression is called among the nodes.
fn kind(it: &Expr) -> &'static str {
    match it {
        Expr::Assign { .. } => "AssignExpr",
        Expr::Binding(_) => "BindingExpr",
        Expr::Call { .. } => "CallExpr",
        Expr::Catch { .. } => "CatchExpr",
        Expr::Define { .. } => "DefineExpr",
        Expr::Escape { .. } => "EscapeExpr",
        Expr::Finally { .. } => "FinallyExpr",
        Expr::Hide(_) => "HideExpr",
        Expr::If { .. } => "IfExpr",
        Expr::Literal(_) => "LiteralExpr",
        Expr::MetaContext => "MetaContextExpr",
        Expr::MetaState => "MetaStateExpr",
        Expr::Noun(_) => "NounExpr",
        Expr::Object(_) => "ObjectExpr",
        Expr::Seq(_) => "SeqExpr",
        Expr::QuasiLiteral(_) => "QuasiLiteralExpr",
        Expr::QuasiPattern(_) => "QuasiPatternExpr",
    }
}

/// A getter of an expression node.
pub fn of_expr(cx: &mut Cx, this: Value, selector: Selector, _: &[Value]) -> Option<Outcome> {
    let verb = selector.verb();
    let wanted = verb.strip_prefix("get").filter(|_| selector.arity() == 0)?;
    let source = node::source(cx, this)?;
    let program = match paid_read(cx, &source) {
        Ok(it) => it,
        Err(exit) => return Some(Err(exit)),
    };
    let [root] = program.body[..] else {
        return (wanted == "Subs").then(|| exprs(cx, &program, &program.body));
    };
    let p = &program;
    Some(match (program.expr(root), wanted) {
        (Expr::Call { recipient, .. }, "Recipient") => expr(cx, p, *recipient),
        (Expr::Call { verb, .. }, "Verb") => text(cx, verb),
        (Expr::Call { args, .. }, "Args") => exprs(cx, p, args),
        (Expr::Assign { noun: it, .. } | Expr::Binding(it), "Noun") => noun(cx, it),
        (Expr::Assign { value, .. } | Expr::Define { value, .. }, "RValue") => expr(cx, p, *value),
        (Expr::Define { pattern: it, .. } | Expr::Catch { pattern: it, .. }, "Pattern") => {
            pattern(cx, p, *it)
        }
        (Expr::Define { ejector, .. }, "OptEjector" | "OptEjectorExpr") => optional(cx, p, *ejector),
        (Expr::Catch { attempt, .. } | Expr::Finally { attempt, .. }, "Attempt") => expr(cx, p, *attempt),
        (Expr::Catch { catcher, .. }, "Catcher") => expr(cx, p, *catcher),
        (Expr::Finally { unwinder, .. }, "Unwinder") => expr(cx, p, *unwinder),
        (Expr::Escape { pattern: it, .. }, "EjPattern") => pattern(cx, p, *it),
        (Expr::Escape { body, .. }, "Body") => expr(cx, p, *body),
        (Expr::Escape { catch: Some((it, _)), .. }, "OptCatchPattern") => pattern(cx, p, *it),
        (Expr::Escape { catch, .. }, "OptCatchBody") => optional(cx, p, catch.map(|it| it.1)),
        (Expr::Escape { catch: None, .. }, "OptCatchPattern") => done(Value::NULL),
        (Expr::Hide(it), "Block") => expr(cx, p, *it),
        (Expr::If { test, .. }, "Test") => expr(cx, p, *test),
        (Expr::If { then, .. }, "Then") => expr(cx, p, *then),
        (Expr::If { otherwise, .. }, "Else") => expr(cx, p, *otherwise),
        (Expr::Literal(it), "Value") => literal(cx, it),
        (Expr::Noun(name), "Name") => text(cx, name),
        (Expr::Seq(it), "Subs") => exprs(cx, p, it),
        (Expr::Object(id), _) => return of_object(cx, p, p.object(*id), wanted),
        (it, _) => {
            let text = format!("no such method: org.erights.e.elang.evm.{}#{selector}", kind(it));
            Err(cx.throw(text))
        }
    })
}

fn of_object(cx: &mut Cx, p: &Program, it: &Object, wanted: &str) -> Option<Outcome> {
    Some(match wanted {
        "DocComment" => match &it.doc {
            Some(doc) => text(cx, doc),
            None => done(Value::NULL),
        },
        "Pattern" => pattern(cx, p, it.pattern),
        "Auditors" => {
            let source = format!("def _{} {{}}", syntax::print::kernel::print_auditors(p, it));
            make_part(cx, "auditors", source)
        }
        "Script" => {
            let kind = if matches!(it.script, Script::Plumbing(_)) { "matcher" } else { "script" };
            let source = format!("def _ {}", syntax::print::kernel::print_script(p, &it.script));
            make_part(cx, kind, source)
        }
        _ => return None,
    })
}

fn literal(cx: &mut Cx, it: &Literal) -> Outcome {
    match it {
        Literal::Null => done(Value::NULL),
        Literal::Int(Integer::Small(it)) => done(*it),
        Literal::Int(Integer::Big { digits, radix }) => {
            match crate::data::integer::Int::parse(digits, u32::from(*radix)) {
                Some(it) => {
                    let value = crate::data::number::int_value(cx, it);
                    done(value)
                }
                None => done(Value::NULL),
            }
        }
        Literal::Float(it) => done(*it),
        Literal::Char(it) => done(*it),
        Literal::Str(it) => text(cx, it),
    }
}

/// A getter of a pattern node.
pub fn of_pattern(cx: &mut Cx, this: Value, selector: Selector, _: &[Value]) -> Option<Outcome> {
    let verb = selector.verb();
    let wanted = verb.strip_prefix("get").filter(|_| selector.arity() == 0)?;
    let source: Arc<str> = node::source(cx, this)?;
    let parsed = syntax::parse_quasi_pattern(&source);
    let expanded = syntax::expand_pattern(&parsed.program, parsed.pattern);
    let p = &expanded.expansion.program;
    Some(match (p.pattern(expanded.pattern), wanted) {
        (Pattern::List(it), "Subs") => patterns(cx, p, it),
        (Pattern::Via { function, .. }, "Function") => expr(cx, p, *function),
        (Pattern::Via { pattern: it, .. }, "Pattern") => pattern(cx, p, *it),
        (Pattern::Final { noun: it, .. } | Pattern::Var { noun: it, .. } | Pattern::Binding(it), "Noun") => {
            noun(cx, it)
        }
        (Pattern::Final { guard, .. } | Pattern::Var { guard, .. }, "OptGuard" | "OptGuardExpr") => {
            optional(cx, p, *guard)
        }
        _ => return None,
    })
}

/// `expr.staticScope()`
pub fn scope_of_expr(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let source = node::source(cx, this).unwrap_or_default();
    let program = paid_read(cx, &source)?;
    let parts = program.body.iter().map(|it| StaticScope::of_expr(&program, *it));
    let scope = parts.reduce(|before, next| before.then(&next)).unwrap_or_default();
    make_scope(cx, &scope)
}

/// `pattern.staticScope()`
pub fn scope_of_pattern(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let source = node::source(cx, this).unwrap_or_default();
    cx.charge(source.len() as u64 / 4)?;
    let parsed = syntax::parse_quasi_pattern(&source);
    let expanded = syntax::expand_pattern(&parsed.program, parsed.pattern);
    let scope = StaticScope::of_pattern(&expanded.expansion.program, expanded.pattern);
    make_scope(cx, &scope)
}

// Parts of an object expression.

fn fields(cx: &Cx, this: Value) -> (Arc<str>, Arc<str>) {
    match cx.heap.fields(this, &PART) {
        Some([kind, source]) => (text_of(cx, *kind), text_of(cx, *source)),
        _ => Default::default(),
    }
}

fn part_scope(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let (kind, source) = fields(cx, this);
    let p = paid_read(cx, &source)?;
    let scope = match (object(&p), &*kind) {
        (Some(it), "script") => StaticScope::of_script(&p, &it.script),
        (Some(it), "auditors") => StaticScope::of_auditors(&p, it),
        (Some(Object { script: Script::Methods { methods, .. }, .. }), "method") if !methods.is_empty() => {
            StaticScope::of_method(&p, &methods[0])
        }
        (Some(Object { script: Script::Methods { matchers, .. }, .. }), "matcher")
            if !matchers.is_empty() =>
        {
            StaticScope::of_matcher(&p, &matchers[0])
        }
        (Some(Object { script: Script::Plumbing(it), .. }), "matcher") => StaticScope::of_matcher(&p, it),
        _ => StaticScope::default(),
    };
    make_scope(cx, &scope)
}

/// A getter of a part.
fn part(cx: &mut Cx, this: Value, selector: Selector, _: &[Value]) -> Option<Outcome> {
    let verb = selector.verb();
    let wanted = verb.strip_prefix("get").filter(|_| selector.arity() == 0)?;
    let (kind, source) = fields(cx, this);
    let program = match paid_read(cx, &source) {
        Ok(it) => it,
        Err(exit) => return Some(Err(exit)),
    };
    let (p, it) = (&program, object(&program)?);
    Some(match (&*kind, &it.script, wanted) {
        ("auditors", _, "OptAs") => optional(cx, p, it.as_auditor),
        ("auditors", _, "Implements") => exprs(cx, p, &it.implements),
        ("script", Script::Methods { methods, .. }, "Methods" | "OptMethods") => {
            let printed = methods.iter().map(|it| syntax::print::kernel::print_method(p, it)).collect();
            parts(cx, "method", printed)
        }
        ("script", Script::Methods { matchers, .. }, "Matchers") => {
            let printed = matchers.iter().map(|it| syntax::print::kernel::print_matcher(p, it)).collect();
            parts(cx, "matcher", printed)
        }
        ("script", Script::Plumbing(_), "Methods" | "OptMethods") => done(Value::NULL),
        ("script", Script::Plumbing(it), "Matchers") => {
            let printed = vec![syntax::print::kernel::print_matcher(p, it)];
            parts(cx, "matcher", printed)
        }
        ("method", Script::Methods { methods, .. }, _) => {
            let it = methods.first()?;
            match wanted {
                "DocComment" => match &it.doc {
                    Some(doc) => text(cx, doc),
                    None => done(Value::NULL),
                },
                "Verb" => text(cx, &it.verb),
                "Patterns" => patterns(cx, p, &it.params),
                "OptResultGuard" => optional(cx, p, it.result_guard),
                "Body" => expr(cx, p, it.body),
                _ => return None,
            }
        }
        ("matcher", script, _) => {
            let it = match script {
                Script::Methods { matchers, .. } => matchers.first()?,
                Script::Plumbing(it) => it,
            };
            match wanted {
                "Pattern" => pattern(cx, p, it.pattern),
                "Body" => expr(cx, p, it.body),
                _ => return None,
            }
        }
        _ => return None,
    })
}

fn parts(cx: &mut Cx, kind: &str, printed: Vec<String>) -> Outcome {
    let mut all = Vec::new();
    for it in printed {
        let kind = cx.heap.text(kind);
        let source = cx.heap.text(format!("def _ {{{it}\n}}"));
        all.push(cx.heap.native(&PART, [kind, source]));
    }
    let list = cx.heap.list(all);
    done(list)
}

// Visiting.

/// What a visitor is told of each kind of node, after the node itself.
const TOLD: [(&str, &[&str]); 25] = [
    ("AssignExpr", &["Noun", "RValue"]),
    ("BindingExpr", &["Noun"]),
    ("CallExpr", &["Recipient", "Verb", "Args"]),
    ("CatchExpr", &["Attempt", "Pattern", "Catcher"]),
    ("DefineExpr", &["Pattern", "OptEjector", "RValue"]),
    ("EscapeExpr", &["EjPattern", "Body", "OptCatchPattern", "OptCatchBody"]),
    ("FinallyExpr", &["Attempt", "Unwinder"]),
    ("HideExpr", &["Block"]),
    ("IfExpr", &["Test", "Then", "Else"]),
    ("LiteralExpr", &["Value"]),
    ("MetaContextExpr", &[]),
    ("MetaStateExpr", &[]),
    ("NounExpr", &["Name"]),
    ("ObjectExpr", &["DocComment", "Pattern", "Auditors", "Script"]),
    ("SeqExpr", &["Subs"]),
    ("EScript", &["OptMethods", "Matchers"]),
    ("EMethod", &["DocComment", "Verb", "Patterns", "OptResultGuard", "Body"]),
    ("EMatcher", &["Pattern", "Body"]),
    ("Auditors", &["OptAs", "Implements"]),
    ("IgnorePattern", &[]),
    ("ListPattern", &["Subs"]),
    ("ViaPattern", &["Function", "Pattern"]),
    ("BindingPattern", &["Noun"]),
    ("FinalPattern", &["Noun", "OptGuard"]),
    ("VarPattern", &["Noun", "OptGuard"]),
];

/// Which kind of node this is.
fn kind_of(cx: &mut Cx, node: Value) -> Result<&'static str, Exit> {
    if cx.heap.fields(node, &PART).is_some() {
        return Ok(match &*fields(cx, node).0 {
            "script" => "EScript",
            "method" => "EMethod",
            "matcher" => "EMatcher",
            _ => "Auditors",
        });
    }
    let source = node::source(cx, node).unwrap_or_default();
    if cx.class_of(node).is_some_and(|it| std::ptr::eq(it, &node::PATTERN)) {
        cx.charge(source.len() as u64 / 4)?;
        let parsed = syntax::parse_quasi_pattern(&source);
        let expanded = syntax::expand_pattern(&parsed.program, parsed.pattern);
        return Ok(match expanded.expansion.program.pattern(expanded.pattern) {
            Pattern::Ignore => "IgnorePattern",
            Pattern::List(_) => "ListPattern",
            Pattern::Via { .. } => "ViaPattern",
            Pattern::Binding(_) => "BindingPattern",
            Pattern::Final { .. } => "FinalPattern",
            Pattern::Var { .. } => "VarPattern",
            Pattern::QuasiLiteral(_) => "QuasiLiteralPatt",
            Pattern::QuasiPattern(_) => "QuasiPatternPatt",
        });
    }
    let program = paid_read(cx, &source)?;
    Ok(match program.body[..] {
        [root] => kind(program.expr(root)),
        _ => "SeqExpr",
    })
}

/// `node.welcome(visitor)` calls `visitor.visitCallExpr(node, recipient, verb, args)`, or what else it is.
pub fn welcome(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let kind = kind_of(cx, this)?;
    let wanted = TOLD.iter().find(|it| it.0 == kind).map_or(&[][..], |it| it.1);
    let mut told = vec![this];
    for it in wanted {
        let getter = Selector::new(&format!("get{it}"), 0);
        let answer = cx.class_of(this).and_then(|it| it.otherwise).and_then(|it| it(cx, this, getter, &[]));
        told.push(match answer {
            Some(Ok(crate::native::Step::Done(value))) => value,
            Some(Err(exit)) => return Err(exit),
            _ => Value::NULL,
        });
    }
    cx.call(args[0], &format!("visit{kind}"), told)
}
