//! How much Rust has to be right for a factory, or DeepFrozen, to be what it says. Prints the count.

use std::fs;

/// What the answer "nothing in here has power" rests on, beside the machine itself: the auditor, the guards that it
/// reads, the auditions of the runtime, and sealing. Not in it: `walk.rs`, by which the tests measure what was foretold.
/// `cargo test -p harness --test trusted -- --nocapture`.
const TRUSTED: &[&str] = &[
    "audit/src/audition.rs",
    "audit/src/auditors.rs",
    "audit/src/auditors/deep_frozen.rs",
    "audit/src/guards.rs",
    "audit/src/guards/implies.rs",
    "vat/src/audition.rs",
    "vat/src/audition/auditors.rs",
    "vat/src/audition/cache.rs",
    "vat/src/audition/frozen.rs",
    "vat/src/audition/guards.rs",
    "vat/src/audition/heard.rs",
    "vat/src/sealing.rs",
];

const FACTORIES: &str = "vat/src/library/makeFactory.emaker";

fn read(file: &str) -> String {
    fs::read_to_string(harness::repository().join(file)).unwrap_or_else(|it| panic!("{file}: {it}"))
}

/// Lines that do something: no blanks, no comments, no tests.
fn lines(text: &str) -> usize {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with("//")).count()
}

/// F27: the support for confinement is the immutability auditor and sealing. Factories, and every auditor that a
/// program writes, are E and stand outside.
#[test]
fn f27_the_trusted_lines_are_counted() {
    let mut sum = 0;
    for file in TRUSTED {
        let count = lines(&read(file));
        assert!(count > 0, "{file} has nothing in it");
        println!("{count:6} {file}");
        sum += count;
    }
    println!("{sum:6} lines of Rust are trusted");
    assert!(sum < 1_800, "{sum} lines of Rust are trusted: more than anybody reads in an evening");
}

/// Factories use what every program can: the brand maker of the library, and names of the safe scope.
#[test]
fn f27_factories_are_outside() {
    let text = read(FACTORIES);
    let loaded: Vec<&str> =
        text.match_indices("<e").map(|(at, _)| text[at..].split('>').next().unwrap_or_default()).collect();
    assert_eq!(loaded, ["<elib:sealing.makeBrand"], "what {FACTORIES} loads");
    assert!(!text.contains("<import:") && !text.contains("<unsafe:"));
    println!(
        "{:6} lines of E, not trusted: {FACTORIES}",
        text.lines().filter(|it| !it.trim().is_empty()).count()
    );
}

/// The analysis knows the library's modules by their names; these are the ones that the vat has.
#[test]
fn the_librarys_modules_are_known() {
    let known = read("audit/src/library.rs");
    let text = read("vat/src/library.rs");
    let names = text.lines().filter_map(|it| it.trim().strip_prefix('"')?.split_once("\" =>")).map(|it| it.0);
    let own: Vec<&str> = names.filter(|it| !it.starts_with("org.erights.")).collect();
    assert!(own.len() > 10, "{own:?}");
    for name in own {
        assert!(known.contains(&format!("\"{name}\"")), "{name} is not in audit/src/library.rs");
    }
}
