//! Kernel-E as bytes, and back: a program, and where its nodes came from.
//!
//! What is read is a tree again: every node belongs to one other node or to the program's body, and nothing nests
//! deeper than what comes out of a text.

use super::bytes::{Damage, Read, Reader, Writer};
use std::sync::Arc;
use syntax::kernel_e::{
    Expr, ExprId, Integer, Literal, Matcher, Method, Name, Object, ObjectId, Pattern, PatternId, Program,
    Script,
};
use syntax::source_map::ObjectRanges;
use syntax::{Node, SourceMap, parts};
use text_size::{TextRange, TextSize};

const TOO_DEEP: usize = 8 * syntax::NESTING_LIMIT as usize;

pub(super) fn write(out: &mut Writer, program: &Program, map: &SourceMap) {
    out.all(program.exprs.iter(), expr);
    out.all(program.patterns.iter(), pattern);
    out.all(program.objects.iter(), object);
    ids(out, &program.body);
    out.all(map.exprs.iter(), |out, it| range(out, *it));
    out.all(map.patterns.iter(), |out, it| range(out, *it));
    out.all(map.nouns.iter(), |out, it| out.option(*it, range));
    out.all(map.stands_for.iter(), |out, it| out.option(*it, |out, it| out.u32(it.0)));
    out.all(map.names.iter(), |out, it| out.option(*it, range));
    out.all(map.objects.iter(), |out, it| {
        range(out, it.whole);
        range(out, it.header);
        out.option(it.name, range);
        out.all(it.auditors.iter(), |out, it| range(out, *it));
        out.all(it.methods.iter(), |out, it| range(out, *it));
        out.all(it.verbs.iter(), |out, it| out.option(*it, range));
    });
}

pub(super) fn read(from: &mut Reader<'_>) -> Read<(Program, SourceMap)> {
    let program = Program {
        exprs: from.all(read_expr)?,
        patterns: from.all(read_pattern)?,
        objects: from.all(read_object)?,
        body: read_ids(from)?,
    };
    check(&program)?;
    let map = SourceMap {
        exprs: from.all(read_range)?,
        patterns: from.all(read_range)?,
        nouns: from.all(|from| from.option(read_range))?,
        stands_for: from.all(|from| from.option(|from| Ok(PatternId(from.u32()?))))?,
        names: from.all(|from| from.option(read_range))?,
        objects: from.all(|from| {
            Ok(ObjectRanges {
                whole: read_range(from)?,
                header: read_range(from)?,
                name: from.option(read_range)?,
                auditors: from.all(read_range)?,
                methods: from.all(read_range)?,
                verbs: from.all(|from| from.option(read_range))?,
            })
        })?,
    };
    let fits = map.exprs.len() == program.exprs.len()
        && map.names.len() == program.exprs.len()
        && map.patterns.len() == program.patterns.len()
        && map.nouns.len() == program.patterns.len()
        && map.stands_for.len() == program.patterns.len()
        && map.objects.len() == program.objects.len()
        && map.stands_for.iter().flatten().all(|it| it.index() < program.patterns.len())
        && map.objects.iter().zip(&program.objects).all(|(map, it)| {
            let (methods, matchers) = match &it.script {
                Script::Methods { methods, matchers } => (methods.len(), matchers.len()),
                Script::Plumbing(_) => (0, 1),
            };
            let auditors = it.implements.len() + usize::from(it.as_auditor.is_some());
            (map.auditors.len(), map.methods.len(), map.verbs.len())
                == (auditors, methods + matchers, methods)
        });
    if fits { Ok((program, map)) } else { Err(Damage("a program and its places do not fit")) }
}

fn range(out: &mut Writer, it: TextRange) {
    out.u32(it.start().into());
    out.u32(it.len().into());
}

pub(super) fn write_range(out: &mut Writer, it: TextRange) {
    range(out, it);
}

pub(super) fn read_range(from: &mut Reader<'_>) -> Read<TextRange> {
    let (start, len) = (from.u32()?, from.u32()?);
    match start.checked_add(len) {
        Some(_) => Ok(TextRange::at(TextSize::from(start), TextSize::from(len))),
        None => Err(Damage("a place lies outside its text")),
    }
}

fn ids(out: &mut Writer, them: &[ExprId]) {
    out.all(them.iter(), |out, it| out.u32(it.0));
}

fn pattern_ids(out: &mut Writer, them: &[PatternId]) {
    out.all(them.iter(), |out, it| out.u32(it.0));
}

fn opt_id(out: &mut Writer, it: Option<ExprId>) {
    out.option(it, |out, it| out.u32(it.0));
}

fn doc(out: &mut Writer, it: &Option<Arc<str>>) {
    out.option(it.as_deref(), Writer::text);
}

fn expr(out: &mut Writer, it: &Expr) {
    match it {
        Expr::Assign { noun, value } => {
            out.byte(0);
            out.text(noun);
            out.u32(value.0);
        }
        Expr::Binding(noun) => {
            out.byte(1);
            out.text(noun);
        }
        Expr::Call { recipient, verb, args } => {
            out.byte(2);
            out.u32(recipient.0);
            out.text(verb);
            ids(out, args);
        }
        Expr::Catch { attempt, pattern, catcher } => {
            out.byte(3);
            [attempt.0, pattern.0, catcher.0].into_iter().for_each(|it| out.u32(it));
        }
        Expr::Define { pattern, ejector, value } => {
            out.byte(4);
            out.u32(pattern.0);
            opt_id(out, *ejector);
            out.u32(value.0);
        }
        Expr::Escape { pattern, body, catch } => {
            out.byte(5);
            out.u32(pattern.0);
            out.u32(body.0);
            out.option(*catch, |out, (pattern, body)| {
                out.u32(pattern.0);
                out.u32(body.0);
            });
        }
        Expr::Finally { attempt, unwinder } => {
            out.byte(6);
            out.u32(attempt.0);
            out.u32(unwinder.0);
        }
        Expr::Hide(it) => {
            out.byte(7);
            out.u32(it.0);
        }
        Expr::If { test, then, otherwise } => {
            out.byte(8);
            [test.0, then.0, otherwise.0].into_iter().for_each(|it| out.u32(it));
        }
        Expr::Literal(it) => {
            out.byte(9);
            literal(out, it);
        }
        Expr::MetaContext => out.byte(10),
        Expr::MetaState => out.byte(11),
        Expr::Noun(noun) => {
            out.byte(12);
            out.text(noun);
        }
        Expr::Object(it) => {
            out.byte(13);
            out.u32(it.0);
        }
        Expr::Seq(them) => {
            out.byte(14);
            ids(out, them);
        }
        Expr::QuasiLiteral(_) | Expr::QuasiPattern(_) => out.lose("a program with holes in it"),
    }
}

fn literal(out: &mut Writer, it: &Literal) {
    match it {
        Literal::Null => out.byte(0),
        Literal::Int(Integer::Small(it)) => {
            out.byte(1);
            out.i64(*it);
        }
        Literal::Int(Integer::Big { digits, radix }) => {
            out.byte(2);
            out.text(digits);
            out.byte(*radix);
        }
        Literal::Float(it) => {
            out.byte(3);
            out.fixed(it.to_bits());
        }
        Literal::Char(it) => {
            out.byte(4);
            out.u32((*it).into());
        }
        Literal::Str(it) => {
            out.byte(5);
            out.text(it);
        }
    }
}

fn pattern(out: &mut Writer, it: &Pattern) {
    match it {
        Pattern::Ignore => out.byte(0),
        Pattern::List(them) => {
            out.byte(1);
            pattern_ids(out, them);
        }
        Pattern::Via { function, pattern } => {
            out.byte(2);
            out.u32(function.0);
            out.u32(pattern.0);
        }
        Pattern::Binding(noun) => {
            out.byte(3);
            out.text(noun);
        }
        Pattern::Final { noun, guard } => {
            out.byte(4);
            out.text(noun);
            opt_id(out, *guard);
        }
        Pattern::Var { noun, guard } => {
            out.byte(5);
            out.text(noun);
            opt_id(out, *guard);
        }
        Pattern::QuasiLiteral(_) | Pattern::QuasiPattern(_) => out.lose("a program with holes in it"),
    }
}

fn object(out: &mut Writer, it: &Object) {
    doc(out, &it.doc);
    out.u32(it.pattern.0);
    opt_id(out, it.as_auditor);
    ids(out, &it.implements);
    let matcher = |out: &mut Writer, it: &Matcher| {
        out.u32(it.pattern.0);
        out.u32(it.body.0);
    };
    match &it.script {
        Script::Methods { methods, matchers } => {
            out.bool(false);
            out.all(methods.iter(), |out, it| {
                doc(out, &it.doc);
                out.text(&it.verb);
                pattern_ids(out, &it.params);
                opt_id(out, it.result_guard);
                out.u32(it.body.0);
            });
            out.all(matchers.iter(), matcher);
        }
        Script::Plumbing(it) => {
            out.bool(true);
            matcher(out, it);
        }
    }
}

fn name(from: &mut Reader<'_>) -> Read<Name> {
    Ok(Name::new(from.text()?))
}

fn expr_id(from: &mut Reader<'_>) -> Read<ExprId> {
    Ok(ExprId(from.u32()?))
}

fn pattern_id(from: &mut Reader<'_>) -> Read<PatternId> {
    Ok(PatternId(from.u32()?))
}

fn read_ids(from: &mut Reader<'_>) -> Read<Vec<ExprId>> {
    from.all(expr_id)
}

fn read_expr(from: &mut Reader<'_>) -> Read<Expr> {
    Ok(match from.byte()? {
        0 => Expr::Assign { noun: name(from)?, value: expr_id(from)? },
        1 => Expr::Binding(name(from)?),
        2 => Expr::Call { recipient: expr_id(from)?, verb: name(from)?, args: read_ids(from)? },
        3 => Expr::Catch { attempt: expr_id(from)?, pattern: pattern_id(from)?, catcher: expr_id(from)? },
        4 => {
            Expr::Define { pattern: pattern_id(from)?, ejector: from.option(expr_id)?, value: expr_id(from)? }
        }
        5 => Expr::Escape {
            pattern: pattern_id(from)?,
            body: expr_id(from)?,
            catch: from.option(|from| Ok((pattern_id(from)?, expr_id(from)?)))?,
        },
        6 => Expr::Finally { attempt: expr_id(from)?, unwinder: expr_id(from)? },
        7 => Expr::Hide(expr_id(from)?),
        8 => Expr::If { test: expr_id(from)?, then: expr_id(from)?, otherwise: expr_id(from)? },
        9 => Expr::Literal(read_literal(from)?),
        10 => Expr::MetaContext,
        11 => Expr::MetaState,
        12 => Expr::Noun(name(from)?),
        13 => Expr::Object(ObjectId(from.u32()?)),
        14 => {
            let them = read_ids(from)?;
            if them.is_empty() {
                return Err(Damage("a sequence of nothing"));
            }
            Expr::Seq(them)
        }
        _ => return Err(Damage("not an expression")),
    })
}

fn read_literal(from: &mut Reader<'_>) -> Read<Literal> {
    Ok(match from.byte()? {
        0 => Literal::Null,
        1 => Literal::Int(Integer::Small(from.i64()?)),
        2 => {
            let (digits, radix) = (from.arc()?, from.byte()?);
            let is_digit = |it: char| it.is_digit(radix.into());
            if !matches!(radix, 10 | 16) || digits.is_empty() || !digits.chars().all(is_digit) {
                return Err(Damage("not a number"));
            }
            Literal::Int(Integer::Big { digits, radix })
        }
        3 => Literal::Float(f64::from_bits(from.fixed()?)),
        4 => Literal::Char(char::from_u32(from.u32()?).ok_or(Damage("not a character"))?),
        5 => Literal::Str(from.arc()?),
        _ => return Err(Damage("not a literal")),
    })
}

fn read_pattern(from: &mut Reader<'_>) -> Read<Pattern> {
    Ok(match from.byte()? {
        0 => Pattern::Ignore,
        1 => Pattern::List(from.all(pattern_id)?),
        2 => Pattern::Via { function: expr_id(from)?, pattern: pattern_id(from)? },
        3 => Pattern::Binding(name(from)?),
        4 => Pattern::Final { noun: name(from)?, guard: from.option(expr_id)? },
        5 => Pattern::Var { noun: name(from)?, guard: from.option(expr_id)? },
        _ => return Err(Damage("not a pattern")),
    })
}

fn read_object(from: &mut Reader<'_>) -> Read<Object> {
    fn matcher(from: &mut Reader<'_>) -> Read<Matcher> {
        Ok(Matcher { pattern: pattern_id(from)?, body: expr_id(from)? })
    }
    let doc = from.option(Reader::arc)?;
    let (pattern, as_auditor) = (pattern_id(from)?, from.option(expr_id)?);
    let implements = read_ids(from)?;
    let script = if from.bool()? {
        Script::Plumbing(matcher(from)?)
    } else {
        let methods = from.all(|from| {
            Ok(Method {
                doc: from.option(Reader::arc)?,
                verb: name(from)?,
                params: from.all(pattern_id)?,
                result_guard: from.option(expr_id)?,
                body: expr_id(from)?,
            })
        })?;
        Script::Methods { methods, matchers: from.all(matcher)? }
    };
    Ok(Object { doc, pattern, as_auditor, implements, script })
}

/// Is it a tree, and a shallow one?
fn check(program: &Program) -> Read<()> {
    let mut seen = [
        vec![false; program.exprs.len()],
        vec![false; program.patterns.len()],
        vec![false; program.objects.len()],
    ];
    let mut todo: Vec<(Node, usize)> = program.body.iter().map(|it| (Node::Expr(*it), 0)).collect();
    while let Some((node, depth)) = todo.pop() {
        let (kind, at) = match node {
            Node::Expr(it) => (0, it.index()),
            Node::Pattern(it) => (1, it.index()),
            Node::Object(it) => (2, it.index()),
        };
        match seen[kind].get_mut(at) {
            Some(seen) if !*seen => *seen = true,
            _ => return Err(Damage("a program that is not a tree")),
        }
        if depth > TOO_DEEP {
            return Err(Damage("a program nests too deep"));
        }
        parts(program, node, &mut |it| todo.push((it, depth + 1)));
    }
    Ok(())
}
