//! What can be written: the tree-sitter grammar of E.
//!
//! The parser is generated from `grammar.js` by `cargo xtask grammar`. It accepts every optional syntax; which
//! of them is switched on, and what any of it means, is for the rooms above.
//!
//! ```
//! let mut parser = tree_sitter::Parser::new();
//! parser.set_language(&tree_sitter_e::LANGUAGE.into()).expect("the parser fits the library");
//! let tree = parser.parse("def purse := mint.makePurse(10)", None).expect("parsing always ends");
//! assert!(!tree.root_node().has_error());
//! ```

use tree_sitter_language::LanguageFn;

#[allow(unsafe_code, reason = "the C entry point of the generated parser")]
unsafe extern "C" {
    fn tree_sitter_e() -> *const ();
}

/// The parser of E.
#[allow(unsafe_code, reason = "tree_sitter_e returns a pointer to a static table")]
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_e) };

/// Every kind of node, its fields and what may stand in them.
pub const NODE_TYPES: &str = include_str!("../../src/node-types.json");
