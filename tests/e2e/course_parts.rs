//! What a course is made of beside its assignments: topics, and what its staff announce.

use serde_json::{Value, json};

use crate::documents::database::Database;
use crate::people::{Answer, Call, Person, unique};
use crate::stack::Stack;

/// A private course with everybody who may come to its door.
struct Course<'a> {
    stack: &'a Stack,
    id: String,
    teacher: Person,
    student: Person,
    stranger: Person,
    removed: Person,
}

impl<'a> Course<'a> {
    async fn open(stack: &'a Stack) -> Self {
        let teacher = Person::sign_in(stack, "teacher").await;
        let code = unique("PARTS").to_uppercase();
        let made = json!({ "title": "Ethics", "code": code });
        let made = teacher.post(stack, "/api/courses", &made).await.ok();
        let id = made["id"].as_str().unwrap().to_owned();
        let student = Person::sign_in(stack, "student").await;
        let stranger = Person::sign_in(stack, "stranger").await;
        let removed = Person::sign_in(stack, "removed").await;
        for person in [&student, &removed] {
            person.post(stack, "/api/courses/join", &json!({ "code": code })).await.ok();
        }
        let course = Self { stack, id, teacher, student, stranger, removed };
        let membership = format!("courses/{}/roster/{}", course.id, course.removed.uid);
        course
            .write(json!({
                "update": { "name": course.name_of(&membership), "fields": { "status": { "stringValue": "removed" } } },
                "updateMask": { "fieldPaths": ["status"] },
                "currentDocument": { "exists": true },
            }))
            .await;
        course
    }

    fn path(&self, under: &str) -> String {
        format!("/api/courses/{}{under}", self.id)
    }

    fn name_of(&self, document: &str) -> String {
        Database::of(self.stack).name_of(document)
    }

    /// Changes a document behind the back of the API.
    async fn write(&self, write: Value) {
        Database::of(self.stack).change(&[write]).await;
    }

    async fn call(&self, person: &Person, call: &Call) -> Answer {
        self.stack.call(call.clone().by(&person.token)).await
    }

    /// Who is not in the course learns nothing of what is in it, not even that it is there.
    async fn is_hidden(&self, call: Call) {
        self.stack.call(call.clone()).await.refused(401, "UNAUTHORIZED");
        self.call(&self.stranger, &call).await.refused(404, "NOT_FOUND");
        self.call(&self.removed, &call).await.refused(404, "NOT_FOUND");
    }

    /// Nobody but staff may do this, though a student sees what it would be done to.
    async fn is_for_staff(&self, call: Call) {
        self.call(&self.student, &call).await.refused(403, "FORBIDDEN");
        self.is_hidden(call).await;
    }

    /// Makes something: `201`, with its path.
    async fn make(&self, under: &str, body: Value) -> (String, Value) {
        let answer = self.teacher.post(self.stack, &self.path(under), &body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let location = answer.headers["location"].to_str().unwrap().to_owned();
        (location, answer.ok())
    }

    /// All of a list, in pages of this many.
    async fn all(&self, person: &Person, path: &str, limit: usize) -> Vec<Value> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = person.get(self.stack, &format!("{path}?limit={limit}{cursor}")).await.ok();
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= limit, "{page}");
            all.extend(items.iter().cloned());
            let Some(next) = page["nextCursor"].as_str() else { return all };
            cursor = format!("&cursor={next}");
        }
    }
}

fn gone(answer: &Answer) {
    assert_eq!((answer.status, answer.body.as_str()), (204, Some("")), "{}", answer.body);
}

pub async fn staff_announce_and_members_read_the_latest_first(stack: &Stack) {
    let course = Course::open(stack).await;
    let path = course.path("/announcements");

    let mut made = Vec::new();
    for content in ["  The first lecture is on Monday.\n", "Bring paper.", "課程改到星期二。"] {
        let (location, body) = course.make("/announcements", json!({ "content": content })).await;
        assert_eq!(location, format!("{path}/{}", body["id"].as_str().unwrap()));
        assert_eq!(
            (&body["content"], &body["authorId"]),
            (&json!(content.trim()), &json!(course.teacher.uid))
        );
        assert_eq!(body["createdAt"], body["updatedAt"]);
        made.push(body);
    }
    made.sort_by_key(|told| (told["createdAt"].as_i64(), told["id"].as_str().map(str::to_owned)));
    made.reverse();
    for person in [&course.teacher, &course.student] {
        for limit in [1, 2, 100] {
            assert_eq!(course.all(person, &path, limit).await, made, "in pages of {limit}");
        }
    }
    let say = Call::post(path.clone(), &json!({ "content": "Hello." }));
    course.is_for_staff(say).await;
    course.is_hidden(Call::get(path.clone())).await;
    assert_eq!(course.all(&course.student, &path, 100).await, made, "nothing was said by those who may not");

    let latest = format!("{path}/{}", made[0]["id"].as_str().unwrap());
    course.is_for_staff(Call::delete(latest.clone())).await;
    gone(&course.teacher.delete(stack, &latest).await);
    course.teacher.delete(stack, &latest).await.refused(404, "NOT_FOUND");
    for id in ["there-is-none", "%2e%2e", "a%00b"] {
        course.teacher.delete(stack, &format!("{path}/{id}")).await.refused(404, "NOT_FOUND");
    }
    // Under another course of the same teacher it is not there.
    let other = Course::open(stack).await;
    let elsewhere = format!("{}/{}", other.path("/announcements"), made[1]["id"].as_str().unwrap());
    other.teacher.delete(stack, &elsewhere).await.refused(404, "NOT_FOUND");
    assert_eq!(course.all(&course.student, &path, 100).await, made[1..]);
}

pub async fn staff_make_topics_and_members_read_them_in_their_places(stack: &Stack) {
    let course = Course::open(stack).await;
    let path = course.path("/topics");

    let mut made = Vec::new();
    for (title, order) in [("Last", Some(7)), ("Second", Some(1)), ("First", None), ("Third", Some(1))] {
        let mut wish = json!({ "title": title, "description": "What it is about." });
        if let Some(order) = order {
            wish["order"] = json!(order);
        }
        let (location, body) = course.make("/topics", wish).await;
        assert_eq!(location, format!("/api/topics/{}", body["id"].as_str().unwrap()));
        assert_eq!(body["courseId"], course.id);
        assert_eq!(body["order"], order.unwrap_or(0));
        assert_eq!(course.student.get(stack, &location).await.ok(), body);
        course.is_hidden(Call::get(location)).await;
        made.push(body);
    }
    let place = |topic: &Value| {
        let id = topic["id"].as_str().map(str::to_owned);
        (topic["order"].as_i64(), topic["createdAt"].as_i64(), id)
    };
    made.sort_by_key(place);
    assert_eq!((&made[0]["title"], &made[3]["title"]), (&json!("First"), &json!("Last")));
    for person in [&course.teacher, &course.student] {
        for limit in [1, 3, 100] {
            assert_eq!(course.all(person, &path, limit).await, made, "in pages of {limit}");
        }
    }
    course.is_for_staff(Call::post(path.clone(), &json!({ "title": "Mine" }))).await;
    course.is_hidden(Call::get(path.clone())).await;

    // The last becomes the first.
    let last = format!("/api/topics/{}", made[3]["id"].as_str().unwrap());
    let move_up = json!({ "order": 0, "title": " Foremost " });
    course.is_for_staff(Call::patch(last.clone(), &move_up)).await;
    let moved = course.teacher.patch(stack, &last, &move_up).await.ok();
    assert_eq!((&moved["title"], &moved["order"]), (&json!("Foremost"), &json!(0)));
    assert_eq!(moved["description"], made[3]["description"], "what is not named stays");
    assert!(moved["updatedAt"].as_i64() >= made[3]["updatedAt"].as_i64());
    assert_eq!(course.student.get(stack, &last).await.ok(), moved);
    assert_eq!(
        course.all(&course.student, &path, 1).await[0],
        moved,
        "it is older than what shares its place"
    );
    let bared = course.teacher.patch(stack, &last, &json!({ "description": "" })).await.ok();
    assert_eq!((&bared["description"], &bared["title"]), (&Value::Null, &moved["title"]));
    assert_eq!(course.all(&course.student, &path, 100).await.len(), 4);
}

pub async fn a_topic_stays_while_assignments_stand_under_it(stack: &Stack) {
    let (course, other) = (Course::open(stack).await, Course::open(stack).await);
    let (topic, body) = course.make("/topics", json!({ "title": "Truth" })).await;
    let assignment = |course: &Course<'_>| json!({ "courseId": course.id, "topicId": body["id"], "title": "Is lying ever right?" });
    let foreign = other.teacher.post(stack, "/api/assignments", &assignment(&other)).await;
    assert_eq!(foreign.offences(), ["topicId"], "the topic of another course is none");
    let under_it = course.teacher.post(stack, "/api/assignments", &assignment(&course)).await.ok();
    assert_eq!(under_it["topicId"], body["id"]);
    let loose = json!({ "courseId": course.id, "title": "Under no topic" });
    course.teacher.post(stack, "/api/assignments", &loose).await.ok();

    let list = format!("/api/assignments?courseId={}", course.id);
    let listed =
        course.student.get(stack, &format!("{list}&topicId={}", body["id"].as_str().unwrap())).await.ok();
    let ids: Vec<_> = listed["items"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
    assert_eq!(ids, [&under_it["id"]]);
    assert_eq!(course.student.get(stack, &list).await.ok()["items"].as_array().unwrap().len(), 2);

    course.is_for_staff(Call::delete(topic.clone())).await;
    course.teacher.delete(stack, &topic).await.refused(409, "CONFLICT");
    assert_eq!(course.student.get(stack, &topic).await.ok(), body);
    let document = format!("assignments/{}", under_it["id"].as_str().unwrap());
    course.write(json!({ "delete": course.name_of(&document) })).await;
    gone(&course.teacher.delete(stack, &topic).await);

    for person in [&course.teacher, &course.student] {
        person.get(stack, &topic).await.refused(404, "NOT_FOUND");
    }
    course.teacher.delete(stack, &topic).await.refused(404, "NOT_FOUND");
    course.teacher.patch(stack, &topic, &json!({ "order": 1 })).await.refused(404, "NOT_FOUND");
    assert_eq!(course.all(&course.student, &course.path("/topics"), 100).await, Vec::<Value>::new());
}

pub async fn of_a_public_course_everybody_sees_that_it_is_there_and_members_what_is_in_it(stack: &Stack) {
    let course = Course::open(stack).await;
    let (topic, _) = course.make("/topics", json!({ "title": "Truth" })).await;
    let (told, _) = course.make("/announcements", json!({ "content": "Welcome." })).await;
    course
        .write(json!({
            "update": {
                "name": course.name_of(&format!("courses/{}", course.id)),
                "fields": { "visibility": { "stringValue": "public" } },
            },
            "updateMask": { "fieldPaths": ["visibility"] },
            "currentDocument": { "exists": true },
        }))
        .await;
    for call in [
        Call::get(course.path("/topics")),
        Call::get(course.path("/announcements")),
        Call::get(topic.clone()),
        Call::post(course.path("/topics"), &json!({ "title": "Mine" })),
        Call::post(course.path("/announcements"), &json!({ "content": "Mine." })),
        Call::patch(topic.clone(), &json!({ "order": 1 })),
        Call::delete(topic.clone()),
        Call::delete(told.clone()),
    ] {
        course.call(&course.stranger, &call).await.refused(403, "FORBIDDEN");
        course.call(&course.removed, &call).await.refused(403, "FORBIDDEN");
    }
    course.stranger.get(stack, &course.path("")).await.ok();
    course.student.get(stack, &topic).await.ok();
}

pub async fn all_that_is_wrong_with_a_part_is_told_at_once(stack: &Stack) {
    let course = Course::open(stack).await;
    let (topic, made) = course.make("/topics", json!({ "title": "Truth" })).await;
    let (topics, announcements) = (course.path("/topics"), course.path("/announcements"));
    let long = "x".repeat(5_001);
    let everything = json!({ "title": " ", "description": long });
    for (call, paths) in [
        (Call::post(topics.clone(), &everything), &["title", "description"][..]),
        (Call::patch(topic.clone(), &everything), &["title", "description"]),
        (Call::post(topics.clone(), &json!({ "title": "t", "colour": "red" })), &["colour"]),
        (Call::post(topics.clone(), &json!({})), &["title"]),
        (Call::post(topics.clone(), &json!({ "title": "t", "order": -1 })), &["order"]),
        (Call::post(topics.clone(), &json!({ "title": "t", "order": 4_294_967_296_u64 })), &["order"]),
        (Call::post(topics.clone(), &json!({ "title": ["t"] })), &["title"]),
        (Call::patch(topic.clone(), &json!({ "order": 1.5 })), &["order"]),
        (Call::patch(topic.clone(), &json!({ "courseId": "another" })), &["courseId"]),
        (Call::post(announcements.clone(), &json!({})), &["content"]),
        (Call::post(announcements.clone(), &json!({ "content": " \n" })), &["content"]),
        (Call::post(announcements.clone(), &json!({ "content": "語".repeat(2_001) })), &["content"]),
        (Call::post(announcements.clone(), &json!({ "content": "c", "pinned": true })), &["pinned"]),
        (Call::get(format!("{topics}?limit=101")), &["limit"]),
        (Call::get(format!("{announcements}?order=oldest")), &["order"]),
        (Call::get(format!("{announcements}?cursor=abc")), &["cursor"]),
    ] {
        let answer = course.call(&course.teacher, &call).await;
        assert_eq!(answer.offences(), paths, "{call}: {}", answer.body);
    }
    // A place in one list is none in another.
    course.make("/topics", json!({ "title": "Trust" })).await;
    let page = course.student.get(stack, &format!("{topics}?limit=1")).await.ok();
    let cursor = page["nextCursor"].as_str().unwrap();
    let misplaced = course.student.get(stack, &format!("{announcements}?cursor={cursor}")).await;
    assert_eq!(misplaced.offences(), ["cursor"]);

    course.make("/announcements", json!({ "content": "語".repeat(2_000) })).await;
    assert_eq!(course.student.get(stack, &topic).await.ok(), made, "nothing of it was kept");
}
