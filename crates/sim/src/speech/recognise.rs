//! Knowing a recording again. There is no speech recognition offline; what can be done honestly is to compare
//! how loud the sound is over time with recordings whose text was given beforehand. That survives resampling,
//! a different volume and silence before and after. Anything else is not transcribed, and the transcript says so.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::wav;
use crate::live::activity::Utterance;

/// Envelope resolution in milliseconds.
const STEP_MS: usize = 20;
/// Correlation from which two envelopes are the same recording. Different sentences stay below 0.7; a recording that went
/// through a browser's noise suppression and gain control comes out at about 0.88.
const SAME: f64 = 0.8;
/// How far the two may be shifted against each other, in steps.
const SHIFT: isize = 25;
/// Recordings known at a time.
const RECORDINGS: usize = 256;

/// What was heard, in words where they are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The words are known.
    Words(String),
    /// Speech whose words are not known.
    Unknown {
        /// Length in tenths of a second.
        tenths: u32,
    },
    /// No sound that could be speech.
    Nothing,
}

impl Heard {
    /// As it stands in `inputTranscription` and in the dialogue.
    pub fn transcript(&self) -> String {
        match self {
            Self::Words(text) => text.clone(),
            Self::Unknown { tenths } => {
                format!(
                    "(spoken, {}.{} s — the offline tutor cannot transcribe speech)",
                    tenths / 10,
                    tenths % 10
                )
            }
            Self::Nothing => String::new(),
        }
    }
}

/// Texts to be heard next, and recordings that are known.
#[derive(Default)]
pub struct Recogniser {
    queue: Mutex<VecDeque<String>>,
    recordings: Mutex<VecDeque<Recording>>,
}

struct Recording {
    envelope: Vec<f64>,
    text: String,
}

/// Why a recording cannot be learnt.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// The file cannot be read.
    #[error(transparent)]
    Wav(#[from] wav::WavError),
    /// There is nothing in it to compare.
    #[error("the recording is silent or shorter than a quarter of a second")]
    TooShort,
    /// The folder cannot be read.
    #[error("{0}: {1}")]
    Folder(String, std::io::Error),
}

impl Recogniser {
    /// The next utterances mean these texts, whatever they sound like.
    pub fn expect(&self, texts: impl IntoIterator<Item = String>) {
        lock(&self.queue).extend(texts);
    }

    /// Forgets the texts that wait.
    pub fn expect_nothing(&self) {
        lock(&self.queue).clear();
    }

    /// From now on this recording is known.
    pub fn learn(&self, wav: &[u8], text: &str) -> Result<(), LearnError> {
        let envelope = envelope(&wav::read(wav)?);
        if envelope.len() < 250 / STEP_MS {
            return Err(LearnError::TooShort);
        }
        let mut recordings = lock(&self.recordings);
        recordings.push_back(Recording { envelope, text: text.to_owned() });
        if recordings.len() > RECORDINGS {
            recordings.pop_front();
        }
        Ok(())
    }

    /// Learns every `NAME.wav` that has a `NAME.txt` beside it; tells how many there were.
    pub fn learn_folder(&self, folder: &Path) -> Result<usize, LearnError> {
        let trouble = |path: &Path, error| LearnError::Folder(path.display().to_string(), error);
        let mut learnt = 0;
        for entry in std::fs::read_dir(folder).map_err(|error| trouble(folder, error))? {
            let path = entry.map_err(|error| trouble(folder, error))?.path();
            let words = path.with_extension("txt");
            if path.extension().is_some_and(|extension| extension == "wav") && words.is_file() {
                let text = std::fs::read_to_string(&words).map_err(|error| trouble(&words, error))?;
                let wav = std::fs::read(&path).map_err(|error| trouble(&path, error))?;
                self.learn(&wav, text.trim())?;
                learnt += 1;
            }
        }
        Ok(learnt)
    }

    /// The words of an utterance, as far as they can be known.
    pub fn hear(&self, utterance: &Utterance) -> Heard {
        if !utterance.is_audible() {
            return Heard::Nothing;
        }
        if let Some(text) = lock(&self.queue).pop_front() {
            return Heard::Words(text);
        }
        let heard = envelope(utterance);
        let recordings = lock(&self.recordings);
        let best = recordings
            .iter()
            .map(|recording| (likeness(&recording.envelope, &heard), recording))
            .max_by(|left, right| left.0.total_cmp(&right.0));
        match best {
            Some((likeness, recording)) if likeness >= SAME => Heard::Words(recording.text.clone()),
            _ => Heard::Unknown { tenths: (utterance.seconds() * 10.0).round() as u32 },
        }
    }
}

/// Loudness over time without the silence around it. The root makes soft syllables count.
fn envelope(utterance: &Utterance) -> Vec<f64> {
    let step = (utterance.rate as usize * STEP_MS / 1000).max(1);
    let loudness: Vec<f64> = utterance
        .samples
        .chunks(step)
        .map(|frame| {
            let power: f64 = frame.iter().map(|sample| f64::from(*sample).powi(2)).sum();
            (power / frame.len() as f64).powf(0.25)
        })
        .collect();
    let loudest = loudness.iter().copied().fold(0.0, f64::max);
    let audible = |value: &f64| *value > loudest * 0.25;
    let first = loudness.iter().position(audible).unwrap_or(0);
    let last = loudness.iter().rposition(audible).map_or(0, |last| last + 1);
    loudness.get(first..last).map(<[f64]>::to_vec).unwrap_or_default()
}

/// The best correlation over small shifts; 0 when the lengths differ too much.
fn likeness(known: &[f64], heard: &[f64]) -> f64 {
    let (short, long) = (known.len().min(heard.len()), known.len().max(heard.len()));
    if short == 0 || long as f64 / short as f64 > 1.25 {
        return 0.0;
    }
    (-SHIFT..=SHIFT).map(|shift| correlation(known, heard, shift)).fold(0.0, f64::max)
}

fn correlation(known: &[f64], heard: &[f64], shift: isize) -> f64 {
    let length = known.len().max(heard.len()) as isize;
    let at = |values: &[f64], index: isize| {
        usize::try_from(index).ok().and_then(|index| values.get(index).copied()).unwrap_or(0.0)
    };
    let pairs: Vec<(f64, f64)> =
        (0..length).map(|index| (at(known, index), at(heard, index + shift))).collect();
    let count = pairs.len() as f64;
    let mean = pairs.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0 / count, sum.1 + pair.1 / count));
    let (mut both, mut left, mut right) = (0.0, 0.0, 0.0);
    for (a, b) in pairs {
        both += (a - mean.0) * (b - mean.1);
        left += (a - mean.0).powi(2);
        right += (b - mean.1).powi(2);
    }
    if left == 0.0 || right == 0.0 { 0.0 } else { both / (left * right).sqrt() }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
