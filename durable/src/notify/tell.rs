//! One person is told one thing, by every way that is set up and that the person wants.

use futures::future::join;
use mentora_core::time::Millis;
use mentora_firestore::Transport;
use mentora_mail::{Language, Letter, Reader};
use serde_json::json;

use super::{Because, Notifier, Outcome};
use crate::platform::log;
use crate::repositories::notifications::{Channel, Notice, Tried, Try};
use crate::repositories::{RepositoryError, Users};

/// What came of telling somebody, by each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// By mail.
    pub mail: Outcome,
    /// On the person's devices.
    pub push: Outcome,
}

impl Told {
    /// Nobody is told.
    #[must_use]
    pub const fn not(because: Because) -> Self {
        Self { mail: Outcome::NotTold(because), push: Outcome::NotTold(because) }
    }

    /// Whether it was told now, by either way.
    #[must_use]
    pub fn is_sent(self) -> bool {
        [self.mail, self.push].contains(&Outcome::Sent)
    }

    /// When it is to be told again; never, when each way has come to its end. What came to its end is not repeated then.
    #[must_use]
    pub fn again_at(self) -> Option<Millis> {
        [self.mail, self.push].into_iter().filter_map(Outcome::again_at).min()
    }
}

impl<S: Transport, M: Transport, P: Transport> Notifier<'_, S, M, P> {
    /// Tells the person of the notice what the letter says. Neither way waits for the other, nor fails with it.
    pub(super) async fn tell(&self, notice: &Notice, letter: &Letter<'_>) -> Result<Told, RepositoryError> {
        let Some(user) = Users(self.documents).get(&notice.user).await? else {
            return Ok(Told::not(Because::Nobody));
        };
        let settings_url = self.ways.page("/settings");
        let language = Language::of_locale(&user.locale);
        let reader = Reader { name: &user.display_name, language, settings_url: &settings_url };
        let (mail, push) =
            join(self.by_mail(notice, letter, &user, &reader), self.by_push(notice, letter, &user, &reader))
                .await;
        Ok(Told { mail: mail?, push: push? })
    }
}

impl<S, M, P> Notifier<'_, S, M, P> {
    /// This try by a way.
    pub(super) fn by(&self, channel: Channel) -> Try<'_> {
        Try { channel, attempt: &self.attempt, now: self.now }
    }
}

/// One line of the log a try. The id tells nothing about the person.
pub(super) fn log(notice: &Notice, channel: Channel, tried: &Tried) {
    let (id, channel) = (notice.id(), channel.name());
    let said = || json!({ "notification": id.as_str(), "kind": notice.kind, "channel": channel });
    let with = |why: &str| json!({ "notification": id.as_str(), "kind": notice.kind, "channel": channel, "why": why });
    match tried {
        Tried::Sent { .. } => log::event("notification.sent", said()),
        Tried::Untaken { why, .. } => log::warning("notification.delayed", with(why)),
        Tried::Unknown(why) => log::warning("notification.unknown", with(why)),
        Tried::Refused(why) => log::failure("notification.refused", with(why)),
    }
}

/// One line of the log where it could not be noted how a try went: the claim stands, and what was taken comes once more when
/// somebody tells it after the minute.
pub(super) fn log_unrecorded(notice: &Notice, channel: Channel, error: &RepositoryError) {
    let (id, why) = (notice.id(), error.to_string());
    let fields = json!({ "notification": id.as_str(), "channel": channel.name(), "why": why });
    log::failure("notification.unrecorded", fields);
}
