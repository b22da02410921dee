//! A conversation after its end: opened again, summed up, and read.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::dialogue::chained;
use crate::house::House;
use crate::people::Class;
use crate::stream::{Memory, Options, Stream};
use crate::submissions::{argue_and_end, say, until};

pub async fn staff_let_a_conversation_go_on(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "student").await;
    argue_and_end(stack, &student, "Free buses are fair, because everybody can use them.").await;
    let figures = format!("/api/assignments/{}/statistics", class.assignment);
    let submission = format!("/api/submissions/{}_{}", class.assignment, student.person.uid);
    until(stack, &class.teacher, &figures, |figures| figures["sums"]["conversations"] == 1).await;
    let closed = student.read(stack).await;

    student.person.post(stack, &student.path("/reopen"), &json!({})).await.refused(403, "FORBIDDEN");
    let open = class.teacher.post(stack, &student.path("/reopen"), &json!({})).await.ok();
    assert_eq!(open["state"], "awaiting_followup", "{open}");
    for gone in ["endReason", "summary", "closedAt"] {
        assert!(open.get(gone).is_none(), "{gone}: {open}");
    }
    assert_eq!(open["turns"], closed["turns"]);
    // Once more changes nothing.
    class.teacher.post(stack, &student.path("/reopen"), &json!({})).await.ok();
    let without = class.teacher.get(stack, &figures).await.ok();
    assert_eq!((&without["sums"]["conversations"], &without["completed"]), (&json!(0), &json!(0)));
    assert_eq!(student.person.get(stack, &submission).await.ok()["state"], "in_progress");
    let same =
        student.person.post(stack, "/api/conversations", &json!({ "assignmentId": class.assignment })).await;
    assert_eq!(same.ok()["id"], student.conversation.as_str(), "it is the one that is open");

    let mut stream = Stream::resume(stack, &student, Memory::default(), Options::default()).await;
    // All that was told before comes first.
    stream.quiet(Duration::from_millis(300)).await;
    stream.say("And who pays for the drivers?").await;
    stream.answer().await;
    let changes = stream.memory.all("state_change");
    let closed_at = changes.iter().position(|event| event["state"] == "closed").expect("it ended");
    assert!(
        changes[closed_at + 1..].iter().any(|event| event["state"] == "awaiting_followup"),
        "{changes:?}"
    );
    stream.close().await;
    student.person.post(stack, &student.path("/end"), &json!({})).await.ok();
    let figures =
        until(stack, &class.teacher, &figures, |figures| figures["sums"]["conversations"] == 1).await;
    assert_eq!((&figures["averageTurns"], &figures["completed"]), (&json!(4.0), &json!(1)));
    chained(&student.read(stack).await["turns"]);
    until(stack, &student.person, &submission, |submission| submission["state"] == "submitted").await;
}

pub async fn nothing_goes_on_beside_another_or_beyond_its_turns(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let mut class = Class::open(stack).await;
    let course = class.teacher.get(stack, &format!("/api/assignments/{}", class.assignment)).await.ok();
    let short = json!({
        "courseId": course["courseId"], "title": "In short", "allowResubmit": true,
        "aiConfig": { "maxTurns": 1, "autoTerminate": false },
    });
    let short = class.teacher.post(stack, "/api/assignments", &short).await.ok();
    class.assignment = short["id"].as_str().unwrap().to_owned();
    let student = class.student(stack, "student").await;
    say(stack, &student, "Free buses are fair, because everybody can use them.").await;
    until(stack, &student.person, &student.path(""), |told| told["state"] == "closed").await;
    let full = class.teacher.post(stack, &student.path("/reopen"), &json!({})).await;
    full.refused(409, "CONFLICT");
    assert!(full.body["error"]["message"].as_str().unwrap().contains("as many turns"), "{}", full.body);

    // Another one, ended before it was full, while a third is open.
    let about = json!({ "assignmentId": class.assignment });
    let begin = async || student.person.post(stack, "/api/conversations", &about).await.ok()["id"].clone();
    let second = begin().await;
    let path = format!("/api/conversations/{}", second.as_str().unwrap());
    student.person.post(stack, &format!("{path}/end"), &json!({})).await.ok();
    let about_now = |told: &serde_json::Value| told["items"][0]["state"] == "closed";
    let list = format!("/api/conversations?assignmentId={}&limit=1", class.assignment);
    until(stack, &student.person, &list, about_now).await;
    let third = begin().await;
    assert_ne!(second, third);
    let refused = class.teacher.post(stack, &format!("{path}/reopen"), &json!({})).await;
    refused.refused(409, "CONFLICT");
    assert_eq!(student.person.get(stack, &path).await.ok()["state"], "closed");
}

pub async fn a_conversation_is_summed_up_and_read_in_three_forms(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "student").await;
    let text = "Buses & trams <should> be free --> for everybody.";
    say(stack, &student, text).await;
    student.person.get(stack, &student.path("/summary")).await.refused(409, "CONFLICT");
    student.person.post(stack, &student.path("/end"), &json!({})).await.ok();
    let summary = class.teacher.get(stack, &student.path("/summary")).await.ok();
    assert!(!summary["summary"].as_str().unwrap().is_empty(), "there is one at once: {summary}");
    // What the text model writes comes a moment later, and reaches the document.
    let written = |told: &serde_json::Value| {
        told["summary"].as_str().is_some_and(|text| text.lines().count() == 3 && text.contains("trams"))
    };
    until(stack, &class.teacher, &student.path("/summary"), written).await;
    until(stack, &student.person, &student.path(""), written).await;
    assert_eq!((&summary["endReason"], &summary["turns"]), (&json!("student_ended"), &json!(2)));

    for (format, kind, shown) in [
        ("json", "application/json", text),
        ("txt", "text/plain; charset=utf-8", text),
        (
            "vtt",
            "text/vtt; charset=utf-8",
            "<v Student>Buses &amp; trams &lt;should&gt; be free --&gt; for everybody.",
        ),
    ] {
        let answer = student.person.get(stack, &student.path(&format!("/transcript?format={format}"))).await;
        assert_eq!(answer.headers["content-type"], kind);
        let name = format!("attachment; filename=\"transcript-{}.{format}\"", student.conversation);
        assert_eq!(answer.headers["content-disposition"], name.as_str());
        let body = answer.ok();
        let file = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
        assert!(file.contains(shown), "{file}");
        assert!(!file.contains(&format!("{}@", student.person.uid)), "no address in it: {file}");
    }
    let unknown = student.person.get(stack, &student.path("/transcript?format=pdf")).await;
    assert_eq!(unknown.offences(), ["format"]);
}
