//! What an answer took, in tokens and money. The model reports it while it answers, after, twice, or never; the last report of
//! an answer is what it cost.

use mentora_core::documents::Usage;
use mentora_core::money::Micros;
use mentora_core::pricing;
use mentora_core::time::seconds;
use mentora_wire::stream::Event;

use crate::Step;
use crate::effect::{Effect, Write};
use crate::record::Unsettled;

/// How long the model's report of tokens may take once the answer is stored.
const PATIENCE_MS: i64 = seconds(20);
/// How long it may take once the model has ended its turn.
const LATE_MS: i64 = seconds(2);

impl Step<'_> {
    /// The model reports tokens: of the answer it is giving, or of the one before, whose end is still under way.
    pub(crate) fn answer_usage(&mut self, usage: Usage) {
        if let Some(trailing) = self.trailing_mut() {
            trailing.usage = Some(usage);
        } else if let Some(answer) = self.state.record.answer.as_mut() {
            answer.usage = Some(usage);
        } else if let Some(unsettled) = self.state.record.unsettled
            // Once the model was asked anew it speaks of the next answer, whose last report is still to come.
            && self.state.record.owed.as_ref().is_none_or(|owed| owed.asked_at.is_none())
            && self.state.record.spoken.is_none()
        {
            self.settle(unsettled.index, Some(usage));
        }
    }

    /// The model has ended its turn and has not told the tokens of it.
    pub(crate) fn expect_usage(&mut self) {
        let until = self.now + LATE_MS;
        if let Some(unsettled) = self.state.record.unsettled.as_mut() {
            unsettled.until = unsettled.until.min(until);
        }
    }

    /// The answer at `index` is stored; what it took may still be told.
    pub(crate) fn await_usage(&mut self, index: u32) {
        self.state.record.unsettled = Some(Unsettled { index, until: self.now + PATIENCE_MS });
    }

    /// The model said it is done with an answer that is stored, or nothing more can come of it.
    pub(crate) fn settle(&mut self, index: u32, usage: Option<Usage>) {
        if self.state.record.unsettled.is_none_or(|unsettled| unsettled.index != index) {
            return;
        }
        self.state.record.unsettled = None;
        self.changed();
        let Some(usage) = usage else {
            self.note("turn.usage.unknown", index.to_string());
            return self.settle_hold(index, None);
        };
        let model = self.state.record.facts.model.clone();
        let cost = pricing::cost(&model, self.now, &usage);
        self.settle_hold(index, Some(cost));
        self.session_used(&usage, cost);
        let position = usize::try_from(index).unwrap_or(usize::MAX);
        if let Some(turn) = self.state.turns.get_mut(position) {
            turn.usage = Some(usage);
            turn.cost_micros = Some(cost);
            self.effects.push(Effect::Write(Write::Turn(Box::new(turn.clone()))));
        }
        self.meter(index, &model, &usage, cost);
    }

    /// Adds to what the conversation took, and tells it.
    pub(crate) fn meter(&mut self, index: u32, model: &str, usage: &Usage, cost_micros: Micros) {
        let turn_id = self.state.turn_id(index);
        let record = &mut self.state.record;
        record.token_usage = record.token_usage.plus(*usage);
        record.cost = record.cost.saturating_add(cost_micros);
        let total_cost_micros = record.cost;
        self.tell(Event::TokenUsage {
            turn_id,
            input: usage.input,
            output: usage.output,
            cost_micros,
            total_cost_micros,
            next_turn_estimate_micros: pricing::estimate_next(model, self.now, usage),
        });
    }
}
