//! Where speech begins and ends: by loudness alone, as a stand-in for Google's voice activity detection.

use std::collections::VecDeque;

use super::setup::Sensitivity;

/// One decision per frame of this length.
const FRAME_MS: u32 = 20;
/// Loud frames that make a recording audible: a click is shorter.
const AUDIBLE_FRAMES: usize = 3;
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
        self.samples.chunks(frame).filter(|frame| rms(frame) > QUIETEST_SPEECH).count() >= AUDIBLE_FRAMES
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
    sensitivity: Sensitivity,
    rate: u32,
    pending: Vec<i16>,
    preroll: VecDeque<i16>,
    background: f64,
    /// Milliseconds of sound that may become speech; the gaps between syllables count against it by half.
    onset_ms: u32,
    quiet_ms: u32,
    speaking: Option<Utterance>,
}

impl Detector {
    /// Begins and ends utterances as the setup asks for.
    pub fn new(sensitivity: Sensitivity) -> Self {
        Self {
            sensitivity,
            rate: 16_000,
            pending: Vec::new(),
            preroll: VecDeque::new(),
            background: 60.0,
            onset_ms: 0,
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
        self.onset_ms = 0;
        self.speaking.take().map(Activity::Ended)
    }

    fn frame(&mut self, frame: &[i16]) -> Option<Activity> {
        let loudness = rms(frame);
        let reluctance = if self.sensitivity.reluctant { 2.0 } else { 1.0 };
        let loud = loudness > QUIETEST_SPEECH.max(self.background * ABOVE_BACKGROUND) * reluctance;
        if let Some(utterance) = &mut self.speaking {
            utterance.extend(frame);
            self.quiet_ms = if loud { 0 } else { self.quiet_ms + FRAME_MS };
            let full = utterance.samples.len() >= LONGEST_SECONDS * self.rate as usize;
            if self.quiet_ms >= self.sensitivity.silence_ms || full {
                self.onset_ms = 0;
                return self.speaking.take().map(Activity::Ended);
            }
            return None;
        }
        self.preroll.extend(frame);
        let kept = (self.rate / 1000 * PREROLL_MS) as usize;
        let excess = self.preroll.len().saturating_sub(kept);
        self.preroll.drain(..excess);
        if !loud {
            self.onset_ms = self.onset_ms.saturating_sub(FRAME_MS / 2);
            self.background = self.background * 0.95 + loudness.min(1_000.0) * 0.05;
            return None;
        }
        self.onset_ms += FRAME_MS;
        if self.onset_ms < self.sensitivity.onset_ms {
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

    fn detector() -> Detector {
        Detector::new(Sensitivity { silence_ms: 500, ..Sensitivity::default() })
    }

    fn tone(ms: u32) -> Vec<i16> {
        (0..16 * ms).map(|n| ((f64::from(n) * 0.2).sin() * 8_000.0) as i16).collect()
    }

    fn silence(ms: u32) -> Vec<i16> {
        vec![0; 16 * ms as usize]
    }

    #[test]
    fn an_utterance_begins_with_sound_and_ends_after_the_silence_asked_for() {
        let mut detector = detector();
        assert_eq!(detector.hear(&silence(1_000), 16_000), []);
        assert_eq!(detector.hear(&tone(1_000), 16_000), [Activity::Started]);
        assert_eq!(detector.hear(&silence(400), 16_000), []);
        let ended = detector.hear(&silence(200), 16_000);
        let [Activity::Ended(utterance)] = ended.as_slice() else { panic!("{ended:?}") };
        assert!((utterance.seconds() - 1.76).abs() < 0.1, "{} s", utterance.seconds());
    }

    #[test]
    fn a_click_is_not_speech() {
        let mut detector = detector();
        let click: Vec<i16> = [silence(500), tone(40), silence(500)].concat();
        assert_eq!(detector.hear(&click, 16_000), []);
    }

    #[test]
    fn speech_begins_when_it_has_lasted_as_long_as_was_asked_for() {
        let mut patient = Detector::new(Sensitivity { onset_ms: 400, ..Sensitivity::default() });
        assert_eq!(patient.hear(&[tone(300), silence(1_000)].concat(), 16_000), []);
        assert_eq!(patient.hear(&tone(420), 16_000), [Activity::Started]);
    }

    #[test]
    fn a_reluctant_detector_wants_more_than_a_murmur() {
        let murmur: Vec<i16> = tone(500).into_iter().map(|sample| sample / 16).collect();
        assert_eq!(detector().hear(&murmur, 16_000), [Activity::Started]);
        let mut reluctant = Detector::new(Sensitivity { reluctant: true, ..Sensitivity::default() });
        assert_eq!(reluctant.hear(&murmur, 16_000), []);
    }

    #[test]
    fn the_end_of_the_stream_ends_the_utterance_at_once() {
        let mut detector = detector();
        detector.hear(&tone(500), 16_000);
        assert!(matches!(detector.stream_ended(), Some(Activity::Ended(_))));
        assert_eq!(detector.stream_ended(), None);
    }
}
