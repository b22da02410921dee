//! `statistics/{assignmentId}`, and `statistics/{assignmentId}/contributions/{conversationId}`, of which it is the sum.
//!
//! Both change in one commit, under the condition that nobody else has changed the statistics since they were read. So a
//! conversation is counted while its contribution is there, and what is done twice is done once. A class that ends
//! together meets at one document: whoever loses tries again, here at once and then as the caller sees fit.

use mentora_core::documents::collections::{CONTRIBUTIONS, STATISTICS};
use mentora_core::documents::{
    Assignment, Contribution, Conversation, ConversationState, Statistics, Submission, SubmissionState,
};
use mentora_core::ids::{AssignmentId, ConversationId, UserId};
use mentora_core::time::Millis;
use mentora_firestore::{
    Client, CollectionPath, Direction, Document, DocumentPath, Operator, Precondition, Query, Transport,
    Write, to_fields,
};
use serde_json::json;

use super::conversations::{self, Latest};
use super::page::{self, Listing};
use super::submissions::{self, SubmissionChange};
use super::{Cursor, Page, RepositoryError, Stored, assignments, document};
use crate::platform::documents::DocumentTransport;

/// Tries while others change the same statistics.
pub(super) const ATTEMPTS: u32 = 3;

/// The statistics and what they are made of.
#[derive(Debug)]
pub struct Tallies<'a, T = DocumentTransport>(pub &'a Client<T>);

pub(super) fn path(assignment: &AssignmentId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(STATISTICS)?.doc(assignment.as_str())?)
}

pub(super) fn contribution_path(
    assignment: &AssignmentId,
    conversation: &ConversationId,
) -> Result<DocumentPath, RepositoryError> {
    Ok(path(assignment)?.collection(CONTRIBUTIONS)?.doc(conversation.as_str())?)
}

impl<T: Transport> Tallies<'_, T> {
    /// The statistics of an assignment, if anything has ended.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(
        &self,
        assignment: &AssignmentId,
    ) -> Result<Option<Stored<Statistics>>, RepositoryError> {
        document::read(self.0, &path(assignment)?).await
    }

    /// Counts a conversation that has ended, and hands in what it is for. One that is nobody's to hand in is not counted;
    /// one that is counted stays so.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] and [`RepositoryError::Unavailable`] when it is to be tried again.
    pub async fn add(
        &self,
        id: &ConversationId,
        conversation: &Conversation,
        now: Millis,
    ) -> Result<(), RepositoryError> {
        self.persevere(async || self.try_to_add(id, conversation, now).await).await
    }

    /// Lets a conversation that has ended go on, as `conversation` says: it is not counted any more, what it is for is in
    /// progress, and it is the one that its student has open.
    ///
    /// # Errors
    /// [`RepositoryError::AlreadyExists`] when the student has another one open, [`RepositoryError::NotFound`] when it is
    /// gone; else as [`Tallies::add`].
    pub async fn take_back(
        &self,
        id: &ConversationId,
        conversation: &Conversation,
        now: Millis,
    ) -> Result<(), RepositoryError> {
        self.persevere(async || self.try_to_take_back(id, conversation, now).await).await
    }

    /// What conversations contribute to an assignment, those that ended last first.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn contributions(
        &self,
        assignment: &AssignmentId,
        page: &Page,
    ) -> Result<(Vec<Contribution>, Option<Cursor>), RepositoryError> {
        let ended = Ended { assignment: assignment.clone(), user: None };
        self.ended(&ended, page).await
    }

    async fn try_to_add(
        &self,
        id: &ConversationId,
        conversation: &Conversation,
        now: Millis,
    ) -> Result<(), RepositoryError> {
        let Conversation { assignment_id, user_id, .. } = conversation;
        let contribution_path = contribution_path(assignment_id, id)?;
        let submission_path = submissions::path(&submissions::id_of(assignment_id, user_id)?)?;
        let wanted =
            [&contribution_path, &path(assignment_id)?, &submission_path, &assignments::path(assignment_id)?];
        let [counted, statistics, submission, assignment] = self.together(wanted).await?;
        let (None, Some(submission)) = (counted, submission) else { return Ok(()) };
        let handed: Submission = submission.decode()?;
        let Some(contribution) = Contribution::of(id, conversation).filter(|_| handed.counts(conversation))
        else {
            return Ok(());
        };
        let others = self.latest_of(assignment_id, user_id).await?;
        let mut sum = decoded(statistics.as_ref(), now)?;
        sum.add(&contribution, &others);
        let due_at = match assignment {
            Some(assignment) => assignment.decode::<Assignment>()?.due_at,
            None => None,
        };
        let known = Precondition::UpdateTime(submission.update_time);
        let is_open = handed.state == SubmissionState::InProgress && handed.conversation_id == *id;
        let handing_in = if is_open {
            let change = SubmissionChange::handed_in(contribution.closed_at, due_at);
            document::Change::of(&change)?.write(&submission_path, now).only_if(known)
        } else {
            // Nothing of it changes, but nobody may have opened the conversation again since.
            Write::verify(submission_path, known)
        };
        let writes = [
            contributing(&contribution)?.only_if(Precondition::Exists(false)),
            replacing(assignment_id, statistics.as_ref(), sum, now)?,
            handing_in,
        ];
        self.commit(&writes).await
    }

    async fn try_to_take_back(
        &self,
        id: &ConversationId,
        conversation: &Conversation,
        now: Millis,
    ) -> Result<(), RepositoryError> {
        let Conversation { assignment_id, user_id, .. } = conversation;
        let (own, latest_path) =
            (conversations::path(id)?, conversations::latest_path(assignment_id, user_id)?);
        let contribution_path = contribution_path(assignment_id, id)?;
        let submission_path = submissions::path(&submissions::id_of(assignment_id, user_id)?)?;
        let wanted = [&own, &latest_path, &contribution_path, &path(assignment_id)?, &submission_path];
        let [stored, latest, counted, statistics, submission] = self.together(wanted).await?;
        let stored = stored.ok_or(RepositoryError::NotFound)?;
        if let Some(latest) = &latest {
            let latest = latest.decode::<Latest>()?.conversation_id;
            if latest != *id && self.is_open(&latest).await? {
                return Err(RepositoryError::AlreadyExists);
            }
        }
        let free =
            latest.map_or(Precondition::Exists(false), |latest| Precondition::UpdateTime(latest.update_time));
        let mut writes = vec![conversations::latest(id, conversation, now)?.only_if(free)];
        if stored.decode::<Conversation>()?.state == ConversationState::Closed {
            let open =
                json!({ "state": conversation.state, "endReason": null, "summary": null, "closedAt": null });
            let known = Precondition::UpdateTime(stored.update_time);
            writes.push(document::Change::of(&open)?.write(&own, now).only_if(known));
        }
        if let Some(counted) = counted {
            let contribution: Contribution = counted.decode()?;
            let others = self.latest_of(assignment_id, user_id).await?;
            let mut sum = decoded(statistics.as_ref(), now)?;
            sum.remove(&contribution, &others);
            writes.push(Write::delete(contribution_path).only_if(Precondition::Exists(true)));
            writes.push(replacing(assignment_id, statistics.as_ref(), sum, now)?);
        }
        if let Some(submission) = submission
            && submission.decode::<Submission>()?.counts(conversation)
        {
            // Written in any case: a count of the end that is still under way finds another version, and does nothing.
            let change = document::Change::of(&SubmissionChange::going_on(id.clone()))?;
            let known = Precondition::UpdateTime(submission.update_time);
            writes.push(change.write(&submission_path, now).only_if(known));
        }
        self.commit(&writes).await
    }

    async fn persevere(
        &self,
        mut attempt: impl AsyncFnMut() -> Result<(), RepositoryError>,
    ) -> Result<(), RepositoryError> {
        for _ in 1..ATTEMPTS {
            match attempt().await {
                Err(RepositoryError::Conflict) => {}
                done => return done,
            }
        }
        attempt().await
    }

    /// All or nothing. What was made or has gone since it was read is somebody else's change as any other.
    pub(super) async fn commit(&self, writes: &[Write]) -> Result<(), RepositoryError> {
        match self.0.commit(writes).await.map_err(RepositoryError::from) {
            Ok(_) => Ok(()),
            Err(RepositoryError::AlreadyExists | RepositoryError::NotFound) => Err(RepositoryError::Conflict),
            Err(error) => Err(error),
        }
    }

    async fn together<const N: usize>(
        &self,
        paths: [&DocumentPath; N],
    ) -> Result<[Option<Document>; N], RepositoryError> {
        let found = self.0.batch_get(&paths.map(Clone::clone)).await?;
        found
            .try_into()
            .map_err(|_| RepositoryError::Internal("a read told not all of what it was asked".into()))
    }

    async fn is_open(&self, id: &ConversationId) -> Result<bool, RepositoryError> {
        let found: Option<Stored<Conversation>> = document::read(self.0, &conversations::path(id)?).await?;
        Ok(found.is_some_and(|found| found.state != ConversationState::Closed))
    }

    /// What a student ended last. Of all but the one at hand only the last counts, so two are enough.
    async fn latest_of(
        &self,
        assignment: &AssignmentId,
        user: &UserId,
    ) -> Result<Vec<Contribution>, RepositoryError> {
        let ended = Ended { assignment: assignment.clone(), user: Some(user.clone()) };
        Ok(self.ended(&ended, &Page { limit: 2, cursor: None }).await?.0)
    }

    async fn ended(
        &self,
        ended: &Ended,
        page: &Page,
    ) -> Result<(Vec<Contribution>, Option<Cursor>), RepositoryError> {
        let (found, next) = page::list(self.0, ended, page).await?;
        let contribution = |(_, stored): (ConversationId, Stored<Contribution>)| stored.into_document();
        Ok((found.into_iter().map(contribution).collect(), next))
    }
}

/// The sum as it stands, or that of nothing.
fn decoded(statistics: Option<&Document>, now: Millis) -> Result<Statistics, RepositoryError> {
    match statistics {
        Some(found) => Ok(found.decode()?),
        None => Ok(Statistics::new(Default::default(), now)),
    }
}

/// The write of a contribution, whatever was there.
pub(super) fn contributing(contribution: &Contribution) -> Result<Write, RepositoryError> {
    let Contribution { assignment_id, conversation_id, .. } = contribution;
    Ok(Write::set(contribution_path(assignment_id, conversation_id)?, to_fields(contribution)?))
}

/// The write of a sum that was made of what was read.
fn replacing(
    assignment: &AssignmentId,
    read: Option<&Document>,
    sum: Statistics,
    now: Millis,
) -> Result<Write, RepositoryError> {
    let known = read.map_or(Precondition::Exists(false), |found| Precondition::UpdateTime(found.update_time));
    let fields = to_fields(&Statistics { updated_at: now, ..sum })?;
    Ok(Write::set(path(assignment)?, fields).only_if(known))
}

/// What has ended of an assignment, of everybody or of one student.
pub(super) struct Ended {
    assignment: AssignmentId,
    user: Option<UserId>,
}

impl Listing for Ended {
    const ORDER: &'static [(&'static str, Direction)] = &[("closedAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let query = Query::collection(&path(&self.assignment)?.collection(CONTRIBUTIONS)?);
        Ok(match &self.user {
            Some(user) => query.whose("userId", Operator::Equal, user.as_str()),
            None => query,
        })
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        use super::native_store::{assignment_id, user as user_id};
        let shape = |user| Self { assignment: assignment_id("lying"), user };
        [None, Some(user_id("student"))].map(shape).into()
    }
}
