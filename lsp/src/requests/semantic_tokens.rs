//! `textDocument/semanticTokens/full` and `/range`: each token as a delta to the one before.

use super::Answer;
use crate::framework::proto::{
    SemanticToken, SemanticTokens, SemanticTokensParams, SemanticTokensRangeParams,
    SemanticTokensRangeResult, SemanticTokensResult, Uri,
};
use crate::state::Snapshot;
use crate::to_proto;
use text_size::TextRange;

pub fn full(snapshot: &Snapshot, params: &SemanticTokensParams) -> Answer<Option<SemanticTokensResult>> {
    Ok(Some(SemanticTokensResult::Tokens(tokens(snapshot, &params.text_document.uri, None)?)))
}

pub fn range(
    snapshot: &Snapshot,
    params: &SemanticTokensRangeParams,
) -> Answer<Option<SemanticTokensRangeResult>> {
    let range = snapshot.page(&params.text_document.uri)?.text_range(params.range);
    Ok(Some(SemanticTokensRangeResult::Tokens(tokens(snapshot, &params.text_document.uri, Some(range))?)))
}

fn tokens(snapshot: &Snapshot, uri: &Uri, range: Option<TextRange>) -> Answer<SemanticTokens> {
    let page = snapshot.page(uri)?;
    let found = snapshot.analysis.semantic_tokens(page.file, range)?;
    let mut data = Vec::with_capacity(found.len());
    let mut last = (0, 0);
    for token in found {
        let start = page.position(token.range.start());
        let same_line = start.line == last.0;
        let (token_type, token_modifiers_bitset) = to_proto::token(token.kind, token.modifiers);
        data.push(SemanticToken {
            delta_line: start.line - last.0,
            delta_start: if same_line { start.character - last.1 } else { start.character },
            length: page.width(token.range),
            token_type,
            token_modifiers_bitset,
        });
        last = (start.line, start.character);
    }
    Ok(SemanticTokens { result_id: None, data })
}
