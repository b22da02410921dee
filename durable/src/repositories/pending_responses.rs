//! `pendingResponses/{conversationId}`: an answer that the tutor gives later, and who is at it.
//!
//! Two write it. The conversation says what is promised, or that nothing is ([`PendingResponses::put`]). Whoever looks at the clock
//! leases what is due, and notes how it went. Each write is guarded by the version that was read: so of several at once one
//! gets the lease, and what is noted of a lease is dropped when the student has changed the promise meanwhile.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use mentora_core::documents::collections::PENDING_RESPONSES;
use mentora_core::documents::{PendingResponse, PendingStatus};
use mentora_core::ids::{ConversationId, WalletId};
use mentora_core::time::Millis;
use mentora_firestore::value::to_value;
use mentora_firestore::{
    Client, CollectionPath, Direction, DocumentPath, Kind, Operator, Precondition, Query, Transport, Write,
    to_fields,
};

use super::page::{self, Listing};
use super::{Cursor, Page, RepositoryError, Stored, document};
use crate::platform::documents::DocumentTransport;

/// How long whoever has leased an answer may be at it, ms: longer than giving it and telling people may take.
pub const LEASE_MS: i64 = 5 * 60 * 1_000;

/// Answers that are due at once when there is more in a wallet: somebody waits for the reply.
const MAX_WOKEN: u32 = 300;
const WOKEN_AT_ONCE: u32 = 100;
const WOKEN_SIDE_BY_SIDE: usize = 6;

/// The answers to come.
#[derive(Debug)]
pub struct PendingResponses<'a, T = DocumentTransport>(pub &'a Client<T>);

impl<T: Transport> PendingResponses<'_, T> {
    /// An answer to come.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, id: &ConversationId) -> Result<Option<Stored<PendingResponse>>, RepositoryError> {
        document::read(self.0, &path(id)?).await
    }

    /// Writes what the conversation promises, whoever is at what it promised before. A write that comes late changes nothing.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] or [`RepositoryError::AlreadyExists`] when somebody wrote it meanwhile: it can be written again.
    pub async fn put(&self, id: &ConversationId, promised: &PendingResponse) -> Result<(), RepositoryError> {
        let path = path(id)?;
        let condition = match self.0.get(&path).await? {
            Some(found) => Precondition::UpdateTime(found.update_time),
            None => Precondition::Exists(false),
        };
        self.0.commit(&[Write::set(path, to_fields(promised)?).only_if(condition)]).await?;
        Ok(())
    }

    /// A page of what is due by `by` and nobody is at, the oldest first. What is put off meanwhile is due later than that, so whoever
    /// turns the pages meets nothing twice.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn due(&self, by: Millis, page: &Page) -> Result<Found, RepositoryError> {
        page::list(self.0, &Due { by }, page).await
    }

    /// The same of what somebody was at for too long.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn abandoned(&self, by: Millis, page: &Page) -> Result<Found, RepositoryError> {
        page::list(self.0, &Abandoned { by }, page).await
    }

    /// Takes an answer as it was found, for one try. `None`: somebody else was faster, or the student changed it.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn lease(
        &self,
        id: &ConversationId,
        found: Stored<PendingResponse>,
        now: Millis,
    ) -> Result<Option<Stored<PendingResponse>>, RepositoryError> {
        let leased = PendingResponse {
            status: PendingStatus::Leased,
            lease_until: Some(now + LEASE_MS),
            attempts: found.attempts.saturating_add(1),
            updated_at: now,
            ..found.document.clone()
        };
        self.replace(id, &found, leased).await
    }

    /// Notes how a try went that had the lease. `None`: it has it no more, and what became of it is another's to say.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn note(
        &self,
        id: &ConversationId,
        leased: &Stored<PendingResponse>,
        noted: Noted,
        now: Millis,
    ) -> Result<Option<Stored<PendingResponse>>, RepositoryError> {
        let before = leased.document.clone();
        let after = PendingResponse { lease_until: None, waits_for: None, updated_at: now, ..before };
        let after = match noted {
            Noted::Done => PendingResponse { status: PendingStatus::Done, last_error: None, ..after },
            Noted::Cancelled => PendingResponse { status: PendingStatus::Cancelled, ..after },
            Noted::Failed { why } => {
                PendingResponse { status: PendingStatus::Failed, last_error: Some(why), ..after }
            }
            Noted::Again { at, why } => PendingResponse {
                status: PendingStatus::Pending,
                scheduled_at: at,
                last_error: Some(why),
                ..after
            },
            Noted::Waits { at, why, wallet } => PendingResponse {
                status: PendingStatus::Pending,
                scheduled_at: at,
                attempts: after.attempts.saturating_sub(1),
                last_error: why.or(after.last_error),
                waits_for: wallet,
                ..after
            },
        };
        self.replace(id, leased, after).await
    }

    /// There is more in a wallet: what waited for that is due now. How many these were; [`MAX_WOKEN`] at most, and the others
    /// come up by themselves. Somebody who is at one of them meanwhile goes first.
    ///
    /// # Errors
    /// [`RepositoryError`]: then they come up by themselves.
    pub async fn wake(&self, wallet: &WalletId, now: Millis) -> Result<u32, RepositoryError> {
        let mut page = Page { limit: WOKEN_AT_ONCE, cursor: None };
        let mut woken = 0;
        while woken < MAX_WOKEN {
            let (waiting, next): Found =
                page::list(self.0, &WaitingFor { wallet: wallet.clone() }, &page).await?;
            let each = waiting.into_iter().map(|(id, found)| async move {
                let due = PendingResponse {
                    scheduled_at: now,
                    waits_for: None,
                    updated_at: now,
                    ..found.document.clone()
                };
                self.replace(&id, &found, due).await
            });
            let replaced: Vec<_> = stream::iter(each).buffered(WOKEN_SIDE_BY_SIDE).try_collect().await?;
            woken += u32::try_from(replaced.iter().flatten().count()).unwrap_or(u32::MAX);
            page.cursor = next;
            if page.cursor.is_none() {
                break;
            }
        }
        Ok(woken)
    }

    /// Replaces a version; `None` when it is no more the newest. A lease whose reply is lost is nobody's, and runs out.
    async fn replace(
        &self,
        id: &ConversationId,
        seen: &Stored<PendingResponse>,
        next: PendingResponse,
    ) -> Result<Option<Stored<PendingResponse>>, RepositoryError> {
        let write = Write::set(path(id)?, to_fields(&next)?).only_if(seen.version.precondition());
        match self.0.commit(&[write]).await {
            Ok(result) => {
                let version = document::version_of_first(&result.writes)?;
                Ok(Some(Stored { document: next, version }))
            }
            Err(error) if matches!(error.kind, Kind::FailedPrecondition | Kind::Aborted | Kind::NotFound) => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// A page of answers, and behind which place the next one begins.
pub type Found = (Vec<(ConversationId, Stored<PendingResponse>)>, Option<Cursor>);

/// How a try went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noted {
    /// It was given, and all were told.
    Done,
    /// There is nothing to answer.
    Cancelled,
    /// It was given up, and all were told.
    Failed {
        /// Why.
        why: String,
    },
    /// It failed, and is tried again.
    Again {
        /// When.
        at: Millis,
        /// Why it failed.
        why: String,
    },
    /// It does not count as a try.
    Waits {
        /// When it is made.
        at: Millis,
        /// What it waits for, where the document is to say so.
        why: Option<String>,
        /// The wallet that is to have money for it, where that is what it waits for.
        wallet: Option<WalletId>,
    },
}

/// What is due, and nobody is at.
pub(super) struct Due {
    by: Millis,
}

impl Listing for Due {
    const ORDER: &'static [(&'static str, Direction)] = &[("scheduledAt", Direction::Ascending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        Ok(whose_status_is(PendingStatus::Pending)?.whose(
            "scheduledAt",
            Operator::LessThanOrEqual,
            self.by.0,
        ))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { by: Millis(1) }]
    }
}

/// What somebody was at for too long.
pub(super) struct Abandoned {
    by: Millis,
}

impl Listing for Abandoned {
    const ORDER: &'static [(&'static str, Direction)] = &[("leaseUntil", Direction::Ascending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        Ok(whose_status_is(PendingStatus::Leased)?.whose("leaseUntil", Operator::LessThanOrEqual, self.by.0))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { by: Millis(1) }]
    }
}

/// What waits for money of this wallet, the oldest first.
pub(super) struct WaitingFor {
    wallet: WalletId,
}

impl Listing for WaitingFor {
    const ORDER: &'static [(&'static str, Direction)] = &[("scheduledAt", Direction::Ascending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        Ok(whose_status_is(PendingStatus::Pending)?.whose("waitsFor", Operator::Equal, self.wallet.as_str()))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        WalletId::new("ethics").map(|wallet| Self { wallet }).into_iter().collect()
    }
}

fn whose_status_is(status: PendingStatus) -> Result<Query, RepositoryError> {
    let all = Query::collection(&CollectionPath::parse(PENDING_RESPONSES)?);
    Ok(all.whose("status", Operator::Equal, to_value(&status)?))
}

fn path(id: &ConversationId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(PENDING_RESPONSES)?.doc(id.as_str())?)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::future::join;
    use mentora_core::ids::TurnId;

    use super::*;
    use crate::repositories::native_store::{conversation_id, documents};

    fn promised(id: &str, at: i64) -> PendingResponse {
        PendingResponse {
            turn_id: TurnId::of(&conversation_id(id), 0),
            scheduled_at: Millis(at),
            status: PendingStatus::Pending,
            lease_until: None,
            attempts: 0,
            last_error: None,
            waits_for: None,
            created_at: Millis(1),
            updated_at: Millis(1),
        }
    }

    #[test]
    fn what_waits_for_money_is_due_when_its_wallet_has_some() {
        block_on(async {
            let (documents, _) = documents();
            let pending = PendingResponses(&documents);
            let wallet = |id: &str| WalletId::new(id).unwrap();
            for (id, payer) in [("a", "ethics"), ("b", "ethics"), ("c", "logic"), ("d", "ethics")] {
                let id = conversation_id(id);
                pending.put(&id, &promised(id.as_str(), 20)).await.unwrap();
                let found = pending.get(&id).await.unwrap().unwrap();
                let leased = pending.lease(&id, found, Millis(50)).await.unwrap().unwrap();
                let (why, wallet) = (Some("unpaid".to_owned()), Some(wallet(payer)));
                let unpaid = Noted::Waits { at: Millis(9_000), why, wallet };
                pending.note(&id, &leased, unpaid, Millis(60)).await.unwrap().unwrap();
            }
            // To one of them its student has added something, and it is due as that is.
            pending.put(&conversation_id("d"), &promised("d", 70)).await.unwrap();
            assert_eq!(due(&pending, 80).await, ["d"]);
            assert_eq!(pending.wake(&wallet("ethics"), Millis(90)).await.unwrap(), 2);
            assert_eq!(due(&pending, 95).await, ["d", "a", "b"]);
            assert_eq!(pending.wake(&wallet("ethics"), Millis(99)).await.unwrap(), 0, "they are awake");
            let woken = pending.get(&conversation_id("a")).await.unwrap().unwrap();
            let known = (woken.attempts, woken.last_error.as_deref(), woken.waits_for.as_ref());
            assert_eq!(known, (0, Some("unpaid"), None), "nobody is told again that it waits");
        });
    }

    #[test]
    fn no_more_are_woken_than_somebody_can_wait_for() {
        block_on(async {
            let (documents, _) = documents();
            let (pending, wallet) = (PendingResponses(&documents), WalletId::new("ethics").unwrap());
            for n in 0..=MAX_WOKEN {
                let (id, waits_for) = (format!("c{n}"), Some(wallet.clone()));
                let waits = PendingResponse { waits_for, ..promised(&id, 9_000) };
                pending.put(&conversation_id(&id), &waits).await.unwrap();
            }
            assert_eq!(pending.wake(&wallet, Millis(90)).await.unwrap(), MAX_WOKEN);
            assert_eq!(pending.wake(&wallet, Millis(91)).await.unwrap(), 1);
        });
    }

    fn first(limit: u32) -> Page {
        Page { limit, cursor: None }
    }

    fn names((found, _): Found) -> Vec<String> {
        found.into_iter().map(|(id, _)| id.to_string()).collect()
    }

    async fn due<T: Transport>(pending: &PendingResponses<'_, T>, now: i64) -> Vec<String> {
        names(pending.due(Millis(now), &first(10)).await.unwrap())
    }

    #[test]
    fn what_is_due_is_found_the_oldest_first_and_only_once_leased() {
        block_on(async {
            let (documents, _) = documents();
            let pending = PendingResponses(&documents);
            for (id, at) in [("b", 20), ("a", 30), ("c", 99)] {
                pending.put(&conversation_id(id), &promised(id, at)).await.unwrap();
            }
            assert_eq!(due(&pending, 50).await, ["b", "a"]);
            let (id, found) = pending.due(Millis(50), &first(1)).await.unwrap().0.remove(0);
            let leased = pending.lease(&id, found, Millis(50)).await.unwrap().unwrap();
            assert_eq!((leased.status, leased.attempts), (PendingStatus::Leased, 1));
            assert_eq!(due(&pending, 60).await, ["a"]);
            // Whoever had it died.
            let late = Millis(50 + LEASE_MS);
            assert_eq!(due(&pending, late.0).await, ["a", "c"]);
            assert_eq!(names(pending.abandoned(late, &first(10)).await.unwrap()), ["b"]);
            assert_eq!(names(pending.abandoned(late - 1, &first(10)).await.unwrap()), [""; 0]);
        });
    }

    #[test]
    fn whoever_turns_the_pages_meets_everything_once_and_nothing_that_was_put_off() {
        block_on(async {
            let (documents, _) = documents();
            let pending = PendingResponses(&documents);
            for (id, at) in [("a", 10), ("b", 20), ("c", 20), ("d", 30), ("e", 40)] {
                pending.put(&conversation_id(id), &promised(id, at)).await.unwrap();
            }
            let (mut met, mut cursor) = (Vec::new(), None);
            loop {
                let (found, next) = pending.due(Millis(50), &Page { limit: 2, cursor }).await.unwrap();
                for (id, found) in found {
                    met.push(id.to_string());
                    let leased = pending.lease(&id, found, Millis(50)).await.unwrap().unwrap();
                    let again = Noted::Again { at: Millis(50 + 60_000), why: "quota".into() };
                    pending.note(&id, &leased, again, Millis(50)).await.unwrap().unwrap();
                }
                cursor = next;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(met, ["a", "b", "c", "d", "e"]);
            // Who was tried stands behind who was not.
            pending.put(&conversation_id("f"), &promised("f", 60)).await.unwrap();
            assert_eq!(due(&pending, 50 + 60_000).await, ["f", "a", "b", "c", "d", "e"]);
        });
    }

    #[test]
    fn of_two_at_once_one_gets_the_lease() {
        block_on(async {
            let (documents, _) = documents();
            let pending = PendingResponses(&documents);
            let id = conversation_id("a");
            pending.put(&id, &promised("a", 20)).await.unwrap();
            let found = pending.get(&id).await.unwrap().unwrap();
            let (one, other) =
                join(pending.lease(&id, found.clone(), Millis(50)), pending.lease(&id, found, Millis(51)))
                    .await;
            assert_eq!([one.unwrap(), other.unwrap()].iter().flatten().count(), 1);
        });
    }

    #[test]
    fn what_is_noted_of_a_lease_is_dropped_when_the_student_was_faster() {
        block_on(async {
            let (documents, _) = documents();
            let pending = PendingResponses(&documents);
            let id = conversation_id("a");
            pending.put(&id, &promised("a", 20)).await.unwrap();
            let found = pending.get(&id).await.unwrap().unwrap();
            let leased = pending.lease(&id, found, Millis(50)).await.unwrap().unwrap();
            pending.put(&id, &promised("a", 80)).await.unwrap();
            assert_eq!(pending.note(&id, &leased, Noted::Done, Millis(60)).await, Ok(None));
            assert_eq!(due(&pending, 80).await, ["a"]);
        });
    }

    #[test]
    fn a_failed_try_counts_and_a_wait_does_not() {
        block_on(async {
            let (documents, _) = documents();
            let pending = PendingResponses(&documents);
            let id = conversation_id("a");
            pending.put(&id, &promised("a", 20)).await.unwrap();
            let mut last = 0;
            for (noted, attempts, last_error) in [
                (Noted::Again { at: Millis(70), why: "failed".into() }, 1, "failed"),
                (Noted::Waits { at: Millis(80), why: None, wallet: None }, 1, "failed"),
                (Noted::Waits { at: Millis(90), why: Some("unpaid".into()), wallet: None }, 1, "unpaid"),
                (Noted::Failed { why: "failed".into() }, 2, "failed"),
            ] {
                let (_, found) = pending.due(Millis(100), &first(1)).await.unwrap().0.remove(0);
                let leased = pending.lease(&id, found, Millis(100)).await.unwrap().unwrap();
                let noted = pending.note(&id, &leased, noted, Millis(100)).await.unwrap().unwrap();
                assert_eq!((noted.attempts, noted.last_error.as_deref()), (attempts, Some(last_error)));
                last += 1;
            }
            assert_eq!(last, 4);
            assert_eq!(due(&pending, 1_000).await, [""; 0], "what was given up is over");
        });
    }
}
