//! The privileged scope: powers.

use super::Entry;
use crate::{powers, print, scope_object, timer};

/// The privileged scope's entry for a name that the safe scope does not have.
pub fn privileged(name: &str) -> Option<Entry> {
    Some(match name {
        "print" => Entry::Class(&print::PRINT),
        "println" => Entry::Class(&print::PRINTLN),
        "timer" => Entry::Class(&timer::TIMER),
        "entropy" => Entry::Class(&timer::ENTROPY),
        "rune" => Entry::Class(&crate::rune::RUNE),
        "stdout" => Entry::Make(print::make_stdout),
        "stderr" => Entry::Make(print::make_stderr),
        "stdin" => Entry::Make(powers::byte_stream::make_stdin),
        "file__uriGetter" => Entry::Make(powers::file::make_root),
        "makeCommand" => Entry::Class(&powers::process::MAKE_COMMAND),
        "network" => Entry::Class(&powers::network::NETWORK),
        "privilegedScope" => Entry::Make(scope_object::make_privileged),
        _ => return None,
    })
}
