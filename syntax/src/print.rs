//! The two trees back as E text.

pub mod surface;

pub use surface::print_surface;
