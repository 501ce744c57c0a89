# Sends within a vat, each with the promise for its answer. Arguments: how many turns send, how often each.
def args := interp.getArgs()
def turns := __makeInt(args[0])
def each := __makeInt(args[1])
var sum := 0
def purse { to deposit(n) { return sum += n } }
def began := timer.now()
def payday(left) {
    var balance := 0
    for i in 1..each { balance := purse <- deposit(i) }
    if (left > 1) { payday <- run(left - 1) } else {
        when (balance) -> { println(`within $balance ${timer.now() - began}`) }
    }
}
payday(turns)
