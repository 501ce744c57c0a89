//! What was entered, in this session and in those before it: the last ones, a range, or those that match.
//!
//! A thread of its own keeps them in the database and answers questions, so no cell waits for a disk. Without a
//! database there is still this session.

use crate::sockets::{LAST_WORDS, log};
use crate::store::{Input, Store};
use crate::voice::{Request, Voice};
use crate::wire::{Dict, text, truth};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Inputs that come so soon after each other are one piece of work for the disk.
const TOGETHER: Duration = Duration::from_millis(100);

enum Job {
    /// Something was entered, after a while in which nothing was.
    Entered,
    Asked(Box<Request>),
    /// Who waits to hear that all that was entered is kept.
    Finished(Sender<()>),
}

/// Inputs that the thread has not taken yet, with their lines.
type Entered = Arc<Mutex<Vec<(u64, String)>>>;

/// The way to the thread that keeps the inputs.
#[derive(Clone)]
pub struct History {
    jobs: Sender<Job>,
    entered: Entered,
}

impl History {
    pub fn start(store: Option<Store>, voice: Voice) -> anyhow::Result<History> {
        let (jobs, inbox) = channel();
        let entered = Entered::default();
        let keeper = Keeper { store, entered: entered.clone(), inputs: Vec::new(), session: None, kept: 0 };
        std::thread::Builder::new().name("history".to_owned()).spawn(move || keeper.run(&inbox, &voice))?;
        Ok(History { jobs, entered })
    }

    /// `input` was entered in the line of that number.
    pub fn push(&self, line: u64, input: &str) {
        let mut entered = self.entered.lock().unwrap_or_else(PoisonError::into_inner);
        entered.push((line, input.to_owned()));
        // It has been told of the first, and takes the others with it.
        if entered.len() == 1 {
            let _ = self.jobs.send(Job::Entered);
        }
    }

    /// Waits until everything that was entered is kept; not longer than what was said last may take to be read.
    pub fn finish(&self) {
        let (done, is_done) = channel();
        let _ = self.jobs.send(Job::Finished(done));
        let _ = is_done.recv_timeout(LAST_WORDS);
    }

    /// Answers a request, once everything entered before it is kept.
    pub fn answer(&self, request: Request) {
        let _ = self.jobs.send(Job::Asked(Box::new(request)));
    }
}

struct Keeper {
    store: Option<Store>,
    entered: Entered,
    /// Those of this session.
    inputs: Vec<(u64, String)>,
    /// Its number in the database.
    session: Option<u64>,
    /// How many inputs are there.
    kept: usize,
}

impl Keeper {
    fn run(mut self, inbox: &Receiver<Job>, voice: &Voice) {
        while let Ok(job) = inbox.recv() {
            let until = Instant::now() + TOGETHER;
            let mut asked = None;
            let mut next = Some(job);
            while let Some(job) = next {
                if !matches!(job, Job::Entered) {
                    asked = Some(job);
                    break;
                }
                next = inbox.recv_timeout(until.saturating_duration_since(Instant::now())).ok();
            }
            self.inputs.append(&mut self.entered.lock().unwrap_or_else(PoisonError::into_inner));
            self.keep();
            match asked {
                Some(Job::Asked(request)) => {
                    let earlier = self.earlier();
                    let own: Vec<Input> =
                        self.inputs.iter().map(|(line, it)| (0, *line, it.clone())).collect();
                    let content = answer(&earlier, &own, self.session, &request.message.content);
                    voice.answer(&request, &content);
                }
                Some(Job::Finished(done)) => drop(done.send(())),
                Some(Job::Entered) | None => {}
            }
        }
    }

    fn keep(&mut self) {
        let Some(store) = &self.store else { return };
        if self.kept == self.inputs.len() {
            return;
        }
        match store.keep(self.session, &self.inputs[self.kept..]) {
            Ok(session) => {
                self.session = Some(session);
                self.kept = self.inputs.len();
            }
            Err(why) => self.give_up(&why),
        }
    }

    fn earlier(&mut self) -> Vec<Input> {
        match self.store.as_ref().map(Store::inputs) {
            Some(Ok(all)) => all.into_iter().filter(|it| Some(it.0) != self.session).collect(),
            Some(Err(why)) => {
                self.give_up(&why);
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    fn give_up(&mut self, why: &anyhow::Error) {
        log("history", &format!("inputs are kept for this session only: {why:#}"));
        self.store = None;
    }
}

/// What a front end asks for. This session is number 0 among `own`; a negative number counts back from it.
fn answer(earlier: &[Input], own: &[Input], session: Option<u64>, content: &Dict) -> Value {
    let most = number(content, "n").map_or(usize::MAX, |it| usize::try_from(it).unwrap_or(0));
    let found: Vec<&Input> = match text(content, "hist_access_type") {
        "range" => {
            let start = number(content, "start").unwrap_or(1).max(0);
            let stop = number(content, "stop").unwrap_or(i64::MAX);
            let of_session: Vec<&Input> = match number(content, "session").unwrap_or(0) {
                0 => own.iter().collect(),
                wanted => {
                    let last = earlier.iter().map(|it| it.0).max().unwrap_or(0) as i64;
                    let wanted = if wanted < 0 { last + 1 + wanted } else { wanted };
                    if session.map(|it| it as i64) == Some(wanted) {
                        own.iter().collect()
                    } else {
                        earlier.iter().filter(|it| it.0 as i64 == wanted).collect()
                    }
                }
            };
            of_session.into_iter().filter(|it| (start..stop).contains(&(it.1 as i64))).collect()
        }
        "search" => {
            let pattern: Vec<char> = text(content, "pattern").chars().collect();
            let found = earlier.iter().chain(own).filter(|it| matches(&pattern, &it.2)).collect();
            last(if truth(content, "unique", false) { without_repeats(found) } else { found }, most)
        }
        _ => last(earlier.iter().chain(own).collect(), most),
    };
    // Inputs are kept and outputs are not.
    let output = truth(content, "output", false);
    let entry = |(session, line, it): &Input| match output {
        true => json!([session, line, [it, null]]),
        false => json!([session, line, it]),
    };
    json!({ "status": "ok", "history": found.into_iter().map(entry).collect::<Vec<_>>() })
}

/// Of inputs that are the same, the last.
fn without_repeats(mut found: Vec<&Input>) -> Vec<&Input> {
    let mut seen = HashSet::new();
    found.reverse();
    found.retain(|it| seen.insert(&it.2));
    found.reverse();
    found
}

fn number(content: &Dict, key: &str) -> Option<i64> {
    content.get(key).and_then(Value::as_i64)
}

fn last<T>(mut all: Vec<T>, most: usize) -> Vec<T> {
    all.split_off(all.len().saturating_sub(most))
}

/// A shell's pattern, `*` and `?`, against the whole of `text`. Looks back only to the last `*`, so it is quadratic at worst.
fn matches(pattern: &[char], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut star = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&it) if it == '?' || it == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                p = at + 1;
                t = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|it| *it == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(content: Value) -> Value {
        let inputs = ["def mint := makeMint()", "def purse := mint.makePurse(10)", "purse.balance()"];
        let own: Vec<Input> = (1..).zip(inputs).map(|(line, it)| (0, line, it.to_owned())).collect();
        let earlier = [(7, 1, "mint <- status()".to_owned())];
        answer(&earlier, &own, Some(8), content.as_object().unwrap())["history"].clone()
    }

    #[test]
    fn the_last_ones() {
        assert_eq!(asked(json!({"hist_access_type": "tail", "n": 1})), json!([[0, 3, "purse.balance()"]]));
        assert_eq!(asked(json!({})).as_array().unwrap().len(), 4);
    }

    #[test]
    fn a_range_ends_before_its_stop() {
        let range = json!({"hist_access_type": "range", "session": 0, "start": 1, "stop": 2});
        assert_eq!(asked(range), json!([[0, 1, "def mint := makeMint()"]]));
    }

    #[test]
    fn earlier_sessions_have_numbers_and_can_be_counted_back_to() {
        for session in [7, -1] {
            let range = json!({"hist_access_type": "range", "session": session, "start": 1});
            assert_eq!(asked(range), json!([[7, 1, "mint <- status()"]]));
        }
    }

    #[test]
    fn those_that_match() {
        let search = json!({"hist_access_type": "search", "pattern": "def*m?nt*", "n": 9});
        assert_eq!(asked(search).as_array().unwrap().len(), 2);
        assert!(!matches(&['p'], "purse"));
    }
}
