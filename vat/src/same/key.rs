//! Traversal keys: the structure of a value as it was when the key was made.

use super::{Kind, hash, kind, same_atom};
use crate::cx::Cx;
use crate::heap::Heap;
use crate::native::{Class, Outcome, Payload, Stamps, done};
use crate::problem::Exit;
use crate::value::Value;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hash;

/// `__equalizer.makeTraversalKey(x)`: the structure of `x` as it was then.
pub static TRAVERSAL_KEY: Class =
    Class::new("TraversalKey", "<a traversal key>", &[]).stamps(Stamps::DEEP_FROZEN);

/// Stands where a structure's name does for what portrays itself.
const PORTRAYAL: &str = "a portrayal";

/// A structure written down flat. Promises stand in it as the references they were.
#[derive(PartialEq)]
pub(super) enum Token {
    Atom(u64, Value),
    Itself(Value),
    Open(&'static str, usize),
    /// The structure entered as the n-th, once more.
    Again(usize),
}

impl Token {
    pub(super) fn hash(&self, state: &mut FxHasher) {
        match self {
            Token::Atom(it, _) => it.hash(state),
            Token::Itself(it) => it.hash(state),
            Token::Open(name, size) => (name, size).hash(state),
            Token::Again(it) => it.hash(state),
        }
    }
}

pub(crate) struct Traversed {
    pub(super) tokens: Vec<Token>,
}

impl Payload for Traversed {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        for it in &self.tokens {
            match it {
                Token::Atom(_, it) | Token::Itself(it) => visit(*it),
                Token::Open(..) | Token::Again(_) => {}
            }
        }
    }
    fn bytes(&self) -> u64 {
        32 * self.tokens.len() as u64
    }
}

impl crate::store::Saved for Traversed {
    fn save(&self, out: &mut crate::store::Writer) {
        out.all(self.tokens.iter(), |out, it| match it {
            Token::Atom(hash, it) => {
                out.byte(0);
                out.fixed(*hash);
                out.value(*it);
            }
            Token::Itself(it) => {
                out.byte(1);
                out.value(*it);
            }
            Token::Open(name, size) => {
                out.byte(2);
                out.text(name);
                out.size(*size);
            }
            Token::Again(it) => {
                out.byte(3);
                out.size(*it);
            }
        });
    }
    fn load(from: &mut crate::store::Reader<'_>) -> crate::store::Read<Self> {
        let tokens = from.all(|from| {
            Ok(match from.byte()? {
                0 => Token::Atom(from.fixed()?, from.value()?),
                1 => Token::Itself(from.value()?),
                2 => {
                    let name = from.text()?;
                    let known = (name == PORTRAYAL).then_some(PORTRAYAL);
                    let known = known.or_else(|| crate::store::structure(name));
                    Token::Open(known.ok_or(crate::store::Damage("not a structure's name"))?, from.usize()?)
                }
                3 => Token::Again(from.usize()?),
                _ => return Err(crate::store::Damage("not a part of a traversal key")),
            })
        })?;
        Ok(Traversed { tokens })
    }
}

pub(super) fn make_traversal_key(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let key = traversal_key(cx, args[0])?;
    done(key)
}

/// The structure of `value` as it is now.
pub fn traversal_key(cx: &mut Cx, value: Value) -> Result<Value, Exit> {
    let mut tokens = Vec::new();
    let mut entered: FxHashMap<Value, usize> = FxHashMap::default();
    let mut todo = vec![value];
    while let Some(it) = todo.pop() {
        let it = cx.heap.shorten(it);
        match kind(&cx.heap, it) {
            Kind::Atom => tokens.push(Token::Atom(hash(&cx.heap, it).unwrap_or(0), it)),
            Kind::Portrayed => match (portrait_of(&cx.heap, it), entered.get(&it)) {
                (None, _) => tokens.push(Token::Itself(it)),
                (Some(_), Some(at)) => tokens.push(Token::Again(*at)),
                (Some(portrait), None) => {
                    entered.insert(it, entered.len());
                    tokens.push(Token::Open(PORTRAYAL, 1));
                    todo.push(portrait);
                }
            },
            Kind::Itself | Kind::Unsettled => tokens.push(Token::Itself(it)),
            Kind::Parts(class, parts) => match entered.get(&it) {
                Some(at) => tokens.push(Token::Again(*at)),
                None => {
                    entered.insert(it, entered.len());
                    tokens.push(Token::Open(class.fqn, parts.len()));
                    todo.extend(parts.into_iter().rev());
                }
            },
        }
    }
    cx.charge(tokens.len() as u64)?;
    cx.reserve(tokens.len() as u64 * 32)?;
    Ok(cx.heap.native_with(&TRAVERSAL_KEY, [], Box::new(Traversed { tokens })))
}

/// How a selfless object portrays itself, if it does.
fn portrait_of(heap: &Heap, it: Value) -> Option<Value> {
    heap.portrait(it).filter(|it| !it.is_null())
}

/// Whether two traversal keys stand for the same structure; `None` if they are not both keys.
pub fn same_key(heap: &Heap, a: Value, b: Value) -> Option<bool> {
    let (a, b) = (heap.payload::<Traversed>(a)?, heap.payload::<Traversed>(b)?);
    Some(
        a.tokens.len() == b.tokens.len()
            && a.tokens.iter().zip(&b.tokens).all(|(x, y)| match (x, y) {
                (Token::Atom(h, x), Token::Atom(k, y)) => h == k && same_atom(heap, *x, *y),
                _ => x == y,
            }),
    )
}
