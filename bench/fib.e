# Calls and small integers.
def size := 32

def fib(n) {
    return if (n < 2) { n } else { fib(n - 1) + fib(n - 2) }
}

println(fib(size))
