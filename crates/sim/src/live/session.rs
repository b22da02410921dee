//! A session that is set up: whose turn it is, what is being said, what is still to come.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::activity::Utterance;
use super::answer::{Answer, Piece, word_pieces};
use super::close::Close;
use super::connection::{End, Line};
use super::context::{Context, Role, Tokens, Turn, WINDOW};
use super::frames;
use super::input::Ear;
use super::resumption::Held;
use super::setup::{Model, Setup};
use crate::config::{TranscriptMode, UsageMode};
use crate::plan::{Action, Moment, Place, Situation};
use crate::speech::OUTPUT_RATE;
use crate::tutor;
use crate::world::World;

/// A function the client was asked to call.
pub struct PendingCall {
    /// Its id.
    pub id: String,
    /// Whether the model waits for it: audio is not welcome meanwhile.
    pub blocking: bool,
}

/// One Live session on one connection.
pub struct Session {
    pub(super) world: Arc<World>,
    pub(super) line: Line,
    pub(super) setup: Setup,
    pub(super) context: Context,
    pub(super) ear: Ear,
    pub(super) call: Option<PendingCall>,
    /// Client content is history until its `turnComplete`.
    pub(super) seeding: bool,
    pub(super) answer: Option<Answer>,
    place: Place,
    held: Held,
    turn: u32,
    turn_text: String,
    /// A student turn that came while the tutor may not be interrupted.
    waiting: Option<String>,
    late_transcript: Option<String>,
    go_away_at: Option<Instant>,
    close_at: Option<Instant>,
}

enum Event {
    Message(Value),
    Piece(Piece),
    Deadline,
}

/// Whether a fault leaves the turn to go on.
#[derive(PartialEq, Eq)]
enum Effect {
    GoesOn,
    TurnOver,
}

impl Session {
    /// After `setupComplete`.
    pub fn new(
        world: Arc<World>,
        line: Line,
        place: Place,
        setup: Setup,
        held: Held,
        context: Context,
    ) -> Self {
        let resumed = setup.resumption.as_ref().is_some_and(Option::is_some);
        Self {
            ear: Ear::new(setup.detection),
            seeding: setup.history_first && !resumed,
            go_away_at: Some(Instant::now() + world.config.go_away_after),
            world,
            line,
            setup,
            context,
            call: None,
            answer: None,
            place,
            held,
            turn: 0,
            turn_text: String::new(),
            waiting: None,
            late_transcript: None,
            close_at: None,
        }
    }

    /// Runs until the connection ends; gives the line back for the goodbye.
    pub async fn run(mut self) -> (Line, End) {
        let end = match self.live().await {
            Err(end) => end,
            Ok(never) => match never {},
        };
        (self.line, end)
    }

    async fn live(&mut self) -> Result<std::convert::Infallible, End> {
        self.faults(Moment::Setup).await?;
        let resumed = self.setup.resumption.as_ref().is_some_and(Option::is_some);
        if resumed {
            self.offer_handle().await?;
        }
        let mut stopping = self.world.stopping.clone();
        loop {
            let deadline = self.next_deadline();
            let event = tokio::select! {
                message = self.line.receive() => Event::Message(message?),
                piece = next_piece(&mut self.answer) => Event::Piece(piece),
                () = tokio::time::sleep_until(deadline) => Event::Deadline,
                _ = stopping.wait_for(|stop| *stop) => return Err(Close::going_away().into()),
            };
            match event {
                Event::Message(message) => self.take(&message).await?,
                Event::Piece(piece) => self.say(piece).await?,
                Event::Deadline => self.deadline().await?,
            }
        }
    }

    fn next_deadline(&self) -> Instant {
        let playback = self.answer.as_ref().and_then(|answer| answer.playback_ends);
        let far_away = Instant::now() + Duration::from_secs(3_600);
        [playback, self.go_away_at, self.close_at].into_iter().flatten().min().unwrap_or(far_away)
    }

    async fn deadline(&mut self) -> Result<(), End> {
        let now = Instant::now();
        let passed = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        if passed(self.close_at) {
            return Err(Close::deadline_expired().into());
        }
        if passed(self.go_away_at) {
            let left = self.world.config.go_away_time_left;
            self.announce_end(&format!("{}s", left.as_secs_f64()), left).await?;
        }
        if passed(self.answer.as_ref().and_then(|answer| answer.playback_ends)) {
            self.complete_turn().await?;
        }
        Ok(())
    }

    async fn announce_end(&mut self, time_left: &str, left: Duration) -> Result<(), End> {
        self.go_away_at = None;
        self.close_at = Some(Instant::now() + left);
        self.line.send(&frames::go_away(time_left)).await
    }

    /// A spoken student turn.
    pub(super) async fn heard(&mut self, utterance: &Utterance) -> Result<(), End> {
        let transcript = self.world.recogniser.hear(utterance).transcript();
        if self.setup.input_transcription && !transcript.is_empty() {
            if self.world.config.transcript_mode == TranscriptMode::Late {
                self.late_transcript = Some(transcript.clone());
            } else {
                self.send_input_transcript(&transcript).await?;
            }
        }
        let tokens = Tokens::of_audio(utterance.samples.len(), utterance.rate.max(1));
        self.context.push(Turn { role: Role::User, parts: vec![transcript.clone()], tokens });
        self.student_turn(transcript).await
    }

    async fn send_input_transcript(&mut self, transcript: &str) -> Result<(), End> {
        for piece in word_pieces(transcript) {
            self.line.send(&frames::input_transcription(&piece)).await?;
        }
        Ok(())
    }

    /// The student has finished; what was said is in the context.
    pub(super) async fn student_turn(&mut self, text: String) -> Result<(), End> {
        if self.answer.is_some() {
            self.waiting = Some(text);
            return Ok(());
        }
        match self.setup.compression {
            Some(rule) => self.context.compress(rule),
            None if self.context.tokens().total() > WINDOW => return Err(Close::invalid_argument().into()),
            None => {}
        }
        self.line.muted = false;
        self.turn += 1;
        self.turn_text = text;
        self.world.journal.turn();
        if self.setup.resumption.is_some() {
            self.line.send(&frames::resumption_update(None)).await?;
        }
        if self.turn.is_multiple_of(2) {
            self.line.send(&frames::heartbeat()).await?;
        }
        if self.faults(Moment::Turn).await? == Effect::GoesOn {
            self.begin_answer();
        }
        Ok(())
    }

    pub(super) fn begin_answer(&mut self) {
        let text = tutor::reply(self.context.turns());
        self.answer = Some(Answer::begin(text, self.setup.voice, &self.world.speaker, &self.world.config));
    }

    async fn say(&mut self, piece: Piece) -> Result<(), End> {
        let Some(answer) = self.answer.as_mut() else {
            return Ok(());
        };
        match piece {
            Piece::Text(words) => {
                let first = answer.sent_words(&words);
                if self.setup.output_transcription {
                    self.line.send(&frames::output_transcription(&words)).await?;
                }
                if first {
                    self.faults(Moment::FirstText).await?;
                }
            }
            Piece::Audio(samples) => {
                let (first, chunks) = (answer.sent_audio(samples.len()), answer.chunks_sent);
                self.line.send(&frames::audio(&samples)).await?;
                self.after_audio(first, chunks).await?;
            }
            Piece::Bundle(samples, words) => {
                answer.sent_words(&words);
                let (first, chunks) = (answer.sent_audio(samples.len()), answer.chunks_sent);
                let frame = if self.setup.output_transcription {
                    frames::bundled(&samples, &words)
                } else {
                    frames::audio(&samples)
                };
                self.line.send(&frame).await?;
                self.after_audio(first, chunks).await?;
            }
            Piece::Finished => {
                answer.generated(self.world.config.playback_rate);
                self.line.send(&frames::generation_complete()).await?;
                if let Some(transcript) = self.late_transcript.take() {
                    self.send_input_transcript(&transcript).await?;
                }
                self.faults(Moment::GenerationComplete).await?;
            }
        }
        Ok(())
    }

    async fn after_audio(&mut self, first: bool, chunks: u32) -> Result<(), End> {
        if first && self.faults(Moment::FirstAudio).await? == Effect::TurnOver {
            return Ok(());
        }
        self.faults(Moment::Chunks(chunks)).await?;
        Ok(())
    }

    /// The student breaks in: what is being said ends here. Nothing happens when nothing is being said.
    pub(super) async fn interrupt(&mut self) -> Result<(), End> {
        if let Some(call) = self.call.take() {
            self.line.send(&frames::tool_call_cancellation(&call.id)).await?;
        }
        if self.answer.is_none() {
            return Ok(());
        }
        self.line.send(&frames::interrupted()).await?;
        self.complete_turn().await
    }

    /// `turnComplete` with the usage of the turn; the floor is the student's.
    async fn complete_turn(&mut self) -> Result<(), End> {
        let prompt = Tokens::of_text(&self.setup.system_instruction) + self.context.tokens();
        let mut response = Tokens::default();
        if let Some(answer) = self.answer.take() {
            response = Tokens::of_audio(answer.samples_sent, OUTPUT_RATE);
            if !answer.words_sent.is_empty() || answer.samples_sent > 0 {
                let parts = vec![answer.words_sent.clone()];
                self.context.push(Turn { role: Role::Model, parts, tokens: response });
            }
        }
        let mut frame = frames::turn_complete(self.setup.model == Model::ExtendedThinking);
        let usage = frames::usage(prompt, response);
        match self.world.config.usage_mode {
            UsageMode::WithTurn => frame["usageMetadata"] = usage,
            UsageMode::Standalone => self.line.send(&serde_json::json!({ "usageMetadata": usage })).await?,
        }
        self.line.send(&frame).await?;
        self.offer_handle().await?;
        self.faults(Moment::TurnComplete).await?;
        if let Some(text) = self.waiting.take() {
            // Boxed: a turn that had to wait begins from within the end of the one before.
            Box::pin(self.student_turn(text)).await?;
        }
        Ok(())
    }

    pub(super) async fn offer_handle(&mut self) -> Result<(), End> {
        if self.setup.resumption.is_none() {
            return Ok(());
        }
        let handle = self.held.issue(&self.context);
        self.line.send(&frames::resumption_update(Some(&handle))).await
    }

    async fn faults(&mut self, moment: Moment) -> Result<Effect, End> {
        let due = self.world.plan.take(&Situation {
            place: self.place,
            turn: self.turn,
            text: &self.turn_text,
            moment,
        });
        let mut effect = Effect::GoesOn;
        for action in due {
            if Box::pin(self.perform(action)).await? == Effect::TurnOver {
                effect = Effect::TurnOver;
            }
        }
        Ok(effect)
    }

    async fn perform(&mut self, action: Action) -> Result<Effect, End> {
        match action {
            Action::Close(close) | Action::RejectSetup(close) => {
                return Err(Close::new(close.code, &close.reason).into());
            }
            Action::Drop(_) => return Err(End::Drop),
            Action::DelayMs(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
            Action::GoAway(away) => {
                let left = away.duration().unwrap_or_default();
                self.announce_end(&away.time_left, left).await?;
            }
            Action::Garbage(_) => self.line.send_garbage().await?,
            Action::EmptyTurn(_) => {
                self.complete_turn().await?;
                return Ok(Effect::TurnOver);
            }
            Action::PhantomInterrupt(_) => {
                self.line.send(&frames::interrupted()).await?;
                self.complete_turn().await?;
                return Ok(Effect::TurnOver);
            }
            Action::Silence(_) => {
                self.answer = None;
                self.line.muted = true;
                self.line.note("silent from here (fault plan)");
                return Ok(Effect::TurnOver);
            }
            Action::ToolCall(call) => {
                let id = format!("fc_{}", rand::random::<u64>());
                self.line.send(&frames::tool_call(&id, &call.name, &call.args)).await?;
                let blocking = self.setup.blocking_functions.contains(&call.name);
                self.call = Some(PendingCall { id, blocking });
                return Ok(Effect::TurnOver);
            }
            Action::HttpStatus(_) => {}
        }
        Ok(Effect::GoesOn)
    }
}

async fn next_piece(answer: &mut Option<Answer>) -> Piece {
    match answer {
        Some(answer) => answer.next().await,
        None => std::future::pending().await,
    }
}
