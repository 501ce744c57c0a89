//! The data a program computes with: numbers, text, lists, maps, sets, regions.

pub mod float;
pub mod integer;
pub mod quote;
pub mod region;
pub mod template;
