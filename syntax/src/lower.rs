//! CST → AST: always succeeds, with errors beside the tree.

use crate::pragmas::Pragmas;
use crate::{Parse, SyntaxError, SyntaxErrorKind, ast};
use text_size::{TextRange, TextSize};

/// A piece of a template that E's own quasi-parsers (`e` and `epatt`) are handed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TemplatePart {
    /// E text.
    Text(String),
    /// `${n}`: where a value's tree goes.
    Value(u32),
    /// `@{n}`: what to match and give back.
    Pattern(u32),
}

/// Reads a program of syntax version 0.9.
pub fn parse(text: &str) -> Parse {
    parse_with(text, &Pragmas::default())
}

/// Reads a program with the optional syntaxes that an earlier text left on.
pub fn parse_with(text: &str, pragmas: &Pragmas) -> Parse {
    let program = ast::Program::default();
    let range = TextRange::up_to(TextSize::of(text));
    let message = "this build has no grammar of E in it".to_string();
    let errors = vec![SyntaxError { range, message, kind: SyntaxErrorKind::Syntax }];
    Parse { program, errors, pragmas: *pragmas }
}

/// Reads the template of a quasi-literal of E itself; its holes become `QuasiLiteral` and `QuasiPattern` nodes.
pub fn parse_quasi(template: &[TemplatePart]) -> Parse {
    let text: String = template
        .iter()
        .map(|part| match part {
            TemplatePart::Text(text) => text.as_str(),
            TemplatePart::Value(_) | TemplatePart::Pattern(_) => " ",
        })
        .collect();
    parse(&text)
}
