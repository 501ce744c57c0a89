//! Files that are looked at together: those that were named, and the modules they import.

use crate::args;
use crate::check::EXTENSIONS;
use crate::imports::Imports;
use crate::notebook::Notebook;
use crate::places::Place;
use crate::sources::{self, Source};
use analysis::{Analysis, AnalysisHost, Change, FileId, FileKind, FileRange, NameAuthority, WideEncoding};
use std::path::{Path, PathBuf};

/// Files, and an analysis that has them all. The number of a file is its place among them.
pub struct Workspace {
    pub sources: Vec<Source>,
    /// How many of them were named; the others were imported.
    named: usize,
    /// By file that was named: its path within the folder that was named.
    within: Vec<String>,
    host: AnalysisHost,
    problems: Vec<anyhow::Error>,
    /// What cells of notebooks will ask the person for: the cell, the power, and what it lets them do.
    pub asked: Vec<(String, String, String)>,
}

/// A top-level name of a file.
pub struct Named {
    pub file: FileId,
    /// The file as it was named.
    pub source: String,
    /// The file's path within the folder that was named; of a file by itself, nothing.
    pub within: String,
    pub place: Place,
    pub it: NameAuthority,
}

impl Named {
    /// `purse`, or `mint.e:purse`.
    pub fn is_called(&self, what: &str) -> bool {
        self.it.name == what
            || what.strip_suffix(&self.it.name).is_some_and(|it| {
                it.strip_suffix(':')
                    .is_some_and(|it| self.source == it || self.source.ends_with(&format!("/{it}")))
            })
    }
}

impl Workspace {
    pub fn load(paths: &[PathBuf], imports: &args::Imports) -> anyhow::Result<Workspace> {
        let imports = Imports::new(&imports.import)?;
        let found = sources::find(paths, EXTENSIONS);
        let mut workspace = Workspace {
            sources: Vec::new(),
            named: 0,
            within: Vec::new(),
            host: AnalysisHost::with_auditors(crate::check::auditors()),
            problems: found.problems,
            asked: Vec::new(),
        };
        let mut change = Change::default();
        for path in &found.files {
            match Source::read(path) {
                Ok(source) if path.extension().is_some_and(|it| it == "ipynb") => {
                    if let Err(problem) = workspace.open_notebook(&mut change, &source, within(paths, path)) {
                        workspace.problems.push(problem.context(source.name));
                    }
                }
                Ok(source) => {
                    workspace.within.push(within(paths, path));
                    workspace.open(&mut change, source);
                }
                Err(problem) => workspace.problems.push(problem),
            }
        }
        workspace.host.apply_change(change);
        workspace.named = workspace.sources.len();
        workspace.import(&imports);
        Ok(workspace)
    }

    fn open(&mut self, change: &mut Change, source: Source) {
        let file = FileId(self.sources.len() as u32);
        change.open(file, &source.name, FileKind::of_name(&source.name), &source.text);
        self.sources.push(source);
    }

    /// Each code cell is a text of its own, which continues the one before.
    fn open_notebook(&mut self, change: &mut Change, source: &Source, within: String) -> anyhow::Result<()> {
        let notebook = Notebook::parse(&source.text)?;
        let cells: Vec<(usize, String)> = notebook.code().collect();
        let texts: Vec<String> = cells.iter().map(|it| it.1.clone()).collect();
        let mut previous = None;
        for ((number, cell), asked) in cells.into_iter().zip(kernel::text::asked(&texts)) {
            let name = format!("{} cell {number}", source.name);
            self.asked.extend(asked.into_iter().map(|(power, words)| (name.clone(), power, words)));
            let file = FileId(self.sources.len() as u32);
            let text = kernel::text::program(&cell);
            change.open(file, &name, FileKind::Cell, &text);
            change.continues(file, previous);
            previous = Some(file);
            self.within.push(within.clone());
            self.sources.push(Source { path: source.path.clone(), name, text, faults: Vec::new() });
        }
        Ok(())
    }

    /// Opens what the files import, and what that imports.
    fn import(&mut self, imports: &Imports) {
        let mut asked = std::collections::BTreeSet::new();
        let mut next = 0;
        while next < self.sources.len() {
            let mut change = Change::default();
            let last = self.sources.len();
            for file in next..last {
                let names = self.host.analysis().imports(FileId(file as u32)).unwrap_or_default();
                for name in names.into_iter().filter(|it| asked.insert(it.clone())) {
                    let Some(found) = imports.find(&name) else { continue };
                    let path = PathBuf::from(&*found.name);
                    let open = |it: &Source| it.path.canonicalize().ok() == path.canonicalize().ok();
                    if !self.sources.iter().any(open) {
                        self.open(&mut change, Source::from_bytes(&path, found.text.as_bytes()));
                    }
                }
            }
            next = last;
            self.host.apply_change(change);
        }
    }

    pub fn analysis(&self) -> Analysis {
        self.host.analysis()
    }

    /// The files that were named.
    pub fn named(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.sources[..self.named].iter().enumerate().map(|(index, it)| (FileId(index as u32), it))
    }

    /// The top-level names of the files that were named.
    pub fn names(&self) -> Vec<Named> {
        let mut all = Vec::new();
        for (index, source) in self.sources[..self.named].iter().enumerate() {
            let file = FileId(index as u32);
            // Nothing changes the host while its snapshot answers, so nothing is ever cancelled.
            for it in self.analysis().authority(file).unwrap_or_default() {
                let (source, within) = (source.name.clone(), self.within[index].clone());
                all.push(Named { file, source, within, place: self.place(it.at), it });
            }
        }
        all
    }

    /// Where a range begins.
    pub fn place(&self, at: FileRange) -> Place {
        let Ok(index) = self.analysis().line_index(at.file) else { return Place { line: 1, column: 1 } };
        let here = index.line_col(at.range.start());
        let wide = index.to_wide(WideEncoding::Utf32, here);
        let column = wide.map_or(here.col, |it| it.col) as usize;
        Place { line: here.line as usize + 1, column: column + 1 }
    }

    /// The name of a range's file.
    pub fn name(&self, at: FileRange) -> &str {
        self.sources.get(at.file.0 as usize).map_or("", |it| it.name.as_str())
    }

    /// Says what could not be read; `false` if there was something.
    pub fn complain(&self) -> bool {
        for problem in &self.problems {
            eprintln!("walnut: {problem:#}");
        }
        self.problems.is_empty()
    }
}

/// A file's path within the first of the folders that it is in.
fn within(roots: &[PathBuf], path: &Path) -> String {
    let inner = roots.iter().find_map(|root| path.strip_prefix(root).ok());
    inner.map(|it| it.display().to_string()).unwrap_or_default()
}
