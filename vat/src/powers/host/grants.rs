//! What a person grants: `timer`, `file=DIR`, `file=DIR:rw`, `process=NAME`, `network=HOST:PORT`.

use super::super::missing;
use super::disk::Folder;
use std::collections::BTreeSet;

/// Powers that are granted by their name alone.
const PLAIN: [&str; 8] = ["entropy", "interp", "stderr", "stdin", "stdout", "timer", "vat", "vat-host"];
/// Powers of which some is granted, and what to write for it.
const PARTIAL: [(&str, &str); 3] =
    [("file", "file=DIR or file=DIR:rw"), ("network", "network=HOST:PORT"), ("process", "process=NAME")];

/// What a program may use besides what every program may.
#[derive(Clone, Default)]
pub struct Grants {
    names: BTreeSet<&'static str>,
    folder: Option<Folder>,
    commands: BTreeSet<String>,
    addresses: Vec<Address>,
}

/// A host and a port, either of them any.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Address {
    host: Option<String>,
    port: Option<u16>,
}

impl Grants {
    /// Just these, of those that are granted by their name alone.
    pub fn of(names: &[&str]) -> Grants {
        let names = PLAIN.into_iter().filter(|it| names.contains(it)).collect();
        Grants { names, ..Grants::default() }
    }

    /// These and one more, or why it makes no sense.
    pub fn with(mut self, grant: &str) -> Result<Grants, String> {
        let Some((power, what)) = grant.split_once('=') else {
            self.names.insert(plain(grant)?);
            return Ok(self);
        };
        match power {
            "file" => {
                if self.folder.is_some() {
                    return Err(
                        "one folder is granted already: what else is needed goes below it".to_string()
                    );
                }
                self.folder = Some(Folder::open(what)?);
            }
            "process" if !what.is_empty() => {
                self.commands.insert(what.to_string());
            }
            "network" => self.addresses.push(Address::of(what)?),
            "process" => return Err("say which process: --grant process=NAME".to_string()),
            other => {
                plain(other)?;
                return Err(format!("{other} is granted whole: --grant {other}"));
            }
        }
        Ok(self)
    }

    pub(super) fn has(&self, power: &str) -> bool {
        match power {
            "file" => self.folder.is_some(),
            "process" => !self.commands.is_empty(),
            "network" => !self.addresses.is_empty(),
            other => self.names.contains(other),
        }
    }

    pub(super) fn folder(&self) -> Option<&Folder> {
        self.folder.as_ref()
    }

    pub(super) fn allows_command(&self, program: &str) -> Result<(), String> {
        match self.commands.contains(program) {
            true => Ok(()),
            false if self.commands.is_empty() => Err(missing("process")),
            false => {
                Err(format!("no process {program} was granted: grant it with --grant process={program}"))
            }
        }
    }

    pub(super) fn allows_address(&self, host: &str, port: u16) -> Result<(), String> {
        match self.addresses.iter().any(|it| it.allows(host, port)) {
            true => Ok(()),
            false if self.addresses.is_empty() => Err(missing("network")),
            false => Err(format!(
                "no network {host}:{port} was granted: grant it with --grant network={host}:{port}"
            )),
        }
    }
}

fn plain(name: &str) -> Result<&'static str, String> {
    if let Some(it) = PLAIN.into_iter().find(|it| *it == name) {
        return Ok(it);
    }
    if let Some((power, how)) = PARTIAL.into_iter().find(|(it, _)| *it == name) {
        return Err(format!("say which {power}: --grant {how}"));
    }
    let mut all: Vec<&str> = PLAIN.into_iter().chain(PARTIAL.into_iter().map(|(_, how)| how)).collect();
    all.sort_unstable();
    Err(format!("there is no power called `{name}`; there are {}", all.join(", ")))
}

impl Address {
    /// `localhost:8080`, `localhost:*`, `*:443`, `[::1]:80`
    fn of(text: &str) -> Result<Address, String> {
        let wrong = || format!("`{text}` is no HOST:PORT; one is localhost:8080, another localhost:*");
        let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        let host = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
        if host.is_empty() {
            return Err(wrong());
        }
        let port = if port == "*" { None } else { Some(port.parse().map_err(|_| wrong())?) };
        Ok(Address { host: (host != "*").then(|| host.to_ascii_lowercase()), port })
    }

    fn allows(&self, host: &str, port: u16) -> bool {
        self.host.as_ref().is_none_or(|it| *it == host.to_ascii_lowercase())
            && self.port.is_none_or(|it| it == port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(grant: &str) -> String {
        Grants::default().with(grant).err().unwrap_or_default()
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        assert_eq!(refused("file"), "say which file: --grant file=DIR or file=DIR:rw");
        assert_eq!(refused("timer=5"), "timer is granted whole: --grant timer");
        assert_eq!(
            refused("network=8080"),
            "`8080` is no HOST:PORT; one is localhost:8080, another localhost:*"
        );
        assert!(
            refused("everything").starts_with("there is no power called `everything`; there are entropy, ")
        );
    }

    #[test]
    fn an_address_is_just_that_address() {
        let grants =
            Grants::default().with("network=Bank.example:443").and_then(|it| it.with("network=[::1]:*"));
        let grants = grants.unwrap_or_default();
        assert_eq!(grants.allows_address("bank.EXAMPLE", 443), Ok(()));
        assert_eq!(grants.allows_address("::1", 7), Ok(()));
        assert!(grants.allows_address("bank.example", 80).is_err());
        assert!(grants.allows_address("evil.bank.example", 443).is_err());
    }

    #[test]
    fn a_command_is_just_that_command() {
        let grants = Grants::default().with("process=echo").unwrap_or_default();
        assert_eq!(grants.allows_command("echo"), Ok(()));
        assert_eq!(
            grants.allows_command("/bin/echo"),
            Err("no process /bin/echo was granted: grant it with --grant process=/bin/echo".to_string())
        );
    }
}
