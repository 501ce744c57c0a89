//! Which brackets, strings and quasi-literals of a text are still open at its end, and whether its last token
//! asks for more.
//!
//! One pass over the characters, with a stack of what is open. It knows just enough of E's words to skip what
//! brackets do not count in, and works the same on texts that are not E.

use text_size::{TextRange, TextSize};

/// Something that wants an end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Opener {
    Paren,
    Bracket,
    Brace,
    /// `${` or `@{` in a quasi-literal
    Hole,
    Quasi,
    String,
    DocComment,
}

impl Opener {
    pub(crate) fn closer(self) -> &'static str {
        match self {
            Opener::Paren => ")",
            Opener::Bracket => "]",
            Opener::Brace | Opener::Hole => "}",
            Opener::Quasi => "`",
            Opener::String => "\"",
            Opener::DocComment => "*/",
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Balance {
    /// Outermost first.
    pub(crate) unclosed: Vec<(Opener, TextRange)>,
    /// A closing bracket, and what was open there, if anything was.
    pub(crate) mismatch: Option<(TextRange, Option<(Opener, TextRange)>)>,
    /// The last token, where it cannot be the end of a program.
    pub(crate) unfinished: Option<TextRange>,
}

/// Looks through a whole text, or up to the first bracket that closes the wrong thing.
pub(crate) fn balance(text: &str) -> Balance {
    let mut scan = Scan { text, bytes: text.as_bytes(), at: 0, open: Vec::new(), last: Last::Nothing };
    let mismatch = scan.run();
    let unfinished = match scan.last {
        Last::Wants(from, to) if scan.open.is_empty() => Some(range(from, to)),
        _ => None,
    };
    let unclosed = scan.open.iter().map(|it| (it.opener, range(it.at, it.at + it.len))).collect();
    Balance { unclosed, mismatch, unfinished }
}

fn range(from: usize, to: usize) -> TextRange {
    TextRange::new(TextSize::new(from as u32), TextSize::new(to as u32))
}

/// A parenthesis that a text leaves open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenParenthesis {
    pub at: TextSize,
    /// The commas behind it that are between its own items.
    pub commas: usize,
}

/// The innermost thing a text leaves open, if that is a parenthesis: the arguments of a call, half typed. Works on
/// texts that are not E; strings, comments and quasi-literals are skipped.
pub fn open_parenthesis(text: &str) -> Option<OpenParenthesis> {
    let mut scan = Scan { text, bytes: text.as_bytes(), at: 0, open: Vec::new(), last: Last::Nothing };
    // A bracket that closes the wrong thing is left out, and what follows it read on.
    while scan.run().is_some() {
        scan.at += 1;
    }
    let it = scan.open.last().filter(|it| it.opener == Opener::Paren)?;
    Some(OpenParenthesis { at: TextSize::new(it.at as u32), commas: it.commas })
}

struct Open {
    opener: Opener,
    at: usize,
    len: usize,
    /// The commas that stand directly in it.
    commas: usize,
    /// The parentheses of an `if`, after which a block may stand on the next line.
    of_if: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Last {
    Nothing,
    /// A token that may end a program, and whether it was the word `if`.
    Ends {
        word_if: bool,
    },
    /// One that may not, from and to.
    Wants(usize, usize),
}

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    open: Vec<Open>,
    last: Last,
}

type Mismatch = (TextRange, Option<(Opener, TextRange)>);

impl Scan<'_> {
    fn run(&mut self) -> Option<Mismatch> {
        self.line_start();
        while let Some(byte) = self.peek(0) {
            if self.open.last().is_some_and(|it| it.opener == Opener::Quasi) {
                self.quasi(byte);
                continue;
            }
            if let Some(mismatch) = self.code(byte) {
                return Some(mismatch);
            }
        }
        None
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn code(&mut self, byte: u8) -> Option<Mismatch> {
        match byte {
            b'\n' | b'\r' => {
                self.at += 1;
                self.line_start();
            }
            b' ' | b'\t' | 0x0C => self.at += 1,
            b'#' => self.skip_line(),
            b'"' => self.string(),
            b'\'' => self.char(),
            b'`' => self.open(Opener::Quasi, 1),
            b'(' => self.open(Opener::Paren, 1),
            b'[' => self.open(Opener::Bracket, 1),
            b'{' => self.open(Opener::Brace, 1),
            b')' | b']' | b'}' => return self.close(byte),
            b'/' if self.text.get(self.at..).is_some_and(|it| it.starts_with("/**")) => self.doc_comment(),
            b'<' if self.uri() => {}
            b'\\' => self.continued_line(),
            _ if byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80 => self.word(),
            _ => self.operator(),
        }
        None
    }

    /// A line that begins with `?` or `>` is embedded updoc.
    fn line_start(&mut self) {
        let blanks = self.bytes[self.at..].iter().take_while(|it| matches!(it, b' ' | b'\t' | 0x0C)).count();
        if matches!(self.peek(blanks), Some(b'?' | b'>')) {
            self.skip_line();
        }
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|it| matches!(it, b'\n' | b'\r')).unwrap_or(rest.len());
    }

    fn open(&mut self, opener: Opener, len: usize) {
        let of_if = opener == Opener::Paren && self.last == Last::Ends { word_if: true };
        self.open.push(Open { opener, at: self.at, len, commas: 0, of_if });
        self.at += len;
        self.last = Last::Nothing;
    }

    fn close(&mut self, byte: u8) -> Option<Mismatch> {
        let here = range(self.at, self.at + 1);
        let Some(open) = self.open.last() else { return Some((here, None)) };
        if open.opener.closer().as_bytes() != [byte] {
            return Some((here, Some((open.opener, range(open.at, open.at + open.len)))));
        }
        self.last = match open.of_if {
            true => Last::Wants(self.at, self.at + 1),
            false => Last::Ends { word_if: false },
        };
        self.open.pop();
        self.at += 1;
        None
    }

    fn string(&mut self) {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                self.last = Last::Ends { word_if: false };
                return;
            }
        }
        self.at = self.bytes.len();
        self.open.push(Open { opener: Opener::String, at: start, len: 1, commas: 0, of_if: false });
    }

    /// A character ends on its line, or is none.
    fn char(&mut self) {
        let rest = &self.bytes[self.at + 1..];
        let escaped = rest.first() == Some(&b'\\');
        let from = if escaped { 2 } else { 1 };
        let end = rest.iter().skip(from).take(12).position(|it| *it == b'\'').map_or(0, |it| it + from + 1);
        self.at += 1 + end;
        self.last = Last::Ends { word_if: false };
    }

    fn doc_comment(&mut self) {
        let start = self.at;
        // `/***/` is whole: its end may begin right behind the second star.
        match self.text.get(start + 3..).and_then(|it| it.find("*/")) {
            Some(end) => {
                self.at = start + 3 + end + 2;
                self.last = Last::Wants(start, self.at);
            }
            None => {
                self.at = self.bytes.len();
                self.open.push(Open {
                    opener: Opener::DocComment,
                    at: start,
                    len: 3,
                    commas: 0,
                    of_if: false,
                });
            }
        }
    }

    /// `<scheme:body>`, in which brackets and quotes are letters.
    fn uri(&mut self) -> bool {
        let rest = &self.bytes[self.at + 1..];
        let scheme = rest.iter().take_while(|it| it.is_ascii_alphanumeric() || b"_+-.".contains(it)).count();
        if !rest.first().is_some_and(u8::is_ascii_alphabetic)
            || !matches!(rest.get(scheme), Some(b':' | b'>'))
        {
            return false;
        }
        let body = rest[scheme..].iter().take_while(|it| is_uri_byte(**it)).count();
        let whole = rest.get(scheme + body) == Some(&b'>');
        if whole {
            self.at += 1 + scheme + body + 1;
            self.last = Last::Ends { word_if: false };
        }
        whole
    }

    fn continued_line(&mut self) {
        let start = self.at;
        let blanks =
            self.bytes[start + 1..].iter().take_while(|it| matches!(it, b' ' | b'\t' | 0x0C)).count();
        self.at += 1 + blanks;
        if matches!(self.peek(0), None | Some(b'\n' | b'\r')) {
            let crlf = self.peek(0) == Some(b'\r') && self.peek(1) == Some(b'\n');
            self.at = (self.at + 1 + usize::from(crlf)).min(self.bytes.len());
            self.last = Last::Wants(start, start + 1);
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let rest = &self.bytes[start..];
        let len =
            rest.iter().take_while(|it| **it == b'_' || it.is_ascii_alphanumeric() || **it >= 0x80).count();
        self.at += len;
        let word = String::from_utf8_lossy(&rest[..len.min(10)]).to_ascii_lowercase();
        self.last = match word.as_str() {
            "in" | "extends" | "implements" | "as" => Last::Wants(start, self.at),
            word => Last::Ends { word_if: word == "if" },
        };
    }

    fn operator(&mut self) {
        if self.peek(0) == Some(b',')
            && let Some(open) = self.open.last_mut()
        {
            open.commas += 1;
        }
        let from = match self.last {
            // Of two operators in a row, the pair is what is shown.
            Last::Wants(from, to) if to == self.at => from,
            _ => self.at,
        };
        self.at += 1;
        // `++` and `--` are no operators, so nothing that follows could make them good.
        let counting = matches!(&self.bytes[from..self.at], b"++" | b"--");
        let byte = self.bytes[self.at - 1];
        let ends = byte == b';' || !byte.is_ascii_punctuation() || counting;
        self.last = if ends { Last::Ends { word_if: false } } else { Last::Wants(from, self.at) };
    }

    fn quasi(&mut self, byte: u8) {
        match (byte, self.peek(1)) {
            (b'`', Some(b'`')) => self.at += 2,
            (b'`', _) => {
                self.open.pop();
                self.at += 1;
                self.last = Last::Ends { word_if: false };
            }
            (b'$' | b'@', Some(b'{')) => self.open(Opener::Hole, 2),
            (b'$' | b'@', Some(b'\\')) => self.at = (self.at + 3).min(self.bytes.len()),
            (b'$' | b'@', Some(next)) if next == byte => self.at += 2,
            _ => self.at += 1,
        }
    }
}

fn is_uri_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b";/?:@&=+$,-_.!~*'()%\\|#[]".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unclosed(text: &str) -> Vec<Opener> {
        balance(text).unclosed.iter().map(|it| it.0).collect()
    }

    #[test]
    fn brackets_inside_text_do_not_count() {
        assert_eq!(unclosed("gate <-open(1, a > (b"), [Opener::Paren, Opener::Paren]);
        for text in ["\"({[\"", "'('", "`({[`", "# (", "<file:a(b>", "/** ( */ def purse {}", "? open(\n1"] {
            assert_eq!(unclosed(text), [], "{text}");
        }
    }

    #[test]
    fn holes_are_code_again() {
        assert_eq!(unclosed("`a ${f(\"`\")} b`"), []);
        assert_eq!(unclosed("`a ${f("), [Opener::Quasi, Opener::Hole, Opener::Paren]);
        assert_eq!(unclosed("`a `` $$ @@ ${`b"), [Opener::Quasi, Opener::Hole, Opener::Quasi]);
    }

    #[test]
    fn a_wrong_bracket_is_found_with_what_it_should_have_closed() {
        let (at, open) = balance("mint.open(purse]").mismatch.unwrap();
        assert_eq!((at, open.unwrap().0), (range(15, 16), Opener::Paren));
        assert_eq!(balance("purse)").mismatch.unwrap().1, None);
    }

    #[test]
    fn the_arguments_of_a_half_typed_call_are_counted() {
        let commas = |text: &str| open_parenthesis(text).map(|it| (usize::from(it.at), it.commas));
        assert_eq!(commas("purse.deposit(10, [1, 2], f(a, b), \"x, y\", "), Some((13, 4)));
        assert_eq!(commas("purse.deposit("), Some((13, 0)));
        assert_eq!(commas("purse.deposit(10"), Some((13, 0)));
        assert_eq!(commas("def gate] { to enter(coin, "), Some((20, 1)));
        assert_eq!(commas("purse.deposit(10)"), None);
        assert_eq!(commas("f(thunk { a; "), None);
    }

    #[test]
    fn some_tokens_cannot_be_the_last() {
        for text in ["a +", "a :=\n", "a \\", "if (a)", "def a implements", "a,", "/** doc */", "a -> # so"] {
            assert!(balance(text).unfinished.is_some(), "{text}");
        }
        for text in ["a", "a;", "a(b)", "\"a +\"", "`+`", "<a:+>", "", "a + # b\nc"] {
            assert!(balance(text).unfinished.is_none(), "{text}");
        }
    }
}
