//! Google's APIs, called in the name of our service account.

use http::header::AUTHORIZATION;
use http::{HeaderValue, StatusCode};
use mentora_firestore::{Transport, TransportError};
use mentora_google::service_account::{AccessToken, ServiceAccount};

use super::access_token;
use super::fetch::Fetch;

/// `fetch` with an access token of the service account.
#[derive(Debug, Clone)]
pub struct AsServiceAccount {
    /// Whose token is sent.
    pub account: ServiceAccount,
    /// Where the token comes from.
    pub token_url: String,
}

impl Transport for AsServiceAccount {
    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        deadline_ms: u32,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        let token = self.token().await?;
        let reply = Fetch.send(authorized(request.clone(), token.secret())?, deadline_ms).await?;
        if reply.status() != StatusCode::UNAUTHORIZED {
            return Ok(reply);
        }
        // Withdrawn before its time. Nothing was carried out, so the call may be made again.
        access_token::refused(&token);
        let token = self.token().await?;
        Fetch.send(authorized(request, token.secret())?, deadline_ms).await
    }
}

impl AsServiceAccount {
    async fn token(&self) -> Result<AccessToken, TransportError> {
        let token = access_token::current(&self.account, &self.token_url).await;
        token.map_err(|error| TransportError::NotSent(error.to_string()))
    }
}

/// The request with a token.
pub(super) fn authorized(
    mut request: http::Request<Vec<u8>>,
    token: &str,
) -> Result<http::Request<Vec<u8>>, TransportError> {
    let value = HeaderValue::try_from(format!("Bearer {token}"));
    let mut value =
        value.map_err(|_| TransportError::NotSent("the access token is no header value".into()))?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(request)
}
