// Maps: integers and strings as keys, put and looked up, hits and misses.
const size = 200000;

function numbers(n) {
    const map = new Map();
    for (let i = 0; i < n; i++) map.set(i * 7919 % 1000003, i);
    let total = 0;
    for (let key = 0; key < n; key++) total += map.get(key) ?? 1;
    return total;
}

function names(n) {
    const map = new Map();
    for (let i = 0; i < n; i++) {
        const name = "purse " + String(i % 5000);
        map.set(name, (map.get(name) ?? 0) + 1);
    }
    let total = 0;
    for (const [name, count] of map) total += name.length * count;
    return total;
}

console.log(`${numbers(size)} ${names(size)}`);
