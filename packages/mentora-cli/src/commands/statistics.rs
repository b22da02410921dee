//! `mentora statistics`

use mentora_core::ids::AssignmentId;
use mentora_wire::rest::RebuiltBody;
use serde_json::json;

use super::Context;
use crate::client::Reply;
use crate::error::CliError;

/// `mentora statistics rebuild`
pub(super) async fn rebuild(context: &Context, id: &AssignmentId) -> Result<(), CliError> {
    let path = format!("/api/assignments/{id}/statistics/rebuild");
    // As many conversations are read as there are, so it may take as long as a turn does.
    let reply: Reply<RebuiltBody> = context.client.post_turn(&path, &json!({})).await?;
    let RebuiltBody { conversations, corrected, .. } = &reply.body;
    context.console.answer(&reply.json, || match corrected {
        0 => format!("{conversations} conversations were counted. The statistics were right.\n"),
        _ => format!("{conversations} conversations were counted, and {corrected} of the statistics' parts corrected.\n"),
    })
}
