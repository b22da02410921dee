//! An assignment is due soon, and a student has not handed it in.

use mentora_core::documents::NotificationKind;
use mentora_core::ids::{AssignmentId, CourseId, UserId};
use mentora_core::time::Millis;
use mentora_firestore::{Timestamp, Transport};
use mentora_mail::Letter;

use super::{Notifier, Told};
use crate::repositories::RepositoryError;
use crate::repositories::notifications::Notice;

/// What is due, and how soon.
#[derive(Debug, Clone, Copy)]
pub struct Due<'a> {
    /// The assignment.
    pub assignment: &'a AssignmentId,
    /// Its title.
    pub title: &'a str,
    /// Its course.
    pub course: &'a CourseId,
    /// The course's title.
    pub course_title: &'a str,
    /// When it is due.
    pub at: Millis,
    /// Which of the assignment's reminders this is: so many days before.
    pub days_before: u32,
}

/// Reminds one student, once by each of the assignment's reminders; once more of each when it becomes due at another time. Who
/// has handed it in, and whether it is time, whoever calls knows.
///
/// # Errors
/// [`RepositoryError`]: it may be told again, and what was sent is not sent twice.
pub async fn assignment_reminder<S: Transport, M: Transport, P: Transport>(
    notifier: &Notifier<'_, S, M, P>,
    due: &Due<'_>,
    student: &UserId,
) -> Result<Told, RepositoryError> {
    let notice = Notice {
        kind: NotificationKind::AssignmentReminder,
        key: format!("assignment_reminder:{}:{}:{}:{student}", due.assignment, due.at.0, due.days_before),
        user: student.clone(),
    };
    let letter = Letter::AssignmentReminder {
        assignment: due.title,
        course: due.course_title,
        due_at: &minute(due.at),
        course_url: &notifier.ways.page(&format!("/courses/{}", due.course)),
    };
    notifier.tell(&notice, &letter).await
}

/// As `2026-11-23 12:00 UTC`: nobody knows where the student is.
fn minute(at: Millis) -> String {
    let moment = Timestamp::from_micros(at.0.saturating_mul(1_000)).to_string();
    let (day, time) = moment.split_once('T').unwrap_or((&moment, ""));
    let minute: String = time.chars().take("12:00".len()).collect();
    format!("{day} {minute} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_to_the_minute_and_says_whose_it_is() {
        assert_eq!(minute(Millis(1_795_420_800_000)), "2026-11-23 08:00 UTC");
        assert_eq!(minute(Millis(1_795_391_999_999)), "2026-11-22 23:59 UTC");
    }
}
