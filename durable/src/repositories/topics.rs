//! `topics/{topicId}`

use mentora_core::documents::Topic;
use mentora_core::documents::collections::TOPICS;
use mentora_core::ids::{CourseId, TopicId};
use mentora_core::time::Millis;
use mentora_firestore::{
    Client, CollectionPath, Direction, DocumentPath, Kind, Operator, Precondition, Query, Transport, Write,
};
use serde::Serialize;

use super::page::{self, Listing};
use super::{Cursor, Page, RepositoryError, Stored, Version, assignments, document};
use crate::platform::documents::DocumentTransport;

/// The topics.
#[derive(Debug)]
pub struct Topics<'a, T = DocumentTransport>(pub &'a Client<T>);

/// What changes of a topic; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TopicChange {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is about; `Some(None)` takes the description away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Option<String>>,
    /// Its place among the topics of its course.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
}

pub(super) fn path(id: &TopicId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(TOPICS)?.doc(id.as_str())?)
}

impl<T: Transport> Topics<'_, T> {
    /// Makes a topic.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn create(&self, id: &TopicId, topic: Topic) -> Result<Stored<Topic>, RepositoryError> {
        document::create(self.0, path(id)?, topic).await
    }

    /// A topic.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, id: &TopicId) -> Result<Option<Stored<Topic>>, RepositoryError> {
        document::read(self.0, &path(id)?).await
    }

    /// Changes a topic and tells how it stands then. Two changes at once of different fields both hold.
    ///
    /// # Errors
    /// [`RepositoryError::NotFound`] when there is no such topic, [`RepositoryError::Stale`] when it has another version
    /// than `seen`.
    pub async fn update(
        &self,
        id: &TopicId,
        change: &TopicChange,
        seen: Option<Version>,
        now: Millis,
    ) -> Result<Stored<Topic>, RepositoryError> {
        document::update(self.0, &path(id)?, change, seen, now).await
    }

    /// Removes a topic of a course, unless assignments stand under it; tells whether it did.
    ///
    /// # Errors
    /// [`RepositoryError::NotFound`] when there is no such topic, [`RepositoryError::Stale`] when it has another version
    /// than `seen`, [`RepositoryError::Conflict`] when an assignment is put under it at this moment.
    pub async fn delete(
        &self,
        id: &TopicId,
        course: &CourseId,
        seen: Option<Version>,
    ) -> Result<bool, RepositoryError> {
        let transaction = self.0.begin_transaction().await?;
        if assignments::stand_under(self.0, &transaction, course, id).await? {
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

    /// The topics of a course in their places; of two with one place, the older comes first.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn list(
        &self,
        course: &CourseId,
        page: &Page,
    ) -> Result<(Vec<(TopicId, Stored<Topic>)>, Option<Cursor>), RepositoryError> {
        page::list(self.0, &InPlaces { course: course.clone() }, page).await
    }
}

/// The topics of a course in their places.
pub(super) struct InPlaces {
    pub(super) course: CourseId,
}

impl Listing for InPlaces {
    const ORDER: &'static [(&'static str, Direction)] =
        &[("order", Direction::Ascending), ("createdAt", Direction::Ascending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let topics = Query::collection(&CollectionPath::parse(TOPICS)?);
        Ok(topics.whose("courseId", Operator::Equal, self.course.as_str()))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { course: super::native_store::course_id("ethics") }]
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::join;
    use mentora_core::documents::Assignment;

    use super::*;
    use crate::repositories::native_store::{
        assignment, assignment_id, course_id, documents, topic, topic_id,
    };
    use crate::repositories::{Announcements, Assignments};

    #[test]
    fn topics_stand_in_their_places_and_the_older_first_whatever_the_size_of_a_page() {
        let (documents, _) = documents();
        let topics = Topics(&documents);
        block_on(async {
            // Place and time; two share both, and the name decides.
            for (id, order, at) in
                [("last", 10, 1), ("b", 2, 7), ("a", 2, 7), ("second", 2, 3), ("first", 0, 9)]
            {
                topics.create(&topic_id(id), topic("ethics", order, at)).await.unwrap();
            }
            topics.create(&topic_id("foreign"), topic("logic", 1, 1)).await.unwrap();

            for limit in 1..=6 {
                let (mut seen, mut page) = (Vec::new(), Page { limit, cursor: None });
                loop {
                    let (items, next) = topics.list(&course_id("ethics"), &page).await.unwrap();
                    seen.extend(items.into_iter().map(|(id, _)| id.to_string()));
                    let Some(next) = next else { break };
                    page.cursor = Some(Cursor::decode(&next.encode()).unwrap());
                }
                assert_eq!(seen, ["first", "second", "a", "b", "last"], "in pages of {limit}");
            }
        });
    }

    #[test]
    fn a_topic_that_is_added_meanwhile_neither_repeats_nor_hides_another() {
        let (documents, _) = documents();
        let topics = Topics(&documents);
        block_on(async {
            for at in 0..4 {
                topics.create(&topic_id(&format!("t{at}")), topic("ethics", 5, at)).await.unwrap();
            }
            let course = course_id("ethics");
            let (first, next) = topics.list(&course, &Page { limit: 2, cursor: None }).await.unwrap();
            topics.create(&topic_id("before"), topic("ethics", 0, 100)).await.unwrap();
            let (second, _) = topics.list(&course, &Page { limit: 2, cursor: next }).await.unwrap();
            let ids: Vec<_> = first.iter().chain(&second).map(|(id, _)| id.as_str()).collect();
            assert_eq!(ids, ["t0", "t1", "t2", "t3"]);
        });
    }

    #[test]
    fn a_change_touches_what_it_names_and_nothing_else() {
        let (documents, _) = documents();
        let topics = Topics(&documents);
        let (id, now) = (topic_id("truth"), Millis(50));
        let made = Topic { description: Some("What is true?".into()), ..topic("ethics", 3, 1) };
        block_on(async {
            topics.create(&id, made.clone()).await.unwrap();
            let update = async |change: &TopicChange| {
                topics.update(&id, change, None, now).await.map(Stored::into_document)
            };
            let renamed = TopicChange { title: Some("Truth".into()), ..TopicChange::default() };
            let expected = Topic { title: "Truth".into(), updated_at: now, ..made };
            assert_eq!(update(&renamed).await, Ok(expected.clone()));
            let moved = TopicChange { order: Some(0), ..TopicChange::default() };
            let expected = Topic { order: 0, ..expected };
            assert_eq!(update(&moved).await, Ok(expected.clone()));
            let bared = TopicChange { description: Some(None), ..TopicChange::default() };
            let expected = Topic { description: None, ..expected };
            assert_eq!(update(&bared).await, Ok(expected.clone()));
            let stored = topics.get(&id).await.unwrap();
            assert_eq!(stored.map(Stored::into_document), Some(expected));
        });
    }

    #[test]
    fn what_is_gone_is_neither_changed_nor_removed() {
        let (documents, _) = documents();
        let topics = Topics(&documents);
        let id = topic_id("truth");
        block_on(async {
            topics.create(&id, topic("ethics", 0, 1)).await.unwrap();
            assert_eq!(topics.delete(&id, &course_id("ethics"), None).await, Ok(true));
            assert_eq!(topics.get(&id).await, Ok(None));
            assert_eq!(topics.delete(&id, &course_id("ethics"), None).await, Err(RepositoryError::NotFound));
            let change = TopicChange { order: Some(1), ..TopicChange::default() };
            assert_eq!(topics.update(&id, &change, None, Millis(2)).await, Err(RepositoryError::NotFound));
            assert_eq!(topics.get(&id).await, Ok(None));
        });
    }

    #[test]
    fn a_topic_stays_while_an_assignment_of_its_course_stands_under_it() {
        let (documents, _) = documents();
        let (topics, assignments) = (Topics(&documents), Assignments(&documents));
        let (id, ethics) = (topic_id("truth"), course_id("ethics"));
        let under_it = |course: &str| Assignment {
            topic_id: Some(topic_id("truth")),
            ..assignment(course, "On lying", 1)
        };
        block_on(async {
            topics.create(&id, topic("ethics", 0, 1)).await.unwrap();
            assignments.create(&assignment_id("foreign"), under_it("logic")).await.unwrap();
            assignments.create(&assignment_id("lying"), under_it("ethics")).await.unwrap();
            assert_eq!(topics.delete(&id, &ethics, None).await, Ok(false));
            assert!(topics.get(&id).await.unwrap().is_some());
            let lying = DocumentPath::parse("assignments/lying").unwrap();
            documents.commit(&[Write::delete(lying)]).await.unwrap();
            assert_eq!(topics.delete(&id, &ethics, None).await, Ok(true));
            let late = assignments.create(&assignment_id("late"), under_it("ethics")).await;
            assert_eq!(late, Err(RepositoryError::NotFound));
        });
    }

    #[test]
    fn no_assignment_is_put_under_a_topic_that_is_removed_at_the_same_moment() {
        for head_start in 0..4 {
            let (documents, _) = documents();
            let (topics, assignments) = (Topics(&documents), Assignments(&documents));
            let (id, ethics, lying) = (topic_id("truth"), course_id("ethics"), assignment_id("lying"));
            let under_it = Assignment { topic_id: Some(id.clone()), ..assignment("ethics", "On lying", 1) };
            block_on(async {
                topics.create(&id, topic("ethics", 0, 1)).await.unwrap();
                let late = async {
                    // So many calls of the removal go first.
                    for _ in 0..head_start {
                        topics.get(&id).await.unwrap();
                    }
                    assignments.create(&lying, under_it).await
                };
                let (removed, put) = join!(topics.delete(&id, &ethics, None), late);
                let stays = topics.get(&id).await.unwrap().is_some();
                assert_eq!(put.is_ok(), stays, "{head_start}: {removed:?}, {put:?}");
                assert_eq!(removed == Ok(true), !stays, "{head_start}: {removed:?}, {put:?}");
            });
        }
    }

    #[test]
    fn a_cursor_of_a_list_of_another_order_is_refused() {
        let (documents, _) = documents();
        let topics = Topics(&documents);
        let course = course_id("ethics");
        block_on(async {
            for at in 0..2 {
                topics.create(&topic_id(&format!("t{at}")), topic("ethics", 0, at)).await.unwrap();
            }
            let (_, next) = topics.list(&course, &Page { limit: 1, cursor: None }).await.unwrap();
            let refused = Announcements(&documents).list(&course, &Page { limit: 1, cursor: next }).await;
            assert_eq!(refused, Err(RepositoryError::InvalidCursor));
            // A place in one field, where two are asked for.
            use base64::Engine as _;
            let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode("0:topics/t0");
            let page = Page { limit: 1, cursor: Some(Cursor::decode(&text).unwrap()) };
            assert_eq!(topics.list(&course, &page).await, Err(RepositoryError::InvalidCursor));
        });
    }
}
