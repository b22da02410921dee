//! `courses/{courseId}/roster/{memberId}`. A member who joined stands under the own user id, so nobody is there twice.

use mentora_core::documents::collections::ROSTER;
use mentora_core::documents::{Member, MemberStatus};
use mentora_core::ids::{CourseId, UserId};
use mentora_firestore::{
    Client, CollectionPath, Document, DocumentPath, Error, Kind, Precondition, Transport, Write, to_fields,
};

use super::{RepositoryError, Stored, courses, document};
use crate::platform::documents::DocumentTransport;

/// Attempts to join while the document changes under our hands, or replies are lost.
const ATTEMPTS: u32 = 3;

/// The rosters.
#[derive(Debug)]
pub struct Roster<'a, T = DocumentTransport>(pub &'a Client<T>);

/// What came of joining.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// How the member stands now. One who was removed stays removed.
    pub member: Member,
    /// Whether this call changed it.
    pub changed: bool,
}

pub(super) fn path(course: &CourseId, member: &UserId) -> Result<DocumentPath, RepositoryError> {
    Ok(of_course(course)?.doc(member.as_str())?)
}

pub(super) fn of_course(course: &CourseId) -> Result<CollectionPath, RepositoryError> {
    Ok(courses::path(course)?.collection(ROSTER)?)
}

impl<T: Transport> Roster<'_, T> {
    /// A member who joined, in whatever standing.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(
        &self,
        course: &CourseId,
        user: &UserId,
    ) -> Result<Option<Stored<Member>>, RepositoryError> {
        document::read(self.0, &path(course, user)?).await
    }

    /// Adds a member, once: whoever is active stays as he is, whoever was invited becomes active in the role of the
    /// invitation, whoever was removed stays removed.
    ///
    /// # Errors
    /// [`RepositoryError::Internal`] when `member` has no user id.
    pub async fn join(&self, member: &Member) -> Result<Joined, RepositoryError> {
        let user =
            member.user_id.as_ref().ok_or_else(|| RepositoryError::Internal("a member without id".into()))?;
        let path = path(&member.course_id, user)?;
        let mut write = Write::create(path.clone(), to_fields(member)?);
        let mut standing = member.clone();
        for _ in 0..ATTEMPTS {
            match self.0.commit(std::slice::from_ref(&write)).await {
                Ok(_) => {
                    return Ok(Joined { member: standing, changed: true });
                }
                Err(error) if !may_have_met_another(&error) => return Err(error.into()),
                Err(_) => {}
            }
            let Some(document) = self.0.get(&path).await? else {
                continue;
            };
            let found: Member = document.decode()?;
            if found.status != MemberStatus::Invited {
                return Ok(Joined { member: found, changed: false });
            }
            standing = accepted(found, member);
            write = replacing(&document, &standing)?;
        }
        Err(RepositoryError::Conflict)
    }
}

/// The document was there, was changed meanwhile, or our own write got through and its reply did not.
fn may_have_met_another(error: &Error) -> bool {
    matches!(
        error.kind,
        Kind::AlreadyExists
            | Kind::NotFound
            | Kind::FailedPrecondition
            | Kind::Aborted
            | Kind::UnknownOutcome
    )
}

fn accepted(invited: Member, joining: &Member) -> Member {
    Member {
        user_id: joining.user_id.clone(),
        status: MemberStatus::Active,
        joined_at: joining.joined_at,
        updated_at: joining.updated_at,
        ..invited
    }
}

fn replacing(document: &Document, member: &Member) -> Result<Write, RepositoryError> {
    let write = Write::update(document.path.clone(), to_fields(member)?);
    Ok(write.only_if(Precondition::UpdateTime(document.update_time)))
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::join;
    use mentora_core::documents::Role;

    use super::*;
    use crate::repositories::native_store::{course_id, documents, member, user};

    #[test]
    fn joining_twice_is_joining_once() {
        let (documents, _) = documents();
        let roster = Roster(&documents);
        let first = member("ethics", "student", Role::Student, 1);
        let again = member("ethics", "student", Role::Auditor, 2);
        block_on(async {
            let joined = roster.join(&first).await.unwrap();
            assert_eq!(joined, Joined { member: first.clone(), changed: true });
            let joined = roster.join(&again).await.unwrap();
            assert_eq!(joined, Joined { member: first.clone(), changed: false });
            let stored = roster.get(&course_id("ethics"), &user("student")).await.unwrap();
            assert_eq!(stored.map(Stored::into_document), Some(first));
        });
    }

    #[test]
    fn joining_twice_at_once_is_joining_once() {
        let (documents, _) = documents();
        let roster = Roster(&documents);
        let first = member("ethics", "student", Role::Student, 1);
        let second = member("ethics", "student", Role::Auditor, 2);
        let (left, right) = block_on(async { join!(roster.join(&first), roster.join(&second)) });
        let (left, right) = (left.unwrap(), right.unwrap());
        assert_eq!((left.changed, right.changed), (true, false));
        assert_eq!(left.member, right.member);
    }

    #[test]
    fn who_was_removed_stays_removed() {
        let (documents, _) = documents();
        let roster = Roster(&documents);
        let mut removed = member("ethics", "student", Role::Student, 1);
        removed.status = MemberStatus::Removed;
        block_on(async {
            roster.join(&removed).await.unwrap();
            let joined = roster.join(&member("ethics", "student", Role::Student, 2)).await.unwrap();
            assert_eq!(joined, Joined { member: removed, changed: false });
        });
    }

    #[test]
    fn who_was_invited_becomes_active_in_the_role_of_the_invitation() {
        let (documents, _) = documents();
        let roster = Roster(&documents);
        let mut invited = member("ethics", "assistant", Role::Ta, 1);
        invited.status = MemberStatus::Invited;
        invited.joined_at = None;
        block_on(async {
            roster.join(&invited).await.unwrap();
            let joining = member("ethics", "assistant", Role::Student, 5);
            let joined = roster.join(&joining).await.unwrap();
            assert!(joined.changed);
            assert_eq!((joined.member.role, joined.member.status), (Role::Ta, MemberStatus::Active));
            assert_eq!(joined.member.joined_at, joining.joined_at);
            let stored = roster.get(&course_id("ethics"), &user("assistant")).await.unwrap();
            assert_eq!(stored.map(Stored::into_document), Some(joined.member));
        });
    }

    #[test]
    fn a_lost_reply_is_not_a_failure() {
        let (documents, store) = documents();
        let roster = Roster(&documents);
        let student = member("ethics", "student", Role::Student, 1);
        store.lose_next_commit_reply();
        let joined = block_on(roster.join(&student)).unwrap();
        assert_eq!(joined.member, student);
    }

    #[test]
    fn the_same_user_joins_two_courses() {
        let (documents, _) = documents();
        let roster = Roster(&documents);
        block_on(async {
            assert!(roster.join(&member("ethics", "student", Role::Student, 1)).await.unwrap().changed);
            assert!(roster.join(&member("logic", "student", Role::Student, 1)).await.unwrap().changed);
        });
    }
}
