//! Cells executed without a front end: for whoever has a notebook and wants to know what it says.

use crate::asking::Asking;
use crate::control::Levers;
use crate::grants::{Grants, Power, Term};
use crate::history::History;
use crate::notebook::Notebook;
use crate::outbox::{Outbox, Said};
use crate::powers::{Cause, Outside};
use crate::session::Session;
use crate::sockets;
use crate::streams::Streams;
use crate::subshells::Subshells;
use crate::voice::{Request, Voice};
use crate::wire::{Dict, Message, Wire, fresh_id, text};
use crate::worker::{self, Patience};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use vat::powers::host::Bell;
use zeromq::ZmqMessage;

/// A session of its own, and what its cells have said.
pub struct Batch {
    session: Session,
    interrupt: vat::Interrupt,
    wire: Wire,
    said: Outbox,
    reply_to: UnboundedSender<ZmqMessage>,
    /// Which cell a request was for.
    cells: HashMap<String, usize>,
    /// Where a display stands: its cell and its place there.
    displays: HashMap<String, (usize, usize)>,
    outputs: Vec<Vec<Value>>,
    /// What was shown first where something else is shown now.
    first: HashMap<(usize, usize), Value>,
    /// Cells are done at once, whatever they show.
    is_late: bool,
}

/// How long cells that are done at once may go on before the next one starts.
const LONGEST: Duration = Duration::from_secs(1);

impl Batch {
    /// A session in a folder that is granted these powers, as `WALNUT_GRANTS` writes them.
    pub fn new(folder: &Path, grants: &[String]) -> anyhow::Result<Batch> {
        let said = Outbox::default();
        let (jobs, inbox) = mpsc::channel();
        let (stop, _) = unbounded_channel();
        let (reply_to, _) = unbounded_channel();
        let (questions, _) = sockets::queue();
        let voice = Voice::new(Wire::new("")?, said.clone());
        let (streams, _) = Streams::new(voice.clone(), folder.into());
        let granted = Grants::new(None);
        for it in grants {
            let power = Power::parse(it);
            let power = power.ok_or_else(|| anyhow::anyhow!("there is no power called `{it}`"))?;
            granted.grant(power, Term::Session, "whoever runs the notebook");
        }
        let bell = Bell::default();
        worker::listen_to(bell.clone(), jobs.clone())?;
        let (cause, lines, folder) = (Cause::default(), Arc::default(), folder.into());
        let outside = Outside { streams, cause, grants: granted, bell, lines, folder };
        let notebook = Notebook::new(outside.clone());
        let interrupt = notebook.interrupt();
        let levers = Levers { interrupt: interrupt.clone(), jobs, subshells: Subshells::default(), stop };
        let history = History::start(None, voice.clone())?;
        let asking = Asking::new(voice.clone(), questions);
        let wire = voice.wire.clone();
        let session = Session::new(inbox, outside, notebook, voice, levers, history, asking);
        let (cells, displays, outputs) = (HashMap::new(), HashMap::new(), Vec::new());
        let (first, is_late) = (HashMap::new(), false);
        Ok(Batch { session, interrupt, wire, said, reply_to, cells, displays, outputs, first, is_late })
    }

    /// From now on a cell shows its value as it is when its own turn is over, even if that is a promise; what it has sent
    /// for comes to rest before the next cell starts.
    pub fn show_at_once(&mut self) {
        self.is_late = true;
    }

    /// Stops what runs.
    pub fn interrupt(&self) -> vat::Interrupt {
        self.interrupt.clone()
    }

    /// Executes a cell to its end: until what it shows has settled, or nothing is left to run.
    pub fn execute(&mut self, code: &str) {
        let id = fresh_id();
        let header = json!({ "msg_id": id, "msg_type": "execute_request" });
        let content = json!({ "code": code, "allow_stdin": false, "stop_on_error": false });
        let settle = if self.is_late { json!({ "walnut": { "settle": "late" } }) } else { json!({}) };
        let (header, content, metadata) = (dict(header), dict(content), dict(settle));
        let message = Message { header, content, metadata, ..Message::default() };
        self.cells.insert(id.clone(), self.outputs.len());
        self.outputs.push(Vec::new());
        self.session.hear(Request { message, reply_to: self.reply_to.clone() });
        while !self.listen(&id) && worker::step(&mut self.session) {}
        let until = Instant::now() + LONGEST;
        while self.is_late && Instant::now() < until {
            match self.session.patience() {
                Patience::Endless => break,
                Patience::Until(it) if Instant::now() + it > until => break,
                _ => worker::step(&mut self.session),
            };
        }
        self.listen(&id);
    }

    /// What each cell shows by now, as nbformat has it. A later cell may settle what an earlier one shows.
    pub fn outputs(&self) -> &[Vec<Value>] {
        &self.outputs
    }

    /// What a cell has shown before promises were settled.
    pub fn first_outputs(&self, cell: usize) -> Vec<Value> {
        let mut outputs = self.outputs.get(cell).cloned().unwrap_or_default();
        for (at, it) in outputs.iter_mut().enumerate() {
            if let Some(first) = self.first.get(&(cell, at)) {
                it["data"] = first.clone();
            }
        }
        outputs
    }

    /// Takes in what was said; whether this request is idle.
    fn listen(&mut self, id: &str) -> bool {
        let mut is_idle = false;
        for it in self.said.take() {
            let Said::OnIopub(frames) = it else { continue };
            let Ok(message) = self.wire.read(&frames) else { continue };
            let parent = text(&message.parent, "msg_id").to_owned();
            is_idle |= parent == id && text(&message.content, "execution_state") == "idle";
            if let Some(cell) = self.cells.get(&parent).copied() {
                self.take_in(cell, &message);
            }
        }
        is_idle
    }

    fn take_in(&mut self, cell: usize, message: &Message) {
        let content = &message.content;
        let display = content.get("transient").and_then(|it| it["display_id"].as_str()).map(str::to_owned);
        let field = |name: &str| content.get(name).cloned().unwrap_or_default();
        let outputs = &mut self.outputs[cell];
        match message.msg_type() {
            "stream" => {
                let (name, said) = (text(content, "name"), text(content, "text"));
                if let Some(last) = outputs.last_mut().filter(|it| it["name"] == name) {
                    let before = last["text"].as_str().unwrap_or_default().to_owned();
                    last["text"] = (before + said).into();
                } else {
                    outputs.push(json!({ "name": name, "output_type": "stream", "text": said }));
                }
            }
            "error" => outputs.push(json!({
                "ename": field("ename"), "evalue": field("evalue"), "output_type": "error",
                "traceback": field("traceback"),
            })),
            "execute_result" => outputs.push(json!({
                "data": field("data"), "execution_count": field("execution_count"), "metadata": {},
                "output_type": "execute_result",
            })),
            "display_data" => {
                if let Some(it) = display {
                    self.displays.insert(it, (cell, outputs.len()));
                }
                let data = field("data");
                outputs.push(json!({ "data": data, "metadata": {}, "output_type": "display_data" }));
            }
            "update_display_data" => {
                if let Some((cell, at)) = display.and_then(|it| self.displays.get(&it).copied()) {
                    let before = std::mem::replace(&mut self.outputs[cell][at]["data"], field("data"));
                    self.first.entry((cell, at)).or_insert(before);
                }
            }
            _ => {}
        }
    }
}

fn dict(it: Value) -> Dict {
    match it {
        Value::Object(it) => it,
        _ => Dict::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::Batch;
    use std::path::Path;

    fn here() -> &'static Path {
        Path::new(".")
    }

    #[test]
    fn a_later_cell_settles_what_an_earlier_one_shows() {
        let mut batch = Batch::new(here(), &[]).unwrap();
        for cell in [
            "def [promise, resolver] := Ref.promise()\npromise",
            "resolver <- resolve(7)\nnull",
            "println(1)",
        ] {
            batch.execute(cell);
        }
        let outputs = batch.outputs();
        assert_eq!(outputs[0][0]["data"]["text/plain"], "7");
        assert!(outputs[1].is_empty());
        assert_eq!(outputs[2][0]["text"], "1\n");
    }

    #[test]
    fn a_power_that_was_not_granted_is_told() {
        let mut batch = Batch::new(here(), &[]).unwrap();
        batch.execute("timer.now()");
        assert_eq!(batch.outputs()[0][0]["ename"], "NotGranted");
        let mut batch = Batch::new(here(), &["timer".to_owned()]).unwrap();
        batch.execute("timer.now() > 0");
        assert_eq!(batch.outputs()[0][0]["data"]["text/plain"], "true");
        assert!(Batch::new(here(), &["everything".to_owned()]).is_err());
    }
}
