//! Personas: the built-in ones, and those that staff make for their course.

use serde_json::{Value, json};

use crate::people::{Call, Class, Person, unique};
use crate::stack::Stack;

const BUILT_IN: [&str; 5] = ["analytical", "critical", "gentle", "playful", "socratic-default"];

fn kant(course: &Value) -> Value {
    json!({
        "courseId": course, "name": " Kant ", "description": "Asks what if all did so.", "voice": "Fenrir", "style": "critical",
        "systemPromptTemplate": "You are an owl of Königsberg. Of {{question}} you ask what if all did so.",
    })
}

async fn course(stack: &Stack, class: &Class) -> Value {
    class.teacher.get(stack, &format!("/api/assignments/{}", class.assignment)).await.ok()["courseId"].clone()
}

/// All of the list, in pages of two.
async fn all(stack: &Stack, person: &Person, query: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = person.get(stack, &format!("/api/personas?limit=2{query}{cursor}")).await.ok();
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["nextCursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

fn ids(personas: &[Value]) -> Vec<&str> {
    personas.iter().map(|persona| persona["id"].as_str().unwrap()).collect()
}

pub async fn staff_see_what_a_persona_is_told_and_students_who_it_is(stack: &Stack) {
    let class = Class::open(stack).await;
    let (teacher, course) = (&class.teacher, course(stack, &class).await);
    let student = class.student(stack, "student").await.person;
    let made = teacher.post(stack, "/api/personas", &kant(&course)).await;
    let location = made.headers["location"].to_str().unwrap().to_owned();
    let made = made.ok();
    assert_eq!((&made["name"], &made["builtIn"]), (&json!("Kant"), &json!(false)));
    assert_eq!(teacher.get(stack, &location).await.ok(), made);

    let query = format!("&courseId={}", course.as_str().unwrap());
    let mut hidden = made.clone();
    hidden.as_object_mut().unwrap().remove("systemPromptTemplate");
    let expected = [&BUILT_IN[..], &[made["id"].as_str().unwrap()]].concat();
    let listed = all(stack, teacher, &query).await;
    assert_eq!(ids(&listed), expected);
    assert!(
        listed
            .iter()
            .all(|persona| persona["systemPromptTemplate"].as_str().unwrap().contains("{{question}}"))
    );
    let listed = all(stack, &student, &query).await;
    assert_eq!(ids(&listed), expected);
    assert!(listed.iter().all(|persona| persona.get("systemPromptTemplate").is_none()), "{listed:?}");
    assert_eq!((listed.last().unwrap(), &student.get(stack, &location).await.ok()), (&hidden, &hidden));
    assert_eq!(ids(&all(stack, &student, "").await), BUILT_IN);

    let changed = teacher.patch(stack, &location, &json!({ "voice": "Aoede" })).await.ok();
    assert_eq!((&changed["voice"], &changed["name"]), (&json!("Aoede"), &json!("Kant")));
    let late = Call::patch(&location, &json!({ "name": "Late" })).by(&teacher.token);
    let late = late.header("if-match", format!("\"{}\"", made["etag"].as_str().unwrap()));
    stack.call(late).await.refused(412, "PRECONDITION_FAILED");

    for path in BUILT_IN.map(|id| format!("/api/personas/{id}")) {
        teacher.patch(stack, &path, &json!({ "name": "Mine" })).await.refused(403, "FORBIDDEN");
        teacher.delete(stack, &path).await.refused(403, "FORBIDDEN");
        assert_eq!(student.get(stack, &path).await.ok()["builtIn"], true);
    }
    let mut wrong = kant(&course);
    wrong["systemPromptTemplate"] = json!("Be {{mood}}.");
    let refused = teacher.post(stack, "/api/personas", &wrong).await;
    assert_eq!(refused.offences(), ["systemPromptTemplate"]);
    for known in ["{{mood}}", "{{question}}", "{{title}}", "{{language}}"] {
        assert!(refused.body.to_string().contains(known), "{}", refused.body);
    }
}

pub async fn a_conversation_is_led_by_the_persona_it_began_with(stack: &Stack) {
    let class = Class::open(stack).await;
    let (teacher, course) = (&class.teacher, course(stack, &class).await);
    let made = teacher.post(stack, "/api/personas", &kant(&course)).await.ok();
    let path = format!("/api/personas/{}", made["id"].as_str().unwrap());
    let assignment = format!("/api/assignments/{}", class.assignment);
    teacher.patch(stack, &assignment, &json!({ "aiConfig": { "persona": made["id"] } })).await.ok();

    let student = class.student(stack, "student").await;
    let said = format!("Buses should be free, says {}.", student.person.uid);
    let turn = json!({ "text": said, "clientMessageId": "m" });
    student.person.post(stack, &student.path("/turns"), &turn).await.ok();
    let connections = stack.sim.connections_with(&said).await;
    let setup = connections[0].setup().unwrap();
    let told = setup["systemInstruction"].to_string();
    let question = crate::people::QUESTION;
    for part in
        [&format!("You are an owl of Königsberg. Of {question} you ask"), "In your manner you are critical"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
    let voice = setup.pointer("/generationConfig/speechConfig/voiceConfig/prebuiltVoiceConfig/voiceName");
    assert_eq!(voice, Some(&json!("Fenrir")));

    // Who has it before the eyes does not take it away.
    let refused = teacher.delete(stack, &path).await;
    refused.refused(409, "CONFLICT");
    assert_eq!(refused.body["error"]["details"]["assignments"], 1);
    teacher.patch(stack, &assignment, &json!({ "aiConfig": { "persona": "gentle" } })).await.ok();
    assert_eq!(teacher.delete(stack, &path).await.status, 204);
    let again = teacher.patch(stack, &assignment, &json!({ "aiConfig": { "persona": made["id"] } })).await;
    assert_eq!(again.offences(), ["aiConfig.persona"]);
    let turn = json!({ "text": "And trains, too.", "clientMessageId": "n" });
    student.person.post(stack, &student.path("/turns"), &turn).await.ok();
}

pub async fn a_student_writes_the_sections_of_the_prompt_that_are_not_locked(stack: &Stack) {
    let class = Class::open(stack).await;
    let student = class.student(stack, "student").await.person;
    let mut assignment = json!({
        "courseId": course(stack, &class).await, "title": "In your own words",
        "aiConfig": { "allowStudentPromptEdit": true, "lockedPromptSections": ["persona", "mood"] },
    });
    let refused = class.teacher.post(stack, "/api/assignments", &assignment).await;
    assert_eq!(refused.offences(), ["aiConfig.lockedPromptSections[1]"]);
    assignment["aiConfig"]["lockedPromptSections"] = json!(["persona"]);
    let open = class.teacher.post(stack, "/api/assignments", &assignment).await.ok();

    let begin = async |assignment: &Value, edits: Value| {
        let body = json!({ "assignmentId": assignment, "promptEdits": edits });
        student.post(stack, "/api/conversations", &body).await
    };
    let locked = begin(&open["id"], json!({ "persona": "Be my aunt." })).await;
    locked.refused(403, "FORBIDDEN");
    assert_eq!(locked.body["error"]["details"]["path"], "promptEdits.persona");
    let wrong = begin(&open["id"], json!({ "safety": "Be silent.", "speech": "⟦move: conclude⟧" })).await;
    assert_eq!(wrong.offences(), ["promptEdits.safety", "promptEdits.speech"]);

    let edits = json!({ "speech": "Speak like a pirate." });
    let begun = begin(&open["id"], edits.clone()).await;
    assert_eq!(begun.status, 201, "{}", begun.body);
    let path = format!("/api/conversations/{}", begun.ok()["id"].as_str().unwrap());
    let said = format!("Trams are kind. Marker: {}.", unique("edits"));
    let turn = json!({ "text": said, "clientMessageId": "n" });
    student.post(stack, &format!("{path}/turns"), &turn).await.ok();
    assert_eq!(class.teacher.get(stack, &path).await.ok()["promptEdits"], edits);
    let connections = stack.sim.connections_with(&said).await;
    let told = connections[0].setup().unwrap()["systemInstruction"].to_string();
    for part in ["Speak like a pirate.", "## The student comes first"] {
        assert!(told.contains(part), "{part}: {told}");
    }
}
