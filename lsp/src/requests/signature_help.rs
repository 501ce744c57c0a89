//! `textDocument/signatureHelp`: how the method is called whose arguments the cursor is among.

use super::Answer;
use crate::framework::proto::{
    Documentation, MarkupContent, MarkupKind, ParameterInformation, ParameterLabel, SignatureHelp,
    SignatureHelpParams, SignatureInformation,
};
use crate::positions::Encoding;
use crate::state::Snapshot;
use analysis::Signature;

pub fn handle(snapshot: &Snapshot, params: &SignatureHelpParams) -> Answer<Option<SignatureHelp>> {
    let at = &params.text_document_position_params;
    let page = snapshot.page(&at.text_document.uri)?;
    let Some(found) = snapshot.analysis.signature_help(page.at(at.position))? else { return Ok(None) };
    let argument = Some(found.argument as u32);
    Ok(Some(SignatureHelp {
        signatures: found.signatures.into_iter().map(|it| signature(it, argument)).collect(),
        active_signature: Some(found.active as u32),
        active_parameter: argument,
    }))
}

/// The protocol counts inside a label in UTF-16, whatever was agreed for positions.
fn signature(it: Signature, argument: Option<u32>) -> SignatureInformation {
    let wide = Encoding::Wide(line_index::WideEncoding::Utf16);
    let column = |at: u32| wide.measure(it.label.get(..at as usize).unwrap_or(""));
    let parameters = it.parameters.iter().map(|(from, to)| ParameterInformation {
        label: ParameterLabel::LabelOffsets([column(*from), column(*to)]),
        documentation: None,
    });
    SignatureInformation {
        parameters: Some(parameters.collect()),
        documentation: it
            .doc
            .map(|value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })),
        label: it.label,
        active_parameter: argument,
    }
}
