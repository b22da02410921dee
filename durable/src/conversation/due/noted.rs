//! What follows from one try to give an answer that was due: what its document says, who is told, what whoever looked at the clock
//! hears. Pure, and the one place where that is decided.

use mentora_core::documents::PendingResponse;
use mentora_core::ids::WalletId;
use mentora_core::time::{Millis, seconds};
use mentora_session::{DueOutcome, MAX_ATTEMPTS};
use mentora_wire::error::ErrorCode;

use crate::conversation::calls::{CallError, Given};
use crate::platform::text_model::QUOTA;
use crate::repositories::pending_responses::Noted;

/// How long after a try that failed the next one is made; after the last, it goes on where nobody gives up.
const PAUSES_MS: [i64; 4] = [seconds(60), seconds(5 * 60), seconds(20 * 60), seconds(60 * 60)];
/// How long after the wallet could not pay it is asked again, unless it is filled before.
const UNPAID_PAUSE_MS: i64 = seconds(60 * 60);
/// How long an answer may wait because the text model takes no more questions. From then on that is a failure as any other: somebody
/// must be told in the end.
const PATIENCE_MS: i64 = seconds(24 * 60 * 60);
/// What the document of an answer says that waits for money, once those who are to know were told.
const UNPAID: &str = "unpaid";

/// One try, when it is over.
pub(super) struct Try<'a> {
    /// As it was leased.
    pub leased: &'a PendingResponse,
    /// What came of it.
    pub outcome: &'a Result<DueOutcome, CallError>,
    /// The wallet that is to pay.
    pub payer: Option<&'a WalletId>,
    /// When the answer was due in the first place; of one that is there already nobody knows any more.
    pub promised: Option<Millis>,
    /// Now.
    pub now: Millis,
}

/// What people are to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// Nothing.
    None,
    /// The student: the answer is there.
    Ready {
        /// Its index.
        index: u32,
    },
    /// The student, and whoever may fill the wallet: there is no money for it.
    Unpaid,
    /// The staff: there will be none.
    Failed,
}

impl Try<'_> {
    /// What its document says next.
    pub(super) fn noted(&self) -> Noted {
        let now = self.now;
        match self.outcome {
            Ok(DueOutcome::Answered { .. }) => Noted::Done,
            // It was given up in a try that died before it could be noted.
            Ok(DueOutcome::Nothing) if self.leased.attempts > MAX_ATTEMPTS => {
                Noted::Failed { why: self.leased.last_error.clone().unwrap_or_default() }
            }
            Ok(DueOutcome::Nothing) => Noted::Cancelled,
            Ok(DueOutcome::Waits { until }) => waits((*until).max(now + seconds(1)), None),
            Ok(DueOutcome::Unpaid) => {
                let (at, why) = (now + UNPAID_PAUSE_MS, Some(UNPAID.to_owned()));
                Noted::Waits { at, why, wallet: self.payer.cloned() }
            }
            Ok(DueOutcome::Failed { why }) if why == QUOTA && !self.waited_long() => {
                waits(self.again_at(), Some(why.clone()))
            }
            Ok(DueOutcome::Failed { why }) => Noted::Again { at: self.again_at(), why: why.clone() },
            Ok(DueOutcome::GivenUp { why }) => Noted::Failed { why: why.clone() },
            Err(error) if error.code == ErrorCode::NotFound => Noted::Cancelled,
            // The machine alone can give up, and it was not reached.
            Err(error) => Noted::Again { at: self.again_at(), why: format!("{:?}", error.code) },
        }
    }

    /// Who is told what.
    pub(super) fn news(&self) -> News {
        match (self.noted(), self.outcome) {
            (Noted::Done, Ok(DueOutcome::Answered { index })) => News::Ready { index: *index },
            (Noted::Failed { .. }, _) => News::Failed,
            // Once, and not at every hour that it goes on.
            (_, Ok(DueOutcome::Unpaid)) if self.leased.last_error.as_deref() != Some(UNPAID) => News::Unpaid,
            _ => News::None,
        }
    }

    /// What whoever looked at the clock hears.
    pub(super) fn given(&self) -> Given {
        match self.outcome {
            Ok(DueOutcome::Answered { .. }) => Given::Answered,
            Ok(DueOutcome::Nothing | DueOutcome::Waits { .. }) => Given::Nothing,
            Ok(DueOutcome::Unpaid) => Given::Unpaid,
            Ok(DueOutcome::Failed { why } | DueOutcome::GivenUp { why }) if why == QUOTA => Given::NoRoom,
            Ok(DueOutcome::Failed { .. } | DueOutcome::GivenUp { .. }) => Given::Failed,
            Err(error) if error.code == ErrorCode::NotFound => Given::Nothing,
            Err(_) => Given::Failed,
        }
    }

    /// Why it failed, if it did, for the log.
    pub(super) fn failure(&self) -> Option<String> {
        match self.noted() {
            Noted::Failed { why } | Noted::Again { why, .. } => Some(why),
            Noted::Done | Noted::Cancelled | Noted::Waits { .. } => None,
        }
    }

    fn again_at(&self) -> Millis {
        let tried = usize::try_from(self.leased.attempts.saturating_sub(1)).unwrap_or(usize::MAX);
        let pause = PAUSES_MS.get(tried).or(PAUSES_MS.last()).copied().unwrap_or_default();
        self.now + pause
    }

    fn waited_long(&self) -> bool {
        self.promised.is_some_and(|promised| self.now.since(promised) > PATIENCE_MS)
    }
}

/// What is to be noted when not all were told: it comes up again at `at`, and finds the answer given, or given up, and these to be told.
pub(super) fn untold(noted: Noted, at: Millis) -> Noted {
    match noted {
        Noted::Failed { why } | Noted::Again { why, .. } => Noted::Again { at, why },
        // That it waits for money is said once all know it.
        Noted::Waits { at: then, .. } => waits(at.min(then), None),
        Noted::Done | Noted::Cancelled => waits(at, None),
    }
}

/// It waits, and not for money.
fn waits(at: Millis, why: Option<String>) -> Noted {
    Noted::Waits { at, why, wallet: None }
}

#[cfg(test)]
mod tests {
    use mentora_core::documents::PendingStatus;
    use mentora_core::ids::{ConversationId, TurnId};

    use super::*;

    fn leased(attempts: u32, last_error: &str) -> PendingResponse {
        PendingResponse {
            turn_id: TurnId::of(&ConversationId::new("c").unwrap(), 0),
            scheduled_at: Millis(0),
            status: PendingStatus::Leased,
            lease_until: Some(Millis(9)),
            attempts,
            last_error: Some(last_error.into()),
            waits_for: None,
            created_at: Millis(0),
            updated_at: Millis(0),
        }
    }

    /// What follows at `now` from a try of what was due at 0.
    fn after(
        attempts: u32,
        last_error: &str,
        outcome: Result<DueOutcome, CallError>,
        now: i64,
    ) -> (Noted, News, Given) {
        let leased = leased(attempts, last_error);
        let payer = WalletId::new("ethics").unwrap();
        let (promised, payer) = (Some(Millis(0)), Some(&payer));
        let tried = Try { leased: &leased, outcome: &outcome, payer, promised, now: Millis(now) };
        (tried.noted(), tried.news(), tried.given())
    }

    fn failed(why: &str) -> Result<DueOutcome, CallError> {
        Ok(DueOutcome::Failed { why: why.to_owned() })
    }

    #[test]
    fn tries_grow_apart_up_to_an_hour() {
        let unreached = || Err(CallError::new(ErrorCode::UpstreamUnavailable, ""));
        let pauses = (1..=6).map(|attempts| match after(attempts, "", unreached(), 0).0 {
            Noted::Again { at, .. } => at.0 / 60_000,
            other => panic!("{other:?}"),
        });
        assert_eq!(pauses.collect::<Vec<_>>(), [1, 5, 20, 60, 60, 60]);
    }

    #[test]
    fn only_the_conversation_gives_up_and_staff_are_told() {
        let why = || "failed".to_owned();
        let (noted, news, given) = after(1, "", failed("failed"), 0);
        assert!(matches!(noted, Noted::Again { .. }), "{noted:?}");
        assert_eq!((news, given), (News::None, Given::Failed));
        let given_up = (Noted::Failed { why: why() }, News::Failed, Given::Failed);
        assert_eq!(after(5, "", Ok(DueOutcome::GivenUp { why: why() }), 0), given_up);
        // It died between giving up and the note of it.
        let (noted, news, _) = after(6, "failed", Ok(DueOutcome::Nothing), 0);
        assert_eq!((noted, news), (Noted::Failed { why: why() }, News::Failed));
        let cancelled = (Noted::Cancelled, News::None, Given::Nothing);
        assert_eq!(after(1, "", Ok(DueOutcome::Nothing), 0), cancelled);
    }

    #[test]
    fn a_wallet_that_is_empty_is_asked_every_hour_and_told_of_once_and_that_is_no_failure() {
        let (at, why) = (Millis(3_600_005), Some(UNPAID.into()));
        let for_money = Noted::Waits { at, why, wallet: WalletId::new("ethics").ok() };
        let unpaid = |last_error| after(1, last_error, Ok(DueOutcome::Unpaid), 5);
        assert_eq!(unpaid(""), (for_money.clone(), News::Unpaid, Given::Unpaid));
        assert_eq!(unpaid(UNPAID), (for_money.clone(), News::None, Given::Unpaid));
        // Somebody was not told: it comes up in a minute, and does not say yet that all were.
        assert_eq!(untold(for_money, Millis(60_005)), waits(Millis(60_005), None));
    }

    #[test]
    fn that_the_model_has_no_room_is_no_failure_for_a_day_and_stops_the_run() {
        let waits = |at| super::waits(Millis(at), Some(QUOTA.into()));
        assert_eq!(after(1, "", failed(QUOTA), 0), (waits(60_000), News::None, Given::NoRoom));
        // It failed before, and the pauses go on from there.
        assert_eq!(after(3, "failed", failed(QUOTA), 0).0, waits(20 * 60_000));
        assert_eq!(after(1, QUOTA, failed(QUOTA), PATIENCE_MS).0, waits(PATIENCE_MS + 60_000));
        let late = PATIENCE_MS + 1;
        let again = Noted::Again { at: Millis(late + 60_000), why: QUOTA.into() };
        assert_eq!(after(1, QUOTA, failed(QUOTA), late).0, again);
    }

    #[test]
    fn an_answer_is_told_of_and_who_was_not_told_is_told_later() {
        let answered = || Ok(DueOutcome::Answered { index: 3 });
        let (noted, news, given) = after(1, "", answered(), 0);
        assert_eq!((&noted, news, given), (&Noted::Done, News::Ready { index: 3 }, Given::Answered));
        assert_eq!(untold(noted, Millis(7)), waits(Millis(7), None));
        let given_up = Noted::Failed { why: "failed".into() };
        assert_eq!(untold(given_up, Millis(7)), Noted::Again { at: Millis(7), why: "failed".into() });
    }
}
