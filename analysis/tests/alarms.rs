//! The warnings of `diagnostics/eventual.rs` over all E that is known to run: each has to be looked at by hand, and to
//! stand in the list below with the reason why it is right. `WALNUT_PARITY_FOLDER` names a folder to look at as well;
//! what is found there is printed: `cargo test -p analysis --test alarms -- --nocapture`.

use analysis::{AnalysisHost, Change, Code, FileId, FileKind};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const NEAR_AND_FAR: [Code; 4] =
    [Code::ImmediateCall, Code::DroppedResolver, Code::LostWhen, Code::DeadEjector];

/// Every E text below a folder.
fn texts(folder: &Path, found: &mut Vec<PathBuf>) {
    for it in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = it.path();
        if path.is_dir() {
            texts(&path, found);
        } else if path.extension().is_some_and(|it| ["e", "emaker", "updoc"].iter().any(|e| it == *e)) {
            found.push(path);
        }
    }
}

/// `hostile.updoc:12 immediate-call`, each with its line.
fn alarms(folder: &Path) -> (usize, Vec<(String, String)>) {
    let mut paths = Vec::new();
    texts(folder, &mut paths);
    paths.sort();
    let mut found = Vec::new();
    for path in &paths {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut host = AnalysisHost::default();
        let mut change = Change::default();
        change.open(FileId(0), &name, FileKind::of_name(&name), &text);
        host.apply_change(change);
        for it in host.analysis().diagnostics(FileId(0)).expect("nobody writes") {
            if NEAR_AND_FAR.contains(&it.code) {
                let line = text[..it.range.start().into()].matches('\n').count();
                let said = text.lines().nth(line).unwrap_or_default().trim().to_string();
                found.push((format!("{name}:{} {}", line + 1, it.code), said));
            }
        }
    }
    (paths.len(), found)
}

/// Lines of our pages that do what is warned about, to show what happens then.
const ON_PURPOSE: &[&str] = &[];

#[test]
fn our_pages_raise_no_false_alarm() {
    let repository = harness::repository();
    let mut unexpected = Vec::new();
    for folder in ["examples", "tests/suite", "tests/outside", "vat/src/library", "bench", "docs"] {
        let (count, found) = alarms(&repository.join(folder));
        println!("{folder}: {count} texts, {} warnings", found.len());
        unexpected.extend(found.into_iter().filter(|it| !ON_PURPOSE.iter().any(|on| it.1.contains(on))));
    }
    let told: BTreeSet<String> = unexpected.iter().map(|(at, line)| format!("{at}: {line}")).collect();
    assert!(told.is_empty(), "{}", told.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn alarms_over_another_folder() {
    let Some(folder) = std::env::var_os("WALNUT_PARITY_FOLDER") else { return };
    let (count, found) = alarms(Path::new(&folder));
    println!("{count} texts, {} warnings", found.len());
    found.iter().for_each(|(at, line)| println!("{at}: {line}"));
    assert!(count > 0, "no E in the folder");
}
