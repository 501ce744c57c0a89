# A mint, and the purses it makes.

def brand :String := "quatloo"

/** Says what is minted, and remembers nothing. */
def describe() :String {
    return brand
}

def makeMint() {
    var issued := 0
    def mint {
        to makePurse(balance :int) {
            issued += balance
            return def purse {
                to getBalance() { return balance }
                to describe() { return describe() }
            }
        }
        to getIssued() { return issued }
    }
    return mint
}

def mint := makeMint()
def alice := mint.makePurse(10)
alice.getBalance()
