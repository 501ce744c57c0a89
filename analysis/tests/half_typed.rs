//! A program while it is being typed: every beginning of a text, and every text with a piece missing, is a text
//! that an editor asks about. Nothing may panic, and every place that is answered must lie in the text.

use analysis::{
    Analysis, AnalysisHost, Change, DocumentSymbol, FileId, FileKind, FilePosition, FileRange,
    InlayHintsConfig, TextRange, TextSize,
};

const FILE: FileId = FileId(0);

const MINT: &str = r#"pragma.syntax("0.9")
/** Makes mints. */
def makeMint(name :String) :any {
    def [sealer, unsealer] := makeBrand(name)
    return def mint implements DeepFrozen {
        to makePurse(var balance :(int >= 0)) :any {
            return def purse as DeepFrozen.optionally() {
                to getBalance() :int { return balance }
                to sprout() { return mint.makePurse(0) }
                to deposit(amount :int, src) :void {
                    unsealer.unseal(src.getDecr())(amount)
                    balance += amount
                }
                match [verb, args] { throw(`no $verb in ${name + "é𝄞"}`) }
            }
        }
    }
}
bind later { to run() { for k => v in ["a" => 1, => makeMint] { when (v <- go(k)) -> { println(&k) } catch p { throw(p) } } } }
if (x =~ rx`(@a)-@{b :int}` && <file:purse> != null) { var ::"odd name" := 'c'..!'z' } else { escape e { e(1.5e3) } }
"#;

const TILL: &str = "Prose é.\n\n  ? var total := 0\n  # value: 0\n\n  ? def till {\n  >   to pay(x) { total += x }\n  > }\n\n?\n? till.pay(`a\n> b`)\n";

fn opened(text: &str, kind: FileKind) -> AnalysisHost {
    let mut host = AnalysisHost::default();
    let mut change = Change::default();
    change.open(FILE, "mint", kind, text);
    host.apply_change(change);
    host
}

/// Asks everything, at `at` where a place is wanted.
fn ask(analysis: &Analysis, text: &str, at: usize) {
    let offset = TextSize::new(at as u32);
    let here = FilePosition { file: FILE, offset };
    let whole = TextRange::up_to(TextSize::of(text));
    let inside = |it: TextRange| assert!(text.get(std::ops::Range::<usize>::from(it)).is_some(), "{it:?}");
    analysis.diagnostics(FILE).unwrap().iter().for_each(|it| inside(it.range));
    analysis.semantic_tokens(FILE, None).unwrap().iter().for_each(|it| inside(it.range));
    analysis.folding_ranges(FILE).unwrap().iter().for_each(|it| inside(it.range));
    analysis.document_symbols(FILE).unwrap().iter().for_each(|it| symbol(it, &inside));
    let config = InlayHintsConfig::default();
    let hints = analysis.inlay_hints(FileRange { file: FILE, range: whole }, &config).unwrap();
    hints.iter().for_each(|it| inside(TextRange::up_to(it.at)));
    analysis.judgements(FILE).unwrap().iter().for_each(|it| inside(it.range));
    analysis.hover(here).unwrap().iter().for_each(|it| inside(it.range));
    analysis.goto_definition(here).unwrap().iter().for_each(|it| inside(it.full));
    analysis.find_references(here, true).unwrap().iter().for_each(|it| inside(it.at.range));
    analysis.completions(here).unwrap().iter().for_each(|it| inside(it.replace));
    analysis.selection_ranges(here).unwrap().iter().for_each(|it| inside(*it));
    if let Ok(edits) = analysis.rename(here, "renamed").unwrap() {
        edits.iter().for_each(|(it, _)| inside(it.range));
    }
}

fn symbol(it: &DocumentSymbol, inside: &impl Fn(TextRange)) {
    inside(it.full);
    assert!(it.full.contains_range(it.focus), "{}", it.name);
    it.children.iter().for_each(|it| symbol(it, inside));
}

fn boundaries(text: &str) -> impl Iterator<Item = usize> {
    (0..=text.len()).filter(|at| text.is_char_boundary(*at))
}

fn half_typed(text: &str, kind: FileKind) {
    for end in boundaries(text) {
        ask(&opened(&text[..end], kind).analysis(), &text[..end], end);
    }
}

fn with_a_hole(text: &str, kind: FileKind) {
    for start in boundaries(text).step_by(3) {
        let end = boundaries(text).find(|it| *it >= start + 7).unwrap_or(text.len());
        let text = format!("{}{}", &text[..start], &text[end..]);
        ask(&opened(&text, kind).analysis(), &text, start);
    }
}

#[test]
fn a_program_half_typed() {
    half_typed(MINT, FileKind::Program);
}

#[test]
fn a_program_with_a_hole() {
    with_a_hole(MINT, FileKind::Program);
}

#[test]
fn a_transcript_half_typed() {
    half_typed(TILL, FileKind::Transcript);
    with_a_hole(TILL, FileKind::Transcript);
}

#[test]
fn one_host_keystroke_by_keystroke() {
    let mut host = opened("", FileKind::Module);
    for end in boundaries(MINT) {
        let mut change = Change::default();
        change.set_text(FILE, &MINT[..end]);
        host.apply_change(change);
        ask(
            &host.analysis(),
            &MINT[..end],
            end / 2 - (0..4).find(|n| MINT.is_char_boundary(end / 2 - n)).unwrap_or(0),
        );
    }
}
