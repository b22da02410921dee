//! Settings of mail: the key, the sender, and where the service is.

use mentora_mail::Mailbox;

use super::{ConfigError, Environment, Reader, Secret, Settings, host_of, invalid};

const SENDGRID: &str = "https://api.sendgrid.com";
const LOCAL_SENDER: &str = "Mentora <mentora@example.org>";

/// Mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailConfig {
    /// Without a final slash.
    pub base_url: String,
    /// SendGrid's key; a stand-in wants none.
    pub api_key: Option<Secret>,
    /// Who writes.
    pub from: Option<Mailbox>,
    /// `base_url` is not SendGrid's: nobody gets mail.
    pub offline: bool,
}

impl MailConfig {
    pub(super) fn read<S: Settings>(read: &Reader<'_, S>) -> Result<Self, ConfigError> {
        const FROM: &str = "MAIL_FROM";
        let base_url = read.url("SENDGRID_BASE_URL", SENDGRID)?;
        let from = read.with_local_default(FROM, LOCAL_SENDER).map(|from| Mailbox::parse(&from)).transpose();
        Ok(Self {
            offline: host_of(&base_url) != host_of(SENDGRID),
            base_url,
            api_key: read.value("SENDGRID_API_KEY").map(Secret),
            from: from.map_err(|error| invalid(FROM, error.to_string()))?,
        })
    }

    /// The settings without which nobody gets mail. On one machine nobody needs to.
    pub(super) fn missing(&self, environment: Environment) -> [(&'static str, bool); 2] {
        let local = environment == Environment::Local;
        [
            ("SENDGRID_API_KEY", self.api_key.is_none() && !self.offline && !local),
            ("MAIL_FROM", self.from.is_none()),
        ]
    }
}
