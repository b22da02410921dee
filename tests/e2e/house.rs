//! What is started once: the emulator, and a Worker on each kind of store. All of it ends with the house.

use std::sync::Arc;

use libtest_mimic::Arguments;
use mentora_firestore::emulator::Emulator;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

use crate::failure::line::Line;
use crate::stack::{Stack, Store, Wanted};

/// What the tests share.
pub struct House {
    pub runtime: Runtime,
    listed: bool,
    emulator: Option<Arc<Emulator>>,
    firestore: OnceCell<Stack>,
    embedded: OnceCell<Stack>,
    disturbed: OnceCell<(Line, Stack)>,
}

impl House {
    /// Starts the emulator, unless the tests are only listed. The Workers are started by the first test that wants them.
    pub fn open(arguments: &Arguments) -> Self {
        let listed = arguments.list;
        let emulator = if listed { None } else { Emulator::start_or_skip().expect("the Firestore emulator") };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        Self {
            runtime: runtime.unwrap(),
            listed,
            emulator: emulator.map(Arc::new),
            firestore: OnceCell::new(),
            embedded: OnceCell::new(),
            disturbed: OnceCell::new(),
        }
    }

    /// Whether there is an emulator.
    pub fn has_emulator(&self) -> bool {
        self.emulator.is_some()
    }

    /// Whether what needs an emulator has to be left out.
    pub fn lacks_emulator(&self) -> bool {
        !self.listed && !self.has_emulator()
    }

    /// A Worker with its documents in Google's emulator.
    pub async fn firestore(&self) -> &Stack {
        let emulator = self.emulator.as_ref().expect("the emulator is installed");
        let store = Store::Firestore(emulator.host());
        self.firestore.get_or_init(|| Stack::start(Wanted::new(store))).await
    }

    /// A Worker with its documents in its own store.
    pub async fn embedded(&self) -> &Stack {
        self.embedded.get_or_init(|| Stack::start(Wanted::new(Store::Embedded))).await
    }

    /// A Worker with its documents in Google's emulator, at the end of a line that can be disturbed.
    pub async fn disturbed(&self) -> &(Line, Stack) {
        let far = self.emulator.as_ref().expect("the emulator is installed").host();
        let start = || async {
            let line = Line::to(&far).await;
            let settings = vec![("FIRESTORE_EMULATOR_HOST", line.host.clone())];
            let wanted = Wanted { settings, ..Wanted::new(Store::Firestore(far.clone())) };
            let stack = Stack::start(wanted).await;
            (line, stack)
        };
        self.disturbed.get_or_init(start).await
    }

    /// A Worker; for what does not depend on the store.
    pub async fn any(&self) -> &Stack {
        if self.has_emulator() { self.firestore().await } else { self.embedded().await }
    }
}
