//! The library: modules that hold no power, reached by `<import:…>`, none of them a global.
//!
//! What computes on bytes and text is native; what only combines objects is E, evaluated when it is first
//! imported. docs/library.md has an example of each.

pub mod bytes;
pub mod eio;
pub(crate) mod encoding;
pub(crate) mod hash;
pub(crate) mod json;
pub mod list_stream;
pub(crate) mod regex;
pub(crate) mod time;
pub(crate) mod unicode;

use crate::native::Class;
use crate::scopes::Entry;

/// The native module of a fully qualified name.
pub fn module(name: &str) -> Option<Entry> {
    let class: &'static Class = match name {
        "org.erights.e.elib.eio.EIO" => &eio::EIO,
        "org.erights.e.elib.eio.Stream" => &eio::STREAM,
        "org.erights.e.elib.eio.InStream" => &eio::IN_STREAM,
        "org.erights.e.elib.eio.OutStream" => &eio::OUT_STREAM,
        "text.unicode" => &unicode::UNICODE,
        "text.makeRegex" => &regex::MAKE_REGEX,
        "text.json" => &json::JSON,
        "text.bytes" => &encoding::BYTES,
        "text.hex" => &encoding::HEX,
        "text.base64" => &encoding::BASE64,
        "promise.several" => &crate::when::SEVERAL,
        "crypto.hash" => &hash::HASH,
        "time.makeInstant" => &time::MAKE_INSTANT,
        "time.makeDate" => &time::MAKE_DATE,
        "time.makeDateTime" => &time::MAKE_DATE_TIME,
        "time.makeZonedTime" => &time::MAKE_ZONED_TIME,
        "time.makeDuration" => &time::MAKE_DURATION,
        _ => return None,
    };
    Some(Entry::Class(class))
}

/// The E source of a module that is written in E.
pub fn source(name: &str) -> Option<&'static str> {
    Some(match name {
        eio::STREAMS => include_str!("library/eio/streams.emaker"),
        "org.erights.e.elib.eio.makePipe" => include_str!("library/eio/makePipe.emaker"),
        "org.erights.e.elib.eio.joined" => include_str!("library/eio/joined.emaker"),
        "org.erights.e.elib.eio.mapped" => include_str!("library/eio/mapped.emaker"),
        "org.erights.e.elib.eio.makeOutStream" => include_str!("library/eio/makeOutStream.emaker"),
        "org.erights.e.elib.eio.serving" => include_str!("library/eio/serving.emaker"),
        "confinement.makeFactory" => include_str!("library/makeFactory.emaker"),
        "vat.makeActors" => include_str!("library/makeActors.emaker"),
        "tables.sorting" => include_str!("library/sorting.emaker"),
        _ => return None,
    })
}
