//! `<elang:syntax.ePrinter>`: pieces of E source, written to a TextWriter.

use super::{kind, print};
use crate::coerce::{failure, may_conform};
use crate::cx::Cx;
use crate::data::list::items;
use crate::data::quote::{quote_char, quote_string};
use crate::data::text::text_of;
use crate::native::{Class, Outcome, Payload, Stamps, Then, done};
use crate::natives;
use crate::print::{Piece, write_pieces};
use crate::problem::{Exit, Problem};
use crate::selector::Selector;
use crate::value::{Value, View};
use syntax::print::names::{is_identifier, is_keyword};

/// `ePrinter`
pub static E_PRINTER: Class = Class::new(
    "ePrinter",
    "<E-syntax printer>",
    natives![
        "printDocComment"(Any, Any) => print_doc_comment,
        "printVerb"(Any, Text) => print_verb,
        "printNoun"(Any, Text) => print_noun,
        "printPropertySlot"(Any, Text) => print_property_slot,
        "printString"(Any, Text) => print_string,
        "printCharacter"(Any, Char) => print_character,
        "printList"(Any, List, Bool) => print_list,
        "printMethodHeader"(Any, Bool, Any, Text, List, Any) => print_method_header,
        "printGuardedNounPattern"(Any, OptText, Any) => print_guarded_noun_pattern,
        "makePrintENodeVisitor"(Any) => make_visitor,
    ],
)
.fqn("org.erights.e.elang.syntax.ePrinter")
.stamps(Stamps::DEEP_FROZEN);

/// Prints the node that welcomes it. Field: the writer.
pub(crate) static VISITOR: Class =
    Class::new("printENodeVisitor", "<E-syntax node visitor>", &[]).otherwise(visit);

/// How the visitor prints.
pub fn pieces(_: &Cx, class: &'static Class, fields: &[Value]) -> Option<Vec<Piece>> {
    let is_visitor = std::ptr::eq(class, &VISITOR);
    is_visitor
        .then(|| vec!["<E-syntax node visitor printing to ".into(), Piece::Quoted(fields[0]), ">".into()])
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    quote_string(text, &mut out);
    out
}

fn is_plain(name: &str) -> bool {
    is_identifier(name) && !is_keyword(name)
}

/// A noun as it stands in a program.
fn noun(name: &str) -> String {
    if is_plain(name) { name.to_string() } else { format!("::{}", quoted(name)) }
}

fn verb(name: &str) -> String {
    if is_identifier(name) { name.to_string() } else { quoted(name) }
}

/// What waits for a doc comment.
struct Waiting {
    /// What comes after the comment.
    rest: Vec<Piece>,
}

impl Payload for Waiting {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        for it in &self.rest {
            if let Piece::Bare(it) | Piece::Quoted(it) | Piece::TypeOf(it) = it {
                visit(*it);
            }
        }
    }
    fn bytes(&self) -> u64 {
        32 * self.rest.len() as u64
    }
}

/// Writes a doc comment, which may be null, and what follows it.
fn after_doc(cx: &mut Cx, writer: Value, doc: Value, rest: Vec<Piece>) -> Outcome {
    let doc = cx.near(doc);
    if doc.is_null() || cx.heap.as_text(doc).is_some() {
        let mut pieces = doc_pieces(cx, doc)?;
        pieces.extend(rest);
        return write_pieces(cx, writer, pieces);
    }
    if !may_conform(cx, doc) {
        let problem = failure(cx, doc, "DocComment");
        return Err(cx.throw(problem));
    }
    fn conformed(cx: &mut Cx, mut then: Box<Then>, answer: Value) -> Outcome {
        let rest = then.state::<Waiting>().map(|it| std::mem::take(&mut it.rest)).unwrap_or_default();
        let answer = cx.near(answer);
        if !answer.is_null() && cx.heap.as_text(answer).is_none() {
            let problem = failure(cx, then.values[1], "DocComment");
            return Err(cx.throw(problem));
        }
        let mut pieces = doc_pieces(cx, answer)?;
        pieces.extend(rest);
        write_pieces(cx, then.values[0], pieces)
    }
    let then = Then::new(conformed, [writer, doc]).with_state(Box::new(Waiting { rest }));
    let guard = crate::coerce::Ty::OptText.guard();
    cx.call_then(doc, "__conformTo", [guard], then)
}

fn doc_pieces(cx: &mut Cx, doc: Value) -> Result<Vec<Piece>, Exit> {
    if doc.is_null() {
        return Ok(Vec::new());
    }
    if text_of(cx, doc).contains("*/") {
        let problem = Problem::new("doc comment containing \"*/\" cannot be printed: ").value(doc);
        return Err(cx.throw(problem));
    }
    Ok(vec!["/** ".into(), Piece::Bare(doc), " */\n".into()])
}

fn print_doc_comment(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    after_doc(cx, args[0], args[1], Vec::new())
}

fn print_verb(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = verb(&text_of(cx, args[1]));
    write_pieces(cx, args[0], vec![text.into()])
}

fn print_noun(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = noun(&text_of(cx, args[1]));
    write_pieces(cx, args[0], vec![text.into()])
}

fn print_property_slot(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let name = text_of(cx, args[1]);
    let name = if is_plain(&name) { name.to_string() } else { quoted(&name) };
    write_pieces(cx, args[0], vec![format!("_::&{name}").into()])
}

fn print_string(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = quoted(&text_of(cx, args[1]));
    write_pieces(cx, args[0], vec![text.into()])
}

fn print_character(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let mut text = String::new();
    if let View::Char(it) = args[1].view() {
        quote_char(it, &mut text);
    }
    write_pieces(cx, args[0], vec![text.into()])
}

/// Values between commas.
fn listed(cx: &Cx, list: Value, quoting: bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (at, it) in items(cx, list).iter().enumerate() {
        if at > 0 {
            pieces.push(", ".into());
        }
        pieces.push(if quoting { Piece::Quoted(*it) } else { Piece::Bare(*it) });
    }
    pieces
}

fn print_list(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let mut pieces = vec!["[".into()];
    pieces.extend(listed(cx, args[1], args[2].as_bool() == Some(true)));
    pieces.push("]".into());
    write_pieces(cx, args[0], pieces)
}

fn print_method_header(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let &[writer, is_method, doc, name, params, guard] = args else { return done(Value::NULL) };
    let word = if is_method.as_bool() == Some(true) { "method " } else { "to " };
    let mut pieces = vec![Piece::from(format!("{word}{}(", verb(&text_of(cx, name))))];
    pieces.extend(listed(cx, params, false));
    pieces.push(")".into());
    if !cx.near(guard).is_null() {
        pieces.extend([" :".into(), Piece::Bare(guard)]);
    }
    after_doc(cx, writer, doc, pieces)
}

fn print_guarded_noun_pattern(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let name = if args[1].is_null() { "_".to_string() } else { noun(&text_of(cx, args[1])) };
    let mut pieces = vec![Piece::from(name)];
    if !cx.near(args[2]).is_null() {
        pieces.extend([" :".into(), Piece::Bare(args[2])]);
    }
    write_pieces(cx, args[0], pieces)
}

fn make_visitor(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(cx.heap.native(&VISITOR, [args[0]]))
}

/// `visitor.visitCallExpr(node, …)`: whatever kind of node it is, its text.
fn visit(cx: &mut Cx, this: Value, selector: Selector, args: &[Value]) -> Option<Outcome> {
    let verb = selector.verb();
    let kind = verb.strip_prefix("visit")?;
    let kind = kind::KINDS.iter().find(|it| it.name == kind)?;
    if args.len() != kind.fields.len() + 1 {
        return None;
    }
    let writer = cx.heap.fields(this, &VISITOR)?.first().copied()?;
    // Without the node itself, its parts say what it is.
    let node = match kind::of(cx, args[0]) {
        Some(_) => args[0],
        None => super::read::node(cx, kind.k, Value::NULL, &args[1..]),
    };
    Some(print::as_text(cx, node, &[]).and_then(|step| match step {
        crate::native::Step::Done(text) => write_pieces(cx, writer, vec![Piece::Bare(text)]),
        it => Ok(it),
    }))
}
