//! `GET /api/wallets/{id}/ledger`

use axum::Json;
use mentora_core::ids::WalletId;
use mentora_durable::repositories::Ledger;
use mentora_wire::rest::{LedgerEntryBody, ListPart, Page};

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, Query};
use crate::page;

/// What became of the money of a wallet. For its user, or for the staff of its course. A movement stands there a second
/// after it happened.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/wallets/{id}/ledger", operation_id = "listLedger", tag = "wallets",
    params(("id" = String, Path, description = "The wallet: the id of its user or course."), ListPart),
    responses(
        (status = 200, description = "A page of entries, the latest first.", body = Page<LedgerEntryBody>),
        crate::openapi::Forbidden,
    ),
))]
#[worker::send]
pub async fn list(
    caller: Caller,
    context: Context,
    Id(id): Id<WalletId>,
    Query(part): Query<ListPart>,
) -> Result<Json<Page<LedgerEntryBody>>, ApiError> {
    let documents = context.documents();
    let wanted = page::wanted(part.limit, part.cursor.as_deref())?;
    let wallet = access::ledger(&documents, &caller, &id).await?;
    let entries = Ledger(&documents).list(&wallet.id, &wanted).await?;
    Ok(Json(page::page(entries, |(id, entry)| LedgerEntryBody { id, entry: entry.into_document() })))
}
