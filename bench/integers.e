# Integers of many digits: products of 10,000 digits, 2 ** 100,000 printed, powers to a modulus.
def size := 100

def a := 7 ** 11833
def b := 3 ** 20959
def modulus := 10 ** 50 + 151
var sum := 0
for i in 0..!size { sum := (sum + (a + i) * (b - i)) %% modulus }
var digits := 0
for i in 0..!(size // 20) { digits += `${2 ** 100000 + i}`.size() }
println(`${`$a`.size()} ${`$b`.size()} $sum $digits ${a.modPow(b, modulus)}`)
