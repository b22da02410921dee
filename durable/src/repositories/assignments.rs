//! `assignments/{assignmentId}`

use mentora_core::documents::Assignment;
use mentora_core::documents::collections::ASSIGNMENTS;
use mentora_core::ids::{AssignmentId, CourseId};
use mentora_firestore::{Client, CollectionPath, Operator, Query, Transport, to_fields};

use super::{Cursor, Page, RepositoryError, page};
use crate::platform::documents::DocumentTransport;

/// The assignments.
#[derive(Debug)]
pub struct Assignments<'a, T = DocumentTransport>(pub &'a Client<T>);

impl<T: Transport> Assignments<'_, T> {
    /// Makes an assignment.
    ///
    /// # Errors
    /// [`RepositoryError::AlreadyExists`] when the id is taken.
    pub async fn create(&self, id: &AssignmentId, assignment: &Assignment) -> Result<(), RepositoryError> {
        let path = CollectionPath::parse(ASSIGNMENTS)?.doc(id.as_str())?;
        self.0.create(path, to_fields(assignment)?).await?;
        Ok(())
    }

    /// An assignment.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, id: &AssignmentId) -> Result<Option<Assignment>, RepositoryError> {
        let found = self.0.get(&CollectionPath::parse(ASSIGNMENTS)?.doc(id.as_str())?).await?;
        Ok(found.map(|document| document.decode()).transpose()?)
    }

    /// The assignments of a course.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn list(
        &self,
        course: &CourseId,
        page: &Page,
    ) -> Result<(Vec<(AssignmentId, Assignment)>, Option<Cursor>), RepositoryError> {
        let query = Query::collection(&CollectionPath::parse(ASSIGNMENTS)?)
            .whose("courseId", Operator::Equal, course.as_str());
        let (found, next) = page::fetch(self.0, query, "createdAt", page).await?;
        let items = found.iter().map(|document| {
            let id =
                AssignmentId::new(document.id()).map_err(|error| RepositoryError::Internal(error.to_string()))?;
            Ok((id, document.decode()?))
        });
        Ok((items.collect::<Result<_, RepositoryError>>()?, next))
    }
}
