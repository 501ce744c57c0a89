//! The modules that are native: what `<import:org.erights.e.elib.sealing.makeBrand>` finds without a file.

use super::Entry;
use crate::data::{flex_list, flex_map, flex_set, list, map, number, set, source_span, twine};
use crate::guard::{any, nullable, region, same, scalar};
use crate::native::Class;
use crate::{desc, exception, print, protocol, scope_object, sealing, term};

/// The native module of a fully qualified name.
pub fn module(name: &str) -> Option<Entry> {
    if let Some(rest) = name.strip_prefix("org.quasiliteral.") {
        return of_terms(rest).map(Entry::Class);
    }
    if name == "vat.SpaceBank" {
        return Some(Entry::Class(&crate::bank::object::SPACE_BANK));
    }
    let rest = name.strip_prefix("org.erights.e.")?;
    if let Some(class) = rest.strip_prefix("elang.").and_then(crate::node::module) {
        return Some(Entry::Class(class));
    }
    let class: &'static Class = match rest {
        "elib.sealing.makeBrand" => &sealing::MAKE_BRAND,
        "elib.slot.makeLazySlot" => &crate::lazy::MAKE_LAZY_SLOT,
        "elib.slot.Same" => &same::SAME,
        "elib.slot.makeUnionGuard" => &any::ANY,
        "elib.slot.makeIntersectionGuard" => &any::MAKE_ALL,
        "elib.slot.makeNegatedGuard" => &any::MAKE_NOT,
        "facet.once" => &crate::facet::ONCE,
        "elib.slot.nullOk" => &nullable::NULL_OK,
        "elib.slot.List" => &crate::guard::list::LIST,
        "elib.slot.Map" => &crate::guard::map::MAP,
        "elib.slot.Tuple" => &crate::guard::tuple::TUPLE,
        "elib.tables.makeConstList" => &list::MAKE_LIST,
        "elib.tables.makeConstMap" => &map::MAKE_MAP,
        "elib.tables.makeConstSet" => &set::MAKE_SET,
        "elib.tables.makeFlexList" => &flex_list::MAKE_FLEX_LIST,
        "elib.tables.makeFlexMap" => &flex_map::MAKE_FLEX_MAP,
        "elib.tables.makeFlexSet" => &flex_set::MAKE_FLEX_SET,
        "elib.tables.makeTwine" => &twine::MAKE_TWINE,
        "elib.base.makeStringException" => &exception::MAKE_STRING_EXCEPTION,
        "elib.base.makeCoercionFailure" => &exception::MAKE_COERCION_FAILURE,
        "elib.base.makeException" => &exception::MAKE_EXCEPTION,
        "elib.base.memoize" => &crate::memoize::MEMOIZE,
        "elib.slot.SubrangeGuard" => &crate::guard::subrange::SUBRANGE_GUARD,
        "elib.slot.makeBaseGuard" => &crate::guard::base::MAKE_BASE_GUARD,
        "elib.base.makeSourceSpan" => &source_span::MAKE_SOURCE_SPAN,
        "elib.atom.makeFloat64" => &number::MAKE_FLOAT64,
        "elib.oldeio.makeTextWriter" => &print::MAKE_TEXT_WRITER,
        "elang.coord.OrderedSpaceMaker" => &region::MAKE_ORDERED_SPACE,
        "elib.tables.type.ConstList" | "elib.tables.ConstList" => &scalar::CONST_LIST,
        "elib.tables.type.FlexList" | "elib.tables.FlexList" => &scalar::FLEX_LIST,
        "elib.tables.type.FlexMap" | "elib.tables.FlexMap" => &scalar::FLEX_MAP,
        "elib.base.makeParamDesc" => &desc::MAKE_PARAM,
        "elib.base.makeMessageDesc" => &desc::MAKE_MESSAGE,
        "elib.base.makeTypeDesc" => &desc::MAKE_TYPE,
        "elib.base.makeProtocolDesc" => &protocol::MAKE_PROTOCOL,
        "elang.scope.makeScope" => &scope_object::MAKE_SCOPE,
        "elang.scope.Scope" => &scope_object::SCOPE_GUARD,
        "elib.slot.makeFinalSlot" => &crate::slot::MAKE_FINAL_SLOT,
        "elib.slot.makeVarSlot" => &crate::slot::MAKE_VAR_SLOT,
        "elib.slot.makeGuardedSlot" => &crate::slot::MAKE_GUARDED_SLOT,
        "elib.slot.makeCoercedSlot" => &crate::slot::MAKE_COERCED_SLOT,
        _ => return None,
    };
    Some(Entry::Class(class))
}

fn of_terms(rest: &str) -> Option<&'static Class> {
    Some(match rest {
        "term.makeTerm" => &term::MAKE_TERM,
        "astro.makeAstroTag" => &term::MAKE_TAG,
        _ => return None,
    })
}
