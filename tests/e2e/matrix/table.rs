//! Who may do what: what each route answers to each actor. It is written by hand and asks no policy, so that the policy can
//! be tested with it; docs/AUTHORIZATION.md is made of it.
//!
//! A route needs a line here, with the same method and path as in the router's table. `{id}` and its like stand for a thing of
//! the course that the actor asks about, by the name of the collection before it: see [`super::things`]. The request has to be
//! in order in all but who asks: a refusal for another reason would be found out in the columns that expect a success.

use serde_json::json;

use super::row::Row;
use super::things::Thing;
use crate::people::unique;

macro_rules! rows {
    ($($method:ident $path:literal $($status:literal)* $(, $part:ident($($value:expr),*))*;)*) => {
        vec![$(Row::new(stringify!($method), $path, [$($status),*])$(.$part($($value),*))*),*]
    };
}

/// All of it.
pub fn table() -> Vec<Row> {
    [
        anybody(),
        oneself(),
        courses(),
        roster(),
        parts(),
        assignments(),
        work(),
        personas(),
        conversations(),
        money(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

// The columns: anonymous, stranger, invited, removed, visitor, student, classmate, auditor, ta, instructor, owner, admin.

fn anybody() -> Vec<Row> {
    rows! {
        //                                     anon stra invi remo visi stud mate audi ta  inst owne admi
        get    "/api/health"                    200  200  200  200  200  200  200  200  200  200  200  200;
        get    "/api/config"                    200  200  200  200  200  200  200  200  200  200  200  200;
        get    "/api/openapi.json"              200  200  200  200  200  200  200  200  200  200  200  200;
        get    "/api/docs"                      200  200  200  200  200  200  200  200  200  200  200  200;
        post   "/api/dev/sign-in"               200  200  200  200  200  200  200  200  200  200  200  200,
            sends(|_| json!({ "uid": "somebody" }));
    }
}

fn oneself() -> Vec<Row> {
    rows! {
        //                                     anon stra invi remo visi stud mate audi ta  inst owne admi
        get    "/api/users/me"                  401  200  200  200  200  200  200  200  200  200  200  200;
        patch  "/api/users/me"                  401  200  200  200  200  200  200  200  200  200  200  200,
            sends(|_| json!({ "activeMode": "mentor" }));
        get    "/api/users/me/export"           401  200  200  200  200  200  200  200  200  200  200  200;
        // What owners of courses may not is no matter of who they are: they are told what is in the way.
        delete "/api/users/me"                  401  200  200  200  200  200  200  200  200  200  200  200,
            fresh(Thing::Oneself);
        post   "/api/users/me/devices"          401  201  201  201  201  201  201  201  201  201  201  201,
            sends(|_| json!({ "token": "the same browser", "platform": "web" }));
        delete "/api/users/me/devices/{id}"     401  404  404  404  404  204  404  404  404  404  404  404,
            fresh(Thing::Device);
    }
}

fn courses() -> Vec<Row> {
    rows! {
        //                                     anon stra invi remo visi stud mate audi ta  inst owne admi
        get    "/api/courses"                   401  200  200  200  200  200  200  200  200  200  200  200;
        post   "/api/courses"                   401  201  201  201  201  201  201  201  201  201  201  201,
            sends(|_| json!({ "title": "Logic", "code": unique("LOGIC").to_uppercase() }));
        post   "/api/courses/join"              401  200  200  403  200  200  200  200  200  200  200  200,
            sends(|it| json!({ "code": it["code"] })), fresh(Thing::Course);
        get    "/api/courses/{id}"              401  404  404  404  200  200  200  200  200  200  200  200;
        patch  "/api/courses/{id}"              401  404  404  404  403  403  403  403  200  200  200  200,
            sends(|_| json!({ "description": "What we owe to each other." }));
        delete "/api/courses/{id}"              401  404  404  404  403  403  403  403  403  403  204  204,
            fresh(Thing::Course);
        post   "/api/courses/{id}/thumbnail"    401  404  404  404  403  403  403  403  200  200  200  200,
            sends(|_| json!({ "contentType": "image/png", "size": 1_000 }));
    }
}

fn roster() -> Vec<Row> {
    rows! {
        //                                     anon stra invi remo visi stud mate audi ta  inst owne admi
        get    "/api/courses/{id}/roster"       401  404  404  404  403  403  403  403  200  200  200  200;
        post   "/api/courses/{id}/roster"       401  404  404  404  403  403  403  403  201  201  201  201,
            sends(|_| json!({ "email": format!("{}@example.org", unique("new")), "role": "student" }));
        post   "/api/courses/{id}/roster"       401  404  404  404  403  403  403  403  403  201  201  201,
            about("a ta"),
            sends(|_| json!({ "email": format!("{}@example.org", unique("new")), "role": "ta" }));
        post   "/api/courses/{id}/roster/import"
                                                401  404  404  404  403  403  403  403  200  200  200  200,
            uploads("email\nimported@example.org\n");
        patch  "/api/courses/{id}/roster/{memberId}"
                                                401  404  404  404  403  403  403  403  200  200  200  200,
            sends(|_| json!({ "role": "auditor" })), fresh(Thing::Member);
        patch  "/api/courses/{id}/roster/{memberId}"
                                                401  404  404  404  403  403  403  403  403  200  200  200,
            about("a ta's"), sends(|_| json!({ "role": "auditor" })), fresh(Thing::Assistant);
        patch  "/api/courses/{id}/roster/{memberId}"
                                                401  404  404  404  403  403  403  403  403  200  200  200,
            about("to make a ta"), sends(|_| json!({ "role": "ta" })), fresh(Thing::Member);
        delete "/api/courses/{id}/roster/{memberId}"
                                                401  404  404  404  403  403  403  403  204  204  204  204,
            fresh(Thing::Member);
        delete "/api/courses/{id}/roster/{memberId}"
                                                401  404  404  404  403  403  403  403  403  204  204  204,
            about("a ta's"), fresh(Thing::Assistant);
    }
}

fn parts() -> Vec<Row> {
    rows! {
        //                                     anon stra invi remo visi stud mate audi ta  inst owne admi
        get    "/api/courses/{id}/announcements"
                                                401  404  404  404  403  200  200  200  200  200  200  200;
        post   "/api/courses/{id}/announcements"
                                                401  404  404  404  403  403  403  403  201  201  201  201,
            sends(|_| json!({ "content": "The first lecture is on Monday." }));
        delete "/api/courses/{id}/announcements/{announcementId}"
                                                401  404  404  404  403  403  403  403  204  204  204  204,
            fresh(Thing::Announcement);
        get    "/api/courses/{id}/topics"       401  404  404  404  403  200  200  200  200  200  200  200;
        post   "/api/courses/{id}/topics"       401  404  404  404  403  403  403  403  201  201  201  201,
            sends(|_| json!({ "title": "Trust" }));
        get    "/api/topics/{id}"               401  404  404  404  403  200  200  200  200  200  200  200;
        patch  "/api/topics/{id}"               401  404  404  404  403  403  403  403  200  200  200  200,
            sends(|_| json!({ "title": "Trust and truth" })), fresh(Thing::Topic);
        delete "/api/topics/{id}"               401  404  404  404  403  403  403  403  204  204  204  204,
            fresh(Thing::Topic);
    }
}

fn assignments() -> Vec<Row> {
    rows! {
        //                                     anon stra invi remo visi stud mate audi ta  inst owne admi
        get    "/api/assignments"               401  404  404  404  403  200  200  200  200  200  200  200,
            asks("courseId={course}");
        get    "/api/assignments"               401  404  404  404  403  200  200  200  200  200  200  200,
            asks("courseId={course}&topicId={topic}");
        post   "/api/assignments"               401  404  404  404  403  403  403  403  201  201  201  201,
            sends(|it| json!({ "courseId": it["course"], "title": "Promises" }));
        get    "/api/assignments/{id}"          401  404  404  404  403  200  200  200  200  200  200  200;
        patch  "/api/assignments/{id}"          401  404  404  404  403  403  403  403  200  200  200  200,
            sends(|_| json!({ "title": "Promises and lies" })), fresh(Thing::Assignment);
        delete "/api/assignments/{id}"          401  404  404  404  403  403  403  403  204  204  204  204,
            fresh(Thing::Assignment);
        delete "/api/assignments/{id}"          401  404  404  404  403  403  403  403  204  204  204  204,
            asks("force=true"), fresh(Thing::Conversation);
        post   "/api/assignments/{id}/preview"  401  404  404  404  403  403  403  403  200  200  200  200,
            sends(|_| json!({ "testMessage": "A lie may save a life." }));
    }
}

fn work() -> Vec<Row> {
    rows! {
        //                                     anon stra invi remo visi stud mate audi ta  inst owne admi
        get    "/api/assignments/{id}/submissions"
                                                401  404  404  404  403  403  403  403  200  200  200  200;
        get    "/api/assignments/{id}/statistics"
                                                401  404  404  404  403  403  403  403  200  200  200  200;
        get    "/api/assignments/{id}/statistics/export"
                                                401  404  404  404  403  403  403  403  200  200  200  200;
        post   "/api/assignments/{id}/statistics/rebuild"
                                                401  404  404  404  403  403  403  403  200  200  200  200;
        get    "/api/submissions/{id}"          401  404  404  404  404  200  404  404  200  200  200  200;
        patch  "/api/submissions/{id}"          401  404  404  404  404  403  404  404  200  200  200  200,
            sends(|_| json!({ "notes": "Well argued." }));
        post   "/api/submissions/{id}/submit"   401  404  404  404  404  200  404  404  403  403  403  403,
            fresh(Thing::EndedConversation);
    }
}

fn personas() -> Vec<Row> {
    rows! {
        //                                     anon stra invi remo visi stud mate audi ta  inst owne admi
        get    "/api/personas"                  401  200  200  200  200  200  200  200  200  200  200  200;
        get    "/api/personas"                  401  404  404  404  403  200  200  200  200  200  200  200,
            asks("courseId={course}");
        post   "/api/personas"                  401  404  404  404  403  403  403  403  201  201  201  201,
            sends(|it| json!({
                "courseId": it["course"], "name": "Kant", "voice": "Kore", "style": "critical",
                "systemPromptTemplate": "Be strict about {{question}}.",
            }));
        get    "/api/personas/{id}"             401  404  404  404  403  200  200  200  200  200  200  200;
        patch  "/api/personas/{id}"             401  404  404  404  403  403  403  403  200  200  200  200,
            sends(|_| json!({ "name": "Immanuel Kant" })), fresh(Thing::Persona);
        delete "/api/personas/{id}"             401  404  404  404  403  403  403  403  204  204  204  204,
            fresh(Thing::Persona);
    }
}

fn conversations() -> Vec<Row> {
    rows! {
        //                                     anon stra invi remo visi stud mate audi ta  inst owne admi
        get    "/api/conversations"             401  200  200  200  200  200  200  200  200  200  200  200;
        get    "/api/conversations"             401  404  404  404  403  200  200  200  200  200  200  200,
            asks("assignmentId={assignment}");
        get    "/api/conversations"             401  404  404  404  403  200  403  403  200  200  200  200,
            asks("assignmentId={assignment}&userId={student}");
        post   "/api/conversations"             401  404  404  404  403  201  201  201  201  201  201  201,
            sends(|it| json!({ "assignmentId": it["assignment"] })), fresh(Thing::Assignment);
        get    "/api/conversations/{id}"        401  404  404  404  404  200  404  404  200  200  200  200;
        post   "/api/conversations/{id}/turns"  401  404  404  404  404  200  404  404  403  403  403  403,
            sends(|_| json!({ "text": "A lie may save a life.", "clientMessageId": "m" })),
            fresh(Thing::Conversation);
        delete "/api/conversations/{id}/pending"
                                                401  404  404  404  404  200  404  404  403  403  403  403,
            fresh(Thing::Conversation);
        post   "/api/conversations/{id}/end"    401  404  404  404  404  200  404  404  200  200  200  200,
            fresh(Thing::Conversation);
        post   "/api/conversations/{id}/reopen" 401  404  404  404  404  403  404  404  200  200  200  200,
            fresh(Thing::EndedConversation);
        get    "/api/conversations/{id}/summary"
                                                401  404  404  404  404  200  404  404  200  200  200  200,
            fresh(Thing::EndedConversation);
        get    "/api/conversations/{id}/transcript"
                                                401  404  404  404  404  200  404  404  200  200  200  200;
        get    "/api/conversations/{id}/stream" 401  404  404  404  404  101  404  404  101  101  101  101,
            upgrades();
        post   "/api/conversations/{id}/stream/messages"
                                                401  404  404  404  404  202  404  404  403  403  403  403,
            sends(|_| json!([{ "type": "text_input", "text": "A lie may save a life.", "clientMessageId": "m" }])),
            fresh(Thing::Conversation);
        post   "/api/conversations/{id}/stream/tickets"
                                                401  404  404  404  404  200  404  404  200  200  200  200;

        // Who has left the course keeps the right to read, not the right to speak at the course's expense.
        get    "/api/conversations/{id}"        401  404  404  200  404  404  404  404  200  200  200  200,
            about("the removed member's"), fresh(Thing::ConversationOfRemoved);
        post   "/api/conversations/{id}/turns"  401  404  404  403  404  404  404  404  403  403  403  403,
            about("the removed member's"), fresh(Thing::ConversationOfRemoved),
            sends(|_| json!({ "text": "A lie may save a life.", "clientMessageId": "m" }));
        post   "/api/conversations/{id}/end"    401  404  404  200  404  404  404  404  200  200  200  200,
            about("the removed member's"), fresh(Thing::ConversationOfRemoved);
    }
}

fn money() -> Vec<Row> {
    rows! {
        //                                     anon stra invi remo visi stud mate audi ta  inst owne admi
        get    "/api/wallets/me"                401  200  200  200  200  200  200  200  200  200  200  200;
        post   "/api/wallets/me/checkout"       401  200  200  200  200  200  200  200  200  200  200  200,
            sends(|_| json!({ "amountMicros": 5_000_000 }));
        get    "/api/wallets/{id}/ledger"       401  404  404  404  403  403  403  403  200  200  200  200;
        get    "/api/wallets/{id}/ledger"       401  404  404  404  404  200  404  404  404  404  404  404,
            about("the student's own"), fresh(Thing::OwnWallet);
        get    "/api/wallets/{id}/ledger/export"
                                                401  404  404  404  403  403  403  403  200  200  200  200;
        get    "/api/courses/{id}/wallet"       401  404  404  404  403  403  403  403  200  200  200  200;
        post   "/api/courses/{id}/wallet/checkout"
                                                401  404  404  404  403  403  403  403  200  200  200  200,
            sends(|_| json!({ "amountMicros": 5_000_000 }));
        // Who asks does not matter, but who signed.
        post   "/api/webhooks/stripe"           400  400  400  400  400  400  400  400  400  400  400  400,
            sends(|_| json!({ "object": "event" }));
        post   "/api/admin/grants"              401  403  403  403  403  403  403  403  403  403  403  200,
            sends(|it| json!({ "walletId": it["wallet"], "amountMicros": 1, "reason": "The table of rights" }));
        get    "/api/admin/jobs"                401  403  403  403  403  403  403  403  403  403  403  200;
        get    "/api/admin/reconciliations"     401  403  403  403  403  403  403  403  403  403  403  200;
    }
}
