//! espeak-ng as a child process. The text goes in by stdin (never as an argument, where it could be taken for
//! an option), a WAV stream comes out.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use super::resample::Resampler;
use super::{Chunker, OUTPUT_RATE};

const PROGRAM: &str = "espeak-ng";
const WAV_HEADER: usize = 44;
/// A hung process is killed after this long without output.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the program can be run.
pub async fn is_installed() -> bool {
    let run = Command::new(PROGRAM).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    matches!(tokio::time::timeout(PATIENCE, run).await, Ok(Ok(status)) if status.success())
}

/// Speaks into `chunker`; returns how many samples there were. A failure just ends the speech.
pub async fn speak(text: &str, voice: &str, chunker: &mut Chunker) -> usize {
    try_speak(text, voice, chunker).await.unwrap_or(0)
}

async fn try_speak(text: &str, voice: &str, chunker: &mut Chunker) -> std::io::Result<usize> {
    let manner = Manner::of(text, voice);
    let mut child = Command::new(PROGRAM)
        .args(["-v", &manner.voice, "-p", &manner.pitch, "-s", "165", "-b", "1", "--stdin", "--stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(text.as_bytes()).await?;
    }
    let Some(mut stdout) = child.stdout.take() else {
        return Ok(0);
    };

    let mut header = [0; WAV_HEADER];
    tokio::time::timeout(PATIENCE, stdout.read_exact(&mut header)).await??;
    let rate = u32::from_le_bytes([header[24], header[25], header[26], header[27]]);
    if &header[..4] != b"RIFF" || rate == 0 {
        return Ok(0);
    }
    let mut resampler = Resampler::new(rate, OUTPUT_RATE);
    let mut buffer = [0; 8 * 1024];
    let mut held = 0; // A half sample may be left over between two reads.
    let mut spoken = 0;
    loop {
        let read = match tokio::time::timeout(PATIENCE, stdout.read(&mut buffer[held..])).await {
            Ok(Ok(read)) if read > 0 => read,
            _ => break,
        };
        let filled = held + read;
        let samples: Vec<i16> =
            buffer[..filled].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        held = filled % 2;
        if held == 1 {
            buffer[0] = buffer[filled - 1];
        }
        let output = resampler.feed(&samples);
        spoken += output.len();
        if chunker.push(&output).await.is_err() {
            break; // The listener has gone; dropping the child kills it.
        }
    }
    Ok(spoken)
}

/// How a voice of Gemini's list sounds here: not alike, but each its own.
struct Manner {
    voice: String,
    pitch: String,
}

impl Manner {
    fn of(text: &str, voice: &str) -> Self {
        let seed =
            voice.bytes().fold(7_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)));
        let language = if text.chars().any(crate::tutor::is_cjk) { "cmn" } else { "en-us" };
        let timbre = ["f2", "f3", "m3", "m7"][(seed % 4) as usize];
        Self { voice: format!("{language}+{timbre}"), pitch: (40 + seed / 4 % 25).to_string() }
    }
}
