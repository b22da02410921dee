//! What the student does, at a pace that respects nobody.

use mentora_core::documents::EndReason;
use mentora_core::ids::UserId;
use mentora_session::{Connection, ConnectionId, Input};
use mentora_wire::stream::client::TurnTaking;
use mentora_wire::stream::{AudioMode, ClientFrame, Seq, StreamRole};

use super::readers::Who;
use super::{Faults, Happens, World};
use crate::shared::client::audio_start;

impl World {
    pub(super) fn connect(&mut self) {
        if let Some(old) = self.client.reader.connection.take() {
            if self.faulty(Faults::Clients) && self.random.percent(40) {
                // Nobody has noticed yet that the old one is dead.
                let delay = self.random.between(1, 30_000);
                self.at(delay, Happens::Gone(old));
            } else {
                self.disconnect(old);
            }
        }
        if self.client.ended && !self.calm {
            return;
        }
        self.come(Who::Student);
        self.at(50, Happens::Resend);
    }

    pub(super) fn disconnect(&mut self, connection: ConnectionId) {
        if self.open.contains(&connection) {
            self.input(Input::Disconnected { connection });
        }
    }

    /// Staff listen in for a while.
    pub(super) fn teacher_looks_in(&mut self) {
        if let Some(old) = self.teacher.connection.take() {
            self.disconnect(old);
        }
        self.come(Who::Teacher);
        if self.faulty(Faults::Clients) && self.random.percent(60) {
            let delay = self.random.between(10, 60_000);
            self.at(delay, Happens::TeacherLooksIn);
        }
    }

    fn come(&mut self, who: Who) {
        let id = ConnectionId(self.next_connection);
        self.next_connection += 1;
        let reader = self.reader_mut(who);
        (reader.connection, reader.gap) = (Some(id), false);
        let connection = self.connection(who, id);
        self.input(Input::Connected(connection));
    }

    pub(super) fn connection(&mut self, who: Who, id: ConnectionId) -> Connection {
        let cursor = Seq(self.reader_mut(who).cursor);
        let (user, role) = match who {
            Who::Student => ("student", StreamRole::Speaker),
            Who::Teacher => ("teacher", StreamRole::Listener),
        };
        Connection {
            id,
            user: UserId::new(user).unwrap(),
            role,
            staff: who == Who::Teacher,
            audio: match who == Who::Student && self.client.audio {
                true => AudioMode::Binary,
                false => AudioMode::None,
            },
            cursor,
        }
    }

    pub(super) fn student_acts(&mut self) {
        if self.acts_left == 0 {
            return;
        }
        self.acts_left -= 1;
        let pause = if self.random.percent(30) {
            self.random.between(50, 1_000)
        } else {
            self.random.between(1_000, 45_000)
        };
        self.at(pause, Happens::StudentActs);
        if self.faulty(Faults::Clock) && self.random.percent(20) {
            let delay = self.random.between(0, 30_000);
            self.at(delay, Happens::Ring);
        }
        if self.random.percent(1) {
            self.jump();
        }
        if self.faults == Faults::Delayed && self.random.percent(10) {
            self.at(0, Happens::TakesBack);
        }
        let Some(id) = self.client.reader.connection else {
            self.at(10, Happens::Connect);
            return;
        };
        match self.random.between(0, 99) {
            0..=54 => self.write(id),
            55..=64 => self.speak(id),
            65..=74 => self.open_microphone(id),
            75..=84 => {
                let heard_ms = self.random.percent(50).then(|| self.random.between(0, 3_000) as u32);
                self.frame(id, ClientFrame::Interrupt { heard_ms });
            }
            85..=92 => self.call(),
            93..=97 if self.faulty(Faults::Clients) => {
                let delay = self.random.between(10, 20_000);
                self.client.reader.connection = None;
                self.input(Input::Disconnected { connection: id });
                self.at(delay, Happens::Connect);
            }
            98 => self.input(Input::End { reason: EndReason::InstructorEnded }),
            _ => self.write(id),
        }
    }

    pub(super) fn write(&mut self, id: ConnectionId) {
        self.next_message += 1;
        let client_message_id = format!("m{}", self.next_message);
        let text = format!("I think {} because of it", self.next_message);
        self.client.unacknowledged.insert(client_message_id.clone(), text.clone());
        let twice = self.random.percent(10);
        let frame = ClientFrame::TextInput { text, client_message_id };
        if self.faulty(Faults::Clients) && self.random.percent(20) {
            // It is long under way: what is sent after it may come before.
            for _ in 0..self.random.between(1, 2) {
                let delay = self.random.between(1, 20_000);
                self.at(delay, Happens::Frame(id, frame.clone()));
            }
        } else {
            self.frame(id, frame.clone());
        }
        if twice {
            self.frame(id, frame);
        }
        // A client that hears nothing of its message sends it again.
        self.at(15_000, Happens::Resend);
    }

    pub(super) fn speak(&mut self, id: ConnectionId) {
        self.next_message += 1;
        self.frame(id, audio_start(&format!("v{}", self.next_message), TurnTaking::Manual));
        for _ in 0..self.random.between(0, 5) {
            if self.client.reader.connection == Some(id) {
                self.says(id, 3_200);
            }
        }
        let length = self.random.between(10, 3_000);
        self.at(length, Happens::StudentStops(id));
    }

    pub(super) fn call(&mut self) {
        self.next_message += 1;
        let client_message_id = format!("r{}", self.next_message);
        let call = self.next_message;
        self.calls.insert(call, client_message_id.clone());
        self.input(Input::Call { call, text: format!("By post {call}"), client_message_id });
    }

    pub(super) fn frame(&mut self, id: ConnectionId, frame: ClientFrame) {
        if self.client.reader.connection == Some(id) {
            self.input(Input::Frame { connection: id, frame });
        }
    }
}
