# A million objects that close over two values each.
def size := 1000000

def makePoint(x, y) {
    return def point {
        to getX() { return x }
        to getY() { return y }
    }
}

def points := [].diverge()
for i in 0..!size { points.push(makePoint(i, -i)) }
var sum := 0
for it in points { sum += it.getX() - 2 * it.getY() }
println(sum)
