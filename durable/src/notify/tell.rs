//! One person is told one thing, by every way that is set up and that the person wants.

use futures::future::join;
use mentora_core::time::Millis;
use mentora_firestore::Transport;
use mentora_mail::{Language, Letter, Reader};

use super::{Because, Notifier, Outcome};
use crate::repositories::notifications::Notice;
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
