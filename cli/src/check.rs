//! `walnut check`: what is wrong with programs, modules and transcripts, without running them.

use crate::Outcome;
use crate::args;
use crate::authority::workspace::Workspace;
use crate::imports::Imports;
use crate::paint::Paint;
use crate::policy::Policy;
use crate::report::{self, Finding, Related, Severity};
use crate::sources::{self, Kind, Source};
use crate::updoc::transcript;
use analysis::{AnalysisHost, AuditorHost, Change, Diagnostic, FileId, FileKind};
use std::io::{BufWriter, Write};
use std::sync::Arc;
use syntax::{Pragmas, SyntaxError, SyntaxErrorKind};
use text_size::TextRange;

/// What is looked for in a folder.
pub const EXTENSIONS: &[&str] = &["e", "emaker", "updoc"];

pub fn run(it: &args::Check) -> anyhow::Result<Outcome> {
    let against_policy = against_policy(it)?;
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
        let mut findings = findings(&source, &it.imports);
        let here = against_policy.iter().filter(|(name, _)| *name == source.name);
        findings.extend(here.map(|(_, it)| it.clone()));
        findings.sort_by_key(|it| (it.range.start(), it.range.end()));
        counts.add(&findings);
        clean &= findings.iter().all(|it| it.severity != Severity::Error);
        if it.json {
            report::json_lines(&source, &findings, &mut out)?;
        } else if it.sarif {
            all.push((source, findings));
        } else {
            report::human(&source, &findings, Paint::for_stdout(), &mut out)?;
        }
    }
    if it.sarif {
        writeln!(out, "{:#}", report::sarif(&all))?;
    } else if !it.json {
        writeln!(out, "{counts} in {}", report::many(found.files.len(), "file"))?;
    }
    out.flush()?;
    for problem in &unread {
        eprintln!("walnut: {problem:#}");
    }
    Ok(if clean && unread.is_empty() { Outcome::Clean } else { Outcome::Findings })
}

/// What the policy has against what the files reach, each with the name of its file.
fn against_policy(it: &args::Check) -> anyhow::Result<Vec<(String, Finding)>> {
    let Some(policy) = &it.policy else { return Ok(Vec::new()) };
    let policy = Policy::read(policy)?;
    // What cannot be read is told by whoever checks it.
    let workspace = Workspace::load(&it.paths, &it.imports)?;
    let findings = policy.findings(&workspace).into_iter();
    Ok(findings.map(|(file, it)| (workspace.sources[file as usize].name.clone(), it)).collect())
}

/// All that is wrong with a file, in the order of its text: what an editor would show, and modules that are not there.
fn findings(source: &Source, imports: &args::Imports) -> Vec<Finding> {
    let (host, file) = opened(source);
    // Nothing changes the host while its snapshot answers, so nothing is ever cancelled.
    let diagnostics = host.analysis().diagnostics(file).unwrap_or_default();
    let mut findings = bytes(source);
    findings.extend(diagnostics.into_iter().map(shown));
    findings.extend(missing_modules(&host, file, imports));
    findings.sort_by_key(|it| (it.range.start(), it.range.end()));
    findings
}

/// A module that would not be found: its import would throw when the program runs.
fn missing_modules(host: &AnalysisHost, file: FileId, imports: &args::Imports) -> Vec<Finding> {
    // Settings that cannot be read are told by whoever loads modules.
    let Ok(folders) = Imports::new(&imports.import) else { return Vec::new() };
    let places = host.analysis().import_places(file).unwrap_or_default().into_iter();
    let missing =
        places.filter(|(name, _)| !audit::library::is_library(name) && folders.find(name).is_none());
    let told = missing.map(|(name, range)| Finding {
        range,
        severity: Severity::Warning,
        code: "missing-module".to_string(),
        message: format!(
            "no module `{name}`: the library has none of that name, and no folder of --import or of walnut.toml has {}.emaker",
            name.replace('.', "/")
        ),
        related: Vec::new(),
    });
    told.collect()
}

/// Whoever runs auditors written in E for those who only read programs.
pub fn auditors() -> Arc<dyn AuditorHost> {
    Arc::new(vat::Auditors::default())
}

/// An analysis of one file.
pub fn opened(source: &Source) -> (AnalysisHost, FileId) {
    let file = FileId(0);
    let mut host = AnalysisHost::with_auditors(auditors());
    let mut change = Change::default();
    change.open(file, source.name.as_str(), FileKind::of_name(&source.name), source.text.as_str());
    host.apply_change(change);
    (host, file)
}

fn shown(it: Diagnostic) -> Finding {
    let severity = match it.severity {
        analysis::Severity::Error => Severity::Error,
        analysis::Severity::Warning => Severity::Warning,
        analysis::Severity::Information | analysis::Severity::Hint => Severity::Note,
    };
    let related = it.related.into_iter();
    let related = related.map(|it| Related { range: it.at.range, message: it.message }).collect();
    Finding { range: it.range, severity, code: it.code.as_str().to_owned(), message: it.message, related }
}

/// What is wrong with a file as text alone: no expansion, no scopes.
pub fn syntax(source: &Source) -> Vec<Finding> {
    let mut findings = bytes(source);
    match source.kind() {
        Kind::Transcript => {
            let mut pragmas = Pragmas::default();
            for step in transcript::steps(&source.text, transcript::dialect(&source.text).unwrap_or_default())
            {
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
    let parse = syntax::parse(&source.text);
    let expansion = syntax::expand(&parse.program);
    let mut findings = bytes(source);
    findings.extend(parse.errors.iter().chain(&expansion.errors).map(|it| finding(it, |at| at)));
    findings
}

/// The parts of a file that are no text.
pub fn bytes(source: &Source) -> Vec<Finding> {
    let fault = |range: &TextRange| Finding {
        range: *range,
        severity: Severity::Error,
        code: "invalid-utf8".to_string(),
        message: "these bytes are not UTF-8; they are read as U+FFFD. Save the file as UTF-8.".to_string(),
        related: Vec::new(),
    };
    source.faults.iter().map(fault).collect()
}

pub fn finding(it: &SyntaxError, in_file: impl Fn(usize) -> usize) -> Finding {
    let (code, severity) = match it.kind {
        SyntaxErrorKind::Syntax => ("syntax", Severity::Error),
        SyntaxErrorKind::Incomplete => ("incomplete", Severity::Error),
        SyntaxErrorKind::Pragma => ("pragma", Severity::Error),
        SyntaxErrorKind::Expansion => ("expansion", Severity::Error),
        SyntaxErrorKind::Unbound => ("unbound-noun", Severity::Error),
        SyntaxErrorKind::Scope => ("scope", Severity::Error),
        SyntaxErrorKind::Warning => ("warning", Severity::Warning),
    };
    let in_file = |it: TextRange| sources::range(in_file(it.start().into()), in_file(it.end().into()));
    let related =
        it.related.iter().map(|it| Related { range: in_file(it.range), message: it.message.clone() });
    let (range, related) = (in_file(it.range), related.collect());
    Finding { range, severity, code: code.to_string(), message: it.message.clone(), related }
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
        write!(f, "{}, {}", report::many(self.errors, "error"), report::many(self.warnings, "warning"))
    }
}
