//! The table of routes.
//!
//! There is one: the router, the OpenAPI document and what a route costs are made of it. That a handler's own description
//! names the method and path that it stands at here is checked by `tests/openapi.rs`.

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{any, delete, get, patch, post};

use crate::error::ApiError;
use crate::idempotency;
use crate::limits::{self, Class};
use crate::routes::{
    admin, assignments, config, conversations, courses, dev, docs, document_store, health, openapi, personas,
    submissions, topics, users, wallets, webhooks,
};

macro_rules! table {
    ($($method:ident $path:literal => $($handler:ident)::+, $class:ident;)*) => {
        /// The method, path and class of every route.
        pub(crate) const CLASSES: &[(&str, &str, Class)] = &[$((stringify!($method), $path, Class::$class)),*];

        fn table() -> Router {
            Router::new()$(.route($path, $method($($handler)::+)))*
        }

        /// Every route of the table with its handler's own description.
        #[cfg(not(target_arch = "wasm32"))]
        #[must_use]
        pub fn documented() -> Vec<crate::openapi::Documented> {
            vec![$({
                let described: utoipa_axum::router::UtoipaMethodRouter =
                    utoipa_axum::routes!($($handler)::+);
                crate::openapi::Documented::new(stringify!($method), $path, described.0, described.1)
            }),*]
        }
    };
}

table! {
    get "/api/health" => health::read, Open;
    get "/api/config" => config::read, Open;
    get "/api/openapi.json" => openapi::read, Open;
    get "/api/docs" => docs::read, Open;
    post "/api/dev/sign-in" => dev::sign_in::create, Open;

    get "/api/users/me" => users::me::read::read, Read;
    patch "/api/users/me" => users::me::update::update, Write;
    delete "/api/users/me" => users::me::delete::delete, Costly;
    get "/api/users/me/export" => users::me::export::read, Costly;
    post "/api/users/me/devices" => users::me::devices::create::create, Write;
    delete "/api/users/me/devices/{id}" => users::me::devices::delete::delete, Write;

    get "/api/courses" => courses::list::list, Read;
    post "/api/courses" => courses::create::create, Write;
    post "/api/courses/join" => courses::join::join, Guess;
    get "/api/courses/{id}" => courses::read::read, Read;
    patch "/api/courses/{id}" => courses::update::update, Write;
    delete "/api/courses/{id}" => courses::delete::delete, Costly;
    post "/api/courses/{id}/thumbnail" => courses::thumbnail::create, Write;
    get "/api/courses/{id}/announcements" => courses::announcements::list::list, Read;
    post "/api/courses/{id}/announcements" => courses::announcements::create::create, Write;
    delete "/api/courses/{id}/announcements/{announcementId}" => courses::announcements::delete::delete, Write;
    get "/api/courses/{id}/roster" => courses::roster::list::list, Read;
    post "/api/courses/{id}/roster" => courses::roster::create::create, Write;
    post "/api/courses/{id}/roster/import" => courses::roster::import::import, Costly;
    patch "/api/courses/{id}/roster/{memberId}" => courses::roster::update::update, Write;
    delete "/api/courses/{id}/roster/{memberId}" => courses::roster::delete::delete, Write;
    get "/api/courses/{id}/topics" => courses::topics::list::list, Read;
    post "/api/courses/{id}/topics" => courses::topics::create::create, Write;
    get "/api/courses/{id}/wallet" => courses::wallet::read::read, Costly;
    post "/api/courses/{id}/wallet/checkout" => courses::wallet::checkout::create, Write;

    get "/api/topics/{id}" => topics::read::read, Read;
    patch "/api/topics/{id}" => topics::update::update, Write;
    delete "/api/topics/{id}" => topics::delete::delete, Write;

    get "/api/assignments" => assignments::list::list, Read;
    post "/api/assignments" => assignments::create::create, Write;
    get "/api/assignments/{id}" => assignments::read::read, Read;
    patch "/api/assignments/{id}" => assignments::update::update, Write;
    delete "/api/assignments/{id}" => assignments::delete::delete, Write;
    post "/api/assignments/{id}/preview" => assignments::preview::create, Costly;
    get "/api/assignments/{id}/submissions" => assignments::submissions::list, Read;
    get "/api/assignments/{id}/statistics" => assignments::statistics::read::read, Costly;
    get "/api/assignments/{id}/statistics/export" => assignments::statistics::export::read, Costly;
    post "/api/assignments/{id}/statistics/rebuild" => assignments::statistics::rebuild::create, Costly;

    get "/api/personas" => personas::list::list, Read;
    post "/api/personas" => personas::create::create, Write;
    get "/api/personas/{id}" => personas::read::read, Read;
    patch "/api/personas/{id}" => personas::update::update, Write;
    delete "/api/personas/{id}" => personas::delete::delete, Write;

    get "/api/submissions/{id}" => submissions::read::read, Read;
    patch "/api/submissions/{id}" => submissions::update::update, Write;
    post "/api/submissions/{id}/submit" => submissions::submit::create, Write;

    get "/api/wallets/me" => wallets::me::read::read, Read;
    post "/api/wallets/me/checkout" => wallets::me::checkout::create, Write;
    get "/api/wallets/{id}/ledger" => wallets::ledger::list::list, Read;
    get "/api/wallets/{id}/ledger/export" => wallets::ledger::export::read, Costly;

    post "/api/webhooks/stripe" => webhooks::stripe::receive, Open;

    post "/api/admin/grants" => admin::grants::create, Write;
    get "/api/admin/jobs" => admin::jobs::list, Read;
    get "/api/admin/reconciliations" => admin::reconciliations::list, Read;

    get "/api/conversations" => conversations::list::list, Read;
    post "/api/conversations" => conversations::create::create, Write;
    get "/api/conversations/{id}" => conversations::read::read, Read;
    post "/api/conversations/{id}/turns" => conversations::turns::create, Costly;
    delete "/api/conversations/{id}/pending" => conversations::pending::delete, Write;
    post "/api/conversations/{id}/end" => conversations::end::create, Write;
    post "/api/conversations/{id}/reopen" => conversations::reopen::create, Write;
    get "/api/conversations/{id}/summary" => conversations::summary::read, Read;
    get "/api/conversations/{id}/transcript" => conversations::transcript::read, Read;
    get "/api/conversations/{id}/stream" => conversations::stream::open::open, Write;
    post "/api/conversations/{id}/stream/messages" => conversations::stream::messages::create, Write;
    post "/api/conversations/{id}/stream/tickets" => conversations::stream::tickets::create, Write;
}

/// All routes. What is refused here has no body yet; see [`crate::service`].
pub fn router() -> Router {
    table()
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .route("/v1/{*path}", any(document_store::pass))
        .route_layer(from_fn(idempotency::once))
        .route_layer(from_fn(limits::gate))
        .route_layer(from_fn(remember_route))
        .fallback(async || ApiError::no_such_route())
}

/// Leaves the route's own path with the answer: the log names routes, not what stands in their place-holders.
async fn remember_route(route: MatchedPath, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.extensions_mut().insert(route);
    response
}
