//! One answer of the tutor on its way out: words and voice, cut into messages, at the pace of a real server.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::config::{Config, TranscriptMode};
use crate::speech::{OUTPUT_RATE, Speaker};

/// Google delivers audio in bursts faster than it is played.
const AHEAD_OF_PLAYBACK: f64 = 4.0;
/// Rough speed of speech, for spreading the words over the audio: characters per second.
const LETTERS_PER_SECOND: f64 = 15.0;
const CJK_PER_SECOND: f64 = 4.5;

/// What is sent next.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// A word or two.
    Text(String),
    /// Audio.
    Audio(Vec<i16>),
    /// Audio with the words it says.
    Bundle(Vec<i16>, String),
    /// That was all.
    Finished,
}

/// An answer being generated or played.
pub struct Answer {
    pieces: mpsc::Receiver<Piece>,
    task: AbortHandle,
    /// Everything that will be said.
    pub text: String,
    /// Words sent so far.
    pub words_sent: String,
    /// Audio samples sent so far.
    pub samples_sent: usize,
    /// Audio messages sent so far.
    pub chunks_sent: u32,
    /// When the first audio was sent.
    pub first_audio: Option<Instant>,
    /// `generationComplete` has been sent; the pretended playback ends at this time.
    pub playback_ends: Option<Instant>,
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Answer {
    /// Begins to generate.
    pub fn begin(text: String, voice: &str, speaker: &Speaker, config: &Config) -> Self {
        let (sender, pieces) = mpsc::channel(8);
        let producer = Producer {
            words: word_pieces(&text),
            seconds: estimated_seconds(&text),
            mode: config.transcript_mode,
            think: config.think,
            rate: config.playback_rate,
        };
        let chunk = (config.chunk.as_secs_f64() * f64::from(OUTPUT_RATE)) as usize;
        let voice = speaker.speak(&text, voice, chunk);
        let task = tokio::spawn(async move {
            let _ = producer.run(voice, sender).await;
        });
        Self {
            pieces,
            task: task.abort_handle(),
            text,
            words_sent: String::new(),
            samples_sent: 0,
            chunks_sent: 0,
            first_audio: None,
            playback_ends: None,
        }
    }

    /// The next piece; waits for ever once everything is out.
    pub async fn next(&mut self) -> Piece {
        match self.pieces.recv().await {
            Some(piece) => piece,
            None => std::future::pending().await,
        }
    }

    /// Notes words that were sent; true for the first ones.
    pub fn sent_words(&mut self, words: &str) -> bool {
        let first = self.words_sent.is_empty() && !words.is_empty();
        self.words_sent.push_str(words);
        first
    }

    /// Notes audio that was sent; true for the first.
    pub fn sent_audio(&mut self, samples: usize) -> bool {
        self.samples_sent += samples;
        self.chunks_sent += 1;
        let first = self.first_audio.is_none();
        self.first_audio.get_or_insert_with(Instant::now);
        first
    }

    /// Everything is generated: from now on the answer is only played.
    pub fn generated(&mut self, playback_rate: f64) {
        let seconds = self.samples_sent as f64 / f64::from(OUTPUT_RATE);
        let played = if playback_rate > 0.0 { seconds / playback_rate } else { 0.0 };
        let begin = self.first_audio.unwrap_or_else(Instant::now);
        self.playback_ends = Some(begin + Duration::from_secs_f64(played));
    }
}

struct Producer {
    words: Vec<String>,
    seconds: f64,
    mode: TranscriptMode,
    think: Duration,
    rate: f64,
}

/// Nobody listens any more.
struct Stopped;

impl From<mpsc::error::SendError<Piece>> for Stopped {
    fn from(_: mpsc::error::SendError<Piece>) -> Self {
        Self
    }
}

impl Producer {
    async fn run(self, mut voice: mpsc::Receiver<Vec<i16>>, out: mpsc::Sender<Piece>) -> Result<(), Stopped> {
        tokio::time::sleep(self.think).await;
        let mut words = self.words.iter();
        let mut words_out = 0_usize;
        let mut samples_out = 0_usize;
        if self.mode == TranscriptMode::Interleaved
            && let Some(word) = words.next()
        {
            words_out += 1;
            out.send(Piece::Text(word.clone())).await?;
        }
        while let Some(chunk) = voice.recv().await {
            samples_out += chunk.len();
            let chunk_seconds = chunk.len() as f64 / f64::from(OUTPUT_RATE);
            let progress = samples_out as f64 / f64::from(OUTPUT_RATE) / self.seconds;
            let due = ((progress * self.words.len() as f64).ceil() as usize).saturating_sub(words_out);
            match self.mode {
                TranscriptMode::Bundled => {
                    let text: String = words.by_ref().take(due).map(String::as_str).collect();
                    out.send(if text.is_empty() { Piece::Audio(chunk) } else { Piece::Bundle(chunk, text) })
                        .await?;
                    words_out += due;
                }
                TranscriptMode::Interleaved => {
                    out.send(Piece::Audio(chunk)).await?;
                    for word in words.by_ref().take(due) {
                        out.send(Piece::Text(word.clone())).await?;
                    }
                    words_out += due;
                }
                TranscriptMode::Late => out.send(Piece::Audio(chunk)).await?,
            }
            if self.rate > 0.0 {
                tokio::time::sleep(Duration::from_secs_f64(chunk_seconds / (self.rate * AHEAD_OF_PLAYBACK)))
                    .await;
            }
        }
        for word in words {
            out.send(Piece::Text(word.clone())).await?;
        }
        out.send(Piece::Finished).await?;
        Ok(())
    }
}

/// The transcript as Google cuts it: words with their leading space, Chinese in twos and threes.
/// Joined without anything between them they are the text again.
pub fn word_pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut cjk_run = 0;
    for letter in text.chars() {
        let cjk = crate::tutor::is_cjk(letter);
        let begins = letter == ' ' || (cjk && cjk_run % 3 == 0);
        cjk_run = if cjk { cjk_run + 1 } else { 0 };
        match pieces.last_mut() {
            Some(piece) if !begins => piece.push(letter),
            _ => pieces.push(letter.to_string()),
        }
    }
    pieces
}

fn estimated_seconds(text: &str) -> f64 {
    let cjk = text.chars().filter(|letter| crate::tutor::is_cjk(*letter)).count() as f64;
    let other = text.chars().count() as f64 - cjk;
    (cjk / CJK_PER_SECOND + other / LETTERS_PER_SECOND).max(0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_joined_are_the_text() {
        for text in ["What makes you sure?", "你說社群媒體有害，為什麼？", "", "  two spaces", "用 AI 學習"]
        {
            assert_eq!(word_pieces(text).concat(), text);
        }
        assert_eq!(word_pieces("What makes you"), ["What", " makes", " you"]);
    }
}
