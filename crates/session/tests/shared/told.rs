//! What came of it: who was told what, and what was asked for.

use mentora_gemini::{ClientMessage, SessionConfig};
use mentora_session::{ConnectionId, Effect, Way};
use mentora_wire::error::ErrorCode;
use mentora_wire::rest::TurnAnswer;
use mentora_wire::stream::server::ErrorFrame;
use mentora_wire::stream::{CloseCode, Event, PrivateFrame};

fn all<T>(effects: &[Effect], pick: impl FnMut(&Effect) -> Option<T>) -> Vec<T> {
    effects.iter().filter_map(pick).collect()
}

/// What everybody was told.
pub fn events(effects: &[Effect]) -> Vec<Event> {
    all(effects, |effect| match effect {
        Effect::Tell(event) => Some(event.event.clone()),
        _ => None,
    })
}

/// The errors that everybody was told.
pub fn errors(effects: &[Effect]) -> Vec<ErrorFrame> {
    let error = |event| match event {
        Event::Error(error) => Some(error),
        _ => None,
    };
    events(effects).into_iter().filter_map(error).collect()
}

/// What the model was told.
pub fn sent(effects: &[Effect]) -> Vec<ClientMessage> {
    all(effects, |effect| match effect {
        Effect::SendModel(message) => Some(message.clone()),
        _ => None,
    })
}

/// What the sockets of the model were opened with.
pub fn openings(effects: &[Effect]) -> Vec<SessionConfig> {
    all(effects, |effect| match effect {
        Effect::OpenModel { setup, .. } => Some((**setup).clone()),
        _ => None,
    })
}

/// What was refused, on a stream or to a call.
pub fn refusals(effects: &[Effect]) -> Vec<ErrorCode> {
    all(effects, |effect| match effect {
        Effect::TellOne { frame, .. } => match &**frame {
            PrivateFrame::Error(error) => Some(error.code),
            _ => None,
        },
        Effect::Reply { answer, .. } => answer.as_ref().as_ref().err().map(|refusal| refusal.code),
        _ => None,
    })
}

/// What calls were answered.
pub fn replies(effects: &[Effect]) -> Vec<(u32, TurnAnswer)> {
    all(effects, |effect| match effect {
        Effect::Reply { call, answer } => (**answer).clone().ok().map(|answer| (*call, answer)),
        _ => None,
    })
}

/// Which clients were closed.
pub fn closes(effects: &[Effect]) -> Vec<(ConnectionId, CloseCode)> {
    all(effects, |effect| match effect {
        Effect::Close { connection, code, .. } => Some((*connection, *code)),
        _ => None,
    })
}

/// What the figures of the assignment were told.
pub fn told_figures(effects: &[Effect]) -> Vec<Way> {
    all(effects, |effect| match effect {
        Effect::Tally { way, .. } => Some(*way),
        _ => None,
    })
}
