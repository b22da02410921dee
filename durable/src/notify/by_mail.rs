//! One notification by mail: the person's settings, the claim, the mail, the note of how it went; in that order.

use mentora_core::documents::User;
use mentora_core::time::Millis;
use mentora_firestore::Transport;
use mentora_mail::send::{Answer, Cause};
use mentora_mail::{Language, Letter, Mailbox, Reader};
use serde_json::json;

use super::{Because, Notifier, Outcome};
use crate::platform::log;
use crate::platform::log::redaction::redacted;
use crate::platform::mail::Posted;
use crate::repositories::notifications::{Claim, LEASE_MS, Notice, Notifications, Tried};
use crate::repositories::{RepositoryError, Users};

/// When SendGrid takes no mail now and does not say until when, it is tried again after so long, ms.
const PAUSE_MS: i64 = 60 * 1000;
/// When a setting must change first, ms: an hour.
const SETTINGS_PAUSE_MS: i64 = 60 * 60 * 1000;
/// Longest wait that SendGrid may ask for, ms: a day.
const MAX_PAUSE_MS: i64 = 24 * 60 * 60 * 1000;

impl<S: Transport, M: Transport> Notifier<'_, S, M> {
    /// Sends `letter` to the person of the notice, unless it was sent, the person does not want it, or somebody is at it.
    pub(super) async fn by_mail(
        &self,
        notice: &Notice,
        letter: &Letter<'_>,
    ) -> Result<Outcome, RepositoryError> {
        let Some(mailer) = self.mailer else { return Ok(Outcome::NotTold(Because::MailIsOff)) };
        let Some(user) = Users(self.documents).get(&notice.user).await? else {
            return Ok(Outcome::NotTold(Because::Nobody));
        };
        let to = match address(&user) {
            Ok(to) => to,
            Err(why) => return Ok(Outcome::NotTold(why)),
        };
        let notifications = Notifications(self.documents);
        match notifications.claim(notice, &self.attempt, self.now).await? {
            Claim::Granted => {}
            Claim::NotBefore(then) => return Ok(Outcome::Later(then)),
            Claim::Sent => return Ok(Outcome::SentBefore),
            Claim::Failed => return Ok(Outcome::GivenUp),
        }
        let settings_url = mailer.page("/settings");
        let language = Language::of_locale(&user.locale);
        let written =
            letter.write(&Reader { name: &user.display_name, language, settings_url: &settings_url });
        let id = notice.id();
        let tried = self.tried(mailer.send(to, written, id.to_string()).await);
        tell(notice, &tried);
        let recorded = notifications.record(&id, &self.attempt, &tried, self.now).await;
        if let Err(error) = &recorded {
            // The claim stands. If the mail was taken, it comes once more when somebody tells it after the minute.
            let fields = json!({ "notification": id.as_str(), "why": error.to_string() });
            log::failure("notification.unrecorded", fields);
        }
        Ok(match tried {
            Tried::Sent { .. } => Outcome::Sent,
            Tried::Refused(_) => Outcome::GivenUp,
            Tried::Untaken { not_before, .. } => Outcome::Later(not_before),
            Tried::Unknown(_) => Outcome::Later(self.now + LEASE_MS),
        })
    }

    fn tried(&self, posted: Posted) -> Tried {
        // SendGrid may repeat an address, and what is noted is kept.
        let untaken =
            |pause: i64, why: String| Tried::Untaken { not_before: self.now + pause, why: redacted(&why) };
        match posted {
            Posted::Answered(Answer::Sent { message_id }) => Tried::Sent { message_id },
            Posted::Answered(Answer::TryLater { not_before_ms, why }) => {
                let asked = not_before_ms.map_or(0, |then| Millis(then).since(self.now));
                untaken(asked.clamp(PAUSE_MS, MAX_PAUSE_MS), why)
            }
            Posted::Answered(Answer::Refused { cause: Cause::Mail, why }) => Tried::Refused(redacted(&why)),
            Posted::Answered(Answer::Refused { cause: Cause::Settings, why }) => {
                untaken(SETTINGS_PAUSE_MS, why)
            }
            Posted::NotSent(why) => untaken(PAUSE_MS, why),
            Posted::Unknown(why) => Tried::Unknown(redacted(&why)),
        }
    }
}

/// Where the person wants to be written to.
fn address(user: &User) -> Result<Mailbox, Because> {
    if !user.notifications.email {
        return Err(Because::TurnedOff);
    }
    Mailbox::new(&user.email, &user.display_name).map_err(|_| Because::NoAddress)
}

/// One line of the log a try. The id tells nothing about the person.
fn tell(notice: &Notice, tried: &Tried) {
    let id = notice.id();
    let fields = |why: &str| json!({ "notification": id.as_str(), "kind": notice.kind, "why": why });
    match tried {
        Tried::Sent { .. } => {
            log::event("notification.sent", json!({ "notification": id.as_str(), "kind": notice.kind }));
        }
        Tried::Untaken { why, .. } => log::warning("notification.delayed", fields(why)),
        Tried::Unknown(why) => log::warning("notification.unknown", fields(why)),
        Tried::Refused(why) => log::failure("notification.refused", fields(why)),
    }
}
