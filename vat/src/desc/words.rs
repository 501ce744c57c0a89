//! What `help` says of the methods that native objects have: a name for each parameter, and a sentence.
//!
//! A line is `verb(names) sentence`. What is not here is described by its verb and the guards it has.

use crate::data::{char, flex_list, flex_map, flex_set, list, map, number, set, text, void};
use crate::native::{Class, Method};
use crate::{audition, slot};

/// What is said of one method.
pub(super) struct Words {
    pub names: Vec<&'static str>,
    pub doc: &'static str,
}

/// What is said of a method of this class.
pub(super) fn of(class: &'static Class, method: &Method) -> Option<Words> {
    let arity = usize::from(method.arity?);
    let pages = PAGES.iter().filter(|(classes, _)| classes.iter().any(|it| std::ptr::eq(*it, class)));
    pages
        .flat_map(|(_, page)| lines(page))
        .find_map(|(verb, words)| (verb == method.verb && words.names.len() == arity).then_some(words))
}

fn lines(page: &'static str) -> impl Iterator<Item = (&'static str, Words)> {
    page.lines().filter_map(|line| {
        let (verb, rest) = line.split_once('(')?;
        let (names, doc) = rest.split_once(") ")?;
        let names = names.split(", ").filter(|it| !it.is_empty()).collect();
        Some((verb, Words { names, doc }))
    })
}

/// The classes a page is about, and the page.
const PAGES: [(&[&Class], &str); 17] = [
    (&[&void::BOOLEAN], BOOLEAN),
    (&[&number::INT, &number::FLOAT], NUMBER),
    (&[&number::INT], INT),
    (&[&number::FLOAT], FLOAT),
    (&[&number::MAKE_INT], MAKE_INT),
    (&[&char::CHAR], CHAR),
    (&[&text::STRING, &list::LIST, &flex_list::FLEX_LIST], SEQUENCE),
    (&[&text::STRING], STRING),
    (&[&flex_list::FLEX_LIST], FLEX_LIST),
    (&[&map::CONST_MAP, &flex_map::FLEX_MAP], MAP),
    (&[&flex_map::FLEX_MAP], FLEX_MAP),
    (&[&set::CONST_SET, &flex_set::FLEX_SET], SET),
    (&[&flex_set::FLEX_SET], FLEX_SET),
    (&[&slot::FINAL_SLOT, &slot::VAR_SLOT, &slot::GUARDED_SLOT, &slot::BINDING], SLOT),
    (&[&slot::BINDING], BINDING),
    (&[&audition::AUDITION], AUDITION),
    (
        &[
            &text::STRING,
            &list::LIST,
            &map::CONST_MAP,
            &set::CONST_SET,
            &flex_list::FLEX_LIST,
            &flex_map::FLEX_MAP,
            &flex_set::FLEX_SET,
        ],
        COLLECTION,
    ),
];

const BOOLEAN: &str = "\
and(other) Whether both are true.
or(other) Whether one of them is true.
xor(other) Whether exactly one of them is true.
butNot(other) Whether this is true and the other is not.
not() The other truth value.
pick(ifTrue, ifFalse) The first of two values if this is true, otherwise the second.
op__cmp(other) Which comes first: false does.
";

const NUMBER: &str = "\
add(addend) The sum.
subtract(subtrahend) What is left.
multiply(factor) The product.
approxDivide(divisor) The quotient, as a float64: `/`.
floorDivide(divisor) The quotient, rounded down: `//`.
ceilDivide(divisor) The quotient, rounded up.
truncDivide(divisor) The quotient, rounded towards zero.
remainder(divisor) What `truncDivide` leaves; it has this number's sign: `%`.
mod(modulus) What `floorDivide` leaves; it has the modulus's sign: `%%`.
pow(exponent) This number to a power: `**`.
negate() The number on the other side of zero.
abs() The number without its sign.
signum() -1, 0 or 1, as the sign has it.
min(other) The smaller of the two.
max(other) The larger of the two.
op__cmp(other) A number below, at or above zero: how the two compare.
next() The next number of this kind.
previous() The number of this kind before this one.
floor() The nearest int that is not above this.
ceil() The nearest int that is not below this.
round() The nearest int.
truncate() The nearest int towards zero.
isNaN() Whether this is no number at all.
isZero() Whether this is zero.
aboveZero() Whether this is positive: how `>` ends.
belowZero() Whether this is negative: how `<` ends.
atLeastZero() Whether this is not negative: how `>=` ends.
atMostZero() Whether this is not positive: how `<=` ends.
asFloat64() The nearest float64.
toString() The number in digits.
";

const INT: &str = "\
modPow(exponent, modulus) A power, of which the modulus takes all but the rest.
and(other) The bits both have: `&`.
or(other) The bits one of them has: `|`.
xor(other) The bits exactly one of them has: `^`.
butNot(other) The bits that only this one has: `&!`.
complement() Every bit the other way round.
shiftLeft(bits) The bits moved up: `<<`.
shiftRight(bits) The bits moved down: `>>`.
bitLength() How many bits it takes, without its sign.
asChar() The character of this code point.
cryptoHash() A number that stands for this one, from which this one cannot be found.
toOctetsUnsigned() Its bytes, the most significant first.
toString(options) The number in digits; `[\"base\" => 16]` chooses which.
";

const FLOAT: &str = "\
isInfinite() Whether this is larger than any number.
sqrt() The square root.
exp() The base of natural logarithms to this power.
log() The natural logarithm.
sin() The sine of this angle in radians.
cos() The cosine of this angle in radians.
tan() The tangent of this angle in radians.
asin() The angle in radians whose sine this is.
acos() The angle in radians whose cosine this is.
atan() The angle in radians whose tangent this is.
";

const MAKE_INT: &str = "\
run(digits) The int that decimal digits say.
run(digits, base) The int that digits of a base say.
fromOctets(octets) The int that bytes say, the most significant first.
";

const CHAR: &str = "\
next() The character after this one.
previous() The character before this one.
add(distance) The character so many places on.
subtract(other) How far it is from another character, or the character so many places back.
op__cmp(other) Which of the two comes first.
min(other) The one that comes first.
max(other) The one that comes last.
toUpperCase() The capital letter.
toLowerCase() The small letter.
getCodepoint() Its number in Unicode.
asInteger() Its number in Unicode.
quote() The character as a program writes it.
escaped() The character as it is written between quotes.
";

const COLLECTION: &str = "\
size() How many there are.
iterate(f) Tells `f(key, value)` of each in order, as a `for` loop does.
snapshot() What is in it now, which stays so.
readOnly() The same, without a way to change it.
diverge() A copy that can be changed.
diverge(guard) A copy that can be changed, and takes what the guard lets in.
diverge(keyGuard, valueGuard) A copy that can be changed, and takes what the guards let in.
valueType() The guard of its values.
keyType() The guard of its keys.
elementType() The guard of its elements.
op__cmp(other) How the two compare.
sort() The same in order.
sort(comparer) The same, in the order in which `comparer(a, b)` puts them.
";

const SEQUENCE: &str = "\
get(index) The one at an index; the first has 0.
fetch(index, absent) The one at an index, or what `absent()` gives.
run(start) Those from an index on.
run(start, bound) Those from an index on, up to another and without it.
last() The last one.
with(value) The same with one more at its end.
with(index, value) The same with another in that place.
add(more) These, and then those.
multiply(times) These, so many times.
contains(value) Whether it is in it.
includes(run) Whether these are in it, one behind the other.
indexOf1(value) Where it is first, or -1.
indexOf1(value, start) Where it is first from an index on, or -1.
lastIndexOf1(value) Where it is last, or -1.
startOf(run) Where these begin first, or -1.
startOf(run, start) Where these begin first from an index on, or -1.
lastStartOf(run) Where these begin last, or -1.
asMap() A map from indexes.
asKeys() A map that has these as keys.
asSet() Those that are in it, once each.
reverse() The last one first.
asStream() A stream that gives one after the other.
printOn(left, between, right, out) Prints all of them on a TextWriter, with something around and between them.
";

const STRING: &str = "\
indexOf(text) Where a text begins first, or -1.
indexOf(text, start) Where a text begins first from an index on, or -1.
startsWith(text) Whether it begins so.
endsWith(text) Whether it ends so.
replaceAll(old, new) The same, with another text wherever one stands.
split(separator) The parts between the places where the separator stands.
rjoin(parts) The parts, with this between them.
join(parts) The parts, with this between them.
toLowerCase() The same in small letters.
toUpperCase() The same in capital letters.
trim() The same without blanks at its ends.
quote() The text as a program writes it.
asFrom(uri) The same text, which knows that it came from there.
isBare() Whether it does not know where it came from.
bare() The same text, without where it came from.
getOptSpan() Where it came from, if that is one place, or null.
getParts() Its parts, each from one place.
getSourceMap() A map from its runs to where they came from.
infect(text) A text that came from where this did.
infect(text, oneToOne) A text that came from where this did; if one to one, each character from its own place.
";

const FLEX_LIST: &str = "\
put(index, value) Puts a value in a place; one past the end makes the list longer.
push(value) Puts a value at its end.
pop() Takes the last one off, and answers it.
append(more) Puts these at its end.
insert(index, value) Puts a value before the one at an index.
replace(start, bound, other, from, to) Puts a run of another list where a run of this one was.
setRun(start, other) Puts another list where those from an index on were.
setRun(start, bound, other) Puts another list where a run of this one was.
removeRun(start) Takes off those from an index on.
removeRun(start, bound) Takes a run of them out.
setSize(size) Cuts it off, or fills it with its guard's trivial value.
ensureSize(size) Makes it at least so long.
sortInPlace() Puts it in order.
sortInPlace(comparer) Puts it in the order that `comparer(a, b)` says.
";

const MAP: &str = "\
get(key) The value of a key.
fetch(key, absent) The value of a key, or what `absent()` gives.
maps(key) Whether the key has a value.
contains(key) Whether the key has a value.
with(key, value) The same with this value for the key.
without(key) The same without the key.
or(other) These, and what only the other has.
or(other, strict) These, and what the other has; if strict, no key may be in both.
and(other) Those whose keys the other has too.
butNot(other) Those whose keys the other does not have.
getKeys() The keys in order.
getValues() The values in the order of their keys.
getPair() The keys and the values, as two lists.
sortKeys() The same in the order of its keys.
sortKeys(comparer) The same, its keys in the order that `comparer(a, b)` says.
sortValues() The same in the order of its values.
sortValues(comparer) The same, its values in the order that `comparer(a, b)` says.
";

const FLEX_MAP: &str = "\
put(key, value) Gives the key a value.
put(key, value, strict) Gives the key a value; if strict, it may not have one.
putAll(other) Gives the keys of another map its values.
removeKey(key) Takes the key out, if it is there.
removeKey(key, strict) Takes the key out; if strict, it has to be there.
removeKeys(keys) Takes these keys out.
removeAll() Takes all out.
";

const SET: &str = "\
contains(element) Whether it is in it.
getElements() The elements in order.
with(element) The same with this one in it.
without(element) The same without this one.
and(other) Those that are in both.
or(other) Those that are in one of them.
or(other, strict) Those that are in one of them; if strict, none may be in both.
butNot(other) Those that are only in this.
subtract(other) Those that are only in this.
";

const FLEX_SET: &str = "\
addElement(element) Puts it in.
addAll(other) Puts all of another set in.
remove(element) Takes it out.
removeAll(other) Takes all of another set out.
";

const SLOT: &str = "\
get() What the noun stands for.
put(value) Makes the noun stand for something else, if it is a variable.
isFinal() Whether that stays so.
";

const BINDING: &str = "\
getGuard() The guard of the slot.
";

const AUDITION: &str = "\
ask(auditor) Has another auditor look at the object too; whether it approves.
getObjectExpr() The object's expression, in Kernel-E.
getFQName() The whole name of the object.
getGuard(noun) The guard of a noun that the object uses, where it is defined.
";

#[cfg(test)]
mod tests {
    use super::*;

    /// A line that is about no method is a mistake in the line.
    #[test]
    fn every_line_is_about_a_method() {
        for (classes, page) in PAGES {
            for (verb, words) in lines(page) {
                let arity = words.names.len() as u8;
                let is_it = |it: &Method| it.verb == verb && it.arity == Some(arity);
                assert!(classes.iter().any(|it| it.methods.iter().any(is_it)), "{verb}/{arity}");
            }
            assert_eq!(lines(page).count(), page.lines().count(), "{page}");
        }
    }
}
