//! The analysis' plain answers in the protocol's words.

use crate::framework::proto;
use crate::state::{Page, Snapshot};
use analysis::{
    Cancelled, CompletionItem, CompletionKind, DocumentSymbol, FileId, Severity, SymbolKind, TokenKind,
    TokenModifiers,
};

/// Every diagnostic of `file`, its related places included.
pub fn diagnostics(snapshot: &Snapshot, file: FileId) -> Result<Vec<proto::Diagnostic>, Cancelled> {
    let Some(page) = snapshot.page_of(file) else { return Ok(Vec::new()) };
    if let Some(message) = snapshot.documents.by_file(file).and_then(|it| it.too_long()) {
        return Ok(vec![proto::Diagnostic {
            severity: Some(proto::DiagnosticSeverity::WARNING),
            source: Some("walnut".to_owned()),
            message,
            ..proto::Diagnostic::default()
        }]);
    }
    let found = snapshot.analysis.diagnostics(file)?;
    Ok(found
        .into_iter()
        .map(|it| proto::Diagnostic {
            range: page.range(it.range),
            severity: Some(severity(it.severity)),
            code: Some(proto::NumberOrString::String(it.code.as_str().to_owned())),
            source: Some("walnut".to_owned()),
            message: it.message,
            related_information: related(snapshot, it.related),
            ..proto::Diagnostic::default()
        })
        .collect())
}

fn related(
    snapshot: &Snapshot,
    places: Vec<analysis::Related>,
) -> Option<Vec<proto::DiagnosticRelatedInformation>> {
    let places: Vec<_> = places
        .into_iter()
        .filter_map(|it| {
            let page = snapshot.page_of(it.at.file)?;
            let location = proto::Location::new(page.uri.clone(), page.range(it.at.range));
            Some(proto::DiagnosticRelatedInformation { location, message: it.message })
        })
        .collect();
    (!places.is_empty()).then_some(places)
}

fn severity(it: Severity) -> proto::DiagnosticSeverity {
    match it {
        Severity::Error => proto::DiagnosticSeverity::ERROR,
        Severity::Warning => proto::DiagnosticSeverity::WARNING,
        Severity::Information => proto::DiagnosticSeverity::INFORMATION,
        Severity::Hint => proto::DiagnosticSeverity::HINT,
    }
}

/// Nested as in the analysis, which bounds how deep a program nests.
pub fn document_symbols(page: &Page<'_>, symbols: Vec<DocumentSymbol>) -> Vec<proto::DocumentSymbol> {
    symbols.into_iter().map(|it| document_symbol(page, it)).collect()
}

fn document_symbol(page: &Page<'_>, it: DocumentSymbol) -> proto::DocumentSymbol {
    #[expect(deprecated, reason = "the protocol's own struct still has its old `deprecated` field")]
    proto::DocumentSymbol {
        name: it.name,
        detail: it.detail,
        kind: symbol_kind(it.kind),
        tags: None,
        deprecated: None,
        range: page.range(it.full),
        selection_range: page.range(it.focus),
        children: (!it.children.is_empty()).then(|| document_symbols(page, it.children)),
    }
}

pub fn symbol_kind(it: SymbolKind) -> proto::SymbolKind {
    match it {
        SymbolKind::Object => proto::SymbolKind::OBJECT,
        SymbolKind::Function => proto::SymbolKind::FUNCTION,
        SymbolKind::Method => proto::SymbolKind::METHOD,
        SymbolKind::Matcher => proto::SymbolKind::EVENT,
        SymbolKind::Constant => proto::SymbolKind::CONSTANT,
        SymbolKind::Variable => proto::SymbolKind::VARIABLE,
    }
}

/// With gaps to fill, if the editor has `snippets`.
pub fn completion(page: &Page<'_>, it: CompletionItem, snippets: bool) -> proto::CompletionItem {
    let snippet = it.snippet.filter(|_| snippets);
    let format = snippet.as_ref().map(|_| proto::InsertTextFormat::SNIPPET);
    let edit = proto::TextEdit::new(page.range(it.replace), snippet.unwrap_or_else(|| it.label.clone()));
    proto::CompletionItem {
        label: it.label,
        kind: Some(completion_kind(it.kind)),
        detail: Some(it.detail),
        documentation: it.doc.map(|value| {
            proto::Documentation::MarkupContent(proto::MarkupContent {
                kind: proto::MarkupKind::Markdown,
                value,
            })
        }),
        text_edit: Some(proto::CompletionTextEdit::Edit(edit)),
        insert_text_format: format,
        ..proto::CompletionItem::default()
    }
}

fn completion_kind(it: CompletionKind) -> proto::CompletionItemKind {
    match it {
        CompletionKind::Object => proto::CompletionItemKind::CLASS,
        CompletionKind::Constant | CompletionKind::Builtin => proto::CompletionItemKind::CONSTANT,
        CompletionKind::Variable | CompletionKind::Parameter => proto::CompletionItemKind::VARIABLE,
        CompletionKind::Guard => proto::CompletionItemKind::INTERFACE,
        CompletionKind::Power => proto::CompletionItemKind::EVENT,
        CompletionKind::Method => proto::CompletionItemKind::METHOD,
        CompletionKind::Keyword => proto::CompletionItemKind::KEYWORD,
    }
}

/// The standard types, which every theme knows; what only E has is said by a modifier.
const TOKEN_TYPES: [&str; 6] = ["class", "function", "variable", "parameter", "type", "method"];

/// The analysis' own modifiers keep their bits; this one follows them.
const DEFAULT_LIBRARY: u32 = 1 << TokenModifiers::ALL.len();

/// The names behind the numbers of [`token`].
pub fn legend() -> proto::SemanticTokensLegend {
    let own = TokenModifiers::ALL.iter().map(|(_, name)| *name).chain(["defaultLibrary"]);
    proto::SemanticTokensLegend {
        token_types: TOKEN_TYPES.iter().map(|name| proto::SemanticTokenType::new(name)).collect(),
        token_modifiers: own.map(proto::SemanticTokenModifier::new).collect(),
    }
}

/// A token's type and modifiers as numbers of [`legend`].
pub fn token(kind: TokenKind, modifiers: TokenModifiers) -> (u32, u32) {
    let (name, more) = match kind {
        TokenKind::Object => ("class", 0),
        TokenKind::Function => ("function", 0),
        TokenKind::Variable | TokenKind::Unbound => ("variable", 0),
        TokenKind::Parameter => ("parameter", 0),
        TokenKind::Guard => ("type", 0),
        TokenKind::Method => ("method", 0),
        TokenKind::Power => ("variable", TokenModifiers::AUTHORITY.0),
        TokenKind::Builtin => ("variable", DEFAULT_LIBRARY),
    };
    let index = TOKEN_TYPES.iter().position(|it| *it == name).unwrap_or(0);
    (index as u32, modifiers.0 | more)
}
