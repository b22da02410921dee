//! When students are reminded of an assignment.
//!
//! A day is 24 hours before the moment at which it is due, in UTC: nobody has told us where a course is, its students may be
//! anywhere, and all of them have until one moment. So "one day before" leaves everybody the same 24 hours. Over a
//! change of clocks, a local clock shows an hour more or less than at the due date; over the end of a month or a year
//! nothing happens, since nothing is counted in months. Day 0 is the day itself: six hours before.

use crate::documents::Assignment;
use crate::time::{DAY_MS, Millis, seconds};

/// How long before it is due the reminder of the day itself comes, ms.
const ON_THE_DAY_MS: i64 = seconds(6 * 60 * 60);

/// When a reminder comes of something that is due at `due`.
#[must_use]
pub fn at(due: Millis, days_before: u32) -> Millis {
    if days_before == 0 { due - ON_THE_DAY_MS } else { due - i64::from(days_before) * DAY_MS }
}

/// When the next reminder of an assignment comes after `now`; none comes before it begins or once it is due.
#[must_use]
pub fn next(assignment: &Assignment, now: Millis) -> Option<Millis> {
    all(assignment).map(|(at, _)| at).filter(|at| *at > now).min()
}

/// Which reminder it is time for: the latest whose time has come, by its days. Once the assignment is due, none.
#[must_use]
pub fn current(assignment: &Assignment, now: Millis) -> Option<u32> {
    if assignment.due_at.is_none_or(|due| now >= due) {
        return None;
    }
    all(assignment).filter(|(at, _)| *at <= now).max_by_key(|(at, _)| *at).map(|(_, days)| days)
}

/// Whether a change of an assignment makes other reminders of it.
#[must_use]
pub fn differ(before: &Assignment, after: &Assignment) -> bool {
    let when = |one: &Assignment| (one.start_at, one.due_at);
    when(before) != when(after) || before.reminders != after.reminders
}

fn all(assignment: &Assignment) -> impl Iterator<Item = (Millis, u32)> + '_ {
    let moments = assignment.due_at.into_iter().flat_map(|due| {
        assignment
            .reminders
            .iter()
            .map(move |reminder| (at(due, reminder.days_before_due), reminder.days_before_due))
    });
    moments.filter(|(at, _)| *at >= assignment.start_at)
}
