// Walnut in JupyterLab: E in colours, verdicts at the ends of lines, and a panel that follows the vats of a notebook. It is
// loaded as it is: what a bundler would write, a container with `init` and `get`, is written by hand, and JupyterLab's own
// modules come from it.
(() => {
  const NAME = "walnut-e";
  let shared;

  /** One of the modules that JupyterLab shares, in its newest version. */
  async function take(module) {
    const versions = Object.entries(shared[module] ?? {});
    if (versions.length === 0) throw new Error(`${NAME}: this JupyterLab does not share ${module}`);
    const newest = ([one], [other]) => other.localeCompare(one, undefined, { numeric: true });
    const [, { get }] = versions.sort(newest)[0];
    return (await get())();
  }

  const words = (text) => new Set(text.split(" "));
  const KEYWORDS = words(
    "accum as bind break catch continue def else escape exit extends finally fn for guards if implements in interface " +
    "match meta method module pragma return switch thunk to try using var via when where while");
  const ATOMS = words("true false null NaN Infinity");
  const GUARDS = words(
    "any boolean char DeepFrozen float64 int Int List Map near nullOk notNull rcvr Set String Text Tuple vow void");
  const DIRECTIVE = /%%?(?:vats?|settle|grants|revoke|authority|messages)\b.*/;
  const URI = /<[A-Za-z][A-Za-z0-9+.-]*(?::[A-Za-z0-9;\/?:@&=+$,\-_.!~*'()%\\|#]*)?>/;
  const CHARACTER = /'(?:\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)|[^'\\])'/;
  const NUMBER = /0x[0-9A-Fa-f_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?/;

  /**
   * What the next few characters are. `state.inside` says what is open around them, the innermost last: a quasi-literal,
   * the braces of an expression in one, a string, a comment.
   */
  function token(stream, state) {
    const inside = state.inside[state.inside.length - 1];
    if (inside === "comment") return rest(stream, state, /^.*?\*\//, "docComment");
    if (inside === "string") return rest(stream, state, /^(?:[^"\\]|\\.)*"/, "string");
    if (inside === "quasi") return quasi(stream, state);
    if (stream.sol() && state.atHead && stream.match(DIRECTIVE)) return "meta";
    if (stream.eatSpace()) return null;
    state.atHead = false;
    if (stream.match("/**")) return open(state, "comment", "docComment");
    if (stream.match(/#.*/)) return "comment";
    if (stream.match('"')) return open(state, "string", "string");
    if (stream.match(CHARACTER)) return "character";
    if (stream.match(/[A-Za-z_]\w*(?=`)/)) return "macroName";
    if (stream.match("`")) return open(state, "quasi", "string");
    if (stream.match(URI)) return "link";
    if (stream.match(NUMBER)) return "number";
    if (stream.match(/[A-Za-z_]\w*/)) return word(stream, state);
    if (inside === "braces" && stream.match("}")) return close(state, state.inside[state.inside.length - 2] === "quasi" ? "brace" : null);
    if (stream.match("{")) return inside ? open(state, "braces", null) : null;
    state.before = "";
    if (stream.match(/<-|->|=>|:=|==|!=|<=>|=~|!~|\.\.!?|[-+*\/%&|^<>=!?:]+/)) {
      state.before = stream.current();
      return "operator";
    }
    if (stream.next() === ".") state.before = ".";
    return null;
  }

  function word(stream, state) {
    const it = stream.current();
    const { before } = state;
    state.before = it;
    if (before === "." || before === "<-") return "propertyName";
    if (KEYWORDS.has(it.toLowerCase())) return "keyword";
    if (["to", "method"].includes(before)) return "propertyName.definition";
    if (["def", "var", "bind"].includes(before)) return "variableName.definition";
    if (ATOMS.has(it)) return "atom";
    if (before === ":" || GUARDS.has(it)) return "typeName";
    return "variableName";
  }

  function quasi(stream, state) {
    if (stream.match(/``|\$\$|@@|[$@]\\./)) return "escape";
    if (stream.match(/[$@]\{/)) return open(state, "braces", "brace");
    if (stream.match(/[$@][A-Za-z_]\w*/)) return "variableName.special";
    if (stream.match("`")) return close(state, "string");
    if (!stream.match(/[^`$@]+/)) stream.next();
    return "string";
  }

  function open(state, what, style) {
    state.inside.push(what);
    return style;
  }

  function close(state, style) {
    state.inside.pop();
    return style;
  }

  /** To the end of what is open, if it is in this line. */
  function rest(stream, state, end, style) {
    if (stream.match(end)) return close(state, style);
    stream.skipToEnd();
    return style;
  }

  const E = {
    name: "e",
    startState: () => ({ inside: [], before: "", atHead: true }),
    copyState: (it) => ({ ...it, inside: [...it.inside] }),
    token,
    languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "[", "{", '"', "`"] } },
  };

  async function colours() {
    const { IEditorLanguageRegistry } = await take("@jupyterlab/codemirror");
    const { StreamLanguage, LanguageSupport } = await take("@codemirror/language");
    return {
      id: `${NAME}:colours`,
      description: "E in colours.",
      autoStart: true,
      requires: [IEditorLanguageRegistry],
      activate: (_, languages) => languages.addLanguage({
        name: "e",
        displayName: "E",
        mime: "text/x-e",
        extensions: ["e", "emaker", "caplet"],
        support: new LanguageSupport(StreamLanguage.define(E)),
      }),
    };
  }

  const isOurs = (notebook) => notebook?.sessionContext?.session?.kernel?.name === "walnut";

  /** A comm with a notebook's kernel, opened again after each restart. */
  class Line {
    constructor(notebook, target, hear, opened) {
      Object.assign(this, { notebook, target, hear, opened });
      this.watch = (_, status) => {
        if (status === "restarting" || status === "autorestarting") this.isOpen = false;
        if (status === "idle" && !this.isOpen) this.open();
      };
      notebook.sessionContext.statusChanged.connect(this.watch);
      this.watch(undefined, notebook.sessionContext.session?.kernel?.status);
    }

    open() {
      if (!isOurs(this.notebook)) return;
      this.isOpen = true;
      this.comm = this.notebook.sessionContext.session.kernel.createComm(this.target);
      this.comm.onMsg = ({ content }) => this.hear(content.data);
      this.comm.open();
      this.opened?.();
    }

    send(data) {
      if (this.isOpen && !this.comm.isDisposed) this.comm.send(data);
    }

    close() {
      this.notebook.sessionContext.statusChanged.disconnect(this.watch);
      if (this.comm && !this.comm.isDisposed) this.comm.close();
    }
  }

  /** What auditors say of the objects of a cell, at the end of the line where each is defined. */
  async function hints() {
    const { INotebookTracker, NotebookActions } = await take("@jupyterlab/notebook");
    const { StateEffect, StateField } = await take("@codemirror/state");
    const { Decoration, EditorView, WidgetType } = await take("@codemirror/view");

    class Verdict extends WidgetType {
      constructor(hint) {
        super();
        this.hint = hint;
      }

      eq({ hint }) {
        return hint.label === this.hint.label && hint.tooltip === this.hint.tooltip;
      }

      toDOM() {
        const it = document.createElement("span");
        it.className = `walnut-verdict walnut-${this.hint.kind}`;
        it.textContent = this.hint.label;
        it.title = this.hint.tooltip.replaceAll("**", "");
        return it;
      }
    }

    const heard = StateEffect.define();
    const placed = ({ doc }, hints) => Decoration.set(hints.filter(({ line }) => line < doc.lines).map((hint) =>
      Decoration.widget({ widget: new Verdict(hint), side: 1 }).range(doc.line(hint.line + 1).to)), true);
    const verdicts = StateField.define({
      create: () => Decoration.none,
      update: (shown, change) => change.effects.reduce(
        (it, effect) => (effect.is(heard) ? placed(change.state, effect.value) : it), shown.map(change.changes)),
      provide: (field) => EditorView.decorations.from(field),
    });

    /** A notebook whose cells are asked about when they change, and all of them when one has run; one at a time. */
    class Verdicts {
      constructor(notebook) {
        this.notebook = notebook;
        this.asked = new Map();
        this.later = () => {
          clearTimeout(this.timer);
          this.timer = setTimeout(() => this.ask(), 200);
        };
        this.again = (_, { notebook: it }) => {
          if (it !== notebook.content) return;
          this.asked.clear();
          this.later();
        };
        this.line = new Line(notebook, "walnut.hints", (data) => this.show(data), () => {
          this.asked.clear();
          this.waits = false;
          this.later();
        });
        notebook.content.modelContentChanged.connect(this.later);
        NotebookActions.executed.connect(this.again);
        notebook.disposed.connect(() => {
          clearTimeout(this.timer);
          NotebookActions.executed.disconnect(this.again);
          this.line.close();
        });
      }

      /** A cell out of sight has no editor, and is asked about when something changes while it has one. */
      ask() {
        if (this.waits || !this.line.isOpen) return;
        const isNews = ({ model, editor }) =>
          model.type === "code" && editor && this.asked.get(model.id) !== model.sharedModel.getSource();
        const model = this.notebook.content.widgets?.find(isNews)?.model;
        if (!model) return;
        const code = model.sharedModel.getSource();
        this.asked.set(model.id, code);
        this.waits = true;
        this.line.send({ cell: model.id, code });
      }

      show({ cell, hints }) {
        this.waits = false;
        const it = this.notebook.content.widgets.find(({ model }) => model.id === cell);
        // What was written since is asked about anew.
        if (it?.editor && it.model.sharedModel.getSource() === this.asked.get(cell)) {
          if (it.editor.editor.state.field(verdicts, false) === undefined) it.editor.injectExtension(verdicts);
          it.editor.editor.dispatch({ effects: heard.of(hints) });
        }
        this.ask();
      }
    }

    const style = document.createElement("style");
    style.textContent =
      ".walnut-verdict { margin-left: 2em; font-size: 90%; font-style: italic; color: var(--jp-ui-font-color2); }" +
      ".walnut-approved::before { content: '● '; color: var(--jp-success-color1); }" +
      ".walnut-rejected::before { content: '● '; color: var(--jp-warn-color1); }";
    return {
      id: `${NAME}:verdicts`,
      description: "What auditors say of the objects in a cell.",
      autoStart: true,
      requires: [INotebookTracker],
      activate: (_, notebooks) => {
        document.head.append(style);
        const watch = (notebook) => void notebook.context.ready.then(() => new Verdicts(notebook));
        notebooks.forEach(watch);
        notebooks.widgetAdded.connect((_, it) => watch(it));
      },
    };
  }

  /**
   * Ends each cell of the text that language servers get of a notebook, which has all cells in one, by a character that no cell
   * has: the server then sees them as cells, blank lines in them or not. What is changed by way of that text, as a rename
   * changes it, comes into the cells with it, and it is taken out again there.
   */
  async function boundaries() {
    const { ILSPCodeExtractorsManager } = await take("@jupyterlab/lsp");
    const { INotebookTracker } = await take("@jupyterlab/notebook");
    const END = "\u001e";

    const clean = (notebook) => {
      // Before its kernel has started, too.
      if (notebook.isDisposed || !(isOurs(notebook) || notebook.model?.defaultKernelName === "walnut")) return;
      for (const { model: { sharedModel } } of notebook.content.widgets) {
        for (let at; (at = sharedModel.getSource().indexOf(END)) >= 0;) sharedModel.updateSource(at, at + 1, "");
      }
    };
    return {
      id: `${NAME}:cells`,
      description: "Where cells end, for the language server.",
      autoStart: true,
      requires: [INotebookTracker],
      optional: [ILSPCodeExtractorsManager],
      activate: (_, notebooks, extractors) => {
        extractors?.register({
          language: "e",
          standalone: false,
          fileExtension: "e",
          cellType: ["code"],
          hasForeignCode: () => true,
          extractForeignCode: (code) => [{ hostCode: code + END, foreignCode: null, range: null, virtualShift: null }],
        }, "e");
        // Not while the change itself is under way.
        const watch = (it) => it.content.modelContentChanged.connect(() => setTimeout(clean, 0, it));
        notebooks.forEach(watch);
        notebooks.widgetAdded.connect((_, it) => watch(it));
      },
    };
  }

  async function vats() {
    const { ICommandPalette } = await take("@jupyterlab/apputils");
    const { INotebookTracker } = await take("@jupyterlab/notebook");
    const { Widget } = await take("@lumino/widgets");

    /** Beside a notebook: what its kernel says of its vats, again after each restart. */
    class Vats extends Widget {
      constructor(notebook) {
        super();
        this.id = `${NAME}-vats-${notebook.id}`;
        this.title.label = `Vats of ${notebook.title.label}`;
        this.title.closable = true;
        this.addClass("jp-RenderedHTMLCommon");
        this.node.style.cssText = "overflow: auto; padding: 8px";
        notebook.disposed.connect(() => this.dispose());
        this.line = new Line(notebook, "walnut.vats", (data) => { this.node.innerHTML = data["text/html"]; });
      }

      dispose() {
        if (this.isDisposed) return;
        this.line.close();
        super.dispose();
      }
    }

    return {
      id: `${NAME}:vats`,
      description: "A panel of the vats that are alive.",
      autoStart: true,
      requires: [INotebookTracker],
      optional: [ICommandPalette],
      activate: (app, notebooks, palette) => {
        const command = "walnut:vats";
        app.commands.addCommand(command, {
          label: "Show the Vats of This Notebook",
          isEnabled: () => isOurs(notebooks.currentWidget),
          execute: () => {
            const notebook = notebooks.currentWidget;
            if (!isOurs(notebook)) return;
            app.shell.add(new Vats(notebook), "main", { mode: "split-right", ref: notebook.id });
          },
        });
        palette?.addItem({ command, category: "E" });
      },
    };
  }

  globalThis._JUPYTERLAB ??= {};
  globalThis._JUPYTERLAB[NAME] = {
    init: (scope) => { shared = scope; },
    get: async () => {
      const plugins = await Promise.all([colours(), hints(), boundaries(), vats()]);
      return () => ({ __esModule: true, default: plugins });
    },
  };
})();
