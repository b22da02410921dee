//! `POST /api/users/me/devices`

use axum::response::{IntoResponse, Response};
use mentora_core::documents::Device;
use mentora_durable::repositories::Devices;
use mentora_wire::rest::{DeviceBody, RegisterDevice};

use crate::answer::{Created, Current};
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Json;

/// Registers a browser or a phone for push messages. Registered again with the same token, it is the same device.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/users/me/devices", operation_id = "registerDevice", tag = "users",
    request_body = RegisterDevice,
    responses(
        (status = 200, description = "It was registered before, and was seen again.", body = DeviceBody),
        (status = 201, description = "A new one.", body = DeviceBody, headers(("location" = String))),
        crate::openapi::Conflicting,
    ),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Json(RegisterDevice { token, platform }): Json<RegisterDevice>,
) -> Result<Response, ApiError> {
    let now = context.now();
    let device = Device { token, platform, last_seen_at: now, created_at: now, updated_at: now };
    let registered = Devices(&context.documents()).register(&caller.actor.user, &device).await?;
    let Device { platform, last_seen_at, created_at, updated_at, .. } = registered.device;
    let location = format!("/api/users/me/devices/{}", registered.id);
    let body = DeviceBody { id: registered.id, platform, last_seen_at, created_at, updated_at };
    if registered.created {
        Ok(Created { location, body }.into_response())
    } else {
        Ok(Current(body).into_response())
    }
}
