# A list that grows at its end, summed by its items and by index.
def size := 1000000

def filled(n) {
    def list := [].diverge()
    for i in 0..!n { list.push(i) }
    return list
}

def sum(list) {
    var total := 0
    for it in list { total += it }
    return total
}

def alternating(list) {
    var total := 0
    for i in 0..!(list.size() // 2) { total += list[2 * i + 1] - list[2 * i] }
    return total
}

def list := filled(size)
println(`${sum(list)} ${alternating(list)}`)
