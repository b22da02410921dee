//! Settings of payments: the key, what webhooks are signed with, and where the service is.

use mentora_payments::api::BASE_URL;

use super::{ConfigError, Environment, Reader, Secret, Settings, host_of, invalid};

/// What a stand-in for Stripe is shown; it takes any key, but wants one.
const OFFLINE_KEY: &str = "sk_test_offline";

/// Payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeConfig {
    /// Without a final slash.
    pub base_url: String,
    /// As `sk_live_…`.
    pub secret_key: Option<Secret>,
    /// What webhooks are signed with, as `whsec_…`; two while one replaces the other.
    pub webhook_secrets: Vec<Secret>,
}

impl StripeConfig {
    pub(super) fn read<S: Settings>(read: &Reader<'_, S>) -> Result<Self, ConfigError> {
        const KEY: &str = "STRIPE_SECRET_KEY";
        let base_url = read.url("STRIPE_BASE_URL", BASE_URL)?;
        let key = read.value(KEY);
        if key.as_ref().is_some_and(|key| !is_key(key)) {
            return Err(invalid(KEY, "expected sk_live_…, sk_test_…, rk_live_… or rk_test_…"));
        }
        let offline = host_of(&base_url) != host_of(BASE_URL) && read.environment == Environment::Local;
        let key = key.or_else(|| offline.then(|| OFFLINE_KEY.to_owned()));
        Ok(Self { base_url, secret_key: key.map(Secret), webhook_secrets: webhook_secrets(read)? })
    }

    /// Whether money is real.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.secret_key.as_ref().is_some_and(|key| key.expose().contains("_live_"))
    }

    /// The settings without which nobody can pay. On one machine nobody needs to.
    pub(super) fn missing(&self, environment: Environment) -> [(&'static str, bool); 2] {
        let local = environment == Environment::Local;
        [
            ("STRIPE_SECRET_KEY", self.secret_key.is_none() && !local),
            ("STRIPE_WEBHOOK_SECRET", self.webhook_secrets.is_empty() && !local),
        ]
    }
}

fn webhook_secrets<S: Settings>(read: &Reader<'_, S>) -> Result<Vec<Secret>, ConfigError> {
    const NAME: &str = "STRIPE_WEBHOOK_SECRET";
    let list = read.value(NAME).unwrap_or_default();
    let secrets = list.split(',').map(str::trim).filter(|secret| !secret.is_empty());
    let secrets: Vec<_> = secrets.map(|secret| Secret(secret.to_owned())).collect();
    // Who guesses one has credits for nothing.
    let sound = |secret: &Secret| secret.expose().starts_with("whsec_") && secret.expose().len() >= 16;
    match secrets.iter().all(sound) && secrets.len() <= 2 {
        true => Ok(secrets),
        false => Err(invalid(NAME, "expected whsec_…, or two of them while one replaces the other")),
    }
}

/// A secret key, or a restricted one.
fn is_key(key: &str) -> bool {
    ["sk_live_", "sk_test_", "rk_live_", "rk_test_"].iter().any(|kind| key.starts_with(kind))
}
