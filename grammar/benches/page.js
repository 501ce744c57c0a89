// A mint, as everybody writes it first.
"use strict";

const elang = require("org.erights.e.elang");
const makeBrandPair = elang.sealing.makeBrand;

/** Makes mints. The mint of a name is the only maker of purses of that name. */
function makeMint(name) {
    const [sealer, unsealer] = makeBrandPair(name);
    let purses = 0;

    const mint = {
        toString() { return `<${name}'s mint>`; },

        /** A purse with money that did not exist before. */
        makePurse(balance) {
            purses += 1;
            function decr(amount) {
                if (amount > balance) throw new RangeError(amount);
                balance -= amount;
            }
            const purse = {
                toString() {
                    return ["<has ", String(balance), " ", name, " bucks>"].join("");
                },
                getBalance() { return balance; },
                sprout() { return mint.makePurse(0); },
                getDecr() { return sealer.seal(decr); },
                deposit(amount, src) {
                    unsealer.unseal(src.getDecr())(amount);
                    balance += amount;
                },
            };
            return purse;
        },
    };
    return mint;
}

const carol = makeMint("Carol");
const alice = carol.makePurse(1_000);
const payments = new Map();

for (const [who, amount] of Object.entries({ "alice": 10, "bob": 2 ** 5, carol })) {
    if (typeof amount === "number" && amount > 0) {
        payments[who] = payments.fetch(who, () => 0) + amount * 3 / 2;
    } else if (amount == carol || payments.size() >= 100) {
        continue;
    } else {
        throw new Error(`${who} pays ${amount.toString()}, \
which is not a payment`);
    }
}

const paid = Promise.all([alice.getBalance(), carol.makePurse(10)]).then(() => {
    const [balance, purse, ..._rest] = [alice.getBalance(), carol, "rest"];
    console.log(`Alice has ${balance}; ${payments["bob"]} are Bob's.`);
    purse.deposit(balance - 1, alice);
}).catch((problem) => {
    console.log(`failed: ${problem}`);
}).finally(() => {
    payments.removeKey("alice", null);
});

switch (paid) {
    case null: { console.log("nothing yet"); break; }
    case /paid (.*) to (.*)/: { if (amount.size() > 0) { console.log(who); } break; }
    case [first, second]: { first(second, rest); break; }
    case { "key": value, next: null }: { value[next, 0x1F] = !next; break; }
    default: { null; }
}
