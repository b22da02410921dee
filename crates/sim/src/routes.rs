//! Every URL the sim serves.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Request, Uri};
use axum::routing::{get, post};

use crate::google::{id_token, token};
use crate::world::World;
use crate::{control, fcm, live, rest, sendgrid, storage, stripe};

/// Recordings of some minutes fit in.
const LONGEST_BODY: usize = 32 * 1024 * 1024;

/// The router.
pub fn router(world: Arc<World>) -> Router {
    Router::new()
        .route("/ws/{method}", get(live::upgrade::handle))
        .route("/{version}/models/{target}", post(rest::generate::handle))
        .route("/token", post(token::handle))
        .route("/jwks", get(id_token::jwks))
        .route("/storage/v1/b/{bucket}/o/{object}", get(storage::json::get).delete(storage::json::delete))
        .route("/v1/checkout/sessions", post(stripe::checkout::create))
        .route("/v1/checkout/sessions/{id}", get(stripe::checkout::get))
        .route("/v1/checkout/sessions/{id}/expire", post(stripe::checkout::expire))
        .route("/v1/payment_intents/{id}", get(stripe::payments::intent))
        .route("/v1/charges", get(stripe::payments::list))
        .route("/v1/charges/{id}", get(stripe::payments::charge))
        .route("/c/pay/{id}", get(stripe::page::show).post(stripe::page::act))
        .route("/sim/stripe", get(stripe::control::state))
        .route("/sim/stripe/webhook", post(stripe::control::listen).delete(stripe::control::listen_no_more))
        .route("/sim/stripe/faults", post(stripe::control::fail))
        .route("/sim/stripe/redeliver", post(stripe::control::redeliver))
        .route("/sim/stripe/sessions/{id}/{action}", post(stripe::control::happen))
        .route("/v3/mail/send", post(sendgrid::send::handle))
        .route("/v1/projects/{project}/messages:send", post(fcm::send::handle))
        .route("/sim/outbox", get(sendgrid::outbox::get).delete(sendgrid::outbox::clear))
        .route("/sim/outbox.html", get(sendgrid::page::show))
        .route("/sim/id-token", post(id_token::mint))
        .route("/sim/service-account.json", get(control::service_account))
        .route("/sim/rotate-keys", post(control::rotate_keys))
        .route("/sim/plan", get(control::get_plan).post(control::set_plan).delete(control::clear_plan))
        .route("/sim/log", get(control::log).delete(control::clear_log))
        .route("/sim/state", get(control::state))
        .route("/sim/transcripts", post(control::expect).delete(control::expect_nothing))
        .route("/sim/speech", post(control::learn))
        .route("/sim/expire-handles", post(control::expire_handles))
        .route("/sim/expire-urls", post(control::expire_urls))
        .fallback(storage::xml::handle)
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .with_state(world)
}

/// JavaScript's SDK joins a base URL that ends in `/` with a path that begins with one; Google does not mind.
pub fn single_slash<B>(mut request: Request<B>) -> Request<B> {
    let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    if target.starts_with("//") {
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = format!("/{}", target.trim_start_matches('/')).parse().ok();
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}
