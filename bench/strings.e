# Strings built by `+=`, joined from a list, taken apart again.
def size := 30000

def grown(n) {
    var text := ""
    for i in 0..!n { text += "ab" }
    return text
}

def joined(n) {
    def parts := [].diverge()
    for i in 0..!n { parts.push(`$i`) }
    return ",".join(parts.snapshot())
}

def letters(text) {
    var count := 0
    for char in text { if (char == 'b') { count += 1 } }
    return count
}

def text := grown(size)
def numbers := joined(10 * size)
def parts := numbers.split(",")
def replaced := numbers.replaceAll(",", "; ")
println(`${letters(text)} ${text.size()} ${numbers.size()} ${parts.size()} ${replaced.size()}`)
