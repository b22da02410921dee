//! `DELETE /api/users/me/devices/{id}`

use axum::response::NoContent;
use mentora_core::ids::DeviceId;
use mentora_durable::repositories::Devices;

use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Id;

/// Removes a device: nothing is sent to it any more.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    delete, path = "/api/users/me/devices/{id}", operation_id = "deleteDevice", tag = "users",
    params(("id" = String, Path, description = "The device.")),
    responses((status = 204, description = "It is removed.")),
))]
#[worker::send]
pub async fn delete(caller: Caller, context: Context, Id(id): Id<DeviceId>) -> Result<NoContent, ApiError> {
    let removed = Devices(&context.documents()).remove(&caller.actor.user, &id).await;
    removed.map_err(ApiError::missing(ApiError::device_not_found))?;
    Ok(NoContent)
}
