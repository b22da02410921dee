//! Kim's wallet and the wallet of the teacher's course run low; SendGrid and the store do what they do.

mod kinds;
mod push;

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

use futures::executor::block_on;
use futures::future::join_all;
use mentora_core::documents::{Notification, User, Wallet, WalletOwner};
use mentora_core::ids::{NotificationId, WalletId};
use mentora_core::money::Micros;
use mentora_core::time::DAY_MS;
use mentora_firestore::{Client, Transport, TransportError};
use serde_json::{Value, json};

use super::*;
use crate::platform::config::Config;
use crate::platform::mail::Mailer;
use crate::repositories::native_store::{self, NativeStore, profile, put};
use crate::repositories::notifications::{LEASE_MS, MAX_TRIES};
use crate::repositories::{Notifications, RepositoryError};

type Documents = Client<&'static NativeStore>;

const NOW: Millis = Millis(1_795_420_800_000);

/// What SendGrid does with one mail.
#[derive(Clone)]
enum Does {
    /// Answers; 202 is the only status with which it takes the mail.
    Answer(u16),
    /// Answers that there were too many, until then.
    TooMany(Millis),
    /// Refuses it, and says whom it was for.
    Refuse,
    /// Takes it, and the answer is lost.
    TakeAndVanish,
    /// Is not reached.
    Absent,
}

/// SendGrid: does what is planned, then takes whatever comes.
#[derive(Default)]
struct Post {
    plan: RefCell<VecDeque<Does>>,
    asked: RefCell<u32>,
    taken: RefCell<Vec<Value>>,
}

impl Post {
    fn does(&self, plan: impl IntoIterator<Item = Does>) {
        self.plan.borrow_mut().extend(plan);
    }

    fn taken(&self) -> usize {
        self.taken.borrow().len()
    }
}

impl Transport for Post {
    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        _: u32,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        native_store::give_way().await;
        *self.asked.borrow_mut() += 1;
        assert_eq!(request.uri(), "https://sendgrid.test/v3/mail/send");
        let mail: Value = serde_json::from_slice(request.body()).unwrap();
        let does = self.plan.borrow_mut().pop_front().unwrap_or(Does::Answer(202));
        if matches!(does, Does::Answer(202) | Does::TakeAndVanish) {
            self.taken.borrow_mut().push(mail);
        }
        let reply = http::Response::builder();
        let reply = match does {
            Does::Answer(status) => reply.status(status).header("x-message-id", "m1"),
            Does::Refuse => {
                let errors = json!({ "errors": [{ "message": "kim@example.org is bad", "field": "to" }] });
                return Ok(reply.status(400).body(errors.to_string().into_bytes()).unwrap());
            }
            Does::TooMany(until) => reply.status(429).header("x-ratelimit-reset", until.0 / 1_000),
            Does::TakeAndVanish => return Err(TransportError::TimedOut),
            Does::Absent => return Err(TransportError::NotSent("no such host".into())),
        };
        Ok(reply.body(Vec::new()).unwrap())
    }
}

fn wallet(owner_type: WalletOwner, owner: &str) -> Wallet {
    Wallet {
        owner_type,
        owner_id: WalletId::new(owner).unwrap(),
        balance_micros: Micros(250_000),
        held_micros: Micros(0),
        low_balance_micros: Micros(1_000_000),
        created_at: NOW,
        updated_at: NOW,
    }
}

fn of_kim() -> Wallet {
    wallet(WalletOwner::User, "kim")
}

/// Kim, and a course of the teacher's, who reads Chinese.
async fn furnished() -> (Documents, &'static NativeStore) {
    let (documents, store) = native_store::documents();
    put(&documents, "users/kim", &profile("kim", 1)).await;
    let teacher = User { locale: "zh-TW".into(), ..profile("teacher", 1) };
    put(&documents, "users/teacher", &teacher).await;
    put(&documents, "courses/ethics", &native_store::course("ETHICS-26", "teacher", 1)).await;
    (documents, store)
}

/// Somebody finds at `now` that a wallet is low.
async fn tell(
    documents: &Documents,
    post: &Post,
    wallet: &Wallet,
    attempt: &str,
    now: Millis,
) -> Result<Outcome, RepositoryError> {
    let ways = Ways::by_mail_only(post);
    let notifier = Notifier { documents, ways: &ways, attempt: attempt.to_owned(), now };
    Ok(low_balance(&notifier, wallet).await?.mail)
}

async fn stored(documents: &Documents, key: &str) -> Option<Notification> {
    Notifications(documents).get(&NotificationId::of(key)).await.unwrap()
}

const KEY_OF_KIM: &str = "low_balance:kim:2026-11-23";

#[test]
fn whoever_has_a_low_wallet_gets_a_mail_that_says_what_is_left() {
    block_on(async {
        let (documents, _) = furnished().await;
        let post = Post::default();
        assert_eq!(tell(&documents, &post, &of_kim(), "a", NOW).await, Ok(Outcome::Sent));
        let mail = post.taken.borrow().first().cloned().unwrap();
        let to = json!([{ "email": "kim@example.org", "name": "Person kim" }]);
        assert_eq!(mail["personalizations"][0]["to"], to);
        assert_eq!(mail["subject"], "Your Mentora wallet has 0.25 credits left");
        let html = mail["content"][1]["value"].as_str().unwrap();
        for link in ["https://mentora.example/wallet", "https://mentora.example/settings"] {
            assert!(html.contains(&format!("\"{link}\"")), "{html}");
        }
        let id = NotificationId::of(KEY_OF_KIM);
        assert_eq!(mail["custom_args"]["notification"], id.as_str());
        let kept = stored(&documents, KEY_OF_KIM).await.unwrap().mail.unwrap();
        assert_eq!((kept.state, kept.tries), (mentora_core::documents::DeliveryState::Sent, 1));
        assert_eq!(kept.message_id.as_deref(), Some("m1"));
    });
}

#[test]
fn of_a_courses_wallet_the_owner_is_told_in_the_owners_language() {
    block_on(async {
        let (documents, _) = furnished().await;
        let post = Post::default();
        let wallet = wallet(WalletOwner::Course, "ethics");
        assert_eq!(tell(&documents, &post, &wallet, "a", NOW).await, Ok(Outcome::Sent));
        let mails = post.taken.borrow();
        assert_eq!(mails[0]["personalizations"][0]["to"][0]["email"], "teacher@example.org");
        assert_eq!(mails[0]["subject"], "課程「Course ETHICS-26」的錢包剩下 0.25 點");
        let text = mails[0]["content"][0]["value"].as_str().unwrap();
        assert!(text.contains("https://mentora.example/courses/ethics/wallet"), "{text}");
    });
}

#[test]
fn whoever_was_told_is_told_again_on_the_next_day_only() {
    block_on(async {
        let (documents, _) = furnished().await;
        let post = Post::default();
        for (at, outcome) in [
            (NOW, Outcome::Sent),
            (NOW + 1, Outcome::SentBefore),
            (NOW + 10 * LEASE_MS, Outcome::SentBefore),
            (NOW + DAY_MS, Outcome::Sent),
        ] {
            assert_eq!(tell(&documents, &post, &of_kim(), &at.0.to_string(), at).await, Ok(outcome));
        }
        assert_eq!(post.taken(), 2);
    });
}

#[test]
fn of_many_who_tell_it_at_once_one_sends() {
    block_on(async {
        let (documents, _) = furnished().await;
        let (post, kim) = (Post::default(), of_kim());
        let names: Vec<String> = (0..20).map(|index| index.to_string()).collect();
        let all = names.iter().map(|name| tell(&documents, &post, &kim, name, NOW));
        let outcomes: Vec<_> = join_all(all).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Sent).count(), 1, "{outcomes:?}");
        let later = |outcome: &&Outcome| **outcome == Outcome::Later(NOW + LEASE_MS);
        assert_eq!(outcomes.iter().filter(later).count(), 19, "{outcomes:?}");
        assert_eq!(post.taken(), 1);
    });
}

#[test]
fn whoever_cannot_or_will_not_be_told_is_not_and_nothing_is_claimed() {
    block_on(async {
        let (documents, _) = furnished().await;
        let post = Post::default();
        let kim = profile("kim", 1);
        let quiet = |email| mentora_core::documents::Notifications { email, push: true };
        for (user, why) in [
            (User { notifications: quiet(false), ..kim.clone() }, Because::TurnedOff),
            (User { email: String::new(), ..kim.clone() }, Because::NoAddress),
            (User { email: "kim@example.org, lee@example.org".into(), ..kim.clone() }, Because::NoAddress),
        ] {
            put(&documents, "users/kim", &user).await;
            assert_eq!(tell(&documents, &post, &of_kim(), "a", NOW).await, Ok(Outcome::NotTold(why)));
        }
        for wallet in [wallet(WalletOwner::User, "stranger"), wallet(WalletOwner::Course, "gone")] {
            let outcome = tell(&documents, &post, &wallet, "a", NOW).await;
            assert_eq!(outcome, Ok(Outcome::NotTold(Because::Nobody)));
        }
        let ways = Ways { mail: None, ..Ways::by_mail_only(&post) };
        let notifier = Notifier { documents: &documents, ways: &ways, attempt: "a".into(), now: NOW };
        let outcome = low_balance(&notifier, &of_kim()).await.unwrap().mail;
        assert_eq!(outcome, Outcome::NotTold(Because::MailIsOff));
        assert_eq!((stored(&documents, KEY_OF_KIM).await, *post.asked.borrow()), (None, 0));
        // Whoever turns it on again on the same day is told.
        put(&documents, "users/kim", &kim).await;
        assert_eq!(tell(&documents, &post, &of_kim(), "b", NOW).await, Ok(Outcome::Sent));
    });
}

#[test]
fn what_is_not_taken_is_tried_again_when_its_time_has_come_and_not_for_ever() {
    block_on(async {
        for (does, pause) in [
            (Does::Answer(503), 60_000),
            (Does::Absent, 60_000),
            (Does::TooMany(NOW + 600_000), 600_000),
            (Does::TooMany(NOW - 5_000), 60_000),
            (Does::TooMany(NOW + 1_000 * DAY_MS), DAY_MS),
            (Does::Answer(401), 3_600_000),
            (Does::Answer(403), 3_600_000),
        ] {
            let (documents, _) = furnished().await;
            let post = Post::default();
            post.does([does]);
            let kim = of_kim();
            let tell = async |attempt: &str, at| tell(&documents, &post, &kim, attempt, at).await.unwrap();
            let then = NOW + pause;
            assert_eq!(tell("a", NOW).await, Outcome::Later(then));
            // Of a pause that ends on another day, that day's own mail is told.
            if pause < DAY_MS {
                assert_eq!(tell("b", then - 1).await, Outcome::Later(then));
                assert_eq!((post.taken(), tell("c", then).await), (0, Outcome::Sent));
            }
        }
        let (documents, _) = furnished().await;
        let post = Post::default();
        post.does(vec![Does::Answer(500); 10]);
        for turn in 0..10 {
            let now = NOW + turn * 3_600_000 / 2;
            let _ = tell(&documents, &post, &of_kim(), &turn.to_string(), now).await.unwrap();
        }
        assert_eq!((*post.asked.borrow(), post.taken()), (MAX_TRIES, 0));
    });
}

#[test]
fn a_mail_that_is_refused_for_itself_is_given_up_at_once() {
    block_on(async {
        let (documents, _) = furnished().await;
        let post = Post::default();
        post.does([Does::Refuse]);
        for attempt in ["a", "b"] {
            let outcome = tell(&documents, &post, &of_kim(), attempt, NOW + DAY_MS / 24).await;
            assert_eq!(outcome, Ok(Outcome::GivenUp));
        }
        assert_eq!(*post.asked.borrow(), 1);
        let kept = stored(&documents, KEY_OF_KIM).await.unwrap().mail.unwrap();
        let why = kept.last_error.unwrap();
        assert!(why.starts_with("status 400; to: ") && !why.contains("kim"), "{why}");
    });
}

#[test]
fn a_mail_of_which_nobody_knows_is_sent_once_more_after_its_minute_and_no_sooner() {
    block_on(async {
        let (documents, _) = furnished().await;
        let post = Post::default();
        post.does([Does::TakeAndVanish]);
        let kim = of_kim();
        let tell = async |attempt: &str, at| tell(&documents, &post, &kim, attempt, at).await.unwrap();
        let then = NOW + LEASE_MS;
        assert_eq!(tell("a", NOW).await, Outcome::Later(then));
        assert_eq!((tell("b", then - 1).await, post.taken()), (Outcome::Later(then), 1));
        assert_eq!((tell("c", then).await, post.taken()), (Outcome::Sent, 2));
        assert_eq!(tell("d", then + DAY_MS / 24).await, Outcome::SentBefore);
        // Both bear one id, by which they are found to be one.
        let mails = post.taken.borrow();
        assert_eq!(mails[0]["custom_args"], mails[1]["custom_args"]);
    });
}

#[test]
fn a_service_that_never_says_gets_no_more_than_three() {
    block_on(async {
        let (documents, _) = furnished().await;
        let post = Post::default();
        post.does(vec![Does::TakeAndVanish; 20]);
        let mut last = Outcome::Sent;
        for turn in 0..20 {
            last =
                tell(&documents, &post, &of_kim(), &turn.to_string(), NOW + turn * LEASE_MS).await.unwrap();
        }
        assert_eq!((last, post.taken()), (Outcome::GivenUp, 3));
    });
}

#[test]
fn whoever_turns_mail_off_between_two_tries_gets_no_second_one() {
    block_on(async {
        let (documents, _) = furnished().await;
        let post = Post::default();
        post.does([Does::Answer(503)]);
        tell(&documents, &post, &of_kim(), "a", NOW).await.unwrap();
        let off = mentora_core::documents::Notifications { email: false, push: true };
        put(&documents, "users/kim", &User { notifications: off, ..profile("kim", 1) }).await;
        let outcome = tell(&documents, &post, &of_kim(), "b", NOW + DAY_MS / 24).await;
        assert_eq!((outcome, *post.asked.borrow()), (Ok(Outcome::NotTold(Because::TurnedOff)), 1));
    });
}

#[test]
fn a_lost_reply_of_the_store_sends_nothing_twice() {
    block_on(async {
        // Of the claim, then of the note of how it went.
        for lose_claim in [true, false] {
            let (documents, store) = furnished().await;
            let post = Post::default();
            if lose_claim {
                store.lose_next_commit_reply();
            } else {
                store.lose_commit_reply_after(1);
            }
            assert_eq!(tell(&documents, &post, &of_kim(), "a", NOW).await, Ok(Outcome::Sent));
            let later = tell(&documents, &post, &of_kim(), "b", NOW + LEASE_MS).await;
            assert_eq!((later, post.taken()), (Ok(Outcome::SentBefore), 1));
        }
    });
}

#[test]
fn wherever_whoever_tells_it_dies_somebody_is_told_and_at_most_twice() {
    let mut twice = 0;
    // The request at which it dies is carried out, or is not: the reply comes in neither case.
    for carried_out in [false, true] {
        for after in 0.. {
            let (finished, mails) = block_on(async {
                let (documents, store) = furnished().await;
                let post = Post::default();
                store.die_after(after, carried_out);
                let first = tell(&documents, &post, &of_kim(), "first", NOW).await;
                store.come_back();
                let noted = stored(&documents, KEY_OF_KIM).await;
                let second = tell(&documents, &post, &of_kim(), "second", NOW + LEASE_MS).await.unwrap();
                assert!(matches!(second, Outcome::Sent | Outcome::SentBefore), "{after}: {second:?}");
                let state = noted.and_then(|noted| noted.mail).map(|mail| mail.state);
                let sent = state == Some(mentora_core::documents::DeliveryState::Sent);
                assert!(!sent || post.taken() == 1, "{after}: it was noted that it was sent");
                (first.is_ok() && sent, post.taken())
            });
            assert!((1..=2).contains(&mails), "{after}: {mails}");
            twice += u32::from(mails == 2);
            if finished {
                assert_eq!(mails, 1);
                assert!(after > 2, "{after}");
                break;
            }
        }
    }
    // Only where the store was gone when it was to be noted that the mail was taken.
    assert!((1..=3).contains(&twice), "{twice}");
}

#[test]
fn a_name_cannot_write_a_header() {
    block_on(async {
        let (documents, _) = furnished().await;
        let post = Post::default();
        let name = "Kim\r\nBcc: all@example.org, <evil@example.org>".to_owned();
        put(&documents, "users/kim", &User { display_name: name, ..profile("kim", 1) }).await;
        assert_eq!(tell(&documents, &post, &of_kim(), "a", NOW).await, Ok(Outcome::Sent));
        let mails = post.taken.borrow();
        let to = json!([{ "email": "kim@example.org", "name": "Kim Bcc: all@example.org evil@example.org" }]);
        assert_eq!(mails[0]["personalizations"][0]["to"], to);
    });
}
