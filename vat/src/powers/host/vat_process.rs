//! A process for one vat: starting it, the line to it, and what runs in it.
//!
//! The line is the process's standard input and output. Frames go over it with their length and a checksum before
//! them; each direction has a thread, so that nobody waits for a process that does not read, and no more than so
//! much is taken from one that does not stop writing.

use super::bell::Bell;
use super::jobs::thread;
use crate::powers::{Line, Powers, Source};
use crate::world::{Hosted, Outcome, World};
use std::collections::VecDeque;
use std::io::{BufReader, BufWriter, IsTerminal, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// The longest frame that is taken, and how much of frames waits to be taken in.
const LONGEST: u64 = 32 << 20;
const MOST_WAITING: u64 = 64 << 20;
/// Length and checksum.
const HEADING: usize = 8 + 8;

/// Starts `program vat-host` for a vat. The bell is rung whenever it has said something.
pub fn vat_process(program: &Path, order: &Hosted, bell: Bell) -> Result<Process, String> {
    let mut command = Command::new(program);
    command.arg("vat-host").env_clear();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    // Ctrl-C is for the program, which ends its vats when it ends.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|it| format!("cannot start a process for a vat: {it}"))?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("cannot talk to the process of a vat".to_string());
    };
    let mut pipe = Pipe::over(output, input, bell, || {})?;
    pipe.send(order.to_bytes());
    Ok(Process { pipe, child, name: order.name().clone() })
}

/// A line to a process that was started.
pub struct Process {
    pipe: Pipe,
    child: Child,
    name: Arc<str>,
}

impl Process {
    /// What the operating system knows it by.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Line for Process {
    fn send(&mut self, frame: Vec<u8>) {
        self.pipe.send(frame);
    }
    fn unsent(&self) -> u64 {
        self.pipe.unsent()
    }
    fn receive(&mut self) -> Result<Option<Vec<u8>>, String> {
        self.pipe.receive().map_err(|why| {
            // What it said last was no frame, or it has ended, or is about to.
            let _ended = self.child.kill();
            let how = match (why, self.child.wait()) {
                (Some(why), _) => why,
                (None, Ok(status)) => how(status),
                (None, Err(it)) => it.to_string(),
            };
            format!("the process of the vat \"{}\" has ended: {how}", self.name)
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

fn how(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("signal {signal}");
    }
    status.code().map_or_else(|| "killed".to_string(), |it| format!("exit code {it}"))
}

/// Both directions, each with a thread.
struct Pipe {
    out: Sender<Vec<u8>>,
    unsent: Arc<AtomicU64>,
    inbox: Arc<Inbox>,
    bell: Bell,
}

#[derive(Default)]
struct Inbox {
    state: Mutex<Arrived>,
    has_room: Condvar,
}

#[derive(Default)]
struct Arrived {
    frames: VecDeque<Vec<u8>>,
    bytes: u64,
    /// Nothing more will come; what was wrong, if something was.
    ended: Option<Option<String>>,
    /// Nobody wants to know any more.
    closed: bool,
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, Arrived> {
        self.state.lock().unwrap_or_else(|it| it.into_inner())
    }
    /// `false`: nobody wants to know. Rung before anybody can fetch it: a bell counts what there is.
    fn put(&self, frame: Vec<u8>, bell: &Bell) -> bool {
        let full = |it: &mut Arrived| it.bytes > MOST_WAITING && !it.closed;
        let mut state = self.has_room.wait_while(self.lock(), full).unwrap_or_else(|it| it.into_inner());
        if state.closed {
            return false;
        }
        state.bytes += frame.len() as u64;
        state.frames.push_back(frame);
        bell.ring();
        true
    }
}

impl Pipe {
    fn over(
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
        bell: Bell,
        at_end: impl FnOnce() + Send + 'static,
    ) -> Result<Pipe, String> {
        let (out, frames) = channel();
        let unsent = Arc::new(AtomicU64::new(0));
        let inbox = Arc::new(Inbox::default());
        thread({
            let unsent = unsent.clone();
            move || write_all(output, &frames, &unsent)
        })?;
        thread({
            let (inbox, bell) = (inbox.clone(), bell.clone());
            move || {
                read_all(input, &inbox, &bell);
                at_end();
            }
        })?;
        Ok(Pipe { out, unsent, inbox, bell })
    }

    fn send(&mut self, frame: Vec<u8>) {
        self.unsent.fetch_add(frame.len() as u64, Ordering::Relaxed);
        // A thread that is gone has met the end of the pipe, which the reader will hear of.
        let _sent = self.out.send(frame);
    }

    fn unsent(&self) -> u64 {
        self.unsent.load(Ordering::Relaxed)
    }

    fn receive(&mut self) -> Result<Option<Vec<u8>>, Option<String>> {
        let mut state = self.inbox.lock();
        match state.frames.pop_front() {
            Some(it) => {
                state.bytes -= it.len() as u64;
                self.inbox.has_room.notify_all();
                self.bell.fetched(1);
                Ok(Some(it))
            }
            None => match &state.ended {
                Some(why) => {
                    self.bell.fetched(usize::from(!state.closed));
                    let why = why.clone();
                    state.closed = true;
                    Err(why)
                }
                None => Ok(None),
            },
        }
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        let mut state = self.inbox.lock();
        let unheard = state.frames.len() + usize::from(state.ended.is_some() && !state.closed);
        state.closed = true;
        self.bell.fetched(unheard);
        self.inbox.has_room.notify_all();
    }
}

fn checksum(length: u64, frame: &[u8]) -> [u8; 8] {
    let mut it = blake3::Hasher::new();
    it.update(&length.to_le_bytes()).update(frame);
    it.finalize().as_bytes().first_chunk().copied().unwrap_or_default()
}

fn write_all(output: impl Write, frames: &Receiver<Vec<u8>>, unsent: &AtomicU64) {
    let mut output = BufWriter::with_capacity(1 << 16, output);
    let one = |output: &mut BufWriter<_>, it: Vec<u8>| {
        let length = it.len() as u64;
        output.write_all(&length.to_le_bytes())?;
        output.write_all(&checksum(length, &it))?;
        output.write_all(&it)?;
        unsent.fetch_sub(length, Ordering::Relaxed);
        std::io::Result::Ok(())
    };
    while let Ok(first) = frames.recv() {
        let mut written = one(&mut output, first);
        while written.is_ok()
            && let Ok(more) = frames.try_recv()
        {
            written = one(&mut output, more);
        }
        if written.and_then(|()| output.flush()).is_err() {
            return;
        }
    }
}

fn read_all(input: impl Read, inbox: &Inbox, bell: &Bell) {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let why = loop {
        match read_frame(&mut input) {
            Ok(Some(it)) => {
                if !inbox.put(it, bell) {
                    return;
                }
            }
            Ok(None) => break None,
            Err(why) => break Some(why),
        }
    };
    let mut state = inbox.lock();
    state.ended = Some(why);
    if !state.closed {
        bell.ring();
    }
}

/// `None`: the end, between two frames.
fn read_frame(input: &mut impl Read) -> Result<Option<Vec<u8>>, String> {
    let mut heading = Vec::with_capacity(HEADING);
    input.take(HEADING as u64).read_to_end(&mut heading).map_err(|it| it.to_string())?;
    if heading.is_empty() {
        return Ok(None);
    }
    let (Some((length, rest)), cut) = (heading.split_first_chunk::<8>(), "its last frame is cut short")
    else {
        return Err("its last frame is cut short".to_string());
    };
    let length = u64::from_le_bytes(*length);
    if rest.len() < 8 {
        return Err(cut.to_string());
    }
    if length > LONGEST {
        return Err(format!(
            "it announced a frame of {length} bytes, and {LONGEST} are the most that is taken"
        ));
    }
    // Room is made for what comes, not for what is announced.
    let mut frame = Vec::new();
    input.take(length).read_to_end(&mut frame).map_err(|it| it.to_string())?;
    match (frame.len() as u64 == length, checksum(length, &frame)[..] == *rest) {
        (false, _) => Err(cut.to_string()),
        (_, false) => Err("what it said was no frame".to_string()),
        (true, true) => Ok(Some(frame)),
    }
}

/// The powers of a hosted vat: what it prints goes to whoever started the process.
#[derive(Clone)]
struct Told {
    out: Sender<Vec<u8>>,
    unsent: Arc<AtomicU64>,
}

impl Told {
    fn say(&self, is_error: bool, text: &str) {
        let frame = crate::world::printed(is_error, text);
        self.unsent.fetch_add(frame.len() as u64, Ordering::Relaxed);
        let _sent = self.out.send(frame);
    }
}

impl Powers for Told {
    fn stdout(&mut self, text: &str) {
        self.say(false, text);
    }
    fn stderr(&mut self, text: &str) {
        self.say(true, text);
    }
    fn clock_millis(&mut self) -> i64 {
        0
    }
    fn entropy(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
    fn import(&mut self, _: &str) -> Option<Source> {
        None
    }
    fn granted(&self, power: &str) -> bool {
        matches!(power, "stdout" | "stderr")
    }
    fn for_vat(&self, _: &str) -> Box<dyn Powers> {
        Box::new(self.clone())
    }
}

/// What `walnut vat-host` does: runs one vat for whoever is on the other end of standard input and output, and ends
/// when they do.
/// Says so if nobody is.
pub fn serve_vat() -> Result<(), &'static str> {
    const BY_HAND: &str = "vat-host is what makeVat.inProcess(name) starts; nobody starts it by hand";
    if std::io::stdin().is_terminal() {
        return Err(BY_HAND);
    }
    let bell = Bell::default();
    // Whatever the vat is doing: nobody wants to know any more.
    let begun = Arc::new(AtomicBool::new(false));
    let ends = {
        let begun = begun.clone();
        move || {
            if begun.load(Ordering::Acquire) {
                std::process::exit(0);
            }
        }
    };
    let pipe = Pipe::over(std::io::stdin(), std::io::stdout(), bell.clone(), ends);
    let mut pipe = pipe.map_err(|_| "no threads can be started")?;
    let order = loop {
        bell.wait(Duration::from_secs(3600));
        match pipe.receive() {
            Ok(Some(it)) => break Hosted::from_bytes(&it),
            Ok(None) => {}
            Err(_) => return Err(BY_HAND),
        }
    };
    let order = order.map_err(|_| BY_HAND)?;
    begun.store(true, Ordering::Release);
    let told = Box::new(Told { out: pipe.out.clone(), unsent: pipe.unsent.clone() });
    let mut world = World::of_hosted(&order, Box::new(pipe), told);
    loop {
        let Outcome::Quiet { wake_in } = world.run_turn().outcome else { continue };
        world.say_idle();
        bell.wait(wake_in.unwrap_or(Duration::from_secs(3600)));
    }
}

impl Line for Pipe {
    fn send(&mut self, frame: Vec<u8>) {
        Pipe::send(self, frame);
    }
    fn unsent(&self) -> u64 {
        Pipe::unsent(self)
    }
    fn receive(&mut self) -> Result<Option<Vec<u8>>, String> {
        Pipe::receive(self).map_err(Option::unwrap_or_default)
    }
}
