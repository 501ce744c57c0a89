//! `help(x)`: what an object answers to, as an interface a person can read.

use crate::cx::Cx;
use crate::data::list::items;
use crate::data::text::text_of;
use crate::guard::is_near;
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::natives;
use crate::print::Piece;
use crate::value::Value;

/// `help`
pub static HELP: Class =
    Class::new("help", "<help>", natives!["run"(Any) => help]).stamps(Stamps::DEEP_FROZEN);

/// What it answers: a text that prints without quotes. Fields: what stands before the messages, and those.
pub(crate) static PAGE: Class = Class::new("HelpPage", "<help>", &[]);

fn help(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    if !is_near(&cx.heap, args[0]) {
        let text = "This is an unresolved reference; no other information is available. You can use a 'when' \
                    expression or Ref.whenResolved to wait for it to become resolved.";
        let text = cx.heap.text(text);
        let page = cx.heap.native(&PAGE, [text]);
        return done(page);
    }
    fn described(cx: &mut Cx, _: Box<Then>, description: Value) -> Outcome {
        if cx.heap.fields(description, &crate::desc::TYPE).is_some() {
            return done(cx.heap.native(&PAGE, [description]));
        }
        // What is no description may serve as one: it is asked what a page shows.
        const ASKED: [&str; 3] = ["getDocComment", "getFQName", "getMessageTypes"];
        fn told(cx: &mut Cx, mut then: Box<Then>, answer: Value) -> Outcome {
            then.values.push(answer);
            let &[it, ..] = &then.values[..] else { return done(Value::NULL) };
            if let Some(verb) = ASKED.get(then.values.len() - 1) {
                return cx.call_then(it, verb, [], then);
            }
            let &[_, doc, name, messages] = &then.values[..] else { return done(Value::NULL) };
            let none = cx.heap.list([]);
            let all = crate::data::map::pairs(cx, messages).into_iter().map(|it| it.1).collect::<Vec<_>>();
            let all = cx.heap.list(all);
            let page = cx.heap.native(&crate::desc::TYPE, [doc, name, none, none, all]);
            done(cx.heap.native(&PAGE, [page]))
        }
        cx.call_then(description, ASKED[0], [], Then::new(told, [description]))
    }
    let then = Then::new(described, []);
    cx.call_then(args[0], "__getAllegedType", [], then)
}

/// How a page prints.
pub fn pieces(cx: &Cx, class: &'static Class, fields: &[Value]) -> Option<Vec<Piece>> {
    if !std::ptr::eq(class, &PAGE) {
        return None;
    }
    let description = *fields.first()?;
    if cx.heap.as_text(description).is_some() {
        return Some(vec![Piece::Bare(description)]);
    }
    let [doc, name, _, _, messages] = cx.heap.fields(description, &crate::desc::TYPE)? else { return None };
    let mut pieces = Vec::new();
    if !doc.is_null() {
        pieces.extend(["/** ".into(), Piece::Bare(*doc), " */\n".into()]);
    }
    let mut head = String::from("interface ");
    crate::data::quote::quote_string(&text_of(cx, *name), &mut head);
    pieces.extend([head.into(), " {".into()]);
    for it in &*items(cx, *messages) {
        let fields = cx.heap.as_native(*it).map(|it| it.fields.clone()).unwrap_or_default();
        let [doc, verb, ..] = fields[..] else { continue };
        if text_of(cx, verb).starts_with("__") {
            continue;
        }
        if !doc.is_null() {
            pieces.extend(["\n    /** ".into(), Piece::Bare(doc), " */".into()]);
        }
        pieces.push("\n    ".into());
        pieces.extend(crate::desc::head(cx, &fields)?);
    }
    pieces.push("\n}".into());
    Some(pieces)
}
