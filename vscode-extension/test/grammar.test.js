// The TextMate grammar colours E before the server answers: each page below names words and their scopes.

const { test } = require("node:test");
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const vsctm = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");

const root = path.join(__dirname, "..");
const grammars = { "source.e": "e.tmLanguage.json", "text.updoc": "updoc.tmLanguage.json" };

async function loadGrammar(scope) {
  const wasm = fs.readFileSync(path.join(root, "node_modules/vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength)).catch(() => {});
  const registry = new vsctm.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (name) =>
      name in grammars
        ? vsctm.parseRawGrammar(fs.readFileSync(path.join(root, "syntaxes", grammars[name]), "utf8"), grammars[name])
        : null,
  });
  return registry.loadGrammar(scope);
}

/** The innermost scope of `word` on its line. */
async function scopeOf(grammar, text, word) {
  let stack = vsctm.INITIAL;
  for (const line of text.split("\n")) {
    const result = grammar.tokenizeLine(line, stack);
    stack = result.ruleStack;
    for (const token of result.tokens) {
      if (line.slice(token.startIndex, token.endIndex).trim() === word) return token.scopes.at(-1);
    }
  }
  return undefined;
}

const mint = `
/** Makes mints. */
def makeMint(name :String) {
    var total := 0x10
    # a purse holds money
    return fn amount { bank <- deposit(amount); \`$name has \${amount + 1}\` }
}
<import:org.walnut.mint>
`;

const expected = {
  makeMint: "entity.name.function.e",
  String: "support.type.guard.e",
  "0x10": "constant.numeric.hex.e",
  total: "variable.other.definition.e",
  deposit: "entity.name.function.verb.e",
  "<-": "keyword.operator.send.e",
  "$name": "variable.other.hole.e",
  "# a purse holds money": "comment.line.number-sign.e",
  import: "entity.name.tag.scheme.e",
};

for (const [word, scope] of Object.entries(expected)) {
  test(`a mint: ${word} is ${scope}`, async () => {
    assert.strictEqual(await scopeOf(await loadGrammar("source.e"), mint, word), scope);
  });
}

test("a transcript: its step is E and its answer is not", async () => {
  const grammar = await loadGrammar("text.updoc");
  const page = "? def purse := mint.makePurse(10)\n# value: <purse>\n";
  assert.strictEqual(await scopeOf(grammar, page, "purse"), "variable.other.definition.e");
  assert.strictEqual(await scopeOf(grammar, page, "<purse>"), "string.unquoted.answer.updoc");
});
