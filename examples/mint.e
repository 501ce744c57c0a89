# The mint and its purses, as a program. The transcript mint.updoc beside it says why it works.

def makeBrand := <elib:sealing.makeBrand>

def makeMint(name :String) {
    def [sealer, unsealer] := makeBrand(name)
    def mint {
        to makePurse(var balance :(int >= 0)) {
            def decrease(amount :(0..balance)) { balance -= amount }
            def purse {
                to __printOn(out) { out.print(`<$balance $name>`) }
                to getBalance() { return balance }
                to sprout() { return mint.makePurse(0) }
                to getDecrease() { return sealer.seal(decrease) }
                to deposit(amount :int, source) {
                    def decreaseSource := unsealer.unseal(source.getDecrease())
                    decreaseSource(amount)
                    balance += amount
                }
            }
            return purse
        }
    }
    return mint
}

def mint := makeMint("nuts")
def alice := mint.makePurse(100)
def bob := mint.makePurse(0)

bob.deposit(10, alice)
println(`Alice has $alice, Bob has $bob`)

try {
    bob.deposit(1000, alice)
} catch _ {
    println("Alice cannot pay what she does not have")
}
