//! Voices and ears of the offline tutor.
//!
//! - [`espeak`]: espeak-ng as a child process, one per utterance
//! - [`tone`]: a quiet melody as long as the text, where no synthesiser is installed
//! - [`resample`]: from one sample rate to another
//! - [`wav`]: reading WAV files
//! - [`recognise`]: knowing a recording again; there is no real speech recognition offline

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};

use crate::config::VoiceEngine;

pub mod espeak;
pub mod recognise;
pub mod resample;
pub mod tone;
pub mod wav;

/// Samples per second of everything the tutor says; Live sends mono 16-bit PCM at this rate.
pub const OUTPUT_RATE: u32 = 24_000;

/// Synthesiser processes at the same time; more utterances wait their turn.
const PARALLEL: usize = 4;
/// Longest wait for a free process; after it the utterance is played as tones.
const QUEUE: Duration = Duration::from_secs(2);
/// Chunks that may lie ready before the listener takes them.
const READY_CHUNKS: usize = 64;

/// Speaks.
#[derive(Debug, Clone)]
pub struct Speaker {
    espeak: bool,
    processes: Arc<Semaphore>,
}

/// espeak-ng was asked for by name and is not there.
#[derive(Debug, thiserror::Error)]
#[error("--voice espeak needs the program espeak-ng on the PATH; install it, or use --voice auto")]
pub struct EspeakMissing;

impl Speaker {
    /// Looks for the synthesiser once.
    pub async fn find(engine: VoiceEngine) -> Result<Self, EspeakMissing> {
        let espeak = match engine {
            VoiceEngine::Tone => false,
            VoiceEngine::Auto => espeak::is_installed().await,
            VoiceEngine::Espeak if espeak::is_installed().await => true,
            VoiceEngine::Espeak => return Err(EspeakMissing),
        };
        Ok(Self { espeak, processes: Arc::new(Semaphore::new(PARALLEL)) })
    }

    /// `espeak-ng` or `tones`.
    pub fn engine_name(&self) -> &'static str {
        if self.espeak { "espeak-ng" } else { "tones" }
    }

    /// Begins to speak; chunks of `chunk` samples arrive as they are ready, the last one may be shorter.
    /// Dropping the receiver stops it.
    pub fn speak(&self, text: &str, voice: &str, chunk: usize) -> mpsc::Receiver<Vec<i16>> {
        let (chunks, receiver) = mpsc::channel(READY_CHUNKS);
        let (speaker, text, voice) = (self.clone(), text.to_owned(), voice.to_owned());
        tokio::spawn(async move {
            let mut chunker = Chunker { chunks, chunk: chunk.max(1), pending: Vec::new() };
            if speaker.espeak {
                let permit = tokio::time::timeout(QUEUE, speaker.processes.acquire()).await;
                if let Ok(Ok(_permit)) = permit
                    && espeak::speak(&text, &voice, &mut chunker).await > 0
                {
                    return chunker.finish().await;
                }
            }
            let _ = chunker.push(&tone::melody(&text, &voice)).await;
            chunker.finish().await;
        });
        receiver
    }
}

/// The listener has gone.
#[derive(Debug)]
pub struct Gone;

/// Cuts a stream of samples into chunks of one length.
pub struct Chunker {
    chunks: mpsc::Sender<Vec<i16>>,
    chunk: usize,
    pending: Vec<i16>,
}

impl Chunker {
    /// Takes in samples.
    pub async fn push(&mut self, samples: &[i16]) -> Result<(), Gone> {
        self.pending.extend_from_slice(samples);
        while self.pending.len() >= self.chunk {
            let rest = self.pending.split_off(self.chunk);
            let chunk = std::mem::replace(&mut self.pending, rest);
            self.chunks.send(chunk).await.map_err(|_| Gone)?;
        }
        Ok(())
    }

    async fn finish(mut self) {
        if !self.pending.is_empty() {
            let _ = self.chunks.send(std::mem::take(&mut self.pending)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn seconds(speaker: &Speaker, text: &str) -> f64 {
        let mut chunks = speaker.speak(text, "Kore", 2_400);
        let mut samples = 0;
        while let Some(chunk) = chunks.recv().await {
            assert!(chunk.len() <= 2_400);
            samples += chunk.len();
        }
        samples as f64 / f64::from(OUTPUT_RATE)
    }

    #[tokio::test]
    async fn a_question_takes_about_as_long_as_a_person_needs_for_it() {
        let tones = Speaker::find(VoiceEngine::Tone).await.unwrap();
        let auto = Speaker::find(VoiceEngine::Auto).await.unwrap();
        for speaker in [&tones, &auto] {
            let short = seconds(speaker, "Why?").await;
            let long = seconds(
                speaker,
                "You say screens harm sleep. What makes you sure that it is the screens, and not the late hour?",
            )
            .await;
            assert!((0.15..2.0).contains(&short), "{short} s with {}", speaker.engine_name());
            assert!((3.5..10.0).contains(&long), "{long} s with {}", speaker.engine_name());
            let chinese = seconds(speaker, "你說社群媒體有害，但你怎麼知道是媒體本身造成的？").await;
            assert!((2.0..12.0).contains(&chinese), "{chinese} s with {}", speaker.engine_name());
        }
    }

    #[tokio::test]
    async fn the_first_chunk_is_ready_at_once() {
        let speaker = Speaker::find(VoiceEngine::Auto).await.unwrap();
        let begin = std::time::Instant::now();
        let long_text = "What would have to be true for your claim to fail? ".repeat(10);
        let chunk = speaker.speak(&long_text, "Kore", 2_400).recv().await;
        assert!(chunk.is_some());
        assert!(begin.elapsed() < Duration::from_millis(1_000), "{:?}", begin.elapsed());
    }
}
