# A ring of vats; a token goes round it. Arguments: how many vats, how many rounds.
def args := interp.getArgs()
def members := __makeInt(args[0])
def hops := members * __makeInt(args[1])
def source := "
  var next := null
  var done := null
  def member {
    to join(other, last) { next := other; done := last }
    to pass(n) { if (n > 0) { next <- pass(n - 1) } else { done <- run(n) } }
  }"
def all := [].diverge()
for i in 1..members { all.push(seedVat(makeVat("member"), source)) }
var began := 0
def finished(n) { println(`ring $hops ${timer.now() - began}`) }
when (promiseAllFulfilled(all.snapshot())) -> {
    for i => it in (all) { it <- join(all[(i + 1) % members], finished) }
    when (all[0] <- join(all[1 % members], finished)) -> {
        began := timer.now()
        all[0] <- pass(hops)
    }
}
