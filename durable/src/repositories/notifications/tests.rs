//! The claim, by itself: `notify` tests what is sent under it.

use futures::executor::block_on;

use super::*;
use crate::repositories::native_store::{documents, user};

const NOW: Millis = Millis(1_795_420_800_000);

fn notice() -> Notice {
    Notice { kind: NotificationKind::LowBalance, key: "low_balance:kim:2026-11-23".into(), user: user("kim") }
}

fn by(attempt: &str, now: Millis) -> Try<'_> {
    Try { channel: Channel::Mail, attempt, now }
}

fn sent() -> Tried {
    Tried::Sent { message_id: Some("m1".into()) }
}

#[test]
fn a_try_that_took_too_long_may_still_say_that_it_was_sent_and_nothing_else() {
    let (documents, _) = documents();
    let (notifications, notice) = (Notifications(&documents), notice());
    block_on(async {
        let state = async || notifications.get(&notice.id()).await.unwrap().unwrap().mail.unwrap();
        notifications.claim(&notice, by("slow", NOW)).await.unwrap();
        let later = NOW + LEASE_MS;
        assert_eq!(
            notifications.claim(&notice, by("next", later)).await,
            Ok(Claim::Granted { reached: Vec::new() })
        );
        notifications
            .record(&notice.id(), by("slow", later), &Tried::Refused("too late".into()), &[])
            .await
            .unwrap();
        assert_eq!((state().await.state, state().await.attempt), (DeliveryState::Sending, "next".into()));
        notifications.record(&notice.id(), by("slow", later), &sent(), &[]).await.unwrap();
        assert_eq!(state().await.state, DeliveryState::Sent);
        // What comes after does not undo it.
        notifications
            .record(&notice.id(), by("next", later), &Tried::Refused("later".into()), &[])
            .await
            .unwrap();
        assert_eq!(state().await.state, DeliveryState::Sent);
        assert_eq!(notifications.claim(&notice, by("third", later + LEASE_MS)).await, Ok(Claim::Sent));
    });
}

#[test]
fn whoever_was_erased_meanwhile_is_not_written_down_again() {
    let (documents, _) = documents();
    let (notifications, notice) = (Notifications(&documents), notice());
    block_on(async {
        notifications.claim(&notice, by("a", NOW)).await.unwrap();
        documents.commit(&[Write::delete(path(&notice.id()).unwrap())]).await.unwrap();
        notifications.record(&notice.id(), by("a", NOW), &sent(), &[]).await.unwrap();
        assert_eq!(notifications.get(&notice.id()).await, Ok(None));
    });
}

#[test]
fn the_store_may_forget_a_notification_after_ninety_days() {
    let (documents, _) = documents();
    block_on(async {
        Notifications(&documents).claim(&notice(), by("a", NOW)).await.unwrap();
        let stored = documents.get(&path(&notice().id()).unwrap()).await.unwrap().unwrap();
        let over = Timestamp::from_micros((NOW + KEPT_MS).0 * 1_000);
        assert_eq!(stored.fields[EXPIRE_AT], Value::Timestamp(over));
    });
}
