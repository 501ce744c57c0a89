//! The one who takes what is said, and the one writer of iopub: to each who listens what it has subscribed to, in the order it was said.
//!
//! Whoever subscribes is welcomed, and so knows from when on it hears everything. Each subscriber has a queue and a task of
//! its own: one that stops reading stalls nobody, and once too much waits for it misses what is said.

use crate::outbox::{Outbox, Said, Taker};
use crate::sockets::{Closing, log, remove_stale};
use crate::wire::{Dict, Wire};
use crate::zmtp::{self, GREETING, Said as Heard};
use anyhow::{Context, bail};
use serde_json::json;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use zeromq::ZmqMessage;

/// So many bytes may wait for one subscriber.
const MUCH: usize = 64 * 1024 * 1024;
/// What is written at a time, if so much is there.
const AT_ONCE: usize = 64 * 1024;
/// How long nobody is let in after somebody could not be.
const A_WHILE: Duration = Duration::from_millis(100);

/// A connection, of whatever kind.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Where subscribers come to.
pub enum Publisher {
    Tcp(TcpListener),
    #[cfg(unix)]
    Ipc(UnixListener),
}

impl Publisher {
    /// Listens on an endpoint of the connection file.
    pub async fn bind(endpoint: &str) -> anyhow::Result<Publisher> {
        let listening = match endpoint.split_once("://") {
            Some(("tcp", address)) => TcpListener::bind(address).await.map(Publisher::Tcp),
            #[cfg(unix)]
            Some(("ipc", path)) => {
                remove_stale(Path::new(path));
                UnixListener::bind(path).map(Publisher::Ipc)
            }
            _ => bail!("cannot listen on {endpoint}: tcp or ipc was wanted"),
        };
        listening.with_context(|| format!("cannot listen on {endpoint}"))
    }

    async fn next(&self) -> Box<dyn Stream> {
        loop {
            match self.accept().await {
                Ok(it) => return it,
                Err(why) => log("iopub", &format!("a subscriber was lost: {why}")),
            }
            // Nothing changes before somebody lets go of something.
            tokio::time::sleep(A_WHILE).await;
        }
    }

    async fn accept(&self) -> std::io::Result<Box<dyn Stream>> {
        match self {
            Publisher::Tcp(it) => {
                let (stream, _) = it.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            #[cfg(unix)]
            Publisher::Ipc(it) => Ok(Box::new(it.accept().await?.0)),
        }
    }

    /// Says what is queued, until it is told to close; then it comes back when what was said has left, or nobody takes it.
    pub async fn serve(self, outbox: Outbox, wire: Wire, mut closing: Closing) {
        let mut said = Taker::new(outbox.clone());
        let (tell, mut told) = unbounded_channel();
        let mut hub = Hub { wire, subscribers: HashMap::new(), connections: JoinSet::new(), last: 0 };
        loop {
            tokio::select! {
                // Who has subscribed before something is said hears it.
                biased;
                it = told.recv() => if let Some((who, it)) = it { hub.hear(who, it) },
                it = said.next() => hub.say(it),
                stream = self.next() => hub.admit(stream, tell.clone()),
                Some(_) = hub.connections.join_next() => {}
                () = closing.told() => break,
            }
        }
        hub.say(outbox.take());
        hub.subscribers.clear();
        while hub.connections.join_next().await.is_some() {}
    }
}

/// What a connection tells of its subscriber.
enum Event {
    Subscribes(Vec<u8>),
    Cancels(Vec<u8>),
    Says(Vec<u8>),
    Leaves,
}

struct Hub {
    wire: Wire,
    subscribers: HashMap<u64, Subscriber>,
    connections: JoinSet<()>,
    last: u64,
}

struct Subscriber {
    topics: Vec<Vec<u8>>,
    queue: UnboundedSender<Arc<[u8]>>,
    /// How many bytes wait for it.
    waiting: Arc<AtomicUsize>,
    /// It has missed something.
    is_behind: bool,
}

impl Hub {
    fn admit(&mut self, stream: Box<dyn Stream>, tell: UnboundedSender<(u64, Event)>) {
        self.last += 1;
        let who = self.last;
        let (queue, messages) = unbounded_channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let subscriber = Subscriber { topics: Vec::new(), queue, waiting: waiting.clone(), is_behind: false };
        self.subscribers.insert(who, subscriber);
        self.connections.spawn(async move {
            let tell = |it| drop(tell.send((who, it)));
            match attend(stream, messages, &waiting, &tell).await {
                Ok(()) => {}
                Err(why) => log("iopub", &format!("a subscriber was sent away: {why}")),
            }
            tell(Event::Leaves);
        });
    }

    fn hear(&mut self, who: u64, event: Event) {
        let Some(it) = self.subscribers.get_mut(&who) else { return };
        match event {
            Event::Subscribes(topic) => {
                let content = json!({ "subscription": String::from_utf8_lossy(&topic) });
                let to = std::slice::from_ref(&topic);
                let welcome = self.wire.write(to, "iopub_welcome", &Dict::new(), &json!({}), &content);
                it.say(&zmtp::written(&welcome).into());
                it.topics.push(topic);
            }
            Event::Cancels(topic) => {
                if let Some(at) = it.topics.iter().position(|it| *it == topic) {
                    it.topics.swap_remove(at);
                }
            }
            Event::Says(bytes) => it.say(&bytes.into()),
            Event::Leaves => drop(self.subscribers.remove(&who)),
        }
    }

    fn say(&mut self, said: Vec<Said>) {
        for it in said {
            match it {
                Said::OnIopub(message) => self.publish(&message),
                Said::Reply(to, message) => drop(to.send(message)),
            }
        }
    }

    fn publish(&mut self, message: &ZmqMessage) {
        let Some(topic) = message.get(0) else { return };
        let mut bytes = None;
        for it in self.subscribers.values_mut().filter(|it| it.topics.iter().any(|it| topic.starts_with(it)))
        {
            it.say(bytes.get_or_insert_with(|| zmtp::written(message).into()));
        }
    }
}

impl Subscriber {
    fn say(&mut self, bytes: &Arc<[u8]>) {
        if self.waiting.load(Relaxed) > MUCH {
            if !std::mem::replace(&mut self.is_behind, true) {
                log("iopub", "a subscriber does not read, and misses what is said from now on");
            }
            return;
        }
        self.is_behind = false;
        self.waiting.fetch_add(bytes.len(), Relaxed);
        let _ = self.queue.send(bytes.clone());
    }
}

/// One connection, to its end: because the subscriber is gone, or because nothing more will be said.
async fn attend(
    mut stream: Box<dyn Stream>,
    mut messages: UnboundedReceiver<Arc<[u8]>>,
    waiting: &AtomicUsize,
    tell: &(dyn Fn(Event) + Sync),
) -> Result<(), String> {
    let gone = |_: std::io::Error| String::new();
    let shaken = async {
        stream.write_all(&zmtp::greeting()).await.map_err(gone)?;
        let mut greeting = [0; GREETING];
        stream.read_exact(&mut greeting).await.map_err(gone)?;
        zmtp::understands(&greeting)?;
        stream.write_all(&zmtp::ready()).await.map_err(gone)
    };
    match shaken.await {
        Err(why) if why.is_empty() => return Ok(()),
        it => it?,
    }
    let (mut from, mut to) = tokio::io::split(stream);
    let listen = async {
        let mut heard = Vec::new();
        loop {
            while let Some(said) = zmtp::next(&mut heard)? {
                match said {
                    Heard::Subscribes(topic) => tell(Event::Subscribes(topic)),
                    Heard::Cancels(topic) => tell(Event::Cancels(topic)),
                    Heard::Pings(pong) => tell(Event::Says(pong)),
                    Heard::Other => {}
                }
            }
            match from.read_buf(&mut heard).await {
                Ok(0) | Err(_) => return Ok(()),
                Ok(_) => {}
            }
        }
    };
    let write = async {
        let mut bytes = Vec::new();
        while let Some(message) = messages.recv().await {
            bytes.extend_from_slice(&message);
            while bytes.len() < AT_ONCE
                && let Ok(message) = messages.try_recv()
            {
                bytes.extend_from_slice(&message);
            }
            if to.write_all(&bytes).await.is_err() {
                return Ok(());
            }
            waiting.fetch_sub(bytes.len(), Relaxed);
            bytes.clear();
            bytes.shrink_to(AT_ONCE);
        }
        Ok(())
    };
    tokio::select! {
        it = listen => it,
        it = write => it,
    }
}
