//! The two trees back as E text.

pub mod kernel;
pub mod names;
pub mod surface;

pub use kernel::{print_expr, print_kernel, print_pattern};
pub use surface::{print_surface, print_surface_expr, print_surface_pattern};
