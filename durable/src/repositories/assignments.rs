//! `assignments/{assignmentId}`

use mentora_core::documents::Assignment;
use mentora_core::documents::collections::ASSIGNMENTS;
use mentora_core::ids::{AssignmentId, CourseId, TopicId};
use mentora_firestore::{
    Client, CollectionPath, Direction, DocumentPath, Operator, Precondition, Query, Transaction, Transport,
    Write,
};

#[cfg(test)]
use super::index_coverage::subsets;
use super::page::{self, Listing};
use super::{Cursor, Page, RepositoryError, Stored, document, topics};
use crate::platform::documents::DocumentTransport;

/// The assignments.
#[derive(Debug)]
pub struct Assignments<'a, T = DocumentTransport>(pub &'a Client<T>);

pub(super) fn path(id: &AssignmentId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(ASSIGNMENTS)?.doc(id.as_str())?)
}

/// What makes a commit fail that would put an assignment under a topic which is removed at this moment.
fn still_there(topic: Option<&TopicId>) -> Result<Vec<Write>, RepositoryError> {
    let verify = |topic| Ok(Write::verify(topics::path(topic)?, Precondition::Exists(true)));
    topic.map(verify).into_iter().collect()
}

impl<T: Transport> Assignments<'_, T> {
    /// Makes an assignment.
    ///
    /// # Errors
    /// [`RepositoryError::NotFound`] when the topic is gone.
    pub async fn create(
        &self,
        id: &AssignmentId,
        assignment: Assignment,
    ) -> Result<Stored<Assignment>, RepositoryError> {
        let topic = still_there(assignment.topic_id.as_ref())?;
        document::create_with(self.0, path(id)?, assignment, topic).await
    }

    /// An assignment.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, id: &AssignmentId) -> Result<Option<Stored<Assignment>>, RepositoryError> {
        document::read(self.0, &path(id)?).await
    }

    /// The assignments of a course, the latest made first; of that topic only, if one is given.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn list(
        &self,
        course: &CourseId,
        topic: Option<&TopicId>,
        page: &Page,
    ) -> Result<(Vec<(AssignmentId, Stored<Assignment>)>, Option<Cursor>), RepositoryError> {
        let listing = OfCourse { course: course.clone(), topic: topic.cloned() };
        page::list(self.0, &listing, page).await
    }
}

/// Whether assignments of a course stand under a topic. The commit of the transaction fails if that has changed by then.
pub(super) async fn stand_under<T: Transport>(
    documents: &Client<T>,
    transaction: &Transaction,
    course: &CourseId,
    topic: &TopicId,
) -> Result<bool, RepositoryError> {
    let listing = OfCourse { course: course.clone(), topic: Some(topic.clone()) };
    page::any_in(documents, transaction, &listing).await
}

/// The assignments of a course.
pub(super) struct OfCourse {
    course: CourseId,
    topic: Option<TopicId>,
}

impl Listing for OfCourse {
    const ORDER: &'static [(&'static str, Direction)] = &[("createdAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let Self { course, topic } = self;
        let assignments = Query::collection(&CollectionPath::parse(ASSIGNMENTS)?);
        let mut query = assignments.whose("courseId", Operator::Equal, course.as_str());
        if let Some(topic) = topic {
            query = query.whose("topicId", Operator::Equal, topic.as_str());
        }
        Ok(query)
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        use super::native_store::{course_id, topic_id};
        let shape = |[topic]: [bool; 1]| Self {
            course: course_id("ethics"),
            topic: topic.then(|| topic_id("truth")),
        };
        subsets().map(shape).collect()
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::repositories::Topics;
    use crate::repositories::native_store::{
        assignment, assignment_id, course_id, documents, topic, topic_id,
    };

    #[test]
    fn an_assignment_is_read_back_as_it_was_made() {
        let (documents, _) = documents();
        let assignments = Assignments(&documents);
        let mut lying = assignment("ethics", "On lying", 1);
        lying.ai_config.response_delay_hours = 0.25;
        lying.ai_config.custom_system_prompt = Some("你好".into());
        block_on(async {
            let made = assignments.create(&assignment_id("lying"), lying.clone()).await.unwrap();
            assert_eq!(made.document, lying);
            assert_eq!(assignments.get(&assignment_id("lying")).await.unwrap(), Some(made));
            assert_eq!(assignments.get(&assignment_id("other")).await.unwrap(), None);
        });
    }

    #[test]
    fn a_list_holds_the_assignments_of_one_course_in_pages() {
        let (documents, _) = documents();
        let assignments = Assignments(&documents);
        block_on(async {
            for at in 0..5 {
                let id = assignment_id(&format!("a{at}"));
                assignments.create(&id, assignment("ethics", "On lying", at)).await.unwrap();
            }
            assignments.create(&assignment_id("b"), assignment("logic", "On truth", 9)).await.unwrap();

            let mut page = Page { limit: 3, cursor: None };
            let (first, next) = assignments.list(&course_id("ethics"), None, &page).await.unwrap();
            page.cursor = next;
            let (second, end) = assignments.list(&course_id("ethics"), None, &page).await.unwrap();
            let ids = first.iter().chain(&second).map(|(id, _)| id.as_str()).collect::<Vec<_>>();
            assert_eq!(ids, ["a4", "a3", "a2", "a1", "a0"]);
            assert!(page.cursor.is_some() && end.is_none());
        });
    }

    #[test]
    fn a_list_of_a_topic_holds_what_its_own_course_put_there() {
        let (documents, _) = documents();
        let assignments = Assignments(&documents);
        block_on(async {
            for id in ["truth", "others"] {
                Topics(&documents).create(&topic_id(id), topic("ethics", 0, 1)).await.unwrap();
            }
            for (id, course, topic) in [
                ("lying", "ethics", Some("truth")),
                ("trust", "ethics", Some("others")),
                ("loose", "ethics", None),
                ("proof", "logic", Some("truth")),
            ] {
                let mut made = assignment(course, id, 1);
                made.topic_id = topic.map(topic_id);
                assignments.create(&assignment_id(id), made).await.unwrap();
            }
            let of = async |topic| {
                let (items, _) = assignments
                    .list(&course_id("ethics"), Some(&topic_id(topic)), &Page::default())
                    .await
                    .unwrap();
                items.into_iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>()
            };
            assert_eq!(of("truth").await, ["lying"]);
            assert_eq!(of("others").await, ["trust"]);
            assert_eq!(of("nothing").await, Vec::<String>::new());
        });
    }

    #[test]
    fn a_page_holds_at_least_one_and_at_most_a_hundred() {
        let (documents, _) = documents();
        let assignments = Assignments(&documents);
        block_on(async {
            for at in 0..102 {
                let id = assignment_id(&format!("a{at}"));
                assignments.create(&id, assignment("ethics", "On lying", at)).await.unwrap();
            }
            for (limit, expected) in [(0, 1), (100, 100), (u32::MAX, 100)] {
                let page = Page { limit, cursor: None };
                let (items, next) = assignments.list(&course_id("ethics"), None, &page).await.unwrap();
                assert_eq!((items.len(), next.is_some()), (expected, true), "{limit}");
            }
        });
    }
}
