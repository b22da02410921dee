//! `GET /api/wallets/{id}/ledger/export`

use axum::response::Response;
use mentora_core::documents::LedgerEntry;
use mentora_core::ids::{LedgerEntryId, WalletId};
use mentora_core::wallet::csv;
use mentora_durable::platform::documents::Documents;
use mentora_durable::repositories::{Ledger, Page};

use crate::access;
use crate::answer::Download;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Id;

/// Most entries of a file: some 10 MiB in memory.
const MAX_ENTRIES: usize = 20_000;

/// What became of the money of a wallet, as a file for a spreadsheet. For its user, or for the staff of its course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/wallets/{id}/ledger/export", operation_id = "exportLedger", tag = "wallets",
    params(("id" = String, Path, description = "The wallet: the id of its user or course.")),
    responses(
        (
            status = 200,
            description = "RFC 4180, UTF-8 with a byte order mark; the latest entry first, and the latest 20,000 at most. A text that a spreadsheet would run begins with an apostrophe.",
            body = String, content_type = "text/csv", headers(("content-disposition" = String)),
        ),
        crate::openapi::Forbidden,
    ),
))]
#[worker::send]
pub async fn read(caller: Caller, context: Context, Id(id): Id<WalletId>) -> Result<Response, ApiError> {
    let documents = context.documents();
    let wallet = access::ledger(&documents, &caller, &id).await?;
    let entries = latest(&documents, &wallet.id).await?;
    let file = csv::export(&entries).map_err(ApiError::internal_error)?;
    let name = format!("ledger-{id}.csv");
    Ok(Download { name, content_type: "text/csv; charset=utf-8", body: file }.into())
}

async fn latest(
    documents: &Documents,
    wallet: &WalletId,
) -> Result<Vec<(LedgerEntryId, LedgerEntry)>, ApiError> {
    let (mut entries, mut page) = (Vec::new(), Page { limit: 100, cursor: None });
    while entries.len() < MAX_ENTRIES {
        let (found, next) = Ledger(documents).list(wallet, &page).await?;
        entries.extend(found.into_iter().map(|(id, entry)| (id, entry.into_document())));
        if next.is_none() {
            break;
        }
        page.cursor = next;
    }
    Ok(entries)
}
