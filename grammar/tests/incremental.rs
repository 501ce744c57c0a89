//! A tree kept up to date by edits is the tree of the text as it stands.
//!
//! Programs are edited at random, but the same way every time: pieces are cut, typed and pasted from elsewhere,
//! and taken back. After each edit the kept tree must lie within the text, and be the same as a fresh one when
//! the text is without errors. Among errors a parser may choose differently where it reuses: there the two must
//! agree that something is wrong.

use tree_sitter::{InputEdit, Node, Parser, Point, Tree};

const PAGES: [&str; 3] = [
    include_str!("../benches/page.e"),
    "def m := `a ${e`b ${c(`d $e`)} @f`} g`\nif (m =~ `@x``$$y`) {\n    x\n} else { \"a\\nb\" }\n? m\n# value: 1\n\ndef n := 2\n",
    "/** A purse. */\ndef purse extends base implements A, B {\n    to get(i :int, [a] + b) :any { return i..!a }\n    match [v, args] { E.call(b, v, args) }\n}\npurse with= (1, [=> purse, \"k\" => <a:b>])\nwhen (purse <- get(0)) -> done(x) { x::y } catch p { throw(p) }\n",
];

const TYPED: [&str; 30] = [
    "a", "1", " ", "\n", "(", ")", "{", "}", "[", "]", "`", "\"", "$", "@", "${", "?", "#", ">", ":", "=",
    ":=", "<-", ".", ",", "\\\n", "\n? b\n", " def ", "/**", "*/", "é",
];

/// A small generator of the same numbers every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

struct Edit {
    start: usize,
    old: String,
    new: String,
}

#[test]
fn an_edited_tree_is_the_fresh_tree() {
    let mut dice = Dice(0x5eed_0e00);
    let mut without_errors = 0;
    for round in 0..1_000 {
        let page = PAGES[round % PAGES.len()];
        let mut document = Document::new(page);
        let mut done = Vec::new();
        for _ in 0..1 + dice.below(4) {
            let edit = random_edit(&document.text, &mut dice);
            document.apply(&edit);
            without_errors += usize::from(document.assert_agrees());
            done.push(edit);
        }
        for edit in done.into_iter().rev() {
            document.apply(&Edit { start: edit.start, old: edit.new, new: edit.old });
            without_errors += usize::from(document.assert_agrees());
        }
        assert_eq!(document.text, page, "every edit was taken back");
    }
    assert!(without_errors > 1_000, "enough of the texts were whole programs: {without_errors}");
}

struct Document {
    parser: Parser,
    text: String,
    tree: Tree,
}

impl Document {
    fn new(text: &str) -> Document {
        let mut parser = Parser::new();
        parser.set_language(&tree_sitter_e::LANGUAGE.into()).expect("the parser fits the library");
        let tree = parser.parse(text, None).expect("parsing always ends");
        Document { parser, text: text.to_owned(), tree }
    }

    fn apply(&mut self, edit: &Edit) {
        let end = edit.start + edit.old.len();
        let start_position = point(&self.text, edit.start);
        let old_end_position = point(&self.text, end);
        self.text.replace_range(edit.start..end, &edit.new);
        let new_end = edit.start + edit.new.len();
        self.tree.edit(&InputEdit {
            start_byte: edit.start,
            old_end_byte: end,
            new_end_byte: new_end,
            start_position,
            old_end_position,
            new_end_position: point(&self.text, new_end),
        });
        self.tree = self.parser.parse(&self.text, Some(&self.tree)).expect("parsing always ends");
    }

    /// Compares with a fresh parse; says whether the text is without errors.
    fn assert_agrees(&mut self) -> bool {
        let fresh = self.parser.parse(&self.text, None).expect("parsing always ends");
        let (kept, fresh) = (self.tree.root_node(), fresh.root_node());
        assert!(kept.end_byte() <= self.text.len());
        assert_eq!(kept.has_error(), fresh.has_error(), "{}", self.text);
        if fresh.has_error() {
            return false;
        }
        assert_eq!(spans(kept), spans(fresh), "{}", self.text);
        true
    }
}

/// Every node of a tree with its kind and place.
fn spans(root: Node<'_>) -> Vec<(&str, usize, usize)> {
    let mut all = Vec::new();
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        all.push((node.kind(), node.start_byte(), node.end_byte()));
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return all;
            }
        }
    }
}

fn random_edit(text: &str, dice: &mut Dice) -> Edit {
    let start = boundary(text, dice.below(text.len() + 1));
    let length = match dice.below(3) {
        0 => 0,
        1 => dice.below(4),
        _ => dice.below(60),
    };
    let end = boundary(text, (start + length).min(text.len()));
    let new = match dice.below(4) {
        0 => String::new(),
        1 => {
            let from = boundary(text, dice.below(text.len() + 1));
            let to = boundary(text, (from + dice.below(40)).min(text.len()));
            text[from..to].to_owned()
        }
        _ => TYPED[dice.below(TYPED.len())].to_owned(),
    };
    Edit { start, old: text[start..end.max(start)].to_owned(), new }
}

/// The nearest place at or before `at` that does not split a character.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|it| text.is_char_boundary(*it)).unwrap_or(0)
}

fn point(text: &str, at: usize) -> Point {
    let before = &text[..at];
    let column = at - before.rfind('\n').map_or(0, |it| it + 1);
    Point::new(before.matches('\n').count(), column)
}
