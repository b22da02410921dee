//! Runs past answers by the thousand, under a clock of their own that moves whenever somebody waits.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::task::Poll;

use futures::executor::block_on;

use super::*;

const MINUTE: i64 = seconds(60);
const LEASE_MS: i64 = 5 * MINUTE;
const PAGE: usize = 100;
/// When the runs begin; what is due is due before.
const START: i64 = 1_000_000;

/// What becomes of an answer that is asked for.
enum Fate {
    Given(Given),
    /// Whoever is asked dies with the lease.
    Dies,
}

/// Answers by number, and when each is due.
struct World {
    now: Cell<i64>,
    /// How long each takes, ms.
    takes: i64,
    fate: fn(&World, u32) -> Fate,
    due: RefCell<BTreeSet<(i64, u32)>>,
    leased: RefCell<BTreeSet<(i64, u32)>>,
    answered: RefCell<BTreeMap<u32, i64>>,
    /// Who was asked, and when.
    asked: RefCell<Vec<(u32, i64)>>,
    under_way: Cell<usize>,
    most_at_once: Cell<usize>,
    pages_left: Cell<Option<u32>>,
}

impl World {
    fn new(due: impl IntoIterator<Item = (i64, u32)>, takes: i64, fate: fn(&Self, u32) -> Fate) -> Self {
        Self {
            now: Cell::new(START),
            takes,
            fate,
            due: RefCell::new(due.into_iter().collect()),
            leased: RefCell::default(),
            answered: RefCell::default(),
            asked: RefCell::default(),
            under_way: Cell::new(0),
            most_at_once: Cell::new(0),
            pages_left: Cell::new(None),
        }
    }

    /// One run, at the full minute.
    fn run(&self) -> Walked<&'static str> {
        let walked = block_on(walk(self));
        let passed = self.now.get() - START;
        self.now.set(START + (passed.div_euclid(MINUTE) + 1) * MINUTE);
        walked
    }

    fn asked_in_this_minute(&self) -> usize {
        let from = self.now.get() - MINUTE;
        self.asked.borrow().iter().filter(|(_, at)| *at >= from).count()
    }

    async fn passes(&self, until: i64) {
        poll_fn(|context| {
            if self.now.get() >= until {
                return Poll::Ready(());
            }
            self.now.set(self.now.get() + 10);
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

impl Place for World {
    type Due = (i64, u32);
    type Cursor = (i64, u32);
    type Error = &'static str;

    fn now(&self) -> Millis {
        Millis(self.now.get())
    }

    fn due_at((at, _): &Self::Due) -> Millis {
        Millis(*at)
    }

    async fn page(
        &self,
        line: Line,
        cursor: Option<Self::Cursor>,
    ) -> Result<(Vec<Self::Due>, Option<Self::Cursor>), Self::Error> {
        if let Some(left) = self.pages_left.get() {
            self.pages_left.set(Some(left.checked_sub(1).ok_or("the store is away")?));
        }
        let from = cursor.map_or((0, 0), |(at, id)| (at, id + 1));
        let line = match line {
            Line::Due => &self.due,
            Line::Abandoned => &self.leased,
        };
        let found: Vec<_> =
            line.borrow().range(from..=(self.now.get(), u32::MAX)).take(PAGE).copied().collect();
        let next = found.last().copied().filter(|_| found.len() == PAGE);
        Ok((found, next))
    }

    async fn give(&self, (at, id): Self::Due) -> Given {
        let found = self.due.borrow_mut().remove(&(at, id)) || self.leased.borrow_mut().remove(&(at, id));
        if !found {
            return Given::NotLeased;
        }
        let until = self.now.get() + LEASE_MS;
        self.leased.borrow_mut().insert((until, id));
        self.asked.borrow_mut().push((id, self.now.get()));
        self.under_way.set(self.under_way.get() + 1);
        self.most_at_once.set(self.most_at_once.get().max(self.under_way.get()));
        self.passes(self.now.get() + self.takes).await;
        self.under_way.set(self.under_way.get() - 1);
        let given = match (self.fate)(self, id) {
            Fate::Dies => return Given::Failed,
            Fate::Given(given) => given,
        };
        self.leased.borrow_mut().remove(&(until, id));
        if given == Given::Answered {
            assert_eq!(
                self.answered.borrow_mut().insert(id, self.now.get()),
                None,
                "{id} was answered twice"
            );
        } else {
            self.due.borrow_mut().insert((self.now.get() + MINUTE, id));
        }
        given
    }
}

/// So many, each due a millisecond after the one before.
fn many(from: u32, count: u32) -> impl Iterator<Item = (i64, u32)> {
    (from..from + count).map(|id| (i64::from(id), id))
}

fn answered(_: &World, _: u32) -> Fate {
    Fate::Given(Given::Answered)
}

#[test]
fn ten_thousand_that_are_due_at_once_are_answered_in_ten_minutes_the_oldest_first() {
    let world = World::new(many(0, 10_000), 4_000, answered);
    let mut ends = Vec::new();
    while world.answered.borrow().len() < 10_000 {
        let walked = world.run();
        assert!(walked.counts.asked <= MAX_CALLS && walked.counts.asked == walked.counts.answered);
        ends.push(walked.end);
    }
    assert_eq!(ends.len(), 10);
    assert!(ends[..9].iter().all(|end| *end == End::Time), "{ends:?}");
    assert_eq!(ends[9], End::Done);
    assert_eq!(world.most_at_once.get(), AT_ONCE);
    let asked: Vec<u32> = world.asked.borrow().iter().map(|(id, _)| *id).collect();
    assert!(asked.is_sorted() && asked.len() == 10_000, "each once, and the oldest first");
    assert_eq!(world.run().counts, Counts::default());
}

#[test]
fn a_run_makes_no_more_calls_than_it_may_however_fast_the_answers_are() {
    let world = World::new(many(0, 10_000), 0, answered);
    let walked = world.run();
    assert_eq!(walked.end, End::Calls);
    assert!((MAX_CALLS - 200..=MAX_CALLS).contains(&walked.counts.asked), "{walked:?}");
    assert_eq!(world.run().end, End::Done);
}

#[test]
fn a_run_whose_time_is_up_begins_nothing_more_and_finishes_what_it_has_begun() {
    let world = World::new(many(0, 1_000), 40_000, answered);
    let began = world.now.get();
    let walked = world.run();
    assert_eq!((walked.end, walked.counts.asked), (End::Time, 200));
    assert!(world.asked.borrow().iter().all(|(_, at)| at - began < BEGIN_MS));
    assert_eq!(world.answered.borrow().len(), 200, "all that were begun");
    assert_eq!(walked.oldest, Some(Millis(0)));
    assert_eq!(world.run().oldest, Some(Millis(200)), "the next goes on where it ended");
}

#[test]
fn a_model_that_takes_a_hundred_a_minute_gives_a_hundred_a_minute_and_nobody_is_given_up() {
    let room = |world: &World, _: u32| {
        let minute = |at: i64| (at - START).div_euclid(MINUTE);
        let taken =
            world.answered.borrow().values().filter(|at| minute(**at) == minute(world.now.get())).count();
        Fate::Given(if taken < 100 { Given::Answered } else { Given::NoRoom })
    };
    let world = World::new(many(0, 1_000), 4_000, room);
    for minute in 1..=10 {
        let walked = world.run();
        assert!(walked.counts.no_room <= 100, "no more than were under way: {walked:?}");
        assert_eq!(world.answered.borrow().len(), minute * 100);
    }
}

#[test]
fn while_everything_fails_a_run_tries_few() {
    let fails = |_: &World, _: u32| Fate::Given(Given::Failed);
    let world = World::new(many(0, 1_000), 4_000, fails);
    let walked = world.run();
    assert_eq!(walked.end, End::Failing);
    assert!(walked.counts.asked <= 120, "{walked:?}");
    // Those wait now, and the next are others.
    let before: BTreeSet<u32> = world.asked.borrow().iter().map(|(id, _)| *id).collect();
    world.run();
    assert!(world.asked.borrow()[before.len()..].iter().all(|(id, _)| !before.contains(id)));
}

#[test]
fn those_whose_askers_die_each_time_keep_nobody_waiting() {
    let unlucky = |_: &World, id: u32| if id < 5_000 { Fate::Dies } else { Fate::Given(Given::Answered) };
    let world = World::new(many(5_000, 2_000), 4_000, unlucky);
    world.leased.borrow_mut().extend(many(0, 5_000));
    for _ in 0..12 {
        world.run();
        assert!(world.asked_in_this_minute() <= 1_300);
    }
    assert_eq!(world.answered.borrow().len(), 2_000);
}

#[test]
fn of_two_runs_at_once_each_answer_is_anothers() {
    let world = World::new(many(0, 300), 4_000, answered);
    let (one, other) = block_on(futures::future::join(walk(&world), walk(&world)));
    assert_eq!(one.counts.answered + other.counts.answered, 300);
    assert_eq!(world.answered.borrow().len(), 300);
}

#[test]
fn what_was_found_before_the_store_went_away_is_given() {
    let world = World::new(many(0, 1_000), 4_000, answered);
    world.pages_left.set(Some(3));
    let walked = world.run();
    assert_eq!((walked.end, walked.failure), (End::Unreadable, Some("the store is away")));
    assert_eq!(walked.counts.answered, 200);
}
