//! The two trees back as E text.

pub mod names;
pub mod surface;

pub use surface::{print_surface, print_surface_expr, print_surface_pattern};
