//! The keys of passwords, made by WebCrypto: `mentora_core::password` says how and why.

use mentora_core::password::{Derivation, Password, SALT_BYTES};
use wasm_bindgen::prelude::*;
use worker::js_sys::{Array, ArrayBuffer, JsString, Object, Promise, Reflect, Uint8Array};
use worker::wasm_bindgen_futures::JsFuture;

use super::random;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = importKey)]
    fn import_key(
        format: &str,
        key: &Uint8Array,
        algorithm: &str,
        extractable: bool,
        usages: &Array,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = deriveBits)]
    fn derive_bits(algorithm: &Object, key: &JsValue, bits: u32) -> Result<Promise, JsValue>;
}

/// The runtime would not make a key; it knows nothing of the password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the runtime made no key of a password: {0}")]
pub struct NoKey(String);

/// A salt that no other hash has.
#[must_use]
pub fn fresh_salt() -> [u8; SALT_BYTES] {
    random::bytes()
}

/// Makes the key of a password.
///
/// The same characters make the same key however they were put in: it is made of the NFKC form, so letters from a
/// full-width keyboard are the plain ones. The runtime has the tables for that; in our own code they would weigh more than
/// the rest of this.
///
/// # Errors
/// [`NoKey`] when the runtime refuses, as production does for more than 100,000 iterations.
pub async fn key(password: &Password, how: &Derivation) -> Result<Vec<u8>, NoKey> {
    derive(password, how).await.map_err(|error| NoKey(format!("{error:?}")))
}

async fn derive(password: &Password, how: &Derivation) -> Result<Vec<u8>, JsValue> {
    let normal = String::from(JsString::from(password.expose()).normalize("NFKC"));
    let usages = Array::of1(&"deriveBits".into());
    let secret = Uint8Array::from(normal.as_bytes());
    let secret = JsFuture::from(import_key("raw", &secret, "PBKDF2", false, &usages)?).await?;

    let algorithm = Object::new();
    let parts: [(&str, JsValue); 4] = [
        ("name", "PBKDF2".into()),
        ("hash", "SHA-512".into()),
        ("salt", Uint8Array::from(how.salt.as_slice()).into()),
        ("iterations", how.iterations.into()),
    ];
    for (name, value) in parts {
        Reflect::set(&algorithm, &name.into(), &value)?;
    }
    // The length comes from a hash that was read: 64 bytes at most.
    let bits = u32::try_from(how.key_bytes * 8).unwrap_or_default();
    let key = JsFuture::from(derive_bits(&algorithm, &secret, bits)?).await?;
    Ok(Uint8Array::new(&key.unchecked_into::<ArrayBuffer>()).to_vec())
}
