//! A text as its formatter sees it: tokens, the lines they were on, and what may happen before each of them.

use super::{Shape, spacing};
use crate::cst::{Branch, Cst, Field, Kind, Leaf, Tokens};

/// What stands between a token and the one before it that is no comment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gap {
    /// Nothing but a blank or none: a line end there would need a backslash.
    Tight,
    /// Before the next expression of a sequence.
    Statement,
    /// Before the next method, matcher or message.
    Member,
    /// After a comma of a bracket.
    Item,
    /// After an opening bracket.
    Opened,
    /// Before a closing one.
    Closing,
    /// After an operator; `end` is the last token of what it is applied to. With `late` it is only broken where
    /// brackets in that cannot be; with `head` a body follows.
    Operator { end: u32, late: bool, head: bool },
    /// After the `.` of a call: the author's line end may stay.
    Loose,
    /// Before the `.` of a chain of calls; which chain.
    Dot(u32),
    /// Between a doc comment and what it is about.
    Documented,
    /// Before the `{` of a body, which stays on its line.
    Body,
}

/// `a.b().c()`: calls of what calls answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Chain {
    pub dots: u32,
    pub last: u32,
}

/// A token, with what is asked of it again and again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub leaf: Leaf,
    pub text: &'a str,
    pub gap: Gap,
    /// Whether a blank stands before it where no line end does.
    pub blank: bool,
    /// How many line ends were before it, and whether one of them was taken back by a backslash.
    pub lines_before: u32,
    pub continued: bool,
    /// In characters: of its first line, and of its last.
    pub width: usize,
    pub last_width: usize,
    /// The other bracket of a pair.
    pub pair: Option<u32>,
    /// Of an opening bracket, how many commas are its own.
    pub commas: u32,
    /// Of a comma, the last token of the item after it.
    pub item_end: u32,
    /// Whether there has to be a line end before it.
    pub hard: bool,
}

pub(super) struct Page<'a> {
    pub text: &'a str,
    pub tokens: Vec<Token<'a>>,
    pub chains: Vec<Chain>,
    branches: Vec<Branch>,
    wide: Vec<bool>,
}

fn line_ends(text: &str) -> usize {
    text.matches(['\n', '\r']).count() - text.matches("\r\n").count()
}

impl Token<'_> {
    pub fn is_comment(&self) -> bool {
        matches!(self.leaf.kind, Kind::Comment | Kind::Updoc)
    }
    pub fn is_opener(&self) -> bool {
        self.pair.is_some() && matches!(self.leaf.word, "(" | "[" | "{")
    }
    pub fn is_brace(&self) -> bool {
        self.leaf.word == "{"
    }
    pub fn has_lines(&self) -> bool {
        self.text.contains(['\n', '\r'])
    }
}

impl<'a> Page<'a> {
    pub fn new(cst: &'a Cst, shape: Shape) -> Page<'a> {
        let Tokens { leaves, branches } = cst.tokens();
        let mut page =
            Page { text: cst.text(), tokens: Vec::new(), chains: Vec::new(), wide: Vec::new(), branches };
        page.wide = vec![false; page.branches.len()];
        for it in &page.branches {
            page.wide[it.parent as usize] |= spacing::widens(it.field, it.kind);
        }
        page.add(leaves);
        page.pair();
        page.gaps();
        page.harden(shape);
        page
    }

    pub fn kind(&self, branch: u32) -> Kind {
        self.branches.get(branch as usize).map_or(Kind::Program, |it| it.kind)
    }
    pub fn parent(&self, branch: u32) -> u32 {
        self.branches.get(branch as usize).map_or(0, |it| it.parent)
    }
    /// The first token of what a `{` is the body of.
    pub fn header(&self, brace: &Leaf) -> usize {
        let own = matches!(self.kind(brace.parent), Kind::Block | Kind::ObjectBody);
        let owner = if own { self.parent(brace.parent) } else { brace.parent };
        self.branches.get(owner as usize).map_or(0, |it| it.first as usize)
    }
    /// Whether a body follows on what is in these brackets.
    pub fn is_header(&self, bracket: &Leaf) -> bool {
        let owner = self.kind(self.parent(bracket.parent));
        match self.kind(bracket.parent) {
            Kind::Parameters => true,
            Kind::Parenthesized => {
                matches!(owner, Kind::If | Kind::While | Kind::Switch | Kind::AccumIf | Kind::AccumWhile)
            }
            Kind::Arguments => owner == Kind::When,
            _ => false,
        }
    }
    pub fn is_wide(&self, branch: u32) -> bool {
        self.wide.get(branch as usize).copied().unwrap_or(false)
    }
    pub fn text_of(&self, it: &Leaf) -> &'a str {
        self.text.get(it.start as usize..it.end as usize).unwrap_or_default()
    }

    /// Keeps the leaves that are written again; `;` is made anew where it is wanted. Branches come to count
    /// tokens instead of leaves.
    fn add(&mut self, leaves: Vec<Leaf>) {
        let mut kept = Vec::with_capacity(leaves.len() + 1);
        let mut end = 0;
        for leaf in leaves {
            kept.push(self.tokens.len() as u32);
            if leaf.word == ";" {
                continue;
            }
            let text = self.text_of(&leaf);
            let text = if leaf.kind == Kind::Comment { text.trim_end() } else { text };
            let before = self.text.get(end as usize..leaf.start as usize).unwrap_or_default();
            let chars = |it: Option<&str>| it.map_or(0, |it| it.chars().count());
            self.tokens.push(Token {
                leaf,
                text,
                gap: Gap::Tight,
                blank: false,
                lines_before: line_ends(before) as u32,
                continued: before.contains('\\'),
                width: chars(text.split(['\n', '\r']).next()),
                last_width: chars(text.rsplit(['\n', '\r']).next()),
                pair: None,
                commas: 0,
                item_end: 0,
                hard: false,
            });
            end = leaf.end;
        }
        kept.push(self.tokens.len() as u32);
        for it in &mut self.branches {
            it.first = kept.get(it.first as usize).copied().unwrap_or(0);
            it.after = kept.get(it.after as usize).copied().unwrap_or(0);
        }
    }

    /// Finds the bracket that closes each one, and the commas that are its own.
    fn pair(&mut self) {
        // Each open bracket, and its last comma.
        let mut open: Vec<(u32, Option<u32>)> = Vec::new();
        for at in 0..self.tokens.len() as u32 {
            let leaf = self.tokens[at as usize].leaf;
            let fixed = matches!(self.kind(leaf.parent), Kind::Meta | Kind::Pragma | Kind::Exit);
            match leaf.word {
                _ if fixed => {}
                "(" | "[" | "{" => open.push((at, None)),
                ")" | "]" | "}" => {
                    if let Some((opener, comma)) = open.pop() {
                        self.tokens[opener as usize].pair = Some(at);
                        self.tokens[at as usize].pair = Some(opener);
                        self.item_ends(comma, at - 1);
                    }
                }
                "," => {
                    let Some((opener, comma)) = open.last().copied() else { continue };
                    if self.tokens[opener as usize].leaf.parent == leaf.parent {
                        self.tokens[opener as usize].commas += 1;
                        self.item_ends(comma, at);
                        open.pop();
                        open.push((opener, Some(at)));
                    }
                }
                _ => {}
            }
        }
    }

    fn item_ends(&mut self, comma: Option<u32>, at: u32) {
        if let Some(comma) = comma {
            self.tokens[comma as usize].item_end = at;
        }
    }

    fn gaps(&mut self) {
        let starts = self.starts();
        let chains = self.chained();
        // The brackets that are open, and the last token that is no comment.
        let mut open: Vec<u32> = Vec::new();
        let mut before: Option<u32> = None;
        for at in 0..self.tokens.len() {
            let it = self.tokens[at];
            if it.is_comment() {
                continue;
            }
            if it.pair.is_some() && !it.is_opener() {
                open.pop();
            }
            if let Some(index) = before {
                let before = self.tokens[index as usize];
                self.tokens[at].blank = spacing::blank_between(self, &before.leaf, &it.leaf);
                let own_comma = before.leaf.word == ","
                    && open
                        .last()
                        .is_some_and(|it| self.tokens[*it as usize].leaf.parent == before.leaf.parent);
                self.tokens[at].gap = match starts[at] {
                    _ if it.pair.is_some() && !it.is_opener() => Gap::Closing,
                    _ if before.is_opener() => Gap::Opened,
                    _ if own_comma => Gap::Item,
                    Some(gap) => gap,
                    None if before.leaf.kind == Kind::DocComment => Gap::Documented,
                    None if it.is_brace() && self.is_body(it.leaf.parent) => Gap::Body,
                    None if chains[at].is_some() => Gap::Dot(chains[at].unwrap_or(0)),
                    None => self.after_operator(&before.leaf, at as u32),
                };
            } else {
                self.tokens[at].gap = Gap::Statement;
            }
            if it.is_opener() {
                open.push(at as u32);
            }
            before = Some(at as u32);
        }
        // A comment stands where what follows it does, and inside of what closes behind it.
        let mut after = Gap::Statement;
        for it in self.tokens.iter_mut().rev() {
            match it.gap {
                _ if it.is_comment() => it.gap = after,
                Gap::Closing => after = Gap::Member,
                gap => after = gap,
            }
        }
    }

    /// Which tokens begin an expression of a sequence, or a member of an object.
    fn starts(&self) -> Vec<Option<Gap>> {
        let mut starts = vec![None; self.tokens.len() + 1];
        for it in self.branches.iter().skip(1) {
            let gap = match (self.kind(it.parent), it.field) {
                (Kind::Program | Kind::Block | Kind::Sequence, Some(Field::Body)) => Gap::Statement,
                (Kind::ObjectBody | Kind::Switch | Kind::Interface, Some(field)) => match field {
                    Field::Method | Field::Matcher | Field::Case | Field::Message => Gap::Member,
                    _ => continue,
                },
                _ => continue,
            };
            starts[it.first as usize] = Some(gap);
        }
        // Expressions of one token are no branches.
        for (at, it) in self.tokens.iter().enumerate() {
            let sequence = matches!(self.kind(it.leaf.parent), Kind::Program | Kind::Block | Kind::Sequence);
            if sequence && !it.is_comment() && !matches!(it.leaf.word, "{" | "}") {
                starts[at] = Some(Gap::Statement);
            }
        }
        // A sequence within brackets begins where its bracket, its comma or its `=>` says.
        for it in self.branches.iter().filter(|it| it.kind == Kind::Sequence) {
            starts[it.first as usize] = None;
        }
        starts
    }

    /// For each `.` of a chain of calls, which one. Filled in: how long it is and where it ends.
    fn chained(&mut self) -> Vec<Option<u32>> {
        let links = |it: Kind| matches!(it, Kind::Call | Kind::FunctionCall | Kind::Index | Kind::Curry);
        let mut top: Vec<u32> = Vec::with_capacity(self.branches.len());
        for (at, it) in self.branches.iter().enumerate() {
            let within = it.field == Some(Field::Recipient) && links(self.kind(it.parent)) && links(it.kind);
            let outermost = if within { top[it.parent as usize] } else { at as u32 };
            top.push(outermost);
        }
        let mut number = vec![None; self.branches.len()];
        let mut chains = vec![None; self.tokens.len()];
        for (at, it) in self.tokens.iter().enumerate() {
            if it.leaf.word != "." || !matches!(self.kind(it.leaf.parent), Kind::Call | Kind::Curry) {
                continue;
            }
            let whole = top[it.leaf.parent as usize];
            let last = self.branches[whole as usize].after.saturating_sub(1);
            let chain = *number[whole as usize].get_or_insert_with(|| {
                self.chains.push(Chain { dots: 0, last });
                self.chains.len() as u32 - 1
            });
            self.chains[chain as usize].dots += 1;
            chains[at] = Some(chain);
        }
        chains
    }

    /// Whether a `{` belongs to what stands before it.
    fn is_body(&self, braces: u32) -> bool {
        let field = self.branches.get(braces as usize).and_then(|it| it.field);
        self.kind(braces) != Kind::Block || matches!(field, Some(Field::Body | Field::Then | Field::Else))
    }

    /// What stands between an operator, or a word like one, and what it is applied to.
    fn after_operator(&self, before: &Leaf, at: u32) -> Gap {
        let node = before.parent;
        let late = match (self.kind(node), before.word) {
            (
                Kind::Binary | Kind::Or | Kind::And | Kind::Same | Kind::MatchBind | Kind::SuchThatPattern,
                word,
            ) if !word.is_empty() => {
                // A range is one thing.
                if word.starts_with("..") {
                    return Gap::Tight;
                }
                false
            }
            (Kind::CallPattern, "in") => return Gap::Tight,
            (Kind::Call | Kind::Curry, ".") => return Gap::Loose,
            (_, ":=" | "->" | "<-" | "in" | "extends" | "implements" | "as") => true,
            (Kind::MapEntry | Kind::MapPatternEntry, "=>") => true,
            (Kind::Update | Kind::VerbUpdate, word) if !word.is_empty() => true,
            (Kind::AccumBody, word) if word != "_" && word != "." && !word.is_empty() => false,
            (Kind::Object | Kind::Function | Kind::Interface | Kind::Fn, ",") => false,
            _ => return Gap::Tight,
        };
        let head = matches!(
            self.kind(node),
            Kind::For | Kind::AccumFor | Kind::Object | Kind::Function | Kind::Interface | Kind::Fn
        );
        Gap::Operator { end: self.operand_end(node, at), late, head }
    }

    /// The last token of the part of `node` that begins with token `at`. All the nodes that begin with one
    /// token together are no more than the nodes there are, so this is linear over a text.
    fn operand_end(&self, node: u32, at: u32) -> u32 {
        let mut end = at;
        let mut branch = self.tokens[at as usize].leaf.parent;
        while branch != node {
            let Some(it) = self.branches.get(branch as usize).filter(|it| it.first == at) else { break };
            end = it.after.saturating_sub(1);
            if it.parent == branch {
                break;
            }
            branch = it.parent;
        }
        end
    }

    /// Says where there has to be a line end: where the author made one that may stay, after a comment, and
    /// in blocks that were not on one line.
    fn harden(&mut self, shape: Shape) {
        let one_line = shape == Shape::Step
            && !self.tokens.iter().skip(1).any(|it| it.lines_before > 0)
            && !self.tokens.iter().any(Token::has_lines);
        // Whether each open bracket is a block over several lines, with its expressions on lines of their own.
        let mut open: Vec<Option<bool>> = vec![Some(!one_line)];
        let mut lines = Vec::with_capacity(self.tokens.len());
        let mut line = 0;
        for it in &self.tokens {
            line += it.lines_before as usize;
            lines.push(line);
            line += line_ends(it.text);
        }
        let mut documented = false;
        for at in 0..self.tokens.len() {
            let it = self.tokens[at];
            let closes = it.pair.is_some() && !it.is_opener();
            let spread = open.last().copied().flatten();
            let written = it.lines_before > 0;
            let hard = match it.gap {
                _ if at == 0 => false,
                _ if self.tokens[at - 1].is_comment() || it.leaf.kind == Kind::Updoc => true,
                _ if it.leaf.kind == Kind::Comment => written,
                Gap::Documented => written || documented,
                Gap::Statement | Gap::Member | Gap::Opened | Gap::Closing => spread.unwrap_or(written),
                Gap::Item | Gap::Operator { .. } | Gap::Dot(_) | Gap::Loose => written,
                Gap::Tight => written && it.continued,
                Gap::Body => false,
            };
            let empty = closes && it.pair.is_some_and(|pair| pair as usize + 1 == at);
            self.tokens[at].hard = hard && !empty;
            documented = it.leaf.kind == Kind::DocComment && it.has_lines();
            if closes {
                open.pop();
            }
            if let Some(pair) = it.pair.filter(|_| it.is_opener()) {
                open.push(it.is_brace().then(|| lines[pair as usize] != lines[at]));
            }
        }
    }
}
