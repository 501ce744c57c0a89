# Integers of many digits: products of 10,000 digits, 2 ** 100,000 printed, powers to a modulus.
import sys

sys.set_int_max_str_digits(0)
size = 100

a = 7**11833
b = 3**20959
modulus = 10**50 + 151
total = 0
for i in range(size):
    total = (total + (a + i) * (b - i)) % modulus
digits = 0
for i in range(size // 20):
    digits += len(str(2**100000 + i))
print(len(str(a)), len(str(b)), total, digits, pow(a, b, modulus))
