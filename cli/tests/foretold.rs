//! What is foretold is what happens: the editor's verdicts are the run's, and what a walk over the living heap can
//! reach was foretold.
//!
//! `WALNUT_PARITY_FOLDER` names a folder of E to compare as well; `WALNUT_SOUNDNESS_PROGRAMS` how many generated
//! programs to walk. What was counted is printed: `cargo test -p walnut --test foretold -- --nocapture`.

mod foretold {
    pub mod generate;
    pub mod pages;
    pub mod run;
}

use foretold::generate::Generator;
use foretold::pages::{Page, pages};
use foretold::run::{Parity, Reached, Run};

fn folders() -> Vec<std::path::PathBuf> {
    let repository = harness::repository();
    let mut folders =
        vec![repository.join("examples"), repository.join("tests/suite"), repository.join("docs")];
    folders.extend(std::env::var_os("WALNUT_PARITY_FOLDER").map(Into::into));
    folders
}

/// A11: every object expression of every page of ours is judged by the editor as it is when it runs.
#[test]
fn a11_the_editor_and_the_run_agree() {
    let mut all = Parity::default();
    for folder in folders() {
        let modules = foretold::pages::modules(&folder);
        for Page { name, steps } in pages(&folder) {
            let run = Run::of(&steps, &modules);
            all.add(&name, run.parity());
        }
    }
    println!("{all}");
    assert!(all.compared > 100, "only {} were compared", all.compared);
    assert!(all.disagreements.is_empty(), "{}", all.disagreements.join("\n"));
}

/// Whatever the walk finds was foretold, over all examples and pages.
#[test]
fn f6_what_pages_reach_was_foretold() {
    let mut all = Reached::default();
    for folder in folders() {
        let modules = foretold::pages::modules(&folder);
        for Page { name, steps } in pages(&folder) {
            let mut run = Run::of(&steps, &modules);
            all.add(&name, &steps, run.reached());
        }
    }
    println!("pages: {all}");
    assert!(all.found > 100, "only {} things were found", all.found);
    assert!(all.misses.is_empty(), "{}", all.misses.join("\n"));
}

/// The same over generated programs.
#[test]
fn f6_what_generated_programs_reach_was_foretold() {
    let count =
        std::env::var("WALNUT_SOUNDNESS_PROGRAMS").ok().and_then(|it| it.parse().ok()).unwrap_or(1_000);
    let mut all = Reached::default();
    for seed in 0..count {
        let steps = [Generator::new(seed).program()];
        let mut run = Run::of(&steps, &Default::default());
        all.add(&format!("seed {seed}"), &steps, run.reached());
        if all.misses.len() > 5 {
            break;
        }
    }
    println!("{count} generated programs: {all}");
    assert!(all.found as u64 > count, "only {} things were found", all.found);
    assert!(all.misses.is_empty(), "{}", all.misses.join("\n"));
}
