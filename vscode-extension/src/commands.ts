// What a person can ask for by name: run a file, see its Kernel-E, find a leak, audit the workspace.

import * as vscode from "vscode";
import { ask, program } from "./client";

/** Texts that the server writes: they have an address of their own and are drawn again when shown again. */
class Pages implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }

  async show(name: string, text: string, beside = true): Promise<void> {
    const uri = vscode.Uri.from({ scheme: "walnut", path: `/${name}` });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, {
      viewColumn: beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active,
      preserveFocus: true,
      preview: true,
    });
  }
}

/** The E text that the person is in; a word of regret if there is none. */
export function currentText(): vscode.TextEditor | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor && ["e", "updoc"].includes(editor.document.languageId)) return editor;
  void vscode.window.showInformationMessage("Open an E file first.");
  return undefined;
}

export function documentOf(editor: vscode.TextEditor): { uri: string } {
  return { uri: editor.document.uri.toString() };
}

export function registerCommands(context: vscode.ExtensionContext): void {
  const pages = new Pages();
  const command = (name: string, run: (...args: never[]) => unknown) =>
    context.subscriptions.push(vscode.commands.registerCommand(name, run));
  context.subscriptions.push(vscode.workspace.registerTextDocumentContentProvider("walnut", pages));
  command("walnut.runFile", () => runFile(context));
  command("walnut.showKernelE", () => showKernelE(pages));
  command("walnut.findLeak", findLeak);
  command("walnut.auditWorkspace", () => auditWorkspace(pages));
}

async function showKernelE(pages: Pages): Promise<void> {
  const editor = currentText();
  if (!editor) return;
  const range = editor.selection.isEmpty ? undefined : editor.selection;
  const text = await ask<string>("walnut/showKernelE", {
    textDocument: documentOf(editor),
    range: range && { start: range.start, end: range.end },
  });
  if (text !== undefined) await pages.show(`${nameOf(editor)} in Kernel-E.e`, text);
}

function nameOf(editor: vscode.TextEditor): string {
  return editor.document.uri.path.split("/").pop() ?? "text";
}

async function auditWorkspace(pages: Pages): Promise<void> {
  const text = await ask<string>("walnut/report");
  if (text !== undefined) await pages.show("What the workspace can do.md", text, false);
}

async function findLeak(): Promise<void> {
  const editor = currentText();
  if (!editor) return;
  const word = editor.document.getText(editor.document.getWordRangeAtPosition(editor.selection.active));
  const from = await vscode.window.showInputBox({ prompt: "From which top-level name?", value: word });
  const to = from && (await vscode.window.showInputBox({
    prompt: "To which power, variable or object?",
    placeHolder: "println, file, state, balance …",
  }));
  if (!from || !to) return;
  const leak = await ask<{ path: string[]; cuts: { object: string; capture: string }[] } | null>("walnut/findLeak", {
    textDocument: documentOf(editor), from, to,
  });
  if (leak === undefined) return;
  if (leak === null) {
    void vscode.window.showInformationMessage(`${from} does not reach ${to}, within what can be followed.`);
    return;
  }
  const cut = leak.cuts[0] ? ` It would be closed if ${leak.cuts[0].object} did not capture ${leak.cuts[0].capture}.` : "";
  void vscode.window.showWarningMessage(`${leak.path.join(" → ")}.${cut}`);
}

/** A program runs with what `walnut run` gives any program, and with no power that the person has not chosen. */
async function runFile(context: vscode.ExtensionContext): Promise<void> {
  const editor = currentText();
  if (!editor) return;
  await editor.document.save();
  const chosen = await vscode.window.showQuickPick(
    [
      { label: "$(shield) No more power", description: "output and the clock only", power: "" },
      { label: "entropy", description: "random numbers", power: "entropy" },
      { label: "stdin", description: "what is typed into the terminal", power: "stdin" },
      { label: "file=.", description: "read the files of the workspace folder", power: "file=." },
      { label: "file=.:rw", description: "read and write the files of the workspace folder", power: "file=.:rw" },
    ],
    { canPickMany: true, title: `Which powers may ${nameOf(editor)} have? None is fine.` },
  );
  if (!chosen) return;
  const grants = chosen.filter((it) => it.power).flatMap((it) => ["--grant", it.power]);
  const folder = vscode.workspace.getWorkspaceFolder(editor.document.uri) ?? vscode.TaskScope.Workspace;
  const execution = new vscode.ProcessExecution(program(context), ["run", ...grants, editor.document.uri.fsPath]);
  const task = new vscode.Task({ type: "walnut", task: "run" }, folder, nameOf(editor), "walnut", execution);
  await vscode.tasks.executeTask(task);
}
