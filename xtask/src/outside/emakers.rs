//! `cargo xtask outside DIR --emakers`: which modules of the checkout's `lib` load and evaluate.

use super::{Asked, collect, in_parallel, share};
use crate::python::repository;
use anyhow::Context;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// What is in a module that only the checkout's own host can give it: plain E has none of these.
const OF_A_HOST: [&str; 4] = ["<unsafe:", "unsafe__uriGetter", "lisp.", "<import:java."];

enum Said {
    Loaded,
    Failed(String),
}

/// Imports every module in a step of its own, in a vat of its own, and says why some do not load.
pub fn report(asked: &Asked) -> anyhow::Result<()> {
    let lib = asked.folder.join("lib");
    let steps = repository().join("target").join("outside");
    fs::create_dir_all(&steps).with_context(|| steps.display().to_string())?;
    let mut paths = Vec::new();
    collect(&lib, &["emaker"], &mut paths)?;
    let outcomes = in_parallel(&paths, |path| {
        let name = module_name(&lib, path);
        let step = steps.join(format!("{name}.updoc"));
        fs::write(&step, format!("? <import:{name}>; null\n"))?;
        Ok(said(&asked.updoc(&step)?))
    })?;
    let mut plain = (0, 0);
    let mut hosted = (0, 0);
    for (path, said) in paths.iter().zip(&outcomes) {
        let text = fs::read_to_string(path).unwrap_or_default();
        let host = OF_A_HOST.iter().any(|it| text.contains(it));
        let (of, loaded) = if host { &mut hosted } else { &mut plain };
        *of += 1;
        match said {
            Said::Loaded => *loaded += 1,
            Said::Failed(why) => {
                println!("{}{}: {why}", if host { "(host) " } else { "" }, module_name(&lib, path));
            }
        }
    }
    println!("\n| modules | all | load | % |\n|---|--:|--:|--:|");
    for (name, (of, loaded)) in [("plain E", plain), ("need a host", hosted)] {
        println!("| {name} | {of} | {loaded} | {:.1} |", share(loaded, of));
    }
    Ok(())
}

fn module_name(lib: &Path, path: &Path) -> String {
    let name = path.strip_prefix(lib).unwrap_or(path).with_extension("");
    name.to_string_lossy().replace(['/', '\\'], ".")
}

/// The first line of the problem, if there is one.
fn said(lines: &[Value]) -> Said {
    let Some(step) = lines.iter().find(|it| it["status"].is_string()) else {
        return Said::Failed("walnut ended".to_owned());
    };
    if step["status"] == "pass" {
        return Said::Loaded;
    }
    let actual = step["actual"].as_str().unwrap_or_default();
    let line = actual.lines().find(|it| it.contains("problem")).or(actual.lines().next());
    Said::Failed(line.map_or_else(|| step["status"].to_string(), |it| it.trim_start_matches("# ").to_owned()))
}
