//! Files as the rooms below want them: text, whatever bytes they hold, with the faults of the bytes beside it.

use anyhow::Context;
use std::io::Read;
use std::path::{Path, PathBuf};
use text_size::TextRange;

/// More than any program; a device that never ends is refused rather than read.
const LIMIT: u64 = 1 << 30;

/// What a file holds, by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `.e`, and everything else
    Program,
    /// `.emaker`: evaluates to one value in the safe scope
    Module,
    /// `.updoc`: steps between prose
    Transcript,
}

/// A file that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    pub path: PathBuf,
    /// The path as it was given, for people.
    pub name: String,
    /// Its bytes as UTF-8; what is not UTF-8 became U+FFFD.
    pub text: String,
    /// Where in `text` bytes were not UTF-8.
    pub faults: Vec<TextRange>,
}

impl Source {
    pub fn read(path: &Path) -> anyhow::Result<Source> {
        let name = path.display().to_string();
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).with_context(|| name.clone())?;
        if file.metadata().is_ok_and(|it| it.is_dir()) {
            anyhow::bail!("{name}: is a folder, not a file");
        }
        file.take(LIMIT + 1).read_to_end(&mut bytes).with_context(|| name.clone())?;
        if bytes.len() as u64 > LIMIT {
            anyhow::bail!("{name}: is larger than {} MB", LIMIT >> 20);
        }
        Ok(Source::from_bytes(path, &bytes))
    }

    pub fn from_bytes(path: &Path, bytes: &[u8]) -> Source {
        let mut text = String::with_capacity(bytes.len());
        let mut faults = Vec::new();
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                let start = text.len();
                text.push(char::REPLACEMENT_CHARACTER);
                faults.push(range(start, text.len()));
            }
        }
        Source { path: path.to_path_buf(), name: path.display().to_string(), text, faults }
    }

    pub fn kind(&self) -> Kind {
        match extension(&self.path) {
            Some("emaker") => Kind::Module,
            Some("updoc") => Kind::Transcript,
            _ => Kind::Program,
        }
    }
}

/// A range of text that was read by [`Source`], hence short enough for 32 bits.
pub fn range(start: usize, end: usize) -> TextRange {
    let size = |it: usize| u32::try_from(it).unwrap_or(u32::MAX).into();
    TextRange::new(size(start), size(end.max(start)))
}

fn extension(path: &Path) -> Option<&str> {
    path.extension().and_then(|it| it.to_str())
}

/// Files that were asked for, and what could not be read on the way.
#[derive(Default, Debug)]
pub struct Found {
    pub files: Vec<PathBuf>,
    pub problems: Vec<anyhow::Error>,
}

/// Every file named, and every file with one of the extensions in the folders named, each once, in order.
/// Hidden folders, `target` and `node_modules` are not entered, nor are links to folders.
pub fn find(paths: &[PathBuf], extensions: &[&str]) -> Found {
    let mut found = Found::default();
    for path in paths {
        match std::fs::metadata(path) {
            Ok(it) if it.is_dir() => walk(path, extensions, &mut found),
            Ok(_) => found.files.push(path.clone()),
            Err(problem) => {
                found.problems.push(anyhow::Error::new(problem).context(path.display().to_string()))
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    found.files.retain(|it| seen.insert(it.clone()));
    found
}

fn walk(folder: &Path, extensions: &[&str], found: &mut Found) {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(problem) => {
                found.problems.push(anyhow::Error::new(problem).context(folder.display().to_string()));
                continue;
            }
        };
        let mut entries: Vec<_> = entries.flatten().collect();
        entries.sort_by_key(|it| it.file_name());
        let mut inner = Vec::new();
        for entry in entries {
            let path = entry.path();
            let is_folder = entry.file_type().is_ok_and(|it| it.is_dir());
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if is_folder && !name.starts_with('.') && name != "target" && name != "node_modules" {
                inner.push(path);
            } else if !is_folder
                && extension(&path).is_some_and(|it| extensions.contains(&it))
                && !path.is_dir()
            {
                found.files.push(path);
            }
        }
        folders.extend(inner.into_iter().rev());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_are_kept_as_faults() {
        let source = Source::from_bytes(Path::new("purse.e"), b"def purse := \"\xff\"\0");
        assert_eq!(source.text, "def purse := \"\u{fffd}\"\0");
        assert_eq!(source.faults, [range(14, 17)]);
    }

    #[test]
    fn kinds_go_by_the_name() {
        let kind = |name| Source::from_bytes(Path::new(name), b"").kind();
        assert_eq!(
            [kind("a.e"), kind("a.emaker"), kind("a.updoc")],
            [Kind::Program, Kind::Module, Kind::Transcript]
        );
    }
}
