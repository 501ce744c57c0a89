//! `textDocument/semanticTokens/full`, `/full/delta` and `/range`: each token as a delta to the one before, and a list of
//! tokens as a delta to the last that was sent.

use super::Answer;
use crate::framework::proto::{
    SemanticToken, SemanticTokens, SemanticTokensDelta, SemanticTokensDeltaParams, SemanticTokensEdit,
    SemanticTokensFullDeltaResult, SemanticTokensParams, SemanticTokensRangeParams,
    SemanticTokensRangeResult, SemanticTokensResult, Uri,
};
use crate::state::Snapshot;
use crate::to_proto;
use text_size::TextRange;

pub fn full(snapshot: &Snapshot, params: &SemanticTokensParams) -> Answer<Option<SemanticTokensResult>> {
    Ok(Some(SemanticTokensResult::Tokens(whole(snapshot, &params.text_document.uri)?)))
}

/// The one edit from the tokens that the client has to those of now; all tokens, if it has others than we know of.
pub fn delta(
    snapshot: &Snapshot,
    params: &SemanticTokensDeltaParams,
) -> Answer<Option<SemanticTokensFullDeltaResult>> {
    let uri = &params.text_document.uri;
    let file = snapshot.page(uri)?.file;
    let had = snapshot.shared.tokens(file, &params.previous_result_id);
    let tokens = whole(snapshot, uri)?;
    Ok(Some(match had {
        Some(had) => SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta {
            result_id: tokens.result_id,
            edits: edit(&had, &tokens.data).into_iter().collect(),
        }),
        None => SemanticTokensFullDeltaResult::Tokens(tokens),
    }))
}

fn whole(snapshot: &Snapshot, uri: &Uri) -> Answer<SemanticTokens> {
    let mut tokens = tokens(snapshot, uri, None)?;
    tokens.result_id = Some(snapshot.shared.keep_tokens(snapshot.page(uri)?.file, &tokens.data));
    Ok(tokens)
}

/// Numbers of the protocol's list that make a token.
const NUMBERS: u32 = 5;

/// What differs between two lists: all but what both begin and end with.
fn edit(had: &[SemanticToken], now: &[SemanticToken]) -> Option<SemanticTokensEdit> {
    let start = had.iter().zip(now).take_while(|(a, b)| a == b).count();
    let (had, now) = (&had[start..], &now[start..]);
    let end = had.iter().rev().zip(now.iter().rev()).take_while(|(a, b)| a == b).count();
    let (had, now) = (&had[..had.len() - end], &now[..now.len() - end]);
    (!had.is_empty() || !now.is_empty()).then(|| SemanticTokensEdit {
        start: start as u32 * NUMBERS,
        delete_count: had.len() as u32 * NUMBERS,
        data: Some(now.to_vec()),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn words(lengths: &[u32]) -> Vec<SemanticToken> {
        lengths.iter().map(|length| SemanticToken { length: *length, ..SemanticToken::default() }).collect()
    }

    #[test]
    fn an_edit_leaves_what_both_lists_begin_and_end_with() {
        let it = edit(&words(&[1, 2, 3, 9]), &words(&[1, 5, 6, 3, 9])).unwrap();
        assert_eq!((it.start, it.delete_count, it.data), (5, 5, Some(words(&[5, 6]))));
        assert_eq!(edit(&words(&[1, 1]), &words(&[1, 1])), None);
        let it = edit(&words(&[1, 1]), &words(&[1, 1, 1])).unwrap();
        assert_eq!((it.start, it.delete_count, it.data), (10, 0, Some(words(&[1]))));
    }
}
