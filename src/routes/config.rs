//! `/api/config`

use axum::Json;
use mentora_core::pricing;
use mentora_core::time::Millis;
use mentora_wire::rest::{ConfigBody, FeaturesBody, FirebaseBody, ModelBody, PricesBody};

use crate::context::Context;
use crate::stamp::{COMMIT, VERSION};

/// What the web app must know before anybody has signed in. Holds no secret.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/config", operation_id = "getConfig", tag = "about", security(()),
    responses((status = 200, description = "The public settings.", body = ConfigBody)),
))]
pub async fn read(context: Context) -> Json<ConfigBody> {
    let config = context.config();
    Json(ConfigBody {
        environment: config.environment.as_str().into(),
        firebase: FirebaseBody {
            project_id: config.project_id.clone(),
            api_key: config.firebase_api_key.clone(),
        },
        features: FeaturesBody { dev_sign_in: config.accepts_unsigned_tokens() },
        model: ModelBody { live: config.gemini.live_model.clone(), offline: config.gemini.offline },
        prices: prices(&config.gemini.live_model, context.now()),
        version: VERSION.into(),
        commit: COMMIT.into(),
    })
}

fn prices(model: &str, now: Millis) -> PricesBody {
    let price = pricing::price(model, now);
    PricesBody {
        version: pricing::price_version().into(),
        text_in_micros: price.text_in,
        audio_in_micros: price.audio_in,
        image_in_micros: price.image_in,
        text_out_micros: price.text_out,
        audio_out_micros: price.audio_out,
    }
}
