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
        writes.extend(self.uncounted(assignment, &counted).await?);
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
            self.0.commit(&writes).await?;
            writes = rest;
        }
        writes.push(Write::set(path, to_fields(&statistics)?).only_if(known));
        self.0.commit(&writes).await?;
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

    /// The removal of contributions of conversations that are not counted.
    async fn uncounted(
        &self,
        assignment: &AssignmentId,
        counted: &BTreeSet<ConversationId>,
    ) -> Result<Vec<Write>, RepositoryError> {
        let mut writes = Vec::new();
        let mut wanted = Page { limit: MAX_LIMIT, cursor: None };
        loop {
            let (found, next) = self.contributions(assignment, &wanted).await?;
            for contribution in found.iter().filter(|found| !counted.contains(&found.conversation_id)) {
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
