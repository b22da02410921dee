//! Who of a course is to hand something in: those on `courses/{courseId}/roster` who are there as students.

use futures::try_join;
use mentora_core::documents::collections::ROSTER;
use mentora_core::documents::{Member, MemberStatus, Role};
use mentora_core::ids::{AssignmentId, CourseId, UserId};
use mentora_core::statistics::Students as Count;
use mentora_firestore::value::to_value;
use mentora_firestore::{Client, Direction, Operator, Query, Transport};

use super::page::{self, Counted, Listing, MAX_LIMIT};
use super::submissions::{self, Progress};
use super::{Cursor, Page, RepositoryError, Stored, Submissions, courses};
use crate::platform::documents::DocumentTransport;

/// The students.
#[derive(Debug)]
pub struct Students<'a, T = DocumentTransport>(pub &'a Client<T>);

impl<T: Transport> Students<'_, T> {
    /// How many students an assignment has, and how far they are. Who left the course counts if there is a submission.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn how_many(
        &self,
        course: &CourseId,
        assignment: &AssignmentId,
    ) -> Result<(Count, Progress), RepositoryError> {
        let submissions = Submissions(self.0);
        let active = ActiveStudents { course: course.clone() };
        let (active, left, progress) = try_join!(
            page::count(self.0, &active),
            self.left_after_beginning(course, assignment),
            submissions.progress(assignment),
        )?;
        Ok((Count { total: active.saturating_add(left), begun: progress.begun() }, progress))
    }

    /// Students in whatever standing, those who came first at the front.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn list(
        &self,
        course: &CourseId,
        page: &Page,
    ) -> Result<(Vec<(UserId, Stored<Member>)>, Option<Cursor>), RepositoryError> {
        page::list(self.0, &StudentsOf { course: course.clone(), status: None }, page).await
    }

    /// Students who take part, those who came first at the front.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn active(
        &self,
        course: &CourseId,
        page: &Page,
    ) -> Result<(Vec<UserId>, Option<Cursor>), RepositoryError> {
        let active = StudentsOf { course: course.clone(), status: Some(MemberStatus::Active) };
        let (found, next): (Vec<(UserId, Stored<Member>)>, _) = page::list(self.0, &active, page).await?;
        Ok((found.into_iter().map(|(user, _)| user).collect(), next))
    }

    async fn left_after_beginning(
        &self,
        course: &CourseId,
        assignment: &AssignmentId,
    ) -> Result<u32, RepositoryError> {
        let removed = StudentsOf { course: course.clone(), status: Some(MemberStatus::Removed) };
        let mut wanted = Page { limit: MAX_LIMIT, cursor: None };
        let mut begun = 0_u32;
        loop {
            let (found, next): (Vec<(UserId, Stored<Member>)>, _) =
                page::list(self.0, &removed, &wanted).await?;
            let paths: Result<Vec<_>, RepositoryError> = found
                .iter()
                .map(|(user, _)| submissions::path(&submissions::id_of(assignment, user)?))
                .collect();
            let paths = paths?;
            if !paths.is_empty() {
                let there = self.0.batch_get(&paths).await?.into_iter().flatten().count();
                begun = begun.saturating_add(u32::try_from(there).unwrap_or(0));
            }
            if next.is_none() {
                return Ok(begun);
            }
            wanted.cursor = next;
        }
    }
}

/// The students of a course, in any standing or in one.
pub(super) struct StudentsOf {
    course: CourseId,
    status: Option<MemberStatus>,
}

impl Listing for StudentsOf {
    const ORDER: &'static [(&'static str, Direction)] = &[("createdAt", Direction::Ascending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let query = students(&self.course)?;
        Ok(match self.status {
            Some(status) => query.whose("status", Operator::Equal, to_value(&status)?),
            None => query,
        })
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        let shape = |status| Self { course: super::native_store::course_id("ethics"), status };
        [None, Some(MemberStatus::Removed)].map(shape).into()
    }
}

/// How many students a course has.
pub(super) struct ActiveStudents {
    course: CourseId,
}

impl Counted for ActiveStudents {
    fn query(&self) -> Result<Query, RepositoryError> {
        let active =
            students(&self.course)?.whose("status", Operator::Equal, to_value(&MemberStatus::Active)?);
        // In the order of the list, whose index it shares.
        Ok(active.order_by("createdAt", Direction::Ascending))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { course: super::native_store::course_id("ethics") }]
    }
}

fn students(course: &CourseId) -> Result<Query, RepositoryError> {
    let roster = Query::collection(&courses::path(course)?.collection(ROSTER)?);
    Ok(roster.whose("role", Operator::Equal, to_value(&Role::Student)?))
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::repositories::conversations::Handing;
    use crate::repositories::native_store::{
        assignment_id, conversation, conversation_id, course_id, documents, member,
    };
    use crate::repositories::{Conversations, Roster};

    #[test]
    fn who_left_counts_if_there_is_something_of_theirs() {
        let (documents, _) = documents();
        block_on(async {
            let roster = Roster(&documents);
            for (name, role, status) in [
                ("s1", Role::Student, MemberStatus::Active),
                ("s2", Role::Student, MemberStatus::Active),
                ("began-and-left", Role::Student, MemberStatus::Removed),
                ("left", Role::Student, MemberStatus::Removed),
                ("helper", Role::Ta, MemberStatus::Active),
                ("listener", Role::Auditor, MemberStatus::Active),
            ] {
                let mut member = member("ethics", name, role, 1);
                member.status = status;
                roster.join(&member).await.unwrap();
            }
            for (id, name) in [("a", "s1"), ("b", "began-and-left")] {
                let conversation = conversation("lying", name, 1);
                let conversations = Conversations(&documents);
                conversations.create(&conversation_id(id), &conversation, Handing::In).await.unwrap();
            }
            let counted = Students(&documents).how_many(&course_id("ethics"), &assignment_id("lying")).await;
            let (count, progress) = counted.unwrap();
            assert_eq!(count, Count { total: 3, begun: 2 });
            assert_eq!(progress.in_progress, 2);
            let (all, next) =
                Students(&documents).list(&course_id("ethics"), &Page::default()).await.unwrap();
            assert_eq!((all.len(), next), (4, None));
        });
    }
}
