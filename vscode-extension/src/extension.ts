// Finds `walnut`, starts `walnut lsp`, and restarts it when asked or when its path changes.
// All that is known about E comes from the server; this file knows only how to start it.

import * as vscode from "vscode";
import { LanguageClient, LanguageClientOptions, ServerOptions } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("walnut.restart", restart),
    vscode.commands.registerCommand("walnut.showOutput", () => client?.outputChannel.show()),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("walnut.server.path")) await restart();
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

async function restart(): Promise<void> {
  await client?.stop();
  await start();
}

async function start(): Promise<void> {
  const command = vscode.workspace.getConfiguration("walnut").get<string>("server.path", "walnut");
  const server: ServerOptions = { command, args: ["lsp"] };
  const options: LanguageClientOptions = {
    documentSelector: [
      { language: "e" },
      { language: "updoc" },
    ],
    outputChannelName: "Walnut",
  };
  client = new LanguageClient("walnut", "Walnut", server, options);
  try {
    await client.start();
  } catch (reason) {
    const choice = await vscode.window.showErrorMessage(
      `Could not start \`${command} lsp\`: ${reason instanceof Error ? reason.message : reason}. ` +
        "Install walnut (cargo install --path cli) or set `walnut.server.path`.",
      "Open Settings",
    );
    if (choice) await vscode.commands.executeCommand("workbench.action.openSettings", "walnut.server.path");
  }
}
