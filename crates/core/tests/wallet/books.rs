//! Books in memory, which can be made to fail at any write.

use std::collections::BTreeMap;

use mentora_core::documents::{LedgerEntry, LedgerEntryType, LedgerScope, WalletOwner};
use mentora_core::ids::{CourseId, LedgerEntryId, UserId, WalletId};
use mentora_core::money::Micros;
use mentora_core::time::Millis;
use mentora_core::wallet::{
    self, Beginning, Books, Call, FreeCredits, Head, Hold, HoldCall, HoldKey, HoldReply, HoldState, Movement,
    MovementReply, Reply, SettleCall, Standing,
};

/// The object died here.
#[derive(Debug)]
pub struct Died;

#[derive(Debug, Clone, Default)]
pub struct Memory {
    pub head: Option<Head>,
    pub holds: BTreeMap<HoldKey, Hold>,
    pub sums: BTreeMap<String, Micros>,
    pub entries: BTreeMap<LedgerEntryId, LedgerEntry>,
    /// Writes until it dies.
    pub dies_after: Option<u32>,
}

impl Memory {
    fn write(&mut self) -> Result<(), Died> {
        match self.dies_after.as_mut() {
            Some(0) => Err(Died),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Books for Memory {
    type Error = Died;

    fn head(&self) -> Result<Option<Head>, Died> {
        Ok(self.head.clone())
    }
    fn put_head(&mut self, head: &Head) -> Result<(), Died> {
        self.write()?;
        self.head = Some(head.clone());
        Ok(())
    }
    fn hold(&self, key: &HoldKey) -> Result<Option<Hold>, Died> {
        Ok(self.holds.get(key).cloned())
    }
    fn put_hold(&mut self, key: &HoldKey, hold: &Hold) -> Result<(), Died> {
        self.write()?;
        self.holds.insert(key.clone(), hold.clone());
        Ok(())
    }
    fn lapsed(&self, now: Millis) -> Result<Vec<(HoldKey, Hold)>, Died> {
        let due = |hold: &Hold| hold.state == HoldState::Live && hold.expires_at <= now;
        Ok(self.holds.iter().filter(|(_, hold)| due(hold)).map(|(k, h)| (k.clone(), h.clone())).collect())
    }
    fn forget_holds(&mut self, before: Millis) -> Result<(), Died> {
        self.write()?;
        self.holds.retain(|_, hold| hold.state == HoldState::Live || hold.expires_at >= before);
        Ok(())
    }
    fn sum_of(&self, name: &str) -> Result<Micros, Died> {
        Ok(self.sums.get(name).copied().unwrap_or_default())
    }
    fn put_sum(&mut self, name: &str, sum: Micros) -> Result<(), Died> {
        self.write()?;
        self.sums.insert(name.to_owned(), sum);
        Ok(())
    }
    fn has_entry(&self, id: &LedgerEntryId) -> Result<bool, Died> {
        Ok(self.entries.contains_key(id))
    }
    fn put_entry(&mut self, id: &LedgerEntryId, entry: &LedgerEntry) -> Result<(), Died> {
        self.write()?;
        assert!(self.entries.insert(id.clone(), entry.clone()).is_none(), "an entry is made once");
        Ok(())
    }
}

/// A wallet in an object that keeps all of a call or nothing.
#[derive(Debug, Clone)]
pub struct Wallet {
    pub books: Memory,
    pub now: Millis,
}

impl Wallet {
    /// The wallet of a course, with so much in it.
    pub fn with(micros: i64) -> Self {
        let mut wallet = Self { books: Memory::default(), now: Millis(1_795_305_600_000) };
        let beginning = Beginning {
            owner_type: WalletOwner::Course,
            wallet: WalletId::new("ethics").unwrap(),
            welcome: Micros(micros),
        };
        wallet::open(&mut wallet.books, wallet.now, &beginning).unwrap();
        wallet
    }

    /// Does a call whole; `None` when the object died over it, which leaves no trace.
    pub fn call(&mut self, call: &Call) -> Option<Reply> {
        let before = self.books.clone();
        let reply = wallet::perform(&mut self.books, self.now, call);
        if let Ok(reply) = reply {
            Some(reply.expect("it was opened"))
        } else {
            self.books = Memory { dies_after: None, ..before };
            None
        }
    }

    pub fn hold(&mut self, key: &str, amount: i64) -> HoldReply {
        match self.call(&hold(key, amount)) {
            Some(Reply::Held(reply)) => reply,
            other => panic!("{other:?}"),
        }
    }

    pub fn settle(&mut self, key: &str, turn: &str, cost: i64) -> Standing {
        self.paid(&settle(key, turn, cost))
    }

    pub fn release(&mut self, key: &str) -> Standing {
        self.paid(&Call::Release(HoldKey(key.into())))
    }

    pub fn moved(&mut self, call: &Call) -> MovementReply {
        match self.call(call) {
            Some(Reply::Moved(reply)) => reply,
            other => panic!("{other:?}"),
        }
    }

    pub fn standing(&mut self) -> Standing {
        self.paid(&Call::Stand)
    }

    fn paid(&mut self, call: &Call) -> Standing {
        match self.call(call) {
            Some(Reply::Paid(standing)) => standing,
            other => panic!("{other:?}"),
        }
    }

    /// What was charged under a turn's key, and how much the charge fell short.
    pub fn charged(&self, turn: &str) -> Option<(i64, i64)> {
        let entry = self.books.entries.get(&LedgerEntryId::of(&format!("turn:{turn}")))?;
        Some((-entry.amount_micros.0, entry.shortfall_micros.map_or(0, |short| short.0)))
    }

    /// The rules that hold at every moment.
    pub fn check(&self) {
        let head = self.books.head.as_ref().unwrap();
        let sum: i64 = self.books.entries.values().map(|entry| entry.amount_micros.0).sum();
        assert_eq!(head.balance.0, sum, "the balance is the sum of the ledger");
        let live = self.books.holds.values().filter(|hold| hold.state == HoldState::Live);
        let held: i64 = live.filter(|hold| hold.free.is_none()).map(|hold| hold.amount.0).sum();
        assert_eq!(head.held.0, held, "what is held is the sum of the live holds");
    }
}

pub fn hold(key: &str, amount: i64) -> Call {
    Call::Hold(HoldCall { key: HoldKey(key.into()), amount: Micros(amount), free: None })
}

pub fn free_hold(key: &str, amount: i64, most: i64) -> Call {
    let (course, user) = (CourseId::new("ethics").unwrap(), UserId::new("kim").unwrap());
    let free = Some(FreeCredits { course, user, most: Micros(most) });
    Call::Hold(HoldCall { key: HoldKey(key.into()), amount: Micros(amount), free })
}

pub fn settle(key: &str, turn: &str, cost: i64) -> Call {
    Call::Settle(SettleCall {
        key: HoldKey(key.into()),
        cost: Micros(cost),
        idempotency_key: format!("turn:{turn}"),
        scope: LedgerScope::default(),
        usage: None,
        price_version: "2026-11-22".into(),
        by: UserId::new("kim").unwrap(),
    })
}

pub fn movement(kind: LedgerEntryType, key: &str, amount: i64) -> Movement {
    Movement {
        kind,
        amount: Micros(amount),
        idempotency_key: key.into(),
        scope: LedgerScope::default(),
        provider: None,
        reason: None,
        by: UserId::new("teacher").unwrap(),
        within_available: false,
    }
}
