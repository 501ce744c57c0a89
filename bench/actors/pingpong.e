# Two vats and a ball. Argument: how many times it goes there and back.
def n := __makeInt(interp.getArgs()[0])
def wall := seedVat(
    makeVat("wall"),
    "var hits := 0; def wall { to ping(n, player) { hits += 1; player <- pong(n) } }"
)
var began := 0
def player {
    to pong(left) {
        if (left > 0) { wall <- ping(left - 1, player) } else {
            println(`pingpong $n ${timer.now() - began}`)
        }
    }
}
when (wall) -> { began := timer.now(); player <- pong(n) }
