//! All classes of native objects, in one table: by what name a snapshot knows each, how many fields its instances
//! have, and what Rust data lies in them.
//!
//! The name is where the class stands in this crate, because that is unique and a class's own name is not. A test
//! reads the crate's source and fails on a class that is not here; an instance that has other fields or other data
//! than this table says is not saved.

use super::bytes::{Read, Reader, Writer};
use super::payload::Saved;
use crate::native::{Class, Payload};
use rustc_hash::FxHashMap;
use std::any::Any;
use std::sync::LazyLock;

/// A class and what its instances are made of.
pub(crate) struct Entry {
    pub name: &'static str,
    pub class: &'static Class,
    pub fields: Fields,
    pub data: Option<Data>,
}

/// How many fields the instances of a class have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fields {
    /// It has no instances: it is the object itself.
    NoInstance,
    Exactly(usize),
    AtLeastOne,
}

impl Fields {
    pub fn allow(self, count: usize) -> bool {
        match self {
            Fields::NoInstance => false,
            Fields::Exactly(it) => it == count,
            Fields::AtLeastOne => count > 0,
        }
    }
}

/// How the data of a class is saved and read.
#[derive(Clone, Copy)]
pub(crate) struct Data {
    /// Answers whether it is of the right kind.
    pub save: fn(&dyn Payload, &mut Writer) -> bool,
    pub load: fn(&mut Reader<'_>) -> Read<Box<dyn Payload>>,
}

const fn data<T: Saved>() -> Data {
    Data {
        save: |it, out| match (it as &dyn Any).downcast_ref::<T>() {
            Some(it) => {
                it.save(out);
                true
            }
            None => false,
        },
        load: |from| Ok(Box::new(T::load(from)?)),
    }
}

macro_rules! classes {
    ($($class:path $([$fields:tt])? $(=> $data:path)?),* $(,)?) => {
        static TABLE: &[Entry] = &[$(Entry {
            name: stringify!($class),
            class: &$class,
            fields: fields!($($fields)?),
            data: data!($($data)?),
        }),*];
    };
}

macro_rules! fields {
    () => {
        Fields::NoInstance
    };
    (any) => {
        Fields::AtLeastOne
    };
    ($count:tt) => {
        Fields::Exactly($count)
    };
}

macro_rules! data {
    () => {
        None
    };
    ($data:path) => {
        Some(data::<$data>())
    };
}

classes! {
    crate::audition::AUDITED_BY,
    crate::audition::auditors::CONFINED,
    crate::audition::auditors::THROWABLE,
    crate::bank::object::BANK [0] => crate::bank::object::Held,
    crate::bank::object::MAKE_SPACE_BANK,
    crate::bank::object::SPACE_BANK,
    crate::audition::AUDITION [2] => crate::audition::Asking,
    crate::audition::E_AUDITION,
    crate::audition::auditors::DATA,
    crate::audition::auditors::DEEP_FROZEN,
    crate::audition::auditors::DEEP_FROZEN_STAMP,
    crate::audition::auditors::EVENTUALLY,
    crate::audition::auditors::EXIT_VIA_HERE,
    crate::audition::auditors::OPTIONALLY,
    crate::audition::auditors::PASS_BY_COPY,
    crate::audition::auditors::PBC,
    crate::audition::auditors::SELFLESS,
    crate::audition::auditors::TRANSPARENT,
    crate::audition::auditors::TRANSPARENT_STAMP,
    crate::core_scope::BIND,
    crate::core_scope::BINDER [2],
    crate::core_scope::BOOLEAN_FLOW,
    crate::core_scope::LOOP,
    crate::core_scope::VALIDATE_FOR,
    crate::data::char::CHAR,
    crate::data::flex_list::FLEX_LIST,
    crate::data::flex_list::MAKE_FLEX_LIST,
    crate::data::flex_list::READ_ONLY_LIST [1],
    crate::data::flex_map::FLEX_MAP [2] => crate::data::table::Table,
    crate::data::flex_map::MAKE_FLEX_MAP,
    crate::data::flex_map::READ_ONLY_MAP [1],
    crate::data::flex_set::FLEX_SET [1] => crate::data::table::Table,
    crate::data::flex_set::MAKE_FLEX_SET,
    crate::data::flex_set::READ_ONLY_SET [1],
    crate::data::list::COLLECTOR [1] => crate::data::list::Collected,
    crate::data::list::LIST,
    crate::data::list::MAKE_LIST,
    crate::data::map::COLLECTOR [2] => crate::data::table::Table,
    crate::data::map::CONST_MAP [0] => crate::data::table::Table,
    crate::data::map::MAKE_MAP,
    crate::data::number::FLOAT,
    crate::data::number::INT,
    crate::data::number::text::MAKE_FLOAT64,
    crate::data::number::text::MAKE_INT,
    crate::data::set::CONST_SET [0] => crate::data::table::Table,
    crate::data::set::MAKE_SET,
    crate::data::source_span::MAKE_SOURCE_SPAN,
    crate::data::source_span::SOURCE_SPAN [6],
    crate::data::text::STRING,
    crate::data::twine::MAKE_TWINE,
    crate::data::void::BOOLEAN,
    crate::data::void::NULL,
    crate::desc::MAKE_MESSAGE,
    crate::desc::MAKE_PARAM,
    crate::desc::MAKE_TYPE,
    crate::desc::MESSAGE [4],
    crate::desc::PARAM [2],
    crate::desc::TYPE [5],
    crate::desc::WRITTEN_GUARD [1],
    crate::e::E,
    crate::ejector::EJECTOR,
    crate::exception::COERCION_FAILURE,
    crate::exception::MAKE_COERCION_FAILURE,
    crate::exception::MAKE_EXCEPTION,
    crate::exception::MAKE_STRING_EXCEPTION,
    crate::exception::QUOTE,
    crate::exception::STRING_EXCEPTION,
    crate::exception::STRUCTURE_EXCEPTION,
    crate::facet::CALLING [2],
    crate::facet::GET_PROPERTY_SLOT,
    crate::facet::MAKE_VERB_FACET,
    crate::facet::ONCE,
    crate::facet::ONLY_ONCE [2],
    crate::facet::PROPERTY_SLOT [2],
    crate::facet::SENDING [2],
    crate::guard::any::ALL [1],
    crate::guard::any::ANY,
    crate::guard::any::MAKE_ALL,
    crate::guard::any::MAKE_NOT,
    crate::guard::any::NOT [1],
    crate::guard::any::UNION [1],
    crate::guard::any::VOID,
    crate::guard::base::BASE_GUARD [1],
    crate::guard::base::MAKE_BASE_GUARD,
    crate::guard::graph_exit::STANDARD_GRAPH_EXIT,
    crate::guard::list::LIST,
    crate::guard::list::LIST_OF [1],
    crate::guard::map::MAP,
    crate::guard::map::MAP_OF [2],
    crate::guard::nullable::NOT_NULL,
    crate::guard::nullable::NULL_OK,
    crate::guard::nullable::NULL_OK_OF [1],
    crate::guard::reference::NEAR,
    crate::guard::reference::RCVR,
    crate::guard::reference::VOW,
    crate::guard::region::REGION [3],
    crate::guard::region::going::DESCENDING [1],
    crate::guard::region::space::COMPARISON [2],
    crate::guard::region::space::MAKE_ORDERED_SPACE,
    crate::guard::region::space::TWISTER [2],
    crate::guard::same::SAME,
    crate::guard::same::SAME_AS [1],
    crate::guard::same::SAME_TYPE,
    crate::guard::scalar::BOOLEAN,
    crate::guard::scalar::CHAR,
    crate::guard::scalar::CONST_LIST,
    crate::guard::scalar::EXCEPTION,
    crate::guard::scalar::FLEX_LIST,
    crate::guard::scalar::FLEX_MAP,
    crate::guard::scalar::FLEX_SET,
    crate::guard::scalar::FLOAT64,
    crate::guard::scalar::GUARD,
    crate::guard::scalar::INT,
    crate::guard::scalar::SOURCE_SPAN,
    crate::guard::scalar::STRING,
    crate::guard::scalar::TEXT_WRITER,
    crate::guard::scalar::TWINE,
    crate::guard::set::SET,
    crate::guard::set::SET_OF [1],
    crate::guard::slot::COERCED_SLOT,
    crate::guard::slot::FINAL_SLOT,
    crate::guard::slot::FINAL_SLOT_OF [1],
    crate::guard::slot::GUARDED_SLOT,
    crate::guard::slot::VAR_SLOT,
    crate::guard::subrange::SUBRANGE_GUARD,
    crate::guard::subrange::SUBRANGE_OF [1],
    crate::guard::tuple::TUPLE,
    crate::guard::tuple::TUPLE_OF [1],
    crate::help::HELP,
    crate::help::PAGE [1],
    crate::import::ELANG,
    crate::import::ELIB,
    crate::import::IMPORT,
    crate::import::MAKER [2],
    crate::import::NO_TYPE [1],
    crate::import::PACKAGE [1],
    crate::import::THIS,
    crate::import::TYPE,
    crate::import::other::OPAQUE,
    crate::import::other::RESOURCE,
    crate::import::other::RESOURCE_FILE [1],
    crate::import::other::SHARED,
    crate::interp::FAR_VAT,
    crate::interp::FAR_VAT_HANDLER [1],
    crate::interp::INTERP,
    crate::interp::LINK [1],
    crate::interp::MAKE_VAT,
    crate::interp::SEED_VAT,
    crate::interp::SEED_VAT_AUTHOR,
    crate::interp::UNSAFE,
    crate::interp::VAT [2],
    crate::lazy::LAZY_SLOT [3],
    crate::lazy::MAKE_LAZY_SLOT,
    crate::library::eio::EIO,
    crate::library::eio::IN_STREAM,
    crate::library::eio::OUT_STREAM,
    crate::library::eio::STREAM,
    crate::library::encoding::BASE64,
    crate::library::encoding::BYTES,
    crate::library::encoding::HEX,
    crate::library::hash::HASH,
    crate::library::json::JSON,
    crate::library::list_stream::LIST_STREAM [1],
    crate::library::regex::MAKE_REGEX,
    crate::library::regex::REGEX [1] => crate::library::regex::Compiled,
    crate::library::time::civil::DATE [1],
    crate::library::time::civil::DATE_TIME [1],
    crate::library::time::civil::MAKE_DATE,
    crate::library::time::civil::MAKE_DATE_TIME,
    crate::library::time::duration::DURATION [1],
    crate::library::time::duration::MAKE_DURATION,
    crate::library::time::instant::INSTANT [1],
    crate::library::time::instant::MAKE_INSTANT,
    crate::library::time::zoned::MAKE_ZONED_TIME,
    crate::library::time::zoned::ZONED_TIME [1],
    crate::library::unicode::UNICODE,
    crate::machine::body::BODY [1] => crate::machine::body::Body,
    crate::machine::body::WALK [0] => crate::iterate::Walk,
    crate::memoize::MEMOIZE,
    crate::memoize::MEMOIZED [2] => crate::data::table::Table,
    crate::node::check::ABSENT [2],
    crate::node::e_printer::E_PRINTER,
    crate::node::e_printer::VISITOR [1],
    crate::node::parser::EPATT_PARSER,
    crate::node::parser::E_PARSER,
    crate::node::parser::LEXER [1],
    crate::node::parser::MAKE_LEXER,
    crate::node::parser::PARSER [1] => crate::node::parser::InForce,
    crate::node::run::EVAL,
    crate::node::scope::MAKE_SCOPE,
    crate::node::scope::SCOPE [6],
    crate::node::scope::SCOPE_GUARD,
    crate::node::walk::BOX [2],
    crate::object::CONTEXT [2],
    crate::object::MAKE_CONTEXT,
    crate::pattern::BOUND_QUASI [2],
    crate::pattern::COMPARER,
    crate::pattern::EXTRACTOR [2],
    crate::pattern::IDENTITY,
    crate::pattern::MAP_EMPTY,
    crate::pattern::MAP_EXTRACT,
    crate::pattern::MATCH_SAME,
    crate::pattern::QUASI_MATCHER,
    crate::pattern::REQUIRE,
    crate::pattern::SAME_MATCHER [2],
    crate::pattern::SPLITTER [1],
    crate::pattern::SPLIT_LIST,
    crate::pattern::SUCH_THAT,
    crate::pattern::SUCH_THAT_TEST [2],
    crate::pattern::SWITCH_FAILED,
    crate::powers::byte_stream::BYTE_IN [3],
    crate::powers::byte_stream::BYTE_OUT [2],
    crate::powers::file::DEEP [1],
    crate::powers::file::FILE [1],
    crate::powers::file::SHALLOW [1],
    crate::powers::network::CONNECTION [5],
    crate::powers::network::LISTENER [2],
    crate::powers::network::NETWORK,
    crate::powers::network::WIRE [3],
    crate::powers::process::COMMAND [1],
    crate::powers::process::MAKE_COMMAND,
    crate::powers::process::PROCESS [6],
    crate::print::around::LINK [any],
    crate::print::custom::SYNTAX_WRITER [3],
    crate::print::display::DISPLAY [1],
    crate::print::presence::FORWARDER [1],
    crate::print::presence::PRESENCE [1],
    crate::print::presence::TO_TEXT,
    crate::print::writer::DOOR [1],
    crate::print::writer::MAKE_TEXT_WRITER,
    crate::print::writer::PRINT,
    crate::print::writer::PRINTLN,
    crate::print::writer::STDERR,
    crate::print::writer::STDOUT,
    crate::print::writer::STRING_BUFFER [0] => crate::print::writer::Text,
    crate::print::writer::TEXT_WRITER [0] => crate::print::writer::Target,
    crate::print::writer::TRACE,
    crate::print::writer::TRACELN,
    crate::print::writer::TRACER,
    crate::protocol::INTERFACE [2],
    crate::protocol::MAKE_PROTOCOL,
    crate::protocol::STAMP [1],
    crate::proxy::MAKE_PROXY,
    crate::quasi::MATCH_MAKER [1],
    crate::quasi::SIMPLE,
    crate::quasi::TO_TEXT,
    crate::quasi::VALUE_MAKER [1],
    crate::reference::BROKEN,
    crate::reference::FAR,
    crate::reference::PROMISE,
    crate::reference::REF,
    crate::regex_quasi::MATCH_MAKER [1],
    crate::regex_quasi::RX,
    crate::regex_quasi::VALUE_MAKER [1],
    crate::resolver::RESOLVER,
    crate::rune::RUNE,
    crate::rune::RUN_INTERP [1],
    crate::same::EQUALIZER,
    crate::same::key::TRAVERSAL_KEY [0] => crate::same::key::Traversed,
    crate::scope_object::MAKE_SCOPE,
    crate::scope_object::SCOPE [4],
    crate::scope_object::SCOPE_GUARD,
    crate::scope_setup::SCOPE_SETUP,
    crate::sealing::BOX [2],
    crate::sealing::BRAND [1],
    crate::sealing::KIT [3],
    crate::sealing::MAKE_BRAND,
    crate::sealing::SEALER [1],
    crate::sealing::UNSEALER [1],
    crate::slot::BINDING,
    crate::slot::FINAL_SLOT,
    crate::slot::GUARDED_SLOT,
    crate::slot::MAKE_COERCED_SLOT,
    crate::slot::MAKE_FINAL_SLOT,
    crate::slot::MAKE_GUARDED_SLOT,
    crate::slot::MAKE_VAR_SLOT,
    crate::slot::SLOT_TO_BINDING,
    crate::slot::VAR_SLOT,
    crate::slot::WITH_GUARD [1],
    crate::sturdy::IDENTITY_MGR,
    crate::sturdy::INTRODUCER,
    crate::sturdy::MAKE_STURDY_REF,
    crate::sturdy::STURDY_REF [2],
    crate::term::MAKE_TERM,
    crate::term::TERM [4],
    crate::term::guard::TERM_GUARD,
    crate::term::guard::TERM_OF [3],
    crate::term::quasi::QUASI_TERM [1] => crate::term::quasi::Read,
    crate::term::quasi::TERM_PARSER,
    crate::term::tag::ASTRO_TAG,
    crate::term::tag::MAKE_TAG,
    crate::term::tag::TAG [3],
    crate::throw::PROBLEM,
    crate::throw::SEALED_PROBLEM,
    crate::throw::THROW,
    crate::timer::ALARM [2],
    crate::timer::ENTROPY,
    crate::timer::TIMER,
    crate::weak::MAKE_WEAK_REF,
    crate::weak::WEAK_REF [1],
    crate::when::IF_BROKEN [1],
    crate::when::several::PROMISE_ALL_FULFILLED,
    crate::when::several::SEVERAL,
    crate::when::several::WAITING [5],
    crate::when::REACTOR [4],
    crate::world::REACTOR,
}

/// The table, with the classes of syntax nodes, which have a table of their own.
static ALL: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let mut all: Vec<Entry> = TABLE
        .iter()
        .map(|it| Entry {
            name: it.name.trim_start_matches("crate::"),
            class: it.class,
            fields: it.fields,
            data: it.data,
        })
        .collect();
    for kind in &crate::node::kind::KINDS {
        let fields = Fields::Exactly(crate::node::kind::field_count(kind));
        all.push(Entry { name: kind.class.fqn, class: &kind.class, fields, data: None });
        for class in [&kind.maker, &kind.guard] {
            all.push(Entry { name: class.fqn, class, fields: Fields::NoInstance, data: None });
        }
    }
    for class in crate::node::kind::group_guards() {
        all.push(Entry { name: class.fqn, class, fields: Fields::NoInstance, data: None });
    }
    all
});

static PLACES: LazyLock<FxHashMap<usize, u32>> =
    LazyLock::new(|| ALL.iter().enumerate().map(|(at, it)| (address(it.class), at as u32)).collect());

static NAMES: LazyLock<FxHashMap<&'static str, u32>> =
    LazyLock::new(|| ALL.iter().enumerate().map(|(at, it)| (it.name, at as u32)).collect());

fn address(class: &'static Class) -> usize {
    std::ptr::from_ref(class).addr()
}

/// How many classes there are.
pub(crate) fn count() -> usize {
    ALL.len()
}

/// Where a class stands in the table.
pub(crate) fn place(class: &'static Class) -> Option<u32> {
    PLACES.get(&address(class)).copied()
}

pub(crate) fn name(place: u32) -> &'static str {
    ALL[place as usize].name
}

pub(crate) fn entry(class: &'static Class) -> Option<&'static Entry> {
    ALL.get(place(class)? as usize)
}

pub(crate) fn named(name: &str) -> Option<&'static Entry> {
    ALL.get(*NAMES.get(name)? as usize)
}

/// The fully qualified name of a class, kept for as long as Walnut runs.
pub(crate) fn structure(fqn: &str) -> Option<&'static str> {
    ALL.iter().map(|it| it.class.fqn).find(|it| *it == fqn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_classes_share_a_name_or_a_place() {
        assert_eq!(NAMES.len(), ALL.len());
        assert_eq!(PLACES.len(), ALL.len());
    }
}
