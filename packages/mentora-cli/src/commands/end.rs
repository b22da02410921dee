//! `mentora end`

use mentora_core::ids::ConversationId;
use mentora_wire::rest::{ConversationBody, EndConversation};

use super::Context;
use crate::client::Reply;
use crate::error::CliError;
use crate::render::{plain, words};

pub(super) async fn run(context: &Context, id: &ConversationId) -> Result<(), CliError> {
    let path = format!("/api/conversations/{id}/end");
    let reply: Reply<ConversationBody> = context.client.post(&path, &EndConversation::default()).await?;
    let conversation = &reply.body.conversation;
    context.console.answer(&reply.json, || {
        let why = conversation.end_reason.map(|reason| format!(": {}", words::of_end(reason)));
        let summary = conversation.summary.as_deref().map(plain).unwrap_or_default();
        format!("The conversation has ended{}.\n{summary}\n", why.unwrap_or_default())
    })
}
