# Float arithmetic in nested loops: how many steps the points of a square take to escape.
size = 250


def steps(n):
    total = 0
    for row in range(n):
        y = row * 2.0 / n - 1.0
        for column in range(n):
            x = column * 3.0 / n - 2.0
            re = 0.0
            im = 0.0
            step = 0
            while step < 50 and re * re + im * im <= 4.0:
                following = re * re - im * im + x
                im = 2.0 * re * im + y
                re = following
                step += 1
            total += step
    return total


print(steps(size))
