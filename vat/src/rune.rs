//! `rune(["gate.e", "argument"])`: runs a program from a file, as the command line would, and gives its value.
//!
//! It needs the power to read files and none of its own: the file comes from `<file>`.

use crate::cx::Cx;
use crate::data::list::items;
use crate::interp::INTERP;
use crate::native::{Class, Outcome, Then, done};
use crate::natives;
use crate::selector::Selector;
use crate::value::Value;

/// `rune`
pub static RUNE: Class = Class::new("rune", "<rune>", natives!["run"(List) => rune]);

/// `interp` of a program that `rune` runs: its arguments are its own. Field: them.
pub(crate) static RUN_INTERP: Class =
    Class::new("interp", "<interp>", natives!["getArgs"() => get_args]).otherwise(as_interp);

fn rune(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let words = items(cx, args[0]);
    let Some((path, rest)) = words.split_first() else {
        return Err(cx.throw("rune wants the name of a program: rune([\"gate.e\"])"));
    };
    let Some(files) = crate::scope::born_value(cx, "file__uriGetter", false) else {
        return Err(cx.throw("no power to read files: grant it with --grant file"));
    };
    let rest = cx.heap.list(rest);
    cx.call_then(files, "get", [*path], Then::new(read, [rest]))
}

fn read(cx: &mut Cx, then: Box<Then>, file: Value) -> Outcome {
    cx.call_then(file, "getText", [], then.at(parse))
}

fn parse(cx: &mut Cx, then: Box<Then>, text: Value) -> Outcome {
    cx.call_then(Value::of(&crate::node::E_PARSER), "valueMaker", [text], then.at(scope))
}

/// The program's scope: all powers, and its own arguments.
fn scope(cx: &mut Cx, mut then: Box<Then>, program: Value) -> Outcome {
    let interp = cx.heap.native(&RUN_INTERP, [then.values[0]]);
    then.values[0] = program;
    let privileged = crate::scope_object::make_privileged(cx);
    let name = cx.heap.text("interp");
    cx.call_then(privileged, "with", [name, interp], then.at(eval))
}

fn eval(cx: &mut Cx, then: Box<Then>, scope: Value) -> Outcome {
    cx.call(Value::of(&crate::node::EVAL), "run", [then.values[0], scope])
}

fn get_args(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(cx.heap.fields(this, &RUN_INTERP).map_or(Value::NULL, |it| it[0]))
}

fn as_interp(cx: &mut Cx, _: Value, selector: Selector, args: &[Value]) -> Option<Outcome> {
    INTERP.find(selector)?;
    Some(cx.call(Value::of(&INTERP), &selector.verb(), args))
}
