//! Where speech begins and ends: by loudness alone, as a stand-in for Google's voice activity detection.

use std::collections::VecDeque;

/// One decision per frame of this length.
const FRAME_MS: u32 = 20;
/// Loud frames in a row that begin an utterance: a click is shorter.
const FRAMES_TO_START: u32 = 3;
/// Kept from before the first loud frame, so that soft beginnings are not lost.
const PREROLL_MS: u32 = 300;
/// Quieter than this (RMS of 16-bit samples) is never speech.
const QUIETEST_SPEECH: f64 = 250.0;
/// Speech is this much louder than the background.
const ABOVE_BACKGROUND: f64 = 3.0;
/// An utterance longer than this ends by itself; Live sessions without compression last 15 minutes.
const LONGEST_SECONDS: usize = 300;

/// Mono 16-bit samples of something that was said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Utterance {
    /// Samples.
    pub samples: Vec<i16>,
    /// Samples per second.
    pub rate: u32,
}

impl Utterance {
    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        if self.rate == 0 { 0.0 } else { self.samples.len() as f64 / f64::from(self.rate) }
    }

    /// Appends samples up to the longest length an utterance may have.
    pub fn extend(&mut self, samples: &[i16]) {
        let room = (LONGEST_SECONDS * self.rate as usize).saturating_sub(self.samples.len());
        self.samples.extend(samples.iter().take(room));
    }

    /// Whether any part of it is loud enough to be speech.
    pub fn is_audible(&self) -> bool {
        let frame = (self.rate / 1000 * FRAME_MS).max(1) as usize;
        self.samples.chunks(frame).filter(|frame| rms(frame) > QUIETEST_SPEECH).count()
            >= FRAMES_TO_START as usize
    }
}

/// What the detector noticed.
#[derive(Debug, PartialEq, Eq)]
pub enum Activity {
    /// The student has begun to speak.
    Started,
    /// The student has finished.
    Ended(Utterance),
}

/// Energy-based detection over a stream of samples.
#[derive(Debug)]
pub struct Detector {
    silence_ms: u32,
    rate: u32,
    pending: Vec<i16>,
    preroll: VecDeque<i16>,
    background: f64,
    loud_frames: u32,
    quiet_ms: u32,
    speaking: Option<Utterance>,
}

impl Detector {
    /// An utterance ends after `silence_ms` of quiet.
    pub fn new(silence_ms: u32) -> Self {
        Self {
            silence_ms,
            rate: 16_000,
            pending: Vec::new(),
            preroll: VecDeque::new(),
            background: 60.0,
            loud_frames: 0,
            quiet_ms: 0,
            speaking: None,
        }
    }

    /// Takes in audio and tells what happened, in order.
    pub fn hear(&mut self, samples: &[i16], rate: u32) -> Vec<Activity> {
        if rate != self.rate {
            self.pending.clear();
            self.preroll.clear();
            self.rate = rate;
        }
        self.pending.extend_from_slice(samples);
        let frame_length = (self.rate / 1000 * FRAME_MS) as usize;
        let whole = self.pending.len() / frame_length * frame_length;
        let frames: Vec<i16> = self.pending.drain(..whole).collect();
        frames.chunks(frame_length).filter_map(|frame| self.frame(frame)).collect()
    }

    /// The client says that its microphone is off: what was being said ends here.
    pub fn stream_ended(&mut self) -> Option<Activity> {
        self.pending.clear();
        self.preroll.clear();
        self.loud_frames = 0;
        self.speaking.take().map(Activity::Ended)
    }

    fn frame(&mut self, frame: &[i16]) -> Option<Activity> {
        let loudness = rms(frame);
        let loud = loudness > QUIETEST_SPEECH.max(self.background * ABOVE_BACKGROUND);
        if let Some(utterance) = &mut self.speaking {
            utterance.extend(frame);
            self.quiet_ms = if loud { 0 } else { self.quiet_ms + FRAME_MS };
            let full = utterance.samples.len() >= LONGEST_SECONDS * self.rate as usize;
            if self.quiet_ms >= self.silence_ms || full {
                self.loud_frames = 0;
                return self.speaking.take().map(Activity::Ended);
            }
            return None;
        }
        self.preroll.extend(frame);
        let kept = (self.rate / 1000 * PREROLL_MS) as usize;
        let excess = self.preroll.len().saturating_sub(kept);
        self.preroll.drain(..excess);
        if !loud {
            self.loud_frames = 0;
            self.background = self.background * 0.95 + loudness.min(1_000.0) * 0.05;
            return None;
        }
        self.loud_frames += 1;
        if self.loud_frames < FRAMES_TO_START {
            return None;
        }
        self.quiet_ms = 0;
        self.speaking = Some(Utterance { samples: self.preroll.drain(..).collect(), rate: self.rate });
        Some(Activity::Started)
    }
}

fn rms(samples: &[i16]) -> f64 {
    let sum: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (sum / samples.len().max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(ms: u32) -> Vec<i16> {
        (0..16 * ms).map(|n| ((f64::from(n) * 0.2).sin() * 8_000.0) as i16).collect()
    }

    fn silence(ms: u32) -> Vec<i16> {
        vec![0; 16 * ms as usize]
    }

    #[test]
    fn an_utterance_begins_with_sound_and_ends_after_the_silence_asked_for() {
        let mut detector = Detector::new(500);
        assert_eq!(detector.hear(&silence(1_000), 16_000), []);
        assert_eq!(detector.hear(&tone(1_000), 16_000), [Activity::Started]);
        assert_eq!(detector.hear(&silence(400), 16_000), []);
        let ended = detector.hear(&silence(200), 16_000);
        let [Activity::Ended(utterance)] = ended.as_slice() else { panic!("{ended:?}") };
        assert!((utterance.seconds() - 1.76).abs() < 0.1, "{} s", utterance.seconds());
    }

    #[test]
    fn a_click_is_not_speech() {
        let mut detector = Detector::new(500);
        let click: Vec<i16> = [silence(500), tone(40), silence(500)].concat();
        assert_eq!(detector.hear(&click, 16_000), []);
    }

    #[test]
    fn the_end_of_the_stream_ends_the_utterance_at_once() {
        let mut detector = Detector::new(500);
        detector.hear(&tone(500), 16_000);
        assert!(matches!(detector.stream_ended(), Some(Activity::Ended(_))));
        assert_eq!(detector.stream_ended(), None);
    }
}
