# Sorting: integers, strings, and by a comparison of the program's own.
def size := 100000

var seed := 42
def random() {
    seed := (seed * 16807) %% 2147483647
    return seed
}

def shuffled(n) {
    def list := [].diverge()
    for i in 0..!n { list.push(random()) }
    return list.snapshot()
}

def checksum(list) {
    var sum := 0
    var at := 0
    for it in list {
        at += 1
        sum := (sum + it * (at %% 7)) %% 1000000007
    }
    return sum
}

def numbers := shuffled(size)
def names := [].diverge()
for it in shuffled(size) { names.push(`purse $it`) }
def byName := names.snapshot().sort()
def byRest := shuffled(size // 4).sort(fn a, b { (a %% 1000).op__cmp(b %% 1000) })
def rests := [].diverge()
for it in byRest { rests.push(it %% 1000) }
println(`${checksum(numbers.sort())} ${byName[0]} ${byName[size - 1]} ${checksum(rests)}`)
