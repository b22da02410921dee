//! What SendGrid takes: every fault of a mail with its field, as SendGrid tells them.

use serde_json::Value;

/// Everything that a mail may have.
const KNOWN: [&str; 18] = [
    "personalizations",
    "from",
    "reply_to",
    "reply_to_list",
    "subject",
    "content",
    "attachments",
    "template_id",
    "sections",
    "headers",
    "categories",
    "custom_args",
    "send_at",
    "batch_id",
    "asm",
    "ip_pool_name",
    "mail_settings",
    "tracking_settings",
];
/// Headers that SendGrid writes itself.
const RESERVED: [&str; 12] = [
    "x-sg-id",
    "x-sg-eid",
    "received",
    "dkim-signature",
    "content-type",
    "content-transfer-encoding",
    "to",
    "from",
    "subject",
    "reply-to",
    "cc",
    "bcc",
];
const MOST_RECIPIENTS: usize = 1_000;
const MOST_CUSTOM_BYTES: usize = 10_000;

/// A message and its field.
type Fault = (String, Option<String>);

/// What is wrong with a mail.
pub fn faults(mail: &Value) -> Vec<Fault> {
    let mut faults = Faults(Vec::new());
    let Some(object) = mail.as_object() else {
        return vec![("Bad Request".to_owned(), None)];
    };
    for name in object.keys().filter(|name| !KNOWN.contains(&name.as_str())) {
        faults.add(format!("Additional property {name} is not allowed"), name);
    }
    if mail["from"]["email"].is_string() {
        faults.mailbox(&mail["from"], "from");
    } else {
        faults.add(
            "The from object must be provided for every email send. It is an object that requires the email parameter, but \
             may also contain a name parameter.",
            "from.email",
        );
    }
    personalizations(mail, &mut faults);
    subject(mail, &mut faults);
    content(mail, &mut faults);
    for (name, value) in mail["headers"].as_object().into_iter().flatten() {
        if RESERVED.contains(&name.to_lowercase().as_str()) || !is_line(value) {
            faults.add("The headers cannot be used.", &format!("headers.{name}"));
        }
    }
    let custom = &mail["custom_args"];
    if custom.to_string().len() > MOST_CUSTOM_BYTES {
        faults.add("The custom arguments must be smaller than 10000 bytes.", "custom_args");
    }
    if custom.as_object().into_iter().flatten().any(|(_, value)| !value.is_string()) {
        faults.add("Custom arguments must be strings.", "custom_args");
    }
    faults.0
}

fn personalizations(mail: &Value, faults: &mut Faults) {
    let all = mail["personalizations"].as_array().map(Vec::as_slice).unwrap_or_default();
    if all.is_empty() {
        faults.add(
            "The personalizations field is required and must have at least one personalization.",
            "personalizations",
        );
    }
    let mut recipients = 0;
    for (index, personalization) in all.iter().enumerate() {
        let field = format!("personalizations.{index}");
        if personalization["to"].as_array().is_none_or(Vec::is_empty) {
            faults.add(
                "The to array is required for all personalization objects, and must have at least one email object with a \
                 valid email address.",
                &format!("{field}.to"),
            );
        }
        let mut seen = Vec::new();
        for list in ["to", "cc", "bcc"] {
            for (position, mailbox) in personalization[list].as_array().into_iter().flatten().enumerate() {
                recipients += 1;
                faults.mailbox(mailbox, &format!("{field}.{list}.{position}"));
                let address = mailbox["email"].as_str().unwrap_or_default().to_lowercase();
                if seen.contains(&address) {
                    faults.add(
                        "Each email address in the personalization block should be unique between to, cc, and bcc.",
                        &field,
                    );
                }
                seen.push(address);
            }
        }
    }
    if recipients > MOST_RECIPIENTS {
        faults.add("The total number of recipients must be no more than 1000.", "personalizations");
    }
}

fn subject(mail: &Value, faults: &mut Faults) {
    let all = mail["personalizations"].as_array().map(Vec::as_slice).unwrap_or_default();
    let everywhere = !all.is_empty() && all.iter().all(|one| one["subject"].is_string());
    let text = mail["subject"].as_str().unwrap_or_default();
    if (text.is_empty() && !everywhere && mail["template_id"].is_null())
        || (mail["subject"].is_string() && !is_line(&mail["subject"]))
    {
        faults.add(
            "The subject is required. You can get around this requirement if you use a template with a subject defined or \
             if every personalization has a subject defined.",
            "subject",
        );
    }
}

fn content(mail: &Value, faults: &mut Faults) {
    let all = mail["content"].as_array().map(Vec::as_slice).unwrap_or_default();
    if all.is_empty() && mail["template_id"].is_null() {
        faults.add(
            "Unless a valid template_id is provided, the content parameter is required. There must be at least one defined \
             content block. We typically suggest both text/plain and text/html blocks are included, but only one block is \
             required.",
            "content",
        );
    }
    for (index, content) in all.iter().enumerate() {
        if content["value"].as_str().is_none_or(str::is_empty) {
            let message = "The content value must be a string at least one character in length.";
            faults.add(message, &format!("content.{index}.value"));
        }
        if content["type"].as_str().is_none_or(|kind| !kind.contains('/')) {
            faults.add("The content type must be a string.", &format!("content.{index}.type"));
        }
    }
    // The plainest first: text/plain, text/html, then whatever else.
    let rank = |content: &Value| match content["type"].as_str() {
        Some("text/plain") => 0,
        Some("text/html") => 1,
        _ => 2,
    };
    let ranks: Vec<_> = all.iter().map(rank).collect();
    if !ranks.is_sorted() {
        faults.add(
            "If present, text/plain must be the first content, followed by text/html, followed by any other type.",
            "content",
        );
    }
}

struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, message: impl Into<String>, field: &str) {
        self.0.push((message.into(), Some(field.to_owned())));
    }

    fn mailbox(&mut self, mailbox: &Value, field: &str) {
        if !mailbox["email"].as_str().is_some_and(is_address) {
            self.add("Does not contain a valid address.", &format!("{field}.email"));
        }
        if !mailbox["name"].is_null() && !is_line(&mailbox["name"]) {
            self.add("The name must be a string on one line.", &format!("{field}.name"));
        }
    }
}

fn is_address(text: &str) -> bool {
    let unfit =
        |character: char| character.is_whitespace() || character.is_control() || ",;<>".contains(character);
    let halves = text.split_once('@');
    halves.is_some_and(|(mailbox, host)| !mailbox.is_empty() && !host.is_empty() && !host.contains('@'))
        && !text.contains(unfit)
}

fn is_line(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.contains(char::is_control))
}
