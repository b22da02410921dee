//! The statistics of an assignment made anew, of its conversations; and the word cloud, which is only ever made anew.

use std::collections::BTreeSet;

use mentora_core::documents::collections::CONVERSATIONS;
use mentora_core::documents::{
    Contribution, Conversation, ConversationState, Statistics, Submission, WordCloud,
};
use mentora_core::ids::{AssignmentId, ConversationId};
use mentora_core::statistics::{Cloud, Rebuild, Students};
use mentora_core::time::Millis;
use mentora_firestore::value::to_value;
use mentora_firestore::{
    CollectionPath, Direction, Operator, Precondition, Query, Transport, Write, to_fields,
};
use serde_json::json;

use super::page::{self, Listing, MAX_LIMIT};
use super::tallies::{self, ATTEMPTS};
use super::{Page, RepositoryError, Stored, Tallies, conversations, document, submissions};

/// Conversations of one read. They come with their turns, up to 900 KiB each, into the 128 MiB of a Worker.
const AT_ONCE: u32 = 25;
/// Contributions of one commit, of some ten kilobytes each; a request may have 10 MiB.
const WRITES: usize = 200;

/// What a rebuild did.
#[derive(Debug, Clone, PartialEq)]
pub struct Rebuilt {
    /// The figures as they stand now.
    pub statistics: Statistics,
    /// Conversations that were counted.
    pub conversations: u32,
    /// Contributions that were not as they should be: made, changed or removed.
    pub corrected: u32,
}

impl<T: Transport> Tallies<'_, T> {
    /// The statistics with a word cloud of what has ended up to now. Who draws at the same time as another, or while a
    /// conversation ends, answers with what was drawn and leaves the document to the other.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn drawn(
        &self,
        assignment: &AssignmentId,
        now: Millis,
    ) -> Result<Option<Statistics>, RepositoryError> {
        let Some(found) = self.get(assignment).await? else { return Ok(None) };
        if !found.word_cloud_stale {
            return Ok(Some(found.into_document()));
        }
        let cloud = self.cloud(assignment).await?;
        let change = json!({ "wordCloud": &cloud, "wordCloudStale": false });
        let version = Some(found.version);
        let path = tallies::path(assignment)?;
        match document::update::<_, Statistics>(self.0, &path, &change, version, now).await {
            Ok(stored) => Ok(Some(stored.into_document())),
            Err(RepositoryError::Stale | RepositoryError::Conflict) => {
                let mut statistics = found.into_document();
                statistics.draw(cloud);
                Ok(Some(statistics))
            }
            Err(error) => Err(error),
        }
    }

    /// Makes statistics and contributions anew, of all conversations that have ended. What is right already is not
    /// written. While conversations end it begins again, a few times.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when conversations end all the time.
    pub async fn rebuild(
        &self,
        assignment: &AssignmentId,
        students: Students,
        now: Millis,
    ) -> Result<Rebuilt, RepositoryError> {
        for _ in 1..ATTEMPTS {
            match self.try_to_rebuild(assignment, students, now).await {
                Err(RepositoryError::Conflict) => {}
                done => return done,
            }
        }
        self.try_to_rebuild(assignment, students, now).await
    }

    async fn cloud(&self, assignment: &AssignmentId) -> Result<WordCloud, RepositoryError> {
        let mut cloud = Cloud::default();
        let mut wanted = Page { limit: MAX_LIMIT, cursor: None };
        loop {
            let (found, next) = self.contributions(assignment, &wanted).await?;
            found.iter().for_each(|contribution| cloud.add(contribution));
            if next.is_none() {
                return Ok(cloud.draw());
            }
            wanted.cursor = next;
        }
    }

    async fn try_to_rebuild(
        &self,
        assignment: &AssignmentId,
        students: Students,
        now: Millis,
    ) -> Result<Rebuilt, RepositoryError> {
        // Read first: if anything is counted from here on, the write at the end is refused.
        let path = tallies::path(assignment)?;
        let before = self.0.get(&path).await?;
        let (mut rebuild, mut counted, mut writes) = (Rebuild::default(), BTreeSet::new(), Vec::new());
        let closed = Closed { assignment: assignment.clone() };
        let mut wanted = Page { limit: AT_ONCE, cursor: None };
        loop {
            let (found, next) = page::list(self.0, &closed, &wanted).await?;
            for (contribution, stored) in self.contributed(&found).await? {
                rebuild.add(&contribution);
                if stored.as_ref() != Some(&contribution) {
                    writes.push(tallies::contributing(&contribution)?);
                }
                counted.insert(contribution.conversation_id);
            }
            if next.is_none() {
                break;
            }
            wanted.cursor = next;
        }
        writes.extend(self.uncounted(assignment, &mut counted, &mut rebuild).await?);
        let corrected = u32::try_from(writes.len()).unwrap_or(u32::MAX);
        let mut statistics = rebuild.finish(students, now);
        let known = match &before {
            Some(before) => {
                statistics.created_at = before.decode::<Statistics>()?.created_at;
                Precondition::UpdateTime(before.update_time)
            }
            None => Precondition::Exists(false),
        };
        // All at once, or the last of them: until then the statistics are as they were, and a rebuild begins again.
        while writes.len() > WRITES {
            let rest = writes.split_off(WRITES);
            self.commit(&writes).await?;
            writes = rest;
        }
        writes.push(Write::set(path, to_fields(&statistics)?).only_if(known));
        self.commit(&writes).await?;
        let conversations = u32::try_from(counted.len()).unwrap_or(u32::MAX);
        Ok(Rebuilt { statistics, conversations, corrected })
    }

    /// What each conversation contributes, and what is stored as that. One that is nobody's to hand in contributes nothing.
    async fn contributed(
        &self,
        conversations: &[(ConversationId, Stored<Conversation>)],
    ) -> Result<Vec<(Contribution, Option<Contribution>)>, RepositoryError> {
        if conversations.is_empty() {
            return Ok(Vec::new());
        }
        let mut paths = Vec::new();
        for (id, conversation) in conversations {
            let Conversation { assignment_id, user_id, .. } = &conversation.document;
            paths.push(submissions::path(&submissions::id_of(assignment_id, user_id)?)?);
            paths.push(tallies::contribution_path(assignment_id, id)?);
        }
        // A student who argued twice has one submission, which is asked for once.
        let distinct: Vec<_> = paths.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
        let found = self.0.batch_get(&distinct).await?;
        let there = |path| distinct.binary_search(path).ok().and_then(|at| found.get(at)?.as_ref());
        let mut contributed = Vec::new();
        for ((id, conversation), paths) in conversations.iter().zip(paths.chunks(2)) {
            let [submission, stored] = paths else { continue };
            let Some(submission) = there(submission) else { continue };
            let counts = submission.decode::<Submission>()?.counts(conversation);
            if let Some(contribution) = Contribution::of(id, conversation).filter(|_| counts) {
                let stored = there(stored).map(|stored| stored.decode()).transpose()?;
                contributed.push((contribution, stored));
            }
        }
        Ok(contributed)
    }

    /// The removal of contributions of conversations that are not counted. What conversations added that were removed because
    /// nobody keeps them for longer is counted as it stands.
    async fn uncounted(
        &self,
        assignment: &AssignmentId,
        counted: &mut BTreeSet<ConversationId>,
        rebuild: &mut Rebuild,
    ) -> Result<Vec<Write>, RepositoryError> {
        let mut writes = Vec::new();
        let mut wanted = Page { limit: MAX_LIMIT, cursor: None };
        loop {
            let (found, next) = self.contributions(assignment, &wanted).await?;
            for contribution in found {
                if counted.contains(&contribution.conversation_id) {
                    continue;
                }
                if contribution.expired_at.is_some() {
                    rebuild.add(&contribution);
                    counted.insert(contribution.conversation_id);
                    continue;
                }
                let path = tallies::contribution_path(assignment, &contribution.conversation_id)?;
                writes.push(Write::delete(path));
            }
            if next.is_none() {
                return Ok(writes);
            }
            wanted.cursor = next;
        }
    }
}

/// The conversations about an assignment that have ended, with their turns.
pub(super) struct Closed {
    assignment: AssignmentId,
}

impl Listing for Closed {
    const ORDER: &'static [(&'static str, Direction)] = conversations::ConversationFilter::ORDER;

    fn query(&self) -> Result<Query, RepositoryError> {
        let conversations = Query::collection(&CollectionPath::parse(CONVERSATIONS)?);
        let about = conversations.whose("assignmentId", Operator::Equal, self.assignment.as_str());
        Ok(about.whose("state", Operator::Equal, to_value(&ConversationState::Closed)?))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { assignment: super::native_store::assignment_id("lying") }]
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::join;
    use mentora_core::documents::{Assignment, EndReason, SubmissionState};
    use mentora_firestore::Client;

    use super::*;
    use crate::repositories::conversations::Handing;
    use crate::repositories::native_store::{
        NativeStore, assignment, assignment_id, conversation, conversation_id, documents, user,
    };
    use crate::repositories::{Conversations, Submissions, assignments};

    type Documents = Client<&'static NativeStore>;

    /// A student's conversation that begins and ends, as its object would have it; not yet counted.
    async fn ended(
        documents: &Documents,
        id: &str,
        student: &str,
        at: i64,
        handing: Handing,
    ) -> Conversation {
        let begun = conversation("lying", student, at);
        Conversations(documents).create(&conversation_id(id), &begun, handing).await.unwrap();
        let closed =
            Conversation { state: ConversationState::Closed, closed_at: Some(Millis(at + 5)), ..begun };
        let path = conversations::path(&conversation_id(id)).unwrap();
        documents.commit(&[Write::update(path, to_fields(&closed).unwrap())]).await.unwrap();
        closed
    }

    async fn sum(documents: &Documents) -> Statistics {
        Tallies(documents).get(&assignment_id("lying")).await.unwrap().unwrap().into_document()
    }

    async fn submission(documents: &Documents, student: &str) -> Submission {
        let id = submissions::id_of(&assignment_id("lying"), &user(student)).unwrap();
        Submissions(documents).get(&id).await.unwrap().unwrap().into_document()
    }

    #[test]
    fn an_end_is_counted_once_and_hands_in_however_often_it_is_told() {
        let (documents, store) = documents();
        let tallies = Tallies(&documents);
        block_on(async {
            let closed = ended(&documents, "a", "student", 1, Handing::In).await;
            let id = conversation_id("a");
            store.lose_next_commit_reply();
            let first = tallies.add(&id, &closed, Millis(7)).await;
            assert_eq!(first, Err(RepositoryError::Unavailable), "nobody knows whether it arrived");
            for _ in 0..3 {
                tallies.add(&id, &closed, Millis(8)).await.unwrap();
            }
            assert_eq!(sum(&documents).await.sums.conversations, 1);
            let handed = submission(&documents, "student").await;
            assert_eq!((handed.state, handed.submitted_at), (SubmissionState::Submitted, Some(Millis(6))));
        });
    }

    #[test]
    fn whatever_ends_it_it_is_handed_in_and_what_ends_after_it_was_due_is_late() {
        let reasons = [
            EndReason::MaxTurnsReached,
            EndReason::ConclusionReached,
            EndReason::CircularArgument,
            EndReason::StudentEnded,
            EndReason::InstructorEnded,
            EndReason::TimeLimit,
            EndReason::OutOfCredits,
            EndReason::Inactivity,
            EndReason::Error,
        ];
        let (documents, _) = documents();
        let tallies = Tallies(&documents);
        block_on(async {
            let due = Assignment { due_at: Some(Millis(20)), ..assignment("ethics", "Is it right?", 0) };
            let path = assignments::path(&assignment_id("lying")).unwrap();
            documents.commit(&[Write::set(path, to_fields(&due).unwrap())]).await.unwrap();
            for (index, reason) in reasons.into_iter().enumerate() {
                // It is closed five milliseconds after it began.
                let (name, late) = (format!("{reason:?}"), index % 2 == 1);
                let at = if late { 16 } else { 15 };
                let closed = ended(&documents, &name, &name, at, Handing::In).await;
                let closed = Conversation { end_reason: Some(reason), ..closed };
                for now in [30, 40] {
                    tallies.add(&conversation_id(&name), &closed, Millis(now)).await.unwrap();
                }
                let handed = submission(&documents, &name).await;
                let expected = (SubmissionState::Submitted, Some(Millis(at + 5)), late);
                assert_eq!((handed.state, handed.submitted_at, handed.late), expected, "{name}");
            }
            let figures = sum(&documents).await;
            assert_eq!(figures.sums.conversations, 9);
            assert_eq!(figures.end_reasons.values().copied().collect::<Vec<_>>(), [1; 9]);
        });
    }

    #[test]
    fn who_ends_at_once_is_counted_each() {
        let (documents, _) = documents();
        let tallies = Tallies(&documents);
        block_on(async {
            let left = ended(&documents, "a", "s1", 1, Handing::In).await;
            let right = ended(&documents, "b", "s2", 2, Handing::In).await;
            let (a, b) = (conversation_id("a"), conversation_id("b"));
            let outcome = join!(tallies.add(&a, &left, Millis(9)), tallies.add(&b, &right, Millis(9)));
            assert_eq!(outcome, (Ok(()), Ok(())));
            assert_eq!(sum(&documents).await.sums.conversations, 2);
        });
    }

    #[test]
    fn staff_who_try_an_assignment_are_not_counted() {
        let (documents, _) = documents();
        let tallies = Tallies(&documents);
        block_on(async {
            let tried = ended(&documents, "a", "teacher", 1, Handing::Nothing).await;
            tallies.add(&conversation_id("a"), &tried, Millis(9)).await.unwrap();
            assert_eq!(tallies.get(&assignment_id("lying")).await.unwrap(), None);
            let rebuilt =
                tallies.rebuild(&assignment_id("lying"), Students::default(), Millis(9)).await.unwrap();
            assert_eq!(rebuilt.conversations, 0);
        });
    }

    #[test]
    fn what_is_opened_again_goes_on_and_counts_no_more() {
        let (documents, store) = documents();
        let tallies = Tallies(&documents);
        block_on(async {
            let closed = ended(&documents, "a", "student", 1, Handing::In).await;
            let id = conversation_id("a");
            tallies.add(&id, &closed, Millis(7)).await.unwrap();
            let open = Conversation {
                state: ConversationState::AwaitingFollowup,
                closed_at: None,
                ..closed.clone()
            };
            store.lose_next_commit_reply();
            assert_eq!(tallies.take_back(&id, &open, Millis(8)).await, Err(RepositoryError::Unavailable));
            tallies.take_back(&id, &open, Millis(9)).await.unwrap();
            assert_eq!(sum(&documents).await.sums.conversations, 0);
            assert_eq!(submission(&documents, "student").await.state, SubmissionState::InProgress);
            let found = Conversations(&documents).open_of(&assignment_id("lying"), &user("student")).await;
            let (found, stored) = found.unwrap().unwrap();
            assert_eq!((found, stored.state, stored.closed_at), (id.clone(), open.state, None));

            // It ends again, and is counted again.
            tallies.add(&id, &closed, Millis(10)).await.unwrap();
            assert_eq!(sum(&documents).await.sums.conversations, 1);
        });
    }

    #[test]
    fn nothing_is_opened_again_beside_another_that_is_open() {
        let (documents, _) = documents();
        let tallies = Tallies(&documents);
        block_on(async {
            let closed = ended(&documents, "a", "student", 1, Handing::In).await;
            tallies.add(&conversation_id("a"), &closed, Millis(7)).await.unwrap();
            let second = conversation("lying", "student", 8);
            Conversations(&documents).create(&conversation_id("b"), &second, Handing::In).await.unwrap();
            let open = Conversation { state: ConversationState::AwaitingFollowup, closed_at: None, ..closed };
            let refused = tallies.take_back(&conversation_id("a"), &open, Millis(9)).await;
            assert_eq!(refused, Err(RepositoryError::AlreadyExists));
            assert_eq!(sum(&documents).await.sums.conversations, 1, "nothing changed");
            assert_eq!(submission(&documents, "student").await.conversation_id, conversation_id("b"));
        });
    }

    #[test]
    fn a_rebuild_comes_to_what_was_counted_and_corrects_what_was_not() {
        let (documents, _) = documents();
        let tallies = Tallies(&documents);
        let lying = assignment_id("lying");
        block_on(async {
            for n in 0..60 {
                let (id, student) = (format!("c{n}"), format!("s{n}"));
                let closed = ended(&documents, &id, &student, n, Handing::In).await;
                tallies.add(&conversation_id(&id), &closed, Millis(100)).await.unwrap();
            }
            let counted = tallies.drawn(&lying, Millis(101)).await.unwrap().unwrap();
            let students = Students::default();
            let rebuilt = tallies.rebuild(&lying, students, Millis(102)).await.unwrap();
            assert_eq!((rebuilt.conversations, rebuilt.corrected), (60, 0));
            assert_eq!(Statistics { updated_at: counted.updated_at, ..rebuilt.statistics }, counted);

            // One was never counted, one was counted and is gone.
            let path = tallies::contribution_path(&lying, &conversation_id("c7")).unwrap();
            documents.commit(&[Write::delete(path)]).await.unwrap();
            let path = conversations::path(&conversation_id("c9")).unwrap();
            documents.commit(&[Write::delete(path)]).await.unwrap();
            let rebuilt = tallies.rebuild(&lying, students, Millis(103)).await.unwrap();
            assert_eq!((rebuilt.conversations, rebuilt.corrected), (59, 2));
            assert_eq!(sum(&documents).await.sums.conversations, 59);
        });
    }
}
