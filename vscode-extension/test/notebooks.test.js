// The notebook's controller against the real kernel, in a workbench that is played: what a cell shows while it runs, and
// after it is done. WALNUT names the program.

const assert = require("node:assert");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const Module = require("node:module");
const { after, test } = require("node:test");
const esbuild = require("esbuild");

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "walnut-notebooks-"));
const skip = process.env.WALNUT ? false : "WALNUT does not name a program";
const subscriptions = [];
const controllers = {};
let serializer;
let answer;

after(() => {
  subscriptions.forEach((it) => it?.dispose?.());
  fs.rmSync(folder, { recursive: true, force: true });
});

class NotebookCellOutputItem {
  constructor(data, mime) { Object.assign(this, { mime, data: Buffer.from(data), text: String(data) }); }
  static text(text, mime) { return new NotebookCellOutputItem(text, mime); }
  static json(it, mime) { return new NotebookCellOutputItem(JSON.stringify(it), mime); }
  static stdout(text) { return new NotebookCellOutputItem(text, "application/vnd.code.notebook.stdout"); }
  static stderr(text) { return new NotebookCellOutputItem(text, "application/vnd.code.notebook.stderr"); }
  static error(it) { return new NotebookCellOutputItem(JSON.stringify(it), "application/vnd.code.notebook.error"); }
}

/** A cell that is executed refuses to be executed beside that, and one that is done to be changed, as in the workbench. */
function execution(cell) {
  assert.ok(!cell.isExecuting, "Cannot start execution for a cell that is executing");
  cell.isExecuting = true;
  const open = (change) => async (...it) => {
    assert.ok(cell.isExecuting, "Cannot modify cell output after calling resolve");
    change(...it);
    cell.changed();
  };
  return {
    token: { onCancellationRequested: () => {} },
    start: () => {},
    clearOutput: open(() => { cell.outputs = []; }),
    appendOutput: open((it) => { cell.outputs.push(it); }),
    replaceOutputItems: open((items, output) => { output.items = items; }),
    end: (success) => {
      cell.isExecuting = false;
      cell.executionSummary = { success };
    },
  };
}

const nothing = () => ({ dispose: () => {} });
const vscode = {
  NotebookCellOutputItem,
  NotebookCellOutput: class { constructor(items, metadata) { Object.assign(this, { items, metadata }); } },
  NotebookCellData: class { constructor(kind, value, languageId) { Object.assign(this, { kind, value, languageId }); } },
  NotebookData: class { constructor(cells) { this.cells = cells; } },
  NotebookCellKind: { Markup: 1, Code: 2 },
  NotebookControllerAffinity: { Preferred: 2 },
  notebooks: {
    createNotebookController: (_, kind) => (controllers[kind] = { createNotebookCellExecution: execution, updateNotebookAffinity: nothing, dispose: () => {} }),
  },
  workspace: {
    notebookDocuments: [], onDidOpenNotebookDocument: nothing, onDidCloseNotebookDocument: nothing,
    registerNotebookSerializer: (_, it) => { serializer = it; },
  },
  commands: { registerCommand: nothing },
  window: { showInputBox: async ({ prompt }) => answer(prompt) },
};

async function load() {
  const outfile = path.join(folder, "notebooks.js");
  const client = {
    name: "the program alone",
    setup: (build) => {
      build.onResolve({ filter: /^\.\/client$/ }, () => ({ path: "client", namespace: "played" }));
      build.onLoad({ filter: /.*/, namespace: "played" }, () => ({ contents: "exports.program = () => process.env.WALNUT;" }));
    },
  };
  await esbuild.build({
    entryPoints: [path.join(__dirname, "../src/notebooks.ts")], outfile, bundle: true, format: "cjs", platform: "node",
    external: ["vscode"], plugins: [client], logLevel: "error",
  });
  const original = Module._load;
  Module._load = (name, ...rest) => (name === "vscode" ? vscode : original(name, ...rest));
  require(outfile).registerNotebooks({ subscriptions });
  Module._load = original;
}

const uri = (it) => ({ toString: () => it, scheme: "file", fsPath: it });
const notebook = { uri: uri(path.join(folder, "bank.ipynb")), notebookType: "jupyter-notebook", metadata: {} };
let count = 0;

function cell(text) {
  const document = { getText: () => text, uri: uri(`cell-${(count += 1)}`) };
  const it = { document, outputs: [], watchers: [], changed: () => it.watchers.forEach((watch) => watch()) };
  it.shows = (wanted) => new Promise((resolve) => {
    const look = () => {
      const texts = it.outputs.flatMap((output) => output.items.filter((item) => !item.mime.includes("html")).map((item) => item.text));
      if (texts.some((text) => wanted.test(text))) resolve(texts);
    };
    it.watchers.push(look);
    look();
  });
  return it;
}

async function run(text) {
  const it = cell(text);
  await controllers["jupyter-notebook"].executeHandler([it], notebook);
  return it;
}

test("a promise resolves after its cell is done", { skip }, async () => {
  await load();
  process.env.WALNUT_DATA = path.join(folder, "data");
  const pending = await run("def [promise, resolver] := Ref.promise()\npromise");
  await pending.shows(/^<Promise>/);
  assert.equal(pending.executionSummary.success, true);
  await run('resolver <- resolve("settled later")\nnull');
  await pending.shows(/settled later/);
});

test("what is printed, what it came to, and what went wrong", { skip }, async () => {
  const said = await run('println("hello")\n6 * 7');
  await said.shows(/hello/);
  await said.shows(/^42$/);
  const failed = await run("[1].nothing()");
  await failed.shows(/no such method/);
  assert.equal(failed.executionSummary.success, false);
});

test("a program that asks is answered", { skip }, async () => {
  answer = () => "walnut";
  await (await run("stdin.takeLine()")).shows(/"walnut"/);
});

test("a cell that runs for ever is interrupted", { skip }, async () => {
  const spinning = cell('println("on it")\nwhile (true) {}');
  const controller = controllers["jupyter-notebook"];
  const done = controller.executeHandler([spinning], notebook);
  // What it prints is said by and by, also while it runs.
  await spinning.shows(/on it/);
  controller.interruptHandler(notebook);
  await done;
  await spinning.shows(/Interrupted/);
});

const repository = path.join(__dirname, "../..");
const transcripts = ["examples", "tests/suite/vat"].flatMap((it) =>
  fs.readdirSync(path.join(repository, it)).filter((name) => name.endsWith(".updoc")).map((name) => path.join(repository, it, name)));
const opened = async (text) => {
  const data = await serializer.deserializeNotebook(Buffer.from(text));
  const code = data.cells.filter((it) => it.kind === vscode.NotebookCellKind.Code);
  return { data, code, saved: async () => Buffer.from(await serializer.serializeNotebook(data)).toString() };
};

test("a transcript that is opened as a notebook and saved is what it was", { skip }, async () => {
  assert.ok(transcripts.length > 3);
  for (const it of transcripts) {
    const text = fs.readFileSync(it, "utf8");
    assert.equal(await (await opened(text)).saved(), text, it);
  }
});

const PURSE = "A purse.\n\n? def purse := 3\n> purse + 1\n# value: 4\n\n? println(purse)\n# stdout: 3\n\n? def double(n :int) { return n * 2 }; double <- run(4)\n# value: <Promise>\n";

test("a step that is edited is the only one that changes", { skip }, async () => {
  const { code, saved } = await opened(PURSE);
  assert.equal(code[0].value, "def purse := 3\npurse + 1");
  code[1].value = "println(purse + 1)";
  code[1].outputs = [];
  assert.equal(await saved(), PURSE.replace("? println(purse)\n# stdout: 3\n", "? println(purse + 1)\n"));
});

test("a step that is new is indented as the one before it", { skip }, async () => {
  for (const margin of ["", "  ", "    "]) {
    const text = `${margin}? 1\n${margin}# value: 1\n`;
    const { data, saved } = await opened(text);
    data.cells.push(new vscode.NotebookCellData(vscode.NotebookCellKind.Code, "2", "e"));
    assert.equal(await saved(), `${text}\n${margin}? 2\n`);
  }
});

test("the cells of a transcript run in one vat, and what they say is what its steps say", { skip }, async () => {
  const { data, code, saved } = await opened(PURSE);
  const transcript = { uri: uri(path.join(folder, "purse.updoc")), notebookType: "walnut-updoc", metadata: data.metadata };
  for (const it of code) {
    const played = cell(it.value);
    await controllers["walnut-updoc"].executeHandler([played], transcript);
    if (it === code[2]) await played.shows(/^8$/);
    it.outputs = played.outputs;
    assert.ok(played.outputs.length > 0);
  }
  assert.equal(await saved(), PURSE);
  const wrong = cell("purse + 2");
  await controllers["walnut-updoc"].executeHandler([wrong], transcript);
  [code[0].value, code[0].outputs] = ["purse + 2", wrong.outputs];
  assert.equal(await saved(), PURSE.replace("? def purse := 3\n> purse + 1\n# value: 4\n", "? purse + 2\n# value: 5\n"));
});
