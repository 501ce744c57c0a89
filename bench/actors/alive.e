# Vats that live and wait; then one in a hundred is ended, and the others are asked. Argument: how many.
def n := __makeInt(interp.getArgs()[0])
def source := "var sum := 0; def worker { to add(k) { return sum += k } }"
def began := timer.now()
def vats := [].diverge()
def all := [].diverge()
for i in 1..n {
    def vat := makeVat("worker")
    vats.push(vat)
    all.push(seedVat(vat, source))
}
var made := 0
var answers := 0
var gone := 0
def ask() {
    for it in (all) {
        when (it <- add(1)) -> { answers += 1 } catch _ { gone += 1 } finally {
            if (answers + gone == n) { println(`alive ${answers * 1000 + gone} ${made - began}`) }
        }
    }
}
when (all[n - 1]) -> {
    made := timer.now()
    for i => it in (vats) { if (i % 100 == 99) { it.orderlyShutdown(null) } }
    ask()
}
