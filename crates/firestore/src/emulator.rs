//! Google's Firestore emulator, for tests: found, started on a free port, stopped when dropped.

use std::{
    env,
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const JAR: &str = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar";
const MAIN_CLASS: &str = "com.google.cloud.datastore.emulator.firestore.CloudFirestore";
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(100);

/// A running emulator. One process serves any number of projects: tests keep apart by their project ids.
#[derive(Debug)]
pub struct Emulator {
    process: Child,
    address: SocketAddr,
}

/// Why there is no emulator.
#[derive(Debug, thiserror::Error)]
pub enum EmulatorError {
    /// The jar is in none of the places where it is looked for.
    #[error(
        "Google's Firestore emulator is not installed. Install it with \
         `gcloud components install cloud-firestore-emulator` (or Debian's \
         `google-cloud-cli-firestore-emulator`), or set FIRESTORE_EMULATOR_JAR."
    )]
    NotInstalled,
    /// It did not start, `java` is missing most likely.
    #[error("Google's Firestore emulator did not start: {0}")]
    NotStarted(#[from] io::Error),
    /// It started and did not answer in time.
    #[error("Google's Firestore emulator gave no answer on {0}")]
    NotReady(SocketAddr),
}

impl Emulator {
    /// Starts the emulator and waits until it answers.
    pub fn start() -> Result<Self, EmulatorError> {
        let jar = jar().ok_or(EmulatorError::NotInstalled)?;
        let address = free_address()?;
        let mut java = Command::new("java");
        // Most tests are over before the optimising compiler pays: without it a cold emulator takes half the time. Who
        // runs one for long sets JDK_JAVA_OPTIONS, be it to nothing.
        if env::var_os("JDK_JAVA_OPTIONS").is_none() {
            java.arg("-XX:TieredStopAtLevel=1");
        }
        let process = java
            .arg("-Xmx600m")
            .arg("-cp")
            .arg(jar)
            .arg(MAIN_CLASS)
            .args(["--host", "127.0.0.1", "--port", &address.port().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut emulator = Self { process, address };
        emulator.wait()?;
        Ok(emulator)
    }

    /// Starts the emulator, or says loudly that the tests against it are left out; with `CI=true` they may not be.
    pub fn start_or_skip() -> Result<Option<Self>, EmulatorError> {
        match Self::start() {
            Err(EmulatorError::NotInstalled) if env::var("CI").as_deref() != Ok("true") => {
                eprintln!("SKIPPED: tests against Google's emulator. {}", EmulatorError::NotInstalled);
                Ok(None)
            }
            other => other.map(Some),
        }
    }

    /// `http://127.0.0.1:…`, the base URL of an [`crate::Endpoint`].
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `127.0.0.1:…`, what `FIRESTORE_EMULATOR_HOST` is set to.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    fn wait(&mut self) -> Result<(), EmulatorError> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.process.try_wait()? {
                return Err(io::Error::other(format!("it ended with {status}")).into());
            }
            if answers(self.address) {
                return Ok(());
            }
            thread::sleep(POLL);
        }
        Err(EmulatorError::NotReady(self.address))
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself: then there is nothing left to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `FIRESTORE_EMULATOR_JAR`, else the SDK that `gcloud` belongs to, else where Debian's package puts it.
fn jar() -> Option<PathBuf> {
    if let Some(jar) = env::var_os("FIRESTORE_EMULATOR_JAR") {
        return Some(PathBuf::from(jar));
    }
    let on_path =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    let sdk_of = |directory: &PathBuf| {
        let gcloud = directory.join("gcloud").canonicalize().ok()?;
        Some(gcloud.parent()?.parent()?.to_owned())
    };
    let sdks = on_path.iter().filter_map(sdk_of).chain([PathBuf::from("/usr/lib/google-cloud-sdk")]);
    sdks.map(|sdk| sdk.join(JAR)).find(|jar| Path::is_file(jar))
}

/// A port that was free a moment ago.
fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

fn answers(address: SocketAddr) -> bool {
    let ask = || -> io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, POLL)?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(&status == b"HTTP/1.1 200")
    };
    ask().unwrap_or(false)
}
