//! Answers that the tutor gives later, when they are due.
//!
//! A run takes the oldest first, a batch at a time, until nothing is due, its time is up, or it has made as many calls as a run
//! may; what is left is the next minute's, and a run that goes on beside the next is no harm: what it has leased nobody else
//! takes. The conversation itself sees to it that there is one answer and one charge. The document says `done` last, after all who
//! are to know were told: whoever dies before that leaves a lease that runs out, and the next one tells them.

use futures::{StreamExt as _, stream};
use mentora_core::documents::PendingResponse;
use mentora_core::ids::{ConversationId, TurnId};
use mentora_core::time::{Millis, seconds};
use mentora_durable::conversation::calls::{CallError, Calls, DueAnswer, DueCall};
use mentora_durable::notify::{self, Notifier, Response, Told, Ways};
use mentora_durable::platform::config::Config;
use mentora_durable::platform::documents::{Documents, documents};
use mentora_durable::platform::store_tally::StoreTally;
use mentora_durable::platform::{clock, log};
use mentora_durable::repositories::pending_responses::Noted;
use mentora_durable::repositories::{PendingResponses, RepositoryError, Stored};
use mentora_session::{DueOutcome, MAX_ATTEMPTS};
use mentora_wire::error::ErrorCode;
use serde_json::json;
use worker::Env;

/// Answers that are looked for at once.
const BATCH: u32 = 50;
/// Answers of one run. A run may make a thousand calls of all kinds, and an answer takes three, and a few more to tell of it.
const MAX_ANSWERS: usize = 100;
/// How long a run begins new ones. One may take a minute, and a run is stopped after fifteen.
const BEGIN_MS: i64 = seconds(4 * 60);
/// Requests that a Worker may have open at once.
const AT_ONCE: usize = 6;
/// How long after a try that failed the next one is made; after the last, it goes on where nobody gives up.
const PAUSES_MS: [i64; 4] = [seconds(60), seconds(5 * 60), seconds(20 * 60), seconds(60 * 60)];
/// How long after the wallet could not pay it is asked again.
const UNPAID_PAUSE_MS: i64 = seconds(60 * 60);

/// Gives what is due; how many were taken.
///
/// # Errors
/// [`RepositoryError`] when nobody knows what is due.
pub async fn run(env: &Env, config: &Config) -> Result<usize, RepositoryError> {
    let tally = StoreTally::default();
    let documents = documents(env, config, &tally);
    let (ways, began) = (Ways::of(config), clock::now());
    let run = Run { documents: &documents, ways: &ways, env };
    let mut taken = 0_usize;
    while taken < MAX_ANSWERS && clock::now().since(began) < BEGIN_MS {
        let due = PendingResponses(&documents).due(clock::now(), BATCH).await?;
        if due.is_empty() {
            break;
        }
        let work = due.into_iter().map(|(id, found)| run.give(id, found));
        let given: Vec<bool> = stream::iter(work).buffer_unordered(AT_ONCE).collect().await;
        let leased = given.into_iter().filter(|leased| *leased).count();
        taken = taken.saturating_add(leased);
        if leased == 0 {
            // Another run is at them.
            break;
        }
    }
    if taken > 0 {
        log::event("delayed.round.done", json!({ "taken": taken, "ms": clock::now().since(began) }));
    }
    Ok(taken)
}

struct Run<'a> {
    documents: &'a Documents,
    ways: &'a Ways,
    env: &'a Env,
}

impl Run<'_> {
    /// Leases one, has it answered, and notes how that went. Whether it was leased.
    async fn give(&self, id: ConversationId, found: Stored<PendingResponse>) -> bool {
        let pending = PendingResponses(self.documents);
        let leased = match pending.lease(&id, found, clock::now()).await {
            Ok(Some(leased)) => leased,
            Ok(None) => return false,
            Err(error) => {
                tell(&id, "lease", &error.to_string());
                return false;
            }
        };
        let call = DueCall { turn_id: leased.turn_id.clone(), attempt: leased.attempts };
        let answer = Calls::new(self.env).answer_due(&id, &call).await;
        let outcome = answer.as_ref().map(|answer| answer.outcome.clone()).map_err(Clone::clone);
        let mut noted = noted(&leased, outcome, clock::now());
        if let Noted::Failed { why } | Noted::Again { why, .. } = &noted {
            tell(&id, "answer", why);
        }
        if let Ok(answer) = &answer
            && let Some(at) = self.tell_people(&id, &leased, answer, &noted).await
        {
            // It is given, or given up: what is left is to tell of it.
            noted = match noted {
                Noted::Failed { why } => Noted::Again { at, why },
                _ => Noted::Waits { at },
            };
        }
        // Nobody else's business when the student has changed it meanwhile.
        if let Err(error) = pending.note(&id, &leased, noted, clock::now()).await {
            tell(&id, "note", &error.to_string());
        }
        true
    }

    /// Tells those who are to know: the student of the answer, staff that there is none. When some are to be told again.
    async fn tell_people(
        &self,
        id: &ConversationId,
        leased: &PendingResponse,
        answer: &DueAnswer,
        noted: &Noted,
    ) -> Option<Millis> {
        // Of an answer its own turn makes it one piece of news, whatever was added to the question meanwhile.
        let turn = match answer.outcome {
            DueOutcome::Answered { index } => TurnId::of(id, index),
            _ => leased.turn_id.clone(),
        };
        let response = Response {
            course: &answer.course,
            assignment: &answer.assignment,
            conversation: id,
            turn: &turn,
            student: &answer.student,
        };
        let notifier = Notifier::new(self.documents, self.ways);
        let told = match noted {
            Noted::Done => notify::response_ready(&notifier, &response).await.map(Told::again_at),
            Noted::Failed { .. } => notify::response_failed(&notifier, &response)
                .await
                .map(|told| told.into_iter().filter_map(Told::again_at).min()),
            Noted::Cancelled | Noted::Again { .. } | Noted::Waits { .. } => Ok(None),
        };
        told.unwrap_or_else(|error| {
            tell(id, "tell", &error.to_string());
            Some(clock::now() + seconds(60))
        })
    }
}

/// What is to be noted of a try.
fn noted(leased: &PendingResponse, outcome: Result<DueOutcome, CallError>, now: Millis) -> Noted {
    let again = |why: String| {
        let tried = usize::try_from(leased.attempts.saturating_sub(1)).unwrap_or(usize::MAX);
        let pause = PAUSES_MS.get(tried).or(PAUSES_MS.last()).copied().unwrap_or_default();
        Noted::Again { at: now + pause, why }
    };
    match outcome {
        Ok(DueOutcome::Answered { .. }) => Noted::Done,
        // It was given up in a try that died before it could be noted.
        Ok(DueOutcome::Nothing) if leased.attempts > MAX_ATTEMPTS => {
            Noted::Failed { why: leased.last_error.clone().unwrap_or_default() }
        }
        Ok(DueOutcome::Nothing) => Noted::Cancelled,
        Ok(DueOutcome::Waits { until }) => Noted::Waits { at: until.max(now + seconds(1)) },
        Ok(DueOutcome::Unpaid) => Noted::Waits { at: now + UNPAID_PAUSE_MS },
        Ok(DueOutcome::Failed { why }) => again(why),
        Ok(DueOutcome::GivenUp { why }) => Noted::Failed { why },
        Err(error) if error.code == ErrorCode::NotFound => Noted::Cancelled,
        // The conversation alone can give up, and it was not reached.
        Err(error) => again(format!("{:?}", error.code)),
    }
}

fn tell(id: &ConversationId, step: &str, why: &str) {
    log::failure("delayed.round.failed", json!({ "conversation": id, "step": step, "why": why }));
}

#[cfg(test)]
mod tests {
    use mentora_core::documents::PendingStatus;

    use super::*;

    fn leased(attempts: u32) -> PendingResponse {
        PendingResponse {
            turn_id: TurnId::of(&ConversationId::new("c").unwrap(), 0),
            scheduled_at: Millis(0),
            status: PendingStatus::Leased,
            lease_until: Some(Millis(9)),
            attempts,
            last_error: Some("quota".into()),
            created_at: Millis(0),
            updated_at: Millis(0),
        }
    }

    #[test]
    fn tries_grow_apart_up_to_an_hour() {
        let unreached = || Err(CallError::new(ErrorCode::UpstreamUnavailable, ""));
        let pauses = (1..=6).map(|attempts| match noted(&leased(attempts), unreached(), Millis(0)) {
            Noted::Again { at, .. } => at.0 / 60_000,
            other => panic!("{other:?}"),
        });
        assert_eq!(pauses.collect::<Vec<_>>(), [1, 5, 20, 60, 60, 60]);
    }

    #[test]
    fn only_the_conversation_gives_up() {
        let failed = |attempts, outcome| noted(&leased(attempts), Ok(outcome), Millis(0));
        let why = || "quota".to_owned();
        assert!(matches!(failed(1, DueOutcome::Failed { why: why() }), Noted::Again { .. }));
        assert_eq!(failed(5, DueOutcome::GivenUp { why: why() }), Noted::Failed { why: why() });
        // It died between giving up and the note of it.
        assert_eq!(failed(6, DueOutcome::Nothing), Noted::Failed { why: why() });
        assert_eq!(failed(1, DueOutcome::Nothing), Noted::Cancelled);
    }

    #[test]
    fn a_wallet_that_is_empty_is_asked_every_hour_and_that_is_no_failure() {
        assert_eq!(
            noted(&leased(1), Ok(DueOutcome::Unpaid), Millis(5)),
            Noted::Waits { at: Millis(3_600_005) }
        );
    }
}
