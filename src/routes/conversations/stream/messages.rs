//! `POST /api/conversations/{id}/stream/messages`

use axum::Json as Answer;
use axum::http::StatusCode;
use mentora_core::ids::ConversationId;
use mentora_core::policy::ConversationAction;
use mentora_durable::conversation::calls::{CallError, Calls, PostFramesCall};
use mentora_wire::rest::{StreamMessageRefusal, StreamMessageResult, StreamMessagesAnswer};
use mentora_wire::stream::ClientFrame;

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Frames, Id};

/// Says what a client of the stream would say on a WebSocket: for those who listen by server-sent events.
///
/// The frames are taken in their order, and each has its own result: whether it was taken, or why not. What is sent again
/// with the same `clientMessageId` is one turn. Text needs no open stream; speech does, and is the speaker's who has one.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/conversations/{id}/stream/messages", operation_id = "postStreamMessages", tag = "stream",
    params(("id" = String, Path, description = "The conversation.")),
    request_body = mentora_wire::rest::StreamMessages,
    responses(
        (status = 202, description = "What became of each frame.", body = StreamMessagesAnswer),
        crate::openapi::Forbidden,
    ),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Id(id): Id<ConversationId>,
    Frames(frames): Frames,
) -> Result<(StatusCode, Answer<StreamMessagesAnswer>), ApiError> {
    access::conversation(&context.documents(), &caller, &id, ConversationAction::Speak).await?;
    let about: Vec<Option<String>> = frames.iter().map(message_id).collect();
    let call = PostFramesCall { user: caller.actor.user, frames };
    let answers = Calls::new(context.env()).post_frames(&id, &call).await?;
    let results = about.into_iter().zip(answers).map(|(about, refusal)| result(about, refusal)).collect();
    Ok((StatusCode::ACCEPTED, Answer(StreamMessagesAnswer { results })))
}

fn message_id(frame: &ClientFrame) -> Option<String> {
    match frame {
        ClientFrame::TextInput { client_message_id, .. }
        | ClientFrame::AudioStart { client_message_id, .. } => Some(client_message_id.clone()),
        _ => None,
    }
}

fn result(client_message_id: Option<String>, refusal: Option<CallError>) -> StreamMessageResult {
    let error = refusal.map(|CallError { code, message, .. }| StreamMessageRefusal { code, message });
    StreamMessageResult { accepted: error.is_none(), client_message_id, error }
}
