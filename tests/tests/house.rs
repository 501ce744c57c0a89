//! The house as a test: imports go one way, guests keep to their rooms, every module says what it is,
//! and the rooms without windows have the lints that keep them so. The table is that of docs/architecture.md.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A room, the rooms it may import, and the guests that live in it.
struct Room {
    name: &'static str,
    imports: &'static [&'static str],
    guests: &'static [&'static str],
}

const ROOMS: &[Room] = &[
    Room { name: "grammar", imports: &[], guests: &["tree-sitter-language", "cc"] },
    Room { name: "syntax", imports: &["grammar"], guests: &["tree-sitter", "stacker", "unicode-ident"] },
    Room { name: "audit", imports: &["syntax"], guests: &[] },
    Room { name: "analysis", imports: &["syntax", "audit"], guests: &["salsa"] },
    Room {
        name: "vat",
        imports: &["syntax", "audit"],
        guests: &[
            "dashu-int",
            "heapless",
            "memchr",
            "regex",
            "unicode-segmentation",
            "unicode-normalization",
            "unicase",
            "jiff",
            "base64",
            "blake3",
            "sha1",
            "sha2",
            "hmac",
            // Behind its feature `host`.
            "cap-std",
            "shared_child",
            "getrandom",
        ],
    },
    Room { name: "lsp", imports: &["analysis"], guests: &["tower-lsp-server", "tokio"] },
    Room {
        name: "kernel",
        imports: &["analysis", "syntax", "audit", "vat"],
        guests: &["jupyter-protocol", "zeromq", "tokio", "hmac", "sha2", "hex", "uuid", "redb"],
    },
    Room {
        name: "cli",
        imports: &["analysis", "syntax", "audit", "vat", "lsp", "kernel"],
        guests: &[
            "clap",
            "clap_complete",
            "ctrlc",
            "annotate-snippets",
            "reedline",
            "toml",
            "layout-rs",
            "tikv-jemallocator",
        ],
    },
    Room { name: "tests", imports: &[], guests: &["similar", "libtest-mimic"] },
    // The chores are not part of the product: they may import nothing of it, only start it.
    Room { name: "xtask", imports: &[], guests: &["tree-sitter-generate"] },
    // A peer to measure against is another program.
    Room { name: "bench/actors/tokio", imports: &[], guests: &["tokio"] },
];

/// Met in any room.
const ANYWHERE: &[&str] = &["text-size", "line-index", "rustc-hash"];
/// Met only where the world can fail, or where another program is spoken to.
const ABOVE: &[&str] = &["anyhow", "serde", "serde_json"];
const ROOMS_ABOVE: &[&str] = &["lsp", "kernel", "cli", "xtask"];
/// Met only in tests and benchmarks.
const VISITORS: &[&str] = &[
    "harness",
    "expect-test",
    "similar",
    "libtest-mimic",
    "tikv-jemallocator",
    "proptest",
    "divan",
    "criterion",
    // A grammar is tried out by the library that runs it.
    "tree-sitter",
    "tree-sitter-javascript",
    "tower-lsp-server",
];
const WINDOWLESS: &[&str] = &["syntax", "audit", "analysis", "vat"];

fn repository() -> PathBuf {
    harness::repository()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|it| panic!("{}: {it}", path.display()))
}

/// What a Cargo.toml depends on, by kind of table.
fn dependencies(manifest: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut table = String::new();
    for line in manifest.lines() {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            table = header.to_string();
            // `[dependencies.name]`, `[target.'cfg(unix)'.dependencies]`
            for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
                if let Some(name) = header.strip_prefix(kind).and_then(|it| it.strip_prefix('.')) {
                    found.entry(kind.to_string()).or_default().insert(name.to_string());
                } else if header.ends_with(&format!(".{kind}")) {
                    table = kind.to_string();
                }
            }
            continue;
        }
        if !table.ends_with("dependencies") || line.starts_with('#') {
            continue;
        }
        if let Some((key, _)) = line.split_once('=') {
            let name = key.trim().split('.').next().unwrap_or_default().trim_matches('"');
            found.entry(table.clone()).or_default().insert(name.to_string());
        }
    }
    found
}

fn crate_name(room: &str) -> &str {
    match room {
        "grammar" => "tree-sitter-e",
        "cli" => "walnut",
        "tests" => "harness",
        other => other,
    }
}

/// All complaints about one room's manifest.
fn complaints(room: &Room, manifest: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    let all = dependencies(manifest);
    for (kind, names) in &all {
        for name in names {
            let known = ROOMS.iter().find(|it| crate_name(it.name) == name);
            let allowed = match known {
                // A room's own tests may be visited by the harness, and reach what the room itself may.
                Some(other) => {
                    room.imports.contains(&other.name) || kind == "dev-dependencies" && other.name == "tests"
                }
                None => {
                    room.guests.contains(&name.as_str())
                        || ANYWHERE.contains(&name.as_str())
                        || ABOVE.contains(&name.as_str()) && ROOMS_ABOVE.contains(&room.name)
                        || kind == "dev-dependencies"
                            && (VISITORS.contains(&name.as_str()) || ABOVE.contains(&name.as_str()))
                }
            };
            if !allowed {
                complaints.push(match known {
                    Some(other) => format!(
                        "{room} may not import {other}: {room} imports {may}. Calls go down and answers come \
                         back as return values; move what is needed to a room below both, or hand it in as an argument.",
                        room = room.name,
                        other = other.name,
                        may = if room.imports.is_empty() { "no room".into() } else { room.imports.join(", ") },
                    ),
                    None => match ROOMS.iter().filter(|it| it.guests.contains(&name.as_str())).map(|it| it.name).next() {
                        Some(home) => format!(
                            "{} may not meet the guest `{name}`, which lives in {home} alone: ask {home}'s door for what it does.",
                            room.name
                        ),
                        None => format!(
                            "{} has a guest nobody knows, `{name}`: give it one room in docs/architecture.md and in ROOMS here.",
                            room.name
                        ),
                    },
                });
            }
        }
    }
    complaints
}

#[test]
fn imports_go_one_way_and_guests_keep_to_their_rooms() {
    let complaints: Vec<String> = ROOMS
        .iter()
        .flat_map(|room| complaints(room, &read(&repository().join(room.name).join("Cargo.toml"))))
        .collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn a_forbidden_edge_is_named() {
    let audit = ROOMS.iter().find(|it| it.name == "audit").unwrap();
    let said =
        complaints(audit, "[dependencies]\nsyntax.workspace = true\nvat.workspace = true\nsalsa = \"1\"\n");
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("`salsa`, which lives in analysis alone"), "{}", said[0]);
    assert!(said[1].starts_with("audit may not import vat: audit imports syntax."), "{}", said[1]);
    let vat = ROOMS.iter().find(|it| it.name == "vat").unwrap();
    assert_eq!(complaints(vat, "[dependencies.lsp]\npath = \"../lsp\"\n").len(), 1);
    assert_eq!(complaints(vat, "[target.'cfg(unix)'.dependencies]\nlibc = \"1\"\n").len(), 1);
}

#[test]
fn every_member_is_a_room_of_the_table() {
    let manifest = read(&repository().join("Cargo.toml"));
    let members = manifest.split_once("members = [").and_then(|(_, it)| it.split_once(']')).map(|it| it.0);
    let members: BTreeSet<&str> = members
        .unwrap_or_default()
        .split(',')
        .map(|it| it.trim().trim_matches('"'))
        .filter(|it| !it.is_empty())
        .collect();
    let rooms: BTreeSet<&str> = ROOMS.iter().map(|it| it.name).collect();
    assert_eq!(members, rooms, "the workspace and the table of the house name different rooms");
}

#[test]
fn versions_are_set_once() {
    for room in ROOMS {
        let manifest = read(&repository().join(room.name).join("Cargo.toml"));
        let mut table = "";
        for line in manifest.lines().map(str::trim) {
            if line.starts_with('[') {
                table = line;
            } else if table.contains("dependencies") && line.contains('=') && !line.starts_with('#') {
                assert!(
                    line.contains("workspace = true"),
                    "{}/Cargo.toml: `{line}`: versions live in the root Cargo.toml, and nowhere else",
                    room.name
                );
            }
        }
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{}: lints are set once, at the root",
            room.name
        );
    }
}

/// Every `.rs` file of a room, its tests and benchmarks included.
fn sources(room: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![repository().join(room)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                let skipped = path.file_name().is_some_and(|it| it == "target" || it == "node_modules");
                if !skipped {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|it| it == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_module_says_what_it_is() {
    let mut silent = Vec::new();
    for path in ROOMS.iter().flat_map(|it| sources(it.name)) {
        if !read(&path).starts_with("//!") {
            silent.push(path.strip_prefix(repository()).unwrap_or(&path).display().to_string());
        }
    }
    assert!(
        silent.is_empty(),
        "these modules do not open with `//!`: what they compute, from what, and what they leave alone:\n{}",
        silent.join("\n")
    );
}

#[test]
fn windowless_rooms_keep_their_windows_shut() {
    for room in WINDOWLESS {
        let door = read(&repository().join(room).join("src/lib.rs"));
        for lint in ["clippy::disallowed_methods", "clippy::disallowed_types"] {
            assert!(
                door.lines().any(|it| it.starts_with("#![deny(") && it.contains(lint)),
                "{room}/src/lib.rs does not deny {lint}: {room} touches no file, clock, environment or socket"
            );
        }
        for path in sources(room) {
            let text = read(&path);
            for lint in ["disallowed_methods", "disallowed_types"] {
                let opened =
                    text.lines().any(|it| it.trim_start().starts_with("#[allow") && it.contains(lint));
                // The vat's one window is its feature `host`; tests may read their pages.
                let may = path.ends_with("vat/src/powers/host.rs")
                    || path.starts_with(repository().join(room).join("tests"))
                    || path.starts_with(repository().join(room).join("benches"));
                assert!(!opened || may, "{} opens a window: it allows {lint}", path.display());
            }
        }
    }
}

#[test]
fn the_vat_looks_out_only_for_kernel_and_cli() {
    for room in ROOMS {
        let opens = read(&repository().join(room.name).join("Cargo.toml"))
            .lines()
            .any(|it| it.starts_with("vat") && it.contains("\"host\""));
        assert!(
            !opens || ["kernel", "cli"].contains(&room.name),
            "{} turns on the vat's feature `host`; only kernel and cli open that window",
            room.name
        );
    }
}

#[test]
fn guests_with_one_file_are_named_in_one_file() {
    for (guest, room, module) in
        [("tower_lsp_server", "lsp", "the door to the protocol"), ("tree_sitter", "syntax", "cst.rs")]
    {
        let naming: Vec<String> = sources(room)
            .iter()
            .filter(|path| path.starts_with(repository().join(room).join("src")))
            .filter(|path| {
                let text = read(path);
                text.lines().any(|line| {
                    let code = line.split("//").next().unwrap_or_default();
                    code.match_indices(guest).any(|(at, _)| {
                        let before = code[..at].chars().next_back();
                        let after = code[at + guest.len()..].chars().next();
                        let word = |it: Option<char>| it.is_some_and(|it| it.is_alphanumeric() || it == '_');
                        !word(before) && !word(after)
                    })
                })
            })
            .map(|it| it.display().to_string())
            .collect();
        assert!(
            naming.len() <= 1,
            "`{guest}` is named in {} files of {room}, and may be in one ({module}):\n{}",
            naming.len(),
            naming.join("\n")
        );
    }
}
