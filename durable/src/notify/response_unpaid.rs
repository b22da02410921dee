//! The tutor's answer waits, because nobody can pay for it: the student is told, and whoever may fill the wallet.

use mentora_core::documents::NotificationKind;
use mentora_core::ids::WalletId;
use mentora_core::time::Millis;
use mentora_firestore::Transport;
use mentora_mail::Letter;

use super::{Notifier, Response, Told};
use crate::repositories::notifications::Notice;
use crate::repositories::{Courses, RepositoryError};

/// Tells the student, once for the answer that was due at `due_at`, whatever is added to the question meanwhile; and the
/// staff of the course, when it pays: once a day, however many answers wait for its wallet.
///
/// # Errors
/// [`RepositoryError`], when somebody was not told: it may be told again, and what was sent is not sent twice.
pub async fn response_unpaid<S: Transport, M: Transport, P: Transport>(
    notifier: &Notifier<'_, S, M, P>,
    response: &Response<'_>,
    payer: &WalletId,
    due_at: Millis,
) -> Result<Vec<Told>, RepositoryError> {
    let kind = NotificationKind::ResponseUnpaid;
    let assignment = response.assignment;
    let key = format!("response_unpaid:{}:{}", response.conversation, due_at.0);
    let notice = Notice { kind, key, user: response.student.clone() };
    if *payer != WalletId::of_course(response.course) {
        let wallet_url = &notifier.ways.page("/wallet");
        let letter = Letter::ResponseUnpaidOwn { assignment, wallet_url };
        return Ok(vec![notifier.tell(&notice, &letter).await?]);
    }
    let conversation_url = &notifier.ways.page(&response.page());
    let student = notifier.tell(&notice, &Letter::ResponseUnpaid { assignment, conversation_url }).await;
    // Those who can do something about it, whether or not the student was reached.
    let staff = staff(notifier, response, payer).await;
    let mut told = vec![student?];
    told.extend(staff?);
    Ok(told)
}

async fn staff<S: Transport, M: Transport, P: Transport>(
    notifier: &Notifier<'_, S, M, P>,
    response: &Response<'_>,
    payer: &WalletId,
) -> Result<Vec<Told>, RepositoryError> {
    let id = response.course;
    let Some(course) = Courses(notifier.documents).get(id).await? else { return Ok(Vec::new()) };
    let wallet_url = &notifier.ways.page(&format!("/courses/{id}/wallet"));
    let letter = &Letter::ResponseUnpaidOfCourse { course: &course.title, wallet_url };
    let today = notifier.now.day();
    let notice_for = |user| Notice {
        kind: NotificationKind::ResponseUnpaid,
        key: format!("answers_unpaid:{payer}:{today}:{user}"),
        user,
    };
    notifier.tell_staff(id, notice_for, letter).await
}
