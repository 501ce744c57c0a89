# Maps: integers and strings as keys, put and looked up, hits and misses.
def size := 200000

def numbers(n) {
    def map := [].asMap().diverge()
    for i in 0..!n { map[i * 7919 %% 1000003] := i }
    var total := 0
    for key in 0..!n { total += map.fetch(key, fn { 1 }) }
    return total
}

def names(n) {
    def map := [].asMap().diverge()
    for i in 0..!n {
        def name := `purse ${i %% 5000}`
        map[name] := map.fetch(name, fn { 0 }) + 1
    }
    var total := 0
    for name => count in map { total += name.size() * count }
    return total
}

println(`${numbers(size)} ${names(size)}`)
