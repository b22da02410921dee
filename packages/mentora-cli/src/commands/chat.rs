//! `mentora chat`: the terminal on one side, the stream on the other, the [`Follower`] between them.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use mentora_core::ids::ConversationId;
use mentora_core::limits::MAX_TURN_CHARS;
use mentora_wire::rest::{AssignmentBody, ConversationBody};
use mentora_wire::stream::StreamRole;
use serde_json::{Value, json};
use tokio::time::{Instant, interval, sleep};

use super::{Context, message_id, target};
use crate::client::Reply;
use crate::error::CliError;
use crate::lines::{Line, Lines};
use crate::render::live::{Live, Piece};
use crate::render::{plain, transcript};
use crate::stream::backoff::Backoff;
use crate::stream::outbox::Message;
use crate::stream::{Effect, Ending, Follower, Incoming, News, OpenError, Socket};

/// A connection that lived this long was a good one: the next loss begins with the shortest wait.
const STABLE: Duration = Duration::from_secs(5);
/// How often a message that came too early is thought of again.
const NUDGE: Duration = Duration::from_secs(5);

pub(super) async fn run(context: &Context, text: &str) -> Result<(), CliError> {
    let mut lines = Lines::of_stdin();
    let conversation = target::resolve(context, text, &mut lines).await?;
    introduce(context, &conversation, lines.are_typed()).await?;
    let live = Live::new(lines.are_typed());
    Chat {
        context,
        conversation: conversation.id,
        lines,
        live,
        follower: Follower::default(),
        backoff: Backoff::default(),
        role: None,
        prompted: false,
    }
    .run()
    .await
}

/// What it is about, and who answers.
async fn introduce(context: &Context, body: &ConversationBody, typed: bool) -> Result<(), CliError> {
    if context.console.json {
        return Ok(());
    }
    let model = context.client.model().await?;
    let path = format!("/api/assignments/{}", body.conversation.assignment_id);
    let reply: Reply<AssignmentBody> = context.client.get(&path).await?;
    let assignment = reply.body.assignment;
    context.console.note(&format!("{} (conversation {})", plain(&assignment.title), body.id));
    if let Some(question) = &assignment.question {
        context.console.note(&format!("  {}", plain(question)));
    }
    if model.offline {
        context.console.note("No model is connected: an offline tutor made of templates answers.");
    }
    if typed {
        context.console.note(
            "Say what you think. /interrupt stops the tutor, /end ends the conversation, /quit leaves.",
        );
    }
    context.console.note("");
    Ok(())
}

/// A conversation at a terminal.
struct Chat<'a> {
    context: &'a Context,
    conversation: ConversationId,
    lines: Lines,
    live: Live,
    follower: Follower,
    backoff: Backoff,
    /// What this client was last told that it is. Who was taken over must not take back by itself: two devices would
    /// throw each other out for ever.
    role: Option<StreamRole>,
    /// Whether the prompt stands on an empty line.
    prompted: bool,
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Stay,
    Leave,
}

impl Chat<'_> {
    async fn run(mut self) -> Result<(), CliError> {
        let mut refused_tickets = 0;
        loop {
            let cursor = self.follower.cursor();
            let opened = Socket::open(&self.context.client, &self.conversation, cursor, self.role).await;
            let unauthorized = match opened {
                Ok(socket) => {
                    let began = Instant::now();
                    let ending = self.follow(socket).await?;
                    if self.follower.role().is_some() {
                        refused_tickets = 0;
                    }
                    self.follower.lost();
                    match ending {
                        None => return Ok(()),
                        Some(Ending::Ended) => return self.ended(),
                        Some(Ending::Final(why)) => return Err(CliError::Closed(why)),
                        Some(Ending::Unauthorized) => true,
                        Some(Ending::Lost) => {
                            if began.elapsed() > STABLE {
                                self.backoff.reset();
                            }
                            false
                        }
                    }
                }
                Err(OpenError::Unauthorized) => true,
                Err(OpenError::Passing) => false,
                Err(OpenError::Final(error)) => return Err(error),
            };
            if unauthorized {
                // A ticket is good for a minute and once; a fresh one that is refused as well will not get better.
                refused_tickets += 1;
                if refused_tickets > 1 {
                    return Err(CliError::Closed("it does not take the tickets that it gives out."));
                }
            } else if self.wait().await? == Next::Leave {
                return Ok(());
            }
        }
    }

    /// Follows one connection to its end; `None` when the student leaves.
    async fn follow(&mut self, mut socket: Socket) -> Result<Option<Ending>, CliError> {
        let mut nudge = interval(NUDGE);
        loop {
            // A pipe is read as fast as the tutor answers; somebody who types may be ahead.
            let listening = self.lines.are_typed() || self.follower.is_at_rest();
            let effects = tokio::select! {
                frame = socket.next() => match frame {
                    Ok(frame) => self.receive(&frame)?,
                    Err(ending) => return Ok(Some(ending)),
                },
                line = self.lines.next(), if listening => match self.line(line)? {
                    (Next::Leave, _) => {
                        socket.close().await;
                        return Ok(None);
                    }
                    (Next::Stay, effects) => effects,
                },
                _ = nudge.tick() => self.follower.nudge(),
            };
            for effect in effects {
                match effect {
                    Effect::Send(frame) => {
                        if !socket.send(&frame).await {
                            return Ok(Some(Ending::Lost));
                        }
                    }
                    Effect::Tell(news) => self.tell(&news).await?,
                }
            }
            if self.follower.is_over() {
                socket.close().await;
                return Ok(None);
            }
            self.prompt();
        }
    }

    /// Waits for the next connection; what is typed meanwhile is kept.
    async fn wait(&mut self) -> Result<Next, CliError> {
        let Some(wait) = self.backoff.next(rand::random()) else {
            let url = self.context.client.url().clone();
            return Err(CliError::Lost { url, unsent: self.follower.unsent() });
        };
        let pieces = self.live.note(format!("Not connected. Trying again in {:.1} s.", wait.as_secs_f64()));
        self.write(pieces)?;
        let over = sleep(wait);
        tokio::pin!(over);
        loop {
            tokio::select! {
                () = &mut over => return Ok(Next::Stay),
                line = self.lines.next(), if self.lines.are_typed() => {
                    if self.line(line)?.0 == Next::Leave {
                        return Ok(Next::Leave);
                    }
                }
            }
        }
    }

    fn receive(&mut self, frame: &Value) -> Result<Vec<Effect>, CliError> {
        let Some(incoming) = Incoming::parse(frame) else { return Ok(Vec::new()) };
        let before = self.follower.cursor();
        let private = matches!(incoming, Incoming::Private(_));
        let effects = self.follower.receive(incoming);
        if self.context.console.json && (private || self.follower.cursor() > before) {
            self.context.console.line(frame)?;
        }
        Ok(effects)
    }

    fn line(&mut self, line: Option<String>) -> Result<(Next, Vec<Effect>), CliError> {
        self.prompted = false;
        let Some(line) = line else { return Ok((Next::Leave, Vec::new())) };
        let line = Line::parse(&line);
        let listens = self.role == Some(StreamRole::Listener);
        let (effects, note) = match line {
            Line::Quit => return Ok((Next::Leave, Vec::new())),
            Line::Blank => (Vec::new(), None),
            Line::Unknown(command) => {
                let note = format!("There is no {command}. There are /interrupt, /end and /quit.");
                (Vec::new(), Some(note))
            }
            _ if listens => {
                (Vec::new(), Some("You only read along here: this is not said. /quit leaves.".to_owned()))
            }
            Line::Say(text) if text.chars().count() > MAX_TURN_CHARS => {
                let note =
                    format!("This is too long: at most {MAX_TURN_CHARS} characters can be said at once.");
                (Vec::new(), Some(note))
            }
            Line::Say(text) => (self.follower.say(Message::new(message_id(), text)), None),
            Line::End => (self.follower.end(), None),
            Line::Interrupt => {
                let effects = self.follower.interrupt();
                let idle = effects.is_empty().then(|| "The tutor is not answering.".to_owned());
                (effects, idle)
            }
        };
        if let Some(note) = note {
            let pieces = self.live.note(note);
            self.write(pieces)?;
        }
        Ok((Next::Stay, effects))
    }

    async fn tell(&mut self, news: &News) -> Result<(), CliError> {
        if let News::Connected { role, .. } = news {
            self.role = Some(*role);
        }
        if let News::Rejected { text, reason } = news
            && !self.lines.are_typed()
        {
            // Nobody sits there who could say it in other words.
            return Err(CliError::NotSaid { text: plain(text), reason: plain(reason) });
        }
        if self.context.console.json {
            if let News::Rejected { text, reason } = news {
                self.context
                    .console
                    .note(&json!({"rejected": {"text": text, "message": reason}}).to_string());
            }
            return Ok(());
        }
        let pieces = self.live.show(news);
        self.write(pieces)?;
        if *news == News::Gap { self.tell_all().await } else { Ok(()) }
    }

    async fn tell_all(&mut self) -> Result<(), CliError> {
        let path = format!("/api/conversations/{}", self.conversation);
        let reply: Reply<ConversationBody> = self.context.client.get(&path).await?;
        self.context.console.print(&format!("{}\n", transcript::transcript(&reply.body)))
    }

    /// The server closed the stream because the conversation has ended, and has not said why.
    fn ended(&mut self) -> Result<(), CliError> {
        let pieces = self.live.note("The conversation has ended.".into());
        self.write(pieces)
    }

    fn write(&mut self, pieces: Vec<Piece>) -> Result<(), CliError> {
        if self.context.console.json {
            return Ok(());
        }
        if self.prompted && !pieces.is_empty() {
            self.prompted = false;
            self.context.console.note("");
        }
        for piece in pieces {
            match piece {
                Piece::Said(text) => self.context.console.print(&text)?,
                Piece::Note(text) => self.context.console.note(&text),
            }
        }
        Ok(())
    }

    /// Asks the one who types, when it is for the student to go on.
    fn prompt(&mut self) {
        let ask = self.lines.are_typed() && !self.context.console.json && io::stderr().is_terminal();
        let speaks = self.role == Some(StreamRole::Speaker);
        if ask && speaks && !self.prompted && self.follower.is_at_rest() {
            self.prompted = true;
            let _ = write!(io::stderr().lock(), "you: ");
        }
    }
}
