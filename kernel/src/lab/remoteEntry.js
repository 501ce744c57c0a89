// Walnut in JupyterLab: E in colours, and a panel that follows the vats of a notebook. It is loaded as it is: what a
// bundler would write, a container with `init` and `get`, is written by hand, and JupyterLab's own modules come from it.
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

  async function vats() {
    const { ICommandPalette } = await take("@jupyterlab/apputils");
    const { INotebookTracker } = await take("@jupyterlab/notebook");
    const { Widget } = await take("@lumino/widgets");
    const isOurs = (notebook) => notebook?.sessionContext?.session?.kernel?.name === "walnut";

    /** Beside a notebook: what its kernel says of its vats, again after each restart. */
    class Vats extends Widget {
      constructor(notebook) {
        super();
        this.id = `${NAME}-vats-${notebook.id}`;
        this.title.label = `Vats of ${notebook.title.label}`;
        this.title.closable = true;
        this.addClass("jp-RenderedHTMLCommon");
        this.node.style.cssText = "overflow: auto; padding: 8px";
        this.notebook = notebook;
        this.watch = (_, status) => {
          if (status === "restarting" || status === "autorestarting") this.isOpen = false;
          if (status === "idle" && !this.isOpen) this.open();
        };
        notebook.sessionContext.statusChanged.connect(this.watch);
        notebook.disposed.connect(() => this.dispose());
        this.open();
      }

      open() {
        this.isOpen = true;
        this.comm = this.notebook.sessionContext.session.kernel.createComm("walnut.vats");
        this.comm.onMsg = ({ content }) => { this.node.innerHTML = content.data["text/html"]; };
        this.comm.open();
      }

      dispose() {
        if (this.isDisposed) return;
        this.notebook.sessionContext.statusChanged.disconnect(this.watch);
        if (!this.comm.isDisposed) this.comm.close();
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
      const plugins = await Promise.all([colours(), vats()]);
      return () => ({ __esModule: true, default: plugins });
    },
  };
})();
