//! One loop per socket. None of them ends because of what it hears: what cannot be read is logged, and answered
//! where the protocol has an answer.

use crate::voice::{Request, Voice};
use crate::wire::{Fault, Message};
use anyhow::Context;
use std::io::Write;
use std::path::Path;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zeromq::{PubSocket, RouterSendHalf, RouterSocket, Socket, SocketRecv, SocketSend, ZmqError, ZmqMessage};

/// Binds a socket to an endpoint of the connection file.
pub async fn bind<S: Socket>(endpoint: &str) -> anyhow::Result<S> {
    // A kernel that was killed leaves its socket's file behind, and a restart is given the same name.
    if let Some(path) = endpoint.strip_prefix("ipc://") {
        remove_stale(Path::new(path));
    }
    let mut socket = S::new();
    socket.bind(endpoint).await.with_context(|| format!("cannot listen on {endpoint}"))?;
    Ok(socket)
}

fn remove_stale(path: &Path) {
    let _ = std::fs::remove_file(path);
}

/// Hears requests on a router socket and hands each to `hear`; replies leave through the sender it is given.
pub async fn requests(name: &str, socket: RouterSocket, voice: Voice, mut hear: impl FnMut(Request)) {
    let (replies, mut requests) = socket.split();
    let (reply_to, queue) = unbounded_channel();
    tokio::spawn(write_replies(replies, queue));
    loop {
        let frames = match requests.recv().await {
            Ok(frames) => frames,
            Err(ZmqError::NoMessage) => return log(name, "the socket is closed"),
            Err(why) => {
                log(name, &format!("a message was lost: {why}"));
                continue;
            }
        };
        match voice.wire.read(&frames) {
            Ok(message) => hear(Request { message, reply_to: reply_to.clone() }),
            Err(Fault::Unanswerable(why)) => log(name, &format!("a message is ignored: {why}")),
            Err(Fault::Unreadable(message, why)) => {
                log(name, &format!("a message is refused: {why}"));
                let request = Request { message: *message, reply_to: reply_to.clone() };
                voice.refuse(&request, "UnreadableMessage", &why);
            }
        }
    }
}

async fn write_replies(mut socket: RouterSendHalf, mut queue: UnboundedReceiver<ZmqMessage>) {
    while let Some(message) = queue.recv().await {
        // The only one who could be told is the one who is gone.
        let _ = socket.send(message).await;
    }
}

/// Sends back what it hears, as it came: how a front end knows that we live.
pub async fn heartbeat(mut socket: RouterSocket) {
    loop {
        match socket.recv().await {
            Ok(beat) => drop(socket.send(beat).await),
            Err(ZmqError::NoMessage) => return,
            Err(_) => {}
        }
    }
}

/// The one writer of iopub.
pub async fn iopub(mut socket: PubSocket, mut queue: UnboundedReceiver<ZmqMessage>) {
    while let Some(message) = queue.recv().await {
        if let Err(why) = socket.send(message).await {
            log("iopub", &format!("a message was lost: {why}"));
        }
    }
}

/// Questions leave, answers come in.
pub async fn stdin(
    socket: RouterSocket,
    voice: Voice,
    questions: UnboundedReceiver<ZmqMessage>,
    hear: impl Fn(Message),
) {
    let (send, mut answers) = socket.split();
    tokio::spawn(write_replies(send, questions));
    loop {
        match answers.recv().await.map(|it| voice.wire.read(&it)) {
            Ok(Ok(message)) if message.msg_type() == "input_reply" => hear(message),
            Ok(Ok(message)) => log("stdin", &format!("a {} is ignored", message.msg_type())),
            Ok(Err(Fault::Unanswerable(why) | Fault::Unreadable(_, why))) => {
                log("stdin", &format!("a message is ignored: {why}"));
            }
            Err(ZmqError::NoMessage) => return,
            Err(why) => log("stdin", &format!("a message was lost: {why}")),
        }
    }
}

/// To standard error, where front ends collect it. That it cannot be written must not end the kernel.
pub fn log(channel: &str, what: &str) {
    let _ = writeln!(std::io::stderr(), "walnut kernel: {channel}: {what}");
}

/// The two ends of a queue of messages.
pub fn queue() -> (UnboundedSender<ZmqMessage>, UnboundedReceiver<ZmqMessage>) {
    unbounded_channel()
}
