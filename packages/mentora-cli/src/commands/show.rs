//! `mentora show`

use mentora_core::ids::ConversationId;
use mentora_wire::rest::ConversationBody;

use super::Context;
use crate::client::Reply;
use crate::error::CliError;
use crate::render::transcript::transcript;

pub(super) async fn run(context: &Context, id: &ConversationId) -> Result<(), CliError> {
    let reply: Reply<ConversationBody> = context.client.get(&format!("/api/conversations/{id}")).await?;
    context.console.answer(&reply.json, || transcript(&reply.body))
}
