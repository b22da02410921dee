// Ways to break the session machine, each of which the simulation must find: a place in the source, what stands there
// instead, and the invariant that is broken by it.

/**
 * @typedef {object} Mutant
 * @property {string} name what is done wrong
 * @property {string} file under crates/session/src
 * @property {string} find occurs there exactly once
 * @property {string} replace
 * @property {string[]} breaks invariants, one of which must be named
 */

/** @type {Mutant[]} */
export const mutants = [
  {
    name: 'an event is told before it is written',
    file: 'log.rs',
    find: `        self.effects.push(Effect::Write(Write::Event(Box::new(event.clone()))));
        self.effects.push(Effect::Tell(Box::new(event)));`,
    replace: `        self.effects.push(Effect::Tell(Box::new(event.clone())));
        self.effects.push(Effect::Write(Write::Event(Box::new(event))));`,
    breaks: ['kept'],
  },
  {
    name: 'a turn is acknowledged and not written',
    file: 'log.rs',
    find: 'self.effects.push(Effect::Write(Write::Turn(Box::new(turn.clone()))));',
    replace: 'let _ = Write::Turn(Box::new(turn.clone()));',
    breaks: ['kept'],
  },
  {
    name: 'the same message sent twice becomes two turns',
    file: 'student.rs',
    find: 'if let Some(index) = self.known_message(&client_message_id) {',
    replace: 'if let Some(index) = self.known_message(&client_message_id).filter(|_| false) {',
    breaks: ['kept'],
  },
  {
    name: 'the outbox is forgotten on restore',
    file: 'clients.rs',
    find: '        self.resume_outbox();\n',
    replace: '',
    breaks: ['kept', 'ends'],
  },
  {
    name: 'a turn is flushed before it is metered, and again after',
    file: 'outbox.rs',
    find: '.take_while(|turn| turn.index < settled)',
    replace: '.take_while(|turn| turn.index < settled || true)',
    breaks: ['kept'],
  },
  {
    name: 'a turn is settled twice',
    file: 'usage.rs',
    find: '        self.state.record.unsettled = None;\n        self.changed();\n        let Some(usage)',
    replace: '        self.changed();\n        let Some(usage)',
    breaks: ['charged', 'ends'],
  },
  {
    name: 'reports of tokens are added up within a turn',
    file: 'usage.rs',
    find: 'answer.usage = Some(usage);',
    replace: 'answer.usage = Some(answer.usage.unwrap_or_default().plus(usage));',
    breaks: ['charged'],
  },
  {
    name: 'the report of an answer that was broken into is lost',
    file: 'usage.rs',
    find: 'trailing.usage = Some(usage);',
    replace: 'trailing.usage = trailing.usage.or(None);',
    breaks: ['charged'],
  },
  {
    name: 'a replay begins one event too early',
    file: 'clients.rs',
    find: 'let after = connection.cursor.min(self.state.record.last_seq);',
    replace: 'let after = mentora_wire::stream::Seq(connection.cursor.0.saturating_sub(1));',
    breaks: ['seen-once'],
  },
  {
    name: 'a replay takes in what the step tells to all',
    file: 'clients.rs',
    find: 'let upto = self.state.record.last_seq;',
    replace: 'let upto = mentora_wire::stream::Seq(u64::MAX / 2);',
    breaks: ['seen-once'],
  },
  {
    name: 'an event that speech gives rise to is numbered, and the number forgotten',
    file: 'lib.rs',
    find: 'None => !effects.iter().all(Effect::is_about_sound),',
    replace: 'None => effects.is_empty() && !effects.iter().all(Effect::is_about_sound),',
    breaks: ['seen-once', 'kept'],
  },
  {
    name: 'a second socket is opened beside the one that does not answer',
    file: 'loss.rs',
    find: '        self.note("model.dropped", why);\n        self.effects.push(Effect::CloseModel);',
    replace: '        self.note("model.dropped", why);',
    breaks: ['one-socket'],
  },
  {
    name: 'openings are named anew in every life',
    file: 'upstream.rs',
    find: 'let generation = self.state.record.openings.saturating_add(1);',
    replace: 'let generation = (self.state.record.openings % 3).saturating_add(1);',
    breaks: ['one-socket'],
  },
  {
    name: 'the handle is forgotten, and what it stood for',
    file: 'setup.rs',
    find: 'handle: record.handle.as_ref().map(|handle| handle.token.clone()),',
    replace: 'handle: record.handle.as_ref().map(|handle| handle.token.clone()).filter(|_| false),',
    breaks: ['sound'],
  },
  {
    name: 'a handle that the model has refused is kept',
    file: 'loss.rs',
    find: 'if loss == Loss::RetryFresh || (!was_ready && fruitless > 1) {',
    replace: 'if !was_ready && fruitless > 1 {',
    breaks: ['sound'],
  },
  {
    name: 'the model is kept after the end',
    file: 'upstream.rs',
    find: '        if !self.state.is_closed() {\n            self.pump_model();\n        } else if !self.awaits_last_tokens() {',
    replace: '        if self.state.credit_due().is_none() {\n            self.pump_model();\n        } else if !self.awaits_last_tokens() {',
    breaks: ['quiet', 'one-socket', 'ends'],
  },
  {
    name: 'a client that was closed is told more',
    file: 'log.rs',
    find: 'if !self.state.connections.contains_key(&connection) {',
    replace: 'if self.state.connections.len() > 1_000 {',
    breaks: ['quiet'],
  },
  {
    name: 'an answer that a crash broke off is not asked for again',
    file: 'clients.rs',
    find: '        self.resume_answer();\n',
    replace: '',
    breaks: ['ends', 'charged'],
  },
  {
    name: 'the model is asked before anybody has agreed to pay',
    file: 'upstream.rs',
    find: 'let wanted = waits && self.is_paid_for();',
    replace: 'let wanted = waits || self.is_paid_for() && waits;',
    breaks: ['freed'],
  },
  {
    name: 'a hold of which nothing came is not released',
    file: 'credit.rs',
    find: 'if !open && let Some(hold) = self.state.record.credit.hold.take() {',
    replace: 'if !open && let Some(hold) = self.state.record.credit.hold.filter(|_| false) {',
    breaks: ['freed'],
  },
  {
    name: 'a refusal is taken for the end of a request that is still under way',
    file: 'credit.rs',
    find: '                self.state.record.credit.hold = None;\n                self.pay(number, index, None);',
    replace: '                self.state.record.credit.hold = None;\n                let _ = (number, index);',
    breaks: ['freed'],
  },
  {
    name: 'a turn that nobody metered keeps its hold',
    file: 'usage.rs',
    find: 'return self.settle_hold(index, None);',
    replace: 'return;',
    breaks: ['freed'],
  },
  {
    name: 'a turn that was metered is not charged',
    file: 'usage.rs',
    find: '        self.settle_hold(index, Some(cost));',
    replace: '        self.settle_hold(index, None);',
    breaks: ['charged'],
  },
  {
    name: 'the wallet is told again what it has confirmed',
    file: 'credit.rs',
    find: 'let payment = credit.payments.remove(0);',
    replace: 'let Some(payment) = credit.payments.first().cloned() else { return };',
    breaks: ['freed', 'ends'],
  },
];
