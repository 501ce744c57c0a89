//! `walnut check`: what is wrong with programs, modules and transcripts, without running them.

use crate::Outcome;
use crate::args;
use crate::report::{self, Finding, Severity};
use crate::sources::{self, Kind, Source};
use crate::updoc::transcript;
use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use syntax::{Expansion, Outer, Pragmas, Scopes, SyntaxError, SyntaxErrorKind};
use text_size::TextRange;

/// What is looked for in a folder.
pub const EXTENSIONS: &[&str] = &["e", "emaker", "updoc"];

pub fn run(it: &args::Check) -> anyhow::Result<Outcome> {
    if let Some(policy) = &it.policy {
        anyhow::bail!("--policy {}: checking against a policy is not there yet", policy.display());
    }
    let found = sources::find(&it.paths, EXTENSIONS);
    let mut unread = found.problems;
    let mut clean = true;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut all = Vec::new();
    let mut counts = Counts::default();
    for path in &found.files {
        let source = match Source::read(path) {
            Ok(source) => source,
            Err(problem) => {
                unread.push(problem);
                continue;
            }
        };
        let findings = findings(&source);
        counts.add(&findings);
        clean &= findings.iter().all(|it| it.severity != Severity::Error);
        if it.json {
            report::json_lines(&source, &findings, &mut out)?;
        } else if it.sarif {
            all.push((source, findings));
        } else {
            report::human(&source, &findings, &mut out)?;
        }
    }
    if it.sarif {
        writeln!(out, "{:#}", report::sarif(&all))?;
    } else if !it.json {
        writeln!(out, "{} in {} file(s)", counts, found.files.len())?;
    }
    out.flush()?;
    for problem in &unread {
        eprintln!("walnut: {problem:#}");
    }
    Ok(if clean && unread.is_empty() { Outcome::Clean } else { Outcome::Findings })
}

/// All that is wrong with a file, in the order of its text.
pub fn findings(source: &Source) -> Vec<Finding> {
    let mut findings = bytes(source);
    match source.kind() {
        Kind::Transcript => findings.extend(steps(source)),
        kind => {
            let program = Program::read(&source.text, &Pragmas::default());
            let outer = |noun: &str| born_with(kind, noun);
            findings.extend(program.errors(&outer).map(|it| finding(&it, |at| at)));
        }
    }
    findings.sort_by_key(|it| (it.range.start(), it.range.end()));
    findings
}

/// What is wrong with a file as text alone: no expansion, no scopes.
pub fn syntax(source: &Source) -> Vec<Finding> {
    let mut findings = bytes(source);
    match source.kind() {
        Kind::Transcript => {
            let mut pragmas = Pragmas::default();
            for step in transcript::steps(&source.text) {
                let parse = syntax::parse_with(&step.input, &pragmas);
                findings.extend(parse.errors.iter().map(|it| finding(it, |at| step.in_file(at))));
                pragmas = parse.pragmas;
            }
        }
        _ => findings.extend(syntax::parse(&source.text).errors.iter().map(|it| finding(it, |at| at))),
    }
    findings.sort_by_key(|it| (it.range.start(), it.range.end()));
    findings
}

/// What keeps a program from having a Kernel-E: bytes, syntax, expansion.
pub fn before_scope(source: &Source) -> Vec<Finding> {
    let program = Program::read(&source.text, &Pragmas::default());
    let mut findings = bytes(source);
    findings.extend(program.errors.iter().map(|it| finding(it, |at| at)));
    findings
}

/// The steps of a transcript, each in the scope of those before it.
fn steps(source: &Source) -> Vec<Finding> {
    let mut pragmas = Pragmas::default();
    // Whether the names of earlier steps may be assigned.
    let mut names: BTreeMap<String, bool> = BTreeMap::new();
    let mut findings = Vec::new();
    for step in transcript::steps(&source.text) {
        let program = Program::read(&step.input, &pragmas);
        // A step that is meant to go wrong says so.
        let meant =
            step.expected.iter().any(|it| it.key != "value" && it.key != "stdout" && it.key != "stderr");
        if !meant {
            let outer = |noun: &str| match names.get(noun) {
                Some(assignable) => Some(Outer { assignable: *assignable }),
                None => born_with(Kind::Transcript, noun),
            };
            findings.extend(program.errors(&outer).map(|it| finding(&it, |at| step.in_file(at))));
        }
        for definition in program.scopes.definitions.iter().filter(|it| it.top_level) {
            let assignable = !matches!(
                definition.kind,
                syntax::scope::DefinitionKind::Final { .. } | syntax::scope::DefinitionKind::Object { .. }
            );
            names.insert(definition.noun.to_string(), assignable);
        }
        pragmas = program.pragmas;
    }
    findings
}

/// A text, as far as it can be known without running.
pub struct Program {
    pub expansion: Expansion,
    pub scopes: Scopes,
    pub pragmas: Pragmas,
    errors: Vec<SyntaxError>,
}

impl Program {
    pub fn read(text: &str, pragmas: &Pragmas) -> Program {
        let parse = syntax::parse_with(text, pragmas);
        let expansion = syntax::expand(&parse.program);
        let scopes = syntax::resolve(&expansion.program);
        let errors = parse.errors.into_iter().chain(expansion.errors.iter().cloned()).collect();
        Program { expansion, scopes, pragmas: parse.pragmas, errors }
    }

    /// Faults of syntax and expansion; those of scope too, unless the text is broken: then they would be echoes.
    pub fn errors(&self, outer: &dyn Fn(&str) -> Option<Outer>) -> impl Iterator<Item = SyntaxError> + use<> {
        let mut errors = self.errors.clone();
        if errors.iter().all(|it| it.kind == SyntaxErrorKind::Warning) {
            errors.extend(syntax::static_errors(&self.expansion, &self.scopes, outer));
        }
        errors.into_iter()
    }
}

/// The names a program of this kind is born with.
fn born_with(kind: Kind, noun: &str) -> Option<Outer> {
    let name = audit::scopes::lookup(noun)?;
    let there = kind != Kind::Module || name.level <= audit::scopes::Level::Safe;
    there.then_some(Outer { assignable: false })
}

/// The parts of a file that are no text.
fn bytes(source: &Source) -> Vec<Finding> {
    let fault = |range: &TextRange| Finding {
        range: *range,
        severity: Severity::Error,
        code: "invalid-utf8".to_string(),
        message: "these bytes are not UTF-8; they are read as U+FFFD. Save the file as UTF-8.".to_string(),
        related: Vec::new(),
    };
    source.faults.iter().map(fault).collect()
}

fn finding(it: &SyntaxError, in_file: impl Fn(usize) -> usize) -> Finding {
    let (code, severity) = match it.kind {
        SyntaxErrorKind::Syntax => ("syntax", Severity::Error),
        SyntaxErrorKind::Incomplete => ("incomplete", Severity::Error),
        SyntaxErrorKind::Pragma => ("pragma", Severity::Error),
        SyntaxErrorKind::Expansion => ("expansion", Severity::Error),
        SyntaxErrorKind::Scope => ("scope", Severity::Error),
        SyntaxErrorKind::Warning => ("warning", Severity::Warning),
    };
    let (start, end) = (in_file(it.range.start().into()), in_file(it.range.end().into()));
    let range = sources::range(start, end);
    Finding { range, severity, code: code.to_string(), message: it.message.clone(), related: Vec::new() }
}

#[derive(Default)]
struct Counts {
    errors: usize,
    warnings: usize,
}

impl Counts {
    fn add(&mut self, findings: &[Finding]) {
        self.errors += findings.iter().filter(|it| it.severity == Severity::Error).count();
        self.warnings += findings.iter().filter(|it| it.severity == Severity::Warning).count();
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} error(s), {} warning(s)", self.errors, self.warnings)
    }
}
