//! The configuration: the one place that reads the environment.
//!
//! A value that is missing has a default only where `ENVIRONMENT=local`; elsewhere it is named by
//! [`Config::missing`] and what needs it answers that it is not configured. A value that cannot be meant (a base URL
//! that is none, a development switch in production) is a [`ConfigError`]: nothing is served on a guess.

mod gemini;
mod mail;
mod storage;
mod stripe;
#[cfg(test)]
mod tests;

use std::fmt;

use mentora_core::money::Micros;
use mentora_firestore::client::GOOGLE as GOOGLE_FIRESTORE;
use mentora_firestore::{Database, Endpoint};
use mentora_google::fcm::FCM_URL;
use mentora_google::service_account::{ServiceAccount, TOKEN_URL};

pub use self::gemini::GeminiConfig;
pub use self::mail::MailConfig;
pub use self::storage::StorageConfig;
pub use self::stripe::StripeConfig;

const GOOGLE_JWKS: &str =
    "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";

/// Where our own document store is called; the object answers to any host.
const EMBEDDED_BASE_URL: &str = "https://documents.invalid";

/// `demo-` tells Google's emulators that no such project exists in the world.
const LOCAL_PROJECT_ID: &str = "demo-mentora";
const LOCAL_APP_URL: &str = "http://127.0.0.1:8787";
const LOCAL_TICKET_SECRET: &str = "local tickets open nothing elsewhere";

/// What a new wallet is given on this machine, where answers cost nothing: 20 credits.
const LOCAL_WELCOME_CREDITS: Micros = Micros(20_000_000);
/// More than that is taken for a mistake: 1,000 credits.
const MAX_WELCOME_CREDITS: i64 = 1_000_000_000;

/// Short secrets can be guessed, and a ticket opens a conversation.
const MIN_TICKET_SECRET_CHARS: usize = 16;

/// Where values come from.
pub trait Settings {
    /// The value of a variable or secret, if it is set.
    fn get(&self, name: &str) -> Option<String>;
}

impl Settings for worker::Env {
    fn get(&self, name: &str) -> Option<String> {
        self.var(name).ok().map(|value| value.to_string())
    }
}

#[cfg(test)]
impl Settings for std::collections::BTreeMap<&str, &str> {
    fn get(&self, name: &str) -> Option<String> {
        self.get(name).map(|value| (*value).to_owned())
    }
}

/// A value that must not be shown: `Debug` does not.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The value.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why nothing can be served. The text names the setting, never its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Without it nothing at all works.
    #[error("`{0}` is not set")]
    Missing(&'static str),
    /// Set to something that cannot be meant.
    #[error("`{name}` cannot be used: {reason}")]
    Invalid {
        /// The setting.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Switches off a protection.
    #[error("`{0}` is for development: it is allowed only where `ENVIRONMENT=local`")]
    OnlyLocal(&'static str),
    /// Two settings that cannot both be meant.
    #[error("`{0}` and `{1}` contradict each other: unset one")]
    Contradiction(&'static str, &'static str),
}

impl ConfigError {
    /// The setting to look at.
    #[must_use]
    pub fn setting(&self) -> &'static str {
        match self {
            Self::Missing(name) | Self::OnlyLocal(name) | Self::Invalid { name, .. } => name,
            Self::Contradiction(name, _) => name,
        }
    }
}

/// Which rules apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// One machine, for development: unsigned tokens and dev sign-in.
    Local,
    /// As production, with other data.
    Staging,
    /// For people.
    Production,
}

impl Environment {
    /// As it is written in `ENVIRONMENT`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

/// Where documents are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreConfig {
    /// In our own `DocumentStore` object.
    Embedded,
    /// In Firestore.
    Firestore {
        /// Without a final slash.
        base_url: String,
        /// Google's emulator: no credentials.
        emulator: bool,
    },
}

/// All settings. `Debug` shows no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Which rules apply.
    pub environment: Environment,
    /// The Firebase project.
    pub project_id: String,
    /// The web API key, public by design.
    pub firebase_api_key: Option<String>,
    /// For our own calls to Google.
    pub service_account: Option<ServiceAccount>,
    /// The model.
    pub gemini: GeminiConfig,
    /// Payments.
    pub stripe: StripeConfig,
    /// What stream tickets are signed with.
    pub ticket_secret: Option<Secret>,
    /// Where documents are kept.
    pub store: StoreConfig,
    /// Where files are kept.
    pub storage: StorageConfig,
    /// Mail.
    pub mail: MailConfig,
    /// Where push messages go; without a final slash. They are sent in the name of the service account, or not at all.
    pub fcm_url: String,
    /// Where the web app is, for links in what people are sent; without a final slash.
    pub app_url: Option<String>,
    /// Where Google's signing keys are published.
    pub jwks_url: String,
    /// Where access tokens are given out.
    pub token_url: String,
    /// What every new wallet is given.
    pub welcome_credits: Micros,
    /// Origins of other sites whose pages may call the API.
    pub allowed_origins: Vec<String>,
    endpoint: Endpoint,
}

impl Config {
    /// Reads the environment of the Worker.
    ///
    /// # Errors
    /// [`ConfigError`]
    pub fn from_env(env: &worker::Env) -> Result<Self, ConfigError> {
        Self::read(env)
    }

    /// Reads any settings.
    ///
    /// # Errors
    /// [`ConfigError`]
    pub fn read(settings: &impl Settings) -> Result<Self, ConfigError> {
        let environment = match value(settings, "ENVIRONMENT").as_deref() {
            None | Some("production") => Environment::Production,
            Some("staging") => Environment::Staging,
            Some("local") => Environment::Local,
            Some(_) => return Err(invalid("ENVIRONMENT", "expected local, staging or production")),
        };
        let read = Reader { settings, environment };
        for name in ["FIREBASE_AUTH_EMULATOR_HOST", "FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST"] {
            if environment != Environment::Local && read.value(name).is_some() {
                return Err(ConfigError::OnlyLocal(name));
            }
        }

        let project_id = read
            .with_local_default("FIREBASE_PROJECT_ID", LOCAL_PROJECT_ID)
            .ok_or(ConfigError::Missing("FIREBASE_PROJECT_ID"))?;
        let store = read.store()?;
        let database = Database::new(project_id.as_str())
            .map_err(|error| invalid("FIREBASE_PROJECT_ID", error.to_string()))?;
        let store_url = match &store {
            StoreConfig::Embedded => EMBEDDED_BASE_URL,
            StoreConfig::Firestore { base_url, .. } => base_url,
        };

        Ok(Self {
            environment,
            firebase_api_key: read.value("FIREBASE_API_KEY"),
            service_account: read.service_account()?,
            gemini: GeminiConfig::read(&read)?,
            stripe: StripeConfig::read(&read)?,
            ticket_secret: read.ticket_secret()?,
            endpoint: Endpoint::new(store_url, database),
            store,
            storage: StorageConfig::read(&read)?,
            mail: MailConfig::read(&read)?,
            fcm_url: read.url("FCM_BASE_URL", FCM_URL)?,
            app_url: read.app_url()?,
            jwks_url: read.url("FIREBASE_JWKS_URL", GOOGLE_JWKS)?,
            token_url: read.url("GOOGLE_TOKEN_URL", TOKEN_URL)?,
            welcome_credits: read.welcome_credits()?,
            allowed_origins: read.origins()?,
            project_id,
        })
    }

    /// The settings that are needed and have no value. What needs them answers `503`.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let firestore = matches!(self.store, StoreConfig::Firestore { emulator: false, .. });
        let local = self.environment == Environment::Local;
        let [stripe_key, webhook_secret] = self.stripe.missing(self.environment);
        let needed = [
            ("FIREBASE_API_KEY", self.firebase_api_key.is_none() && !local),
            ("FIREBASE_SERVICE_ACCOUNT_KEY", self.service_account.is_none() && firestore),
            ("GEMINI_API_KEY", self.gemini.api_key.is_none() && !self.gemini.offline),
            stripe_key,
            webhook_secret,
            ("TICKET_SECRET", self.ticket_secret.is_none()),
            ("APP_URL", self.app_url.is_none()),
        ];
        needed
            .into_iter()
            .chain(self.mail.missing(self.environment))
            .filter(|(_, missing)| *missing)
            .map(|(name, _)| name)
            .collect()
    }

    /// Whether tokens without a signature, and `POST /api/dev/sign-in` which makes them, are accepted.
    #[must_use]
    pub fn accepts_unsigned_tokens(&self) -> bool {
        self.environment == Environment::Local
    }

    /// Where the document database is served.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }
}

struct Reader<'a, S> {
    settings: &'a S,
    environment: Environment,
}

impl<S: Settings> Reader<'_, S> {
    fn value(&self, name: &str) -> Option<String> {
        value(self.settings, name)
    }

    fn with_local_default(&self, name: &str, default: &str) -> Option<String> {
        let local = self.environment == Environment::Local;
        self.value(name).or_else(|| local.then(|| default.to_owned()))
    }

    fn store(&self) -> Result<StoreConfig, ConfigError> {
        let emulator = self.value("FIRESTORE_EMULATOR_HOST");
        let firestore = match (self.value("DOCUMENT_STORE").as_deref(), &emulator) {
            (Some("embedded"), Some(_)) => {
                return Err(ConfigError::Contradiction("DOCUMENT_STORE", "FIRESTORE_EMULATOR_HOST"));
            }
            (Some("embedded"), None) => false,
            (Some("firestore"), _) | (None, Some(_)) => true,
            (None, None) => self.environment != Environment::Local,
            (Some(_), _) => return Err(invalid("DOCUMENT_STORE", "expected firestore or embedded")),
        };
        if !firestore {
            return Ok(StoreConfig::Embedded);
        }
        match emulator {
            Some(host) => {
                let base_url =
                    checked_url("FIRESTORE_EMULATOR_HOST", &format!("http://{host}"), self.environment)?;
                Ok(StoreConfig::Firestore { base_url, emulator: true })
            }
            None => {
                let base_url = self.url("FIRESTORE_BASE_URL", GOOGLE_FIRESTORE)?;
                Ok(StoreConfig::Firestore { base_url, emulator: false })
            }
        }
    }

    fn service_account(&self) -> Result<Option<ServiceAccount>, ConfigError> {
        const NAME: &str = "FIREBASE_SERVICE_ACCOUNT_KEY";
        let parsed = self.value(NAME).map(|json| ServiceAccount::parse(&json)).transpose();
        parsed.map_err(|error| invalid(NAME, error.to_string()))
    }

    fn ticket_secret(&self) -> Result<Option<Secret>, ConfigError> {
        let secret = self.with_local_default("TICKET_SECRET", LOCAL_TICKET_SECRET);
        let too_short =
            secret.as_ref().is_some_and(|secret| secret.chars().count() < MIN_TICKET_SECRET_CHARS);
        if too_short && self.environment != Environment::Local {
            return Err(invalid("TICKET_SECRET", "shorter than 16 characters"));
        }
        Ok(secret.map(Secret))
    }

    fn welcome_credits(&self) -> Result<Micros, ConfigError> {
        const NAME: &str = "WELCOME_CREDITS_MICROS";
        let Some(text) = self.value(NAME) else {
            let local = self.environment == Environment::Local;
            return Ok(if local { LOCAL_WELCOME_CREDITS } else { Micros::ZERO });
        };
        let micros = text.parse().ok().filter(|micros| (0..=MAX_WELCOME_CREDITS).contains(micros));
        micros.map(Micros).ok_or_else(|| invalid(NAME, "expected 0 to 1000000000 micro-credits"))
    }

    fn origins(&self) -> Result<Vec<String>, ConfigError> {
        let list = self.value("ALLOWED_ORIGINS").unwrap_or_default();
        let origins = list.split(',').map(str::trim).filter(|origin| !origin.is_empty());
        origins.map(|origin| checked_url("ALLOWED_ORIGINS", origin, self.environment)).collect()
    }

    fn app_url(&self) -> Result<Option<String>, ConfigError> {
        const NAME: &str = "APP_URL";
        let url = self.with_local_default(NAME, LOCAL_APP_URL);
        url.map(|url| checked_url(NAME, &url, self.environment)).transpose()
    }

    fn url(&self, name: &'static str, default: &str) -> Result<String, ConfigError> {
        checked_url(name, &self.value(name).unwrap_or_else(|| default.to_owned()), self.environment)
    }
}

/// A variable that is set to nothing is not set.
fn value(settings: &impl Settings, name: &str) -> Option<String> {
    settings.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn invalid(name: &'static str, reason: impl Into<String>) -> ConfigError {
    ConfigError::Invalid { name, reason: reason.into() }
}

/// An absolute URL, without its final slash. Tokens and keys travel there, so outside development only TLS or this
/// machine will do.
fn checked_url(name: &'static str, url: &str, environment: Environment) -> Result<String, ConfigError> {
    let parsed: http::Uri = url.parse().map_err(|_| invalid(name, "not a URL"))?;
    let host =
        parsed.host().filter(|host| !host.is_empty()).ok_or_else(|| invalid(name, "not an absolute URL"))?;
    let this_machine = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    match parsed.scheme_str() {
        Some("https") => {}
        Some("http") if this_machine || environment == Environment::Local => {}
        Some("http") => return Err(invalid(name, "expected https")),
        _ => return Err(invalid(name, "expected http or https")),
    }
    Ok(url.trim_end_matches('/').to_owned())
}

fn host_of(url: &str) -> Option<String> {
    let host = url.parse::<http::Uri>().ok()?.host()?.to_ascii_lowercase();
    Some(host)
}
