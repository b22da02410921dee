//! A program that runs beside the tests, with everything it starts: killed with us, however we end.

use std::io::{BufRead as _, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

const SHOWN_LINES: usize = 80;

/// A process group.
pub struct Process {
    name: String,
    child: Child,
    keeper: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// Starts a program at the head of a process group of its own.
    pub fn start(name: &str, command: &mut Command) -> Self {
        let mut child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} could not be started: {error}"));
        let lines = Arc::new(Mutex::new(Vec::new()));
        follow(child.stdout.take().unwrap(), Arc::clone(&lines));
        follow(child.stderr.take().unwrap(), Arc::clone(&lines));
        let keeper = keep(child.id());
        Self { name: name.to_owned(), child, keeper, lines }
    }

    /// Ends the program and everything it has started, at once and without a chance to tidy up.
    pub fn kill(&mut self) {
        kill_group(self.child.id());
        // Both are gone or going.
        let _ = self.child.wait();
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// The last lines it wrote.
    pub fn tail(&self) -> String {
        let lines = self.lines();
        let last = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
        format!("--- the last lines of {} ---\n{}\n---", self.name, last.join("\n"))
    }

    /// Everything it wrote.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// The first line that has `part` in it.
    pub fn line_with(&self, part: &str) -> Option<String> {
        self.lines.lock().unwrap().iter().find(|line| line.contains(part)).cloned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn follow(output: impl Read + Send + 'static, lines: Arc<Mutex<Vec<String>>>) {
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            lines.lock().unwrap().push(line);
        }
    });
}

/// Waits for the end of this process, which closes the pipe, then kills the group: a group does not hear Ctrl-C.
fn keep(group: u32) -> Child {
    Command::new("sh")
        .args(["-c", "cat > /dev/null; kill -KILL -- -\"$1\" 2> /dev/null", "keeper", &group.to_string()])
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sh")
}

fn kill_group(group: u32) {
    let kill =
        Command::new("kill").args(["-KILL", "--", &format!("-{group}")]).stderr(Stdio::null()).status();
    kill.expect("kill");
}
