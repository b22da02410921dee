//! What the token endpoint answers.

use std::fmt;

use serde::Deserialize;

use super::ServiceAccountError;

/// An access token is given up so long before it runs out.
const MARGIN_SECONDS: i64 = 300;

/// Longest time that a token is kept, whatever the endpoint promises.
const MAX_LIFETIME_SECONDS: i64 = 3600;

/// Why there is no access token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The key cannot be used.
    #[error(transparent)]
    Account(#[from] ServiceAccountError),
    /// The endpoint's address cannot be used.
    #[error("no request can be made: {0}")]
    Request(String),
    /// Google refuses this account; asking again changes nothing. Holds Google's own code and words.
    #[error("the token endpoint refuses: {error}: {description}")]
    Refused {
        /// As `invalid_grant`.
        error: String,
        /// As `Invalid JWT Signature.`
        description: String,
    },
    /// No answer, or one that says to come again.
    #[error("the token endpoint does not answer: {0}")]
    Unavailable(String),
    /// An answer that cannot be understood.
    #[error("the token endpoint's answer is not understood")]
    Malformed,
}

impl TokenError {
    /// Whether asking again later may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Malformed)
    }
}

/// An access token, and until when to use it. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    secret: String,
    usable_until_ms: i64,
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").field("usable_until_ms", &self.usable_until_ms).finish_non_exhaustive()
    }
}

impl AccessToken {
    /// What goes behind `Bearer `.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// Whether it has more than five minutes to live.
    #[must_use]
    pub fn usable(&self, now_ms: i64) -> bool {
        now_ms < self.usable_until_ms
    }
}

/// Reads the endpoint's reply.
///
/// # Errors
/// [`TokenError`]: 4xx is a refusal that lasts (408 and 429 are not), all else passes.
pub fn parse_token_response(
    response: &http::Response<Vec<u8>>,
    now_ms: i64,
) -> Result<AccessToken, TokenError> {
    #[derive(Deserialize)]
    struct Granted {
        access_token: String,
        expires_in: i64,
    }
    #[derive(Deserialize, Default)]
    struct Refused {
        #[serde(default)]
        error: String,
        #[serde(default)]
        error_description: String,
    }

    let status = response.status().as_u16();
    match status {
        200..=299 => {
            let granted: Granted =
                serde_json::from_slice(response.body()).map_err(|_| TokenError::Malformed)?;
            let sound = !granted.access_token.is_empty()
                && granted.access_token.bytes().all(|byte| byte.is_ascii_graphic())
                && granted.expires_in > 0;
            if !sound {
                return Err(TokenError::Malformed);
            }
            let seconds = granted.expires_in.saturating_sub(MARGIN_SECONDS).clamp(0, MAX_LIFETIME_SECONDS);
            Ok(AccessToken {
                secret: granted.access_token,
                usable_until_ms: now_ms.saturating_add(seconds.saturating_mul(1000)),
            })
        }
        408 | 429 | 500.. => Err(TokenError::Unavailable(format!("status {status}"))),
        _ => {
            let refused: Refused = serde_json::from_slice(response.body()).unwrap_or_default();
            Err(TokenError::Refused { error: refused.error, description: refused.error_description })
        }
    }
}
