//! The queries fit the grammars, and colour programs as their pages say.
//!
//! A page in `test/highlight` is E with remarks: a comment such as `#   ^ keyword` says what the text above the
//! caret is coloured as, `# <- keyword` speaks of the text above its own first column.

use std::path::Path;
use tree_sitter::{Language, Node, Parser, Query, QueryCursor, Range, StreamingIterator};

#[test]
fn queries_fit_their_grammars() {
    let e: Language = tree_sitter_e::LANGUAGE.into();
    let updoc: Language = tree_sitter_e::LANGUAGE_UPDOC.into();
    for (name, language, query) in [
        ("highlights", &e, tree_sitter_e::HIGHLIGHTS_QUERY),
        ("locals", &e, tree_sitter_e::LOCALS_QUERY),
        ("folds", &e, tree_sitter_e::FOLDS_QUERY),
        ("tags", &e, tree_sitter_e::TAGS_QUERY),
        ("indents", &e, tree_sitter_e::INDENTS_QUERY),
        ("injections", &e, tree_sitter_e::INJECTIONS_QUERY),
        ("updoc highlights", &updoc, tree_sitter_e::updoc::HIGHLIGHTS_QUERY),
        ("updoc folds", &updoc, tree_sitter_e::updoc::FOLDS_QUERY),
        ("updoc injections", &updoc, tree_sitter_e::updoc::INJECTIONS_QUERY),
    ] {
        if let Err(problem) = Query::new(language, query) {
            panic!("{name}: {problem}");
        }
    }
}

#[test]
fn colours_are_as_the_pages_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test/highlight");
    let mut wrong = Vec::new();
    let mut remarks = 0;
    for entry in std::fs::read_dir(folder).expect("the pages are there") {
        let path = entry.expect("a page is listed").path();
        let text = std::fs::read_to_string(&path).expect("a page can be read");
        let colours = colours(&text);
        let mut above = 0;
        for (row, line) in text.lines().enumerate() {
            let Some((column, wanted)) = remark(line) else {
                above = row;
                continue;
            };
            remarks += 1;
            let got =
                colours.iter().rev().find(|it| it.covers(above, column)).map_or("nothing", |it| it.name);
            if got != wanted {
                wrong.push(format!("{}:{}: {got}, and {wanted} was wanted", path.display(), row + 1));
            }
        }
    }
    assert!(remarks > 20, "the pages have remarks");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_code_of_a_step_without_its_prompts_is_a_program() {
    let transcript =
        "Prose.\n\n  ? def purse := {\n  >     mint.makePurse(1) } + \\\n  > 2\n  # value: 3\n\n? x ?? y\n";
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_e::LANGUAGE_UPDOC.into()).expect("the parser fits the library");
    let tree = parser.parse(transcript, None).expect("parsing always ends");
    assert!(!tree.root_node().has_error(), "{}", tree.root_node().to_sexp());

    let language = tree_sitter_e::LANGUAGE_UPDOC.into();
    let query = Query::new(&language, tree_sitter_e::updoc::INJECTIONS_QUERY).expect("the query fits");
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(&query, tree.root_node(), transcript.as_bytes());
    parser.set_language(&tree_sitter_e::LANGUAGE.into()).expect("the parser fits the library");
    let mut programs = Vec::new();
    while let Some(found) = matches.next() {
        for capture in found.captures() {
            parser.set_included_ranges(&between_children(capture.node)).expect("ranges are in order");
            let program = parser.parse(transcript, None).expect("parsing always ends");
            programs.push(program.root_node().to_sexp());
        }
    }
    assert_eq!(programs.len(), 2);
    assert_eq!(
        programs[0],
        "(program body: (define pattern: (final_pattern noun: (identifier)) value: (binary left: (block body: (call \
         recipient: (identifier) verb: (identifier) arguments: (arguments item: (integer)))) right: (integer))))"
    );
    assert!(programs[1].contains("ERROR"), "a such-that is no expression: {}", programs[1]);
}

/// What a node covers outside its children, as an editor injects it.
fn between_children(node: Node<'_>) -> Vec<Range> {
    let mut ranges = Vec::new();
    let (mut byte, mut point) = (node.start_byte(), node.start_position());
    for child in node.children(&mut node.walk()) {
        ranges.push(Range {
            start_byte: byte,
            end_byte: child.start_byte(),
            start_point: point,
            end_point: child.start_position(),
        });
        (byte, point) = (child.end_byte(), child.end_position());
    }
    ranges.push(Range {
        start_byte: byte,
        end_byte: node.end_byte(),
        start_point: point,
        end_point: node.end_position(),
    });
    ranges.retain(|it| it.start_byte < it.end_byte);
    ranges
}

#[test]
fn supertypes_can_be_asked_for() {
    let language: Language = tree_sitter_e::LANGUAGE.into();
    for supertype in ["(expression) @it", "(pattern) @it", "(literal) @it", "(expression/call) @it"] {
        Query::new(&language, supertype).unwrap_or_else(|problem| panic!("{supertype}: {problem}"));
    }
}

/// `# ^ name` or `# <- name`: which column of the line above, and its colour.
fn remark(line: &str) -> Option<(usize, &str)> {
    let hash = line.find('#')?;
    let (before, rest) = line.split_at(hash);
    let said = rest[1..].trim_start();
    if !before.trim().is_empty() {
        return None;
    }
    if let Some(name) = said.strip_prefix("<-") {
        return Some((hash, name.trim()));
    }
    let name = said.strip_prefix('^')?;
    Some((line.find('^')?, name.trim_start_matches('^').trim()))
}

struct Colour {
    pattern: usize,
    from: (usize, usize),
    to: (usize, usize),
    name: &'static str,
}

impl Colour {
    fn covers(&self, row: usize, column: usize) -> bool {
        self.from <= (row, column) && (row, column) < self.to
    }
}

/// Later patterns win, and among them the smaller node.
fn colours(text: &str) -> Vec<Colour> {
    let language: Language = tree_sitter_e::LANGUAGE.into();
    let query: &'static Query =
        Box::leak(Box::new(Query::new(&language, tree_sitter_e::HIGHLIGHTS_QUERY).expect("the query fits")));
    let mut parser = Parser::new();
    parser.set_language(&language).expect("the parser fits the library");
    let tree = parser.parse(text, None).expect("parsing always ends");
    assert!(!tree.root_node().has_error(), "{}", tree.root_node().to_sexp());
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(query, tree.root_node(), text.as_bytes());
    let mut all = Vec::new();
    while let Some(found) = matches.next() {
        for capture in found.captures() {
            let name = query.capture_names()[capture.index as usize];
            all.push(colour(capture.node, found.pattern_index, name));
        }
    }
    let size = |it: &Colour| (it.to.0 - it.from.0, it.to.1.saturating_sub(it.from.1));
    all.sort_by_key(|it| (std::cmp::Reverse(size(it)), it.pattern));
    all
}

fn colour(node: Node<'_>, pattern: usize, name: &'static str) -> Colour {
    let (start, end) = (node.start_position(), node.end_position());
    Colour { pattern, from: (start.row, start.column), to: (end.row, end.column), name }
}
