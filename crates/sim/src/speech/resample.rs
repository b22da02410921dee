//! From one sample rate to another, by linear interpolation: good enough for speech between 16 and 24 kHz.

/// Resamples a stream piece by piece without a seam between the pieces.
#[derive(Debug)]
pub struct Resampler {
    /// Input samples per output sample.
    step: f64,
    /// Where the next output sample lies, in input samples after `last`.
    position: f64,
    last: Option<i16>,
}

impl Resampler {
    /// `from` and `to` in samples per second, both above zero.
    pub fn new(from: u32, to: u32) -> Self {
        Self { step: f64::from(from.max(1)) / f64::from(to.max(1)), position: 0.0, last: None }
    }

    /// Resamples the next piece.
    pub fn feed(&mut self, input: &[i16]) -> Vec<i16> {
        let mut output = Vec::with_capacity((input.len() as f64 / self.step) as usize + 2);
        for &next in input {
            let Some(last) = self.last.replace(next) else {
                continue;
            };
            while self.position < 1.0 {
                let value = f64::from(last) + (f64::from(next) - f64::from(last)) * self.position;
                output.push(value.round() as i16);
                self.position += self.step;
            }
            self.position -= 1.0;
        }
        output
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_follows_the_ratio_and_pieces_join_without_a_seam() {
        let input: Vec<i16> = (0..22_050).map(|n| ((f64::from(n) * 0.05).sin() * 10_000.0) as i16).collect();
        let whole = Resampler::new(22_050, 24_000).feed(&input);
        assert!((whole.len() as i64 - 24_000).abs() <= 2, "{}", whole.len());
        let mut resampler = Resampler::new(22_050, 24_000);
        let pieces: Vec<i16> = input.chunks(997).flat_map(|piece| resampler.feed(piece)).collect();
        assert_eq!(pieces, whole);
    }
}
