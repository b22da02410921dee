//! Answers and reminders over changes of clocks, ends of months and of years: the clock of a Worker and of its world is moved to
//! each of them, and told to ring before and after.

use std::sync::Arc;

use jiff::Zoned;
use serde_json::{Value, json};

use super::{class, clock_rings, mails, say, speakers, student};
use crate::clock::Clock;
use crate::house::House;
use crate::jobs::{NEWS, rings};
use crate::people::{Person, Student};
use crate::stack::{Stack, Store, Wanted};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const ANSWERED: &str = "Your tutor has answered: Free public transport";
/// How long what is rung for takes at most.
const AT_ONCE: i64 = MINUTE;

/// When a student hands something in; when the answer comes a day after, and the reminder an hour later. The order of
/// time is that of the table: a Worker has seen no later day.
const MOMENTS: [(&str, &str, &str, &str); 6] = [
    ("year end", "2026-12-31 12:00[UTC]", "2027-01-01 12:00[UTC]", "2027-01-01 13:00[UTC]"),
    ("28 February", "2027-02-28 23:59[UTC]", "2027-03-01 23:59[UTC]", "2027-03-02 00:59[UTC]"),
    (
        "spring in Europe, in the hour that is skipped",
        "2027-03-27 02:30[Europe/Berlin]",
        "2027-03-28 03:30[Europe/Berlin]",
        "2027-03-28 04:30[Europe/Berlin]",
    ),
    (
        "autumn in Europe, over the hour that comes twice",
        "2027-10-30 10:00[Europe/Berlin]",
        "2027-10-31 09:00[Europe/Berlin]",
        "2027-10-31 10:00[Europe/Berlin]",
    ),
    (
        "autumn in America, in the hour that comes twice",
        "2027-11-06 01:30[America/New_York]",
        "2027-11-07 01:30-04:00[America/New_York]",
        "2027-11-07 01:30-05:00[America/New_York]",
    ),
    (
        "29 February",
        "2028-02-28 09:00[Asia/Taipei]",
        "2028-02-29 09:00[Asia/Taipei]",
        "2028-02-29 10:00[Asia/Taipei]",
    ),
];

fn moment(text: &str) -> i64 {
    text.parse::<Zoned>().unwrap().timestamp().as_millisecond()
}

pub async fn whatever_clocks_and_calendars_do_a_day_has_24_hours(_: Arc<House>) {
    let Some(clock) = Clock::hang_or_skip() else { return };
    let clock = Arc::new(clock);
    clock.move_to(moment(MOMENTS[0].1) - HOUR);
    let wanted = Wanted { clock: Some(Arc::clone(&clock)), ..Wanted::new(Store::Embedded) };
    let stack = &Stack::start(wanted).await;
    let _watch = stack.watch();
    for (what, from, answered, reminded) in MOMENTS {
        eprintln!("{what}");
        a_day_passes(stack, &clock, [from, answered, reminded].map(moment)).await;
    }
}

async fn a_day_passes(stack: &Stack, clock: &Clock, [from, answered, reminded]: [i64; 3]) {
    assert_eq!((answered - from, reminded - answered), (24 * HOUR, HOUR), "the table is wrong");
    clock.move_to(from - AT_ONCE);
    let class = class(stack, 24.0).await;
    let due = reminded + 24 * HOUR;
    let reminder = json!({ "dueAt": due, "reminders": [{ "daysBeforeDue": 1 }] });
    class.teacher.patch(stack, &format!("/api/assignments/{}", class.assignment), &reminder).await.ok();
    let student = student(stack, &class).await;
    clock.move_to(from);
    let pending = say(stack, &student, "Tickets should cost nothing.").await["pending"].clone();
    let promised = pending["dueAt"].as_i64().unwrap();
    assert!((answered..answered + AT_ONCE).contains(&promised), "{pending}, not {answered}");

    let student = at(stack, clock, answered - MINUTE, &student).await;
    ring(stack).await;
    assert_eq!((speakers(stack, &student).await.len(), mails(stack, &student.person).await), (1, vec![]));
    clock.move_to(promised + 1);
    ring(stack).await;
    assert_eq!(mails(stack, &student.person).await, [ANSWERED]);
    assert_noted_at(stack, "delayed", promised).await;
    let turns = student.turns(stack).await;
    let came = turns[1]["createdAt"].as_i64().unwrap();
    assert!(turns.len() == 2 && (promised..promised + AT_ONCE).contains(&came), "{turns:?}");

    // Nobody has rung for an hour, and the table says so.
    let student = at(stack, clock, reminded - MINUTE, &student).await;
    assert_eq!(job(stack, "delayed").await["overdue"], true);
    ring(stack).await;
    assert_eq!(job(stack, "delayed").await["overdue"], false);
    assert_eq!(mails(stack, &student.person).await, [ANSWERED]);
    clock.move_to(reminded + 1);
    ring(stack).await;
    let told = mails(stack, &student.person).await;
    assert!(told.len() == 2 && told[1].contains("Free public transport"), "{told:?}");
    assert_noted_at(stack, "reminders", reminded).await;

    // Once it is due, nobody is reminded of it.
    let student = at(stack, clock, due + 1, &student).await;
    ring(stack).await;
    assert_eq!(mails(stack, &student.person).await, told);
}

/// It is this moment, and the student has signed in again.
async fn at(stack: &Stack, clock: &Clock, moment: i64, student: &Student) -> Student {
    clock.move_to(moment);
    Student { person: student.person.again(stack).await, conversation: student.conversation.clone() }
}

/// What is done every minute and every other, twice at once each.
async fn ring(stack: &Stack) {
    tokio::join!(clock_rings(stack), clock_rings(stack));
    rings(stack, NEWS).await;
}

/// What the table of jobs says of one.
async fn job(stack: &Stack, name: &str) -> Value {
    let jobs = Person::admin(stack).await.get(stack, "/api/admin/jobs").await.ok();
    jobs["items"].as_array().unwrap().iter().find(|job| job["name"] == name).unwrap().clone()
}

/// The table of jobs says that this one was done at this moment.
async fn assert_noted_at(stack: &Stack, name: &str, moment: i64) {
    let job = job(stack, name).await;
    let (began, outcome) = (job["lastRun"]["beganAt"].as_i64().unwrap(), &job["lastRun"]["outcome"]);
    assert!((moment..moment + AT_ONCE).contains(&began) && outcome == "ok", "{job}, not {moment}");
}
