//! Room on the stack for walks that follow the shape of a program.
//!
//! Lowering limits how deep a program nests ([`NESTING_LIMIT`]), so every walk over an AST or over Kernel-E is
//! bounded; calling itself through [`deep`], it also never meets the end of the stack it was started on.

/// How many levels an expression or pattern may nest before lowering reports it and leaves the rest out.
pub const NESTING_LIMIT: u32 = 4096;

const RED_ZONE: usize = 128 * 1024;
const SEGMENT: usize = 2 * 1024 * 1024;

/// Runs `walk`, on a fresh stack segment when little is left of the present one.
pub fn deep<R>(walk: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(RED_ZONE, SEGMENT, walk)
}
