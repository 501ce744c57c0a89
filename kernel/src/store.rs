//! What outlives the kernel: inputs and grants, in one small database that all kernels of a person share.
//!
//! Whoever has the file open has it alone, so it is opened for each piece of work and closed again. A lock on a file
//! beside it says whose turn it is; who finds it taken is woken when it is free.

use anyhow::Context;
use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};
use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

/// Session and line; what was entered.
const INPUTS: TableDefinition<(u64, u64), &str> = TableDefinition::new("inputs");
/// A notebook's path and a power; nothing else is to know about it.
const GRANTS: TableDefinition<(&str, &str), ()> = TableDefinition::new("grants");

/// Nobody has a turn for so long, unless something is wrong with them.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the database lies.
#[derive(Clone, Debug)]
pub struct Store(PathBuf);

/// The database while it is ours. Fields are dropped in their order: the turn is over once the file is closed.
struct Open {
    database: Database,
    _turn: File,
}

impl Open {
    fn begin_write(&self) -> Result<WriteTransaction, redb::TransactionError> {
        self.database.begin_write()
    }

    fn begin_read(&self) -> Result<ReadTransaction, redb::TransactionError> {
        self.database.begin_read()
    }
}

/// The file, locked. A thread of its own waits for it, so that who is stuck with it does not stick us for ever.
fn locked(path: PathBuf) -> anyhow::Result<File> {
    let file = File::create(&path).with_context(|| path.display().to_string())?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(why)) => return Err(why).with_context(|| path.display().to_string()),
    }
    let (done, is_done) = mpsc::channel();
    std::thread::Builder::new().name("lock".to_owned()).spawn(move || {
        let locked = file.lock().map(|()| file);
        // Who has waited long enough is gone; the file is closed with what could not be sent.
        let _ = done.send(locked);
    })?;
    let locked = is_done.recv_timeout(PATIENCE);
    let locked = locked.with_context(|| format!("another kernel keeps {}", path.display()))?;
    locked.with_context(|| path.display().to_string())
}

/// One input: its session, its line, its text.
pub type Input = (u64, u64, String);

impl Store {
    /// `WALNUT_DATA`, or the folder in which a person's programs keep their data.
    pub fn of_this_person() -> Option<Store> {
        let variable = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
        let folder = variable("WALNUT_DATA")
            .or_else(|| variable("XDG_DATA_HOME").map(|it| it.join("walnut")))
            .or_else(|| variable("LOCALAPPDATA").map(|it| it.join("walnut")))
            .or_else(|| variable("HOME").map(|it| it.join(".local/share/walnut")))?;
        Some(Store(folder.join("notebooks.redb")))
    }

    fn open(&self) -> anyhow::Result<Open> {
        if let Some(folder) = self.0.parent() {
            std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        let turn = locked(self.0.with_extension("lock"))?;
        let database = Database::create(&self.0).with_context(|| self.0.display().to_string())?;
        Ok(Open { database, _turn: turn })
    }

    /// Keeps inputs. The first ones of a session get a number for it, which is answered.
    pub fn keep(&self, session: Option<u64>, inputs: &[(u64, String)]) -> anyhow::Result<u64> {
        let database = self.open()?;
        let write = database.begin_write()?;
        let session = {
            let mut table = write.open_table(INPUTS)?;
            let last = table.last()?.map(|it| it.0.value().0);
            let session = session.unwrap_or(last.unwrap_or(0) + 1);
            for (line, text) in inputs {
                table.insert((session, *line), text.as_str())?;
            }
            session
        };
        write.commit()?;
        Ok(session)
    }

    /// The inputs of all sessions, the oldest first.
    pub fn inputs(&self) -> anyhow::Result<Vec<Input>> {
        let database = self.open()?;
        let write = database.begin_write()?;
        write.open_table(INPUTS)?;
        write.commit()?;
        let table = database.begin_read()?.open_table(INPUTS)?;
        let mut all = Vec::new();
        for it in table.iter()? {
            let (key, text) = it?;
            let (session, line) = key.value();
            all.push((session, line, text.value().to_owned()));
        }
        Ok(all)
    }

    /// The powers that a notebook was granted for always.
    pub fn grants(&self, notebook: &str) -> anyhow::Result<Vec<String>> {
        let database = self.open()?;
        let write = database.begin_write()?;
        write.open_table(GRANTS)?;
        write.commit()?;
        let table = database.begin_read()?.open_table(GRANTS)?;
        let mut all = Vec::new();
        for it in table.iter()? {
            let key = it?.0;
            let (whose, power) = key.value();
            if whose == notebook {
                all.push(power.to_owned());
            }
        }
        Ok(all)
    }

    /// From now on a notebook has a power without being asked; or no longer.
    pub fn set_grant(&self, notebook: &str, power: &str, granted: bool) -> anyhow::Result<()> {
        let database = self.open()?;
        let write = database.begin_write()?;
        {
            let mut table = write.open_table(GRANTS)?;
            if granted {
                table.insert((notebook, power), ())?;
            } else {
                table.remove((notebook, power))?;
            }
        }
        write.commit()?;
        Ok(())
    }
}
