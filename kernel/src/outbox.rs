//! The one queue of what is said: replies and what goes out on iopub, in the order it was said.
//!
//! To wake the thread of the sockets costs more than to run a small cell. So the worker, which says several things for each cell,
//! wakes it once they are all said. What is said before a cell runs would then wait for as long as it runs; but where a
//! request has just been handed over, that thread looks by itself after a moment.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;
use zeromq::ZmqMessage;

/// How long what is said of a cell that was just handed over may wait.
const SOON: Duration = Duration::from_millis(2);

/// Something that was said.
pub enum Said {
    OnIopub(ZmqMessage),
    /// To whoever asked.
    Reply(UnboundedSender<ZmqMessage>, ZmqMessage),
}

/// The end where things are said.
#[derive(Clone, Default)]
pub struct Outbox(Arc<Shared>);

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    told: Notify,
    expected: Notify,
}

#[derive(Default)]
struct Waiting {
    said: Vec<Said>,
    /// Whoever takes it looks soon, told or not.
    is_expected: bool,
}

impl Outbox {
    /// Puts it at the end of the queue and tells nobody.
    pub fn push(&self, it: Said) {
        self.waiting().said.push(it);
    }

    /// What waits is to leave now.
    pub fn tell(&self) {
        if !self.waiting().said.is_empty() {
            self.0.told.notify_one();
        }
    }

    /// The thread that says things may be busy for long from now on: what waits is to leave now, or soon.
    pub fn tell_before_work(&self) {
        let waiting = self.waiting();
        if !waiting.said.is_empty() && !waiting.is_expected {
            self.0.told.notify_one();
        }
    }

    /// Something was asked that will soon be answered. For the thread that takes what is said.
    pub fn expect(&self) {
        self.waiting().is_expected = true;
        self.0.expected.notify_one();
    }

    /// All that waits.
    pub fn take(&self) -> Vec<Said> {
        let mut waiting = self.waiting();
        waiting.is_expected = false;
        std::mem::take(&mut waiting.said)
    }

    /// Hands on the replies that wait.
    pub fn reply(&self) {
        let mut waiting = self.waiting();
        for it in std::mem::take(&mut waiting.said) {
            match it {
                Said::Reply(to, message) => drop(to.send(message)),
                it => waiting.said.push(it),
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end where it is taken.
pub struct Taker {
    outbox: Outbox,
    /// When it looks by itself.
    until: Option<Instant>,
}

impl Taker {
    pub fn new(outbox: Outbox) -> Taker {
        Taker { outbox, until: None }
    }

    /// What is said next, once there is something. May be given up and asked for again.
    pub async fn next(&mut self) -> Vec<Said> {
        loop {
            let shared = &self.outbox.0;
            let until = self.until;
            let moment = async {
                match until {
                    Some(it) => tokio::time::sleep_until(it).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = shared.told.notified() => {}
                () = shared.expected.notified(), if until.is_none() => {
                    self.until = Some(Instant::now() + SOON);
                    continue;
                }
                () = moment => {}
            }
            self.until = None;
            let said = self.outbox.take();
            if !said.is_empty() {
                return said;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Outbox, Said, Taker};
    use crate::sockets;
    use tokio::sync::mpsc::unbounded_channel;

    fn taken(taker: &mut Taker) -> usize {
        sockets::runtime().unwrap().block_on(taker.next()).len()
    }

    #[test]
    fn what_is_said_leaves_together_and_what_is_expected_by_itself() {
        let outbox = Outbox::default();
        let mut taker = Taker::new(outbox.clone());
        outbox.push(Said::OnIopub("busy".into()));
        outbox.push(Said::OnIopub("idle".into()));
        outbox.tell();
        assert_eq!(taken(&mut taker), 2);
        outbox.expect();
        outbox.push(Said::OnIopub("busy".into()));
        outbox.tell_before_work();
        assert_eq!(taken(&mut taker), 1);
        outbox.push(Said::OnIopub("idle".into()));
        outbox.tell_before_work();
        assert_eq!(taken(&mut taker), 1);
    }

    #[test]
    fn replies_can_be_handed_on_at_once() {
        let outbox = Outbox::default();
        let (to, mut replies) = unbounded_channel();
        outbox.push(Said::OnIopub("busy".into()));
        outbox.push(Said::Reply(to, "yes".into()));
        outbox.reply();
        assert!(replies.try_recv().is_ok());
        assert!(matches!(outbox.take()[..], [Said::OnIopub(_)]));
    }
}
