//! Staff change an assignment, try it and delete it; what students have said about it stays theirs.

use serde_json::{Value, json};

use crate::people::{Answer, Call, Class, Person};
use crate::stack::Stack;

fn path(class: &Class) -> String {
    format!("/api/assignments/{}", class.assignment)
}

fn gone(answer: &Answer) {
    assert_eq!((answer.status, answer.body.as_str()), (204, Some("")), "{}", answer.body);
}

async fn with_version(stack: &Stack, person: &Person, call: Call, etag: &Value) -> Answer {
    let etag = format!("\"{}\"", etag.as_str().unwrap());
    stack.call(call.by(&person.token).header("if-match", etag)).await
}

pub async fn an_assignment_changes_in_what_is_named_alone(stack: &Stack) {
    let class = Class::open(stack).await;
    let (path, teacher) = (path(&class), &class.teacher);
    let before = teacher.get(stack, &path).await.ok();
    let course = before["courseId"].as_str().unwrap();
    let topic = teacher
        .post(stack, &format!("/api/courses/{course}/topics"), &json!({ "title": "Cities" }))
        .await
        .ok();

    let change = json!({
        "title": " Free buses ", "topicId": topic["id"], "dueAt": before["startAt"].as_i64().unwrap() + 1,
        "references": [{ "type": "article", "title": "Tallinn", "url": "https://example.org/tallinn" }],
        "reminders": [{ "daysBeforeDue": 2 }],
        "aiConfig": { "persona": "gentle", "voice": "Kore", "dialecticalConfig": { "strategyWeights": { "challenge": 2.0 } } },
    });
    let after = teacher.patch(stack, &path, &change).await.ok();
    let mut expected = before.clone();
    for name in ["topicId", "dueAt", "references", "reminders"] {
        expected[name] = change[name].clone();
    }
    for name in ["etag", "updatedAt"] {
        expected[name] = after[name].clone();
    }
    expected["title"] = json!("Free buses");
    expected["aiConfig"]["persona"] = json!("gentle");
    expected["aiConfig"]["voice"] = json!("Kore");
    expected["aiConfig"]["dialecticalConfig"]["strategyWeights"] = json!({ "challenge": 2.0 });
    assert_eq!(after, expected);
    assert_ne!(after["etag"], before["etag"]);
    assert_eq!(teacher.get(stack, &path).await.ok(), after);

    let bared = json!({ "topicId": null, "dueAt": null, "question": null, "aiConfig": { "voice": null } });
    let bared = teacher.patch(stack, &path, &bared).await.ok();
    for name in ["topicId", "dueAt", "question"] {
        assert_eq!(bared[name], Value::Null, "{name}");
    }
    assert_eq!(
        (&bared["aiConfig"]["voice"], &bared["aiConfig"]["persona"]),
        (&Value::Null, &json!("gentle"))
    );

    let late = Call::patch(&path, &json!({ "title": "Late" }));
    with_version(stack, teacher, late.clone(), &before["etag"]).await.refused(412, "PRECONDITION_FAILED");
    let in_time = with_version(stack, teacher, late, &bared["etag"]).await.ok();
    assert_eq!(in_time["title"], "Late");
}

pub async fn what_an_assignment_may_not_become_is_told_by_its_place(stack: &Stack) {
    let (class, other) = (Class::open(stack).await, Class::open(stack).await);
    let (path, teacher) = (path(&class), &class.teacher);
    let before = teacher.get(stack, &path).await.ok();
    let foreign = other.teacher.get(stack, &format!("/api/assignments/{}", other.assignment)).await.ok();
    let foreign_course = foreign["courseId"].as_str().unwrap();
    let topics = format!("/api/courses/{foreign_course}/topics");
    let topic = other.teacher.post(stack, &topics, &json!({ "title": "Elsewhere" })).await.ok();
    let start = before["startAt"].as_i64().unwrap();
    for (change, paths) in [
        (
            json!({ "title": " ", "reminders": [{ "daysBeforeDue": 366 }] }),
            &["title", "reminders[0].daysBeforeDue"][..],
        ),
        (json!({ "aiConfig": { "maxTurns": 0, "mood": "good" } }), &["aiConfig.mood", "aiConfig.maxTurns"]),
        (json!({ "courseId": foreign_course }), &["courseId"]),
        (json!({ "title": null }), &["title"]),
        // What stands there is held against what comes.
        (json!({ "dueAt": start }), &["dueAt"]),
        (
            json!({ "topicId": topic["id"], "aiConfig": { "persona": "nobody" } }),
            &["topicId", "aiConfig.persona"],
        ),
    ] {
        let answer = teacher.patch(stack, &path, &change).await;
        assert_eq!(answer.offences(), paths, "{change}: {}", answer.body);
    }
    assert_eq!(teacher.get(stack, &path).await.ok(), before, "nothing of it was kept");
}

pub async fn an_assignment_that_was_argued_about_goes_only_by_force(stack: &Stack) {
    let class = Class::open(stack).await;
    let (path, teacher) = (path(&class), &class.teacher);
    let before = teacher.get(stack, &path).await.ok();
    let speaker = class.student(stack, "speaker").await;
    let silent = class.student(stack, "silent").await;
    let turn = json!({ "text": "Buses should be free, because they save space.", "clientMessageId": "m" });
    speaker.person.post(stack, &speaker.path("/turns"), &turn).await.ok();

    teacher.delete(stack, &path).await.refused(409, "CONFLICT");
    let force = Call::delete(format!("{path}?force=true"));
    with_version(stack, teacher, force.clone(), &json!("1")).await.refused(412, "PRECONDITION_FAILED");
    assert_eq!(silent.read(stack).await["state"], "awaiting_idea", "a refusal ends nothing");
    gone(&with_version(stack, teacher, force, &before["etag"]).await);

    teacher.get(stack, &path).await.refused(404, "NOT_FOUND");
    teacher.delete(stack, &path).await.refused(404, "NOT_FOUND");
    let begin = json!({ "assignmentId": class.assignment });
    silent.person.post(stack, "/api/conversations", &begin).await.refused(404, "NOT_FOUND");
    for (student, turns) in [(&speaker, 2), (&silent, 0)] {
        for reader in [&student.person, teacher] {
            let read = reader.get(stack, &student.path("")).await.ok();
            assert_eq!((&read["state"], &read["endReason"]), (&json!("closed"), &json!("instructor_ended")));
            assert_eq!(read["turns"].as_array().unwrap().len(), turns);
        }
        let more = student.person.post(stack, &student.path("/turns"), &turn_of("n")).await;
        more.refused(409, "CONVERSATION_CLOSED");
        let listed = student.person.get(stack, "/api/conversations").await.ok();
        assert_eq!(listed["items"][0]["id"], student.conversation);
    }
}

fn turn_of(id: &str) -> Value {
    json!({ "text": "One thing more.", "clientMessageId": id })
}

pub async fn a_preview_answers_as_the_tutor_would_and_leaves_no_trace(stack: &Stack) {
    let class = Class::open(stack).await;
    let (path, teacher) = (path(&class), &class.teacher);
    let said = "Buses must always be free, everybody knows that.";
    let history =
        json!([{ "speaker": "student", "text": "I like buses." }, { "speaker": "tutor", "text": "Why?" }]);
    let wish = json!({ "testMessage": said, "history": history });
    let preview = teacher.post(stack, &format!("{path}/preview"), &wish).await.ok();
    assert!(preview["response"].as_str().unwrap().len() > 10, "{preview}");
    assert!(preview["usage"]["input"]["text"].as_u64().unwrap() > 500, "the briefing went along: {preview}");
    assert!(preview["costMicros"].as_i64().unwrap() > 0, "{preview}");

    // In a conversation, the same words get the same move.
    let student = class.student(stack, "student").await;
    let turn = json!({ "text": "I like buses.", "clientMessageId": "a" });
    student.person.post(stack, &student.path("/turns"), &turn).await.ok();
    let turn = json!({ "text": said, "clientMessageId": "b" });
    let real = student.person.post(stack, &student.path("/turns"), &turn).await.ok();
    for name in ["strategy", "reason"] {
        assert_eq!(preview["decision"][name], real["decision"][name], "{preview} {real}");
    }
    let analysis = &real["userTurn"]["analysis"];
    assert_eq!(
        (&preview["decision"]["features"], &preview["decision"]["stance"]),
        (&analysis["features"], &analysis["stance"])
    );

    let listed =
        teacher.get(stack, &format!("/api/conversations?assignmentId={}", class.assignment)).await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "of the preview there is nothing");

    let last = json!({ "aiConfig": { "maxTurns": 2 } });
    teacher.patch(stack, &path, &last).await.ok();
    let preview = teacher.post(stack, &format!("{path}/preview"), &wish).await.ok();
    assert_eq!(
        (&preview["decision"]["strategy"], &preview["decision"]["ending"]),
        (&json!("conclude"), &json!("max_turns_reached"))
    );
    let many = vec![json!({ "speaker": "tutor", "text": "Why?" }); 21];
    let wrong = json!({ "testMessage": " ", "history": many });
    let wrong = teacher.post(stack, &format!("{path}/preview"), &wrong).await;
    assert_eq!(wrong.offences(), ["testMessage", "history"]);
}
