//! Wallets as the routes meet them: whose one is, and what is in it.

use futures::try_join;
use mentora_core::documents::WalletOwner;
use mentora_core::ids::{CourseId, UserId, WalletId};
use mentora_core::money::Micros;
use mentora_core::wallet::{Movement, MovementReply, Standing};
use mentora_durable::platform::documents::Documents;
use mentora_durable::platform::{clock, log};
use mentora_durable::repositories::{Courses, PendingResponses, Users, Wallets};
use mentora_durable::wallet::calls::{Calls, WalletRef};
use mentora_wire::rest::WalletBody;
use serde_json::json;

use crate::context::Context;
use crate::error::ApiError;

/// What is in a wallet now.
///
/// # Errors
/// `503` when it does not answer.
pub async fn read(context: &Context, wallet: &WalletRef) -> Result<WalletBody, ApiError> {
    let standing = Calls::new(context.env()).stand(wallet).await?;
    Ok(body(wallet, standing))
}

/// A wallet in which there is this.
#[must_use]
pub fn body(wallet: &WalletRef, standing: Standing) -> WalletBody {
    WalletBody {
        wallet_id: wallet.id.clone(),
        owner_type: wallet.owner_type,
        balance_micros: standing.balance,
        held_micros: standing.held,
        available_micros: standing.available(),
        low_balance_micros: standing.low_balance,
        low: standing.is_low(),
    }
}

/// Moves money. Where there is more in the wallet then, the answers that wait for it are due.
///
/// # Errors
/// When it does not answer.
pub async fn perform(
    context: &Context,
    wallet: &WalletRef,
    movement: Movement,
) -> Result<MovementReply, ApiError> {
    let fills = movement.amount > Micros::ZERO;
    let reply = Calls::new(context.env()).perform(wallet, movement).await?;
    if fills && matches!(reply, MovementReply::Done { .. }) {
        wake(context, &wallet.id).await;
    }
    Ok(reply)
}

/// Where this fails they come within the hour, so nobody is told.
async fn wake(context: &Context, wallet: &WalletId) {
    match PendingResponses(&context.documents()).wake(wallet, clock::now()).await {
        Ok(0) => {}
        Ok(woken) => log::event("delayed.woken", json!({ "answers": woken })),
        Err(error) => log::failure("delayed.wake.failed", json!({ "why": error.to_string() })),
    }
}

/// The wallet of that id, if there is somebody, or a course, to whom it belongs. Of a course that was deleted the wallet
/// stays: what was paid into it may still be taken back.
///
/// # Errors
/// When the store does not answer.
pub async fn find(documents: &Documents, id: &WalletId) -> Result<Option<WalletRef>, ApiError> {
    let owner = match Wallets(documents).get(id).await? {
        Some(wallet) => Some(wallet.owner_type),
        None => owner(documents, id).await?,
    };
    Ok(owner.map(|owner_type| WalletRef { id: id.clone(), owner_type }))
}

/// Who has that id. A course comes first: nobody chooses the id of one.
async fn owner(documents: &Documents, id: &WalletId) -> Result<Option<WalletOwner>, ApiError> {
    let (Ok(course), Ok(user)) = (CourseId::new(id.as_str()), UserId::new(id.as_str())) else {
        return Ok(None);
    };
    let (courses, users) = (Courses(documents), Users(documents));
    let (course, user) = try_join!(courses.get(&course), users.get(&user))?;
    Ok(course.map(|_| WalletOwner::Course).or(user.map(|_| WalletOwner::User)))
}
