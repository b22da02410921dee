//! `GET /api/admin/reconciliations`

use axum::Json;
use mentora_core::documents::Reconciliation;
use mentora_durable::repositories::{Reconciliations, Stored};
use mentora_wire::rest::{ListPart, Page, ReconciliationBody};

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Query;
use crate::page;

/// Whether the books agreed, night by night: what wallets hold and their ledgers, what conversations cost and what was
/// charged, what was paid at Stripe and what was credited. For admins.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/admin/reconciliations", operation_id = "listReconciliations", tag = "admin",
    params(ListPart),
    responses(
        (status = 200, description = "A page of nights, the latest first.", body = Page<ReconciliationBody>),
        crate::openapi::Forbidden,
    ),
))]
#[worker::send]
pub async fn list(
    caller: Caller,
    context: Context,
    Query(part): Query<ListPart>,
) -> Result<Json<Page<ReconciliationBody>>, ApiError> {
    access::admin(&caller)?;
    let wanted = page::wanted(part.limit, part.cursor.as_deref())?;
    let nights = Reconciliations(&context.documents()).list(&wanted).await?;
    let body = |(day, night): (_, Stored<Reconciliation>)| ReconciliationBody {
        day,
        reconciliation: night.into_document(),
    };
    Ok(Json(page::page(nights, body)))
}
