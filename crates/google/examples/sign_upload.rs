//! Signs an upload, to try a bucket by hand or to compare with another signer.
//!
//!     cargo run -p mentora-google --example sign_upload < wish.json
//!
//! `wish.json`: `{"account": {…}, "baseUrl", "bucket", "object", "headers": {…}, "expiresSeconds", "atMs"}`, where `account`
//! is a key file as Google hands it out. Prints the URL.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a wish that is none ends here")]

use std::collections::BTreeMap;

use mentora_google::service_account::ServiceAccount;
use mentora_google::storage::{Bucket, SignedUrl};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wish {
    account: serde_json::Value,
    base_url: String,
    bucket: String,
    object: String,
    headers: BTreeMap<String, String>,
    expires_seconds: u32,
    at_ms: i64,
}

fn main() {
    let wish: Wish = serde_json::from_reader(std::io::stdin()).unwrap();
    let account = ServiceAccount::parse(&wish.account.to_string()).unwrap();
    let headers: Vec<(&str, &str)> =
        wish.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let request = SignedUrl {
        bucket: Bucket { base_url: &wish.base_url, name: &wish.bucket },
        object: &wish.object,
        method: "PUT",
        headers: &headers,
        expires_seconds: wish.expires_seconds,
    };
    println!("{}", request.sign(&account, wish.at_ms).unwrap());
}
