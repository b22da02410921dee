//! One try by one way: the claim, the sending, the note of how it went; in that order.

use mentora_core::ids::DeviceId;
use mentora_firestore::Transport;
use serde_json::json;

use super::{Notifier, Outcome};
use crate::platform::log;
use crate::repositories::RepositoryError;
use crate::repositories::notifications::{Channel, Claim, Notice, Notifications, Tried, Try};

impl<S: Transport, M, P> Notifier<'_, S, M, P> {
    /// Lets `send` send the notice, unless it was sent, was given up, or somebody is at it. It is told the devices that took it
    /// before, and tells how it went and which have it now; of a way without devices there are none.
    pub(super) async fn attempt(
        &self,
        notice: &Notice,
        channel: Channel,
        send: impl AsyncFnOnce(Vec<DeviceId>) -> (Tried, Vec<DeviceId>),
    ) -> Result<Outcome, RepositoryError> {
        let by = Try { channel, attempt: &self.attempt, now: self.now };
        let notifications = Notifications(self.documents);
        let reached = match notifications.claim(notice, by).await? {
            Claim::Granted { reached } => reached,
            Claim::NotBefore(then) => return Ok(Outcome::Later(then)),
            Claim::Sent => return Ok(Outcome::SentBefore),
            Claim::Failed => return Ok(Outcome::GivenUp),
        };
        let (tried, reached) = send(reached).await;
        log(notice, channel, &tried);
        if let Err(error) = notifications.record(&notice.id(), by, &tried, &reached).await {
            log_unrecorded(notice, channel, &error);
        }
        Ok(Outcome::of(&tried, self.now))
    }
}

/// One line of the log a try. The id tells nothing about the person.
fn log(notice: &Notice, channel: Channel, tried: &Tried) {
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
fn log_unrecorded(notice: &Notice, channel: Channel, error: &RepositoryError) {
    let (id, why) = (notice.id(), error.to_string());
    let fields = json!({ "notification": id.as_str(), "channel": channel.name(), "why": why });
    log::failure("notification.unrecorded", fields);
}
