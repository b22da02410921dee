//! `notifications/{notificationId}`: what people are told once. Its document is made before anything is sent, and only if it
//! is not there: that is the claim, and of several at once who would tell the same thing one gets it.
//!
//! Between the claim and the note of how it went, whoever sends may die, or not learn whether the mail was taken. Then
//! the claim still says `sending` when its minute is over, and the next one who comes sends again: a mail that comes twice, rarely,
//! is better than one that never comes, and a service without idempotency keys leaves no third way. How often it is tried
//! is bounded, and so is how often it can come.
//!
//! Each way to a person has a claim of its own in the document: what happens to the mail says nothing of the push messages.

use mentora_core::documents::collections::NOTIFICATIONS;
use mentora_core::documents::{Delivery, DeliveryState, Notification, NotificationKind};
use mentora_core::ids::{DeviceId, NotificationId, UserId};
use mentora_core::time::Millis;
use mentora_firestore::value::to_value;
use mentora_firestore::{
    Client, CollectionPath, DocumentPath, Fields, Kind, Timestamp, Transport, Value, Write, to_fields,
};

use super::RepositoryError;
use super::document::{self, Stored, guarded};
use crate::platform::documents::DocumentTransport;

/// How long a try is taken to be at work, ms: longer than any takes.
pub const LEASE_MS: i64 = 60 * 1000;
/// How often something is tried, and so how often it can come.
pub const MAX_TRIES: u32 = 3;
/// How long it is known what was told, ms: 90 days. Nothing older is told again.
const KEPT_MS: i64 = 90 * 24 * 60 * 60 * 1000;
/// How often a write is tried while others change the document.
const ATTEMPTS: u32 = 6;
/// When Firestore may delete the document by itself: the field of its time-to-live policy, which must be a timestamp.
const EXPIRE_AT: &str = "expireAt";

/// The notifications.
#[derive(Debug)]
pub struct Notifications<'a, T = DocumentTransport>(pub &'a Client<T>);

/// Something that is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it says.
    pub kind: NotificationKind,
    /// What makes it one notification.
    pub key: String,
    /// Who is told.
    pub user: UserId,
}

/// A way to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// To the person's address.
    Mail,
    /// To the person's devices.
    Push,
}

impl Channel {
    /// Its name, which is its field in the document as well.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Push => "push",
        }
    }

    const fn of(self, notification: &Notification) -> Option<&Delivery> {
        match self {
            Self::Mail => notification.mail.as_ref(),
            Self::Push => notification.push.as_ref(),
        }
    }
}

/// How a notification stands for whoever would send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is to be sent, and then recorded.
    Granted {
        /// The devices that took it before.
        reached: Vec<DeviceId>,
    },
    /// Somebody else is at it, or it waits: it may be asked for again then.
    NotBefore(Millis),
    /// It was sent.
    Sent,
    /// It was given up.
    Failed,
}

/// One try, among all.
#[derive(Debug, Clone, Copy)]
pub struct Try<'a> {
    /// By which way.
    pub channel: Channel,
    /// Its name.
    pub attempt: &'a str,
    /// When.
    pub now: Millis,
}

/// How a try went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// It was taken.
    Sent {
        /// The name that the service gave it.
        message_id: Option<String>,
    },
    /// It was not taken, and may be tried again then.
    Untaken {
        /// Not before.
        not_before: Millis,
        /// Why.
        why: String,
    },
    /// It is never taken.
    Refused(String),
    /// Nobody knows. The claim stands until its minute is over.
    Unknown(String),
}

impl Notice {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> NotificationId {
        NotificationId::of(&self.key)
    }

    fn fields(&self, channel: Channel, delivery: Delivery, now: Millis) -> Result<Fields, RepositoryError> {
        let (mail, push) = match channel {
            Channel::Mail => (Some(delivery), None),
            Channel::Push => (None, Some(delivery)),
        };
        let notification = Notification {
            kind: self.kind,
            key: self.key.clone(),
            user_id: self.user.clone(),
            mail,
            push,
            created_at: now,
            updated_at: now,
        };
        let mut fields = to_fields(&notification)?;
        let expire_at = Timestamp::from_micros((now + KEPT_MS).0.saturating_mul(1_000));
        fields.insert(EXPIRE_AT.into(), Value::Timestamp(expire_at));
        Ok(fields)
    }
}

fn path(id: &NotificationId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(NOTIFICATIONS)?.doc(id.as_str())?)
}

impl<T: Transport> Notifications<'_, T> {
    /// A notification.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, id: &NotificationId) -> Result<Option<Notification>, RepositoryError> {
        Ok(self.read(&path(id)?).await?.map(Stored::into_document))
    }

    /// Claims a notification for a try. Of several at once by one way, one is granted.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when the document comes and goes meanwhile.
    pub async fn claim(&self, notice: &Notice, by: Try<'_>) -> Result<Claim, RepositoryError> {
        let path = path(&notice.id())?;
        let Try { channel, attempt, now } = by;
        for _ in 0..ATTEMPTS {
            let Some(found) = self.read(&path).await? else {
                let fields = notice.fields(channel, sending(None, attempt, now), now)?;
                if self.took(Write::create(path.clone(), fields)).await? {
                    return Ok(Claim::Granted { reached: Vec::new() });
                }
                // Another was faster, or our own reply was lost: it stands there now.
                continue;
            };
            let before = channel.of(&found);
            let granted =
                || Claim::Granted { reached: before.map(|one| one.reached.clone()).unwrap_or_default() };
            let (next, claim) = match before {
                None => (sending(None, attempt, now), granted()),
                Some(delivery) => match delivery.state {
                    DeliveryState::Sending if delivery.attempt == attempt => return Ok(granted()),
                    DeliveryState::Sent => return Ok(Claim::Sent),
                    DeliveryState::Failed => return Ok(Claim::Failed),
                    DeliveryState::Sending | DeliveryState::Waiting if now < delivery.not_before => {
                        return Ok(Claim::NotBefore(delivery.not_before));
                    }
                    DeliveryState::Sending | DeliveryState::Waiting if delivery.tries >= MAX_TRIES => {
                        (Delivery { state: DeliveryState::Failed, ..delivery.clone() }, Claim::Failed)
                    }
                    DeliveryState::Sending | DeliveryState::Waiting => {
                        (sending(Some(delivery), attempt, now), granted())
                    }
                },
            };
            if self.took(guarded(change(&path, channel, &next, now)?, Some(found.version))).await? {
                return Ok(claim);
            }
        }
        Err(RepositoryError::Conflict)
    }

    /// Notes how a try went, and which devices took it. That it was sent is noted whoever has the claim by now, and for good,
    /// and so is each device that was reached; all else only while the claim is this try's. Of one whose person was erased
    /// meanwhile, nothing is noted.
    ///
    /// # Errors
    /// [`RepositoryError`]: then the claim stands, and it may go out once more.
    pub async fn record(
        &self,
        id: &NotificationId,
        by: Try<'_>,
        tried: &Tried,
        reached: &[DeviceId],
    ) -> Result<(), RepositoryError> {
        let path = path(id)?;
        for _ in 0..ATTEMPTS {
            let Some(found) = self.read(&path).await? else { return Ok(()) };
            let Some(delivery) = by.channel.of(&found) else { return Ok(()) };
            let concerned = matches!(tried, Tried::Sent { .. }) || delivery.attempt == by.attempt;
            let next = if concerned { after(delivery, tried) } else { delivery.clone() };
            let next = with_reached(next, reached);
            if delivery.state == DeliveryState::Sent || next == *delivery {
                return Ok(());
            }
            if self.took(guarded(change(&path, by.channel, &next, by.now)?, Some(found.version))).await? {
                return Ok(());
            }
        }
        Err(RepositoryError::Conflict)
    }

    async fn read(&self, path: &DocumentPath) -> Result<Option<Stored<Notification>>, RepositoryError> {
        document::read(self.0, path).await
    }

    /// Whether a write happened; not, where the document did not stand as expected or the reply was lost.
    async fn took(&self, write: Write) -> Result<bool, RepositoryError> {
        match self.0.commit(&[write]).await {
            Ok(_) => Ok(true),
            Err(error) => match error.kind {
                Kind::AlreadyExists
                | Kind::NotFound
                | Kind::FailedPrecondition
                | Kind::Aborted
                | Kind::UnknownOutcome => Ok(false),
                _ => Err(error.into()),
            },
        }
    }
}

/// The next try.
fn sending(before: Option<&Delivery>, attempt: &str, now: Millis) -> Delivery {
    Delivery {
        state: DeliveryState::Sending,
        tries: before.map_or(0, |before| before.tries).saturating_add(1),
        attempt: attempt.to_owned(),
        not_before: now + LEASE_MS,
        reached: before.map(|before| before.reached.clone()).unwrap_or_default(),
        message_id: None,
        last_error: before.and_then(|before| before.last_error.clone()),
    }
}

/// How it stands after a try.
fn after(delivery: &Delivery, tried: &Tried) -> Delivery {
    let delivery = delivery.clone();
    let last_error = |why: &String| Some(why.clone());
    match tried {
        Tried::Sent { message_id } => {
            Delivery { state: DeliveryState::Sent, message_id: message_id.clone(), ..delivery }
        }
        Tried::Untaken { not_before, why } if delivery.tries < MAX_TRIES => Delivery {
            state: DeliveryState::Waiting,
            not_before: *not_before,
            last_error: last_error(why),
            ..delivery
        },
        Tried::Untaken { why, .. } | Tried::Refused(why) => {
            Delivery { state: DeliveryState::Failed, last_error: last_error(why), ..delivery }
        }
        Tried::Unknown(why) => Delivery { last_error: last_error(why), ..delivery },
    }
}

fn with_reached(mut delivery: Delivery, reached: &[DeviceId]) -> Delivery {
    for device in reached {
        if !delivery.reached.contains(device) {
            delivery.reached.push(device.clone());
        }
    }
    delivery
}

fn change(
    path: &DocumentPath,
    channel: Channel,
    delivery: &Delivery,
    now: Millis,
) -> Result<Write, RepositoryError> {
    let mut fields = Fields::from([("updatedAt".into(), Value::Integer(now.0))]);
    fields.insert(channel.name().into(), to_value(delivery)?);
    Ok(Write::update(path.clone(), fields).masked([channel.name(), "updatedAt"]))
}

#[cfg(test)]
mod tests;
