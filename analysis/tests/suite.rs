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

fn goto_type_definition(case: &mut Case) {
    let found =
        opened(case).analysis().goto_type_definition(cursor(case)).expect("nothing is written meanwhile");
    case.labels(found.into_iter().map(|it| label(it.focus, "here")).collect());
}

fn goto_implementation(case: &mut Case) {
    let found =
        opened(case).analysis().goto_implementation(cursor(case)).expect("nothing is written meanwhile");
    case.labels(found.into_iter().map(|it| label(it.focus, "here")).collect());
}

/// Each signature on a line, `>` before the one that is meant and the parameter at the cursor in brackets.
fn signature_help(case: &mut Case) {
    let found = opened(case).analysis().signature_help(cursor(case)).expect("nothing is written meanwhile");
    let Some(help) = found else { return case.answer("signatures", String::new()) };
    let mut shown = String::new();
    for (n, it) in help.signatures.iter().enumerate() {
        let mut label = it.label.clone();
        if let Some((from, to)) = it.parameters.get(help.argument) {
            label.insert(*to as usize, ']');
            label.insert(*from as usize, '[');
        }
        let doc = it.doc.as_deref().map(|it| format!("  # {it}")).unwrap_or_default();
        shown.push_str(&format!("{} {label}{doc}\n", if n == help.active { ">" } else { " " }));
    }
    case.answer("signatures", shown);
}

/// Who calls what the cursor is on, and whom that calls, with the lines of the calls.
fn call_hierarchy(case: &mut Case) {
    let host = opened(case);
    let analysis = host.analysis();
    let line = |at: TextSize| case.text()[..usize::from(at)].matches('\n').count() + 1;
    let said = |title: &str, calls: Vec<analysis::Call>| {
        let each = calls.into_iter().map(|it| {
            let lines: Vec<String> = it.at.iter().map(|at| line(at.start()).to_string()).collect();
            format!("{title} {} ({}), line {}\n", it.other.target.name, it.other.detail, lines.join(", "))
        });
        each.collect::<String>()
    };
    let at = cursor(case);
    let mut shown = match analysis.callable(at).expect("nothing is written meanwhile") {
        Some(it) => format!("{} ({})\n", it.target.name, it.detail),
        None => String::new(),
    };
    shown.push_str(&said("called by", analysis.incoming_calls(at).expect("nothing is written meanwhile")));
    shown.push_str(&said("calls", analysis.outgoing_calls(at).expect("nothing is written meanwhile")));
    case.answer("calls", shown);
}

/// A comment on the first line of the page says what is looked for.
fn workspace_symbols(case: &mut Case) {
    let text = case.text();
    let query = text.lines().next().and_then(|it| it.strip_prefix("# find ")).unwrap_or_default().to_string();
    let found = opened(case).analysis().workspace_symbols(&query).expect("nothing is written meanwhile");
    let lines = found.iter().map(|it| {
        let inside = it.container.as_deref().map(|it| format!(" in {it}")).unwrap_or_default();
        format!("{}{inside} ({})\n", it.target.name, format!("{:?}", it.kind).to_lowercase())
    });
    let shown: String = lines.collect();
    case.answer("found", shown);
}

/// What can be done at the cursor, or to what is selected, each with the text it would leave.
fn assists(case: &mut Case) {
    let range = match case.given("select") {
        Some(selected) => {
            let start = case.text().find(selected.trim_end()).expect("the selection is in the text");
            let start = TextSize::new(start as u32);
            FileRange { file: FileId(0), range: TextRange::at(start, TextSize::of(selected.trim_end())) }
        }
        None => FileRange { file: FileId(0), range: TextRange::empty(cursor(case).offset) },
    };
    let found = opened(case).analysis().assists(range).expect("nothing is written meanwhile");
    let mut shown = String::new();
    for it in found {
        let mut text = case.text().to_string();
        let mut edits = it.edits;
        edits.sort_by_key(|it| std::cmp::Reverse(it.range.start()));
        for edit in edits {
            text.replace_range(std::ops::Range::<usize>::from(edit.range), &edit.text);
        }
        let fixes = it.fixes.map(|(code, _)| format!(" (mends {code})")).unwrap_or_default();
        shown.push_str(&format!("{}{fixes}:\n{}\n", it.title, text.trim_end()));
    }
    case.answer("assists", shown);
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
        .chapters("analysis/goto_type_definition", goto_type_definition)
        .chapters("analysis/goto_implementation", goto_implementation)
        .chapters("analysis/signature_help", signature_help)
        .chapters("analysis/call_hierarchy", call_hierarchy)
        .chapters("analysis/workspace_symbols", workspace_symbols)
        .chapters("analysis/assists", assists)
        .chapters("analysis/find_references", find_references)
        .chapters("analysis/document_symbols", document_symbols)
        .chapters("analysis/folding_ranges", folding_ranges)
        .chapters("analysis/completion", completion)
        .chapters("analysis/rename", rename)
        .run()
}
