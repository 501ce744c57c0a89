//! The notebook's protocol: E as a Jupyter kernel.
//!
//! [`serve`] answers one front end's connection file until it is told to stop or its parent is gone;
//! [`install`] writes the `kernel.json` by which front ends find it.
//!
//! Three threads: this one reads and writes the sockets; `control` answers what may not wait; `worker` owns the
//! vats. They meet in two queues: jobs for the worker, and what is to be said on iopub.

mod answers;
mod cell;
mod complete;
mod control;
mod directive;
mod display;
mod history;
mod install;
mod notebook;
mod parent;
mod powers;
mod program;
mod session;
mod snippet;
mod sockets;
mod streams;
mod trouble;
mod voice;
mod wire;
mod worker;

pub use install::{Place, install};

use anyhow::Context;
use control::Levers;
use jupyter_protocol::ConnectionInfo;
use notebook::Notebook;
use session::Session;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;
use streams::Streams;
use tokio::sync::mpsc::unbounded_channel;
use voice::Voice;
use wire::Wire;
use worker::Job;

/// How long what was said last may take to leave the sockets before the process ends.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// Serves the front end that wrote `connection_file`, until a shutdown request or the end of the parent process.
///
/// Returns while the worker may still be in a turn: the caller is expected to end the process.
pub fn serve(connection_file: &Path) -> anyhow::Result<()> {
    let connection = read(connection_file)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
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

async fn serve_connection(connection: &ConnectionInfo) -> anyhow::Result<()> {
    let (iopub, said) = sockets::queue();
    let (stop, mut stopped) = unbounded_channel();
    let (jobs, inbox) = mpsc::channel();
    let voice = Voice { wire: Wire::new(&connection.key)?, iopub };
    let (streams, is_kept) = Streams::new(voice.clone());
    tokio::spawn(streams.clone().flush_in_time(is_kept));
    let notebook = Notebook::new(streams);
    let levers = Levers { interrupt: notebook.interrupt(), jobs: jobs.clone(), stop };

    tokio::spawn(sockets::iopub(sockets::bind(&connection.iopub_url()).await?, said));
    tokio::spawn(sockets::heartbeat(sockets::bind(&connection.hb_url()).await?));
    tokio::spawn(sockets::stdin(sockets::bind(&connection.stdin_url()).await?));
    control::start(connection.control_url(), voice.clone(), levers.clone())?;
    worker::start(Session::new(inbox, notebook, voice.clone(), levers))?;
    let shell = sockets::bind(&connection.shell_url()).await?;
    tokio::spawn(sockets::requests("shell", shell, voice, move |it| drop(jobs.send(Job::Asked(it)))));

    tokio::select! {
        _ = stopped.recv() => {}
        () = parent::gone() => sockets::log("kernel", "the process that started it is gone"),
    }
    tokio::time::sleep(LAST_WORDS).await;
    Ok(())
}
