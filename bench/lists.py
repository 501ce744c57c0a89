# A list that grows at its end, summed by its items and by index.
size = 1000000


def filled(n):
    items = []
    for i in range(n):
        items.append(i)
    return items


def sum_of(items):
    total = 0
    for it in items:
        total += it
    return total


def alternating(items):
    total = 0
    for i in range(len(items) // 2):
        total += items[2 * i + 1] - items[2 * i]
    return total


items = filled(size)
print(sum_of(items), alternating(items))
