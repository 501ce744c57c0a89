//! What holds of every text, E or not: on all pages of `tests/suite/syntax`, on what is left of them after a
//! clumsy hand, and on texts that nobody would write.

use harness::texts::Dice;
use std::path::Path;
use syntax::cst::{Cst, Edit};
use syntax::{Parse, expand, parse, print_kernel, print_surface, resolve};

/// Every `e` fence of the pages.
fn pages() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/suite/syntax");
    let mut texts = Vec::new();
    for layer in ["errors", "expansion", "printing", "scopes"] {
        for page in std::fs::read_dir(folder.join(layer)).unwrap() {
            let page = std::fs::read_to_string(page.unwrap().path()).unwrap();
            let fences = page.split("\n```e\n").skip(1);
            texts.extend(fences.map(|it| it.split("\n```").next().unwrap_or("").to_string() + "\n"));
        }
    }
    texts.sort();
    texts
}

/// Replaces a short piece of the text by a short piece of another.
fn edited(text: &str, other: &str, dice: &mut Dice) -> (String, Edit) {
    let cut = |text: &str, dice: &mut Dice| {
        let from = dice.place(text);
        from..dice.near(text, from, 12)
    };
    let (gone, new) = (cut(text, dice), cut(other, dice));
    let edit = Edit {
        range: text_size::TextRange::new((gone.start as u32).into(), (gone.end as u32).into()),
        new_len: (new.len() as u32).into(),
    };
    let mut text = text.to_string();
    text.replace_range(gone, &other[new]);
    (text, edit)
}

fn kernel_e(parse: &Parse) -> String {
    print_kernel(&expand(&parse.program).program)
}

/// Every error is in the text, and the whole way to scopes and back to text is walked.
fn check(text: &str) {
    let parse = parse(text);
    for it in &parse.errors {
        assert!(text.get(std::ops::Range::<usize>::from(it.range)).is_some(), "{it:?} is not in {text:?}");
        assert!(
            !it.message.is_empty() && !it.message.ends_with(['\n', '.'])
                || it.message.contains('"')
                || it.message == "Cannot have ignore as an expression hole.",
            "{it:?}"
        );
    }
    assert_eq!(parse.errors.is_empty(), parse.errors.is_empty() && !Cst::new(text).has_error(), "{text:?}");
    let expansion = expand(&parse.program);
    resolve(&expansion.program);
    syntax::completeness(text);
    syntax::tree(text);
    print_surface(&parse.program);
}

#[test]
fn every_text_has_a_tree() {
    let pages = pages();
    assert!(pages.len() > 120, "only {} texts: are the pages there?", pages.len());
    let mut dice = Dice(1997);
    for round in 0..3000 {
        let mut text = pages[round % pages.len()].clone();
        for _ in 0..=dice.below(3) {
            let other = &pages[dice.below(pages.len())];
            text = edited(&text, other, &mut dice).0;
        }
        check(&text);
    }
}

#[test]
fn a_surface_tree_printed_reads_back_as_itself() {
    let pages = pages();
    let mut dice = Dice(20);
    for round in 0..3000 {
        let (text, _) = edited(&pages[round % pages.len()], &pages[dice.below(pages.len())], &mut dice);
        let first = parse(&text);
        if !first.errors.is_empty() {
            continue;
        }
        let printed = print_surface(&first.program);
        let again = parse(&printed);
        assert!(again.errors.is_empty(), "{text}\n{printed}\n{:?}", again.errors);
        assert_eq!(kernel_e(&again), kernel_e(&first), "{text}\n{printed}");
        assert_eq!(print_surface(&again.program), printed);
    }
}

/// What an editor sees after a hundred edits is what it would see if it opened the file again.
#[test]
fn an_edited_tree_is_a_fresh_one() {
    let pages = pages();
    let mut dice = Dice(7);
    for round in 0..300 {
        let mut text = pages[round % pages.len()].repeat(3);
        let mut cst = Cst::new(&text);
        for _ in 0..10 {
            let (next, edit) = edited(&text, &pages[dice.below(pages.len())], &mut dice);
            cst = cst.edited(&[edit], &next);
            text = next;
            let fresh = Cst::new(&text);
            assert_eq!(cst.has_error(), fresh.has_error(), "{text}");
            if !fresh.has_error() {
                assert_eq!(cst.sexp(), fresh.sexp(), "{text}");
                // What is taken over from before the edit stands where it stands now.
                let nodes =
                    |it: &Cst| it.nodes().map(|it| (it.kind(), it.field(), it.range())).collect::<Vec<_>>();
                assert_eq!(nodes(&cst), nodes(&fresh), "{text}");
            }
        }
    }
}

#[test]
fn soup_is_food() {
    let mut dice = Dice(3);
    let letters: Vec<char> =
        "{}[]()`$@\"'\\\n\r\t #:=;,.<>?!&|^~*+-/%_aé\0\u{FFFD}0\u{1F600}e".chars().collect();
    for _ in 0..2000 {
        let len = dice.below(60);
        let text: String = (0..len).map(|_| letters[dice.below(letters.len())]).collect();
        check(&text);
    }
}

#[test]
fn nothing_is_too_deep_or_too_long() {
    let twice = |open: &str, close: &str| open.repeat(10_000) + &close.repeat(10_000);
    for text in [
        twice("(", ")"),
        twice("[", "]"),
        twice("{", "}"),
        twice("def x { to f() { ", "}}"),
        twice("`${", "}`"),
        twice("if (a) {", "}"),
        "([{".repeat(10_000),
        ")".repeat(10_000),
        "`$".repeat(10_000),
        "!".repeat(10_000),
        "def x := ".repeat(10_000),
        "x.f".repeat(10_000),
        format!("x{}", " + x".repeat(10_000)),
        format!("if (a) {{}}{}", " else if (a) {}".repeat(10_000)),
        format!("def [{}] := x", "[".repeat(10_000)),
        format!("`{}", "never closed $$ ".repeat(10_000)),
        "mint.makePurse(10); ".repeat(20_000),
        "\0".repeat(10_000),
        "\"".repeat(10_001),
    ] {
        check(&text);
    }
}
