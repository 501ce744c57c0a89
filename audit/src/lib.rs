//! What an object may promise about itself.
//!
//! The whole room is pure functions. [`audit`] is the one judge: the editor and the vat call it with the same
//! [`Audition`], the first with the guards it can read off the program, the second with the guards that the
//! bindings carry at run time, both said in the words of [`Guard`].

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod audition;
pub mod auditors;
pub mod authority;
pub mod guards;
pub mod host;
pub mod judge;
pub mod known;
pub mod library;
pub mod nearness;
mod properties;
pub mod scopes;
pub mod verdict;

pub use audition::{Audition, Captured};
pub use auditors::{Auditor, audit};
pub use guards::{Guard, Implication, Property, Standard};
pub use host::{Answer, Answered, AuditorHost, Carried, LookedAt, Modules, Question};
pub use judge::{Judgement, infer, judge};
pub use known::{Around, Born, Known, Worth, known};
pub use properties::Properties;
pub use verdict::{Further, Objection, ObjectionKind, Place, Said, Verdict, as_written};
