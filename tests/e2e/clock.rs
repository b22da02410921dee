//! The clock of a stack of its own, which a test moves: programs that run by it are told the time of day by `clock.c`. What they
//! wait for and measure goes on as ever, by the monotonic clock.

use std::env;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;

use crate::people::unique;

/// Where the wall clocks of these programs hang: none of ours may care.
const ZONE: &str = "Europe/Berlin";

/// Milliseconds since 1970 on this machine.
pub fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// A clock that can be moved while programs run by it.
pub struct Clock {
    /// By how many milliseconds it is off: eight bytes, which the programs look at.
    file: PathBuf,
    /// What is loaded into them.
    library: PathBuf,
}

impl Clock {
    /// One that goes right. None where a program cannot be told another time so, which in CI it must.
    pub fn hang_or_skip() -> Option<Self> {
        if !cfg!(target_os = "linux") {
            assert_ne!(env::var("CI").as_deref(), Ok("true"), "clocks are moved on Linux");
            eprintln!("SKIPPED: a test that moves the clock, which it can on Linux.");
            return None;
        }
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(unique("clock"));
        let library = file.with_extension("so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/clock.c");
        // `cc` is there: Rust links with it.
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"]).arg(&library).arg(source);
        assert!(compiler.status().expect("cc").success(), "clock.c does not compile");
        fs::write(&file, 0_i64.to_ne_bytes()).unwrap();
        Some(Self { file, library })
    }

    /// From now on it is this moment, in milliseconds since 1970; the clock goes on from there.
    pub fn move_to(&self, moment: i64) {
        let file = File::options().write(true).open(&self.file).unwrap();
        file.write_all_at(&(moment - now()).to_ne_bytes(), 0).unwrap();
    }

    /// A program is to run by it.
    pub fn wind(&self, command: &mut Command) {
        command.env("LD_PRELOAD", &self.library).env("MENTORA_CLOCK", &self.file).env("TZ", ZONE);
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        // What cannot be removed lies in the build folder and harms nobody.
        let _ = fs::remove_file(&self.file).and_then(|()| fs::remove_file(&self.library));
    }
}
