//! A quiet melody in place of a voice: one note a syllable, a rest where a sentence ends. It makes no
//! pretence of speech, but a player, a level meter and a barge-in can be tried with it.

use super::OUTPUT_RATE;

/// A pentatonic scale sounds well in any order. Hertz.
const SCALE: [f64; 5] = [220.0, 246.9, 277.2, 329.6, 370.0];
const NOTE_SECONDS: f64 = 0.17;
const COMMA_SECONDS: f64 = 0.18;
const STOP_SECONDS: f64 = 0.32;
const LOUDNESS: f64 = 5_000.0;

/// The melody of a text; the same text gives the same melody.
pub fn melody(text: &str, voice: &str) -> Vec<i16> {
    let transpose = 1.0 + f64::from(voice.bytes().fold(0_u8, u8::wrapping_add) % 5) * 0.06;
    let mut samples = Vec::new();
    let mut letters = 0_u32;
    let mut note = 0_usize;
    for letter in text.chars() {
        if crate::tutor::is_cjk(letter) {
            note += letter as usize;
            sound(&mut samples, SCALE[note % SCALE.len()] * transpose);
        } else if letter.is_alphanumeric() {
            letters += 1;
            if letters % 3 == 1 {
                note += letter as usize;
                sound(&mut samples, SCALE[note % SCALE.len()] * transpose);
            }
        } else {
            letters = 0;
            match letter {
                ',' | ';' | ':' | '，' | '、' | '；' | '：' => rest(&mut samples, COMMA_SECONDS),
                '.' | '?' | '!' | '。' | '？' | '！' => rest(&mut samples, STOP_SECONDS),
                _ => {}
            }
        }
    }
    if samples.is_empty() {
        rest(&mut samples, STOP_SECONDS);
    }
    samples
}

fn sound(samples: &mut Vec<i16>, hertz: f64) {
    let length = (NOTE_SECONDS * f64::from(OUTPUT_RATE)) as u32;
    samples.extend((0..length).map(|n| {
        let at = f64::from(n) / f64::from(length);
        let swell = (at * std::f64::consts::PI).sin();
        let phase = f64::from(n) / f64::from(OUTPUT_RATE) * hertz * std::f64::consts::TAU;
        ((phase.sin() + 0.25 * (2.0 * phase).sin()) * swell * LOUDNESS) as i16
    }));
}

fn rest(samples: &mut Vec<i16>, seconds: f64) {
    let length = (seconds * f64::from(OUTPUT_RATE)) as usize;
    samples.resize(samples.len() + length, 0);
}
