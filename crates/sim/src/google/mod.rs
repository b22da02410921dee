//! Google's identity endpoints.
//!
//! - [`keys`]: RSA keys of the service account and of Firebase, and their rotation
//! - [`jwt`]: compact JWTs with RS256
//! - [`token`]: `POST /token`, the JWT bearer grant
//! - [`id_token`]: Firebase ID tokens and the JWKS to check them

pub mod id_token;
pub mod jwt;
pub mod keys;
pub mod token;
