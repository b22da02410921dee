//! `GET /api/conversations/{id}/stream`

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use mentora_core::ids::ConversationId;
use mentora_core::limits::MAX_BODY_BYTES;
use mentora_core::policy::ConversationAction;
use mentora_durable::conversation::calls::{Admission, CallError, Calls, TicketStub};
use mentora_durable::conversation::turned_away;
use mentora_wire::error::ErrorCode;
use mentora_wire::rest::StreamQuery;
use mentora_wire::stream::{AudioMode, CloseCode};
use worker::WebSocketPair;

use super::{granted, handshake, most};
use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, Query};
use crate::origin::Origin;
use crate::tickets::{self, TicketError};

/// What server-sent events look like.
#[cfg(not(target_arch = "wasm32"))]
const EXAMPLE: &str =
    "event: session_state\nid: 12\ndata: {\"seq\":12,\"type\":\"session_state\",\"session\":\"active\"}\n\n";

/// Opens the stream: as a WebSocket, or with `Accept: text/event-stream` as server-sent events.
///
/// A ticket comes as the subprotocol `ticket.<ticket>` beside `mentora.v1`, or as
/// `?ticket=`; who can set headers may send an ID token instead.
///
/// Server-sent events are the same frames: `event` is the type, `data` the frame, and `id` its `seq`, which a reader names
/// as `Last-Event-ID` or `cursor` when it comes back. Every 15 s without anything else there is a comment. A conversation in
/// which nothing happens ends the response after 45 s, or after 5 s when that was so before, and says by `retry` when to come
/// back. An end for another reason is told by a `closed` event with the `code` and `reason` that a WebSocket is closed with.
/// What the client itself has to say goes to `…/stream/messages`.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/conversations/{id}/stream", operation_id = "openStream", tag = "stream",
    params(
        ("id" = String, Path, description = "The conversation."),
        ("Last-Event-ID" = Option<u64>, Header, description = "For server-sent events: as `cursor`, and before it."),
        StreamQuery,
    ),
    security(("ticket" = []), ("idToken" = [])),
    responses(
        (status = 101, description = "The stream; `mentora.v1` is selected when it was offered."),
        (status = 200, description = "The stream, as server-sent events.", body = String,
            content_type = "text/event-stream", example = json!(EXAMPLE)),
        (status = 204, description = "The conversation has ended, and all of it was seen. Do not come back."),
        crate::openapi::Forbidden,
    ),
))]
#[worker::send]
pub async fn open(
    context: Context,
    Id(id): Id<ConversationId>,
    Query(query): Query<StreamQuery>,
    request: Request,
) -> Result<Response<Body>, ApiError> {
    if Origin::of(&request, &context.config().allowed_origins) == Origin::Foreign {
        return Err(ApiError::foreign_origin());
    }
    let headers = request.headers();
    let is_websocket = handshake::is_websocket(headers);
    if !is_websocket && handshake::is_events(headers) {
        let admission = reader(admit(&context, id, &query, headers).await?, headers)?;
        return events(&context, &admission).await;
    }
    let admission = match admit(&context, id, &query, headers).await {
        Err(error) if is_websocket => return turn_away(error, handshake::selected(headers)),
        admission => admission?,
    };
    if !is_websocket {
        return Err(ApiError::invalid_field(
            "upgrade",
            "must be `websocket`, or `Accept` must be `text/event-stream`",
        ));
    }
    let protocol = handshake::selected(headers)?;
    let answer = Response::from(Calls::new(context.env()).stream(&admission).await?);
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(refusal(answer).await);
    }
    Ok(selecting(protocol, answer))
}

/// What is different for a reader of server-sent events.
fn reader(admission: Admission, headers: &HeaderMap) -> Result<Admission, ApiError> {
    if admission.audio == AudioMode::Binary {
        return Err(ApiError::invalid_field("audio", "must be `none` or `base64`: events are text"));
    }
    let cursor = handshake::last_event_id(headers)?.or(admission.cursor);
    Ok(Admission { cursor, ..admission })
}

async fn events(context: &Context, admission: &Admission) -> Result<Response<Body>, ApiError> {
    let answer = Response::from(Calls::new(context.env()).events(admission).await?);
    match answer.status() {
        StatusCode::OK => Ok(answer),
        StatusCode::NO_CONTENT => Ok(StatusCode::NO_CONTENT.into_response()),
        _ => Err(refusal(answer).await),
    }
}

async fn admit(
    context: &Context,
    id: ConversationId,
    query: &StreamQuery,
    headers: &HeaderMap,
) -> Result<Admission, ApiError> {
    match handshake::ticket(headers).or(query.ticket.as_deref()) {
        Some(ticket) => by_ticket(context, id, query, ticket),
        None => by_token(context, id, query, headers).await,
    }
}

/// Refuses a client that speaks `mentora.v1` by a close code: a browser cannot read the status of a refused upgrade.
/// Others, and what no close code stands for, are answered by HTTP.
fn turn_away(
    error: ApiError,
    protocol: Result<Option<&'static str>, ApiError>,
) -> Result<Response<Body>, ApiError> {
    let code = match error.code() {
        ErrorCode::Unauthorized | ErrorCode::TokenExpired => CloseCode::Unauthorized,
        ErrorCode::Forbidden => CloseCode::Forbidden,
        ErrorCode::NotFound => CloseCode::NotFound,
        ErrorCode::RateLimited => CloseCode::RateExceeded,
        _ => return Err(error),
    };
    let Ok(Some(protocol)) = protocol else { return Err(error) };
    let socket = turned_away(WebSocketPair::new()?, code, error.message())?;
    Ok(selecting(Some(protocol), Response::from(worker::Response::from_websocket(socket)?)))
}

fn selecting(protocol: Option<&'static str>, mut answer: Response<Body>) -> Response<Body> {
    if let Some(protocol) = protocol {
        answer.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
    }
    answer
}

/// What the conversation answers instead of a stream, in its own words.
async fn refusal(answer: Response<Body>) -> ApiError {
    let status = answer.status();
    let body = to_bytes(answer.into_body(), MAX_BODY_BYTES).await.unwrap_or_default();
    match serde_json::from_slice::<CallError>(&body) {
        Ok(error) if error.code == ErrorCode::RateLimited => ApiError::crowded(error.message),
        Ok(error) => error.into(),
        Err(_) => ApiError::internal_error(format!("the conversation answered {status}")),
    }
}

/// Nothing but the signature is asked: the policy was, when the ticket was made.
fn by_ticket(
    context: &Context,
    id: ConversationId,
    query: &StreamQuery,
    ticket: &str,
) -> Result<Admission, ApiError> {
    let secret = context.config().ticket_secret.as_ref();
    let secret = secret.ok_or_else(|| ApiError::not_configured("TICKET_SECRET"))?;
    let claims =
        tickets::verify(ticket, secret.expose(), &id, context.now()).map_err(|error| match error {
            TicketError::Expired => ApiError::ticket_expired(),
            TicketError::NotOurs | TicketError::OtherConversation => ApiError::ticket_refused(error),
        })?;
    context.note_actor(&claims.user);
    Ok(Admission {
        conversation: id,
        user: claims.user,
        role: granted(query.role, claims.role)?,
        staff: claims.staff,
        ticket: Some(TicketStub { nonce: claims.nonce, expires_at: claims.exp }),
        cursor: query.cursor,
        audio: query.audio,
    })
}

async fn by_token(
    context: &Context,
    id: ConversationId,
    query: &StreamQuery,
    headers: &HeaderMap,
) -> Result<Admission, ApiError> {
    let caller = Caller::of(headers, context).await?;
    let found = access::conversation(&context.documents(), &caller, &id, ConversationAction::Read).await?;
    let (most, staff) = most(&found, &caller);
    Ok(Admission {
        conversation: id,
        user: caller.actor.user,
        role: granted(query.role, most)?,
        staff,
        ticket: None,
        cursor: query.cursor,
        audio: query.audio,
    })
}
