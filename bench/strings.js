// Strings built by `+=`, joined from a list, taken apart again.
const size = 30000;

function grown(n) {
    let text = "";
    for (let i = 0; i < n; i++) text += "ab";
    return text;
}

function joined(n) {
    const parts = [];
    for (let i = 0; i < n; i++) parts.push(String(i));
    return parts.join(",");
}

function letters(text) {
    let count = 0;
    for (const char of text) if (char === "b") count += 1;
    return count;
}

const text = grown(size);
const numbers = joined(10 * size);
const parts = numbers.split(",");
const replaced = numbers.replaceAll(",", "; ");
console.log(`${letters(text)} ${text.length} ${numbers.length} ${parts.length} ${replaced.length}`);
