//! One session: the queue of cells, the cell that runs, the cells that wait for a promise, and the displays that
//! a promise still has to reach.

use crate::answers;
use crate::cell::{Cell, Ended};
use crate::complete;
use crate::control::{Levers, shut_down};
use crate::display::{Display, Displays};
use crate::history::History;
use crate::notebook::Notebook;
use crate::trouble::Trouble;
use crate::voice::{Request, Voice};
use crate::wire::text;
use crate::worker::Patience;
use serde_json::{Value, json};
use std::collections::VecDeque;

pub struct Session {
    voice: Voice,
    levers: Levers,
    notebook: Notebook,
    history: History,
    /// How many cells were stored so far.
    count: u64,
    queue: VecDeque<Request>,
    running: Option<Cell>,
    /// Cells of front ends that stop listening at `idle`: their own turn is over, their value is a promise.
    held: Vec<Cell>,
    displays: Displays,
}

impl Session {
    pub fn new(voice: Voice, levers: Levers) -> Session {
        let notebook = Notebook::new(voice.clone(), levers.interrupt.clone());
        Session {
            displays: Displays::new(voice.clone()),
            voice,
            levers,
            notebook,
            history: History::default(),
            count: 0,
            queue: VecDeque::new(),
            running: None,
            held: Vec::new(),
        }
    }

    /// Takes in a request: cells queue, everything else is answered at once.
    pub fn hear(&mut self, request: Request) {
        let content = &request.message.content;
        let voice = &self.voice;
        match request.message.msg_type() {
            "execute_request" => self.queue.push_back(request),
            "kernel_info_request" => voice.answer(&request, &answers::kernel_info()),
            "is_complete_request" => voice.answer(&request, &answers::is_complete(content)),
            "comm_info_request" => voice.answer(&request, &answers::comm_info()),
            "history_request" => voice.answer(&request, &self.history.answer(content)),
            "complete_request" => voice.answer(&request, &complete::complete(&self.notebook, content)),
            "inspect_request" => voice.answer(&request, &complete::inspect(&self.notebook, content)),
            "shutdown_request" => shut_down(&request, voice, &self.levers),
            // We offer no comm targets, and the protocol's way to say so is to close what was opened.
            "comm_open" => {
                voice.busy(&request);
                let close = json!({ "comm_id": text(content, "comm_id"), "data": {} });
                voice.publish(request.header(), "comm_close", &close);
                voice.idle(&request);
            }
            other => voice.refuse(&request, "UnknownRequest", &format!("this kernel has no {other}")),
        }
    }

    /// How long the worker may sleep before the next [`Session::advance`].
    pub fn patience(&self) -> Patience {
        let starts = self.running.is_none() && !self.queue.is_empty();
        if starts || self.notebook.has_turns() || self.is_stuck() {
            return Patience::None;
        }
        self.notebook.next_timer().map_or(Patience::Endless, Patience::Until)
    }

    /// Cells wait, and nothing is left that could end their waiting.
    fn is_stuck(&self) -> bool {
        let waits = self.running.is_some() || !self.held.is_empty();
        waits && !self.notebook.has_turns() && self.notebook.next_timer().is_none()
    }

    /// Starts the next cell if none runs, runs a turn, and tells what came of it.
    pub fn advance(&mut self) {
        if self.running.is_none()
            && let Some(request) = self.queue.pop_front()
        {
            self.start(request);
        }
        if self.notebook.run_turn().settled {
            self.settle();
        }
        self.finish_running();
        if self.is_stuck() {
            self.give_up_waiting();
        }
    }

    fn start(&mut self, request: Request) {
        let content = &request.message.content;
        let mut cell = Cell::new(request.clone(), self.count + 1);
        if cell.is_stored() {
            self.count = cell.number;
            self.history.push(text(content, "code"));
        } else {
            cell.number = self.count;
        }
        self.voice.busy(&request);
        if !cell.is_silent() {
            let input = json!({ "code": text(content, "code"), "execution_count": cell.number });
            self.voice.publish(request.header(), "execute_input", &input);
        }
        self.displays.repeat_under(request.header());
        match self.notebook.start(&cell) {
            Ok(evaluation) => {
                cell.evaluation = Some(evaluation);
                self.running = Some(cell);
            }
            Err(trouble) => self.fail(&cell, &trouble),
        }
    }

    /// If the running cell's own turn is over, answers it, or holds it until its promise settles.
    fn finish_running(&mut self) {
        let Some(cell) = &self.running else { return };
        let Some(ended) = self.notebook.ended(cell) else { return };
        let Some(cell) = self.running.take() else { return };
        self.notebook.flush();
        match ended {
            Ended::Failed(trouble) => self.fail(&cell, &trouble),
            Ended::Value => {
                self.notebook.keep_names(&cell);
                self.show(cell);
            }
        }
    }

    fn show(&mut self, cell: Cell) {
        let Some(shown) = self.notebook.show(&cell) else { return self.succeed(&cell) };
        if !shown.is_pending {
            if !cell.is_silent() && !shown.is_null {
                let result =
                    json!({ "execution_count": cell.number, "data": shown.bundle(), "metadata": {} });
                self.voice.publish(cell.request.header(), "execute_result", &result);
            }
            return self.succeed(&cell);
        }
        if cell.listens_until_idle() {
            self.held.push(cell);
            return;
        }
        if !cell.is_silent() {
            self.displays.open(Display::new(&cell, shown));
        }
        self.succeed(&cell);
    }

    /// Something settled: displays are brought up to date, and held cells whose promise it was are answered.
    fn settle(&mut self) {
        self.notebook.flush();
        let running = self.running.as_ref().map(|it| it.request.header());
        self.displays.update(&self.notebook, running);
        for cell in std::mem::take(&mut self.held) {
            match self.notebook.show(&cell) {
                Some(shown) if shown.is_pending => self.held.push(cell),
                shown => {
                    if let Some(shown) = shown.filter(|_| !cell.is_silent()) {
                        self.displays.open(Display::new(&cell, shown));
                    }
                    self.succeed(&cell);
                }
            }
        }
    }

    /// Nothing runs and nothing will: a held cell shows its promise as it is. A later cell may still settle it.
    fn give_up_waiting(&mut self) {
        for cell in std::mem::take(&mut self.held) {
            if let Some(shown) = self.notebook.show(&cell).filter(|_| !cell.is_silent()) {
                self.displays
                    .open(Display::new(&cell, shown.with_note("unresolved: nothing is left to run")));
            }
            self.succeed(&cell);
        }
        if let Some(cell) = self.running.take() {
            self.fail(&cell, &Trouble::never_ends());
        }
    }

    /// The interrupt flag was raised: a turn that runs stops by itself; cells that only wait are let go.
    pub fn interrupted(&mut self) {
        if !self.notebook.has_turns() {
            self.levers.interrupt.take();
        }
        for cell in std::mem::take(&mut self.held) {
            self.fail(&cell, &Trouble::interrupted());
        }
    }

    fn succeed(&mut self, cell: &Cell) {
        let reply = json!({
            "status": "ok",
            "execution_count": cell.number,
            "payload": [],
            "user_expressions": user_expressions(cell),
        });
        self.voice.reply(&cell.request, &reply);
        self.voice.idle(&cell.request);
    }

    fn fail(&mut self, cell: &Cell, trouble: &Trouble) {
        if !cell.is_silent() {
            self.voice.publish(cell.request.header(), "error", &trouble.content());
        }
        let mut reply = trouble.content();
        reply["status"] = json!("error");
        reply["execution_count"] = json!(cell.number);
        reply["payload"] = json!([]);
        reply["user_expressions"] = json!({});
        self.voice.reply(&cell.request, &reply);
        self.voice.idle(&cell.request);
        if cell.stops_on_error() {
            self.abort_queue();
        }
    }

    /// Cells that were sent together with one that failed are not run.
    fn abort_queue(&mut self) {
        for request in std::mem::take(&mut self.queue) {
            self.voice.answer(&request, &json!({ "status": "aborted", "execution_count": self.count }));
        }
    }
}

/// Each asked-for expression gets an answer, and it is always that we do not evaluate them.
fn user_expressions(cell: &Cell) -> Value {
    let asked = cell.request.message.content.get("user_expressions").and_then(Value::as_object);
    let refused = crate::voice::error("Unsupported", "user expressions are not evaluated; use a cell");
    asked
        .into_iter()
        .flatten()
        .map(|(name, _)| (name.clone(), refused.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
