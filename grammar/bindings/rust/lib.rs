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

#[allow(unsafe_code, reason = "the C entry points of the generated parsers")]
unsafe extern "C" {
    fn tree_sitter_e() -> *const ();
    fn tree_sitter_updoc() -> *const ();
}

/// The parser of E.
#[allow(unsafe_code, reason = "tree_sitter_e returns a pointer to a static table")]
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_e) };

/// The parser of updoc transcripts; the E in them is for [`LANGUAGE`], by injection.
#[allow(unsafe_code, reason = "tree_sitter_updoc returns a pointer to a static table")]
pub const LANGUAGE_UPDOC: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_updoc) };

/// Every kind of node, its fields and what may stand in them.
pub const NODE_TYPES: &str = include_str!("../../src/node-types.json");

/// Colours.
pub const HIGHLIGHTS_QUERY: &str = include_str!("../../queries/highlights.scm");
/// Which names are defined where.
pub const LOCALS_QUERY: &str = include_str!("../../queries/locals.scm");
/// What can be folded away.
pub const FOLDS_QUERY: &str = include_str!("../../queries/folds.scm");
/// Definitions and references worth listing.
pub const TAGS_QUERY: &str = include_str!("../../queries/tags.scm");
/// How far lines move in, in Neovim's words.
pub const INDENTS_QUERY: &str = include_str!("../../queries/indents.scm");
/// Text in another language: transcripts, and E about E.
pub const INJECTIONS_QUERY: &str = include_str!("../../queries/injections.scm");

/// The same for transcripts.
pub mod updoc {
    /// Every kind of node, its fields and what may stand in them.
    pub const NODE_TYPES: &str = include_str!("../../updoc/src/node-types.json");
    /// Colours.
    pub const HIGHLIGHTS_QUERY: &str = include_str!("../../updoc/queries/highlights.scm");
    /// What can be folded away.
    pub const FOLDS_QUERY: &str = include_str!("../../updoc/queries/folds.scm");
    /// The E that is asked.
    pub const INJECTIONS_QUERY: &str = include_str!("../../updoc/queries/injections.scm");
}
