# A million objects with two variables of their own.
def size := 1000000

def makePoint(var x, var y) {
    return def point {
        to move(right, down) {
            x += right
            y += down
        }
        to getSum() { return x + y }
    }
}

def points := [].diverge()
for i in 0..!size { points.push(makePoint(i, -i)) }
var sum := 0
for it in points {
    it.move(1, 2)
    sum += it.getSum()
}
println(sum)
