//! The verdict on each row of a file, and their counts.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Outcome, Reach, Row, answer};
use crate::documents::{MemberStatus, Role};
use crate::email::EmailAddress;

/// What became, or would become, of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// The number of the row as a spreadsheet shows it; the names of the columns stand in row 1.
    pub row: usize,
    /// The address as it is kept; as it stands in the file if it is none.
    pub email: String,
    /// What the row asks for; absent if it names no role that there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, for people; absent where there is nothing to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// How many rows had which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Rows with `invited`.
    pub invited: usize,
    /// Rows with `readmitted`.
    pub readmitted: usize,
    /// Rows with `unchanged`.
    pub unchanged: usize,
    /// Rows with `already_member`.
    pub already_member: usize,
    /// Rows with `role_differs`.
    pub role_differs: usize,
    /// Rows with `invalid`.
    pub invalid: usize,
    /// Rows with `duplicate`.
    pub duplicate: usize,
}

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// The verdicts, in the order of the rows; empty rows have none.
    pub items: Vec<Verdict>,
    /// How many of which kind.
    pub counts: Counts,
}

impl From<Vec<Verdict>> for Imported {
    fn from(items: Vec<Verdict>) -> Self {
        let mut counts = Counts::default();
        for verdict in &items {
            *match verdict.outcome {
                Outcome::Invited => &mut counts.invited,
                Outcome::Readmitted => &mut counts.readmitted,
                Outcome::Unchanged => &mut counts.unchanged,
                Outcome::AlreadyMember => &mut counts.already_member,
                Outcome::RoleDiffers => &mut counts.role_differs,
                Outcome::Invalid => &mut counts.invalid,
                Outcome::Duplicate => &mut counts.duplicate,
            } += 1;
        }
        Self { items, counts }
    }
}

/// The verdict on each row, when `found` tells what the roster has of an address.
pub fn verdicts(
    rows: &[Row],
    found: impl Fn(&EmailAddress) -> Option<(Role, MemberStatus)>,
    reach: Reach,
) -> Vec<Verdict> {
    let mut first_with: HashMap<EmailAddress, usize> = HashMap::with_capacity(rows.len());
    let verdict = |row: &Row| {
        let Row { number, address, role, .. } = row;
        let (outcome, message) = match (address, role) {
            (None, _) if row.email.is_empty() => {
                (Outcome::Invalid, Some("There is no address in this row.".to_owned()))
            }
            (None, _) => (Outcome::Invalid, Some("This is not an e-mail address.".to_owned())),
            (Some(_), Err(word)) => {
                let message =
                    format!("`{word}` is not a role. Write student, auditor, ta or instructor, or nothing.");
                (Outcome::Invalid, Some(message))
            }
            (Some(address), Ok(role)) => match *first_with.entry(address.clone()).or_insert(*number) {
                first if first != *number => {
                    let message = format!("Row {first} has the same address; that row counts.");
                    (Outcome::Duplicate, Some(message))
                }
                _ => judged(found(address), *role, reach),
            },
        };
        Verdict {
            row: *number,
            email: address.as_ref().map_or_else(|| row.email.clone(), ToString::to_string),
            role: role.as_ref().ok().copied(),
            outcome,
            message,
        }
    };
    rows.iter().map(verdict).collect()
}

fn judged(found: Option<(Role, MemberStatus)>, role: Role, reach: Reach) -> (Outcome, Option<String>) {
    match answer(found, role, reach) {
        Ok(outcome @ Outcome::RoleDiffers) => {
            let message = found.map(|(is, status)| {
                let stands = if status == MemberStatus::Active { "Takes part" } else { "Is invited" };
                format!("{stands} as {}. Change the role on the roster if that is wrong.", name(is))
            });
            (outcome, message)
        }
        Ok(outcome) => (outcome, None),
        Err(beyond) => (Outcome::Invalid, Some(format!("You may not do this: {beyond}."))),
    }
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Instructor => "instructor",
        Role::Ta => "ta",
        Role::Student => "student",
        Role::Auditor => "auditor",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::File;
    use proptest::prelude::*;

    const FILE: &str = "email,role\n\
        New@example.org,\n\
        invited@example.org,\n\
        active@example.org,student\n\
        active-ta@example.org,student\n\
        removed@example.org,auditor\n\
        new@example.org,ta\n\
        nobody,\n\
        ,student\n\
        other@example.org,teacher\n\
        helper@example.org,ta\n";

    fn on_the_roster(address: &EmailAddress) -> Option<(Role, MemberStatus)> {
        Some(match address.as_str() {
            "invited@example.org" => (Role::Student, MemberStatus::Invited),
            "active@example.org" => (Role::Student, MemberStatus::Active),
            "active-ta@example.org" => (Role::Ta, MemberStatus::Active),
            "removed@example.org" => (Role::Student, MemberStatus::Removed),
            _ => return None,
        })
    }

    fn judge(reach: Reach) -> Vec<Verdict> {
        verdicts(&File::read(FILE.as_bytes()).unwrap().rows, on_the_roster, reach)
    }

    #[test]
    fn every_row_has_its_verdict() {
        use Outcome::*;
        let found = judge(Reach::Everybody);
        let outcomes: Vec<_> = found.iter().map(|verdict| (verdict.row, verdict.outcome)).collect();
        let expected = [
            Invited,
            Unchanged,
            AlreadyMember,
            RoleDiffers,
            Readmitted,
            Duplicate,
            Invalid,
            Invalid,
            Invalid,
            Invited,
        ];
        assert_eq!(outcomes, (2..).zip(expected).collect::<Vec<_>>());
        assert_eq!(found[0].email, "new@example.org");
        assert_eq!((found[6].email.as_str(), found[8].role), ("nobody", None));
        for (place, part) in
            [(3, "as ta"), (5, "Row 2"), (6, "not an e-mail"), (7, "no address"), (8, "`teacher`")]
        {
            assert!(found[place].message.as_ref().unwrap().contains(part), "{:?}", found[place]);
        }
        let counts = Imported::from(found).counts;
        let expected = Counts {
            invited: 2,
            readmitted: 1,
            unchanged: 1,
            already_member: 1,
            role_differs: 1,
            invalid: 3,
            duplicate: 1,
        };
        assert_eq!(counts, expected);
    }

    #[test]
    fn who_reaches_learners_only_is_told_row_by_row() {
        let helper = judge(Reach::Learners).pop().unwrap();
        assert_eq!(helper.outcome, Outcome::Invalid);
        assert!(helper.message.unwrap().contains("only an instructor"));
    }

    proptest! {
        #[test]
        fn what_was_imported_is_not_imported_again(
            rows in prop::collection::vec(("[ab]@x\\.example|[ab]", prop::sample::select(vec!["student", "ta", "x"])), 0..12),
            learners in any::<bool>(),
        ) {
            let reach = if learners { Reach::Learners } else { Reach::Everybody };
            let text: String = rows.iter().map(|(email, role)| format!("{email},{role}\n")).collect();
            let rows = File::read(format!("email,role\n{text}").as_bytes()).unwrap().rows;
            let first = verdicts(&rows, |_| None, reach);
            let invited: HashMap<_, _> = first
                .iter()
                .filter(|verdict| verdict.outcome == Outcome::Invited)
                .map(|verdict| (verdict.email.clone(), verdict.role.unwrap()))
                .collect();
            let found = |address: &EmailAddress| {
                invited.get(address.as_str()).map(|role| (*role, MemberStatus::Invited))
            };
            for (was, is) in first.iter().zip(verdicts(&rows, found, reach)) {
                let expected = if was.outcome == Outcome::Invited { Outcome::Unchanged } else { was.outcome };
                prop_assert_eq!(is.outcome, expected);
            }
        }
    }
}
