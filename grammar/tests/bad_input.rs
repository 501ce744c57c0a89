//! Any byte sequence is a file: it gives a tree, in linear time, and nothing overflows.

use tree_sitter::{Parser, Tree};

fn parse(bytes: &[u8]) -> Tree {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_e::LANGUAGE.into()).expect("the parser fits the library");
    parser.parse(bytes, None).expect("parsing always ends")
}

fn assert_covers(tree: &Tree, bytes: &[u8]) {
    assert!(tree.root_node().end_byte() <= bytes.len(), "the tree stays within the text");
}

#[test]
fn bytes_that_are_no_text() {
    let bytes = b"def purse := \xff\xfe\"\xc3\x28\" \x80\ndef mint := 1\n";
    let tree = parse(bytes);
    assert!(tree.root_node().has_error());
    assert_covers(&tree, bytes);
    let all: Vec<u8> = (0..=255).cycle().take(4_096).collect();
    assert_covers(&parse(&all), &all);
}

#[test]
fn nul_is_a_byte_like_any_other() {
    for text in ["\"a\0b\"", "`c\0d`", "/** g\0h */ def mint {}", "? i\0j\n\ndef purse := 1\n"] {
        let tree = parse(text.as_bytes());
        assert!(!tree.root_node().has_error(), "{}", tree.root_node().to_sexp());
    }
    assert!(parse(b"def \0 := 1").root_node().has_error());
}

#[test]
fn one_long_line() {
    let mut text = String::from("def total := 0");
    while text.len() < 200_000 {
        text.push_str(" + purse.getBalance() ? <x");
    }
    assert_covers(&parse(text.as_bytes()), text.as_bytes());
    let plain = format!("[{}]", "balance, ".repeat(100_000));
    assert!(!parse(plain.as_bytes()).root_node().has_error());
}

#[test]
fn ten_thousand_brackets() {
    for (open, inside, close) in [
        ("(", "a", ")"),
        ("[", "", "]"),
        ("{", "", "}"),
        ("f(", "", ")"),
        ("`${", "a", "}`"),
        ("def a {to b() {", "", "}}"),
        ("if (a) {", "", "}"),
    ] {
        let whole = format!("{}{inside}{}", open.repeat(10_000), close.repeat(10_000));
        assert!(!parse(whole.as_bytes()).root_node().has_error(), "{open}");
        assert_covers(&parse(open.repeat(10_000).as_bytes()), open.repeat(10_000).as_bytes());
        assert_covers(&parse(close.repeat(10_000).as_bytes()), close.repeat(10_000).as_bytes());
    }
}

#[test]
fn what_never_closes() {
    for open in ["`", "\"", "/**", "a`${", "'", "<file:", "? "] {
        let mut text = open.to_owned();
        while text.len() < 60_000 {
            text.push_str("purse $name @{x\n");
        }
        assert_covers(&parse(text.as_bytes()), text.as_bytes());
        let again = format!("{open} \n").repeat(4_000);
        assert_covers(&parse(again.as_bytes()), again.as_bytes());
    }
}
