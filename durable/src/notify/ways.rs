//! The ways to people that the configuration sets up.

#[cfg(test)]
use mentora_firestore::Transport;

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

#[cfg(test)]
impl<'a, M: Transport> Ways<&'a M, &'a M> {
    /// Where `post` stands for SendGrid, and nothing else is set up.
    pub(crate) fn by_mail_only(post: &'a M) -> Self {
        let settings = [
            ("ENVIRONMENT", "local"),
            ("SENDGRID_BASE_URL", "https://sendgrid.test"),
            ("APP_URL", "https://mentora.example/"),
        ];
        let config = Config::read(&std::collections::BTreeMap::from(settings)).unwrap();
        Self { mail: Mailer::over(post, &config), push: None, app_url: config.app_url.unwrap() }
    }
}

impl<M, P> Ways<M, P> {
    /// Where a page of the web app is; `path` begins with a slash.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.app_url)
    }
}
