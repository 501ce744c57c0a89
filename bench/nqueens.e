# Recursion over lists of booleans: in how many ways can the queens stand?
def size := 10

def solutions(n) {
    def columns := ([false] * n).diverge()
    def falling := ([false] * (2 * n)).diverge()
    def rising := ([false] * (2 * n)).diverge()
    def place(row) {
        if (row == n) { return 1 }
        var found := 0
        for column in 0..!n {
            def down := row - column + n
            def up := row + column
            if (!columns[column] && !falling[down] && !rising[up]) {
                columns[column] := true
                falling[down] := true
                rising[up] := true
                found += place(row + 1)
                columns[column] := false
                falling[down] := false
                rising[up] := false
            }
        }
        return found
    }
    return place(0)
}

println(solutions(size))
