//! The library's modules by name: none of them holds a power, so what one gives can do no more than it is given.
//!
//! The vat has the modules; `tests/tests/trusted.rs` compares the two lists.

/// The names that do not begin with `org.erights.`; every name that does is the library's.
const NAMES: &[&str] = &[
    "confinement.makeFactory",
    "crypto.hash",
    "promise.several",
    "tables.sorting",
    "text.base64",
    "text.bytes",
    "text.hex",
    "text.json",
    "text.makeRegex",
    "text.unicode",
    "time.makeDate",
    "time.makeDateTime",
    "time.makeDuration",
    "time.makeInstant",
    "time.makeZonedTime",
    "vat.SpaceBank",
    "vat.makeActors",
];

/// Whether `<import:name>` is a module of the library, where no folder has one of that name.
pub fn is_library(name: &str) -> bool {
    name.starts_with("org.erights.") || NAMES.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_in_order() {
        assert!(NAMES.is_sorted());
        assert!(is_library("promise.several") && is_library("org.erights.e.elib.sealing.makeBrand"));
        assert!(!is_library("sealing.makeBrand"));
    }
}
