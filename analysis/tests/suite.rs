//! Replays `tests/suite/analysis`: one kind of page for each question an editor asks.

use analysis::{
    Analysis, AnalysisHost, Change, DocumentSymbol, FileId, FileKind, FilePosition, FileRange,
    InlayHintsConfig, TextRange, TextSize, TokenModifiers,
};
use harness::{Case, Label, Suite};

/// A cell per file where there are several, each continuing the one before; else what its name says it is.
fn opened(case: &Case) -> AnalysisHost {
    let mut host = AnalysisHost::default();
    let mut change = Change::default();
    for (index, (name, file)) in case.files.iter().enumerate() {
        let id = FileId(index as u32);
        let kind = if case.files.len() > 1 { FileKind::Cell } else { FileKind::of_name(name) };
        change.open(id, name, kind, &file.text);
        if index > 0 {
            change.continues(id, Some(FileId(index as u32 - 1)));
        }
    }
    host.apply_change(change);
    host
}

fn files(case: &Case) -> impl Iterator<Item = FileId> + use<> {
    (0..case.files.len() as u32).map(FileId)
}

fn cursor(case: &Case) -> FilePosition {
    FilePosition { file: FileId(0), offset: TextSize::new(case.cursor() as u32) }
}

fn whole(case: &Case, file: FileId) -> FileRange {
    let text = &case.files[file.0 as usize].1.text;
    FileRange { file, range: TextRange::up_to(TextSize::of(&**text)) }
}

fn label(range: TextRange, text: impl Into<String>) -> Label {
    Label::new(range.into(), text)
}

fn each_file(case: &mut Case, labels: impl Fn(&Analysis, &Case, FileId) -> Vec<Label>) {
    let host = opened(case);
    for file in files(case) {
        let labels = labels(&host.analysis(), case, file);
        case.labels_of(file.0 as usize, labels);
    }
}

/// Under each fault its severity, rule and words; under each related place what it has to do with it.
fn diagnostics(case: &mut Case) {
    each_file(case, |analysis, _, file| {
        let found = analysis.diagnostics(file).expect("nothing is written meanwhile");
        let mut labels = Vec::new();
        for it in found {
            labels.push(label(it.range, format!("{}[{}]: {}", it.severity, it.code, it.message)));
            let here = it.related.into_iter().filter(|it| it.at.file == file);
            labels.extend(here.map(|it| label(it.at.range, format!("note: {}", it.message))));
        }
        labels.sort();
        labels.dedup();
        labels
    });
}

/// Under the last character of a line what is shown after it.
fn inlay_hints(case: &mut Case) {
    each_file(case, |analysis, case, file| {
        let config = InlayHintsConfig::default();
        let found = analysis.inlay_hints(whole(case, file), &config).expect("nothing is written meanwhile");
        let one = TextSize::new(1);
        found.into_iter().map(|it| label(TextRange::new(it.at - one, it.at), it.label)).collect()
    });
}

fn semantic_tokens(case: &mut Case) {
    each_file(case, |analysis, _, file| {
        let found = analysis.semantic_tokens(file, None).expect("nothing is written meanwhile");
        let words = |it: TokenModifiers| {
            let set = TokenModifiers::ALL.iter().filter(move |(bit, _)| it.contains(*bit));
            set.map(|(_, name)| format!(" {name}")).collect::<String>()
        };
        found
            .into_iter()
            .map(|it| label(it.range, format!("{}{}", it.kind.as_str(), words(it.modifiers))))
            .collect()
    });
}

fn hover(case: &mut Case) {
    let found = opened(case).analysis().hover(cursor(case)).expect("nothing is written meanwhile");
    // A fence within a fence would end it.
    let markdown = found.map(|it| it.markdown).unwrap_or_default();
    case.answer("markdown", markdown.replace("```e\n", "<e>\n").replace("\n```", "\n</e>"));
}

fn goto_definition(case: &mut Case) {
    let found = opened(case).analysis().goto_definition(cursor(case)).expect("nothing is written meanwhile");
    case.labels(found.into_iter().map(|it| label(it.focus, "here")).collect());
}

fn find_references(case: &mut Case) {
    let host = opened(case);
    let found = host.analysis().find_references(cursor(case), true).expect("nothing is written meanwhile");
    for file in files(case) {
        let here = found.iter().filter(|it| it.at.file == file);
        let labels = here.map(|it| label(it.at.range, format!("{:?}", it.kind).to_lowercase()));
        case.labels_of(file.0 as usize, labels.collect());
    }
}

fn document_symbols(case: &mut Case) {
    let found = opened(case).analysis().document_symbols(FileId(0)).expect("nothing is written meanwhile");
    let mut shown = String::new();
    outline(&found, 0, case.text(), &mut shown);
    case.answer("outline", shown);
}

fn outline(symbols: &[DocumentSymbol], depth: usize, text: &str, shown: &mut String) {
    for it in symbols {
        let detail = it.detail.as_deref().unwrap_or_default();
        let kind = format!("{:?}", it.kind).to_lowercase();
        let lines = text[it.full].lines().count();
        let lines = if lines > 1 { format!(", {lines} lines") } else { String::new() };
        shown.push_str(&format!("{}{}{detail} ({kind}{lines})\n", "  ".repeat(depth), it.name));
        outline(&it.children, depth + 1, text, shown);
    }
}

fn folding_ranges(case: &mut Case) {
    let found = opened(case).analysis().folding_ranges(FileId(0)).expect("nothing is written meanwhile");
    let line = |at: TextSize| case.text()[..usize::from(at)].matches('\n').count() + 1;
    let lines = found.iter().map(|it| {
        let kind = format!("{:?}", it.kind).to_lowercase();
        format!("{}-{} {kind}\n", line(it.range.start()), line(it.range.end()))
    });
    let shown: String = lines.collect();
    case.answer("folds", shown);
}

/// The names of the program and its powers; the rest is the same everywhere.
fn completion(case: &mut Case) {
    use analysis::CompletionKind::{Builtin, Guard, Keyword};
    let found = opened(case).analysis().completions(cursor(case)).expect("nothing is written meanwhile");
    let own = found.iter().filter(|it| !matches!(it.kind, Builtin | Guard | Keyword));
    let shown: String = own.map(|it| format!("{}: {}\n", it.label, it.detail)).collect();
    case.answer("names", shown);
}

fn rename(case: &mut Case) {
    let host = opened(case);
    let answer = host.analysis().rename(cursor(case), "renamed").expect("nothing is written meanwhile");
    match answer {
        Ok(edits) => {
            let mut text = case.text().to_string();
            let mut ranges: Vec<TextRange> =
                edits.iter().filter(|(at, _)| at.file == FileId(0)).map(|(at, _)| at.range).collect();
            ranges.sort_by_key(|it| std::cmp::Reverse(it.start()));
            for it in ranges {
                text.replace_range(std::ops::Range::<usize>::from(it), "renamed");
            }
            case.answer("renamed", text);
        }
        Err(refused) => case.answer("refused", refused.to_string()),
    }
}

fn main() -> std::process::ExitCode {
    Suite::new()
        .chapters("analysis/diagnostics", diagnostics)
        .chapters("analysis/inlay_hints", inlay_hints)
        .chapters("analysis/semantic_tokens", semantic_tokens)
        .chapters("analysis/hover", hover)
        .chapters("analysis/goto_definition", goto_definition)
        .chapters("analysis/find_references", find_references)
        .chapters("analysis/document_symbols", document_symbols)
        .chapters("analysis/folding_ranges", folding_ranges)
        .chapters("analysis/completion", completion)
        .chapters("analysis/rename", rename)
        .run()
}
