//! The door: one writer, any number of snapshots.

use crate::auditions::Auditions;
use crate::change::{Change, Edit};
use crate::db::Database;
use crate::diagnostics::{self, Diagnostic};
use crate::ide::{self, FilePosition, FileRange, NavigationTarget, Reference};
use crate::input::{File, FileId, FileKind, Modules, module_names};
use crate::{
    Assist, Authorities, Call, Callable, CompletionItem, DocumentSymbol, FoldingRange, Holder, Hover,
    InlayHint, InlayHintsConfig, Judged, LeakFound, Lens, LensTitle, LineIndex, Link, NameAuthority,
    RenameError, SemanticToken, SignatureHelp, TextEdit, TextRange, Unformatted, WorkspaceSymbol,
};
use audit::AuditorHost;
use salsa::{Database as _, Setter};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// Holds the texts. The only thing that can change them.
#[derive(Default)]
pub struct AnalysisHost {
    pub(crate) db: Database,
}

/// The texts as they were when it was made, and what follows from them.
pub struct Analysis {
    db: Database,
}

/// The texts changed, or the question was taken back, while it was being answered. Ask again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cancelled;

/// An answer, unless it was cancelled.
pub type Cancellable<T> = Result<T, Cancelled>;

/// Takes back what one [`Analysis`] is computing, and nothing else.
#[derive(Clone)]
pub struct CancelOne(salsa::CancellationToken);

impl CancelOne {
    /// The snapshot's running question answers [`Cancelled`] soon.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

impl AnalysisHost {
    /// A host that has auditors written in E run by `auditors`; without one, they are for the run to ask.
    pub fn with_auditors(auditors: Arc<dyn AuditorHost>) -> AnalysisHost {
        let mut host = AnalysisHost::default();
        host.db.auditions = Arc::new(Auditions::of(auditors));
        host
    }

    /// Applies all edits of `change`. Cancels what snapshots compute and waits until they are dropped, so the
    /// caller must hold none.
    pub fn apply_change(&mut self, change: Change) {
        if self.db.auditions.stop() {
            // What was left without an answer is asked again, even if the change is about something else.
            self.db.synthetic_write(salsa::Durability::LOW);
        }
        let mut modules = false;
        for edit in change.edits {
            modules |= match &edit {
                Edit::Open { kind, .. } => *kind == FileKind::Module,
                Edit::Close { .. } => true,
                Edit::Text { .. } | Edit::Continues { .. } | Edit::Earlier { .. } => false,
            };
            self.apply(edit);
        }
        // There from the first change on, so that whoever asks is told when it changes.
        if modules || Modules::try_get(&self.db).is_none() {
            self.name_modules();
        }
    }

    /// Which module each name imports. Of several the one with the shortest path.
    fn name_modules(&mut self) {
        let mut all: Vec<File> = self.db.files.values().copied().collect();
        all.sort_by_key(|it| (it.name(&self.db).len(), it.name(&self.db).to_string()));
        let mut by_name = rustc_hash::FxHashMap::default();
        for it in all {
            for name in module_names(it.name(&self.db), it.kind(&self.db)) {
                by_name.entry(name).or_insert(it);
            }
        }
        match Modules::try_get(&self.db) {
            Some(it) if **it.by_name(&self.db) == by_name => {}
            Some(it) => {
                it.set_by_name(&mut self.db).to(Arc::new(by_name));
            }
            None => {
                Modules::new(&self.db, Arc::new(by_name));
            }
        }
    }

    /// A snapshot to ask. Cheap; send it to another thread, ask, drop it.
    pub fn analysis(&self) -> Analysis {
        Analysis { db: self.db.clone() }
    }

    fn apply(&mut self, edit: Edit) {
        match edit {
            Edit::Open { file, name, kind, text } => match self.file(file) {
                Some(it) => {
                    it.set_name(&mut self.db).to(name);
                    it.set_kind(&mut self.db).to(kind);
                    it.set_text(&mut self.db).to(text);
                }
                None => {
                    let it = File::new(&self.db, file, name, kind, text, None);
                    Arc::make_mut(&mut self.db.files).insert(file, it);
                }
            },
            Edit::Text { file, text } => {
                if let Some(it) = self.file(file) {
                    it.set_text(&mut self.db).to(text);
                }
            }
            Edit::Continues { file, previous } => {
                let previous = previous.and_then(|it| self.file(it));
                if let Some(it) = self.file(file) {
                    self.set_previous(it, previous);
                }
            }
            Edit::Close { file } => self.close(file),
            Edit::Earlier { file, text } => self.set_earlier(file, text),
        }
    }

    fn set_earlier(&mut self, file: FileId, text: Option<Arc<str>>) {
        let known = self.db.earlier.get(&file).copied();
        match (known, text, self.file(file)) {
            (Some(it), Some(text), _) => {
                it.set_text(&mut self.db).to(text);
            }
            (None, Some(text), Some(now)) => {
                let (name, kind) = (Arc::from(now.name(&self.db)), now.kind(&self.db));
                let it = File::new(&self.db, file.earlier(), name, kind, text, None);
                Arc::make_mut(&mut self.db.earlier).insert(file, it);
            }
            // An input cannot be taken out of the database; its text can.
            (Some(it), None, _) => {
                it.set_text(&mut self.db).to(Arc::from(""));
                Arc::make_mut(&mut self.db.earlier).remove(&file);
            }
            (None, ..) => {}
        }
    }

    /// A cell may not continue itself, however long the way round.
    fn set_previous(&mut self, file: File, previous: Option<File>) {
        let mut it = previous;
        while let Some(earlier) = it {
            if earlier == file {
                return;
            }
            it = earlier.previous(&self.db);
        }
        file.set_previous(&mut self.db).to(previous);
    }

    fn close(&mut self, file: FileId) {
        let Some(gone) = Arc::make_mut(&mut self.db.files).remove(&file) else { return };
        let before = gone.previous(&self.db);
        let orphans: Vec<File> =
            self.db.files.values().copied().filter(|it| it.previous(&self.db) == Some(gone)).collect();
        for it in orphans {
            it.set_previous(&mut self.db).to(before);
        }
        // An input cannot be taken out of the database; its text can.
        gone.set_text(&mut self.db).to(Arc::from(""));
        gone.set_previous(&mut self.db).to(None);
    }

    fn file(&self, id: FileId) -> Option<File> {
        self.db.files.get(&id).copied()
    }
}

impl Analysis {
    /// A handle by which another thread can take back what this snapshot computes.
    pub fn cancel_one(&self) -> CancelOne {
        CancelOne(self.db.cancellation_token())
    }

    /// The text, as this snapshot sees it.
    pub fn text(&self, file: FileId) -> Cancellable<Arc<str>> {
        Ok(self.with(file, |db, it| Some(Arc::from(it.text(db))))?.unwrap_or_else(|| Arc::from("")))
    }

    /// Converts between byte offsets and lines and columns (UTF-8, UTF-16 and UTF-32).
    pub fn line_index(&self, file: FileId) -> Cancellable<Arc<LineIndex>> {
        let index = self.with(file, |db, it| Some(ide::line_index(db, it)))?;
        Ok(index.unwrap_or_else(|| Arc::new(LineIndex::new(""))))
    }

    /// Everything that is wrong with a text, in the order it stands there.
    pub fn diagnostics(&self, file: FileId) -> Cancellable<Vec<Diagnostic>> {
        self.with(file, |db, it| diagnostics::diagnostics(db, it))
    }

    /// What each word is, in order and without overlap; only within `range` if one is given.
    pub fn semantic_tokens(&self, file: FileId, range: Option<TextRange>) -> Cancellable<Vec<SemanticToken>> {
        self.with(file, |db, it| ide::semantic_tokens::semantic_tokens(db, it, range))
    }

    /// The objects, their methods and the top-level names of a text.
    pub fn document_symbols(&self, file: FileId) -> Cancellable<Vec<DocumentSymbol>> {
        self.with(file, |db, it| ide::document_symbols::document_symbols(db, it))
    }

    /// What can be folded away.
    pub fn folding_ranges(&self, file: FileId) -> Cancellable<Vec<FoldingRange>> {
        self.with(file, |db, it| ide::folding_ranges::folding_ranges(db, it))
    }

    /// For each position, the ranges around it from the smallest to the whole text.
    pub fn selection_ranges(&self, at: FilePosition) -> Cancellable<Vec<TextRange>> {
        self.with(at.file, |db, it| ide::selection_ranges::selection_ranges(db, it, at.offset))
    }

    /// Where the name at the cursor is defined; nothing for a name of the outermost scope.
    pub fn goto_definition(&self, at: FilePosition) -> Cancellable<Vec<NavigationTarget>> {
        self.with(at.file, |db, it| ide::goto_definition::goto_definition(db, it, at.offset))
    }

    /// Where the guard of the name at the cursor is defined; without one, the object expression that its value comes
    /// from, as far as the text tells.
    pub fn goto_type_definition(&self, at: FilePosition) -> Cancellable<Vec<NavigationTarget>> {
        self.with(at.file, |db, it| ide::goto_definition::goto_type_definition(db, it, at.offset))
    }

    /// The objects of all texts that ask to be audited by what the cursor is on.
    pub fn goto_implementation(&self, at: FilePosition) -> Cancellable<Vec<NavigationTarget>> {
        self.with(at.file, |db, it| ide::goto_definition::goto_implementation(db, it, at.offset))
    }

    /// The calls that the parenthesis around the cursor may be of.
    pub fn signature_help(&self, at: FilePosition) -> Cancellable<Option<SignatureHelp>> {
        self.with(at.file, |db, it| ide::signature::signature_help(db, it, at.offset))
    }

    /// The method that the cursor is on, for a question about who calls it or whom it calls.
    pub fn callable(&self, at: FilePosition) -> Cancellable<Option<Callable>> {
        self.with(at.file, |db, it| ide::call_hierarchy::callable_at(db, it, at.offset))
    }

    /// Who sends messages to the method at the cursor.
    pub fn incoming_calls(&self, at: FilePosition) -> Cancellable<Vec<Call>> {
        self.with(at.file, |db, it| ide::call_hierarchy::incoming(db, it, at.offset))
    }

    /// To whom the method at the cursor sends messages.
    pub fn outgoing_calls(&self, at: FilePosition) -> Cancellable<Vec<Call>> {
        self.with(at.file, |db, it| ide::call_hierarchy::outgoing(db, it, at.offset))
    }

    /// What can be done to the text in `range`: the fixes of its diagnostics, and other ways to say the same.
    pub fn assists(&self, range: FileRange) -> Cancellable<Vec<Assist>> {
        self.with(range.file, |db, it| ide::assists::assists(db, it, range.range))
    }

    /// Objects, methods and top-level names of all texts by a few letters of their name, at most 256.
    pub fn workspace_symbols(&self, query: &str) -> Cancellable<Vec<WorkspaceSymbol>> {
        answer(|| ide::workspace_symbols::workspace_symbols(&self.db, query))
    }

    /// Every place that means the same name as the one at the cursor, its definition first if asked for.
    pub fn find_references(&self, at: FilePosition, with_definition: bool) -> Cancellable<Vec<Reference>> {
        self.with(at.file, |db, it| ide::find_references::find_references(db, it, at.offset, with_definition))
    }

    /// What is known of the name or object at the cursor.
    pub fn hover(&self, at: FilePosition) -> Cancellable<Option<Hover>> {
        self.with(at.file, |db, it| ide::hover::hover(db, it, at.offset))
    }

    /// Where the URI literals of a text lead.
    pub fn links(&self, file: FileId) -> Cancellable<Vec<Link>> {
        self.with(file, |db, it| ide::links::links(db, it))
    }

    /// What imports must say when a module is called `new_name` from now on.
    pub fn module_renamed(&self, file: FileId, new_name: &str) -> Cancellable<Vec<(FileRange, String)>> {
        self.with(file, |db, it| ide::links::module_renamed(db, it, new_name))
    }

    /// The objects that have a name, on their own or within others.
    pub fn lenses(&self, file: FileId) -> Cancellable<Vec<Lens>> {
        self.with(file, |db, it| ide::lenses::lenses(db, it))
    }

    /// What the lens on the object whose name is at the cursor says.
    pub fn lens_title(&self, at: FilePosition) -> Cancellable<Option<LensTitle>> {
        self.with(at.file, |db, it| ide::lenses::lens_title(db, it, at.offset))
    }

    /// The places that are to be typed into at once, if the cursor is on a name that no other text sees.
    pub fn linked_editing(&self, at: FilePosition) -> Cancellable<Vec<TextRange>> {
        self.with(at.file, |db, it| ide::linked_editing::linked_editing(db, it, at.offset))
    }

    /// The name or power at the cursor, for a question about who reaches it or what it reaches.
    pub fn holder(&self, at: FilePosition) -> Cancellable<Option<Holder>> {
        self.with(at.file, |db, it| ide::authority_hierarchy::holder(db, it, at.offset))
    }

    /// What the name at the cursor reaches.
    pub fn reached_from(&self, at: FilePosition) -> Cancellable<Vec<Holder>> {
        self.with(at.file, |db, it| ide::authority_hierarchy::reached_from(db, it, at.offset))
    }

    /// The top-level names that reach what is at the cursor.
    pub fn reached_by(&self, at: FilePosition) -> Cancellable<Vec<Holder>> {
        self.with(at.file, |db, it| ide::authority_hierarchy::reached_by(db, it, at.offset))
    }

    /// The layout of the lines in `range` only; nothing for a text that is half typed.
    pub fn format_range(&self, range: FileRange) -> Cancellable<Vec<TextEdit>> {
        self.with(range.file, |db, it| ide::formatting::format_range(db, it, range.range))
    }

    /// What to put right once `typed` stands before the cursor: the indent of a new line or of a closing brace.
    pub fn on_type(&self, at: FilePosition, typed: char) -> Cancellable<Vec<TextEdit>> {
        self.with(at.file, |db, it| ide::on_type::on_type(db, it, at.offset, typed))
    }

    /// What is not written and worth showing within `range`.
    pub fn inlay_hints(&self, range: FileRange, config: &InlayHintsConfig) -> Cancellable<Vec<InlayHint>> {
        self.with(range.file, |db, it| ide::inlay_hints::inlay_hints(db, it, range.range, config))
    }

    /// What every auditor that is asked says of every object expression, and DeepFrozen of all of them.
    pub fn judgements(&self, file: FileId) -> Cancellable<Vec<Judged>> {
        self.with(file, |db, it| ide::judgements::judgements(db, it))
    }

    /// What each top-level name of a file reaches, and by which way.
    pub fn authority(&self, file: FileId) -> Cancellable<Vec<NameAuthority>> {
        self.authority_seen_from(file, file)
    }

    /// The same, once `last`, which continues it, has done what it does.
    pub fn authority_seen_from(&self, file: FileId, last: FileId) -> Cancellable<Vec<NameAuthority>> {
        self.with(file, |db, it| {
            let last = db.files.get(&last).copied().unwrap_or(it);
            ide::authority::authority(db, it, last)
        })
    }

    /// The same names, each of which is followed when it is asked about.
    pub fn authorities(&self, file: FileId) -> Cancellable<Option<Authorities>> {
        self.with(file, |db, it| Some(ide::authority::authorities(db, it, it)))
    }

    /// The shortest way from a top-level name to something that goes by `to`: a power, a variable, an object.
    pub fn leak(&self, file: FileId, from: &str, to: &str) -> Cancellable<Option<LeakFound>> {
        self.with(file, |db, it| ide::authority::leak(db, it, from, to))
    }

    /// The names of the modules that a file imports.
    pub fn imports(&self, file: FileId) -> Cancellable<Vec<String>> {
        self.with(file, |db, it| crate::authority::imports(db, it))
    }

    /// The same, each with the place where it stands.
    pub fn import_places(&self, file: FileId) -> Cancellable<Vec<(String, TextRange)>> {
        self.with(file, |db, it| crate::authority::import_places(db, it))
    }

    /// The file's Kernel-E, printed as E.
    pub fn show_kernel_e(&self, file: FileId) -> Cancellable<String> {
        self.with(file, |db, it| ide::show_kernel_e::show_kernel_e(db, it))
    }

    /// What a part of a text says in Kernel-E: of each smallest program piece that `range` is in.
    pub fn show_kernel_e_of(&self, file: FileId, range: TextRange) -> Cancellable<String> {
        self.with(file, |db, it| ide::show_kernel_e::show_kernel_e_of(db, it, range))
    }

    /// The top-level name that the cursor is on, or whose definition it is in.
    pub fn top_level_at(&self, at: FilePosition) -> Cancellable<Option<String>> {
        self.with(at.file, |db, it| ide::authority::top_level_at(db, it, at.offset))
    }

    /// The edits that lay the text out as every E text is, or why it is left alone. They never change what it
    /// means, and a text that was laid out has none.
    pub fn format(&self, file: FileId) -> Cancellable<Result<Vec<TextEdit>, Unformatted>> {
        Ok(self.with(file, |db, it| Some(ide::formatting::format(db, it)))?.unwrap_or(Ok(Vec::new())))
    }

    /// Names that are in scope at the cursor.
    pub fn completions(&self, at: FilePosition) -> Cancellable<Vec<CompletionItem>> {
        self.with(at.file, |db, it| ide::completion::completions(db, it, at.offset))
    }

    /// What is known of a name that could be written at the cursor: more than a list has room for.
    pub fn completion_doc(&self, at: FilePosition, name: &str) -> Cancellable<Option<String>> {
        self.with(at.file, |db, it| ide::completion::doc(db, it, at.offset, name))
    }

    /// The name that a rename at the cursor would change, if one may be renamed there.
    pub fn prepare_rename(&self, at: FilePosition) -> Cancellable<Option<TextRange>> {
        self.with(at.file, |db, it| ide::rename::prepare(db, it, at.offset))
    }

    /// The edits that give the name at the cursor another name.
    pub fn rename(
        &self,
        at: FilePosition,
        new_name: &str,
    ) -> Cancellable<Result<Vec<(FileRange, String)>, RenameError>> {
        let answer = self.with(at.file, |db, it| Some(ide::rename::rename(db, it, at.offset, new_name)))?;
        Ok(answer.unwrap_or(Err(RenameError::NoName)))
    }

    /// An unknown file has nothing to say; that is not an error, it was closed a moment ago.
    fn with<T: Default>(&self, file: FileId, ask: impl FnOnce(&Database, File) -> T) -> Cancellable<T> {
        let Some(it) = self.db.files.get(&file).copied() else { return Ok(T::default()) };
        answer(|| {
            prepare_chain(&self.db, it);
            ask(&self.db, it)
        })
    }
}

/// What a question answers, unless it is cut off.
fn answer<T>(ask: impl FnOnce() -> T) -> Cancellable<T> {
    match salsa::Cancelled::catch(AssertUnwindSafe(ask)) {
        Ok(answer) => Ok(answer),
        // Also where the query of another thread was waited for and came to no end, because its question was taken
        // back. Had it panicked, asking again would panic here.
        Err(_) => Err(Cancelled),
    }
}

/// How many cells a query may go back through by calling itself.
const LONGEST_CHAIN: usize = 32;

/// Each cell's queries ask those of the cell before. In a long notebook that would go deep, so the earlier cells
/// are asked first, the earliest at the beginning, and are there when a later one needs them.
fn prepare_chain(db: &Database, file: File) {
    let mut chain = Vec::new();
    let mut next = file.previous(db);
    while let Some(it) = next {
        chain.push(it);
        next = it.previous(db);
    }
    for it in chain.iter().rev().step_by(LONGEST_CHAIN).skip(1) {
        crate::verdicts::verdicts(db, *it);
    }
}
