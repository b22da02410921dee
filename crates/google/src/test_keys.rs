//! RSA keys for tests. Making one takes seconds, so each is made once.

use std::sync::LazyLock;

use rsa::RsaPrivateKey;

pub static KEY: LazyLock<RsaPrivateKey> = LazyLock::new(|| made(2048));
pub static OTHER: LazyLock<RsaPrivateKey> = LazyLock::new(|| made(2048));
pub static SHORT: LazyLock<RsaPrivateKey> = LazyLock::new(|| made(1024));

fn made(bits: usize) -> RsaPrivateKey {
    RsaPrivateKey::new(&mut rand_core::OsRng, bits).unwrap()
}
