//! Every knob of the sim, with its unit.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::plan::Plan;
use crate::stripe::delivery::Endpoint;

/// How the tutor speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum VoiceEngine {
    /// espeak-ng when it is installed, else tones.
    #[default]
    Auto,
    /// espeak-ng; starting fails without it.
    Espeak,
    /// Tones whose length follows the text.
    Tone,
}

/// How the transcript of the tutor's voice travels beside the audio.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum TranscriptMode {
    /// Messages of their own, a little ahead of the audio.
    #[default]
    Interleaved,
    /// In the same messages as the audio.
    Bundled,
    /// After all audio.
    Late,
}

/// When usage is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum UsageMode {
    /// On the `turnComplete` message.
    #[default]
    WithTurn,
    /// As a message of its own before `turnComplete`.
    Standalone,
}

/// Where TLS certificates come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsSource {
    /// PEM files.
    Files {
        /// Certificate chain.
        cert: PathBuf,
        /// Private key.
        key: PathBuf,
    },
    /// A fresh self-signed certificate for localhost; `cert.pem` is written into this folder.
    SelfSigned(PathBuf),
}

/// What a sim is started with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address to listen on.
    pub host: IpAddr,
    /// Port; 0 takes a free one.
    pub port: u16,
    /// Serve HTTPS and WSS.
    pub tls: Option<TlsSource>,
    /// Faults to begin with.
    pub plan: Plan,
    /// How the tutor speaks.
    pub voice: VoiceEngine,
    /// Speed of the pretended playback: 1 is real time, 4 is four times as fast, 0 does not wait at all.
    pub playback_rate: f64,
    /// Pretended thinking time before anything of an answer is sent.
    pub think: Duration,
    /// Length of one audio message.
    pub chunk: Duration,
    /// Server text instead of binary frames.
    pub text_frames: bool,
    /// How the tutor's transcript travels.
    pub transcript_mode: TranscriptMode,
    /// When usage is told.
    pub usage_mode: UsageMode,
    /// A connection gets `goAway` at this age.
    pub go_away_after: Duration,
    /// And is closed this much later.
    pub go_away_time_left: Duration,
    /// A resumption handle is good for this long.
    pub handle_lifetime: Duration,
    /// `NAME.wav` with `NAME.txt` beside it: recordings that are recognised when heard again.
    pub transcript_dir: Option<PathBuf>,
    /// Project id in Firebase tokens and the service account.
    pub project: String,
    /// Where Stripe's events go, to begin with.
    pub stripe_webhook: Option<Endpoint>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: IpAddr::from([127, 0, 0, 1]),
            port: 0,
            tls: None,
            plan: Plan::default(),
            voice: VoiceEngine::Auto,
            playback_rate: 1.0,
            think: Duration::ZERO,
            chunk: Duration::from_millis(100),
            text_frames: false,
            transcript_mode: TranscriptMode::Interleaved,
            usage_mode: UsageMode::WithTurn,
            go_away_after: Duration::from_secs(540),
            go_away_time_left: Duration::from_secs(50),
            handle_lifetime: Duration::from_secs(2 * 60 * 60),
            transcript_dir: None,
            project: "demo-mentora".to_owned(),
            stripe_webhook: None,
        }
    }
}
