# A mint, as everybody writes it first.
pragma.syntax("0.9")

def <elang> := <import:org.erights.e.elang.*>
def makeBrandPair := <elang:sealing.makeBrand>

/** Makes mints. The mint of a name is the only maker of purses of that name. */
def makeMint(name :String) :near {
    def [sealer, unsealer] := makeBrandPair(name)
    var purses :int := 0

    def mint {
        to __printOn(out) :void { out.print(`<$name's mint>`) }

        /** A purse with money that did not exist before. */
        to makePurse(var balance :(int >= 0)) :near {
            purses += 1
            def decr(amount :(0..balance)) :void {
                balance -= amount
            }
            def purse {
                to __printOn(out) :void {
                    out.print("<has ", E.toString(balance), " ", name, " bucks>")
                }
                to getBalance() :int { return balance }
                to sprout() :any { return mint.makePurse(0) }
                to getDecr() { return sealer.seal(decr) }
                to deposit(amount :int, src) :void {
                    unsealer.unseal(src.getDecr())(amount)
                    balance += amount
                }
            }
            return purse
        }
    }
    return mint
}

def carol := makeMint("Carol")
def alice := carol.makePurse(1_000)
def payments := [].asMap().diverge()

for who => amount in ["alice" => 10, "bob" => 2 ** 5, => carol] {
    if (amount =~ n :int && n > 0) {
        payments[who] := payments.fetch(who, fn { 0 }) + amount * 3 // 2
    } else if (amount == carol || payments.size() >= 100) {
        continue
    } else {
        throw(`$who pays ${amount.toString()}, \
which is not a payment`)
    }
}

def paid := when (alice <- getBalance(), carol <- makePurse(10)) -> {
    def [balance, purse] + _ := [alice.getBalance(), carol, "rest"]
    traceln(`Alice has $balance; ${payments["bob"]} are Bob's.`)
    purse <- deposit(balance - 1, alice)
} catch problem {
    traceln(`failed: $problem`)
} finally {
    payments.removeKey("alice", null)
}

switch (paid) {
    match ==null { println("nothing yet") }
    match `paid @amount to @{who :String}` ? (amount.size() > 0) { println(who) }
    match [first, second] + rest { first(second, rest) }
    match ["key" => value :any, => next := null] | _ { value[next, 0x1F] := !next }
    match _ { null }
}
