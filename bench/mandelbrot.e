# Float arithmetic in nested loops: how many steps the points of a square take to escape.
def size := 250

def steps(n) {
    var total := 0
    for row in 0..!n {
        def y := row * 2.0 / n - 1.0
        for column in 0..!n {
            def x := column * 3.0 / n - 2.0
            var re := 0.0
            var im := 0.0
            var step := 0
            while (step < 50 && re * re + im * im <= 4.0) {
                def next := re * re - im * im + x
                im := 2.0 * re * im + y
                re := next
                step += 1
            }
            total += step
        }
    }
    return total
}

println(steps(size))
