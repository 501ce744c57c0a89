// Finds `walnut`, starts `walnut lsp`, and restarts it when asked or when its path changes.

import * as fs from "node:fs";
import * as vscode from "vscode";
import { LanguageClient, LanguageClientOptions, ServerOptions } from "vscode-languageclient/node";
import { choose } from "./program";

let running: LanguageClient | undefined;

export function client(): LanguageClient | undefined {
  return running;
}

/** The program of this extension. */
export function program(context: vscode.ExtensionContext): string {
  const said = vscode.workspace.getConfiguration("walnut").get<string>("server.path", "");
  return choose(said, context.extensionPath, process.platform, fs.existsSync);
}

export async function start(context: vscode.ExtensionContext): Promise<void> {
  const command = program(context);
  const server: ServerOptions = { command, args: ["lsp"] };
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: "file", language: "e" },
      { scheme: "untitled", language: "e" },
      { scheme: "file", language: "updoc" },
      { scheme: "untitled", language: "updoc" },
      // Cells, of notebooks of every kind.
      { notebook: "*", language: "e" },
    ],
    // Texts to begin with; the server asks for what is set later.
    initializationOptions: vscode.workspace.getConfiguration("walnut"),
    outputChannelName: "Walnut",
  };
  running = new LanguageClient("walnut", "Walnut", server, options);
  try {
    await running.start();
  } catch (reason) {
    const choice = await vscode.window.showErrorMessage(
      `Could not start \`${command} lsp\`: ${reason instanceof Error ? reason.message : reason}. ` +
        "Install walnut (cargo install --path cli) or set `walnut.server.path`.",
      "Open Settings",
    );
    if (choice) await vscode.commands.executeCommand("workbench.action.openSettings", "walnut.server.path");
  }
}

export async function stop(): Promise<void> {
  await running?.stop();
  running = undefined;
}

export async function restart(context: vscode.ExtensionContext): Promise<void> {
  await stop();
  await start(context);
}

/** Asks the server, and tells the person what went wrong if something did. */
export async function ask<R>(method: string, params?: unknown): Promise<R | undefined> {
  if (!running) return undefined;
  try {
    return await running.sendRequest<R>(method, params);
  } catch (reason) {
    void vscode.window.showWarningMessage(reason instanceof Error ? reason.message : String(reason));
    return undefined;
  }
}
