//! REST, as somebody.

use std::time::Duration;

use mentora_core::ids::ConversationId;
use mentora_wire::error::{ErrorBody, ErrorCode};
use mentora_wire::rest::{DevSignIn, IdTokenBody, ModelBody, Page, TicketBody};
use reqwest::{Method, RequestBuilder, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::{OnceCell, RwLock};

use crate::error::CliError;
use crate::identity::Identity;

/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a turn may take: the server waits 60 s for the tutor.
const TURN_PATIENCE: Duration = Duration::from_secs(75);
/// How long a connection may take to come about.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// Items of one page of a list: the most there may be.
const PAGE: &str = "100";

/// A Mentora server, and who asks it.
#[derive(Debug)]
pub struct Client {
    url: Url,
    identity: Identity,
    http: OnceCell<reqwest::Client>,
    /// The ID token in use.
    token: RwLock<Option<String>>,
}

/// An answer, as it came and as it was understood: what a program gets must not lose fields that this version does
/// not know.
#[derive(Debug, Clone)]
pub struct Reply<T> {
    /// As it came.
    pub json: Value,
    /// As it was understood.
    pub body: T,
}

impl Client {
    /// Asks the server at `url` as `identity`. Nothing is sent yet.
    #[must_use]
    pub fn new(url: Url, identity: Identity) -> Self {
        Self { url, identity, http: OnceCell::new(), token: RwLock::new(None) }
    }

    /// The server's address.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The address of a path of the server.
    #[must_use]
    pub fn address(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        let path = format!("{}{path}", url.path().trim_end_matches('/'));
        url.set_path(&path);
        url.set_query(None);
        url
    }

    /// What answers the students. Nothing else of the public settings is looked at, so that a server of another
    /// version may have others.
    ///
    /// # Errors
    /// [`CliError`]
    pub async fn model(&self) -> Result<ModelBody, CliError> {
        let request = self.request(Method::GET, "/api/config").await?;
        let config: Reply<Value> = self.once(request, PATIENCE).await?;
        self.understand(config.json.get("model").unwrap_or(&Value::Null), StatusCode::OK)
    }

    /// Reads a resource.
    ///
    /// # Errors
    /// [`CliError`]
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<Reply<T>, CliError> {
        let request = self.request(Method::GET, path).await?;
        self.authenticated(request, PATIENCE).await
    }

    /// Reads a list to its end.
    ///
    /// # Errors
    /// [`CliError`]
    pub async fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Vec<Reply<T>>, CliError> {
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut request = self.request(Method::GET, path).await?.query(query).query(&[("limit", PAGE)]);
            if let Some(cursor) = &cursor {
                request = request.query(&[("cursor", cursor)]);
            }
            let page: Reply<Page<Value>> = self.authenticated(request, PATIENCE).await?;
            for json in page.body.items {
                let body = self.understand(&json, StatusCode::OK)?;
                all.push(Reply { json, body });
            }
            match page.body.next_cursor {
                // A cursor that leads to itself would lead there for ever.
                Some(next) if Some(&next) != cursor.as_ref() => cursor = Some(next),
                _ => return Ok(all),
            }
        }
    }

    /// Posts a body.
    ///
    /// # Errors
    /// [`CliError`]
    pub async fn post<B: Serialize + ?Sized, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<Reply<T>, CliError> {
        let request = self.request(Method::POST, path).await?.json(body);
        self.authenticated(request, PATIENCE).await
    }

    /// Posts what the tutor has to answer first.
    ///
    /// # Errors
    /// [`CliError`]
    pub async fn post_turn<B: Serialize + ?Sized, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<Reply<T>, CliError> {
        let request = self.request(Method::POST, path).await?.json(body);
        self.authenticated(request, TURN_PATIENCE).await
    }

    /// What opens the stream of a conversation, once.
    ///
    /// # Errors
    /// [`CliError`]
    pub async fn ticket(&self, conversation: &ConversationId) -> Result<String, CliError> {
        let path = format!("/api/conversations/{conversation}/stream/tickets");
        let reply: Reply<TicketBody> = self.post(&path, &json!({})).await?;
        Ok(reply.body.ticket)
    }

    async fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, CliError> {
        let http = self.http.get_or_try_init(async || self.connector()).await?;
        Ok(http.request(method, self.address(path)))
    }

    fn connector(&self) -> Result<reqwest::Client, CliError> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_PATIENCE)
            .user_agent(concat!("mentora-cli/", env!("CARGO_PKG_VERSION")));
        // A proxy cannot reach what runs on this machine.
        if matches!(self.url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]")) {
            builder = builder.no_proxy();
        }
        builder.build().map_err(|_| CliError::Unreachable { url: self.url.clone() })
    }

    /// Sends a request as somebody; a development token that has run out is made anew, once.
    async fn authenticated<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        patience: Duration,
    ) -> Result<Reply<T>, CliError> {
        let again = request.try_clone();
        let answer = self.once(request.bearer_auth(self.token().await?), patience).await;
        match (answer, again, &self.identity) {
            (Err(error), Some(again), Identity::Development(_))
                if error.refusal() == Some(ErrorCode::TokenExpired) =>
            {
                *self.token.write().await = None;
                self.once(again.bearer_auth(self.token().await?), patience).await
            }
            (Err(error), _, Identity::Token(_)) if error.refusal() == Some(ErrorCode::TokenExpired) => {
                Err(CliError::TokenExpired)
            }
            (answer, ..) => answer,
        }
    }

    async fn token(&self) -> Result<String, CliError> {
        if let Some(token) = self.token.read().await.as_ref() {
            return Ok(token.clone());
        }
        let token = match &self.identity {
            Identity::Nobody => return Err(CliError::Anonymous),
            Identity::Token(token) => token.clone(),
            Identity::Development(uid) => {
                let who = DevSignIn { uid: uid.clone(), email: None, name: None, admin: false };
                let request = self.request(Method::POST, "/api/dev/sign-in").await?.json(&who);
                let answer: Result<Reply<IdTokenBody>, _> = self.once(request, PATIENCE).await;
                match answer {
                    Ok(reply) => reply.body.id_token,
                    Err(error) if error.refusal() == Some(ErrorCode::NotFound) => {
                        return Err(CliError::NoDevelopmentSignIn { url: self.url.clone() });
                    }
                    Err(error) => return Err(error),
                }
            }
        };
        *self.token.write().await = Some(token.clone());
        Ok(token)
    }

    async fn once<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        patience: Duration,
    ) -> Result<Reply<T>, CliError> {
        let failed = |error: reqwest::Error| self.failure(&error, patience);
        let answer = request.timeout(patience).send().await.map_err(failed)?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(failed)?;
        if !status.is_success() {
            let error = serde_json::from_slice::<ErrorBody>(&bytes);
            return Err(
                error.map_or_else(|_| self.foreign(status), |body| CliError::Refused(Box::new(body.error)))
            );
        }
        let json: Value = serde_json::from_slice(&bytes).map_err(|_| self.foreign(status))?;
        let body = self.understand(&json, status)?;
        Ok(Reply { json, body })
    }

    fn understand<T: DeserializeOwned>(&self, json: &Value, status: StatusCode) -> Result<T, CliError> {
        T::deserialize(json).map_err(|_| self.foreign(status))
    }

    fn foreign(&self, status: StatusCode) -> CliError {
        CliError::Foreign { url: self.url.clone(), status: status.as_u16() }
    }

    fn failure(&self, error: &reqwest::Error, patience: Duration) -> CliError {
        let url = self.url.clone();
        if error.is_timeout() && !error.is_connect() {
            CliError::Late { url, patience }
        } else {
            CliError::Unreachable { url }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_may_live_under_a_path() {
        let at = |url: &str| Client::new(Url::parse(url).unwrap(), Identity::Nobody);
        assert_eq!(at("http://h:1").address("/api/config").as_str(), "http://h:1/api/config");
        assert_eq!(at("https://h/m/").address("/api/config").as_str(), "https://h/m/api/config");
    }
}
