//! Sealers and unsealers: what one brand's sealer closes, only its unsealer opens.

use crate::cx::Cx;
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::natives;
use crate::print::Piece;
use crate::problem::Problem;
use crate::value::Value;

/// `<elib:sealing.makeBrand>`
pub static MAKE_BRAND: Class =
    Class::new("makeBrand", "<makeBrand>", natives!["run"(Text) => make_brand, "pair"(Text) => make_pair])
        .fqn("org.erights.e.elib.sealing.makeBrand")
        .stamps(Stamps::DEEP_FROZEN);

/// A sealer, its unsealer and their brand. Fields: brand, sealer, unsealer.
pub(crate) static KIT: Class = Class::new(
    "brandKit",
    "brandKit",
    natives![
        "getSealer"() => get_sealer,
        "getUnsealer"() => get_unsealer,
        "getBrand"() => get_brand,
        "__conformTo"(Any) => conform_to,
    ],
)
.stamps(Stamps::DEEP_FROZEN);

/// What a sealer and its unsealer have in common. Field: its label.
pub(crate) static BRAND: Class =
    Class::new("Brand", "brand", natives!["getNickName"() => get_label]).stamps(Stamps::DEEP_FROZEN);

/// Field: the brand.
pub(crate) static SEALER: Class =
    Class::new("Sealer", "sealer", natives!["seal"(Any) => seal, "getBrand"() => get_brand])
        .stamps(Stamps::DEEP_FROZEN);

/// Field: the brand.
pub(crate) static UNSEALER: Class = Class::new(
    "Unsealer",
    "unsealer",
    natives![
        "unseal"(Any) => unseal_or_throw,
        "unseal"(Any, Any) => unseal,
        "amplify"(Any) => amplify,
        "getBrand"() => get_brand,
    ],
)
.stamps(Stamps::DEEP_FROZEN);

/// What was sealed. Fields: the brand and the content.
pub(crate) static BOX: Class = Class::new("SealedBox", "box", natives!["getBrand"() => get_brand]);

/// How these print.
pub fn pieces(_: &Cx, class: &'static Class, fields: &[Value]) -> Option<Vec<Piece>> {
    let first = *fields.first()?;
    let is = |it: &'static Class| std::ptr::eq(class, it);
    let around = |left: &'static str, right: &'static str| {
        Some(vec![Piece::from(left), Piece::Bare(first), right.into()])
    };
    if is(&KIT) {
        around("<", " brand kit>")
    } else if is(&BRAND) {
        Some(vec![Piece::Bare(first)])
    } else if is(&SEALER) {
        around("<", " sealer>")
    } else if is(&UNSEALER) {
        around("<", " unsealer>")
    } else if is(&BOX) {
        around("<sealed by ", ">")
    } else {
        None
    }
}

fn field(cx: &Cx, this: Value, at: usize) -> Value {
    cx.heap.as_native(this).and_then(|it| it.fields.get(at).copied()).unwrap_or(Value::NULL)
}

fn make_brand(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(kit(cx, args[0]))
}

/// What only the auditor `DeepFrozen."eventually"()` seals with.
pub(crate) fn peek_kit(cx: &mut Cx) -> Value {
    let label = cx.heap.text("EventuallyDeepFrozen state peeking");
    kit(cx, label)
}

fn kit(cx: &mut Cx, label: Value) -> Value {
    let brand = cx.heap.native(&BRAND, [label]);
    let sealer = cx.heap.native(&SEALER, [brand]);
    let unsealer = cx.heap.native(&UNSEALER, [brand]);
    cx.heap.native(&KIT, [brand, sealer, unsealer])
}

/// The sealer and unsealer in a list, for `def [sealer, unsealer] := makeBrand.pair("money")`.
fn make_pair(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let then = Then::new(|cx, _, kit| conform_to(cx, kit, &[]), []);
    cx.call_then(this, "run", [args[0]], then)
}

/// A kit stands for its two parts in a list pattern.
fn conform_to(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let wants_list = args.first().is_none_or(|guard| {
        guard.is(&crate::guard::list::LIST) || guard.is(&crate::guard::scalar::CONST_LIST)
    });
    if !wants_list {
        return done(this);
    }
    let pair = [field(cx, this, 1), field(cx, this, 2)];
    let pair = cx.heap.list(pair);
    done(pair)
}

fn get_sealer(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 1))
}

fn get_unsealer(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 2))
}

fn get_brand(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 0))
}

fn get_label(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 0))
}

fn seal(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let brand = field(cx, this, 0);
    let sealed = cx.heap.native(&BOX, [brand, args[0]]);
    done(sealed)
}

fn unseal_or_throw(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    unseal(cx, this, &[args[0], Value::NULL])
}

fn opened(cx: &Cx, unsealer: Value, sealed: Value) -> Option<Value> {
    let [brand, content] = cx.heap.fields(sealed, &BOX)? else { return None };
    (*brand == field(cx, unsealer, 0)).then_some(*content)
}

fn unseal(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if let Some(content) = opened(cx, this, args[0]) {
        return done(content);
    }
    let label = field(cx, field(cx, this, 0), 0);
    let problem = Problem::default().value(args[0]).text(" is not a ").print(label).text(" sealed box");
    cx.eject(args[1], problem)
}

/// Asks `ref` for something sealed with this brand; answers null or `[content]`.
fn amplify(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let brand = field(cx, this, 0);
    let reference = Value::of(&crate::reference::REF);
    cx.call_then(reference, "optSealedDispatch", [args[0], brand], Then::new(amplified, [this]))
}

fn amplified(cx: &mut Cx, then: Box<Then>, sealed: Value) -> Outcome {
    if sealed.is_null() {
        return done(Value::NULL);
    }
    let unsealer = then.values[0];
    let listed = |cx: &mut Cx, _: Box<Then>, content: Value| {
        let list = cx.heap.list([content]);
        done(list)
    };
    cx.call_then(unsealer, "unseal", [sealed], Then::new(listed, []))
}
