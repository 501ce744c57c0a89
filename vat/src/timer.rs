//! `timer` and `entropy`: the clock and randomness that the vat's powers give.

use crate::cx::Cx;
use crate::data::integer::Int;
use crate::data::number::{int_of, int_value};
use crate::native::{Class, Outcome, done};
use crate::natives;
use crate::problem::{Exit, Problem};
use crate::value::Value;

/// `timer`
pub static TIMER: Class = Class::new(
    "Timer",
    "<a Timer>",
    natives!["now"() => now, "whenPast"(Number, Any) => when_past, "whenPast"(Number) => when_past_only],
);

/// What the timer wakes. Fields: the program's thunk (or null) and the resolver of its result.
pub(crate) static ALARM: Class = Class::new("Alarm", "<an alarm>", natives!["run"() => ring]);

/// `entropy`
pub static ENTROPY: Class = Class::new(
    "Entropy",
    "<pseudorandom number generator>",
    natives![
        "nextInt"(Int) => next_int,
        "nextBits"(Int) => next_bits,
        "nextBoolean"() => next_boolean,
        "nextFloat64"() => next_float64,
        "nextSwiss"() => next_swiss,
    ],
);

pub(crate) fn granted(cx: &mut Cx, power: &str) -> Result<(), Exit> {
    if cx.powers.granted(power) {
        return Ok(());
    }
    Err(cx.throw(crate::powers::missing(power)))
}

/// Milliseconds since 1970.
fn now(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    granted(cx, "timer")?;
    done(cx.powers.clock_millis())
}

fn when_past_only(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    when_past(cx, this, &[args[0], Value::NULL])
}

/// A promise for what the thunk gives once the clock shows more than `time`.
fn when_past(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    granted(cx, "timer")?;
    let time = match (args[0].as_int(), args[0].as_float()) {
        (Some(it), _) => it,
        (None, Some(it)) => it as i64,
        (None, None) => return Err(cx.throw(Problem::new("not a time: ").value(args[0]))),
    };
    let (promise, resolver) = cx.promise();
    let alarm = cx.heap.native(&ALARM, [args[1], resolver]);
    cx.at_time(time.saturating_add(1), alarm);
    done(promise)
}

fn ring(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let Some(&[thunk, resolver]) = cx.heap.fields(this, &ALARM) else { return done(Value::NULL) };
    let result = if thunk.is_null() { Value::NULL } else { cx.send(thunk, "run", []) };
    cx.call(resolver, "resolve", [result])
}

fn random(cx: &mut Cx, bits: u64) -> Result<Int, Exit> {
    granted(cx, "entropy")?;
    let bytes = bits.div_ceil(8);
    cx.reserve(bytes)?;
    cx.charge(bytes)?;
    let mut drawn = vec![0; bytes as usize];
    cx.powers.entropy(&mut drawn);
    if let (Some(first), spare @ 1..) = (drawn.first_mut(), bytes * 8 - bits) {
        *first &= 0xFF >> spare;
    }
    Ok(Int::from_octets(&drawn))
}

/// An int from 0 up to and without `bound`, each as likely as the others.
fn next_int(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let bound = int_of(&cx.heap, args[0]).filter(|it| it.signum() > 0);
    let Some(bound) = bound else {
        return Err(cx.throw(Problem::new("not the bound of a random int: ").value(args[0])));
    };
    let bits = bound.magnitude_bits();
    // At least every second draw fits; one that does not is thrown away, so that none is favoured.
    for _ in 0..1000 {
        let it = random(cx, bits)?;
        if it.compare(&bound).is_lt() {
            let it = int_value(cx, it);
            return done(it);
        }
    }
    Err(cx.throw("this entropy is not random"))
}

fn next_bits(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    match args[0].as_int() {
        Some(bits @ 0..=1_000_000) => {
            let it = random(cx, bits as u64)?;
            let it = int_value(cx, it);
            done(it)
        }
        _ => Err(cx.throw(Problem::new("not a number of random bits: ").value(args[0]))),
    }
}

fn next_boolean(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    let it = random(cx, 1)?;
    done(!it.is_zero())
}

/// A float64 from 0 up to and without 1.
fn next_float64(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    let it = random(cx, 53)?;
    done(it.to_f64() / (1u64 << 53) as f64)
}

/// A number nobody guesses: 160 bits, not zero.
fn next_swiss(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    loop {
        cx.charge(1)?;
        let it = random(cx, 160)?;
        if !it.is_zero() {
            let it = int_value(cx, it);
            return done(it);
        }
    }
}
