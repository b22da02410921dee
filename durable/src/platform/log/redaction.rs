//! Takes out of a text what must not stand in a log. What comes from outside (the reason of a refused call, the message
//! of the store) may name documents, and so people; nobody who writes a line has to think of it.

/// What a document's name begins with, before its collection.
const DOCUMENTS: &str = "/documents/";
/// Every JSON Web Token begins so: `{"` in base64.
const TOKEN: &str = "eyJ";
/// Shorter ones are words.
const MIN_TOKEN_CHARS: usize = 20;
/// Query parameters that open doors.
const SECRETS: [&str; 4] = ["key=", "ticket=", "token=", "signature="];

/// The text without addresses, tokens, keys and names of documents.
#[must_use]
pub fn redacted(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_separator = separates(first);
        let end = rest.find(|c| separates(c) != is_separator).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        if is_separator {
            clean.push_str(part);
        } else {
            word(part, &mut clean);
        }
        rest = after;
    }
    clean
}

fn separates(c: char) -> bool {
    c.is_whitespace() || "\"'`<>,;|[]{}".contains(c)
}

fn word(word: &str, clean: &mut String) {
    if let Some(at) = word.find(DOCUMENTS) {
        let (root, name) = word.split_at(at + DOCUMENTS.len());
        clean.push_str(root);
        clean.push_str(name.split('/').next().unwrap_or_default());
        clean.push_str("/…");
    } else if let Some(at) = SECRETS.iter().find_map(|secret| word.find(secret).map(|at| at + secret.len())) {
        clean.push_str(word.get(..at).unwrap_or_default());
        clean.push('…');
    } else if word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')) {
        clean.push_str("(address)");
    } else if word.find(TOKEN).is_some_and(|at| word.len() - at >= MIN_TOKEN_CHARS) {
        clean.push_str("(token)");
    } else {
        clean.push_str(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_people_or_opens_doors_is_taken_out() {
        for (text, clean) in [
            (
                "NOT_FOUND: \"projects/p/databases/(default)/documents/users/ada\" is gone",
                "NOT_FOUND: \"projects/p/databases/(default)/documents/users/…\" is gone",
            ),
            ("no user ada.l@school.example, ask", "no user (address), ask"),
            ("bad token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2ln here", "bad token (token) here"),
            ("Bearer(eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0.)", "(token)"),
            ("wss://host/ws?key=AIzaSecret refused", "wss://host/ws?key=… refused"),
            (
                "/api/conversations/c/stream?cursor=1&ticket=abc.def",
                "/api/conversations/c/stream?cursor=1&ticket=…",
            ),
        ] {
            assert_eq!(redacted(text), clean);
        }
    }

    #[test]
    fn everything_else_stays_as_it_is() {
        for text in
            ["", "status 503", "RetryFresh: 1011 internal error", "a @ b", "`aud` is {other}\n", "台北, eyJ"]
        {
            assert_eq!(redacted(text), text);
        }
    }
}
