//! How characters and strings are written as E would read them back, and which article a word takes.

/// Appends `text` between double quotes. A newline stays as it is, as E has always printed it.
pub fn quote_string(text: &str, out: &mut String) {
    out.push('"');
    for it in text.chars() {
        match it {
            '\n' => out.push('\n'),
            '\'' => out.push('\''),
            _ => escape(it, out),
        }
    }
    out.push('"');
}

/// Appends `it` between single quotes.
pub fn quote_char(it: char, out: &mut String) {
    out.push('\'');
    match it {
        '"' => out.push('"'),
        _ => escape(it, out),
    }
    out.push('\'');
}

fn escape(it: char, out: &mut String) {
    match it {
        '"' | '\'' | '\\' => {
            out.push('\\');
            out.push(it);
        }
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        '\n' => out.push_str("\\n"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        _ if it.is_control() => out.push_str(&format!("\\u{:04X}", it as u32)),
        _ => out.push(it),
    }
}

/// `an int`, `a String`: the word with its article, chosen by its first letter as it is printed.
pub fn with_article(word: &str) -> String {
    format!("{} {word}", article(word))
}

/// `a` or `an`.
pub fn article(word: &str) -> &'static str {
    match word.chars().find(|it| it.is_alphanumeric()) {
        Some('a' | 'e' | 'i' | 'o' | 'u' | 'A' | 'E' | 'I' | 'O' | 'U') => "an",
        _ => "a",
    }
}

/// Whether `text` can stand as a noun or verb without quotes.
pub fn is_identifier(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|it| it == '_' || it.is_alphabetic())
        && letters.all(|it| it == '_' || it.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(text: &str) -> String {
        let mut out = String::new();
        quote_string(text, &mut out);
        out
    }

    #[test]
    fn strings_escape_what_would_not_come_back() {
        assert_eq!(string("a\"b\\c"), r#""a\"b\\c""#);
        assert_eq!(string("tab\tline\nend\r"), "\"tab\\tline\nend\\r\"");
        assert_eq!(string("it's"), "\"it's\"");
        assert_eq!(string("\u{0}"), "\"\\u0000\"");
        let mut out = String::new();
        quote_char('\'', &mut out);
        quote_char('\u{0}', &mut out);
        quote_char('"', &mut out);
        assert_eq!(out, r#"'\'''\u0000''"'"#);
    }

    #[test]
    fn articles_follow_the_first_letter() {
        assert_eq!(with_article("int"), "an int");
        assert_eq!(with_article("String"), "a String");
        assert_eq!(with_article("any[Null, String]"), "an any[Null, String]");
    }
}
