//! What all conversations about an assignment together show: counted as they end, each once, and made anew.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::house::House;
use crate::people::{Call, Class, unique};
use crate::stack::{Stack, Store, Wanted};
use crate::submissions::{argue_and_end, until};

fn path(class: &Class, under: &str) -> String {
    format!("/api/assignments/{}/statistics{under}", class.assignment)
}

/// The figures once so many conversations are counted.
pub async fn counted(stack: &Stack, class: &Class, conversations: u64) -> Value {
    let all = |figures: &Value| figures["sums"]["conversations"] == conversations;
    until(stack, &class.teacher, &path(class, ""), all).await
}

fn but_when(mut figures: Value) -> Value {
    figures.as_object_mut().unwrap().remove("updatedAt");
    figures
}

pub async fn what_was_counted_is_what_a_rebuild_comes_to(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let nothing = class.teacher.get(stack, &path(&class, "")).await.ok();
    assert_eq!((&nothing["totalStudents"], &nothing["completed"]), (&json!(0), &json!(0)));

    let mut students = Vec::new();
    for (name, text) in [
        ("one", "I think free buses are fair, because everybody can use them."),
        ("two", "I disagree: somebody has to pay, and taxes would rise for everybody."),
        ("three", "Trams are quiet, so people should ride trams for free."),
    ] {
        let student = class.student(stack, name).await;
        argue_and_end(stack, &student, text).await;
        students.push(student);
    }
    let still_arguing = class.student(stack, "four").await;
    let figures = counted(stack, &class, 3).await;
    assert_eq!((&figures["totalStudents"], &figures["begun"]), (&json!(4), &json!(4)));
    assert_eq!((&figures["completed"], &figures["inProgress"]), (&json!(3), &json!(1)));
    assert_eq!(figures["endReasons"], json!({ "student_ended": 3 }));
    assert_eq!(figures["averageTurns"], 2.0);
    assert!(figures["costMicros"].as_i64() > Some(0), "{figures}");
    let words = ["pro", "con", "neutral"].map(|side| figures["wordCloud"][side].as_array().unwrap().len());
    assert!(words.iter().sum::<usize>() > 5, "{figures}");
    assert_eq!(figures["wordCloudStale"], false);

    let rebuilt = class.teacher.post(stack, &path(&class, "/rebuild"), &json!({})).await.ok();
    assert_eq!((&rebuilt["conversations"], &rebuilt["corrected"]), (&json!(3), &json!(0)));
    assert_eq!(but_when(rebuilt["statistics"].clone()), but_when(figures.clone()));
    let after = class.teacher.get(stack, &path(&class, "")).await.ok();
    assert_eq!(but_when(after), but_when(figures));

    let export = class.teacher.get(stack, &path(&class, "/export")).await;
    let name = format!("attachment; filename=\"statistics-{}.csv\"", class.assignment);
    assert_eq!(export.headers["content-disposition"], name.as_str());
    assert_eq!(export.headers["content-type"], "text/csv; charset=utf-8");
    let file = export.ok();
    let lines: Vec<&str> = file.as_str().unwrap().lines().collect();
    assert_eq!(lines.len(), 5, "{lines:#?}");
    assert!(lines[0].starts_with("\u{feff}userId,email,progress"), "{lines:#?}");
    for student in &students {
        assert!(lines.iter().any(|line| line.contains(&student.conversation)), "{lines:#?}");
    }
    let waiting = format!("{},", still_arguing.person.uid);
    assert!(
        lines.iter().any(|line| line.starts_with(&waiting) && line.contains("in_progress")),
        "{lines:#?}"
    );
    for under in ["", "/export"] {
        still_arguing.person.get(stack, &path(&class, under)).await.refused(403, "FORBIDDEN");
    }
    let rebuild = still_arguing.person.post(stack, &path(&class, "/rebuild"), &json!({})).await;
    rebuild.refused(403, "FORBIDDEN");
}

pub async fn a_killed_worker_counts_each_end_once(_: Arc<House>) {
    let mut stack = Stack::start(Wanted::new(Store::Embedded)).await;
    let class = Class::open(&stack).await;
    // Before the end is stored, about when it is counted, and after.
    let moments = [0, 550, 700, 1_500];
    for after in moments {
        let student = class.student(&stack, "student").await;
        argue_and_end(&stack, &student, "Free buses are fair, because everybody can use them.").await;
        tokio::time::sleep(Duration::from_millis(after)).await;
        stack.kill();
        stack.revive().await;
    }
    let _watch = stack.watch();
    let figures = counted(&stack, &class, moments.len() as u64).await;
    assert_eq!(figures["completed"], moments.len());
    let rebuilt = class.teacher.post(&stack, &path(&class, "/rebuild"), &json!({})).await.ok();
    assert_eq!((&rebuilt["conversations"], &rebuilt["corrected"]), (&json!(moments.len()), &json!(0)));
    let list = format!("/api/assignments/{}/submissions", class.assignment);
    let page = class.teacher.get(&stack, &list).await.ok();
    assert_eq!(page["counts"]["submitted"], moments.len());
}

const THOUSAND: usize = 1_000;

pub async fn a_thousand_conversations_are_counted_anew(house: Arc<House>) {
    let stack = house.embedded().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "model").await;
    argue_and_end(stack, &student, "Free buses are fair, because everybody can use them.").await;
    counted(stack, &class, 1).await;
    let name = format!("projects/{}/databases/(default)/documents", stack.project);
    let mut pattern = Vec::new();
    for path in [
        format!("conversations/{}", student.conversation),
        format!("submissions/{}_{}", class.assignment, student.person.uid),
    ] {
        let call = Call::get(format!("/v1/{name}/{path}")).by("owner");
        pattern.push(stack.call(call).await.ok()["fields"].clone());
    }
    let others: Vec<usize> = (1..THOUSAND).collect();
    for some in others.chunks(100) {
        let mut writes = Vec::new();
        for n in some {
            let (user, conversation) = (format!("seeded-{n}"), unique("seeded"));
            let mut fields = pattern.clone();
            fields.iter_mut().for_each(|fields| fields["userId"] = json!({ "stringValue": user }));
            fields[1]["conversationId"] = json!({ "stringValue": conversation });
            let paths = [
                format!("{name}/conversations/{conversation}"),
                format!("{name}/submissions/{}_{user}", class.assignment),
            ];
            let write = |(path, fields)| json!({ "update": { "name": path, "fields": fields } });
            writes.extend(paths.into_iter().zip(fields).map(write));
        }
        let commit = Call::post(format!("/v1/{name}:commit"), &json!({ "writes": writes })).by("owner");
        stack.call(commit).await.ok();
    }
    for (corrected, what) in [(THOUSAND - 1, "all but one made"), (0, "nothing to correct")] {
        let started = Instant::now();
        let rebuilt = class.teacher.post(stack, &path(&class, "/rebuild"), &json!({})).await.ok();
        println!("rebuild of {THOUSAND} conversations, {what}: {:.2?}", started.elapsed());
        assert_eq!((&rebuilt["conversations"], &rebuilt["corrected"]), (&json!(THOUSAND), &json!(corrected)));
        assert_eq!(rebuilt["statistics"]["completed"], THOUSAND);
    }
}
