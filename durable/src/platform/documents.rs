//! The document store that the configuration names. Whoever reads and writes documents sees one client, wherever
//! they are kept.

use mentora_firestore::client::EMULATOR_TOKEN;
use mentora_firestore::{Client, Transport, TransportError};
use worker::{Env, ObjectNamespace};

use super::clock;
use super::config::{Config, StoreConfig};
use super::fetch::{Fetch, outgoing, within};
use super::google::{AsServiceAccount, authorized};
use super::store_tally::{Operation, StoreTally, Work};

/// Binding of the class `DocumentStore`.
pub const BINDING: &str = "DOCUMENT_STORE_OBJECT";

/// The client that repositories use.
pub type Documents = Client<DocumentTransport>;

/// The client for the configured store, which counts in `tally`. Where something is missing, each call says so as
/// [`mentora_firestore::Kind::Unavailable`].
#[must_use]
pub fn documents(env: &Env, config: &Config, tally: &StoreTally) -> Documents {
    let transport = DocumentTransport { way: Way::of(env, config), tally: tally.clone() };
    Client::new(transport, config.endpoint().clone())
}

/// Goes to the store, and counts what it brings and takes.
#[derive(Debug, Clone)]
pub struct DocumentTransport {
    way: Way,
    tally: StoreTally,
}

impl Transport for DocumentTransport {
    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        deadline_ms: u32,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        let operation = Operation::of(request.method(), request.uri().path());
        let started = clock::now();
        let reply = self.way.send(request, deadline_ms).await;
        self.tally.add(operation, Work::of(operation, reply.as_ref(), clock::now().since(started)));
        reply
    }
}

/// The way to the store.
#[derive(Debug, Clone)]
enum Way {
    /// To our own object, one a project.
    Embedded {
        /// The objects.
        objects: ObjectNamespace,
        /// The object's name.
        project_id: String,
    },
    /// To Google's emulator.
    Emulator,
    /// To Firestore.
    Google(AsServiceAccount),
    /// Nowhere.
    Unconfigured {
        /// What is missing.
        reason: String,
    },
}

impl Way {
    fn of(env: &Env, config: &Config) -> Self {
        match &config.store {
            StoreConfig::Embedded => match env.durable_object(BINDING) {
                Ok(objects) => Self::Embedded { objects, project_id: config.project_id.clone() },
                Err(error) => Self::Unconfigured { reason: error.to_string() },
            },
            StoreConfig::Firestore { emulator: true, .. } => Self::Emulator,
            StoreConfig::Firestore { emulator: false, .. } => match &config.service_account {
                Some(account) => Self::Google(AsServiceAccount {
                    account: account.clone(),
                    token_url: config.token_url.clone(),
                }),
                None => Self::Unconfigured { reason: "`FIREBASE_SERVICE_ACCOUNT_KEY` is not set".into() },
            },
        }
    }
}

impl Transport for Way {
    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        deadline_ms: u32,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        match self {
            Self::Embedded { objects, project_id } => {
                let request = outgoing(&authorized(request, EMULATOR_TOKEN)?)?;
                // A stub that has seen an exception stays broken: take a new one for each call.
                let stub = objects.get_by_name(project_id);
                let stub = stub.map_err(|error| TransportError::NotSent(error.to_string()))?;
                within(deadline_ms, stub.fetch_with_request(request)).await
            }
            Self::Emulator => Fetch.send(authorized(request, EMULATOR_TOKEN)?, deadline_ms).await,
            Self::Google(account) => account.send(request, deadline_ms).await,
            Self::Unconfigured { reason } => Err(TransportError::NotSent(reason.clone())),
        }
    }
}
