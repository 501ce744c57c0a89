# Sorting: integers, strings, and by a comparison of the program's own.
from functools import cmp_to_key

size = 100000

seed = 42


def random():
    global seed
    seed = (seed * 16807) % 2147483647
    return seed


def shuffled(n):
    items = []
    for i in range(n):
        items.append(random())
    return items


def checksum(items):
    total = 0
    at = 0
    for it in items:
        at += 1
        total = (total + it * (at % 7)) % 1000000007
    return total


numbers = shuffled(size)
names = []
for it in shuffled(size):
    names.append("purse " + str(it))
by_name = sorted(names)
by_rest = sorted(shuffled(size // 4), key=cmp_to_key(lambda a, b: a % 1000 - b % 1000))
rests = []
for it in by_rest:
    rests.append(it % 1000)
print(checksum(sorted(numbers)), by_name[0], by_name[size - 1], checksum(rests))
