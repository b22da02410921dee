//! One notification on the devices of a person: the settings, then a message to each device, and which took it. A device that FCM does not know is removed; one that took it gets it no more when the others are tried again.
//! Should one get it twice all the same, it shows it once: both bear the notification's id.

use futures::future::join_all;
use mentora_core::documents::{Device, User};
use mentora_core::ids::DeviceId;
use mentora_core::time::Millis;
use mentora_firestore::Transport;
use mentora_google::fcm::{Answer, Cause, Message};
use mentora_mail::{Letter, Note, Reader};
use serde_json::json;

use super::{Because, Notifier, Outcome};
use crate::platform::log;
use crate::platform::log::redaction::redacted;
use crate::platform::push::{Pushed, Pusher};
use crate::repositories::notifications::{Channel, Notice, Tried};
use crate::repositories::{Devices, RepositoryError};

/// So many devices of a person are looked at.
const MAX_KNOWN: u32 = 50;
/// So many are told, the latest seen.
const MAX_DEVICES: usize = 20;
/// So many at once: a Worker holds six connections.
const AT_ONCE: usize = 5;
/// When nothing left, ms: nobody gave out a token, or FCM was not reached.
const PAUSE_MS: i64 = 60 * 1000;
/// When a setting must change first, ms: an hour.
const SETTINGS_PAUSE_MS: i64 = 60 * 60 * 1000;

impl<S: Transport, M, P: Transport> Notifier<'_, S, M, P> {
    /// Sends `letter` as a message to the devices of the person of the notice, unless that was done, the person does not want
    /// it, or somebody is at it.
    pub(super) async fn by_push(
        &self,
        notice: &Notice,
        letter: &Letter<'_>,
        user: &User,
        reader: &Reader<'_>,
    ) -> Result<Outcome, RepositoryError> {
        let Some(pusher) = &self.ways.push else { return Ok(Outcome::NotTold(Because::PushIsOff)) };
        if !user.notifications.push {
            return Ok(Outcome::NotTold(Because::TurnedOff));
        }
        let mut devices = Devices(self.documents).all(&notice.user, MAX_KNOWN).await?;
        if devices.is_empty() {
            return Ok(Outcome::NotTold(Because::NoDevice));
        }
        devices.sort_by_key(|(_, device)| std::cmp::Reverse(device.last_seen_at));
        devices.truncate(MAX_DEVICES);
        self.attempt(notice, Channel::Push, async |reached| {
            let mut round = Round::new(reached);
            devices.retain(|(id, _)| !round.reached.contains(id));
            let note = letter.note(reader);
            for some in devices.chunks(AT_ONCE) {
                let sent = some.iter().map(|device| push(pusher, notice, &note, device));
                for (device, pushed) in some.iter().zip(join_all(sent).await) {
                    round.add(&device.0, pushed);
                }
                if round.halted {
                    break;
                }
            }
            self.forget(notice, &round.gone).await;
            (round.tried(self.now), round.reached)
        })
        .await
    }

    /// Removes devices that are there no more. One that stays is removed next time.
    async fn forget(&self, notice: &Notice, gone: &[DeviceId]) {
        for device in gone {
            match Devices(self.documents).remove(&notice.user, device).await {
                Ok(()) | Err(RepositoryError::NotFound) => {
                    log::event("device.removed", json!({ "device": device.as_str() }));
                }
                Err(error) => {
                    let why = error.to_string();
                    log::warning("device.unremoved", json!({ "device": device.as_str(), "why": why }));
                }
            }
        }
    }
}

async fn push<P: Transport>(
    pusher: &Pusher<P>,
    notice: &Notice,
    note: &Note,
    (_, device): &(DeviceId, Device),
) -> Pushed {
    let (id, kind) = (notice.id(), notice.kind.as_str());
    let message = Message {
        device: &device.token,
        title: &note.title,
        body: &note.body,
        link: &note.link,
        id: id.as_str(),
        kind,
    };
    pusher.send(&message).await
}

/// One try with all devices.
struct Round {
    /// Those that took it, now or before.
    reached: Vec<DeviceId>,
    /// Those that are there no more.
    gone: Vec<DeviceId>,
    /// FCM's name for the latest message that it took.
    name: Option<String>,
    /// After how long what was not taken may be tried again, ms, and why it was not taken.
    later: Option<(i64, String)>,
    /// What nobody knows of some device.
    unknown: Option<String>,
    /// Why the message itself is not taken.
    refused: Option<String>,
    /// The next device would fare no better.
    halted: bool,
}

impl Round {
    const fn new(reached: Vec<DeviceId>) -> Self {
        let (name, later, unknown, refused) = (None, None, None, None);
        Self { reached, gone: Vec::new(), name, later, unknown, refused, halted: false }
    }

    fn add(&mut self, device: &DeviceId, pushed: Pushed) {
        match pushed {
            Pushed::Answered(Answer::Sent { name }) => {
                self.reached.push(device.clone());
                self.name = Some(name);
            }
            Pushed::Answered(Answer::Unregistered) => self.gone.push(device.clone()),
            Pushed::Answered(Answer::TryLater { after_ms, why }) => self.put_off(after_ms, why),
            Pushed::Answered(Answer::Refused { cause: Cause::Settings, why }) => {
                self.put_off(SETTINGS_PAUSE_MS, why);
            }
            Pushed::Answered(Answer::Refused { cause: Cause::Message, why }) => self.refused = Some(why),
            Pushed::NotSent(why) => self.put_off(PAUSE_MS, why),
            Pushed::Unknown(why) => self.unknown = Some(why),
        }
    }

    fn put_off(&mut self, pause: i64, why: String) {
        self.halted = true;
        if self.later.as_ref().is_none_or(|(longest, _)| *longest < pause) {
            self.later = Some((pause, why));
        }
    }

    /// How it went with all of them together. FCM may repeat a token, and what is noted is kept.
    fn tried(&self, now: Millis) -> Tried {
        match (&self.later, &self.unknown, &self.refused) {
            (Some((pause, why)), _, _) => Tried::Untaken { not_before: now + *pause, why: redacted(why) },
            (None, Some(why), _) => Tried::Unknown(redacted(why)),
            _ if !self.reached.is_empty() => Tried::Sent { message_id: self.name.clone() },
            (None, None, Some(why)) => Tried::Refused(redacted(why)),
            (None, None, None) => Tried::Refused("no device is left".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::push::DEADLINE_MS;
    use crate::repositories::notifications::LEASE_MS;

    #[test]
    fn whoever_has_the_claim_is_done_with_all_devices_before_it_runs_out() {
        let rounds = i64::try_from(MAX_DEVICES.div_ceil(AT_ONCE)).unwrap();
        let room_for_the_store = 20_000;
        assert!(rounds * i64::from(DEADLINE_MS) + room_for_the_store < LEASE_MS);
    }
}
