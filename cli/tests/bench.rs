//! The programs of `bench/` give the answers they are compared by, at a size that takes no time.

use std::path::Path;
use std::process::Command;

/// A program with the number in its line `def size := …` replaced.
fn sized(name: &str, size: &str) -> String {
    let path = harness::repository().join("bench").join(name).with_extension("e");
    let text = std::fs::read_to_string(&path).unwrap();
    let line = text.lines().find(|it| it.starts_with("def size := ")).unwrap();
    text.replacen(line, &format!("def size := {size}"), 1)
}

fn said(name: &str, program: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("bench-{}.e", name.replace('/', "-")));
    std::fs::write(&file, program).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_walnut")).arg("run").arg(&file).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn every_program_gives_its_small_answer() {
    let answers = std::fs::read_to_string(harness::repository().join("bench/answers.txt")).unwrap();
    for line in answers.lines().filter(|it| !it.starts_with('#')) {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        let [name, _, size, answer] = columns[..] else { panic!("not four columns: {line}") };
        assert_eq!(said(name, &sized(name, size)).trim(), answer, "{name} at {size}");
    }
}
