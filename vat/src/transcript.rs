//! What a world did and what it was told, so that it can be done again.
//!
//! A vat's behaviour follows from its program, the order of the turns, and what its powers answer. A [`Recorder`]
//! writes down all three as they happen; a [`Replay`] runs the program again, gives it the answers that were
//! recorded, and notices the first thing that is done differently. What a program writes is a question to a power
//! like any other, so outputs are compared byte for byte.
//!
//! The file: a first line, then blocks of a length, a checksum that goes on from the block before, and entries.
//! It only ever grows, so a run that was broken off can be replayed as far as it is written.

mod answers;
mod codec;
mod player;
mod recorder;
mod replay;

pub use player::Divergence;
pub use recorder::Recorder;
pub use replay::{Replay, Stepped};

use codec::{Reader, Writer};

/// How a file begins.
const FIRST_LINE: &[u8] = b"walnut transcript 2\n";

/// What a vat asks of the world outside it: everything that its behaviour depends on, and everything it does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Power {
    Stdout,
    Stderr,
    Trace,
    Clock,
    Entropy,
    Import,
    Resource,
    PushStep,
    Granted,
    Arguments,
    Properties,
    File,
    Spawn,
    Start,
    Finished,
    Close,
    MakeVat,
}

const POWERS: [(Power, &str); 17] = [
    (Power::Stdout, "stdout"),
    (Power::Stderr, "stderr"),
    (Power::Trace, "trace"),
    (Power::Clock, "clock"),
    (Power::Entropy, "entropy"),
    (Power::Import, "import"),
    (Power::Resource, "resource"),
    (Power::PushStep, "interp.pushTestStep"),
    (Power::Granted, "granted"),
    (Power::Arguments, "arguments"),
    (Power::Properties, "properties"),
    (Power::File, "file"),
    (Power::Spawn, "process"),
    (Power::Start, "start of a job"),
    (Power::Finished, "answers to jobs"),
    (Power::Close, "close"),
    (Power::MakeVat, "makeVat"),
];

impl Power {
    pub fn name(self) -> &'static str {
        POWERS.iter().find(|it| it.0 == self).map_or("", |it| it.1)
    }
    fn number(self) -> u64 {
        POWERS.iter().position(|it| it.0 == self).unwrap_or(0) as u64
    }
    fn numbered(number: u64) -> Option<Power> {
        POWERS.get(usize::try_from(number).ok()?).map(|it| it.0)
    }
}

/// One thing that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Entry<'a> {
    /// The program, and what each of its vats may use.
    Program { name: &'a str, text: &'a str, turn: u64, heap: u64, depth: u64 },
    /// A vat asked one of its powers something. Its powers go by the order in which they were given out.
    Call { who: u64, power: Power, question: &'a [u8], answer: &'a [u8] },
    /// A turn of this vat has ended; interrupted: from outside, when it had used so much.
    Turn { vat: u64, interrupted: Option<u64> },
    /// The program came to its end.
    End,
}

impl<'a> Entry<'a> {
    fn write(&self, out: &mut Writer) {
        match *self {
            Entry::Program { name, text, turn, heap, depth } => {
                out.number(0);
                out.bytes(name.as_bytes());
                out.bytes(text.as_bytes());
                [turn, heap, depth].into_iter().for_each(|it| out.number(it));
            }
            Entry::Turn { vat, interrupted } => {
                out.number(1 + u64::from(interrupted.is_some()));
                out.number(vat);
                interrupted.into_iter().for_each(|it| out.number(it));
            }
            Entry::End => out.number(3),
            Entry::Call { who, power, question, answer } => {
                out.number(4 + power.number());
                out.number(who);
                out.bytes(question);
                out.bytes(answer);
            }
        }
    }

    fn read(from: &mut Reader<'a>) -> Option<Entry<'a>> {
        Some(match from.number()? {
            0 => Entry::Program {
                name: from.text()?,
                text: from.text()?,
                turn: from.number()?,
                heap: from.number()?,
                depth: from.number()?,
            },
            1 => Entry::Turn { vat: from.number()?, interrupted: None },
            2 => Entry::Turn { vat: from.number()?, interrupted: Some(from.number()?) },
            3 => Entry::End,
            it => Entry::Call {
                power: Power::numbered(it - 4)?,
                who: from.number()?,
                question: from.bytes()?,
                answer: from.bytes()?,
            },
        })
    }
}

/// A block as it stands in the file, and the checksum that the next one goes on from.
fn seal(before: [u8; 32], entries: &[u8]) -> (Vec<u8>, [u8; 32]) {
    let sum = checksum(before, entries);
    let mut block = Vec::with_capacity(entries.len() + 12);
    block.extend((entries.len() as u32).to_le_bytes());
    block.extend(&sum[..8]);
    block.extend(entries);
    (block, sum)
}

fn checksum(before: [u8; 32], entries: &[u8]) -> [u8; 32] {
    let mut sum = blake3::Hasher::new();
    sum.update(&before);
    sum.update(entries);
    *sum.finalize().as_bytes()
}

/// The entries of a whole file, or what is wrong with it.
fn unseal(file: &[u8]) -> Result<Vec<u8>, String> {
    let Some(mut rest) = file.strip_prefix(FIRST_LINE) else {
        return Err("this is no transcript of walnut's: it does not begin with `walnut transcript 2`".into());
    };
    let (mut entries, mut before, mut number) = (Vec::new(), [0; 32], 0);
    while !rest.is_empty() {
        number += 1;
        let at = file.len() - rest.len();
        let cut = || {
            format!(
                "the transcript is cut off in its record {number}, which begins at byte {at}: its end is missing"
            )
        };
        let (length, after) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
        let (sum, after) = after.split_first_chunk::<8>().ok_or_else(cut)?;
        let length = u32::from_le_bytes(*length) as usize;
        let block = after.get(..length).ok_or_else(cut)?;
        before = checksum(before, block);
        if before[..8] != *sum {
            return Err(format!(
                "the transcript has been altered: its record {number}, at byte {at}, does not fit its checksum"
            ));
        }
        entries.extend_from_slice(block);
        rest = &after[length..];
    }
    Ok(entries)
}
