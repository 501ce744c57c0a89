# Sends to what the one before will answer, all of them on their way at once. Argument: how many.
def n := __makeInt(interp.getArgs()[0])
def link := seedVat(
    makeVat("chain"),
    "var calls := 0; def link { to next() { calls += 1; return link } to calls() { return calls } }"
)
def began := timer.now()
var p := link
for i in 1..n { p := p <- next() }
when (def calls := p <- calls()) -> { println(`chain $calls ${timer.now() - began}`) }
