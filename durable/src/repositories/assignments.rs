//! `assignments/{assignmentId}`

use mentora_core::documents::Assignment;
use mentora_core::documents::collections::ASSIGNMENTS;
use mentora_core::ids::{AssignmentId, CourseId};
use mentora_firestore::{Client, CollectionPath, Operator, Query, Transport, to_fields};

use super::page::{self, Listing};
use super::{Cursor, Page, RepositoryError};
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
        let (found, next) = page::fetch(self.0, &OfCourse { course: course.clone() }, page).await?;
        let items = found.iter().map(|document| {
            let id = AssignmentId::new(document.id())
                .map_err(|error| RepositoryError::Internal(error.to_string()))?;
            Ok((id, document.decode()?))
        });
        Ok((items.collect::<Result<_, RepositoryError>>()?, next))
    }
}

/// The assignments of a course.
pub(super) struct OfCourse {
    course: CourseId,
}

impl Listing for OfCourse {
    const BY: &'static str = "createdAt";

    fn query(&self) -> Result<Query, RepositoryError> {
        let assignments = Query::collection(&CollectionPath::parse(ASSIGNMENTS)?);
        Ok(assignments.whose("courseId", Operator::Equal, self.course.as_str()))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { course: super::native_store::course_id("ethics") }]
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::repositories::native_store::{assignment, assignment_id, course_id, documents};

    #[test]
    fn an_assignment_is_read_back_as_it_was_made() {
        let (documents, _) = documents();
        let assignments = Assignments(&documents);
        let mut lying = assignment("ethics", "On lying", 1);
        lying.ai_config.response_delay_hours = 0.25;
        lying.ai_config.custom_system_prompt = Some("你好".into());
        block_on(async {
            assignments.create(&assignment_id("lying"), &lying).await.unwrap();
            assert_eq!(assignments.get(&assignment_id("lying")).await.unwrap(), Some(lying.clone()));
            assert_eq!(assignments.get(&assignment_id("other")).await.unwrap(), None);
            let again = assignments.create(&assignment_id("lying"), &lying).await;
            assert_eq!(again, Err(RepositoryError::AlreadyExists));
        });
    }

    #[test]
    fn a_list_holds_the_assignments_of_one_course_in_pages() {
        let (documents, _) = documents();
        let assignments = Assignments(&documents);
        block_on(async {
            for at in 0..5 {
                let id = assignment_id(&format!("a{at}"));
                assignments.create(&id, &assignment("ethics", "On lying", at)).await.unwrap();
            }
            assignments.create(&assignment_id("b"), &assignment("logic", "On truth", 9)).await.unwrap();

            let mut page = Page { limit: 3, cursor: None };
            let (first, next) = assignments.list(&course_id("ethics"), &page).await.unwrap();
            page.cursor = next;
            let (second, end) = assignments.list(&course_id("ethics"), &page).await.unwrap();
            let ids = first.iter().chain(&second).map(|(id, _)| id.as_str()).collect::<Vec<_>>();
            assert_eq!(ids, ["a4", "a3", "a2", "a1", "a0"]);
            assert!(page.cursor.is_some() && end.is_none());
        });
    }

    #[test]
    fn a_page_holds_at_least_one_and_at_most_a_hundred() {
        let (documents, _) = documents();
        let assignments = Assignments(&documents);
        block_on(async {
            for at in 0..102 {
                let id = assignment_id(&format!("a{at}"));
                assignments.create(&id, &assignment("ethics", "On lying", at)).await.unwrap();
            }
            for (limit, expected) in [(0, 1), (100, 100), (u32::MAX, 100)] {
                let page = Page { limit, cursor: None };
                let (items, next) = assignments.list(&course_id("ethics"), &page).await.unwrap();
                assert_eq!((items.len(), next.is_some()), (expected, true), "{limit}");
            }
        });
    }
}
