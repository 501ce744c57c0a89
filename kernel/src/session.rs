//! One session: the lanes of cells (the main shell's and each subshell's), the cells that wait for a promise, and the
//! displays that a promise still has to reach.

mod holding;
mod telling;

use crate::answers;
use crate::asking::{Asking, Wanted};
use crate::cell::{Cell, Ended};
use crate::comms::Comms;
use crate::complete;
use crate::control::{Levers, shut_down};
use crate::directive::{self, ALL, Directives, Settling};
use crate::display::{Display, Displays, Shown};
use crate::hints;
use crate::history::History;
use crate::lane::{Held, Lane, Running, Stage};
use crate::notebook::{Halt, Notebook, Started, Turned};
use crate::panel::{self, Panel};
use crate::permission::{not_granted, question, term};
use crate::powers::Outside;
use crate::trouble::Trouble;
use crate::voice::{Request, Voice, error};
use crate::wire::text;
use crate::worker::{Job, Patience};
use holding::COMING_TO_REST;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Instant;
use vat::powers::Reply;

pub struct Session {
    /// Where jobs come from; the worker takes them from here.
    pub inbox: Receiver<Job>,
    voice: Voice,
    levers: Levers,
    notebook: Notebook,
    outside: Outside,
    history: History,
    /// How many cells were stored so far.
    count: u64,
    /// By subshell; the main shell has no name.
    lanes: BTreeMap<String, Lane>,
    held: Vec<Held>,
    displays: Displays,
    comms: Comms,
    asking: Asking,
    /// The view of the vats that follows them.
    panel: Panel,
    /// When cells go idle that do not say so themselves.
    settling: Option<Settling>,
    /// Cells that have ended since vats were last buried.
    ended: usize,
}

/// After so many cells garbage of all vats is collected, to see who is held by it.
const MANY: usize = 100;

impl Session {
    pub fn new(
        inbox: Receiver<Job>,
        outside: Outside,
        notebook: Notebook,
        voice: Voice,
        levers: Levers,
        history: History,
        asking: Asking,
    ) -> Session {
        Session {
            inbox,
            displays: Displays::new(voice.clone()),
            voice,
            levers,
            notebook,
            outside,
            history,
            count: 0,
            lanes: BTreeMap::from([(String::new(), Lane::default())]),
            held: Vec::new(),
            comms: Comms::default(),
            asking,
            panel: Panel::default(),
            settling: None,
            ended: 0,
        }
    }

    /// What was said is to leave now.
    pub fn leave(&self) {
        self.voice.leave();
    }

    /// Takes in whatever there is to take in.
    pub fn take_in(&mut self, job: Job) {
        match job {
            Job::Asked(request) => self.hear(*request),
            Job::Entered(reply) => self.entered(text(&reply.content, "value")),
            Job::Rung(heard) => {
                self.notebook.wake();
                self.advance();
                let _ = heard.send(());
            }
            Job::Interrupted => self.interrupted(),
        }
    }

    /// Takes in a request: cells queue, everything else is answered at once.
    pub fn hear(&mut self, request: Request) {
        let content = &request.message.content;
        let voice = &self.voice;
        let subshell = text(request.header(), "subshell_id").to_owned();
        match request.message.msg_type() {
            "execute_request" if !self.levers.subshells.has(&subshell) => {
                voice.refuse(&request, "UnknownSubshell", "there is no subshell of this id");
            }
            "execute_request" => {
                self.lanes.entry(subshell).or_default().queue.push_back(Arc::new(request));
            }
            "kernel_info_request" => voice.answer(&request, &answers::kernel_info()),
            "debug_request" => voice.answer(&request, &answers::debug(content)),
            "is_complete_request" => voice.answer(&request, &answers::is_complete(content)),
            "comm_info_request" => {
                voice.answer(&request, &self.comms.info(&request, &self.displays.widgets));
            }
            "history_request" => self.history.answer(request),
            "complete_request" => voice.answer(&request, &complete::complete(&mut self.notebook, content)),
            "inspect_request" => voice.answer(&request, &complete::inspect(&mut self.notebook, content)),
            "shutdown_request" => shut_down(&request, voice, &self.levers),
            "comm_msg" if self.comms.is_of(text(content, "comm_id"), hints::TARGET) => {
                hints::answer(&mut self.notebook, &request, voice);
            }
            "comm_open" | "comm_msg" | "comm_close" => {
                self.comms.hear(&request, &self.displays.widgets, voice);
                if text(content, "target_name") == panel::TARGET {
                    self.panel.show_again();
                }
            }
            other => voice.refuse(&request, "UnknownRequest", &format!("this kernel has no {other}")),
        }
    }

    /// How long the worker may sleep before the next [`Session::advance`].
    pub fn patience(&self) -> Patience {
        let starts = |it: &Lane| matches!(it.stage, Stage::Free) && !it.queue.is_empty();
        if self.lanes.values().any(starts) || self.notebook.has_turns() || self.is_stuck() {
            return Patience::None;
        }
        let panel = self.panel.due(&self.comms);
        let wait = self.notebook.next_timer().into_iter().chain(panel).min();
        wait.map_or(Patience::Endless, Patience::Until)
    }

    /// Cells wait, and nothing is left that could end their waiting.
    fn is_stuck(&self) -> bool {
        let runs = |it: &Lane| matches!(it.stage, Stage::Runs(_));
        let waits = self.lanes.values().any(runs) || !self.held.is_empty();
        // A cell of another lane may still settle what one waits for.
        waits && self.lanes.len() == 1 && self.is_at_rest()
    }

    /// Nothing runs, nothing will by itself, and nobody was asked.
    fn is_at_rest(&self) -> bool {
        let notebook = &self.notebook;
        let quiet = !notebook.has_turns() && notebook.next_timer().is_none();
        quiet && !self.asking.is_open() && !notebook.awaits_world()
    }

    /// Starts the next cells if none runs, runs a turn, and tells what came of it.
    pub fn advance(&mut self) {
        self.start_next();
        if self.turn() == Turned::Quiet {
            self.settle(&[]);
            self.release(true);
            if self.is_at_rest() {
                self.displays.explain(&mut self.notebook);
            }
            self.bury();
        }
        let widgets = &mut self.displays.widgets;
        self.panel.follow(&mut self.notebook, widgets, &self.comms, &self.voice);
        self.ask_for_lines();
        self.finish_running();
        self.release(false);
        if self.is_stuck() {
            self.give_up_waiting();
        }
    }

    /// Runs a turn, if there is one, and shows what has settled in it.
    fn turn(&mut self) -> Turned {
        self.voice.out.tell_before_work();
        let turned = self.notebook.run_turn();
        if let Turned::Ran { settled } = &turned {
            self.panel.touch();
            if !settled.is_empty() || self.displays.is_due() {
                self.settle(settled);
            }
        }
        turned
    }

    fn start_next(&mut self) {
        let free = |(name, it): (&String, &mut Lane)| {
            let next = if matches!(it.stage, Stage::Free) { it.queue.pop_front() } else { None };
            next.map(|it| (name.clone(), it))
        };
        let next: Vec<(String, Arc<Request>)> = self.lanes.iter_mut().filter_map(free).collect();
        for (lane, request) in next {
            self.start(&lane, request);
        }
    }

    fn start(&mut self, lane: &str, request: Arc<Request>) {
        let content = &request.message.content;
        let mut cell = Cell::new(request.clone(), self.count + 1);
        if cell.is_stored() {
            self.count = cell.number;
            self.history.push(cell.number, text(content, "code"));
        } else {
            cell.number = self.count;
        }
        self.voice.busy(&request);
        if !cell.is_silent() {
            let input = json!({ "code": text(content, "code"), "execution_count": cell.number });
            self.voice.publish(request.header(), "execute_input", &input);
        }
        self.displays.repeat_under(request.header());
        let directives = directive::read(cell.code());
        if let Some(line) = directives.unknown.first() {
            let message = format!("`{line}` is no directive; there are {}", ALL.join(", "));
            return self.fail(lane, &cell, &Trouble::new("UnknownDirective", message));
        }
        if let Some(settling) = directives.settle {
            self.settling = settling;
        }
        cell.settling = directives.settle_here.or(cell.settling).or(self.settling);
        for it in &directives.asks {
            if let Err(trouble) = self.tell(&cell, it) {
                return self.fail(lane, &cell, &trouble);
            }
        }
        self.run(lane, cell, &directives);
    }

    /// Starts a cell's program, or asks for what it needs.
    fn run(&mut self, lane: &str, cell: Cell, directives: &Directives) {
        match self.notebook.start(&cell, directives) {
            Ok(started) => {
                self.lane(lane).stage = Stage::Runs(Running { cell, started, expressions: None });
            }
            Err(Halt::Trouble(trouble)) => self.fail(lane, &cell, &trouble),
            Err(Halt::Asks(powers)) if cell.request.can_be_asked() => {
                let request = cell.request.clone();
                let prompt = question(cell.number, &powers, self.outside.grants.knows_notebook());
                self.lane(lane).stage = Stage::Asks(cell, powers);
                self.asking.ask(request, &prompt, Wanted::Grant { lane: lane.to_owned() });
            }
            Err(Halt::Asks(powers)) => self.fail(lane, &cell, &not_granted(&powers, true)),
        }
    }

    fn lane(&mut self, name: &str) -> &mut Lane {
        self.lanes.entry(name.to_owned()).or_default()
    }

    /// The person has answered a question.
    fn entered(&mut self, answer: &str) {
        match self.asking.answered() {
            Some(Wanted::Line(line)) => {
                line.answer(Ok(Reply::Bytes(format!("{answer}\n").into_bytes())));
                self.notebook.wake();
            }
            Some(Wanted::Grant { lane }) => {
                let Stage::Asks(cell, powers) = std::mem::take(&mut self.lane(&lane).stage) else { return };
                match term(answer, cell.request.id()) {
                    Some(term) => {
                        let who = format!("cell {}", cell.number);
                        for it in powers {
                            self.outside.grants.grant(it, term.clone(), &who);
                        }
                        self.run(&lane, cell.clone(), &directive::read(cell.code()));
                    }
                    None => self.fail(&lane, &cell, &not_granted(&powers, false)),
                }
            }
            None => {}
        }
    }

    fn ask_for_lines(&mut self) {
        for line in self.outside.take_lines() {
            // What was printed is, more often than not, the question.
            self.notebook.flush();
            self.asking.ask(line.request.clone(), "", Wanted::Line(line));
        }
    }

    /// Answers the running cells whose own turn is over, or holds them until their promise settles.
    fn finish_running(&mut self) {
        let names: Vec<String> = self.lanes.keys().cloned().collect();
        for name in names {
            self.finish(&name);
        }
        let subshells = &self.levers.subshells;
        self.lanes.retain(|name, it| {
            subshells.has(name) || !it.queue.is_empty() || !matches!(it.stage, Stage::Free)
        });
    }

    fn finish(&mut self, name: &str) {
        let Some(Lane { stage: Stage::Runs(running), .. }) = self.lanes.get_mut(name) else { return };
        if running.expressions.is_none() {
            match self.notebook.ended(&running.started) {
                None => return,
                Some(Ended::Failed(trouble)) => {
                    let cell = running.cell.clone();
                    self.notebook.flush();
                    return self.fail(name, &cell, &trouble);
                }
                Some(Ended::Value) => {
                    let program = directive::read(running.cell.code()).program;
                    self.notebook.keep_names(&running.started, &program);
                    let start = |(name, it): (String, String)| {
                        let started = self.notebook.start_beside(&running.cell, &running.started, &name, &it);
                        (name, started)
                    };
                    running.expressions = Some(running.cell.expressions().into_iter().map(start).collect());
                }
            }
        }
        let expressions = running.expressions.iter().flatten();
        let open = expressions.filter_map(|it| it.1.as_ref().ok());
        if open.into_iter().any(|it| self.notebook.ended(it).is_none()) {
            return;
        }
        let Some(Stage::Runs(running)) = self.lanes.get_mut(name).map(|it| std::mem::take(&mut it.stage))
        else {
            return;
        };
        self.notebook.flush();
        let expressions: Map<String, Value> = running
            .expressions
            .into_iter()
            .flatten()
            .map(|(name, started)| (name, expression(&mut self.notebook, started)))
            .collect();
        self.show(running.cell, running.started, expressions.into());
    }

    fn show(&mut self, cell: Cell, started: Started, expressions: Value) {
        let shown = self.notebook.look(&started);
        let (is_pending, waits) = (shown.is_pending || shown.is_live, cell.waits());
        // Who stops listening at idle gets one display, and a person who chose to wait sees that there is one.
        let is_shown_later = is_pending && waits && !cell.request.can_be_asked();
        if !cell.is_silent() && !is_shown_later {
            self.show_value(&cell, &started, shown);
        }
        if waits {
            let until = (!is_pending).then(|| Instant::now() + COMING_TO_REST);
            self.held.push(Held { cell, started, expressions, until });
        } else {
            self.succeed(&cell, expressions);
        }
    }

    fn show_value(&mut self, cell: &Cell, started: &Started, shown: Shown) {
        if shown.is_pending || shown.is_live {
            self.displays.open(Display::new(cell, started, shown));
        } else if !shown.is_null {
            self.displays.remember(cell.id(), &shown.text);
            let result = json!({ "execution_count": cell.number, "data": shown.bundle(), "metadata": {} });
            self.voice.publish(cell.request.header(), "execute_result", &result);
        }
    }

    /// Every cell that runs fails.
    fn fail_running(&mut self, trouble: &Trouble) {
        let names: Vec<String> = self.lanes.keys().cloned().collect();
        for name in names {
            match std::mem::take(&mut self.lane(&name).stage) {
                Stage::Runs(it) => self.fail(&name, &it.cell, trouble),
                other => self.lane(&name).stage = other,
            }
        }
    }

    /// The interrupt flag was raised: a turn that runs stops by itself; cells that only wait are let go.
    pub fn interrupted(&mut self) {
        if !self.notebook.has_turns() {
            self.levers.interrupt.take();
        }
        self.asking.give_up();
        self.notebook.wake();
        for it in std::mem::take(&mut self.held) {
            self.fail("", &it.cell, &Trouble::interrupted());
        }
        let names: Vec<String> = self.lanes.keys().cloned().collect();
        for name in names {
            match std::mem::take(&mut self.lane(&name).stage) {
                Stage::Asks(cell, _) => self.fail(&name, &cell, &Trouble::interrupted()),
                Stage::Runs(it)
                    if self.notebook.ended(&it.started).is_none() && self.has_begun(&it.started) =>
                {
                    self.fail(&name, &it.cell, &Trouble::interrupted());
                }
                other => self.lane(&name).stage = other,
            }
        }
    }

    /// Its own turn is over, and it waits for a promise.
    fn has_begun(&self, started: &Started) -> bool {
        self.notebook.is_waiting(started)
    }

    fn succeed(&mut self, cell: &Cell, expressions: Value) {
        self.ended += 1;
        let reply = json!({
            "status": "ok",
            "execution_count": cell.number,
            "payload": [],
            "user_expressions": expressions,
        });
        self.voice.reply(&cell.request, &reply);
        self.voice.idle(&cell.request);
    }

    fn fail(&mut self, lane: &str, cell: &Cell, trouble: &Trouble) {
        self.lane(lane).stage = Stage::Free;
        self.ended += 1;
        // Cells that were sent before this one's reply are aborted with it; later ones its sender has chosen to send.
        let later = self.take_in_requests();
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
            // Cells that were sent together with one that failed are not run.
            for request in std::mem::take(&mut self.lane(lane).queue) {
                self.voice.answer(&request, &json!({ "status": "aborted" }));
            }
        }
        later.into_iter().for_each(|it| self.take_in(it));
    }

    /// Hears all requests that have arrived; the other jobs among them are answered.
    fn take_in_requests(&mut self) -> Vec<Job> {
        let mut others = Vec::new();
        while let Ok(job) = self.inbox.try_recv() {
            match job {
                Job::Asked(request) => self.hear(*request),
                other => others.push(other),
            }
        }
        others
    }

    /// Vats that nobody holds end.
    fn bury(&mut self) {
        // Whoever waits for a timer or the world keeps its vat by itself.
        if self.ended == 0 || self.notebook.has_turns() {
            return;
        }
        if self.ended >= MANY {
            self.notebook.sweep();
        }
        let mut shown: HashSet<vat::VatId> = self.displays.vats().collect();
        shown.extend(self.held.iter().map(|it| it.started.handle.vat));
        shown.extend(self.lanes.values().filter_map(|it| match &it.stage {
            Stage::Runs(it) => Some(it.started.handle.vat),
            _ => None,
        }));
        self.notebook.bury(&shown);
        if self.ended >= MANY {
            self.ended = 0;
        }
    }
}

/// What a user expression came to.
fn expression(notebook: &mut Notebook, started: Result<Started, Trouble>) -> Value {
    let outcome = started.and_then(|it| match notebook.ended(&it) {
        Some(Ended::Failed(trouble)) => Err(trouble),
        _ => Ok(notebook.look(&it)),
    });
    match outcome {
        Ok(shown) => json!({ "status": "ok", "data": shown.bundle(), "metadata": {} }),
        Err(trouble) => error(&trouble.name, &trouble.message),
    }
}
