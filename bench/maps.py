# Maps: integers and strings as keys, put and looked up, hits and misses.
size = 200000


def numbers(n):
    table = {}
    for i in range(n):
        table[i * 7919 % 1000003] = i
    total = 0
    for key in range(n):
        total += table.get(key, 1)
    return total


def names(n):
    table = {}
    for i in range(n):
        name = "purse " + str(i % 5000)
        table[name] = table.get(name, 0) + 1
    total = 0
    for name, count in table.items():
        total += len(name) * count
    return total


print(numbers(size), names(size))
