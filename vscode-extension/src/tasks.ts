// `walnut check` as a task, whose findings become problems.

import * as vscode from "vscode";
import { program } from "./client";

export function registerTasks(context: vscode.ExtensionContext): void {
  const make = (name: string, args: string[], scope: vscode.WorkspaceFolder | vscode.TaskScope) => {
    const execution = new vscode.ProcessExecution(program(context), args);
    return new vscode.Task({ type: "walnut", task: name }, scope, name, "walnut", execution, "$walnut");
  };
  const all: Record<string, string[]> = { check: ["check", "."], updoc: ["updoc", "."], audit: ["audit", "."] };
  context.subscriptions.push(
    vscode.tasks.registerTaskProvider("walnut", {
      provideTasks: () => Object.entries(all).map(([name, args]) => make(name, args, vscode.TaskScope.Workspace)),
      resolveTask: (task) => {
        const args = all[task.definition.task];
        return args && make(task.definition.task, args, task.scope as vscode.WorkspaceFolder ?? vscode.TaskScope.Workspace);
      },
    }),
  );
}
