//! One invitation.

use mentora_core::documents::{Member, MemberStatus, Role};
use mentora_core::email::EmailAddress;
use mentora_core::ids::{CourseId, MemberId};
use mentora_core::roster::{Outcome, Reach, answer};
use mentora_core::time::Millis;
use mentora_firestore::{Kind, Precondition, Transaction, Transport, Write, to_fields};

use super::{Roster, WithAddress, entry_path, may_have_met_another, rank};
use crate::repositories::document::{self, Stored};
use crate::repositories::{RepositoryError, page};

/// Attempts while others invite to the same course: whoever invites a class does so in one breath, and a store that locks
/// what a query has read lets one through at a time.
const ATTEMPTS: u32 = 8;

/// Entries of one address that are looked at.
const MAX_ENTRIES: u32 = 10;

/// What came of an invitation.
#[derive(Debug, Clone, PartialEq)]
pub struct Invited {
    /// What became of it; [`Outcome::Invalid`] when it is for one of the staff who was removed, and the inviter reaches
    /// learners only.
    pub outcome: Outcome,
    /// The entry of the address.
    pub id: MemberId,
    /// How it stands now.
    pub member: Stored<Member>,
}

/// The entry of an address that nobody has joined with.
pub(super) fn invited(course: &CourseId, address: &EmailAddress, role: Role, now: Millis) -> Member {
    Member {
        course_id: course.clone(),
        user_id: None,
        email: address.to_string(),
        role,
        status: MemberStatus::Invited,
        invited_at: Some(now),
        joined_at: None,
        created_at: now,
        updated_at: now,
    }
}

/// The entry of one who was removed and is let in again.
pub(super) fn readmitted(removed: &Member, role: Role, now: Millis) -> Member {
    // Who never joined cannot be let in, only asked.
    let status = if removed.user_id.is_some() { MemberStatus::Active } else { MemberStatus::Invited };
    Member { role, status, invited_at: Some(now), updated_at: now, ..removed.clone() }
}

impl<T: Transport> Roster<'_, T> {
    /// Invites an address, once: who is on the roster already stays as he is, who was removed is let in again.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when others keep changing the entries of this address meanwhile.
    pub async fn invite(
        &self,
        course: &CourseId,
        address: &EmailAddress,
        role: Role,
        reach: Reach,
        now: Millis,
    ) -> Result<Invited, RepositoryError> {
        // What was sent when a reply was lost.
        let mut sent = None;
        for _ in 0..ATTEMPTS {
            let transaction = self.0.begin_transaction().await?;
            let found = self.with_address(&transaction, course, address).await?;
            let standing = found.as_ref().map(|(_, member)| (member.role, member.status));
            let outcome = answer(standing, role, reach).unwrap_or(Outcome::Invalid);
            let (id, member, precondition) = match (outcome, found) {
                (Outcome::Readmitted, Some((id, removed))) => {
                    let precondition = removed.version.precondition();
                    (id, readmitted(&removed, role, now), precondition)
                }
                (_, None) => {
                    let id = MemberId::invited(address);
                    (id, invited(course, address, role, now), Precondition::Exists(false))
                }
                (_, Some((id, member))) => {
                    self.0.rollback(&transaction).await.ok();
                    let ours = sent.filter(|_| member.invited_at == Some(now) && member.role == role);
                    return Ok(Invited { outcome: ours.unwrap_or(outcome), id, member });
                }
            };
            let path = entry_path(course, &id)?;
            let write = Write::merge(path, to_fields(&member)?).only_if(precondition);
            match self.0.commit_in(&transaction, &[write]).await {
                Ok(result) => {
                    let version = document::version_of_first(&result.writes)?;
                    return Ok(Invited { outcome, id, member: Stored { document: member, version } });
                }
                Err(error) if !may_have_met_another(&error) => return Err(error.into()),
                Err(error) => sent = sent.or((error.kind == Kind::UnknownOutcome).then_some(outcome)),
            }
        }
        Err(RepositoryError::Conflict)
    }

    /// The entry of an address that counts. The commit of the transaction fails if that has changed by then.
    async fn with_address(
        &self,
        transaction: &Transaction,
        course: &CourseId,
        address: &EmailAddress,
    ) -> Result<Option<(MemberId, Stored<Member>)>, RepositoryError> {
        let listing = WithAddress { course: course.clone(), address: address.clone() };
        let found = page::first_in(self.0, transaction, &listing, MAX_ENTRIES).await?;
        let entries = found.iter().map(page::item).collect::<Result<Vec<_>, _>>()?;
        Ok(entries.into_iter().min_by_key(|(_, member)| rank(member)))
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::join;
    use mentora_core::documents::Role::{Auditor, Instructor, Student, Ta};

    use super::*;
    use crate::repositories::Page;
    use crate::repositories::native_store::{course_id, documents, member};

    fn kim() -> EmailAddress {
        EmailAddress::new("kim@example.org").unwrap()
    }

    #[test]
    fn who_is_invited_again_is_invited_once() {
        let (documents, _) = documents();
        let roster = Roster(&documents);
        let ethics = course_id("ethics");
        let invite = async |role, at| {
            roster.invite(&ethics, &kim(), role, Reach::Everybody, Millis(at)).await.unwrap()
        };
        block_on(async {
            let first = invite(Student, 1).await;
            assert_eq!(first.outcome, Outcome::Invited);
            assert_eq!(first.member.document, invited(&ethics, &kim(), Student, Millis(1)));
            let again = invite(Student, 2).await;
            assert_eq!(again, Invited { outcome: Outcome::Unchanged, ..first.clone() });
            let other = invite(Ta, 3).await;
            assert_eq!(other, Invited { outcome: Outcome::RoleDiffers, ..first.clone() });
            assert_eq!(roster.entry(&ethics, &first.id).await, Ok(Some(first.member)));

            roster.join(&member("ethics", "kim", Auditor, 5)).await.unwrap();
            let (inside, other) = (invite(Student, 6).await, invite(Auditor, 7).await);
            assert_eq!((inside.outcome, other.outcome), (Outcome::AlreadyMember, Outcome::RoleDiffers));
            assert_eq!(inside.id.as_str(), "kim");
        });
    }

    #[test]
    fn of_two_invitations_at_once_one_counts() {
        for head_start in 0..6 {
            let (documents, _) = documents();
            let roster = Roster(&documents);
            let (ethics, kim) = (course_id("ethics"), kim());
            block_on(async {
                let late = async {
                    for _ in 0..head_start {
                        roster.invitation(&ethics, kim.as_str()).await.unwrap();
                    }
                    roster.invite(&ethics, &kim, Ta, Reach::Everybody, Millis(2)).await.unwrap()
                };
                let first = roster.invite(&ethics, &kim, Student, Reach::Everybody, Millis(1));
                let (first, late) = join!(first, late);
                let first = first.unwrap();
                let outcomes = [first.outcome, late.outcome];
                assert!(outcomes.contains(&Outcome::Invited), "{head_start}: {outcomes:?}");
                assert!(outcomes.contains(&Outcome::RoleDiffers), "{head_start}: {outcomes:?}");
                assert_eq!(first.member, late.member, "{head_start}");
            });
        }
    }

    #[test]
    fn a_lost_reply_is_an_invitation_nevertheless() {
        let (documents, store) = documents();
        let roster = Roster(&documents);
        let ethics = course_id("ethics");
        block_on(async {
            store.lose_next_commit_reply();
            let first = roster.invite(&ethics, &kim(), Student, Reach::Everybody, Millis(1)).await.unwrap();
            assert_eq!(first.outcome, Outcome::Invited);
            assert_eq!(roster.entry(&ethics, &first.id).await, Ok(Some(first.member)));
        });
    }

    #[test]
    fn who_was_removed_is_let_in_again_by_whoever_may_remove_them() {
        let (documents, _) = documents();
        let roster = Roster(&documents);
        let ethics = course_id("ethics");
        let removed = |role| Member { status: MemberStatus::Removed, ..member("ethics", "kim", role, 1) };
        block_on(async {
            roster.join(&removed(Instructor)).await.unwrap();
            let invite =
                async |reach| roster.invite(&ethics, &kim(), Student, reach, Millis(4)).await.unwrap();
            let refused = invite(Reach::Learners).await;
            assert_eq!((refused.outcome, refused.member.document), (Outcome::Invalid, removed(Instructor)));
            let back = invite(Reach::Everybody).await;
            assert_eq!((back.outcome, back.id.as_str()), (Outcome::Readmitted, "kim"));
            let (all, _) = roster.list(&ethics, None, None, &Page::default()).await.unwrap();
            assert_eq!(all, [(back.id, back.member.clone())]);
            assert_eq!((back.member.role, back.member.status), (Student, MemberStatus::Active));
        });
    }
}
