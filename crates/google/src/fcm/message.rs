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
        let fits = |title: &str, body: &str| self.payload(title, body).to_string().len() <= MAX_PAYLOAD_BYTES;
        let body = longest(self.body, |body| fits(self.title, body));
        let title = longest(self.title, |title| fits(title, &body));
        self.payload(&title, &body)
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

/// As much of `text` as fits, cut between two characters; nothing, where nothing of it does. What a text takes is only known
/// when it is written as JSON, in which some characters take more than one.
fn longest(text: &str, fits: impl Fn(&str) -> bool) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let cut =
        |end: usize| text.get(..end).map(|rest| format!("{}{CUT}", rest.trim_end())).unwrap_or_default();
    let ends: Vec<usize> = text.char_indices().map(|(end, _)| end).skip(1).collect();
    let fitting = ends.partition_point(|end| fits(&cut(*end)));
    fitting.checked_sub(1).and_then(|last| ends.get(last)).map(|end| cut(*end)).unwrap_or_default()
}
