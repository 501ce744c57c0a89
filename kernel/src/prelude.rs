//! What a notebook has beside the names of E. It is E itself, loaded into a vat of its own when a cell first uses a
//! name of it; all of it is DeepFrozen, so it is near everywhere. A cell may define the names anew.

/// The program.
pub const TEXT: &str = include_str!("prelude.e");
/// What its text is called in traces.
pub const TITLE: &str = "walnut";

/// The names it defines.
pub const NAMES: [&str; 9] =
    ["chart", "html", "image", "latex", "markdown", "plot", "progress", "svg", "vegaLite"];
