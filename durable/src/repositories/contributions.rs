//! `statistics/{assignmentId}/contributions/{conversationId}`, and the sums they are part of.

use mentora_core::documents::collections::{CONTRIBUTIONS, STATISTICS};
use mentora_core::documents::{Contribution, Statistics, WordCloud};
use mentora_core::ids::{AssignmentId, UserId};
use mentora_core::time::Millis;
use mentora_firestore::{
    Client, CollectionPath, Direction, Document, DocumentPath, Kind, Operator, Query, Transport, Write,
    to_fields,
};

use super::document::{self, Stored, guarded};
use super::page::{self, Listing};
use super::{Page, RepositoryError};
use crate::platform::documents::DocumentTransport;

/// Attempts to change the sums while others change them, too.
const ATTEMPTS: u32 = 5;

/// The contributions.
#[derive(Debug)]
pub struct Contributions<'a, T = DocumentTransport>(pub &'a Client<T>);

fn statistics_path(assignment: &AssignmentId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(STATISTICS)?.doc(assignment.as_str())?)
}

impl<T: Transport> Contributions<'_, T> {
    /// Removes a contribution and takes it out of the sums, both or neither. The cloud of words is emptied until it is
    /// drawn anew: nobody can tell who said a word in it. One that is gone already was taken out already.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when others change the sums all the time.
    pub async fn remove(&self, found: &Document, now: Millis) -> Result<(), RepositoryError> {
        // What cannot be read was never counted.
        let Ok(contribution) = found.decode::<Contribution>() else {
            self.0.commit(&[Write::delete(found.path.clone())]).await?;
            return Ok(());
        };
        for _ in 0..ATTEMPTS {
            let Some(standing) = self.0.get(&found.path).await? else { return Ok(()) };
            let version = Stored::<Contribution>::of(&standing)?.version;
            let mut writes = vec![guarded(Write::delete(found.path.clone()), Some(version))];
            let place = statistics_path(&contribution.assignment_id)?;
            if let Some(statistics) = document::read::<_, Statistics>(self.0, &place).await? {
                let others = self.of_student(&contribution.assignment_id, &contribution.user_id).await?;
                let mut sums = statistics.document;
                sums.remove(&contribution, &others);
                sums.word_cloud = WordCloud::default();
                sums.updated_at = now;
                writes.push(guarded(Write::update(place, to_fields(&sums)?), Some(statistics.version)));
            }
            match self.0.commit(&writes).await {
                Ok(_) => return Ok(()),
                Err(error) => match error.kind {
                    Kind::FailedPrecondition | Kind::Aborted | Kind::NotFound | Kind::UnknownOutcome => {}
                    _ => return Err(error.into()),
                },
            }
        }
        Err(RepositoryError::Conflict)
    }

    /// All contributions of a student to an assignment.
    async fn of_student(
        &self,
        assignment: &AssignmentId,
        student: &UserId,
    ) -> Result<Vec<Contribution>, RepositoryError> {
        let listing = OfStudent { assignment: assignment.clone(), student: student.clone() };
        let mut page = Page { limit: page::MAX_LIMIT, cursor: None };
        let mut all = Vec::new();
        loop {
            let (found, next) = page::fetch(self.0, &listing, &page).await?;
            for document in found {
                all.push(document.decode()?);
            }
            let Some(next) = next else { return Ok(all) };
            page.cursor = Some(next);
        }
    }
}

/// The contributions of a student to an assignment.
pub(super) struct OfStudent {
    assignment: AssignmentId,
    student: UserId,
}

impl Listing for OfStudent {
    const ORDER: &'static [(&'static str, Direction)] = &[];

    fn query(&self) -> Result<Query, RepositoryError> {
        let all = statistics_path(&self.assignment)?.collection(CONTRIBUTIONS)?;
        Ok(Query::collection(&all).whose("userId", Operator::Equal, self.student.as_str()))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        use super::native_store::{assignment_id, user};
        vec![Self { assignment: assignment_id("lying"), student: user("student") }]
    }
}
