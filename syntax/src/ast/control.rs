//! What has blocks: branches, loops, `when`, `accum`.

use super::{BinaryOp, Block, ExprId, Ident, ObjectName, PatternId};
use text_size::TextRange;

/// What follows `else`.
#[derive(Clone, PartialEq, Debug)]
pub enum Else {
    Block(Block),
    /// `else if …`: the id of another `If`.
    If(ExprId),
}

/// `catch p { … }`
#[derive(Clone, PartialEq, Debug)]
pub struct Catch {
    pub pattern: PatternId,
    pub body: Block,
}

/// `match p { … }` in a switch or an object.
#[derive(Clone, PartialEq, Debug)]
pub struct Matcher {
    pub pattern: PatternId,
    pub body: Block,
    pub range: TextRange,
}

/// `when (a, b) -> { … } catch p { … } finally { … }`
#[derive(Clone, PartialEq, Debug)]
pub struct When {
    pub awaited: Vec<ExprId>,
    /// `-> done(p) :G { … }`: the older, hard form. `None` is the easy one.
    pub hard: Option<HardWhen>,
    pub body: Block,
    pub catches: Vec<Catch>,
    pub finally: Option<Block>,
}

/// What the older form of `when` has after its arrow.
#[derive(Clone, PartialEq, Debug)]
pub struct HardWhen {
    pub name: ObjectName,
    pub params: Vec<PatternId>,
    pub result_guard: Option<ExprId>,
    pub easy_return: bool,
}

/// The loop or test of an `accum`.
#[derive(Clone, PartialEq, Debug)]
pub enum Accumulator {
    For {
        key: Option<PatternId>,
        value: PatternId,
        collection: ExprId,
        body: Box<AccumBody>,
        catch: Option<Catch>,
    },
    If {
        test: ExprId,
        body: Box<AccumBody>,
    },
    While {
        test: ExprId,
        body: Box<AccumBody>,
        catch: Option<Catch>,
    },
}

/// What an `accum` does with the value so far, written `_`.
#[derive(Clone, PartialEq, Debug)]
pub enum AccumBody {
    /// `_ op e`
    Binary {
        op: BinaryOp,
        value: ExprId,
    },
    /// `_.verb(args…)`
    Call {
        verb: Ident,
        args: Vec<ExprId>,
    },
    Nested(Accumulator),
}
