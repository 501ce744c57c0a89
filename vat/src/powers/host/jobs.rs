//! What takes long: each stream, listener and process has a thread that does what is asked of it, in order.

use super::super::{Command, Job, Reply, Resource, STDIN, Spawned, Stdin};
use super::bell::Bell;
use super::streams::{self, Asked};
use shared_child::SharedChild;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// What is told to the vat that asked.
pub type Told = Result<Reply, String>;

/// More than this and a program has lost count.
const MOST_OPEN: usize = 1000;
/// How long a host may take to answer a call.
const PATIENCE: Duration = Duration::from_secs(30);

/// The jobs of one vat; what is open is shared with those it makes.
pub struct Jobs {
    open: Open,
    answers: Sender<(u64, Told)>,
    answered: Receiver<(u64, Told)>,
    bell: Bell,
}

/// Where an answer goes.
pub struct Ticket {
    number: u64,
    answers: Sender<(u64, Told)>,
    bell: Bell,
}

impl Ticket {
    /// For a job that the vat does not wait for: whoever holds the other end may.
    pub fn to_nobody() -> (Ticket, Receiver<(u64, Told)>) {
        let (answers, answered) = channel();
        (Ticket { number: 0, answers, bell: Bell::default() }, answered)
    }

    pub fn answer(self, told: Told) {
        // A vat that is gone has no more questions.
        if self.answers.send((self.number, told)).is_ok() {
            self.bell.ring();
        }
    }
}

/// Everything that is open, by number.
#[derive(Clone, Default)]
pub struct Open(Arc<Mutex<Table>>);

#[derive(Default)]
struct Table {
    last: u64,
    entries: BTreeMap<u64, Entry>,
}

enum Entry {
    /// A thread that reads or writes; for a socket, which half ends when it is closed.
    Stream(Sender<Asked>, Option<(TcpStream, Shutdown)>),
    Listener(Sender<Asked>, SocketAddr, Arc<AtomicBool>),
    Process(Arc<SharedChild>),
}

impl Open {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(|it| it.into_inner())
    }

    fn add(&self, entry: Entry) -> Result<Resource, String> {
        let mut table = self.table();
        if table.entries.len() >= MOST_OPEN {
            return Err(format!("{MOST_OPEN} streams, listeners and processes are open already: close some"));
        }
        table.last += 1;
        let number = table.last;
        table.entries.insert(number, entry);
        Ok(Resource(number))
    }

    /// The two directions of a socket, each with its own thread.
    fn connection(&self, socket: TcpStream) -> Told {
        let peer = socket.peer_addr().map_or_else(|_| "?".to_string(), |it| it.to_string());
        let half = || socket.try_clone().map_err(|it| it.to_string());
        let input = Entry::Stream(streams::reader(half()?)?, Some((half()?, Shutdown::Read)));
        let output = Entry::Stream(streams::writer(half()?)?, Some((half()?, Shutdown::Write)));
        Ok(Reply::Connection { input: self.add(input)?, output: self.add(output)?, peer })
    }
}

impl Drop for Table {
    /// No process outlives the program that started it.
    fn drop(&mut self) {
        for it in self.entries.values() {
            if let Entry::Process(child) = it {
                let _ended = child.kill();
            }
        }
    }
}

impl Jobs {
    pub fn new(bell: Bell) -> Jobs {
        Jobs::over(Open::default(), bell)
    }

    pub fn for_vat(&self) -> Jobs {
        Jobs::over(self.open.clone(), self.bell.clone())
    }

    pub fn bell(&self) -> Bell {
        self.bell.clone()
    }

    fn over(open: Open, bell: Bell) -> Jobs {
        let (answers, answered) = channel();
        Jobs { open, answers, answered, bell }
    }

    pub fn finished(&self) -> Vec<(u64, Told)> {
        let finished: Vec<(u64, Told)> = self.answered.try_iter().collect();
        self.bell.fetched(finished.len());
        finished
    }

    pub fn start(&self, number: u64, job: Job) -> Result<(), String> {
        let ticket = Ticket { number, answers: self.answers.clone(), bell: self.bell.clone() };
        let open = self.open.clone();
        match job {
            Job::Read { from: it, .. }
            | Job::ReadLine { from: it, .. }
            | Job::ReadAll { from: it, .. }
            | Job::Write { to: it, .. }
            | Job::Accept(it) => self.ask(it, (ticket, job)),
            Job::Wait(it) => self.wait(it, ticket),
            Job::Connect { host, port } => thread(move || {
                ticket.answer(connect(&host, port).and_then(|it| open.connection(it)));
            }),
            Job::Listen { host, port } => thread(move || ticket.answer(listen(&open, &host, port))),
        }
    }

    /// Hands a job to the thread of what it is for.
    fn ask(&self, resource: Resource, asked: Asked) -> Result<(), String> {
        let mut table = self.open.table();
        if resource == STDIN && !table.entries.contains_key(&STDIN.0) {
            table.entries.insert(STDIN.0, Entry::Stream(streams::reader(std::io::stdin())?, None));
        }
        let Some(Entry::Stream(thread, _) | Entry::Listener(thread, ..)) = table.entries.get(&resource.0)
        else {
            return Err("it is closed".to_string());
        };
        thread.send(asked).map_err(|_| "it is closed".to_string())
    }

    fn wait(&self, process: Resource, ticket: Ticket) -> Result<(), String> {
        let child = match self.open.table().entries.get(&process.0) {
            Some(Entry::Process(it)) => it.clone(),
            _ => return Err("the process is gone".to_string()),
        };
        let open = self.open.clone();
        thread(move || {
            let exit = child.wait().map(|it| Reply::Exit(it.code())).map_err(|it| it.to_string());
            open.table().entries.remove(&process.0);
            ticket.answer(exit);
        })
    }

    pub fn spawn(&self, it: Command) -> Result<Spawned, String> {
        let mut command = std::process::Command::new(&it.program);
        // What a program finds in its environment is told, not inherited; but it has to find programs.
        command.args(&it.args).env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.envs(it.env).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.stdin(if it.stdin == Stdin::Nothing { Stdio::null() } else { Stdio::piped() });
        let child = SharedChild::spawn(&mut command).map_err(|why| match why.kind() {
            ErrorKind::NotFound => format!("there is no program called {}", it.program),
            _ => format!("cannot start {}: {why}", it.program),
        })?;
        let (stdin, stdout, stderr) = (child.take_stdin(), child.take_stdout(), child.take_stderr());
        let (Some(stdout), Some(stderr)) = (stdout, stderr) else {
            return Err(format!("cannot listen to {}", it.program));
        };
        let stdout = self.open.add(Entry::Stream(streams::reader(stdout)?, None))?;
        let stderr = self.open.add(Entry::Stream(streams::reader(stderr)?, None))?;
        let stdin = match (it.stdin, stdin) {
            (Stdin::Pipe, Some(pipe)) => Some(self.open.add(Entry::Stream(streams::writer(pipe)?, None))?),
            (Stdin::Bytes(bytes), Some(mut pipe)) => {
                // A process that reads no more has had enough.
                thread(move || drop(std::io::Write::write_all(&mut pipe, &bytes)))?;
                None
            }
            _ => None,
        };
        let process = self.open.add(Entry::Process(Arc::new(child)))?;
        Ok(Spawned { process, stdin, stdout, stderr })
    }

    pub fn close(&self, resource: Resource) {
        // A process stays until it has been waited for.
        if let Some(Entry::Process(child)) = self.open.table().entries.get(&resource.0) {
            let _ended = child.kill();
            return;
        }
        let entry = self.open.table().entries.remove(&resource.0);
        match entry {
            // What is written is written before the stream ends: its thread sees the end of its jobs.
            Some(Entry::Stream(thread, Some((socket, half)))) => match half {
                Shutdown::Write => streams::close_after(thread, socket),
                _ => drop(socket.shutdown(half)),
            },
            Some(Entry::Listener(_, address, closed)) => {
                closed.store(true, Ordering::Release);
                // Whoever waits for a call gets one more, which wakes it up.
                let _woken = thread(move || drop(TcpStream::connect_timeout(&address, PATIENCE)));
            }
            _ => {}
        }
    }
}

/// Does something that may take long, on a thread of its own.
pub fn thread(work: impl FnOnce() + Send + 'static) -> Result<(), String> {
    let spawned = std::thread::Builder::new().name("power".to_string()).spawn(work);
    spawned.map(|_| ()).map_err(|it| format!("no thread can be started: {it}"))
}

fn addresses(host: &str, port: u16) -> Result<impl Iterator<Item = SocketAddr>, String> {
    (host, port).to_socket_addrs().map_err(|_| format!("there is no host called {host}"))
}

fn connect(host: &str, port: u16) -> Result<TcpStream, String> {
    let mut last = format!("there is no host called {host}");
    for it in addresses(host, port)? {
        match TcpStream::connect_timeout(&it, PATIENCE) {
            Ok(socket) => return Ok(socket),
            Err(why) if why.kind() == ErrorKind::ConnectionRefused => {
                last = format!("{host}:{port} refuses connections");
            }
            Err(why) => last = format!("cannot connect to {host}:{port}: {why}"),
        }
    }
    Err(last)
}

fn listen(open: &Open, host: &str, port: u16) -> Told {
    let addresses: Vec<SocketAddr> = addresses(host, port)?.collect();
    let cannot = |it: std::io::Error| format!("cannot listen on {host}:{port}: {it}");
    let listener = TcpListener::bind(&addresses[..]).map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let closed = Arc::new(AtomicBool::new(false));
    let thread = streams::worker({
        let (open, closed) = (open.clone(), closed.clone());
        move |_| {
            let call = listener.accept();
            match call {
                _ if closed.load(Ordering::Acquire) => Err("the listener is closed".to_string()),
                Ok((socket, _)) => open.connection(socket),
                Err(why) => Err(why.to_string()),
            }
        }
    })?;
    let listener = open.add(Entry::Listener(thread, address, closed))?;
    Ok(Reply::Listener { listener, port: address.port() })
}
