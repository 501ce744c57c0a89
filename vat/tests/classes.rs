//! Every class of native objects stands in the table of `vat/src/store/classes.rs`, by the place it is declared at.

use std::fs;
use std::path::Path;

/// The files of the crate, by their module paths.
fn modules(folder: &Path, path: &str, found: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    for it in entries {
        let name = it.file_stem().unwrap().to_string_lossy().into_owned();
        let path = if path.is_empty() { name } else { format!("{path}::{name}") };
        if it.is_dir() {
            modules(&it, &path, found);
        } else {
            found.push((path, fs::read_to_string(&it).unwrap()));
        }
    }
}

/// The names of the classes that a file declares, by itself or by a macro of its own.
fn declared(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let makes_classes =
        ["macro_rules! auditor", "macro_rules! loader", "macro_rules! maker", "macro_rules! advisory"];
    let by_macro = makes_classes.iter().any(|it| text.contains(it));
    for line in text.lines() {
        let it = line.trim_start();
        let is_static = it.split_once("static ").filter(|it| it.0.is_empty() || it.0.starts_with("pub"));
        if let Some((name, rest)) = is_static.and_then(|it| it.1.split_once(": "))
            && rest.trim_start_matches("crate::native::").starts_with("Class =")
            && !name.starts_with('$')
        {
            names.push(name);
        }
        // In a macro's arguments: `NAME, "<printed>", …` or `NAME, "noun", …`.
        if by_macro
            && let Some((name, rest)) = it.split_once(", \"")
            && !rest.is_empty()
            && name.chars().all(|it| it.is_ascii_uppercase() || it == '_')
        {
            names.push(name);
        }
    }
    names
}

#[test]
fn every_class_is_in_the_table() {
    let mut found = Vec::new();
    modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut found);
    let table = found.iter().find(|it| it.0 == "store::classes").map(|it| it.1.clone()).unwrap();
    let entries: Vec<&str> = table
        .lines()
        .filter_map(|it| it.strip_prefix("    crate::"))
        .filter_map(|it| it.split([' ', ',']).next())
        .collect();
    let mut missing = Vec::new();
    let mut classes = 0;
    for (path, text) in &found {
        for name in declared(text) {
            classes += 1;
            let wanted = format!("{path}::{name}");
            if !entries.contains(&wanted.as_str()) {
                missing.push(format!("    crate::{wanted},"));
            }
        }
    }
    assert!(classes > 250, "only {classes} classes were found: is this still how they are declared?");
    assert!(
        missing.is_empty(),
        "these classes are not in vat/src/store/classes.rs (`[n]`: instances with n fields; `=> Type`: Rust data in \
         them):\n{}",
        missing.join("\n")
    );
}
