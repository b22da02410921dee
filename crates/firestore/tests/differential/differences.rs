//! Where the emulator is knowingly answered otherwise, and why.

use serde_json::{Value as Json, json};

use crate::{
    shared::exchange::{Outcome, Reply},
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

/// Answers that differ, and may.
pub struct Forgiven {
    pub what: &'static str,
    pub why: &'static str,
    meets: fn(&Step, &[Outcome], &[Outcome]) -> bool,
}

pub const AVOIDED: &[Avoided] = &[
    Avoided {
        what: "an ordered list page by page",
        why: "the emulator fails with 500 UNKNOWN at its own page token",
        meets: |step| step.kind == Kind::List && has(step, "orderBy") && has(step, "pageSize"),
    },
    Avoided {
        what: "a list of missing documents with a mask",
        why: "the emulator does not look at the mask; Google documents none of this",
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

pub const FORGIVEN: &[Forgiven] = &[];

/// The reply without what is not compared.
pub fn without_uncompared(reply: Reply, sent: Option<&Json>) -> Reply {
    let Ok(mut body) = serde_json::from_str(&reply.body) else { return reply };
    UNCOMPARED.iter().for_each(|part| (part.take_out)(&mut body, sent));
    Reply { body: body.to_string(), ..reply }
}

/// Why a step is in no program, if it is in none.
pub fn avoided(step: &Step) -> Option<&'static Avoided> {
    AVOIDED.iter().find(|avoided| (avoided.meets)(step))
}

/// Why two answers may differ, if they may.
pub fn forgiven(step: &Step, theirs: &[Outcome], ours: &[Outcome]) -> Option<&'static Forgiven> {
    FORGIVEN.iter().find(|forgiven| (forgiven.meets)(step, theirs, ours))
}
