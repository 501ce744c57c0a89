//! One session: the queue of cells, the cell that runs, the cells that wait for a promise, and the displays that
//! a promise still has to reach.

use crate::answers;
use crate::cell::{Cell, Ended};
use crate::complete;
use crate::control::{Levers, shut_down};
use crate::display::{Display, Displays, Shown};
use crate::history::History;
use crate::notebook::{Notebook, Started, Turned};
use crate::trouble::Trouble;
use crate::voice::{Request, Voice};
use crate::wire::text;
use crate::worker::{Job, Patience};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

pub struct Session {
    /// Where jobs come from; the worker takes them from here.
    pub inbox: Receiver<Job>,
    voice: Voice,
    levers: Levers,
    notebook: Notebook,
    history: History,
    /// How many cells were stored so far.
    count: u64,
    queue: VecDeque<Request>,
    running: Option<(Cell, Started)>,
    held: Vec<Held>,
    displays: Displays,
}

/// A cell of a front end that stops listening at `idle`. Its own turn is over; it is answered when its value has
/// settled and what it has sent for has come to rest.
struct Held {
    cell: Cell,
    started: Started,
    /// Set once its value is shown: it is answered then at the latest, whatever else goes on.
    until: Option<Instant>,
}

/// How long turns may follow turns before a cell whose value is shown is answered nevertheless.
const COMING_TO_REST: Duration = Duration::from_secs(1);

impl Session {
    pub fn new(inbox: Receiver<Job>, notebook: Notebook, voice: Voice, levers: Levers) -> Session {
        Session {
            inbox,
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
        match self.notebook.run_turn() {
            Turned::Ran { settled: false } => {}
            Turned::Ran { settled: true } => self.settle(),
            Turned::Quiet => {
                self.settle();
                self.release(true);
            }
        }
        self.finish_running();
        self.release(false);
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
            Ok(started) => self.running = Some((cell, started)),
            Err(trouble) => self.fail(&cell, &trouble),
        }
    }

    /// If the running cell's own turn is over, answers it, or holds it until its promise settles.
    fn finish_running(&mut self) {
        let Some((_, started)) = &self.running else { return };
        let Some(ended) = self.notebook.ended(started) else { return };
        let Some((cell, started)) = self.running.take() else { return };
        self.notebook.flush();
        match ended {
            Ended::Failed(trouble) => self.fail(&cell, &trouble),
            Ended::Value => {
                self.notebook.keep_names(&started);
                self.show(cell, started);
            }
        }
    }

    fn show(&mut self, cell: Cell, started: Started) {
        let shown = self.notebook.look(&started);
        let (is_pending, waits) = (shown.is_pending, cell.listens_until_idle());
        let is_shown_later = is_pending && waits;
        if !cell.is_silent() && !is_shown_later {
            self.show_value(&cell, &started, shown);
        }
        if waits {
            let until = (!is_pending).then(|| Instant::now() + COMING_TO_REST);
            self.held.push(Held { cell, started, until });
        } else {
            self.succeed(&cell);
        }
    }

    fn show_value(&mut self, cell: &Cell, started: &Started, shown: Shown) {
        if shown.is_pending {
            self.displays.open(Display::new(cell, started, shown));
        } else if !shown.is_null {
            let result = json!({ "execution_count": cell.number, "data": shown.bundle(), "metadata": {} });
            self.voice.publish(cell.request.header(), "execute_result", &result);
        }
    }

    /// Something settled: displays are brought up to date, and so are cells that wait for their value.
    fn settle(&mut self) {
        self.notebook.flush();
        // A cell that is held is running to its front end.
        let held = self.held.last().map(|it| &it.cell);
        let running = self.running.as_ref().map(|(it, _)| it).or(held).map(|it| it.request.header());
        self.displays.update(&mut self.notebook, running);
        for it in self.held.iter_mut().filter(|it| it.until.is_none()) {
            let shown = self.notebook.look(&it.started);
            if !shown.is_pending {
                it.until = Some(Instant::now() + COMING_TO_REST);
                if !it.cell.is_silent() {
                    self.displays.open(Display::new(&it.cell, &it.started, shown));
                }
            }
        }
    }

    /// Answers the held cells whose value is shown: all of them if the vats are at rest, else those that have
    /// waited long enough.
    fn release(&mut self, at_rest: bool) {
        let now = Instant::now();
        let ripe = |it: &mut Held| it.until.is_some_and(|until| at_rest || until <= now);
        let ripe: Vec<Held> = self.held.extract_if(.., ripe).collect();
        ripe.iter().for_each(|it| self.succeed(&it.cell));
    }

    /// Nothing runs and nothing will: a held cell shows its promise as it is. A later cell may still settle it.
    fn give_up_waiting(&mut self) {
        self.release(true);
        for Held { cell, started, .. } in std::mem::take(&mut self.held) {
            let shown = self.notebook.look(&started).with_note("unresolved: nothing is left to run");
            if !cell.is_silent() {
                self.displays.open(Display::new(&cell, &started, shown));
            }
            self.succeed(&cell);
        }
        if let Some((cell, _)) = self.running.take() {
            self.fail(&cell, &Trouble::never_ends());
        }
    }

    /// The interrupt flag was raised: a turn that runs stops by itself; cells that only wait are let go.
    pub fn interrupted(&mut self) {
        if !self.notebook.has_turns() {
            self.levers.interrupt.take();
        }
        for it in std::mem::take(&mut self.held) {
            self.fail(&it.cell, &Trouble::interrupted());
        }
        if !self.notebook.has_turns()
            && let Some((cell, _)) = self.running.take()
        {
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
        // Cells that were sent before this one's reply are aborted with it; later ones its sender has chosen to send.
        let interrupted = self.take_in_all();
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
        if interrupted {
            self.interrupted();
        }
    }

    /// Hears all that has arrived; whether the interrupt flag was raised among it.
    fn take_in_all(&mut self) -> bool {
        let mut interrupted = false;
        while let Ok(job) = self.inbox.try_recv() {
            match job {
                Job::Asked(request) => self.hear(request),
                Job::Interrupted => interrupted = true,
            }
        }
        interrupted
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
