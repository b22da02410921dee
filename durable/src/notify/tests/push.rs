//! Kim has devices; FCM and the store do what they do.

use mentora_core::documents::{Delivery, DeliveryState, Device, Notifications as Wishes, Platform};
use mentora_core::ids::DeviceId;

use super::*;
use crate::platform::push::Pusher;
use crate::repositories::Devices;

/// What FCM does with one message.
#[derive(Clone)]
enum FcmDoes {
    /// Answers so, with this code of its own.
    Answer(u16, &'static str),
    /// Answers that the quota is used up for so many seconds.
    Quota(u32),
    /// Takes it, and the answer is lost.
    TakeAndVanish,
    /// Is not reached: or nobody gives out a token.
    Absent,
}

/// FCM: does to a device what is planned for it, then takes whatever comes.
#[derive(Default)]
pub(super) struct Fcm {
    plan: RefCell<VecDeque<(&'static str, FcmDoes)>>,
    asked: RefCell<u32>,
    taken: RefCell<Vec<Value>>,
}

impl Fcm {
    fn does(&self, plan: impl IntoIterator<Item = (&'static str, FcmDoes)>) {
        self.plan.borrow_mut().extend(plan);
    }

    /// The devices that were shown something, in the order of their tokens.
    pub(super) fn shown(&self) -> Vec<String> {
        let taken = self.taken.borrow();
        let mut tokens: Vec<_> = taken.iter().map(|one| one["token"].as_str().unwrap().to_owned()).collect();
        tokens.sort();
        tokens
    }

    pub(super) fn message(&self, index: usize) -> Value {
        self.taken.borrow()[index].clone()
    }
}

impl Transport for Fcm {
    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        _: u32,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        native_store::give_way().await;
        *self.asked.borrow_mut() += 1;
        assert_eq!(request.uri(), "https://fcm.test/v1/projects/demo-mentora/messages:send");
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let message = body["message"].clone();
        let mut plan = self.plan.borrow_mut();
        let planned = plan.iter().position(|(token, _)| message["token"] == *token);
        let does = planned.and_then(|index| plan.remove(index)).map(|(_, does)| does);
        let reply = http::Response::builder();
        let error = |status: u16, code: &str| {
            let kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
            let details = json!([{ "@type": kind, "errorCode": code }]);
            let error = json!({ "error": { "code": status, "message": "told", "details": details } });
            error.to_string().into_bytes()
        };
        let reply = match does {
            Some(FcmDoes::Answer(status, code)) => reply.status(status).body(error(status, code)),
            Some(FcmDoes::Quota(seconds)) => {
                reply.status(429).header("retry-after", seconds).body(error(429, "QUOTA_EXCEEDED"))
            }
            Some(FcmDoes::Absent) => return Err(TransportError::NotSent("no such host".into())),
            Some(FcmDoes::TakeAndVanish) => {
                self.taken.borrow_mut().push(message);
                return Err(TransportError::TimedOut);
            }
            None => {
                self.taken.borrow_mut().push(message);
                reply.body(json!({ "name": "projects/demo-mentora/messages/0:1" }).to_string().into_bytes())
            }
        };
        Ok(reply.unwrap())
    }
}

/// Mail and push messages, both set up.
pub(super) fn by_both<'a>(post: &'a Post, fcm: &'a Fcm) -> Ways<&'a Post, &'a Fcm> {
    let settings = [
        ("ENVIRONMENT", "local"),
        ("SENDGRID_BASE_URL", "https://sendgrid.test"),
        ("FCM_BASE_URL", "https://fcm.test"),
        ("APP_URL", "https://mentora.example/"),
    ];
    let config = Config::read(&BTreeMap::from(settings)).unwrap();
    let (mail, push) = (Mailer::over(post, &config), Some(Pusher::over(fcm, &config)));
    Ways { mail, push, app_url: config.app_url.unwrap() }
}

pub(super) async fn register(documents: &Documents, who: &str, tokens: &[&str]) {
    for token in tokens {
        let device = Device {
            token: (*token).to_owned(),
            platform: Platform::Web,
            last_seen_at: NOW,
            created_at: NOW,
            updated_at: NOW,
        };
        Devices(documents).register(&native_store::user(who), &device).await.ok().unwrap();
    }
}

/// Somebody finds at `now` that Kim's wallet is low.
async fn tell(documents: &Documents, post: &Post, fcm: &Fcm, attempt: &str, now: Millis) -> Told {
    let ways = by_both(post, fcm);
    let notifier = Notifier { documents, ways: &ways, attempt: attempt.to_owned(), now };
    low_balance(&notifier, &of_kim()).await.unwrap()
}

async fn noted(documents: &Documents) -> Delivery {
    stored(documents, KEY_OF_KIM).await.unwrap().push.unwrap()
}

async fn devices(documents: &Documents) -> usize {
    Devices(documents).all(&native_store::user("kim"), 50).await.ok().unwrap().len()
}

#[test]
fn whoever_has_devices_is_shown_it_on_each_of_them_beside_the_mail_and_once() {
    block_on(async {
        let (documents, _) = furnished().await;
        let (post, fcm) = (Post::default(), Fcm::default());
        register(&documents, "kim", &["laptop", "phone"]).await;
        register(&documents, "lee", &["other"]).await;
        let told = tell(&documents, &post, &fcm, "a", NOW).await;
        assert_eq!(told, Told { mail: Outcome::Sent, push: Outcome::Sent });
        assert_eq!((fcm.shown(), post.taken()), (vec!["laptop".into(), "phone".into()], 1));
        let message = fcm.message(0);
        assert_eq!(message["notification"]["title"], "Your Mentora wallet has 0.25 credits left");
        assert_eq!(message["webpush"]["fcm_options"]["link"], "https://mentora.example/wallet");
        let id = NotificationId::of(KEY_OF_KIM);
        assert_eq!(message["data"]["notification"], id.as_str());
        assert_eq!(
            message["webpush"]["notification"]["tag"],
            id.as_str(),
            "one that comes twice is shown once"
        );
        let again = tell(&documents, &post, &fcm, "b", NOW + LEASE_MS).await;
        assert_eq!(again, Told { mail: Outcome::SentBefore, push: Outcome::SentBefore });
        assert_eq!((fcm.shown().len(), post.taken()), (2, 1));
        assert_eq!(noted(&documents).await.state, DeliveryState::Sent);
    });
}

#[test]
fn neither_way_waits_for_the_other_nor_is_repeated_with_it() {
    block_on(async {
        let (documents, _) = furnished().await;
        let (post, fcm) = (Post::default(), Fcm::default());
        register(&documents, "kim", &["phone"]).await;
        post.does([Does::Answer(503)]);
        let told = tell(&documents, &post, &fcm, "a", NOW).await;
        assert_eq!(told, Told { mail: Outcome::Later(NOW + 60_000), push: Outcome::Sent });
        assert_eq!(told.again_at(), Some(NOW + 60_000));
        let told = tell(&documents, &post, &fcm, "b", NOW + 60_000).await;
        assert_eq!(told, Told { mail: Outcome::Sent, push: Outcome::SentBefore });
        assert_eq!((fcm.shown().len(), post.taken(), told.again_at()), (1, 1, None));

        let (documents, _) = furnished().await;
        register(&documents, "kim", &["phone"]).await;
        let (post, fcm) = (Post::default(), Fcm::default());
        fcm.does([("phone", FcmDoes::Quota(90))]);
        let told = tell(&documents, &post, &fcm, "a", NOW).await;
        assert_eq!(told, Told { mail: Outcome::Sent, push: Outcome::Later(NOW + 90_000) });
        let told = tell(&documents, &post, &fcm, "b", NOW + 90_000).await;
        assert_eq!(told, Told { mail: Outcome::SentBefore, push: Outcome::Sent });
        assert_eq!((fcm.shown().len(), post.taken()), (1, 1));
    });
}

#[test]
fn each_way_is_turned_off_by_itself() {
    block_on(async {
        let (documents, _) = furnished().await;
        let (post, fcm) = (Post::default(), Fcm::default());
        register(&documents, "kim", &["phone"]).await;
        let wants = async |email, push| {
            let user = User { notifications: Wishes { email, push }, ..profile("kim", 1) };
            put(&documents, "users/kim", &user).await;
        };
        let off = Outcome::NotTold(Because::TurnedOff);
        wants(false, false).await;
        assert_eq!(tell(&documents, &post, &fcm, "a", NOW).await, Told { mail: off, push: off });
        assert_eq!(stored(&documents, KEY_OF_KIM).await, None);
        wants(true, false).await;
        assert_eq!(tell(&documents, &post, &fcm, "b", NOW).await, Told { mail: Outcome::Sent, push: off });
        wants(false, true).await;
        assert_eq!(tell(&documents, &post, &fcm, "c", NOW).await, Told { mail: off, push: Outcome::Sent });
        assert_eq!((fcm.shown().len(), post.taken()), (1, 1));
    });
}

#[test]
fn whoever_has_no_device_is_not_told_by_push_and_nothing_is_claimed() {
    block_on(async {
        let (documents, _) = furnished().await;
        let (post, fcm) = (Post::default(), Fcm::default());
        let told = tell(&documents, &post, &fcm, "a", NOW).await;
        assert_eq!(told, Told { mail: Outcome::Sent, push: Outcome::NotTold(Because::NoDevice) });
        assert_eq!(stored(&documents, KEY_OF_KIM).await.unwrap().push, None);
        // A device that comes on the same day is told.
        register(&documents, "kim", &["phone"]).await;
        assert_eq!(tell(&documents, &post, &fcm, "b", NOW).await.push, Outcome::Sent);
    });
}

#[test]
fn a_device_that_is_there_no_more_is_removed_and_the_others_are_told() {
    block_on(async {
        for gone in [FcmDoes::Answer(404, "UNREGISTERED"), FcmDoes::Answer(400, "INVALID_ARGUMENT")] {
            let (documents, _) = furnished().await;
            let (post, fcm) = (Post::default(), Fcm::default());
            register(&documents, "kim", &["laptop", "old", "phone"]).await;
            fcm.does([("old", gone.clone())]);
            assert_eq!(tell(&documents, &post, &fcm, "a", NOW).await.push, Outcome::Sent);
            assert_eq!((fcm.shown(), devices(&documents).await), (vec!["laptop".into(), "phone".into()], 2));

            let (documents, _) = furnished().await;
            let (post, fcm) = (Post::default(), Fcm::default());
            register(&documents, "kim", &["old"]).await;
            fcm.does([("old", gone)]);
            assert_eq!(tell(&documents, &post, &fcm, "a", NOW).await.push, Outcome::GivenUp);
            assert_eq!(devices(&documents).await, 0);
        }
    });
}

#[test]
fn what_is_wrong_with_the_project_removes_no_device() {
    block_on(async {
        for does in
            [FcmDoes::Answer(403, "SENDER_ID_MISMATCH"), FcmDoes::Answer(401, ""), FcmDoes::Answer(404, "")]
        {
            let (documents, _) = furnished().await;
            let (post, fcm) = (Post::default(), Fcm::default());
            register(&documents, "kim", &["phone"]).await;
            fcm.does([("phone", does)]);
            let told = tell(&documents, &post, &fcm, "a", NOW).await;
            assert_eq!(told.push, Outcome::Later(NOW + 3_600_000));
            assert_eq!(devices(&documents).await, 1);
        }
    });
}

#[test]
fn a_device_that_took_it_gets_it_no_more_when_another_is_tried_again() {
    block_on(async {
        for does in [
            FcmDoes::Quota(60),
            FcmDoes::Answer(500, "INTERNAL"),
            FcmDoes::Answer(503, "UNAVAILABLE"),
            FcmDoes::Absent,
        ] {
            let (documents, _) = furnished().await;
            let (post, fcm) = (Post::default(), Fcm::default());
            register(&documents, "kim", &["laptop", "phone"]).await;
            fcm.does([("phone", does)]);
            let Outcome::Later(then) = tell(&documents, &post, &fcm, "a", NOW).await.push else {
                panic!("it is to be told again");
            };
            assert!(then >= NOW + 10_000, "{then:?}");
            assert_eq!(noted(&documents).await.reached, [DeviceId::of("laptop")]);
            assert_eq!(tell(&documents, &post, &fcm, "b", then - 1).await.push, Outcome::Later(then));
            assert_eq!(tell(&documents, &post, &fcm, "c", then).await.push, Outcome::Sent);
            assert_eq!(fcm.shown(), ["laptop", "phone"]);
        }
    });
}

#[test]
fn a_quota_is_not_asked_again_by_the_next_device() {
    block_on(async {
        let (documents, _) = furnished().await;
        let (post, fcm) = (Post::default(), Fcm::default());
        let tokens: Vec<String> = (0..20).map(|index| format!("device-{index}")).collect();
        let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
        register(&documents, "kim", &tokens).await;
        let all: Vec<&'static str> = tokens.iter().map(|token| &*token.to_string().leak()).collect();
        fcm.does(all.iter().map(|token| (*token, FcmDoes::Quota(60))));
        assert_eq!(tell(&documents, &post, &fcm, "a", NOW).await.push, Outcome::Later(NOW + 60_000));
        assert_eq!(*fcm.asked.borrow(), 5);
    });
}

#[test]
fn a_message_of_which_nobody_knows_is_sent_again_after_its_minute_under_the_same_tag() {
    block_on(async {
        let (documents, _) = furnished().await;
        let (post, fcm) = (Post::default(), Fcm::default());
        register(&documents, "kim", &["phone"]).await;
        fcm.does([("phone", FcmDoes::TakeAndVanish)]);
        let then = NOW + LEASE_MS;
        assert_eq!(tell(&documents, &post, &fcm, "a", NOW).await.push, Outcome::Later(then));
        assert_eq!(tell(&documents, &post, &fcm, "b", then - 1).await.push, Outcome::Later(then));
        assert_eq!(tell(&documents, &post, &fcm, "c", then).await.push, Outcome::Sent);
        assert_eq!(
            (fcm.shown().len(), fcm.message(0)["webpush"].clone()),
            (2, fcm.message(1)["webpush"].clone())
        );
    });
}

#[test]
fn of_many_who_tell_it_at_once_one_shows_it() {
    block_on(async {
        let (documents, _) = furnished().await;
        let (post, fcm) = (Post::default(), Fcm::default());
        register(&documents, "kim", &["laptop", "phone"]).await;
        let names: Vec<String> = (0..20).map(|index| index.to_string()).collect();
        join_all(names.iter().map(|name| tell(&documents, &post, &fcm, name, NOW))).await;
        assert_eq!((fcm.shown(), post.taken()), (vec!["laptop".into(), "phone".into()], 1));
    });
}

#[test]
fn wherever_whoever_tells_it_dies_somebody_is_told_and_at_most_twice() {
    for carried_out in [false, true] {
        for after in 0.. {
            let finished = block_on(async {
                let (documents, store) = furnished().await;
                register(&documents, "kim", &["phone"]).await;
                let (post, fcm) = (Post::default(), Fcm::default());
                let ways = by_both(&post, &fcm);
                let notifier =
                    Notifier { documents: &documents, ways: &ways, attempt: "first".into(), now: NOW };
                store.die_after(after, carried_out);
                let first = low_balance(&notifier, &of_kim()).await;
                store.come_back();
                let known = stored(&documents, KEY_OF_KIM).await;
                let sent = |delivery: Option<Delivery>| {
                    delivery.is_some_and(|delivery| delivery.state == DeliveryState::Sent)
                };
                let finished = known.is_some_and(|known| sent(known.mail) && sent(known.push));
                let second = tell(&documents, &post, &fcm, "second", NOW + LEASE_MS).await;
                for outcome in [second.mail, second.push] {
                    assert!(matches!(outcome, Outcome::Sent | Outcome::SentBefore), "{after}: {second:?}");
                }
                for times in [post.taken(), fcm.shown().len()] {
                    assert!((1..=2).contains(&times) && (!finished || times == 1), "{after}: {times}");
                }
                finished && first.is_ok()
            });
            if finished {
                assert!(after > 5, "{after}");
                break;
            }
        }
    }
}
