//! `deletedCourses/{courseId}`: a course as it was when it was deleted, while not all that belonged to it is.
//!
//! A big course fits neither one commit nor one request. So the course and its code go in one commit, which leaves word
//! here ([`Courses::delete`](super::Courses::delete)): from then on nobody finds the course, and whatever belongs to it is
//! hidden as if it were gone. The rest is removed in batches by whoever comes first, as often as needed: nothing that is
//! removed twice is an error. When nothing is left, the word goes too.
//!
//! What stays: the conversations and the submissions, which are their students', who keep the right to read them until
//! they are erased; and the wallet with its ledger, since accounts must be kept.

use mentora_core::documents::Course;
use mentora_core::documents::collections::{CONTRIBUTIONS, DELETED_COURSES, STATISTICS};
use mentora_core::ids::CourseId;
use mentora_firestore::{
    Client, CollectionPath, Direction, DocumentPath, Query, Transport, Write, to_fields,
};

use super::page::{self, Listing};
use super::personas::PersonasOf;
use super::{
    Cursor, Page, RepositoryError, Stored, announcements, assignments, document, guesses, roster, secrets,
    topics,
};
use crate::platform::documents::DocumentTransport;

/// Calls to the store that one sweep makes: somebody waits for it.
const MAX_CALLS: u32 = 400;

/// The deleted courses.
#[derive(Debug)]
pub struct DeletedCourses<'a, T = DocumentTransport>(pub &'a Client<T>);

/// What a sweep has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Nothing: the course never was.
    Nothing,
    /// More than one sweep removes. Sweep again.
    Something,
}

fn collection() -> Result<CollectionPath, RepositoryError> {
    Ok(CollectionPath::parse(DELETED_COURSES)?)
}

fn path(id: &CourseId) -> Result<DocumentPath, RepositoryError> {
    Ok(collection()?.doc(id.as_str())?)
}

/// What remembers a course that is deleted in the same commit.
pub(super) fn word_of(id: &CourseId, course: &Course) -> Result<Write, RepositoryError> {
    Ok(Write::set(path(id)?, to_fields(course)?))
}

impl<T: Transport> DeletedCourses<'_, T> {
    /// A deleted course of which something is left.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, id: &CourseId) -> Result<Option<Stored<Course>>, RepositoryError> {
        document::read(self.0, &path(id)?).await
    }

    /// Those of which something is left, the latest made first.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn list(
        &self,
        page: &Page,
    ) -> Result<(Vec<(CourseId, Stored<Course>)>, Option<Cursor>), RepositoryError> {
        page::list(self.0, &AllOf(collection()?), page).await
    }

    /// Removes what belonged to a deleted course, as much as one request may. Its conversations must have ended: they need
    /// their assignments until then.
    ///
    /// # Errors
    /// [`RepositoryError`]; what was removed until then stays removed.
    pub async fn sweep(&self, id: &CourseId) -> Result<Left, RepositoryError> {
        self.sweep_within(id, MAX_CALLS).await
    }

    async fn sweep_within(&self, id: &CourseId, max_calls: u32) -> Result<Left, RepositoryError> {
        let mut calls = Calls(max_calls);
        let clean = self.clear_assignments(id, &mut calls).await?
            && self.clear(&topics::InPlaces { course: id.clone() }, &mut calls).await?
            && self.clear(&PersonasOf { course: id.clone() }, &mut calls).await?
            && self.clear(&AllOf(announcements::of_course(id)?), &mut calls).await?
            && self.clear(&AllOf(guesses::collection(id)?), &mut calls).await?
            && self.clear(&AllOf(secrets::collection(id)?), &mut calls).await?
            && self.clear(&AllOf(roster::of_course(id)?), &mut calls).await?;
        if !clean {
            return Ok(Left::Something);
        }
        self.0.commit(&[Write::delete(path(id)?)]).await?;
        Ok(Left::Nothing)
    }

    /// The assignments, each with its statistics.
    async fn clear_assignments(&self, id: &CourseId, calls: &mut Calls) -> Result<bool, RepositoryError> {
        let statistics = CollectionPath::parse(STATISTICS)?;
        while calls.take(2) {
            let found = assignments::some_of(self.0, id).await?;
            if found.is_empty() {
                return Ok(true);
            }
            let mut writes = Vec::with_capacity(2 * found.len());
            for assignment in found {
                let figures = statistics.doc(assignment.id())?;
                if !self.clear(&AllOf(figures.collection(CONTRIBUTIONS)?), calls).await? {
                    break;
                }
                writes.extend([figures, assignment].map(Write::delete));
            }
            if writes.is_empty() {
                return Ok(false);
            }
            self.0.commit(&writes).await?;
        }
        Ok(false)
    }

    /// Removes all that a listing holds; tells whether it came to the end.
    async fn clear<L: Listing>(&self, listing: &L, calls: &mut Calls) -> Result<bool, RepositoryError> {
        while calls.take(2) {
            let found = page::names(self.0, listing).await?;
            if found.is_empty() {
                return Ok(true);
            }
            let writes: Vec<_> = found.into_iter().map(Write::delete).collect();
            self.0.commit(&writes).await?;
        }
        Ok(false)
    }
}

/// Calls that may still be made.
struct Calls(u32);

impl Calls {
    fn take(&mut self, count: u32) -> bool {
        let left = self.0.checked_sub(count);
        self.0 = left.unwrap_or_default();
        left.is_some()
    }
}

/// All documents of one collection.
pub(super) struct AllOf(CollectionPath);

impl Listing for AllOf {
    const ORDER: &'static [(&'static str, Direction)] = &[("createdAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        Ok(Query::collection(&self.0))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        let course = super::native_store::course_id("ethics");
        let places = [collection(), announcements::of_course(&course), guesses::collection(&course)];
        let more = [secrets::collection(&course), roster::of_course(&course)];
        places.into_iter().chain(more).map(|place| Self(place.unwrap())).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use futures::executor::block_on;
    use mentora_core::documents::Role;
    use mentora_core::documents::collections::{CONVERSATIONS, SUBMISSIONS, WALLETS};
    use mentora_core::ids::AssignmentId;
    use mentora_core::time::Millis;
    use mentora_firestore::{Fields, Value};

    use super::*;
    use crate::repositories::conversations::Handing;
    use crate::repositories::native_store::{
        NativeStore, assignment, assignment_id, conversation, conversation_id, course, course_id, documents,
        member, topic, topic_id, user,
    };
    use crate::repositories::{Assignments, Conversations, Courses, Guesses, Topics};

    type Documents = Client<&'static NativeStore>;

    const MEMBERS: i64 = 130;

    /// A course with more of some kinds than one batch holds; returns where all of it stands.
    async fn fill(documents: &Documents, id: &str) -> Vec<DocumentPath> {
        let course_id = course_id(id);
        let owner = member(id, "teacher", Role::Instructor, 1);
        let made = course(&format!("CODE-{id}"), "teacher", 1);
        Courses(documents).create(&course_id, made, &owner).await.unwrap();
        let mut paths = vec![format!("courses/{id}/roster/teacher")];
        let mut learners = Vec::new();
        for at in 0..MEMBERS {
            let student = format!("s{at}");
            let fields = to_fields(&member(id, &student, Role::Student, at)).unwrap();
            let place = roster::path(&course_id, &user(&student)).unwrap();
            learners.push(Write::create(place, fields));
            paths.push(format!("courses/{id}/roster/{student}"));
        }
        documents.commit(&learners).await.unwrap();
        for at in 0..3 {
            let (lying, truth) = (format!("{id}-a{at}"), format!("{id}-t{at}"));
            Assignments(documents)
                .create(&assignment_id(&lying), assignment(id, "On lying", at))
                .await
                .unwrap();
            Topics(documents).create(&topic_id(&truth), topic(id, 0, at)).await.unwrap();
            for place in [
                format!("statistics/{lying}"),
                format!("statistics/{lying}/contributions/c1"),
                format!("statistics/{lying}/contributions/c2"),
                format!("courses/{id}/announcements/n{at}"),
                format!("personas/{id}-p{at}"),
            ] {
                put(documents, &place, id).await;
                paths.push(place);
            }
            paths.extend([format!("assignments/{lying}"), format!("topics/{truth}")]);
        }
        Guesses(documents).begin(&course_id, &user("s"), Millis(1)).await.unwrap();
        Guesses(documents).missed(&course_id, Millis(1)).await.unwrap();
        put(documents, &format!("courses/{id}/secrets/join"), id).await;
        for place in ["guesses/s", "secrets/guesses", "secrets/join"] {
            paths.push(format!("courses/{id}/{place}"));
        }
        paths.into_iter().map(|place| DocumentPath::parse(&place).unwrap()).collect()
    }

    async fn put(documents: &Documents, place: &str, course: &str) {
        let fields = Fields::from([
            ("createdAt".into(), Value::Integer(1)),
            ("courseId".into(), Value::String(course.into())),
        ]);
        documents.create(DocumentPath::parse(place).unwrap(), fields).await.unwrap();
    }

    async fn standing(documents: &Documents, paths: &[DocumentPath]) -> BTreeSet<String> {
        let found = documents.batch_get(paths).await.unwrap();
        found.into_iter().flatten().map(|document| document.path.to_string()).collect()
    }

    #[test]
    fn of_a_deleted_course_nothing_stays_and_of_another_everything() {
        let (documents, _) = documents();
        let id = course_id("ethics");
        block_on(async {
            let (ethics, logic) = (fill(&documents, "ethics").await, fill(&documents, "logic").await);
            assert_eq!(standing(&documents, &ethics).await.len(), ethics.len());
            Courses(&documents).delete(&id, None).await.unwrap();
            assert_eq!(DeletedCourses(&documents).sweep(&id).await, Ok(Left::Nothing));
            assert_eq!(standing(&documents, &ethics).await, BTreeSet::new());
            assert_eq!(DeletedCourses(&documents).get(&id).await.unwrap(), None);
            assert_eq!(standing(&documents, &logic).await.len(), logic.len());
        });
    }

    #[test]
    fn a_sweep_that_dies_at_any_commit_is_finished_by_the_next() {
        let (mut deaths, id) = (0, course_id("ethics"));
        loop {
            let (documents, store) = documents();
            let deleted = DeletedCourses(&documents);
            let survived = block_on(async {
                let paths = fill(&documents, "ethics").await;
                store.crash_after_commits(deaths);
                let removed = Courses(&documents).delete(&id, None).await;
                let swept = match &removed {
                    Ok(()) => deleted.sweep(&id).await.map(|_| ()),
                    Err(error) => Err(error.clone()),
                };
                store.recover();
                // Whole or hidden, and never without somebody who knows of it.
                let there = Courses(&documents).get(&id).await.unwrap().is_some();
                assert_eq!(there, removed.is_err(), "{deaths}");
                if there {
                    assert_eq!(standing(&documents, &paths).await.len(), paths.len(), "{deaths}");
                    Courses(&documents).delete(&id, None).await.unwrap();
                } else if swept.is_err() {
                    assert!(deleted.get(&id).await.unwrap().is_some(), "{deaths}");
                    let (left, _) = deleted.list(&Page::default()).await.unwrap();
                    assert_eq!(
                        left.into_iter().map(|(id, _)| id).collect::<Vec<_>>(),
                        std::slice::from_ref(&id)
                    );
                }
                assert_eq!(deleted.sweep(&id).await, Ok(Left::Nothing), "{deaths}");
                assert_eq!(standing(&documents, &paths).await, BTreeSet::new(), "{deaths}");
                swept.is_ok()
            });
            if survived {
                break;
            }
            deaths += 1;
        }
        assert!(deaths > 8, "only {deaths} commits");
    }

    #[test]
    fn what_is_too_much_for_one_sweep_is_left_to_the_next() {
        let (documents, _) = documents();
        let (deleted, id) = (DeletedCourses(&documents), course_id("ethics"));
        block_on(async {
            let paths = fill(&documents, "ethics").await;
            Courses(&documents).delete(&id, None).await.unwrap();
            let mut sweeps = 0;
            while deleted.sweep_within(&id, 20).await.unwrap() == Left::Something {
                assert!(deleted.get(&id).await.unwrap().is_some());
                sweeps += 1;
                assert!(sweeps < 50, "it does not come to an end");
            }
            assert!(sweeps > 1);
            assert_eq!(standing(&documents, &paths).await, BTreeSet::new());
        });
    }

    #[test]
    fn what_the_students_said_and_what_was_paid_outlives_the_course() {
        let (documents, _) = documents();
        let id = course_id("ethics");
        block_on(async {
            fill(&documents, "ethics").await;
            let talk = conversation_id("talk");
            Conversations(&documents)
                .create(&talk, &conversation("ethics-a0", "s1", 1), Handing::In)
                .await
                .unwrap();
            put(&documents, "wallets/ethics", "ethics").await;
            Courses(&documents).delete(&id, None).await.unwrap();
            assert_eq!(DeletedCourses(&documents).sweep(&id).await, Ok(Left::Nothing));
            let kept = [(CONVERSATIONS, "talk"), (SUBMISSIONS, "ethics-a0_s1"), (WALLETS, "ethics")];
            for (collection, name) in kept {
                let path = CollectionPath::parse(collection).unwrap().doc(name).unwrap();
                assert!(documents.get(&path).await.unwrap().is_some(), "{path}");
            }
            let gone = AssignmentId::new("ethics-a0").unwrap();
            assert_eq!(Assignments(&documents).get(&gone).await.unwrap(), None);
        });
    }
}
