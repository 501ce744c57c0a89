//! A notebook as a transcript of itself: its cells are executed as the kernel executes them, each in its vat, and the
//! outputs it was saved with are what they should say.

use super::Done;
use super::compare::agree;
use super::runner::Status;
use super::transcript::{Answer, Dialect, Step};
use crate::convert::answer;
use crate::notebook::Notebook;
use kernel::Batch;
use serde_json::{Value, json};
use std::path::Path;

/// A notebook that was executed.
pub struct Execution {
    /// The code cells, whose lines are their numbers among all cells, and what became of them.
    pub steps: Vec<(Step, Done)>,
    /// The notebook with the outputs it has now.
    pub notebook: Notebook,
}

/// Whether its cells are E.
pub fn is_ours(notebook: &Notebook) -> bool {
    let kernel = &notebook.metadata["kernelspec"];
    kernel.is_null() || kernel["name"] == "walnut" || kernel["language"] == "e"
}

/// Executes all cells, in the folder of the notebook; each by way of `limit`.
pub fn execute(
    path: &Path,
    mut notebook: Notebook,
    grants: &[String],
    limit: impl Fn(&mut Batch, &str),
) -> anyhow::Result<Execution> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut batch = Batch::new(folder, grants)?;
    for cell in notebook.cells.iter().filter(|it| it.is_code()) {
        limit(&mut batch, &cell.source);
    }
    let mut steps = Vec::new();
    let cells = notebook.cells.iter_mut().enumerate().filter(|it| it.1.is_code());
    for (count, ((at, cell), got)) in cells.zip(batch.outputs()).enumerate() {
        let (expected, actual) = (answers(&cell.outputs), answers(got));
        let status = if agree(Dialect::Exact, &expected, &actual) { Status::Pass } else { Status::Fail };
        let step = Step::pushed(at + 1, cell.source.clone(), expected, String::new());
        steps.push((step, Done { status, actual, place: None, notes: Vec::new() }));
        cell.outputs = got.to_vec();
        cell.rest.insert("execution_count".to_owned(), json!(count + 1));
    }
    Ok(Execution { steps, notebook })
}

fn answers(outputs: &[Value]) -> Vec<Answer> {
    outputs.iter().filter_map(answer).collect()
}

/// What a transcript has without being asked, and what was granted beside it, as notebooks write it: a folder in
/// which the notebook lies is the notebook's folder to it.
pub fn grants(path: &Path, more: &[String]) -> Vec<String> {
    let mut all = vec!["timer".to_owned(), "entropy".to_owned()];
    for it in more {
        match it.split_once('=') {
            Some(("file", folder)) => {
                let (folder, writes) = folder.strip_suffix(":rw").map_or((folder, ""), |it| (it, ":rw"));
                let absolute = |it: &Path| it.canonicalize().unwrap_or_default();
                if absolute(path).starts_with(absolute(Path::new(folder))) {
                    all.push(format!("file{writes}"));
                }
            }
            Some(_) => all.push(it.clone()),
            None => {}
        }
    }
    all
}
