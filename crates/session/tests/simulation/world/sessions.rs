//! The documents of the model's sessions: one for each opening, and every way in which writing one can end.

use std::collections::BTreeMap;

use mentora_core::documents::StreamingSession;
use mentora_session::{FlushOutcome, Input, SessionVersion, SessionWrite};

use super::{Faults, Happens, World};

#[derive(Debug, Default)]
pub struct Sessions {
    documents: BTreeMap<String, (u64, StreamingSession)>,
    versions: u64,
    /// Openings that were asked for.
    pub opened: u32,
}

/// A write under way.
#[derive(Debug, Clone)]
pub struct Keeping {
    write: SessionWrite,
    /// The version that was read, or is known; none when the document is not there.
    over: Option<u64>,
    arrives: bool,
    answered: bool,
    /// The caller has given up on it.
    late: bool,
}

impl World {
    pub(super) fn begin_to_keep(&mut self, write: SessionWrite) {
        let faulty = self.faulty(Faults::Firestore);
        let over = match &write.version {
            SessionVersion::Missing => None,
            SessionVersion::Known(version) => Some(version.parse().unwrap()),
            SessionVersion::Unknown => self.sessions.documents.get(write.id.as_str()).map(|(at, _)| *at),
        };
        let (arrives, answered) = match faulty && self.random.percent(30) {
            true => (self.random.percent(50), self.random.percent(20)),
            false => (true, true),
        };
        let delay = self.random.between(5, if faulty { 9_000 } else { 80 });
        let keeping = Keeping { write, over, arrives, answered, late: false };
        if faulty && arrives && !answered && self.random.percent(30) {
            self.at(delay + 4_000, Happens::Keep(Box::new(Keeping { late: true, ..keeping.clone() })));
            self.at(delay, Happens::Keep(Box::new(Keeping { arrives: false, ..keeping })));
        } else {
            self.at(delay, Happens::Keep(Box::new(keeping)));
        }
    }

    pub(super) fn keep_session(&mut self, keeping: Keeping) {
        let Keeping { write, over, arrives, answered, late } = keeping;
        let id = write.id.to_string();
        let there = self.sessions.documents.get(&id).cloned();
        let fits = there.as_ref().map(|(at, _)| *at) == over;
        let mut outcome = FlushOutcome::Unsure;
        if arrives && fits {
            let ended = there.is_some_and(|(_, document)| document.ended_at.is_some());
            let undone = ended && write.document.ended_at.is_none();
            self.promise(!undone, || format!("{id} had ended, and goes on"));
            self.sessions.versions += 1;
            self.sessions.documents.insert(id, (self.sessions.versions, write.document));
            if answered {
                outcome = FlushOutcome::Done { update_time: self.sessions.versions.to_string() };
            }
        } else if !arrives && answered {
            outcome = FlushOutcome::Unavailable;
        }
        if !late {
            let (number, revision) = (write.number, write.revision);
            self.input(Input::SessionKept { number, revision, outcome });
        }
    }

    /// Every opening has its document, and none of them goes on for ever.
    pub(super) fn check_sessions(&mut self) {
        let record = self.state.record().sessions.clone();
        let (there, opened) = (self.sessions.documents.len(), record.opened as usize);
        self.promise(there == opened, || format!("{there} documents of {opened} sessions"));
        self.promise(self.sessions.opened <= record.opened, || "a session was opened and not counted".into());
        let open = self.sessions.documents.iter().find(|(_, (_, document))| document.ended_at.is_none());
        let open = open.map(|(id, _)| id.clone());
        self.promise(open.is_none(), || format!("{open:?} was left open"));
        let written = record.kept.iter().all(|kept| kept.written == kept.revision);
        self.promise(written, || "a session was left unwritten".into());
        let used: u64 = self.sessions.documents.values().map(|(_, d)| d.token_usage.input).sum();
        let metered = self.state.record().token_usage.input;
        self.promise(used == metered.text + metered.audio || self.faults == Faults::Delayed, || {
            format!("sessions used {used} tokens, the conversation {metered:?}")
        });
    }
}
