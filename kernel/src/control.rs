//! The control channel: interrupt, shutdown, and who we are. It has a thread of its own and never waits for a cell.

use crate::answers;
use crate::sockets::{self, Closing, drained, log};
use crate::subshells::Subshells;
use crate::voice::{Request, Voice};
use crate::wire::{text, truth};
use crate::worker::Job;
use serde_json::json;
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;
use tokio::sync::mpsc::UnboundedSender;

/// What can be done to the rest of the kernel.
#[derive(Clone)]
pub struct Levers {
    /// Stops the turn that is running.
    pub interrupt: vat::Interrupt,
    /// Work for the worker.
    pub jobs: Sender<Job>,
    /// Where cells run beside those of the main shell.
    pub subshells: Subshells,
    /// Ends the process, once what was said has left.
    pub stop: UnboundedSender<()>,
}

impl Levers {
    /// Stops the turn that is running, and lets go of cells that wait for a promise.
    fn interrupt(&self) {
        // The flag first: by the time the worker reads the job, a running turn may already have seen it.
        self.interrupt.raise();
        let _ = self.jobs.send(Job::Interrupted);
    }
}

/// Starts the thread, which ends when what was said there has left. Returns once it listens, or says why it cannot.
pub fn start(
    endpoint: String,
    voice: Voice,
    levers: Levers,
    closing: Closing,
) -> anyhow::Result<JoinHandle<()>> {
    let (bound, is_bound) = mpsc::channel();
    let thread = std::thread::Builder::new().name("control".to_owned()).spawn(move || {
        let listening = sockets::runtime().map_err(anyhow::Error::from).and_then(|runtime| {
            let socket = runtime.block_on(sockets::bind(&endpoint))?;
            Ok((runtime, socket))
        });
        match listening {
            Err(why) => drop(bound.send(Err(why))),
            Ok((runtime, socket)) => {
                let _ = bound.send(Ok(()));
                runtime.block_on(async {
                    let listen = sockets::requests("control", socket, voice.clone(), closing, |it| {
                        answer(&it, &voice, &levers)
                    });
                    // Where signals cannot be heard messages still are.
                    let signals = async {
                        interrupt_on_signal(&levers).await;
                        std::future::pending::<()>().await;
                    };
                    tokio::select! {
                        () = listen => {}
                        () = signals => {}
                    }
                    drained().await;
                });
            }
        }
    })?;
    is_bound.recv()??;
    Ok(thread)
}

pub fn answer(request: &Request, voice: &Voice, levers: &Levers) {
    match request.message.msg_type() {
        "kernel_info_request" => voice.answer(request, &answers::kernel_info()),
        "debug_request" => voice.answer(request, &answers::debug(&request.message.content)),
        "interrupt_request" => {
            levers.interrupt();
            voice.answer(request, &json!({ "status": "ok" }));
        }
        "shutdown_request" => shut_down(request, voice, levers),
        "create_subshell_request" => {
            voice.answer(request, &json!({ "status": "ok", "subshell_id": levers.subshells.create() }));
        }
        "list_subshell_request" => {
            voice.answer(request, &json!({ "status": "ok", "subshell_id": levers.subshells.all() }));
        }
        "delete_subshell_request" => {
            match levers.subshells.delete(text(&request.message.content, "subshell_id")) {
                true => voice.answer(request, &json!({ "status": "ok" })),
                false => voice.refuse(request, "UnknownSubshell", "there is no subshell of this id"),
            }
        }
        other => voice.refuse(request, "UnknownRequest", &format!("control has no {other}")),
    }
}

/// Also for a `shutdown_request` on shell, where old front ends send it.
pub fn shut_down(request: &Request, voice: &Voice, levers: &Levers) {
    let content = json!({ "status": "ok", "restart": truth(&request.message.content, "restart", false) });
    voice.busy(request);
    voice.reply(request, &content);
    voice.publish(request.header(), "shutdown_reply", &content);
    voice.idle(request);
    let _ = levers.stop.send(());
}

/// Control-C in a terminal, or a front end that interrupts by signal.
pub async fn interrupt_on_signal(levers: &Levers) {
    loop {
        match tokio::signal::ctrl_c().await {
            Ok(()) => levers.interrupt(),
            Err(why) => return log("control", &format!("signals cannot be heard: {why}")),
        }
    }
}
