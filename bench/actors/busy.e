# Vats that work until somebody interrupts them. Argument: how many.
def n := __makeInt(interp.getArgs()[0])
def source := "
  var sum := 0
  def worker { to work() { for i in 1..1000 { sum += i }; worker <- work() } }"
var ready := 0
for i in 1..n {
    when (def worker := seedVat(makeVat("worker"), source)) -> {
        worker <- work()
        ready += 1
        if (ready == n) { println("busy") }
    }
}
