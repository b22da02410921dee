//! API keys and ephemeral tokens: where they may stand, and what the well-known ones mean.

use axum::http::{HeaderMap, Uri};

/// What a key stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiKey {
    /// Any key without a special meaning.
    Good,
    /// `bad`: refused before anything else.
    Bad,
    /// Contains `expired`: accepted at the upgrade, closed after it.
    Expired,
    /// Contains `quota`: closed at the setup.
    OutOfQuota,
}

impl ApiKey {
    fn of(key: &str) -> Self {
        match key {
            "bad" => Self::Bad,
            key if key.contains("expired") => Self::Expired,
            key if key.contains("quota") => Self::OutOfQuota,
            _ => Self::Good,
        }
    }
}

/// How a client says who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// `?key=` or `x-goog-api-key`.
    Key(ApiKey),
    /// `?access_token=` or `Authorization: Token`.
    Token,
}

impl Credential {
    /// The credential of a request; an ephemeral token wins (Python sends it as key, too).
    pub fn find(uri: &Uri, headers: &HeaderMap) -> Option<Self> {
        let query = |name: &str| {
            let pairs = uri.query().unwrap_or_default().split('&');
            pairs
                .filter_map(|pair| pair.split_once('='))
                .find(|pair| pair.0 == name)
                .map(|pair| pair.1.to_owned())
        };
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let token = query("access_token")
            .or_else(|| header("authorization")?.strip_prefix("Token ").map(str::to_owned))
            .filter(|token| !token.is_empty());
        if token.is_some() {
            return Some(Self::Token);
        }
        let key = query("key").or_else(|| header("x-goog-api-key")).filter(|key| !key.is_empty())?;
        Some(Self::Key(ApiKey::of(&key)))
    }

    /// Whether the method takes it: tokens belong to `…Constrained`, and it takes nothing else.
    pub fn fits(self, constrained: bool) -> bool {
        constrained == (self == Self::Token)
    }

    /// The key, if it is one.
    pub fn key(self) -> Option<ApiKey> {
        match self {
            Self::Key(key) => Some(key),
            Self::Token => None,
        }
    }
}
