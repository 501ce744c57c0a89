//! `makeCommand`: processes, started from a list of arguments that no shell reads.

use super::byte_stream::{make_in, make_out_then};
use super::later::start;
use super::{Command, Job, Reply, Resource, Stdin};
use crate::cx::Cx;
use crate::data::map;
use crate::data::text::text_of;
use crate::library::bytes::bytes_of;
use crate::native::{Class, Outcome, Then, done};
use crate::natives;
use crate::print::write_pieces;
use crate::problem::{Exit, Problem};
use crate::value::Value;

/// `makeCommand("ls")`: a command, which is run with a list of arguments.
pub static MAKE_COMMAND: Class =
    Class::new("makeCommand", "<makeCommand>", natives!["run"(Text) => make_command]).fqn("makeCommand");

/// Field: the program's name.
pub(crate) static COMMAND: Class = Class::new(
    "Command",
    "<Command>",
    natives!["run"(List) => run, "run"(List, Map) => run_with, "__printOn"(Any) => print_command],
);

/// Fields: the resource's number, the program's name, its input as an OutStream or null, its output and its
/// errors as InStreams, the promise for its exit status.
pub(crate) static PROCESS: Class = Class::new(
    "Process",
    "<Process>",
    natives![
        "getStdin"() => get_stdin,
        "getStdout"() => get_stdout,
        "getStderr"() => get_stderr,
        "getOutput"() => get_output,
        "getErrors"() => get_errors,
        "getExit"() => get_exit,
        "kill"() => kill,
        "__printOn"(Any) => print_process,
    ],
);

fn make_command(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    if !cx.powers.granted("process") {
        return Err(cx.throw(super::missing("process")));
    }
    done(cx.heap.native(&COMMAND, [args[0]]))
}

fn name_of(cx: &Cx, value: Value, class: &'static Class, at: usize) -> String {
    let name = cx.heap.fields(value, class).map_or(Value::NULL, |it| it[at]);
    text_of(cx, name).to_string()
}

fn print_command(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let text = format!("<command {}>", name_of(cx, this, &COMMAND, 0));
    write_pieces(cx, args[0], vec![text.into()])
}

fn print_process(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let text = format!("<process {}>", name_of(cx, this, &PROCESS, 1));
    write_pieces(cx, args[0], vec![text.into()])
}

/// `command(args)`: a process that reads nothing.
fn run(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let options = map::from_pairs(cx, &[]);
    run_with(cx, this, &[args[0], options])
}

/// `command(args, options)`: `"input" => text` is what it reads, `"stdin" => "PIPE"` lets the program write to
/// it by and by, `"env" => map` adds to what every process finds in its environment.
fn run_with(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let program = name_of(cx, this, &COMMAND, 0);
    let mut command = Command { program, args: texts(cx, args[0])?, ..Command::default() };
    for (key, value) in map::pairs(cx, args[1]) {
        match &*text_of(cx, key) {
            "input" => command.stdin = Stdin::Bytes(bytes_of(cx, value)?),
            "stdin" if &*text_of(cx, value) == "PIPE" => command.stdin = Stdin::Pipe,
            "env" => {
                for (name, value) in map::pairs(cx, value) {
                    command.env.push((text_of(cx, name).to_string(), text_of(cx, value).to_string()));
                }
            }
            _ => {
                let problem = Problem::new("no option of a command: ").value(key).text(" => ").value(value);
                return Err(cx.throw(problem));
            }
        }
    }
    let program = command.program.clone();
    let spawned = cx.powers.spawn(command).map_err(|why| cx.throw(why))?;
    let stdout = make_in(cx, spawned.stdout, &format!("{program}'s output"));
    let stderr = make_in(cx, spawned.stderr, &format!("{program}'s errors"));
    let exit = start(cx, Job::Wait(spawned.process), Value::NULL, |_, _, reply| match reply {
        Reply::Exit(Some(status)) => Ok(i64::from(status).into()),
        Reply::Exit(None) => Err("the process was ended by a signal".to_string()),
        _ => Err("the process was lost".to_string()),
    })?;
    let name = cx.heap.text(&*program);
    let number = (spawned.process.0 as i64).into();
    let process = cx.heap.native(&PROCESS, [number, name, Value::NULL, stdout, stderr, exit]);
    let Some(stdin) = spawned.stdin else { return done(process) };
    fn with_stdin(cx: &mut Cx, then: Box<Then>, stdin: Value) -> Outcome {
        if let Some(fields) = cx.heap.fields_mut(then.values[0], &PROCESS) {
            fields[2] = stdin;
        }
        done(then.values[0])
    }
    make_out_then(cx, stdin, &format!("{program}'s input"), Then::new(with_stdin, [process]))
}

fn texts(cx: &mut Cx, list: Value) -> Result<Vec<String>, Exit> {
    let items = crate::data::list::paid_items(cx, list)?;
    let mut texts = Vec::new();
    for it in items.iter() {
        match cx.heap.as_text(*it) {
            Some(text) => texts.push(text.to_string()),
            None => return Err(cx.throw(Problem::new("an argument is a String, not ").value(*it))),
        }
    }
    Ok(texts)
}

fn field(cx: &Cx, process: Value, at: usize) -> Value {
    cx.heap.fields(process, &PROCESS).map_or(Value::NULL, |it| it[at])
}

/// The OutStream of bytes it reads; null unless it was started with `"stdin" => "PIPE"`.
fn get_stdin(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 2))
}

fn get_stdout(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 3))
}

fn get_stderr(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 4))
}

/// A promise for all it writes, as text.
fn get_output(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let stream = field(cx, this, 3);
    cx.call(stream, "takeText", [])
}

fn get_errors(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let stream = field(cx, this, 4);
    cx.call(stream, "takeText", [])
}

/// A promise for its exit status.
fn get_exit(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 5))
}

fn kill(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let number = field(cx, this, 0).as_int().unwrap_or(i64::MAX);
    cx.powers.close(Resource(number as u64));
    done(Value::NULL)
}
