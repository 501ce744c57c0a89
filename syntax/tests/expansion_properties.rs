//! What holds of every expansion, whatever the text: on the pages of `tests/suite/syntax/expansion`, and on
//! what is left of them after a clumsy hand.

use harness::texts::Dice;
use std::path::Path;
use syntax::kernel_e::{Expr, ExprId, ObjectId, Pattern, PatternId, Program, Script};
use syntax::{Expansion, expand, misuses, parse, print_kernel, resolve};

/// Every `e` fence of the pages.
fn pages() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/suite/syntax/expansion");
    let mut texts = Vec::new();
    for page in std::fs::read_dir(folder).unwrap() {
        let page = std::fs::read_to_string(page.unwrap().path()).unwrap();
        let fences = page.split("\n```e\n").skip(1);
        texts.extend(fences.map(|it| it.split("\n```").next().unwrap_or("").to_string() + "\n"));
    }
    texts.sort();
    texts
}

/// Leaves out, doubles or moves a piece of the text.
fn mutated(text: &str, dice: &mut Dice) -> String {
    let chars: Vec<char> = text.chars().collect();
    let from = dice.below(chars.len());
    let to = (from + 1 + dice.below(12)).min(chars.len());
    let piece = &chars[from..to];
    let mut left: Vec<char> = [&chars[..from], &chars[to..]].concat();
    match dice.below(3) {
        0 => left.into_iter().collect(),
        1 => [&chars[..to], piece, &chars[to..]].concat().into_iter().collect(),
        _ => {
            let at = dice.below(left.len());
            left.splice(at..at, piece.iter().copied());
            left.into_iter().collect()
        }
    }
}

#[test]
fn every_text_expands_and_prints() {
    let pages = pages();
    assert!(pages.len() > 80, "only {} texts: are the pages there?", pages.len());
    let mut dice = Dice(2026);
    for round in 0..3000 {
        let mut text = pages[round % pages.len()].clone();
        for _ in 0..=dice.below(3) {
            text = mutated(&text, &mut dice);
        }
        let expansion = expand(&parse(&text).program);
        check(&expansion, &text);
        resolve(&expansion.program);
        misuses(&expansion.program);
        print_kernel(&expansion.program);
    }
}

#[test]
fn printed_kernel_e_reads_back_as_itself() {
    for text in pages() {
        let parsed = parse(&text);
        let expansion = expand(&parsed.program);
        check(&expansion, &text);
        if !parsed.errors.is_empty() || !expansion.errors.is_empty() {
            continue;
        }
        let printed = print_kernel(&expansion.program);
        let again = parse(&printed);
        assert!(again.errors.is_empty(), "{text}\n{printed}\n{:?}", again.errors);
        assert_eq!(print_kernel(&expand(&again.program).program), printed, "{text}");
    }
}

/// Every node stands in the program once, every range inside the text, and no provisional name is left.
fn check(expansion: &Expansion, text: &str) {
    let Expansion { program, source_map, .. } = expansion;
    assert_eq!(program.exprs.len(), source_map.exprs.len());
    assert_eq!(program.exprs.len(), source_map.names.len());
    assert_eq!(program.patterns.len(), source_map.patterns.len());
    assert_eq!(program.patterns.len(), source_map.nouns.len());
    assert_eq!(program.objects.len(), source_map.objects.len());
    let ends = source_map.exprs.iter().chain(&source_map.patterns).map(|it| usize::from(it.end()));
    assert!(ends.max().unwrap_or(0) <= text.len(), "{text}");
    let printed = format!("{program:?}");
    assert!(!printed.contains('\u{10FFFF}') && !printed.contains("u{10ffff}"), "{text}\n{printed}");

    let mut seen = Seen { program, exprs: 0, patterns: 0, objects: 0 };
    program.body.iter().for_each(|it| seen.expr(*it));
    assert_eq!(seen.exprs, program.exprs.len(), "{text}");
    assert_eq!(seen.patterns, program.patterns.len(), "{text}");
    assert_eq!(seen.objects, program.objects.len(), "{text}");
}

/// Counts what is reachable; objects must come in order.
struct Seen<'a> {
    program: &'a Program,
    exprs: usize,
    patterns: usize,
    objects: usize,
}

impl Seen<'_> {
    fn exprs(&mut self, ids: impl IntoIterator<Item = ExprId>) {
        ids.into_iter().for_each(|it| self.expr(it));
    }

    fn expr(&mut self, id: ExprId) {
        self.exprs += 1;
        match self.program.expr(id) {
            Expr::Assign { value, .. } => self.expr(*value),
            Expr::Call { recipient, args, .. } => {
                self.expr(*recipient);
                self.exprs(args.iter().copied());
            }
            Expr::Catch { attempt, pattern, catcher } => {
                self.expr(*attempt);
                self.pattern(*pattern);
                self.expr(*catcher);
            }
            Expr::Define { pattern, ejector, value } => {
                self.pattern(*pattern);
                self.exprs(ejector.iter().chain([value]).copied());
            }
            Expr::Escape { pattern, body, catch } => {
                self.pattern(*pattern);
                self.expr(*body);
                if let Some((pattern, catcher)) = catch {
                    self.pattern(*pattern);
                    self.expr(*catcher);
                }
            }
            Expr::Finally { attempt, unwinder } => self.exprs([*attempt, *unwinder]),
            Expr::Hide(body) => self.expr(*body),
            Expr::If { test, then, otherwise } => self.exprs([*test, *then, *otherwise]),
            Expr::Object(object) => self.object(*object),
            Expr::Seq(body) => self.exprs(body.iter().copied()),
            _ => {}
        }
    }

    fn pattern(&mut self, id: PatternId) {
        self.patterns += 1;
        match self.program.pattern(id) {
            Pattern::List(subs) => subs.iter().for_each(|it| self.pattern(*it)),
            Pattern::Via { function, pattern } => {
                self.expr(*function);
                self.pattern(*pattern);
            }
            Pattern::Final { guard, .. } | Pattern::Var { guard, .. } => self.exprs(*guard),
            _ => {}
        }
    }

    fn object(&mut self, id: ObjectId) {
        assert_eq!(id.index(), self.objects, "objects are numbered in order");
        self.objects += 1;
        let object = self.program.object(id);
        self.pattern(object.pattern);
        self.exprs(object.as_auditor.iter().chain(&object.implements).copied());
        let (methods, matchers) = match &object.script {
            Script::Methods { methods, matchers } => (methods.as_slice(), matchers.as_slice()),
            Script::Plumbing(matcher) => (&[][..], std::slice::from_ref(matcher)),
        };
        for it in methods {
            it.params.iter().for_each(|it| self.pattern(*it));
            self.exprs(it.result_guard.iter().chain([&it.body]).copied());
        }
        for it in matchers {
            self.pattern(it.pattern);
            self.expr(it.body);
        }
    }
}

/// Whatever is nested or chained this much, expansion ends, soon, and on a small stack.
#[test]
fn depth_and_length_do_not_matter() {
    let much = 1500;
    let texts = [
        "[".repeat(much) + "coin" + &"]".repeat(much),
        "fn coin { ".repeat(much) + "coin" + &" }".repeat(much),
        "def a := ".repeat(much) + "coin",
        "open && ".repeat(much) + "mine",
        (0..much).map(|n| format!("(def a{n} := {n}) || ")).collect::<String>() + "mine",
        format!("switch (box) {{ {} }}", "match ==coin { coin } ".repeat(much)),
        format!("def [{}] := ledger", "\"alice\" => _, ".repeat(much)),
    ];
    for text in texts {
        let small = std::thread::Builder::new().stack_size(256 * 1024);
        let walk = move || {
            let expansion = expand(&parse(&text).program);
            assert!(!expansion.program.body.is_empty());
            resolve(&expansion.program);
            misuses(&expansion.program);
        };
        small.spawn(walk).unwrap().join().unwrap();
    }
}

#[test]
fn every_fence_of_the_page_on_kernel_e_is_kernel_e() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/kernel-e.md");
    let page = std::fs::read_to_string(page).unwrap();
    let fences = page.split("\n```kernel-e\n").skip(1);
    let fences: Vec<&str> = fences.filter_map(|it| it.split("\n```").next()).collect();
    assert!(fences.len() > 12, "only {} fences", fences.len());
    for text in fences {
        let parsed = parse(text);
        assert!(parsed.errors.is_empty(), "{text}\n{:?}", parsed.errors);
        assert_eq!(print_kernel(&expand(&parsed.program).program), text);
    }
}
