//! Lists of conversations, which come without what was said.

use mentora_core::documents::collections::CONVERSATIONS;
use mentora_core::documents::{Conversation, ConversationState};
use mentora_core::ids::{AssignmentId, ConversationId, CourseId, UserId};
use mentora_core::time::Millis;
use mentora_firestore::value::to_value;
use mentora_firestore::{CollectionPath, Direction, Operator, Query, Transport, Value};

use super::Conversations;
#[cfg(test)]
use crate::repositories::index_coverage::subsets;
use crate::repositories::page::{self, Listing};
use crate::repositories::{Cursor, Page, RepositoryError, Stored};

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

impl<T: Transport> Conversations<'_, T> {
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

/// The open conversations in which nothing happened for long.
pub(in crate::repositories) struct Untouched {
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
pub(in crate::repositories) struct StillOpen {
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
        vec![Self { course: crate::repositories::native_store::course_id("ethics") }]
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
        use crate::repositories::native_store::{assignment_id, course_id, user as user_id};
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
    use mentora_core::documents::EndReason;
    use mentora_core::ids::StreamingSessionId;
    use mentora_core::time::Millis;
    use mentora_firestore::to_fields;

    use super::*;
    use crate::repositories::conversations::Handing;
    use crate::repositories::conversations::tests::close;
    use crate::repositories::native_store::{
        assignment_id, conversation, conversation_id, course_id, documents, user,
    };

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
