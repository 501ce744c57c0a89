// Puts the parts together: the client, the commands, the graph, the test explorer, the tasks.
// All that is known about E comes from the server; these files only ask, and show what comes back.

import * as vscode from "vscode";
import { client, restart, start, stop } from "./client";
import { registerCommands } from "./commands";
import { registerGraph } from "./graph";
import { registerNotebooks } from "./notebooks";
import { registerTasks } from "./tasks";
import { registerTests } from "./transcripts";

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("walnut.restart", () => restart(context)),
    vscode.commands.registerCommand("walnut.showOutput", () => client()?.outputChannel.show()),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("walnut.server.path")) await restart(context);
    }),
  );
  registerCommands(context);
  registerGraph(context);
  registerNotebooks(context);
  registerTasks(context);
  registerTests(context);
  await start(context);
}

export async function deactivate(): Promise<void> {
  await stop();
}
