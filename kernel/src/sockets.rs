//! One loop per socket. None of them ends because of what it hears: what cannot be read is logged, and answered
//! where the protocol has an answer.

use crate::voice::{Request, Voice};
use crate::wire::{Fault, Message};
use anyhow::Context;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use zeromq::{RouterSendHalf, RouterSocket, Socket, SocketRecv, SocketSend, ZmqError, ZmqMessage};

/// How long what was said last may take to leave the sockets before the process ends: a front end may not read it.
pub const LAST_WORDS: Duration = Duration::from_secs(1);

/// Hears that nothing more will be said. Whoever writes then writes what is queued, and ends.
#[derive(Clone)]
pub struct Closing(watch::Receiver<bool>);

impl Closing {
    /// With what tells it.
    pub fn new() -> (watch::Sender<bool>, Closing) {
        let (close, closing) = watch::channel(false);
        (close, Closing(closing))
    }

    /// Waits until it is so. Who could tell is gone only with the process.
    pub async fn told(&mut self) {
        let _ = self.0.wait_for(|it| *it).await;
    }
}

thread_local! {
    /// Told whenever the runtime of this thread goes on after it had nothing to do.
    static GOES_ON: Arc<Notify> = Arc::default();
}

/// The runtime of one of the threads that have sockets.
pub fn runtime() -> std::io::Result<Runtime> {
    let goes_on = || GOES_ON.with(|it| it.notify_waiters());
    Builder::new_current_thread().enable_all().on_thread_unpark(goes_on).build()
}

/// Waits until all tasks of this thread's [`runtime`] have ended, those of the sockets' library among them: by then what
/// was said has left the process.
pub async fn drained() {
    let tasks = tokio::runtime::Handle::current().metrics();
    let goes_on = GOES_ON.with(Arc::clone);
    let all_ended = async {
        loop {
            let changed = goes_on.notified();
            // Who has only to be run once more needs no time.
            for _ in 0..100 {
                if tasks.num_alive_tasks() == 0 {
                    return;
                }
                tokio::task::yield_now().await;
            }
            // The others wait for something, and until that comes none of them ends.
            changed.await;
        }
    };
    if tokio::time::timeout(LAST_WORDS, all_ended).await.is_err() {
        log("kernel", "what was said last is not read; it ends nevertheless");
    }
}

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

pub fn remove_stale(path: &Path) {
    let _ = std::fs::remove_file(path);
}

/// Hears requests on a router socket and hands each to `hear`; replies leave through the sender it is given.
pub async fn requests(
    name: &str,
    socket: RouterSocket,
    voice: Voice,
    mut closing: Closing,
    mut hear: impl FnMut(Request),
) {
    let (replies, mut requests) = socket.split();
    let (reply_to, queue) = unbounded_channel();
    tokio::spawn(write_replies(replies, queue, closing.clone()));
    loop {
        let heard = tokio::select! {
            it = requests.recv() => it,
            () = closing.told() => return,
        };
        let frames = match heard {
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

async fn write_replies(
    mut socket: RouterSendHalf,
    mut queue: UnboundedReceiver<ZmqMessage>,
    mut closing: Closing,
) {
    while let Some(message) = next(&mut queue, &mut closing).await {
        // The only one who could be told is the one who is gone.
        let _ = socket.send(message).await;
    }
}

/// What is to be said next; none once nothing more will be.
pub async fn next(queue: &mut UnboundedReceiver<ZmqMessage>, closing: &mut Closing) -> Option<ZmqMessage> {
    tokio::select! {
        biased;
        it = queue.recv() => it,
        () = closing.told() => {
            queue.close();
            queue.recv().await
        }
    }
}

/// Sends back what it hears, as it came: how a front end knows that we live.
pub async fn heartbeat(mut socket: RouterSocket, mut closing: Closing) {
    loop {
        let beat = tokio::select! {
            it = socket.recv() => it,
            () = closing.told() => return,
        };
        match beat {
            Ok(beat) => drop(socket.send(beat).await),
            Err(ZmqError::NoMessage) => return,
            Err(_) => {}
        }
    }
}

/// Questions leave, answers come in.
pub async fn stdin(
    socket: RouterSocket,
    voice: Voice,
    questions: UnboundedReceiver<ZmqMessage>,
    mut closing: Closing,
    hear: impl Fn(Message),
) {
    let (send, mut answers) = socket.split();
    tokio::spawn(write_replies(send, questions, closing.clone()));
    loop {
        let heard = tokio::select! {
            it = answers.recv() => it,
            () = closing.told() => return,
        };
        match heard.map(|it| voice.wire.read(&it)) {
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
