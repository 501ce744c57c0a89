// Sorting: integers, strings, and by a comparison of the program's own.
const size = 100000;

let seed = 42;
function random() {
    seed = (seed * 16807) % 2147483647;
    return seed;
}

function shuffled(n) {
    const list = [];
    for (let i = 0; i < n; i++) list.push(random());
    return list;
}

function checksum(list) {
    let sum = 0;
    let at = 0;
    for (const it of list) {
        at += 1;
        sum = (sum + it * (at % 7)) % 1000000007;
    }
    return sum;
}

const numbers = shuffled(size);
const names = [];
for (const it of shuffled(size)) names.push("purse " + String(it));
names.sort();
const byRest = shuffled(Math.floor(size / 4)).sort((a, b) => a % 1000 - b % 1000);
const rests = [];
for (const it of byRest) rests.push(it % 1000);
console.log(`${checksum(numbers.sort((a, b) => a - b))} ${names[0]} ${names[size - 1]} ${checksum(rests)}`);
