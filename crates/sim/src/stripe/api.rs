//! What every call of the API goes through: who asks, whether it was asked before, what is to fail, and the journal.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::StringRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::account::Books;
use super::form::Params;
use super::objects::new_id;
use super::refusal::Refusal;
use crate::world::World;

/// A call.
#[derive(Debug, Clone)]
pub struct Call {
    method: Method,
    path: String,
    headers: HeaderMap,
    params: String,
}

/// What a call is carried out with.
pub struct Asked<'a> {
    /// What is kept.
    pub books: &'a mut Books,
    /// Parameters.
    pub params: &'a Params,
    /// By a live key.
    pub livemode: bool,
    /// `http://host:port` of the sim.
    pub base_url: &'a str,
    /// What has happened, to be told by webhook.
    pub events: Vec<Value>,
}

/// With its form, or its query when it only asks.
impl<S: Send + Sync> FromRequest<S> for Call {
    type Rejection = StringRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let path = request.uri().path().to_owned();
        let params = match method {
            Method::POST => String::from_request(request, state).await?,
            _ => request.uri().query().unwrap_or_default().to_owned(),
        };
        Ok(Self { method, path, headers, params })
    }
}

impl Call {
    /// Carries it out and answers.
    pub async fn answer(
        self,
        world: &Arc<World>,
        act: impl FnOnce(&mut Asked<'_>) -> Result<Value, Refusal>,
    ) -> Response {
        let fault = world.stripe.books().faults.take();
        if let Some(fault) = &fault {
            tokio::time::sleep(fault.delay()).await;
        }
        let failure = fault.as_ref().and_then(|fault| Some((fault.status()?, fault.done)));
        let (outcome, replayed) = match failure {
            Some((status, false)) => (Err(Refusal::planned(status)), false),
            _ => self.carried_out(world, act),
        };
        let outcome = match failure {
            Some((status, true)) => Err(Refusal::planned(status)),
            _ => outcome,
        };
        let (status, body) = match outcome {
            Ok(body) => (StatusCode::OK, body),
            Err(refusal) => (refusal.status, refusal.body()),
        };
        self.journalled(world, status);
        let mut response = (status, Json(body)).into_response();
        self.describe(response.headers_mut(), replayed);
        response
    }

    fn carried_out(
        &self,
        world: &Arc<World>,
        act: impl FnOnce(&mut Asked<'_>) -> Result<Value, Refusal>,
    ) -> (Result<Value, Refusal>, bool) {
        let (livemode, params) =
            match self.livemode().and_then(|live| Ok((live, Params::parse(&self.params)?))) {
                Ok(read) => read,
                Err(refusal) => return (Err(refusal), false),
            };
        let mut books = world.stripe.books();
        // To look twice does no harm.
        let key = self.header("idempotency-key").filter(|_| self.method == Method::POST);
        let before = key.map_or(Ok(None), |key| books.keys.before(key, &self.path, &params));
        match before {
            Ok(None) => {}
            Ok(Some(answer)) => return (Ok(answer), true),
            Err(refusal) => return (Err(refusal), false),
        }
        let mut asked = Asked {
            books: &mut books,
            params: &params,
            livemode,
            base_url: &world.base_url,
            events: Vec::new(),
        };
        let outcome = act(&mut asked);
        let events = asked.events;
        if let (Some(key), Ok(answer)) = (key, &outcome) {
            books.keys.done(key, &self.path, params.clone(), answer.clone());
        }
        drop(books);
        super::delivery::deliver_all(world, events);
        (outcome, false)
    }

    /// Whether the key is a live one. `bad` in a key: Stripe does not know it; `restricted`: it may not do this.
    fn livemode(&self) -> Result<bool, Refusal> {
        let authorization = self.header("authorization").unwrap_or_default();
        let basic = || {
            let pair = STANDARD.decode(authorization.strip_prefix("Basic ")?).ok()?;
            Some(String::from_utf8(pair).ok()?.split(':').next()?.to_owned())
        };
        let key = authorization.strip_prefix("Bearer ").map(str::to_owned).or_else(basic).unwrap_or_default();
        match key.as_str() {
            "" => Err(Refusal::no_key()),
            key if key.contains("restricted") => Err(Refusal::forbidden()),
            key if key.contains("bad") => Err(Refusal::unknown_key()),
            key if key.starts_with("sk_live_") || key.starts_with("rk_live_") => Ok(true),
            key if key.starts_with("sk_test_") || key.starts_with("rk_test_") => Ok(false),
            _ => Err(Refusal::unknown_key()),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().filter(|value| !value.is_empty())
    }

    fn journalled(&self, world: &World, status: StatusCode) {
        let params = Params::parse(&self.params).map(|params| Value::Object(params.0)).unwrap_or_default();
        let body = json!({
            "params": params,
            "idempotencyKey": self.header("idempotency-key"),
            "version": self.header("stripe-version"),
        });
        world.journal.request(self.method.as_str(), &self.path, status.as_u16(), body);
    }

    fn describe(&self, headers: &mut HeaderMap, replayed: bool) {
        let mut tell = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        tell("request-id", &new_id("req_"));
        for name in ["stripe-version", "idempotency-key"] {
            if let Some(value) = self.header(name) {
                tell(name, value);
            }
        }
        if replayed {
            tell("idempotent-replayed", "true");
        }
    }
}
