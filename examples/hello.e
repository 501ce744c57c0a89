# A program starts with no power but those it was granted; `stdout` is one that `walnut run` grants.

def greet(name :String) {
    return `Hello, $name!`
}

println(greet("world"))

# A send arrives in a later turn, and its answer is a promise until then.
def greeting := greet <- run("future")
when (greeting) -> {
    println(greeting)
}
println("The future has not begun yet.")
