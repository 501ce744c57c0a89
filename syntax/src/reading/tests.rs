//! After any edit a text reads as it does at once: on the pages of the repository, changed by a clumsy hand.

use super::{Body, Reading};
use crate::{Expansion, Parse, Pragmas, expand, parse_with};
use harness::texts::{Dice, Texts, below};
use std::sync::Arc;
use text_size::TextRange;

/// Every text of the repository that has no mistake in it.
fn texts() -> Vec<String> {
    let texts = below(&["tests/suite", "examples"]).into_iter().flat_map(|it| match it {
        Texts::File(_, text) => vec![text],
        Texts::Steps(texts) | Texts::Fences(texts) => texts,
    });
    let mut texts: Vec<String> =
        texts.filter(|it| it.ends_with('\n') && !Reading::new(it, &Pragmas::default()).has_error()).collect();
    texts.sort();
    texts.dedup();
    texts
}

fn check(reading: &Reading, text: &str, pragmas: &Pragmas) {
    let parse: Parse = parse_with(text, pragmas);
    let Expansion { program, source_map, errors } = expand(&parse.program);
    assert_eq!(reading.text(), text);
    assert_eq!(reading.errors, parse.errors, "{text}");
    assert_eq!(reading.pragmas, parse.pragmas, "{text}");
    assert_eq!(reading.expansion.errors, errors, "{text}");
    assert_eq!(reading.expansion.program, program, "{text}");
    assert_eq!(reading.expansion.source_map, source_map, "{text}");
    let ranges: Vec<TextRange> = reading
        .surface()
        .iter()
        .flat_map(|(at, it)| it.all_exprs().map(|(id, _)| it.expr_range(id) + *at))
        .collect();
    let once: Vec<TextRange> =
        parse.program.all_exprs().map(|(id, _)| parse.program.expr_range(id)).collect();
    assert_eq!(ranges, once, "{text}");
    let (scopes, outer) = (crate::resolve(&program), |_: &str| None);
    let expansion = Expansion { program, source_map, errors };
    let found = crate::static_errors(&expansion, &scopes, &outer);
    assert_eq!(reading.static_errors(&scopes, &outer), found, "{text}");
}

/// What a hand may type, alone or at the start of a line.
const PIECES: [&str; 62] = [
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    ";",
    "; ",
    "\\\n",
    " \\\n",
    "\\",
    "#",
    "# note\n",
    "#\\\n",
    "\"",
    "`",
    "'",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "/** a till */\n",
    "/** ",
    "*/",
    "? 1 + 1\n",
    "? ",
    "> ",
    "\n? mint\n# value: 1\n",
    "\n+ 1",
    "\n- 1",
    "\n.size()",
    "\n:= 3",
    "\n&& coin",
    "\n?? ",
    "\n-> ",
    "\n<- run()",
    "\n(1)",
    "\n[1]",
    "\n{ coin }",
    "\n`x`",
    "\n else { 2 }",
    "\ncatch p { p }\n",
    "\nfinally { 1 }\n",
    "def ",
    "var ",
    "def ok__1 := 1\n",
    "ok__2",
    "_",
    "return",
    "if (a) ",
    "for x in ",
    "pragma.enable(\"accumulator\")\n",
    "pragma.syntax(\"0.8\")\n",
    "pragma.disable(\"easy-return\")\n",
    "a && b || c",
    " + 1",
    "def f(x) { return x + 1 }\n",
    "def x implements x {}\n",
    "for i in 1..3 { f(i) }\n",
    "switch (x) { match ==1 { 2 } match _ {} }\n",
    "\u{feff}",
    "é",
];

/// Where lines, words and the whole begin and end.
fn place(text: &str, dice: &mut Dice) -> usize {
    let any = dice.place(text);
    match dice.below(4) {
        0 => text[..any].rfind('\n').map_or(0, |it| it + 1),
        1 => text[any..].find('\n').map_or(text.len(), |it| any + it),
        2 => text[..any]
            .rfind(|it: char| !it.is_alphanumeric())
            .map_or(0, |it| text.ceil_char_boundary(it + 1)),
        _ => any,
    }
}

fn lines(text: &str, dice: &mut Dice) -> String {
    let from = text[..dice.place(text)].rfind('\n').map_or(0, |it| it + 1);
    text[from..].split_inclusive('\n').take(1 + dice.below(6)).collect()
}

fn edited(text: &str, other: &str, dice: &mut Dice) -> String {
    let at = place(text, dice);
    let line = text[..at].rfind('\n').map_or(0, |it| it + 1);
    let word = text[at..].find(|it: char| !it.is_alphanumeric()).map_or(text.len(), |it| at + it);
    let some = line + text[line..].split_inclusive('\n').take(1 + dice.below(5)).map(str::len).sum::<usize>();
    let (gone, new) = match dice.below(9) {
        0 => (at..at, PIECES[dice.below(PIECES.len())].to_string()),
        1 => (line..line, PIECES[dice.below(PIECES.len())].to_string()),
        2 => (at..word, ["coin", "purse__1", "17", "mint.makePurse(3)", "Mint"][dice.below(5)].to_string()),
        3 => (line..line, lines(other, dice)),
        4 => (line..line, lines(text, dice)),
        5 => (line..some, String::new()),
        6 => (at..dice.near(text, at, 8), String::new()),
        7 => (at..dice.near(text, at, 200), String::new()),
        _ => (at..dice.near(text, at, 30), PIECES[dice.below(PIECES.len())].to_string()),
    };
    let mut text = text.to_string();
    text.replace_range(gone, &new);
    text
}

/// Texts, each changed a dozen times.
const ROUNDS: usize = 400;

/// How many fragments of `again` are those of `earlier`.
fn taken_over(earlier: &Reading, again: &Reading) -> usize {
    let (Body::Fragments(earlier), Body::Fragments(again)) = (&earlier.body, &again.body) else { return 0 };
    again.iter().filter(|it| earlier.iter().any(|other| Arc::ptr_eq(it, other))).count()
}

#[test]
fn an_edited_text_reads_as_it_does_at_once() {
    let texts = texts();
    assert!(texts.len() > 400, "only {} texts: are the pages there?", texts.len());
    let mut dice = Dice(1997);
    let (mut good, mut mended, mut bad, mut parted) = (0, 0, 0, 0);
    for _ in 0..ROUNDS {
        let mut text: String =
            (0..2 + dice.below(5)).map(|_| texts[dice.below(texts.len())].as_str()).collect();
        let pragmas = Reading::new(&texts[dice.below(texts.len())], &Pragmas::default()).pragmas;
        let mut reading = Reading::new(&text, &pragmas);
        let mut mistakes = 0;
        for _ in 0..12 {
            text = edited(&text, &texts[dice.below(texts.len())], &mut dice);
            if let Some(it) = reading.in_fragments() {
                check(&it, reading.text(), &pragmas);
                reading = it;
            }
            let again = reading.again(&text);
            check(&again, &text, &pragmas);
            if again.has_error() {
                mistakes += 1;
                bad += 1;
                parted += usize::from(taken_over(&reading, &again) > 0);
                if mistakes == 3 {
                    (text, mistakes) = (reading.text().to_string(), 0);
                }
                continue;
            }
            good += 1;
            mended += usize::from(taken_over(&reading, &again) > 0);
            reading = again;
        }
    }
    assert!(good > ROUNDS * 3 && mended > good / 2, "{good} without a mistake, {mended} read in part");
    assert!(bad > ROUNDS * 3 && parted > bad / 3, "{bad} with a mistake, {parted} read in part");
}
