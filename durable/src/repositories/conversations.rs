//! `conversations/{conversationId}`, and `openConversations/{assignmentId}.{userId}`: which conversation a student has
//! open about an assignment. That document is what two simultaneous beginnings collide on, so one of them wins.
//!
//! It is never deleted: it names the latest conversation, which may have ended. So ending needs no second write, and
//! a late flush of an ended conversation cannot take the place of the one that followed it.

use mentora_core::documents::collections::{CONVERSATIONS, OPEN_CONVERSATIONS};
use mentora_core::documents::{Conversation, ConversationState};
use mentora_core::ids::{AssignmentId, ConversationId, CourseId, UserId};
use mentora_core::money::Micros;
use mentora_core::time::Millis;
use mentora_firestore::value::to_value;
use mentora_firestore::{
    Client, CollectionPath, Direction, DocumentPath, Kind, Operator, Precondition, Query, Transport, Value,
    Write, to_fields,
};
use serde::{Deserialize, Serialize};

#[cfg(test)]
use super::index_coverage::subsets;
use super::page::{self, Listing};
use super::{Cursor, Page, RepositoryError, Stored, Submissions, document};
use crate::platform::documents::DocumentTransport;

/// What a list returns: all but the turns, which may be hundreds of kilobytes.
const LISTED: [&str; 15] = [
    "assignmentId",
    "closedAt",
    "costMicros",
    "courseId",
    "createdAt",
    "endReason",
    "lastActionAt",
    "startedAt",
    "state",
    "streamingSession",
    "summary",
    "tokenUsage",
    "turnCount",
    "updatedAt",
    "userId",
];

/// All states but the last.
const OPEN: [ConversationState; 5] = [
    ConversationState::AwaitingIdea,
    ConversationState::AddingCounterpoint,
    ConversationState::AwaitingFollowup,
    ConversationState::AwaitingDelayedResponse,
    ConversationState::AddingFinalSummary,
];

/// The conversations.
#[derive(Debug)]
pub struct Conversations<'a, T = DocumentTransport>(pub &'a Client<T>);

/// Which conversations a list has; all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConversationFilter {
    /// About this assignment.
    pub assignment: Option<AssignmentId>,
    /// Of this course.
    pub course: Option<CourseId>,
    /// Of this student.
    pub user: Option<UserId>,
    /// In this state.
    pub state: Option<ConversationState>,
}

/// Whether a conversation is for something that its student hands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handing {
    /// A student's, who is to hand it in.
    In,
    /// Of staff who try what they have set, or of an auditor.
    Nothing,
}

/// The latest conversation of a student about an assignment.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Latest {
    pub(super) conversation_id: ConversationId,
}

/// Where a conversation stands.
///
/// # Errors
/// None for an id that was parsed; the type of a path asks for it.
pub fn path(id: &ConversationId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(CONVERSATIONS)?.doc(id.as_str())?)
}

/// The write by which a conversation becomes the latest of its student about its assignment.
pub(super) fn latest(
    id: &ConversationId,
    conversation: &Conversation,
    now: Millis,
) -> Result<Write, RepositoryError> {
    let mut latest = to_fields(&Latest { conversation_id: id.clone() })?;
    latest.insert("createdAt".into(), Value::Integer(conversation.created_at.0));
    latest.insert("updatedAt".into(), Value::Integer(now.0));
    Ok(Write::set(latest_path(&conversation.assignment_id, &conversation.user_id)?, latest))
}

/// An id holds no dot, so no two pairs share a name.
pub(super) fn latest_path(assignment: &AssignmentId, user: &UserId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(OPEN_CONVERSATIONS)?.doc(&format!("{assignment}.{user}"))?)
}

impl<T: Transport> Conversations<'_, T> {
    /// Begins a conversation, unless the student has one open about the assignment. With `submission`, the student's
    /// submission is in progress from the same moment on; staff who try an assignment hand nothing in.
    ///
    /// # Errors
    /// [`RepositoryError::AlreadyExists`] when one is open, or was begun at the same moment: see
    /// [`Conversations::open_of`].
    pub async fn create(
        &self,
        id: &ConversationId,
        conversation: &Conversation,
        submission: Handing,
    ) -> Result<(), RepositoryError> {
        let latest_path = latest_path(&conversation.assignment_id, &conversation.user_id)?;
        let precondition = match self.0.get(&latest_path).await? {
            None => Precondition::Exists(false),
            Some(document) => {
                let latest: Latest = document.decode()?;
                let before = self.get(&latest.conversation_id).await?;
                if before.is_some_and(|before| before.state != ConversationState::Closed) {
                    return Err(RepositoryError::AlreadyExists);
                }
                Precondition::UpdateTime(document.update_time)
            }
        };
        let mut writes = vec![
            latest(id, conversation, conversation.updated_at)?.only_if(precondition),
            Write::create(path(id)?, to_fields(conversation)?),
        ];
        if submission == Handing::In {
            writes.push(Submissions(self.0).begin(id, conversation).await?);
        }
        match self.0.commit(&writes).await {
            Ok(_) => Ok(()),
            Err(error) => match error.kind {
                Kind::AlreadyExists | Kind::FailedPrecondition => Err(RepositoryError::AlreadyExists),
                // The reply was lost: the id is ours alone, so if the document is there, we made it.
                Kind::UnknownOutcome if self.get(id).await?.is_some() => Ok(()),
                _ => Err(error.into()),
            },
        }
    }

    /// The conversation that a student has open about an assignment.
    ///
    /// The document lags behind the conversation's own object by a flush: one that ended a moment ago may still be
    /// called open here.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn open_of(
        &self,
        assignment: &AssignmentId,
        user: &UserId,
    ) -> Result<Option<(ConversationId, Conversation)>, RepositoryError> {
        let Some(document) = self.0.get(&latest_path(assignment, user)?).await? else {
            return Ok(None);
        };
        let id = document.decode::<Latest>()?.conversation_id;
        let latest = self.get(&id).await?;
        let open = latest.filter(|conversation| conversation.state != ConversationState::Closed);
        Ok(open.map(|conversation| (id, conversation)))
    }

    /// A conversation, with its turns.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, id: &ConversationId) -> Result<Option<Conversation>, RepositoryError> {
        // Its own object alone changes it, so nobody asks for the version.
        Ok(document::read(self.0, &path(id)?).await?.map(|stored| stored.document))
    }

    /// Those of a course that have not ended, the latest begun first.
    ///
    /// The document lags behind the conversation's own object by a flush: one that ended a moment ago may still be
    /// called open here.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn open_in(
        &self,
        course: &CourseId,
        page: &Page,
    ) -> Result<(Vec<ConversationId>, Option<Cursor>), RepositoryError> {
        let (found, next) = page::fetch(self.0, &StillOpen { course: course.clone() }, page).await?;
        let ids = found.iter().map(|document| ConversationId::new(document.id()));
        let ids = ids.collect::<Result<_, _>>();
        Ok((ids.map_err(|error| RepositoryError::Internal(error.to_string()))?, next))
    }

    /// Conversations without their turns, the latest begun first.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn list(
        &self,
        filter: &ConversationFilter,
        page: &Page,
    ) -> Result<(Vec<(ConversationId, Conversation)>, Option<Cursor>), RepositoryError> {
        let (found, next) = page::list(self.0, filter, page).await?;
        Ok((found.into_iter().map(|(id, stored): (_, Stored<_>)| (id, stored.document)).collect(), next))
    }
}

/// What a conversation cost, and who may have paid for it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// The course.
    pub course_id: CourseId,
    /// The student.
    pub user_id: UserId,
    /// How much, micro-credits.
    pub cost_micros: Micros,
    /// When it began.
    pub started_at: Millis,
    /// When something last happened in it.
    pub last_action_at: Millis,
}

impl<T: Transport> Conversations<'_, T> {
    /// What the conversations cost in which something last happened in this time, the latest first.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn costs(
        &self,
        from: Millis,
        until: Millis,
        page: &Page,
    ) -> Result<(Vec<(ConversationId, Cost)>, Option<Cursor>), RepositoryError> {
        let (found, next) = page::list(self.0, &Lately { from, until }, page).await?;
        Ok((found.into_iter().map(|(id, stored): (_, Stored<_>)| (id, stored.document)).collect(), next))
    }
}

/// The conversations in which something last happened in this time.
pub(super) struct Lately {
    from: Millis,
    until: Millis,
}

impl Listing for Lately {
    const ORDER: &'static [(&'static str, Direction)] = &[("lastActionAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let conversations = Query::collection(&CollectionPath::parse(CONVERSATIONS)?);
        Ok(conversations
            .select(["courseId", "userId", "costMicros", "startedAt", "lastActionAt"])
            .whose("lastActionAt", Operator::GreaterThanOrEqual, self.from.0)
            .whose("lastActionAt", Operator::LessThan, self.until.0))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { from: Millis(0), until: Millis(1) }]
    }
}

impl<T: Transport> Conversations<'_, T> {
    /// Open conversations in which something was said, in which nothing happened after `by`, and in which the tutor is not to
    /// answer later; whichever has waited longest first.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn untouched_since(
        &self,
        by: Millis,
        page: &Page,
    ) -> Result<(Vec<ConversationId>, Option<Cursor>), RepositoryError> {
        let (found, next) = page::fetch(self.0, &Untouched { by }, page).await?;
        // In which nothing was said may wait for ever.
        let begun = found.iter().filter(|found| found.fields.get("turnCount") != Some(&Value::Integer(0)));
        let ids = begun.map(|found| ConversationId::new(found.id())).collect::<Result<_, _>>();
        Ok((ids.map_err(|error| RepositoryError::Internal(error.to_string()))?, next))
    }
}

/// The open conversations in which nothing happened for long.
pub(super) struct Untouched {
    by: Millis,
}

impl Listing for Untouched {
    const ORDER: &'static [(&'static str, Direction)] = &[("lastActionAt", Direction::Ascending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let waits = |state: &&ConversationState| **state != ConversationState::AwaitingDelayedResponse;
        let open = OPEN.iter().filter(waits).map(to_value).collect::<Result<Vec<_>, _>>()?;
        let conversations = Query::collection(&CollectionPath::parse(CONVERSATIONS)?);
        Ok(conversations
            .select(["lastActionAt", "turnCount"])
            .whose("state", Operator::In, Value::Array(open))
            .whose("lastActionAt", Operator::LessThanOrEqual, self.by.0))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { by: Millis(1) }]
    }
}

/// The conversations of a course that have not ended.
pub(super) struct StillOpen {
    course: CourseId,
}

impl Listing for StillOpen {
    const ORDER: &'static [(&'static str, Direction)] = &[("startedAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let open = OPEN.iter().map(to_value).collect::<Result<Vec<_>, _>>()?;
        let conversations = Query::collection(&CollectionPath::parse(CONVERSATIONS)?).select(["startedAt"]);
        Ok(conversations.whose("courseId", Operator::Equal, self.course.as_str()).whose(
            "state",
            Operator::In,
            Value::Array(open),
        ))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { course: super::native_store::course_id("ethics") }]
    }
}

impl Listing for ConversationFilter {
    const ORDER: &'static [(&'static str, Direction)] = &[("startedAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let mut query = Query::collection(&CollectionPath::parse(CONVERSATIONS)?).select(LISTED);
        let Self { assignment, course, user, state } = self;
        if let Some(assignment) = assignment {
            query = query.whose("assignmentId", Operator::Equal, assignment.as_str());
        }
        if let Some(course) = course {
            query = query.whose("courseId", Operator::Equal, course.as_str());
        }
        if let Some(user) = user {
            query = query.whose("userId", Operator::Equal, user.as_str());
        }
        if let Some(state) = state {
            query = query.whose("state", Operator::Equal, to_value(state)?);
        }
        Ok(query)
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        use super::native_store::{assignment_id, course_id, user as user_id};
        let shape = |[assignment, course, user, state]: [bool; 4]| Self {
            assignment: assignment.then(|| assignment_id("lying")),
            course: course.then(|| course_id("ethics")),
            user: user.then(|| user_id("student")),
            state: state.then_some(ConversationState::Closed),
        };
        subsets().map(shape).collect()
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::join;
    use mentora_core::documents::EndReason;
    use mentora_core::ids::StreamingSessionId;

    use super::*;
    use crate::repositories::native_store::{
        assignment_id, conversation, conversation_id, course_id, documents, user,
    };

    /// As the conversation's own object writes it when it ends.
    async fn close<T: Transport>(documents: &Client<T>, id: &str) {
        let mut closed = Conversations(documents).get(&conversation_id(id)).await.unwrap().unwrap();
        closed.state = ConversationState::Closed;
        closed.end_reason = Some(EndReason::StudentEnded);
        let write = Write::update(path(&conversation_id(id)).unwrap(), to_fields(&closed).unwrap());
        documents.commit(&[write]).await.unwrap();
    }

    #[test]
    fn of_two_conversations_begun_at_once_one_is_begun() {
        let (documents, _) = documents();
        let conversations = Conversations(&documents);
        let (a, b) = (conversation_id("a"), conversation_id("b"));
        let (left, right) = (conversation("lying", "student", 1), conversation("lying", "student", 2));
        block_on(async {
            let outcome = join!(
                conversations.create(&a, &left, Handing::In),
                conversations.create(&b, &right, Handing::In)
            );
            assert_eq!(outcome, (Ok(()), Err(RepositoryError::AlreadyExists)));
            let open = conversations.open_of(&assignment_id("lying"), &user("student")).await.unwrap();
            assert_eq!(open, Some((a, left)));
            assert_eq!(conversations.get(&b).await.unwrap(), None);
        });
    }

    #[test]
    fn while_one_is_open_no_other_is_begun() {
        let (documents, _) = documents();
        let conversations = Conversations(&documents);
        block_on(async {
            conversations
                .create(&conversation_id("a"), &conversation("lying", "student", 1), Handing::In)
                .await
                .unwrap();
            let second = conversations
                .create(&conversation_id("b"), &conversation("lying", "student", 2), Handing::In)
                .await;
            assert_eq!(second, Err(RepositoryError::AlreadyExists));
            // Another student, and another question, are another matter.
            conversations
                .create(&conversation_id("c"), &conversation("lying", "other", 3), Handing::In)
                .await
                .unwrap();
            conversations
                .create(&conversation_id("d"), &conversation("truth", "student", 4), Handing::In)
                .await
                .unwrap();
        });
    }

    #[test]
    fn after_one_ended_the_next_is_begun_once() {
        let (documents, _) = documents();
        let conversations = Conversations(&documents);
        let begin = async |id: &str, at| {
            conversations
                .create(&conversation_id(id), &conversation("lying", "student", at), Handing::In)
                .await
        };
        let open = async || {
            let open = conversations.open_of(&assignment_id("lying"), &user("student")).await.unwrap();
            open.map(|(id, _)| id.to_string())
        };
        block_on(async {
            assert_eq!(open().await, None);
            begin("a", 1).await.unwrap();
            close(&documents, "a").await;
            assert_eq!(open().await, None);

            let outcome = join!(begin("b", 2), begin("c", 3));
            assert_eq!(outcome, (Ok(()), Err(RepositoryError::AlreadyExists)));
            assert_eq!(open().await.as_deref(), Some("b"));

            // A flush of the ended one that comes late takes nothing away.
            close(&documents, "a").await;
            assert_eq!(open().await.as_deref(), Some("b"));
        });
    }

    #[test]
    fn a_lost_reply_does_not_make_a_begun_conversation_fail() {
        let (documents, store) = documents();
        let conversations = Conversations(&documents);
        block_on(async {
            store.lose_next_commit_reply();
            conversations
                .create(&conversation_id("a"), &conversation("lying", "student", 1), Handing::In)
                .await
                .unwrap();
            store.lose_next_commit_reply();
            let second = conversations
                .create(&conversation_id("b"), &conversation("truth", "student", 1), Handing::In)
                .await;
            assert_eq!(second, Ok(()));
        });
    }

    #[test]
    fn two_pairs_never_share_a_name() {
        let (documents, _) = documents();
        let conversations = Conversations(&documents);
        block_on(async {
            conversations
                .create(&conversation_id("a"), &conversation("x_y", "z", 1), Handing::Nothing)
                .await
                .unwrap();
            conversations
                .create(&conversation_id("b"), &conversation("x", "y_z", 1), Handing::Nothing)
                .await
                .unwrap();
        });
    }

    #[test]
    fn a_list_is_filtered_by_all_that_is_given_and_comes_without_turns() {
        let (documents, _) = documents();
        let conversations = Conversations(&documents);
        block_on(async {
            for (id, assignment, student, at) in
                [("a", "lying", "s1", 1), ("b", "lying", "s2", 2), ("c", "truth", "s1", 3)]
            {
                conversations
                    .create(&conversation_id(id), &conversation(assignment, student, at), Handing::In)
                    .await
                    .unwrap();
            }
            close(&documents, "a").await;

            let list = async |filter: ConversationFilter| {
                let (items, _) = conversations.list(&filter, &Page::default()).await.unwrap();
                items.into_iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>()
            };
            let none = ConversationFilter::default();
            assert_eq!(list(none.clone()).await, ["c", "b", "a"]);
            let lying = ConversationFilter { assignment: Some(assignment_id("lying")), ..none.clone() };
            assert_eq!(list(lying.clone()).await, ["b", "a"]);
            let first = ConversationFilter { user: Some(user("s1")), ..none.clone() };
            assert_eq!(list(first).await, ["c", "a"]);
            let ethics = ConversationFilter { course: Some(course_id("ethics")), ..none };
            assert_eq!(list(ethics.clone()).await.len(), 3);
            let closed = ConversationFilter { state: Some(ConversationState::Closed), ..lying };
            assert_eq!(list(closed).await, ["a"]);
        });
    }

    #[test]
    fn of_a_course_those_are_open_that_have_not_ended() {
        let (documents, _) = documents();
        let conversations = Conversations(&documents);
        block_on(async {
            let states = OPEN.into_iter().chain([ConversationState::Closed]);
            for (at, state) in (0_i64..).zip(states) {
                let student = format!("s{at}");
                let begun = Conversation { state, ..conversation("lying", &student, at) };
                conversations.create(&conversation_id(&format!("c{at}")), &begun, Handing::In).await.unwrap();
            }
            let elsewhere = Conversation { course_id: course_id("logic"), ..conversation("truth", "s", 9) };
            conversations.create(&conversation_id("x"), &elsewhere, Handing::In).await.unwrap();
            let (mut seen, mut page) = (Vec::new(), Page { limit: 2, cursor: None });
            loop {
                let (open, next) = conversations.open_in(&course_id("ethics"), &page).await.unwrap();
                seen.extend(open.into_iter().map(|id| id.to_string()));
                let Some(next) = next else { break };
                page.cursor = Some(next);
            }
            assert_eq!(seen, ["c4", "c3", "c2", "c1", "c0"]);
        });
    }

    #[test]
    fn a_list_holds_all_of_a_conversation_but_its_turns() {
        let whole = Conversation {
            end_reason: Some(EndReason::StudentEnded),
            summary: Some("…".into()),
            streaming_session: Some(StreamingSessionId::new("s").unwrap()),
            closed_at: Some(Millis(1)),
            ..conversation("lying", "student", 1)
        };
        let mut fields: Vec<String> = to_fields(&whole).unwrap().into_keys().collect();
        fields.retain(|field| field != "turns");
        assert_eq!(fields, LISTED);
    }
}
