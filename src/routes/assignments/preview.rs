//! `POST /api/assignments/{id}/preview`

use axum::Json as Answer;
use mentora_core::dialogue::verdict::PATIENCE_MS;
use mentora_core::dialogue::{
    Analyse as _, Inquiry, Lexical, Reading, Utterance, Verdict, is_last_question, next_move_on,
};
use mentora_core::documents::{Analyser, Assignment, LedgerScope, Persona, Speaker, Usage};
use mentora_core::ids::AssignmentId;
use mentora_core::policy::CourseAction;
use mentora_core::pricing;
use mentora_core::prompts::{self, Briefing, PromptEdits, Tutor, plain};
use mentora_durable::platform::config::GeminiConfig;
use mentora_durable::platform::text_model;
use mentora_durable::repositories::Personas;
use mentora_gemini::generate::Question;
use mentora_session::{counted, most_of, tutor_question};
use mentora_wire::rest::{PreviewAssignment, PreviewBody, PreviewDecision};

use crate::access;
use crate::auth::Caller;
use crate::bill::Bill;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, Json};

/// What the tutor would answer. For staff of the course. Nothing of it is kept, and no student sees it. The course pays.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/assignments/{id}/preview", operation_id = "previewAssignment", tag = "assignments",
    params(("id" = String, Path, description = "The assignment.")),
    request_body = PreviewAssignment,
    responses(
        (status = 200, description = "One answer of the tutor.", body = PreviewBody),
        crate::openapi::Unpaid, crate::openapi::Forbidden, crate::openapi::Conflicting,
    ),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Id(id): Id<AssignmentId>,
    Json(body): Json<PreviewAssignment>,
) -> Result<Answer<PreviewBody>, ApiError> {
    let documents = context.documents();
    let edit = CourseAction::EditAssignments;
    let (assignment, _) = access::assignment(&documents, &caller, &id, edit).await?;
    let config = &assignment.ai_config;
    let persona = Personas(&documents).named(&assignment.course_id, &config.persona).await?.own();

    let message = plain(&body.test_message);
    let history: Vec<_> =
        body.history.iter().map(|turn| Utterance { speaker: turn.speaker, text: &turn.text }).collect();
    let before = history.iter().filter(|turn| turn.speaker == Speaker::Student).count();
    let turns = u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1);
    let gemini = &context.config().gemini;
    let reading = reading(gemini, &assignment, &history, &message).await;
    let (decision, ending) = next_move_on(config, &history, &message, turns, &reading);

    let guidance = match is_last_question(config, turns, decision.strategy, &decision.features) {
        true => prompts::closing(),
        false => prompts::guidance(&config.dialectical_config, decision.strategy),
    };

    let question = question(&gemini.text_model, &assignment, persona.as_ref(), &history, &message, guidance);
    let cost = |usage: &Usage| pricing::cost(&gemini.text_model, context.now(), usage);
    let bill = Bill::open(&context, &assignment.course_id, most_of(&question, context.now())).await?;
    let answer = match text_model::ask(gemini, &question).await {
        Ok(answer) => answer,
        Err(error) => {
            bill.drop().await;
            return Err(error.into());
        }
    };
    let usage = counted(answer.usage);
    let scope = LedgerScope {
        course_id: Some(assignment.course_id.clone()),
        assignment_id: Some(id),
        ..LedgerScope::default()
    };
    bill.settle(cost(&usage), usage, scope, caller.actor.user).await?;
    Ok(Answer(PreviewBody {
        response: answer.text,
        decision: PreviewDecision::of(decision, ending),
        cost_micros: cost(&usage),
        usage,
    }))
}

/// The turn is read as in a conversation: by what the assignment names, and by word lists when that does not come in time.
async fn reading(
    gemini: &GeminiConfig,
    assignment: &Assignment,
    history: &[Utterance<'_>],
    message: &str,
) -> Reading {
    let config = &assignment.ai_config;
    let (question, language) = (assignment.question.as_deref(), config.language.as_deref());
    let inquiry = match config.analyser {
        Analyser::Gemini => Inquiry::about(question, language, history, message),
        Analyser::Lexical => None,
    };
    let Some(inquiry) = inquiry else {
        return Lexical.read(history, message);
    };
    let patience_ms = u32::try_from(PATIENCE_MS).unwrap_or_default();
    let reply = text_model::measure(gemini, inquiry, patience_ms).await;
    match reply.ok().and_then(|reply| Verdict::parse(&reply).ok()) {
        Some(verdict) => verdict.read(history, message),
        None => Lexical.read(history, message),
    }
}

/// The tutor is briefed and asked as in a conversation.
fn question(
    model: &str,
    assignment: &Assignment,
    persona: Option<&Persona>,
    history: &[Utterance<'_>],
    message: &str,
    guidance: String,
) -> Question {
    let config = &assignment.ai_config;
    let briefing = prompts::system_instruction(&Briefing {
        question: assignment.question.as_deref(),
        background: &assignment.prompt,
        title: &assignment.title,
        language: config.language.as_deref(),
        custom_system_prompt: config.custom_system_prompt.as_deref(),
        tutor: Tutor::of(&config.persona, persona),
        transcript: &[],
        max_turns: config.max_turns,
        edits: &PromptEdits::new(),
    });
    let said = history.iter().map(|turn| (turn.speaker, plain(turn.text)));
    tutor_question(model.to_owned(), briefing, guidance, said.chain([(Speaker::Student, message.into())]))
}
