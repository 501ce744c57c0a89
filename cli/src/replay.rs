//! `walnut replay`: a recorded run, gone through again, and looked at on the way.

use crate::Outcome;
use crate::args;
use crate::report::many;
use anyhow::Context;
use std::io::{BufRead, Write};
use vat::transcript::{Divergence, Recorder, Replay, Stepped};

/// A recorder that writes to a new file, and what becomes of the writing.
pub fn recorder(path: &std::path::Path, name: &str, text: &str) -> anyhow::Result<Recorder> {
    let mut file = std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let shown = path.display().to_string();
    let mut failed = false;
    let sink = Box::new(move |bytes: &[u8]| {
        if let Err(why) = file.write_all(bytes)
            && !failed
        {
            failed = true;
            eprintln!("walnut: {shown}: {why}; the recording is not complete");
        }
    });
    Ok(Recorder::new(sink, name, text, &vat::Limits::default()))
}

pub fn run(it: &args::Replay) -> anyhow::Result<Outcome> {
    let shown = it.transcript.display();
    let file = std::fs::read(&it.transcript).with_context(|| format!("cannot read {shown}"))?;
    let mut replay = Replay::open(&file).map_err(|why| anyhow::anyhow!("{shown}: {why}"))?;
    if it.inputs {
        for (vat, power, times) in replay.inputs() {
            println!("{vat}: {power}, {}", many(times as usize, "time"));
        }
        return Ok(Outcome::Clean);
    }
    if it.step {
        return stepping(replay);
    }
    match go_to(&mut replay, it.stop_at.unwrap_or(u64::MAX)) {
        Err(it) => return Ok(diverged(&it)),
        Ok(Stepped::Turned(_)) => {}
        Ok(Stepped::Ended) if it.stop_at.is_none() => {
            let interrupted = match replay.interruptions() {
                0 => String::new(),
                n => format!(" ({n} interrupted)"),
            };
            println!("{}{interrupted}, all as recorded", deliveries(replay.deliveries()));
            return Ok(Outcome::Clean);
        }
        Ok(Stepped::Ended) => {}
        Ok(Stepped::BrokenOff) => {
            println!(
                "{}, all as recorded; the run was broken off after that",
                deliveries(replay.deliveries())
            );
            return Ok(Outcome::Findings);
        }
    }
    look(&mut replay);
    Ok(Outcome::Clean)
}

fn deliveries(n: u64) -> String {
    if n == 1 { "1 delivery".to_owned() } else { format!("{n} deliveries") }
}

fn diverged(it: &Divergence) -> Outcome {
    println!("{it}");
    Outcome::Findings
}

/// Makes deliveries until there were so many.
fn go_to(replay: &mut Replay, stop: u64) -> Result<Stepped, Divergence> {
    let mut last = Stepped::Turned(replay.vat);
    while replay.deliveries() < stop {
        last = replay.step()?;
        if !matches!(last, Stepped::Turned(_)) {
            break;
        }
    }
    Ok(last)
}

/// Where the replay stands: the names and what they stand for, and what is to be delivered next.
fn look(replay: &mut Replay) {
    println!("after {}:", deliveries(replay.deliveries()));
    for (name, value) in replay.names() {
        println!("    {name} = {value}");
    }
    for vat in replay.world.all_vats() {
        let name = replay.world.vat_name(vat).unwrap_or_default();
        for it in replay.world.queue(vat) {
            println!("    vat {name}: {it}");
        }
    }
}

/// Forwards, backwards, to a number; each move goes from the beginning, so that looking changes nothing.
fn stepping(replay: Replay) -> anyhow::Result<Outcome> {
    let mut replay = replay;
    look(&mut replay);
    println!("(n: on, b: back, a number: there, q: end)");
    for line in std::io::stdin().lock().lines() {
        let at = replay.deliveries();
        let to = match line?.trim() {
            "q" => break,
            "n" | "" => at + 1,
            "b" => at.saturating_sub(1),
            number => match number.parse() {
                Ok(it) => it,
                Err(_) => {
                    println!("n: on, b: back, a number: there, q: end");
                    continue;
                }
            },
        };
        replay = replay.again().map_err(anyhow::Error::msg)?;
        match go_to(&mut replay, to) {
            Err(it) => return Ok(diverged(&it)),
            Ok(Stepped::Turned(_)) => {}
            Ok(_) => println!("the record ends here"),
        }
        look(&mut replay);
    }
    Ok(Outcome::Clean)
}
