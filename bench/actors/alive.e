# Vats that live and wait; then one in a hundred, here and there, is ended, and all are asked. Argument: how many.
def n := __makeInt(interp.getArgs()[0])
def source := "var sum := 0; def worker { to add(k) { return sum += k } }"
def began := timer.now()
def vats := [].diverge()
def all := [].diverge()
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
def crash() {
    for i in 0..!(n // 100) { vats[i * 7919 % n].orderlyShutdown(null) }
    ask()
}
def make() {
    for i in vats.size()..!n.min(vats.size() + 1000) {
        def vat := makeVat("worker")
        vats.push(vat)
        all.push(seedVat(vat, source))
    }
    if (vats.size() < n) { make <- run() } else {
        when (all[n - 1]) -> { made := timer.now(); crash() }
    }
}
make()
