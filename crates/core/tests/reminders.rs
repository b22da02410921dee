//! When reminders come, over changes of clocks, ends of months and of years.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use jiff::Zoned;
use mentora_core::documents::{AiConfig, Assignment, AssignmentMode, Reminder};
use mentora_core::ids::{CourseId, UserId};
use mentora_core::reminders::{at, current, differ, next};
use mentora_core::time::Millis;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// A moment as `2026-03-29 08:00`, in UTC, or as a clock somewhere shows it: `2026-03-29 10:00[Europe/Berlin]`.
fn moment(text: &str) -> Millis {
    let zoned = if text.ends_with(']') { text.to_owned() } else { format!("{text}[UTC]") };
    Millis(zoned.parse::<Zoned>().unwrap().timestamp().as_millisecond())
}

fn assignment(start: &str, due: Option<&str>, reminders: &[u32]) -> Assignment {
    Assignment {
        course_id: CourseId::new("ethics").unwrap(),
        topic_id: None,
        title: "On lying".into(),
        question: None,
        prompt: String::new(),
        mode: AssignmentMode::Instant,
        start_at: moment(start),
        due_at: due.map(moment),
        allow_late: false,
        allow_resubmit: false,
        references: Vec::new(),
        reminders: reminders.iter().map(|days| Reminder { days_before_due: *days }).collect(),
        created_by: UserId::new("teacher").unwrap(),
        ai_config: AiConfig::default(),
        created_at: moment(start),
        updated_at: moment(start),
    }
}

#[test]
fn a_day_before_is_24_hours_before_whatever_clocks_and_calendars_do() {
    for (what, due, days, reminded) in [
        ("an ordinary day", "2026-11-23 12:00", 1, "2026-11-22 12:00"),
        ("a week", "2026-11-23 12:00", 7, "2026-11-16 12:00"),
        ("the day itself", "2026-11-23 22:59", 0, "2026-11-23 16:59"),
        ("28 February, before 1 March", "2027-03-01 09:00", 1, "2027-02-28 09:00"),
        ("29 February of a leap year", "2028-03-01 09:00", 1, "2028-02-29 09:00"),
        ("over 29 February", "2028-03-02 09:00", 3, "2028-02-28 09:00"),
        ("no 29 February in 2100", "2100-03-01 09:00", 1, "2100-02-28 09:00"),
        ("the 31st", "2026-09-01 00:00", 1, "2026-08-31 00:00"),
        ("over a month of 30 days", "2026-10-01 00:00", 31, "2026-08-31 00:00"),
        ("year end", "2027-01-01 00:00", 1, "2026-12-31 00:00"),
        ("year end by a minute", "2026-12-31 23:59", 1, "2026-12-30 23:59"),
        ("a year", "2027-11-23 12:00", 365, "2026-11-23 12:00"),
        ("spring in Europe", "2026-03-29 10:00[Europe/Berlin]", 1, "2026-03-28 09:00[Europe/Berlin]"),
        (
            "when Europe skips an hour",
            "2026-03-29 03:00[Europe/Berlin]",
            1,
            "2026-03-28 02:00[Europe/Berlin]",
        ),
        ("autumn in Europe", "2026-10-25 10:00[Europe/Berlin]", 1, "2026-10-24 11:00[Europe/Berlin]"),
        ("an hour for the first time", "2026-10-25 02:30+02:00[Europe/Berlin]", 1, "2026-10-24 00:30"),
        ("and for the second", "2026-10-25 02:30+01:00[Europe/Berlin]", 1, "2026-10-24 01:30"),
        ("spring in America", "2026-03-08 23:59[America/New_York]", 1, "2026-03-07 22:59[America/New_York]"),
        (
            "when America skips an hour",
            "2026-03-08 03:30[America/New_York]",
            1,
            "2026-03-07 02:30[America/New_York]",
        ),
        (
            "autumn in America",
            "2026-11-01 23:59[America/New_York]",
            1,
            "2026-11-01 00:59-04:00[America/New_York]",
        ),
        ("an hour that America has twice", "2026-11-01 01:30-05:00[America/New_York]", 1, "2026-10-31 06:30"),
        (
            "half an hour on Lord Howe",
            "2026-10-04 12:00[Australia/Lord_Howe]",
            1,
            "2026-10-03 11:30[Australia/Lord_Howe]",
        ),
        ("where clocks never change", "2026-03-29 10:00[Asia/Taipei]", 1, "2026-03-28 10:00[Asia/Taipei]"),
        (
            "the day itself, while clocks change",
            "2026-10-25 05:00[Europe/Berlin]",
            0,
            "2026-10-25 00:00[Europe/Berlin]",
        ),
    ] {
        assert_eq!(at(moment(due), days), moment(reminded), "{what}");
    }
}

#[test]
fn reminders_come_one_after_the_other_and_none_once_it_is_due() {
    let lying = assignment("2026-11-01 00:00", Some("2026-11-23 12:00"), &[1, 7, 0]);
    let due = moment("2026-11-23 12:00");
    let (week, day, hours) = (due - 7 * DAY, due - DAY, due - 6 * HOUR);
    for (now, is_current, is_next) in [
        (week - 1, None, Some(week)),
        (week, Some(7), Some(day)),
        (day - 1, Some(7), Some(day)),
        (day, Some(1), Some(hours)),
        (hours, Some(0), None),
        (due - 1, Some(0), None),
        (due, None, None),
        (due + DAY, None, None),
    ] {
        assert_eq!((current(&lying, now), next(&lying, now)), (is_current, is_next), "{now:?}");
    }
}

#[test]
fn nobody_is_reminded_of_what_has_not_begun_or_is_never_due() {
    let short = assignment("2026-11-20 12:00", Some("2026-11-23 12:00"), &[7, 3, 1]);
    let begins = moment("2026-11-20 12:00");
    assert_eq!(next(&short, begins - DAY), Some(begins), "a week before, it had not begun");
    assert_eq!(current(&short, begins - 1), None);
    let open = assignment("2026-11-20 12:00", None, &[7]);
    assert_eq!((current(&open, begins), next(&open, begins)), (None, None));
    let silent = assignment("2026-11-20 12:00", Some("2026-11-23 12:00"), &[]);
    assert_eq!((current(&silent, begins), next(&silent, begins)), (None, None));
}

#[test]
fn what_does_not_move_a_reminder_makes_no_other() {
    let before = assignment("2026-11-01 00:00", Some("2026-11-23 12:00"), &[1]);
    let renamed = Assignment { title: "On truth".into(), ..before.clone() };
    assert!(!differ(&before, &renamed));
    for after in [
        assignment("2026-11-02 00:00", Some("2026-11-23 12:00"), &[1]),
        assignment("2026-11-01 00:00", Some("2026-11-24 12:00"), &[1]),
        assignment("2026-11-01 00:00", None, &[1]),
        assignment("2026-11-01 00:00", Some("2026-11-23 12:00"), &[2]),
    ] {
        assert!(differ(&before, &after));
    }
}
