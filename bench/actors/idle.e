# Vats that live and wait, and nothing else. Argument: how many.
def n := __makeInt(interp.getArgs()[0])
def source := "var sum := 0; def worker { to add(k) { return sum += k } }"
def began := timer.now()
def all := [].diverge()
def make() {
    for _ in all.size()..!n.min(all.size() + 1000) { all.push(seedVat(makeVat("worker"), source)) }
    if (all.size() < n) { make <- run() } else {
        when (all[n - 1]) -> {
            def made := timer.now()
            timer.whenPast(made + 50, fn { println(`idle ${all.size()} ${made - began}`) })
        }
    }
}
make()
