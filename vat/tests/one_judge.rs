//! The verdict read off a program is the verdict when it runs: every page of `tests/suite/audit/auditors` is
//! judged without running, then run, and both must say the same of every object that the run makes.

use audit::scopes::Level;
use audit::{Born, Verdict};
use syntax::{Expansion, expand, parse, resolve};
use vat::powers::still::Still;
use vat::world::{Evaluation, Outcome, World};
use vat::{Evaluated, Limits};

/// The programs of all pages, each with the heading it stands under.
fn programs() -> Vec<(String, String)> {
    let folder = harness::suite_folder().join("audit/auditors");
    let mut programs = Vec::new();
    let mut pages: Vec<_> = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    pages.sort();
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        let mut heading = String::new();
        let mut program: Option<String> = None;
        for line in text.split_inclusive('\n') {
            match (&mut program, line.trim_end()) {
                (None, "```e") => program = Some(String::new()),
                (None, it) if it.starts_with("## ") => heading = it[3..].to_string(),
                (None, _) => {}
                (Some(it), "```") => {
                    programs.push((heading.clone(), harness::Marked::read(it).text));
                    program = None;
                }
                (Some(it), _) => it.push_str(line),
            }
        }
    }
    programs
}

/// What the judge foresees. A refusal that is certain comes before anything runs, inner objects included.
enum Foreseen {
    /// Every auditor that is asked approves, or does not insist.
    Nothing,
    Refusal(String),
    /// Only running can tell.
    Open,
}

fn foreseen(expansion: &Expansion) -> Foreseen {
    let program = &expansion.program;
    let scopes = resolve(program);
    let around = Born(Level::Privileged);
    let known = audit::known(program, &scopes, &around);
    let judgements = audit::judge(program, &scopes, &around, &known, "__main$");
    let insisting = || judgements.iter().filter(|it| it.asked_at.is_some() && it.insists);
    if let Some(first) = insisting().find_map(|it| it.verdict.objections().first()) {
        return Foreseen::Refusal(first.message().to_string());
    }
    match insisting().any(|it| matches!(it.verdict, Verdict::Unknown(_))) {
        true => Foreseen::Open,
        false => Foreseen::Nothing,
    }
}

/// The problem of a run, if there is one.
fn run(expansion: Expansion) -> Option<String> {
    let mut world = World::new(Limits::default());
    let vat = world.make_vat("page", Box::new(Still::new()));
    let handle = world.eval(vat, Evaluation::new(expansion, "page"));
    while world.evaluated(handle).is_none() {
        if let Outcome::Quiet { .. } = world.run_turn().outcome {
            break;
        }
    }
    match world.evaluated(handle) {
        Some(Evaluated::Value) => None,
        _ => Some(world.problem(handle).map(|it| it.printed).unwrap_or_default()),
    }
}

#[test]
fn what_is_foreseen_is_what_happens() {
    let mut differences = Vec::new();
    let programs = programs();
    // What a module gives is not here to be run.
    for (heading, text) in programs.iter().filter(|(_, text)| !text.contains("<import:")) {
        let expansion = expand(&parse(text).program);
        let happened = match foreseen(&expansion) {
            Foreseen::Open => continue,
            Foreseen::Nothing => {
                run(expansion).filter(|it| it.contains("DeepFrozen") || it.contains("audit"))
            }
            Foreseen::Refusal(expected) => {
                let happened = run(expansion);
                let agrees = happened.as_deref().is_some_and(|it| it.contains(&expected));
                (!agrees).then(|| format!("{happened:?}, foreseen was {expected:?}"))
            }
        };
        differences.extend(happened.map(|it| format!("{heading}: happened {it}")));
    }
    assert!(programs.len() > 20);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Inside a `try` nothing is judged ahead: the problem comes from the definition itself, with the guards that the
/// living bindings carry. Only objects that are made can be refused.
#[test]
fn what_was_foreseen_happens_in_a_try_when_the_object_is_made() {
    let mut differences = Vec::new();
    for (heading, text) in programs().iter().filter(|(_, text)| !text.contains("<import:")) {
        let program = expand(&parse(text).program);
        let only_top_level = resolve(&program.program).parents.iter().all(Option::is_none);
        let Foreseen::Refusal(expected) = foreseen(&program) else { continue };
        if !only_top_level {
            continue;
        }
        let tried = format!("try {{\n{text}\n}} catch problem {{ throw(problem) }}");
        // A guard that is asked to audit says its full name.
        let happened = run(expand(&parse(&tried).program)).unwrap_or_default().replace(" guard.", " ");
        if !happened.contains(&expected) {
            differences.push(format!("{heading}: happened {happened:?}, foreseen was {expected:?}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// F24: as many audited instances as others take the same room, whatever they capture, since the mark is on the
/// expression they are made by, and the guards that an auditor may ask for are in the program.
#[test]
fn f24_the_mark_is_not_on_the_instance() {
    let points = "for _ in 1..100_000 { all.push(def point CLAUSE { to itself() { return point } }) }";
    same_room(points, ["[false, false]", "[true, true]"], "implements DeepFrozen");
    // Each closes over a name of its own turn of the loop.
    let coins = "for worth :int in 1..100_000 { all.push(def coin CLAUSE { to worth() { return worth } }) }";
    same_room(coins, ["[false, false]", "[true, true]"], "implements DeepFrozen");
    // A variable of its own is no slot for being asked about.
    let tills =
        "for _ in 1..100_000 { all.push({ var sum := 0; def till CLAUSE { to put(n) { sum += n } } }) }";
    same_room(tills, ["[false, false]", "[false, false]"], "implements pbc");
}

/// Makes a hundred thousand with and without the clause.
fn same_room(loops: &str, frozen: [&str; 2], marked: &str) {
    let room = |clause: &str| {
        let mut world = World::new(Limits { heap: 1 << 28, turn: 100_000_000, ..Limits::default() });
        let vat = world.make_vat("points", Box::new(Still::new()));
        let text = format!(
            "def all := [].diverge()
            {}
            [DeepFrozen.isDeepFrozen(all[0]), DeepFrozen.isDeepFrozen(all.last())]",
            loops.replace("CLAUSE", clause)
        );
        let handle = world.eval(vat, Evaluation::new(expand(&parse(&text).program), "points"));
        while world.evaluated(handle).is_none() {
            world.run_turn();
        }
        let audited = match world.state(handle) {
            vat::ReferenceState::Near(it) => it,
            other => panic!("{other:?}"),
        };
        world.collect(vat);
        (audited, world.heap_bytes(vat))
    };
    let (plain, marked) = (room(""), room(marked));
    assert_eq!([&*plain.0, &*marked.0], frozen);
    // Both hold a hundred thousand objects; the verdict itself is there once.
    assert!(plain.1 > 100_000 * 16, "{} bytes", plain.1);
    assert!(marked.1 < plain.1 + 1_000, "{} bytes, without the mark {}: {loops}", marked.1, plain.1);
}

/// What the library's modules give is DeepFrozen, which verdicts that nobody asked for rely on.
#[test]
fn library_is_frozen() {
    let modules = [
        "confinement.makeFactory",
        "vat.makeActors",
        "tables.sorting",
        "text.json",
        "text.makeRegex",
        "promise.several",
        "time.makeInstant",
        "crypto.hash",
        "org.erights.e.elib.eio.makePipe",
        "org.erights.e.elib.eio.joined",
        "org.erights.e.elib.eio.mapped",
        "org.erights.e.elib.eio.makeOutStream",
        "org.erights.e.elib.eio.serving",
        "org.erights.e.elib.sealing.makeBrand",
    ];
    let asked = modules.map(|it| format!("DeepFrozen.isDeepFrozen(<import:{it}>)")).join(", ");
    let mut world = World::new(Limits { turn: 100_000_000, ..Limits::default() });
    let vat = world.make_vat("library", Box::new(Still::new()));
    let text = format!("[{asked}]");
    let handle = world.eval(vat, Evaluation::new(expand(&parse(&text).program), "library"));
    while world.evaluated(handle).is_none() {
        world.run_turn();
    }
    match world.state(handle) {
        vat::ReferenceState::Near(it) => {
            assert_eq!(it, format!("[{}]", vec!["true"; modules.len()].join(", ")))
        }
        other => panic!("{other:?}"),
    }
}
