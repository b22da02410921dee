//! `courses/{courseId}/roster/{memberId}`. A member who joined stands under the own user id, and whoever was invited and
//! has yet to join under an id made of the address; so nobody is there twice.
//!
//! # Layout
//! - `invite`: one invitation; `import`: those of a file; `join`: how they are taken up
//! - here: who is on a roster, and the changes that its staff make

mod import;
mod invite;
mod join;

pub use invite::Invited;
pub use join::Joined;

use mentora_core::documents::collections::ROSTER;
use mentora_core::documents::{Member, MemberStatus, Role};
use mentora_core::email::EmailAddress;
use mentora_core::ids::{CourseId, MemberId, UserId};
use mentora_core::time::Millis;
use mentora_firestore::value::to_value;
use mentora_firestore::{
    Client, CollectionPath, Direction, DocumentPath, Error, Kind, Operator, Query, Transport, Value, Write,
    to_fields,
};
use serde::Serialize;

#[cfg(test)]
use super::index_coverage::subsets;
use super::page::{self, Listing};
use super::{Cursor, Page, RepositoryError, Stored, Version, courses, document};
use crate::platform::documents::DocumentTransport;

/// Attempts while others change the same roster under our hands, or replies are lost.
const ATTEMPTS: u32 = 3;

/// The rosters.
#[derive(Debug)]
pub struct Roster<'a, T = DocumentTransport>(pub &'a Client<T>);

/// What becomes different in an entry; what is absent stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct MemberChange {
    /// What the member is to the course.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Where the member stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<MemberStatus>,
}

pub(super) fn of_course(course: &CourseId) -> Result<CollectionPath, RepositoryError> {
    Ok(courses::path(course)?.collection(ROSTER)?)
}

pub(super) fn path(course: &CourseId, user: &UserId) -> Result<DocumentPath, RepositoryError> {
    entry_path(course, &MemberId::of_user(user))
}

fn entry_path(course: &CourseId, id: &MemberId) -> Result<DocumentPath, RepositoryError> {
    Ok(of_course(course)?.doc(id.as_str())?)
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

    /// An entry, be it of one who joined or of one who was invited.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn entry(
        &self,
        course: &CourseId,
        id: &MemberId,
    ) -> Result<Option<Stored<Member>>, RepositoryError> {
        document::read(self.0, &entry_path(course, id)?).await
    }

    /// The invitation of an address that nobody has taken up yet. What is no address was never invited.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn invitation(
        &self,
        course: &CourseId,
        email: &str,
    ) -> Result<Option<Stored<Member>>, RepositoryError> {
        let Ok(address) = EmailAddress::new(email) else { return Ok(None) };
        let found = self.entry(course, &MemberId::invited(&address)).await?;
        Ok(found.filter(|entry| entry.status == MemberStatus::Invited))
    }

    /// Who is on a roster, the latest first; in that standing and that role only, where one is given.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn list(
        &self,
        course: &CourseId,
        status: Option<MemberStatus>,
        role: Option<Role>,
        page: &Page,
    ) -> Result<(Vec<(MemberId, Stored<Member>)>, Option<Cursor>), RepositoryError> {
        page::list(self.0, &InRoster { course: course.clone(), status, role }, page).await
    }

    /// Changes an entry that was `found` so, and tells how it stands then; `None` when that would leave the course without
    /// an active instructor. Of several who would leave it so together, the last one is refused.
    ///
    /// # Errors
    /// [`RepositoryError::Stale`] when it has another version than `seen`; [`RepositoryError::Conflict`] when somebody
    /// changed it since it was found.
    pub async fn update(
        &self,
        id: &MemberId,
        found: &Stored<Member>,
        change: &MemberChange,
        seen: Option<Version>,
        now: Millis,
    ) -> Result<Option<Stored<Member>>, RepositoryError> {
        if seen.is_some_and(|seen| seen != found.version) {
            return Err(RepositoryError::Stale);
        }
        let role = change.role.unwrap_or(found.role);
        let status = change.status.unwrap_or(found.status);
        if (role, status) == (found.role, found.status) {
            return Ok(Some(found.clone()));
        }
        let changed = Member { role, status, updated_at: now, ..found.document.clone() };
        let path = entry_path(&found.course_id, id)?;
        let mut fields = to_fields(change)?;
        fields.insert("updatedAt".into(), Value::Integer(now.0));
        let write = document::guarded(Write::update(path.clone(), fields), Some(found.version));
        for _ in 0..ATTEMPTS {
            let committed = if teaches(found) && !teaches(&changed) {
                let transaction = self.0.begin_transaction().await?;
                let teaching = InRoster::teaching(&found.course_id);
                // Two, so that there is another beside this one.
                let teachers = page::first_in(self.0, &transaction, &teaching, 2).await?;
                if teachers.iter().all(|teacher| teacher.path == path) {
                    self.0.rollback(&transaction).await.ok();
                    return Ok(None);
                }
                self.0.commit_in(&transaction, std::slice::from_ref(&write)).await
            } else {
                self.0.commit(std::slice::from_ref(&write)).await
            };
            match committed {
                Ok(result) => {
                    let version = document::version_of_first(&result.writes)?;
                    return Ok(Some(Stored { document: changed, version }));
                }
                Err(error) if error.kind == Kind::UnknownOutcome => {
                    let stands = self.entry(&found.course_id, id).await?;
                    if let Some(stands) = stands.filter(|entry| entry.document == changed) {
                        return Ok(Some(stands));
                    }
                }
                Err(error) if error.kind == Kind::Aborted => {}
                Err(error) => return Err(refusal(error, seen)),
            }
        }
        Err(RepositoryError::Conflict)
    }

    /// Takes back an invitation that was `found` so.
    ///
    /// # Errors
    /// As [`Roster::update`], and [`RepositoryError::NotFound`] when it is gone.
    pub async fn withdraw(
        &self,
        id: &MemberId,
        found: &Stored<Member>,
        seen: Option<Version>,
    ) -> Result<(), RepositoryError> {
        if seen.is_some_and(|seen| seen != found.version) {
            return Err(RepositoryError::Stale);
        }
        let deleted = document::delete(self.0, entry_path(&found.course_id, id)?, Some(found.version)).await;
        deleted.map_err(|error| match error {
            RepositoryError::Stale if seen.is_none() => RepositoryError::Conflict,
            other => other,
        })
    }
}

fn teaches(member: &Member) -> bool {
    (member.role, member.status) == (Role::Instructor, MemberStatus::Active)
}

/// Why a write that was guarded by the version that we found, not by one that a client has seen, was refused.
fn refusal(error: Error, seen: Option<Version>) -> RepositoryError {
    match error.kind {
        Kind::FailedPrecondition if seen.is_none() => RepositoryError::Conflict,
        _ => document::refusal(error, seen),
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

/// Who is on a roster.
pub(super) struct InRoster {
    course: CourseId,
    status: Option<MemberStatus>,
    role: Option<Role>,
}

impl InRoster {
    fn everybody(course: &CourseId) -> Self {
        Self { course: course.clone(), status: None, role: None }
    }

    fn teaching(course: &CourseId) -> Self {
        let (status, role) = (Some(MemberStatus::Active), Some(Role::Instructor));
        Self { course: course.clone(), status, role }
    }
}

impl Listing for InRoster {
    const ORDER: &'static [(&'static str, Direction)] = &[("createdAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let mut query = Query::collection(&of_course(&self.course)?);
        if let Some(status) = &self.status {
            query = query.whose("status", Operator::Equal, to_value(status)?);
        }
        if let Some(role) = &self.role {
            query = query.whose("role", Operator::Equal, to_value(role)?);
        }
        Ok(query)
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        let shape = |[status, role]: [bool; 2]| Self {
            course: super::native_store::course_id("ethics"),
            status: status.then_some(MemberStatus::Active),
            role: role.then_some(Role::Ta),
        };
        subsets().map(shape).collect()
    }
}

/// The entries of one address: one, unless two accounts share it or somebody joined while being invited.
pub(super) struct WithAddress {
    course: CourseId,
    address: EmailAddress,
}

impl Listing for WithAddress {
    const ORDER: &'static [(&'static str, Direction)] = &[("createdAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let roster = Query::collection(&of_course(&self.course)?);
        Ok(roster.whose("email", Operator::Equal, self.address.as_str()))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        let address = EmailAddress::new("kim@example.org").unwrap();
        vec![Self { course: super::native_store::course_id("ethics"), address }]
    }
}

/// Which of several entries of one address counts: who takes part, before an invitation, before who was removed.
fn rank(member: &Member) -> u8 {
    match member.status {
        MemberStatus::Active => 0,
        MemberStatus::Invited => 1,
        MemberStatus::Removed => 2,
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::join;
    use mentora_core::documents::Role::{Instructor, Student, Ta};

    use super::*;
    use crate::repositories::native_store::{NativeStore, course_id, documents, member, user};

    type Found = Stored<Member>;

    async fn joined(
        documents: &Client<&'static NativeStore>,
        id: &str,
        role: Role,
        at: i64,
    ) -> (MemberId, Found) {
        let roster = Roster(documents);
        roster.join(&member("ethics", id, role, at)).await.unwrap();
        let found = roster.get(&course_id("ethics"), &user(id)).await.unwrap().unwrap();
        (MemberId::of_user(&user(id)), found)
    }

    fn status(status: MemberStatus) -> MemberChange {
        MemberChange { status: Some(status), ..MemberChange::default() }
    }

    fn role(role: Role) -> MemberChange {
        MemberChange { role: Some(role), ..MemberChange::default() }
    }

    const REMOVED: MemberStatus = MemberStatus::Removed;

    #[test]
    fn a_roster_is_read_in_pages_the_latest_first_and_by_standing_and_role() {
        let (documents, _) = documents();
        let roster = Roster(&documents);
        block_on(async {
            for (id, role, at) in [("a", Instructor, 1), ("b", Student, 2), ("c", Student, 2), ("d", Ta, 3)] {
                joined(&documents, id, role, at).await;
            }
            let (id, found) = joined(&documents, "e", Student, 4).await;
            roster.update(&id, &found, &status(REMOVED), None, Millis(9)).await.unwrap().unwrap();
            joined(&documents, "f", Student, 5).await;
            roster.join(&member("logic", "a", Student, 9)).await.unwrap();

            for (status, role, expected) in [
                (None, None, "fedcba"),
                (Some(MemberStatus::Active), None, "fdcba"),
                (None, Some(Student), "fecb"),
                (Some(REMOVED), Some(Student), "e"),
                (Some(MemberStatus::Invited), None, ""),
            ] {
                for limit in 1..=7 {
                    let (mut seen, mut page) = (String::new(), Page { limit, cursor: None });
                    loop {
                        let (items, next) =
                            roster.list(&course_id("ethics"), status, role, &page).await.unwrap();
                        items.iter().for_each(|(id, _)| seen.push_str(id.as_str()));
                        let Some(next) = next else { break };
                        page.cursor = Some(Cursor::decode(&next.encode()).unwrap());
                    }
                    assert_eq!(seen, expected, "{status:?} {role:?} in pages of {limit}");
                }
            }
        });
    }

    #[test]
    fn the_last_instructor_stays_and_stays_one() {
        let (documents, _) = documents();
        let roster = Roster(&documents);
        block_on(async {
            let (first, found) = joined(&documents, "first", Instructor, 1).await;
            joined(&documents, "ta", Ta, 2).await;
            for change in [role(Student), status(REMOVED)] {
                assert_eq!(roster.update(&first, &found, &change, None, Millis(5)).await, Ok(None));
            }
            let (second, other) = joined(&documents, "second", Instructor, 3).await;
            let demoted = roster.update(&first, &found, &role(Ta), None, Millis(6)).await.unwrap().unwrap();
            assert_eq!((demoted.role, demoted.updated_at), (Ta, Millis(6)));
            assert_eq!(roster.update(&second, &other, &status(REMOVED), None, Millis(7)).await, Ok(None));
            let stored = roster.get(&course_id("ethics"), &user("first")).await.unwrap();
            assert_eq!(stored, Some(demoted));
        });
    }

    #[test]
    fn of_two_instructors_who_remove_each_other_at_once_one_stays() {
        for head_start in 0..8 {
            let (documents, _) = documents();
            let roster = Roster(&documents);
            block_on(async {
                let (first, one) = joined(&documents, "first", Instructor, 1).await;
                let (second, other) = joined(&documents, "second", Instructor, 2).await;
                let (gone, demoted) = (status(REMOVED), role(Student));
                let late = async {
                    // So many calls of the other go first.
                    for _ in 0..head_start {
                        roster.entry(&course_id("ethics"), &first).await.unwrap();
                    }
                    roster.update(&second, &other, &demoted, None, Millis(6)).await
                };
                let (left, right) = join!(roster.update(&first, &one, &gone, None, Millis(5)), late);
                let teaching = async |id| teaches(&roster.entry(&one.course_id, id).await.unwrap().unwrap());
                let (first, second) = (teaching(&first).await, teaching(&second).await);
                assert!(first != second, "{head_start}: {left:?}, {right:?}");
                assert_eq!(matches!(left, Ok(Some(_))), !first, "{head_start}: {left:?}");
                assert_eq!(matches!(right, Ok(Some(_))), !second, "{head_start}: {right:?}");
            });
        }
    }

    #[test]
    fn a_change_is_made_to_what_was_found_or_not_at_all() {
        let (documents, _) = documents();
        let roster = Roster(&documents);
        block_on(async {
            let (id, found) = joined(&documents, "student", Student, 1).await;
            let promoted = roster.update(&id, &found, &role(Ta), None, Millis(2)).await.unwrap().unwrap();
            // Found as a student, by one who has no say about staff.
            let late = roster.update(&id, &found, &status(REMOVED), None, Millis(3)).await;
            assert_eq!(late, Err(RepositoryError::Conflict));
            let stale = roster.update(&id, &promoted, &role(Student), Some(found.version), Millis(3)).await;
            assert_eq!(stale, Err(RepositoryError::Stale));
            let nothing = roster.update(&id, &promoted, &role(Ta), Some(promoted.version), Millis(3)).await;
            assert_eq!(nothing, Ok(Some(promoted.clone())));
            assert_eq!(roster.withdraw(&id, &found, None).await, Err(RepositoryError::Conflict));
            assert_eq!(roster.entry(&course_id("ethics"), &id).await, Ok(Some(promoted)));
        });
    }

    #[test]
    fn a_lost_reply_neither_fails_a_change_nor_counts_for_another() {
        let (documents, store) = documents();
        let roster = Roster(&documents);
        block_on(async {
            for id in ["one", "two"] {
                joined(&documents, id, Instructor, 1).await;
            }
            for id in ["one", "two"] {
                let (id, found) = joined(&documents, id, Instructor, 1).await;
                store.lose_next_commit_reply();
                let left = roster.update(&id, &found, &status(REMOVED), None, Millis(5)).await.unwrap();
                assert_eq!(left.is_some(), id.as_str() == "one", "{left:?}");
            }
        });
    }
}
