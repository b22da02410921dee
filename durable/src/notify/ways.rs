//! The ways to people that the configuration sets up.

use crate::platform::config::Config;
use crate::platform::fetch::Fetch;
use crate::platform::google::AsServiceAccount;
use crate::platform::mail::Mailer;
use crate::platform::push::Pusher;

/// Mail and push messages, each where it is set up.
#[derive(Clone)]
pub struct Ways<M = Fetch, P = AsServiceAccount> {
    /// Mail.
    pub mail: Option<Mailer<M>>,
    /// Push messages.
    pub push: Option<Pusher<P>>,
    /// Where the web app is.
    pub app_url: String,
}

impl Ways {
    /// Those of the configuration. Whatever is told leads to a page of the web app: while nobody knows where that is, nobody
    /// is told anything.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        match &config.app_url {
            Some(url) => Self { mail: Mailer::of(config), push: Pusher::of(config), app_url: url.clone() },
            None => Self { mail: None, push: None, app_url: String::new() },
        }
    }
}

impl<M, P> Ways<M, P> {
    /// Where a page of the web app is; `path` begins with a slash.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.app_url)
    }
}
