//! Signed ID tokens as the Worker judges them, with keys that come, change and fail to come. Every way in which a token
//! can be wrong is a row of a table in `crates/google`; here are those that show each kind of answer.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::future::join_all;
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::house::House;
use crate::key_server::KeyServer;
use crate::people::{Answer, Call, unique};
use crate::stack::{Stack, Store, Wanted};

const ME: &str = "/api/users/me";

/// As the contract has it: how long the Worker waits after it could not fetch any key.
const RETRY: Duration = Duration::from_millis(1_100);

async fn staging(keys: &KeyServer) -> Stack {
    let mut wanted = Wanted::new(Store::Embedded);
    wanted.settings = vec![
        ("ENVIRONMENT", "staging".to_owned()),
        ("STORAGE_EMULATOR_HOST", String::new()),
        ("FIREBASE_API_KEY", "not a secret".to_owned()),
        ("GEMINI_API_KEY", "not a key".to_owned()),
        ("FIREBASE_JWKS_URL", keys.url.clone()),
    ];
    Stack::start(wanted).await
}

async fn token(stack: &Stack, mut wish: Value) -> String {
    if wish.get("uid").is_none() {
        wish["uid"] = json!(unique("somebody"));
    }
    stack.sim.id_token(wish).await
}

async fn answer(stack: &Stack, token: &str) -> Answer {
    stack.call(Call::get(ME).by(token)).await
}

pub async fn keys_are_fetched_once_renewed_for_a_new_one_and_missed_for_a_moment_only(_: Arc<House>) {
    let keys = KeyServer::start().await;
    let stack = &staging(&keys).await;
    let _watch = stack.watch();
    let first = token(stack, json!({})).await;

    // Without keys nobody can be checked: that is our trouble, and passes.
    answer(stack, &first).await.refused(503, "UPSTREAM_UNAVAILABLE");
    keys.fall_silent();
    tokio::time::sleep(RETRY).await;
    answer(stack, &first).await.refused(503, "UPSTREAM_UNAVAILABLE");
    keys.publish(stack.sim.public_keys().await);
    tokio::time::sleep(RETRY).await;
    let asked = keys.asked();
    for answer in join_all((0..8).map(|_| answer(stack, &first))).await {
        answer.ok();
    }
    assert_eq!(keys.asked(), asked + 1, "eight asked at once, and one fetched");

    // A new key is found at once, and one that was withdrawn is good for nobody.
    stack.sim.replace_keys().await;
    keys.publish(stack.sim.public_keys().await);
    let second = token(stack, json!({})).await;
    answer(stack, &first).await.ok();
    answer(stack, &second).await.ok();
    assert_eq!(keys.asked(), asked + 2);
    answer(stack, &first).await.refused(401, "UNAUTHORIZED");

    // Names of keys that do not exist cost nobody a fetch each.
    for _ in 0..20 {
        let made_up = token(stack, json!({ "kid": unique("key") })).await;
        answer(stack, &made_up).await.refused(401, "UNAUTHORIZED");
    }
    assert_eq!(keys.asked(), asked + 2);

    keys.break_down();
    answer(stack, &second).await.ok();
    assert_eq!(keys.asked(), asked + 2, "keys at hand are not asked for");
}

pub async fn a_token_that_is_not_googles_for_this_project_now_is_refused(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    let good = token(stack, json!({})).await;
    answer(stack, &good).await.ok();

    answer(stack, &token(stack, json!({ "expired": true })).await).await.refused(401, "TOKEN_EXPIRED");
    let late = json!({ "expired": true, "kid": "a key of last month" });
    answer(stack, &token(stack, late).await).await.refused(401, "TOKEN_EXPIRED");

    let wishes = [
        json!({ "aud": "another-project" }),
        json!({ "aud": "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit" }),
        json!({ "iss": "https://securetoken.google.com/another-project" }),
        json!({ "iss": format!("https://session.firebase.google.com/{}", stack.project) }),
        json!({ "uid": "" }),
        json!({ "uid": "a".repeat(129) }),
        json!({ "uid": "users/other" }),
        json!({ "claims": { "sub": null } }),
        json!({ "claims": { "exp": null } }),
        json!({ "claims": { "iat": now + 600 } }),
        json!({ "claims": { "auth_time": now + 600 } }),
        json!({ "claims": { "email": ["a", "b"] } }),
        json!({ "claims": { "note": "a".repeat(8 * 1024) } }),
        json!({ "kid": "a key that nobody has" }),
    ];
    for wish in wishes {
        let answer = answer(stack, &token(stack, wish.clone()).await).await;
        assert_eq!(answer.status, 401, "{wish}: {}", answer.body);
        answer.refused(401, "UNAUTHORIZED");
    }

    let published: Value = serde_json::from_str(&stack.sim.public_keys().await).unwrap();
    let modulus = URL_SAFE_NO_PAD.decode(published["keys"][0]["n"].as_str().unwrap()).unwrap();
    let [header, claims, signature] = parts(&good);
    let raised = reencoded(claims, |claims| claims["admin"] = json!(true));
    let shared_secret = reencoded(header, |header| header["alg"] = json!("HS256"));
    let curve = reencoded(header, |header| header["alg"] = json!("ES256"));
    let unsigned_though_signed = reencoded(header, |header| header["alg"] = json!("none"));
    let tokens = [
        format!("{header}.{raised}.{signature}"),
        format!("{header}.{claims}."),
        format!("{header}.{claims}"),
        format!("{shared_secret}.{claims}.{}", code(&modulus, &format!("{shared_secret}.{claims}"))),
        format!("{curve}.{claims}.{}", URL_SAFE_NO_PAD.encode([0; 64])),
        format!("{unsigned_though_signed}.{claims}.{signature}"),
        format!("{good}=="),
        "e30.e30.e30".to_owned(),
        "not-a-token".to_owned(),
    ];
    for token in tokens {
        answer(stack, &token).await.refused(401, "UNAUTHORIZED");
    }
}

fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<&str> = token.split('.').collect();
    parts.try_into().unwrap()
}

fn reencoded(part: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    change(&mut value);
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn code(secret: &[u8], message: &str) -> String {
    let code = Hmac::<Sha256>::new_from_slice(secret).unwrap().chain_update(message).finalize();
    URL_SAFE_NO_PAD.encode(code.into_bytes())
}
