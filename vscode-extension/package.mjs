// Packs the extension: `npm run package`, or `npm run package -- --binary FILE` for one that carries the program.
//
// A package with a program in it is for one platform, `--target` (this machine's, if nothing is said), and the editor
// installs it on no other. One without looks for `walnut` on the path.

import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = path.dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: { binary: { type: "string" }, target: { type: "string" }, out: { type: "string" } },
});
const { version } = JSON.parse(fs.readFileSync(path.join(here, "package.json"), "utf8"));
const target = values.binary && (values.target ?? `${process.platform}-${process.arch}`);
const name = target ? `walnut-${target}-${version}.vsix` : `walnut-${version}.vsix`;
const out = path.resolve(values.out ?? path.join(here, name));
const carried = path.join(here, "bin");

function run(program, args) {
  const { status, error } = spawnSync(program, args, { cwd: here, stdio: "inherit", shell: process.platform === "win32" });
  if (error || status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? `ended with ${status}`}`);
}

fs.rmSync(carried, { recursive: true, force: true });
try {
  if (values.binary) {
    fs.mkdirSync(carried);
    const program = path.join(carried, target.startsWith("win32") ? "walnut.exe" : "walnut");
    fs.copyFileSync(path.resolve(values.binary), program);
    fs.chmodSync(program, 0o755);
  }
  run("npm", ["run", "--silent", "build"]);
  const platform = target ? ["--target", target] : [];
  run("npx", ["--yes", "@vscode/vsce@3", "package", "--no-dependencies", "--skip-license",
    "--allow-missing-repository", ...platform, "--out", out]);
} finally {
  fs.rmSync(carried, { recursive: true, force: true });
}
