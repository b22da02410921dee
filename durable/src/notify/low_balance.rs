//! A wallet is nearly empty: its user is told, or the owner of its course, once a day.

use mentora_core::documents::{NotificationKind, Wallet, WalletOwner};
use mentora_core::ids::{CourseId, InvalidId, UserId};
use mentora_core::money::Micros;
use mentora_firestore::Transport;
use mentora_mail::Letter;

use super::{Because, Notifier, Told};
use crate::repositories::notifications::Notice;
use crate::repositories::{Courses, RepositoryError};

/// A cent in micro-credits.
const CENT: i64 = 10_000;

/// Tells that `wallet` is low. Whether it is, whoever keeps the wallet knows; told again on the same day, in UTC, it is not
/// sent again.
///
/// # Errors
/// [`RepositoryError`]: nothing was sent, and it may be told again.
pub async fn low_balance<S: Transport, M: Transport, P: Transport>(
    notifier: &Notifier<'_, S, M, P>,
    wallet: &Wallet,
) -> Result<Told, RepositoryError> {
    let id = wallet.owner_id.as_str();
    let foreign = |error: InvalidId| RepositoryError::Internal(error.to_string());
    let notice = |user| Notice {
        kind: NotificationKind::LowBalance,
        key: format!("low_balance:{id}:{}", notifier.now.day()),
        user,
    };
    let balance = &credits(wallet.balance_micros);
    match wallet.owner_type {
        WalletOwner::User => {
            let wallet_url = &notifier.ways.page("/wallet");
            let owner = UserId::new(id).map_err(foreign)?;
            notifier.tell(&notice(owner), &Letter::LowBalance { balance, wallet_url }).await
        }
        WalletOwner::Course => {
            let id = CourseId::new(id).map_err(foreign)?;
            let Some(course) = Courses(notifier.documents).get(&id).await? else {
                return Ok(Told::not(Because::Nobody));
            };
            let wallet_url = &notifier.ways.page(&format!("/courses/{id}/wallet"));
            let letter = Letter::LowBalanceOfCourse { course: &course.title, balance, wallet_url };
            notifier.tell(&notice(course.owner_id.clone()), &letter).await
        }
    }
}

/// In credits with two decimals, as `0.25`; what is less than a cent is not counted.
fn credits(amount: Micros) -> String {
    let cents = amount.0.div_euclid(CENT);
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balance_is_told_in_credits_and_never_as_more_than_there_is() {
        for (micros, told) in [
            (0, "0.00"),
            (9_999, "0.00"),
            (10_000, "0.01"),
            (1_259_999, "1.25"),
            (1_234_567_890_000, "1234567.89"),
            (-1, "-0.01"),
            (-1_500_000, "-1.50"),
            (i64::MIN, "-9223372036854.78"),
        ] {
            assert_eq!(credits(Micros(micros)), told, "{micros}");
        }
    }
}
