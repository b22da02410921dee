//! `GET /api/courses/{id}/wallet`

use axum::Json;
use futures::{TryFutureExt as _, try_join};
use mentora_core::documents::Reconciliation;
use mentora_core::ids::{CourseId, WalletId};
use mentora_core::policy::CourseAction;
use mentora_core::wallet::spend::Spend;
use mentora_durable::platform::documents::Documents;
use mentora_durable::repositories::{Ledger, Reconciliations};
use mentora_durable::wallet::calls::WalletRef;
use mentora_wire::rest::{
    CourseWalletBody, DaySpend, ReadSpend, SpendBody, StudentSpend, WalletReconciliation,
};

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, Query};
use crate::wallets;

/// Most charges that are added up: some 10 MiB in memory.
const MAX_CHARGES: usize = 20_000;

/// What is in the wallet of a course, what answers took out of it, and whether its books agreed in the latest night. For its
/// staff.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/courses/{id}/wallet", operation_id = "getCourseWallet", tag = "wallets",
    params(("id" = String, Path, description = "The course."), ReadSpend),
    responses((status = 200, description = "The wallet.", body = CourseWalletBody), crate::openapi::Forbidden),
))]
#[worker::send]
pub async fn read(
    caller: Caller,
    context: Context,
    Id(id): Id<CourseId>,
    Query(query): Query<ReadSpend>,
) -> Result<Json<CourseWalletBody>, ApiError> {
    let documents = context.documents();
    access::course(&documents, &caller, &id, CourseAction::ReadWallet).await?;
    let (wallet, spend) = (WalletRef::of_course(&id), Spend::of_days(query.days.get(), context.now()));
    let (nights, ledger) = (Reconciliations(&documents), &wallet.id);
    let (wallet, spend, night) = try_join!(
        wallets::read(&context, &wallet),
        spent(&documents, ledger, spend),
        nights.latest().map_err(ApiError::from)
    )?;
    let reconciliation = night.map(|(day, night)| concerning(&wallet.wallet_id, day, night));
    Ok(Json(CourseWalletBody { wallet, spend, reconciliation }))
}

async fn spent(documents: &Documents, wallet: &WalletId, mut spend: Spend) -> Result<SpendBody, ApiError> {
    let (charges, complete) = Ledger(documents).charges(wallet, spend.since(), MAX_CHARGES).await?;
    for charge in charges {
        spend.add(charge.created_at, charge.created_by, charge.amount_micros);
    }
    let day = |(day, sum): (_, mentora_core::wallet::spend::Sum)| DaySpend {
        day,
        spent_micros: sum.spent,
        charges: sum.charges,
    };
    let (since, total_micros, days) = (spend.since(), spend.total(), spend.days().map(day).collect());
    let students = spend.people().into_iter().map(|(user_id, sum)| StudentSpend {
        user_id,
        spent_micros: sum.spent,
        charges: sum.charges,
    });
    Ok(SpendBody { since, total_micros, days, students: students.collect(), complete })
}

/// What a night found of one wallet: of the others nobody here may know.
fn concerning(wallet: &WalletId, day: String, night: Reconciliation) -> WalletReconciliation {
    let drifts = night.drifts.into_iter().filter(|drift| drift.wallet_id.as_ref() == Some(wallet));
    WalletReconciliation { day, at: night.updated_at, drifts: drifts.collect() }
}
