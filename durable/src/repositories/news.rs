//! `news/{newsId}`: what people are to be told, in the commit that makes it so: it is told if and only if it happened.
//!
//! Whoever looks at the clock takes what is due by a lease (a write over the version that was read, which puts it off), tells
//! some, and notes how far it came. Whoever dies meanwhile leaves a lease that runs out; the next one begins where the
//! last note says, and nobody hears a thing twice since each notification has an id of its own
//! ([`Notifications`](super::Notifications)).

use mentora_core::documents::collections::NEWS;
use mentora_core::documents::{Assignment, NewsItem, NewsKind};
use mentora_core::ids::NewsId;
use mentora_core::reminders;
use mentora_core::time::Millis;
use mentora_firestore::value::to_value;
use mentora_firestore::{
    Client, CollectionPath, Direction, DocumentPath, Kind, Operator, Query, Transport, Value, Write,
    to_fields,
};

use super::page::{self, Listing};
use super::{Page, RepositoryError, Stored, document};
use crate::platform::documents::DocumentTransport;

/// How long whoever has leased it may be at it, ms: longer than it takes to tell a page of people.
pub const LEASE_MS: i64 = 5 * 60 * 1_000;

/// What is to be told.
#[derive(Debug)]
pub struct News<'a, T = DocumentTransport>(pub &'a Client<T>);

/// What comes next of something that was told to some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nothing: all were told, or it was taken back.
    Over,
    /// It goes on there, and then.
    At {
        /// When.
        at: Millis,
        /// Behind whom.
        cursor: Option<String>,
    },
    /// It was in vain; the same again.
    Again {
        /// When.
        at: Millis,
    },
}

/// The write that has it told at `due_at`, in place of what was to be told of the same thing before.
pub(super) fn telling(
    kind: NewsKind,
    about: &DocumentPath,
    due_at: Millis,
    now: Millis,
) -> Result<Write, RepositoryError> {
    let about = about.to_string();
    let path = path(&NewsId::of(kind, &about))?;
    let item = NewsItem { kind, about, due_at, cursor: None, attempts: 0, created_at: now, updated_at: now };
    Ok(Write::set(path, to_fields(&item)?))
}

/// The write that has the reminders of an assignment told that come after `now`; where there are none, that none is.
pub(super) fn reminding(
    assignment: &Assignment,
    about: &DocumentPath,
    now: Millis,
) -> Result<Write, RepositoryError> {
    let kind = NewsKind::AssignmentReminder;
    match reminders::next(assignment, now) {
        Some(at) => telling(kind, about, at, now),
        None => Ok(Write::delete(path(&NewsId::of(kind, &about.to_string()))?)),
    }
}

fn path(id: &NewsId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(NEWS)?.doc(id.as_str())?)
}

impl<T: Transport> News<'_, T> {
    /// What of these kinds is to be told at `now`, the oldest first.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn due(
        &self,
        kinds: &[NewsKind],
        now: Millis,
        limit: u32,
    ) -> Result<Vec<(NewsId, Stored<NewsItem>)>, RepositoryError> {
        let page = Page { limit, cursor: None };
        Ok(page::list(self.0, &DueNews { kinds: kinds.to_vec(), by: now }, &page).await?.0)
    }

    /// Takes one as it was found. `None`: somebody else was faster.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn lease(
        &self,
        id: &NewsId,
        found: Stored<NewsItem>,
        now: Millis,
    ) -> Result<Option<Stored<NewsItem>>, RepositoryError> {
        let leased = NewsItem { due_at: now + LEASE_MS, updated_at: now, ..found.document.clone() };
        let write = Write::set(path(id)?, to_fields(&leased)?).only_if(found.version.precondition());
        match self.0.commit(&[write]).await {
            Ok(result) => {
                let version = document::version_of_first(&result.writes)?;
                Ok(Some(Stored { document: leased, version }))
            }
            // A lease whose reply is lost is nobody's, and runs out.
            Err(error) if is_anothers(error.kind) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Notes what comes next of one that was leased. Where the lease is lost, it is another's to say.
    ///
    /// # Errors
    /// [`RepositoryError`]: the lease runs out, and some are looked at again.
    pub async fn note(
        &self,
        id: &NewsId,
        leased: &Stored<NewsItem>,
        next: Next,
        now: Millis,
    ) -> Result<(), RepositoryError> {
        let path = path(id)?;
        let after = |at, cursor, attempts| NewsItem {
            due_at: at,
            cursor,
            attempts,
            updated_at: now,
            ..leased.document.clone()
        };
        let write = match next {
            Next::Over => Write::delete(path),
            Next::At { at, cursor } => Write::set(path, to_fields(&after(at, cursor, 0))?),
            Next::Again { at } => {
                let (cursor, attempts) = (leased.cursor.clone(), leased.attempts.saturating_add(1));
                Write::set(path, to_fields(&after(at, cursor, attempts))?)
            }
        };
        match self.0.commit(&[write.only_if(leased.version.precondition())]).await {
            Ok(_) => Ok(()),
            Err(error) if is_anothers(error.kind) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether a guarded write met a version that is not the one that was read.
fn is_anothers(kind: Kind) -> bool {
    matches!(kind, Kind::FailedPrecondition | Kind::Aborted | Kind::NotFound)
}

/// What of these kinds is to be told.
pub(super) struct DueNews {
    kinds: Vec<NewsKind>,
    by: Millis,
}

impl Listing for DueNews {
    const ORDER: &'static [(&'static str, Direction)] = &[("dueAt", Direction::Ascending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let kinds = self.kinds.iter().map(to_value).collect::<Result<Vec<_>, _>>()?;
        let all = Query::collection(&CollectionPath::parse(NEWS)?);
        Ok(all.whose("kind", Operator::In, Value::Array(kinds)).whose(
            "dueAt",
            Operator::LessThanOrEqual,
            self.by.0,
        ))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { kinds: vec![NewsKind::Announcement, NewsKind::SubmissionGraded], by: Millis(1) }]
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::future::join;

    use super::*;
    use crate::repositories::native_store::{NativeStore, documents};

    async fn put(documents: &Client<&'static NativeStore>, kind: NewsKind, about: &str, at: i64) {
        let about = DocumentPath::parse(about).unwrap();
        documents.commit(&[telling(kind, &about, Millis(at), Millis(1)).unwrap()]).await.unwrap();
    }

    async fn due(news: &News<'_, &'static NativeStore>, now: i64) -> Vec<String> {
        let found = news.due(&[NewsKind::Announcement], Millis(now), 10).await.unwrap();
        found.into_iter().map(|(_, item)| item.document.about).collect()
    }

    const OF: [&str; 2] = ["courses/ethics/announcements/a", "courses/ethics/announcements/b"];

    #[test]
    fn what_is_due_is_found_by_its_kind_the_oldest_first_and_not_while_somebody_is_at_it() {
        let (documents, _) = documents();
        block_on(async {
            let news = News(&documents);
            put(&documents, NewsKind::Announcement, OF[0], 30).await;
            put(&documents, NewsKind::Announcement, OF[1], 20).await;
            put(&documents, NewsKind::AssignmentReminder, "assignments/lying", 10).await;
            assert_eq!(due(&news, 25).await, [OF[1]]);
            assert_eq!(due(&news, 50).await, [OF[1], OF[0]]);
            let (id, found) = news.due(&[NewsKind::Announcement], Millis(50), 1).await.unwrap().remove(0);
            let leased = news.lease(&id, found, Millis(50)).await.unwrap().unwrap();
            assert_eq!(due(&news, 60).await, [OF[0]]);
            assert_eq!(due(&news, 50 + LEASE_MS).await, [OF[0], OF[1]], "whoever had it died");
            let next = Next::At { at: Millis(60), cursor: Some("kim".into()) };
            news.note(&id, &leased, next, Millis(60)).await.unwrap();
            let (_, found) = news.due(&[NewsKind::Announcement], Millis(60), 2).await.unwrap().remove(1);
            assert_eq!((found.due_at, found.cursor.as_deref()), (Millis(60), Some("kim")));
        });
    }

    #[test]
    fn of_two_at_once_one_gets_the_lease_and_a_lost_lease_notes_nothing() {
        let (documents, _) = documents();
        block_on(async {
            let news = News(&documents);
            put(&documents, NewsKind::Announcement, OF[0], 1).await;
            let (id, found) = news.due(&[NewsKind::Announcement], Millis(5), 1).await.unwrap().remove(0);
            let (one, other) =
                join(news.lease(&id, found.clone(), Millis(5)), news.lease(&id, found, Millis(6))).await;
            let leases: Vec<_> = [one.unwrap(), other.unwrap()].into_iter().flatten().collect();
            assert_eq!(leases.len(), 1);
            // It is posted anew meanwhile.
            put(&documents, NewsKind::Announcement, OF[0], 7).await;
            news.note(&id, &leases[0], Next::Over, Millis(8)).await.unwrap();
            assert_eq!(due(&news, 9).await, [OF[0]]);
        });
    }

    #[test]
    fn what_was_in_vain_comes_again_at_the_same_place_and_is_counted() {
        let (documents, _) = documents();
        block_on(async {
            let news = News(&documents);
            put(&documents, NewsKind::Announcement, OF[0], 1).await;
            for attempts in 0..3 {
                let (id, found) = news.due(&[NewsKind::Announcement], Millis(9), 1).await.unwrap().remove(0);
                assert_eq!(found.attempts, attempts);
                let leased = news.lease(&id, found, Millis(9)).await.unwrap().unwrap();
                news.note(&id, &leased, Next::Again { at: Millis(9) }, Millis(9)).await.unwrap();
            }
        });
    }
}
