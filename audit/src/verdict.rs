//! What an auditor answers: approved, rejected with reasons, or unknown with what is missing.

use crate::guards::{Guard, Property};
use std::sync::Arc;
use syntax::kernel_e::{ExprId, Name, ObjectId};
use syntax::scope::Binder;

/// An auditor's answer about one object expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    Approved,
    /// At least one objection, in the order in which the script first uses the captures.
    Rejected(Vec<Objection>),
    /// Neither, before the thing named here is known. A vat never gets this answer.
    Unknown(Arc<str>),
}

/// One reason against, with all that is needed to show it and to mend it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Objection {
    pub kind: ObjectionKind,
    /// Where the reason stands in the program that was audited.
    pub place: Place,
    pub said: Said,
}

/// What E says of an objection. Most are seen by nobody, so the sentence is made when it is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    /// Of a capture, or of the object's own name: what the kind says, of the object that goes by this name.
    Of(Arc<str>),
    Text(Arc<str>),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ObjectionKind {
    /// A capture whose binding does not carry a guard that implies what the auditor wants.
    Capture {
        noun: Name,
        binder: Binder,
        found: Guard,
        /// What the guard does not imply.
        wanted: Property,
        /// Where the reason lies, if that is behind the name: the shortest way to it.
        further: Option<Further>,
    },
    /// The object's own name is a variable: `def var x implements DeepFrozen { … x … }`.
    OwnVariable { noun: Name, wanted: Property },
    /// The object lacks a method that the auditor wants, or has it in another shape.
    Method { wanted: Arc<str> },
    /// What was named as an auditor is none.
    NotAnAuditor { name: Arc<str> },
    /// An auditor written in E refused, by throwing.
    Refused { auditor: Arc<str> },
    /// An auditor written in E answered no.
    Declined { auditor: Arc<str> },
}

/// The shortest way from what a capture holds to what stands in its way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Further {
    /// Names, each held by the one before it; the first by what the capture holds. The last is the culprit's.
    pub path: Vec<Name>,
    /// The culprit in a few words, without its name: `is a var`.
    pub reason: String,
}

/// Where in a Kernel-E program an objection points.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// The first use of a capture.
    Use(ExprId),
    /// The object as a whole.
    Object(ObjectId),
}

impl Verdict {
    /// Approved if there is nothing to object to.
    pub fn from_objections(objections: Vec<Objection>) -> Verdict {
        if objections.is_empty() { Verdict::Approved } else { Verdict::Rejected(objections) }
    }
    pub fn is_approved(&self) -> bool {
        matches!(self, Verdict::Approved)
    }
    /// The objections of a rejection; none otherwise.
    pub fn objections(&self) -> &[Objection] {
        match self {
            Verdict::Rejected(objections) => objections,
            Verdict::Approved | Verdict::Unknown(_) => &[],
        }
    }
}

impl Objection {
    /// As E says it: the text of the problem that the definition throws.
    pub fn message(&self) -> Arc<str> {
        let object = match &self.said {
            Said::Text(text) => return text.clone(),
            Said::Of(object) => object,
        };
        match &self.kind {
            ObjectionKind::Capture { noun, found, wanted, .. } => format!(
                "\"{noun}\" in the lexical scope of {object} does not have a guard implying {}, but {found}",
                wanted.name()
            )
            .into(),
            ObjectionKind::OwnVariable { noun, wanted } => format!(
                "\"{noun}\" in the definition of {object} is a variable pattern and therefore not {}",
                wanted.name()
            )
            .into(),
            _ => object.clone(),
        }
    }

    /// The reason in a few words, for the end of a line: `n` is a var.
    pub fn short(&self) -> String {
        match &self.kind {
            ObjectionKind::Capture { noun, further: Some(it), wanted, .. } => {
                let path: Vec<String> = it.path.iter().map(|it| format!("`{}`", as_written(it))).collect();
                let noun = as_written(noun);
                format!("`{noun}` is not {}: {} {}", wanted.name(), path.join(" → "), it.reason)
            }
            ObjectionKind::Capture { noun, found, wanted, .. } => {
                format!("`{}` {}", as_written(noun), in_short(found, *wanted))
            }
            ObjectionKind::OwnVariable { noun, .. } => format!("`{noun}` is a var"),
            ObjectionKind::Method { wanted } => format!("no {wanted}"),
            ObjectionKind::NotAnAuditor { name } => format!("`{name}` is not an auditor"),
            ObjectionKind::Refused { .. } => self.message().lines().next().unwrap_or_default().to_string(),
            ObjectionKind::Declined { auditor } => format!("`{auditor}` says no"),
        }
    }

    /// What would satisfy the auditor, as a sentence to a person.
    pub fn remedy(&self) -> String {
        match &self.kind {
            ObjectionKind::Capture { noun, found, wanted, .. } => {
                capture_remedy(as_written(noun), found, *wanted)
            }
            ObjectionKind::OwnVariable { noun, .. } => format!("Define `{noun}` without `var`."),
            ObjectionKind::Method { wanted } => format!("It needs {wanted}."),
            ObjectionKind::NotAnAuditor { name } => format!("Use `{name}` as a guard instead."),
            ObjectionKind::Refused { auditor } => format!("`{auditor}` says so, which is written in E."),
            ObjectionKind::Declined { auditor } => {
                format!("The object is made all the same, without the stamp of `{auditor}`.")
            }
        }
    }
}

/// What is wrong with a capture's guard, said of its noun: `is a var`.
pub(crate) fn in_short(found: &Guard, wanted: Property) -> String {
    let wanted = wanted.name();
    match found {
        Guard::VarSlot | Guard::GuardedSlot => "is a var".to_string(),
        Guard::Same(..) => format!("is not {wanted}"),
        Guard::FinalSlot(g) if **g == Guard::ANY => "has no guard".to_string(),
        Guard::FinalSlot(g) if matches!(**g, Guard::Same(..)) => format!("is not {wanted}"),
        Guard::FinalSlot(g) => format!("is only known as {g}"),
        other => format!("is bound as {other}"),
    }
}

fn capture_remedy(noun: &str, found: &Guard, wanted: Property) -> String {
    let wanted = wanted.name();
    match found {
        Guard::VarSlot | Guard::GuardedSlot => {
            format!("Make `{noun}` a `def`, or pass its value in as an argument.")
        }
        Guard::Same(..) => format!("Take `{noun}` as a parameter instead of closing over it."),
        Guard::FinalSlot(g) if matches!(**g, Guard::Same(..)) => {
            format!("Make `{noun}` {wanted}, or take it as a parameter.")
        }
        _ => format!(
            "Give `{noun}` a guard that implies {wanted}, such as `def {noun} :{wanted} := …`, \
             or `as {wanted}` if it is an object."
        ),
    }
}

/// A temporary that expansion made for a noun, `pair__1`, is to a person that noun.
pub fn as_written(noun: &str) -> &str {
    let base = noun.trim_end_matches(|it: char| it.is_ascii_digit());
    match base.strip_suffix("__") {
        Some(written) if base.len() < noun.len() && !written.is_empty() => written,
        _ => noun,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_is_shown_as_what_it_stands_for() {
        assert_eq!(as_written("pair__1"), "pair");
        assert_eq!(as_written("mint2"), "mint2");
        assert_eq!(as_written("__return"), "__return");
        assert_eq!(as_written("import__uriGetter"), "import__uriGetter");
    }
}
