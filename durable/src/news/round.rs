//! One run over what is due.

use futures::{StreamExt as _, stream};
use mentora_core::documents::{NewsItem, NewsKind};
use mentora_core::ids::NewsId;
use mentora_core::jobs::Done;
use mentora_core::time::{Millis, seconds};
use mentora_firestore::{Client, Transport};
use serde_json::json;

use crate::notify::{Notifier, Told, Ways};
use crate::platform::log;
use crate::repositories::news::Next;
use crate::repositories::{Cursor, News, RepositoryError, Stored};

/// People who are told with one lease.
pub const PAGE: u32 = 15;
/// Things that are looked for at once.
const BATCH: u32 = 20;
/// Requests that a Worker may have open at once, and each person takes two ways.
const AT_ONCE: usize = 3;
/// How long a run begins new pages, ms.
const BEGIN_MS: i64 = seconds(60);
/// How long after a try in vain the next one is made, ms; it doubles, up to an hour.
const PAUSE_MS: i64 = seconds(60);
const MAX_PAUSE_MS: i64 = seconds(60 * 60);
/// Tries at one page. Each notification has fewer of its own, so what is left then never goes.
const MAX_ATTEMPTS: u32 = 8;

/// One run over what is due.
pub struct Round<'a, S, M, P> {
    /// The store.
    pub documents: &'a Client<S>,
    /// The ways to people.
    pub ways: &'a Ways<M, P>,
    /// Names this run among all.
    pub attempt: String,
    /// The time.
    pub clock: &'a dyn Fn() -> Millis,
    /// Whether a page more may be told, when so many people were.
    pub has_room: &'a dyn Fn(u32) -> bool,
}

/// What came of a page.
pub(super) struct Page {
    /// People who were looked at.
    pub people: Vec<Told>,
    /// What comes next, where nobody is to be told again.
    pub next: Next,
}

impl Page {
    /// There is nothing to be told any more.
    pub(super) const fn over() -> Self {
        Self { people: Vec::new(), next: Next::Over }
    }
}

impl<S: Transport, M: Transport, P: Transport> Round<'_, S, M, P> {
    /// Tells what is due of these kinds, as much as one run may; how many people.
    ///
    /// # Errors
    /// [`RepositoryError`] when nobody knows what is due. What was told stays told.
    pub async fn run(&self, kinds: &[NewsKind]) -> Result<Done, RepositoryError> {
        let (news, began) = (News(self.documents), (self.clock)());
        let mut told = 0_u32;
        loop {
            let due = news.due(kinds, (self.clock)(), BATCH).await?;
            let mut leased_any = false;
            for (id, found) in due {
                if !(self.has_room)(told) || (self.clock)().since(began) >= BEGIN_MS {
                    return Ok(Done { count: told, unfinished: true, cursor: None });
                }
                let Some(leased) = news.lease(&id, found, (self.clock)()).await? else { continue };
                leased_any = true;
                told = told.saturating_add(self.work_off(&id, &leased).await?);
            }
            if !leased_any {
                // Nothing is left, or another run is at it.
                return Ok(Done { count: told, ..Done::default() });
            }
        }
    }

    /// Tells a page of people, and notes what comes next; how many were told.
    async fn work_off(&self, id: &NewsId, leased: &Stored<NewsItem>) -> Result<u32, RepositoryError> {
        let page = match leased.kind {
            NewsKind::Announcement => self.announcement(leased).await,
            NewsKind::SubmissionGraded => self.graded(leased).await,
            NewsKind::AssignmentReminder => self.reminder(leased).await,
        };
        let now = (self.clock)();
        let in_vain = |at: Millis| {
            if leased.attempts < MAX_ATTEMPTS { Some(Next::Again { at }) } else { None }
        };
        let (reached, next) = match page {
            Ok(Page { people, next }) => {
                let reached = people.iter().filter(|told| told.is_sent()).count();
                // Whoever could not be told yet is told with the whole page, in which the others are passed over.
                let again = people.iter().filter_map(|told| told.again_at()).min();
                (reached, again.and_then(|at| in_vain(at.max(now + seconds(1)))).unwrap_or(next))
            }
            Err(error) => {
                log::failure("news.failed", json!({ "kind": leased.kind, "why": error.to_string() }));
                let pause = PAUSE_MS.saturating_mul(1 << leased.attempts.min(10)).min(MAX_PAUSE_MS);
                let next = in_vain(now + pause).unwrap_or_else(|| {
                    log::failure("news.dropped", json!({ "kind": leased.kind, "attempts": leased.attempts }));
                    Next::Over
                });
                (0, next)
            }
        };
        News(self.documents).note(id, leased, next, now).await?;
        Ok(u32::try_from(reached).unwrap_or(u32::MAX))
    }

    /// What telling needs, for one page.
    pub(super) fn notifier(&self) -> Notifier<'_, S, M, P> {
        let (attempt, now) = (self.attempt.clone(), (self.clock)());
        Notifier { documents: self.documents, ways: self.ways, attempt, now }
    }
}

/// Tells people one thing, some at a time.
pub(super) async fn tell_all(
    each: impl Iterator<Item = impl Future<Output = Result<Told, RepositoryError>>>,
) -> Result<Vec<Told>, RepositoryError> {
    let told: Vec<_> = stream::iter(each).buffer_unordered(AT_ONCE).collect().await;
    told.into_iter().collect()
}

/// Where a page begins; at the beginning, where what was noted is no place.
pub(super) fn behind(item: &NewsItem) -> Option<Cursor> {
    item.cursor.as_deref().and_then(|cursor| Cursor::decode(cursor).ok())
}
