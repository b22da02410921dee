//! What all connections and requests of one sim share.

use std::sync::Arc;

use tokio::sync::watch;

use crate::config::Config;
use crate::fcm::pushes::Pushes;
use crate::google::keys::Keys;
use crate::journal::Journal;
use crate::live::resumption::Sessions;
use crate::plan::PlanInForce;
use crate::sendgrid::outbox::Outbox;
use crate::speech::Speaker;
use crate::speech::recognise::Recogniser;
use crate::storage::objects::Objects;
use crate::stripe::account::Account;

/// One simulated outside world.
pub struct World {
    /// What it was started with.
    pub config: Config,
    /// `http://host:port` as clients reach it.
    pub base_url: String,
    /// The fault plan.
    pub plan: PlanInForce,
    /// What was received and sent.
    pub journal: Journal,
    /// Live sessions and their handles.
    pub sessions: Sessions,
    /// Ears.
    pub recogniser: Recogniser,
    /// Voice.
    pub speaker: Speaker,
    /// RSA keys of the service account and of Firebase.
    pub keys: Keys,
    /// What lies in Cloud Storage.
    pub objects: Objects,
    /// An account at Stripe.
    pub stripe: Account,
    /// The mail that was taken.
    pub outbox: Outbox,
    /// The push messages that were taken.
    pub pushes: Pushes,
    /// Held by every open Live connection: a stopping sim waits for them to say goodbye.
    pub connected: Arc<()>,
    /// Turns true when the sim stops.
    pub stopping: watch::Receiver<bool>,
}
