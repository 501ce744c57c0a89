//! `value.__displayOn(display)`: what an object shows of itself where more than text can be shown.
//!
//! ```e
//! def badge { to __displayOn(display) { display.show("image/svg+xml", `<svg …/>`) } }
//! ```

use crate::cx::Cx;
use crate::data::list::items;
use crate::native::{Class, Outcome, done};
use crate::natives;
use crate::value::Value;

/// What `__displayOn` is given. Field: a list of `[MIME type, data]`.
pub(crate) static DISPLAY: Class = Class::new("display", "<display>", natives!["show"(Text, Any) => show]);

/// A display on which nothing has been shown.
pub(crate) fn make(cx: &mut Cx) -> Value {
    let nothing = cx.heap.list([]);
    cx.heap.native(&DISPLAY, [nothing])
}

/// `display.show(mime, data)`: text as a string, an image as a string in base 64 or a list of bytes, JSON as data.
fn show(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let before = cx.heap.fields(this, &DISPLAY).map_or(Value::NULL, |it| it[0]);
    let mut all = items(cx, before).to_vec();
    cx.charge(all.len() as u64 + 1)?;
    cx.reserve(16 * all.len() as u64 + 96)?;
    all.push(cx.heap.list([args[0], args[1]]));
    let all = cx.heap.list(all);
    if let Some(fields) = cx.heap.fields_mut(this, &DISPLAY) {
        fields[0] = all;
    }
    done(Value::NULL)
}

/// What has been shown.
pub(crate) fn shown(cx: &Cx, display: Value) -> Vec<(Value, Value)> {
    let all = cx.heap.fields(display, &DISPLAY).map_or(Value::NULL, |it| it[0]);
    items(cx, all)
        .iter()
        .filter_map(|it| items(cx, *it).first_chunk::<2>().map(|it| (it[0], it[1])))
        .collect()
}
