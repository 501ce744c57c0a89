//! The editor's protocol: `walnut lsp`.
//!
//! Messages are put into one ordered mailbox ([`framework`]), read by one loop that is the only writer of the
//! analysis ([`main_loop`]), and answered by a pool that works on snapshots ([`pool`]). This room translates: a
//! handler decodes, asks the analysis once, encodes. It knows no syntax tree and no vat.

mod capabilities;
mod config;
mod dispatch;
mod documents;
mod ext;
mod framework;
mod framing;
mod graph;
mod history;
mod loader;
mod main_loop;
mod notebooks;
mod pool;
mod positions;
mod requests;
mod state;
mod to_proto;
mod watchdog;

use analysis::AuditorHost;
use main_loop::MainLoop;
use std::sync::{Arc, mpsc};
use std::thread;
use tokio::io::{AsyncRead, AsyncWrite};

/// Serves one editor on standard input and output until it says `exit` or hangs up. `auditors` runs auditors that
/// are written in E; `prelude` is what comes before the first cell of every notebook.
///
/// # Errors
/// If no thread or no runtime can be had from the operating system.
pub fn serve(auditors: Arc<dyn AuditorHost>, prelude: &'static str) -> anyhow::Result<()> {
    serve_on(auditors, prelude, tokio::io::stdin, tokio::io::stdout)
}

/// The same over any pair of streams, made inside the runtime that reads them.
///
/// # Errors
/// As [`serve`].
pub fn serve_on<I, O>(
    auditors: Arc<dyn AuditorHost>,
    prelude: &'static str,
    input: impl FnOnce() -> I,
    output: impl FnOnce() -> O,
) -> anyhow::Result<()>
where
    I: AsyncRead + Unpin + Send + 'static,
    O: AsyncWrite,
{
    let (mailbox, events) = mpsc::channel();
    let (outbox, outgoing) = tokio::sync::mpsc::unbounded_channel();
    let (ahead, parts) = tokio::sync::mpsc::unbounded_channel();
    let main_loop = MainLoop::new(auditors, prelude, mailbox.clone(), outbox, ahead);
    let main_loop =
        thread::Builder::new().name("main loop".to_owned()).spawn(move || main_loop.run(events))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async { framework::run(input(), output(), mailbox, outgoing, parts).await });
    // Standard input is read by a thread that cannot be stopped; do not wait for it.
    runtime.shutdown_background();
    main_loop.join().map_err(|_| anyhow::anyhow!("the main loop ended with a fault"))
}
