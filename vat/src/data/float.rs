//! How a `float64` is written and read: the shortest digits that come back as the same double.

/// As E prints it: always with a point, with an exponent outside 10⁻³ up to 10⁷.
pub fn print(it: f64) -> String {
    if it.is_nan() {
        return "NaN".into();
    }
    if it.is_infinite() {
        return if it > 0.0 { "Infinity".into() } else { "-Infinity".into() };
    }
    let size = it.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{it:?}");
    }
    // `{:e}` gives the shortest digits as `d.ddde±n`, without a point when there is one digit.
    let text = format!("{it:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let point = if digits.contains('.') { "" } else { ".0" };
    format!("{digits}{point}E{exponent}")
}

/// Reads a decimal float: an optional sign, then `NaN`, `Infinity`, or digits around an optional point with
/// an optional exponent. A point without any digit is zero.
pub fn parse(text: &str) -> Option<f64> {
    let (negative, rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = match rest {
        "NaN" => f64::NAN,
        "Infinity" => f64::INFINITY,
        "." => 0.0,
        _ if rest.starts_with(|it: char| it.is_ascii_digit() || it == '.') => rest.parse().ok()?,
        _ => return None,
    };
    Some(if negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_with_a_point_and_few_digits() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (0.5, "0.5"),
            (1.0, "1.0"),
            (-1.6666666666666667, "-1.6666666666666667"),
            (1e300, "1.0E300"),
            (1e7, "1.0E7"),
            (9999999.0, "9999999.0"),
            (1.5e-9, "1.5E-9"),
            (0.001, "0.001"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (it, text) in cases {
            assert_eq!(print(it), text);
            assert_eq!(parse(text), Some(it));
        }
    }

    #[test]
    fn odd_spellings_are_read_or_refused() {
        assert_eq!(parse(".1"), Some(0.1));
        assert_eq!(parse("0."), Some(0.0));
        assert!(parse("-.").is_some_and(|it| it == 0.0 && it.is_sign_negative()));
        assert_eq!(parse("Inf"), None);
        assert_eq!(parse(""), None);
        assert_eq!(parse("--1"), None);
        assert_eq!(parse("1x"), None);
    }
}
