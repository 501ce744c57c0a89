# Strings built by `+=`, joined from a list, taken apart again.
size = 30000


def grown(n):
    text = ""
    for i in range(n):
        text += "ab"
    return text


def joined(n):
    parts = []
    for i in range(n):
        parts.append(str(i))
    return ",".join(parts)


def letters(text):
    count = 0
    for char in text:
        if char == "b":
            count += 1
    return count


text = grown(size)
numbers = joined(10 * size)
parts = numbers.split(",")
replaced = numbers.replace(",", "; ")
print(letters(text), len(text), len(numbers), len(parts), len(replaced))
