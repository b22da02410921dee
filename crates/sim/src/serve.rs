//! Starting and stopping.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::ServiceExt;
use axum::extract::Request;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower::Layer as _;
use tower::util::MapRequestLayer;

use crate::config::Config;
use crate::fcm::pushes::Pushes;
use crate::google::keys::Keys;
use crate::journal::Journal;
use crate::live::resumption::Sessions;
use crate::plan::PlanInForce;
use crate::routes;
use crate::sendgrid::outbox::Outbox;
use crate::speech::recognise::{LearnError, Recogniser};
use crate::speech::{EspeakMissing, Speaker};
use crate::storage::objects::Objects;
use crate::stripe::account::Account;
use crate::tls::{TlsError, TlsListener};
use crate::world::World;

/// How long open requests may take once the sim is to stop.
const STOP_PATIENCE: Duration = Duration::from_secs(3);

/// Why a sim does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else has the port.
    #[error("port {0} is taken; stop what listens there, or choose another with --port (0 takes a free one)")]
    PortTaken(u16),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The voice.
    #[error(transparent)]
    Voice(#[from] EspeakMissing),
    /// The recordings.
    #[error(transparent)]
    Recordings(#[from] LearnError),
}

/// The outside world on loopback.
pub struct Sim;

/// A sim that listens; it stops when this is dropped.
pub struct RunningSim {
    /// Where it listens.
    pub addr: SocketAddr,
    /// `http://127.0.0.1:PORT`, or `https://…` with TLS.
    pub base_url: String,
    /// What it remembers, for tests in the same process.
    pub world: Arc<World>,
    stop: watch::Sender<bool>,
    server: Option<JoinHandle<()>>,
}

impl Sim {
    /// Listens and serves in the background.
    pub async fn start(config: Config) -> Result<RunningSim, StartError> {
        let wanted = SocketAddr::new(config.host, config.port);
        let listener = TcpListener::bind(wanted).await.map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => StartError::PortTaken(config.port),
            _ => StartError::Listen(wanted, error),
        })?;
        let addr = listener.local_addr().map_err(|error| StartError::Listen(wanted, error))?;
        let recogniser = Recogniser::default();
        if let Some(folder) = &config.transcript_dir {
            recogniser.learn_folder(folder)?;
        }
        let tls = config.tls.as_ref().map(TlsListener::acceptor).transpose()?;
        let base_url = if tls.is_some() {
            format!("https://localhost:{}", addr.port())
        } else {
            format!("http://{addr}")
        };
        let (stop, stopping) = watch::channel(false);
        let world = Arc::new(World {
            base_url: base_url.clone(),
            plan: PlanInForce::new(config.plan.clone()),
            journal: Journal::default(),
            sessions: Sessions::new(config.handle_lifetime),
            recogniser,
            speaker: Speaker::find(config.voice).await?,
            keys: Keys::default(),
            objects: Objects::default(),
            stripe: Account::new(config.stripe_webhook.clone()),
            outbox: Outbox::default(),
            pushes: Pushes::default(),
            connected: Arc::default(),
            stopping: stopping.clone(),
            config,
        });

        // The layer sits around the router: inside of it, a path would be matched before it is mended.
        let app = MapRequestLayer::new(routes::single_slash).layer(routes::router(Arc::clone(&world)));
        let app = ServiceExt::<Request>::into_make_service(app);
        let mut stopping = stopping;
        let stopped = async move {
            let _ = stopping.wait_for(|stop| *stop).await;
        };
        let server = tokio::spawn(async move {
            // Serving ends only when it is told to.
            let _ = match tls {
                Some(acceptor) => {
                    axum::serve(TlsListener::new(listener, acceptor), app)
                        .with_graceful_shutdown(stopped)
                        .await
                }
                None => axum::serve(listener, app).with_graceful_shutdown(stopped).await,
            };
        });
        Ok(RunningSim { addr, base_url, world, stop, server: Some(server) })
    }
}

impl RunningSim {
    /// `ws://…/ws/….BidiGenerateContent` of this API version.
    pub fn live_url(&self, version: &str) -> String {
        let base = self.base_url.replacen("http", "ws", 1);
        format!("{base}/ws/google.ai.generativelanguage.{version}.GenerativeService.BidiGenerateContent")
    }

    /// Closes all connections and stops listening.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        if let Some(mut server) = self.server.take()
            && tokio::time::timeout(STOP_PATIENCE, &mut server).await.is_err()
        {
            server.abort();
        }
        // Upgraded connections are no longer the server's; their close frames are still on the way.
        let begin = Instant::now();
        while Arc::strong_count(&self.world.connected) > 1 && begin.elapsed() < STOP_PATIENCE {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for RunningSim {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}
