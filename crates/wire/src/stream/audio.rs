//! Audio as binary frames: PCM16LE mono behind an 8-byte header.

/// Sample rate of the tutor's audio, in Hz.
pub const OUTPUT_SAMPLE_RATE: u32 = 24_000;
/// Sample rate we suggest to clients, in Hz: the one the model listens at.
pub const INPUT_SAMPLE_RATE: u32 = 16_000;
/// The only encoding.
pub const ENCODING: &str = "pcm";

/// One chunk of the tutor's audio: `u32` LE turn index, `u32` LE offset in ms from the start of the answer, PCM.
#[must_use]
pub fn encode(turn_index: u32, offset_ms: u32, pcm: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(8 + pcm.len());
    frame.extend_from_slice(&turn_index.to_le_bytes());
    frame.extend_from_slice(&offset_ms.to_le_bytes());
    frame.extend_from_slice(pcm);
    frame
}

/// Reads a chunk back: turn index, offset in ms, PCM. `None` when it is shorter than its header.
#[must_use]
pub fn decode(frame: &[u8]) -> Option<(u32, u32, &[u8])> {
    let (index, rest) = frame.split_first_chunk::<4>()?;
    let (offset, pcm) = rest.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*index), u32::from_le_bytes(*offset), pcm))
}

/// Duration of 16-bit mono PCM, in milliseconds, rounded down; 0 at a rate of 0.
#[must_use]
pub fn duration_ms(bytes: usize, sample_rate: u32) -> i64 {
    let samples = i64::try_from(bytes / 2).unwrap_or(i64::MAX);
    samples.saturating_mul(1_000).checked_div(i64::from(sample_rate)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_survives_its_header() {
        assert_eq!(decode(&encode(7, 1_200, &[1, 2, 3, 4])), Some((7, 1_200, &[1, 2, 3, 4][..])));
        assert_eq!(decode(&[0; 7]), None);
    }

    #[test]
    fn a_second_of_audio_lasts_a_second() {
        assert_eq!(duration_ms(48_000, 24_000), 1_000);
        assert_eq!(duration_ms(3_200, 16_000), 100);
        assert_eq!(duration_ms(1, 0), 0);
    }
}
