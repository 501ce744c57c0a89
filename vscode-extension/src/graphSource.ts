// What the graph is drawn of: the text and the place that the cursor is in.

import * as vscode from "vscode";

export { ask } from "./client";

/** The last E text that had the cursor: the diagram itself takes the focus without being one. */
export function currentDocument(): { textDocument: { uri: string }; position: vscode.Position } | undefined {
  const all = [vscode.window.activeTextEditor, ...vscode.window.visibleTextEditors];
  const editor = all.find((it) => it && ["e", "updoc"].includes(it.document.languageId));
  return editor && { textDocument: { uri: editor.document.uri.toString() }, position: editor.selection.active };
}
