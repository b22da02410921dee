//! Lists of courses: of one who takes part, and of everybody.

use mentora_core::documents::collections::{COURSES, ROSTER};
use mentora_core::documents::{Course, Member, MemberStatus, Role, Visibility};
use mentora_core::ids::{CourseId, UserId};
use mentora_firestore::value::to_value;
use mentora_firestore::{CollectionPath, Direction, Operator, Query, Transport};

use super::{Courses, path};
#[cfg(test)]
use crate::repositories::index_coverage::subsets;
use crate::repositories::page::{self, Listing};
use crate::repositories::{Cursor, Page, RepositoryError, Stored};

impl<T: Transport> Courses<'_, T> {
    /// The courses that a user takes part in, with the user's role; of that role only, if one is given.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn of_member(
        &self,
        user: &UserId,
        role: Option<Role>,
        page: &Page,
    ) -> Result<(Vec<(CourseId, Stored<Course>, Role)>, Option<Cursor>), RepositoryError> {
        let (found, next) = page::fetch(self.0, &OfMember { user: user.clone(), role }, page).await?;
        let members = found.iter().map(|document| document.decode()).collect::<Result<Vec<Member>, _>>()?;
        let paths = members.iter().map(|member| path(&member.course_id)).collect::<Result<Vec<_>, _>>()?;
        let courses = self.0.batch_get(&paths).await?;

        let mut items = Vec::with_capacity(members.len());
        for (member, course) in members.into_iter().zip(courses) {
            // A course may have been deleted between the two reads.
            if let Some(course) = course {
                items.push((member.course_id, Stored::of(&course)?, member.role));
            }
        }
        Ok((items, next))
    }

    /// The courses that everybody may find.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn public(
        &self,
        page: &Page,
    ) -> Result<(Vec<(CourseId, Stored<Course>)>, Option<Cursor>), RepositoryError> {
        page::list(self.0, &Public, page).await
    }
}

/// The active memberships of a user, in whatever course.
pub(in crate::repositories) struct OfMember {
    user: UserId,
    role: Option<Role>,
}

impl Listing for OfMember {
    const ORDER: &'static [(&'static str, Direction)] = &[("createdAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let Self { user, role } = self;
        let mut query = Query::group(ROSTER).whose("userId", Operator::Equal, user.as_str()).whose(
            "status",
            Operator::Equal,
            to_value(&MemberStatus::Active)?,
        );
        if let Some(role) = role {
            query = query.whose("role", Operator::Equal, to_value(role)?);
        }
        Ok(query)
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        let user = crate::repositories::native_store::user("student");
        let shape = |[role]: [bool; 1]| Self { user: user.clone(), role: role.then_some(Role::Ta) };
        subsets().map(shape).collect()
    }
}

/// The courses that everybody may find.
pub(in crate::repositories) struct Public;

impl Listing for Public {
    const ORDER: &'static [(&'static str, Direction)] = &[("createdAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let courses = Query::collection(&CollectionPath::parse(COURSES)?);
        Ok(courses.whose("visibility", Operator::Equal, to_value(&Visibility::Public)?))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self]
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::repositories::Roster;
    use crate::repositories::native_store::{course, course_id, documents, member, user};

    #[test]
    fn a_user_sees_the_courses_of_the_own_active_memberships_newest_first() {
        let (documents, _) = documents();
        let (courses, roster) = (Courses(&documents), Roster(&documents));
        block_on(async {
            for (index, id) in ["one", "two", "three"].into_iter().enumerate() {
                let at = i64::try_from(index).unwrap();
                let owner = member(id, "teacher", Role::Instructor, at);
                courses
                    .create(&course_id(id), course(&format!("CODE-{id}"), "teacher", at), &owner)
                    .await
                    .unwrap();
            }
            roster.join(&member("one", "student", Role::Student, 10)).await.unwrap();
            roster.join(&member("three", "student", Role::Auditor, 11)).await.unwrap();
            let mut removed = member("two", "student", Role::Student, 12);
            removed.status = MemberStatus::Removed;
            roster.join(&removed).await.unwrap();

            let of = async |user_id: &str, role| {
                let (items, next) = courses.of_member(&user(user_id), role, &Page::default()).await.unwrap();
                assert_eq!(next, None);
                items.into_iter().map(|(id, _, role)| (id.to_string(), role)).collect::<Vec<_>>()
            };
            assert_eq!(
                of("student", None).await,
                [("three".into(), Role::Auditor), ("one".into(), Role::Student)]
            );
            assert_eq!(of("student", Some(Role::Student)).await, [("one".into(), Role::Student)]);
            assert_eq!(of("teacher", Some(Role::Instructor)).await.len(), 3);
            assert_eq!(of("nobody", None).await, []);
        });
    }

    #[test]
    fn pages_neither_repeat_nor_skip_while_courses_are_added() {
        let (documents, _) = documents();
        let courses = Courses(&documents);
        let add = async |id: &str, at| {
            let open =
                Course { visibility: Visibility::Public, ..course(&format!("CODE-{id}"), "teacher", at) };
            courses.create(&course_id(id), open, &member(id, "teacher", Role::Instructor, at)).await.unwrap();
        };
        block_on(async {
            // Two share a moment: the name decides.
            for (id, at) in [("a", 1), ("b", 2), ("c", 2), ("d", 3), ("e", 4)] {
                add(id, at).await;
            }
            let hidden = member("hidden", "teacher", Role::Instructor, 9);
            courses.create(&course_id("hidden"), course("HIDDEN", "teacher", 9), &hidden).await.unwrap();

            let mut seen = Vec::new();
            let mut page = Page { limit: 2, cursor: None };
            let mut round = 0;
            loop {
                let (items, next) = courses.public(&page).await.unwrap();
                seen.extend(items.into_iter().map(|(id, _)| id.to_string()));
                round += 1;
                add(&format!("newer{round}"), 100 + round).await;
                let Some(next) = next else { break };
                page.cursor = Some(Cursor::decode(&next.encode()).unwrap());
            }
            assert_eq!(seen, ["e", "d", "c", "b", "a"]);
            assert_eq!(round, 3);
        });
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let (documents, _) = documents();
        let courses = Courses(&documents);
        block_on(async {
            for (id, at) in [("a", 1), ("b", 2)] {
                let open =
                    Course { visibility: Visibility::Public, ..course(&format!("CODE-{id}"), "t", at) };
                courses.create(&course_id(id), open, &member(id, "t", Role::Instructor, at)).await.unwrap();
            }
            let (_, next) = courses.public(&Page { limit: 1, cursor: None }).await.unwrap();
            let page = Page { limit: 1, cursor: next };
            let refused = courses.of_member(&user("t"), None, &page).await;
            assert_eq!(refused, Err(RepositoryError::InvalidCursor));
        });
    }
}
