//! `walnut/authorityGraph`: who holds whom in a file, or below one name of it.

use super::Answer;
use crate::ext::{GraphAnswer, GraphFormat, GraphParams};
use crate::graph;
use crate::state::Snapshot;

pub fn handle(snapshot: &Snapshot, params: &GraphParams) -> Answer<GraphAnswer> {
    let page = snapshot.page(&params.text_document.uri)?;
    let mut names = snapshot.analysis.authority(page.file)?;
    if let Some(position) = params.position {
        let at = page.at(position);
        // A name at the cursor, or the definition around it; elsewhere the whole file.
        let around = snapshot.analysis.top_level_at(at)?;
        if names.iter().any(|it| Some(&it.name) == around.as_ref()) {
            names.retain(|it| Some(&it.name) == around.as_ref());
        }
    }
    let graph = graph::graph(snapshot, &names);
    Ok(match params.format {
        GraphFormat::Json => GraphAnswer::Graph(graph),
        GraphFormat::Dot => GraphAnswer::Text(graph::dot(&graph)),
        GraphFormat::Svg => GraphAnswer::Text(graph::svg(&graph)),
    })
}
