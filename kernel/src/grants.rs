//! What the person has granted: to which cells, for how long, and what was taken back.
//!
//! Every use of a power is held against this list when it happens, so what was handed out breaks when its grant is
//! revoked, wherever it has got to.

use crate::sockets::log;
use crate::store::Store;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A power, or a part of one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Power {
    Timer,
    Entropy,
    /// What is at a path and below it; `""` is the notebook's folder.
    File {
        path: String,
        writes: bool,
    },
    /// A command, or any.
    Process(Option<String>),
    /// A host, or any.
    Network(Option<String>),
    /// A module of Python, or any.
    Python(Option<String>),
}

impl Power {
    /// Of the form in which it prints: `timer`, `file=prices.csv:rw`, `process=ls`.
    pub fn parse(text: &str) -> Option<Power> {
        let (name, part) = match text.trim().split_once('=') {
            Some((name, part)) => (name, Some(part.to_owned()).filter(|it| !it.is_empty() && it != "*")),
            None => (text.trim(), None),
        };
        match name {
            "timer" => Some(Power::Timer),
            "entropy" => Some(Power::Entropy),
            "file" | "file:rw" => {
                let part = part.unwrap_or_default();
                let writes = name.ends_with(":rw") || part.ends_with(":rw");
                let path = part.trim_end_matches(":rw").trim_start_matches("./");
                let path = if path == "." { "" } else { path }.to_owned();
                Some(Power::File { path, writes })
            }
            "process" => Some(Power::Process(part)),
            "network" => Some(Power::Network(part)),
            "python" => Some(Power::Python(part)),
            _ => None,
        }
    }

    /// As a question puts it.
    pub fn describe(&self) -> String {
        match self {
            Power::Timer => "know the time and wait for it".to_owned(),
            Power::Entropy => "draw random bits".to_owned(),
            Power::File { path, writes } => {
                let act = if *writes { "read and write" } else { "read" };
                match path.as_str() {
                    "" => format!("{act} all files beside this notebook"),
                    path => format!("{act} `{path}`"),
                }
            }
            Power::Process(Some(it)) => format!("run the command `{it}`"),
            Power::Process(None) => "run any command".to_owned(),
            Power::Network(Some(it)) => format!("talk to `{it}` over the network"),
            Power::Network(None) => "talk to anyone over the network".to_owned(),
            Power::Python(Some(it)) => format!("use the Python module `{it}`"),
            Power::Python(None) => "use any Python module".to_owned(),
        }
    }

    /// Whether who has this has that.
    fn covers(&self, wanted: &Power) -> bool {
        let any = |mine: &Option<String>, wanted: &Option<String>| mine.is_none() || mine == wanted;
        match (self, wanted) {
            (Power::File { path, writes }, Power::File { path: wanted, writes: to_write }) => {
                let below = path.is_empty()
                    || wanted == path
                    || wanted.strip_prefix(path.as_str()).is_some_and(|it| it.starts_with('/'));
                below && (*writes || !to_write)
            }
            (Power::Process(mine), Power::Process(wanted))
            | (Power::Network(mine), Power::Network(wanted))
            | (Power::Python(mine), Power::Python(wanted)) => any(mine, wanted),
            _ => self == wanted,
        }
    }
}

impl fmt::Display for Power {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |f: &mut fmt::Formatter<'_>, name: &str, part: &Option<String>| match part {
            Some(it) => write!(f, "{name}={it}"),
            None => f.write_str(name),
        };
        match self {
            Power::Timer => f.write_str("timer"),
            Power::Entropy => f.write_str("entropy"),
            Power::File { path, writes } => {
                f.write_str("file")?;
                if !path.is_empty() {
                    write!(f, "={path}")?;
                }
                f.write_str(if *writes { ":rw" } else { "" })
            }
            Power::Process(it) => part(f, "process", it),
            Power::Network(it) => part(f, "network", it),
            Power::Python(it) => part(f, "python", it),
        }
    }
}

/// For how long.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Term {
    /// For what one request does, early or late.
    Once(String),
    Session,
    Always,
}

/// Something that was granted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    pub power: Power,
    pub term: Term,
    /// Who asked.
    pub cell: String,
    pub is_revoked: bool,
}

/// The list. One for the kernel, shared by the powers of every vat.
#[derive(Clone)]
pub struct Grants(Arc<Mutex<State>>);

struct State {
    all: Vec<Grant>,
    store: Option<Store>,
    /// What the notebook is called where grants for always are kept; front ends need not say.
    notebook: Option<String>,
    /// Whether those were fetched.
    is_read: bool,
}

impl Grants {
    /// What the environment grants (`WALNUT_GRANTS`), and what this notebook was granted before.
    pub fn new(store: Option<Store>) -> Grants {
        let told = std::env::var("WALNUT_GRANTS").unwrap_or_default();
        let mut all = Vec::new();
        for it in told.split([',', ' ']).filter(|it| !it.is_empty()) {
            match Power::parse(it) {
                Some(power) => {
                    let cell = "WALNUT_GRANTS".to_owned();
                    all.push(Grant { power, term: Term::Session, cell, is_revoked: false });
                }
                None => log("grants", &format!("WALNUT_GRANTS names `{it}`, and there is no such power")),
            }
        }
        Grants(Arc::new(Mutex::new(State { all, store, notebook: notebook(), is_read: false })))
    }

    /// Which of these have not been granted to this request.
    pub fn missing(&self, asked: &[Power], request: &str) -> Vec<Power> {
        self.read_kept();
        let state = self.lock();
        asked.iter().filter(|it| !state.allows(it, request)).cloned().collect()
    }

    /// May what goes back to this request do that? An error says why not.
    pub fn check(&self, wanted: &Power, request: &str) -> Result<(), String> {
        let state = self.lock();
        if state.allows(wanted, request) {
            return Ok(());
        }
        let found = |it: &&Grant| it.power.covers(wanted);
        Err(match state.all.iter().rev().find(found) {
            Some(it) if it.is_revoked => format!("the grant of {} was revoked", it.power),
            Some(it) => format!("{} was granted once, to {}", it.power, it.cell),
            None => format!("no {wanted} was granted: a cell that names it asks for it"),
        })
    }

    /// Is anything of this kind granted?
    pub fn has_any(&self, is_kind: impl Fn(&Power) -> bool, request: &str) -> bool {
        let state = self.lock();
        state.all.iter().any(|it| !it.is_revoked && is_kind(&it.power) && it.term.is_for(request))
    }

    pub fn grant(&self, power: Power, term: Term, cell: &str) {
        let mut state = self.lock();
        if term == Term::Always {
            state.keep(&power, true);
        }
        state.all.push(Grant { power, term, cell: cell.to_owned(), is_revoked: false });
    }

    /// Takes the grant of this number (from 1) back; `None`: there is none.
    pub fn revoke(&self, number: usize) -> Option<Grant> {
        let mut state = self.lock();
        let grant = state.all.get_mut(number.checked_sub(1)?)?;
        grant.is_revoked = true;
        let grant = grant.clone();
        if grant.term == Term::Always {
            state.keep(&grant.power, false);
        }
        Some(grant)
    }

    pub fn all(&self) -> Vec<Grant> {
        self.read_kept();
        self.lock().all.clone()
    }

    /// Whether a grant for always can be kept beyond this session.
    pub fn knows_notebook(&self) -> bool {
        let state = self.lock();
        state.notebook.is_some() && state.store.is_some()
    }

    fn read_kept(&self) {
        let mut state = self.lock();
        if std::mem::replace(&mut state.is_read, true) {
            return;
        }
        let (Some(store), Some(notebook)) = (&state.store, &state.notebook) else { return };
        match store.grants(notebook) {
            Ok(powers) => {
                let grant = |power| Grant {
                    power,
                    term: Term::Always,
                    cell: "an earlier session".to_owned(),
                    is_revoked: false,
                };
                let kept: Vec<Grant> = powers.iter().filter_map(|it| Power::parse(it)).map(grant).collect();
                state.all.extend(kept);
            }
            Err(why) => log("grants", &format!("earlier grants cannot be read: {why:#}")),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Term {
    fn is_for(&self, request: &str) -> bool {
        !matches!(self, Term::Once(it) if it != request)
    }
}

impl State {
    fn allows(&self, wanted: &Power, request: &str) -> bool {
        let mut all = self.all.iter();
        all.any(|it| !it.is_revoked && it.term.is_for(request) && it.power.covers(wanted))
    }

    fn keep(&self, power: &Power, granted: bool) {
        let (Some(store), Some(notebook)) = (&self.store, &self.notebook) else { return };
        if let Err(why) = store.set_grant(notebook, &power.to_string(), granted) {
            log("grants", &format!("a grant for always is kept for this session only: {why:#}"));
        }
    }
}

/// Jupyter's server says which notebook it starts a kernel for.
fn notebook() -> Option<String> {
    let name = std::env::var("JPY_SESSION_NAME").ok().filter(|it| !it.is_empty())?;
    let folder = std::env::current_dir().ok()?;
    Some(folder.join(name).to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_is_written_as_it_is_read() {
        for it in ["timer", "entropy", "file", "file:rw", "file=a/b.csv", "file=a:rw", "process=ls", "python"]
        {
            assert_eq!(Power::parse(it).map(|it| it.to_string()).as_deref(), Some(it));
        }
        assert_eq!(Power::parse("file=."), Power::parse("file"));
        assert_eq!(Power::parse("everything"), None);
    }

    #[test]
    fn a_folder_covers_what_is_below_it() {
        let covers =
            |mine: &str, wanted: &str| Power::parse(mine).unwrap().covers(&Power::parse(wanted).unwrap());
        assert!(covers("file=data", "file=data/prices.csv"));
        assert!(!covers("file=data", "file=database.csv"));
        assert!(!covers("file=data", "file=data/prices.csv:rw"));
        assert!(covers("process", "process=ls") && !covers("process=ls", "process=rm"));
    }

    #[test]
    fn once_is_for_one_request_and_revoked_is_for_none() {
        let grants = Grants(Arc::new(Mutex::new(State {
            all: Vec::new(),
            store: None,
            notebook: None,
            is_read: true,
        })));
        grants.grant(Power::Timer, Term::Once("a".to_owned()), "cell 1");
        assert_eq!(grants.check(&Power::Timer, "a"), Ok(()));
        assert_eq!(grants.check(&Power::Timer, "b"), Err("timer was granted once, to cell 1".to_owned()));
        grants.revoke(1);
        assert_eq!(grants.check(&Power::Timer, "a"), Err("the grant of timer was revoked".to_owned()));
        assert!(grants.revoke(2).is_none());
    }
}
