//! `submissions/{assignmentId_userId}`: one a student and assignment, however often the student begins again.

use mentora_core::documents::collections::SUBMISSIONS;
use mentora_core::documents::{Conversation, NewsKind, Submission, SubmissionState};
use mentora_core::ids::{AssignmentId, ConversationId, SubmissionId, UserId};
use mentora_core::time::Millis;
use mentora_firestore::value::to_value;
use mentora_firestore::{
    Client, CollectionPath, Direction, DocumentPath, Operator, Precondition, Query, Transport, Write,
    to_fields,
};
use serde::Serialize;

use super::page::{self, Counted, Listing};
use super::{Cursor, Page, RepositoryError, Stored, Version, document, news};
use crate::platform::documents::DocumentTransport;

/// The submissions.
#[derive(Debug)]
pub struct Submissions<'a, T = DocumentTransport>(pub &'a Client<T>);

/// What changes of a submission; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SubmissionChange {
    /// The conversation that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// How far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<SubmissionState>,
    /// When it was handed in; `Some(None)` takes that back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<Option<Millis>>,
    /// Whether it was handed in after it was due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late: Option<bool>,
    /// How much of the assignment was done; `Some(None)` takes the score away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_completion: Option<Option<f64>>,
    /// What staff say to it; `Some(None)` takes that away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<Option<String>>,
}

impl SubmissionChange {
    /// The student argues, in this conversation. What staff have said of an earlier one stays until they say more.
    #[must_use]
    pub fn going_on(conversation: ConversationId) -> Self {
        Self {
            conversation_id: Some(conversation),
            state: Some(SubmissionState::InProgress),
            submitted_at: Some(None),
            late: Some(false),
            ..Self::default()
        }
    }

    /// Its conversation has ended.
    #[must_use]
    pub fn handed_in(closed_at: Millis, due_at: Option<Millis>) -> Self {
        Self {
            state: Some(SubmissionState::Submitted),
            submitted_at: Some(Some(closed_at)),
            late: Some(Submission::is_late(closed_at, due_at)),
            ..Self::default()
        }
    }
}

/// How many submissions of an assignment are how far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// The students argue.
    pub in_progress: u32,
    /// Handed in.
    pub submitted: u32,
    /// Judged.
    pub graded_complete: u32,
    /// Handed in after they were due, whether judged or not.
    pub late: u32,
}

impl Progress {
    /// Students who have begun.
    #[must_use]
    pub fn begun(self) -> u32 {
        self.in_progress.saturating_add(self.submitted).saturating_add(self.graded_complete)
    }
}

pub(super) fn path(id: &SubmissionId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(SUBMISSIONS)?.doc(id.as_str())?)
}

pub(super) fn id_of(assignment: &AssignmentId, user: &UserId) -> Result<SubmissionId, RepositoryError> {
    SubmissionId::of(assignment, user).map_err(|error| RepositoryError::Internal(error.to_string()))
}

impl<T: Transport> Submissions<'_, T> {
    /// A submission.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, id: &SubmissionId) -> Result<Option<Stored<Submission>>, RepositoryError> {
        document::read(self.0, &path(id)?).await
    }

    /// Changes a submission and tells how it stands then. That it was graded, its student is told soon after.
    ///
    /// # Errors
    /// [`RepositoryError::NotFound`] when there is none, [`RepositoryError::Stale`] when it has another version than `seen`.
    pub async fn update(
        &self,
        id: &SubmissionId,
        change: &SubmissionChange,
        seen: Option<Version>,
        now: Millis,
    ) -> Result<Stored<Submission>, RepositoryError> {
        let path = path(id)?;
        let graded = change.state == Some(SubmissionState::GradedComplete);
        let telling =
            graded.then(|| news::telling(NewsKind::SubmissionGraded, &path, now, now)).transpose()?;
        let change = document::Change::of(change)?;
        document::update_with(self.0, &path, change, seen, now, telling.into_iter().collect()).await
    }

    /// What these students, as many as a page holds, have begun or handed in for an assignment.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn of_students(
        &self,
        assignment: &AssignmentId,
        students: &[UserId],
    ) -> Result<Vec<Option<Submission>>, RepositoryError> {
        if students.is_empty() {
            return Ok(Vec::new());
        }
        let paths = students.iter().map(|student| path(&id_of(assignment, student)?));
        let found = self.0.batch_get(&paths.collect::<Result<Vec<_>, _>>()?).await?;
        found.into_iter().map(|found| Ok(found.map(|found| found.decode()).transpose()?)).collect()
    }

    /// The submissions for an assignment, or those of them that are so far; who began last comes first.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn list(
        &self,
        assignment: &AssignmentId,
        state: Option<SubmissionState>,
        page: &Page,
    ) -> Result<(Vec<(SubmissionId, Stored<Submission>)>, Option<Cursor>), RepositoryError> {
        page::list(self.0, &OfAssignment { assignment: assignment.clone(), state }, page).await
    }

    /// How many there are of each kind, counted by the store.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn progress(&self, assignment: &AssignmentId) -> Result<Progress, RepositoryError> {
        let count =
            async |kind: Kind| page::count(self.0, &HowMany { assignment: assignment.clone(), kind }).await;
        let (in_progress, submitted, graded_complete, late) = futures::try_join!(
            count(Kind::In(SubmissionState::InProgress)),
            count(Kind::In(SubmissionState::Submitted)),
            count(Kind::In(SubmissionState::GradedComplete)),
            count(Kind::Late),
        )?;
        Ok(Progress { in_progress, submitted, graded_complete, late })
    }

    /// The write that goes with the beginning of a student's conversation.
    pub(super) async fn begin(
        &self,
        id: &ConversationId,
        conversation: &Conversation,
    ) -> Result<Write, RepositoryError> {
        let Conversation { assignment_id, user_id, created_at, .. } = conversation;
        let path = path(&id_of(assignment_id, user_id)?)?;
        if self.0.get(&path).await?.is_none() {
            let begun = Submission::begun(assignment_id.clone(), user_id.clone(), id.clone(), *created_at);
            return Ok(Write::create(path, to_fields(&begun)?));
        }
        let change = document::Change::of(&SubmissionChange::going_on(id.clone()))?;
        // Whatever staff write of it at this moment holds as well.
        Ok(change.write(&path, *created_at).only_if(Precondition::Exists(true)))
    }
}

/// The submissions for an assignment.
pub(super) struct OfAssignment {
    assignment: AssignmentId,
    state: Option<SubmissionState>,
}

impl Listing for OfAssignment {
    const ORDER: &'static [(&'static str, Direction)] = &[("startedAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let query = for_assignment(&self.assignment)?;
        Ok(match self.state {
            Some(state) => query.whose("state", Operator::Equal, to_value(&state)?),
            None => query,
        })
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        let shape = |state| Self { assignment: super::native_store::assignment_id("lying"), state };
        [None, Some(SubmissionState::Submitted)].map(shape).into()
    }
}

/// Which submissions are counted.
#[derive(Debug, Clone, Copy)]
enum Kind {
    In(SubmissionState),
    Late,
}

/// How many submissions for an assignment are of a kind.
pub(super) struct HowMany {
    assignment: AssignmentId,
    kind: Kind,
}

impl Counted for HowMany {
    fn query(&self) -> Result<Query, RepositoryError> {
        let query = for_assignment(&self.assignment)?;
        Ok(match self.kind {
            // In the order of the list, whose index it shares.
            Kind::In(state) => query
                .whose("state", Operator::Equal, to_value(&state)?)
                .order_by("startedAt", Direction::Descending),
            Kind::Late => query.whose("late", Operator::Equal, true),
        })
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        let shape = |kind| Self { assignment: super::native_store::assignment_id("lying"), kind };
        [Kind::In(SubmissionState::Submitted), Kind::Late].map(shape).into()
    }
}

fn for_assignment(assignment: &AssignmentId) -> Result<Query, RepositoryError> {
    let submissions = Query::collection(&CollectionPath::parse(SUBMISSIONS)?);
    Ok(submissions.whose("assignmentId", Operator::Equal, assignment.as_str()))
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::repositories::Conversations;
    use crate::repositories::conversations::{self, Handing};
    use crate::repositories::native_store::{
        NativeStore, assignment_id, conversation, conversation_id, documents, user,
    };

    async fn begin(documents: &Client<&'static NativeStore>, id: &str, student: &str, at: i64) {
        let conversation = conversation("lying", student, at);
        Conversations(documents).create(&conversation_id(id), &conversation, Handing::In).await.unwrap();
    }

    async fn of(documents: &Client<&'static NativeStore>, student: &str) -> Stored<Submission> {
        let id = id_of(&assignment_id("lying"), &user(student)).unwrap();
        Submissions(documents).get(&id).await.unwrap().unwrap()
    }

    #[test]
    fn a_submission_begins_with_the_conversation_and_names_the_latest() {
        let (documents, _) = documents();
        block_on(async {
            begin(&documents, "a", "student", 1).await;
            let first = of(&documents, "student").await;
            let begun =
                Submission::begun(assignment_id("lying"), user("student"), conversation_id("a"), Millis(1));
            assert_eq!(first.document, begun);

            let closed = serde_json::json!({ "state": "closed" });
            let path = conversations::path(&conversation_id("a")).unwrap();
            let _: Stored<Conversation> =
                document::update(&documents, &path, &closed, None, Millis(2)).await.unwrap();
            let id = id_of(&assignment_id("lying"), &user("student")).unwrap();
            let graded = SubmissionChange {
                state: Some(SubmissionState::GradedComplete),
                score_completion: Some(Some(80.0)),
                ..SubmissionChange::handed_in(Millis(2), Some(Millis(1)))
            };
            let graded = Submissions(&documents).update(&id, &graded, None, Millis(3)).await.unwrap();
            assert!(graded.late && graded.submitted_at == Some(Millis(2)));

            begin(&documents, "b", "student", 4).await;
            let again = of(&documents, "student").await.into_document();
            let expected = Submission {
                conversation_id: conversation_id("b"),
                score_completion: Some(80.0),
                updated_at: Millis(4),
                ..begun
            };
            assert_eq!(again, expected);
        });
    }

    #[test]
    fn who_hands_nothing_in_has_no_submission() {
        let (documents, _) = documents();
        block_on(async {
            let tried = conversation("lying", "teacher", 1);
            let conversations = Conversations(&documents);
            conversations.create(&conversation_id("a"), &tried, Handing::Nothing).await.unwrap();
            let id = id_of(&assignment_id("lying"), &user("teacher")).unwrap();
            assert_eq!(Submissions(&documents).get(&id).await.unwrap(), None);
        });
    }

    #[test]
    fn submissions_are_listed_by_their_beginning_and_counted_by_their_state() {
        let (documents, _) = documents();
        let submissions = Submissions(&documents);
        block_on(async {
            for (id, student, at) in [("a", "s1", 1), ("b", "s2", 2), ("c", "s3", 3)] {
                begin(&documents, id, student, at).await;
            }
            let late = SubmissionChange::handed_in(Millis(9), Some(Millis(5)));
            let id = id_of(&assignment_id("lying"), &user("s2")).unwrap();
            submissions.update(&id, &late, None, Millis(9)).await.unwrap();

            let list = async |state| {
                let (found, _) =
                    submissions.list(&assignment_id("lying"), state, &Page::default()).await.unwrap();
                found.into_iter().map(|(_, found)| found.user_id.to_string()).collect::<Vec<_>>()
            };
            assert_eq!(list(None).await, ["s3", "s2", "s1"]);
            assert_eq!(list(Some(SubmissionState::Submitted)).await, ["s2"]);
            let progress = submissions.progress(&assignment_id("lying")).await.unwrap();
            assert_eq!(progress, Progress { in_progress: 2, submitted: 1, graded_complete: 0, late: 1 });
            assert_eq!(submissions.progress(&assignment_id("truth")).await.unwrap(), Progress::default());
        });
    }
}
