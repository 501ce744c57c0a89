// Recursion over lists of booleans: in how many ways can the queens stand?
const size = 10;

function solutions(n) {
    const columns = Array(n).fill(false);
    const falling = Array(2 * n).fill(false);
    const rising = Array(2 * n).fill(false);
    function place(row) {
        if (row === n) return 1;
        let found = 0;
        for (let column = 0; column < n; column++) {
            const down = row - column + n;
            const up = row + column;
            if (!columns[column] && !falling[down] && !rising[up]) {
                columns[column] = true;
                falling[down] = true;
                rising[up] = true;
                found += place(row + 1);
                columns[column] = false;
                falling[down] = false;
                rising[up] = false;
            }
        }
        return found;
    }
    return place(0);
}

console.log(solutions(size));
