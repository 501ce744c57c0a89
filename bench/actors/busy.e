# Vats that work until somebody interrupts them; all begin once all are there. Argument: how many.
def n := __makeInt(interp.getArgs()[0])
def source := "
  var sum := 0
  def worker { to work() { for i in 1..1000 { sum += i }; worker <- work() } }"
def workers := [].diverge()
for i in 1..n {
    when (def worker := seedVat(makeVat("worker"), source)) -> {
        workers.push(worker)
        if (workers.size() == n) {
            for it in (workers) { it <- work() }
            println("busy")
        }
    }
}
