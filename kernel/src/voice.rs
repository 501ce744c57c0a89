//! All that the kernel says: replies on the channel that was asked, everything else on iopub.
//!
//! There is one queue and one writer behind it, so what one thread says leaves in the order it was said; `idle` cannot
//! overtake a stream.

use crate::outbox::{Outbox, Said};
use crate::wire::{Dict, Message, Wire, text, truth};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;
use zeromq::ZmqMessage;

/// A request, and where its reply goes.
#[derive(Clone)]
pub struct Request {
    pub message: Message,
    pub reply_to: UnboundedSender<ZmqMessage>,
}

impl Request {
    /// What everything this request causes names as its parent.
    pub fn header(&self) -> &Dict {
        &self.message.header
    }

    /// Its front end's name for it.
    pub fn id(&self) -> &str {
        text(&self.message.header, "msg_id")
    }

    /// Whether its front end takes questions. Those that execute a notebook in a batch do not.
    pub fn can_be_asked(&self) -> bool {
        truth(&self.message.content, "allow_stdin", true)
    }
}

/// Given to every thread that has something to say.
#[derive(Clone)]
pub struct Voice {
    pub wire: Wire,
    pub out: Outbox,
    manner: Manner,
}

/// How what is said leaves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// At once.
    Prompt,
    /// Once it is told to.
    Gathering,
    /// At once, and replies straight to the socket, whoever else has something to say.
    Straight,
}

impl Voice {
    pub fn new(wire: Wire, out: Outbox) -> Voice {
        Voice { wire, out, manner: Manner::Prompt }
    }

    /// For who says several things at a time, and then [`Voice::leave`].
    pub fn gathering(&self) -> Voice {
        Voice { manner: Manner::Gathering, ..self.clone() }
    }

    /// For who waits for nobody.
    pub fn straight(&self) -> Voice {
        Voice { manner: Manner::Straight, ..self.clone() }
    }

    /// What was said is to leave now.
    pub fn leave(&self) {
        self.out.tell();
    }

    fn say(&self, it: Said) {
        self.out.push(it);
        if self.manner != Manner::Gathering {
            self.out.tell();
        }
    }

    /// Says something to all who listen. A front end that is gone is no fault of the sender, hence no result.
    pub fn publish(&self, parent: &Dict, msg_type: &str, content: &Value) {
        self.publish_with(parent, msg_type, &json!({}), content);
    }

    /// The same, with metadata.
    pub fn publish_with(&self, parent: &Dict, msg_type: &str, metadata: &Value, content: &Value) {
        let topic = [msg_type.as_bytes().to_vec()];
        self.say(Said::OnIopub(self.wire.write(&topic, msg_type, parent, metadata, content)));
    }

    pub fn busy(&self, request: &Request) {
        self.publish(request.header(), "status", &json!({ "execution_state": "busy" }));
    }

    pub fn idle(&self, request: &Request) {
        self.publish(request.header(), "status", &json!({ "execution_state": "idle" }));
    }

    pub fn reply(&self, request: &Request, content: &Value) {
        let asked = request.message.msg_type();
        let msg_type = format!("{}_reply", asked.strip_suffix("_request").unwrap_or(asked));
        let to = &request.message.identities;
        let reply = self.wire.write(to, &msg_type, request.header(), &json!({}), content);
        match self.manner {
            Manner::Straight => drop(request.reply_to.send(reply)),
            Manner::Prompt | Manner::Gathering => self.say(Said::Reply(request.reply_to.clone(), reply)),
        }
    }

    /// Answers a request that takes no time to answer.
    pub fn answer(&self, request: &Request, content: &Value) {
        self.busy(request);
        self.reply(request, content);
        self.idle(request);
    }

    /// Answers a request that cannot be done.
    pub fn refuse(&self, request: &Request, ename: &str, evalue: &str) {
        if request.message.msg_type().ends_with("_request") {
            self.answer(request, &error(ename, evalue));
        } else {
            self.busy(request);
            self.idle(request);
        }
    }
}

/// The content of a reply that says no.
pub fn error(ename: &str, evalue: &str) -> Value {
    json!({ "status": "error", "ename": ename, "evalue": evalue, "traceback": [format!("{ename}: {evalue}")] })
}
