//! Who is in a course: invited by address, taken up by whoever has it, changed and removed by staff.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};

use crate::house::House;
use crate::people::{Answer, Call, Person, unique};
use crate::stack::Stack;

/// A private course, its owner, and its roster.
struct Course<'a> {
    stack: &'a Stack,
    id: String,
    code: String,
    owner: Person,
}

impl<'a> Course<'a> {
    async fn open(stack: &'a Stack) -> Self {
        let owner = Person::sign_in(stack, "owner").await;
        let code = unique("ROSTER").to_uppercase();
        let made = owner.post(stack, "/api/courses", &json!({ "title": "Ethics", "code": code })).await.ok();
        Self { stack, id: made["id"].as_str().unwrap().to_owned(), code, owner }
    }

    fn roster(&self, under: &str) -> String {
        format!("/api/courses/{}/roster{under}", self.id)
    }

    fn entry(&self, person: &Person) -> String {
        self.roster(&format!("/{}", person.uid))
    }

    async fn join(&self, person: &Person) -> Answer {
        person.post(self.stack, "/api/courses/join", &json!({ "code": self.code })).await
    }

    async fn invite(&self, by: &Person, email: &str, role: &str) -> Answer {
        by.post(self.stack, &self.roster(""), &json!({ "email": email, "role": role })).await
    }

    /// Somebody who was invited in this role and has joined.
    async fn member(&self, name: &str, role: &str) -> Person {
        let person = Person::sign_in(self.stack, name).await;
        assert_eq!(self.invite(&self.owner, &email(&person), role).await.status, 201);
        assert_eq!(self.join(&person).await.ok()["role"], role);
        person
    }

    /// The whole roster, in pages of this many.
    async fn all(&self, query: &str, limit: usize) -> Vec<Value> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = self.roster(&format!("?limit={limit}{query}{cursor}"));
            let page = self.owner.get(self.stack, &path).await.ok();
            all.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["nextCursor"].as_str() else { return all };
            cursor = format!("&cursor={next}");
        }
    }

    async fn import(&self, by: &Person, query: &str, file: impl Into<Vec<u8>>) -> Answer {
        let path = self.roster(&format!("/import{query}"));
        self.stack.call(Call::raw(Method::POST, path, file.into(), "text/csv").by(&by.token)).await
    }
}

fn email(person: &Person) -> String {
    format!("{}@example.org", person.uid)
}

fn gone(answer: &Answer) {
    assert_eq!((answer.status, answer.body.as_str()), (204, Some("")), "{}", answer.body);
}

/// What the items say under a name.
fn told<'a>(items: &'a [Value], name: &str) -> Vec<&'a str> {
    items.iter().map(|item| item[name].as_str().unwrap_or_default()).collect()
}

pub async fn who_is_invited_joins_once_in_the_role_of_the_invitation(stack: &Stack) {
    let course = Course::open(stack).await;
    let kim = Person::sign_in(stack, "kim").await;
    kim.get(stack, "/api/users/me").await.ok();
    let typed = format!(" {} ", email(&kim).to_uppercase());
    let invited = course.invite(&course.owner, &typed, "ta").await;
    assert_eq!(invited.status, 201, "{}", invited.body);
    let entry = course.roster(&format!("/{}", invited.body["id"].as_str().unwrap()));
    assert_eq!(invited.headers["location"].to_str().unwrap(), entry);
    let invited = invited.ok();
    assert_eq!((&invited["email"], &invited["status"]), (&json!(email(&kim)), &json!("invited")));
    assert!(invited["userId"].is_null() && invited["displayName"].is_null());

    let again = course.invite(&course.owner, &email(&kim), "ta").await;
    assert_eq!((again.status, again.ok()), (200, invited.clone()));
    let other = course.invite(&course.owner, &email(&kim), "student").await;
    other.refused(409, "ALREADY_EXISTS");
    assert_eq!(other.body["error"]["details"]["role"], "ta");
    // An invitation opens nothing by itself.
    kim.get(stack, &format!("/api/courses/{}", course.id)).await.refused(404, "NOT_FOUND");

    let joins = futures::join!(course.join(&kim), course.join(&kim), course.join(&kim));
    for joined in [joins.0, joins.1, joins.2] {
        assert_eq!(joined.ok()["role"], "ta");
    }
    let all = course.all("", 1).await;
    assert_eq!(told(&all, "id"), [&kim.uid, &course.owner.uid], "the invitation was used up: {all:?}");
    assert_eq!((&all[0]["displayName"], &all[0]["status"]), (&json!("kim"), &json!("active")));
    assert_eq!((&all[0]["invitedAt"], &all[0]["role"]), (&invited["invitedAt"], &json!("ta")));
    assert!(all[0]["joinedAt"].as_i64() >= all[0]["invitedAt"].as_i64());
    let inside = course.invite(&course.owner, &email(&kim), "ta").await;
    assert_eq!((inside.status, inside.ok()), (200, all[0].clone()));
    course.owner.delete(stack, &entry).await.refused(404, "NOT_FOUND");

    // Invited many times at once: one entry.
    let (owner, address) = (&course.owner, unique("lee") + "@example.org");
    let invite = || course.invite(owner, &address, "student");
    let invites = futures::join!(invite(), invite(), invite());
    let mut statuses = [invites.0.status, invites.1.status, invites.2.status];
    statuses.sort_unstable();
    assert!(statuses.contains(&201), "{statuses:?}");
    let pending = course.all("&status=invited", 100).await;
    assert_eq!(told(&pending, "email"), [&address]);
    let withdrawn = course.roster(&format!("/{}", pending[0]["id"].as_str().unwrap()));
    let early = owner.patch(stack, &withdrawn, &json!({ "status": "active" })).await;
    early.refused(409, "CONFLICT");
    owner.patch(stack, &withdrawn, &json!({ "role": "auditor" })).await.ok();
    gone(&owner.delete(stack, &withdrawn).await);
    assert_eq!(course.all("&status=invited", 100).await, Vec::<Value>::new());
}

pub async fn who_was_removed_stays_away_until_staff_let_them_in(stack: &Stack) {
    let course = Course::open(stack).await;
    let owner = &course.owner;
    let sam = course.member("sam", "student").await;
    let entry = course.entry(&sam);
    let seen = course.all("&role=student", 100).await.remove(0);
    let stale = Call::delete(entry.clone()).by(&owner.token).header("if-match", "\"1\"");
    stack.call(stale).await.refused(412, "PRECONDITION_FAILED");
    let etag = format!("\"{}\"", seen["etag"].as_str().unwrap());
    gone(&stack.call(Call::delete(entry.clone()).by(&owner.token).header("if-match", &etag)).await);
    gone(&owner.delete(stack, &entry).await);
    course.join(&sam).await.refused(403, "FORBIDDEN");
    assert_eq!(told(&course.all("&status=removed&role=student", 100).await, "id"), [&sam.uid]);

    let back = course.invite(owner, &email(&sam), "auditor").await;
    assert_eq!((back.status, &back.body["status"]), (200, &json!("active")), "{}", back.body);
    assert_eq!(course.join(&sam).await.ok()["role"], "auditor");
    owner.patch(stack, &entry, &json!({ "status": "removed", "role": "student" })).await.ok();
    sam.get(stack, &format!("/api/courses/{}", course.id)).await.refused(404, "NOT_FOUND");
    let again = owner.patch(stack, &entry, &json!({ "status": "active" })).await;
    assert_eq!((&again.body["status"], &again.body["role"]), (&json!("active"), &json!("student")));
    let path = format!("/api/courses/{}", course.id);
    assert_eq!(sam.get(stack, &path).await.ok()["role"], "student");
    owner.patch(stack, &entry, &json!({ "status": "invited" })).await.refused(400, "VALIDATION_ERROR");
}

pub async fn about_staff_instructors_decide_and_the_owner_stays(stack: &Stack) {
    let course = Course::open(stack).await;
    let owner = &course.owner;
    let ta = course.member("ta", "ta").await;
    let (student, teacher) =
        (course.member("student", "student").await, course.member("teacher", "instructor").await);
    let stranger = Person::sign_in(stack, "stranger").await;
    let role = |role: &str| json!({ "role": role });

    let invite = json!({ "email": "new@example.org", "role": "student" });
    for call in [
        Call::get(course.roster("")),
        Call::post(course.roster(""), &invite),
        Call::patch(course.entry(&ta), &role("student")),
        Call::delete(course.entry(&ta)),
        Call::raw(Method::POST, course.roster("/import"), b"email\n".to_vec(), "text/csv"),
    ] {
        stack.call(call.clone()).await.refused(401, "UNAUTHORIZED");
        stack.call(call.clone().by(&stranger.token)).await.refused(404, "NOT_FOUND");
        stack.call(call.by(&student.token)).await.refused(403, "FORBIDDEN");
    }

    for staff in ["ta", "instructor"] {
        course.invite(&ta, "new@example.org", staff).await.refused(403, "FORBIDDEN");
        ta.patch(stack, &course.entry(&student), &role(staff)).await.refused(403, "FORBIDDEN");
    }
    for colleague in [&teacher, &ta, owner] {
        ta.patch(stack, &course.entry(colleague), &role("student")).await.refused(403, "FORBIDDEN");
        ta.delete(stack, &course.entry(colleague)).await.refused(403, "FORBIDDEN");
    }
    assert_eq!(course.invite(&ta, &format!("{}@example.org", unique("new")), "auditor").await.status, 201);
    ta.patch(stack, &course.entry(&student), &role("auditor")).await.ok();
    let file = format!("email,role\n{0}@example.org,student\n{0}-ta@example.org,ta\n", unique("row"));
    let imported = course.import(&ta, "", file).await.ok();
    assert_eq!(told(imported["items"].as_array().unwrap(), "outcome"), ["invited", "invalid"]);

    teacher.patch(stack, &course.entry(owner), &role("ta")).await.refused(409, "CONFLICT");
    for person in [&teacher, owner] {
        person.delete(stack, &course.entry(owner)).await.refused(409, "CONFLICT");
    }
    // Nothing changes: nothing is refused.
    owner.patch(stack, &course.entry(owner), &role("instructor")).await.ok();
    gone(&teacher.delete(stack, &course.entry(&ta)).await);
    course.invite(&teacher, &email(&ta), "ta").await.ok();
    owner.patch(stack, &course.entry(&teacher), &role("student")).await.ok();
    teacher.get(stack, &course.roster("")).await.refused(403, "FORBIDDEN");
    owner.delete(stack, &course.roster("/there-is-none")).await.refused(404, "NOT_FOUND");
}

pub async fn all_that_is_wrong_with_a_file_is_told(stack: &Stack) {
    let course = Course::open(stack).await;
    let owner = &course.owner;
    let utf16: Vec<u8> = "email\r\nkim@example.org".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let too_many = format!("email\n{}", "a@example.org\n".repeat(5_001));
    for (file, says) in [
        (Vec::new(), "empty"),
        (utf16, "UTF-16"),
        (b"email,name\nkim@example.org,J\xf6rg\n".to_vec(), "line 2"),
        (b"address\nkim@example.org\n".to_vec(), "`email`"),
        (too_many.into_bytes(), "5000"),
        (b"\xff\xfe\x00\xd8\"".to_vec(), "UTF-16"),
    ] {
        let refused = course.import(owner, "", file).await;
        assert_eq!(refused.offences(), [""]);
        let message = refused.body["error"]["message"].as_str().unwrap();
        assert!(message.contains(says), "{message}");
    }
    let json = Call::post(course.roster("/import"), &json!({ "email": "kim@example.org" })).by(&owner.token);
    stack.call(json).await.refused(415, "UNSUPPORTED_MEDIA_TYPE");
    course.import(owner, "", vec![b'a'; 1024 * 1024 + 1]).await.refused(413, "PAYLOAD_TOO_LARGE");
    assert_eq!(course.import(owner, "?dryrun=true", "email\n").await.offences(), ["dryrun"]);
    assert_eq!(course.import(owner, "?dryRun=yes", "email\n").await.offences(), ["dryRun"]);

    let file = "\u{feff}Name;E-Mail;Email;Role\r\n\
        \"Müller; Kim\";x;Kim@example.org;TA\r\n\
        \r\n\
        ;;;\r\n\
        Lee;x;lee@example.org;\r\n\
        Lee;x;LEE@example.org;student\r\n\
        Max;x;max;student\r\n\
        Pat;x;pat@example.org;teacher\r\n";
    let dry = course.import(owner, "?dryRun=true", file).await.ok();
    let items = dry["items"].as_array().unwrap();
    let rows: Vec<_> = items.iter().map(|item| item["row"].as_u64().unwrap()).collect();
    assert_eq!(rows, [2, 5, 6, 7, 8], "{items:?}");
    assert_eq!(told(items, "outcome"), ["invited", "invited", "duplicate", "invalid", "invalid"]);
    assert_eq!((&dry["dryRun"], &dry["ignoredColumns"]), (&json!(true), &json!(["Name", "E-Mail"])));
    assert_eq!(course.all("", 100).await.len(), 1, "a dry run invites nobody");
    let done = course.import(owner, "", file).await.ok();
    assert_eq!((&done["items"], &done["counts"]), (&dry["items"], &dry["counts"]));
    let invited = course.all("&status=invited", 100).await;
    let mut emails = told(&invited, "email");
    emails.sort_unstable();
    assert_eq!(emails, ["kim@example.org", "lee@example.org"]);
}

/// The figure of five thousand rows is printed.
pub async fn five_thousand_rows_are_imported_and_again_without_a_change(house: Arc<House>) {
    const ROWS: usize = 5_000;
    let stack = house.embedded().await;
    let _watch = stack.watch();
    let course = Course::open(stack).await;
    let mut file = "name,email,role\r\n".to_owned();
    for index in 0..ROWS {
        let role = if index % 10 == 0 { "auditor" } else { "student" };
        write!(file, "\"Student, number {index}\",s{index}@school.example,{role}\r\n").unwrap();
    }
    let mut figures = Vec::new();
    for (what, query, outcome) in
        [("dry run", "?dryRun=true", "invited"), ("import", "", "invited"), ("repeated", "", "unchanged")]
    {
        let begun = Instant::now();
        let answer = course.import(&course.owner, query, file.clone()).await.ok();
        figures.push(format!("{what} {} ms", begun.elapsed().as_millis()));
        assert_eq!(answer["counts"][outcome], ROWS, "{what}: {}", answer["counts"]);
        let items = answer["items"].as_array().unwrap();
        assert!(items.len() == ROWS && items.iter().all(|item| item["outcome"] == outcome), "{what}");
        assert_eq!(
            (&items[ROWS - 1]["row"], &items[ROWS - 1]["email"]),
            (&json!(ROWS + 1), &json!("s4999@school.example"))
        );
    }
    println!("roster import of {ROWS} rows ({} KiB): {}", file.len() / 1024, figures.join(", "));
    let all = course.all("&status=invited", 100).await;
    let ids: std::collections::BTreeSet<_> = told(&all, "email").into_iter().collect();
    assert_eq!((all.len(), ids.len()), (ROWS, ROWS));
}
