//! Reading WAV files: 16-bit PCM, any rate, any number of channels (mixed down).

use crate::live::activity::Utterance;

/// Why a WAV file cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WavError {
    /// It does not begin as a WAV file does.
    #[error("this is not a WAV file (no RIFF/WAVE header)")]
    NotWav,
    /// A compressed or floating point file.
    #[error("only 16-bit PCM WAV files are read; convert it with `sox in.wav -b 16 -e signed out.wav`")]
    NotPcm16,
    /// Cut short.
    #[error("the WAV file has no audio in it")]
    NoAudio,
}

/// Samples and rate of a WAV file.
pub fn read(bytes: &[u8]) -> Result<Utterance, WavError> {
    if bytes.len() < 12 || &bytes[..4] != b"RIFF" || &bytes[8..12] != b"WAVE" {
        return Err(WavError::NotWav);
    }
    let mut format = None;
    let mut rest = &bytes[12..];
    while let Some((header, after)) = rest.split_at_checked(8) {
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        // A stream written to a pipe cannot know its length; take what is there.
        let body = &after[..length.min(after.len())];
        match &header[..4] {
            b"fmt " if body.len() >= 16 => {
                let short = |at: usize| u16::from_le_bytes([body[at], body[at + 1]]);
                let rate = u32::from_le_bytes([body[4], body[5], body[6], body[7]]);
                let is_pcm = matches!(short(0), 1 | 0xFFFE) && short(14) == 16;
                if !is_pcm || short(2) == 0 || rate == 0 {
                    return Err(WavError::NotPcm16);
                }
                format = Some((usize::from(short(2)), rate));
            }
            b"data" => {
                let (channels, rate) = format.ok_or(WavError::NotPcm16)?;
                let samples: Vec<i16> = body
                    .chunks_exact(2 * channels)
                    .map(|frame| {
                        let sum: i32 = frame
                            .chunks_exact(2)
                            .map(|pair| i32::from(i16::from_le_bytes([pair[0], pair[1]])))
                            .sum();
                        (sum / channels as i32) as i16
                    })
                    .collect();
                return if samples.is_empty() {
                    Err(WavError::NoAudio)
                } else {
                    Ok(Utterance { samples, rate })
                };
            }
            _ => {}
        }
        rest = after.get(length + length % 2..).unwrap_or_default();
    }
    Err(WavError::NoAudio)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stereo_is_mixed_down() {
        let mut wav = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0".to_vec();
        wav.extend(16_000_u32.to_le_bytes());
        wav.extend([0, 0, 0, 0, 4, 0, 16, 0]);
        wav.extend(b"data\x08\0\0\0");
        wav.extend([100_i16, 300, -50, 50].iter().flat_map(|sample| sample.to_le_bytes()));
        assert_eq!(read(&wav), Ok(Utterance { samples: vec![200, 0], rate: 16_000 }));
    }

    #[test]
    fn other_files_are_refused_in_words() {
        assert_eq!(read(b"ID3"), Err(WavError::NotWav));
        assert_eq!(read(b"RIFF\0\0\0\0WAVE"), Err(WavError::NoAudio));
    }
}
