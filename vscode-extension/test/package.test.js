// What a package holds, and which program the extension starts.

const assert = require("node:assert");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, test } = require("node:test");
const zlib = require("node:zlib");
const esbuild = require("esbuild");

const home = path.join(__dirname, "..");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "walnut-package-"));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** The files of a zip archive by their names: their texts, and the rights that are noted with them. */
function unzipped(file) {
  const bytes = fs.readFileSync(file);
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  const found = new Map();
  let at = bytes.readUInt32LE(end + 16);
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count -= 1) {
    const [packed, nameLength, more, comment] = [20, 28, 30, 32].map((it) => it === 20 ? bytes.readUInt32LE(at + it) : bytes.readUInt16LE(at + it));
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const body = bytes.subarray(start, start + packed);
    const text = bytes.readUInt16LE(at + 10) === 8 ? zlib.inflateRawSync(body) : body;
    found.set(name, { text: text.toString("utf8"), rights: bytes.readUInt32LE(at + 38) >>> 16 });
    at += 46 + nameLength + more + comment;
  }
  return found;
}

function packed(...args) {
  const out = path.join(folder, "walnut.vsix");
  execFileSync(process.execPath, [path.join(home, "package.mjs"), "--out", out, ...args], { stdio: ["ignore", "ignore", "inherit"] });
  return unzipped(out);
}

test("a package carries the program that it is made with, for one platform", () => {
  const program = path.join(folder, "walnut");
  fs.writeFileSync(program, "the program");
  const found = packed("--binary", program, "--target", "linux-x64");
  assert.equal(found.get("extension/bin/walnut")?.text, "the program");
  assert.equal(found.get("extension/bin/walnut").rights & 0o111, 0o111, "it can be run");
  assert.match(found.get("extension.vsixmanifest").text, /TargetPlatform="linux-x64"/);
  assert.ok(!fs.existsSync(path.join(home, "bin")), "nothing of it stays here");
});

test("a package without a program is for every platform, and has what its manifest names", () => {
  const found = packed();
  assert.deepEqual([...found.keys()].filter((it) => it.includes("/bin/")), []);
  assert.doesNotMatch(found.get("extension.vsixmanifest").text, /TargetPlatform/);
  const manifest = JSON.parse(found.get("extension/package.json").text);
  const named = [manifest.main, ...manifest.contributes.grammars.map((it) => it.path),
    ...manifest.contributes.languages.map((it) => it.configuration),
    ...manifest.contributes.walkthroughs.flatMap((it) => it.steps.map((step) => step.media.markdown))];
  for (const it of named) assert.ok(found.has(path.posix.join("extension", it)), `${it} is not in the package`);
});

test("every step of the walk-through says something, and the commands it offers are there", () => {
  const { contributes } = JSON.parse(fs.readFileSync(path.join(home, "package.json"), "utf8"));
  const commands = new Set(contributes.commands.map((it) => it.command));
  const steps = contributes.walkthroughs.flatMap((it) => it.steps);
  assert.ok(steps.length >= 4);
  for (const step of steps) {
    const page = fs.readFileSync(path.join(home, step.media.markdown), "utf8");
    assert.ok(page.split(/\s+/).length >= 25, `${step.id} says next to nothing`);
    for (const [, command] of `${step.description}\n${page}`.matchAll(/command:([\w.]+)/g)) {
      assert.ok(commands.has(command) || command.startsWith("workbench."), `${step.id} offers ${command}`);
    }
  }
});

test("the program of the settings comes first, then the one in the package, then the one on the path", () => {
  const out = path.join(folder, "program.js");
  esbuild.buildSync({ entryPoints: [path.join(home, "src/program.ts")], outfile: out, bundle: true, platform: "node", format: "cjs" });
  const { choose } = require(out);
  const there = (...all) => (it) => all.includes(it);
  const carried = path.join("/x", "bin", "walnut");
  assert.equal(choose("/opt/walnut", "/x", "linux", there(carried)), "/opt/walnut");
  assert.equal(choose("walnut", "/x", "linux", there(carried)), carried);
  assert.equal(choose("", "/x", "win32", there(`${carried}.exe`)), `${carried}.exe`);
  assert.equal(choose("walnut", "/x", "linux", there()), "walnut");
});
