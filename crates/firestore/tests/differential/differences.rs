//! Where the emulator is knowingly answered otherwise, and why. What can be shown by a case stands in the conformance
//! suite's list too.

use serde_json::{Value as Json, json};

use crate::{
    shared::exchange::Reply,
    step::{Kind, Step},
};

/// Steps that no program has, because the emulator does not do with them what production does.
pub struct Avoided {
    pub what: &'static str,
    pub why: &'static str,
    meets: fn(&Step) -> bool,
}

/// Parts of replies that are not compared.
pub struct Uncompared {
    pub what: &'static str,
    pub why: &'static str,
    /// Takes the part out of a reply to this body.
    take_out: fn(&mut Json, Option<&Json>),
}

impl Avoided {
    pub fn meets(&self, step: &Step) -> bool {
        (self.meets)(step)
    }
}

pub const AVOIDED: &[Avoided] = &[
    Avoided {
        what: "a vector with NaN, or in an array",
        why: "the emulator takes both, and lets array transforms look for vectors; we refuse",
        meets: |step| {
            let body = step.body.as_ref().map(Json::to_string).unwrap_or_default();
            body.contains("__vector__")
                && (body.contains("NaN")
                    || body.contains("removeAllFromArray")
                    || body.contains("appendMissingElements"))
        },
    },
    Avoided {
        what: "a version in a URL",
        why: "the emulator reads a timestamp there as 0, so no version is ever right",
        meets: |step| has(step, "currentDocument.updateTime"),
    },
    Avoided {
        what: "a document without an id",
        why: "each side makes an id of its own, which stands elsewhere in the order of names",
        meets: |step| step.kind == Kind::Create && !has(step, "documentId"),
    },
    Avoided {
        what: "a selection of nothing",
        why: "Google documents \"If empty, all fields are returned\"; the emulator returns none",
        meets: |step| {
            let select = step.body.as_ref().and_then(|body| body.pointer("/structuredQuery/select"));
            let fields = select.map(|select| select.get("fields").and_then(Json::as_array));
            fields.is_some_and(|fields| fields.is_none_or(Vec::is_empty))
        },
    },
    Avoided {
        what: "an ordered list page by page",
        why: "the emulator fails with 500 UNKNOWN at its own page token",
        meets: |step| step.kind == Kind::List && has(step, "orderBy") && has(step, "pageSize"),
    },
    Avoided {
        what: "a list of missing documents with a mask",
        why: "the emulator does not look at the mask, which Google documents without that exception",
        meets: |step| step.kind == Kind::List && has(step, "showMissing") && has(step, "mask.fieldPaths"),
    },
];

fn has(step: &Step, parameter: &str) -> bool {
    step.parameters.iter().any(|(name, _)| *name == parameter)
}

pub const UNCOMPARED: &[Uncompared] = &[
    Uncompared {
        what: "the version of a document that is verified not to be there",
        why: "there is none; the emulator tells the time of its look, we that of the commit",
        take_out: |reply, sent| {
            let writes = sent.and_then(|sent| sent.get("writes")?.as_array());
            let results = reply.get_mut("writeResults").and_then(Json::as_array_mut);
            for (write, result) in writes.into_iter().flatten().zip(results.into_iter().flatten()) {
                let verified = write.get("verify").is_some();
                if verified && write.pointer("/currentDocument/exists") == Some(&Json::Bool(false)) {
                    *result = json!({});
                }
            }
        },
    },
    Uncompared {
        what: "the version of a missing document in a list",
        why: "Google documents that missing documents have no times; the emulator tells when one was deleted",
        take_out: |reply, _| {
            let documents = reply.get_mut("documents").and_then(Json::as_array_mut);
            for document in documents.into_iter().flatten().filter_map(Json::as_object_mut) {
                if !document.contains_key("createTime") {
                    document.remove("updateTime");
                }
            }
        },
    },
];

/// The reply without what is not compared.
pub fn without_uncompared(reply: Reply, sent: Option<&Json>) -> Reply {
    let Ok(mut body) = serde_json::from_str(&reply.body) else { return reply };
    UNCOMPARED.iter().for_each(|part| (part.take_out)(&mut body, sent));
    Reply { body: body.to_string(), ..reply }
}

/// Why a step is in no program, if it is in none.
pub fn avoided(step: &Step) -> Option<&'static Avoided> {
    AVOIDED.iter().find(|avoided| avoided.meets(step))
}

/// What is left out and why, for people.
pub fn listed() -> String {
    let avoided = AVOIDED.iter().map(|Avoided { what, why, .. }| format!("  not asked: {what}: {why}"));
    let uncompared =
        UNCOMPARED.iter().map(|Uncompared { what, why, .. }| format!("  not compared: {what}: {why}"));
    avoided.chain(uncompared).collect::<Vec<_>>().join("\n")
}
