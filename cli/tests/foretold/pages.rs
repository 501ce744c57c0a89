//! Every E text of a folder, as the steps it is run in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A text, and its steps; a program is one step.
pub struct Page {
    pub name: String,
    pub steps: Vec<String>,
}

/// Programs, transcripts, and the E on the pages of the suites and of the documents.
pub fn pages(folder: &Path) -> Vec<Page> {
    let mut pages = Vec::new();
    for path in files(folder) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let name = path.display().to_string();
        match path.extension().and_then(|it| it.to_str()) {
            Some("e" | "emaker") => pages.push(Page { name, steps: vec![text] }),
            Some("updoc") => {
                let transcript = harness::Transcript::of(&path, text);
                pages.push(Page { name, steps: transcript.steps().map(|it| it.input.clone()).collect() });
            }
            Some("md") => {
                let fences = fences(&text).into_iter().enumerate();
                pages.extend(fences.map(|(n, it)| Page { name: format!("{name}#{n}"), steps: vec![it] }));
            }
            _ => {}
        }
    }
    pages
}

/// The modules of a folder, by every name that a path in it gives them.
pub fn modules(folder: &Path) -> BTreeMap<String, String> {
    let mut modules = BTreeMap::new();
    for path in files(folder).into_iter().filter(|it| it.extension().is_some_and(|it| it == "emaker")) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let relative = path.strip_prefix(folder).unwrap_or(&path).with_extension("");
        let parts: Vec<String> = relative.iter().map(|it| it.to_string_lossy().into_owned()).collect();
        for from in 0..parts.len() {
            modules.entry(parts[from..].join(".")).or_insert_with(|| text.clone());
        }
    }
    modules
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut folders = vec![folder.to_path_buf()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(it) if it.is_dir() => folders.push(entry.path()),
                Ok(_) => found.push(entry.path()),
                Err(_) => {}
            }
        }
    }
    found.sort();
    found
}

/// What stands in fences of E, with the marks of the suites taken out.
fn fences(text: &str) -> Vec<String> {
    let mut fences = Vec::new();
    let mut open: Option<String> = None;
    for line in text.split_inclusive('\n') {
        match (&mut open, line.trim_end()) {
            (None, "```e") => open = Some(String::new()),
            (None, _) => {}
            (Some(it), "```") => {
                fences.push(harness::Marked::read(it).text);
                open = None;
            }
            (Some(it), _) => it.push_str(line),
        }
    }
    fences
}
