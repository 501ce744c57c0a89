//! Where modules are found: the folders of `--import`, then those of `walnut.toml`.

use crate::sources::Source;
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folders in which `a.b.c` is `a/b/c.emaker`, in the order they are asked.
#[derive(Clone, Debug, Default)]
pub struct Imports {
    folders: Vec<PathBuf>,
    /// Where the program lies that is run: what `<this:name>` loads from.
    beside: Option<PathBuf>,
}

impl Imports {
    /// The folders given, and those of the `walnut.toml` in the current folder or the nearest one above it.
    pub fn new(given: &[PathBuf]) -> anyhow::Result<Imports> {
        let mut folders = given.to_vec();
        if let Some(settings) = std::env::current_dir().ok().and_then(|it| settings_above(&it)) {
            folders.extend(paths_of(&settings)?);
        }
        Ok(Imports { folders, beside: None })
    }

    /// The same for a program that lies in this file.
    pub fn of_program(&self, file: &Path) -> Imports {
        Imports { folders: self.folders.clone(), beside: file.parent().map(Path::to_path_buf) }
    }

    /// The text of a module, if one of the folders has it; of `this:name`, if the program's own folder has.
    pub fn find(&self, name: &str) -> Option<vat::powers::Source> {
        let path = match name.strip_prefix("this:") {
            None => {
                let file = vat::powers::host::module_path(name)?;
                self.folders.iter().map(|it| it.join(&file)).find(|it| it.is_file())?
            }
            Some(name) => {
                let module = self.beside.as_ref()?.join(vat::powers::host::module_path(name)?);
                let program = module.with_extension("e");
                [module, program].into_iter().find(|it| it.is_file())?
            }
        };
        let source = Source::read(&path).ok()?;
        Some(vat::powers::Source { name: Arc::from(source.name), text: Arc::from(source.text) })
    }

    /// The text of another file in one of the folders. A path with `..` in it, or from the root, names none.
    pub fn resource(&self, path: &str) -> Option<Arc<str>> {
        let path = std::path::Path::new(path);
        if !path.components().all(|it| matches!(it, std::path::Component::Normal(_))) {
            return None;
        }
        let file = self.folders.iter().map(|it| it.join(path)).find(|it| it.is_file())?;
        Some(Arc::from(Source::read(&file).ok()?.text))
    }
}

/// More modules than anybody chooses from.
const MOST_NAMES: usize = 10_000;

impl Imports {
    /// The names that can be imported from the folders.
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut folders: Vec<(PathBuf, String)> =
            self.folders.iter().map(|it| (it.clone(), String::new())).collect();
        while let Some((folder, prefix)) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if names.len() + folders.len() > MOST_NAMES {
                    return names;
                }
                match entry.file_type() {
                    Ok(it) if it.is_dir() => folders.push((entry.path(), format!("{prefix}{name}."))),
                    Ok(_) => names.extend(name.strip_suffix(".emaker").map(|it| format!("{prefix}{it}"))),
                    Err(_) => {}
                }
            }
        }
        names.sort();
        names.dedup();
        names
    }
}

fn settings_above(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|it| it.join("walnut.toml")).find(|it| it.is_file())
}

/// `[paths] import = ["lib"]`, relative to the folder of the settings.
fn paths_of(settings: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let text = Source::read(settings)?.text;
    let table: toml::Table = text.parse().with_context(|| settings.display().to_string())?;
    let Some(import) = table.get("paths").and_then(|it| it.get("import")) else { return Ok(Vec::new()) };
    let folder = settings.parent().unwrap_or(Path::new("."));
    let listed = import.as_array().and_then(|it| it.iter().map(|it| it.as_str()).collect::<Option<Vec<_>>>());
    match listed {
        Some(listed) => Ok(listed.into_iter().map(|it| folder.join(it)).collect()),
        None => {
            anyhow::bail!("{}: [paths] import is a list of folders: import = [\"lib\"]", settings.display())
        }
    }
}
