//! Which names can be written bare, and how the others are quoted.

/// The words E keeps for itself, those in use and those merely reserved; in lower case, sorted.
///
/// E matches them whatever their case: `If` is one too.
pub const KEYWORDS: &[&str] = &[
    "abstract",
    "accum",
    "an",
    "as",
    "assert",
    "attribute",
    "be",
    "begin",
    "behalf",
    "belief",
    "believe",
    "believes",
    "bind",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "constructor",
    "continue",
    "datatype",
    "declare",
    "def",
    "default",
    "define",
    "defmacro",
    "delegate",
    "delicate",
    "deprecated",
    "dispatch",
    "do",
    "else",
    "encapsulate",
    "encapsulated",
    "encapsulates",
    "end",
    "ensure",
    "enum",
    "escape",
    "eventual",
    "eventually",
    "exit",
    "export",
    "extends",
    "facet",
    "finally",
    "fn",
    "for",
    "forall",
    "fun",
    "function",
    "given",
    "guards",
    "hidden",
    "hides",
    "if",
    "implements",
    "in",
    "inline",
    "interface",
    "into",
    "is",
    "know",
    "knows",
    "lambda",
    "let",
    "match",
    "meta",
    "method",
    "methods",
    "module",
    "namespace",
    "native",
    "obeys",
    "octet",
    "on",
    "oneway",
    "operator",
    "package",
    "pragma",
    "private",
    "protected",
    "public",
    "raises",
    "reliance",
    "reliant",
    "relies",
    "rely",
    "return",
    "reveal",
    "sake",
    "select",
    "signed",
    "static",
    "struct",
    "suchthat",
    "supports",
    "suspect",
    "suspects",
    "switch",
    "synchronized",
    "this",
    "throws",
    "thunk",
    "to",
    "transient",
    "truncatable",
    "try",
    "typedef",
    "unsigned",
    "unum",
    "uses",
    "using",
    "utf16",
    "utf8",
    "var",
    "via",
    "virtual",
    "volatile",
    "when",
    "while",
    "wstring",
];

/// Whether `name` may stand as a noun or verb without quotes.
pub fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    let starts = chars.next().is_some_and(|it| it == '_' || unicode_ident::is_xid_start(it));
    starts && name != "_" && chars.all(unicode_ident::is_xid_continue) && !is_keyword(name)
}

/// Whether E keeps `name` for itself, now or for later.
pub fn is_keyword(name: &str) -> bool {
    let lower = name.to_lowercase();
    KEYWORDS.binary_search(&lower.as_str()).is_ok()
}

/// `text` between `quote`s, escaped as E escapes it. A line end stays one only where `line_ends` allows it.
pub fn quoted(text: &str, quote: char, line_ends: bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for it in text.chars() {
        match it {
            '\n' if line_ends => out.push('\n'),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\\' => out.push_str("\\\\"),
            it if it == quote => out.extend(['\\', it]),
            it if it < ' ' => out.push_str(&format!("\\u{:04X}", it as u32)),
            it => out.push(it),
        }
    }
    out.push(quote);
    out
}

/// A float64 as a literal that reads back as the same number: always with a point, `E` beyond seven digits.
pub fn float(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{value:?}");
    }
    let scientific = format!("{value:e}");
    match scientific.split_once('e') {
        Some((digits, exponent)) if digits.contains('.') => format!("{digits}E{exponent}"),
        Some((digits, exponent)) => format!("{digits}.0E{exponent}"),
        None => scientific,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_sorted_so_that_they_can_be_looked_up() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn a_name_is_bare_only_where_it_would_be_read_back() {
        assert!(is_identifier("purse") && is_identifier("__main") && is_identifier("größe"));
        assert!(!is_identifier("") && !is_identifier("_") && !is_identifier("2nd") && !is_identifier("a+b"));
        assert!(!is_identifier("Default"));
    }

    #[test]
    fn floats_keep_their_point() {
        assert_eq!(
            ["0.5", "3.0", "1.0E300", "1.5E-7"],
            [0.5, 3.0, 1e300, 1.5e-7].map(float).each_ref().map(|it| it.as_str())
        );
    }
}
