//! What else people are told: who gets it, what it says, where it leads, and that it comes once.

use mentora_core::documents::{Notifications as Wishes, Role, Submission, SubmissionState};
use mentora_core::ids::{AnnouncementId, ConversationId, CourseId, TurnId, UserId};

use super::push::{Fcm, by_both, register};
use super::*;
use crate::repositories::native_store::{assignment_id, conversation_id, course_id, member, user};

/// Kim, who takes part in the teacher's course, as an assistant does.
async fn with_roster() -> Documents {
    let (documents, _) = furnished().await;
    put(&documents, "users/ta", &profile("ta", 1)).await;
    put(&documents, "users/former", &profile("former", 1)).await;
    for (id, role) in [("teacher", Role::Instructor), ("ta", Role::Ta), ("kim", Role::Student)] {
        put(&documents, &format!("courses/ethics/roster/{id}"), &member("ethics", id, role, 1)).await;
    }
    let mut former = member("ethics", "former", Role::Ta, 1);
    former.status = mentora_core::documents::MemberStatus::Removed;
    put(&documents, "courses/ethics/roster/former", &former).await;
    register(&documents, "kim", &["phone"]).await;
    documents
}

const BOTH: Told = Told { mail: Outcome::Sent, push: Outcome::Sent };
const BOTH_BEFORE: Told = Told { mail: Outcome::SentBefore, push: Outcome::SentBefore };
const MAIL: Told = Told { mail: Outcome::Sent, push: Outcome::NotTold(Because::NoDevice) };

/// What an answer about lying is to.
struct Asked {
    course: CourseId,
    conversation: ConversationId,
    turn: TurnId,
    student: UserId,
}

impl Asked {
    fn new(conversation: &str, index: u32, student: &str) -> Self {
        let conversation = conversation_id(conversation);
        let turn = TurnId::of(&conversation, index);
        Self { course: course_id("ethics"), conversation, turn, student: user(student) }
    }

    fn response(&self) -> Response<'_> {
        let Self { course, conversation, turn, student } = self;
        Response { course, assignment: "On lying", conversation, turn, student }
    }
}

/// Tells Kim something twice: both ways it comes once, says so, and leads there.
fn comes_once(
    subject: &str,
    link: &str,
    tell: impl AsyncFn(&Notifier<'_, &'static NativeStore, &Post, &Fcm>) -> Told,
) {
    block_on(async {
        let documents = with_roster().await;
        let (post, fcm) = (Post::default(), Fcm::default());
        let ways = by_both(&post, &fcm);
        for (attempt, expected) in [("a", BOTH), ("b", BOTH_BEFORE)] {
            let notifier =
                Notifier { documents: &documents, ways: &ways, attempt: attempt.to_owned(), now: NOW };
            assert_eq!(tell(&notifier).await, expected);
        }
        assert_eq!((post.taken(), fcm.shown()), (1, vec!["phone".to_owned()]));
        let mail = post.taken.borrow()[0].clone();
        assert_eq!(mail["subject"], subject);
        assert_eq!(mail["personalizations"][0]["to"][0]["email"], "kim@example.org");
        let html = mail["content"][1]["value"].as_str().unwrap();
        for link in [link, "https://mentora.example/settings"] {
            assert!(html.contains(&format!("\"{link}\"")), "{html}");
        }
        let message = fcm.message(0);
        assert_eq!(message["notification"]["title"], subject);
        assert_eq!(message["data"]["link"], link);
        assert_eq!(message["data"]["notification"], mail["custom_args"]["notification"]);
    });
}

#[test]
fn a_student_is_told_once_that_the_tutor_has_answered() {
    let asked = Asked::new("c1", 2, "kim");
    let response = asked.response();
    let link = "https://mentora.example/conversations/c1";
    comes_once("Your tutor has answered: On lying", link, async |notifier| {
        response_ready(notifier, &response).await.unwrap()
    });
}

#[test]
fn the_next_answer_is_told_again() {
    block_on(async {
        let documents = with_roster().await;
        let (post, fcm) = (Post::default(), Fcm::default());
        let ways = by_both(&post, &fcm);
        let notifier = Notifier { documents: &documents, ways: &ways, attempt: "a".into(), now: NOW };
        for index in [0, 2] {
            let asked = Asked::new("c1", index, "kim");
            assert_eq!(response_ready(&notifier, &asked.response()).await, Ok(BOTH));
        }
        assert_eq!((post.taken(), fcm.shown().len()), (2, 2));
    });
}

#[test]
fn when_the_tutor_cannot_answer_everybody_on_the_staff_is_told_once_and_nobody_else() {
    block_on(async {
        let documents = with_roster().await;
        let (post, fcm) = (Post::default(), Fcm::default());
        let ways = by_both(&post, &fcm);
        let asked = Asked::new("c1", 2, "kim");
        let response = asked.response();
        for (attempt, expected) in [("a", Outcome::Sent), ("b", Outcome::SentBefore)] {
            let notifier =
                Notifier { documents: &documents, ways: &ways, attempt: attempt.to_owned(), now: NOW };
            let told = response_failed(&notifier, &response).await.unwrap();
            let mails: Vec<_> = told.iter().map(|told| told.mail).collect();
            assert_eq!(mails, [expected, expected]);
        }
        let mails = post.taken.borrow();
        let mut to: Vec<_> = mails
            .iter()
            .map(|mail| mail["personalizations"][0]["to"][0]["email"].as_str().unwrap())
            .collect();
        to.sort_unstable();
        assert_eq!((to, fcm.shown().len()), (vec!["ta@example.org", "teacher@example.org"], 0));
        let subjects: Vec<_> = mails.iter().map(|mail| mail["subject"].as_str().unwrap()).collect();
        assert!(subjects.contains(&"The tutor could not answer Person kim: On lying"), "{subjects:?}");
        assert!(subjects.contains(&"導師無法回覆 Person kim：On lying"), "{subjects:?}");
    });
}

#[test]
fn one_of_the_staff_who_is_not_reached_keeps_nobody_else_from_being_told() {
    block_on(async {
        let documents = with_roster().await;
        let (post, fcm) = (Post::default(), Fcm::default());
        let ways = by_both(&post, &fcm);
        let quiet = Wishes { email: false, push: true };
        put(&documents, "users/teacher", &User { notifications: quiet, ..profile("teacher", 1) }).await;
        let asked = Asked::new("c1", 2, "gone");
        let response = asked.response();
        let notifier = Notifier { documents: &documents, ways: &ways, attempt: "a".into(), now: NOW };
        let told = response_failed(&notifier, &response).await.unwrap();
        assert!(told.contains(&MAIL) && told.len() == 2, "{told:?}");
        assert_eq!(post.taken(), 1);
    });
}

#[test]
fn that_an_answer_waits_for_credits_the_student_is_told_once_and_the_staff_once_a_day() {
    block_on(async {
        let documents = with_roster().await;
        let (post, fcm) = (Post::default(), Fcm::default());
        let ways = by_both(&post, &fcm);
        let payer = WalletId::of_course(&course_id("ethics"));
        let tell = async |conversation: &str, index, due_at, now| {
            let asked = Asked::new(conversation, index, "kim");
            let notifier = Notifier { documents: &documents, ways: &ways, attempt: "a".into(), now };
            let told = response_unpaid(&notifier, &asked.response(), &payer, Millis(due_at)).await.unwrap();
            told.into_iter().filter(|told| told.mail == Outcome::Sent).count()
        };
        assert_eq!(tell("c1", 0, 5, NOW).await, 3, "Kim, the teacher and the assistant");
        // Kim adds something, hours pass: it is the same answer that waits.
        assert_eq!(tell("c1", 1, 5, NOW + DAY_MS).await, 2);
        assert_eq!(tell("c1", 1, 5, NOW + DAY_MS).await, 0);
        assert_eq!(tell("c2", 0, 5, NOW + DAY_MS).await, 1, "the staff know of the wallet");
        let mails = post.taken.borrow();
        let links =
            ["https://mentora.example/conversations/c1", "https://mentora.example/courses/ethics/wallet"];
        for (mail, link) in mails.iter().zip(links) {
            assert!(mail["content"][1]["value"].as_str().unwrap().contains(&format!("\"{link}\"")), "{mail}");
        }
    });
}

#[test]
fn who_pays_for_the_own_answers_is_led_to_the_own_wallet_and_nobody_else_is_told() {
    let asked = Asked::new("c1", 2, "kim");
    let response = asked.response();
    let link = "https://mentora.example/wallet";
    comes_once("Your tutor's answer waits for credits: On lying", link, async |notifier| {
        let told = response_unpaid(notifier, &response, &WalletId::of_user(&asked.student), Millis(5)).await;
        let [told] = told.unwrap()[..] else { panic!("somebody else was told") };
        told
    });
}

#[test]
fn a_student_is_reminded_once_by_each_reminder() {
    let (course, assignment, kim) = (course_id("ethics"), assignment_id("a1"), user("kim"));
    let due = |days_before, at| Due {
        assignment: &assignment,
        title: "On lying",
        course: &course,
        course_title: "Ethics",
        at,
        days_before,
    };
    let at = Millis(1_795_420_800_000);
    let link = "https://mentora.example/courses/ethics";
    comes_once("On lying is due on 2026-11-23 08:00 UTC", link, async |notifier| {
        assignment_reminder(notifier, &due(3, at), &kim).await.unwrap()
    });
    block_on(async {
        let documents = with_roster().await;
        let (post, fcm) = (Post::default(), Fcm::default());
        let ways = by_both(&post, &fcm);
        let notifier = Notifier { documents: &documents, ways: &ways, attempt: "a".into(), now: NOW };
        for due in [due(3, at), due(1, at), due(1, at + DAY_MS)] {
            assert_eq!(assignment_reminder(&notifier, &due, &kim).await, Ok(BOTH));
        }
        assert_eq!(post.taken(), 3);
    });
}

#[test]
fn a_student_is_told_once_for_each_conversation_that_was_graded() {
    let submission = |conversation: &str| Submission {
        state: SubmissionState::GradedComplete,
        ..Submission::begun(assignment_id("a1"), user("kim"), conversation_id(conversation), NOW)
    };
    let link = "https://mentora.example/conversations/c1";
    comes_once("Your work was graded: On lying", link, async |notifier| {
        submission_graded(notifier, &submission("c1"), "On lying").await.unwrap()
    });
    block_on(async {
        let documents = with_roster().await;
        let (post, fcm) = (Post::default(), Fcm::default());
        let ways = by_both(&post, &fcm);
        let notifier = Notifier { documents: &documents, ways: &ways, attempt: "a".into(), now: NOW };
        for conversation in ["c1", "c2"] {
            assert_eq!(submission_graded(&notifier, &submission(conversation), "On lying").await, Ok(BOTH));
        }
    });
}

#[test]
fn a_student_is_told_what_the_staff_have_announced_once() {
    let (course, id, kim) = (course_id("ethics"), AnnouncementId::new("n1").unwrap(), user("kim"));
    let announced =
        Announced { course: &course, course_title: "Ethics", id: &id, content: "No class\n\ntoday." };
    let link = "https://mentora.example/courses/ethics";
    comes_once("Announcement in Ethics", link, async |notifier| {
        announcement(notifier, &announced, &kim).await.unwrap()
    });
}

#[test]
fn a_long_announcement_fits_on_a_device() {
    block_on(async {
        let documents = with_roster().await;
        let (post, fcm) = (Post::default(), Fcm::default());
        let ways = by_both(&post, &fcm);
        let notifier = Notifier { documents: &documents, ways: &ways, attempt: "a".into(), now: NOW };
        let (course, id) = (course_id("ethics"), AnnouncementId::new("n1").unwrap());
        let content = &"金".repeat(2_000);
        let announced = Announced { course: &course, course_title: "Ethics", id: &id, content };
        assert_eq!(announcement(&notifier, &announced, &user("kim")).await, Ok(BOTH));
        let body = fcm.message(0)["notification"]["body"].as_str().unwrap().to_owned();
        assert!(body.ends_with('…') && body.len() < 4_096 && content.starts_with(body.trim_end_matches('…')));
        let text = post.taken.borrow()[0]["content"][0]["value"].as_str().unwrap().to_owned();
        assert!(text.contains(content.as_str()), "the mail has all of it");
    });
}
