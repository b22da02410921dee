//! Audio as binary frames: PCM16LE mono behind an 8-byte header.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mentora_core::ids::TurnId;

use super::PrivateFrame;

/// Sample rate of the tutor's audio, in Hz.
pub const OUTPUT_SAMPLE_RATE: u32 = 24_000;
/// Sample rate we suggest to clients, in Hz: the one the model listens at.
pub const INPUT_SAMPLE_RATE: u32 = 16_000;
/// The only encoding.
pub const ENCODING: &str = "pcm";
/// What stands before the PCM in a binary frame, in bytes.
pub const HEADER_BYTES: usize = 8;

/// One chunk of the tutor's audio: `u32` LE turn index, `u32` LE offset in ms from the start of the answer, PCM.
#[must_use]
pub fn encode(turn_index: u32, offset_ms: u32, pcm: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(HEADER_BYTES + pcm.len());
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

/// The fewest bytes of 16-bit mono PCM that last so many milliseconds.
#[must_use]
pub fn bytes_of(ms: i64, sample_rate: u32) -> usize {
    let samples = u128::from(ms.max(0).unsigned_abs()) * u128::from(sample_rate);
    usize::try_from(samples.div_ceil(1_000) * 2).unwrap_or(usize::MAX)
}

/// How many bytes a chunk in base64 is; `None` when it is none, or not in base64.
#[must_use]
pub fn base64_len(data: &str) -> Option<usize> {
    STANDARD.decode(data).ok().map(|pcm| pcm.len()).filter(|bytes| *bytes > 0)
}

/// What stands before and after the base64 of an `audio_chunk`, as a client writes it that wastes nothing. Written
/// otherwise it is the same frame; this is what is recognised without parsing.
pub const CHUNK: (&str, &str) = (r#"{"type":"audio_chunk","data":""#, r#""}"#);

/// What stands before and after the base64 of an `ai_audio_chunk` of a turn.
#[must_use]
pub fn around_answer(turn_id: &TurnId) -> (String, &'static str) {
    const TAIL: &str = r#""}"#;
    let frame = PrivateFrame::AiAudioChunk { turn_id: turn_id.clone(), data: String::new() };
    // Strings cannot fail to serialise.
    let frame = serde_json::to_string(&frame).unwrap_or_default();
    (frame.strip_suffix(TAIL).unwrap_or_default().to_owned(), TAIL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::ClientFrame;
    use mentora_core::ids::ConversationId;

    #[test]
    fn the_fewest_bytes_last_so_long_and_no_fewer_do() {
        for rate in [8_000, 11_025, 16_000, 22_050, 44_100, 48_000] {
            for ms in [1, 7, 999, 1_000, 60_000] {
                let bytes = bytes_of(ms, rate);
                assert!(
                    duration_ms(bytes, rate) >= ms && duration_ms(bytes - 2, rate) < ms,
                    "{ms} at {rate}"
                );
            }
        }
        assert_eq!(bytes_of(-1, 16_000), 0);
    }

    #[test]
    fn frames_are_written_around_their_sound() {
        let frame = ClientFrame::AudioChunk { data: "AAA=".into(), sequence_number: None };
        assert_eq!(serde_json::to_string(&frame).unwrap(), format!("{}AAA={}", CHUNK.0, CHUNK.1));
        let turn_id = TurnId::of(&ConversationId::new("c").unwrap(), 3);
        let (head, tail) = around_answer(&turn_id);
        let frame = PrivateFrame::AiAudioChunk { turn_id, data: "AAA=".into() };
        assert_eq!(serde_json::to_string(&frame).unwrap(), format!("{head}AAA={tail}"));
    }

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
