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
static PAGE: Class = Class::new("HelpPage", "<help>", &[]);

fn help(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    if !is_near(&cx.heap, args[0]) {
        let text = "This is an unresolved reference; no other information is available. You can use a 'when' \
                    expression or Ref.whenResolved to wait for it to become resolved.";
        let text = cx.heap.text(text);
        let page = cx.heap.native(&PAGE, [text]);
        return done(page);
    }
    let then = Then::new(
        |cx, _, description| {
            let page = cx.heap.native(&PAGE, [description]);
            done(page)
        },
        [],
    );
    cx.call_then(args[0], "__getAllegedType", [], then)
}

/// How a page prints.
pub fn pieces(cx: &Cx, class: &'static Class, fields: &[Value]) -> Option<Vec<Piece>> {
    if !std::ptr::eq(class, &PAGE) {
        return None;
    }
    let description = *fields.first()?;
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
