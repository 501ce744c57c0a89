//! Where the URI literals of a text lead: `<import:bank.mint>` to the module, `<http://…>` to the page.

use crate::db::Db;
use crate::input::{File, FileId, FileKind, module_names, modules};
use crate::program::{maps, programs};
use syntax::kernel_e::{Expr, ExprId, Literal};
use text_size::{TextRange, TextSize};

/// A literal that leads somewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// Between the angle brackets.
    pub range: TextRange,
    pub target: LinkTarget,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkTarget {
    File(FileId),
    /// An address for a browser.
    Address(String),
}

/// A URI literal as it is written.
struct Literals {
    /// Between the angle brackets.
    range: TextRange,
    scheme: String,
    body: String,
}

pub(crate) fn links(db: &dyn Db, file: File) -> Vec<Link> {
    let mut found = Vec::new();
    for it in literals(db, file) {
        let target = match &*it.scheme {
            "import" => modules(db).and_then(|all| all.get(&*it.body)).map(|it| LinkTarget::File(it.id(db))),
            "http" | "https" => Some(LinkTarget::Address(format!("{}:{}", it.scheme, it.body))),
            _ => None,
        };
        found.extend(target.map(|target| Link { range: it.range, target }));
    }
    found
}

/// The module that the URI literal at a place names.
pub(crate) fn module_at(db: &dyn Db, file: File, at: TextSize) -> Option<File> {
    let here = literals(db, file).into_iter().find(|it| it.range.contains_inclusive(at))?;
    modules(db)?.get(&*here.body).copied().filter(|_| here.scheme == "import")
}

fn literals(db: &dyn Db, file: File) -> Vec<Literals> {
    let text = file.text(db);
    let mut found = Vec::new();
    for (program, map) in programs(db, file).iter().zip(maps(db, file).iter()) {
        db.unwind_if_revision_cancelled();
        for (id, it) in program.exprs.iter().enumerate() {
            let Expr::Call { recipient, verb, args } = it else { continue };
            let (Expr::Noun(getter), [only]) = (program.expr(*recipient), args.as_slice()) else { continue };
            let (Some(scheme), "get") = (getter.strip_suffix("__uriGetter"), &**verb) else { continue };
            let Expr::Literal(Literal::Str(body)) = program.expr(*only) else { continue };
            let whole = map.in_file(map.source.expr(ExprId(id as u32)));
            let written = text.get(std::ops::Range::<usize>::from(whole)).unwrap_or("");
            // `import__uriGetter.get("mint")` is no literal, though it means the same.
            let Some(written) = written.strip_prefix('<').and_then(|it| it.strip_suffix('>')) else {
                continue;
            };
            let range = TextRange::at(whole.start() + TextSize::of('<'), TextSize::of(written));
            found.push(Literals { range, scheme: scheme.to_string(), body: body.to_string() });
        }
    }
    found
}

/// What must be written elsewhere when a module is to be called something else: each import of it by the new name,
/// in as many words as before.
pub(crate) fn module_renamed(
    db: &crate::db::Database,
    module: File,
    new_name: &str,
) -> Vec<(super::FileRange, String)> {
    let new_names = module_names(new_name, FileKind::Module);
    let Some(all) = modules(db) else { return Vec::new() };
    let mut found = Vec::new();
    for file in super::all_files(db) {
        for it in literals(db, file) {
            if it.scheme != "import" || all.get(&*it.body) != Some(&module) {
                continue;
            }
            let words = it.body.split('.').count();
            // A name that another module has already is made longer until it is free.
            let free = |name: &&std::sync::Arc<str>| all.get(*name).is_none_or(|it| *it == module);
            let longer = new_names.iter().rev().skip(words - 1);
            let Some(name) = longer.clone().find(free).or(longer.last()).or(new_names.first()) else {
                continue;
            };
            let range = TextRange::new(it.range.end() - TextSize::of(&*it.body), it.range.end());
            found.push((super::FileRange { file: file.id(db), range }, name.to_string()));
        }
    }
    found
}
