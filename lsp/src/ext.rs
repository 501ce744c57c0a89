//! Our own requests, as documented in `docs/lsp-extensions.md`.

/// `TextDocumentPositionParams` → the Kernel-E of the whole file as text, or null for a file that is not open.
pub const SHOW_KERNEL_E: &str = "walnut/showKernelE";
