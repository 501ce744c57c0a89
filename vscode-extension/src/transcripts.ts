// Transcripts in the test explorer: each `?` is a test; what a step said instead of what it should is shown as a
// difference at its line.

import { execFile } from "node:child_process";
import * as vscode from "vscode";
import { program } from "./client";

interface Step { file: string; line: number; status: string; input: string; expected: string; actual: string }

export function registerTests(context: vscode.ExtensionContext): void {
  const tests = vscode.tests.createTestController("walnut.updoc", "E transcripts");
  context.subscriptions.push(tests);

  const fileOf = (uri: vscode.Uri) => {
    const known = tests.items.get(uri.toString());
    if (known) return known;
    const item = tests.createTestItem(uri.toString(), vscode.workspace.asRelativePath(uri), uri);
    item.canResolveChildren = true;
    tests.items.add(item);
    return item;
  };
  const readSteps = (item: vscode.TestItem, text: string) => {
    const steps = text.split("\n").flatMap((line, at) => {
      const asked = /^\s*\?(?!\?)(.*)$/.exec(line)?.[1].trim();
      if (!asked) return [];
      const step = tests.createTestItem(`${item.id}#${at + 1}`, asked, item.uri);
      step.range = new vscode.Range(at, 0, at, line.length);
      step.sortText = String(at).padStart(7, "0");
      return [step];
    });
    item.children.replace(steps);
  };
  const readFile = async (item: vscode.TestItem) => {
    if (item.uri) readSteps(item, new TextDecoder().decode(await vscode.workspace.fs.readFile(item.uri)));
  };
  const readDocument = (document: vscode.TextDocument) => {
    if (document.languageId === "updoc" && document.uri.scheme === "file") {
      readSteps(fileOf(document.uri), document.getText());
    }
  };

  tests.resolveHandler = async (item) => {
    if (item) return readFile(item);
    for (const uri of await vscode.workspace.findFiles("**/*.updoc", "**/{node_modules,target}/**")) fileOf(uri);
  };
  vscode.workspace.textDocuments.forEach(readDocument);
  const watcher = vscode.workspace.createFileSystemWatcher("**/*.updoc");
  watcher.onDidDelete((uri) => tests.items.delete(uri.toString()));
  context.subscriptions.push(
    watcher,
    vscode.workspace.onDidOpenTextDocument(readDocument),
    vscode.workspace.onDidChangeTextDocument((it) => readDocument(it.document)),
  );

  tests.createRunProfile("Run", vscode.TestRunProfileKind.Run, async (request, stop) => {
    const run = tests.createTestRun(request);
    const wanted = request.include ?? [...tests.items].map(([, item]) => item);
    // Steps rest on the steps before them, so a file runs whole, whatever was asked of it.
    const files = new Set(wanted.map((it) => it.parent ?? it));
    for (const file of files) {
      if (stop.isCancellationRequested || !file.uri) break;
      if (file.children.size === 0) await readFile(file);
      file.children.forEach((it) => run.started(it));
      for (const step of await runFile(program(context), file.uri, stop)) report(run, file, step);
    }
    run.end();
  }, true);

  context.subscriptions.push(vscode.commands.registerCommand("walnut.runTranscript", async () => {
    const document = vscode.window.activeTextEditor?.document;
    if (document?.languageId !== "updoc") return void vscode.window.showInformationMessage("Open a transcript first.");
    await document.save();
    readDocument(document);
    await vscode.commands.executeCommand("testing.runCurrentFile");
  }));
}

function runFile(command: string, uri: vscode.Uri, stop: vscode.CancellationToken): Promise<Step[]> {
  return new Promise((resolve) => {
    const options = { maxBuffer: 1 << 26, cwd: vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath };
    const child = execFile(command, ["updoc", "--json", uri.fsPath], options, (_, out) => {
      const lines = out.split("\n").filter((it) => it.startsWith("{")).map((it) => JSON.parse(it));
      resolve(lines.filter((it) => !it.summary));
    });
    stop.onCancellationRequested(() => child.kill());
  });
}

function report(run: vscode.TestRun, file: vscode.TestItem, step: Step): void {
  const item = file.children.get(`${file.id}#${step.line}`);
  if (!item) return;
  if (step.status === "pass") return run.passed(item);
  if (step.status === "skip") return run.skipped(item);
  const message = vscode.TestMessage.diff("It said something else.", step.expected, step.actual);
  if (item.uri && item.range) message.location = new vscode.Location(item.uri, item.range);
  run.failed(item, message);
}
