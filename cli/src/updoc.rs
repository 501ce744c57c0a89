//! `walnut updoc`: runs transcripts and compares what they say with what they should.

pub mod transcript;
