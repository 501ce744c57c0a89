//! The notebook's protocol: E as a Jupyter kernel.
//!
//! [`serve`] answers one front end's connection file until it is told to stop or its parent is gone; [`serve_pipe`] does so
//! for the process that started it, in lines on standard input and output; [`install`] writes the `kernel.json` by which
//! front ends find it.
//!
//! This thread reads and writes the sockets; `control` answers what may not wait; `worker` owns the vats; `history`
//! keeps inputs. They meet in queues: jobs for the worker, and what is to be said (`outbox`).

mod answers;
mod asking;
mod asks;
mod batch;
mod cell;
mod comms;
mod complete;
mod control;
mod diagram;
mod directive;
mod display;
mod grants;
mod hints;
mod history;
mod install;
mod lane;
mod notebook;
mod outbox;
mod pages;
mod panel;
mod parent;
mod permission;
mod pipe;
mod powers;
mod prelude;
mod program;
mod publisher;
mod python;
mod rich;
mod sequence;
mod session;
mod snippet;
mod sockets;
mod store;
mod streams;
mod subshells;
pub mod text;
mod tracing;
mod trouble;
mod vats;
mod voice;
mod widgets;
mod wire;
mod worker;
mod zmtp;

pub use batch::Batch;
pub use install::{Place, install};
pub use pipe::serve_pipe;

use anyhow::Context;
use asking::Asking;
use control::Levers;
use grants::Grants;
use history::History;
use jupyter_protocol::ConnectionInfo;
use notebook::Notebook;
use outbox::Outbox;
use powers::{Cause, Outside};
use publisher::Publisher;
use session::Session;
use sockets::{Closing, drained};
use std::path::Path;
use std::sync::{Arc, mpsc};
use store::Store;
use streams::Streams;
use subshells::Subshells;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use vat::powers::host::Bell;
use voice::Voice;
use wire::Wire;
use worker::Job;
use zeromq::ZmqMessage;

/// Serves the front end that wrote `connection_file`, until a shutdown request or the end of the parent process.
///
/// Returns while the worker may still be in a turn: the caller is expected to end the process.
pub fn serve(connection_file: &Path) -> anyhow::Result<()> {
    let connection = read(connection_file)?;
    let runtime = sockets::runtime()?;
    runtime.block_on(serve_connection(&connection))
}

fn read(connection_file: &Path) -> anyhow::Result<ConnectionInfo> {
    let text = std::fs::read_to_string(connection_file)
        .with_context(|| format!("cannot read the connection file {}", connection_file.display()))?;
    let connection: ConnectionInfo = serde_json::from_str(&text)
        .with_context(|| format!("{} is not a connection file", connection_file.display()))?;
    let scheme = &connection.signature_scheme;
    anyhow::ensure!(
        connection.key.is_empty() || scheme == "hmac-sha256",
        "messages can be signed with hmac-sha256, and {} asks for {scheme}",
        connection_file.display(),
    );
    Ok(connection)
}

/// All but the way to the front end.
struct Kernel {
    session: Session,
    voice: Voice,
    levers: Levers,
    /// What goes out on stdin.
    questions: UnboundedReceiver<ZmqMessage>,
    /// Told when it is to end.
    stopped: UnboundedReceiver<()>,
    history: History,
    /// Ends what is said now and then.
    gathers: tokio::task::AbortHandle,
}

impl Kernel {
    fn new(wire: Wire) -> anyhow::Result<Kernel> {
        let (stop, stopped) = unbounded_channel();
        let (jobs, inbox) = mpsc::channel();
        let voice = Voice::new(wire, Outbox::default());
        let (streams, is_kept) = Streams::new(voice.clone(), Path::new(".").into());
        let gathers = tokio::spawn(streams.clone().flush_in_time(is_kept)).abort_handle();
        let store = Store::of_this_person();
        let bell = Bell::default();
        let grants = Grants::new(store.clone());
        let (cause, lines) = (Cause::default(), Arc::default());
        let outside =
            Outside { streams, cause, grants, bell: bell.clone(), lines, folder: Path::new(".").into() };
        let notebook = Notebook::new(outside.clone());
        let subshells = Subshells::default();
        let levers = Levers { interrupt: notebook.interrupt(), jobs: jobs.clone(), subshells, stop };
        worker::listen_to(bell, jobs)?;
        let (to_be_asked, questions) = sockets::queue();
        let asking = Asking::new(voice.clone(), to_be_asked);
        let history = History::start(store, voice.clone())?;
        let session = Session::new(
            inbox,
            outside,
            notebook,
            voice.gathering(),
            levers.clone(),
            history.clone(),
            asking,
        );
        Ok(Kernel { session, voice, levers, questions, stopped, history, gathers })
    }
}

async fn serve_connection(connection: &ConnectionInfo) -> anyhow::Result<()> {
    let Kernel { session, voice, levers, questions, mut stopped, history, gathers } =
        Kernel::new(Wire::new(&connection.key)?)?;
    let jobs = levers.jobs.clone();
    let (close, closing) = Closing::new();
    let publisher = Publisher::bind(&connection.iopub_url()).await?;
    tokio::spawn(publisher.serve(voice.out.clone(), voice.wire.clone(), closing.clone()));
    tokio::spawn(sockets::heartbeat(sockets::bind(&connection.hb_url()).await?, closing.clone()));
    let (answers, stdin) = (jobs.clone(), sockets::bind(&connection.stdin_url()).await?);
    let hear = move |it| drop(answers.send(Job::Entered(Box::new(it))));
    tokio::spawn(sockets::stdin(stdin, voice.clone(), questions, closing.clone(), hear));
    let control = control::start(connection.control_url(), voice.straight(), levers, closing.clone())?;
    worker::start(session)?;
    let shell = sockets::bind(&connection.shell_url()).await?;
    let out = voice.out.clone();
    let hear = move |it| {
        let _ = jobs.send(Job::Asked(Box::new(it)));
        out.expect();
    };
    tokio::spawn(sockets::requests("shell", shell, voice.clone(), closing, hear));

    tokio::select! {
        _ = stopped.recv() => {}
        () = parent::gone() => sockets::log("kernel", "the process that started it is gone"),
    }
    voice.out.reply();
    let _ = close.send(true);
    gathers.abort();
    drained().await;
    let _ = control.join();
    history.finish();
    Ok(())
}
