//! `assignments/{assignmentId}`

use mentora_core::documents::Assignment;
use mentora_core::documents::collections::ASSIGNMENTS;
use mentora_core::ids::{AssignmentId, CourseId, PersonaId, TopicId};
use mentora_core::time::Millis;
use mentora_core::{prompts, reminders};
use mentora_firestore::{
    Client, CollectionPath, Direction, DocumentPath, FieldPath, Kind, Operator, Precondition, Query,
    Transaction, Transport, Write,
};

use super::conversations::ConversationFilter;
use super::document::Change;
#[cfg(test)]
use super::index_coverage::subsets;
use super::page::{self, Listing};
use super::{Cursor, Page, RepositoryError, Stored, Version, document, news, personas, topics};
use crate::platform::documents::DocumentTransport;

/// The assignments.
#[derive(Debug)]
pub struct Assignments<'a, T = DocumentTransport>(pub &'a Client<T>);

pub(super) fn path(id: &AssignmentId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(ASSIGNMENTS)?.doc(id.as_str())?)
}

/// What makes a commit fail that would put an assignment under a topic, or give it a persona, which is removed at this
/// moment.
fn still_there(assignment: &Assignment) -> Result<Vec<Write>, RepositoryError> {
    let topic = assignment.topic_id.as_ref().map(topics::path);
    let persona = &assignment.ai_config.persona;
    let own = PersonaId::new(persona.as_str()).ok().filter(|_| !prompts::is_built_in(persona));
    let persona = own.as_ref().map(personas::path);
    let verify = |path| Write::verify(path, Precondition::Exists(true));
    topic.into_iter().chain(persona).map(|path| path.map(verify)).collect()
}

impl<T: Transport> Assignments<'_, T> {
    /// Makes an assignment.
    ///
    /// # Errors
    /// [`RepositoryError::NotFound`] when the topic or the persona is gone.
    pub async fn create(
        &self,
        id: &AssignmentId,
        assignment: Assignment,
    ) -> Result<Stored<Assignment>, RepositoryError> {
        let (path, now) = (path(id)?, assignment.created_at);
        let mut others = still_there(&assignment)?;
        if reminders::next(&assignment, now).is_some() {
            others.push(news::reminding(&assignment, &path, now)?);
        }
        document::create_with(self.0, path, assignment, others).await
    }

    /// An assignment.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, id: &AssignmentId) -> Result<Option<Stored<Assignment>>, RepositoryError> {
        document::read(self.0, &path(id)?).await
    }

    /// Makes `after` of an assignment that stands as `before`, and tells how it stands then.
    ///
    /// # Errors
    /// [`RepositoryError::Stale`] when it was changed or removed since, or when the topic or the persona that it gets is
    /// gone: who reads again finds out.
    pub async fn change(
        &self,
        id: &AssignmentId,
        before: &Stored<Assignment>,
        after: &Assignment,
        now: Millis,
    ) -> Result<Stored<Assignment>, RepositoryError> {
        let change = Change::between(&before.document, after)?;
        // A field that is not touched is not held against what became of it since.
        let mut others = if change.touched.is_empty() { Vec::new() } else { still_there(after)? };
        let path = path(id)?;
        if reminders::differ(before, after) {
            others.push(news::reminding(after, &path, now)?);
        }
        let changed = document::update_with(self.0, &path, change, Some(before.version), now, others).await;
        changed.map_err(|error| match error {
            RepositoryError::NotFound => RepositoryError::Stale,
            error => error,
        })
    }

    /// Removes an assignment, unless there are conversations about it; tells whether it did.
    ///
    /// # Errors
    /// [`RepositoryError::NotFound`] when there is no such assignment, [`RepositoryError::Stale`] when it has another version
    /// than `seen`, [`RepositoryError::Conflict`] when a conversation about it begins at this moment.
    pub async fn delete_unused(
        &self,
        id: &AssignmentId,
        seen: Option<Version>,
    ) -> Result<bool, RepositoryError> {
        let about_it = ConversationFilter { assignment: Some(id.clone()), ..ConversationFilter::default() };
        let transaction = self.0.begin_transaction().await?;
        if page::any_in(self.0, &transaction, &about_it).await? {
            self.0.rollback(&transaction).await?;
            return Ok(false);
        }
        let delete = Write::delete(path(id)?).only_if(Precondition::Exists(true));
        match self.0.commit_in(&transaction, &[document::guarded(delete, seen)]).await {
            Ok(_) => Ok(true),
            // If it is gone, that is what was wanted.
            Err(error) if error.kind == Kind::UnknownOutcome && self.get(id).await?.is_none() => Ok(true),
            Err(error) => Err(document::refusal(error, seen)),
        }
    }

    /// Removes an assignment, whatever there is about it.
    ///
    /// # Errors
    /// [`RepositoryError::NotFound`] when there is no such assignment, [`RepositoryError::Stale`] when it has another version
    /// than `seen`.
    pub async fn delete(&self, id: &AssignmentId, seen: Option<Version>) -> Result<(), RepositoryError> {
        document::delete(self.0, path(id)?, seen).await
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

/// Where assignments of a course stand; none when it has none.
pub(super) async fn some_of<T: Transport>(
    documents: &Client<T>,
    course: &CourseId,
) -> Result<Vec<DocumentPath>, RepositoryError> {
    page::names(documents, &OfCourse { course: course.clone(), topic: None }).await
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

/// How many assignments of a course name a persona; a hundred are as many as are counted. The commit of the transaction
/// fails if that has changed by then.
pub(super) async fn count_with<T: Transport>(
    documents: &Client<T>,
    transaction: &Transaction,
    course: &CourseId,
    persona: &PersonaId,
) -> Result<usize, RepositoryError> {
    let listing = WithPersona { course: course.clone(), persona: persona.clone() };
    page::count_in(documents, transaction, &listing).await
}

/// The assignments of a course that name a persona.
pub(super) struct WithPersona {
    course: CourseId,
    persona: PersonaId,
}

impl Listing for WithPersona {
    const ORDER: &'static [(&'static str, Direction)] = &[("createdAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let assignments = Query::collection(&CollectionPath::parse(ASSIGNMENTS)?).select(["createdAt"]);
        let persona = FieldPath::new(["aiConfig", "persona"]);
        Ok(assignments.whose("courseId", Operator::Equal, self.course.as_str()).whose(
            persona,
            Operator::Equal,
            self.persona.as_str(),
        ))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        use super::native_store::{course_id, persona_id};
        vec![Self { course: course_id("ethics"), persona: persona_id("kant") }]
    }
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
    use crate::repositories::conversations::Handing;
    use crate::repositories::native_store::{
        assignment, assignment_id, conversation, conversation_id, course_id, documents, topic, topic_id,
    };
    use crate::repositories::{Conversations, Topics};

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
    fn a_change_happens_to_what_was_read_or_not_at_all() {
        let (documents, _) = documents();
        let (assignments, id) = (Assignments(&documents), assignment_id("lying"));
        block_on(async {
            let read = assignments.create(&id, assignment("ethics", "On lying", 1)).await.unwrap();
            let renamed = Assignment { title: "On truth".into(), question: None, ..read.document.clone() };
            let changed = assignments.change(&id, &read, &renamed, Millis(2)).await.unwrap();
            assert_eq!(changed.document, Assignment { updated_at: Millis(2), ..renamed.clone() });
            assert_eq!(
                assignments.change(&id, &read, &renamed, Millis(3)).await,
                Err(RepositoryError::Stale)
            );
            let same = assignments.change(&id, &changed, &changed.document, Millis(4)).await;
            assert_eq!(same, Ok(changed.clone()), "a change of nothing writes nothing");
            let astray = Assignment { topic_id: Some(topic_id("gone")), ..renamed };
            assert_eq!(
                assignments.change(&id, &changed, &astray, Millis(5)).await,
                Err(RepositoryError::Stale)
            );
            assignments.delete(&id, Some(read.version)).await.unwrap_err();
            assignments.delete(&id, Some(changed.version)).await.unwrap();
            assert_eq!(
                assignments.change(&id, &changed, &read.document, Millis(6)).await,
                Err(RepositoryError::Stale)
            );
        });
    }

    #[test]
    fn an_assignment_that_was_argued_about_is_not_removed_unasked() {
        let (documents, _) = documents();
        let assignments = Assignments(&documents);
        block_on(async {
            for id in ["lying", "trust"] {
                assignments.create(&assignment_id(id), assignment("ethics", id, 1)).await.unwrap();
            }
            let begun = conversation("lying", "student", 1);
            Conversations(&documents).create(&conversation_id("c"), &begun, Handing::In).await.unwrap();
            assert_eq!(assignments.delete_unused(&assignment_id("lying"), None).await, Ok(false));
            assert_eq!(assignments.delete_unused(&assignment_id("trust"), None).await, Ok(true));
            assert_eq!(
                assignments.delete_unused(&assignment_id("trust"), None).await,
                Err(RepositoryError::NotFound)
            );
            assert_eq!(assignments.get(&assignment_id("trust")).await, Ok(None));
            assert!(assignments.get(&assignment_id("lying")).await.unwrap().is_some());
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
