//! Writing down what happens.

use super::answers::{All, Answer, file_question, write_replies};
use super::codec::Writer;
use super::{Entry, FIRST_LINE, Power, seal};
use crate::Limits;
use crate::powers::{Command, FileAnswer, FileRequest, Job, Powers, Reply, Resource, Source, Spawned};
use std::sync::{Arc, Mutex, MutexGuard};

/// A block is written when it has become this large, or when everything rests.
const BLOCK: usize = 1 << 16;

/// Where the bytes of a transcript go.
pub type Sink = Box<dyn FnMut(&[u8]) + Send>;

/// Records one world, to which it is given with [`World::record`](crate::World::record). Clones write to the same transcript.
#[derive(Clone)]
pub struct Recorder(Arc<Mutex<Tape>>);

struct Tape {
    sink: Sink,
    block: Writer,
    before: [u8; 32],
    /// How many powers were given out.
    given: u64,
    closed: bool,
}

impl Recorder {
    /// A transcript of this program, whose vats may use so much.
    pub fn new(mut sink: Sink, name: &str, text: &str, limits: &Limits) -> Recorder {
        sink(FIRST_LINE);
        let tape = Tape { sink, block: Writer::default(), before: [0; 32], given: 0, closed: false };
        let it = Recorder(Arc::new(Mutex::new(tape)));
        let (turn, heap, depth) = (limits.turn, limits.heap, limits.depth as u64);
        it.tape().note(Entry::Program { name, text, turn, heap, depth });
        it
    }

    /// The same powers, and a record of what they are asked and answer.
    pub fn powers(&self, powers: Box<dyn Powers>) -> Box<dyn Powers> {
        let who = self.tape().next();
        Box::new(Recording { who, powers, recorder: self.clone() })
    }

    /// A turn of this vat has ended; interrupted: from outside, when it had used so much.
    pub(crate) fn turned(&self, vat: u32, interrupted: Option<u64>) {
        self.tape().note(Entry::Turn { vat: vat.into(), interrupted });
    }

    /// There is nothing to do for now: what has happened so far is written out.
    pub(crate) fn rests(&self) {
        self.tape().flush();
    }

    /// The program has come to its end; what is asked from now on is no part of it.
    pub fn end(&self) {
        let mut tape = self.tape();
        tape.note(Entry::End);
        tape.flush();
        tape.closed = true;
    }

    fn tape(&self) -> MutexGuard<'_, Tape> {
        self.0.lock().unwrap_or_else(|it| it.into_inner())
    }
}

impl Tape {
    fn next(&mut self) -> u64 {
        self.given += 1;
        self.given - 1
    }
    fn note(&mut self, entry: Entry<'_>) {
        if self.closed {
            return;
        }
        entry.write(&mut self.block);
        if self.block.0.len() >= BLOCK {
            self.flush();
        }
    }
    fn flush(&mut self) {
        if self.block.0.is_empty() {
            return;
        }
        let (block, sum) = seal(self.before, &self.block.0);
        self.before = sum;
        self.block.0.clear();
        (self.sink)(&block);
    }
}

struct Recording {
    who: u64,
    powers: Box<dyn Powers>,
    recorder: Recorder,
}

impl Recording {
    fn note(&self, power: Power, question: &str, write: impl FnOnce(&mut Writer)) {
        let mut answer = Writer::default();
        write(&mut answer);
        let (question, answer) = (question.as_bytes(), &answer.0[..]);
        self.recorder.tape().note(Entry::Call { who: self.who, power, question, answer });
    }
    fn answered<T: Answer>(&self, power: Power, question: &str, answer: T) -> T {
        self.note(power, question, |out| answer.write(out));
        answer
    }
}

impl Powers for Recording {
    fn stdout(&mut self, text: &str) {
        self.note(Power::Stdout, text, |_| {});
        self.powers.stdout(text);
    }
    fn stderr(&mut self, text: &str) {
        self.note(Power::Stderr, text, |_| {});
        self.powers.stderr(text);
    }
    fn trace(&mut self, text: &str) {
        self.note(Power::Trace, text, |_| {});
        self.powers.trace(text);
    }
    fn clock_millis(&mut self) -> i64 {
        let now = self.powers.clock_millis();
        self.answered(Power::Clock, "", now)
    }
    fn entropy(&mut self, bytes: &mut [u8]) {
        self.powers.entropy(bytes);
        self.note(Power::Entropy, &bytes.len().to_string(), |out| out.bytes(bytes));
    }
    fn import(&mut self, name: &str) -> Option<Source> {
        let source = self.powers.import(name);
        self.answered(Power::Import, name, source)
    }
    fn resource(&mut self, path: &str) -> Option<Arc<str>> {
        let text = self.powers.resource(path);
        self.answered(Power::Resource, path, text)
    }
    fn push_step(&mut self, program: &str, answers: Vec<(String, String)>) {
        self.note(Power::PushStep, &format!("{program}\n{answers:?}"), |_| {});
        self.powers.push_step(program, answers);
    }
    fn granted(&self, power: &str) -> bool {
        self.answered(Power::Granted, power, self.powers.granted(power))
    }
    fn for_vat(&self, name: &str) -> Box<dyn Powers> {
        self.note(Power::MakeVat, name, |_| {});
        self.recorder.powers(self.powers.for_vat(name))
    }
    fn arguments(&self) -> Vec<String> {
        self.answered(Power::Arguments, "", All(self.powers.arguments())).0
    }
    fn properties(&self) -> Vec<(String, String)> {
        self.answered(Power::Properties, "", All(self.powers.properties())).0
    }
    fn file(&mut self, path: &str, request: FileRequest<'_>) -> Result<FileAnswer, String> {
        let answer = self.powers.file(path, request);
        self.answered(Power::File, &file_question(path, request), answer)
    }
    fn spawn(&mut self, command: Command) -> Result<Spawned, String> {
        let question = format!("{command:?}");
        let answer = self.powers.spawn(command);
        self.answered(Power::Spawn, &question, answer)
    }
    fn start(&mut self, ticket: u64, job: Job) -> Result<(), String> {
        let question = format!("{ticket} {job:?}");
        let answer = self.powers.start(ticket, job);
        self.answered(Power::Start, &question, answer)
    }
    fn finished(&mut self) -> Vec<(u64, Result<Reply, String>)> {
        let replies = self.powers.finished();
        self.note(Power::Finished, "", |out| write_replies(&replies, out));
        replies
    }
    fn close(&mut self, resource: Resource) {
        self.note(Power::Close, &resource.0.to_string(), |_| {});
        self.powers.close(resource);
    }
}
