//! What was said in a course that keeps it for `retentionDays`: whole conversations, each when it has been closed for so long.
//!
//! A conversation goes with its turns, its answers to come, the sessions of the model and the memory of its object, which
//! goes first: it alone knows whether it was opened again, and nothing may write the document anew. What stays is what others
//! count on: the submission with its grade, the ledger, and what the conversation added to the figures of its assignment,
//! which from then on is counted as it stands ([`Contribution::expired_at`]).
//!
//! [`Contribution::expired_at`]: mentora_core::documents::Contribution::expired_at

use mentora_core::documents::ConversationState;
use mentora_core::documents::collections::{CONVERSATIONS, COURSES, PENDING_RESPONSES, STREAMING_SESSIONS};
use mentora_core::ids::{AssignmentId, ConversationId, CourseId, UserId};
use mentora_core::time::{DAY_MS, Millis};
use mentora_firestore::value::to_value;
use mentora_firestore::{
    Client, CollectionPath, Direction, DocumentPath, Fields, Kind, Operator, Precondition, Query, Transport,
    Value, Write,
};
use serde::Deserialize;

use super::conversations::{self, Latest};
use super::page::{self, Listing};
use super::{Cursor, Page, RepositoryError, Stored, tallies};
use crate::platform::documents::DocumentTransport;

/// Conversations that go together: as many as one query can name.
pub const AT_ONCE: u32 = 30;
/// Tries while others change what goes.
const ATTEMPTS: u32 = 3;

/// What is kept for a time.
#[derive(Debug)]
pub struct Retention<'a, T = DocumentTransport>(pub &'a Client<T>);

/// A conversation that is kept no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expired {
    /// Which.
    pub id: ConversationId,
    assignment: AssignmentId,
    user: UserId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Whose {
    assignment_id: AssignmentId,
    user_id: UserId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ForDays {
    retention_days: u32,
}

/// What closed by then is kept no longer at `now`: what has been closed for exactly so many days goes.
#[must_use]
pub fn closed_by(now: Millis, days: u32) -> Millis {
    now - i64::from(days) * DAY_MS
}

impl<T: Transport> Retention<'_, T> {
    /// The courses that keep what was said for a time, and for how many days; those that keep it for the shortest first.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn courses(
        &self,
        page: &Page,
    ) -> Result<(Vec<(CourseId, u32)>, Option<Cursor>), RepositoryError> {
        let (found, next) = page::list(self.0, &KeptForATime, page).await?;
        let days = |(id, course): (CourseId, Stored<ForDays>)| (id, course.retention_days);
        Ok((found.into_iter().map(days).collect(), next))
    }

    /// Conversations of a course that closed at `by` or before, the oldest first, [`AT_ONCE`] at most.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn kept_too_long(
        &self,
        course: &CourseId,
        by: Millis,
        behind: Option<Cursor>,
    ) -> Result<(Vec<Expired>, Option<Cursor>), RepositoryError> {
        let page = Page { limit: AT_ONCE, cursor: behind };
        let (found, next) = page::list(self.0, &KeptTooLong { course: course.clone(), by }, &page).await?;
        let expired = |(id, stored): (ConversationId, Stored<Whose>)| {
            let Whose { assignment_id, user_id } = stored.into_document();
            Expired { id, assignment: assignment_id, user: user_id }
        };
        Ok((found.into_iter().map(expired).collect(), next))
    }

    /// Removes conversations whose objects have forgotten them, with what has their name. Removed twice, they are removed once.
    ///
    /// # Errors
    /// [`RepositoryError`]: they are found again.
    pub async fn remove(&self, expired: &[Expired], now: Millis) -> Result<(), RepositoryError> {
        if expired.is_empty() {
            return Ok(());
        }
        self.remove_sessions(expired).await?;
        for _ in 1..ATTEMPTS {
            match self.try_to_remove(expired, now).await {
                // One of their students begins another at this moment, or is erased.
                Err(RepositoryError::Conflict | RepositoryError::NotFound | RepositoryError::Unavailable) => {
                }
                done => return done,
            }
        }
        self.try_to_remove(expired, now).await
    }

    async fn try_to_remove(&self, expired: &[Expired], now: Millis) -> Result<(), RepositoryError> {
        let mut paths = Vec::new();
        for one in expired {
            paths.push(conversations::latest_path(&one.assignment, &one.user)?);
            paths.push(tallies::contribution_path(&one.assignment, &one.id)?);
        }
        // A student who argued twice has one latest conversation, which is asked for once.
        let mut distinct = paths.clone();
        distinct.sort();
        distinct.dedup();
        let found = self.0.batch_get(&distinct).await?;
        let there =
            |path: &DocumentPath| distinct.binary_search(path).ok().and_then(|at| found.get(at)?.as_ref());
        let mut writes = Vec::new();
        for (one, paths) in expired.iter().zip(paths.chunks(2)) {
            writes.push(Write::delete(conversations::path(&one.id)?));
            writes.push(Write::delete(CollectionPath::parse(PENDING_RESPONSES)?.doc(one.id.as_str())?));
            let [latest, contribution] = paths else { continue };
            if let Some(latest) = there(latest)
                && latest.decode::<Latest>()?.conversation_id == one.id
            {
                let known = Precondition::UpdateTime(latest.update_time);
                writes.push(Write::delete(latest.path.clone()).only_if(known));
            }
            if there(contribution).is_some() {
                let at = |name: &str| (name.to_owned(), Value::Integer(now.0));
                let fields = Fields::from([at("expiredAt"), at("updatedAt")]);
                let write = Write::update(contribution.clone(), fields).masked(["expiredAt", "updatedAt"]);
                writes.push(write.only_if(Precondition::Exists(true)));
            }
        }
        self.0.commit(&writes).await?;
        Ok(())
    }

    async fn remove_sessions(&self, expired: &[Expired]) -> Result<(), RepositoryError> {
        let sessions = SessionsOf(expired.iter().map(|one| one.id.clone()).collect());
        loop {
            let found = page::names(self.0, &sessions).await?;
            if found.is_empty() {
                return Ok(());
            }
            let writes: Vec<_> = found.into_iter().map(Write::delete).collect();
            match self.0.commit(&writes).await {
                Err(error) if error.kind == Kind::UnknownOutcome => {}
                done => drop(done?),
            }
        }
    }
}

/// The courses that keep what was said for a time.
pub(super) struct KeptForATime;

impl Listing for KeptForATime {
    const ORDER: &'static [(&'static str, Direction)] = &[("retentionDays", Direction::Ascending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let courses = Query::collection(&CollectionPath::parse(COURSES)?).select(["retentionDays"]);
        Ok(courses.whose("retentionDays", Operator::GreaterThan, 0_i64))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self]
    }
}

/// The conversations of a course that are kept no longer.
pub(super) struct KeptTooLong {
    course: CourseId,
    by: Millis,
}

impl Listing for KeptTooLong {
    const ORDER: &'static [(&'static str, Direction)] = &[("closedAt", Direction::Ascending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let all = Query::collection(&CollectionPath::parse(CONVERSATIONS)?);
        Ok(all
            .select(["assignmentId", "userId", "closedAt"])
            .whose("courseId", Operator::Equal, self.course.as_str())
            .whose("state", Operator::Equal, to_value(&ConversationState::Closed)?)
            .whose("closedAt", Operator::LessThanOrEqual, self.by.0))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { course: super::native_store::course_id("ethics"), by: Millis(1) }]
    }
}

/// The sessions of the model of these conversations.
pub(super) struct SessionsOf(Vec<ConversationId>);

impl Listing for SessionsOf {
    const ORDER: &'static [(&'static str, Direction)] = &[];

    fn query(&self) -> Result<Query, RepositoryError> {
        let ids = self.0.iter().map(to_value).collect::<Result<Vec<_>, _>>()?;
        let all = Query::collection(&CollectionPath::parse(STREAMING_SESSIONS)?);
        Ok(all.whose("conversationId", Operator::In, Value::Array(ids)))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self(vec![super::native_store::conversation_id("c")])]
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use mentora_core::documents::Conversation;
    use mentora_core::statistics::Students;
    use mentora_firestore::to_fields;

    use super::*;
    use crate::repositories::conversations::Handing;
    use crate::repositories::native_store::{
        NativeStore, assignment_id, conversation, conversation_id, course, course_id, documents, user,
    };
    use crate::repositories::{Conversations, Submissions, Tallies, submissions};

    type Documents = Client<&'static NativeStore>;

    /// A student's conversation that closed then; open, where that never was.
    async fn talked(documents: &Documents, id: &str, student: &str, closed_at: Option<i64>) {
        let (name, begun) = (conversation_id(id), conversation("lying", student, 1));
        Conversations(documents).create(&name, &begun, Handing::In).await.unwrap();
        let Some(at) = closed_at.map(Millis) else { return };
        let closed = Conversation { state: ConversationState::Closed, closed_at: Some(at), ..begun };
        let path = conversations::path(&name).unwrap();
        documents.commit(&[Write::update(path, to_fields(&closed).unwrap())]).await.unwrap();
        Tallies(documents).add(&name, &closed, at).await.unwrap();
    }

    async fn found(documents: &Documents, by: Millis) -> Vec<String> {
        let (found, _) = Retention(documents).kept_too_long(&course_id("ethics"), by, None).await.unwrap();
        found.into_iter().map(|one| one.id.to_string()).collect()
    }

    async fn there(documents: &Documents, path: &str) -> bool {
        documents.get(&DocumentPath::parse(path).unwrap()).await.unwrap().is_some()
    }

    #[test]
    fn what_has_been_closed_for_exactly_so_long_goes_and_what_a_moment_less_stays() {
        let (documents, _) = documents();
        block_on(async {
            let now = Millis(30 * DAY_MS);
            let by = closed_by(now, 10);
            assert_eq!(by, Millis(20 * DAY_MS));
            for (id, at) in [("at", by.0), ("before", by.0 - 1), ("after", by.0 + 1)] {
                talked(&documents, id, id, Some(at)).await;
            }
            talked(&documents, "open", "open", None).await;
            assert_eq!(found(&documents, by).await, ["before", "at"]);
            assert_eq!(found(&documents, by + 1).await, ["before", "at", "after"]);
        });
    }

    #[test]
    fn the_words_go_and_what_is_counted_and_graded_stays() {
        let (documents, _) = documents();
        block_on(async {
            talked(&documents, "old", "kim", Some(5)).await;
            talked(&documents, "young", "lee", Some(50)).await;
            let session = Fields::from([("conversationId".to_owned(), Value::String("old".into()))]);
            for id in ["old-1", "old-2"] {
                let path = DocumentPath::parse(&format!("streamingSessions/{id}")).unwrap();
                documents.commit(&[Write::set(path, session.clone())]).await.unwrap();
            }
            let retention = Retention(&documents);
            let (expired, _) = retention.kept_too_long(&course_id("ethics"), Millis(10), None).await.unwrap();
            for _ in 0..2 {
                retention.remove(&expired, Millis(60)).await.unwrap();
            }
            for gone in ["conversations/old", "openConversations/lying.kim", "streamingSessions/old-2"] {
                assert!(!there(&documents, gone).await, "{gone}");
            }
            assert!(there(&documents, "conversations/young").await);
            let id = submissions::id_of(&assignment_id("lying"), &user("kim")).unwrap();
            assert!(Submissions(&documents).get(&id).await.unwrap().is_some());

            // A rebuild comes to the same figures: what is gone counts as it stands.
            let (tallies, lying) = (Tallies(&documents), assignment_id("lying"));
            let before = tallies.get(&lying).await.unwrap().unwrap().into_document();
            let rebuilt = tallies.rebuild(&lying, Students::default(), Millis(70)).await.unwrap();
            assert_eq!((rebuilt.conversations, rebuilt.corrected), (2, 0));
            assert_eq!(rebuilt.statistics.sums, before.sums);
        });
    }

    #[test]
    fn a_conversation_that_the_student_has_begun_since_stays_the_latest() {
        let (documents, _) = documents();
        block_on(async {
            talked(&documents, "old", "kim", Some(5)).await;
            talked(&documents, "new", "kim", None).await;
            let retention = Retention(&documents);
            let (expired, _) = retention.kept_too_long(&course_id("ethics"), Millis(10), None).await.unwrap();
            retention.remove(&expired, Millis(60)).await.unwrap();
            let open = Conversations(&documents).open_of(&assignment_id("lying"), &user("kim")).await;
            assert_eq!(open.unwrap().unwrap().0, conversation_id("new"));
        });
    }

    #[test]
    fn courses_that_keep_things_for_good_are_not_looked_at() {
        let (documents, _) = documents();
        block_on(async {
            for (id, days) in [("a", Some(30)), ("b", None), ("c", Some(1))] {
                let mut course = course(&format!("CODE-{id}-26"), "teacher", 1);
                course.retention_days = days;
                let path = DocumentPath::parse(&format!("courses/{id}")).unwrap();
                documents.commit(&[Write::set(path, to_fields(&course).unwrap())]).await.unwrap();
            }
            let (found, _) = Retention(&documents).courses(&Page::default()).await.unwrap();
            assert_eq!(found, [(course_id("c"), 1), (course_id("a"), 30)]);
        });
    }
}
