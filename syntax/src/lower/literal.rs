//! Literals, read exactly: integers of any size, floats, characters, strings with their escapes.

use super::Lowerer;
use crate::SyntaxErrorKind;
use crate::ast::Expr;
use crate::cst::{Kind, Node};
use crate::kernel_e::{Integer, Literal};
use text_size::{TextRange, TextSize};

impl<'a> Lowerer<'a> {
    pub(super) fn literal(&mut self, it: Node<'a>) -> Expr {
        if it.is_missing() {
            return Expr::Error;
        }
        Expr::Literal(match it.kind() {
            Kind::Integer => Literal::Int(self.integer(it)),
            Kind::Float => Literal::Float(it.text().replace('_', "").parse().unwrap_or(f64::INFINITY)),
            Kind::Char => return self.char(it),
            _ => Literal::Str(self.string(it).into()),
        })
    }

    fn integer(&mut self, it: Node<'a>) -> Integer {
        let text = it.text();
        let (digits, radix) = match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
            Some(digits) => (digits.replace('_', ""), 16),
            None => (text.replace('_', ""), 10),
        };
        if radix == 10 && digits.len() > 1 && digits.starts_with('0') {
            let message =
                "a number of more than one digit does not begin with 0; octal numbers are no longer E";
            self.syntax_error(it, message);
        }
        match i64::from_str_radix(&digits, radix) {
            Ok(value) => Integer::Small(value),
            Err(_) => Integer::Big { digits: digits.trim_start_matches('0').into(), radix: radix as u8 },
        }
    }

    fn char(&mut self, it: Node<'a>) -> Expr {
        let text = self.quoted(it);
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(one), None) => Expr::Literal(Literal::Char(one)),
            _ => {
                self.syntax_error(it, "a character literal holds one character; a string is written \"…\"");
                Expr::Error
            }
        }
    }

    /// What a string says.
    pub(super) fn string(&mut self, it: Node<'a>) -> String {
        self.quoted(it)
    }

    fn quoted(&mut self, it: Node<'a>) -> String {
        let text = it.text();
        let Some(quote) = text.chars().next() else { return String::new() };
        let inside = text.get(1..).unwrap_or_default();
        // Where the end is missing, the text ends with the file.
        let inside = inside.strip_suffix(quote).unwrap_or(inside);
        let mut escapes = Escapes::default();
        escapes.read(inside, it.range().start() + TextSize::new(1));
        let said = std::mem::take(&mut escapes.text);
        self.escape_faults(escapes);
        said
    }

    pub(super) fn escape_faults(&mut self, escapes: Escapes) {
        for (range, message) in escapes.faults {
            self.error(range, SyntaxErrorKind::Syntax, message);
        }
    }
}

/// Text with its escapes read, and what could not be.
#[derive(Default)]
pub(super) struct Escapes {
    pub(super) text: String,
    pub(super) faults: Vec<(TextRange, String)>,
}

impl Escapes {
    /// Reads text that begins at `start` of the file.
    pub(super) fn read(&mut self, raw: &str, start: TextSize) {
        if !raw.contains(['\\', '\r']) {
            self.text.push_str(raw);
            return;
        }
        let mut rest = raw;
        while let Some(next) = rest.chars().next() {
            let at = start + TextSize::of(raw) - TextSize::of(rest);
            rest = match next {
                '\\' => self.escape(rest, at),
                // The three ends of a line are one.
                '\r' => {
                    self.text.push('\n');
                    rest.strip_prefix("\r\n").unwrap_or(&rest[1..])
                }
                other => {
                    self.text.push(other);
                    &rest[other.len_utf8()..]
                }
            };
        }
    }

    /// Reads one escape at the start of `from` and answers what is left behind it.
    fn escape<'t>(&mut self, from: &'t str, at: TextSize) -> &'t str {
        let after = &from[1..];
        let Some(letter) = after.chars().next() else {
            self.fault(at, 1, "found a backslash at the end; write \\\\ for the character");
            return after;
        };
        let rest = &after[letter.len_utf8()..];
        match letter {
            'b' => self.text.push('\u{8}'),
            't' => self.text.push('\t'),
            'n' => self.text.push('\n'),
            'f' => self.text.push('\u{c}'),
            'r' => self.text.push('\r'),
            '"' | '\'' | '\\' | '?' | '/' | '`' => self.text.push(letter),
            'u' => return self.code_point(rest, 4, at),
            'U' => return self.code_point(rest, 8, at),
            '0'..='7' => return self.octal(after),
            ' ' | '\t' | '\u{c}' | '\r' | '\n' => return self.continued(after, at),
            other => {
                let message = format!("`\\{other}` is no escape of E; write \\\\ for a backslash");
                self.fault(at, 1 + other.len_utf8(), message);
                self.text.push(other);
            }
        }
        rest
    }

    /// Backslash, blanks and the end of the line: nothing at all.
    fn continued<'t>(&mut self, after: &'t str, at: TextSize) -> &'t str {
        let line = after.trim_start_matches([' ', '\t', '\u{c}']);
        let next = line.strip_prefix("\r\n").or(line.strip_prefix(['\r', '\n']));
        next.unwrap_or_else(|| {
            self.fault(at, 1, "only blanks may stand between a backslash and the end of its line");
            after
        })
    }

    fn code_point<'t>(&mut self, rest: &'t str, digits: usize, at: TextSize) -> &'t str {
        let Some((value, after)) = hexadecimal(rest, digits) else {
            self.fault(at, 2, format!("wanted {digits} hexadecimal digits here"));
            return rest;
        };
        // Two escapes together may name one character, as in UTF-16.
        if (0xD800..0xDC00).contains(&value)
            && let Some((low, after)) = after.strip_prefix("\\u").and_then(|it| hexadecimal(it, 4))
            && (0xDC00..0xE000).contains(&low)
        {
            let pair = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
            self.text.extend(char::from_u32(pair));
            return after;
        }
        match char::from_u32(value) {
            Some(it) => self.text.push(it),
            None => {
                self.fault(at, 2 + digits, "this is no character of Unicode");
                self.text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        after
    }

    fn octal<'t>(&mut self, after: &'t str) -> &'t str {
        let most = if after.starts_with(['0', '1', '2', '3']) { 3 } else { 2 };
        let count = after.bytes().take(most).take_while(|it| (b'0'..b'8').contains(it)).count();
        let value = u32::from_str_radix(&after[..count], 8).unwrap_or_default();
        self.text.extend(char::from_u32(value));
        &after[count..]
    }

    fn fault(&mut self, at: TextSize, len: usize, message: impl Into<String>) {
        self.faults.push((TextRange::at(at, TextSize::new(len as u32)), message.into()));
    }
}

fn hexadecimal(text: &str, digits: usize) -> Option<(u32, &str)> {
    let (number, after) = text.split_at_checked(digits)?;
    let all = number.bytes().all(|it| it.is_ascii_hexdigit());
    all.then(|| u32::from_str_radix(number, 16).ok()).flatten().map(|it| (it, after))
}
