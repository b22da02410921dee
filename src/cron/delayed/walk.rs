//! How far a run goes: so many at once, so many in all, so long. It knows nothing of documents and conversations, so the tests walk
//! with a clock of their own past ten thousand that are due.
//!
//! There are two lines, of those that are due and of those that somebody leased and never finished. Each is walked once, from its oldest on,
//! and they are served in turns: however many there are in one, the other goes on. What is put off stands behind all that is due now,
//! so retries keep nobody waiting either.

use std::collections::VecDeque;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use mentora_core::time::{Millis, seconds};
use mentora_durable::conversation::calls::Given;

use crate::cron::CALLS;

/// Conversations that are asked at once. A Worker may wait for six *connections*. Cloudflare's documentation lists the calls that open one,
/// and those to Durable Objects are not among them; we have not measured it there. Should they count after all, what is beyond six waits
/// in the platform's queue, and a run gets less far.
const AT_ONCE: usize = 100;
/// Calls of one run, of the ten thousand that it may make. Where an answer takes half a second or more, its time is over first.
const MAX_CALLS: u32 = 9_000;
const _: () = assert!(MAX_CALLS < CALLS);
/// How long a run begins new ones: until shortly before the next. Those under way are waited for, and a run is stopped after a
/// quarter of an hour.
const BEGIN_MS: i64 = seconds(50);
/// After so many failures in a row a run ends: it is not these, it is the model or the store, and to ask for all the others
/// would only use up their tries.
const MAX_FAILURES: u32 = 20;

/// Where it walks.
pub(super) trait Place {
    /// An answer that is due, as it was found.
    type Due;
    /// A place in a line.
    type Cursor;
    /// Why a line cannot be read.
    type Error;

    /// Now.
    fn now(&self) -> Millis;

    /// Since when it is due.
    fn due_at(due: &Self::Due) -> Millis;

    /// Some of a line, behind a place or from its beginning, and behind which place it goes on, if it does.
    async fn page(
        &self,
        line: Line,
        cursor: Option<Self::Cursor>,
    ) -> Result<(Vec<Self::Due>, Option<Self::Cursor>), Self::Error>;

    /// Asks a conversation to give its answer, and waits for what comes of it.
    async fn give(&self, due: Self::Due) -> Given;
}

/// What is walked along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// Due, and nobody is at it.
    Due,
    /// Somebody was at it for too long.
    Abandoned,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing more is due.
    Done,
    /// Its time is up.
    Time,
    /// It has made as many calls as it may.
    Calls,
    /// The text model takes no more questions now.
    NoRoom,
    /// Too many failed in a row.
    Failing,
    /// Nobody knows what is due.
    Unreadable,
}

impl End {
    /// For the log.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Time => "time",
            Self::Calls => "calls",
            Self::NoRoom => "no_room",
            Self::Failing => "failing",
            Self::Unreadable => "unreadable",
        }
    }
}

/// What a run came to.
#[derive(Debug)]
pub(super) struct Walked<E> {
    pub(super) counts: Counts,
    pub(super) end: End,
    /// Since when the oldest was due that it met.
    pub(super) oldest: Option<Millis>,
    /// Why nobody knows what more is due.
    pub(super) failure: Option<E>,
}

/// How many conversations were asked, and what some of them said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) asked: u32,
    pub(super) answered: u32,
    pub(super) failed: u32,
    pub(super) unpaid: u32,
    pub(super) no_room: u32,
}

/// Walks until the run is over, and waits for all that it has begun.
pub(super) async fn walk<P: Place>(place: &P) -> Walked<P::Error> {
    let mut run = Run::begun(place.now());
    let mut lines = Lines::new();
    let mut under_way = FuturesUnordered::new();
    let mut failure = None;
    loop {
        while under_way.len() < AT_ONCE && run.goes_on(place.now()) {
            match lines.next(place, &mut run).await {
                Ok(Some(due)) => {
                    run.asks(P::due_at(&due));
                    under_way.push(place.give(due));
                }
                Ok(None) => run.ends(End::Done),
                Err(error) => {
                    failure = Some(error);
                    run.ends(End::Unreadable);
                }
            }
        }
        match under_way.next().await {
            Some(given) => run.hears(given),
            None => break,
        }
    }
    let Run { counts, end, oldest, .. } = run;
    Walked { counts, end: end.unwrap_or(End::Done), oldest, failure }
}

/// A run, as far as it has come.
struct Run {
    began: Millis,
    calls: u32,
    failures_in_a_row: u32,
    counts: Counts,
    oldest: Option<Millis>,
    end: Option<End>,
}

impl Run {
    fn begun(now: Millis) -> Self {
        Self {
            began: now,
            calls: 0,
            failures_in_a_row: 0,
            counts: Counts::default(),
            oldest: None,
            end: None,
        }
    }

    fn goes_on(&mut self, now: Millis) -> bool {
        if self.calls >= MAX_CALLS {
            self.ends(End::Calls);
        }
        if now.since(self.began) >= BEGIN_MS {
            self.ends(End::Time);
        }
        self.end.is_none()
    }

    fn ends(&mut self, end: End) {
        self.end.get_or_insert(end);
    }

    fn reads(&mut self) {
        self.calls = self.calls.saturating_add(1);
    }

    fn asks(&mut self, due_at: Millis) {
        self.calls = self.calls.saturating_add(1);
        self.counts.asked = self.counts.asked.saturating_add(1);
        self.oldest = Some(self.oldest.map_or(due_at, |oldest| oldest.min(due_at)));
    }

    fn hears(&mut self, given: Given) {
        let mut others = 0;
        let count = match given {
            Given::Answered => &mut self.counts.answered,
            Given::Failed => &mut self.counts.failed,
            Given::Unpaid => &mut self.counts.unpaid,
            Given::NoRoom => &mut self.counts.no_room,
            Given::NotLeased | Given::Nothing => &mut others,
        };
        *count = count.saturating_add(1);
        match given {
            Given::Failed => self.failures_in_a_row = self.failures_in_a_row.saturating_add(1),
            Given::Answered => self.failures_in_a_row = 0,
            Given::NoRoom => self.ends(End::NoRoom),
            Given::NotLeased | Given::Nothing | Given::Unpaid => {}
        }
        if self.failures_in_a_row >= MAX_FAILURES {
            self.ends(End::Failing);
        }
    }
}

/// Both lines, and whose turn it is.
struct Lines<D, C> {
    first: Part<D, C>,
    second: Part<D, C>,
}

/// What of a line was read and not yet served, and where it goes on.
struct Part<D, C> {
    line: Line,
    read: VecDeque<D>,
    rest: Rest<C>,
}

enum Rest<C> {
    All,
    Behind(C),
    None,
}

impl<D, C> Lines<D, C> {
    fn new() -> Self {
        let unread = |line| Part { line, read: VecDeque::new(), rest: Rest::All };
        Self { first: unread(Line::Abandoned), second: unread(Line::Due) }
    }

    /// The next of the line whose turn it is, or of the other.
    async fn next<P: Place<Due = D, Cursor = C>>(
        &mut self,
        place: &P,
        run: &mut Run,
    ) -> Result<Option<D>, P::Error> {
        std::mem::swap(&mut self.first, &mut self.second);
        match self.first.next(place, run).await? {
            Some(due) => Ok(Some(due)),
            None => self.second.next(place, run).await,
        }
    }
}

impl<D, C> Part<D, C> {
    async fn next<P: Place<Due = D, Cursor = C>>(
        &mut self,
        place: &P,
        run: &mut Run,
    ) -> Result<Option<D>, P::Error> {
        while self.read.is_empty() {
            let cursor = match std::mem::replace(&mut self.rest, Rest::None) {
                Rest::All => None,
                Rest::Behind(cursor) => Some(cursor),
                Rest::None => break,
            };
            run.reads();
            let (found, next) = place.page(self.line, cursor).await?;
            self.read.extend(found);
            self.rest = next.map_or(Rest::None, Rest::Behind);
        }
        Ok(self.read.pop_front())
    }
}

#[cfg(test)]
mod tests;
