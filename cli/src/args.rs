//! What can be said on the command line: the commands, their options, and their help.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// The workbench for E, the object-capability language.
#[derive(Parser, Debug)]
#[command(
    name = "walnut",
    version,
    max_term_width = 100,
    after_help = "Exit code: 0 success, 1 findings or failures, 2 wrong usage."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run a program until its vats are quiet.
    #[command(
        after_help = "Examples:\n  walnut run examples/hello.e\n  walnut run lottery.e --grant entropy\n  walnut run report.e --grant file=data --grant stdin -- 2024\n  walnut run mint.e --record mint.walnut\n  walnut run mint.e --causeway mint.json\n  walnut run notes.e --grant file=notes:rw --grant process=date --grant network=localhost:8080"
    )]
    Run(Run),
    /// Evaluate an expression and print its value, waiting for it if it is a promise.
    #[command(
        after_help = "Examples:\n  walnut eval '1 + 1'\n  walnut eval 'def [p, r] := Ref.promise(); r.resolve(3); p + 1'"
    )]
    Eval(Eval),
    /// Read, evaluate, print, again. A session can be saved as a transcript.
    #[command(after_help = "Examples:\n  walnut repl\n  walnut repl --save session.updoc")]
    Repl(Repl),
    /// Run transcripts (.updoc, or any file with `?` lines) and compare what they say.
    #[command(
        after_help = "Examples:\n  walnut updoc examples\n  walnut updoc mint.updoc --bless\n  walnut updoc tests --json --import lib"
    )]
    Updoc(Updoc),
    /// Find what is wrong without running: syntax, expansion, names.
    #[command(after_help = "Examples:\n  walnut check src\n  walnut check --json mint.e | jq .message")]
    Check(Check),
    /// Say for every object expression what each auditor says of it, and why.
    #[command(
        after_help = "Examples:\n  walnut audit mint.e\n  walnut audit --json src | jq 'select(.verdict == \"rejected\")'"
    )]
    Audit(Audit),
    /// Show what authority can be reached from each top-level name, and by which way.
    #[command(
        after_help = "Examples:\n  walnut authority mint.e\n  walnut authority src --to file\n  walnut authority mint.e --from purse --to stdout\n  walnut authority src --diff ../yesterday/src\n  walnut authority mint.e --svg > mint.svg\n\nExit code 1 if --from reaches --to, or if something grew since --diff."
    )]
    Authority(Authority),
    /// Show the syntax tree.
    #[command(
        after_help = "Examples:\n  walnut parse mint.e\n  walnut parse --json src | jq 'select(.errors != [])'"
    )]
    Parse(Parse),
    /// Show the Kernel-E that a program means, printed as E.
    #[command(after_help = "Examples:\n  walnut expand mint.e\n  walnut expand -e 'x += 1'")]
    Expand(Expand),
    /// Lay out programs, modules and the steps of transcripts in the one way there is.
    #[command(
        after_help = "Examples:\n  walnut fmt src\n  walnut fmt --check .\n  walnut fmt - < mint.e\n\nWhat a program means never changes; a file with a syntax error is left as it is."
    )]
    Fmt(Fmt),
    /// Speak the language server protocol on standard input and output.
    Lsp,
    /// The Jupyter kernel.
    #[command(
        subcommand,
        after_help = "Examples:\n  walnut kernel install --user\n  walnut kernel install --prefix .venv"
    )]
    Kernel(Kernel),
    /// Convert a transcript to a notebook or back.
    #[command(
        after_help = "Examples:\n  walnut convert mint.updoc mint.ipynb\n  walnut convert tour.ipynb tour.updoc\n  walnut convert tour.ipynb -"
    )]
    Convert(Convert),
    /// Run a recorded program again and compare, byte for byte; stop anywhere and look.
    #[command(
        after_help = "Examples:\n  walnut run mint.e --record mint.walnut\n  walnut replay mint.walnut\n  walnut replay mint.walnut --stop-at 3\n  walnut replay mint.walnut --step\n  walnut replay mint.walnut --inputs"
    )]
    Replay(Replay),
    /// Host one vat: what `makeVat.inProcess` starts. Nobody starts it by hand.
    #[command(
        after_help = "It speaks frames on standard input and output with the process that started it, has no other\npowers, and ends when that process does.\n\nA program that was granted it starts one by\n  makeVat.inProcess(\"mint\")\n\nExamples:\n  walnut run mint.e --grant vat-host"
    )]
    VatHost,
    /// Run the project's benchmarks.
    Bench(Later),
    /// Print a completion script for a shell.
    #[command(
        after_help = "Examples:\n  walnut completions bash > ~/.local/share/bash-completion/completions/walnut"
    )]
    Completions { shell: clap_complete::Shell },
}

/// Where modules come from.
#[derive(Args, Clone, Debug, Default)]
pub struct Imports {
    /// A folder in which `<import:a.b>` finds a/b.emaker; may be given several times
    #[arg(long = "import", value_name = "DIR")]
    pub import: Vec<PathBuf>,
}

/// What a turn may use before it is stopped.
#[derive(Args, Clone, Debug)]
pub struct Budget {
    /// How much a turn may do; a call, or one round of a loop, is about 1
    #[arg(long, value_name = "N", default_value_t = 1_000_000_000)]
    pub fuel: u64,
    /// How many bytes a vat's heap may have
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 30)]
    pub memory: u64,
}

impl Budget {
    pub fn limits(&self) -> vat::Limits {
        vat::Limits { turn: self.fuel, heap: self.memory, ..vat::Limits::default() }
    }
}

#[derive(Args, Debug)]
pub struct Run {
    /// The program
    pub file: PathBuf,
    /// Grant a power beyond stdout, stderr and timer: entropy, file=DIR, network=HOST:PORT, process=NAME,
    /// stdin, …; may be given several times
    #[arg(long, value_name = "POWER")]
    pub grant: Vec<String>,
    #[command(flatten)]
    pub imports: Imports,
    /// Set a property for interp.getProps(); may be given several times
    #[arg(long, value_name = "NAME=TEXT", value_parser = property)]
    pub prop: Vec<(String, String)>,
    /// Write down everything the run depends on, for `walnut replay`
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Write the message log as Causeway's JSON records: who sent what, in which turn, from where
    #[arg(long, value_name = "FILE")]
    pub causeway: Option<PathBuf>,
    /// Run vats on so many threads at most, once several of them have been busy for a while; with one every run has
    /// the same order
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub workers: u16,
    /// What the program is told (interp.getArgs())
    #[arg(last = true)]
    pub args: Vec<String>,
}

/// `e.home=/lib` is a name and a text.
fn property(given: &str) -> Result<(String, String), String> {
    match given.split_once('=') {
        Some((name, text)) if !name.is_empty() => Ok((name.to_owned(), text.to_owned())),
        _ => Err("wanted NAME=TEXT".to_owned()),
    }
}

#[derive(Args, Debug)]
pub struct Eval {
    /// The program text
    #[arg(value_name = "EXPR")]
    pub expr: String,
    /// Grant a power; may be given several times
    #[arg(long, value_name = "POWER")]
    pub grant: Vec<String>,
    /// Write the message log as Causeway's JSON records
    #[arg(long, value_name = "FILE")]
    pub causeway: Option<PathBuf>,
    #[command(flatten)]
    pub imports: Imports,
}

#[derive(Args, Debug)]
pub struct Convert {
    /// A transcript (.updoc) or a notebook (.ipynb); `-` is standard input
    pub from: PathBuf,
    /// What it is to become; `-` is standard output
    pub to: PathBuf,
    /// What comes out, where no name says so: updoc or ipynb
    #[arg(long, value_name = "KIND", value_parser = ["updoc", "ipynb"])]
    pub into: Option<String>,
    /// Write over what is there
    #[arg(long)]
    pub force: bool,
}

#[derive(Args, Debug)]
pub struct Replay {
    /// What `walnut run --record` wrote
    pub transcript: PathBuf,
    /// Stop after so many deliveries, and show the program's names and what waits to be delivered
    #[arg(long, value_name = "N", conflicts_with_all = ["step", "inputs"])]
    pub stop_at: Option<u64>,
    /// Go on and back as standard input says: n, b, or a number of deliveries
    #[arg(long, conflicts_with = "inputs")]
    pub step: bool,
    /// List what the behaviour of each vat depends on: which powers were asked, and how often
    #[arg(long)]
    pub inputs: bool,
}

#[derive(Args, Debug)]
pub struct Repl {
    /// Save the session as a transcript when it ends
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    #[command(flatten)]
    pub budget: Budget,
    #[command(flatten)]
    pub imports: Imports,
}

#[derive(Args, Debug)]
pub struct Updoc {
    /// Transcripts, or folders to search for them
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// One JSON object per step, then a summary
    #[arg(long)]
    pub json: bool,
    /// Set a property for interp.getProps(); may be given several times
    #[arg(long, value_name = "NAME=TEXT", value_parser = property)]
    pub prop: Vec<(String, String)>,
    /// Grant the steps a power beyond their own output, clock, entropy and vats; may be given several times
    #[arg(long, value_name = "POWER")]
    pub grant: Vec<String>,
    /// Write what was got where something else was expected
    #[arg(long)]
    pub bless: bool,
    /// Compare as the older implementation did: by key, blanks at line ends and unexpected output aside. A line
    /// `pragma.updoc("loose")` or `pragma.updoc("exact")` in a file decides for that file
    #[arg(long)]
    pub loose: bool,
    /// Only steps whose program, or FILE:LINE, contains this; what stands before them runs unseen
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// How long a step may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub timeout: u64,
    /// No powers but the streams and interp
    #[arg(long)]
    pub confine: bool,
    #[command(flatten)]
    pub budget: Budget,
    #[command(flatten)]
    pub imports: Imports,
}

#[derive(Args, Debug)]
pub struct Fmt {
    /// Files, folders to search for .e, .emaker, .caplet and .updoc files, or - for standard input
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// Write nothing; show what would change, and find it
    #[arg(long)]
    pub check: bool,
}

#[derive(Args, Debug)]
pub struct Check {
    /// Files, or folders to search for .e, .emaker and .updoc files
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// One JSON object per finding
    #[arg(long, conflicts_with = "sarif")]
    pub json: bool,
    /// One SARIF 2.1.0 log, for code scanning
    #[arg(long)]
    pub sarif: bool,
    /// What each module may reach: the [policy] of this file, a walnut.toml for one
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    #[command(flatten)]
    pub imports: Imports,
}

#[derive(Args, Debug)]
pub struct Audit {
    /// Files, or folders to search for .e and .emaker files
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// One JSON object per object expression and auditor
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub imports: Imports,
}

#[derive(Args, Debug)]
pub struct Authority {
    /// Files, or folders to search for .e, .emaker and .updoc files
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// One JSON object per name
    #[arg(long)]
    pub json: bool,
    /// A graph for Graphviz
    #[arg(long, conflicts_with_all = ["json", "diff"])]
    pub dot: bool,
    /// The graph, drawn
    #[arg(long, conflicts_with_all = ["json", "dot", "diff"])]
    pub svg: bool,
    /// What grew and what shrank since another version: a file or a folder
    #[arg(long, value_name = "OTHER", conflicts_with_all = ["from", "to"])]
    pub diff: Option<PathBuf>,
    /// With --diff: what grew as a SARIF 2.1.0 log
    #[arg(long, requires = "diff", conflicts_with = "json")]
    pub sarif: bool,
    /// Only what this name reaches: purse, or mint.e:purse
    #[arg(long, value_name = "NAME")]
    pub from: Option<String>,
    /// Only who reaches this: a power (stdout, file), a variable or an object by its name, state, unknown
    #[arg(long, value_name = "WHAT")]
    pub to: Option<String>,
    #[command(flatten)]
    pub imports: Imports,
}

#[derive(Args, Debug)]
pub struct Parse {
    /// Files, or folders to search for .e, .emaker and .updoc files
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// One JSON object per file, with its errors
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct Expand {
    /// The program
    pub file: Option<PathBuf>,
    /// The program text
    #[arg(short = 'e', long = "expr", value_name = "EXPR")]
    pub expr: Option<String>,
}

#[derive(Subcommand, Debug)]
pub enum Kernel {
    /// Write the kernel.json that Jupyter front ends look for.
    Install(Install),
    /// Serve one front end; Jupyter starts this.
    Run {
        /// The connection file
        #[arg(value_name = "CONNECTION_FILE")]
        connection: PathBuf,
    },
    /// Serve the process that started this, on standard input and output: Jupyter's messages, a line of JSON each.
    Pipe,
}

#[derive(Args, Debug)]
#[group(multiple = false)]
pub struct Install {
    /// For this user (what happens when nothing is said)
    #[arg(long)]
    pub user: bool,
    /// Under DIR/share/jupyter
    #[arg(long, value_name = "DIR")]
    pub prefix: Option<PathBuf>,
    /// Into the Python environment that is active
    #[arg(long)]
    pub sys_prefix: bool,
}

/// A command whose room is not furnished yet takes anything and says so.
#[derive(Args, Debug)]
pub struct Later {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub rest: Vec<String>,
}
