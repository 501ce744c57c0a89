// The Granovetter diagram: who holds whom around the cursor. A click on a node goes to its source.

import * as vscode from "vscode";
import { ask, currentDocument } from "./graphSource";

interface Place { uri: string; range: { start: { line: number; character: number }; end: { line: number; character: number } } }
interface Node { id: number; label: string; kind: string; location: Place | null }
interface Graph { nodes: Node[]; edges: { from: number; to: number }[] }

let panel: vscode.WebviewPanel | undefined;
let shown: Graph = { nodes: [], edges: [] };

export function registerGraph(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.commands.registerCommand("walnut.showAuthority", async (uri?: string, at?: vscode.Position) => {
      open(context);
      await draw(uri, at);
    }),
    vscode.window.onDidChangeTextEditorSelection(async () => {
      if (panel?.visible) await draw();
    }),
  );
}

function open(context: vscode.ExtensionContext): void {
  if (panel) return panel.reveal(undefined, true);
  const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
  panel = vscode.window.createWebviewPanel("walnut.authority", "Authority", where, { enableScripts: true });
  panel.webview.onDidReceiveMessage(goTo, undefined, context.subscriptions);
  panel.onDidDispose(() => { panel = undefined; }, undefined, context.subscriptions);
}

async function draw(uri?: string, at?: { line: number; character: number }): Promise<void> {
  const here = uri && at ? { textDocument: { uri }, position: at } : currentDocument();
  if (!here || !panel) return;
  const graph = await ask<Graph>("walnut/authorityGraph", here);
  const svg = await ask<string>("walnut/authorityGraph", { ...here, format: "svg" });
  if (!graph || svg === undefined || !panel) return;
  shown = graph;
  panel.webview.html = page(svg);
}

async function goTo(message: { node: number }): Promise<void> {
  const place = shown.nodes.find((it) => it.id === message.node)?.location;
  if (!place) return;
  const { start, end } = place.range;
  await vscode.window.showTextDocument(vscode.Uri.parse(place.uri), {
    viewColumn: vscode.ViewColumn.One,
    selection: new vscode.Range(start.line, start.character, end.line, end.character),
  });
}

function page(svg: string): string {
  const nonce = Math.random().toString(36).slice(2);
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html><html><head><meta http-equiv="Content-Security-Policy" content="${policy}">
<style>
  body { background: var(--vscode-editor-background); } svg { max-width: 100%; height: auto; }
  rect { stroke: var(--vscode-editor-foreground); } g { cursor: pointer; } marker path { fill: #888; }
  g:hover rect { stroke-width: 2; } text { pointer-events: none; fill: #222; }
</style></head><body>${svg || "Nothing is held here."}
<script nonce="${nonce}">
  const editor = acquireVsCodeApi();
  for (const node of document.querySelectorAll("g[data-node]"))
    node.addEventListener("click", () => editor.postMessage({ node: Number(node.dataset.node) }));
</script></body></html>`;
}
