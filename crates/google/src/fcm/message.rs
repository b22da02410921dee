//! One message to one device.

use http::{Request, header};
use serde_json::{Map, Value, json};

/// What FCM takes of a message, in bytes.
pub const MAX_PAYLOAD_BYTES: usize = 4_096;

/// Stands where a text was cut.
const CUT: &str = "…";

/// What a device is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// The registration token of the device.
    pub device: &'a str,
    /// In the first line.
    pub title: &'a str,
    /// Below it.
    pub body: &'a str,
    /// What is opened by a tap on it. FCM takes no address that is not HTTPS as a browser's link; without one, the app finds it
    /// in `data`.
    pub link: &'a str,
    /// Which message it is, up to 64 bytes: a device that gets one twice shows it once.
    pub id: &'a str,
    /// What it is about, for the app.
    pub kind: &'a str,
}

impl Message<'_> {
    /// The request, without the access token.
    ///
    /// `base_url` is [`super::FCM_URL`] or a stand-in, without a trailing slash.
    ///
    /// # Errors
    /// When the base URL or the project cannot stand in a request.
    pub fn request(&self, base_url: &str, project: &str) -> Result<Request<Vec<u8>>, http::Error> {
        let mut message = self.fitting();
        if let Some(message) = message.as_object_mut() {
            message.insert("token".into(), json!(self.device));
        }
        Request::post(format!("{base_url}/v1/projects/{project}/messages:send"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(json!({ "message": message }).to_string().into_bytes())
    }

    /// The message within FCM's bounds: of a text that is too long the beginning, the body's before the title's.
    fn fitting(&self) -> Value {
        let (mut title, mut body) = (self.title.to_owned(), self.body.to_owned());
        loop {
            let message = self.payload(&title, &body);
            let excess = message.to_string().len().saturating_sub(MAX_PAYLOAD_BYTES);
            let longer = if body.is_empty() { &mut title } else { &mut body };
            if excess == 0 || longer.is_empty() {
                return message;
            }
            *longer = shortened(longer, excess);
        }
    }

    /// The message without the device, whose token is not counted.
    fn payload(&self, title: &str, body: &str) -> Value {
        let mut webpush = Map::new();
        webpush.insert("notification".into(), json!({ "tag": self.id }));
        if self.link.starts_with("https://") {
            webpush.insert("fcm_options".into(), json!({ "link": self.link }));
        }
        json!({
            "notification": { "title": title, "body": body },
            "data": { "notification": self.id, "kind": self.kind, "link": self.link },
            "android": { "notification": { "tag": self.id } },
            "apns": { "headers": { "apns-collapse-id": self.id } },
            "webpush": webpush,
        })
    }
}

/// `text` with at least `excess` bytes less, cut between two characters; nothing of it where that leaves nothing.
fn shortened(text: &str, excess: usize) -> String {
    let whole = text.strip_suffix(CUT).unwrap_or(text);
    let mut end = text.len().saturating_sub(excess + CUT.len()).min(whole.len());
    while !whole.is_char_boundary(end) {
        end -= 1;
    }
    match whole.get(..end).map(str::trim_end) {
        Some(rest) if !rest.is_empty() => format!("{rest}{CUT}"),
        _ => String::new(),
    }
}
