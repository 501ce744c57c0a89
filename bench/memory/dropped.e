# Lists of 160 KB on average, 10 GB in all, each dropped when the next is there.
def size := 65536

var items := 0
var last := []
for i in 0..!size {
    last := [i] * (i %% 20000)
    items += last.size()
}
println(items)
