//! A tutor on a script: what it answers, when each piece comes, and how it fails.

use mentora_gemini::{ClientMessage, ServerEvent, Usage};

use crate::closes::{CLOSES, passing};
use crate::random::Random;

/// Something the model does.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    Says(ServerEvent),
    Speaks {
        bytes: usize,
    },
    /// By a row of [`CLOSES`].
    Goes(usize),
}

/// A piece of the script: when, what, and of which answer (so that a broken-into one stops).
pub type Piece = (i64, Act, u32);

/// Of no answer that could be broken into.
const ALWAYS: u32 = 0;

#[derive(Debug, Default)]
pub struct Model {
    /// Counts answers; pieces of older ones are void once it was broken into.
    pub answer: u32,
    answering: bool,
    /// Whether it listens itself for where speech begins and ends.
    pub listens: bool,
    prompt_tokens: u64,
    said: u32,
    /// Messages that came twice.
    pub doubled: u64,
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
            if random.percent(10) {
                return Vec::new(); // It never answers.
            }
            return vec![(delay, Act::Goes(any_close(random)), ALWAYS)];
        }
        vec![(delay, Act::Says(ServerEvent::SetupComplete), ALWAYS)]
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
        if faulty { self.garble(script, random) } else { script }
    }

    /// Some of it comes twice, and some with nothing in it.
    fn garble(&mut self, script: Vec<Piece>, random: &mut Random) -> Vec<Piece> {
        let mut garbled = Vec::with_capacity(script.len() + 4);
        for (at, act, id) in script {
            if random.percent(4) {
                let empty = match random.between(0, 3) {
                    0 => Act::Says(ServerEvent::Spoke(String::new())),
                    1 => Act::Says(ServerEvent::HeardStudent(String::new())),
                    2 => Act::Says(ServerEvent::Resumable(None)),
                    _ => Act::Speaks { bytes: 0 },
                };
                garbled.push((at, empty, id));
            }
            if random.percent(4) && !matches!(act, Act::Goes(_)) {
                self.doubled += 1;
                garbled.push((at + random.between(0, 30), act.clone(), id));
            }
            garbled.push((at, act, id));
        }
        garbled
    }

    /// What comes of something that the student says to a model that listens for itself.
    pub fn hear_voice(&mut self, random: &mut Random, faulty: bool) -> Vec<Piece> {
        let mut script = self.broken_into();
        self.answering = true;
        script.extend(self.answer_script(true, random, faulty));
        if faulty { self.garble(script, random) } else { script }
    }

    /// The rest of the old answer is void, its end is told.
    fn broken_into(&mut self) -> Vec<Piece> {
        self.answer += 1;
        if !std::mem::take(&mut self.answering) {
            return Vec::new();
        }
        let usage = self.usage(3);
        let said = [ServerEvent::Interrupted, ServerEvent::Usage(usage), ServerEvent::TurnComplete];
        said.into_iter().zip([5, 6, 6]).map(|(event, at)| (at, Act::Says(event), ALWAYS)).collect()
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
                    1 => Act::Goes(any_close(random)),
                    _ => Act::Goes(passing_close(random)),
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
        for n in 0..if random.percent(20) { random.between(1, 4) as u64 } else { 0 } {
            // Reports repeat and grow; the last counts.
            push(at, ServerEvent::Usage(Usage { output_audio: n, ..usage }));
        }
        let lacks = |random: &mut Random| faulty && random.percent(4);
        if !lacks(random) {
            push(at, ServerEvent::GenerationComplete);
        }
        let end = at + random.between(0, 1_500);
        if !lacks(random) {
            let late = if faulty && random.percent(10) { random.between(1, 1_500) } else { 0 };
            push(end + late, ServerEvent::Usage(usage));
        }
        if !lacks(random) {
            push(end, ServerEvent::TurnComplete);
        }
        push(end + 1, ServerEvent::Resumable(Some(format!("handle-{}", self.said))));
        if faulty && random.percent(5) {
            for _ in 0..random.between(1, 2) {
                push(end + random.between(0, 500), ServerEvent::Interrupted); // Late, and twice.
            }
        }
        if faulty && random.percent(10) {
            push(random.between(0, end), ServerEvent::GoAway { time_left_ms: 5_000 });
            script.push((end + 5_000, Act::Goes(passing_close(random)), ALWAYS));
        } else if faulty && random.percent(3) {
            script.push((end + random.between(0, 20_000), Act::Goes(any_close(random)), ALWAYS));
        }
        script
    }

    /// Each report bears the number of its answer where it costs nothing, by which it is known again.
    fn usage(&mut self, chunks: u64) -> Usage {
        self.prompt_tokens += 40;
        let input_cached = u64::from(self.said);
        Usage { input_text: self.prompt_tokens, input_cached, output_audio: chunks * 5, ..Usage::default() }
    }

    /// Whether a piece of the script still holds.
    pub fn holds(&self, answer: u32) -> bool {
        answer == ALWAYS || answer == self.answer
    }

    /// Told of its own turn's end, so that a later message is no interruption.
    pub fn ended(&mut self, answer: u32) {
        if answer == self.answer {
            self.answering = false;
        }
    }
}

/// Which answer says this.
pub fn answer_in(said: &str) -> Option<u32> {
    said.strip_prefix("why ")?.split_once('.')?.0.parse().ok()
}

fn any_close(random: &mut Random) -> usize {
    random.between(0, CLOSES.len() as i64 - 1) as usize
}

fn passing_close(random: &mut Random) -> usize {
    let passing: Vec<usize> = passing().collect();
    passing[random.between(0, passing.len() as i64 - 1) as usize]
}
