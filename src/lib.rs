//! The main Worker: REST, auth and the web app, in front of one Durable Object per conversation.
//!
//! # Layout
//! - [`service`]: one request, from its arrival to its [`record`] in log and metrics; [`headers`], [`origin`]: what
//!   answers bear
//! - [`router`]: the table of routes; [`routes`]: the handlers, one file a path
//! - [`context`], [`auth`], [`extract`]: what a handler is given; [`access`]: what its caller may use
//! - [`idempotency`]: a request that is sent again is carried out once
//! - [`limits`]: how often one may ask; [`pseudonym`]: what a person is called where the id must not stand
//! - [`answer`], [`page`], [`error`]: what it gives back
//! - `bill`: paying for an answer that a request waits for
//! - [`tickets`]: what opens a stream; [`passwords`]: what opens a course
//! - [`thumbnails`]: the pictures of courses; [`sweep`]: what a deleted course leaves behind
//! - `openapi`: the description of it all, made natively; it costs the Worker nothing
//! - [`wallets`]: whose a wallet is, and what is in it; [`payments`]: credits for money
//! - [`cron`]: what is done by the clock
//! - [`stamp`]: which build this is
//!
//! The Durable Objects live in `mentora-durable` and are exported from here, where the runtime looks for them.

pub mod access;
pub mod answer;
pub mod auth;
mod bill;
pub mod context;
pub mod cron;
pub mod error;
pub mod extract;
pub mod headers;
pub mod idempotency;
pub mod limits;
#[cfg(not(target_arch = "wasm32"))]
pub mod openapi;
pub mod origin;
pub mod page;
pub mod passwords;
pub mod payments;
pub mod pseudonym;
pub mod record;
pub mod router;
pub mod routes;
pub mod service;
pub mod stamp;
pub mod sweep;
pub mod thumbnails;
pub mod tickets;
pub mod wallets;

use axum::body::Body;
use axum::http::Response;
use worker::{Env, HttpRequest, event};

pub use mentora_durable::{Conversation, DocumentStore, Wallet};

/// Once per isolate. A panic takes its memory; the log shall at least say where it came from.
#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// Where every request arrives that is not answered by a file of the web app.
#[event(fetch)]
async fn fetch(request: HttpRequest, env: Env, _: worker::Context) -> worker::Result<Response<Body>> {
    Ok(service::serve(request.map(Body::new), env).await)
}

/// What `[triggers]` in wrangler.toml calls for.
#[event(scheduled)]
async fn scheduled(event: worker::ScheduledEvent, env: Env, _: worker::ScheduleContext) {
    cron::run(&event.cron(), &env).await;
}
