//! `mentora conversations`

use mentora_core::ids::AssignmentId;
use mentora_wire::rest::ConversationBody;

use super::{Context, items};
use crate::client::Reply;
use crate::error::CliError;
use crate::render::table::table;
use crate::render::{clock, words};

pub(super) async fn run(context: &Context, assignment: Option<&AssignmentId>) -> Result<(), CliError> {
    let query: Vec<_> = assignment.iter().map(|id| ("assignmentId", id.as_str())).collect();
    let found: Vec<Reply<ConversationBody>> = context.client.list("/api/conversations", &query).await?;
    context.console.answer(&items(&found), || {
        let row = |ConversationBody { id, conversation, .. }: &ConversationBody| {
            [
                id.to_string(),
                words::of_state(conversation.state).to_owned(),
                conversation.turn_count.to_string(),
                clock::minute(conversation.last_action_at),
                conversation.user_id.to_string(),
                conversation.assignment_id.to_string(),
            ]
        };
        let rows: Vec<_> = found.iter().map(|reply| row(&reply.body)).collect();
        let header = ["ID", "STATE", "TURNS", "LAST (UTC)", "STUDENT", "ASSIGNMENT"];
        table(header, &rows, "There are no conversations. Begin one: `mentora chat ASSIGNMENT_ID`.")
    })
}
