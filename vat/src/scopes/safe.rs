//! The safe scope: what carries no authority.

use super::Entry;
use crate::data::{list, map, number, twine};
use crate::guard::{
    any, base, list as list_guard, map as map_guard, nullable, reference, region, scalar, set, tuple,
};
use crate::native::Class;
use crate::value::Value;
use crate::{desc, facet, help, node, pattern, print, protocol, quasi, regex_quasi, same, scope_object};

/// The safe scope's entry for a name.
pub fn safe(name: &str) -> Option<Entry> {
    if let Some(class) = class(name) {
        return Some(Entry::Class(class));
    }
    Some(Entry::Value(match name {
        "null" => Value::NULL,
        "true" => Value::TRUE,
        "false" => Value::FALSE,
        "NaN" => f64::NAN.into(),
        "Infinity" => f64::INFINITY.into(),
        "__Portrayal" => return Some(Entry::Make(tuple::make_portrayal)),
        "safeScope" => return Some(Entry::Make(scope_object::make_safe)),
        _ => return None,
    }))
}

fn class(name: &str) -> Option<&'static Class> {
    Some(match name {
        "any" => &any::ANY,
        "void" => &any::VOID,
        "all" => &any::MAKE_ALL,
        "Not" => &any::MAKE_NOT,
        "boolean" => &scalar::BOOLEAN,
        "int" => &scalar::INT,
        "float64" => &scalar::FLOAT64,
        "char" => &scalar::CHAR,
        "String" => &scalar::STRING,
        "Twine" => &scalar::TWINE,
        "TextWriter" => &scalar::TEXT_WRITER,
        "__makeGuard" => &base::MAKE_BASE_GUARD,
        "Guard" | "ValueGuard" => &scalar::GUARD,
        "List" => &list_guard::LIST,
        "Map" => &map_guard::MAP,
        "Set" => &set::SET,
        "Tuple" => &tuple::TUPLE,
        "nullOk" => &nullable::NULL_OK,
        "notNull" => &nullable::NOT_NULL,
        "StandardGraphExit" => &crate::guard::graph_exit::STANDARD_GRAPH_EXIT,
        "near" => &reference::NEAR,
        "vow" => &reference::VOW,
        "rcvr" => &reference::RCVR,
        "require" => &pattern::REQUIRE,
        "__makeList" => &list::MAKE_LIST,
        "__makeMap" => &map::MAKE_MAP,
        "__makeInt" => &number::MAKE_INT,
        "__makeTwine" => &twine::MAKE_TWINE,
        "__makeOrderedSpace" => &region::MAKE_ORDERED_SPACE,
        "__makeVerbFacet" => &facet::MAKE_VERB_FACET,
        "__getPropertySlot" => &facet::GET_PROPERTY_SLOT,
        "__comparer" => &pattern::COMPARER,
        "__equalizer" => &same::EQUALIZER,
        "__identityFunc" => &pattern::IDENTITY,
        "__splitList" => &pattern::SPLIT_LIST,
        "__suchThat" => &pattern::SUCH_THAT,
        "__matchSame" => &pattern::MATCH_SAME,
        "__quasiMatcher" => &pattern::QUASI_MATCHER,
        "__mapExtract" => &pattern::MAP_EXTRACT,
        "__mapEmpty" => &pattern::MAP_EMPTY,
        "__switchFailed" => &pattern::SWITCH_FAILED,
        "__makeParamDesc" => &desc::MAKE_PARAM,
        "__makeMessageDesc" => &desc::MAKE_MESSAGE,
        "simple__quasiParser" => &quasi::SIMPLE,
        "__makeProtocolDesc" => &protocol::MAKE_PROTOCOL,
        "e__quasiParser" => &node::E_PARSER,
        "epatt__quasiParser" => &node::EPATT_PARSER,
        "__eval" => &node::EVAL,
        "rx__quasiParser" => &regex_quasi::RX,
        "term__quasiParser" => &crate::term::TERM_PARSER,
        "DeepPassByCopy" => &crate::audition::DATA,
        "help" => &help::HELP,
        "EIO" => &crate::library::eio::EIO,
        "trace" => &print::TRACE,
        "traceln" => &print::TRACELN,
        _ => return None,
    })
}
