//! `POST /api/webhooks/stripe`

use axum::Json;
use axum::extract::Request;
use axum::http::HeaderMap;
use mentora_durable::platform::{clock, log};
use mentora_payments::event::{Event, EventError};
use mentora_payments::webhook::{self, SignatureError, WebhookError};
use mentora_wire::rest::ReceivedBody;
use serde_json::json;

use crate::context::Context;
use crate::error::ApiError;
use crate::extract::read_body_within;
use crate::payments::events::{self, Outcome};

/// Longest event, in bytes: Stripe's are of some 3 KiB.
const MAX_BYTES: usize = 64 * 1024;

const SIGNATURE: &str = "stripe-signature";

/// Events of Stripe, signed by it. For nobody else. What moves no money is answered `200` as well: else Stripe would tell it
/// again for days.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/webhooks/stripe", operation_id = "receiveStripeEvent", tag = "webhooks", security(()),
    responses(
        (status = 200, description = "It is done, or there is nothing to do.", body = ReceivedBody),
        crate::openapi::Invalid, crate::openapi::TooLarge,
    ),
))]
#[worker::send]
pub async fn receive(context: Context, request: Request) -> Result<Json<ReceivedBody>, ApiError> {
    let (parts, body) = request.into_parts();
    let body = read_body_within(&parts.headers, body, MAX_BYTES).await?;
    let event = match signed(&context, &parts.headers, &body) {
        Ok(event) => event,
        Err(error) => return refused(&context, error),
    };
    if event.livemode != context.config().stripe.is_live() {
        let why = "real money and a key for tests, or the other way round";
        return Err(ApiError::webhook_refused().with_internal(why));
    }
    let outcome = events::carry_out(&context, &event).await?;
    tell(&context, &event, outcome);
    Ok(Json(ReceivedBody { received: true }))
}

/// The event in a body that Stripe signed.
fn signed(context: &Context, headers: &HeaderMap, body: &[u8]) -> Result<Event, WebhookError> {
    let secrets: Vec<&str> =
        context.config().stripe.webhook_secrets.iter().map(|secret| secret.expose()).collect();
    let header = headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    webhook::receive(header, body, &secrets, clock::now().0)
}

/// Who cannot sign learns nothing of why. What Stripe signed and we cannot read does not come any better the next time.
fn refused(context: &Context, error: WebhookError) -> Result<Json<ReceivedBody>, ApiError> {
    match error {
        WebhookError::Signature(SignatureError::NoSecret) => {
            Err(ApiError::not_configured("STRIPE_WEBHOOK_SECRET"))
        }
        WebhookError::Event(EventError::Missing { id, event, missing }) => {
            let fields = json!({
                "requestId": context.request_id(), "eventId": id, "type": event, "why": missing.to_string(),
            });
            log::failure("stripe.stray", fields);
            Ok(Json(ReceivedBody { received: true }))
        }
        WebhookError::Signature(_) | WebhookError::Event(_) => {
            Err(ApiError::webhook_refused().with_internal(error))
        }
    }
}

fn tell(context: &Context, Event { id, name, .. }: &Event, outcome: Outcome) {
    let mut fields = json!({ "requestId": context.request_id(), "eventId": id, "type": name });
    match outcome {
        Outcome::Moved { before } => {
            fields["known"] = before.into();
            log::event("stripe.moved", fields);
        }
        Outcome::Nothing => log::event("stripe.passed", fields),
        Outcome::Stray(why) => {
            fields["why"] = why.into();
            log::failure("stripe.stray", fields);
        }
    }
}
