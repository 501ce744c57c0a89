# Recursion over lists of booleans: in how many ways can the queens stand?
size = 10


def solutions(n):
    columns = [False] * n
    falling = [False] * (2 * n)
    rising = [False] * (2 * n)

    def place(row):
        if row == n:
            return 1
        found = 0
        for column in range(n):
            down = row - column + n
            up = row + column
            if not columns[column] and not falling[down] and not rising[up]:
                columns[column] = True
                falling[down] = True
                rising[up] = True
                found += place(row + 1)
                columns[column] = False
                falling[down] = False
                rising[up] = False
        return found

    return place(0)


print(solutions(size))
