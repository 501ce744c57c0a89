//! What a module or a name may reach, written in a file and checked.
//!
//! ```toml
//! [policy]
//! relations = "peers-separate"          # or "dominance-allowed", or a file with a [relations] table
//!
//! [[policy.rule]]
//! of = "desk/*.emaker"                  # files; "mint.e:purse" is one name
//! may-reach = ["stdout", "file(data)"]  # powers, "unknown", or state of other files by name
//!
//! [[policy.actor]]
//! name = "alice"
//! owns = ["alice/*"]
//! dominates = ["bob"]
//! ```
//!
//! The first rule that fits a name is the one that counts. State of the very file needs no leave. An actor may reach
//! the state of another only as the relation between them allows.

use crate::authority::workspace::{Named, Workspace};
use crate::report::{Finding, Related, Severity};
use analysis::{FileRange, Reached, ReachedThing};
use anyhow::Context;
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize, Debug)]
struct Settings {
    policy: Policy,
}

/// A `[policy]`.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Policy {
    #[serde(default = "peers_separate")]
    relations: String,
    #[serde(default)]
    rule: Vec<Rule>,
    #[serde(default)]
    actor: Vec<Actor>,
    #[serde(skip)]
    table: Relations,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Rule {
    of: String,
    may_reach: Vec<String>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Actor {
    name: String,
    owns: Vec<String>,
    #[serde(default)]
    dominates: Vec<String>,
}

/// Whether one actor may reach the state of another that is its sibling, that it dominates, that dominates it.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(deny_unknown_fields)]
struct Relations {
    sibling: bool,
    dominated: bool,
    dominating: bool,
}

#[derive(Deserialize, Debug)]
struct RelationsFile {
    relations: Relations,
}

fn peers_separate() -> String {
    "peers-separate".to_string()
}

impl Policy {
    pub fn read(path: &Path) -> anyhow::Result<Policy> {
        let place = || path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(place)?;
        let Settings { mut policy } = toml::from_str(&text).with_context(place)?;
        policy.table = match policy.relations.as_str() {
            "peers-separate" => Relations::default(),
            "dominance-allowed" => Relations { dominated: true, ..Relations::default() },
            file => {
                let file = path.parent().unwrap_or(Path::new(".")).join(file);
                let named = || format!("{}: relations: {}", place(), file.display());
                let text = std::fs::read_to_string(&file).with_context(named)?;
                toml::from_str::<RelationsFile>(&text).with_context(named)?.relations
            }
        };
        for actor in &policy.actor {
            for it in &actor.dominates {
                if !policy.actor.iter().any(|other| other.name == *it) {
                    anyhow::bail!("{}: {} dominates {it}, and no actor is called that", place(), actor.name);
                }
            }
        }
        Ok(policy)
    }

    /// What is reached and may not be, by file of the workspace.
    pub fn findings(&self, workspace: &Workspace) -> Vec<(u32, Finding)> {
        let names = workspace.names();
        let mut found = Vec::new();
        for name in &names {
            for it in &name.it.reaches {
                let objection = self.rule(name, it).or_else(|| self.actors(workspace, &names, name, it));
                if let Some(why) = objection {
                    found.push((name.file.0, finding(name, it, why)));
                }
            }
        }
        found
    }

    fn rule(&self, name: &Named, it: &Reached) -> Option<String> {
        let rule = self.rule.iter().find(|rule| fits(&rule.of, &name.source, &name.it.name))?;
        let elsewhere = it.at.is_some_and(|at| at.file != name.file);
        let matters = match it.thing.kind() {
            "power" | "unknown" => true,
            "state" => elsewhere,
            _ => false,
        };
        (matters && !rule.may_reach.iter().any(|leave| allows(leave, &it.thing)))
            .then(|| format!("the policy for {} does not allow it", rule.of))
    }

    fn actors(&self, workspace: &Workspace, names: &[Named], name: &Named, it: &Reached) -> Option<String> {
        if it.thing.kind() != "state" {
            return None;
        }
        let mine = self.actor_of(&name.source, &name.it.name)?;
        let at = it.at?;
        let theirs = self.actor_of(workspace.name(at), &owner(names, at))?;
        let (allowed, relation) = match (mine.name == theirs.name, mine, theirs) {
            (true, ..) => return None,
            (_, mine, theirs) if mine.dominates.contains(&theirs.name) => (self.table.dominated, "dominates"),
            (_, mine, theirs) if theirs.dominates.contains(&mine.name) => {
                (self.table.dominating, "is dominated by")
            }
            _ => (self.table.sibling, "is a sibling of"),
        };
        (!allowed).then(|| format!("it is {}'s, and {} {relation} {}", theirs.name, mine.name, theirs.name))
    }

    fn actor_of(&self, file: &str, name: &str) -> Option<&Actor> {
        self.actor.iter().find(|actor| actor.owns.iter().any(|of| fits(of, file, name)))
    }
}

/// The top-level name in whose definition a place is: the last that begins before it.
fn owner(names: &[Named], at: FileRange) -> String {
    let before = names.iter().filter(|it| it.file == at.file && it.it.at.range.start() <= at.range.start());
    before.max_by_key(|it| it.it.at.range.start()).map(|it| it.it.name.clone()).unwrap_or_default()
}

fn finding(name: &Named, it: &Reached, why: String) -> Finding {
    let what = it.thing.label();
    let related = it
        .at
        .filter(|at| at.file == name.file)
        .map(|at| Related { range: at.range, message: format!("{what} is made here") });
    Finding {
        range: name.it.at.range,
        severity: Severity::Error,
        code: "policy".to_string(),
        message: format!("`{}` reaches {what} by way of {}: {why}", name.it.name, it.path.join(" → ")),
        related: related.into_iter().collect(),
    }
}

/// `file` allows all files, `file(data)` what is at that path or below it.
fn allows(leave: &str, thing: &ReachedThing) -> bool {
    if thing.is_meant_by(leave) {
        return true;
    }
    let ReachedThing::Power { power, part: Some(part), .. } = thing else { return false };
    let inner = leave.strip_prefix(power.as_str()).and_then(|it| it.strip_prefix('('));
    inner.and_then(|it| it.strip_suffix(')')).is_some_and(|leave| {
        let below = part.strip_prefix(leave.trim_end_matches('/'));
        below.is_some_and(|it| it.starts_with('/')) && !part.split('/').any(|it| it == "..")
    })
}

/// `mint.e`, `desk/*.emaker`, `mint.e:purse`: files by the end of their path, and names.
fn fits(of: &str, file: &str, name: &str) -> bool {
    let (files, names) = of.split_once(':').unwrap_or((of, "*"));
    let tails = std::iter::once(file).chain(file.match_indices('/').map(|(at, _)| &file[at + 1..]));
    glob(names, name) && tails.into_iter().any(|it| glob(files, it))
}

/// `*` stands for anything.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert!(fits("mint.e", "src/mint.e", "purse"));
        assert!(fits("src/*.e:pur*", "home/src/mint.e", "purse"));
        assert!(!fits("mint.e:purse", "mint.e", "mint"));
        assert!(!fits("int.e", "mint.e", "mint"));
        assert!(fits("*", "mint.e", "mint"));
    }

    #[test]
    fn a_path_allows_what_is_below_it() {
        let file = |part: &str| ReachedThing::Power {
            power: "file".into(),
            name: "file__uriGetter".into(),
            part: Some(part.into()),
        };
        assert!(allows("file", &file("data/a.csv")));
        assert!(allows("file(data)", &file("data")));
        assert!(allows("file(data)", &file("data/a.csv")));
        assert!(!allows("file(data)", &file("data/../secret")));
        assert!(!allows("file(data)", &file("database")));
    }
}
