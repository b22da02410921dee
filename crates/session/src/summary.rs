//! What came of a conversation. Its end does not wait for it: quotations of the student's first and last words are there
//! at once, and the text model's summary takes their place in the document when it comes. Who is told of the end has just
//! heard the tutor's own closing words, so that a moment later is early enough, and no failure of the text model keeps a
//! conversation open.

use mentora_core::dialogue::Utterance;
use mentora_core::documents::{Speaker, Turn};
use mentora_core::prompts::summary::{self, Record};
use mentora_core::time::{Millis, seconds};

use crate::Step;
use crate::effect::Effect;
use crate::record::Summing;

/// Longest quotation, in characters.
const QUOTE_CHARS: usize = 200;
/// How long the text model may take.
const PATIENCE_MS: i64 = seconds(30);
/// How long after a failure it is asked again.
const PAUSE_MS: i64 = seconds(10);
/// How often it is asked.
const ATTEMPTS: u32 = 3;

impl Step<'_> {
    /// The conversation has ended: the text model is to sum it up, if anything was said.
    pub(crate) fn sum_up(&mut self) {
        self.state.record.summing = None;
        if self.state.student_turns() > 0 && !self.state.record.outbox.refused {
            self.ask_for_summary(1);
        }
    }

    fn ask_for_summary(&mut self, attempt: u32) {
        let Some(ended_at) = self.state.record.ended.as_ref().map(|ended| ended.at) else {
            return;
        };
        self.state.record.summing = Some(Summing { until: self.now + PATIENCE_MS, attempt, asked: true });
        let facts = &self.state.record.facts;
        let turns: Vec<Utterance<'_>> = self.state.said_before(u32::MAX);
        let question = summary::question(&Record {
            question: facts.question.as_deref().unwrap_or(&facts.title),
            language: facts.ai_config.language.as_deref(),
            turns: &turns,
        });
        self.effects.push(Effect::Summarise { ended_at, question: Box::new(question) });
    }

    /// The text model answered, or not. What it says of an end that was taken back, or has a summary, is passed over.
    pub(crate) fn summarised(&mut self, ended_at: Millis, answer: Option<&str>) {
        let Some(summing) = self.state.record.summing else {
            return;
        };
        let Some(ended) = self.state.record.ended.as_mut().filter(|ended| ended.at == ended_at) else {
            return;
        };
        match answer.and_then(summary::read) {
            Some(text) => {
                ended.summary = text;
                self.state.record.summing = None;
                self.changed();
            }
            None => {
                self.note("summary.missed", summing.attempt.to_string());
                let asked = false;
                let again = Summing { until: self.now + PAUSE_MS, asked, ..summing };
                self.state.record.summing = (summing.attempt < ATTEMPTS).then_some(again);
            }
        }
    }

    /// The pause after a failure is over, or no answer came: by now it may have been asked in another life.
    pub(crate) fn summary_overdue(&mut self) {
        let Some(summing) = self.state.record.summing.filter(|summing| summing.until <= self.now) else {
            return;
        };
        if summing.asked {
            self.note("summary.missed", summing.attempt.to_string());
        }
        if summing.attempt < ATTEMPTS {
            self.ask_for_summary(summing.attempt.saturating_add(1));
        } else {
            self.state.record.summing = None;
        }
    }
}

/// Where it began and where it led, in the student's own words.
pub(crate) fn quotations(turns: &[Turn]) -> String {
    let mut student = turns.iter().filter(|turn| turn.speaker == Speaker::Student);
    let Some(first) = student.next() else {
        return "Nothing was said.".to_owned();
    };
    let rest = student.clone().count();
    let answers = turns.iter().filter(|turn| turn.speaker == Speaker::Tutor).count();
    let count = rest.saturating_add(1);
    let began = quote(&first.text);
    let ended = student.next_back().map(|last| quote(&last.text));
    match (is_chinese(&first.text), ended) {
        (false, Some(ended)) => format!(
            "It began with: “{began}” After {answers} answers of the tutor and {count} turns of the student it ended with: “{ended}”"
        ),
        (false, None) => format!("It began with: “{began}” It went no further."),
        (true, Some(ended)) => {
            format!(
                "對話從「{began}」開始。經過導師 {answers} 次回應與學生 {count} 次發言，結束於「{ended}」。"
            )
        }
        (true, None) => format!("對話從「{began}」開始，沒有再進行下去。"),
    }
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}'))
}

fn quote(text: &str) -> String {
    let mut quoted: String = text.chars().take(QUOTE_CHARS).collect();
    if quoted.len() < text.len() {
        quoted.push('…');
    }
    quoted
}
