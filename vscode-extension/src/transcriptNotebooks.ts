// Transcripts as notebooks: `walnut convert` makes cells of steps, and steps of cells. A step that was not edited, and whose
// cell says what the step says, is saved as it stood there, to the byte.

import { execFile } from "node:child_process";
import * as vscode from "vscode";

/** The kind of notebook that a transcript opens as. */
export const TRANSCRIPT = "walnut-updoc";
/** In the metadata of an output: what it said at first. A promise that has settled since was a promise to its step. */
export const SAID = "said";
/** The steps of a transcript share a vat: the head of its first cell, which nobody needs to see. */
const ONE_VAT = "%vat main\n";

type Json = any;

export class Serializer implements vscode.NotebookSerializer {
  constructor(private readonly command: string) {}

  async deserializeNotebook(content: Uint8Array): Promise<vscode.NotebookData> {
    const notebook = JSON.parse(await convert(this.command, "ipynb", content));
    const first = notebook.cells.find((it: Json) => it.cell_type === "code");
    const cells = notebook.cells.map((it: Json) => {
      const source = whole(it.source);
      const kind = it.cell_type === "code" ? vscode.NotebookCellKind.Code : vscode.NotebookCellKind.Markup;
      const shown = it === first && source.startsWith(ONE_VAT) ? source.slice(ONE_VAT.length) : source;
      const cell = new vscode.NotebookCellData(kind, shown, it.cell_type === "code" ? "e" : "markdown");
      // As it stands in the file, to go back there.
      cell.metadata = { walnut: it };
      cell.outputs = (it.outputs ?? []).map(output);
      return cell;
    });
    const data = new vscode.NotebookData(cells);
    const { metadata, nbformat, nbformat_minor } = notebook;
    data.metadata = { walnut: { metadata, nbformat, nbformat_minor } };
    return data;
  }

  async serializeNotebook(data: vscode.NotebookData): Promise<Uint8Array> {
    const whole = data.metadata?.walnut ?? { metadata: {}, nbformat: 4, nbformat_minor: 5 };
    const first = data.cells.find((it) => it.kind === vscode.NotebookCellKind.Code);
    const sharesVat = whole.metadata?.walnut?.transcript === true;
    const cells = data.cells.map((it, at) => written(it, at, sharesVat && it === first ? ONE_VAT : "", indent(data.cells, at)));
    const text = await convert(this.command, "updoc", Buffer.from(JSON.stringify({ ...whole, cells })));
    return Buffer.from(text);
  }
}

function convert(command: string, into: string, content: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const done = (reason: Error | null, out: string, said: string) => (reason ? reject(new Error(said || reason.message)) : resolve(out));
    const child = execFile(command, ["convert", "-", "-", "--into", into], { maxBuffer: 1 << 28 }, done);
    // Why it does not read is told by its end.
    child.stdin?.on("error", () => {});
    child.stdin?.end(content);
  });
}

/** How far the step of a cell is indented: as it stood there, or as the step next to it. */
function indent(cells: vscode.NotebookCellData[], at: number): string {
  const near = [...cells.slice(0, at + 1).reverse(), ...cells.slice(at + 1)];
  const step = near.find((it) => it.kind === vscode.NotebookCellKind.Code && it.metadata?.walnut);
  // What stands there as `walnut convert` writes it is not kept.
  return /^([ \t]*)\?/m.exec(step?.metadata?.walnut.metadata?.walnut?.updoc ?? "  ?")?.[1] ?? "  ";
}

/** A cell as nbformat has it. */
function written(cell: vscode.NotebookCellData, at: number, head: string, indent: string): Json {
  const before = cell.metadata?.walnut;
  const isCode = cell.kind === vscode.NotebookCellKind.Code;
  const source = isCode ? head + cell.value : cell.value;
  const outputs = cell.outputs ?? [];
  const isSame = before && whole(before.source) === source && sameAnswers((before.outputs ?? []).map(output), outputs);
  // Cells are numbered, unless the file says otherwise.
  const isNumbered = /^cell-\d+$/.test(before?.id ?? "cell-0");
  const id = isNumbered ? `cell-${at + 1}` : before.id;
  if (isSame) return { ...before, id };
  const kept = isNumbered ? {} : before.metadata;
  if (!isCode) return { cell_type: before?.cell_type ?? "markdown", id, metadata: kept, source };
  const said = [...answers(outputs)].map(([key, text]) => asOutput(key, text));
  const metadata = isNumbered ? { walnut: { indent } } : kept;
  return { cell_type: "code", execution_count: null, id, metadata, outputs: said, source };
}

function sameAnswers(one: readonly vscode.NotebookCellOutput[], other: readonly vscode.NotebookCellOutput[]): boolean {
  return JSON.stringify([...answers(one)]) === JSON.stringify([...answers(other)]);
}

const ORDER = ["stdout", "stderr", "value", "problem"];

/** What outputs say in the words of a transcript, in its order. */
function answers(outputs: readonly vscode.NotebookCellOutput[]): Map<string, string> {
  const said = new Map<string, string>();
  for (const it of outputs) {
    for (const item of it.items) {
      const text = new TextDecoder().decode(item.data);
      if (item.mime === "application/vnd.code.notebook.stdout") said.set("stdout", (said.get("stdout") ?? "") + text);
      if (item.mime === "application/vnd.code.notebook.stderr") said.set("stderr", (said.get("stderr") ?? "") + text);
      // By what a reference was broken, and where, a transcript does not say.
      if (item.mime === "text/plain") said.set("value", String(it.metadata?.[SAID] ?? text).split(/\n  (?=problem:|cell |seed )/)[0]);
      if (item.mime === "application/vnd.code.notebook.error") said.set("problem", problem(JSON.parse(text)));
    }
  }
  for (const key of ["stdout", "stderr"]) {
    if (said.has(key)) said.set(key, said.get(key)!.replace(/\n$/, ""));
  }
  return new Map([...said].sort(([one], [other]) => ORDER.indexOf(one) - ORDER.indexOf(other)));
}

/** A cell names the kind of a problem, a transcript only where it is not any problem. */
function problem({ name, message }: { name: string; message: string }): string {
  return ["problem", "SyntaxError", "ScopeError"].includes(name) ? message : `<${name}: ${message}>`;
}

function asOutput(key: string, text: string): Json {
  if (key === "problem") return { output_type: "error", ename: key, evalue: text, traceback: [] };
  if (key === "value") return { output_type: "execute_result", data: { "text/plain": text }, execution_count: null, metadata: {} };
  return { output_type: "stream", name: key, text };
}

/** An output of a file, to be shown. */
function output(it: Json): vscode.NotebookCellOutput {
  const Item = vscode.NotebookCellOutputItem;
  switch (it.output_type) {
    case "stream":
      return new vscode.NotebookCellOutput([it.name === "stderr" ? Item.stderr(whole(it.text)) : Item.stdout(whole(it.text))]);
    case "error":
      return new vscode.NotebookCellOutput([Item.error({ name: it.ename, message: it.evalue, stack: "" })]);
    default:
      return new vscode.NotebookCellOutput(Object.entries(it.data ?? {}).map(([mime, data]) =>
        mime.endsWith("json") ? Item.json(data, mime) : Item.text(whole(data), mime)));
  }
}

/** nbformat keeps a text whole or as a list of its lines. */
function whole(text: Json): string {
  return Array.isArray(text) ? text.join("") : String(text ?? "");
}
