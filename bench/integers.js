// Integers of many digits: products of 10,000 digits, 2 ** 100,000 printed, powers to a modulus.
const size = 100;

function modPow(base, exponent, modulus) {
    let result = 1n;
    base %= modulus;
    for (const bit of exponent.toString(2)) {
        result = result * result % modulus;
        if (bit === "1") result = result * base % modulus;
    }
    return result;
}

const a = 7n ** 11833n;
const b = 3n ** 20959n;
const modulus = 10n ** 50n + 151n;
let sum = 0n;
for (let i = 0n; i < BigInt(size); i++) sum = (sum + (a + i) * (b - i)) % modulus;
let digits = 0;
for (let i = 0; i < size / 20; i++) digits += (2n ** 100000n + BigInt(i)).toString().length;
console.log(`${a.toString().length} ${b.toString().length} ${sum} ${digits} ${modPow(a, b, modulus)}`);
