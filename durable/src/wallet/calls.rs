//! The calls that the main Worker and conversations make to a wallet, in one place, shared by caller and callee.

use mentora_core::documents::WalletOwner;
use mentora_core::ids::{CourseId, UserId, WalletId};
use mentora_core::wallet::{
    Call, HoldCall, HoldKey, HoldReply, Movement, MovementReply, PaidBack, Reply, SettleCall, Standing,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use worker::{Env, Method, Request, RequestInit};

use crate::platform::log;

/// Binding of the class `Wallet`.
pub const BINDING: &str = "WALLET";

/// Where a call goes, under `https://wallet/`.
pub(super) mod paths {
    /// Every [`super::Call`].
    pub const CALL: &str = "call";
    /// [`super::Calls::tell`]
    pub const TELL: &str = "tell";
    /// [`super::Calls::retire`]
    pub const RETIRE: &str = "retire";
}

/// A wallet, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalletRef {
    /// The wallet.
    pub id: WalletId,
    /// Whose it is.
    pub owner_type: WalletOwner,
}

impl WalletRef {
    /// A user's own.
    #[must_use]
    pub fn of_user(user: &UserId) -> Self {
        Self { id: WalletId::of_user(user), owner_type: WalletOwner::User }
    }

    /// A course's.
    #[must_use]
    pub fn of_course(course: &CourseId) -> Self {
        Self { id: WalletId::of_course(course), owner_type: WalletOwner::Course }
    }
}

impl WalletRef {
    /// How the log may name it: a course's by its id, a user's not at all.
    pub(super) fn for_log(&self) -> Option<&WalletId> {
        Some(&self.id).filter(|_| self.owner_type == WalletOwner::Course)
    }
}

/// A call as it travels.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Addressed<C> {
    pub(super) wallet: WalletRef,
    pub(super) call: C,
}

/// The wallet did not answer: nobody knows whether it did what it was asked. To be asked again, under the same key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("the wallet does not answer: {0}")]
pub struct Unreachable(pub String);

/// Calls to wallets.
#[derive(Debug, Clone, Copy)]
pub struct Calls<'a> {
    env: &'a Env,
}

impl<'a> Calls<'a> {
    /// Through the binding of this environment.
    #[must_use]
    pub fn new(env: &'a Env) -> Self {
        Self { env }
    }

    /// Holds money for an answer.
    ///
    /// # Errors
    /// [`Unreachable`]
    pub async fn hold(&self, wallet: &WalletRef, call: HoldCall) -> Result<HoldReply, Unreachable> {
        match self.ask(wallet, Call::Hold(call)).await? {
            Reply::Held(reply) => Ok(reply),
            other => Err(astray(&other)),
        }
    }

    /// Charges what an answer cost, and frees its hold.
    ///
    /// # Errors
    /// [`Unreachable`]
    pub async fn settle(&self, wallet: &WalletRef, call: SettleCall) -> Result<Standing, Unreachable> {
        self.paid(wallet, Call::Settle(call)).await
    }

    /// Frees a hold of which nothing came.
    ///
    /// # Errors
    /// [`Unreachable`]
    pub async fn release(&self, wallet: &WalletRef, key: HoldKey) -> Result<Standing, Unreachable> {
        self.paid(wallet, Call::Release(key)).await
    }

    /// What is in the wallet.
    ///
    /// # Errors
    /// [`Unreachable`]
    pub async fn stand(&self, wallet: &WalletRef) -> Result<Standing, Unreachable> {
        self.paid(wallet, Call::Stand).await
    }

    /// Money comes or goes.
    ///
    /// # Errors
    /// [`Unreachable`]
    pub async fn perform(
        &self,
        wallet: &WalletRef,
        movement: Movement,
    ) -> Result<MovementReply, Unreachable> {
        self.moved(wallet, Call::Move(movement)).await
    }

    /// A payer got money back.
    ///
    /// # Errors
    /// [`Unreachable`]
    pub async fn paid_back(
        &self,
        wallet: &WalletRef,
        refund: PaidBack,
    ) -> Result<MovementReply, Unreachable> {
        self.moved(wallet, Call::PaidBack(refund)).await
    }

    /// All that is not in the documents yet is written there, now.
    ///
    /// # Errors
    /// [`Unreachable`], also when the documents could not be written.
    pub async fn tell(&self, wallet: &WalletRef) -> Result<(), Unreachable> {
        self.send(wallet, paths::TELL, ()).await
    }

    /// The owner is to be forgotten: all that is not in the documents yet is written there, then the object forgets it. Of
    /// the documents the caller disposes, within the hour: for so long the wallet stays shut.
    ///
    /// # Errors
    /// [`Unreachable`], also when the documents could not be written.
    pub async fn retire(&self, wallet: &WalletRef) -> Result<(), Unreachable> {
        self.send(wallet, paths::RETIRE, ()).await
    }

    async fn paid(&self, wallet: &WalletRef, call: Call) -> Result<Standing, Unreachable> {
        match self.ask(wallet, call).await? {
            Reply::Paid(standing) => Ok(standing),
            other => Err(astray(&other)),
        }
    }

    async fn moved(&self, wallet: &WalletRef, call: Call) -> Result<MovementReply, Unreachable> {
        match self.ask(wallet, call).await? {
            Reply::Moved(reply) => Ok(reply),
            other => Err(astray(&other)),
        }
    }

    async fn ask(&self, wallet: &WalletRef, call: Call) -> Result<Reply, Unreachable> {
        self.send(wallet, paths::CALL, call).await
    }

    async fn send<C: Serialize, R: DeserializeOwned>(
        &self,
        wallet: &WalletRef,
        path: &str,
        call: C,
    ) -> Result<R, Unreachable> {
        let answer: worker::Result<Result<R, Unreachable>> = async {
            let body = serde_json::to_string(&Addressed { wallet: wallet.clone(), call })?;
            let mut init = RequestInit::new();
            init.with_method(Method::Post).with_body(Some(body.into()));
            let request = Request::new_with_init(&format!("https://wallet/{path}"), &init)?;
            // A stub stays broken once its object was reset: each call has one of its own.
            let stub = self.env.durable_object(BINDING)?.get_by_name(wallet.id.as_str())?;
            let text = stub.fetch_with_request(request).await?.text().await?;
            Ok(serde_json::from_str(&text)?)
        }
        .await;
        answer.unwrap_or_else(|error| {
            log::failure(
                "wallet.call.failed",
                json!({ "wallet": wallet.for_log(), "why": error.to_string() }),
            );
            Err(Unreachable("it could not be reached".to_owned()))
        })
    }
}

fn astray(reply: &Reply) -> Unreachable {
    Unreachable(format!("its answer was to something else: {reply:?}"))
}
