use mentora_firestore::embedded::Store;
use rusqlite::Connection;
use std::time::Instant;
fn main() {
    let root = "projects/demo/databases/(default)/documents";
    let mut store = Store::open(Connection::open("/work/tmp/firestore/bench.sqlite").unwrap()).unwrap();
    let c = Connection::open("/work/tmp/firestore/bench.sqlite").unwrap();
    c.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;")
        .unwrap();
    let mut now = 1_795_348_800_000_000i64;
    let mut call = |method: &str, path: &str, body: String| {
        now += 1;
        let r = store.handle(
            now,
            &http::Request::builder()
                .method(method)
                .uri(format!("/v1/{root}{path}"))
                .body(body.into_bytes())
                .unwrap(),
        );
        assert_eq!(r.status().as_u16(), 200, "{}", String::from_utf8_lossy(r.body()));
        r.body().len()
    };
    let doc = |n: usize| {
        format!(
            r#"{{"update":{{"name":"{root}/a/{n:06}","fields":{{"n":{{"integerValue":"{n}"}},"user":{{"stringValue":"u{}"}},"text":{{"stringValue":"{}"}}}}}}}}"#,
            n % 1000,
            "x".repeat(200)
        )
    };
    let t = Instant::now();
    for batch in 0..200 {
        call(
            "POST",
            ":commit",
            format!(
                r#"{{"writes":[{}]}}"#,
                (0..500)
                    .map(|i| doc(batch * 500 + i))
                    .collect::<Vec<_>>()
                    .join(",")
            ),
        );
    }
    println!("load 100k: {:?}", t.elapsed());
    let mut time = |name: &str, reps: usize, f: &mut dyn FnMut(usize)| {
        let mut v: Vec<_> = (0..reps)
            .map(|i| {
                let t = Instant::now();
                f(i);
                t.elapsed()
            })
            .collect();
        v.sort();
        println!("{name}: p50 {:?} p99 {:?}", v[reps / 2], v[reps * 99 / 100]);
    };
    time("get", 2000, &mut |i| {
        call("GET", &format!("/a/{:06}", i * 37 % 100000), String::new());
    });
    time("batchGet", 2000, &mut |i| {
        call(
            "POST",
            ":batchGet",
            format!(r#"{{"documents":["{root}/a/{:06}"]}}"#, i * 37 % 100000),
        );
    });
    time("commit", 2000, &mut |i| {
        call(
            "POST",
            ":commit",
            format!(
                r#"{{"writes":[{}]}}"#,
                doc(i * 37 % 100000 + 7).replace("xxx", "yyy")
            ),
        );
    });
    time("query eq string (100 of 100k)", 10, &mut |i| {
        call(
            "POST",
            ":runQuery",
            format!(
                r#"{{"structuredQuery":{{"from":[{{"collectionId":"a"}}],"where":{{"fieldFilter":{{"field":{{"fieldPath":"user"}},"op":"EQUAL","value":{{"stringValue":"u{i}"}}}}}}}}}}"#
            ),
        );
    });
    time("query range unindexed (10 of 100k)", 5, &mut |i| {
        call(
            "POST",
            ":runQuery",
            format!(
                r#"{{"structuredQuery":{{"from":[{{"collectionId":"a"}}],"where":{{"fieldFilter":{{"field":{{"fieldPath":"n"}},"op":"GREATER_THAN","value":{{"integerValue":"{}"}}}}}},"limit":10}}}}"#,
                90000 + i
            ),
        );
    });
    time("list page 100", 5, &mut |_| {
        call("GET", "/a?pageSize=100", String::new());
    });
    let turns: Vec<String> = (0..200).map(|i| format!(r#"{{"mapValue":{{"fields":{{"id":{{"stringValue":"t{i}"}},"text":{{"stringValue":"{}"}}}}}}}}"#, "w".repeat(1400))).collect();
    call(
        "PATCH",
        "/c/1",
        format!(
            r#"{{"fields":{{"turns":{{"arrayValue":{{"values":[{}]}}}}}}}}"#,
            turns.join(",")
        ),
    );
    time("append a turn to 300 KB", 50, &mut |i| {
        call(
            "POST",
            ":commit",
            format!(
                r#"{{"writes":[{{"update":{{"name":"{root}/c/1"}},"updateMask":{{}},"updateTransforms":[{{"fieldPath":"turns","appendMissingElements":{{"values":[{{"mapValue":{{"fields":{{"id":{{"stringValue":"n{i}"}}}}}}}}]}}}}]}}]}}"#
            ),
        );
    });
}
