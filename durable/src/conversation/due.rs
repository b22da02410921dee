//! An answer that is due is given: leased, made, told of and noted, all of it by the conversation whose answer it is. So each has
//! its own calls that it may make, and whoever looks at the clock makes one for each.
//!
//! What is decided of it is decided in `noted`, and by the machine; here it is carried out. The document says `done` last, after
//! all who are to know were told. Whoever dies before that leaves a lease that runs out, and is found again: the machine sees to it
//! that there is one answer and one charge, and what people are told bears an id of its own. Nothing here waits for longer than
//! the lease lasts.

mod noted;

use std::rc::Rc;

use mentora_core::documents::PendingResponse;
use mentora_core::ids::{ConversationId, TurnId};
use mentora_core::time::{Millis, seconds};
use mentora_session::{DueOutcome, Facts, Input};
use mentora_wire::error::ErrorCode;
use serde_json::json;
use worker::Request;

use self::noted::{News, Try, untold};
use super::calls::{CallError, DueCall, Given};
use super::shell::{AtHand, Shell};
use crate::notify::{self, Notifier, Response, Told};
use crate::platform::pause::within;
use crate::platform::{body, clock, log};
use crate::repositories::pending_responses::LEASE_MS;
use crate::repositories::{PendingResponses, RepositoryError, Stored, Version};

/// How long the answer is waited for. The machine gives up sooner: it asks the wallet four times, ten seconds each, and the text
/// model for 45.
const ANSWER_MS: u32 = 150 * 1_000;
/// How long telling people may take.
const TELL_MS: u32 = 90 * 1_000;
/// After how long those are told who were not.
const TELL_AGAIN_MS: i64 = seconds(60);

const _: () =
    assert!(ANSWER_MS as i64 + TELL_MS as i64 + seconds(30) <= LEASE_MS, "the lease outlives a try");

/// Gives the answer as it was found.
pub(super) async fn give(
    shell: &Rc<Shell>,
    id: &ConversationId,
    mut request: Request,
) -> Result<Given, CallError> {
    let DueCall { pending, version } =
        body::read(&mut request).await.map_err(|error| super::malformed(&error))?;
    let found = Stored { document: pending, version: Version::decode(&version) };
    let documents = shell.documents();
    let leased = match PendingResponses(&documents).lease(id, found, clock::now()).await {
        Ok(Some(leased)) => leased,
        Ok(None) => return Ok(Given::NotLeased),
        Err(error) => {
            tell(id, "lease", &error.to_string());
            return Err(CallError::new(ErrorCode::UpstreamUnavailable, "The answer could not be leased."));
        }
    };
    let given = try_once(shell, id, &leased).await;
    shell.tell_store();
    Ok(given)
}

/// One try, by whoever has the lease.
async fn try_once(shell: &Rc<Shell>, id: &ConversationId, leased: &Stored<PendingResponse>) -> Given {
    let mut promised = None;
    let outcome = within(ANSWER_MS, answer(shell, id, leased, &mut promised)).await;
    let outcome = outcome.unwrap_or_else(|| Err(interrupted()));
    let now = clock::now();
    let payer = shell.with_session(|session| session.record().facts.payer.clone()).flatten();
    let tried = Try { leased, outcome: &outcome, payer: payer.as_ref(), promised, now };
    let mut noted = tried.noted();
    if let Some(why) = tried.failure() {
        tell(id, "answer", &why);
    }
    let told = within(TELL_MS, tell_people(shell, id, leased, tried.news(), promised)).await;
    if let Some(at) = told.unwrap_or(Some(clock::now() + TELL_AGAIN_MS)) {
        noted = untold(noted, at);
    }
    // Nobody else's business when the student has changed it meanwhile.
    let documents = shell.documents();
    if let Err(error) = PendingResponses(&documents).note(id, leased, noted, clock::now()).await {
        tell(id, "note", &error.to_string());
    }
    tried.given()
}

/// Has the machine make the answer. `promised` becomes when it was due in the first place, however often it was put off.
async fn answer(
    shell: &Rc<Shell>,
    id: &ConversationId,
    leased: &PendingResponse,
    promised: &mut Option<Millis>,
) -> Result<DueOutcome, CallError> {
    shell.know(id).await?;
    let known = shell.with_session(|session| {
        let index = session.turns().iter().find(|turn| turn.id == leased.turn_id).map(|turn| turn.index);
        (index, session.due_at())
    });
    let (index, due_at) = known.ok_or_else(interrupted)?;
    *promised = due_at;
    let Some(index) = index else { return Ok(DueOutcome::Nothing) };
    let answer = shell.new_due();
    let model = shell.gemini().text_model.clone();
    let input = Input::Due { index, attempt: leased.attempts, model };
    shell.feed_and_arm(input, AtHand::Nothing).await;
    // A sender that is gone means that memory was lost.
    answer.await.map_err(|_| interrupted())
}

/// Tells those who are to know. When some are to be told again, if they are.
async fn tell_people(
    shell: &Rc<Shell>,
    id: &ConversationId,
    leased: &PendingResponse,
    news: News,
    promised: Option<Millis>,
) -> Option<Millis> {
    if news == News::None {
        return None;
    }
    let _telling = shell.outgoing.notices.lock().await;
    if shell.is_erased() {
        return None;
    }
    let facts = shell.with_session(|session| std::sync::Arc::clone(&session.record().facts))?;
    let told = tell_of(shell, id, leased, news, promised, &facts).await;
    told.unwrap_or_else(|error| {
        tell(id, "tell", &error.to_string());
        Some(clock::now() + TELL_AGAIN_MS)
    })
}

async fn tell_of(
    shell: &Rc<Shell>,
    id: &ConversationId,
    leased: &PendingResponse,
    news: News,
    promised: Option<Millis>,
    facts: &Facts,
) -> Result<Option<Millis>, RepositoryError> {
    // Of an answer its own turn makes it one piece of news, whatever was added to the question meanwhile.
    let turn = match news {
        News::Ready { index } => TurnId::of(id, index),
        _ => leased.turn_id.clone(),
    };
    let response = Response {
        course: &facts.course,
        assignment: &facts.title,
        conversation: id,
        turn: &turn,
        student: &facts.owner,
    };
    let (documents, ways) = (shell.documents(), shell.ways());
    let notifier = Notifier::new(&documents, &ways);
    let again = |told: Vec<Told>| told.into_iter().filter_map(Told::again_at).min();
    match (news, facts.payer.as_ref()) {
        (News::Ready { .. }, _) => notify::response_ready(&notifier, &response).await.map(Told::again_at),
        (News::Failed, _) => notify::response_failed(&notifier, &response).await.map(again),
        (News::Unpaid, Some(payer)) => {
            let due_at = promised.unwrap_or(leased.scheduled_at);
            notify::response_unpaid(&notifier, &response, payer, due_at).await.map(again)
        }
        (News::None, _) | (News::Unpaid, None) => Ok(None),
    }
}

fn interrupted() -> CallError {
    CallError::new(ErrorCode::UpstreamUnavailable, "The conversation was interrupted.")
}

fn tell(id: &ConversationId, step: &str, why: &str) {
    log::failure("delayed.round.failed", json!({ "conversation": id, "step": step, "why": why }));
}
