//! Runs the steps of a page, and asks the analysis about the same steps.

use analysis::{AnalysisHost, Change, FileId, FileKind, FileRange, ReachedThing, TextRange, Verdict};
use audit::ObjectionKind;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use syntax::Expansion;
use vat::audition::Heard;
use vat::powers::still::Still;
use vat::world::{Evaluation, Handle, Outcome, VatId, World};
use vat::{Evaluated, Limits};

/// Steps that have been run, each known by its number.
pub struct Run {
    host: AnalysisHost,
    world: World,
    vat: VatId,
    expansions: Vec<Expansion>,
    handles: Vec<Handle>,
    heard: Vec<Heard>,
    /// By step: the problem that it threw.
    problems: Vec<Option<String>>,
}

fn source(step: usize) -> String {
    format!("step {step}")
}

fn step_of(source: &str) -> Option<usize> {
    source.strip_prefix("step ")?.parse().ok()
}

impl Run {
    pub fn of(steps: &[String], modules: &BTreeMap<String, String>) -> Run {
        let mut world =
            World::new(Limits { turn: 200_000, heap: 1 << 26, depth: 2_000, ..Limits::default() });
        let vat = world.make_vat("page", Box::new(Still::with_modules(modules.clone())));
        world.listen(vat);
        let mut host = AnalysisHost::with_auditors(std::sync::Arc::new(vat::Auditors::default()));
        let mut change = Change::default();
        for (at, text) in steps.iter().enumerate() {
            change.open(FileId(at as u32), &source(at), FileKind::Program, text);
            change.continues(FileId(at as u32), at.checked_sub(1).map(|it| FileId(it as u32)));
        }
        for (at, (name, text)) in modules.iter().enumerate() {
            let path = format!("{}.emaker", name.replace('.', "/"));
            change.open(FileId((steps.len() + at) as u32), &path, FileKind::Module, text);
        }
        host.apply_change(change);
        let mut run = Run {
            host,
            world,
            vat,
            expansions: Vec::new(),
            handles: Vec::new(),
            heard: Vec::new(),
            problems: Vec::new(),
        };
        steps.iter().for_each(|it| run.step(it));
        run
    }

    fn step(&mut self, text: &str) {
        let parse = syntax::parse(text);
        let expansion = syntax::expand(&parse.program);
        let at = self.expansions.len();
        let handle = self.world.eval(self.vat, Evaluation::new(expansion.clone(), &source(at)));
        self.expansions.push(expansion);
        self.handles.push(handle);
        if !parse.errors.is_empty() {
            // What stands there is not what was read.
            self.problems.push(Some("syntax".to_string()));
        } else {
            self.problems.push(None);
        }
        for _ in 0..2_000 {
            if let Outcome::Quiet { .. } = self.world.run_turn().outcome {
                break;
            }
        }
        if self.world.evaluated(handle) == Some(Evaluated::Threw) {
            let problem = self.world.problem(handle).map(|it| it.printed);
            self.problems[at] = problem.or(self.problems[at].take());
        }
        let vat = self.vat;
        self.heard.extend(self.world.heard(vat));
    }

    fn header(&self, step: usize, object: syntax::kernel_e::ObjectId) -> Option<TextRange> {
        Some(self.expansions.get(step)?.source_map.object(object).header)
    }

    /// The editor's verdicts beside those of the run.
    pub fn parity(&self) -> Parity {
        let mut parity = Parity::default();
        for (step, problem) in self.problems.iter().enumerate() {
            let judged = self.host.analysis().judgements(FileId(step as u32)).unwrap_or_default();
            let asked: Vec<_> = judged.iter().filter(|it| it.asked).collect();
            for heard in self.heard.iter().filter(|it| step_of(&it.source) == Some(step)) {
                let Some(at) = self.header(step, heard.object) else { continue };
                let same = |it: &&&analysis::Judged| it.range == at && it.auditor == heard.auditor.name();
                for it in asked.iter().filter(same) {
                    match &it.verdict {
                        Verdict::Unknown(_) => parity.unknown += 1,
                        verdict if *verdict == heard.verdict || same_words(verdict, &heard.verdict) => {
                            parity.compared += 1;
                        }
                        verdict => {
                            let line = format!(
                                "step {step}: {} before {}: the editor says {verdict:?}, the run {:?}",
                                it.object, it.auditor, heard.verdict
                            );
                            parity.disagreements.push(line);
                        }
                    }
                }
            }
            self.written(step, &asked, &mut parity);
            // A refusal before anything runs is in the problem of the step.
            let refusals: Vec<&String> =
                asked.iter().flat_map(|it| &it.objections).map(|(_, message)| message).collect();
            let unknown = asked.iter().any(|it| matches!(it.verdict, Verdict::Unknown(_)));
            if let Some(problem) = problem.as_ref().filter(|it| is_refusal(it)) {
                if refusals.iter().any(|it| problem.contains(it.as_str())) {
                    parity.compared += 1;
                } else if unknown {
                    parity.unknown += 1;
                } else if !asked.is_empty() {
                    parity
                        .disagreements
                        .push(format!("step {step}: the run says {problem}, the editor nothing"));
                }
            }
        }
        parity
    }

    /// The same for auditors written in E. Whether they let an object through shows in whether its name is there.
    fn written(&self, step: usize, asked: &[&analysis::Judged], parity: &mut Parity) {
        let defined = self.world.defined(self.handles[step]);
        for it in asked {
            let heard = |heard: &Heard| {
                step_of(&heard.source) == Some(step)
                    && self.header(step, heard.object) == Some(it.range)
                    && it.auditor == heard.auditor.name()
            };
            let top_level = it.object.strip_prefix("__main$").filter(|it| !it.contains('$'));
            let Some(name) = top_level.filter(|_| !self.heard.iter().any(heard)) else { continue };
            let made = defined.iter().any(|it| **it == *name);
            match (&it.verdict, it.verdict.objections().first().map(|it| &it.kind)) {
                (Verdict::Rejected(_), Some(ObjectionKind::Refused { .. })) => {
                    let thrown = self.problems[step].as_deref().unwrap_or_default();
                    if thrown.contains(&*it.verdict.objections()[0].message()) {
                        parity.written += 1;
                    } else if made {
                        let line = format!(
                            "step {step}: {} refuses {name} in the editor, not in the run",
                            it.auditor
                        );
                        parity.disagreements.push(line);
                    }
                }
                (Verdict::Approved, _) | (_, Some(ObjectionKind::Declined { .. })) if made => {
                    parity.written += 1
                }
                _ => {}
            }
        }
    }

    /// What the walk finds, beside what was foretold.
    pub fn reached(&mut self) -> Reached {
        let mut all = Reached::default();
        let mut defined: BTreeMap<String, usize> = BTreeMap::new();
        for (step, handle) in self.handles.iter().enumerate() {
            if self.world.evaluated(*handle) == Some(Evaluated::Value) {
                for name in self.world.defined(*handle) {
                    defined.insert(name.to_string(), step);
                }
            }
        }
        for (name, step) in defined {
            self.name(&name, step, &mut all);
        }
        all
    }

    fn name(&mut self, name: &str, step: usize, all: &mut Reached) {
        let analysis = self.host.analysis();
        let last = self.expansions.len() - 1;
        let foretold =
            analysis.authority_seen_from(FileId(step as u32), FileId(last as u32)).unwrap_or_default();
        let Some(foretold) = foretold.iter().rev().find(|it| it.name == name) else { return };
        let Some(found) = self.world.reachable(self.vat, name) else { return };
        let mut objects: std::collections::HashSet<(u32, TextRange)> = std::collections::HashSet::new();
        let (mut variables, mut powers) = (BTreeSet::new(), BTreeSet::new());
        let (mut collections, mut unknown) = (0, false);
        for it in &foretold.reaches {
            match (&it.thing, it.at) {
                (ReachedThing::Object(_), Some(FileRange { file, range })) => {
                    objects.insert((file.0, range));
                }
                (ReachedThing::Variable(name), _) => {
                    variables.insert(name.clone());
                }
                (ReachedThing::Power { name, .. }, _) => {
                    powers.insert(name.clone());
                }
                (ReachedThing::Collection, _) => collections += 1,
                (ReachedThing::Unknown(_), _) => unknown = true,
                _ => {}
            }
        }
        all.names += 1;
        all.foretold += objects.len() + variables.len() + powers.len() + usize::from(collections > 0);
        let mut miss = |what: String| match unknown {
            true => all.unknown += 1,
            false => all.misses.push(format!("{name} reaches {what}")),
        };
        let mut count = 0;
        for (source, object) in &found.objects {
            // An object's own expression is no news; modules have no number here.
            let Some(step) = step_of(source) else { continue };
            let Some(header) = self.expansions.get(step).map(|it| it.source_map.object(*object).header)
            else {
                continue;
            };
            let own = foretold.at.file == FileId(step as u32) && header.contains_range(foretold.at.range);
            count += usize::from(!own);
            if !own && !objects.contains(&(step as u32, header)) {
                miss(format!("an object of step {step} at {header:?}"));
            }
        }
        for homes in &found.slots {
            // A slot is known by its `var`, whatever it was taken in by; modules have no number here.
            let here = |it: &&vat::audition::Home| it.0.as_ref().is_none_or(|it| step_of(it).is_some());
            let nouns: Vec<&str> = homes.iter().filter(here).map(|it| as_written(&it.1)).collect();
            count += usize::from(!nouns.is_empty());
            // Of a slot that is nobody's any more it is only asked that some state was foretold.
            let foretold = match homes.as_slice() {
                [] => !variables.is_empty() || collections > 0,
                _ => nouns.is_empty() || nouns.iter().any(|it| variables.contains(*it) || *it == name),
            };
            if !foretold {
                miss(format!("the variable {}", nouns.first().unwrap_or(&"of nobody")));
            }
        }
        for power in &found.powers {
            count += 1;
            if !powers.contains(*power) {
                miss(format!("the power {power}"));
            }
        }
        if found.collections > 0 {
            count += 1;
            if collections == 0 {
                miss("a mutable collection".to_string());
            }
        }
        all.found += count;
    }
}

/// What expansion numbers is to a reader the noun.
fn as_written(noun: &str) -> &str {
    let base = noun.trim_end_matches(|it: char| it.is_ascii_digit());
    match base.strip_suffix("__") {
        Some(written) if base.len() < noun.len() && !written.is_empty() => written,
        _ => noun,
    }
}

/// Refused with the same words; what the run knows of a guard may be more than what the editor does.
fn same_words(a: &Verdict, b: &Verdict) -> bool {
    let words = |it: &Verdict| it.objections().iter().map(|it| it.message().to_string()).collect::<Vec<_>>();
    matches!((a, b), (Verdict::Rejected(_), Verdict::Rejected(_))) && words(a) == words(b)
}

fn is_refusal(problem: &str) -> bool {
    ["does not have a guard implying", "is a variable pattern and therefore not", "has no __optUncall/0 and"]
        .iter()
        .any(|it| problem.contains(it))
}

/// How often editor and run were compared.
#[derive(Default)]
pub struct Parity {
    pub compared: usize,
    /// Verdicts of auditors written in E, among those that could be compared.
    pub written: usize,
    /// Where the editor leaves it to the run.
    pub unknown: usize,
    pub disagreements: Vec<String>,
}

impl Parity {
    pub fn add(&mut self, page: &str, it: Parity) {
        self.compared += it.compared;
        self.written += it.written;
        self.unknown += it.unknown;
        self.disagreements.extend(it.disagreements.into_iter().map(|it| format!("{page}: {it}")));
    }
}

impl fmt::Display for Parity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parity { compared, written, unknown, disagreements } = self;
        write!(
            f,
            "{compared} verdicts compared, {written} of auditors written in E, {unknown} left to the run, {} disagreements",
            disagreements.len()
        )
    }
}

/// How much was foretold, and how much found.
#[derive(Default)]
pub struct Reached {
    pub names: usize,
    pub foretold: usize,
    pub found: usize,
    /// Found, and covered by nothing but an unknown.
    pub unknown: usize,
    pub misses: Vec<String>,
}

impl Reached {
    pub fn add(&mut self, page: &str, steps: &[String], it: Reached) {
        self.names += it.names;
        self.foretold += it.foretold;
        self.found += it.found;
        self.unknown += it.unknown;
        let program = if steps.len() == 1 { steps[0].as_str() } else { "" };
        self.misses.extend(it.misses.into_iter().map(|it| format!("{page}: {it}\n{program}")));
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reached { names, foretold, found, unknown, misses } = self;
        let precision = 100 * found / foretold.max(&1);
        write!(
            f,
            "{names} names, {foretold} things foretold, {found} found ({precision}%), {unknown} of them by an \
             unknown, {} misses",
            misses.len()
        )
    }
}
