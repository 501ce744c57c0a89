//! The text between the backquotes of ``term`…` ``, read into a tree with numbered holes.
//!
//! ```text
//! repeated := one ["*" | "+" | "?"]
//! one      := functor ["(" list ")" | "{" list "}" | ":" repeated] | "[" list "]" | "{" list "}"
//! list     := [repeated {"," repeated}]
//! functor  := tag [hole] | literal | hole
//! ```

use crate::data::template::{Part, cut};
use dashu_int::IBig;

/// A template that has been read. Children come before their parents; the root is the last.
#[derive(Debug)]
pub struct Template {
    nodes: Vec<Node>,
    /// Has it a hole for a pattern?
    pub has_patterns: bool,
}

/// Which node of its template.
pub type NodeId = usize;

#[derive(Debug, PartialEq)]
pub enum Node {
    Tag(String),
    Data(Datum),
    Hole(Hole),
    /// A functor and its arguments.
    Term(NodeId, NodeId),
    Seq(Vec<NodeId>),
    Repeated(NodeId, Quantity),
}

#[derive(Debug, PartialEq)]
pub struct Hole {
    pub at: usize,
    pub is_pattern: bool,
    /// Arguments follow, so it stands for a term without its own.
    pub is_functor: bool,
    /// `.int.` in `.int.@{0}`
    pub tag: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    Int(IBig),
    Float(f64),
    Char(char),
    Text(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    Any,
    Some,
    Optional,
}

impl Quantity {
    pub fn allows(self, times: usize) -> bool {
        match self {
            Quantity::Any => true,
            Quantity::Some => times >= 1,
            Quantity::Optional => times <= 1,
        }
    }
}

impl Template {
    /// What it weighs in the heap.
    pub fn weight(&self) -> u64 {
        48 * self.nodes.len() as u64
    }
    pub fn root(&self) -> NodeId {
        self.nodes.len() - 1
    }
    pub fn node(&self, at: NodeId) -> &Node {
        &self.nodes[at]
    }
    /// How many terms a node stands for at least.
    pub fn least(&self, at: NodeId) -> usize {
        match self.node(at) {
            Node::Tag(_) | Node::Data(_) | Node::Hole(_) | Node::Term(..) => 1,
            Node::Seq(parts) => parts.iter().map(|it| self.least(*it)).sum(),
            Node::Repeated(part, Quantity::Some) => self.least(*part),
            Node::Repeated(..) => 0,
        }
    }
    /// The holes in a node and what is below it.
    pub fn holes(&self, at: NodeId) -> Vec<&Hole> {
        let (mut todo, mut holes) = (vec![at], Vec::new());
        while let Some(at) = todo.pop() {
            match self.node(at) {
                Node::Tag(_) | Node::Data(_) => {}
                Node::Hole(it) => holes.push(it),
                Node::Term(functor, args) => todo.extend([*args, *functor]),
                Node::Seq(parts) => todo.extend(parts.iter().rev()),
                Node::Repeated(part, _) => todo.push(*part),
            }
        }
        holes
    }
}

/// How deep brackets in a template go. What is in the holes may be as deep as it likes.
const DEEPEST: usize = 200;

/// Reads a template, or says what stands in the way.
pub fn read(template: &str) -> Result<Template, String> {
    let mut tokens = Vec::new();
    for part in cut(template)? {
        match part {
            Part::Text(text) => Lexer { rest: &text }.all(&mut tokens)?,
            Part::Value(at) => tokens.push(Token::Hole(at, false)),
            Part::Pattern(at) => tokens.push(Token::Hole(at, true)),
        }
    }
    let has_patterns = tokens.iter().any(|it| matches!(it, Token::Hole(_, true)));
    let mut parser = Parser { tokens, at: 0, depth: 0, nodes: Vec::new() };
    let root = parser.repeated()?;
    if let Some(it) = parser.tokens.get(parser.at) {
        return Err(format!("in term`…`: {} after the term has ended", it.say()));
    }
    debug_assert_eq!(root + 1, parser.nodes.len());
    Ok(Template { nodes: parser.nodes, has_patterns })
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Sign(char),
    Tag(String),
    Data(Datum),
    /// Its number, and whether it is for a pattern.
    Hole(usize, bool),
}

impl Token {
    fn say(&self) -> String {
        match self {
            Token::Sign(it) => format!("`{it}`"),
            Token::Tag(it) => format!("`{it}`"),
            Token::Data(it) => match it {
                Datum::Int(it) => format!("`{it}`"),
                Datum::Float(it) => format!("`{it}`"),
                Datum::Char(it) => format!("{it:?}"),
                Datum::Text(it) => format!("{it:?}"),
            },
            Token::Hole(at, true) => format!("`@{{{at}}}`"),
            Token::Hole(at, false) => format!("`${{{at}}}`"),
        }
    }
}

struct Lexer<'a> {
    rest: &'a str,
}

fn starts_tag(it: char) -> bool {
    it == '_' || it == '$' || it.is_alphabetic()
}

fn in_tag(it: char) -> bool {
    starts_tag(it) || it == '.' || it == '-' || it.is_numeric()
}

impl Lexer<'_> {
    fn all(mut self, tokens: &mut Vec<Token>) -> Result<(), String> {
        loop {
            self.rest = self.rest.trim_start();
            let mut letters = self.rest.chars();
            let Some(first) = letters.next() else { return Ok(()) };
            let second = letters.next();
            tokens.push(match first {
                '(' | ')' | '[' | ']' | '{' | '}' | ',' | ':' | '*' | '+' | '?' => {
                    self.rest = letters_after(self.rest, 1);
                    Token::Sign(first)
                }
                '"' => Token::Data(Datum::Text(self.quoted('"')?)),
                '\'' => {
                    let text = self.quoted('\'')?;
                    let mut letters = text.chars();
                    match (letters.next(), letters.next()) {
                        (Some(it), None) => Token::Data(Datum::Char(it)),
                        _ => return Err(format!("in term`…`: '{text}' is not one character")),
                    }
                }
                '0'..='9' => self.number()?,
                '-' if second.is_some_and(|it| it.is_ascii_digit()) => self.number()?,
                '.' if second.is_some_and(starts_tag) => Token::Tag(self.tag()),
                it if starts_tag(it) => Token::Tag(self.tag()),
                it => return Err(format!("in term`…`: `{it}` does not start a term")),
            });
        }
    }

    /// `foo`, `.int.`, `a::b`
    fn tag(&mut self) -> String {
        let mut end = self.rest.find(|it| !in_tag(it)).unwrap_or(self.rest.len());
        while let Some(more) = self.rest[end..].strip_prefix("::").filter(|it| it.starts_with(starts_tag)) {
            end += 2 + more.find(|it| !in_tag(it)).unwrap_or(more.len());
        }
        let (tag, rest) = self.rest.split_at(end);
        self.rest = rest;
        tag.to_string()
    }

    fn number(&mut self) -> Result<Token, String> {
        let sign = usize::from(self.rest.starts_with('-'));
        let digits =
            |text: &str| text.find(|it: char| !it.is_ascii_digit() && it != '_').unwrap_or(text.len());
        let mut end = sign + digits(&self.rest[sign..]);
        let mut is_float = false;
        if self.rest[end..].starts_with('.')
            && self.rest[end + 1..].starts_with(|it: char| it.is_ascii_digit())
        {
            is_float = true;
            end += 1 + digits(&self.rest[end + 1..]);
        }
        if self.rest[end..].starts_with(['e', 'E']) {
            let signed = usize::from(self.rest[end + 1..].starts_with(['-', '+']));
            let length = digits(&self.rest[end + 1 + signed..]);
            if length > 0 {
                is_float = true;
                end += 1 + signed + length;
            }
        }
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        let text = text.replace('_', "");
        let datum = match is_float {
            true => text.parse().ok().map(Datum::Float),
            false => text.parse().ok().map(Datum::Int),
        };
        datum.map(Token::Data).ok_or_else(|| format!("in term`…`: {text} is not a number"))
    }

    /// What stands between two quotes, its escapes replaced.
    fn quoted(&mut self, quote: char) -> Result<String, String> {
        let whole = self.rest;
        let mut text = String::new();
        let mut letters = whole.char_indices().skip(1);
        while let Some((at, it)) = letters.next() {
            match it {
                it if it == quote => {
                    self.rest = &whole[at + 1..];
                    return Ok(text);
                }
                '\\' => text.push(match letters.next().map(|it| it.1) {
                    Some('b') => '\u{8}',
                    Some('t') => '\t',
                    Some('n') => '\n',
                    Some('f') => '\u{c}',
                    Some('r') => '\r',
                    Some(it @ ('"' | '\'' | '\\')) => it,
                    Some('u') => {
                        let hex: String = letters.by_ref().take(4).map(|it| it.1).collect();
                        let code = u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32);
                        code.ok_or_else(|| format!("in term`…`: \\u{hex} is not a character"))?
                    }
                    Some(it) => return Err(format!("in term`…`: \\{it} is not an escape")),
                    None => break,
                }),
                it => text.push(it),
            }
        }
        Err(format!("in term`…`: no {quote} ends {whole}"))
    }
}

fn letters_after(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or("", |(at, _)| &text[at..])
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    nodes: Vec<Node>,
}

impl Parser {
    fn push(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        self.nodes.len() - 1
    }
    fn take(&mut self, sign: char) -> bool {
        let is = self.tokens.get(self.at) == Some(&Token::Sign(sign));
        self.at += usize::from(is);
        is
    }
    fn wanted<T>(&self, what: &str) -> Result<T, String> {
        let found = self.tokens.get(self.at).map_or("its end".to_string(), Token::say);
        Err(format!("in term`…`: found {found}, wanted {what}"))
    }

    fn repeated(&mut self) -> Result<NodeId, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("in term`…`: brackets go deeper than {DEEPEST}"));
        }
        let one = self.one()?;
        self.depth -= 1;
        for (sign, quantity) in [('*', Quantity::Any), ('+', Quantity::Some), ('?', Quantity::Optional)] {
            if self.take(sign) {
                return Ok(self.push(Node::Repeated(one, quantity)));
            }
        }
        Ok(one)
    }

    fn one(&mut self) -> Result<NodeId, String> {
        if self.take('[') {
            return self.collection(".tuple.", ']');
        }
        if self.take('{') {
            return self.collection(".bag.", '}');
        }
        let functor = self.functor()?;
        if self.take('(') {
            let args = self.list(')')?;
            return Ok(self.applied(functor, args));
        }
        if self.take('{') {
            let bag = self.collection(".bag.", '}')?;
            return Ok(self.applied(functor, bag));
        }
        if self.take(':') {
            let value = self.repeated()?;
            let body = self.applied(functor, value);
            let tag = self.push(Node::Tag(".attr.".to_string()));
            return Ok(self.push(Node::Term(tag, body)));
        }
        Ok(functor)
    }

    fn collection(&mut self, tag: &str, close: char) -> Result<NodeId, String> {
        let tag = self.push(Node::Tag(tag.to_string()));
        let args = self.list(close)?;
        Ok(self.push(Node::Term(tag, args)))
    }

    fn applied(&mut self, functor: NodeId, args: NodeId) -> NodeId {
        if let Some(Node::Hole(it)) = self.nodes.get_mut(functor) {
            it.is_functor = true;
        }
        self.push(Node::Term(functor, args))
    }

    fn list(&mut self, close: char) -> Result<NodeId, String> {
        let mut parts = Vec::new();
        if !self.take(close) {
            loop {
                parts.push(self.repeated()?);
                if self.take(close) {
                    break;
                }
                if !self.take(',') {
                    return self.wanted(&format!("`,` or `{close}`"));
                }
            }
        }
        Ok(self.push(Node::Seq(parts)))
    }

    fn functor(&mut self) -> Result<NodeId, String> {
        let token = self.tokens.get(self.at).cloned();
        let node = match token {
            Some(Token::Data(it)) => Node::Data(it),
            Some(Token::Hole(at, is_pattern)) => {
                Node::Hole(Hole { at, is_pattern, is_functor: false, tag: None })
            }
            Some(Token::Tag(tag)) => match self.tokens.get(self.at + 1) {
                Some(&Token::Hole(at, is_pattern)) => {
                    self.at += 1;
                    Node::Hole(Hole { at, is_pattern, is_functor: false, tag: Some(tag) })
                }
                _ => Node::Tag(tag),
            },
            _ => return self.wanted("a term"),
        };
        self.at += 1;
        Ok(self.push(node))
    }
}
