//! A course with members, and a post that takes what it is given, or does not.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::executor::block_on;
use futures::future::join;
use mentora_core::documents::{
    Announcement, Assignment, NewsKind, Reminder, Role, Submission, SubmissionState,
};
use mentora_core::ids::{AnnouncementId, SubmissionId};
use mentora_core::jobs::Done;
use mentora_core::time::Millis;
use mentora_firestore::{Client, Transport, TransportError};
use serde_json::Value;

use super::{PAGE, Round};
use crate::notify::Ways;
use crate::repositories::native_store::{
    self, NativeStore, assignment, assignment_id, conversation_id, course_id, documents, member, profile,
    put, user,
};
use crate::repositories::{Announcements, Assignments, News, RepositoryError, SubmissionChange, Submissions};

type Documents = Client<&'static NativeStore>;

const NOW: Millis = Millis(1_795_420_800_000);
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const OTHERS: [NewsKind; 2] = [NewsKind::Announcement, NewsKind::SubmissionGraded];
const REMINDERS: [NewsKind; 1] = [NewsKind::AssignmentReminder];

/// Takes every mail, unless it is told to take none.
#[derive(Default)]
struct Post {
    refuses: Cell<bool>,
    taken: RefCell<Vec<String>>,
}

impl Post {
    /// How many mails each address got.
    fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for address in self.taken.borrow().iter() {
            *counts.entry(address.clone()).or_default() += 1;
        }
        counts
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
        if self.refuses.get() {
            return Ok(http::Response::builder().status(503).body(Vec::new()).unwrap());
        }
        let mail: Value = serde_json::from_slice(request.body()).unwrap();
        let to = mail["personalizations"][0]["to"][0]["email"].as_str().unwrap();
        self.taken.borrow_mut().push(to.to_owned());
        Ok(http::Response::builder().status(202).body(Vec::new()).unwrap())
    }
}

/// A run at `now` that may tell so many people and a page more.
async fn run(
    documents: &Documents,
    post: &Post,
    kinds: &[NewsKind],
    now: Millis,
    most: u32,
) -> Result<Done, RepositoryError> {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    let (ways, clock) = (Ways::by_mail_only(post), || now);
    let has_room = |told: u32| told < most;
    let attempt = RUNS.fetch_add(1, Ordering::Relaxed).to_string();
    let round = Round { documents, ways: &ways, attempt, clock: &clock, has_room: &has_room };
    round.run(kinds).await
}

/// A course with a teacher and so many students.
async fn with_course(students: i64) -> (Documents, &'static NativeStore) {
    let (documents, store) = documents();
    put(&documents, "courses/ethics", &native_store::course("ETHICS-26", "teacher", 1)).await;
    join_as(&documents, "teacher", Role::Instructor, 1).await;
    for at in 0..students {
        join_as(&documents, &format!("s{at}"), Role::Student, 2 + at).await;
    }
    (documents, store)
}

async fn join_as(documents: &Documents, id: &str, role: Role, at: i64) {
    put(documents, &format!("users/{id}"), &profile(id, at)).await;
    put(documents, &format!("courses/ethics/roster/{id}"), &member("ethics", id, role, at)).await;
}

async fn announce(documents: &Documents, id: &str) -> AnnouncementId {
    let id = AnnouncementId::new(id).unwrap();
    let said = Announcement {
        author_id: user("teacher"),
        content: "The exam is on Monday.".into(),
        created_at: NOW,
        updated_at: NOW,
    };
    Announcements(documents).create(&course_id("ethics"), &id, said).await.unwrap();
    id
}

async fn left(documents: &Documents, kinds: &[NewsKind], at: Millis) -> usize {
    News(documents).due(kinds, at, 100).await.unwrap().len()
}

#[test]
fn a_big_course_is_told_over_several_runs_each_member_once_and_the_author_not() {
    block_on(async {
        let members = 4 * i64::from(PAGE) + 3;
        let (documents, _) = with_course(members).await;
        announce(&documents, "exam").await;
        let post = Post::default();
        let (mut runs, mut unfinished) = (0, true);
        while unfinished {
            let now = NOW + runs * 120_000;
            unfinished = run(&documents, &post, &OTHERS, now, PAGE).await.unwrap().unfinished;
            runs += 1;
        }
        assert!((4..=6).contains(&runs), "{runs}");
        let counts = post.counts();
        assert_eq!(counts.len(), usize::try_from(members).unwrap());
        assert!(counts.values().all(|count| *count == 1) && !counts.contains_key("teacher@example.org"));
        assert_eq!(left(&documents, &OTHERS, NOW + DAY).await, 0);
    });
}

#[test]
fn of_two_runs_at_once_each_member_hears_once() {
    block_on(async {
        let (documents, _) = with_course(20).await;
        announce(&documents, "exam").await;
        let post = Post::default();
        let (one, other) =
            join(run(&documents, &post, &OTHERS, NOW, 99), run(&documents, &post, &OTHERS, NOW, 99)).await;
        one.unwrap();
        other.unwrap();
        run(&documents, &post, &OTHERS, NOW + HOUR, 99).await.unwrap();
        let counts = post.counts();
        assert_eq!((counts.len(), counts.values().max()), (20, Some(&1)));
    });
}

#[test]
fn a_big_course_keeps_no_small_thing_waiting() {
    block_on(async {
        let (documents, _) = with_course(3 * i64::from(PAGE)).await;
        announce(&documents, "first").await;
        graded(&documents, "s1").await;
        let post = Post::default();
        // Room for the first page of the one, and then for the other.
        assert!(run(&documents, &post, &OTHERS, NOW + 1, PAGE + 1).await.unwrap().unfinished);
        assert_eq!(post.counts()["s1@example.org"], 1);
    });
}

#[test]
fn what_is_taken_back_is_told_no_more() {
    block_on(async {
        let (documents, _) = with_course(i64::from(PAGE) + 5).await;
        let (post, id) = (Post::default(), announce(&documents, "exam").await);
        assert!(run(&documents, &post, &OTHERS, NOW, 1).await.unwrap().unfinished);
        let told = post.taken();
        assert!(told > 0 && told <= usize::try_from(PAGE).unwrap());
        Announcements(&documents).delete(&course_id("ethics"), &id, None).await.unwrap();
        assert_eq!(run(&documents, &post, &OTHERS, NOW + 1, 99).await.unwrap().count, 0);
        assert_eq!((post.taken(), left(&documents, &OTHERS, NOW + DAY).await), (told, 0));
    });
}

#[test]
fn whoever_could_not_be_told_is_told_later_and_nobody_twice() {
    block_on(async {
        let (documents, _) = with_course(5).await;
        announce(&documents, "exam").await;
        let post = Post::default();
        post.refuses.set(true);
        assert_eq!(run(&documents, &post, &OTHERS, NOW, 99).await.unwrap().count, 0);
        post.refuses.set(false);
        assert_eq!(
            run(&documents, &post, &OTHERS, NOW + 1, 99).await.unwrap().count,
            0,
            "not before its minute"
        );
        assert_eq!(run(&documents, &post, &OTHERS, NOW + 61_000, 99).await.unwrap().count, 5);
        run(&documents, &post, &OTHERS, NOW + HOUR, 99).await.unwrap();
        assert_eq!(post.counts().values().max(), Some(&1));
    });
}

#[test]
fn wherever_a_run_dies_the_next_tells_the_rest_and_nobody_twice() {
    for after in (0..60).step_by(3) {
        block_on(async {
            let (documents, store) = with_course(4).await;
            announce(&documents, "exam").await;
            let post = Post::default();
            store.die_after(after, true);
            drop(run(&documents, &post, &OTHERS, NOW, 99).await);
            store.come_back();
            for hours in 1..4 {
                run(&documents, &post, &OTHERS, NOW + hours * HOUR, 99).await.unwrap();
            }
            let counts = post.counts();
            assert_eq!(counts.len(), 4, "{after}");
            // A mail that was taken when the store was gone comes once more: nobody knows that it was.
            assert!(counts.values().all(|count| *count <= 2), "{after}: {counts:?}");
            assert_eq!(left(&documents, &OTHERS, NOW + DAY).await, 0, "{after}");
        });
    }
}

/// Staff have graded what a student handed in.
async fn graded(documents: &Documents, student: &str) -> Millis {
    put(documents, "assignments/lying", &assignment("ethics", "On lying", 1)).await;
    let begun = Submission::begun(assignment_id("lying"), user(student), conversation_id("c"), Millis(1));
    let handed = Submission { state: SubmissionState::Submitted, ..begun };
    put(documents, &format!("submissions/lying_{student}"), &handed).await;
    grade(documents, student, SubmissionState::GradedComplete, NOW).await;
    NOW
}

async fn grade(documents: &Documents, student: &str, state: SubmissionState, now: Millis) {
    let change = SubmissionChange { state: Some(state), ..SubmissionChange::default() };
    let id = SubmissionId::of(&assignment_id("lying"), &user(student)).unwrap();
    Submissions(documents).update(&id, &change, None, now).await.unwrap();
}

#[test]
fn a_grade_is_told_once_and_not_when_it_was_taken_back_before() {
    block_on(async {
        let (documents, _) = with_course(2).await;
        let post = Post::default();
        graded(&documents, "s1").await;
        grade(&documents, "s1", SubmissionState::Submitted, NOW + 1).await;
        assert_eq!(run(&documents, &post, &OTHERS, NOW + 2, 99).await.unwrap().count, 0);
        for later in [3, 5, 7] {
            grade(&documents, "s1", SubmissionState::GradedComplete, NOW + later).await;
            run(&documents, &post, &OTHERS, NOW + later + 1, 99).await.unwrap();
        }
        assert_eq!(post.counts(), BTreeMap::from([("s1@example.org".to_owned(), 1)]));
        assert_eq!(left(&documents, &OTHERS, NOW + DAY).await, 0);
    });
}

fn due(at: Millis, reminders: &[u32]) -> Assignment {
    let reminders = reminders.iter().map(|days| Reminder { days_before_due: *days }).collect();
    Assignment { due_at: Some(at), reminders, ..assignment("ethics", "On lying", NOW.0) }
}

async fn hands_in(documents: &Documents, student: &str, state: SubmissionState) {
    let begun = Submission::begun(assignment_id("lying"), user(student), conversation_id("c"), Millis(1));
    put(documents, &format!("submissions/lying_{student}"), &Submission { state, ..begun }).await;
}

async fn remind(documents: &Documents, post: &Post, now: Millis) -> u32 {
    run(documents, post, &REMINDERS, now, 99).await.unwrap().count
}

#[test]
fn who_has_not_handed_in_is_reminded_once_by_each_reminder_and_nobody_once_it_is_due() {
    block_on(async {
        let (documents, _) = with_course(3).await;
        let (post, at) = (Post::default(), NOW + 10 * DAY);
        Assignments(&documents).create(&assignment_id("lying"), due(at, &[7, 1])).await.unwrap();
        hands_in(&documents, "s0", SubmissionState::Submitted).await;
        hands_in(&documents, "s1", SubmissionState::InProgress).await;
        for (now, reminded) in [
            (at - 7 * DAY - 1, 0),
            (at - 7 * DAY, 2),
            (at - 7 * DAY + 1, 0),
            (at - DAY - 1, 0),
            (at - DAY, 2),
            (at - 1, 0),
            (at, 0),
            (at + DAY, 0),
        ] {
            assert_eq!(remind(&documents, &post, now).await, reminded, "{}", now.0 - at.0);
        }
        let counts = post.counts();
        assert_eq!((counts.len(), counts.values().max()), (2, Some(&2)));
        assert!(!counts.contains_key("s0@example.org") && !counts.contains_key("teacher@example.org"));
        assert_eq!(left(&documents, &REMINDERS, at + 99 * DAY).await, 0);
    });
}

#[test]
fn a_clock_that_stood_still_reminds_by_the_latest_reminder_alone_and_not_when_it_is_too_late() {
    block_on(async {
        let (documents, _) = with_course(1).await;
        let (post, at) = (Post::default(), NOW + 10 * DAY);
        Assignments(&documents).create(&assignment_id("lying"), due(at, &[7, 3, 1])).await.unwrap();
        assert_eq!(remind(&documents, &post, at - 2 * DAY).await, 1, "of three days, and not of seven");
        assert_eq!(remind(&documents, &post, at + 1).await, 0, "of one day, too late");
        assert_eq!((post.taken(), left(&documents, &REMINDERS, at + 99 * DAY).await), (1, 0));
    });
}

#[test]
fn a_due_date_that_moves_moves_what_is_to_come() {
    block_on(async {
        let (documents, _) = with_course(1).await;
        let (post, at, id) = (Post::default(), NOW + 10 * DAY, assignment_id("lying"));
        let assignments = Assignments(&documents);
        let first = assignments.create(&id, due(at, &[2])).await.unwrap();
        // Earlier: its reminder comes earlier.
        let earlier = Assignment { due_at: Some(at - 3 * DAY), ..first.document.clone() };
        let second = assignments.change(&id, &first, &earlier, NOW + 1).await.unwrap();
        assert_eq!(remind(&documents, &post, at - 5 * DAY).await, 1);
        // A new title reminds nobody.
        let renamed = Assignment { title: "On truth".into(), ..second.document.clone() };
        let third = assignments.change(&id, &second, &renamed, at - 5 * DAY + 1).await.unwrap();
        assert_eq!(remind(&documents, &post, at - 5 * DAY + 2).await, 0);
        // Later, by a week: the new date is another thing to be reminded of.
        let later = Assignment { due_at: Some(at + 7 * DAY), ..third.document.clone() };
        let fourth = assignments.change(&id, &third, &later, at - 4 * DAY).await.unwrap();
        assert_eq!(remind(&documents, &post, at + 5 * DAY - 1).await, 0);
        assert_eq!(remind(&documents, &post, at + 5 * DAY).await, 1);
        // So soon that the time of its reminder is over: none.
        let sooner = Assignment { due_at: Some(at + 6 * DAY), ..fourth.document.clone() };
        assignments.change(&id, &fourth, &sooner, at + 5 * DAY + 1).await.unwrap();
        assert_eq!(remind(&documents, &post, at + 6 * DAY - 1).await, 0);
        assert_eq!(left(&documents, &REMINDERS, at + 99 * DAY).await, 0);
    });
}

#[test]
fn nobody_is_reminded_of_an_assignment_that_is_gone() {
    block_on(async {
        let (documents, _) = with_course(1).await;
        let (post, at) = (Post::default(), NOW + 10 * DAY);
        let assignments = Assignments(&documents);
        assignments.create(&assignment_id("lying"), due(at, &[2])).await.unwrap();
        assignments.delete(&assignment_id("lying"), None).await.unwrap();
        assert_eq!(remind(&documents, &post, at - DAY).await, 0);
        assert_eq!(left(&documents, &REMINDERS, at + DAY).await, 0);
    });
}
