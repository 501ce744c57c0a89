// Notebooks without the Jupyter extension: each has a kernel of its own, `walnut kernel pipe`, to which Jupyter's messages
// go in lines. What a cell shows can change after the cell is done: a promise settles.

import { ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import * as path from "node:path";
import * as readline from "node:readline";
import * as vscode from "vscode";
import { program } from "./client";
import { SAID, Serializer, TRANSCRIPT } from "./transcriptNotebooks";

type Json = any;
interface Message { channel: string; header: Json; parent_header: Json; metadata: Json; content: Json }

/** A cell that was sent, up to its reply and its idle. */
interface Running {
  cell: vscode.NotebookCell;
  execution: vscode.NotebookCellExecution;
  replied?: boolean;
  idle?: boolean;
  succeeded?: boolean;
  done: () => void;
}

/** Where a value stands that may still change. */
interface Place { cell: vscode.NotebookCell; output: vscode.NotebookCellOutput }

export function registerNotebooks(context: vscode.ExtensionContext): void {
  registerKind(context, "jupyter-notebook", "walnut");
  registerKind(context, TRANSCRIPT, TRANSCRIPT);
  const text = { transientOutputs: false, transientCellMetadata: {}, transientDocumentMetadata: {} };
  context.subscriptions.push(
    vscode.workspace.registerNotebookSerializer(TRANSCRIPT, new Serializer(program(context)), text),
    vscode.commands.registerCommand("walnut.openAsNotebook", (uri?: vscode.Uri) => {
      const wanted = uri ?? vscode.window.activeTextEditor?.document.uri;
      if (!wanted?.path.endsWith(".updoc")) return void vscode.window.showInformationMessage("Open a transcript first.");
      return vscode.commands.executeCommand("vscode.openWith", wanted, TRANSCRIPT);
    }),
    vscode.commands.registerCommand("walnut.restartNotebook", () => {
      const notebook = vscode.window.activeNotebookEditor?.notebook;
      if (!notebook) return void vscode.window.showInformationMessage("Open a notebook first.");
      end(notebook);
    }),
    vscode.workspace.onDidCloseNotebookDocument(end),
    { dispose: () => kernels.forEach((it) => it.end()) },
  );
}

const kernels = new Map<string, Kernel>();

function end(notebook: vscode.NotebookDocument): void {
  kernels.get(notebook.uri.toString())?.end();
  kernels.delete(notebook.uri.toString());
}

/** Runs the notebooks of one kind of file. */
function registerKind(context: vscode.ExtensionContext, kind: string, id: string): void {
  const controller = vscode.notebooks.createNotebookController(id, kind, "E (Walnut)");
  controller.supportedLanguages = ["e"];
  controller.supportsExecutionOrder = true;
  const kernelOf = (notebook: vscode.NotebookDocument) => {
    const key = notebook.uri.toString();
    const known = kernels.get(key);
    if (known?.isAlive) return known;
    const kernel = new Kernel(program(context), notebook, controller);
    kernels.set(key, kernel);
    return kernel;
  };
  controller.executeHandler = async (cells, notebook) => {
    for (const cell of cells) {
      if (!(await kernelOf(notebook).run(cell))) break;
    }
  };
  controller.interruptHandler = (notebook) => kernels.get(notebook.uri.toString())?.interrupt();
  const prefer = (notebook: vscode.NotebookDocument) => {
    const spec = notebook.metadata?.metadata?.kernelspec ?? notebook.metadata?.kernelspec;
    const isOurs = kind === TRANSCRIPT || spec?.name === "walnut" || spec?.language === "e";
    if (notebook.notebookType === kind && isOurs) {
      controller.updateNotebookAffinity(notebook, vscode.NotebookControllerAffinity.Preferred);
    }
  };
  vscode.workspace.notebookDocuments.forEach(prefer);
  context.subscriptions.push(controller, vscode.workspace.onDidOpenNotebookDocument(prefer));
}

class Kernel {
  isAlive = true;
  private readonly process: ChildProcess;
  private readonly session = randomUUID();
  private readonly running = new Map<string, Running>();
  /** Cells that were sent, also those that are done: what they print later still belongs to them. */
  private readonly sent = new Map<string, vscode.NotebookCell>();
  private readonly places = new Map<string, Place>();
  /** Changes of a notebook are made one after the other. */
  private changes: Promise<unknown> = Promise.resolve();
  private trouble = "";
  private readonly isTranscript: boolean;

  constructor(
    command: string,
    notebook: vscode.NotebookDocument,
    private readonly controller: vscode.NotebookController,
  ) {
    const cwd = notebook.uri.scheme === "file" ? path.dirname(notebook.uri.fsPath) : undefined;
    this.process = spawn(command, ["kernel", "pipe"], { cwd, stdio: ["pipe", "pipe", "pipe"] });
    this.process.on("error", (reason) => this.gone(`Could not start \`${command} kernel pipe\`: ${reason.message}`));
    this.process.on("exit", () => this.gone(`The kernel has ended. ${this.trouble}`));
    this.process.stderr?.on("data", (text) => { this.trouble = String(text).slice(-1000); });
    // What is written to a process that is gone is told by its end.
    this.process.stdin?.on("error", () => {});
    // The steps of a transcript rest on each other.
    this.isTranscript = notebook.notebookType === TRANSCRIPT;
    if (this.isTranscript) this.send("shell", "execute_request", { code: "%vat main", silent: true, store_history: false });
    if (this.process.stdout) readline.createInterface(this.process.stdout).on("line", (line) => this.hear(JSON.parse(line)));
  }

  /** Runs a cell to its end; whether it succeeded. */
  async run(cell: vscode.NotebookCell): Promise<boolean> {
    const execution = this.controller.createNotebookCellExecution(cell);
    execution.start(Date.now());
    await execution.clearOutput();
    if (!this.isAlive) {
      await execution.appendOutput(fault("KernelEnded", this.trouble || "the kernel has ended; run the cell again"));
      execution.end(false, Date.now());
      return false;
    }
    const content = { code: cell.document.getText(), silent: false, store_history: true, allow_stdin: true, stop_on_error: true };
    const id = randomUUID();
    const running: Running = { cell, execution, done: () => {} };
    const finished = new Promise<void>((done) => { running.done = done; });
    this.running.set(id, running);
    this.sent.set(id, cell);
    this.send("shell", "execute_request", content, { cellId: cell.document.uri.toString() }, id);
    execution.token.onCancellationRequested(() => this.interrupt());
    await finished;
    // In its turn among the changes, so that none of them meets a cell that is half done.
    await this.later(() => {
      this.running.delete(id);
      execution.end(running.succeeded ?? false, Date.now());
    });
    return running.succeeded ?? false;
  }

  interrupt(): void {
    this.send("control", "interrupt_request", {});
  }

  end(): void {
    this.process.stdin?.end();
    this.process.kill();
  }

  private gone(why: string): void {
    this.isAlive = false;
    for (const it of this.running.values()) {
      void this.later(() => it.execution.appendOutput(fault("KernelEnded", why)));
      it.done();
    }
  }

  private send(channel: string, type: string, content: Json, metadata: Json = {}, id = randomUUID() as string): void {
    const header = { msg_id: id, msg_type: type, session: this.session, username: "", date: new Date().toISOString(), version: "5.3" };
    this.process.stdin?.write(`${JSON.stringify({ channel, header, parent_header: {}, metadata, content })}\n`);
  }

  private later(change: () => Thenable<unknown> | void): Promise<unknown> {
    this.changes = this.changes.then(change).then(undefined, (reason) => console.error("walnut:", reason));
    return this.changes;
  }

  private hear(message: Message): void {
    const { content } = message;
    const parent = message.parent_header?.msg_id;
    const running = this.running.get(parent);
    switch (message.header.msg_type) {
      case "execute_input":
        if (running) running.execution.executionOrder = content.execution_count;
        return;
      case "stream":
        return this.show(parent, new vscode.NotebookCellOutput([
          content.name === "stderr"
            ? vscode.NotebookCellOutputItem.stderr(content.text)
            : vscode.NotebookCellOutputItem.stdout(content.text),
        ]));
      case "execute_result":
      case "display_data": {
        // What it says at first is what a transcript says, whatever it becomes.
        const first = this.isTranscript ? { [SAID]: content.data["text/plain"] } : undefined;
        const output = new vscode.NotebookCellOutput(items(content.data), first);
        const cell = this.sent.get(parent);
        const display = content.transient?.display_id;
        if (display && cell) this.places.set(display, { cell, output });
        return this.show(parent, output);
      }
      case "update_display_data": {
        const place = this.places.get(content.transient?.display_id);
        if (!place) return;
        return this.change(place.cell, (execution) => execution.replaceOutputItems(items(content.data), place.output));
      }
      case "error":
        return this.show(parent, fault(content.ename, content.evalue, content.traceback?.join("\n")));
      case "input_request":
        return void this.ask(content);
      case "execute_reply":
        if (running) [running.replied, running.succeeded] = [true, content.status === "ok"];
        break;
      case "status":
        if (running && content.execution_state === "idle") running.idle = true;
        break;
    }
    if (running?.replied && running.idle) running.done();
  }

  private async ask(content: Json): Promise<void> {
    const prompt = content.prompt || "The program waits for a line";
    const value = await vscode.window.showInputBox({ prompt, password: content.password, ignoreFocusOut: true });
    this.send("stdin", "input_reply", { value: value ?? "" });
  }

  private show(parent: string, output: vscode.NotebookCellOutput): void {
    const cell = this.sent.get(parent);
    if (cell) this.change(cell, (execution) => execution.appendOutput(output));
  }

  /** Changes what a cell shows: in its execution, or in one of its own if it is done. */
  private change(cell: vscode.NotebookCell, how: (execution: vscode.NotebookCellExecution) => Thenable<void>): void {
    void this.later(async () => {
      const running = [...this.running.values()].find((it) => it.cell === cell)?.execution;
      if (running) return how(running);
      const order = cell.executionSummary?.executionOrder;
      const execution = this.controller.createNotebookCellExecution(cell);
      execution.start();
      execution.executionOrder = order;
      await how(execution);
      execution.end(cell.executionSummary?.success ?? true);
    });
  }
}

function fault(name: string, message: string, stack?: string): vscode.NotebookCellOutput {
  return new vscode.NotebookCellOutput([vscode.NotebookCellOutputItem.error({ name, message, stack })]);
}

/** What is shown, for every kind of renderer but that of widgets, whose state would be a comm's. */
function items(data: Record<string, Json>): vscode.NotebookCellOutputItem[] {
  const kinds = Object.entries(data).filter(([mime]) => !mime.startsWith("application/vnd.jupyter.widget"));
  return kinds.map(([mime, it]) => {
    if (typeof it !== "string") return vscode.NotebookCellOutputItem.json(it, mime);
    if (/^image\/(?!svg)/.test(mime)) return new vscode.NotebookCellOutputItem(Buffer.from(it, "base64"), mime);
    return vscode.NotebookCellOutputItem.text(it, mime);
  });
}
