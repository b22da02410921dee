//! The table of routes.
//!
//! There is one, and both the router and the OpenAPI document are made of it. That a handler's own description
//! names the method and path that it stands at here is checked by `tests/openapi.rs`.

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{any, delete, get, patch, post};

use crate::error::ApiError;
use crate::idempotency;
use crate::limits;
use crate::routes::{
    assignments, config, conversations, courses, dev, docs, document_store, health, openapi, personas,
    submissions, topics, users,
};

macro_rules! table {
    ($($method:ident $path:literal => $($handler:ident)::+;)*) => {
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
    get  "/api/health" => health::read;
    get  "/api/config" => config::read;
    get  "/api/openapi.json" => openapi::read;
    get  "/api/docs" => docs::read;
    post "/api/dev/sign-in" => dev::sign_in::create;

    get  "/api/users/me" => users::me::read::read;
    patch "/api/users/me" => users::me::update::update;
    delete "/api/users/me" => users::me::delete::delete;
    get  "/api/users/me/export" => users::me::export::read;
    post "/api/users/me/devices" => users::me::devices::create::create;
    delete "/api/users/me/devices/{id}" => users::me::devices::delete::delete;

    get  "/api/courses" => courses::list::list;
    post "/api/courses" => courses::create::create;
    post "/api/courses/join" => courses::join::join;
    get  "/api/courses/{id}" => courses::read::read;
    patch "/api/courses/{id}" => courses::update::update;
    delete "/api/courses/{id}" => courses::delete::delete;
    post "/api/courses/{id}/thumbnail" => courses::thumbnail::create;
    get  "/api/courses/{id}/announcements" => courses::announcements::list::list;
    post "/api/courses/{id}/announcements" => courses::announcements::create::create;
    delete "/api/courses/{id}/announcements/{announcementId}" => courses::announcements::delete::delete;
    get  "/api/courses/{id}/roster" => courses::roster::list::list;
    post "/api/courses/{id}/roster" => courses::roster::create::create;
    post "/api/courses/{id}/roster/import" => courses::roster::import::import;
    patch "/api/courses/{id}/roster/{memberId}" => courses::roster::update::update;
    delete "/api/courses/{id}/roster/{memberId}" => courses::roster::delete::delete;
    get  "/api/courses/{id}/topics" => courses::topics::list::list;
    post "/api/courses/{id}/topics" => courses::topics::create::create;

    get  "/api/topics/{id}" => topics::read::read;
    patch "/api/topics/{id}" => topics::update::update;
    delete "/api/topics/{id}" => topics::delete::delete;

    get  "/api/assignments" => assignments::list::list;
    post "/api/assignments" => assignments::create::create;
    get  "/api/assignments/{id}" => assignments::read::read;
    patch "/api/assignments/{id}" => assignments::update::update;
    delete "/api/assignments/{id}" => assignments::delete::delete;
    post "/api/assignments/{id}/preview" => assignments::preview::create;
    get  "/api/assignments/{id}/submissions" => assignments::submissions::list;
    get  "/api/assignments/{id}/statistics" => assignments::statistics::read::read;
    get  "/api/assignments/{id}/statistics/export" => assignments::statistics::export::read;
    post "/api/assignments/{id}/statistics/rebuild" => assignments::statistics::rebuild::create;

    get  "/api/personas" => personas::list::list;
    post "/api/personas" => personas::create::create;
    get  "/api/personas/{id}" => personas::read::read;
    patch "/api/personas/{id}" => personas::update::update;
    delete "/api/personas/{id}" => personas::delete::delete;

    get  "/api/submissions/{id}" => submissions::read::read;
    patch "/api/submissions/{id}" => submissions::update::update;
    post "/api/submissions/{id}/submit" => submissions::submit::create;

    get  "/api/conversations" => conversations::list::list;
    post "/api/conversations" => conversations::create::create;
    get  "/api/conversations/{id}" => conversations::read::read;
    post "/api/conversations/{id}/turns" => conversations::turns::create;
    post "/api/conversations/{id}/end" => conversations::end::create;
    post "/api/conversations/{id}/reopen" => conversations::reopen::create;
    get  "/api/conversations/{id}/summary" => conversations::summary::read;
    get  "/api/conversations/{id}/transcript" => conversations::transcript::read;
    get  "/api/conversations/{id}/stream" => conversations::stream::open::open;
    post "/api/conversations/{id}/stream/messages" => conversations::stream::messages::create;
    post "/api/conversations/{id}/stream/tickets" => conversations::stream::tickets::create;
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
