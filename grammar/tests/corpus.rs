//! Runs `test/corpus/*.txt`: tree-sitter's own page format, a title, some E, and the tree it must give.
//!
//! `UPDATE=1 cargo test -p tree-sitter-e --test corpus` writes the trees that were got; read the diff before you
//! believe it. A case marked `:error` must have an error in its tree, any other must have none.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use tree_sitter::{Language, Parser};

#[test]
fn e_reads_as_its_pages_say() {
    check(&tree_sitter_e::LANGUAGE.into(), "test/corpus");
}

#[test]
fn transcripts_read_as_their_pages_say() {
    check(&tree_sitter_e::LANGUAGE_UPDOC.into(), "updoc/test/corpus");
}

struct Case {
    title: String,
    attributes: Vec<String>,
    source: String,
    tree: String,
}

fn check(language: &Language, folder: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut wrong = String::new();
    let mut count = 0;
    for path in pages(&folder) {
        let page = std::fs::read_to_string(&path).expect("a page can be read");
        let cases = cases_of(&page);
        assert!(!cases.is_empty(), "{} has no cases", path.display());
        let mut blessed = String::new();
        for case in &cases {
            count += 1;
            let mut parser = Parser::new();
            parser.set_language(language).expect("the parser fits the library");
            let tree = parser.parse(&case.source, None).expect("parsing always ends");
            let got = indented(&tree.root_node().to_sexp());
            let error_wanted = case.attributes.iter().any(|it| it == ":error");
            if tree.root_node().has_error() != error_wanted {
                let what = if error_wanted { "no error, and one was wanted" } else { "an error" };
                writeln!(wrong, "{}: {}: {what}\n{got}", path.display(), case.title)
                    .expect("a string takes all");
            } else if words(&got) != words(&case.tree) {
                writeln!(wrong, "{}: {}: got\n{got}\nwanted\n{}\n", path.display(), case.title, case.tree)
                    .expect("a string takes all");
            }
            blessed.push_str(&written(case, &got));
        }
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, blessed.trim_end().to_owned() + "\n").expect("a page can be written");
        }
    }
    assert!(count > 0, "no pages in {}", folder.display());
    assert!(wrong.is_empty(), "{wrong}");
}

fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the corpus is there");
    let mut pages: Vec<PathBuf> = entries.filter_map(|it| it.ok().map(|it| it.path())).collect();
    pages.retain(|it| it.extension().is_some_and(|it| it == "txt"));
    pages.sort();
    pages
}

fn cases_of(page: &str) -> Vec<Case> {
    let is_bar = |line: &str, with: char| line.len() >= 3 && line.chars().all(|it| it == with);
    let mut cases = Vec::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        if !is_bar(line, '=') {
            continue;
        }
        let head: Vec<&str> = lines.by_ref().take_while(|it| !is_bar(it, '=')).collect();
        let source: Vec<&str> = lines.by_ref().take_while(|it| !is_bar(it, '-')).collect();
        let mut tree = Vec::new();
        while let Some(line) = lines.next_if(|it| !is_bar(it, '=')) {
            tree.push(line);
        }
        let (attributes, title): (Vec<&str>, Vec<&str>) = head.iter().partition(|it| it.starts_with(':'));
        // One blank line after the title and one before the bar belong to the page, not to the program.
        let source = source.join("\n");
        let source = source.strip_prefix('\n').unwrap_or(&source);
        cases.push(Case {
            title: title.join("\n"),
            attributes: attributes.into_iter().map(str::to_owned).collect(),
            source: source.trim_end_matches('\n').to_owned() + "\n",
            tree: tree.join("\n"),
        });
    }
    cases
}

fn words(tree: &str) -> String {
    tree.split_whitespace().collect::<Vec<_>>().join(" ").replace(" )", ")")
}

fn written(case: &Case, tree: &str) -> String {
    let bar = "=".repeat(80);
    let head = case.attributes.iter().fold(case.title.clone(), |head, it| head + "\n" + it);
    format!("{bar}\n{head}\n{bar}\n\n{}\n{}\n\n{tree}\n\n", case.source, "-".repeat(80))
}

/// A tree one node to the line, as tree-sitter's tool writes it.
fn indented(sexp: &str) -> String {
    let mut out = String::new();
    let mut depth = 0;
    let mut field_open = false;
    for word in sexp.split(' ') {
        let is_field = word.ends_with(':');
        let opens = word.starts_with('(');
        if (is_field || opens) && !field_open && !out.is_empty() {
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        } else if !out.is_empty() {
            out.push(' ');
        }
        field_open = is_field;
        out.push_str(word);
        depth += word.matches('(').count();
        depth = depth.saturating_sub(word.matches(')').count());
    }
    out
}
