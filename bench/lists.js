// A list that grows at its end, summed by its items and by index.
const size = 1000000;

function filled(n) {
    const list = [];
    for (let i = 0; i < n; i++) list.push(i);
    return list;
}

function sum(list) {
    let total = 0;
    for (const it of list) total += it;
    return total;
}

function alternating(list) {
    let total = 0;
    for (let i = 0; i < Math.floor(list.length / 2); i++) total += list[2 * i + 1] - list[2 * i];
    return total;
}

const list = filled(size);
console.log(`${sum(list)} ${alternating(list)}`);
