//! What is set from outside: the texts, and which text continues which.

use crate::db::Db;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A text the host was handed. The caller numbers them as it likes, below 2³¹.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId(pub u32);

/// How a text is to be read, and what it is born with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FileKind {
    /// `.e`: a program, in the privileged scope.
    Program,
    /// `.emaker`: a module, in the safe scope.
    Module,
    /// `.updoc`: a transcript; only its `?` and `>` lines are E, each step continuing the one before.
    Transcript,
    /// A notebook cell: a program in a vat of its own, which sees the names of the cells before it.
    Cell,
    /// All cells of a notebook in one text, as JupyterLab hands them to language servers.
    Notebook,
}

impl FileKind {
    /// Whether its programs are cells.
    pub(crate) fn is_of_cells(self) -> bool {
        matches!(self, FileKind::Cell | FileKind::Notebook)
    }

    /// By the end of a file's name; what is not known is read as a program.
    pub fn of_name(name: &str) -> FileKind {
        if name.ends_with(".emaker") {
            FileKind::Module
        } else if name.ends_with(".updoc") {
            FileKind::Transcript
        } else {
            FileKind::Program
        }
    }
}

impl FileId {
    /// What an earlier state of the text goes by.
    pub(crate) fn earlier(self) -> FileId {
        FileId(self.0 | 1 << 31)
    }
}

/// A text as the queries see it.
#[salsa::input(debug)]
pub(crate) struct File {
    #[returns(copy)]
    pub id: FileId,
    #[returns(deref)]
    pub name: Arc<str>,
    #[returns(copy)]
    pub kind: FileKind,
    #[returns(deref)]
    pub text: Arc<str>,
    /// The text whose scope this one continues: the notebook cell before.
    #[returns(copy)]
    pub previous: Option<File>,
}

/// The modules that are there, by every name that they may be imported by: `lib/bank/mint.emaker` is `mint`,
/// `bank.mint` and `lib.bank.mint`.
#[salsa::input(singleton)]
pub(crate) struct Modules {
    #[returns(ref)]
    pub by_name: Arc<FxHashMap<Arc<str>, File>>,
}

/// The modules that are there, if there ever were any.
pub(crate) fn modules(db: &dyn Db) -> Option<&Arc<FxHashMap<Arc<str>, File>>> {
    Modules::try_get(db).map(|it| it.by_name(db))
}

/// The names by which a file can be imported; none if it is no module.
pub(crate) fn module_names(name: &str, kind: FileKind) -> Vec<Arc<str>> {
    let Some(path) = name.strip_suffix(".emaker").filter(|_| kind == FileKind::Module) else {
        return Vec::new();
    };
    let parts: Vec<&str> = path.split(['/', '\\']).filter(|it| !it.is_empty() && *it != ".").collect();
    (0..parts.len()).map(|from| Arc::from(parts[from..].join("."))).collect()
}
