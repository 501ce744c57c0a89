//! The concrete syntax tree: text and edits in, a flat table of nodes out.
//!
//! The only file that names tree-sitter. What the parser answers is copied once, without recursion, into a
//! table in the order of the text; the rest of the room walks that table and never meets a parser.

mod kind;
mod parts;
mod sexp;
mod table;

pub use kind::{Field, Kind};
pub(crate) use parts::ends_a_line;

use std::sync::{Arc, OnceLock};
use table::{NodeData, flatten, flatten_again};
use text_size::{TextRange, TextSize};
use tree_sitter::{InputEdit, Language, Parser, Point, Tree, TreeCursor};

/// A text and the tree of everything that is written in it, comments and mistakes included.
#[derive(Clone, Debug)]
pub struct Cst {
    text: Arc<str>,
    /// Of a part that was cut off nothing but the nodes is known.
    tree: Option<Tree>,
    has_error: bool,
    nodes: OnceLock<Vec<NodeData>>,
}

/// One replacement: `range` of the text before it becomes `new_len` bytes long.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Edit {
    pub range: TextRange,
    pub new_len: TextSize,
}

/// A token that does not fit, and the names of those that would have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Misfit {
    /// Empty at the end of the text.
    pub culprit: TextRange,
    /// As the grammar names them; empty where it is not known.
    pub wanted: Vec<&'static str>,
}

/// Every token of a text, comments included, and the nodes they are in: what a formatter works on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Tokens {
    /// In the order of the text.
    pub leaves: Vec<Leaf>,
    /// Parents before their parts.
    pub branches: Vec<Branch>,
}

/// A token, or a node that nobody looks into, such as a string.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Leaf {
    pub kind: Kind,
    /// Of punctuation, what it is; of everything else, nothing.
    pub word: &'static str,
    pub start: u32,
    pub end: u32,
    /// In [`Tokens::branches`].
    pub parent: u32,
}

/// A node that has parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Branch {
    pub kind: Kind,
    pub field: Option<Field>,
    /// The root is its own parent.
    pub parent: u32,
    /// Its leaves: the first, and the one after the last.
    pub first: u32,
    pub after: u32,
}

/// How far into a mistake its culprit is looked for.
const MOST_PIECES: usize = 500;

/// A node of a [`Cst`]: everything with a name, and the punctuation that has a role.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    cst: &'a Cst,
    index: u32,
}

impl Cst {
    /// Parses a text.
    pub fn new(text: &str) -> Cst {
        Cst::parsed(text, None)
    }

    /// Parses a text that came from this one by `edits`, in the order in which they were made, reusing what
    /// they did not touch. The answer is the one [`Cst::new`] gives.
    pub fn edited(&self, edits: &[Edit], text: &str) -> Cst {
        let mut tree = self.tree.clone();
        // Rows count in nothing that is asked of the tree, so they are left at zero throughout.
        for it in edits {
            if let Some(tree) = &mut tree {
                tree.edit(&input_edit(it));
            }
        }
        let it = Cst::parsed(text, tree.as_ref());
        if let ([edit], Some(old), Some(new), Some(table)) = (edits, &tree, &it.tree, self.nodes.get())
            && !self.has_error
            && !it.has_error
        {
            let _ = it.nodes.set(flatten_again(table, old, edit, new));
        }
        it
    }

    fn parsed(text: &str, old: Option<&Tree>) -> Cst {
        let mut parser = Parser::new();
        let fits = parser.set_language(language()).is_ok();
        debug_assert!(fits, "the grammar is of a version that this parser reads");
        let tree = parser.parse(text, old);
        let has_error = tree.as_ref().is_none_or(|it| it.root_node().has_error());
        Cst { text: text.into(), tree, has_error, nodes: OnceLock::new() }
    }

    /// What was parsed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole text.
    pub fn root(&self) -> Node<'_> {
        Node { cst: self, index: 0 }
    }

    /// Whether anything in the text does not fit the grammar. Cheap: the table need not be made.
    pub fn has_error(&self) -> bool {
        self.has_error
    }

    /// Every node, in the order of the text, parents first.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        (0..self.table().len() as u32).map(|index| Node { cst: self, index })
    }

    /// Where the parser stopped understanding: the first token of each mistake that could not follow what was
    /// before it. At most `most` of them.
    pub fn misfits(&self, most: usize) -> Vec<Misfit> {
        let mut misfits = Vec::new();
        let Some(tree) = &self.tree else { return misfits };
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            if node.is_error() {
                misfits.push(self.misfit(node));
            }
            let deeper = node.has_error() && !node.is_error() && cursor.goto_first_child();
            while !deeper && !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return misfits;
                }
            }
            if misfits.len() == most {
                return misfits;
            }
        }
    }

    /// A mistake carries along what was read well before it. Its culprit is the first piece that its state did
    /// not allow; where all were allowed, what comes next.
    fn misfit(&self, error: tree_sitter::Node<'_>) -> Misfit {
        let mut cursor = error.walk();
        let mut state = 0;
        for _ in 0..MOST_PIECES {
            while cursor.goto_first_child() {}
            let piece = cursor.node();
            let allowed = !piece.is_error() && allows(piece.parse_state(), piece.grammar_id());
            if !allowed {
                let before = if piece.is_error() { state } else { piece.parse_state() };
                return Misfit { culprit: byte_range(&piece), wanted: wanted(before) };
            }
            state = piece.next_parse_state();
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return Misfit { culprit: self.token_after(error.end_byte()), wanted: wanted(state) };
                }
            }
        }
        Misfit { culprit: byte_range(&error), wanted: Vec::new() }
    }

    /// The next word, or the next character that is none.
    fn token_after(&self, at: usize) -> TextRange {
        let rest = self.text.get(at..).unwrap_or_default();
        let token = rest.trim_start();
        let run = |fits: fn(char) -> bool| token.find(|it| !fits(it)).unwrap_or(token.len());
        let word = run(|it| it.is_alphanumeric() || it == '_');
        let operator = run(|it| ":=<>!~&|^*+-/%.?".contains(it));
        let one = token.chars().next().map_or(0, char::len_utf8);
        let len = word.max(operator).max(one);
        TextRange::at(((at + rest.len() - token.len()) as u32).into(), (len as u32).into())
    }

    /// The tokens of a text without mistakes; a text within quotes is one of them.
    pub(crate) fn tokens(&self) -> Tokens {
        self.tree.as_ref().map_or_else(Tokens::default, tokens)
    }

    fn table(&self) -> &[NodeData] {
        self.nodes.get_or_init(|| flatten(self.tree.as_ref()))
    }
}

impl<'a> Node<'a> {
    fn data(self) -> &'a NodeData {
        &self.cst.table()[self.index as usize]
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        self.data().kind
    }

    /// The name the grammar gives it: `function_call`, or the text of a piece of punctuation.
    pub fn kind_name(self) -> &'static str {
        match self.kind() {
            Kind::Error => "ERROR",
            _ => language().node_kind_for_id(self.data().kind_id).unwrap_or_default(),
        }
    }

    /// Which role it has in its parent.
    pub fn field(self) -> Option<Field> {
        self.data().field
    }

    /// Where it stands.
    pub fn range(self) -> TextRange {
        TextRange::new(self.data().start.into(), self.data().end.into())
    }

    /// What was written there.
    pub fn text(self) -> &'a str {
        // Ranges come from a parser of the very bytes of the text; a token may yet end within a character
        // where the text is not E at all.
        self.cst.text.get(self.data().start as usize..self.data().end as usize).unwrap_or_default()
    }

    /// The text before it, from the beginning.
    pub fn before(self) -> &'a str {
        self.cst.text.get(..self.data().start as usize).unwrap_or_default()
    }

    /// Whether it was not written but would have been needed.
    pub fn is_missing(self) -> bool {
        self.data().missing
    }

    /// Its parts, in the order of the text.
    pub fn children(self) -> impl Iterator<Item = Node<'a>> {
        let end = self.data().after;
        let mut index = self.index + 1;
        std::iter::from_fn(move || {
            let child = (index < end).then_some(Node { cst: self.cst, index })?;
            index = child.data().after;
            Some(child)
        })
    }

    /// The first child with this role.
    pub fn child(self, field: Field) -> Option<Node<'a>> {
        self.children().find(|it| it.field() == Some(field))
    }

    /// All children with this role.
    pub fn all(self, field: Field) -> impl Iterator<Item = Node<'a>> {
        self.children().filter(move |it| it.field() == Some(field))
    }
}

fn language() -> &'static Language {
    static LANGUAGE: OnceLock<Language> = OnceLock::new();
    LANGUAGE.get_or_init(|| tree_sitter_e::LANGUAGE.into())
}

/// The grammar's numbers as our words, looked up once.
fn kind_numbered(id: u16) -> Kind {
    static KINDS: OnceLock<Vec<Kind>> = OnceLock::new();
    let name = |id: u16| match language().node_kind_is_named(id) {
        true => Kind::named(language().node_kind_for_id(id).unwrap_or_default()),
        false => Kind::Token,
    };
    let kinds = KINDS.get_or_init(|| (0..language().node_kind_count() as u16).map(name).collect());
    kinds.get(usize::from(id)).copied().unwrap_or(Kind::Error)
}

fn field_numbered(id: u16) -> Option<Field> {
    static FIELDS: OnceLock<Vec<Option<Field>>> = OnceLock::new();
    // Fields are numbered from 1.
    let name = |id: u16| language().field_name_for_id(id).and_then(Field::named);
    let fields = FIELDS.get_or_init(|| (0..=language().field_count() as u16).map(name).collect());
    fields.get(usize::from(id)).copied().flatten()
}

/// What has no role anywhere in the grammar. To ask the parser for the role of a node costs a climb to the nearest
/// parent that has a name, past as many nameless ones as a long list has levels.
const MARKS_WITHOUT_ROLE: [&str; 28] = [
    "\"", "$", "${", "(", ")", ",", "->", ".", ":", "::", ":=", ";", "<-", "=", "=>", "?", "@", "@{", "[",
    "]", "`", "catch", "else", "in", "match", "{", "||", "}",
];
const NAMED_WITHOUT_ROLE: [&str; 3] = ["comment", "escape_sequence", "string_content"];

fn has_role(id: u16) -> bool {
    static ROLES: OnceLock<Vec<bool>> = OnceLock::new();
    let role = |id: u16| {
        let name = language().node_kind_for_id(id).unwrap_or_default();
        match language().node_kind_is_named(id) {
            true => !NAMED_WITHOUT_ROLE.contains(&name),
            false => !MARKS_WITHOUT_ROLE.contains(&name),
        }
    };
    let roles = ROLES.get_or_init(|| (0..language().node_kind_count() as u16).map(role).collect());
    roles.get(usize::from(id)).copied().unwrap_or(true)
}

fn byte_range(it: &tree_sitter::Node<'_>) -> TextRange {
    TextRange::new((it.start_byte() as u32).into(), (it.end_byte() as u32).into())
}

/// Whether a token may come in this state of the parser. State 0 is that of mistakes, where everything may.
fn allows(state: u16, token: u16) -> bool {
    state != 0
        && (language().next_state(state, token) != 0
            || language().lookahead_iterator(state).is_some_and(|mut it| it.any(|it| it == token)))
}

fn wanted(state: u16) -> Vec<&'static str> {
    match language().lookahead_iterator(state) {
        Some(it) if state != 0 => it.filter_map(token_name).collect(),
        _ => Vec::new(),
    }
}

fn token_name(id: u16) -> Option<&'static str> {
    let name = language().node_kind_for_id(id)?;
    let named = matches!(name, "identifier" | "integer" | "string" | "_newline");
    (named || !language().node_kind_is_named(id)).then_some(name)
}

fn input_edit(it: &Edit) -> InputEdit {
    let start = usize::from(it.range.start());
    InputEdit {
        start_byte: start,
        old_end_byte: it.range.end().into(),
        new_end_byte: start + usize::from(it.new_len),
        start_position: Point::default(),
        old_end_position: Point::default(),
        new_end_position: Point::default(),
    }
}

/// Copies the tokens of a tree, and the nodes around them. A loop, since a tree is as deep as its text likes to nest.
fn tokens(tree: &Tree) -> Tokens {
    let mut found = Tokens::default();
    let mut cursor = tree.walk();
    let mut open: Vec<u32> = Vec::new();
    loop {
        let node = cursor.node();
        let kind = kind_numbered(node.kind_id());
        let parent = open.last().copied().unwrap_or(0);
        let whole =
            matches!(kind, Kind::String | Kind::Quasi | Kind::DocComment | Kind::Uri | Kind::UriGetter);
        let first = found.leaves.len() as u32;
        let field = cursor.field_id().and_then(|it| field_numbered(it.get()));
        if !whole && cursor.goto_first_child() {
            open.push(found.branches.len() as u32);
            found.branches.push(Branch { kind, field, parent, first, after: first });
            continue;
        }
        if node.end_byte() > node.start_byte() {
            let word = match kind {
                Kind::Token => language().node_kind_for_id(node.kind_id()).unwrap_or_default(),
                _ => "",
            };
            let (start, end) = (node.start_byte() as u32, node.end_byte() as u32);
            found.leaves.push(Leaf { kind, word, start, end, parent });
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
            let after = found.leaves.len() as u32;
            if let Some(closed) = open.pop().and_then(|it| found.branches.get_mut(it as usize)) {
                closed.after = after;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MARKS_WITHOUT_ROLE, NAMED_WITHOUT_ROLE};

    #[test]
    fn nothing_in_the_grammar_gives_them_a_role() {
        let types = tree_sitter_e::NODE_TYPES;
        // As it is indented, an object `fields` ends at the first brace of its own depth.
        let fields = types.split("\n    \"fields\": {").skip(1).map(|it| it.split("\n    }").next());
        assert!(fields.clone().count() > 50, "the roles are found");
        for fields in fields.flatten() {
            let marks = MARKS_WITHOUT_ROLE.map(|it| (it, false)).into_iter();
            for (name, named) in marks.chain(NAMED_WITHOUT_ROLE.map(|it| (it, true))) {
                let name = name.replace('"', "\\\"");
                let entry = format!("\"type\": \"{name}\",\n            \"named\": {named}\n");
                assert!(!fields.contains(&entry), "{name} has a role:\n{fields}");
            }
        }
        assert!(
            types.contains("\"type\": \"catch\",\n            \"named\": true\n"),
            "entries look like this"
        );
    }
}
