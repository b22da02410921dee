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
use mentora_core::documents::collections::{CONTRIBUTIONS, DELETED_COURSES, PERSONAS, STATISTICS};
use mentora_core::ids::CourseId;
use mentora_firestore::{
    Client, CollectionPath, Direction, DocumentPath, Operator, Query, Transport, Write, to_fields,
};

use super::page::{self, Listing};
use super::{
    Cursor, Page, RepositoryError, Stored, announcements, assignments, document, guesses, roster, secrets,
    topics,
};
use crate::platform::documents::DocumentTransport;

/// Calls to the store that one sweep makes: a request may make a thousand of all kinds.
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
            && self.clear(&PersonasLeft { course: id.clone() }, &mut calls).await?
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

/// The personas of a course.
pub(super) struct PersonasLeft {
    course: CourseId,
}

impl Listing for PersonasLeft {
    const ORDER: &'static [(&'static str, Direction)] = &[("createdAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let personas = Query::collection(&CollectionPath::parse(PERSONAS)?);
        Ok(personas.whose("courseId", Operator::Equal, self.course.as_str()))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { course: super::native_store::course_id("ethics") }]
    }
}
