//! What outlives the kernel: inputs and grants, in one small database that all kernels of a person share.
//!
//! Whoever has the file open has it alone, so it is opened for each piece of work and closed again; who finds it
//! taken tries again for a while.

use anyhow::Context;
use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Session and line; what was entered.
const INPUTS: TableDefinition<(u64, u64), &str> = TableDefinition::new("inputs");
/// A notebook's path and a power; nothing else is to know about it.
const GRANTS: TableDefinition<(&str, &str), ()> = TableDefinition::new("grants");

const PATIENCE: Duration = Duration::from_secs(5);
const BETWEEN_TRIES: Duration = Duration::from_millis(5);

/// Where the database lies.
#[derive(Clone, Debug)]
pub struct Store(PathBuf);

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

    fn open(&self) -> anyhow::Result<Database> {
        if let Some(folder) = self.0.parent() {
            std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        let until = Instant::now() + PATIENCE;
        loop {
            match Database::create(&self.0) {
                Err(DatabaseError::DatabaseAlreadyOpen) if Instant::now() < until => {
                    std::thread::sleep(BETWEEN_TRIES);
                }
                it => return it.with_context(|| self.0.display().to_string()),
            }
        }
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
