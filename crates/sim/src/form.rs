//! `application/x-www-form-urlencoded`, as bodies and queries are written.

/// A name or a value as it was meant; none when that is no text.
pub fn decoded(raw: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let hex = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// The value under a name that is written as it is.
pub fn value(form: &str, name: &str) -> Option<String> {
    decoded(form.split('&').filter_map(|pair| pair.split_once('=')).find(|pair| pair.0 == name)?.1)
}
