//! The E of the repository, for tests of what holds of every text, and the clumsy hand that changes it.

use std::path::{Path, PathBuf};

/// The same numbers on every machine.
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % bound.max(1)
    }

    /// A place between two characters.
    pub fn place(&mut self, text: &str) -> usize {
        floor(text, self.below(text.len() + 1))
    }

    /// A place between two characters that is not far behind this one.
    pub fn near(&mut self, text: &str, from: usize, most: usize) -> usize {
        floor(text, (from + self.below(most)).min(text.len())).max(from)
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// What a file of the repository holds.
#[derive(Debug)]
pub enum Texts {
    /// A program or a module, whole.
    File(PathBuf, String),
    /// The steps of a transcript, in order.
    Steps(Vec<String>),
    /// The `e` fences of a page.
    Fences(Vec<String>),
}

/// Every E file, transcript and page below these folders of the repository.
pub fn below(folders: &[&str]) -> Vec<Texts> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders: Vec<PathBuf> = folders.iter().map(|it| root.join(it)).collect();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("node_modules") && !path.ends_with("target") {
                folders.push(path);
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            match path.extension().and_then(|it| it.to_str()) {
                Some("e" | "emaker") => found.push(Texts::File(path, text)),
                Some("updoc") => found.push(Texts::Steps(steps(&text))),
                Some("md") => found.push(Texts::Fences(fences(&text))),
                _ => {}
            }
        }
    }
    found
}

fn fences(page: &str) -> Vec<String> {
    let fence = |it: &str| {
        let (_, rest) = it.split_once('\n')?;
        Some(rest.split("\n```").next()?.to_string() + "\n")
    };
    page.split("\n```e").skip(1).filter_map(fence).collect()
}

fn steps(transcript: &str) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    for line in transcript.lines().map(str::trim_start) {
        match (line.strip_prefix('?'), line.strip_prefix('>'), steps.last_mut()) {
            (Some(line), _, _) => steps.push(format!("{}\n", line.trim_start())),
            (_, Some(line), Some(step)) => {
                step.push_str(&format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
            }
            _ => {}
        }
    }
    steps
}
