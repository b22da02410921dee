//! The fault plan: what shall go wrong, when, and how often.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A list of faults, tried in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    faults: Vec<Fault>,
}

/// One thing that goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// When; every condition given must hold.
    #[serde(default)]
    pub when: When,
    /// What.
    #[serde(rename = "do")]
    pub action: Action,
    /// How often, counted over all connections.
    #[serde(default = "once")]
    pub times: u32,
}

/// Conditions of a fault.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct When {
    /// The n-th Live connection since the plan was set, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<u32>,
    /// The n-th student turn on its connection, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<u32>,
    /// The student's turn contains this text. Lets tests share one sim without meeting each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The moment; without it, the one that suits the action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Moment>,
}

/// A point in the life of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Moment {
    /// The HTTP upgrade was asked for.
    Open,
    /// `setup` has arrived and is not answered yet.
    SetupRequest,
    /// `setupComplete` has been sent.
    Setup,
    /// A student turn has arrived; nothing of the answer has been sent.
    Turn,
    /// The first piece of transcript has been sent.
    FirstText,
    /// The first audio has been sent.
    FirstAudio,
    /// This many audio messages have been sent.
    Chunks(u32),
    /// `generationComplete` has been sent.
    GenerationComplete,
    /// `turnComplete` has been sent.
    TurnComplete,
    /// `generateContent` was asked for over HTTP, with the text in the last content.
    Generate,
    /// A mail was brought over HTTP, whose JSON is the text; it is not taken yet.
    Mail,
    /// A mail was taken; that is not answered yet.
    MailTaken,
    /// A push message was brought over HTTP, whose JSON is the text; it is not taken yet.
    Push,
    /// A push message was taken; that is not answered yet.
    PushTaken,
}

const MOMENTS: &str = "open, setupRequest, setup, turn, firstText, firstAudio, chunks:N, generationComplete, turnComplete, generate, \
                       mail, mailTaken, push, pushTaken";

impl Moment {
    /// Whether it is in the life of a mail or a push message.
    fn is_of_a_message(self) -> bool {
        matches!(self, Self::Mail | Self::MailTaken | Self::Push | Self::PushTaken)
    }
}

impl TryFrom<String> for Moment {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Ok(match text.as_str() {
            "open" => Self::Open,
            "setupRequest" => Self::SetupRequest,
            "setup" => Self::Setup,
            "turn" => Self::Turn,
            "firstText" => Self::FirstText,
            "firstAudio" => Self::FirstAudio,
            "generationComplete" => Self::GenerationComplete,
            "turnComplete" => Self::TurnComplete,
            "generate" => Self::Generate,
            "mail" => Self::Mail,
            "mailTaken" => Self::MailTaken,
            "push" => Self::Push,
            "pushTaken" => Self::PushTaken,
            other => match other.strip_prefix("chunks:").map(str::parse) {
                Some(Ok(count)) if count > 0 => Self::Chunks(count),
                _ => return Err(format!("\"{other}\" is no moment; use one of {MOMENTS}")),
            },
        })
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::Open => "open".to_owned(),
            Moment::SetupRequest => "setupRequest".to_owned(),
            Moment::Setup => "setup".to_owned(),
            Moment::Turn => "turn".to_owned(),
            Moment::FirstText => "firstText".to_owned(),
            Moment::FirstAudio => "firstAudio".to_owned(),
            Moment::Chunks(count) => format!("chunks:{count}"),
            Moment::GenerationComplete => "generationComplete".to_owned(),
            Moment::TurnComplete => "turnComplete".to_owned(),
            Moment::Generate => "generate".to_owned(),
            Moment::Mail => "mail".to_owned(),
            Moment::MailTaken => "mailTaken".to_owned(),
            Moment::Push => "push".to_owned(),
            Moment::PushTaken => "pushTaken".to_owned(),
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Action {
    /// Close the socket with this code and reason.
    Close(CloseFrame),
    /// Cut the TCP connection without a close frame.
    Drop(bool),
    /// Stand still for this many milliseconds.
    DelayMs(u64),
    /// Answer with `turnComplete` and nothing else.
    EmptyTurn(bool),
    /// Announce the end of the connection, and end it when the time is up.
    GoAway(GoAway),
    /// Say `interrupted` though nobody spoke; the answer ends there.
    PhantomInterrupt(bool),
    /// Send nothing more until the next student turn.
    Silence(bool),
    /// Send a frame that is not JSON.
    Garbage(bool),
    /// Call a function instead of answering; the answer follows the `toolResponse`.
    ToolCall(ToolCall),
    /// Refuse the setup with this code and reason.
    RejectSetup(CloseFrame),
    /// Refuse the upgrade with this HTTP status.
    HttpStatus(u16),
}

/// Code and reason of a close.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseFrame {
    /// 1000 to 4999, as RFC 6455 allows.
    pub code: u16,
    /// Cut to 123 bytes when sent.
    #[serde(default)]
    pub reason: String,
}

/// An announced end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct GoAway {
    /// Seconds as Google writes them: `"2s"`, `"1.5s"`.
    pub time_left: String,
}

/// A function to call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolCall {
    /// Function name.
    pub name: String,
    /// Arguments.
    #[serde(default)]
    pub args: Value,
}

impl Action {
    fn usual_moment(&self) -> Moment {
        match self {
            Self::HttpStatus(_) => Moment::Open,
            Self::RejectSetup(_) => Moment::SetupRequest,
            _ => Moment::Turn,
        }
    }

    fn problem_at(&self, moment: Moment) -> Option<&'static str> {
        match self {
            Self::HttpStatus(status) if !(400..=599).contains(status) => {
                Some("httpStatus must be 400 to 599")
            }
            Self::HttpStatus(_)
                if !matches!(moment, Moment::Open | Moment::Generate) && !moment.is_of_a_message() =>
            {
                Some(
                    "httpStatus happens only after \"open\", \"generate\", \"mail[Taken]\" and \"push[Taken]\"",
                )
            }
            action
                if moment.is_of_a_message()
                    && !matches!(action, Self::HttpStatus(_) | Self::DelayMs(_) | Self::Drop(_)) =>
            {
                Some("only httpStatus, delayMs and drop can happen after \"mail[Taken]\" and \"push[Taken]\"")
            }
            Self::RejectSetup(_) if moment != Moment::SetupRequest => {
                Some("rejectSetup happens only after \"setupRequest\"")
            }
            Self::EmptyTurn(_) | Self::ToolCall(_) if moment != Moment::Turn => {
                Some("emptyTurn and toolCall happen only after \"turn\"")
            }
            Self::Close(_)
            | Self::EmptyTurn(_)
            | Self::GoAway(_)
            | Self::PhantomInterrupt(_)
            | Self::Silence(_)
            | Self::Garbage(_)
                if moment == Moment::Open =>
            {
                Some("only httpStatus, delayMs and drop can happen after \"open\"")
            }
            Self::Close(_)
            | Self::Drop(_)
            | Self::EmptyTurn(_)
            | Self::GoAway(_)
            | Self::PhantomInterrupt(_)
            | Self::Silence(_)
            | Self::ToolCall(_)
                if moment == Moment::Generate =>
            {
                Some("only httpStatus, delayMs and garbage can happen after \"generate\"")
            }
            Self::Drop(false)
            | Self::EmptyTurn(false)
            | Self::PhantomInterrupt(false)
            | Self::Silence(false)
            | Self::Garbage(false) => Some("a switch can only be true; leave the fault out instead of false"),
            Self::Close(close) | Self::RejectSetup(close)
                if !(1000..=4999).contains(&close.code)
                    || matches!(close.code, 1004 | 1005 | 1006 | 1015) =>
            {
                Some("close codes are 1000 to 4999, without 1004, 1005, 1006 and 1015, which cannot be sent")
            }
            Self::DelayMs(ms) if *ms > 600_000 => Some("delayMs is at most 600000 (ten minutes)"),
            Self::GoAway(away) if away.duration().is_none() => {
                Some("goAway.timeLeft is seconds, like \"2s\" or \"1.5s\"")
            }
            _ => None,
        }
    }
}

impl GoAway {
    /// The time that is left; `None` when it is not written as Google writes it.
    pub fn duration(&self) -> Option<std::time::Duration> {
        let seconds: f64 = self.time_left.strip_suffix('s')?.parse().ok()?;
        std::time::Duration::try_from_secs_f64(seconds).ok()
    }
}

/// Why a plan is not taken.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Not JSON, or not of the right shape.
    #[error("fault {index} of the plan: {problem}")]
    Fault {
        /// From 1.
        index: usize,
        /// In words.
        problem: String,
    },
    /// The whole is not a list.
    #[error("a plan is a JSON list of faults, or {{\"faults\": [...]}}: {0}")]
    Shape(String),
}

impl Plan {
    /// Reads and checks a plan: a list of faults, or `{"faults": [...]}`.
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        let value: Value = serde_json::from_str(text).map_err(|error| PlanError::Shape(error.to_string()))?;
        let list = value.get("faults").unwrap_or(&value);
        let list = list.as_array().ok_or_else(|| PlanError::Shape("this is something else".to_owned()))?;
        let mut faults = Vec::with_capacity(list.len());
        for (position, value) in list.iter().enumerate() {
            let index = position + 1;
            let fault = Fault::deserialize(value)
                .map_err(|error| PlanError::Fault { index, problem: error.to_string() })?;
            let problem = if fault.times == 0 { Some("times must be at least 1") } else { None };
            if let Some(problem) = problem.or_else(|| fault.action.problem_at(fault.moment())) {
                return Err(PlanError::Fault { index, problem: problem.to_owned() });
            }
            faults.push(fault);
        }
        Ok(Self { faults })
    }

    /// What is left of it.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl Fault {
    fn moment(&self) -> Moment {
        self.when.after.unwrap_or_else(|| self.action.usual_moment())
    }
}

fn once() -> u32 {
    1
}

/// A connection's place in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    edition: u64,
    ordinal: u32,
}

impl Place {
    /// Of a request that belongs to no Live connection.
    pub const OUTSIDE: Self = Self { edition: 0, ordinal: 0 };
}

/// Where a connection stands when it asks for faults.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The connection's place.
    pub place: Place,
    /// Student turns so far, this one included.
    pub turn: u32,
    /// What the student said in this turn.
    pub text: &'a str,
    /// The moment.
    pub moment: Moment,
}

/// The plan in force; shared by all connections.
#[derive(Debug, Default)]
pub struct PlanInForce {
    inner: Mutex<InForce>,
}

#[derive(Debug, Default)]
struct InForce {
    edition: u64,
    connections: u32,
    plan: Plan,
}

impl PlanInForce {
    /// Begins with this plan.
    pub fn new(plan: Plan) -> Self {
        Self { inner: Mutex::new(InForce { edition: 1, connections: 0, plan }) }
    }

    /// Replaces the plan; connections are counted from 1 again, those open now are none of them.
    pub fn replace(&self, plan: Plan) {
        let mut inner = self.lock();
        inner.edition += 1;
        inner.connections = 0;
        inner.plan = plan;
    }

    /// What is left of the plan.
    pub fn remaining(&self) -> Plan {
        self.lock().plan.clone()
    }

    /// Counts a connection.
    pub fn connection_opened(&self) -> Place {
        let mut inner = self.lock();
        inner.connections += 1;
        Place { edition: inner.edition, ordinal: inner.connections }
    }

    /// Takes the faults that are due, in the order of the plan.
    pub fn take(&self, situation: &Situation<'_>) -> Vec<Action> {
        let mut inner = self.lock();
        let current = situation.place.edition == inner.edition;
        let mut due = Vec::new();
        for fault in &mut inner.plan.faults {
            let when = &fault.when;
            let holds = fault.moment() == situation.moment
                && when.connection.is_none_or(|ordinal| current && ordinal == situation.place.ordinal)
                && when.turn.is_none_or(|turn| turn == situation.turn)
                && when.text.as_ref().is_none_or(|text| situation.text.contains(text.as_str()));
            if holds && fault.times > 0 {
                fault.times -= 1;
                due.push(fault.action.clone());
            }
        }
        inner.plan.faults.retain(|fault| fault.times > 0);
        due
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, InForce> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_happens_as_often_as_planned_and_only_where_planned() {
        let plan = Plan::parse(
            r#"[{"when":{"connection":2,"turn":1,"after":"firstAudio"},"do":{"drop":true}},
                {"when":{"text":"lamp"},"do":{"emptyTurn":true},"times":2}]"#,
        );
        let plan = PlanInForce::new(plan.unwrap());
        let (first, second) = (plan.connection_opened(), plan.connection_opened());
        let at = |place, moment, text| plan.take(&Situation { place, turn: 1, text, moment });
        assert_eq!(at(first, Moment::FirstAudio, "x"), []);
        assert_eq!(at(second, Moment::FirstAudio, "x"), [Action::Drop(true)]);
        assert_eq!(at(second, Moment::FirstAudio, "x"), []);
        assert_eq!(at(first, Moment::Turn, "a lamp"), [Action::EmptyTurn(true)]);
        assert_eq!(at(first, Moment::Turn, "a lamp"), [Action::EmptyTurn(true)]);
        assert_eq!(at(first, Moment::Turn, "a lamp"), []);
        assert_eq!(plan.remaining(), Plan::default());
    }

    #[test]
    fn a_wrong_plan_is_refused_with_the_place_and_the_cure() {
        for (plan, hint) in [
            ("{}", "a JSON list"),
            ("[{}]", "missing field `do`"),
            (r#"[{"do":{"explode":true}}]"#, "unknown variant `explode`"),
            (r#"[{"do":{"drop":true}},{"do":{"drop":false}}]"#, "fault 2"),
            (r#"[{"do":{"drop":true},"when":{"after":"lunch"}}]"#, "use one of open"),
            (r#"[{"do":{"drop":true},"when":{"after":"chunks:0"}}]"#, "chunks:N"),
            (r#"[{"do":{"drop":true},"when":{"trun":1}}]"#, "unknown field `trun`"),
            (r#"[{"do":{"close":{"code":1006}}}]"#, "cannot be sent"),
            (r#"[{"do":{"goAway":{"timeLeft":"soon"}}}]"#, "\"2s\""),
            (r#"[{"do":{"httpStatus":200}}]"#, "400 to 599"),
            (r#"[{"do":{"emptyTurn":true},"when":{"after":"firstText"}}]"#, "only after \"turn\""),
            (r#"[{"do":{"drop":true},"when":{"after":"generate"}}]"#, "only httpStatus, delayMs and garbage"),
            (
                r#"[{"do":{"silence":true},"when":{"after":"mailTaken"}}]"#,
                "only httpStatus, delayMs and drop",
            ),
            (r#"[{"do":{"drop":true},"times":0}]"#, "at least 1"),
        ] {
            let error = Plan::parse(plan).expect_err(plan).to_string();
            assert!(error.contains(hint), "{plan}: {error}");
        }
    }
}
