//! The world as a vat sees it: everything it can touch outside itself goes through here.
//!
//! What takes long is started and answered later, in a turn of its own: no turn waits for the world. Files on a
//! disk answer at once, as they do in E.

pub mod byte_stream;
pub mod closed;
pub mod file;
#[cfg(feature = "host")]
pub mod host;
pub(crate) mod inherited;
pub mod later;
pub mod network;
pub mod process;
pub mod still;

use std::sync::Arc;

/// Handed to a vat at birth. What is not here cannot be reached.
pub trait Powers: Send {
    /// Text the program writes to its standard output.
    fn stdout(&mut self, text: &str);
    /// Text the program writes to its standard error.
    fn stderr(&mut self, text: &str);
    /// Trace output (`trace`, `traceln`).
    fn trace(&mut self, text: &str) {
        self.stderr(text);
    }
    /// Milliseconds since 1970, as the program is to believe.
    fn clock_millis(&mut self) -> i64;
    /// Fills `bytes` with entropy.
    fn entropy(&mut self, bytes: &mut [u8]);
    /// The source of the module `a.b.c`, if there is one: `a/b/c.emaker` on some path.
    fn import(&mut self, fully_qualified_name: &str) -> Option<Source>;
    /// A file that came with the program's modules, by its path below one of their folders, if there is one.
    fn resource(&mut self, path: &str) -> Option<Arc<str>> {
        let _ = path;
        None
    }
    /// `interp.pushTestStep(program, answers)`: whoever runs a transcript is to run this after the present step,
    /// and to compare what it says with `answers` (keys and texts). Elsewhere nobody does.
    fn push_step(&mut self, _program: &str, _answers: Vec<(String, String)>) {}
    /// Is the named power granted (`stdout`, `timer`, `entropy`, `file`, …)? A missing one is a problem that
    /// names the flag that would grant it.
    fn granted(&self, power: &str) -> bool;
    /// The powers of a vat that this one's program makes (`makeVat("name")`).
    fn for_vat(&self, name: &str) -> Box<dyn Powers>;

    /// What the program was told when it was started.
    fn arguments(&self) -> Vec<String> {
        Vec::new()
    }
    /// What the person who started the program has set for it (`interp.getProps()`): names and texts.
    fn properties(&self) -> Vec<(String, String)> {
        Vec::new()
    }
    /// Does something to the file of that path below the granted folder: names with `/` between them, none of
    /// them `.` or `..`; the folder itself is `""`. An error says why not.
    fn file(&mut self, path: &str, request: FileRequest<'_>) -> Result<FileAnswer, String> {
        let _ = (path, request);
        Err(missing("file"))
    }
    /// Starts a process.
    fn spawn(&mut self, command: Command) -> Result<Spawned, String> {
        let _ = command;
        Err(missing("process"))
    }
    /// Starts what takes time. Its reply comes out of [`Powers::finished`] with the same ticket.
    fn start(&mut self, ticket: u64, job: Job) -> Result<(), String> {
        let _ = (ticket, job);
        Err(missing("network"))
    }
    /// The replies that have come in since the last call.
    fn finished(&mut self) -> Vec<(u64, Result<Reply, String>)> {
        Vec::new()
    }
    /// A process of its own for a vat, which has no powers but to print (`makeVat.inProcess`).
    fn vat_process(&mut self, order: &crate::world::Hosted) -> Result<Box<dyn Line>, String> {
        let _ = order;
        Err("no vat can have a process of its own here".to_string())
    }
    /// Lets go of a stream, a listener; ends a process.
    fn close(&mut self, resource: Resource) {
        let _ = resource;
    }
}

/// A line to another process, over which frames go whole and in order. To drop it is to end the process.
pub trait Line: Send {
    /// Puts a frame on its way.
    fn send(&mut self, frame: Vec<u8>);
    /// How many bytes the other end has not taken yet.
    fn unsent(&self) -> u64;
    /// The next frame that has come in, if there is one; `Err`: there will be no more, and why.
    fn receive(&mut self) -> Result<Option<Vec<u8>>, String>;
}

/// What to say where a power was not granted: the flag that would grant it.
pub fn missing(power: &str) -> String {
    let flag = match power {
        "file" => "file=DIR",
        "process" => "process=NAME",
        "network" => "network=HOST:PORT",
        other => other,
    };
    format!("no {power} was granted: grant it with --grant {flag}")
}

/// A text and what to call it in traces.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    pub name: Arc<str>,
    pub text: Arc<str>,
}

/// What can be asked of a file.
#[derive(Clone, Copy, Debug)]
pub enum FileRequest<'a> {
    Kind,
    Size,
    /// All of it, unless that is more than so many bytes.
    Read {
        limit: u64,
    },
    /// In place of what is there.
    Write(&'a [u8]),
    Append(&'a [u8]),
    /// An empty file where there is nothing.
    CreateNew,
    /// The names in a directory, sorted.
    List,
    /// A file, or a directory that is empty.
    Delete,
    MakeDirectory,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FileAnswer {
    Done,
    Kind(FileKind),
    Size(u64),
    Bytes(Vec<u8>),
    Names(Vec<String>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    Nothing,
    File,
    Directory,
    /// A device, a pipe: nothing that can be read or written as a file here.
    Other,
}

/// What the world keeps for a vat, by number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Resource(pub u64);

/// The program's own standard input.
pub const STDIN: Resource = Resource(0);

/// A process to start: no shell reads the arguments.
#[derive(Clone, Debug, Default)]
pub struct Command {
    pub program: String,
    pub args: Vec<String>,
    /// Names and values to add to the few that every process gets.
    pub env: Vec<(String, String)>,
    pub stdin: Stdin,
}

/// What a process reads.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Stdin {
    #[default]
    Nothing,
    Bytes(Vec<u8>),
    Pipe,
}

#[derive(Clone, Copy, Debug)]
pub struct Spawned {
    pub process: Resource,
    pub stdin: Option<Resource>,
    pub stdout: Resource,
    pub stderr: Resource,
}

/// What takes time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Job {
    /// Some bytes, at least one and at most so many.
    Read {
        from: Resource,
        at_most: u64,
    },
    /// A line with what ends it, or what is left.
    ReadLine {
        from: Resource,
        limit: u64,
    },
    /// All that is left, unless that is more than so many bytes.
    ReadAll {
        from: Resource,
        limit: u64,
    },
    Write {
        to: Resource,
        bytes: Vec<u8>,
    },
    /// The end of a process.
    Wait(Resource),
    Connect {
        host: String,
        port: u16,
    },
    Listen {
        host: String,
        port: u16,
    },
    Accept(Resource),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    Done,
    Bytes(Vec<u8>),
    /// Nothing is left to read.
    End,
    /// The exit status of a process; null where a signal ended it.
    Exit(Option<i32>),
    Connection {
        input: Resource,
        output: Resource,
        peer: String,
    },
    Listener {
        listener: Resource,
        port: u16,
    },
}
