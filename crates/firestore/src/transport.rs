//! What carries a request: `fetch` in a Worker, a Durable Object's stub, an HTTP client in tests.

use std::future::Future;

/// Carries one request and brings its reply.
pub trait Transport {
    /// Sends a request and reads the whole reply, in at most `deadline_ms` milliseconds altogether. A reply with an
    /// error status is a reply. The future need not be `Send`: a Worker has one thread.
    fn send(
        &self,
        request: http::Request<Vec<u8>>,
        deadline_ms: u32,
    ) -> impl Future<Output = Result<http::Response<Vec<u8>>, TransportError>>;
}

/// Why there is no reply. The difference decides whether a commit may have been applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// Nothing left this machine: no connection, no name, a malformed address.
    #[error("the request was not sent: {0}")]
    NotSent(String),
    /// The deadline passed; the request may have been carried out.
    #[error("no reply within the deadline")]
    TimedOut,
    /// The connection broke after the request may have been sent.
    #[error("the connection broke: {0}")]
    Broken(String),
}

impl<T: Transport> Transport for &T {
    fn send(
        &self,
        request: http::Request<Vec<u8>>,
        deadline_ms: u32,
    ) -> impl Future<Output = Result<http::Response<Vec<u8>>, TransportError>> {
        (*self).send(request, deadline_ms)
    }
}
