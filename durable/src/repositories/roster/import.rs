//! The invitations of a file.
//!
//! A roster of `m` entries and a file of `n` rows cost `m / 1,000 + 1` queries and `n / 500` commits: 13 calls for 5,000
//! students of an empty course, within what a Worker may make even on the free plan (50).

use std::collections::HashMap;

use mentora_core::documents::{Member, Role};
use mentora_core::email::EmailAddress;
use mentora_core::ids::{CourseId, MemberId};
use mentora_core::roster::{Outcome, Reach, Row, Verdict, verdicts};
use mentora_core::time::Millis;
use mentora_firestore::{Precondition, Transport, Write, to_fields};

use super::invite::{invited, readmitted};
use super::{ATTEMPTS, InRoster, Roster, entry_path, may_have_met_another, rank};
use crate::repositories::{RepositoryError, Stored, page};

/// Writes of one commit: what Firestore recommends at most.
const BATCH: usize = 500;

/// The entries of a roster that count, by their addresses.
type Entries = HashMap<String, (MemberId, Stored<Member>)>;

impl<T: Transport> Roster<'_, T> {
    /// What would become of the rows of a file.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn judge(
        &self,
        course: &CourseId,
        rows: &[Row],
        reach: Reach,
    ) -> Result<Vec<Verdict>, RepositoryError> {
        Ok(judged(rows, &self.entries(course).await?, reach))
    }

    /// Invites the rows of a file. Should it break off in the middle, what is done is done: imported again, the rest follows.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when others keep inviting the same people meanwhile.
    pub async fn import(
        &self,
        course: &CourseId,
        rows: &[Row],
        reach: Reach,
        now: Millis,
    ) -> Result<Vec<Verdict>, RepositoryError> {
        let mut told: Vec<Verdict> = Vec::new();
        for _ in 0..ATTEMPTS {
            let entries = self.entries(course).await?;
            let found = judged(rows, &entries, reach);
            let writes = rows
                .iter()
                .zip(&found)
                .filter_map(|(row, verdict)| write(course, row, verdict.outcome, &entries, now).transpose());
            let writes = writes.collect::<Result<Vec<_>, _>>()?;
            told = if told.is_empty() { found } else { merged(told, found) };
            let mut met_another = false;
            for batch in writes.chunks(BATCH) {
                match self.0.commit(batch).await {
                    Ok(_) => {}
                    // What is there now decides, also about the batches that follow.
                    Err(error) if may_have_met_another(&error) => {
                        met_another = true;
                        break;
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            if !met_another {
                return Ok(told);
            }
        }
        Err(RepositoryError::Conflict)
    }

    async fn entries(&self, course: &CourseId) -> Result<Entries, RepositoryError> {
        let mut entries = Entries::new();
        for document in page::all(self.0, &InRoster::everybody(course)).await? {
            let (id, member): (MemberId, Stored<Member>) = page::item(&document)?;
            let known = entries.get(&member.email);
            if known.is_none_or(|(_, known)| rank(&member) < rank(known)) {
                entries.insert(member.email.clone(), (id, member));
            }
        }
        Ok(entries)
    }
}

fn judged(rows: &[Row], entries: &Entries, reach: Reach) -> Vec<Verdict> {
    let found = |address: &EmailAddress| {
        entries.get(address.as_str()).map(|(_, member)| (member.role, member.status))
    };
    verdicts(rows, found, reach)
}

/// What a row changes, if it changes anything.
fn write(
    course: &CourseId,
    row: &Row,
    outcome: Outcome,
    entries: &Entries,
    now: Millis,
) -> Result<Option<Write>, RepositoryError> {
    let (Some(address), Ok(role)) = (&row.address, &row.role) else { return Ok(None) };
    let role: Role = *role;
    let (id, member, precondition) = match (outcome, entries.get(address.as_str())) {
        (Outcome::Invited, _) => {
            let id = MemberId::invited(address);
            (id, invited(course, address, role, now), Precondition::Exists(false))
        }
        (Outcome::Readmitted, Some((id, removed))) => {
            (id.clone(), readmitted(removed, role, now), removed.version.precondition())
        }
        _ => return Ok(None),
    };
    let write = Write::merge(entry_path(course, &id)?, to_fields(&member)?);
    Ok(Some(write.only_if(precondition)))
}

/// The verdicts after another attempt: what the one before did is told as it was done.
fn merged(before: Vec<Verdict>, now: Vec<Verdict>) -> Vec<Verdict> {
    let done = |verdict: &Verdict| matches!(verdict.outcome, Outcome::Invited | Outcome::Readmitted);
    let stands = |verdict: &Verdict| matches!(verdict.outcome, Outcome::Unchanged | Outcome::AlreadyMember);
    let merge = |(was, is): (Verdict, Verdict)| if done(&was) && stands(&is) { was } else { is };
    before.into_iter().zip(now).map(merge).collect()
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::join;
    use mentora_core::documents::MemberStatus;
    use mentora_core::roster::{Counts, File, Imported};

    use super::*;
    use crate::repositories::Page;
    use crate::repositories::native_store::{course_id, documents, member};

    fn rows(emails: impl IntoIterator<Item = String>) -> Vec<Row> {
        let lines: Vec<String> = emails.into_iter().collect();
        File::read(format!("email\n{}", lines.join("\n")).as_bytes()).unwrap().rows
    }

    fn many(count: usize) -> Vec<Row> {
        rows((0..count).map(|index| format!("s{index}@example.org")))
    }

    fn counts(verdicts: Result<Vec<Verdict>, RepositoryError>) -> Counts {
        Imported::from(verdicts.unwrap()).counts
    }

    #[test]
    fn a_file_is_imported_once_however_often_it_is_sent() {
        let (documents, _) = documents();
        let roster = Roster(&documents);
        let (ethics, rows) = (course_id("ethics"), many(1003));
        block_on(async {
            let everybody = Reach::Everybody;
            let dry = counts(roster.judge(&ethics, &rows, everybody).await);
            assert_eq!(dry, Counts { invited: 1003, ..Counts::default() });
            assert_eq!(roster.list(&ethics, None, None, &Page::default()).await, Ok((vec![], None)));
            assert_eq!(counts(roster.import(&ethics, &rows, everybody, Millis(1)).await), dry);
            let (all, _) =
                roster.list(&ethics, None, None, &Page { limit: 100, cursor: None }).await.unwrap();
            let again = counts(roster.import(&ethics, &rows, everybody, Millis(2)).await);
            assert_eq!(again, Counts { unchanged: 1003, ..Counts::default() });
            let (after, _) =
                roster.list(&ethics, None, None, &Page { limit: 100, cursor: None }).await.unwrap();
            assert_eq!(all, after);
        });
    }

    #[test]
    fn members_stay_as_they_are_and_who_was_removed_comes_back() {
        let (documents, _) = documents();
        let roster = Roster(&documents);
        let ethics = course_id("ethics");
        let removed = Member { status: MemberStatus::Removed, ..member("ethics", "s0", Role::Student, 1) };
        block_on(async {
            roster.join(&removed).await.unwrap();
            roster.join(&member("ethics", "s1", Role::Student, 1)).await.unwrap();
            roster.join(&member("ethics", "s2", Role::Auditor, 1)).await.unwrap();
            let told = counts(roster.import(&ethics, &many(4), Reach::Learners, Millis(2)).await);
            let expected =
                Counts { readmitted: 1, already_member: 1, role_differs: 1, invited: 1, ..Counts::default() };
            assert_eq!(told, expected);
            let (all, _) =
                roster.list(&ethics, Some(MemberStatus::Active), None, &Page::default()).await.unwrap();
            assert_eq!(all.len(), 3);
        });
    }

    #[test]
    fn two_imports_at_once_and_a_lost_reply_invite_everybody_once() {
        for lose in [false, true] {
            let (documents, store) = documents();
            let roster = Roster(&documents);
            let ethics = course_id("ethics");
            let (left, right) = (many(520), rows((10..530).map(|index| format!("s{index}@example.org"))));
            block_on(async {
                if lose {
                    store.lose_next_commit_reply();
                }
                let reach = Reach::Everybody;
                let (left, right) = join!(
                    roster.import(&ethics, &left, reach, Millis(1)),
                    roster.import(&ethics, &right, reach, Millis(2)),
                );
                for told in [counts(left), counts(right)] {
                    assert_eq!(told.invited + told.unchanged, 520, "{told:?}");
                }
                let all = roster.entries(&ethics).await.unwrap();
                assert_eq!(all.len(), 530);
            });
        }
    }

    #[test]
    fn an_import_that_broke_off_is_finished_by_the_next() {
        let (documents, _) = documents();
        let roster = Roster(&documents);
        let (ethics, rows) = (course_id("ethics"), many(510));
        block_on(async {
            roster.import(&ethics, &rows[..300], Reach::Everybody, Millis(1)).await.unwrap();
            let rest = counts(roster.import(&ethics, &rows, Reach::Everybody, Millis(2)).await);
            assert_eq!(rest, Counts { invited: 210, unchanged: 300, ..Counts::default() });
        });
    }
}
