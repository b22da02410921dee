//! Waiting for a text model's verdict on what the student said, where the assignment wants one.
//!
//! What is written waits for it, unstored and unacknowledged, for [`PATIENCE_MS`] at most; then the lexical reading stands.
//! A crash in between forgets it, and the client sends it again. What is spoken is stored and answered before anybody has
//! weighed it; the verdict then corrects the decision, as long as no one else has been given the turn. There is one
//! question at a time: a verdict on anything but the newest changes nothing.

use mentora_core::dialogue::verdict::PATIENCE_MS;
use mentora_core::dialogue::{Analyse as _, Decision, Inquiry, Reading, Verdict, next_move_on};
use mentora_core::documents::{Analyser, Analysis, Modality, Speaker};
use mentora_core::ids::TurnId;
use mentora_core::time::Millis;
use mentora_wire::stream::Event;

use crate::Step;
use crate::effect::{Effect, Write};
use crate::input::Source;
use crate::state::State;

/// A turn whose verdict is waited for.
#[derive(Debug, Clone)]
pub(crate) struct Weighing {
    /// Names the question.
    number: u32,
    /// How long it is waited for.
    pub(crate) until: Millis,
    /// What is weighed.
    said: Said,
}

#[derive(Debug, Clone)]
enum Said {
    /// It is not stored, and nobody was told of it.
    Written {
        text: String,
        client_message_id: String,
        /// REST calls that wait for the answer to it.
        calls: Vec<u32>,
    },
    /// It is stored at this index, with the lexical decision, and not told to Firestore.
    Spoken { index: u32 },
}

impl State {
    /// Whether a written turn waits for its verdict.
    pub(crate) fn weighs_writing(&self) -> bool {
        matches!(&self.weighing, Some(Weighing { said: Said::Written { .. }, .. }))
    }

    /// The turn whose decision may still be corrected. What goes to Firestore is final, so it has to wait, and what comes
    /// after it.
    pub(crate) fn weighed_index(&self) -> Option<u32> {
        match &self.weighing {
            Some(Weighing { said: Said::Spoken { index }, .. }) => Some(*index),
            _ => None,
        }
    }
}

impl Step<'_> {
    /// Whether this message is being weighed already; a call that sends it again waits for the same answer.
    pub(crate) fn joins_weighing(&mut self, source: Source, about: &str) -> bool {
        let Some(Weighing { said: Said::Written { client_message_id, calls, .. }, .. }) =
            &mut self.state.weighing
        else {
            return false;
        };
        let same = client_message_id == about;
        if let Source::Call(call) = source
            && same
        {
            calls.push(call);
        }
        same
    }

    /// Has a written turn weighed before it is stored; says whether it is. Beside an open microphone it is not: what is
    /// said meanwhile would take its place.
    pub(crate) fn weigh_written(&mut self, source: Source, text: &str, client_message_id: &str) -> bool {
        if self.state.record.microphone.is_some() {
            return false;
        }
        let index = self.state.next_index();
        let calls = match source {
            Source::Call(call) => vec![call],
            Source::Connection(_) => Vec::new(),
        };
        let (text, client_message_id) = (text.to_owned(), client_message_id.to_owned());
        let inquiry = self.inquiry(index, &text);
        self.weigh(inquiry, Said::Written { text, client_message_id, calls })
    }

    /// Has the spoken turn at `index`, which is stored, weighed; says whether it is.
    pub(crate) fn weigh_spoken(&mut self, index: u32) -> bool {
        let inquiry = self.state.turn(index).and_then(|turn| self.inquiry(index, &turn.text));
        self.weigh(inquiry, Said::Spoken { index })
    }

    fn inquiry(&self, index: u32, text: &str) -> Option<Inquiry> {
        let facts = &self.state.record.facts;
        if facts.ai_config.analyser != Analyser::Gemini {
            return None;
        }
        let language = facts.ai_config.language.as_deref();
        Inquiry::about(facts.question.as_deref(), language, &self.state.said_before(index), text)
    }

    fn weigh(&mut self, inquiry: Option<Inquiry>, said: Said) -> bool {
        let Some(inquiry) = inquiry else {
            return false;
        };
        // Of what was asked about before, the lexical reading stands.
        self.stop_weighing();
        self.state.inquiries = self.state.inquiries.wrapping_add(1);
        let (number, until) = (self.state.inquiries, self.now + PATIENCE_MS);
        self.state.weighing = Some(Weighing { number, until, said });
        self.effects.push(Effect::Analyse { number, inquiry: Box::new(inquiry) });
        true
    }

    /// The text model has answered, or will not. What comes late or twice changes nothing.
    pub(crate) fn analysed(&mut self, number: u32, reply: Option<&str>) {
        if self.state.weighing.as_ref().is_none_or(|weighing| weighing.number != number) {
            return;
        }
        let verdict = reply.map(Verdict::parse).and_then(|verdict| match verdict {
            Ok(verdict) => Some(verdict),
            Err(why) => {
                self.note("dialogue.verdict.unreadable", why.to_string());
                None
            }
        });
        self.weighed(verdict);
    }

    /// Waits no longer: the lexical reading stands.
    pub(crate) fn stop_weighing(&mut self) {
        self.weighed(None);
    }

    fn weighed(&mut self, verdict: Option<Verdict>) {
        let Some(weighing) = self.state.weighing.take() else {
            return;
        };
        match weighing.said {
            Said::Written { text, client_message_id, calls } => {
                let reading = verdict
                    .map(|verdict| verdict.read(&self.state.said_before(self.state.next_index()), &text));
                let index =
                    self.store_student_turn(text, Modality::Text, client_message_id, None, reading.as_ref());
                for call in calls {
                    self.wait_for_answer(call, index);
                }
            }
            Said::Spoken { index } => self.weighed_speech(index, verdict),
        }
    }

    /// The decision about a spoken turn is final.
    fn weighed_speech(&mut self, index: u32, verdict: Option<Verdict>) {
        let history = self.state.said_before(index);
        let Some(turn) = self.state.turn(index) else {
            return;
        };
        let reading = verdict.map(|verdict| verdict.read(&history, &turn.text));
        let decision = self.decide(index, &turn.text, reading.as_ref());
        let id = turn.id.clone();
        let position = usize::try_from(index).unwrap_or(usize::MAX);
        if reading.is_some()
            && let Some(turn) = self.state.turns.get_mut(position)
        {
            turn.analysis = Some(Analysis::from(&decision));
            let turn = Box::new(turn.clone());
            self.effects.push(Effect::Write(Write::Turn(turn)));
        }
        self.tell_decision(id, decision);
        self.changed();
    }

    /// What was decided about the turn that stands at `index`.
    fn decide(&self, index: u32, text: &str, reading: Option<&Reading>) -> Decision {
        let lexical = || mentora_core::dialogue::Lexical.read(&self.state.said_before(index), text);
        let reading = reading.copied().unwrap_or_else(lexical);
        let students =
            |turn: &&mentora_core::documents::Turn| turn.speaker == Speaker::Student && turn.index <= index;
        let count = u32::try_from(self.state.turns.iter().filter(students).count()).unwrap_or(u32::MAX);
        let config = &self.state.record.facts.ai_config;
        next_move_on(config, &self.state.said_before(index), text, count, &reading).0
    }

    pub(crate) fn tell_decision(&mut self, turn_id: TurnId, decision: Decision) {
        self.tell(Event::Decision {
            turn_id,
            strategy: decision.strategy,
            reason: decision.reason,
            features: Some(decision.features),
            alternatives: Some(decision.alternatives),
        });
    }
}
