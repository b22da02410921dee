//! The token endpoint and Firebase's keys, checked from the outside with signatures of our own.

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::{fast, get, post, start};
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::sha2::Sha256;
use rsa::signature::{SignatureEncoding as _, Signer as _, Verifier as _};
use rsa::{BigUint, RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

fn jwt(header: &Value, claims: &Value, key: &RsaPrivateKey) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = SigningKey::<Sha256>::new(key.clone()).sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

#[tokio::test]
async fn an_assertion_is_verified_as_google_does_it() {
    let sim = start(fast()).await;
    let account = get(&sim, "/sim/service-account.json").await;
    let key = RsaPrivateKey::from_pkcs8_pem(account["private_key"].as_str().unwrap()).unwrap();
    assert_eq!(account["token_uri"], format!("{}/token", sim.base_url));
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": account["private_key_id"] });
    let claims = json!({
        "iss": account["client_email"], "aud": "https://oauth2.googleapis.com/token", "iat": now(), "exp": now() + 3_600,
        "scope": "https://www.googleapis.com/auth/datastore https://www.googleapis.com/auth/firebase.messaging",
    });
    let with = |name: &str, value: Value| {
        let mut changed = claims.clone();
        changed[name] = value;
        jwt(&header, &changed, &key)
    };
    let form = |assertion: &str| {
        format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}")
    };
    let good = jwt(&header, &claims, &key);

    for (what, assertion) in [
        ("Google's audience", good.clone()),
        ("the token_uri as audience", with("aud", account["token_uri"].clone())),
        ("issued a minute ahead", with("iat", json!(now() + 60))),
    ] {
        let (status, body) = post(&sim, "/token", form(&assertion)).await;
        assert_eq!(status, 200, "{what}: {body}");
        assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(3_599)));
        assert!(body["access_token"].as_str().unwrap().len() > 20);
    }

    let (signed, signature) = good.rsplit_once('.').unwrap();
    let tampered = format!("{signed}x.{signature}");
    let other_claims = format!(
        "{}.{}.{signature}",
        signed.split_once('.').unwrap().0,
        URL_SAFE_NO_PAD.encode(json!({ "iss": account["client_email"] }).to_string())
    );
    let none = json!({ "alg": "none", "typ": "JWT" });
    let unsigned = format!(
        "{}.{}.",
        URL_SAFE_NO_PAD.encode(none.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let wrong_kid = jwt(&json!({ "alg": "RS256", "kid": "0000" }), &claims, &key);
    let lifetime = "Token must be a short-lived token (60 minutes)";
    for (what, body, error, description) in [
        (
            "another grant",
            "grant_type=password".to_owned(),
            "unsupported_grant_type",
            "Invalid grant_type: password",
        ),
        ("no assertion", form(""), "invalid_request", "assertion"),
        ("no JWT", form("abc"), "invalid_grant", "Bad Request"),
        ("tampered payload", form(&tampered), "invalid_grant", ""),
        ("signature of other claims", form(&other_claims), "invalid_grant", "Invalid JWT Signature."),
        ("unsigned", form(&unsigned), "invalid_grant", "Invalid JWT Signature."),
        ("unknown key id", form(&wrong_kid), "invalid_grant", "Invalid JWT Signature."),
        ("unknown account", form(&with("iss", json!("a@b.c"))), "invalid_grant", "account not found"),
        ("wrong audience", form(&with("aud", json!("https://example.com"))), "invalid_grant", "audience"),
        ("expired", form(&with("exp", json!(now() - 1))), "invalid_grant", lifetime),
        ("too long", form(&with("exp", json!(now() + 7_200))), "invalid_grant", lifetime),
        ("issued in the future", form(&with("iat", json!(now() + 1_000))), "invalid_grant", lifetime),
        ("no scope", form(&with("scope", json!(""))), "invalid_scope", "Invalid OAuth scope"),
        ("unknown scope", form(&with("scope", json!("datastore"))), "invalid_scope", "Invalid OAuth scope"),
    ] {
        let (status, answer) = post(&sim, "/token", body).await;
        assert_eq!(status, 400, "{what}: {answer}");
        assert_eq!(answer["error"], error, "{what}: {answer}");
        assert!(answer["error_description"].as_str().unwrap().contains(description), "{what}: {answer}");
    }
}

#[tokio::test]
async fn id_tokens_can_be_checked_with_the_published_keys_also_after_a_rotation() {
    let sim = start(fast()).await;
    let (_, minted) =
        post(&sim, "/sim/id-token", r#"{"uid":"u1","email":"a@b.c","claims":{"admin":true}}"#).await;
    let claims = verified(&sim, &minted).await.expect("the signature is good");
    assert_eq!(claims["iss"], "https://securetoken.google.com/demo-mentora");
    assert_eq!(
        (&claims["sub"], &claims["user_id"], &claims["aud"]),
        (&json!("u1"), &json!("u1"), &json!("demo-mentora"))
    );
    assert_eq!((&claims["email"], &claims["admin"]), (&json!("a@b.c"), &json!(true)));
    assert!(claims["exp"].as_u64() > Some(now()) && claims["auth_time"].as_u64() <= Some(now()));

    let (_, odd) = post(
        &sim,
        "/sim/id-token",
        r#"{"uid":"u2","expired":true,"aud":"other","iss":"https://evil","kid":"nobody"}"#,
    )
    .await;
    assert!(verified(&sim, &odd).await.is_none(), "nobody publishes this key");
    assert!(odd["claims"]["exp"].as_u64() < Some(now()));
    assert_eq!((&odd["claims"]["aud"], &odd["claims"]["iss"]), (&json!("other"), &json!("https://evil")));
    assert_eq!(post(&sim, "/sim/id-token", r#"{"email":"no uid"}"#).await.0, 400);

    let (_, rotated) = post(&sim, "/sim/rotate-keys", "").await;
    assert_ne!(rotated["kid"], minted["kid"]);
    assert!(verified(&sim, &minted).await.is_some(), "the key before stays published");
    let (_, later) = post(&sim, "/sim/id-token", r#"{"uid":"u1"}"#).await;
    assert_eq!(later["kid"], rotated["kid"]);
    assert!(verified(&sim, &later).await.is_some());
}

/// The claims, if a published key verifies the token.
async fn verified(sim: &mentora_sim::RunningSim, minted: &Value) -> Option<Value> {
    let response = reqwest::get(format!("{}/jwks", sim.base_url)).await.unwrap();
    let cache = response.headers()["cache-control"].to_str().unwrap().to_owned();
    assert!(cache.starts_with("public, max-age="), "{cache}");
    let jwks: Value = response.json().await.unwrap();

    let token = minted["idToken"].as_str().unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
    let header: Value = serde_json::from_slice(&bytes(header)).unwrap();
    let jwk = jwks["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"])?;
    let number = |name: &str| BigUint::from_bytes_be(&bytes(jwk[name].as_str().unwrap()));
    let key = VerifyingKey::<Sha256>::new(RsaPublicKey::new(number("n"), number("e")).unwrap());
    let signature = Signature::try_from(bytes(signature).as_slice()).unwrap();
    key.verify(signed.as_bytes(), &signature).ok()?;
    serde_json::from_slice(&bytes(claims)).ok()
}
