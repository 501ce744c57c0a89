// Float arithmetic in nested loops: how many steps the points of a square take to escape.
const size = 250;

function steps(n) {
    let total = 0;
    for (let row = 0; row < n; row++) {
        const y = row * 2.0 / n - 1.0;
        for (let column = 0; column < n; column++) {
            const x = column * 3.0 / n - 2.0;
            let re = 0.0, im = 0.0, step = 0;
            while (step < 50 && re * re + im * im <= 4.0) {
                const following = re * re - im * im + x;
                im = 2.0 * re * im + y;
                re = following;
                step += 1;
            }
            total += step;
        }
    }
    return total;
}

console.log(steps(size));
