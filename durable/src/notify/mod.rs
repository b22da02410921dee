//! Telling people. It stands beside the repositories, above the platform: objects, requests and cron tell people things,
//! and neither a repository nor a route is the place to decide who is told and by which way.
//!
//! Whatever is told has a deterministic id ([`mentora_core::ids::NotificationId::of`] its key) and a document under it, which is made before
//! anything is sent ([`Notifications`]). So whoever is not sure whether somebody was told tells it again, and nothing
//! comes twice. The one exception, a service that does not say whether it took the mail, is described there.
//!
//! # Layout
//! - [`low_balance`]: a wallet is nearly empty
//! - `by_mail`: from the person's settings to the note of how it went
//!
//! A kind more is a file here, a variant of `NotificationKind` and of [`mentora_mail::Letter`], and a template in
//! `prompts/mail/`. Each function takes a [`Notifier`] and what the news is, and returns an [`Outcome`].

mod by_mail;
mod low_balance;
#[cfg(test)]
mod tests;

pub use low_balance::{day, low_balance};

use mentora_core::time::Millis;
use mentora_firestore::Client;

use crate::platform::documents::DocumentTransport;
use crate::platform::fetch::Fetch;
use crate::platform::mail::Mailer;
use crate::platform::{clock, random};

/// What telling needs: made for one piece of news.
pub struct Notifier<'a, S = DocumentTransport, M = Fetch> {
    /// The store.
    pub documents: &'a Client<S>,
    /// Mail; none where it is not set up.
    pub mailer: Option<&'a Mailer<M>>,
    /// Names this try among all.
    pub attempt: String,
    /// Now.
    pub now: Millis,
}

impl<'a, S, M> Notifier<'a, S, M> {
    /// For what is to be told now.
    #[must_use]
    pub fn new(documents: &'a Client<S>, mailer: Option<&'a Mailer<M>>) -> Self {
        Self { documents, mailer, attempt: random::new_id(), now: clock::now() }
    }
}

/// What came of telling somebody.
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
    /// There is nobody: no such course, or no profile.
    Nobody,
    /// The person does not want to be told by mail.
    TurnedOff,
    /// The person has no address.
    NoAddress,
}
