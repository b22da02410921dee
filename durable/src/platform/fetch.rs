//! HTTP with a deadline.

use futures::future::{Either, select};
use mentora_firestore::{Transport, TransportError};
use worker::js_sys::Uint8Array;
use worker::{AbortController, Headers, Method, Request, RequestInit, RequestRedirect, Response};

use super::pause::Pause;

/// `fetch`, to anywhere. Redirects are not followed: what we call answers itself, and our tokens go nowhere else.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fetch;

impl Transport for Fetch {
    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        deadline_ms: u32,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        let request = worker::Fetch::Request(outgoing(&request)?);
        let abort = AbortController::default();
        let signal = abort.signal();
        let reply = within(deadline_ms, request.send_with_signal(&signal)).await;
        if matches!(reply, Err(TransportError::TimedOut)) {
            abort.abort();
        }
        reply
    }
}

/// The whole reply of a call that was started, or why there is none. The clock runs until the last byte.
pub(super) async fn within(
    deadline_ms: u32,
    call: impl Future<Output = worker::Result<Response>>,
) -> Result<http::Response<Vec<u8>>, TransportError> {
    let exchange = std::pin::pin!(async { incoming(call.await?).await });
    let deadline = Pause::of(deadline_ms);
    match select(exchange, deadline).await {
        Either::Left((reply, _)) => reply.map_err(|error| TransportError::Broken(error.to_string())),
        Either::Right(((), _)) => Err(TransportError::TimedOut),
    }
}

/// A request as the runtime wants it.
pub(super) fn outgoing(request: &http::Request<Vec<u8>>) -> Result<Request, TransportError> {
    let not_sent = |error: &dyn std::fmt::Display| TransportError::NotSent(error.to_string());
    let headers = Headers::new();
    for (name, value) in request.headers() {
        let value = value.to_str().map_err(|error| not_sent(&error))?;
        headers.append(name.as_str(), value).map_err(|error| not_sent(&error))?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::from(request.method().as_str().to_owned()))
        .with_headers(headers)
        .with_redirect(RequestRedirect::Manual);
    if !request.body().is_empty() {
        init.with_body(Some(Uint8Array::from(request.body().as_slice()).into()));
    }
    Request::new_with_init(&request.uri().to_string(), &init).map_err(|error| not_sent(&error))
}

async fn incoming(mut response: Response) -> worker::Result<http::Response<Vec<u8>>> {
    let mut reply = http::Response::builder().status(response.status_code());
    for (name, value) in response.headers() {
        reply = reply.header(name, value);
    }
    Ok(reply.body(response.bytes().await?)?)
}
