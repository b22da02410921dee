//! How clients come in, and what they say by POST.

use std::rc::Rc;

use mentora_core::ids::ConversationId;
use mentora_session::{Connection, ConnectionId, Input, Posted};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::client::decode_audio;
use mentora_wire::stream::{ClientFrame, CloseCode};
use worker::wasm_bindgen_futures::spawn_local;
use worker::{Request, Response, Result, WebSocketPair};

use super::calls::{ADMISSION_HEADER, Admission, CallError, PostFramesCall};
use super::clients::turned_away;
use super::malformed;
use super::shell::{AtHand, Shell};
use crate::platform::{body, clock};

/// A WebSocket. Whoever cannot be let in is told by a close code.
pub(super) async fn socket(shell: &Rc<Shell>, id: &ConversationId, request: &Request) -> Result<Response> {
    let Some(admission) = admission(request)? else {
        return Response::error("an upgrade without admission", 400);
    };
    if let Err(refused) = admit(shell, id, &admission).await? {
        let code = match refused.code {
            ErrorCode::NotFound => CloseCode::NotFound,
            ErrorCode::Unauthorized => CloseCode::Unauthorized,
            ErrorCode::RateLimited => CloseCode::RateExceeded,
            _ => CloseCode::Internal,
        };
        return Response::from_websocket(turned_away(WebSocketPair::new()?, code, &refused.message)?);
    }
    let (socket, connection) = shell.clients.accept(&shell.state, |id| connection(id, admission))?;
    shell.feed_and_arm(Input::Connected(connection), AtHand::Nothing).await;
    Response::from_websocket(socket)
}

/// Server-sent events. Whoever cannot be let in is told by a status.
pub(super) async fn events(shell: &Rc<Shell>, id: &ConversationId, request: &Request) -> Result<Response> {
    let Some(admission) = admission(request)? else {
        return Response::error("a stream without admission", 400);
    };
    if let Err(refused) = admit(shell, id, &admission).await? {
        return Ok(Response::from_json(&refused)?.with_status(refused.code.status()));
    }
    // A browser's `EventSource` comes back after every end, but not after this.
    let cursor = admission.cursor.unwrap_or_default();
    if shell.with_session(|session| session.has_nothing_after(cursor)).unwrap_or_default() {
        return Ok(Response::empty()?.with_status(204));
    }
    let (of_gone, of_stuck) = (Rc::downgrade(shell), Rc::downgrade(shell));
    let gone = move |connection: ConnectionId| {
        if let Some(shell) = of_gone.upgrade() {
            spawn_local(async move {
                shell.clients.forget(connection, None);
                shell.feed_and_arm(Input::Disconnected { connection }, AtHand::Nothing).await;
            });
        }
    };
    let stuck = move |connection: ConnectionId| {
        if let Some(shell) = of_stuck.upgrade() {
            spawn_local(async move {
                shell.feed_and_arm(Input::TooSlow { connection }, AtHand::Nothing).await;
            });
        }
    };
    let (pieces, connection) = shell.clients.subscribe(|id| connection(id, admission), gone, stuck);
    shell.feed_and_arm(Input::Subscribed(connection), AtHand::Nothing).await;
    pieces.into_response()
}

/// Frames by POST: of each whether it was taken, or why not.
pub(super) async fn post_frames(
    shell: &Rc<Shell>,
    id: &ConversationId,
    mut request: Request,
) -> std::result::Result<Vec<Option<CallError>>, CallError> {
    let PostFramesCall { user, frames } =
        body::read(&mut request).await.map_err(|error| malformed(&error))?;
    shell.know(id).await?;
    let mut answers = Vec::with_capacity(frames.len());
    for frame in frames {
        let (posted, at_hand) = match frame {
            ClientFrame::AudioChunk { data, .. } => match decode_audio(&data) {
                Ok(pcm) => (Posted::Sound(pcm.len()), AtHand::Base64(data)),
                Err(problem) => {
                    answers.push(Some(CallError::new(ErrorCode::ValidationError, problem.to_string())));
                    continue;
                }
            },
            frame => (Posted::Frame(frame), AtHand::Nothing),
        };
        let lost = || {
            let message =
                "The conversation was interrupted. Send this again; what was stored is not stored twice.";
            CallError::new(ErrorCode::UpstreamUnavailable, message)
        };
        let answer = shell.post(user.clone(), posted, at_hand).ok_or_else(lost)?;
        answers.push(answer.err().map(|refusal| CallError::new(refusal.code, refusal.message)));
    }
    shell.arm().await;
    Ok(answers)
}

fn admission(request: &Request) -> Result<Option<Admission>> {
    let header = request.headers().get(ADMISSION_HEADER)?.unwrap_or_default();
    Ok(serde_json::from_str(&header).ok())
}

/// Whether a client is let in; spends its ticket.
async fn admit(
    shell: &Rc<Shell>,
    id: &ConversationId,
    admission: &Admission,
) -> Result<std::result::Result<(), CallError>> {
    if let Err(refused) = shell.know(id).await {
        return Ok(Err(refused));
    }
    if let Some(ticket) = &admission.ticket
        && !shell.rows().spend(ticket, clock::now())?
    {
        let message = "This ticket was already used. Ask for a new one with POST …/stream/tickets.";
        return Ok(Err(CallError::new(ErrorCode::Unauthorized, message)));
    }
    if !shell.with_session(|session| session.has_room_for(&admission.user)).unwrap_or(true) {
        let message = "50 others listen to this conversation already. Try again later.";
        return Ok(Err(CallError::new(ErrorCode::RateLimited, message)));
    }
    Ok(Ok(()))
}

fn connection(id: ConnectionId, admission: Admission) -> Connection {
    Connection {
        id,
        user: admission.user,
        role: admission.role,
        staff: admission.staff,
        audio: admission.audio,
        cursor: admission.cursor.unwrap_or_default(),
    }
}
