//! Gives a value to each name of `audit::scopes`.

mod module;
mod privileged;
mod safe;

pub use module::module;
pub use privileged::privileged;
pub use safe::safe;

use crate::cx::Cx;
use crate::native::Class;
use crate::value::Value;

/// The native module of a fully qualified name, as a value: what `<import:…>` finds without a file.
pub fn built_in_module(cx: &mut Cx, name: &str) -> Option<Value> {
    Some(match module(name)? {
        Entry::Class(class) => Value::of(class),
        Entry::Value(it) => it,
        Entry::Make(make) => make(cx),
    })
}

/// How a name of the safe or privileged scope gets its value.
#[derive(Clone, Copy)]
pub enum Entry {
    /// A stateless native.
    Class(&'static Class),
    /// A scalar.
    Value(Value),
    /// Made once per vat, at first use.
    Make(fn(&mut Cx) -> Value),
}

#[cfg(test)]
mod tests {
    use audit::scopes::{Level, privileged};

    /// Names that are promised and have no value yet; a program that uses one is told so before it runs.
    const NOT_YET: [&str; 0] = [];

    #[test]
    fn every_name_of_the_audit_has_a_value() {
        let mut missing: Vec<&str> = privileged()
            .filter(|it| crate::scope::born(it.name, it.level < Level::Privileged).is_none())
            .map(|it| it.name)
            .collect();
        missing.sort_unstable();
        assert_eq!(missing, NOT_YET);
    }
}
