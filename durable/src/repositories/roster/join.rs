//! How an invitation is taken up, and how one comes in without any.

use mentora_core::documents::{Member, MemberStatus};
use mentora_core::email::EmailAddress;
use mentora_core::ids::MemberId;
use mentora_firestore::{Precondition, Transport, Write, to_fields};

use super::{ATTEMPTS, Roster, entry_path, may_have_met_another, path};
use crate::repositories::{RepositoryError, Stored};

/// What came of joining.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// How the member stands now. One who was removed, and not invited since, stays removed.
    pub member: Member,
    /// Whether this call changed it.
    pub changed: bool,
}

impl<T: Transport> Roster<'_, T> {
    /// Adds a member, once: whoever is active stays as he is, whoever was invited becomes active in the role of the
    /// invitation, whoever was removed stays removed.
    ///
    /// The invitation of the member's address is used up in the same commit that adds the member. Where there is none, the
    /// commit fails should one come meanwhile.
    ///
    /// # Errors
    /// [`RepositoryError::Internal`] when `member` has no user id.
    pub async fn join(&self, member: &Member) -> Result<Joined, RepositoryError> {
        let user =
            member.user_id.as_ref().ok_or_else(|| RepositoryError::Internal("a member without id".into()))?;
        let own_path = path(&member.course_id, user)?;
        let address = EmailAddress::new(&member.email).ok();
        let invited = address.map(|address| entry_path(&member.course_id, &MemberId::invited(&address)));
        let invited = invited.transpose()?;
        let paths: Vec<_> = [Some(own_path.clone()), invited.clone()].into_iter().flatten().collect();
        for _ in 0..ATTEMPTS {
            let found = self.0.batch_get(&paths).await?;
            let found = found.iter().map(|entry| entry.as_ref().map(Stored::of).transpose());
            let mut found = found.collect::<Result<Vec<Option<Stored<Member>>>, _>>()?.into_iter();
            let (own, invitation) = (found.next().flatten(), found.next().flatten());
            let standing = standing(member, own.as_deref(), invitation.as_deref());
            let mut writes = Vec::new();
            if own.as_deref() != Some(&standing) {
                let precondition = own.map_or(Precondition::Exists(false), |own| own.version.precondition());
                writes.push(Write::merge(own_path.clone(), to_fields(&standing)?).only_if(precondition));
            }
            match (invitation, &invited) {
                (Some(invitation), Some(path)) => {
                    writes.push(Write::delete(path.clone()).only_if(invitation.version.precondition()));
                }
                (None, Some(path)) if !writes.is_empty() => {
                    writes.push(Write::verify(path.clone(), Precondition::Exists(false)));
                }
                _ => {}
            }
            if writes.is_empty() {
                return Ok(Joined { member: standing, changed: false });
            }
            match self.0.commit(&writes).await {
                Ok(_) => return Ok(Joined { member: standing, changed: true }),
                Err(error) if !may_have_met_another(&error) => return Err(error.into()),
                Err(_) => {}
            }
        }
        Err(RepositoryError::Conflict)
    }
}

/// How `joining` stands after joining, by what is stored under the own id and of an invitation.
fn standing(joining: &Member, own: Option<&Member>, invitation: Option<&Member>) -> Member {
    let active = |entry: &Member| Member {
        user_id: joining.user_id.clone(),
        status: MemberStatus::Active,
        joined_at: entry.joined_at.or(joining.joined_at),
        updated_at: joining.updated_at,
        ..entry.clone()
    };
    match (own, invitation) {
        (None, None) => joining.clone(),
        (None, Some(invitation)) => active(invitation),
        (Some(own), None) if own.status == MemberStatus::Invited => active(own),
        (Some(own), None) => own.clone(),
        // Staff keep their role: whatever the invitation says, it was not meant to take that away.
        (Some(own), Some(_)) if own.status == MemberStatus::Active && own.role.is_staff() => own.clone(),
        (Some(own), Some(invitation)) => {
            let Member { role, invited_at, .. } = *invitation;
            active(&Member { role, invited_at, ..own.clone() })
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::join;
    use mentora_core::documents::Role;
    use mentora_core::roster::Reach;
    use mentora_core::time::Millis;

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

    #[test]
    fn an_invitation_is_used_up_by_whoever_has_its_address() {
        let (documents, store) = documents();
        let roster = Roster(&documents);
        let ethics = course_id("ethics");
        let address = EmailAddress::new("kim@example.org").unwrap();
        for lose_reply in [false, true] {
            block_on(async {
                let user_id = if lose_reply { "kim2" } else { "kim" };
                let address = EmailAddress::new(&format!("{user_id}@example.org")).unwrap();
                let invited =
                    roster.invite(&ethics, &address, Role::Ta, Reach::Everybody, Millis(3)).await.unwrap();
                let pending = roster.invitation(&ethics, &address.as_str().to_uppercase()).await;
                assert_eq!(pending, Ok(Some(invited.member)));

                if lose_reply {
                    store.lose_next_commit_reply();
                }
                let mut joining = member("ethics", user_id, Role::Student, 5);
                joining.email = joining.email.to_uppercase();
                let joined = roster.join(&joining).await.unwrap().member;
                let expected = Member {
                    email: address.to_string(),
                    role: Role::Ta,
                    invited_at: Some(Millis(3)),
                    created_at: Millis(3),
                    ..joining
                };
                assert_eq!(joined, expected);
                let stored = roster.get(&ethics, &user(user_id)).await.unwrap();
                assert_eq!(stored.map(Stored::into_document), Some(expected));
                assert_eq!(roster.entry(&ethics, &invited.id).await, Ok(None));
                assert_eq!(roster.invitation(&ethics, address.as_str()).await, Ok(None));
            });
        }
        let elsewhere = block_on(roster.invitation(&course_id("logic"), address.as_str()));
        assert_eq!(elsewhere, Ok(None));
        assert_eq!(block_on(roster.invitation(&ethics, "no address")), Ok(None));
    }

    #[test]
    fn who_is_invited_while_joining_is_on_the_roster_once() {
        for head_start in 0..8 {
            let (documents, _) = documents();
            let roster = Roster(&documents);
            let (ethics, kim) = (course_id("ethics"), EmailAddress::new("kim@example.org").unwrap());
            block_on(async {
                let late = async {
                    for _ in 0..head_start {
                        roster.get(&ethics, &user("kim")).await.unwrap();
                    }
                    roster.join(&member("ethics", "kim", Role::Student, 5)).await
                };
                let inviting = roster.invite(&ethics, &kim, Role::Ta, Reach::Everybody, Millis(3));
                let (invited, joined) = join!(inviting, late);
                let (invited, joined) = (invited.unwrap(), joined.unwrap());
                let (all, _) =
                    roster.list(&ethics, None, None, &crate::repositories::Page::default()).await.unwrap();
                assert_eq!(all.len(), 1, "{head_start}: {invited:?} {all:?}");
                let expected = if invited.member.user_id.is_some() { Role::Student } else { Role::Ta };
                assert_eq!((joined.member.role, all[0].1.role), (expected, expected), "{head_start}");
            });
        }
    }

    #[test]
    fn who_was_removed_comes_back_by_an_invitation_of_another_address_and_staff_lose_nothing_by_one() {
        let (documents, _) = documents();
        let roster = Roster(&documents);
        let (ethics, other) = (course_id("ethics"), EmailAddress::new("other@example.org").unwrap());
        for (id, role, status, expected) in [
            ("a", Role::Student, MemberStatus::Removed, Role::Auditor),
            ("b", Role::Student, MemberStatus::Active, Role::Auditor),
            ("c", Role::Instructor, MemberStatus::Active, Role::Instructor),
            ("d", Role::Instructor, MemberStatus::Removed, Role::Auditor),
        ] {
            block_on(async {
                let own = Member { status, ..member("ethics", id, role, 1) };
                roster.join(&own).await.unwrap();
                let invited = roster.invite(&ethics, &other, Role::Auditor, Reach::Everybody, Millis(3));
                let invited = invited.await.unwrap();
                let joining = Member { email: other.to_string(), ..member("ethics", id, Role::Student, 5) };
                let joined = roster.join(&joining).await.unwrap();
                assert!(joined.changed);
                assert_eq!(
                    (joined.member.role, joined.member.status),
                    (expected, MemberStatus::Active),
                    "{id}"
                );
                assert_eq!(joined.member.joined_at, own.joined_at);
                assert_eq!(roster.entry(&ethics, &invited.id).await, Ok(None));
            });
        }
    }
}
