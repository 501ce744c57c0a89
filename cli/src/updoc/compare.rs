//! Do the answers of a step agree with those that stand there?

use super::transcript::{Answer, Dialect};

/// What says that the outcome is not a value.
pub fn is_failure(it: &Answer) -> bool {
    let key = it.key.strip_prefix("example ").unwrap_or(&it.key);
    !["value", "stdout", "stderr"].contains(&key)
}

/// Whether a step passes.
pub fn agree(dialect: Dialect, expected: &[Answer], actual: &[Answer]) -> bool {
    match dialect {
        Dialect::Exact => expected == actual,
        Dialect::Loose => loosely(expected, actual),
    }
}

/// By key: the texts of a key together, blanks at the ends of lines left out. Output that is not expected is
/// not looked at; anything else that is not expected is a disagreement.
fn loosely(expected: &[Answer], actual: &[Answer]) -> bool {
    let example = |key: &str| expected.iter().any(|it| it.key.strip_prefix("example ") == Some(key));
    let wanted = |key: &str| expected.iter().any(|it| it.key == key) || example(key);
    let all_wanted = actual.iter().all(|it| it.key == "stdout" || wanted(&it.key));
    all_wanted
        && expected.iter().all(|it| match it.key.strip_prefix("example ") {
            Some(key) => actual.iter().any(|it| it.key == key),
            None => example(&it.key) || text(expected, &it.key) == text(actual, &it.key),
        })
}

/// All that was said under a key.
fn text(answers: &[Answer], key: &str) -> Option<String> {
    let mut all: Option<String> = None;
    for it in answers.iter().filter(|it| it.key == key) {
        let said = all.get_or_insert_default();
        for line in it.text.lines() {
            said.push_str(line.trim_end());
            said.push('\n');
        }
    }
    all.map(|it| it.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: &[(&str, &str)], actual: &[(&str, &str)]) -> (bool, bool) {
        let answers = |it: &[(&str, &str)]| -> Vec<Answer> {
            it.iter().map(|(key, text)| Answer::new(*key, *text)).collect()
        };
        let (expected, actual) = (answers(expected), answers(actual));
        (agree(Dialect::Exact, &expected, &actual), agree(Dialect::Loose, &expected, &actual))
    }

    #[test]
    fn loosely_output_need_not_be_expected() {
        assert_eq!(check(&[("value", "3")], &[("stdout", "hello\n"), ("value", "3")]), (false, true));
        assert_eq!(check(&[("stdout", "hello ")], &[("stdout", "hello\n")]), (false, true));
        assert_eq!(check(&[("stdout", "hello")], &[("stdout", "bye")]), (false, false));
        assert_eq!(check(&[("stdout", "hello")], &[]), (false, false));
    }

    #[test]
    fn an_example_stands_for_any_value() {
        assert_eq!(check(&[("example value", "17")], &[("value", "4")]), (false, true));
        assert_eq!(check(&[("example value", "17")], &[]), (false, false));
        assert_eq!(check(&[], &[("value", "4")]), (false, false));
        assert_eq!(check(&[("value", "4")], &[("problem", "no")]), (false, false));
    }
}
