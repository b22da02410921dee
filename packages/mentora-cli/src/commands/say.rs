//! `mentora say`

use mentora_core::ids::ConversationId;
use mentora_wire::rest::{PostTurn, TurnAnswer};

use super::{Context, message_id};
use crate::client::Reply;
use crate::error::CliError;
use crate::render::{plain, transcript, words};
use crate::stream::backoff::Backoff;

pub(super) async fn run(context: &Context, id: &ConversationId, text: String) -> Result<(), CliError> {
    let reply = post(context, id, PostTurn { text, client_message_id: message_id() }).await?;
    let TurnAnswer { ai_turn, decision, .. } = &reply.body;
    if !context.console.json {
        if let Some(decision) = decision {
            let strategy = words::of_move(decision.strategy);
            context.console.note(&format!("  {strategy}: {}", plain(&decision.reason)));
        }
        if ai_turn.is_none() {
            context.console.note(&format!("The answer is still to come. `mentora show {id}` shows it then."));
        }
    }
    context.console.answer(&reply.json, || {
        ai_turn.as_ref().map(|turn| format!("{}\n", transcript::line(turn, "you"))).unwrap_or_default()
    })
}

/// Whether a turn whose answer was lost on the way was stored, nobody knows: it is posted again under the same id, which
/// makes it one turn.
async fn post(context: &Context, id: &ConversationId, turn: PostTurn) -> Result<Reply<TurnAnswer>, CliError> {
    let path = format!("/api/conversations/{id}/turns");
    let mut backoff = Backoff::with_tries(2);
    loop {
        let error = match context.client.post_turn(&path, &turn).await {
            Ok(reply) => return Ok(reply),
            Err(error) => error,
        };
        match backoff.next(rand::random()) {
            Some(wait) if error.is_lost_on_the_way() => tokio::time::sleep(wait).await,
            _ => return Err(error),
        }
    }
}
