//! Giving the answers that were recorded.

use super::answers::{All, Answer, file_question, read_replies};
use super::codec::Reader;
use super::{Entry, Power};
use crate::Interrupt;
use crate::powers::{Command, FileAnswer, FileRequest, Job, Powers, Reply, Resource, Source, Spawned};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// The first thing that went differently.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Divergence {
    /// Which delivery it was in, from 1.
    pub delivery: u64,
    /// The name of the vat that asked, or whose turn it was.
    pub vat: String,
    /// The power that was asked; `None`: the order of the turns is different.
    pub power: Option<Power>,
    pub recorded: String,
    pub now: String,
}

impl std::fmt::Display for Divergence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = self.power.map_or("the schedule", Power::name);
        let Divergence { delivery, vat, recorded, now, .. } = self;
        write!(f, "diverges in delivery {delivery}, of vat {vat}, at {what}: recorded {recorded}, now {now}")
    }
}

/// How often each power of a vat was asked.
pub type Inputs = BTreeMap<(u64, Power), u64>;

/// The recorded answers. Clones go on in the same place.
#[derive(Clone)]
pub(super) struct Player(Arc<Mutex<Tape>>);

struct Tape {
    entries: Arc<[u8]>,
    at: usize,
    turns: u64,
    /// What the vats are called that were given powers.
    names: Vec<String>,
    diverged: Option<Divergence>,
    /// Somebody looks at values: what is asked meanwhile is no part of the run.
    looking: bool,
    interrupt: Interrupt,
}

impl Player {
    pub fn new(entries: Arc<[u8]>, at: usize, interrupt: Interrupt) -> Player {
        Player(Arc::new(Mutex::new(Tape {
            entries,
            at,
            turns: 0,
            names: Vec::new(),
            diverged: None,
            looking: false,
            interrupt,
        })))
    }

    pub fn powers(&self, name: &str) -> Box<dyn Powers> {
        let mut tape = self.tape();
        tape.names.push(name.to_owned());
        let who = tape.names.len() as u64 - 1;
        drop(tape);
        Box::new(Replaying { who, player: self.clone() })
    }

    /// What comes next; `None`: nothing any more.
    pub fn peek<T>(&self, f: impl FnOnce(&Entry<'_>) -> T) -> Option<T> {
        let tape = self.tape();
        Entry::read(&mut Reader(tape.entries.get(tape.at..)?)).map(|it| f(&it))
    }
    pub fn place(&self) -> usize {
        self.tape().at
    }
    pub fn turns(&self) -> u64 {
        self.tape().turns
    }
    pub fn look(&self, looking: bool) {
        self.tape().looking = looking;
    }
    pub fn diverged(&self) -> Option<Divergence> {
        self.tape().diverged.clone()
    }

    /// A turn has ended; was this the one that was recorded?
    pub fn turned(&self, number: u32, name: &str, interrupted: Option<u64>) -> Result<(), Divergence> {
        let mut tape = self.tape();
        if let Some(it) = &tape.diverged {
            return Err(it.clone());
        }
        let mut rest = Reader(tape.entries.get(tape.at..).unwrap_or_default());
        let next = Entry::read(&mut rest);
        if next == Some(Entry::Turn { vat: number.into(), interrupted }) {
            tape.at = tape.entries.len() - rest.0.len();
            tape.turns += 1;
            return Ok(());
        }
        Err(Divergence {
            delivery: tape.turns + 1,
            vat: name.to_owned(),
            power: match next {
                Some(Entry::Call { power, .. }) => Some(power),
                _ => None,
            },
            recorded: told(next.as_ref(), &tape.names),
            now: told(Some(&Entry::Turn { vat: number.into(), interrupted }), &tape.names),
        })
    }

    fn tape(&self) -> MutexGuard<'_, Tape> {
        self.0.lock().unwrap_or_else(|it| it.into_inner())
    }

    /// The recorded answer to a question, if it was asked then and there.
    fn answer<T>(
        &self,
        who: u64,
        power: Power,
        question: &str,
        read: impl FnOnce(&mut Reader<'_>) -> Option<T>,
    ) -> Option<T> {
        let mut tape = self.tape();
        if tape.looking || tape.diverged.is_some() {
            return None;
        }
        let entries = tape.entries.clone();
        let mut rest = Reader(entries.get(tape.at..)?);
        let next = Entry::read(&mut rest);
        if let Some(Entry::Call { who: asker, power: asked, question: put, answer }) = next
            && (asker, asked, put) == (who, power, question.as_bytes())
            && let Some(answer) = read(&mut Reader(answer))
        {
            tape.at = entries.len() - rest.0.len();
            return Some(answer);
        }
        let vat = tape.names.get(who as usize).cloned().unwrap_or_default();
        let now = told_call(power, question.as_bytes());
        let recorded = told(next.as_ref(), &tape.names);
        let delivery = tape.turns + 1;
        tape.diverged = Some(Divergence { delivery, vat, power: Some(power), recorded, now });
        tape.interrupt.raise();
        None
    }
}

fn told(entry: Option<&Entry<'_>>, names: &[String]) -> String {
    match entry {
        None => "nothing more".into(),
        Some(Entry::Program { .. }) => "another program".into(),
        Some(Entry::Turn { vat, interrupted: None }) => format!("the end of a turn of vat number {vat}"),
        Some(Entry::Turn { vat, interrupted: Some(at) }) => {
            format!("the end of a turn of vat number {vat} that was interrupted after {at} units")
        }
        Some(Entry::End) => "the end of the program".into(),
        Some(Entry::Call { who, power, question, .. }) => {
            let name = names.get(*who as usize).map_or("another", String::as_str);
            format!("{} of vat {name}", told_call(*power, question))
        }
    }
}

fn told_call(power: Power, question: &[u8]) -> String {
    let question = String::from_utf8_lossy(question);
    match power {
        Power::Stdout | Power::Stderr | Power::Trace => format!("{} {question:?}", power.name()),
        _ if question.is_empty() => power.name().to_owned(),
        _ => format!("{} {question}", power.name()),
    }
}

struct Replaying {
    who: u64,
    player: Player,
}

impl Replaying {
    fn get<T: Answer>(&self, power: Power, question: &str) -> Option<T> {
        self.player.answer(self.who, power, question, T::read)
    }
    fn tell(&self, power: Power, question: &str) {
        let _told: Option<()> = self.get(power, question);
    }
    fn result<T: Answer>(&self, power: Power, question: &str) -> Result<T, String> {
        self.get(power, question).unwrap_or_else(|| Err("the transcript has no answer to this".into()))
    }
}

impl Powers for Replaying {
    fn stdout(&mut self, text: &str) {
        self.tell(Power::Stdout, text);
    }
    fn stderr(&mut self, text: &str) {
        self.tell(Power::Stderr, text);
    }
    fn trace(&mut self, text: &str) {
        self.tell(Power::Trace, text);
    }
    fn clock_millis(&mut self) -> i64 {
        self.get(Power::Clock, "").unwrap_or_default()
    }
    fn entropy(&mut self, bytes: &mut [u8]) {
        let drawn: Option<Vec<u8>> = self.get(Power::Entropy, &bytes.len().to_string());
        if let Some(it) = drawn.filter(|it| it.len() == bytes.len()) {
            bytes.copy_from_slice(&it);
        }
    }
    fn import(&mut self, name: &str) -> Option<Source> {
        self.get(Power::Import, name).flatten()
    }
    fn resource(&mut self, path: &str) -> Option<Arc<str>> {
        self.get(Power::Resource, path).flatten()
    }
    fn push_step(&mut self, program: &str, answers: Vec<(String, String)>) {
        self.tell(Power::PushStep, &format!("{program}\n{answers:?}"));
    }
    fn granted(&self, power: &str) -> bool {
        self.get(Power::Granted, power).unwrap_or_default()
    }
    fn for_vat(&self, name: &str) -> Box<dyn Powers> {
        self.tell(Power::MakeVat, name);
        self.player.powers(name)
    }
    fn arguments(&self) -> Vec<String> {
        self.get::<All<String>>(Power::Arguments, "").map_or_else(Vec::new, |it| it.0)
    }
    fn properties(&self) -> Vec<(String, String)> {
        self.get::<All<(String, String)>>(Power::Properties, "").map_or_else(Vec::new, |it| it.0)
    }
    fn file(&mut self, path: &str, request: FileRequest<'_>) -> Result<FileAnswer, String> {
        self.result(Power::File, &file_question(path, request))
    }
    fn spawn(&mut self, command: Command) -> Result<Spawned, String> {
        self.result(Power::Spawn, &format!("{command:?}"))
    }
    fn start(&mut self, ticket: u64, job: Job) -> Result<(), String> {
        self.result(Power::Start, &format!("{ticket} {job:?}"))
    }
    fn finished(&mut self) -> Vec<(u64, Result<Reply, String>)> {
        self.player.answer(self.who, Power::Finished, "", read_replies).unwrap_or_default()
    }
    fn close(&mut self, resource: Resource) {
        self.tell(Power::Close, &resource.0.to_string());
    }
}
