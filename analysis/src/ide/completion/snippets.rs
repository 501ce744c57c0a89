//! What usually follows a word: the gaps that are left to fill are `${1:name}`, and the cursor ends at `$0`.

use audit::as_written;
use syntax::kernel_e::{Method, Pattern, Program};

const KEYWORDS: &[(&str, &str)] = &[
    ("escape", "escape ${1:done} {\n    $0\n}"),
    ("fn", "fn ${1:it} { $0 }"),
    ("for", "for ${1:each} in ${2:all} {\n    $0\n}"),
    ("if", "if (${1:true}) {\n    $0\n}"),
    ("interface", "interface ${1:Purse} {\n    to ${2:deposit}($0)\n}"),
    ("match", "match ${1:[verb, args]} {\n    $0\n}"),
    ("method", "method ${1:deposit}($2) {\n    $0\n}"),
    ("switch", "switch (${1:it}) {\n    match ${2:==1} { $0 }\n}"),
    ("to", "to ${1:deposit}($2) {\n    $0\n}"),
    ("try", "try {\n    $1\n} catch ${2:problem} {\n    $0\n}"),
    ("when", "when (${1:promise}) -> {\n    $0\n}"),
    ("while", "while (${1:true}) {\n    $0\n}"),
];

/// The usual form of what a keyword begins.
pub(super) fn of_keyword(word: &str) -> Option<&'static str> {
    KEYWORDS.iter().find(|(it, _)| *it == word).map(|(_, form)| *form)
}

/// A message with a gap for each argument, which goes by the parameter's name.
pub(super) fn of_message(program: &Program, it: &Method) -> String {
    let gap = |(n, pattern): (usize, &syntax::kernel_e::PatternId)| {
        let name = match program.pattern(*pattern) {
            Pattern::Final { noun, .. } | Pattern::Var { noun, .. } => as_written(noun),
            _ => "it",
        };
        format!("${{{}:{name}}}", n + 1)
    };
    let gaps: Vec<String> = it.params.iter().enumerate().map(gap).collect();
    format!("{}({})$0", it.verb, gaps.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form with its gaps filled by what they suggest.
    fn filled(form: &str) -> String {
        let mut text = String::new();
        let mut rest = form;
        while let Some((before, after)) = rest.split_once('$') {
            text.push_str(before);
            rest = match after.strip_prefix('{').and_then(|it| it.split_once('}')) {
                Some((gap, rest)) => {
                    text.push_str(gap.split_once(':').map_or("", |(_, it)| it));
                    rest
                }
                None => &after[1..],
            };
        }
        text + rest
    }

    #[test]
    fn each_form_is_e_once_it_is_filled() {
        for (word, form) in KEYWORDS {
            let text = match *word {
                "to" | "method" | "match" => format!("def purse {{ {} }}", filled(form)),
                _ => filled(form),
            };
            let parse = syntax::parse(&text);
            assert!(parse.errors.is_empty(), "{text}: {:?}", parse.errors);
            let expansion = syntax::expand(&parse.program);
            assert!(expansion.errors.is_empty(), "{text}: {:?}", expansion.errors);
        }
    }
}
