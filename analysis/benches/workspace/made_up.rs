//! The texts of a bank that was made up: modules with mints, purses and gates, in five layers, some of which need
//! each other, and a program with a hundred shops.

use std::fmt::Write;

pub const PROGRAM_LINES: usize = 2_000;

/// How many objects of each module ask to be DeepFrozen, all of them rightly.
pub const ASKED: usize = 8;

/// Modules of a layer import two of the layer below; the second layer and the first need each other now and then.
pub fn module(n: usize) -> String {
    let mut text =
        format!("# Money of branch {n}: what it is made of, who holds it, who lets it through.\n\n");
    let layer = (n - 1) % 5;
    let below: Vec<usize> = match layer {
        0 => Vec::new(),
        _ => vec![n - 1, if n > 6 { n - 6 } else { n - 1 }],
    };
    for (at, it) in ["branch", "partner"].iter().zip(&below) {
        let _ = writeln!(text, "def {at} :DeepFrozen := <import:bank.m{it}>");
    }
    let helper = if below.is_empty() { "amount + 1" } else { "branch.fee(amount) + partner.fee(amount)" };
    for part in 0..2 {
        let _ = write!(
            text,
            "
/** Counts the {part}. kind of coin. */
def makeCoin{part} as DeepFrozen {{
    to run(worth :int) {{
        require(worth > 0, \"a coin is worth something\")
        return def coin implements DeepFrozen {{
            to worth() :int {{ return worth }}
            to times(count :int) :int {{
                var sum := 0
                for each in 1..count {{
                    sum += worth
                }}
                return sum
            }}
        }}
    }}
}}

/** Lets through what its keeper says. */
def makeGate{part} as DeepFrozen {{
    to run(keeper, guarded) {{
        var isOpen := true
        return def gate {{
            to close() :void {{ isOpen := false }}
            to pass(amount :int) {{
                if (isOpen && keeper.allows(amount)) {{
                    return guarded.deposit(amount)
                }} else {{
                    throw(`the gate is closed`)
                }}
            }}
        }}
    }}
}}
"
        );
    }
    let back = match layer {
        0 if n.is_multiple_of(2) => format!("<import:bank.m{}>.worthOf(1)", n + 1),
        _ => "1".to_string(),
    };
    let _ = write!(
        text,
        "
def makePurse as DeepFrozen {{
    to run(var balance :int, owner) {{
        return def purse {{
            to balance() :int {{ return balance }}
            to owner() {{ return owner }}
            to deposit(amount :int) :void {{ balance += amount }}
            to withdraw(amount :int) :int {{
                if (amount > balance) {{ return 0 }}
                balance -= amount
                return amount
            }}
        }}
    }}
}}

def bank as DeepFrozen {{
    to fee(amount :int) :int {{ return {helper} }}
    to worthOf(count :int) :int {{ return makeCoin0(count).times(count) }}
    to last() {{ return {back} }}
    to open(owner) {{
        def purse := makePurse(0, owner)
        return makeGate0(owner, purse)
    }}
}}
bank
"
    );
    text
}

pub const SHOPS: usize = 99;

/// The shop in the middle of the screen.
pub const MIDDLE: usize = 50;

/// Where the middle shop reads its clock: the text that keys are pressed in.
pub const CLOCK: &str = "000";

/// The program before the first key.
pub fn program() -> String {
    let mut text = String::from(
        "def bank := <import:bank.m5>\ndef other := <import:bank.m10>\nvar served := 0\n\ndef log(text) { println(text) }\n",
    );
    text.push('\n');
    for n in 0..SHOPS {
        let clock = if n == MIDDLE { CLOCK } else { "0" };
        let _ = write!(
            text,
            "
# The {n}. shop sells what it has, and says so.
def rate{n} :int := {}
var sold{n} := 0
def shop{n} {{
    to allows(amount) {{ return amount < rate{n} }}
    to sell(customer, amount :int) {{
        sold{n} += amount
        served += 1
        def purse := bank.open(customer)
        purse.pass(amount * rate{n})
        log(`sold $amount`)
        return purse
    }}
    to opened() {{
        return {clock}
    }}
}}
def receipts{n} := [].diverge()
def account{n} := other.open(shop{n})
receipts{n}.push(account{n})
",
            n + 1
        );
    }
    while text.lines().count() < PROGRAM_LINES {
        text.push_str("log(\"closed\")\n");
    }
    text
}
