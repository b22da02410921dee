//! A tutor on a script: what it answers, when each piece comes, and how it fails.

use mentora_gemini::{ClientMessage, Loss, ServerEvent, Usage};

use crate::random::Random;

/// Something the model does.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    Says(ServerEvent),
    Speaks { bytes: usize },
    Goes(Loss),
}

/// A piece of the script: when, what, and of which answer (so that a broken-into one stops).
pub type Piece = (i64, Act, u32);

#[derive(Debug, Default)]
pub struct Model {
    /// Counts answers; pieces of older ones are void once it was broken into.
    pub answer: u32,
    answering: bool,
    /// Whether it listens itself for where speech begins and ends.
    pub listens: bool,
    prompt_tokens: u64,
    said: u32,
    /// It was told how to answer what it is about to hear.
    steered: bool,
}

impl Model {
    /// What comes of a setup.
    pub fn open(&mut self, random: &mut Random, faulty: bool) -> Vec<Piece> {
        self.answering = false;
        self.steered = false;
        let delay = random.between(20, 400);
        if faulty && random.percent(12) {
            let loss = match random.between(0, 9) {
                0 => Loss::Quota,
                1 => Loss::FatalConfig,
                2..=4 => Loss::RetryFresh,
                5 => return Vec::new(), // It never answers.
                _ => Loss::RetryWithHandle,
            };
            return vec![(delay, Act::Goes(loss), 0)];
        }
        vec![(delay, Act::Says(ServerEvent::SetupComplete), 0)]
    }

    /// What comes of a message.
    pub fn hear(&mut self, message: &ClientMessage, random: &mut Random, faulty: bool) -> Vec<Piece> {
        if *message == ClientMessage::AudioStreamEnd {
            assert!(self.listens, "a model that is told of activities refuses the end of the stream");
            return Vec::new();
        }
        let steered = std::mem::replace(&mut self.steered, matches!(message, ClientMessage::Steer { .. }));
        assert!(
            !steered || *message == ClientMessage::ActivityStart,
            "guidance for speech, and then {message:?}"
        );
        if self.steered {
            return Vec::new();
        }
        let mut script = self.broken_into();
        let spoken = match message {
            ClientMessage::AudioStreamEnd | ClientMessage::Steer { .. } => return script,
            ClientMessage::ActivityStart | ClientMessage::ActivityEnd if self.listens => {
                panic!("a model that listens for itself refuses {message:?}")
            }
            ClientMessage::ActivityStart => return script,
            ClientMessage::ActivityEnd => true,
            ClientMessage::Said { parts } => {
                assert!(parts.iter().all(|part| !part.is_empty()), "an empty part is refused by the model");
                false
            }
        };
        self.answering = true;
        script.extend(self.answer_script(spoken, random, faulty));
        script
    }

    /// What comes of something that the student says to a model that listens for itself.
    pub fn hear_voice(&mut self, random: &mut Random, faulty: bool) -> Vec<Piece> {
        let mut script = self.broken_into();
        self.answering = true;
        script.extend(self.answer_script(true, random, faulty));
        script
    }

    /// The rest of the old answer is void, its end is told.
    fn broken_into(&mut self) -> Vec<Piece> {
        self.answer += 1;
        if !std::mem::take(&mut self.answering) {
            return Vec::new();
        }
        let usage = self.usage(3);
        let said = [ServerEvent::Interrupted, ServerEvent::Usage(usage), ServerEvent::TurnComplete];
        said.into_iter().zip([5, 6, 6]).map(|(event, at)| (at, Act::Says(event), self.answer)).collect()
    }

    fn answer_script(&mut self, spoken: bool, random: &mut Random, faulty: bool) -> Vec<Piece> {
        let id = self.answer;
        self.said += 1;
        let mut script = Vec::new();
        let mut at = random.between(30, 900);
        let mut push = |at: i64, event: ServerEvent| script.push((at, Act::Says(event), id));
        if spoken {
            let late = random.percent(30);
            let transcript_at = if late { at + random.between(0, 1_500) } else { at / 2 };
            if !(faulty && random.percent(10)) {
                push(transcript_at, ServerEvent::HeardStudent(" I said".into()));
                push(transcript_at + 20, ServerEvent::HeardStudent(format!(" number {}", self.said)));
            }
        }
        if faulty && random.percent(6) {
            return script; // Silence for ever.
        }
        if faulty && random.percent(6) {
            push(at, ServerEvent::TurnComplete); // A turn without a word.
            self.answering = false;
            return script;
        }
        if faulty && random.percent(5) {
            push(at, ServerEvent::Interrupted); // For no reason.
        }
        let chunks = random.between(1, 8);
        let breaks_at = if faulty && random.percent(15) { random.between(0, chunks) } else { i64::MAX };
        for n in 0..chunks {
            if n == breaks_at {
                let end = match random.between(0, 3) {
                    0 => return script, // It stops.
                    1 => Act::Goes(Loss::RetryFresh),
                    _ => Act::Goes(Loss::RetryWithHandle),
                };
                script.push((at, end, id));
                return script;
            }
            script.push((at, Act::Says(ServerEvent::Spoke(format!(" why {}.{n}?", self.said))), id));
            script.push((at, Act::Speaks { bytes: 9_600 }, id));
            at += random.between(10, 300);
        }
        let usage = self.usage(chunks as u64);
        let mut push = |at: i64, event: ServerEvent| script.push((at, Act::Says(event), id));
        if random.percent(20) {
            push(at, ServerEvent::Usage(Usage { output_audio: 1, ..usage })); // Reports repeat; the last counts.
        }
        push(at, ServerEvent::GenerationComplete);
        let end = at + random.between(0, 1_500);
        push(end, ServerEvent::Usage(usage));
        push(end, ServerEvent::TurnComplete);
        push(end + 1, ServerEvent::Resumable(Some(format!("handle-{}", self.said))));
        if faulty && random.percent(5) {
            push(end + random.between(0, 500), ServerEvent::Interrupted); // Late.
        }
        if faulty && random.percent(10) {
            push(random.between(0, end), ServerEvent::GoAway { time_left_ms: 5_000 });
            script.push((end + 5_000, Act::Goes(Loss::RetryWithHandle), 0));
        }
        script
    }

    fn usage(&mut self, chunks: u64) -> Usage {
        self.prompt_tokens += 40;
        Usage { input_text: self.prompt_tokens, output_audio: chunks * 5, ..Usage::default() }
    }

    /// Whether a piece of the script still holds.
    pub fn holds(&self, answer: u32) -> bool {
        answer == 0 || answer == self.answer
    }

    /// Told of its own turn's end, so that a later message is no interruption.
    pub fn ended(&mut self, answer: u32) {
        if answer == self.answer {
            self.answering = false;
        }
    }
}
