//! `network`: connections to the hosts that were granted, and from them.

use super::byte_stream::{make_in, make_out_then};
use super::later::start;
use super::{Job, Reply, Resource};
use crate::cx::Cx;
use crate::data::text::text_of;
use crate::native::{Class, Outcome, Then, done};
use crate::natives;
use crate::print::write_pieces;
use crate::problem::{Exit, Problem};
use crate::value::Value;

/// `network`
pub static NETWORK: Class = Class::new(
    "network",
    "<network>",
    natives!["connect"(Text, Int) => connect, "listen"(Text, Int, Any) => listen],
);

/// The two ends of a connection before there are streams for it. Fields: their numbers, and the peer.
pub(crate) static WIRE: Class = Class::new("wire", "<wire>", natives!["run"() => connection]);

/// Fields: an InStream, an OutStream, the peer, the numbers of both.
pub(crate) static CONNECTION: Class = Class::new(
    "Connection",
    "<Connection>",
    natives![
        "getIn"() => get_in,
        "getOut"() => get_out,
        "getPeer"() => get_peer,
        "close"() => close,
        "__printOn"(Any) => print_connection,
    ],
);

/// Fields: the resource's number, the port.
pub(crate) static LISTENER: Class = Class::new(
    "Listener",
    "<Listener>",
    natives![
        "accept"() => accept,
        "getPort"() => get_port,
        "close"() => close_listener,
        "__printOn"(Any) => print_listener,
    ],
);

fn port(cx: &mut Cx, value: Value) -> Result<u16, Exit> {
    match value.as_int().and_then(|it| u16::try_from(it).ok()) {
        Some(it) => Ok(it),
        None => Err(cx.throw(Problem::new("a port is an int from 0 to 65535, not ").value(value))),
    }
}

fn wire(cx: &mut Cx, _: Value, reply: Reply) -> Result<Value, String> {
    let Reply::Connection { input, output, peer } = reply else { return Err("no connection".to_string()) };
    let peer = cx.heap.text(peer);
    Ok(cx.heap.native(&WIRE, [(input.0 as i64).into(), (output.0 as i64).into(), peer]))
}

/// Makes the connection of a wire.
fn connection(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let Some(&[input, output, peer]) = cx.heap.fields(this, &WIRE) else { return done(Value::NULL) };
    let name = text_of(cx, peer).to_string();
    let numbers = [input, output].map(|it| Resource(it.as_int().unwrap_or(i64::MAX) as u64));
    let stream = make_in(cx, numbers[0], &name);
    fn with_output(cx: &mut Cx, then: Box<Then>, stream: Value) -> Outcome {
        let [input, peer, a, b] = then.values[..] else { return Err(cx.throw("lost a connection")) };
        done(cx.heap.native(&CONNECTION, [input, stream, peer, a, b]))
    }
    make_out_then(cx, numbers[1], &name, Then::new(with_output, [stream, peer, input, output]))
}

/// A promise for a connection.
fn connect(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let (host, port) = (text_of(cx, args[0]).to_string(), port(cx, args[1])?);
    let wire = start(cx, Job::Connect { host, port }, Value::NULL, wire)?;
    done(cx.send(wire, "run", []))
}

/// Sends `handler <- run(connection)` for each connection that comes in; a promise for the listener. Port 0 is
/// any that is free.
fn listen(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let (host, port) = (text_of(cx, args[0]).to_string(), port(cx, args[1])?);
    let listener = start(cx, Job::Listen { host, port }, Value::NULL, |cx, _, reply| match reply {
        Reply::Listener { listener, port } => {
            Ok(cx.heap.native(&LISTENER, [(listener.0 as i64).into(), i64::from(port).into()]))
        }
        _ => Err("no listener".to_string()),
    })?;
    fn serve(cx: &mut Cx, then: Box<Then>, serving: Value) -> Outcome {
        cx.call(serving, "run", [then.values[0], then.values[1]])
    }
    let name = cx.heap.text("org.erights.e.elib.eio.serving");
    let then = Then::new(serve, [listener, args[2]]);
    cx.call_then(Value::of(&crate::import::IMPORT), "get", [name], then)
}

/// A promise for the next connection.
fn accept(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let number = cx.heap.fields(this, &LISTENER).and_then(|it| it[0].as_int()).unwrap_or(i64::MAX);
    let wire = start(cx, Job::Accept(Resource(number as u64)), this, wire)?;
    done(cx.send(wire, "run", []))
}

fn get_port(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(cx.heap.fields(this, &LISTENER).map_or(Value::NULL, |it| it[1]))
}

fn close_listener(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let number = cx.heap.fields(this, &LISTENER).and_then(|it| it[0].as_int()).unwrap_or(i64::MAX);
    cx.powers.close(Resource(number as u64));
    done(Value::NULL)
}

fn print_listener(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let port = cx.heap.fields(this, &LISTENER).and_then(|it| it[1].as_int()).unwrap_or_default();
    write_pieces(cx, args[0], vec![format!("<listener on port {port}>").into()])
}

fn field(cx: &Cx, connection: Value, at: usize) -> Value {
    cx.heap.fields(connection, &CONNECTION).map_or(Value::NULL, |it| it[at])
}

/// The InStream of what the peer says.
fn get_in(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 0))
}

/// The OutStream to the peer.
fn get_out(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 1))
}

/// Who is at the other end: `"127.0.0.1:80"`.
fn get_peer(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 2))
}

fn close(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    for at in [3, 4] {
        let number = field(cx, this, at).as_int().unwrap_or(i64::MAX);
        cx.powers.close(Resource(number as u64));
    }
    done(Value::NULL)
}

fn print_connection(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let peer = field(cx, this, 2);
    let text = format!("<connection to {}>", text_of(cx, peer));
    write_pieces(cx, args[0], vec![text.into()])
}
