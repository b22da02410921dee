//! The command itself: its one line, its errors, its end.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn command(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_mentora-sim"))
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts")
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    line
}

/// Exit code and what was written to stderr.
fn failure(arguments: &[&str]) -> (Option<i32>, String) {
    let mut child = command(arguments);
    let mut text = String::new();
    child.stderr.as_mut().unwrap().read_to_string(&mut text).unwrap();
    (child.wait().unwrap().code(), text)
}

#[test]
fn it_tells_where_it_listens_and_stops_when_told() {
    let mut child = command(&[]);
    let line = first_line(&mut child);
    let port = line.trim_end().strip_prefix("mentora-sim listening on http://127.0.0.1:").expect(&line);
    assert!(port.parse::<u16>().is_ok_and(|port| port > 0), "{line}");

    let (code, problem) = failure(&["--port", port]);
    assert_eq!(code, Some(1));
    assert!(problem.contains(&format!("port {port} is taken")), "{problem}");

    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(5) {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    panic!("it does not stop");
}

#[test]
fn wrong_settings_are_told_in_words() {
    let folder = std::env::temp_dir().join(format!("mentora-sim-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let plan = folder.join("plan.json");
    std::fs::write(&plan, r#"[{"do":{"explode":true}}]"#).unwrap();
    let plan = plan.to_str().unwrap();
    for (arguments, text) in [
        (["--playback-rate=-1", "--port=0"], "0 or more"),
        (["--go-away-after=-3", "--port=0"], "--go-away-after must be a number of seconds"),
        (["--plan", plan], "fault 1 of the plan: unknown variant `explode`"),
        (["--plan", "/no/such/plan"], "/no/such/plan"),
        (["--voice", "parrot"], "possible values: auto, espeak, tone"),
        (["--tls-cert", "x.pem"], "--tls-key"),
        (["--stripe-webhook", "http://127.0.0.1:9/"], "--stripe-webhook-secret"),
    ] {
        let (code, problem) = failure(&arguments);
        assert!(code.is_some_and(|code| code > 0), "{arguments:?}");
        assert!(problem.contains(text), "{arguments:?}: {problem}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_self_signed_certificate_is_written_for_clients_to_trust() {
    let folder = std::env::temp_dir().join(format!("mentora-sim-tls-{}", std::process::id()));
    let mut child = command(&["--tls-self-signed", folder.to_str().unwrap()]);
    let line = first_line(&mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.starts_with("mentora-sim listening on https://localhost:"), "{line}");
    let pem = std::fs::read_to_string(folder.join("cert.pem")).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----") && !pem.contains("PRIVATE"));
}
