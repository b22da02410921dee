//! A student's voice: espeak-ng where it is installed, else a sound that rises and falls as speech does.

use std::f64::consts::TAU;
use std::process::{Command, Stdio};

use crate::sim::Sim;

const SYNTHETIC_RATE: u32 = 16_000;
const CHUNKS_PER_SECOND: u32 = 10;

/// Something said aloud: PCM16LE, mono.
pub struct Speech {
    pub rate: u32,
    pcm: Vec<u8>,
}

impl Speech {
    /// Says `text`, and lets the stand-in know what it will hear.
    pub async fn of(sim: &Sim, text: &str) -> Self {
        let speech = spoken(text).unwrap_or_else(|| synthetic(text));
        sim.learn(speech.wav(), text).await;
        speech
    }

    /// Its sound in pieces of 100 ms.
    pub fn chunks(&self) -> impl Iterator<Item = &[u8]> {
        let samples = self.rate / CHUNKS_PER_SECOND;
        self.pcm.chunks(2 * samples as usize)
    }

    fn wav(&self) -> Vec<u8> {
        let length = u32::try_from(self.pcm.len()).unwrap();
        let mut file = b"RIFF".to_vec();
        file.extend((36 + length).to_le_bytes());
        file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
        file.extend(self.rate.to_le_bytes());
        file.extend((self.rate * 2).to_le_bytes());
        file.extend(b"\x02\0\x10\0data");
        file.extend(length.to_le_bytes());
        file.extend(&self.pcm);
        file
    }
}

fn spoken(text: &str) -> Option<Speech> {
    let mut espeak = Command::new("espeak-ng");
    let output = espeak.args(["--stdout", "-v", "en", text]).stderr(Stdio::null()).output().ok()?;
    // A canonical WAV header: the rate stands at 24, the samples follow the 44 bytes of it.
    let wav = output.stdout;
    let rate = u32::from_le_bytes(wav.get(24..28)?.try_into().ok()?);
    let pcm = wav.get(44..)?.to_vec();
    output.status.success().then_some(Speech { rate, pcm })
}

#[allow(clippy::cast_possible_truncation, reason = "within 16 bits by construction")]
fn synthetic(text: &str) -> Speech {
    let sample = |at: u32, letter: u8| {
        let seconds = f64::from(at) / f64::from(SYNTHETIC_RATE);
        let loudness = 2_000.0 + 200.0 * f64::from(letter % 32);
        ((loudness * (TAU * 320.0 * seconds).sin()) as i16).to_le_bytes()
    };
    let letters = text.bytes().enumerate();
    let per_letter = SYNTHETIC_RATE / 15;
    let pcm = letters.flat_map(|(place, letter)| {
        let begin = u32::try_from(place).unwrap() * per_letter;
        (begin..begin + per_letter).flat_map(move |at| sample(at, letter))
    });
    Speech { rate: SYNTHETIC_RATE, pcm: pcm.collect() }
}
