//! Colour, where there is a terminal to show it and nobody asked for none.

use std::io::IsTerminal;

/// Whether to colour, decided once for a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Paint {
    on: bool,
}

impl Paint {
    pub fn for_stdout() -> Paint {
        Paint { on: std::io::stdout().is_terminal() && wanted() }
    }

    pub fn for_stderr() -> Paint {
        Paint { on: std::io::stderr().is_terminal() && wanted() }
    }

    pub fn is_on(self) -> bool {
        self.on
    }

    pub fn red(self, text: &str) -> String {
        self.with("31", text)
    }
    pub fn green(self, text: &str) -> String {
        self.with("32", text)
    }
    pub fn bold(self, text: &str) -> String {
        self.with("1", text)
    }
    pub fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        match self.on {
            true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            false => text.to_owned(),
        }
    }
}

/// `NO_COLOR` is what terminals' users have agreed on: <https://no-color.org>.
fn wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty())
}
