//! One notification by mail: the person's settings, then the mail.

use mentora_core::documents::User;
use mentora_core::time::Millis;
use mentora_firestore::Transport;
use mentora_mail::send::{Answer, Cause};
use mentora_mail::{Letter, Mailbox, Reader};

use super::{Because, Notifier, Outcome};
use crate::platform::log::redaction::redacted;
use crate::platform::mail::Posted;
use crate::repositories::RepositoryError;
use crate::repositories::notifications::{Channel, Notice, Tried};

/// When SendGrid takes no mail now and does not say until when, it is tried again after so long, ms.
const PAUSE_MS: i64 = 60 * 1000;
/// When a setting must change first, ms: an hour.
const SETTINGS_PAUSE_MS: i64 = 60 * 60 * 1000;
/// Longest wait that SendGrid may ask for, ms: a day.
const MAX_PAUSE_MS: i64 = 24 * 60 * 60 * 1000;

impl<S: Transport, M: Transport, P> Notifier<'_, S, M, P> {
    /// Sends `letter` to the person of the notice, unless it was sent, the person does not want it, or somebody is at it.
    pub(super) async fn by_mail(
        &self,
        notice: &Notice,
        letter: &Letter<'_>,
        user: &User,
        reader: &Reader<'_>,
    ) -> Result<Outcome, RepositoryError> {
        let Some(mailer) = &self.ways.mail else { return Ok(Outcome::NotTold(Because::MailIsOff)) };
        let to = match address(user) {
            Ok(to) => to,
            Err(why) => return Ok(Outcome::NotTold(why)),
        };
        self.attempt(notice, Channel::Mail, async |_| {
            let posted = mailer.send(to, letter.write(reader), notice.id().to_string()).await;
            (self.tried(posted), Vec::new())
        })
        .await
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
