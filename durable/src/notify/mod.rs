//! Telling people. It stands beside the repositories, above the platform: objects, requests and cron tell people things,
//! and neither a repository nor a route is the place to decide who is told and by which way.
//!
//! Whatever is told has a deterministic id ([`mentora_core::ids::NotificationId::of`] its key) and a document under it, which is made before
//! anything is sent ([`Notifications`]). So whoever is not sure whether somebody was told tells it again, and nothing
//! comes twice. The one exception, a service that does not say whether it took the mail, is described there.
//!
//! # Layout
//! - [`low_balance`]: a wallet is nearly empty
//! - [`response_ready`], [`response_failed`], [`response_unpaid`]: the tutor has answered where answers come later, or could not, or waits
//!   for money; `staff`: those of a course
//! - [`assignment_reminder`], [`submission_graded`], [`announcement`]: what a student hears of a course
//! - [`ways`](Ways): what is set up; [`tell`](Told): one person by every way; `by_mail`, `by_push`: what the person wants, and
//!   what is sent; `attempt`: from the claim to the note of how it went
//!
//! A kind more is a file here, a variant of `NotificationKind` and of [`mentora_mail::Letter`], and a template in
//! `prompts/mail/`, which says the same in two lines for push messages. Each function takes a [`Notifier`] and what the news
//! is, and returns what came of it for each who was to be told.

mod announcement;
mod assignment_reminder;
mod attempt;
mod by_mail;
mod by_push;
mod low_balance;
mod response_failed;
mod response_ready;
mod response_unpaid;
mod staff;
mod submission_graded;
mod tell;
#[cfg(test)]
mod tests;
mod ways;

pub use announcement::{Announced, announcement};
pub use assignment_reminder::{Due, assignment_reminder};
pub use low_balance::low_balance;
pub use response_failed::response_failed;
pub use response_ready::{Response, response_ready};
pub use response_unpaid::response_unpaid;
pub use submission_graded::submission_graded;
pub use tell::Told;
pub use ways::Ways;

use mentora_core::time::Millis;
use mentora_firestore::Client;

use crate::platform::documents::DocumentTransport;
use crate::platform::fetch::Fetch;
use crate::platform::google::AsServiceAccount;
use crate::platform::{clock, random};
use crate::repositories::notifications::{LEASE_MS, Tried};

/// What telling needs: made for one piece of news.
pub struct Notifier<'a, S = DocumentTransport, M = Fetch, P = AsServiceAccount> {
    /// The store.
    pub documents: &'a Client<S>,
    /// The ways to people.
    pub ways: &'a Ways<M, P>,
    /// Names this try among all.
    pub attempt: String,
    /// Now.
    pub now: Millis,
}

impl<'a, S, M, P> Notifier<'a, S, M, P> {
    /// For what is to be told now.
    #[must_use]
    pub fn new(documents: &'a Client<S>, ways: &'a Ways<M, P>) -> Self {
        Self { documents, ways, attempt: random::new_id(), now: clock::now() }
    }
}

/// What came of telling somebody by one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was sent.
    Sent,
    /// It was sent before.
    SentBefore,
    /// It is not sent, or nobody knows; it may be told again then.
    Later(Millis),
    /// It was given up.
    GivenUp,
    /// It is not told.
    NotTold(Because),
}

impl Outcome {
    /// What came of a try.
    fn of(tried: &Tried, now: Millis) -> Self {
        match tried {
            Tried::Sent { .. } => Self::Sent,
            Tried::Refused(_) => Self::GivenUp,
            Tried::Untaken { not_before, .. } => Self::Later(*not_before),
            Tried::Unknown(_) => Self::Later(now + LEASE_MS),
        }
    }

    /// When it is to be told again; never, when it has come to its end.
    #[must_use]
    pub const fn again_at(self) -> Option<Millis> {
        match self {
            Self::Later(then) => Some(then),
            Self::Sent | Self::SentBefore | Self::GivenUp | Self::NotTold(_) => None,
        }
    }
}

/// Why somebody is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// Mail is not set up.
    MailIsOff,
    /// Push messages are not set up.
    PushIsOff,
    /// There is nobody: no such course, or no profile.
    Nobody,
    /// The person does not want to be told by this way.
    TurnedOff,
    /// The person has no address.
    NoAddress,
    /// The person has no device.
    NoDevice,
}
