//! The command `mentora-sim`.

use std::io::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use mentora_sim::config::{Config, TlsSource, TranscriptMode, UsageMode, VoiceEngine};
use mentora_sim::plan::Plan;
use mentora_sim::stripe::delivery::Endpoint;
use mentora_sim::{RunningSim, Sim};

/// Stand-ins for Gemini Live, generateContent, Google's token endpoint, Firebase keys, Cloud Storage and Stripe, on loopback.
///
/// No model is behind it: an offline tutor answers with questions about the student's own words.
#[derive(Debug, Parser)]
#[command(name = "mentora-sim", version)]
struct Arguments {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// IP address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Certificate chain (PEM file): serve HTTPS and WSS
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key of the certificate (PEM file)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Serve HTTPS and WSS with a fresh certificate for localhost, and write cert.pem into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "tls_cert")]
    tls_self_signed: Option<PathBuf>,
    /// Fault plan (JSON file); see README.md
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// How the tutor speaks
    #[arg(long, value_enum, default_value_t)]
    voice: VoiceEngine,
    /// Speed of the pretended playback that delays turnComplete: 1 is real time, 4 four times as fast, 0 no wait
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    playback_rate: f64,
    /// Pretended thinking time before an answer, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    think_ms: u64,
    /// Length of one audio message, in milliseconds (20 to 1000)
    #[arg(long, value_name = "MS", default_value_t = 100, value_parser = clap::value_parser!(u64).range(20..=1000))]
    chunk_ms: u64,
    /// Send JSON in text frames; Google sends binary ones
    #[arg(long)]
    text_frames: bool,
    /// How transcripts travel beside the audio
    #[arg(long, value_enum, default_value_t)]
    transcripts: TranscriptMode,
    /// When token usage is told
    #[arg(long, value_enum, default_value_t)]
    usage: UsageMode,
    /// Age of a connection at which it gets goAway, in seconds
    #[arg(long, value_name = "S", default_value_t = 540.0)]
    go_away_after: f64,
    /// Time between goAway and the close, in seconds
    #[arg(long, value_name = "S", default_value_t = 50.0)]
    go_away_time_left: f64,
    /// How long a resumption handle is good for, in seconds
    #[arg(long, value_name = "S", default_value_t = 7200.0)]
    handle_lifetime: f64,
    /// Folder of NAME.wav and NAME.txt pairs: recordings that are recognised when heard
    #[arg(long, value_name = "DIR")]
    transcript_dir: Option<PathBuf>,
    /// Firebase project id in tokens and in the service account
    #[arg(long, default_value = "demo-mentora")]
    project: String,
    /// Where Stripe's webhooks are sent
    #[arg(long, value_name = "URL", requires = "stripe_webhook_secret")]
    stripe_webhook: Option<String>,
    /// What Stripe's webhooks are signed with
    #[arg(long, value_name = "SECRET", requires = "stripe_webhook")]
    stripe_webhook_secret: Option<String>,
}

impl Arguments {
    fn config(self) -> Result<Config, String> {
        let seconds = |name: &str, value: f64| {
            Duration::try_from_secs_f64(value)
                .map_err(|_| format!("--{name} must be a number of seconds, 0 or more"))
        };
        if !self.playback_rate.is_finite() || self.playback_rate < 0.0 {
            return Err("--playback-rate must be 0 or more".to_owned());
        }
        let plan = match &self.plan {
            None => Plan::default(),
            Some(path) => {
                let text =
                    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
                Plan::parse(&text).map_err(|error| format!("{}: {error}", path.display()))?
            }
        };
        let tls = match (self.tls_self_signed, self.tls_cert, self.tls_key) {
            (Some(folder), _, _) => Some(TlsSource::SelfSigned(folder)),
            (None, Some(cert), Some(key)) => Some(TlsSource::Files { cert, key }),
            _ => None,
        };
        Ok(Config {
            host: self.host,
            port: self.port,
            tls,
            plan,
            voice: self.voice,
            playback_rate: self.playback_rate,
            think: Duration::from_millis(self.think_ms),
            chunk: Duration::from_millis(self.chunk_ms),
            text_frames: self.text_frames,
            transcript_mode: self.transcripts,
            usage_mode: self.usage,
            go_away_after: seconds("go-away-after", self.go_away_after)?,
            go_away_time_left: seconds("go-away-time-left", self.go_away_time_left)?,
            handle_lifetime: seconds("handle-lifetime", self.handle_lifetime)?,
            transcript_dir: self.transcript_dir,
            project: self.project,
            stripe_webhook: self.stripe_webhook.zip(self.stripe_webhook_secret).map(|(url, secret)| {
                Endpoint { url, secret, old_secret: None, events: Vec::new(), hold: false }
            }),
        })
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("mentora-sim: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    let config = arguments.config()?;
    let sim: RunningSim = Sim::start(config).await.map_err(|error| error.to_string())?;
    sim.world.keys.prepare();
    {
        let mut out = std::io::stdout().lock();
        let told = writeln!(out, "mentora-sim listening on {}", sim.base_url).and_then(|()| out.flush());
        told.map_err(|error| format!("cannot write to stdout: {error}"))?;
    }
    told_to_stop().await.map_err(|error| format!("cannot listen for signals: {error}"))?;
    sim.stop().await;
    Ok(())
}

#[cfg(unix)]
async fn told_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        result = tokio::signal::ctrl_c() => result,
    }
}

#[cfg(not(unix))]
async fn told_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
