//! What each setting does, and which settings are refused.

use std::collections::BTreeMap;

use super::*;
use crate::notify::Ways;
use crate::platform::mail::Mailer;

fn set<'a>(pairs: &[(&'a str, &'a str)]) -> BTreeMap<&'a str, &'a str> {
    pairs.iter().copied().collect()
}

fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::read(&set(pairs))
}

const KEY_FILE: &str = r#"{"client_email":"m@p.iam.gserviceaccount.com","private_key":"s3cret-key"}"#;

/// All that production needs.
const PRODUCTION: [(&str, &str); 10] = [
    ("FIREBASE_PROJECT_ID", "mentora"),
    ("FIREBASE_API_KEY", "AIza-public"),
    ("FIREBASE_SERVICE_ACCOUNT_KEY", KEY_FILE),
    ("GEMINI_API_KEY", "s3cret-gemini"),
    ("STRIPE_SECRET_KEY", "sk_live_s3cret"),
    ("STRIPE_WEBHOOK_SECRET", "whsec_s3cret-0123456789"),
    ("TICKET_SECRET", "s3cret-0123456789"),
    ("APP_URL", "https://mentora.example/"),
    ("SENDGRID_API_KEY", "SG.s3cret"),
    ("MAIL_FROM", "Mentora <hello@mentora.example>"),
];

fn production_with(name: &str, value: &str) -> Result<Config, ConfigError> {
    let mut settings = set(&PRODUCTION);
    settings.insert(name, value);
    Config::read(&settings)
}

#[test]
fn local_needs_nothing_but_a_model() {
    let config = read(&[("ENVIRONMENT", "local")]).unwrap();
    assert_eq!(config.project_id, "demo-mentora");
    assert_eq!(config.store, StoreConfig::Embedded);
    assert!(config.accepts_unsigned_tokens());
    assert_eq!(config.missing(), ["GEMINI_API_KEY"]);
    let offline = read(&[("ENVIRONMENT", "local"), ("GEMINI_BASE_URL", "http://127.0.0.1:9100/")]).unwrap();
    assert_eq!(offline.missing(), [""; 0]);
    assert!(offline.gemini.offline);
    assert_eq!(offline.gemini.base_url, "http://127.0.0.1:9100");
}

#[test]
fn production_is_what_runs_when_nothing_is_said() {
    let config = read(&PRODUCTION).unwrap();
    assert_eq!(config.environment, Environment::Production);
    assert!(!config.accepts_unsigned_tokens());
    assert_eq!(config.missing(), [""; 0]);
    let google =
        StoreConfig::Firestore { base_url: "https://firestore.googleapis.com".into(), emulator: false };
    assert_eq!(config.store, google);
    assert_eq!(config.endpoint().base_url(), "https://firestore.googleapis.com");
    assert!(!config.gemini.offline);
    assert_eq!(config.gemini.live_model, "gemini-3.8-live");
    assert_eq!(config.token_url, "https://oauth2.googleapis.com/token");
    assert!(config.jwks_url.starts_with("https://www.googleapis.com/"));
}

#[test]
fn outside_of_local_what_is_missing_is_named_and_not_made_up() {
    assert_eq!(read(&[]), Err(ConfigError::Missing("FIREBASE_PROJECT_ID")));
    let config = read(&[("FIREBASE_PROJECT_ID", "mentora"), ("ENVIRONMENT", "staging")]).unwrap();
    let missing = [
        "FIREBASE_API_KEY",
        "FIREBASE_SERVICE_ACCOUNT_KEY",
        "GEMINI_API_KEY",
        "STRIPE_SECRET_KEY",
        "STRIPE_WEBHOOK_SECRET",
        "TICKET_SECRET",
        "APP_URL",
        "SENDGRID_API_KEY",
        "MAIL_FROM",
    ];
    assert_eq!(config.missing(), missing);
    assert_eq!(config.ticket_secret, None);
    // Set to nothing is not set.
    assert_eq!(read(&[("FIREBASE_PROJECT_ID", "  ")]), Err(ConfigError::Missing("FIREBASE_PROJECT_ID")));
}

#[test]
fn a_store_of_our_own_needs_no_service_account() {
    let mut settings = set(&PRODUCTION);
    settings.insert("DOCUMENT_STORE", "embedded");
    settings.remove("FIREBASE_SERVICE_ACCOUNT_KEY");
    let config = Config::read(&settings).unwrap();
    assert_eq!((config.store.clone(), config.missing()), (StoreConfig::Embedded, vec![]));
}

#[test]
fn an_emulator_is_used_by_its_usual_name_locally() {
    let emulator = read(&[("ENVIRONMENT", "local"), ("FIRESTORE_EMULATOR_HOST", "127.0.0.1:8080")]).unwrap();
    let expected = StoreConfig::Firestore { base_url: "http://127.0.0.1:8080".into(), emulator: true };
    assert_eq!(emulator.store, expected);
    assert_eq!(emulator.endpoint().base_url(), "http://127.0.0.1:8080");
    assert!(!emulator.missing().contains(&"FIREBASE_SERVICE_ACCOUNT_KEY"));
}

#[test]
fn files_are_kept_at_google_or_in_an_emulator() {
    let google = production_with("GCS_BUCKET", "mentora-pictures").unwrap().storage;
    assert_eq!(google.base_url, "https://storage.googleapis.com");
    assert_eq!(google.bucket.as_deref(), Some("mentora-pictures"));
    let local = |host| read(&[("ENVIRONMENT", "local"), ("STORAGE_EMULATOR_HOST", host)]).unwrap().storage;
    for host in ["127.0.0.1:9199", "http://127.0.0.1:9199/"] {
        assert_eq!(local(host).base_url, "http://127.0.0.1:9199");
    }
    assert!(local("127.0.0.1:9199").bucket.is_some());
    // No bucket of Google's is guessed.
    assert_eq!(read(&[("ENVIRONMENT", "local")]).unwrap().storage.bucket, None);
}

#[test]
fn mail_goes_by_sendgrid_or_a_stand_in_and_a_machine_of_ones_own_needs_neither() {
    let mail = read(&PRODUCTION).unwrap().mail;
    assert_eq!((mail.base_url.as_str(), mail.offline), ("https://api.sendgrid.com", false));
    assert_eq!(mail.from.unwrap().address(), "hello@mentora.example");
    assert_eq!(read(&PRODUCTION).unwrap().app_url.as_deref(), Some("https://mentora.example"));
    let local = read(&[("ENVIRONMENT", "local")]).unwrap();
    assert!(Mailer::of(&local).is_none(), "nothing is sent that nobody asked for");
    assert_eq!(local.app_url.as_deref(), Some("http://127.0.0.1:8787"));
    let offline = read(&[("ENVIRONMENT", "local"), ("SENDGRID_BASE_URL", "http://127.0.0.1:9100/")]).unwrap();
    assert!(offline.mail.offline && Mailer::of(&offline).is_some());
    for name in ["APP_URL", "SENDGRID_API_KEY", "MAIL_FROM"] {
        let config = production_with(name, "").unwrap();
        assert_eq!((config.missing(), Ways::of(&config).mail.is_none()), (vec![name], true));
    }
}

#[test]
fn development_switches_are_refused_elsewhere() {
    for name in ["FIREBASE_AUTH_EMULATOR_HOST", "FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST"] {
        assert_eq!(production_with(name, "127.0.0.1:8080"), Err(ConfigError::OnlyLocal(name)));
        let staging =
            read(&[("ENVIRONMENT", "staging"), ("FIREBASE_PROJECT_ID", "p"), (name, "127.0.0.1:8080")]);
        assert_eq!(staging, Err(ConfigError::OnlyLocal(name)));
        assert!(read(&[("ENVIRONMENT", "local"), (name, "127.0.0.1:8080")]).is_ok(), "{name}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused_by_name() {
    let cases = [
        ("ENVIRONMENT", "prod"),
        ("ENVIRONMENT", "LOCAL"),
        ("DOCUMENT_STORE", "mongodb"),
        ("FIREBASE_PROJECT_ID", "a/b"),
        ("FIREBASE_SERVICE_ACCOUNT_KEY", "{"),
        ("TICKET_SECRET", "short"),
        ("GEMINI_BASE_URL", "generativelanguage"),
        ("GEMINI_BASE_URL", "ftp://example.org"),
        ("GEMINI_BASE_URL", "http://example.org"),
        ("FIRESTORE_BASE_URL", "http://10.0.0.1:8080"),
        ("GOOGLE_TOKEN_URL", "https://"),
        ("FIREBASE_JWKS_URL", "not a url"),
        ("ALLOWED_ORIGINS", "https://a.example, *"),
        ("APP_URL", "mentora.example"),
        ("MAIL_FROM", "Mentora"),
        ("MAIL_FROM", "Mentora <a@example.org>, b@example.org"),
        ("SENDGRID_BASE_URL", "http://example.org"),
        ("GCS_BUCKET", "gs://pictures"),
        ("GCS_BUCKET", "a/b"),
    ];
    for (name, value) in cases {
        let error = production_with(name, value).unwrap_err();
        assert_eq!(error.setting(), name, "{value}");
        assert!(error.to_string().contains(name));
    }
    let both = [
        ("ENVIRONMENT", "local"),
        ("DOCUMENT_STORE", "embedded"),
        ("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1"),
    ];
    assert_eq!(read(&both), Err(ConfigError::Contradiction("DOCUMENT_STORE", "FIRESTORE_EMULATOR_HOST")));
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for url in ["http://127.0.0.1:9100", "http://localhost:9100", "http://[::1]:9100", "https://example.org"]
    {
        assert!(production_with("GEMINI_BASE_URL", url).is_ok(), "{url}");
    }
    assert!(read(&[("ENVIRONMENT", "local"), ("GEMINI_BASE_URL", "http://sim:9100")]).is_ok());
}

#[test]
fn only_googles_host_is_google() {
    let offline = |url| production_with("GEMINI_BASE_URL", url).unwrap().gemini.offline;
    assert!(!offline("https://generativelanguage.googleapis.com/"));
    assert!(!offline("https://GENERATIVELANGUAGE.googleapis.com"));
    assert!(offline("https://generativelanguage.googleapis.com.example.org"));
    assert!(offline("https://example.org/generativelanguage.googleapis.com"));
}

#[test]
fn a_list_of_origins_is_split_and_cleaned() {
    let config = production_with("ALLOWED_ORIGINS", " https://a.example/, https://b.example ,").unwrap();
    assert_eq!(config.allowed_origins, ["https://a.example", "https://b.example"]);
    assert_eq!(read(&PRODUCTION).unwrap().allowed_origins, [""; 0]);
}

#[test]
fn a_model_is_named_with_or_without_its_prefix() {
    let config = production_with("GEMINI_LIVE_MODEL", "models/gemini-9-live").unwrap();
    assert_eq!(config.gemini.live_model, "gemini-9-live");
}

#[test]
fn nothing_that_is_shown_holds_a_secret() {
    let config = read(&PRODUCTION).unwrap();
    assert_eq!(config.gemini.api_key.as_ref().map(Secret::expose), Some("s3cret-gemini"));
    assert!(!format!("{config:?}").contains("s3cret"));
    let error = production_with("FIREBASE_SERVICE_ACCOUNT_KEY", "s3cret").unwrap_err();
    assert!(!format!("{error:?} {error}").contains("s3cret"));
    let error = production_with("TICKET_SECRET", "s3cret").unwrap_err();
    assert!(!format!("{error:?} {error}").contains("s3cret"));
}

#[test]
fn a_stand_in_for_stripe_needs_no_key_and_only_here_is_there_one() {
    let sim = ("STRIPE_BASE_URL", "http://127.0.0.1:9100/");
    let offline = read(&[("ENVIRONMENT", "local"), sim]).unwrap().stripe;
    assert_eq!(offline.base_url, "http://127.0.0.1:9100");
    assert!(offline.secret_key.is_some() && !offline.is_live());
    let project = ("FIREBASE_PROJECT_ID", "mentora");
    let staging = read(&[("ENVIRONMENT", "staging"), project, sim]).unwrap().stripe;
    assert_eq!((staging.secret_key, staging.webhook_secrets), (None, vec![]));
    let production = read(&PRODUCTION).unwrap().stripe;
    assert_eq!(production.base_url, "https://api.stripe.com");
    assert!(production.is_live());
    assert!(!production_with("STRIPE_SECRET_KEY", "rk_test_s3cret").unwrap().stripe.is_live());
}

#[test]
fn two_webhook_secrets_are_known_while_one_replaces_the_other() {
    let kept =
        |list: &str| production_with("STRIPE_WEBHOOK_SECRET", list).map(|c| c.stripe.webhook_secrets.len());
    assert_eq!(kept(" whsec_0123456789 , whsec_abcdefghij,"), Ok(2));
    assert_eq!(kept(","), Ok(0), "which /api/health tells");
    for bad in [
        "0123456789abcdef",
        "whsec_",
        "whsec_0123456789,x",
        "whsec_0123456789,whsec_abcdefghij,whsec_ABCDEFGHIJ",
    ] {
        assert!(kept(bad).is_err(), "{bad}");
    }
    for bad in ["pk_live_s3cret", "sk_s3cret", "whsec_s3cret"] {
        assert!(production_with("STRIPE_SECRET_KEY", bad).is_err(), "{bad}");
    }
}
