# Many vats send to one. Arguments: how many senders, how many messages each.
def args := interp.getArgs()
def senders := __makeInt(args[0])
def each := __makeInt(args[1])
def collector := seedVat(makeVat("collector"), "
  var sum := 0
  var left := 0
  var done := null
  def collector {
    to expect(n, whom) { left := n; done := whom }
    to add(n) { sum += n; left -= 1; if (left == 0) { done <- run(sum) } }
  }")
def source := "
  var heard := 0
  def sender { to send(n, collector) { heard += 1; for i in 1..n { collector <- add(i) } } }"
var began := 0
def finished(sum) { println(`fanin $sum ${timer.now() - began}`) }
def all := [].diverge()
for i in 1..senders { all.push(seedVat(makeVat("sender"), source)) }
when (promiseAllFulfilled(all.snapshot())) -> {
    when (collector <- expect(senders * each, finished)) -> {
        began := timer.now()
        for it in (all) { it <- send(each, collector) }
    }
}
