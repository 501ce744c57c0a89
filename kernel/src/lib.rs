//! The notebook's protocol: E as a Jupyter kernel.
//!
//! [`serve`] answers one front end's connection file until it is told to stop or its parent is gone;
//! [`install`] writes the `kernel.json` by which front ends find it.

mod install;

pub use install::{Place, install};

use std::path::Path;

/// Serves the front end that wrote `connection_file`, until a shutdown request or the end of the parent process.
pub fn serve(connection_file: &Path) -> anyhow::Result<()> {
    anyhow::bail!("the kernel does not serve {} yet", connection_file.display())
}
